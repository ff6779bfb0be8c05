"""HAR: a recording of a browser's web traffic, request by request.

Source: HAR 1.2 (w3c.github.io/web-performance/specs/HAR/Overview.html). It is a text file that anybody can write:
supporting material only. Bodies are not copied into records; they stay in the file, at the place each record names.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from abusekit.containers.container import Container, Member
from abusekit.errors import InputError
from abusekit.importers import times
from abusekit.importers.fields import UNREADABLE, Table, record, unknown_flag, unparsed
from abusekit.importers.importer import Notes
from abusekit.importers.model import Event, Record, SourceRef
from abusekit.importers.pages.http_secrets import kinds, safe_url
from abusekit.importers.spans.json_spans import Pattern, Value, load, paths, scan
from abusekit.importers.spans.places import ref

NAME = "har"
VERSION = 1
LIMITS = (
    "A HAR is not signed, and easy to change: it supports other evidence, and proves little alone.",
    "A HAR holds what one browser asked for, not what other people saw.",
    "The times of a HAR are those of the computer that recorded.",
    "Browsers leave out cookies and authorisation in sanitised recordings, and often the content of answers.",
)

_PAGES: Pattern = ("log", "pages", "*")
_ENTRIES: Pattern = ("log", "entries", "*")
_MOST_PAGES = 10_000
_FIELDS = frozenset(
    ("pageref", "startedDateTime", "time", "request", "response", "cache", "timings", "serverIPAddress", "connection",
     "comment")
)  # fmt: skip


def claim(export: Container) -> Sequence[Member]:
    return [member for member in export.members if _shape(member)]


def _shape(member: Member) -> str:
    """`log`, `entry` (one entry alone), or empty: not ours."""
    head = member.head(65_536)
    if not head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return ""
    seen = paths(head)
    if "/log/entries" in seen or ("/log/creator" in seen and seen & {"/log/version", "/log/pages"}):
        return "log"
    if {"/request", "/response"} <= seen and seen & {
        "/request/headers",
        "/response/headers",
        "/response/status",
    }:
        return "entry"
    if "/request/headers" in seen and seen & {"/startedDateTime", "/timings"}:
        return "entry"
    return ""


def read(export: Container, members: Sequence[Member], notes: Notes) -> Iterator[Record]:
    whole = [member for member in members if _shape(member) == "log"]
    if members and not whole:
        raise InputError(
            "one entry of a HAR, not a whole one", "export the recording again with “Save all as HAR”"
        )
    for member in members:
        if member not in whole:
            notes.damaged.append(f"{member.path}: one entry of a HAR, not a whole one; it was not read")
    for member in whole:
        yield from _read(member, notes)


@dataclass(slots=True)
class _Recording:
    member: str
    notes: Notes
    pages: dict[str, str] = field(default_factory=dict)
    # id → title
    entries: int = 0
    secrets: int = 0
    # entries with cookies or authorisation
    bodies: int = 0
    # answers whose content is in the file


def _read(member: Member, notes: Notes) -> Iterator[Record]:
    recording = _Recording(member.path, notes)
    try:
        _pages(member, recording)  # in some files they stand behind the entries that name them
        with member.open() as stream:
            for value in scan(stream, (_ENTRIES,)):
                recording.entries += 1
                yield _entry(value, recording)
    except InputError as wrong:
        notes.damaged.append(f"{member.path}: {wrong.message}")
    if recording.entries and not recording.secrets:
        notes.limit(
            f"{member.path} holds neither cookies nor authorisation: it was probably saved as sanitised."
        )
    if recording.entries and not recording.bodies:
        notes.limit(f"{member.path} holds no content of answers.")


def _pages(member: Member, recording: _Recording) -> None:
    try:
        with member.open() as stream:
            for value in scan(stream, (_PAGES,)):
                page = load(value.raw)
                if (
                    isinstance(page, dict)
                    and isinstance(page.get("id"), str)
                    and len(recording.pages) < _MOST_PAGES
                ):
                    title = page.get("title")
                    recording.pages[page["id"]] = safe_url(title)[0] if isinstance(title, str) else ""
    except InputError:
        return  # the second reading meets the same fault, and notes it


def _entry(value: Value, recording: _Recording) -> Event:
    source = ref(recording.member, value.start, value.end, value.raw, value.pointer)
    try:
        entry = record(value.raw)
    except UNREADABLE as wrong:
        return unparsed("web", "", wrong, source)
    if not isinstance(entry.get("request"), dict) or not isinstance(entry.get("response"), dict):
        return unparsed("web", "", "The entry has no request or no response", source)
    return _exchange(entry, value, source, recording)


def _exchange(entry: Table, value: Value, source: SourceRef, recording: _Recording) -> Event:
    """One request and its answer."""
    request, response = entry["request"], entry["response"]
    flags: list[str] = []
    method, url = _text(request, "method", flags), _text(request, "url", flags)
    shown, withheld = safe_url(url)
    status = response.get("status")
    code = str(status) if isinstance(status, int) and not isinstance(status, bool) else ""
    started = entry.get("startedDateTime")
    sent = times.iso(started, clock="export") if isinstance(started, str) else None
    if sent is None:
        flags.append(f"date_not_read:{started[:40]}" if isinstance(started, str) and started else "no_date")
    if not code:
        flags.append("no_status")
    found = dict(reversed(list(kinds(entry))))  # of each kind the first place
    if withheld:
        found.setdefault("token", "/request/url")
        flags.append("url_withheld_in_part")
    for kind, where in found.items():
        recording.notes.secret(kind, f"{recording.member} {value.pointer}{where}")
    recording.secrets += any(kind != "posted data" for kind in found)
    content = response.get("content")
    recording.bodies += isinstance(content, dict) and bool(content.get("text"))
    sockets = entry.get("_webSocketMessages")
    if isinstance(sockets, list):
        flags.append(f"websocket_messages:{len(sockets)}")
    page = entry.get("pageref")
    page = page if isinstance(page, str) else ""
    flags += unknown_flag(name for name in entry if name not in _FIELDS and not name.startswith("_"))
    return Event(
        "http",
        "web",
        page,
        None,
        f"{method[:40] or '(no method)'} {shown or '(no address)'} → {code or '(no status)'}",
        sent,
        source,
        title=recording.pages.get(page, ""),
        outcome=code,
        flags=tuple(flags),
    )


def _text(table: Table, key: str, flags: list[str]) -> str:
    value = table.get(key)
    if isinstance(value, str) and value:
        return value
    flags.append(f"no_{key}")
    return ""
