"""Zips and tars laid down byte by byte, so that each field can lie."""

from __future__ import annotations

import io
import struct
import tarfile
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

from abusekit.containers.container import Container, open_container

DATE, TIME = (44 << 9) | (3 << 5) | 5, (14 << 11) | (7 << 5) | 15
"""2024-03-05 14:07:30"""


@dataclass
class Raw:
    """One member. What is None says the truth."""

    name: bytes
    data: bytes = b"hello"
    method: int = 8
    flags: int = 0
    crc: int | None = None
    size: int | None = None
    packed: bytes | None = None
    local_name: bytes | None = None
    local_size: int | None = None
    mode: int = 0
    extra: bytes = b""
    date: int = DATE
    time: int = TIME
    offset: int | None = None
    # of the local header that the directory names, in place of its own


def deflated(data: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


def make_zip(*members: Raw, comment: bytes = b"", between: bytes = b"", count: int | None = None) -> bytes:
    body, directory = b"", b""
    for one in members:
        packed = one.packed
        if packed is None:
            packed = deflated(one.data) if one.method == 8 else one.data
        crc = zlib.crc32(one.data) if one.crc is None else one.crc
        size = len(one.data) if one.size is None else one.size
        local_name = one.name if one.local_name is None else one.local_name
        local_size = size if one.local_size is None else one.local_size
        offset = len(body) if one.offset is None else one.offset
        facts = (one.flags, one.method, one.time, one.date, crc, len(packed))
        body += struct.pack(
            "<4s5H3L2H", b"PK\3\4", 20, *facts, local_size, len(local_name), len(one.extra)
        )  # fmt: skip
        body += local_name + one.extra + packed + between
        directory += struct.pack(
            "<4s6H3L5H2L", b"PK\1\2", (3 << 8) | 20, 20, *facts, size, len(one.name), len(one.extra), 0, 0, 0,
            one.mode << 16, offset,
        ) + one.name + one.extra  # fmt: skip
    told = len(members) if count is None else count
    end = struct.pack(
        "<4s4H2LH", b"PK\5\6", 0, 0, told, told, len(directory), len(body), len(comment)
    )  # fmt: skip
    return body + directory + end + comment


def usual_zip(files: dict[str, bytes], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def usual_tar(files: dict[str, bytes], *, form: int = tarfile.PAX_FORMAT) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as archive:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            entry.mtime = 1_709_647_650
            archive.addfile(entry, io.BytesIO(data))
    return out.getvalue()


def opened(tmp_path: Path, data: bytes, name: str = "export.zip") -> Container:
    path = tmp_path / "export"
    path.write_bytes(data)
    return open_container([(path, name)], spool=tmp_path)


def contents(container: Container) -> dict[str, bytes]:
    """Path → bytes of all members, read to the end."""
    found = {}
    for member in container.members:
        with member.open() as stream:
            found[member.path] = stream.read()
    return found
