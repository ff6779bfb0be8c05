"""The elements below the root of an XML file, one by one in bounded memory, each with its byte range and digest.

Documents with a DOCTYPE are refused: no entity is ever defined, no other file ever loaded. What is not well formed
ends the reading, but for what `xml_mending` mends; what precedes is given, and what follows is one last element that
says so.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple
from xml.parsers import expat

from abusekit.errors import InputError
from abusekit.importers.phone.xml_mending import Media, Mender, Repair

_BLOCK = 262_144
MOST_TAG = 16 << 20
"""Bytes of one tag or of one stretch without tags (media left out) that are read at most: expat keeps a whole tag."""
MOST_INNER = 20_000
"""Elements inside of one that are kept; more are counted."""
MOST_DEPTH = 32
_MOST_REPAIRS = 100_000
_TAIL = 4096
_DECLARED = 1024
"""Bytes in which the XML declaration must stand."""
_ENCODING = re.compile(rb"<\?xml\s[^>]{0,200}?encoding\s{0,8}=\s{0,8}[\"']([\w.:-]{1,40})[\"']")


class Inner(NamedTuple):
    name: str
    attributes: dict[str, str]
    media: Media | None
    """The value of its attribute `data`, where that was left out."""


class Element(NamedTuple):
    name: str
    """Empty: not an element, but something else that stands between them, or what could not be read."""
    number: int
    """Running number below the root, from 1; 0 for the root's own start tag, which comes first."""
    start: int
    end: int
    sha256: str
    """Of the bytes [start, end)."""
    attributes: dict[str, str]
    inner: tuple[Inner, ...] = ()
    repairs: tuple[Repair, ...] = ()
    more: int = 0
    """How many inner elements are not in `inner`."""
    fault: str = ""
    """Why the reading ended here, with the offset."""


def root_of(head: bytes) -> str:
    """The name of the root element that a file begins with, as its head shows it; empty: no XML, or not to be seen."""
    at = 3 if head.startswith(b"\xef\xbb\xbf") else 0
    while True:
        while at < len(head) and head[at] in b" \t\r\n":
            at += 1
        if head.startswith(b"<?", at):
            ended, length = head.find(b"?>", at), 2
        elif head.startswith(b"<!--", at):
            ended, length = head.find(b"-->", at), 3
        elif head.startswith(b"<!DOCTYPE", at):
            # what it declares may hold any sign; its name says what the root is to be
            return _name(head, at + len(b"<!DOCTYPE "))
        else:
            return _name(head, at + 1) if head.startswith(b"<", at) else ""
        if ended < 0:
            return ""
        at = ended + length


def _name(head: bytes, at: int) -> str:
    found = re.compile(rb"([A-Za-z][\w.-]{0,60})[\s/>]").match(head, at)
    return found[1].decode("ascii", "replace") if found else ""


def elements(stream: BinaryIO) -> Iterator[Element]:
    """The root's start tag, then each element below it in file order.

    Raises InputError: a DOCTYPE, an encoding other than UTF-8. A fault in the middle raises nothing: the last element
    has a `fault` then, and reaches to the end of the file.
    """
    return _Reader(stream).run()


class _Reader:
    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._mender = Mender()
        self._parser = expat.ParserCreate("utf-8")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._started
        self._parser.EndElementHandler = self._ended
        self._parser.StartDoctypeDeclHandler = self._refused
        self._window = bytearray()
        # the file's bytes from `_base` on: what is not yet in a digest
        self._base = 0
        self._depth = 0
        self._number = 0
        self._ready: list[Element] = []
        self._root: dict[str, str] | None = None
        self._root_name = ""
        self._start = 0
        # of the open element, else the end of the last one
        self._attributes: dict[str, str] = {}
        self._inner: list[Inner] = []
        self._more = 0
        self._digest: hashlib._Hash | None = None
        # of the open element, from its start to `_base`; None: nothing of it has left the window
        self._event = 0
        # offset in the copy of the last tag
        self._fed = 0

    def run(self) -> Iterator[Element]:
        fault = ""
        last = False
        while not last and not fault:
            block = self._stream.read(_BLOCK)
            last = not block
            if self._root is None and self._base + len(self._window) < _DECLARED:
                _check_encoding(self._window + block)
            self._window += block
            fault = self._parse(self._mender.feed(block, last=last), last=last)
            yield from self._ready
            self._ready.clear()
            if not fault:
                self._let_go()
        if fault:
            yield self._rest(fault)

    def _parse(self, copy: bytes, *, last: bool) -> str:
        """What is wrong, if anything is; the elements go to `_ready`."""
        self._fed += len(copy)
        try:
            self._parser.Parse(copy, last)
        except expat.ExpatError as wrong:
            if self._root is not None and self._depth == 0:
                return f"something stands after the end of the root element, which is at byte {self._start}"
            reason = expat.errors.messages.get(wrong.code, "not well formed")
            return f"{reason} at byte {self._mender.origin(max(0, self._parser.ErrorByteIndex))}"
        if self._fed - self._event > MOST_TAG or len(self._mender.repairs) > _MOST_REPAIRS:
            return f"no end of a tag found after byte {self._mender.origin(self._event)}"
        if self._depth > MOST_DEPTH:
            return f"elements nested too deep before byte {self._mender.origin(self._event)}"
        return ""

    def _refused(self, *_: object) -> None:
        raise InputError(
            "the XML file has a DOCTYPE, which no backup of messages has",
            "use the file as the app made it; a file that somebody edited is not read",
        )

    def _started(self, name: str, attributes: dict[str, str]) -> None:
        self._event = self._parser.CurrentByteIndex
        self._depth += 1
        if self._depth == 2:
            start = self._mender.origin(self._event)
            self._between(start)
            self._start, self._attributes, self._inner, self._more = start, attributes, [], 0
        elif self._depth == 1:
            self._root, self._root_name = attributes, name
            start = self._mender.origin(self._event)
            self._start = self._end_of_tag(start)
            raw = bytes(self._window[start - self._base : self._start - self._base])
            self._ready.append(Element(name, 0, start, self._start, _sha256(raw), attributes))
        elif self._depth <= MOST_DEPTH:
            if len(self._inner) >= MOST_INNER:
                self._more += 1
                return
            media = self._media_of(self._mender.origin(self._event)) if name == "part" else None
            self._inner.append(Inner(name, attributes, media))

    def _media_of(self, tag: int) -> Media | None:
        queue = self._mender.media
        while queue and queue[0].tag < tag:
            queue.popleft()  # it stood in a comment
        return queue.popleft() if queue and queue[0].tag == tag else None

    def _ended(self, name: str) -> None:
        self._event = self._parser.CurrentByteIndex
        self._depth -= 1
        if self._depth == 1:
            end = self._end_of(name)
            self._number += 1
            self._ready.append(
                Element(
                    name, self._number, self._start, end, self._digest_to(end), self._attributes,
                    tuple(self._inner), self._repairs_to(end), self._more,
                )
            )  # fmt: skip
            self._start, self._attributes, self._inner, self._more = end, {}, [], 0
        elif self._depth == 0:
            end = self._mender.origin(self._event)
            if self._window[end - self._base : end - self._base + 2] == b"</":
                self._between(end)
                self._start = self._end_of(name)
            else:
                self._start = end  # `<smses … />`

    def _between(self, start: int) -> None:
        """Give what stands between two elements, if it is more than white space."""
        gap = bytes(self._window[self._start - self._base : start - self._base])
        if gap and not gap.isspace():
            repairs = self._repairs_to(start)
            self._ready.append(Element("", self._number, self._start, start, _sha256(gap), {}, (), repairs))

    def _end_of(self, name: str) -> int:
        """The end of the element that ends here: expat stands before `</name>`, or behind `<name/>`."""
        at = self._mender.origin(self._event)
        end_tag = b"</" + name.encode("utf-8")
        behind = self._window[at - self._base + len(end_tag) : at - self._base + len(end_tag) + 1]
        if at >= self._base and not (
            self._window.startswith(end_tag, at - self._base) and behind and behind in b" \t\r\n>"
        ):
            return at
        return self._end_of_tag(max(at, self._base))

    def _end_of_tag(self, at: int) -> int:
        """Behind the `>` of the tag that begins at `at`; a `>` inside of quotes is not its end."""
        quote = 0
        for i in range(at - self._base, len(self._window)):
            sign = self._window[i]
            if quote:
                quote = 0 if sign == quote else quote
            elif sign in b"\"'":
                quote = sign
            elif sign == 0x3E:
                return self._base + i + 1
        return self._base + len(self._window)

    def _digest_to(self, end: int) -> str:
        if self._digest is None:
            return _sha256(self._window[self._start - self._base : end - self._base])
        self._digest.update(self._window[: end - self._base])
        digest, self._digest = self._digest.hexdigest(), None
        # what has gone into that digest is not asked for again
        return digest

    def _repairs_to(self, end: int) -> tuple[Repair, ...]:
        queue = self._mender.repairs
        if not queue or queue[0].offset >= end:
            return ()
        found = []
        while queue and queue[0].offset < end:
            found.append(queue.popleft())
        return tuple(found)

    def _let_go(self) -> None:
        """Keep of the window only what is still needed; of a long open element only its digest."""
        keep = self._start
        if self._depth >= 2 and len(self._window) > MOST_TAG // 4:
            if self._digest is None:
                self._digest = hashlib.sha256()
                del self._window[: self._start - self._base]
                self._base = self._start
            keep = max(self._base, self._base + len(self._window) - _TAIL)
            self._digest.update(self._window[: keep - self._base])
        elif self._digest is not None:
            return
        del self._window[: keep - self._base]
        self._base = keep
        self._mender.forget(self._event)

    def _rest(self, fault: str) -> Element:
        """From the first thing that was not given to the end of the file."""
        digest = self._digest or hashlib.sha256()
        digest.update(self._window if self._digest else self._window[self._start - self._base :])
        end = self._base + len(self._window)
        while block := self._stream.read(_BLOCK):
            digest.update(block)
            end += len(block)
        repairs = self._repairs_to(end)
        return Element("", self._number + 1, self._start, end, digest.hexdigest(), {}, (), repairs, 0, fault)


def _check_encoding(head: bytearray) -> None:
    found = _ENCODING.search(head[:_DECLARED])
    if found is not None and found[1].lower() not in (b"utf-8", b"utf8", b"us-ascii"):
        raise InputError(
            f"the XML file says that it is written in {found[1].decode('ascii', 'replace')}, not in UTF-8",
            "use the file as the app made it, not one that another program saved",
        )


def _sha256(raw: bytes | bytearray) -> str:
    return hashlib.sha256(raw).hexdigest()
