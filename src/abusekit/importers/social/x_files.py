"""The files of an X (Twitter) archive: JavaScript that assigns one JSON value, which kind each holds, and its counts.

`window.YTD.<kind>.part<N> = [ … ]`; the manifest is `window.__THAR_CONFIG = { … }`; until about 2017 it was
`Grailbird.data.tweets_2013_01 = [ … ]`. Offsets are always those of the whole file, the prefix included.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import NamedTuple

from abusekit.containers.container import Member
from abusekit.errors import InputError
from abusekit.importers.fields import Table, WrongShapeError, table, tables, text
from abusekit.importers.importer import Notes
from abusekit.importers.spans.json_spans import Pattern, Value, load, scan

_PREFIX = re.compile(
    rb"(?:\xef\xbb\xbf)?\s{0,64}(?:window\.(?:YTD\.([A-Za-z_0-9]{1,80})\.part(\d{1,6})|(__THAR_CONFIG))"
    rb"|Grailbird\.data\.(tweets_\d{4}_\d\d))\s{0,64}=\s{0,64}(?=[\[{])"
)
MANIFEST = "manifest"
_KINDS = {
    "tweet": "tweet", "tweets": "tweet", "community_tweet": "tweet",
    "deleted_tweet": "deleted", "deleted_tweets": "deleted",
    "note_tweet": "note", "note_tweets": "note",
    "direct_message": "direct", "direct_messages": "direct",
    "direct_message_group": "direct", "direct_messages_group": "direct",
    "block": "block", "mute": "mute", "account": "account", "screen_name_change": "rename", "ip_audit": "login",
    "like": "counted", "follower": "counted", "following": "counted",
}  # fmt: skip
"""Name in the file → what is read of it; `counted`: how many there are, since they are no messages."""
_SMALL = 16 << 20


class Part(NamedTuple):
    """One file, as its first line names it."""

    member: Member
    kind: str
    name: str
    """As in the file: `direct_messages_group`."""
    skip: int
    """Bytes before the JSON."""


def part_of(member: Member) -> Part | None:
    """None: no file of such an archive, or of a kind that is not read."""
    found = _PREFIX.match(member.head(4096))
    if found is None:
        return None
    if found[3] is not None:
        return Part(member, MANIFEST, MANIFEST, found.end())
    name = "tweets" if found[4] is not None else found[1].decode("ascii")
    kind = _KINDS.get(name.lower(), "")
    return Part(member, kind, name, found.end()) if kind else None


def values(part: Part, patterns: Sequence[Pattern], notes: Notes) -> Iterator[Value]:
    """The wanted values in file order, in bounded memory; a damaged file ends there, and the notes say where."""
    try:
        with closing(part.member.open()) as stream:
            stream.read(part.skip)
            for value in scan(stream, patterns):
                yield Value(
                    value.pattern, value.pointer, value.start + part.skip, value.end + part.skip, value.raw
                )
    except InputError as fault:
        notes.damaged.append(
            f"{part.member.path!a}: {fault.message} of the JSON, which begins at byte {part.skip}"
        )


class Manifest:
    """What the archive says of itself: whose it is, and how many entries each file has."""

    def __init__(self, parts: Sequence[Part], notes: Notes) -> None:
        self.user: Table = {}
        self._counts: dict[str, str] = {}
        self._notes = notes
        for part in parts:
            try:
                raw = part.member.read(_SMALL)[part.skip :]
                self._take(load(raw.rstrip(b"; \t\r\n")))
            except (InputError, WrongShapeError) as fault:
                notes.damaged.append(f"{part.member.path!a}: {fault}")

    def _take(self, config: object) -> None:
        if not isinstance(config, dict):
            raise WrongShapeError("the manifest is not an object")
        self.user = table(config, "userInfo")
        if table(config, "archiveInfo").get("isPartialArchive") is True:
            self._notes.limit("The archive says of itself that it is a part of one only.")
        for one in table(config, "dataTypes").values():
            if isinstance(one, dict):
                for file in tables(one, "files"):
                    self._counts[text(file, "fileName")] = text(file, "count")

    def compare(self, part: Part, found: int) -> None:
        """Warn where the file holds another number of entries than the manifest declares."""
        declared = self._declared(part.member.path)
        if declared not in ("", str(found)):
            self._notes.warn(
                f"{part.member.path}: the manifest declares {declared[:20]} entries, and {found} were found"
            )

    def _declared(self, path: str) -> str:
        """By the end of the path: the archive may lie in a folder, or be handed over as its folder `data` alone."""
        for name, count in self._counts.items():
            if path == name or path.endswith("/" + name) or name == "data/" + path:
                return count
        return ""

    def absent(self, paths: Sequence[str]) -> None:
        """Warn where a file that would be read, and has entries, is declared and not there."""
        for name, count in self._counts.items():
            there = any(path == name or path.endswith("/" + name) or name == "data/" + path for path in paths)
            stem = name.rpartition("/")[2].removesuffix(".js").replace("-", "_")
            kind = re.sub(r"_part\d{1,6}\Z", "", stem)
            if not there and count not in ("", "0") and _KINDS.get(kind):
                self._notes.warn(
                    f"{name[:200]}: declared by the manifest with {count[:20]} entries, and not in the export"
                )
