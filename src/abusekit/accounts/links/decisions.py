"""What people decided about pairs of accounts, as the log tells it: act `account.link`.

Nothing here joins accounts. A confirmed link is the claim of the person who confirmed it, with a basis and a reason
(R47); another line of the log takes it back. Whether the claim is true is not looked at.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import get_args

from abusekit.accounts.links.bases import BASIS_WORDS
from abusekit.accounts.listing import short
from abusekit.accounts.model import (
    AccountKey,
    Candidate,
    Decided,
    Decision,
    Decisions,
    Ledger,
    pair,
)
from abusekit.case.canonical import JSON
from abusekit.errors import EvidenceError

ANOTHER_BASIS = "another basis"
"""In the place of a word that is none of BASES: a log can hold any, and here it would read as abusekit's own."""
LOST_GROUND = "WITHDRAWN GROUND"
MOST_TOLD = 5
_DECIDED = frozenset(get_args(Decided))
_FALLS = frozenset(("item.withdraw", "item.quarantine", "item.release", "line.erase"))
"""Acts that `fallen` reads."""


def decisions(entries: Iterable[dict[str, JSON]]) -> Decisions:
    """The decisions about each pair, from the acts of the log in their order, and the items that fell meanwhile.

    Raises EvidenceError: a malformed act.
    """
    found = Decisions()
    falls: list[dict[str, JSON]] = []
    for entry in entries:
        if entry["do"] in _FALLS:
            falls.append(entry)
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
    found.fallen = fallen(falls)
    return found


def standing_links(found: Decisions, ledger: Ledger) -> Decisions:
    """The same without confirmed and proposed links that lead to an account of the victim's own, or to one that no item
    shows any more: over such an account nothing may be joined. `all` keeps them; `left_out` tells them."""
    newest = {ends: one for ends, one in found.newest.items() if not _leads_nowhere(one, ledger)}
    return Decisions(newest, found.all, found.fallen)


def grounded_links(found: Decisions) -> Decisions:
    """The same without confirmed and proposed links of which no item that they name counts any more."""
    newest = {
        ends: one for ends, one in found.newest.items() if not (_claims(one) and found.lost_ground(one))
    }
    return Decisions(newest, found.all, found.fallen)


def left_out(found: Decisions, ledger: Ledger, of: AccountKey = "") -> str:
    """One sentence on what `standing_links` leaves out, safe to print; empty: nothing. of: of this account only."""
    told = [
        _pair_told(one)
        for one in found.newest.values()
        if _leads_nowhere(one, ledger) and (not of or of in (one.a, one.b))
    ]
    if not told:
        return ""
    return (
        f"not counted: {_listed(told)}, claimed to be linked; one of each pair is the victim's own, or no item shows it"
        " any more"
    )


def without_ground(found: Decisions) -> str:
    """One sentence on the claims that rest on nothing that counts, safe to print; empty: there are none."""
    told = [_pair_told(one) for one in found.newest.values() if _claims(one) and found.lost_ground(one)]
    return f"{LOST_GROUND}: {_listed(told)}; no item that the claim names counts any more" if told else ""


def ground_told(found: Decisions, decision: Decision) -> str:
    """`WITHDRAWN GROUND: E0002 withdrawn`; empty where an item that it names still counts, or it names none."""
    if not found.lost_ground(decision):
        return ""
    fell = [f"{item} {found.fallen[item]}" for item in decision.items[:MOST_TOLD]]
    return f"{LOST_GROUND}: {_listed(fell, len(decision.items))}"


def remark(found: Decisions, ledger: Ledger, decision: Decision) -> str:
    """What has to stand beside a claim: that it leads nowhere, or rests on nothing that counts; empty: nothing.

    Safe to print.
    """
    if _leads_nowhere(decision, ledger):
        return "NOT COUNTED: one of the two is the victim's own, or no item shows it any more"
    return ground_told(found, decision) if _claims(decision) else ""


def _claims(one: Decision) -> bool:
    return one.decided in ("confirmed", "proposed")


def _leads_nowhere(one: Decision, ledger: Ledger) -> bool:
    ends = [ledger.accounts.get(key) for key in (one.a, one.b)]
    return _claims(one) and any(account is None or account.own for account in ends)


def _pair_told(one: Decision) -> str:
    return f"{short(one.a, 100)} and {short(one.b, 100)}"


def _listed(told: list[str], total: int = 0) -> str:
    more = max(total, len(told)) - MOST_TOLD
    return "; ".join(told[:MOST_TOLD]) + (f"; and {more} more" if more > 0 else "")


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
        basis=_basis(_texts(entry["basis"])),
        items=_texts(entry["items"]),
        findings=_text(entry["findings"]),
    )


def _basis(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word if word in BASIS_WORDS else ANOTHER_BASIS for word in words))


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
