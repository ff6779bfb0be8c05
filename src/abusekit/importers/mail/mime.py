"""The parts of a mail with their byte ranges: RFC 2045 and 2046, read from the bytes, bounded in depth and number.

Our own walk instead of the standard library's: it keeps the place of every part, and its time grows with the size
of the mail only. What it cannot split it leaves whole and says so; every byte belongs to some part.
"""

from __future__ import annotations

import binascii
from dataclasses import dataclass, field

from abusekit.importers.mail.content_type import content_type, file_name, valued
from abusekit.importers.mail.headers import Header, raw_text, read_header

MOST_PARTS = 10_000
"""Parts of one mail that are told apart."""
DEEPEST = 30
"""Levels of parts within parts."""
MOST_PROBES = 200_000
"""Places of one mail that are tried as boundaries: more means a mail made to waste time."""


@dataclass(slots=True)
class Part:
    """One part, or the whole mail."""

    number: str
    # `1.2`; empty for the mail itself
    header: Header
    start: int
    # of the header
    end: int
    # of the body, exclusive; the line end before a boundary belongs to the boundary
    media: str
    # `text/plain`, as claimed
    parameters: dict[str, str]
    encoding: str
    # content transfer encoding, lower case
    disposition: str
    # `inline`, `attachment`, lower case; empty: none
    name: str
    # of the file, as claimed
    children: list[Part] = field(default_factory=list)

    @property
    def body(self) -> int:
        """Offset of the first byte of the body."""
        return self.header.body


@dataclass(slots=True)
class Tree:
    """A mail, split."""

    root: Part
    flags: list[str]
    # `mime_no_boundary`, `mime_unclosed`, `mime_text_outside`, `mime_too_deep`, `mime_too_many_parts`
    parts: int = 0
    probes: int = 0

    def flag(self, name: str) -> None:
        if name not in self.flags:
            self.flags.append(name)


def parse(raw: bytes, start: int = 0, end: int | None = None) -> Tree:
    """The parts of the mail `raw[start:end]`. Never raises."""
    root = _part(raw, "", start, len(raw) if end is None else end)
    tree = Tree(root, list(root.header.flags))
    _split(raw, root, tree, 1)
    return tree


def _part(raw: bytes, number: str, start: int, end: int, default: str = "text/plain") -> Part:
    header = read_header(raw, start, end)
    media, parameters = default, dict[str, str]()
    if "content-type" in header.named:
        media, parameters = content_type(raw_text(header.raw("content-type"))[0])
    disposition, disposed = valued(raw_text(header.raw("content-disposition"))[0])
    encoding = raw_text(header.raw("content-transfer-encoding"))[0].partition(";")[0].strip().lower()
    name = file_name(disposed, parameters)
    return Part(number, header, start, end, media, parameters, encoding, disposition.lower(), name)


def _split(raw: bytes, part: Part, tree: Tree, depth: int) -> None:
    """Give `part` its children; without a boundary it stays a leaf that holds all of its bytes."""
    if not part.media.startswith("multipart/"):
        return
    if depth > DEEPEST:
        tree.flag("mime_too_deep")
        return
    boundary = part.parameters.get("boundary", "").rstrip()
    spans = _between(raw, part, boundary.encode("utf-8", "replace"), tree) if boundary else []
    if not spans:
        tree.flag("mime_no_boundary")
        return
    default = "message/rfc822" if part.media == "multipart/digest" else "text/plain"
    for start, end in spans:
        if tree.parts >= MOST_PARTS:
            tree.flag("mime_too_many_parts")
            return
        tree.parts += 1
        number = f"{part.number}.{len(part.children) + 1}".lstrip(".")
        child = _part(raw, number, start, end, default)
        part.children.append(child)
        for name in child.header.flags:
            tree.flag(name)
        _split(raw, child, tree, depth + 1)


def _between(raw: bytes, part: Part, boundary: bytes, tree: Tree) -> list[tuple[int, int]]:
    """The byte ranges between the boundary lines of a multipart."""
    mark = b"--" + boundary
    spans: list[tuple[int, int]] = []
    opened: int | None = None
    before = at = part.body
    while True:
        at = raw.find(mark, at, part.end)
        tree.probes += 1
        if at < 0 or tree.probes > MOST_PROBES:
            break
        after, closes = _line_end(raw, at + len(mark), part.end)
        if after < 0 or (at != part.body and raw[at - 1 : at] != b"\n"):
            at += len(mark)
            continue
        if opened is not None:
            spans.append((opened, max(opened, _before_line_end(raw, at))))
        elif raw[before:at].strip() and not _is_usual(raw[before:at]):
            tree.flag("mime_text_outside")
        opened, at = after, after
        if closes:
            if raw[after : part.end].strip():
                tree.flag("mime_text_outside")
            return spans
    if tree.probes > MOST_PROBES:
        tree.flag("mime_too_many_parts")
    if opened is not None:
        tree.flag("mime_unclosed")
        spans.append((opened, part.end))
    return spans


def _line_end(raw: bytes, at: int, end: int) -> tuple[int, bool]:
    """Whether a boundary's line ends at `at`: the offset after it, or -1; and whether it is the closing one."""
    closes = raw[at : at + 2] == b"--"
    at += 2 * closes
    feed = raw.find(b"\n", at, min(end, at + 200))
    stop = feed if feed >= 0 else end
    if stop - at > 200 or raw[at:stop].strip(b" \t\r"):
        return -1, False
    return (stop + 1 if feed >= 0 else end), closes


def _before_line_end(raw: bytes, at: int) -> int:
    """The line end before a boundary is part of the boundary (RFC 2046 section 5.1.1)."""
    if raw[at - 2 : at] == b"\r\n":
        return at - 2
    return at - 1 if raw[at - 1 : at] == b"\n" else at


def _is_usual(preamble: bytes) -> bool:
    """The sentence that programs put before the first part, for readers of the time before MIME."""
    return len(preamble) < 300 and (b"MIME" in preamble or b"multi" in preamble)


def leaves(part: Part) -> list[Part]:
    """The parts without children, in order; not those within an attached mail."""
    found: list[Part] = []
    waiting = [part]
    while waiting:
        one = waiting.pop()
        if one.children:
            waiting.extend(reversed(one.children))
        else:
            found.append(one)
    return found


def decoded(raw: bytes, part: Part) -> tuple[bytes, str, bool]:
    """The part's bytes without their transfer encoding, the step, and whether they were whole."""
    data = raw[part.body : part.end]
    if part.encoding == "base64":
        return _base64(data)
    if part.encoding == "quoted-printable":
        return binascii.a2b_qp(data), "quoted-printable", True
    if part.encoding in ("", "7bit", "8bit", "binary"):
        return data, "", True
    return data, f"transfer encoding {part.encoding[:40]!a} left as it is", True


def _base64(data: bytes) -> tuple[bytes, str, bool]:
    try:
        return binascii.a2b_base64(data), "base64", True
    except binascii.Error:
        pass
    # cut off within a group of four: what is whole is given
    kept = data.translate(None, delete=_NOT_BASE64)
    try:
        return binascii.a2b_base64(kept[: len(kept) & ~3]), "base64", False
    except binascii.Error:
        return b"", "base64", False


_NOT_BASE64 = bytes(
    set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
)
