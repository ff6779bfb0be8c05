"""The names of accounts within a case: one line, the same from every source that states the same stable id.

    platform:ID          the platform's own id, a number (phone) or an e-mail address
    platform:@HANDLE     handle only
    platform:~NAME/ITEM  display name only, within one item; without a name: the owner of that item's export

What could break a line, reorder it, or be taken for a part of a key, is percent-encoded; so no two accounts share a
key by their spelling. A key says nothing about who uses the account.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote

from abusekit.accounts.model import AccountKey, IdBasis
from abusekit.importers.model import Account, IdKind

MAX_KEY = 200
"""Characters of a key; a longer one is cut, and ends in `%-` and the first 32 hex digits of its SHA-256."""
_DIGEST = 32
_CACHED = 65_536

PLATFORMS = {"twitter": "x", **dict.fromkeys(("sms", "mms", "call", "calls", "phone"), "phone")}
"""Names of platforms that mean another: one number is one account, whether it wrote or called."""

_URI_PLATFORMS = ("mastodon", "misskey")
_FEDI_ADDRESS = re.compile(r"https?://([^/@\s]+)/@([^/@\s]+)/?", re.IGNORECASE)
"""The address of a profile, by its handle; no actor's id (`/users/name`), though exports give it in its place."""
_PHONE = re.compile(r"\+?[0-9*#]+", re.ASCII)
_PHONE_MARKS = re.compile(r"[\s().\-/\u200e\u202a\u202c\u2010-\u2015\xa0]+")
_SIMPLE = re.compile(r"[A-Za-z0-9_.+=,:!$&'()*;?\[\]@-]*", re.ASCII)
_MARKS_IN_A_ROW = 2


class Named(NamedTuple):
    key: AccountKey
    platform: str
    """Normalised."""
    id: str
    """As written; empty for an owner whom nothing names."""
    basis: IdBasis


def of_record(account: Account, item: str) -> Named:
    """The account that a record of the export `item` names.

    A phone number without digits enough, or withheld (`-1`), is no stable id: a word is taken as a handle, what else
    there is as a name within the item.
    """
    return _of_parts(
        account.platform,
        account.id,
        account.id_kind,
        account.handle,
        account.name,
        account.owner is True,
        item,
    )


@lru_cache(maxsize=_CACHED)
def _of_parts(platform: str, id: str, kind: IdKind, handle: str, name: str, owner: bool, item: str) -> Named:
    platform = platform_name(platform)
    if kind == "platform_id" and id.strip():
        if platform in _URI_PLATFORMS and (found := _FEDI_ADDRESS.fullmatch(id.strip())):
            return _of_handle(platform, f"{found[2]}@{found[1]}")
        return _stable(platform, id, "platform_id")
    if kind == "email" and "@" in id:
        return _stable("email" if platform == "phone" else platform, id, "email")
    if kind == "phone":
        number = phone_digits(id)
        if number:
            return _stable("phone" if platform == "imessage" else platform, id, "phone")
        if re.search(r"[^\W\d_]", id):  # a word as the sender of an SMS: anybody can send under it
            return _of_handle(platform, id)
    if kind == "handle" and folded_handle(handle or id):
        return _of_handle(platform, handle or id)
    if folded_handle(handle):
        return _of_handle(platform, handle)
    if (
        owner and name != id and not _spelled_in(name, id)
    ):  # `id` is a word of the importer, not of the export
        return Named(_short(f"{_escaped(platform)}:~{_escaped(name)}/{item}"), platform, name, "name")
    return Named(_short(f"{_escaped(platform)}:~{_escaped(id or name)}/{item}"), platform, id or name, "name")


def of_page(platform: str, id: str, handle: str) -> Named | None:
    """The account that a page, or an address, names on a platform; None: neither an id nor a handle."""
    platform = platform_name(platform)
    if not platform:
        return None
    if id.strip():
        if platform == "phone" and not phone_digits(id):
            return None
        basis: IdBasis = "email" if platform == "email" else "phone" if platform == "phone" else "platform_id"
        return _stable(platform, id, basis)
    return _of_handle(platform, handle) if folded_handle(handle) else None


@lru_cache(maxsize=_CACHED)
def folded_handle(handle: str) -> str:
    """A handle as platforms compare it: NFC, small letters, without blanks around it and a leading @.

    Look-alike letters stay different: whether two handles look alike is a finding, not an identity.
    """
    text = unicodedata.normalize("NFC", handle).strip()
    text = text.removeprefix("@").strip()
    return unicodedata.normalize("NFC", text.lower())


def of_key(key: AccountKey) -> Named | None:
    """What a key itself says, of an account that the evidence does not show; None: it is none.

    The id is as the key spells it: of a key that was cut, not the whole.
    """
    platform, colon, rest = key.partition(":")
    if not (platform and colon and rest) or len(key) > MAX_KEY + 8 or not key.isprintable():
        return None
    name = unquote(platform)
    if rest.startswith("@"):
        handle = unquote(rest[1:].partition("#")[0])
        return Named(key, name, handle, "handle") if handle else None
    if rest.startswith("~"):
        shown, slash, item = rest[1:].rpartition("/")
        return Named(key, name, unquote(shown), "name") if slash and item else None
    id = unquote(rest)
    basis: IdBasis = "platform_id"
    if phone_digits(id) == id and (name == "phone" or id.startswith("+")):
        basis = "phone"
    elif name == "email" and "@" in id:
        basis = "email"
    return Named(key, name, id, basis)


def handle_key(platform: str, handle: str, turn: int = 1) -> AccountKey:
    """The key of an account known by its handle only; `turn`: the how manieth to be seen under it, from 1."""
    key = _short(f"{_escaped(platform_name(platform))}:@{_escaped(folded_handle(handle))}")
    return key if turn == 1 else f"{key}#{turn}"


@lru_cache(maxsize=1024)
def platform_name(platform: str) -> str:
    """In small letters, one name for each platform; also of names that hold anything."""
    name = " ".join(platform.lower().split())
    return PLATFORMS.get(name, name)


def phone_digits(text: str) -> str:
    """A number without blanks and strokes, `+` kept; "" where it is none, or withheld.

    A number without `+` stays national: which country it belongs to is not guessed. `(0)` after a country code is the
    written reminder of a national prefix, and no part of the number.
    """
    bare = text.strip("\u200e\u202a\u202c \xa0")
    if bare.startswith("+"):
        bare = bare.replace("(0)", "", 1)
    elif bare.startswith("-"):  # Android's -1, -2, -3: withheld
        return ""
    bare = _PHONE_MARKS.sub("", bare)
    return bare if _PHONE.fullmatch(bare) and sum(map(str.isdigit, bare)) >= 3 else ""


def _stable(platform: str, id: str, basis: IdBasis) -> Named:
    text = id.strip()
    if basis == "phone":
        text = phone_digits(id)
    elif basis == "email":
        text = unicodedata.normalize("NFC", text).lower()
    elif platform in _URI_PLATFORMS and "://" in text:
        scheme, _, rest = text.partition("://")
        host, slash, path = rest.partition("/")
        text = f"{scheme.lower()}://{host.lower()}{slash}{path}"
    spelled = _escaped(text)
    if spelled[:1] in "@~":  # would read as a handle, or a name
        spelled = f"%{ord(spelled[0]):02X}{spelled[1:]}"
    return Named(_short(f"{_escaped(platform)}:{spelled}"), platform, id.strip(), basis)


def _of_handle(platform: str, handle: str) -> Named:
    return Named(handle_key(platform, handle), platform, handle.strip().removeprefix("@"), "handle")


def _spelled_in(name: str, id: str) -> bool:
    """`id` is the name with what the program put before it: WhatsApp's `~ Anna`."""
    return bool(name) and id.endswith(name)


def _short(key: str) -> str:
    if len(key) <= MAX_KEY:
        return key
    digest = hashlib.sha256(key.encode("utf-8")).hexdigest()[:_DIGEST]
    return f"{key[: MAX_KEY - _DIGEST - 2]}%-{digest}"


def _escaped(text: str) -> str:
    """Without `%`, `/`, `#`, the colon of a platform's name apart; everything that does not show itself encoded."""
    if _SIMPLE.fullmatch(text):
        return text
    if len(text) > 4 * MAX_KEY:  # cut later; what is hashed then must hold all of it
        digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
        text = f"{text[:MAX_KEY]}{digest}"
    if not unicodedata.is_normalized("NFC", text):  # looks like another spelling
        return "".join(one if one.isascii() and _plain(one) else _encoded(one) for one in text)
    found: list[str] = []
    marks = 0
    for number, one in enumerate(text):
        marks = marks + 1 if unicodedata.combining(one) else 0
        blank = one == " " and 0 < number < len(text) - 1 and text[number - 1] != " "
        found.append(one if blank or (_plain(one) and marks <= _MARKS_IN_A_ROW) else _encoded(one))
    return "".join(found)


def _plain(sign: str) -> bool:
    return (
        sign not in '%/#"<>\\`|{}^ ' and sign.isprintable() and unicodedata.category(sign) not in ("Co", "Me")
    )


def _encoded(sign: str) -> str:
    return "".join(f"%{byte:02X}" for byte in sign.encode("utf-8", "surrogatepass"))
