"""The text of a saved page. Nothing is run, loaded or laid out: scripts and styles are left out, hidden text is not."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from abusekit.importers.spans.html_events import Tag, Text, events, text_of
from abusekit.importers.spans.text_lines import decode, encoding_of

MOST_TEXT = 1 << 20
"""Characters of text in a record; what is longer stays in the file, and the record is flagged `text_cut`."""
_MOST_FRAMES = 1_000
_MOST_DEPTH = 4
_META = re.compile(rb"""<meta[^>]{0,500}?charset\s*+=\s*+["']?\s*+([A-Za-z0-9_.:-]{1,40})""", re.IGNORECASE)
# What browsers know (encoding.spec.whatwg.org) → Python's name; they read the first two lines as windows-1252.
_CHARSETS = {
    "iso-8859-1": "cp1252", "latin1": "cp1252", "us-ascii": "cp1252", "ascii": "cp1252", "windows-1252": "cp1252",
    "utf-8": "utf-8", "utf8": "utf-8", "utf-16": "utf-16-le", "utf-16le": "utf-16-le", "utf-16be": "utf-16-be",
    "windows-1250": "cp1250", "windows-1251": "cp1251", "windows-1253": "cp1253", "windows-1254": "cp1254",
    "windows-1255": "cp1255", "windows-1256": "cp1256", "windows-1257": "cp1257", "windows-1258": "cp1258",
    "iso-8859-2": "iso8859-2", "iso-8859-5": "iso8859-5", "iso-8859-7": "iso8859-7", "iso-8859-15": "iso8859-15",
    "koi8-r": "koi8-r", "koi8-u": "koi8-u", "gb2312": "gb18030", "gbk": "gb18030", "gb18030": "gb18030",
    "big5": "big5", "euc-jp": "euc-jp", "shift_jis": "cp932", "iso-2022-jp": "iso2022_jp", "euc-kr": "cp949",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class PageText:
    title: str
    text: str
    steps: tuple[str, ...]
    flags: tuple[str, ...]


def page_text(html: bytes, charset: str = "", frames: Iterable[bytes] = ()) -> PageText:
    """Title and text; `charset`: what stands outside of the HTML and says so; `frames`: HTML shown inside, in UTF-8.

    The text of frames, also of those in `srcdoc`, is appended. Never raises.
    """
    data, steps = to_utf8(html, charset)
    data = data.replace(b"\r\n", b"\n")  # as every HTML parser begins (HTML standard 13.2.3.5)
    title, shown, inner = _read(data, 0)
    parts = [shown, *inner]
    for frame in frames:
        _, text, deeper = _read(frame, 1)
        parts += [text, *deeper]
    parts = [part for part in parts if part]
    if len(parts) > bool(shown):
        steps = (*steps, f"text of frames appended: {len(parts) - bool(shown)}")
    text = "\n\n".join(parts)
    flags = (f"text_cut:{len(text)}",) if len(text) > MOST_TEXT else ()
    return PageText(title, text[:MOST_TEXT], ("html to text", *steps), flags)


def to_utf8(html: bytes, charset: str = "") -> tuple[bytes, tuple[str, ...]]:
    """The HTML in UTF-8, and the step that led there where it was not.

    A byte order mark counts most, then `charset`, then the first <meta charset>, as browsers have it.
    """
    marked = encoding_of(html[:1024])
    found = _META.search(html[:4096])
    named = charset.strip().strip("\"'").lower() or (found[1].decode("ascii").lower() if found else "")
    known = _CHARSETS.get(named, "")
    if marked == "utf-8" and not charset and known.startswith("utf-16"):
        known = "utf-8"  # a <meta> that could be read is no UTF-16
    if marked != "utf-8" or known in ("", "utf-8"):
        text, steps = decode(html, marked)
        if named and not known:
            steps = (*steps, f"charset not known: {named[:40]}")
    else:
        text, steps = html.decode(known, "replace"), (f"{named} to utf-8",)
    return text.removeprefix("\ufeff").encode("utf-8", "replace"), steps


def _read(data: bytes, depth: int) -> tuple[str, str, list[str]]:
    """(title, text, texts of frames in `srcdoc`)."""
    title, cut = "", (0, 0)
    inner: list[str] = []
    has_frames = b"srcdoc" in data or b"SRCDOC" in data
    within: Tag | None = None
    for piece in events(data):
        if isinstance(piece, Tag):
            if piece.name == "title" and cut == (0, 0):
                within, cut = piece, (piece.start, piece.end)
            elif piece.name == "iframe" and "srcdoc" in piece.attrs and len(inner) < _MOST_FRAMES:
                inner += _frame(piece.attrs["srcdoc"], depth)
        elif within is not None:
            if isinstance(piece, Text):
                title, cut = " ".join(piece.text.split()), (cut[0], piece.end)
            within = None
        if (
            not has_frames
            and within is None
            and (cut != (0, 0) or (isinstance(piece, Tag) and piece.name == "body"))
        ):
            break
    return title[:1000], text_of(data[: cut[0]] + data[cut[1] :]), inner


def _frame(srcdoc: str, depth: int) -> list[str]:
    if depth >= _MOST_DEPTH:
        return []
    _, shown, deeper = _read(srcdoc.encode("utf-8", "replace"), depth + 1)
    return [part for part in (shown, *deeper) if part]
