"""Text from outside, safe to print: over every code point there is."""

from __future__ import annotations

import sys
import unicodedata

import pytest

from abusekit.plain import ESCAPED, JOINERS, safe_text


def test_every_code_point_of_the_dangerous_categories_is_escaped_and_no_other() -> None:
    for code in range(sys.maxunicode + 1):
        sign = chr(code)
        dangerous = unicodedata.category(sign) in ESCAPED and sign not in JOINERS
        shown = safe_text(f"a{sign}b")
        assert (shown != f"a{sign}b") is dangerous, hex(code)
        if dangerous:
            assert shown.isascii() and shown.isprintable()
            assert int(shown[3:-1], 16) == code


def test_categories_are_those_of_the_rule() -> None:
    assert {"Cc", "Cf", "Cs", "Zl", "Zp"} == ESCAPED
    for (
        sign
    ) in "\x00\x07\t\n\r\x1b\x7f\x85\x9b\xad\u200e\u200f\u2028\u2029\u202a\u202e\u2066\u2069\ufeff\ud800":
        assert safe_text(sign).startswith("\\")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2J\x1b]0;title\x07", "\\x1b[2J\\x1b]0;title\\x07"),
        ("photo\u202egpj.exe", "photo\\u202egpj.exe"),
        ("one\ntwo\ttab", "one\\x0atwo\\x09tab"),
        ("\U000e0041", "\\U000e0041"),
        ("\udcff", "\\udcff"),
        ("naïve 日本語 עברית 👨\u200d👩 می\u200cخواهم", "naïve 日本語 עברית 👨\u200d👩 می\u200cخواهم"),
        ("C:\\x1b", "C:\\x1b"),
        ("", ""),
    ],
)
def test_shown(text: str, shown: str) -> None:
    assert safe_text(text) == shown
    assert safe_text(shown) == shown
    shown.encode("utf-8")
