"""Bluesky repositories (CAR): the signed posts, follows, blocks … of one account.

Two passes: the first checks the hash of every block and finds the commit, the search tree and the profile; the second
gives the records in the order of the file. Every record has the byte range of its block. Read are the records of the
commit that is the CAR's root; what stands in the file beside it (deleted records, older states) is given too and
flagged `not_in_commit`: no signature covers it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from abusekit.containers.container import Container, Member
from abusekit.errors import InputError
from abusekit.importers.fields import WrongShapeError, unparsed
from abusekit.importers.importer import Notes
from abusekit.importers.model import Account, Check, Record, SourceRef
from abusekit.importers.social import bluesky_records as records
from abusekit.importers.social.bluesky_blobs import Blobs
from abusekit.importers.social.bluesky_signature import DidDocument, check, did_document
from abusekit.importers.social.car_blocks import Block, Car
from abusekit.importers.social.dag_cbor import available, cid_text, decode, matches, varint
from abusekit.importers.social.repo_tree import Tree, walk
from abusekit.importers.spans.json_spans import paths
from abusekit.importers.spans.places import ref

NAME = "bluesky-car"
VERSION = 1
LIMITS = (
    "A Bluesky repository holds the public records of one account only: no posts of others, no direct messages.",
    "What the account deleted before the export is not in its signed state.",
    "The dates of posts are those that the sender's program wrote; they can be set to any day.",
    "Pictures and videos are named by their hash, but are not in the file; likes are counted, not listed.",
)

_NODE = b"\xa2\x61e"
_MOST_TREE = 256 << 20  # bytes of the search tree that are held; of a million records it is 100 MB
_MOST_HELD = 65_536  # bytes of a commit or profile
_MOST_DOCUMENT = 1 << 20


def claim(export: Container) -> Sequence[Member]:
    """CARs by their header, and with them the DID documents of the export."""
    cars = [member for member in export.members if _is_car(member.head(512))]
    return [*cars, *(member for member in export.members if _may_be_document(member))] if cars else []


def _is_car(head: bytes) -> bool:
    try:
        size, at = varint(head, 0)
    except InputError:
        return False
    return size >= 17 and head[at : at + 7] == b"\xa2\x65roots" and b"\x67version\x01" in head[at : at + size]


def _may_be_document(member: Member) -> bool:
    if member.size > _MOST_DOCUMENT or not member.head(1).startswith(
        (b"{", b"\xef", b" ", b"\n", b"\r", b"\t")
    ):
        return False
    seen = paths(member.head(65_536))
    return bool(seen & {"/verificationMethod", "/didDoc/verificationMethod"})


@dataclass(slots=True)
class _Repository:
    did: str = ""
    handle: str = ""
    name: str = ""
    tree: Tree = field(default_factory=Tree)
    check: Check | None = None
    nodes: dict[bytes, bytes] = field(default_factory=dict)
    commits: dict[bytes, bytes] = field(default_factory=dict)
    profiles: dict[bytes, bytes] = field(default_factory=dict)
    kinds: Counter[str] = field(default_factory=Counter)


def read(export: Container, members: Sequence[Member], notes: Notes) -> Iterator[Record]:
    available()
    documents = {did: found for did, raw in notes.documents.items() if (found := did_document(raw))}
    cars: list[Member] = []
    for member in members:
        if _is_car(member.head(512)):
            cars.append(member)
        elif (found := _document(member)) is not None:
            documents.setdefault(found.id, found)
    for member in cars:
        yield from _read(member, export, notes, documents)


def _document(member: Member) -> DidDocument | None:
    try:
        return did_document(member.read(_MOST_DOCUMENT))
    except InputError:
        return None


def _read(
    member: Member, export: Container, notes: Notes, documents: dict[str, DidDocument]
) -> Iterator[Record]:
    try:
        repository = _survey(member, notes, documents)
    except InputError as wrong:
        notes.damaged.append(f"{member.path}: {wrong.message}")
        return
    author = (
        records.owned(repository.did, repository.handle, repository.name, notes) if repository.did else None
    )
    blobs = Blobs(export, notes)
    with member.open() as stream:
        car = Car(stream)
        car.header()
        for block in car.blocks():
            yield from _records(block, member, repository, author, blobs, notes)
    for kind, count in sorted(repository.kinds.items()):
        notes.counts[kind] += count


def _survey(member: Member, notes: Notes, documents: dict[str, DidDocument]) -> _Repository:
    """The first pass. Raises InputError where the header is no CAR's."""
    repository = _Repository()
    held = 0
    with member.open() as stream:
        car = Car(stream)
        car.header()
        roots = frozenset(car.roots)
        for block in car.blocks():
            if matches(block.cid, block.raw) != "yes":
                continue
            if block.raw.startswith(_NODE):
                held += len(block.raw)
                if held <= _MOST_TREE:
                    repository.nodes[block.cid] = block.raw
            elif len(block.raw) > _MOST_HELD:
                continue
            elif block.cid in roots:
                repository.commits[block.cid] = block.raw
            elif b"app.bsky.actor.profile" in block.raw and len(repository.profiles) < 100:
                repository.profiles[block.cid] = block.raw
    if car.fault:
        notes.damaged.append(f"{member.path}: {car.fault} (byte {car.at}); what precedes was read")
    if held > _MOST_TREE:
        notes.warn(f"{member.path}: the search tree is too large; some records are flagged not_in_commit")
    _commit(repository, car.roots, member, notes, documents)
    repository.nodes.clear()
    return repository


def _commit(
    repository: _Repository,
    roots: list[bytes],
    member: Member,
    notes: Notes,
    documents: dict[str, DidDocument],
) -> None:
    """Read the commit, check its signature, walk its tree."""
    found = next(((root, repository.commits[root]) for root in roots if root in repository.commits), None)
    commit = _map(found[1]) if found else None
    if found is None or commit is None or not isinstance(commit.get("did"), str):
        notes.warn(
            f"{member.path}: the signed commit is not in the file, or is none: no signature was checked"
        )
        return
    repository.did = commit["did"]
    document = documents.get(repository.did)
    if document is not None and document.id == repository.did:
        repository.handle = document.handle
    repository.check = check(found[1], repository.did, commit.get("sig"), documents)
    if repository.check.result == "changed":
        notes.warn(f"{member.path}: {repository.check.text}")
    data = commit.get("data")
    if isinstance(data, bytes):
        repository.tree = walk(data, repository.nodes)
    for sentence in repository.tree.faults:
        notes.warn(f"{member.path}: {sentence}")
    if repository.tree.missing:
        notes.limit(
            f"{member.path} is a part of a repository: {repository.tree.missing} branches of its tree are not in it."
        )
    for cid, raw in repository.profiles.items():
        value = _map(raw)
        if value and "app.bsky.actor.profile/self" in repository.tree.paths.get(cid, ()):
            name = value.get("displayName")
            repository.name = name if isinstance(name, str) else ""


def _map(raw: bytes) -> dict[str, Any] | None:
    try:
        value = decode(raw)
    except InputError:
        return None
    return value if isinstance(value, dict) else None


def _records(
    block: Block, member: Member, repository: _Repository, author: Account | None, blobs: Blobs, notes: Notes
) -> Iterator[Record]:
    fits = matches(block.cid, block.raw)
    place_of = repository.tree.paths.get(block.cid)
    source = ref(member.path, block.start, block.end, block.raw, f"block {cid_text(block.cid)}")
    if fits != "yes":
        why = (
            "The block is not what its CID says."
            if fits == "no"
            else "The CID of the block is of an unknown kind."
        )
        notes.damaged.append(f"{member.path}, byte {block.start}: {why}")
        yield unparsed(records.PLATFORM, "", why, source)
        return
    value = _map(block.raw)
    if value is None:
        yield unparsed(records.PLATFORM, "", "The block is no record", source)
        return
    if place_of is None and (value.keys() == {"e", "l"} or {"did", "sig", "data"} <= value.keys()):
        notes.counts["nodes of the tree and commits"] += (
            1  # also those of older states, which nothing signed covers
        )
        return
    kind = value.get("$type")
    if kind == records.LIKE and place_of:
        repository.kinds["likes"] += len(place_of)
        return
    for path in place_of or [""]:
        yield _record(value, path, block, source, repository, author, blobs)


def _record(
    value: dict[str, Any],
    path: str,
    block: Block,
    source: SourceRef,
    repository: _Repository,
    author: Account | None,
    blobs: Blobs,
) -> Record:
    """One record at one of its paths; empty: no path of the signed tree leads to it."""
    uri = f"at://{repository.did}/{path}" if path and repository.did else ""
    checks = (repository.check,) if repository.check and path else ()
    flags = () if path else ("not_in_commit",)
    place = records.Place(
        uri,
        cid_text(block.cid),
        author if path else None,
        source,
        block.raw,
        blobs,
        checks=checks,
        flags=flags,
    )
    collection = path.rsplit("/", 1)[0]
    try:
        if collection and value.get("$type") != collection:
            raise WrongShapeError("The record stands in a collection of another type")
        return records.record(value, place)
    except WrongShapeError as wrong:
        event = unparsed(records.PLATFORM, uri, wrong, source)
        event.author, event.native_id, event.flags = place.author, uri, flags
        return event
