"""Hits as CSV and JSON Lines: every message with all its fields, in columns of our own.

Content (names of conversations, members and attachments, texts, titles, what follows the colon of a flag) stands there
only where it was asked for. CSV is escaped as the timeline's is, and a cell is cut at its length; JSON Lines hold every
text whole and unchanged, what a terminal could obey spelled \\uNNNN.
"""

from __future__ import annotations

import json
from typing import TextIO

import msgspec

from abusekit.case.custody import instant_text
from abusekit.case.moment import Moment
from abusekit.finding.hit import Hit
from abusekit.importers.model import Account, Attachment, Message, Profile, Record
from abusekit.plain import safe_text
from abusekit.timeline.cells import quoted, short
from abusekit.timeline.items import MAX_RAW
from abusekit.timeline.row import certainty_of

COLUMNS: dict[str, str] = {
    "exhibit": "`AB/7#m412`: item and part",
    "item": "item id",
    "n": "number of the record within the export, from 1; 0: the item as a whole",
    "uid": "identity of the record, the same in every export that holds it",
    "platform": "of a record",
    "conversation": "the export's own id of it; only with content",
    "kind": "of the record or item",
    "account_id": "who wrote it: most stable id that the export gives",
    "account_handle": "the same: handle",
    "account_name": "the same: name as shown",
    "account_name_from": "who chose that name",
    "direction": "in, out, unknown",
    "time_raw": "as its source wrote it; empty where that would show content",
    "utc": "the reading; empty where the zone is not recorded",
    "earliest": "UTC: first instant that the source can mean",
    "latest": "UTC: first instant that it can no longer mean",
    "certainty": "whose clock it was, and whether its zone is known",
    "basis": "why the time is what it is",
    "precision": "unit of the time",
    "edited": "yes, unknown, or empty",
    "deleted": "by whom a deleted message was, or empty",
    "attachments": "state, SHA-256, and with content the name of each",
    "flags": "of the record, and changed_between_exports, author_differs",
    "checks": "signatures and headers: result of each",
    "also": "further exhibits that hold the same",
    "changed": "exhibits that hold the same id with another text",
    "author_differs": "exhibits that hold the same words by another name",
    "source_member": "path inside of the export; only with content",
    "source_start": "first byte in that member, unpacked",
    "source_end": "byte after the last one",
    "source_sha256": "of these bytes",
    "tags": "of the part, of an item as a whole the item's own",
    "withdrawn": "the reason, where the item is withdrawn",
    "where": "where the words were found",
    "title": "of the conversation, page or mail; only with content",
    "text": "only with content",
}
"""Column → what stands in it; the same in both forms and in this order."""

Cell = str | int | list[str] | list[dict[str, str]] | None
HEADER = ",".join(COLUMNS) + "\r\n"
_encode = msgspec.json.Encoder().encode


class Writer:
    """Writes hits, one after the other, to what is open."""

    def __init__(self, *, csv_out: TextIO | None, jsonl_out: TextIO | None, reveal: bool) -> None:
        """Open `csv_out` as UTF-8 with newline=""."""
        self._csv, self._jsonl, self._reveal = csv_out, jsonl_out, reveal
        if csv_out is not None:
            csv_out.write(HEADER)

    def write(self, hit: Hit) -> None:
        cells = cells_of(hit, reveal=self._reveal)
        if self._csv is not None:
            self._csv.write(",".join([_csv_cell(value) for value in cells.values()]) + "\r\n")
        if self._jsonl is not None:
            self._jsonl.write(_json_line(cells))


def cells_of(hit: Hit, *, reveal: bool) -> dict[str, Cell]:
    """Column → value; texts as they are."""
    record = hit.record
    cells: dict[str, Cell] = dict.fromkeys(COLUMNS, "")
    cells |= {
        "exhibit": hit.exhibit,
        "item": hit.item,
        "n": hit.n,
        "platform": hit.platform,
        "kind": hit.kind,
        "also": list(hit.also),
        "changed": list(hit.changed),
        "author_differs": list(hit.author_differs),
        "tags": list(hit.tags),
        "withdrawn": hit.withdrawn,
        "where": list(hit.where),
        "flags": [],
        "attachments": [],
        "checks": [],
    }
    if hit.moment is not None:
        cells |= _time(hit.moment, reveal=reveal)
    if record is not None:
        cells |= _record(record, hit, reveal=reveal)
    elif reveal:
        cells["text"] = "\n".join(text for _, text in hit.fields if text)
    return cells


def _time(moment: Moment, *, reveal: bool) -> dict[str, Cell]:
    covered = not reveal and (len(moment.raw) > MAX_RAW or moment.clock == "file_system")
    return {
        "time_raw": "" if covered else moment.raw,
        "utc": None if moment.utc is None else instant_text(moment.utc),
        "earliest": instant_text(moment.earliest),
        "latest": instant_text(moment.latest),
        "certainty": certainty_of(moment),
        "basis": moment.basis,
        "precision": moment.precision,
    }


def _record(record: Record, hit: Hit, *, reveal: bool) -> dict[str, Cell]:
    source = record.source
    cells: dict[str, Cell] = {
        "uid": record.uid,
        "source_start": source.start,
        "source_end": source.end,
        "source_sha256": source.sha256,
    }
    if reveal:
        cells["source_member"] = source.member
    if isinstance(record, Profile):
        cells |= _account(record.account)
        if reveal:
            cells["text"] = "\n".join(record.facts.values())
        return cells
    cells |= _account(record.author) | {"direction": record.direction}
    flags = [flag if reveal else flag.partition(":")[0] for flag in record.flags]
    flags += [
        name
        for name, found in (("changed_between_exports", hit.changed), ("author_differs", hit.author_differs))
        if found
    ]
    cells["flags"] = list(flags)
    if reveal:
        cells |= {"conversation": record.conversation, "title": record.title, "text": record.text}
    if isinstance(record, Message):
        cells |= {
            "edited": "" if record.edited is None else record.edited.state,
            "deleted": "" if record.deleted is None else record.deleted.state,
            "attachments": [_attachment(one, reveal=reveal) for one in record.attachments],
            "checks": [f"{check.what}: {check.result}" for check in record.checks],
        }
    return cells


def _account(account: Account | None) -> dict[str, Cell]:
    if account is None:
        return {}
    return {
        "account_id": account.id,
        "account_handle": account.handle,
        "account_name": account.name,
        "account_name_from": account.name_from,
    }


def _attachment(attachment: Attachment, *, reveal: bool) -> dict[str, str]:
    said = {"state": attachment.state, "sha256": attachment.sha256}
    return said | {"name": attachment.name} if reveal else said


def _csv_cell(value: Cell) -> str:
    if isinstance(value, int):
        return str(value)
    if isinstance(value, list):
        texts = [one if isinstance(one, str) else " ".join(filter(None, one.values())) for one in value]
        value = ", ".join(texts)
    return quoted(short(safe_text(value))) if value else ""


def _json_line(cells: dict[str, Cell]) -> str:
    line = _encode(cells).decode("utf-8")
    if not line.isprintable():  # nothing that a terminal could obey, or that turns the reading round
        line = json.dumps(cells, separators=(",", ":")).replace("\x7f", "\\u007f")
    return line + "\n"
