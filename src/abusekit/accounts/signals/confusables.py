"""What a text looks like: signs that the eye takes for one another become one sign, marks and unseen signs go.

The table is that of Unicode Technical Standard #39 (confusables.txt 17.0.0, Unicode License v3; `unicode_license.txt`).
To it are added: case, which platforms do not tell apart in handles; and digits and signs used as letters (`n1ght0wl`).
What comes out is for comparing only and is not to be shown.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from importlib import resources

LEET = {
    "0": "o",
    "1": "l",
    "3": "e",
    "4": "a",
    "5": "s",
    "7": "t",
    "@": "a",
    "$": "s",
    "!": "l",
    "|": "l",
    "i": "l",
}
"""Own choice. `i`, `l`, `1` are one sign, since capital I and small l are drawn alike."""
SMALL_CAPITALS = dict(
    zip("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋĸʟɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ", "abcdefghljkklnoprstuvwyz", strict=True), ᴍ="rn", ʍ="rn"
)  # fmt: skip
"""Own choice: letters that Unicode keeps apart from the plain ones. To them it maps `к`, `κ`, `т`, whose capitals look
like K and T; and people write their names in them."""
GENERIC_MARKS = ((0x300, 0x36F), (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF), (0x20D0, 0x20FF), (0xFE20, 0xFE2F))
"""Blocks of combining marks that belong to no script: accents, overlays, zalgo. Vowel signs of Hindi or Arabic stay."""
_OWN = LEET | SMALL_CAPITALS
UNSEEN = frozenset("\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters and a symbol that are drawn as nothing; variation selectors and the categories of `_seen` are added."""
MOST_ROUNDS = 8
"""Rounds after which no sign of Unicode changes any more (it takes 4; a test goes through all of them)."""


def skeleton(text: str) -> str:
    """What `text` looks like; equal for two texts that may be taken for one another. Any text; may be empty.

    Each sign is mapped by itself, so `skeleton(a + b) == skeleton(a) + skeleton(b)`, and a skeleton is its own.
    """
    return text.translate(_signs())


class _Signs(dict[int, str]):
    """Code point → its skeleton, worked out when first met."""

    def __missing__(self, code: int) -> str:
        sign = chr(code)
        for _ in range(MOST_ROUNDS):
            sign, before = "".join(map(_step, sign)), sign
            if sign == before:
                break
        self[code] = sign
        return sign


@cache
def _signs() -> _Signs:
    return _Signs()


def _step(sign: str) -> str:
    plain = "".join(filter(_seen, unicodedata.normalize("NFKD", sign))).casefold()
    return "".join(_OWN.get(one, one) for one in plain.translate(_table()))


def _seen(sign: str) -> bool:
    code = ord(sign)
    if code < 0x80:
        return sign >= " " and code != 0x7F
    return not (
        sign in UNSEEN
        or 0xFE00 <= code <= 0xFE0F
        or 0xE0100 <= code <= 0xE01EF
        or unicodedata.category(sign) in {"Cc", "Cf", "Cs"}
        or any(first <= code <= last for first, last in GENERIC_MARKS)
    )


@cache
def _table() -> dict[int, str]:
    """Code point → what it looks like, as Unicode has it."""
    text = resources.files(__package__).joinpath("unicode_confusables.txt").read_text("ascii")
    found: dict[int, str] = {}
    for line in text.splitlines():
        if not line.startswith("#"):
            target, _, sources = line.partition(": ")
            looks = "".join(chr(int(code, 16)) for code in target.split())
            found.update((int(code, 16), looks) for code in sources.split())
    return found
