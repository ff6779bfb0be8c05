"""Telephone numbers in free text: international ones as +digits, national ones as the digits that were typed.

A number plan is not consulted: that something has the form of a number does not prove that it is one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

_UNSEEN = "\u200b-\u200f\u2060\ufeff\u202a-\u202e\u2066-\u2069"
_GAP = rf"[ ./\-\u00a0\u2007\u2009\u202f\u2010-\u2014{_UNSEEN}]"
_PHONE = re.compile(
    rf"(?<![\w.,/:#$€£=+\-])(?:\+{_GAP}?)?(?:\d{{1,4}}{_GAP}{{0,2}})?(?:\(\d{{1,5}}\){_GAP}{{0,2}})?"
    rf"\d(?:{_GAP}{{0,3}}\d){{3,24}}(?!\w)"
)
_DATE = re.compile(r"(?:19|20)\d\d[-./ ]\d\d?[-./ ]\d\d?|\d\d?[-./ ]\d\d?[-./ ](?:19|20)\d\d")
_PIECE = re.compile(r"\S+")
_WITHIN = re.compile(r"\(0\)")
_FREE = re.compile(
    r"(?:\+44|0)(?:80[08]|84|87|30)|\+1(?:8(?:00|33|44|55|66|77|88))|8(?:00|33|44|55|66|77|88)\d{7}$"
)
INTERNATIONAL_CAP, NATIONAL_CAP = 1_000.0, 100.0
LEAST_NATIONAL, MOST_NATIONAL = 9, 12
LAST = 9
"""Digits at the end that a national and an international form of one number have in common."""


def phones(text: str) -> Iterator[tuple[str, int, int]]:
    """(value, start, end); no dates, no epochs, no numbers of cards, nothing below nine digits."""
    for match in _PHONE.finditer(text):
        if value := phone(match[0]):
            yield value, match.start(), match.end()
            continue
        for piece in _PIECE.finditer(match[0]):  # several, with no more than a space between them
            if value := phone(piece[0]):
                yield value, match.start() + piece.start(), match.start() + piece.end()


def phone(typed: str) -> str:
    """`+447700900123`, or the digits of a national form; empty: it does not look like a number."""
    plain = _WITHIN.sub("", typed) if "+" in typed or typed.startswith("00") else typed
    digits = "".join(str(unicodedata.digit(sign)) for sign in plain if sign.isdecimal())
    if "+" in typed or digits.startswith("00"):
        digits = digits.removeprefix("00")
        return f"+{digits}" if 8 <= len(digits) <= 15 and digits[0] != "0" else ""
    if _DATE.match(typed) or not LEAST_NATIONAL <= len(digits) <= MOST_NATIONAL:
        return ""
    if digits[0] == "0":
        return digits
    if (
        plain.isdecimal()
    ):  # without a gap it may be any number: of ten digits a North American one, of nine a mobile
        bare = (len(digits) == 10 and digits[0] > "1") or (len(digits) == 9 and digits[0] in "679")
        return digits if bare else ""
    return digits if len(digits) <= 11 and re.search(r"\d{3}", plain) else ""


def phones_alike(one: str, other: str) -> tuple[float, str]:
    """(cap, why) for two values of `phone`: 1,000 for equal international ones; 100 where the last nine digits are
    equal and one is national, which may be of two countries; 0: not the same number."""
    if one == other and one.startswith("+"):
        return INTERNATIONAL_CAP, ""
    if one[-LAST:] == other[-LAST:] and not (one.startswith("+") and other.startswith("+")):
        return NATIONAL_CAP, "a national form, whose country is not known"
    return 0.0, "other numbers"


def free(value: str) -> bool:
    """Whether it is a freephone or service number of the United Kingdom or of North America, which many call."""
    return _FREE.match(value) is not None
