"""What was read of an export, kept in `derived/messages/`: made again when it is absent, and never trusted.

A stream is used only where its SHA-256 is the one that this user's abusekit noted outside of the case when it made it
(`Case.known_here`), for this item, these importers and these declarations; else the export itself is read again. The
digest in the custody log is no reason to trust it: whoever can write the case can write such a line.

    line 1: what it was made from · then one record a line · last line: the summary
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import secrets
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import msgspec

from abusekit.case.canonical import JSON, encode
from abusekit.case.custody import Act
from abusekit.case.folder import Case, disk_error
from abusekit.case.hashing import BLOCK, digest_bytes
from abusekit.case.records import Item
from abusekit.containers.container import Container, open_container
from abusekit.errors import CaseError, EvidenceError, InputError
from abusekit.importers.model import Event, Message, Profile, Record
from abusekit.messages.declared import Declarations
from abusekit.messages.reading import Given, Reading, Summary

STREAM_FORMAT = "abusekit-messages/1"
_FIRST = 4096  # bytes: the first line is far shorter
MAX_DNS = 4 << 20


@dataclass(frozen=True, slots=True)
class Logged:
    """The newest reading of an item that the log states."""

    importers: str
    inputs: str
    # SHA-256 of what was declared for it
    sha256: str
    # of the stream
    n: int
    # log line


@dataclass(slots=True)
class Opened:
    """One export of a case, and what the log says of it."""

    item: Item
    declared: Declarations
    logged: Logged | None


def logged_readings(entries: Iterable[dict[str, JSON]]) -> dict[str, Logged]:
    """The newest reading of each item, from the acts of the log."""
    found: dict[str, Logged] = {}
    for entry in entries:
        if entry["do"] == "item.read":
            importers, inputs = str(entry.get("importers", "")), str(entry.get("inputs", ""))
            found[entry["item"]] = Logged(importers, inputs, str(entry["sha256"]), int(entry["n"]))
    return found


def path_of(case: Case, item_id: str) -> Path:
    return case.derived / "messages" / f"{item_id}.jsonl"


def forget(case: Case, item_id: str) -> None:
    """Take what was read of an item out of `derived/`: it is quarantined, erased, or read anew. Raises CaseError."""
    try:
        path_of(case, item_id).unlink(missing_ok=True)
        for begun in _begun(case, item_id):
            begun.unlink(missing_ok=True)
    except OSError as fault:
        raise disk_error("what was read before could not be removed", fault) from fault


def _begun(case: Case, item_id: str) -> list[Path]:
    """Streams that a reading began and did not end: what is being read now, or was when the power went."""
    return list(path_of(case, item_id).parent.glob(f".{item_id}-*.new"))


def _clear(case: Case, item_id: str) -> None:
    """Take away what killed readings left: a living one holds a lock."""
    for begun in _begun(case, item_id):
        with (
            suppress(OSError),
            open(os.open(begun, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as left,
        ):
            fcntl.flock(left, fcntl.LOCK_EX | fcntl.LOCK_NB)
            begun.unlink(missing_ok=True)


@contextmanager
def opened_export(case: Case, item: Item) -> Iterator[Container]:
    """The stored export itself. Raises InputError, CaseError."""
    names = item.source.get("names")
    known = [str(name) for name in names] if isinstance(names, list) else []
    originals = [stored for stored in item.files if stored.role == "original"]
    parts = [
        (case.evidence / item.id / stored.name, known[place] if place < len(known) else stored.name)
        for place, stored in enumerate(originals)
    ]
    if not parts:
        raise InputError(f"{item.id} holds no export", "abusekit show tells what it holds")
    for path, _ in parts:
        if path.is_symlink() or not path.is_file():
            raise CaseError(f"{item.id}: {path.name} is not there", "run: abusekit verify")
    with open_container(parts, spool=_spool(case)) as export:
        yield export


def given_for(case: Case, declared: Declarations) -> Given:
    """What a reading may use beside the bytes: what was declared, and documents that the case holds.

    Raises UsageError, CaseError, EvidenceError: a declared item is not there, or holds something else.
    """
    given = Given(only=declared.value("format"), mapping=declared.mapping(), owner=declared.value("owner"))
    for item_id in declared.values("keys"):
        from abusekit.importers.mail.key_records import read_records

        asked = "dns" in case.item(item_id).facts
        source = (
            f"asked of a name server, kept as {item_id}"
            if asked
            else f"from a file that was handed in, {item_id}"
        )
        for stored, data in _documents(case, item_id):
            try:
                records = read_records(data)
            except InputError as fault:
                raise EvidenceError(f"{item_id}: {stored} holds no DNS records: {fault.message}") from fault
            given.keys.update(records)
            given.key_sources.update(dict.fromkeys(records, source))
    for item_id in declared.values("document"):
        for _, data in _documents(case, item_id):
            given.documents[_did(data, item_id)] = data
    return given


def _documents(case: Case, item_id: str) -> Iterator[tuple[str, bytes]]:
    for stored in case.item(item_id).files:
        data = case.read_small(f"evidence/{item_id}/{stored.name}", MAX_DNS)
        if digest_bytes(data).sha256 != stored.sha256:
            raise EvidenceError(f"{item_id}: {stored.name} was changed", "run: abusekit verify")
        yield stored.name, data


def _did(data: bytes, item_id: str) -> str:
    try:
        document = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError) as fault:
        raise EvidenceError(f"{item_id} holds no DID document: {fault}") from fault
    did = document.get("id") if isinstance(document, dict) else None
    if not isinstance(did, str):
        raise EvidenceError(f"{item_id} holds no DID document: it has no id")
    return did


def inputs_digest(item: Item, declared: Declarations) -> str:
    """SHA-256 over everything that a reading depends on but the importers: the export's files and what was declared."""
    facts: dict[str, JSON] = {
        "format": STREAM_FORMAT,
        "files": [stored.sha256 for stored in item.files if stored.role == "original"],
        "declared": {name: list(values) for name, values in declared.reading_inputs().items()},
    }
    return digest_bytes(encode(facts)).sha256


def read_anew(
    case: Case, opened: Opened, *, progress: Callable[[int], None] = lambda _count: None
) -> tuple[Summary, Act]:
    """Read the export, keep the stream, and give its summary with the act that is to be logged.

    Where an extra is missing nothing is kept: with the extra the same export reads otherwise.
    Raises CaseError (disk), InputError (the stored export cannot be opened).
    """
    item = opened.item
    digest = hashlib.sha256()
    encoder = msgspec.json.Encoder()
    target = path_of(case, item.id)
    inputs = inputs_digest(item, opened.declared)
    fresh = target.with_name(f".{item.id}-{secrets.token_hex(6)}.new")
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _check_folder(target.parent)
        _clear(case, item.id)
        fd = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        fcntl.flock(fd, fcntl.LOCK_EX)
        with opened_export(case, item) as export, open(fd, "wb", buffering=1 << 20) as out:
            reading = Reading(export, given_for(case, opened.declared), progress=progress)
            out.write(_first_line(item, inputs))
            buffer = bytearray()
            for record in reading:
                encoder.encode_into(record, buffer)
                buffer += b"\n"
                digest.update(buffer)
                out.write(buffer)
            last = encoder.encode(reading.summary) + b"\n"
            digest.update(last)
            out.write(last)
        if reading.summary.missing_extras:
            target.unlink(missing_ok=True)
        else:
            fresh.replace(target)
        _note(case, item.id, _noted_text(inputs, reading.importers, digest.hexdigest()))
    except OSError as fault:
        raise disk_error("what was read could not be kept", fault) from fault
    finally:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)
    summary = reading.summary
    facts: dict[str, JSON] = {
        "item": item.id,
        "importers": reading.importers,
        "inputs": inputs,
        "sha256": digest.hexdigest(),
        "messages": summary.messages,
        "events": summary.events,
        "unparsed": summary.unparsed,
    }
    return summary, Act("item.read", facts)


def stream(case: Case, opened: Opened) -> Iterator[Record]:
    """The records of one export: from the kept stream where this user's abusekit made it, else read anew.

    Nothing is written. Raises InputError, CaseError, EvidenceError.
    """
    kept = _vouched(case, opened)
    if kept is not None:
        with kept:
            yield from _records(kept)
        return
    with opened_export(case, opened.item) as export:
        yield from Reading(export, given_for(case, opened.declared))


def summary_of(case: Case, opened: Opened) -> Summary:
    """What is to be said of one export: from the kept stream where this user's abusekit made it, else read anew."""
    kept = _vouched(case, opened)
    if kept is not None:
        with kept:
            try:
                return msgspec.json.decode(_last_line(kept), type=Summary)
            except (msgspec.DecodeError, UnicodeDecodeError) as fault:
                raise _not_ours(fault) from fault
    with opened_export(case, opened.item) as export:
        reading = Reading(export, given_for(case, opened.declared))
        for _ in reading:
            pass
        return reading.summary


_DECODER = msgspec.json.Decoder(Message | Event | Profile)


def _vouched(case: Case, opened: Opened) -> BinaryIO | None:
    """The kept stream, open, if its bytes are those that were noted here for this reading. Close it."""
    logged = opened.logged
    path = path_of(case, opened.item.id)
    if logged is None or logged.inputs != inputs_digest(opened.item, opened.declared):
        return None
    if logged.importers and not _current(logged.importers):
        return None
    if _noted(case, opened.item.id) != _noted_text(logged.inputs, logged.importers, logged.sha256):
        return None
    digest = hashlib.sha256()
    try:
        _check_folder(path.parent)
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
        kept = os.fdopen(fd, "rb", buffering=1 << 20)
        if kept.readline(_FIRST) != _first_line(opened.item, logged.inputs):
            kept.close()
            return None
        while block := kept.read(BLOCK):
            digest.update(block)
    except OSError:
        return None
    if digest.hexdigest() == logged.sha256:
        return kept
    kept.close()
    return None


def _first_line(item: Item, inputs: str) -> bytes:
    return msgspec.json.encode({"format": STREAM_FORMAT, "item": item.id, "inputs": inputs}) + b"\n"


def _not_ours(fault: Exception) -> EvidenceError:
    """It was changed between the look at its digest and now."""
    return EvidenceError(
        f"what was read of an export is malformed: {fault}", "remove derived/messages/ of the case"
    )


def _check_folder(folder: Path) -> None:
    """A link in its place would lead what we write, or read, somewhere else. Raises OSError."""
    if not stat.S_ISDIR(folder.lstat().st_mode):
        raise NotADirectoryError(errno.ENOTDIR, f"{folder.name} is not a folder")


def _note_path(case: Case, item_id: str) -> Path | None:
    return None if case.known_here is None else case.known_here / f"{case.settings().case}-{item_id}.txt"


def _noted_text(inputs: str, importers: str, sha256: str) -> str:
    return f"{inputs} {sha256} {importers}\n"


def _noted(case: Case, item_id: str) -> str:
    path = _note_path(case, item_id)
    try:
        return "" if path is None else path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def _note(case: Case, item_id: str, text: str) -> None:
    """Without it the export is read again each time: no reason to stop."""
    path = _note_path(case, item_id)
    if path is None:
        return
    with suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = path.with_name(f"{path.name}.{os.getpid()}.new")
        fresh.write_text(text, "utf-8")
        fresh.replace(path)


def _current(importers: str) -> bool:
    """Whether this program has the same importers in the same versions."""
    from abusekit.errors import UsageError
    from abusekit.importers.formats import importer

    for named in importers.split(", "):
        name, _, version = named.partition("/")
        try:
            if str(importer(name).VERSION) != version:
                return False
        except UsageError:
            return False
    return True


def _records(kept: BinaryIO) -> Iterator[Record]:
    kept.seek(0)
    kept.readline(_FIRST)
    before = b""
    try:
        for line in kept:
            if before:
                yield _DECODER.decode(before)
            before = line
    except (msgspec.DecodeError, UnicodeDecodeError) as fault:
        raise _not_ours(fault) from fault


def _last_line(kept: BinaryIO) -> bytes:
    size = kept.seek(0, os.SEEK_END)
    length = 1 << 16
    while True:
        kept.seek(max(size - length, 0))
        tail = kept.read(length)
        place = tail.rfind(b"\n", 0, -1)
        if place >= 0 or length >= size:
            return tail[place + 1 :]
        length *= 8


def _spool(case: Case) -> Path | None:
    """Where a container inside of a container may be unpacked: the case's own disk."""
    return case.derived if os.access(case.derived, os.W_OK) else None
