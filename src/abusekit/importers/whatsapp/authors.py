"""Who an entry is by: the name before the first colon, and what kind of name it is.

The names come from the phone that exported: its address book for those who stand in it, the name that an account
chose for itself after `~` (U+007E) for those who do not, or their number. The phone's owner appears under the name of
the own profile. So a name is no identity, and the name after `~` is whatever its bearer liked to be called.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from unicodedata import normalize

from abusekit.importers.model import Account
from abusekit.importers.whatsapp.labels import unmarked

MOST_NAME = 200
"""Characters of a name; what has no colon before that has no author."""
_COLON = re.compile(r":(?!//)(?!(?<=\d:)\d)")
_TILDE = re.compile("~[ \u00a0\u2009\u202f]*")
_PHONE = re.compile(r"\+?[0-9][0-9() \u00a0\u2009\u202f\u2011./-]{5,30}", re.ASCII)

_UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
# Default_Ignorable_Code_Point of the Unicode Character Database


def split_author(rest: str) -> tuple[str, str]:
    """Name as written and text, of what follows a header; no name: the line is WhatsApp's own.

    The name ends at the first colon, which a space follows or the text itself. A name that holds a colon cannot be
    told from its text. No name is ended by a colon inside of quotation marks (`created group "Plan: B"`), in a time
    (`Missed voice call at 10:05`) or in an address (`https://`).
    """
    found = _COLON.search(rest, 0, MOST_NAME)
    at = found.start() if found else -1
    if at <= 0:
        return "", rest
    name = rest[:at]
    if '"' in name or "“" in name or "«" in name or "「" in name:
        if name.count('"') % 2 or name.count("“") > name.count("”") or name.count("«") > name.count("»"):
            return "", rest
        if name.count("「") > name.count("」"):
            return "", rest
    if not unmarked(name).strip():
        return "", rest
    text = rest[at + 1 :]
    return name, text[1:] if text[:1] == " " else text


def account(name: str, owner: str) -> Account:
    """The account that a name as written stands for. `owner`: the name declared to be the exporter's, or empty.

    `id` keeps the tilde, so that a stranger who calls himself like a contact is not the contact.
    """
    shown = unmarked(name).strip()
    bare = shown
    chosen = _TILDE.match(shown)
    if chosen is not None and chosen.end() < len(shown):
        bare = shown[chosen.end() :]
        shown = "~ " + bare
    is_owner = None if not owner else owner in (bare, shown)
    if _PHONE.fullmatch(bare):
        return Account("whatsapp", bare, "phone", name=bare, owner=is_owner)
    if chosen is not None or is_owner:
        return Account("whatsapp", shown, name=bare, name_from="sender", owner=is_owner)
    return Account("whatsapp", shown, name=bare, name_from="contact_book", owner=is_owner)


def look_alikes(names: Iterable[str]) -> frozenset[str]:
    """The names as written that hold invisible characters and without these look like another of `names`.

    The marks that WhatsApp itself puts around names (U+200E and U+202A before, U+202C after) are no sign. Compared is
    without regard to case and to compatibility forms; look-alike letters of other scripts are not looked for.
    """
    bare = {name: name.lstrip("\u200e\u202a").rstrip("\u202c") for name in names}
    unseen = [name for name, rest in bare.items() if not rest.isascii() and _UNSEEN.search(rest)]
    if not unseen:
        return frozenset()
    seen: dict[str, set[str]] = {}
    for rest in bare.values():
        seen.setdefault(_as_seen(rest), set()).add(rest)
    return frozenset(name for name in unseen if len(seen[_as_seen(bare[name])]) > 1)


def _as_seen(name: str) -> str:
    return normalize("NFKC", normalize("NFKC", _UNSEEN.sub("", name)).casefold()).strip()
