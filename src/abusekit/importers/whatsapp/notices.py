"""What WhatsApp says itself, told from what people write: kind of event, whom it concerns, what became of a call."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal, NamedTuple

from abusekit.importers.whatsapp.labels import CALLS, LONGEST, MISSED, NO_ANSWER, plain
from abusekit.importers.whatsapp.notice_labels import ENCRYPTION, NOTICES, TITLES

Kind = Literal[
    "call",
    "missed_call",
    "join",
    "leave",
    "block",
    "unblock",
    "title_change",
    "security_code",
    "notice",
    "system",
]
_MOST = 600
"""Characters of the longest notice; group names have at most a hundred."""
_SPLIT = re.compile(r"(\{\{\}\}|\{\})")
_ONE_SPACE = str.maketrans({"\u00a0": " ", "\u2009": " ", "\u202f": " ", "’": "'"})
_CALL = re.compile(r"([^.,、，]{3,40})[.,、，]\s*(.{0,80})", re.DOTALL)
_AT = re.compile(
    r"(.{5,60}?)(?: at| um| a las| à| alle| às| om| o| klo| عند)? ?\d{1,2}[:.]\d\d.{0,12}", re.DOTALL
)
"""`Missed voice call at 10:05`."""
_DURATION = re.compile(r"(\d{1,3}) ?(h|hr|hrs|hour|hours|min|mins|minutes?|s|sec|secs|seconds?)\b", re.ASCII)
_SECONDS = {"h": 3600, "m": 60, "s": 1}


class Notice(NamedTuple):
    kind: Kind
    target: str
    """The name in it of the one concerned; empty where it names nobody."""
    outcome: str = ""
    duration_s: int | None = None


class _Template(NamedTuple):
    parts: tuple[str, ...]
    named: int
    """Which of the gaps holds the name of the one concerned; -1: none does."""


def _template(words: str) -> _Template:
    pieces = _SPLIT.split(words)
    gaps = pieces[1::2]
    return _Template(tuple(pieces[::2]), gaps.index("{}") if "{}" in gaps else -1)


_TEMPLATES = sorted(
    ((kind, _template(words)) for kind, wordings in NOTICES.items() for words in wordings),
    key=lambda one: (len(one[1].parts) > 1, -sum(map(len, one[1].parts))),
)
"""The most literal first: `You left` before `{} left`."""
_TITLES = [_template(words) for words in TITLES]


def _fill(template: _Template, text: str, *, whole: bool = False) -> list[str] | None:
    """What stands in the gaps; None: the text is not worded so. After the last word a sentence may follow.

    Every part is looked for once, from left to right, so that no text takes long.
    """
    first, *others = template.parts
    if not text.startswith(first):
        return None
    at = len(first)
    gaps = []
    for number, part in enumerate(others):
        last = number == len(others) - 1
        if not part:
            found = len(text)
        elif last and whole:
            found = len(text) - len(part) if text.endswith(part) else -1
        else:
            found = text.find(part, at + 1)
        if found <= at:
            return None
        gaps.append(text[at:found])
        at = found + len(part)
    return gaps if not text[at:] or (text[at] in ".。।،,!" and not whole) else None


def notice_kind(text: str) -> Notice | None:
    """What a text without marks says, if WhatsApp words something so; None: it does not, or in no language known."""
    text = text.strip()
    if not 0 < len(text) <= _MOST:
        return None
    return _notice_kind(text)


@lru_cache(maxsize=1024)
def _notice_kind(text: str) -> Notice | None:
    text = text.translate(_ONE_SPACE)
    if text.startswith(ENCRYPTION):
        return Notice("notice", "")
    if (call := _call(text)) is not None:
        return call
    for kind, template in _TEMPLATES:
        gaps = _fill(template, text)
        if gaps is not None:
            target = gaps[template.named].strip() if template.named >= 0 else ""
            return Notice(kind, target)  # type: ignore[arg-type]
    return None


def _call(text: str) -> Notice | None:
    if len(text) > LONGEST:
        return None
    if plain(text) in MISSED:
        return Notice("missed_call", "", "missed")
    at = _AT.fullmatch(text)
    if at is not None and plain(at[1]) in MISSED:
        return Notice("missed_call", "", "missed")
    found = _CALL.fullmatch(text)
    if found is None:
        return None
    words, rest = plain(found[1]), found[2]
    if words in MISSED:
        return Notice("missed_call", "", "missed")
    if words not in CALLS:
        return None
    length = _duration(rest)
    if length is not None:
        return Notice("call", "", "answered", length)
    return Notice("call", "", "missed" if plain(rest) in NO_ANSWER else "")


def _duration(text: str) -> int | None:
    found = _DURATION.findall(text)
    return sum(int(count) * _SECONDS[unit[0]] for count, unit in found) if found else None


def title_of(name: str) -> str:
    """The chat's name in an exported file's name (without `.txt` or `.zip`); empty: it is worded in no way known."""
    for worded in (name, name.replace("_", " ")):
        for template in _TITLES:
            gaps = _fill(template, worded.strip(), whole=True)
            if gaps is not None:
                return gaps[0].strip()
    return ""
