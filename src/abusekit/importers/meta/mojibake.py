"""Meta's JSON spells the bytes of UTF-8 as if each were a character: `\\u00c3\\u00a9` for é.

Decided string by string, never for a whole file (files that mix both ways are known: MasterScrat/Chatistics #43 and
#65, joweich/chat-miner #78). A string is changed only where all of this holds:

1. its record writes it in such escapes, and holds nothing but ASCII beside them: who writes é as itself has not
   spelled bytes (the newer end-to-end encrypted exports do, and so a typed `Ã©` stays what it is);
2. all its characters are below U+0100, and as bytes they are good UTF-8;
3. either the whole file spells bytes (no raw letter beyond ASCII, no escape above `\\u00ff`), or the string holds a
   control character of U+0080 to U+009F, which nobody types.

Not proved: that a person did not type `Ã©` in a file that spells bytes; the bytes stay behind the record's place.
"""

from __future__ import annotations

import re

LATIN_TO_UTF8 = "latin-1 to utf-8"

_WIDE = re.compile(rb"\\u(?!00)")
_ESCAPED_BACKSLASH = re.compile(rb"\\\\")
_CONTROL = re.compile("[\x80-\x9f]")


def spells_bytes(data: bytes) -> bool:
    """Whether a JSON file spells bytes: ASCII only, and no escape stands for a character above U+00FF."""
    if not data.isascii():
        return False
    return not _WIDE.search(data) or not _WIDE.search(_ESCAPED_BACKSLASH.sub(b"", data))


class Mender:
    """Mends the strings of one record; `changed` tells whether one was mended."""

    __slots__ = ("_bytewise", "_escaped", "changed")

    def __init__(self, raw: bytes, bytewise: bool) -> None:
        self._escaped = b"\\u00" in raw and raw.isascii()
        self._bytewise = bytewise
        self.changed = False

    def __call__(self, text: str) -> str:
        """The text as its writer meant it, or as it stands."""
        if not self._escaped or text.isascii():
            return text
        try:
            mended = text.encode("latin-1").decode("utf-8")
        except UnicodeError:
            return text
        if not self._bytewise and _CONTROL.search(text) is None:
            return text
        self.changed = True
        return mended
