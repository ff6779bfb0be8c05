"""A folder as one file: an unpacked pax tar (POSIX.1-2017), so that what was handed over as a folder can be stored,
hashed and cited as one thing.

`open_container` finds in it the paths and bytes that it finds in the folder. Own writing in place of `tarfile`: that
one keeps a description of every member in memory, and rounds times.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO

from abusekit.case.hashing import changed_between, open_regular
from abusekit.containers.budget import MEMBERS
from abusekit.containers.folder_members import walk
from abusekit.containers.source import WAIT
from abusekit.containers.tar_members import BLOCK
from abusekit.errors import InputError

_PIECE = 1 << 20
_RECORD = 20 * BLOCK
_LARGEST_USTAR = 8**11 - 1


def pack(folder: Path, out: BinaryIO, *, refused: list[str]) -> int:
    """Writes all regular files of a folder to `out`, sorted, and gives their number; `out` needs `write` only.

    Kept: names, bytes, times of last change. Not kept: owner, mode, folders without files. What is no regular file or
    cannot be read is left out, with a sentence in `refused`. Raises InputError: a file changes while it is read, no
    file at all, too many; what was written is then to be thrown away. The same folder gives the same bytes.
    """
    files = written = 0
    for name, place, status in walk(folder, lambda path, why: refused.append(f"{path!a} {why}")):
        if files >= MEMBERS:
            raise InputError(
                f"the folder has more than {MEMBERS} files", "give parts of it one after the other"
            )
        written += _write(out, _headers(os.fsencode(os.path.relpath(place, folder)), status))
        written += _copy(out, place, name, status)
        files += 1
    if not files:
        raise InputError(f"no file in the folder can be read: {refused[0] if refused else 'it is empty'}")
    end = 2 * BLOCK
    _write(out, bytes(end + -(written + end) % _RECORD))
    return files


def _copy(out: BinaryIO, place: str, name: str, found: os.stat_result) -> int:
    """The file's bytes, filled up to whole blocks."""
    try:
        fd, before = open_regular(place)
        try:
            written = 0
            while piece := os.read(fd, min(_PIECE, before.st_size - written + 1)):
                written += _write(out, piece)
                if written > before.st_size:
                    break
            after = os.fstat(fd)
        finally:
            os.close(fd)
    except OSError as fault:
        raise InputError(f"{name!a} cannot be read: {fault.strerror}", WAIT) from fault
    if written != found.st_size or changed_between(found, before) or changed_between(before, after):
        raise InputError(f"{name!a} changes while it is read", WAIT)
    return written + _write(out, bytes(-written % BLOCK))


def _write(out: BinaryIO, data: bytes) -> int:
    out.write(data)
    return len(data)


def _headers(raw: bytes, status: os.stat_result) -> bytes:
    """The header of one file, and before it an extended one where the plain one cannot say all."""
    seconds, nanoseconds = divmod(status.st_mtime_ns, 10**9)
    fits = 0 <= seconds <= _LARGEST_USTAR
    records = b""
    if len(raw) > 100 or not raw.isascii():
        if not _is_utf8(raw):
            records += _record(b"hdrcharset", b"BINARY")
        records += _record(b"path", raw)
    if nanoseconds or not fits:
        records += _record(b"mtime", _decimal(status.st_mtime_ns))
    if status.st_size > _LARGEST_USTAR:
        records += _record(b"size", b"%d" % status.st_size)
    short = bytes(byte if byte < 128 else 95 for byte in raw[:100]).rstrip(b"/")
    time = seconds if fits else 0
    plain = _header(short, status.st_size if status.st_size <= _LARGEST_USTAR else 0, time, b"0")
    if not records:
        return plain
    return _header(b"PaxHeaders/x", len(records), time, b"x") + records + bytes(-len(records) % BLOCK) + plain


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _decimal(nanoseconds: int) -> bytes:
    sign, rest = (b"-", -nanoseconds) if nanoseconds < 0 else (b"", nanoseconds)
    return sign + b"%d.%09d" % divmod(rest, 10**9)


def _record(key: bytes, value: bytes) -> bytes:
    """`length key=value`, in which the length counts itself."""
    body = b" " + key + b"=" + value + b"\n"
    length = len(body) + len(str(len(body)))
    while len(str(length)) + len(body) != length:
        length = len(str(length)) + len(body)
    return b"%d" % length + body


def _header(name: bytes, size: int, time: int, kind: bytes) -> bytes:
    """A ustar header: mode 0644, owner 0."""
    head = (
        name.ljust(100, b"\0") + b"0000644\0" + b"0000000\0" * 2 + b"%011o\0%011o\0" % (size, time)
        + b" " * 8 + kind + bytes(100) + b"ustar\x0000" + bytes(64) + b"0000000\0" * 2
    ).ljust(BLOCK, b"\0")  # fmt: skip
    return head[:148] + b"%06o\0 " % sum(head) + head[156:]
