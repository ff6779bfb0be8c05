"""Record-only: an address and a person's words about it, and not one byte of what stands there (R60, R61).

For what may be illegal to copy, even to help. Nothing here touches the network, and the words are checked so
that no picture slips in among them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from abusekit.capture.address import LENGTH_LIMIT, check_address
from abusekit.capture.address_ids import address_ids
from abusekit.case.canonical import JSON
from abusekit.case.decisions import TAG
from abusekit.case.intake import Draft
from abusekit.case.sighting import Sighting
from abusekit.errors import UsageError

MAX_DESCRIPTION = 2_000
"""Characters: a neutral description is short."""
MAX_FIELD = 500
"""Characters of each of the other fields."""
MAX_IDS = 50
LIMITS = (
    "no content is held, on purpose: nothing was fetched, opened or copied, and no digest of it was made",
    "the description is what a person says that they saw; nothing here shows that it is so",
)

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]{0,30}):\S")
_CARRIES = ("data", "javascript", "vbscript", "blob", "file", "about", "view-source")
"""Schemes of addresses that hold content themselves, or lead to this computer."""
_MARKUP = re.compile(r"(?i)data:[a-z]+/|<\s{0,5}(?:img|video|svg|iframe|object|embed|source|picture)\b|!\[")
_LONGEST_WORD = 200
"""Characters without a blank, in a description: what is longer is an encoded file, not a word."""
_ID = re.compile(r"[^=\s][^=]{0,39}=.{1,300}")


@dataclass(frozen=True, slots=True)
class Recorded:
    """What is noted of one address. Built by `make_record`."""

    address: str
    # as typed; never asked
    description: str
    # neutral, in a person's words
    account: str
    # handle or name of the account as shown; empty: not noted
    ids: tuple[tuple[str, str], ...]
    # (name, value) of account, post, … as they stand in the address or were read off by a person
    platform: str
    # name of the platform; empty: not noted
    seen: Sighting | None
    # when it was seen, as a person says; None: not noted
    police_ref: str
    # reference of a report to the police; empty: none
    iwf_ref: str
    # reference of a report to a hotline such as the IWF; empty: none
    category: str
    # a label, or empty


def make_record(
    address: str,
    description: str,
    *,
    account: str = "",
    ids: tuple[str, ...] = (),
    platform: str = "",
    seen: Sighting | None = None,
    police_ref: str = "",
    iwf_ref: str = "",
    category: str = "",
) -> Recorded:
    """A checked record; `ids` are `NAME=VALUE`. Asks no network.

    Raises UsageError with what to do: an address that is none or holds content itself, a description that is
    empty, long, or holds markup or an encoded file, a field that is too long, an id or a category of another form.
    """
    _check_record_address(address)
    _check_words("the description", description, MAX_DESCRIPTION)
    if not description.strip():
        raise UsageError("the description is empty", "say in neutral words what kind of thing it is")
    for name, value in (
        ("the account", account),
        ("the platform", platform),
        ("the police reference", police_ref),
        ("the hotline's reference", iwf_ref),
    ):
        _check_words(name, value, MAX_FIELD)
    if category and not TAG.fullmatch(category):
        raise UsageError(f"not a label: {category[:60]}", "letters, digits, blank, . : - _, at most 60")
    if len(ids) > MAX_IDS:
        raise UsageError(f"more than {MAX_IDS} ids", "note the ones that name the account and the post")
    pairs = [_pair(one) for one in ids]
    return Recorded(
        address,
        description.strip(),
        account.strip(),
        tuple(pairs),
        platform.strip(),
        seen,
        police_ref.strip(),
        iwf_ref.strip(),
        category,
    )


def fill(draft: Draft, record: Recorded) -> None:
    """Stage a record as an item of kind `record-only`, which has no files."""
    draft.kind = "record-only"
    source: dict[str, JSON] = {"address": record.address, "way": "noted by a person; nothing was fetched"}
    for name, value in (
        ("account", record.account),
        ("platform", record.platform),
        ("category", record.category),
        ("police_ref", record.police_ref),
        ("iwf_ref", record.iwf_ref),
    ):
        if value:
            source[name] = value
    if record.ids:
        source["ids"] = [{"name": name, "value": value} for name, value in record.ids]
    draft.source = source
    draft.facts = {"description": record.description}
    read = address_ids(record.address)
    if read is not None and (read.ids or read.platform):
        draft.facts["read_from_address"] = {
            "platform": read.platform,
            "kind": read.kind,
            "ids": [{"name": name, "value": value} for name, value in read.ids],
        }
    if record.seen is not None:
        draft.source["seen"] = record.seen.facts()
        draft.dated = [record.seen.dated()]
    draft.limits = list(LIMITS)
    draft.tags = [record.category] if record.category else []


def _check_record_address(address: str) -> None:
    """An address of the web, or of an app (`tg://…`): anything that only points. Raises UsageError."""
    scheme = _SCHEME.match(address)
    if scheme is None:
        raise UsageError("this is no address", "give one like https://example.org/page")
    if scheme[1].lower() in _CARRIES:
        raise UsageError(
            f"an address of the kind {scheme[1]}: holds content, or leads to this computer",
            "note the address of the page on which it stands",
        )
    if len(address) > LENGTH_LIMIT:
        raise UsageError(f"the address is longer than {LENGTH_LIMIT} characters", "check what was pasted")
    if scheme[1].lower() in ("http", "https"):
        check_address(address)
    elif not address.isprintable() or any(letter.isspace() for letter in address):
        raise UsageError("the address contains characters that have no place in one", "copy it again")


def _check_words(name: str, text: str, limit: int) -> None:
    if len(text) > limit:
        raise UsageError(
            f"{name} is longer than {limit:,} characters", "shorten it; a diary entry can say more"
        )
    if not all(letter.isprintable() or letter == "\n" for letter in text):
        raise UsageError(f"{name} contains characters that cannot be shown", "type it anew")
    if _MARKUP.search(text) or any(len(word) > _LONGEST_WORD for word in text.split()):
        raise UsageError(
            f"{name} seems to hold a picture or an encoded file",
            "words only: nothing of the content may be in the record",
        )


def _pair(text: str) -> tuple[str, str]:
    if not _ID.fullmatch(text) or not text.isprintable():
        raise UsageError(f"not an id: {text[:60]}", "NAME=VALUE, such as account=1234567890")
    name, _, value = text.partition("=")
    _check_words("an id", value, MAX_FIELD)
    return name.strip(), value.strip()
