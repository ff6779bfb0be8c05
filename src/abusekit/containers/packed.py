"""What a file holds, if it is a zip, a tar or packed with gzip; and what the containers among its members hold."""

from __future__ import annotations

import zlib
from collections.abc import Iterable

from abusekit.containers.budget import DEPTH, Budget
from abusekit.containers.listing import Listing
from abusekit.containers.member import Member
from abusekit.containers.source import AGAIN, PIECE, Source
from abusekit.containers.tar_members import is_tar, tar_members
from abusekit.containers.zip_members import has_directory, is_zip, zip_members
from abusekit.errors import InputError

GZIP = b"\x1f\x8b\x08"
_NESTED = (".zip", ".tar", ".tar.gz", ".tgz")
"""Members with these names are looked into, where their content agrees; a .docx is a zip as well, but one document."""
_HEAD = 512
_FIRST_STEP = 4096
"""Bytes fetched at the begin of each of several gzip streams in a row, of which there may be very many."""


def list_packed(
    listing: Listing, source: Source, prefix: str = "", *, depth: int = 0, budget: Budget | None = None
) -> bool:
    """Lists what the source holds; False: it is no container. Raises InputError: it is one, and cannot be read.

    `budget`: that of the packed file in which it lies; None: it lies on the disk as it is, and has its own.
    """
    head = source.head(_HEAD)
    named_zip = source.name.lower().endswith(".zip")
    if is_zip(head) or (named_zip and not _is_packed(head) and has_directory(source)):
        budget = budget or Budget.of_file(source.size)
        members = ((member, None) for member in zip_members(listing, source, prefix, budget))
        list_nested(listing, members, depth=depth, budget=budget)
    elif head.startswith(GZIP):
        budget = budget or Budget.of_file(source.size)
        inner = _ungzip(listing, source, budget)
        if is_tar(inner.head(_HEAD)):
            list_nested(listing, tar_members(listing, inner, prefix), depth=depth, budget=budget)
        else:
            name = source.name.removesuffix(".gz")
            listing.add(prefix + name.rsplit("/", 1)[-1] if prefix else name, inner.size, inner.stream)
    elif is_tar(head):
        list_nested(listing, tar_members(listing, source, prefix), depth=depth, budget=budget)
    else:
        return False
    return True


def list_nested(
    listing: Listing,
    members: Iterable[tuple[Member, Source | None]],
    *,
    depth: int,
    budget: Budget | None,
) -> None:
    """Lists, behind each member that is a container itself, what it holds. What cannot be opened is a remark.

    With each member comes where it lies, if it lies there as it is; else it is unpacked into the spool.
    """
    for member, place in members:
        if not member.path.lower().endswith(_NESTED):
            continue
        head = place.head(_HEAD) if place is not None else member.head(_HEAD)
        if not _is_packed(head):
            continue
        if depth >= DEPTH:
            listing.refuse(
                member.path, "lies in a container in a container in a container, and is not opened"
            )
            continue
        try:
            if place is None:
                with member.open() as stream:
                    place = listing.spool(stream, member.path)  # noqa: PLW2901
            list_packed(listing, place, member.path + "!/", depth=depth + 1, budget=budget)
        except InputError as fault:
            listing.refuse(member.path, f"is not opened: {fault.message}", fault.hint)


def _is_packed(head: bytes) -> bool:
    return is_zip(head) or head.startswith(GZIP) or is_tar(head)


def _ungzip(listing: Listing, source: Source, budget: Budget) -> Source:
    """All of it, unpacked into the spool: several importers read a tar in any order, and once is enough.

    Where it is damaged, what precedes is kept, and whoever reads up to there is told. Raises InputError: over the
    budget, no room.
    """
    inner = listing.begin(source.name)
    reader = source.reader()
    at, step = 0, _FIRST_STEP
    inflater = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        while data := inflater.unconsumed_tail or reader.at(at, step):
            if not inflater.unconsumed_tail:
                at, step = at + len(data), min(2 * step, PIECE)
            piece = inflater.decompress(data, PIECE)
            _charge(budget, source, len(piece))
            listing.append(inner, piece)
            if inflater.eof:
                at, step = at - len(inflater.unused_data), _FIRST_STEP
                if reader.at(at, 3) != GZIP:
                    break
                inflater = zlib.decompressobj(zlib.MAX_WBITS | 16)  # several in a row are one, RFC 1952 2.2
        if not inflater.eof:
            inner.fault = "it is cut short"
        elif reader.at(at, PIECE).strip(b"\0"):
            listing.remark(f"something stands behind the end of {source.name!a}; it is not read")
        reader.finish()
    except zlib.error:
        inner.fault = "it is damaged"
    finally:
        reader.close()
    if inner.fault:
        listing.remark(
            f"{source.name!a}: {inner.fault} after {inner.size} unpacked bytes; these are kept", AGAIN
        )
    return inner


def _charge(budget: Budget, source: Source, count: int) -> None:
    try:
        budget.take(count)
    except InputError as fault:
        raise InputError(f"{source.name!a}: {fault.message}", fault.hint) from fault
