"""The data of one member of a zip, unpacked while it is read, and checked against what the directory says."""

from __future__ import annotations

import bz2
import io
import lzma
import struct
import zlib
from typing import Any, BinaryIO, Protocol

from abusekit.containers.budget import Budget
from abusekit.containers.source import AGAIN, PIECE, Reader, Source, Stream
from abusekit.errors import InputError

STORED, DEFLATED, BZIP2, LZMA = 0, 8, 12, 14
"""Ways of packing (APPNOTE 4.4.5) that are read."""
_LARGEST_WINDOW = 64 << 20
"""Bytes of memory that a member packed with LZMA may ask for."""


class _Decoder(Protocol):
    @property
    def eof(self) -> bool: ...

    @property
    def needs_input(self) -> bool: ...

    def decompress(self, data: bytes, max_length: int) -> bytes: ...


class _Inflater:
    """zlib in the manner of bz2 and lzma."""

    def __init__(self) -> None:
        self._zlib = zlib.decompressobj(-zlib.MAX_WBITS)

    @property
    def eof(self) -> bool:
        return self._zlib.eof

    @property
    def needs_input(self) -> bool:
        return not self._zlib.unconsumed_tail

    def decompress(self, data: bytes, max_length: int) -> bytes:
        return self._zlib.decompress(self._zlib.unconsumed_tail or data, max_length)


class ZipData:
    """Where the data of a member stand and what they must give; calling it opens them."""

    __slots__ = ("budget", "charged", "crc", "method", "name", "packed", "size", "source", "start")

    def __init__(
        self,
        source: Source,
        name: str,
        start: int,
        packed: int,
        size: int,
        crc: int,
        method: int,
        budget: Budget,
    ) -> None:
        self.source = source
        self.name = name
        self.start = start
        self.packed = packed
        self.size = size
        self.crc = crc
        self.method = method
        self.budget = budget
        self.charged = 0
        # bytes that were taken out of the budget: what is read twice is paid for once

    def __call__(self) -> BinaryIO:
        """Raises InputError: the file is gone, or the way of packing is not known."""
        return Stream(_Unpacked(self, self.source.reader()), self.size)


class _Unpacked(io.RawIOBase):
    def __init__(self, data: ZipData, reader: Reader) -> None:
        super().__init__()
        self._data = data
        self._reader = reader
        self._at = data.start
        self._left = data.packed
        self._given = 0
        self._crc = 0
        self._fault: InputError | None = None
        self._decoder: _Decoder | None = None
        try:
            if data.method != STORED:
                self._decoder = self._made()
        except InputError:
            self.close()
            raise

    def _made(self) -> _Decoder:
        method = self._data.method
        if method == DEFLATED:
            return _Inflater()
        if method == BZIP2:
            return bz2.BZ2Decompressor()
        if method == LZMA:
            return self._lzma()
        raise InputError(
            f"{self._data.name!a} is packed in a way that is not read (number {method})",
            "unpack it with the program that made it, and give the folder",
        )

    def _lzma(self) -> lzma.LZMADecompressor:
        """With the properties that stand before the data (APPNOTE 5.8.8)."""
        head = self._packed(9)
        if len(head) < 9 or head[2:4] != b"\5\0" or head[4] >= 225:
            raise self._broken("is damaged")
        lc, lp, pb = head[4] % 9, head[4] // 9 % 5, head[4] // 45
        window = struct.unpack_from("<L", head, 5)[0]
        if window > _LARGEST_WINDOW or lc + lp > 4:
            raise self._broken("asks for too much memory")
        filters = [{"id": lzma.FILTER_LZMA1, "lc": lc, "lp": lp, "pb": pb, "dict_size": max(window, 4096)}]
        return lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=filters)

    def readable(self) -> bool:
        return True

    def readinto(self, into: Any, /) -> int:
        if self._fault is not None:
            raise self._fault
        view = memoryview(into).cast("B")
        if not len(view):
            return 0
        try:
            data = self._next(min(len(view), max(1, self._data.size - self._given)))
            if not data:
                self._finish()
            self._count(data)
        except InputError as fault:
            self._fault = fault
            raise
        view[: len(data)] = data
        return len(data)

    def _next(self, most: int) -> bytes:
        """Up to `most` unpacked bytes; none at the end."""
        if self._decoder is None:
            return self._packed(most)
        while not self._decoder.eof:
            fresh = self._packed(PIECE // 2) if self._decoder.needs_input else b""
            ended = self._decoder.needs_input and not fresh
            try:
                data = self._decoder.decompress(fresh, most)
            except (zlib.error, lzma.LZMAError, OSError, EOFError) as fault:
                raise self._broken("is damaged") from fault
            if data:
                return data
            if ended:
                if self._data.method == LZMA:  # it may end without a mark: then the size says where
                    return b""
                raise self._broken("is cut short")
        return b""

    def _packed(self, most: int) -> bytes:
        data = self._reader.at(self._at, min(most, self._left))
        self._at += len(data)
        self._left -= len(data)
        return data

    def _count(self, data: bytes) -> None:
        self._given += len(data)
        if self._given > self._data.size:
            raise self._broken(f"is larger than it says ({self._data.size} bytes)")
        self._crc = zlib.crc32(data, self._crc)
        if self._given > self._data.charged:
            more = self._given - self._data.charged
            self._data.charged = self._given
            try:
                self._data.budget.take(more)
            except InputError as fault:
                raise InputError(f"{self._data.name!a}: {fault.message}", fault.hint) from fault

    def _finish(self) -> None:
        if self._given < self._data.size:
            raise self._broken(f"is smaller than it says ({self._given} bytes, not {self._data.size})")
        if self._crc != self._data.crc:
            raise self._broken("does not match its check sum (CRC-32): it is damaged")
        self._reader.finish()

    def _broken(self, how: str) -> InputError:
        return InputError(f"{self._data.name!a} {how}", AGAIN)

    def close(self) -> None:
        if not self.closed:
            self._reader.close()
        super().close()
