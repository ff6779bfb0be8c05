"""Accounts in the order and the words in which people read lists of them; no message words, nothing decided here."""

from __future__ import annotations

import re
import textwrap
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from abusekit.accounts.model import Account, DatedBy, NamedBy, Seen, Span, StatusKind
from abusekit.plain import safe_text

MARKS_IN_A_ROW = 3
"""Combining marks on one letter that are shown, as many as Hebrew and Tibetan need; names heap up hundreds, which run
over the lines around them."""
WIDTH = 80
"""Columns of a terminal."""
_INSTANT = re.compile(r"(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?) (\S+)", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d(?!\d)", re.ASCII)

DATED_WORDS: dict[DatedBy, str] = {
    "capture": "on the page",
    "message": "in the message itself",
    "export": "in the export, which shows what was set on the day it was made",
    "event": "in the platform's own note of it",
    "person": "said by a person",
    "none": "not dated",
}
NAMED_WORDS: dict[NamedBy, str] = {
    "platform": "",
    "sender": "",
    "contact_book": "[name in the phone's contacts]",
    "person": "[said by a person]",
    "unknown": "[not known who chose it]",
}
"""What is put behind a display name (R45)."""
STATUS_WORDS: dict[StatusKind, str] = {
    "live": "its page was shown",
    "renamed": "the same id was shown under another handle",
    "suspended": "the site said so, or a person did",
    "gone": "nothing is at its address any more; no reason is known",
    "not shown": "a wall, an error or the network stood before its page; says nothing of the account",
    "unknown": "no capture looked at its own page, or another account is there now",
}
"""What a state means, in a list."""
BASIS_WORDS: dict[str, str] = {
    "platform_id": "known by the platform's own id, which a change of name does not change",
    "phone": "known by its phone number",
    "email": "known by its e-mail address",
    "handle": "known by its handle only: whoever uses it next may be somebody else",
    "name": "known by a display name only, within one item: anybody can bear it",
}


def short(text: str, limit: int) -> str:
    """`text` on one line, safe to print, of at most `limit` characters and an ellipsis."""
    plain = safe_text(_few_marks(text, limit))
    return plain if len(plain) <= limit else plain[:limit] + "…"


def _few_marks(text: str, limit: int) -> str:
    """The start of `text`, with at most three marks on a letter, and an ellipsis for those that are left out."""
    kept: list[str] = []
    marks = 0
    for sign in text:
        # enclosing marks have no combining class, so the category decides
        marks = marks + 1 if not sign.isascii() and unicodedata.category(sign) in ("Mn", "Me") else 0
        if marks <= MARKS_IN_A_ROW + 1:
            kept.append(sign if marks <= MARKS_IN_A_ROW else "…")
            if len(kept) > limit:
                break
    return "".join(kept)


def counted(number: int, of: str) -> str:
    """`1 item`, `2 items`."""
    return f"{number} {of}" if number == 1 else f"{number} {of}s"


def wrapped(parts: Sequence[str], indent: int, *, hang: int = 0) -> Iterator[str]:
    """`parts`, two blanks between them, on lines of at most 80 columns; a part is broken only where it fills a line.

    What has no blank in it, such as a key, stays whole, so that it can be copied. hang: further columns of indent
    from the second line on.
    """
    first, others = " " * indent, " " * (indent + hang)
    line = ""
    for part in parts:
        start = others if line else first
        if line and len(line) + 2 + len(part) <= WIDTH:
            line += f"  {part}"
            continue
        if line:
            yield line
        *whole, line = textwrap.wrap(
            part, WIDTH, initial_indent=start, subsequent_indent=others, break_long_words=False, break_on_hyphens=False
        ) or [start]  # fmt: skip
        yield from whole
    if line:
        yield line


def in_order(accounts: Iterable[Account]) -> list[Account]:
    """Those first that wrote most to the victim; then as the evidence first shows them."""
    return sorted(accounts, key=lambda one: (-one.tally.to_owner, one.number))


def newest_name(account: Account) -> Span | None:
    """The span that `Account.name` is from."""
    names = account.of("name")
    chosen = [one for one in names if one.named_by != "contact_book"] or names
    return max(chosen, key=lambda span: (span.last.latest, span.first.earliest), default=None)


def called(account: Account) -> str:
    """An account in a sentence: `x:12345 (@owl)`."""
    key = short(account.key, 200)
    return f"{key} (@{short(account.handle, 40)})" if account.handle and account.basis != "handle" else key


def first_and_last(account: Account) -> tuple[Seen, Seen] | None:
    """When the evidence first and last shows the account; what a person only said counts where nothing else does.

    None: nothing about it has a time.
    """
    tally, posted = account.tally, account.posted
    seen = [one for span in account.spans for one in (span.first, span.last)]
    seen += [status.at for status in account.statuses] + [act.at for act in account.acts]
    seen += [one for one in (tally.first, tally.last, posted.first, posted.last) if one is not None]
    dated = [one for one in seen if one.earliest]
    dated = [one for one in dated if one.dated_by not in ("person", "export", "none")] or dated
    if not dated:
        return None
    return min(dated, key=lambda one: one.earliest), max(dated, key=lambda one: one.latest)


def day(seen: Seen, zone: str) -> str:
    """The day in `zone`, or as the source showed it where its own zone is not known."""
    if found := _DAY.match(seen.shown):
        return found[0]
    try:
        return datetime.fromisoformat(seen.earliest).astimezone(ZoneInfo(zone)).date().isoformat()
    except ValueError:
        return short(seen.shown, 40)


def period(first: Seen, last: Seen) -> str:
    """From when to when, as the sources show it; the day and the zone once where they are the same."""
    one, other = short(first.shown, 80), short(last.shown, 80)
    if one == other:
        return one
    began, ended = _INSTANT.fullmatch(one), _INSTANT.fullmatch(other)
    if began and ended and (began[1], began[3]) == (ended[1], ended[3]):
        return f"{began[1]} {began[2]} to {ended[2]} {began[3]}"
    return f"{one} to {other}"


def gap(before: Span, after: Span) -> tuple[str, str] | None:
    """UTC of the end of `before` and of the start of `after`, where nothing of that field was seen in between."""
    end, start = before.last.latest, after.first.earliest
    return (end, start) if end and start and end < start else None
