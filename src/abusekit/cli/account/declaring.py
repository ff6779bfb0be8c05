"""What a person may declare about an account: which one is meant, and whether a value is one at all."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from abusekit.errors import UsageError
from abusekit.plain import safe_text

if TYPE_CHECKING:
    from abusekit.accounts.keys import Named
    from abusekit.accounts.model import Account, AccountKey, Ledger

MAX_VALUE = 200
"""Characters of a handle, a number, an address of a person; of a name, an address of a page, a bio: below."""
MAX_OF = {"name": 1_000, "url": 2_000, "bio": 4_000}
_PLATFORM = re.compile(r"[a-z0-9][a-z0-9. -]{0,60}")
_EMAIL = re.compile(r"[^\s@]{1,64}@[^\s@]{1,190}")
_HOW_NEW = "an account that no item shows is named by platform and id or handle: x:12345, x:@owl, phone:+447700900123"


def named(ledger: Ledger, typed: str) -> tuple[AccountKey, Account | None]:
    """The account that is meant, and its key; None for one that nothing shows yet.

    Raises UsageError: several are meant, or a new one is not named so that it can be told from others.
    """
    from abusekit.accounts.ledger.reading import resolve

    new, why = _new(typed)
    key = typed.strip() if typed.strip() in ledger.accounts else new.key if new else ""
    if key in ledger.accounts:
        return key, ledger.accounts[key]
    try:
        one = resolve(ledger, typed)
    except UsageError as fault:
        if new is None:
            raise UsageError(fault.message, why or fault.hint) from fault
        return new.key, None
    return one.key, one


def _new(typed: str) -> tuple[Named | None, str]:
    """The account that a text names by itself, or None and what to write instead."""
    from abusekit.accounts.keys import of_page, of_record, phone_digits
    from abusekit.importers.model import Account as Recorded

    text = typed.strip()
    if "://" in text.partition(":")[2][:3] or text.lower().startswith(("http:", "https:")):
        return _of_address(text)
    platform, colon, id = text.partition(":")
    platform, id = platform.strip().lower(), id.strip()
    if not colon or not _PLATFORM.fullmatch(platform) or not id or not _clean(id) or len(id) > MAX_VALUE:
        return None, _HOW_NEW
    if id.startswith("~"):
        return None, "a display name alone is no account that can be told from others: name a handle or an id"
    if id.startswith("@"):
        handle = id.removeprefix("@").strip()
        return (
            (of_page(platform, "", handle), _HOW_NEW) if not re.search(r"[\s#]", handle) else (None, _HOW_NEW)
        )
    if id.startswith("+") and phone_digits(id):
        return of_record(Recorded(platform, id, "phone"), ""), _HOW_NEW
    if platform == "email" and not _EMAIL.fullmatch(id):
        return None, _HOW_NEW
    if platform != "email" and (not re.search(r"\d|^did:", id) or re.search(r"\s", id)):
        return (
            None,
            f"an id of a platform has digits; a handle is written with @: {platform}:@{safe_text(id)[:60]}",
        )
    return of_page(platform, id, ""), _HOW_NEW


def _of_address(text: str) -> tuple[Named | None, str]:
    from abusekit.accounts.keys import of_page
    from abusekit.capture.address_ids import address_ids

    ids = address_ids(text)
    if ids is None or not ids.known_host:
        return None, "the address is of no platform whose addresses abusekit knows: write PLATFORM:@HANDLE"
    if ids.kind != "profile":
        return None, "the address is not one of a profile: X takes any handle before the number of a post"
    said = dict(ids.ids)
    return of_page(ids.platform, said.get("author.id", ""), said.get("author.handle", "")), _HOW_NEW


def _clean(text: str) -> bool:
    return text.isprintable()


def checked(field: str, value: str) -> str:
    """The value of a field, without blanks around it. Raises UsageError: none, or none of that field."""
    text = value.strip()
    longest = MAX_OF.get(field, MAX_VALUE)
    if field == "handle":
        text = text.removeprefix("@").strip()
    if not text:
        raise UsageError(
            f"--{field} says nothing", f"abusekit account observe --help tells what --{field} is"
        )
    if len(text) > longest:
        raise UsageError(f"--{field} is {len(text)} characters long", f"at most {longest}: shorten it")
    _check_form(field, text)
    return text


def _check_form(field: str, text: str) -> None:
    from abusekit.accounts.keys import phone_digits

    shown = safe_text(text)[:60]
    if "\0" in text or (field not in ("name", "bio") and not _clean(text)):
        raise UsageError(f"--{field} holds characters that nobody sees: {shown}", "type it by hand")
    if field == "handle" and re.search(r"[\s/#]", text):
        raise UsageError(f"{shown} is no handle", "one word, such as owl_7, without / and #")
    if field == "phone" and not phone_digits(text):
        raise UsageError(
            f"{shown} is no phone number", "such as +447700900123; what country it is of is not guessed"
        )
    if field == "email" and not _EMAIL.fullmatch(text):
        raise UsageError(f"{shown} is no e-mail address", "such as owl@example.org")
    if field == "url" and not re.match(r"https?://[^\s/]+", text, re.IGNORECASE):
        raise UsageError(f"{shown} is no address", "such as https://x.com/owl")
