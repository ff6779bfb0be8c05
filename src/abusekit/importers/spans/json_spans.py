"""JSON, read forwards in bounded memory, with the byte range of every value that is wanted."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import BinaryIO, NamedTuple

from abusekit.errors import InputError
from abusekit.importers.spans.json_paths import paths
from abusekit.importers.spans.json_values import (
    DEPTH,
    STRING,
    key_text,
    load,
    lone_surrogate,
    pointer_part,
    repeated,
)

__all__ = [
    "DEPTH", "JsonDamagedError", "Pattern", "Value", "load", "lone_surrogate", "paths", "repeated", "scan",
]  # fmt: skip

Pattern = tuple[str, ...]
"""Path from the root: keys of objects, `*` for any key or any element: `("messages", "*")`."""

_BLOCK = 1 << 20
_SHORT = 1 << 20  # bytes of a key or number at most


class Value(NamedTuple):
    pattern: int
    """Which of the patterns it fits: its index."""
    pointer: str
    """JSON pointer (RFC 6901): `/messages/12`."""
    start: int
    end: int
    """Byte range in the stream, without the white space around it."""
    raw: bytes
    """Exactly these bytes; to be decoded with `load`."""


class JsonDamagedError(InputError):
    """The file is cut off or no JSON from here on; all that precedes was given."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(
            f"{message} (byte {offset})", "what precedes was read; obtain the file again if you can"
        )
        self.offset = offset
        # byte of the stream where the value or sign begins that could not be read


# Everything is possessive: what was matched is never tried again, so that time stays linear in the input.
_WS = rb"[ \t\r\n]*+"
_ANYTHING = rb'[^"{}\[\]]*+'  # between strings and brackets of what is wanted: `load` judges it
_SIGNS = (
    rb"[ \t\r\n,:0-9+\-.EtruefalsnNIiy]*+"  # the same in what is passed over: numbers, words, NaN, Infinity
)


def _run(between: bytes, deep: int) -> bytes:
    """What stands within brackets, as far as no bracket opens that is more than `deep` deep or not closed."""
    inner = STRING
    for _ in range(deep):
        run = between + rb"(?:(?:" + inner + rb")" + between + rb")*+"
        inner = STRING + rb"|\{" + run + rb"\}|\[" + run + rb"\]"
    return between + rb"(?:(?:" + inner + rb")" + between + rb")*+"


_ELEMENT = re.compile(
    _WS + rb"(\{" + _run(_ANYTHING, 6) + rb"\}|" + STRING + rb")" + _WS + rb"(?=[,\]])", re.DOTALL
)
_STEP = 3
_RUN_TAKEN = tuple(re.compile(_run(_ANYTHING, deep), re.DOTALL) for deep in (_STEP, 0))
_RUN_PASSED = tuple(re.compile(_run(_SIGNS, deep), re.DOTALL) for deep in (_STEP, 0))
_IN_STRING = re.compile(rb'[^"\\]*+(?:\\.[^"\\]*+)*+', re.DOTALL)
_SCALAR = re.compile(rb'[^ \t\r\n,:"{}\[\]]++')
_WORD = re.compile(rb"-?\d[\d.eE+-]*+|true|false|null|-?(?:NaN|Infinity)")
_WHITE = re.compile(_WS)
_KEY = re.compile(rb"(" + STRING + rb")" + _WS + rb":" + _WS, re.DOTALL)
_CLOSER = {0x7B: 0x7D, 0x5B: 0x5D}
_QUOTE, _COMMA = 0x22, 0x2C
_SHELTERED = (_QUOTE, *_CLOSER)


class _Window:
    """The part of the stream that is held: `data[at:]` is not read yet."""

    __slots__ = ("at", "base", "data", "stream")

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream
        self.data = b""
        self.base = 0
        self.at = 0

    def more(self) -> bool:
        """Hold further bytes, as many again as are held, so that a long value costs linear time. False: the end."""
        held = len(self.data) - self.at
        try:
            block = self.stream.read(max(_BLOCK, held))
        except InputError as fault:
            raise JsonDamagedError(fault.message, self.base + self.at) from fault
        if not block:
            return False
        self.data = self.data[self.at :] + block
        self.base += self.at
        self.at = 0
        return True

    def sign(self) -> int:
        """The next byte that is no white space, not taken; -1: the end."""
        while True:
            found = _WHITE.match(self.data, self.at)
            self.at = found.end() if found else self.at
            if self.at < len(self.data):
                return self.data[self.at]
            if not self.more():
                return -1

    def damaged(self, why: str) -> JsonDamagedError:
        return JsonDamagedError(why, self.base + self.at)


class _Frame:
    """An open object or array on the way to something that is wanted."""

    __slots__ = ("closer", "fresh", "index", "live", "pointer")

    def __init__(self, closer: int, pointer: str, live: list[tuple[int, Pattern]]) -> None:
        self.closer = closer
        self.pointer = pointer
        self.live = live  # the patterns that lead here, each without the part that led here
        self.index = 0
        self.fresh = True


def scan(stream: BinaryIO, patterns: Sequence[Pattern], *, most: int = 64 << 20) -> Iterator[Value]:
    """The values that fit a pattern, in file order, never one inside of another; of two patterns the first counts.

    A byte order mark of UTF-8 is skipped; offsets stay those of the stream. Keys are compared decoded; a key that
    stands twice gives two values. Brackets, strings, commas and colons are checked on the way; what stands inside of
    a wanted value is for `load` to judge. Raises JsonDamagedError after all that precedes the damage was given:
    cut off, no JSON, more than DEPTH brackets deep, a wanted value of more than `most` bytes.
    """
    window = _opened(stream)
    frames: list[_Frame] = []
    pointer, live = "", list(enumerate(patterns))
    while True:
        sign = window.sign()
        wanted = next((index for index, rest in live if not rest), None)
        if wanted is not None:
            start, raw = _take(window, sign, most, not frames)
            yield Value(wanted, pointer, start, start + len(raw), raw)
        elif live and sign in _CLOSER:
            window.at += 1
            frames.append(_Frame(_CLOSER[sign], pointer, live))
        else:
            _pass(window, sign, not frames)
        while frames and not _goes_on(window, frames[-1]):
            frames.pop()
        if not frames:
            break
        yield from _wanted_elements(window, frames[-1])
        window.sign()
        pointer, live = _enter(window, frames[-1])
    if window.sign() >= 0:
        raise window.damaged("something stands after the end of the JSON")


def _opened(stream: BinaryIO) -> _Window:
    window = _Window(stream)
    while len(window.data) < 3 and window.more():
        pass
    if window.data.startswith(b"\xef\xbb\xbf"):
        window.at = 3
    elif window.data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise window.damaged("JSON in UTF-16, which is not read")
    return window


def _goes_on(window: _Window, frame: _Frame) -> bool:
    """Whether a value of the frame follows: its first, or one after a comma. False: its bracket is closed."""
    sign = window.sign()
    if sign == frame.closer:
        window.at += 1
        return False
    if frame.fresh:
        frame.fresh = False
    elif sign == _COMMA:
        window.at += 1
    else:
        raise window.damaged("cut off" if sign < 0 else "no comma or closing bracket after a value")
    return True


def _enter(window: _Window, frame: _Frame) -> tuple[str, list[tuple[int, Pattern]]]:
    """Stand before the next value of the frame: its pointer, and the patterns that still lead there."""
    if frame.closer == 0x5D:
        name = str(frame.index)
        frame.index += 1
    else:
        name = _key(window)
    live = [(index, rest[1:]) for index, rest in frame.live if rest[0] in ("*", name)]
    return f"{frame.pointer}/{pointer_part(name)}", live


def _key(window: _Window) -> str:
    while True:
        found = _KEY.match(window.data, window.at)
        if found is not None and found.end() < len(window.data) and len(found[1]) <= _SHORT:
            window.at = found.end()
            return key_text(found[1])
        if len(window.data) - window.at > _SHORT:
            raise window.damaged("no key of sensible length where one must stand")
        if not window.more():
            raise window.damaged("cut off, or no key and colon where one must stand")


def _wanted_elements(window: _Window, frame: _Frame) -> Iterator[Value]:
    """Fast way through an array whose elements are wanted: those that are wholly held and have one after them."""
    if frame.closer != 0x5D:
        return
    wanted = next((index for index, rest in frame.live if rest == ("*",)), None)
    if wanted is None or any(rest[0] != "*" for index, rest in frame.live if index < wanted):
        return
    match, data, at = _ELEMENT.match, window.data, window.at
    while (found := match(data, at)) is not None and data[found.end()] == _COMMA:
        start, end = found.span(1)
        pointer = f"{frame.pointer}/{frame.index}"
        frame.index += 1
        at = window.at = found.end() + 1
        yield Value(wanted, pointer, window.base + start, window.base + end, found[1])


def _take(window: _Window, sign: int, most: int, root: bool) -> tuple[int, bytes]:
    """A wanted value: its offset and its bytes."""
    start = window.base + window.at
    size = _walk(window, _RUN_TAKEN, most) if sign in _SHELTERED else _scalar(window, sign, root)
    if size > most:
        raise window.damaged(f"a value of more than {most} bytes")
    raw = window.data[window.at : window.at + size]
    window.at += size
    return start, raw


def _pass(window: _Window, sign: int, root: bool) -> None:
    """Go past a value that nobody wants."""
    if sign in _SHELTERED:
        size = _walk(window, _RUN_PASSED, 0)
    else:
        size = _scalar(window, sign, root)
        if _WORD.fullmatch(window.data, window.at, window.at + size) is None:
            raise window.damaged("no value where one must stand")
    window.at += size  # only now: `_walk` and `_scalar` have moved the window


def _scalar(window: _Window, sign: int, root: bool) -> int:
    """The size of the number or word that begins here; at the end of the file only a root is known to be whole."""
    while True:
        found = _SCALAR.match(window.data, window.at)
        if found is None:
            raise window.damaged("cut off" if sign < 0 else "no value where one must stand")
        size = found.end() - window.at
        if size > _SHORT:
            raise window.damaged("a number or word without end")
        if found.end() < len(window.data):
            return size
        if not window.more():
            if root:
                return size
            raise window.damaged("cut off")


def _walk(window: _Window, runs: tuple[re.Pattern[bytes], ...], most: int) -> int:
    """The size of the value that begins here, found step by step: it is deep, or not wholly held yet.

    `most` 0: it is passed over, and what is behind is let go; the size is then that of its rest.
    """
    start = window.base + window.at
    at, inside = 1, window.data[window.at] == _QUOTE  # at: relative to window.at, which `more` moves
    closers = bytearray() if inside else bytearray((_CLOSER[window.data[window.at]],))
    while True:
        data = window.data
        here = window.at + at
        run = runs[len(closers) > DEPTH - _STEP]  # which goes no deeper than DEPTH
        found = (_IN_STRING if inside else run).match(data, here)
        here = found.end() if found else here
        if here < len(data) and (not inside or data[here] == _QUOTE):
            sign = data[here]
            at = here + 1 - window.at
            if sign == _QUOTE:
                inside = not inside
            elif sign in _CLOSER:
                closers.append(_CLOSER[sign])
                if len(closers) > DEPTH:
                    raise JsonDamagedError(f"brackets more than {DEPTH} deep", start)
            elif sign != closers.pop():
                raise JsonDamagedError(f"a sign that does not belong there, byte {window.base + here}", start)
            if not closers and not inside:
                return at
            continue
        at = here - window.at  # at the end of what is held, or before a backslash that is its last byte
        if not most:
            window.at += at
            at = 0
        elif at > most:
            raise JsonDamagedError(f"a value of more than {most} bytes", start)
        if not window.more():
            raise JsonDamagedError("cut off", start)
