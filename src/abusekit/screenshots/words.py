"""Text as words and clock times, so that a picture's text and another one can be laid side by side.

Capitals, typographic forms, apostrophes and invisible signs make no difference; look-alike letters of another script
do. Dates are compared as the words and numbers that they are written with.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

MOST_WORDS = 20_000
"""Words of one picture; what is more is not compared, and said."""
LONGEST = 200
"""Characters of a word that are kept: more is no word that anybody reads."""

_APOSTROPHES = re.compile("(?<=\\w)['’‘ʼ`´](?=\\w)")
_CLOCK = re.compile(
    r"(?<![\w:.,/])(?:(?P<h>[01]?\d|2[0-3]):(?P<m>[0-5]\d)(?::[0-5]\d)?(?:\s?(?P<half>[ap])\.?m\b\.?)?"
    r"|(?P<h2>0?[1-9]|1[0-2])\.(?P<m2>[0-5]\d)\s?(?P<half2>[ap])\.?m\b\.?)(?![\w:/])",
    re.IGNORECASE | re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Word:
    folded: str
    # as it is compared
    shown: str
    # as it stood there
    readable: bool = True
    # False: whoever read it was not sure of it


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day that is written in a text."""

    shown: str
    minutes: tuple[int, ...]
    # minutes since midnight that it can mean: two where the 12-hour form does not say which half
    readable: bool = True


@dataclass(slots=True)
class Picture:
    """What can be read in a picture, in reading order."""

    words: list[Word] = field(default_factory=list)
    clocks: list[Clock] = field(default_factory=list)
    cut: bool = False
    # there were more than MOST_WORDS


def typed(text: str) -> Picture:
    """A text that a person typed: all of it is readable."""
    picture = Picture()
    for line in text.splitlines():
        take_line(picture, line, lambda _start, _end: True)
    return picture


def take_line(picture: Picture, line: str, sure: Callable[[int, int], bool]) -> None:
    """Add a line of text; `sure(start, end)` says of a span of it whether whoever read it was sure."""
    blank = list(line)
    for found in _CLOCK.finditer(line):
        clock = Clock(found[0], _minutes(found), sure(found.start(), found.end()))
        if len(picture.clocks) < MOST_WORDS:
            picture.clocks.append(clock)
        blank[found.start() : found.end()] = " " * (found.end() - found.start())
    for found in _word().finditer("".join(blank)):
        if len(picture.words) >= MOST_WORDS:
            picture.cut = True
            return
        for folded in fold(found[0]):
            picture.words.append(Word(folded, found[0][:LONGEST], sure(found.start(), found.end())))


def folded(text: str) -> list[str]:
    """The words of another text, in order, as they are compared; times of day left out."""
    return [word for found in _word().finditer(_CLOCK.sub(" ", text)) for word in fold(found[0])]


def clocks(text: str) -> Iterator[Clock]:
    """The times of day in another text."""
    for found in _CLOCK.finditer(text):
        yield Clock(found[0], _minutes(found))


def fold(word: str) -> list[str]:
    """One word as it is compared: compatibility forms and capitals folded, invisible signs and apostrophes gone.

    Several where folding makes several of it (`½` is 1 and 2), none where nothing is left.
    """
    if word.isascii():
        bare = _APOSTROPHES.sub("", word).lower()
        return [bare[:LONGEST]] if bare else []
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", word).casefold())
    text = "".join(sign for sign in _APOSTROPHES.sub("", text) if unicodedata.category(sign) != "Cf")
    return [part[:LONGEST] for part in _word().findall(text)]


@lru_cache(maxsize=1)
def _word() -> re.Pattern[str]:
    """A word: letters, digits and the marks that are written with them; a sign of Han or kana is one by itself.

    Scripts without blanks (Thai, Lao, Khmer) come as whole stretches, which then compare as one word.
    """
    marks = _ranges(
        [code for code in range(0x300, 0xFFFF) if unicodedata.category(chr(code)) in ("Mn", "Mc", "Me")]
    )
    han = "\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
    letter = rf"[^\W_{han}]"
    inside = rf"(?:{letter}|[{marks}\u00ad\u200b-\u200f\u2060\ufeff])"
    return re.compile(rf"[{han}]|{letter}{inside}*(?:['’‘ʼ`´]{letter}{inside}*)*")


def _ranges(codes: list[int]) -> str:
    found: list[list[int]] = []
    for code in codes:
        if found and found[-1][1] == code - 1:
            found[-1][1] = code
        else:
            found.append([code, code])
    return "".join(f"\\u{first:04x}-\\u{last:04x}" for first, last in found)


def _minutes(found: re.Match[str]) -> tuple[int, ...]:
    hour, minute = int(found["h"] or found["h2"]), int(found["m"] or found["m2"])
    half = (found["half"] or found["half2"] or "").lower()
    if half and 1 <= hour <= 12:
        return (hour % 12 * 60 + minute + (720 if half == "p" else 0),)
    if half or hour > 12 or hour == 0 or (found["h"] or "").startswith("0"):
        return (hour * 60 + minute,)
    return (hour % 12 * 60 + minute, hour % 12 * 60 + minute + 720)
