"""Text from outside, safe to print: nothing in it can move the cursor, reorder letters or end a line."""

from __future__ import annotations

import unicodedata

ESCAPED = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Unicode general categories that are shown as escapes: control, format (bidirectional overrides, marks,
tags, byte order mark), lone surrogates, line and paragraph separators."""

JOINERS = frozenset("\u200c\u200d")
"""The two format characters that stay: Persian, Hindi and many emoji are spelled with them, and they neither
reorder nor hide text."""


def safe_text(text: str) -> str:
    """`text` on one line, with everything of the categories in `ESCAPED` written as \\x1b, \\u202e, \\U000e0001.

    For people to read, not to be read back: a backslash that was there stays as it is. What comes out can be
    encoded as UTF-8. It is not escaped for HTML or CSV, and look-alike letters are left as they are.
    """
    if text.isprintable():  # the usual case, at the speed of C: none of the categories is printable
        return text
    return "".join(_safe(sign) for sign in text)


def _safe(sign: str) -> str:
    if sign.isprintable() or sign in JOINERS or unicodedata.category(sign) not in ESCAPED:
        return sign
    code = ord(sign)
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
