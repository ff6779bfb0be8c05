"""What a capture says of the state of an account: live, renamed, suspended, gone, or not shown.

The words are those of the re-check (`capture.verdicts`), and what it does not show holds here too. "Not found" is not
"renamed", and a wall or a fault of the network says nothing of the account.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from abusekit.accounts.keys import Named
from abusekit.accounts.ledger.page_subjects import Claimed
from abusekit.accounts.model import Seen, Status, StatusKind, Where
from abusekit.capture.verdicts import HANDLE_REUSE
from abusekit.case.records import Item

_OF_ACCOUNT: dict[str, StatusKind] = {"suspended": "suspended", "account-gone": "gone"}
_OF_PROFILE: dict[str, StatusKind] = {
    **_OF_ACCOUNT,
    "deleted": "gone",
    **dict.fromkeys(("login-wall", "challenge", "geo-block", "rate-limited", "network-failed"), "not shown"),
}
_UNDECIDED = ("", "changed-unclear")
_TEXT: dict[StatusKind, str] = {
    "live": "its page was shown",
    "renamed": "the same id was shown under another handle",
    "suspended": "the site said that the account is suspended",
    "gone": "the site said that the account is not there any more",
    "not shown": "its page was not shown; that says nothing of the account",
    "unknown": "its address shows another account",
}


@dataclass(frozen=True, slots=True)
class State:
    named: Named
    status: Status


def states_of(item: Item, page: Claimed, before: Named | None, at: Seen) -> Iterator[State]:
    """What the capture says of accounts: of the one that it shows, and of the one that its address showed before.

    before: the account that an earlier capture of the address showed. Of a page that shows nothing, and of which no
    earlier capture shows an account, the address alone tells which handle it speaks of.
    """
    recheck = item.facts.get("recheck")
    told = recheck if isinstance(recheck, dict) else {}
    verdict, alarm = told.get("verdict"), told.get("alarm")
    verdict = verdict if isinstance(verdict, str) else ""
    said, where = "", Where(item.id, 0, f"re-check: {verdict}" if verdict else "answer")
    weak = page.named is None or page.named.basis == "handle"  # as of an address alone
    if verdict in _UNDECIDED and (weak or item.outcome != "complete"):
        said, at_page = _said_by_the_page(item)
        where = Where(item.id, 0, f"answer: {at_page}") if said else where
    other = page.named is None or (before is not None and page.named.key != before.key)
    if alarm == HANDLE_REUSE and before is not None and other:
        yield State(before, Status("unknown", at, where, _TEXT["unknown"]))
        before = None
    if item.outcome == "complete" and page.named is not None and not said:
        kind: StatusKind = "renamed" if verdict == "renamed" and not other else "live"
        if kind == "renamed" or page.profile:
            yield State(page.named, Status(kind, at, where, _TEXT[kind]))
        return
    subject = before or (page.named if page.profile else None)
    found = _kind(item, page, said or verdict, known=before is not None)
    if subject is not None and found is not None:
        yield State(subject, Status(found, at, where, _text_of(found, item, known=before is not None)))


def _said_by_the_page(item: Item) -> tuple[str, str]:
    """What the answer itself says became of the account, by its surest marker, and where in it; empty: nothing sure.

    A re-check without an earlier capture of the account calls that unclear, since nothing was compared; that the site
    said so holds all the same.
    """
    listed = item.facts.get("markers")
    for one in listed if isinstance(listed, list) else ():
        if isinstance(one, dict) and one.get("kind") in _OF_ACCOUNT and one.get("confidence") == "high":
            return str(one["kind"]), str(one.get("where", ""))[:200]
    return "", ""


def _kind(item: Item, page: Claimed, verdict: str, *, known: bool) -> StatusKind | None:
    if verdict in _OF_ACCOUNT or (page.profile and verdict in _OF_PROFILE):
        return _OF_PROFILE[verdict]
    if not page.profile:
        return None
    missing = item.outcome == "http-error" and item.facts.get("status") in (404, 410)
    return "gone" if missing and not (known and verdict) else "not shown"


def _text_of(kind: StatusKind, item: Item, *, known: bool) -> str:
    status = item.facts.get("status")
    answered = f" (it answered {status})" if type(status) is int and status >= 400 else ""
    if kind == "gone" and not known:
        return f"nothing is shown at its address, and no earlier capture shows the account{answered}"
    return f"{_TEXT[kind]}{answered}"
