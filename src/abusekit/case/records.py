"""What a case holds: an item (one thing taken into evidence) and its files, as `item.json` says it."""

from __future__ import annotations

from typing import Literal

import msgspec

from abusekit.case.canonical import DOCUMENT_DEPTH, JSON, NotCanonicalError, check, decode, encode_checked
from abusekit.errors import EvidenceError, InputError

ITEM_FORMAT = "abusekit-item/1"
MAX_ITEM_JSON = 4 * 1024 * 1024

Kind = Literal["capture", "file", "export", "note", "record-only"]
Role = Literal["original", "rendering", "metadata"]
Fidelity = Literal["exact", "exact-partial", "decoded", "artefact-only"]


class StoredFile(msgspec.Struct, frozen=True):
    name: str
    """Name inside the item's folder: neutral, ASCII."""
    size: int
    """Bytes."""
    sha256: str
    """Lower-case hex."""
    media_type: str
    role: Role


class Legs(msgspec.Struct, frozen=True):
    """The three legs of the Berkeley minimum (R1): which of them this item has."""

    address: bool
    source: bool
    picture: bool


class DatedFact(msgspec.Struct, frozen=True):
    """A time that stands somewhere in the item."""

    what: str
    """What happened then, in words: `photo taken`, `time shown on the page`."""
    field: str
    """Where it stands: `exif.DateTimeOriginal`, `time[datetime] 3`."""
    file: str
    """Name of the stored file that holds it; empty for what a person said."""
    moment: dict[str, JSON]
    """`Moment.to_facts()`."""


class Item(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=False):
    format: str = ITEM_FORMAT
    case: str
    """UUID of the case."""
    id: str
    """`E0001`, never reused."""
    exhibit: str
    """`PO/1`: the producer's initials and running number, never reused."""
    kind: Kind
    at: str
    """When it was taken in: UTC, our clock."""
    local: str
    """The same in the case's zone, with offset."""
    zone: str
    clock_offset_ms: int | None = None
    """Measured offset of our clock; null: not checked."""
    who: str
    """Initials of the producer."""
    role: str
    """The producer's role, as in the settings of that day."""
    tool: dict[str, JSON]
    """Name, version, build digest, self-test (R25)."""
    source: dict[str, JSON]
    """The address as typed, or the file's name as received and what was stated about it."""
    method: dict[str, JSON] = {}
    """Engine, options, user agent, start and end, alterations made."""
    outcome: str = "complete"
    """`complete`, or what went wrong."""
    files: list[StoredFile]
    facts: dict[str, JSON] = {}
    """What the method measured: HTTP, TLS, DNS, title, EXIF…"""
    dated: list[DatedFact] = []
    limits: list[str] = []
    """What this kind of record cannot show."""
    problems: list[str] = []
    """What went wrong on the way."""
    legs: Legs | None = None
    """Only for captures."""
    fidelity: Fidelity = "exact"


def write_item(item: Item) -> bytes:
    """The bytes of `item.json`: canonical JSON and a line feed."""
    for free in (item.tool, item.source, item.method, item.facts, *(dated.moment for dated in item.dated)):
        check(free, depth=DOCUMENT_DEPTH - 2)
    data = encode_checked(item) + b"\n"
    if len(data) > MAX_ITEM_JSON:
        raise InputError(
            f"the record of {item.id} would have {len(data)} bytes, {MAX_ITEM_JSON} are the limit"
        )
    return data


def read_item(data: bytes) -> Item:
    """An item from the bytes of its `item.json`; unknown fields are passed over, not refused.

    Raises EvidenceError when the bytes are not the canonical spelling of an item.
    """
    if len(data) > MAX_ITEM_JSON or not data.endswith(b"\n"):
        raise EvidenceError("item.json is too large, or does not end with a line feed")
    try:
        return msgspec.convert(decode(data[:-1]), Item)
    except (NotCanonicalError, msgspec.ValidationError) as fault:
        raise EvidenceError(f"item.json is not ours: {fault}") from fault


def grade(item: Item, *, stamped: bool = False, corroborated: bool = False) -> tuple[str, list[str]]:
    """The evidence grade of R16 with the reasons that keep it from a better one.

    A: minimum legs, raw response, independent time, corroboration. B: minimum legs and independent
    time. C: minimum legs, our clock only. D: below the minimum. X: no content held. `-`: not graded, what
    a person says is no recording. Advice on what to add, never a claim about admissibility.
    """
    if item.kind == "record-only":
        return "X", ["no content is held, on purpose"]
    if item.kind == "note":
        return "-", ["a diary entry: what a person says, not a recording"]
    if item.legs is None:
        return "D", ["a file that was handed over, not a capture of an address"]
    reasons = [
        f"no {leg}"
        for leg, present in (
            ("address", item.legs.address),
            ("page source" if item.outcome == "complete" else "source of the page itself", item.legs.source),
            ("picture of the full page", item.legs.picture),
        )
        if not present
    ]
    if item.outcome != "complete":
        reasons.append(f"the capture ended as {item.outcome}")
    if reasons:
        return "D", reasons
    if not stamped:
        return "C", ["the time is our clock's only"]
    reasons = [] if corroborated else ["nothing independent in the case shows the same"]
    if item.fidelity != "exact":
        reasons.append(f"the recording is {item.fidelity}, not exact")
    return ("B" if reasons else "A"), reasons
