"""The line that begins an entry: `[14/03/2024, 21:05:00] Sam: text` (iOS), `3/4/24, 9:15 PM - Sam: text` (Android).

The form follows language and region of the phone that exported, so one export has one form. Read are numeric dates
with `/`, `.`, `-` or `. ` between, Arabic-Indic, Persian and Devanagari digits, seconds or none, `:` or `.` in the
time, half days before or after the time. Not read: dates with month names, years of another calendar by their letter
(Japanese eras), the time before the date (which is what copying from WhatsApp Web gives, not an export).
Threads: Pustur/whatsapp-chat-parser #248, rodrigogs/whats-reader #78, mtln/chat-export #28.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from abusekit.importers.whatsapp.authors import split_author

MARKS = "\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\ufeff"
_M = f"[{MARKS}]{{0,4}}"
_S = "[ \t\u00a0\u2007\u2009\u202f\u200e\u200f]"

_PAIRS: tuple[tuple[str, str], ...] = (
    ("öö", "ös"), ("π.μ.", "μ.μ."), ("πμ", "μμ"), ("午前", "午後"), ("上午", "下午"), ("凌晨", "晚上"),
    ("오전", "오후"), ("ص", "م"), ("ق.ظ.", "ب.ظ."), ("ق.ظ", "ب.ظ"),
    ("पूर्वाह्न", "अपराह्न"), ("ap.", "ip."), ("fm", "em"), ("de.", "du."),
    ("пр.об.", "сл.об."),
)  # fmt: skip
"""Half days of languages that do not write am and pm."""
_HALF = {word: half for pair in _PAIRS for word, half in zip(pair, ("am", "pm"), strict=True)}
_WORDS = "|".join(re.escape(word) for word in sorted(_HALF, key=len, reverse=True))
_PERIOD = rf"[aApP]\.?{_S}{{0,2}}[mM]\.?|(?i:{_WORDS})"
_FIELD = r"\d{4}|\d{1,2}"
_BETWEEN = rf"{_M}(?:/|-|\.{_S}?){_M}"
_HEADER = re.compile(
    rf"(?P<lead>{_M}\[?{_M})(?P<a>{_FIELD})(?P<first>{_BETWEEN})(?P<b>\d{{1,2}})(?P<second>{_BETWEEN})(?P<c>{_FIELD})"
    rf"(?P<gap>\.?{_M}(?:[,،、]{_S}{{0,3}}|{_S}{{1,3}})(?:klo{_S}|kl\.?{_S})?)"
    rf"(?:(?P<before>{_PERIOD})(?P<space>{_S}{{0,2}}))?"
    r"(?P<hour>\d{1,2})(?P<colon>[:.])\d{2}(?P<seconds>[:.]\d{2})?"
    rf"(?:(?P<room>(?:{_S}|_){{0,3}})(?P<after>{_PERIOD}))?"
    rf"(?P<end>\](?: -)?|{_S}[-\u2013\u2014]|:|)(?:[ \u00a0\u202f]|(?=[\r\n]|$))"
)
_NUMBER = re.compile(r"\d+")
_NAME = '(?:([^:\r\n"“«「 \u200e\u200f][^:\r\n"“«「]{0,198}):(?!//|(?<=\\d:)\\d) ?)?'
"""A name without quotation marks; others are left to `split_author`."""
MOST_FORMS = 64
_RECENT = 4
"""Forms that are tried first."""


class Style(NamedTuple):
    """How a header is written; the same for all entries of one export."""

    bracket: bool
    separators: tuple[str, str]
    widths: str
    """`4` for a field of four digits, else `2`: `224` is 14/03/2024 and 1/2/2024."""
    gap: str
    """Between date and time."""
    clock: tuple[str, str]
    """The sign between hour and minute, and the one before the seconds; empty where there are none."""
    period: tuple[str, str, bool]
    """The half day with case and dots kept (`am` for both), the space at it, whether it stands before the time."""
    end: str
    zero: str
    """The zero of the digits used."""


class Header(NamedTuple):
    """A header and the rest of its line, all as written."""

    style: Style
    lead: str
    """Marks of direction, the bracket."""
    written: str
    """Date and time."""
    date: str
    hour: str
    minute: str
    second: str
    """Empty where there is none; so is the half day."""
    half: str
    name: str
    """Before the first colon; empty where there is no name."""
    text: str
    """What follows, the line end left on."""

    @property
    def marked(self) -> bool:
        """A mark of direction stands first."""
        return self.lead != "" and self.lead[0] != "["


class HeaderReader:
    """Reads headers; a form that was met is recognised faster from then on.

    An export has one form, and its first line has it. A file with more than MOST_FORMS forms has them from people
    who typed them: further ones are not read, so that they cost no time.
    """

    def __init__(self) -> None:
        self._forms: dict[Style, re.Pattern[str]] = {}
        self._recent: list[tuple[re.Pattern[str], Style]] = []

    def read(self, line: str) -> Header | None:
        """The header that `line` begins with; None: it begins none. Numbers are not checked against the calendar."""
        for pattern, style in self._recent:
            found = pattern.match(line)
            if found is not None:
                return _header(found, style, line)
        met = _style(line)
        if met is None or (met not in self._forms and len(self._forms) >= MOST_FORMS):
            return None
        pattern = self._forms.get(met) or self._forms.setdefault(met, _pattern(met))
        self._recent = [(pattern, met), *self._recent[: _RECENT - 1]]
        found = pattern.match(line)
        return None if found is None else _header(found, met, line)


def _header(found: re.Match[str], style: Style, line: str) -> Header:
    if style.period[2]:
        lead, written, date, half, hour, minute, second, name = found.groups()
    else:
        lead, written, date, hour, minute, second, half, name = found.groups()
    text = line[found.end() :]
    if name is None:
        name, text = split_author(text)
    return Header(style, lead, written, date, hour, minute, second, half, name, text)


def numbers(date: str) -> tuple[int, int, int]:
    """The three numbers of a date as they stand there; which of them is the day is told elsewhere."""
    a, b, c = _NUMBER.findall(date)
    return int(a), int(b), int(c)


def padding(date: str, zero: str) -> tuple[int, int, int]:
    """For each of the three numbers, see `padded`."""
    a, b, c = _NUMBER.findall(date)
    return padded(a, zero), padded(b, zero), padded(c, zero)


def padded(number: str, zero: str) -> int:
    """2 where a zero was put before a number, 1 where it was not, 0 where the number does not tell."""
    return 1 if len(number) == 1 else 2 if len(number) == 2 and number[0] == zero else 0


def hour_of(header: Header) -> tuple[int, bool]:
    """The hour of the day; and whether there is no such hour in a half day (`00:08 a. m.`, `13:05 PM`): then it is
    the hour as written."""
    hour = int(header.hour)
    if not header.half:
        return hour, False
    if not 1 <= hour <= 12:
        return hour, True
    return hour % 12 + (12 if _half(header.half) == "pm" else 0), False


def _style(line: str) -> Style | None:
    found = _HEADER.match(line)
    if found is None:
        return None
    part = found.groupdict("")
    bracket = "[" in part["lead"]
    if bracket != part["end"].startswith("]"):
        return None
    if not part["end"] and not (part["seconds"] and part["first"].endswith(" ")):
        return None  # nothing but a space ends `13. 6. 2018. 21:25:15`; `3/4/24 9:15 come over` is talk
    zero = _zero(part["a"])
    if any(_zero(digit) != zero for digit in line[: found.end()] if digit.isdecimal()):
        return None  # no phone writes digits of two scripts
    before = bool(part["before"])
    period = (_shape(part["before"] or part["after"]), part["space"] if before else part["room"], before)
    widths = "".join("4" if len(part[name]) == 4 else "2" for name in "abc")
    clock = (part["colon"], part["seconds"][:1])
    return Style(
        bracket, (part["first"], part["second"]), widths, part["gap"], clock, period, part["end"], zero
    )


def _pattern(style: Style) -> re.Pattern[str]:
    """What finds headers of this form: lead, all that is written, date, hour, minute, second, half day (before the
    hour where it stands there), name."""
    digit = "[0-9]" if style.zero == "0" else f"[{style.zero}-{chr(ord(style.zero) + 9)}]"
    number = f"{digit}{digit}?"
    a, b, c = (digit * 4 if width == "4" else number for width in style.widths)
    first, second = map(re.escape, style.separators)
    shape, space, before = style.period
    half = "()"
    if shape in _HALF:
        half = "((?i:" + "|".join(re.escape(word) for pair in _PAIRS if shape in pair for word in pair) + "))"
    elif shape:
        half = "(" + re.escape(shape).replace("a", "[ap]").replace("A", "[AP]") + ")"
    seconds = f"{re.escape(style.clock[1])}({digit}{digit})" if style.clock[1] else "()"
    time = f"({number}){re.escape(style.clock[0])}({digit}{digit}){seconds}"
    time = half + re.escape(space) + time if before else time + re.escape(space) + half
    lead = rf"({_M}\[{_M})" if style.bracket else f"({_M})"
    end = re.escape(style.end) + r"(?:[ \u00a0\u202f]|(?=[\r\n]|$))"
    return re.compile(f"{lead}(({a}{first}{b}{second}{c}){re.escape(style.gap)}{time}){end}{_NAME}")


def _shape(period: str) -> str:
    """The first word of a pair of half days; `am` in the case and with the dots that stand there."""
    small = period.lower()
    if small in _HALF:
        return next(pair[0] for pair in _PAIRS if small in pair)
    return period.replace("p", "a").replace("P", "A")


def _half(period: str) -> str:
    """`am` or `pm`."""
    return _HALF.get(period.lower()) or ("am" if period[0] in "aA" else "pm")


def _zero(digit: str) -> str:
    """The zero of the script that a digit belongs to."""
    return chr(ord(digit[0]) - int(digit[0]))
