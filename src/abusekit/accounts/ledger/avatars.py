"""Profile pictures that the case holds: found in captures by the address that the page names, never fetched.

The SHA-256 is that of the picture's bytes, transfer and content coding undone: the same as of the file that a person
saves. Platforms make pictures anew in several sizes and at any time, so different bytes say nothing.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from hashlib import sha256
from urllib.parse import urlsplit

from abusekit.accounts.ledger.archived import Archive
from abusekit.accounts.model import Where
from abusekit.capture.page_facts import facts_of_item
from abusekit.case.folder import Case
from abusekit.case.hashing import open_regular
from abusekit.case.records import Item, StoredFile
from abusekit.errors import CaseError
from abusekit.importers.media import HEAD_BYTES, media_type

MOST_BYTES = 20 << 20
"""Bytes of a picture; a larger one is nobody's portrait."""
MOST_ADDRESSES = 8
"""Addresses of pictures that are looked for in one capture."""
_RECORDING = "capture.wacz"
_X_SIZES = ("_400x400.", "_200x200.", "_bigger.", "_x96.", "_mini.")
"""X names the picture of 48 pixels (`…_normal.jpg`) and shows another size of it."""


def avatar_of(case: Case, item: Item) -> tuple[str, Where] | None:
    """SHA-256 and place of the profile picture that a capture holds of the page's own author; None: it holds none.

    None too for captures by the http engine without the page's parts, and where what is there is no picture by its
    content. Raises AbusekitError where the archive cannot be read. Whether the page is a wall, the caller knows.
    """
    found = next(_held(case, item), None)
    if found is None:
        return None
    url, data = found
    path = urlsplit(url).path[:200]
    return sha256(data).hexdigest(), Where(item.id, at=f"{_RECORDING}, answer of {path}")


def avatar_bytes(case: Case, item: Item, sha256: str) -> bytes | None:
    """The bytes of the picture with that SHA-256, from a capture, or a file that was taken in as it is.

    None: the item holds no such picture. Raises AbusekitError where the item's files cannot be read.
    """
    for stored in item.files:
        if stored.role == "original" and stored.sha256 == sha256:
            return _file(case, item, stored)
    return next((data for _, data in _held(case, item) if _digest(data) == sha256), None)


def _digest(data: bytes) -> str:
    return sha256(data).hexdigest()


def _file(case: Case, item: Item, stored: StoredFile) -> bytes | None:
    if stored.size > MOST_BYTES:
        return None
    try:
        fd, _ = open_regular(case.evidence / item.id / stored.name)
        with os.fdopen(fd, "rb") as stream:
            data = stream.read(MOST_BYTES + 1)
    except OSError as fault:
        raise CaseError(f"{item.id}/{stored.name} cannot be read: {fault.strerror}") from fault
    return data if _digest(data) == stored.sha256 and _is_picture(data) else None


def _held(case: Case, item: Item) -> Iterator[tuple[str, bytes]]:
    """Address and bytes of each picture that the page names as its author's and the archive has."""
    addresses = _addresses(item)
    if not addresses or not any(stored.name == _RECORDING for stored in item.files):
        return
    try:
        fd, _ = open_regular(case.evidence / item.id / _RECORDING)
        with os.fdopen(fd, "rb") as stream:
            archive = Archive(stream)
            for url in addresses:
                data = archive.body(url, MOST_BYTES)
                if data is not None and _is_picture(data):
                    yield url, data
    except OSError as fault:
        raise CaseError(f"{item.id}/{_RECORDING} cannot be read: {fault.strerror}") from fault


def _addresses(item: Item) -> list[str]:
    """What the page names, what it says of a person before what it shows to other sites (`og:image`)."""
    if item.kind != "capture":
        return []
    named = [one for one in facts_of_item(item.facts.get("page_facts")) if one.name == "author.image"]
    named.sort(key=lambda one: one.where.startswith("meta "))
    found: dict[str, None] = {}
    for one in named[:MOST_ADDRESSES]:
        found.setdefault(one.value)
        if "://pbs.twimg.com/profile_images/" in one.value and "_normal." in one.value:
            found |= dict.fromkeys(one.value.replace("_normal.", size) for size in _X_SIZES)
    return list(found)


def _is_picture(data: bytes) -> bool:
    return media_type(data[:HEAD_BYTES]).startswith("image/")
