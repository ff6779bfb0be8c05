"""What the commands have in common that log a decision about items and store nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from abusekit.cli.options import Session, now

if TYPE_CHECKING:
    from abusekit.case.canonical import JSON
    from abusekit.case.decisions import Standing
    from abusekit.case.folder import Case


_ID = re.compile(r"E(\d{1,9})")
_RANGE = re.compile(r"E(\d{1,9})\s*(?:-|–|\.\.)\s*E?(\d{1,9})")
_ZEROS = re.compile(r"(?<=[/-])0+(?=\d)")
_WORDS = re.compile(r"[^\W_\u115f\u1160\u3164\uffa0]")
"""A letter or digit that shows, as the rules of the log ask for (`integrity.log.logacts`): no Hangul filler."""
MAX_TEXT = 8_000
"""Characters of a reason, a place, a name: well within a line of the log."""


def log_for_items(
    session: Session, do: str, item_ids: tuple[str, ...], facts: dict[str, JSON], said: str
) -> None:
    """Log `do` with `facts` for each item of `item_ids`, which are resolved; all or none.

    Raises UsageError (too long), CaseError.
    """
    from abusekit.case.custody import Act
    from abusekit.cli.answers import Logged

    for text in (value for value in facts.values() if isinstance(value, str)):
        _check_length(text)
    case = session.case()
    producer = session.producer(case)
    acts = [Act(do, {"item": i, **facts}) for i in item_ids]
    entries = case.record(acts, by=producer.initials, now=now, told=session.say)
    if session.json:
        session.answer(Logged(list(item_ids), do, [entry["n"] for entry in entries]))
    else:
        for item_id in item_ids:
            session.print(f"{item_id}: {said}")


def resolve_items(case: Case, typed: Iterable[str]) -> tuple[str, ...]:
    """The item ids that people mean by `E0001`, `e1`, `PO/1` or `E0001-E0005`, each once, in their order.

    The log says which items and exhibits there are. Raises UsageError: none such, or two could be meant.
    """
    typed = tuple(typed)
    if not typed:
        return ()
    exhibits: dict[str, str] = {}
    ids: dict[int, str] = {}
    erased: dict[int, str] = {}
    for entry in case.entries():
        if entry["do"] == "line.erase" and (number := _ID.fullmatch(str(entry.get("item")))):
            erased[int(number[1])] = f"on {entry['at'][:10]}, by authority of: {entry.get('authority')}"
        item, exhibit = str(entry.get("item")), str(entry.get("exhibit"))
        if entry["do"] == "item.add" and (number := _ID.fullmatch(item)):
            exhibits[_ZEROS.sub("", exhibit.upper())] = item
            ids[int(number[1])] = item
    return tuple(dict.fromkeys(item for text in typed for item in _meant(text, ids, exhibits, erased)))


def resolve_item(case: Case, typed: str) -> str:
    """The one item that is meant. Raises UsageError: none such, or a range."""
    from abusekit.errors import UsageError

    found = resolve_items(case, (typed,))
    if len(found) > 1:
        raise UsageError(f"{typed} means {len(found)} items", "name one of them")
    return found[0]


def _meant(typed: str, ids: dict[int, str], exhibits: dict[str, str], erased: dict[int, str]) -> list[str]:
    from abusekit.errors import UsageError

    text = typed.strip().upper()
    by_id = _ID.fullmatch(text)
    item = ids.get(int(by_id[1])) if by_id else None
    exhibit = exhibits.get(_ZEROS.sub("", text))
    if item and exhibit and item not in (exhibit, text):
        raise UsageError(f"{typed} is item {item}, and the exhibit reference of {exhibit}", f"write {item}")
    if item or exhibit:
        return [str(item or exhibit)]
    ends = _RANGE.fullmatch(text)
    if ends is not None:
        first, last = int(ends[1]), int(ends[2])
        if first in ids and last in ids and first <= last:
            return [ids[number] for number in sorted(ids) if first <= number <= last]
        if first in ids and last in ids:
            raise UsageError(f"{typed} runs backwards", f"the smaller number first: {ids[last]}-{ids[first]}")
    if by_id and (when := erased.get(int(by_id[1]))):
        raise UsageError(f"E{int(by_id[1]):04} was erased {when}", "abusekit custody log tells more")
    there = f"the case holds {len(ids)} items" if len(ids) != 1 else "the case holds 1 item"
    raise UsageError(f"no item {typed}", f"{there}; abusekit list shows them")


def say_whom_to_call(session: Session) -> None:
    """What to do, and whom to call, about a sexual image that may show somebody under 18 (R60, R62)."""
    from abusekit import safety

    session.say(safety.QUARANTINED)
    for post in safety.under_18_posts():
        session.say(f"  {', '.join(post.where):6} {post.about}: {post.text}")


def refuse_quarantined(session: Session, item_id: str, standing: Standing) -> None:
    """Silence, or, for an item in quarantine, whom to call and UsageError: nothing of it is shown (R62)."""
    from abusekit.errors import UsageError

    if standing.quarantined is None:
        return
    say_whom_to_call(session)
    raise UsageError(
        f"{item_id} is in quarantine since {standing.quarantined[:19]}Z: nothing of it is shown",
        f"the log tells who decided it, and why: abusekit custody log --item {item_id}",
    )


def needed_reason(reason: str) -> str:
    """A reason that says something. Raises UsageError."""
    from abusekit.errors import UsageError

    if not reason.strip():
        raise UsageError("a reason is needed", '--reason "…"')
    if _WORDS.search(reason) is None:
        raise UsageError("a reason needs words: this one has no letter and no digit", '--reason "…"')
    _check_length(reason)
    return reason.strip()


def _check_length(text: str) -> None:
    from abusekit.errors import UsageError

    if len(text) > MAX_TEXT:
        raise UsageError(f"a text of {len(text)} characters is too long for a line of the log", "shorten it")
