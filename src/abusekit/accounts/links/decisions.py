"""What people decided about pairs of accounts, as the log tells it: act `account.link`.

Nothing here joins accounts. A confirmed link is the claim of the person who confirmed it, with a basis and a reason
(R47); another line of the log takes it back. Whether the claim is true is not looked at.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import get_args

from abusekit.accounts.model import AccountKey, Candidate, Decided, Decision, Decisions, pair
from abusekit.case.canonical import JSON
from abusekit.errors import EvidenceError

BASIS_WORDS: dict[str, str] = {
    "same-id-after-rename": "the platform's own id stayed the same over a change of name",
    "self-identification": "one account says that it belongs to the other",
    "same-media": "both show the same picture or file",
    "same-phrase": "both use the same distinctive words",
    "same-selector": "both name the same phone number, e-mail address, page or payment handle",
    "cross-post": "both published the same post",
    "timing": "one begins when the other ends, or both act together",
    "recovery-hint": "the platform's recovery page shows the same hint",
    "platform-confirmation": "the platform says so",
    "other": "something else, told in the reason",
}
"""Word of a basis → what it means (R47)."""
BASES: tuple[str, ...] = tuple(BASIS_WORDS)
_DECIDED = frozenset(get_args(Decided))


def decisions(entries: Iterable[dict[str, JSON]]) -> Decisions:
    """The decisions about each pair, from the acts of the log in their order. Raises EvidenceError: a malformed act."""
    found = Decisions()
    for entry in entries:
        if entry["do"] != "account.link":
            continue
        try:
            one = _decision(entry)
        except (KeyError, TypeError) as fault:
            raise EvidenceError(
                f"log line {entry['n'] + 1} says nothing about a link that can be read: {fault}",
                "run: abusekit verify",
            ) from fault
        found.all.append(one)
        found.newest[pair(one.a, one.b)] = one
    return found


def _decision(entry: dict[str, JSON]) -> Decision:
    """Raises KeyError, TypeError."""
    a, b, decided = _text(entry["a"]), _text(entry["b"]), _text(entry["decision"])
    if not a or not b or a == b or decided not in _DECIDED:
        raise TypeError("not a decision about two accounts")
    return Decision(
        a=a,
        b=b,
        decided=decided,  # type: ignore[arg-type]  # just compared
        who=_text(entry["by"]),
        at=_text(entry["at"]),
        n=entry["n"],
        reason=_text(entry["reason"]),
        basis=_texts(entry["basis"]),
        items=_texts(entry["items"]),
        findings=_text(entry["findings"]),
    )


def _text(value: JSON) -> str:
    if type(value) is not str:
        raise TypeError("a member is no text")
    return value


def _texts(value: JSON) -> tuple[str, ...]:
    if type(value) is not list:
        raise TypeError("a member is no list")
    return tuple(_text(one) for one in value)


def stale(decision: Decision, candidate: Candidate | None) -> bool:
    """Whether the findings are others now than those that the person saw who decided.

    candidate: the pair as it is compared now; None: it was compared, and nothing is found any more. Only to be asked
    after a comparison. A decision that was made without findings does not grow stale.
    """
    if not decision.findings:
        return False
    return candidate is None or candidate.digest != decision.findings


def of_account(found: Decisions, key: AccountKey) -> list[Decision]:
    """The newest decision of each pair that `key` is in, in the order of the log."""
    return sorted((one for one in found.newest.values() if key in (one.a, one.b)), key=lambda one: one.n)


def other_of(decision: Decision, key: AccountKey) -> AccountKey:
    """The other account of the pair."""
    return decision.b if decision.a == key else decision.a


def cluster_of(found: Decisions, key: AccountKey) -> tuple[AccountKey, ...]:
    """The accounts that confirmed links join with `key`, sorted, `key` among them; empty where there are none."""
    return next((cluster for cluster in found.clusters() if key in cluster), ())


def rejected_within(found: Decisions) -> list[Decision]:
    """Rejected links between two accounts that confirmed links join all the same, over others: to be shown with them.

    The cluster says that all its accounts are run together, and here a person said of two of them that they are not.
    """
    cluster_of_key = {key: cluster for cluster in found.clusters() for key in cluster}
    return [
        one
        for one in sorted(found.newest.values(), key=lambda one: one.n)
        if one.decided == "rejected" and one.a in cluster_of_key and one.b in cluster_of_key[one.a]
    ]


def fallen(entries: Iterable[dict[str, JSON]]) -> dict[str, str]:
    """Item → `withdrawn`, `in quarantine` or `erased`: what a claim that rests on it has to be told with."""
    withdrawn: dict[str, str] = {}
    quarantined: dict[str, str] = {}
    erased: dict[str, str] = {}
    for entry in entries:
        match entry["do"]:
            case "item.withdraw":
                withdrawn[str(entry["item"])] = "withdrawn"
            case "item.quarantine":
                quarantined[str(entry["item"])] = "in quarantine"
            case "item.release":
                quarantined.pop(str(entry["item"]), None)
            case "line.erase":
                erased[str(entry["item"])] = "erased"
    return withdrawn | quarantined | erased
