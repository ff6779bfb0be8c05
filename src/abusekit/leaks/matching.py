"""Looking through one stream of plain bytes, block by block, with an overlap: what lies across a border is found."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, get_args

from abusekit.leaks.leak import Personal, Severity, is_address, masked
from abusekit.leaks.photo import SIGNS, START, WINDOW, found_in

OVERLAP = 1 << 10
"""Bytes of a block that are looked at again with the next one; nothing that is looked for is longer."""
MAX_VALUE = 300
"""Bytes of one value; what is longer is found by its beginning."""

Written = Literal["ours", "page", "handed over"]
"""Who wrote a file: this program and the person, a page that was captured, somebody who handed it over."""


class Hit(NamedTuple):
    kind: str
    severity: Severity
    where: str
    """A tag, a header; empty."""
    masked: str


class Rule(NamedTuple):
    """A pattern whose first group is the value."""

    kind: str
    severity: Severity
    where: str
    anchors: tuple[bytes, ...]
    """One of them stands in every match: looking for it costs little."""
    pattern: re.Pattern[bytes]
    written: frozenset[str]


_OURS, _HANDED = frozenset(("ours",)), frozenset(("handed over",))
_BOTH = _OURS | _HANDED
_USER = rb"([^/\\\s\"'<>:*?|,;)\x00]{1,64})"
# Each begins with letters that stand for themselves: such patterns are looked for ten times faster.
# Not behind a letter, a dot or a slash: https://example.org/home/news is no path of a computer.
_HOME = re.compile(rb"/home/(?<![\w.\-/:%]/home/)" + _USER + rb"/")
_MAC_HOME = re.compile(rb"/Users/(?<![\w.\-/:%]/Users/)(?!Shared/)" + _USER + rb"/")
_FILE_URL = re.compile(rb"file://[\w.-]{0,64}/(?:home|Users)/(?!Shared/)" + _USER + rb"/")
_WINDOWS_HOME = re.compile(
    rb":(?:\\{1,4}|/)Users(?:\\{1,4}|/)(?!Public\W|Default\W)([^/\\\s\"'<>:*?|,;)\x00]{1,64})"
)
RULES: tuple[Rule, ...] = (
    Rule("home-path", "medium", "", (b"/home/",), _HOME, _BOTH),
    Rule("home-path", "medium", "", (b"/Users/",), _MAC_HOME, _BOTH),
    Rule("home-path", "medium", "", (b"file://",), _FILE_URL, _BOTH),
    Rule("home-path", "medium", "", (b"Users\\", b":/Users/"), _WINDOWS_HOME, _BOTH),
    Rule(
        "author", "medium", "PDF Author", (b"/Author",),
        re.compile(rb"/Author\s{0,4}(?:\(((?:[^()\\]|\\.){1,256})|<((?:[0-9A-Fa-f]\s?){2,512})>)"), _HANDED,
    ),
    Rule(
        "author", "medium", "document properties", (b"creator>", b"lastModifiedBy>", b"Manager>", b"Company>"),
        re.compile(
            rb"<(?:dc:creator|meta:initial-creator|cp:lastModifiedBy|Manager|Company)>"
            rb"(?:\s{0,64}<rdf:Seq>\s{0,64}<rdf:li>)?([^<>\x00]{1,256})<"
        ), _HANDED,
    ),
    Rule(
        "session", "high", "recorded headers", (b'"name"',),
        re.compile(
            rb'"name"\s{0,8}:\s{0,8}"((?i:cookie|authorization|set-cookie|x-csrf-token|x-auth-token|x-api-key))"'
        ), _HANDED,
    ),
    Rule(
        "session", "high", "recorded headers", (b"ookie:", b"uthorization:"),
        re.compile(rb"(?:^|[\r\n])((?i:cookie|set-cookie|authorization)):[ \t]{0,8}[^\s]"), _HANDED,
    ),
    Rule(
        "session", "high", "a signed token", (b"eyJ",),
        re.compile(rb"(?<![\w-])(eyJ[\w-]{10,200})\.eyJ[\w-]{10}"), _HANDED,
    ),
)  # fmt: skip
_ADDRESS_SIGNS = frozenset(b"abcdefghijklmnopqrstuvwxyz0123456789._%+-")
_DOMAIN = re.compile(rb"[A-Za-z0-9.-]{1,190}\.[A-Za-z]{2,24}")


class Needle(NamedTuple):
    kind: str
    severity: Severity
    text: bytes
    shown: str


@dataclass(slots=True)
class Matcher:
    """What is looked for in the files of one case; made once."""

    personal: Personal
    needles: list[Needle] = field(init=False)
    users: list[Needle] = field(init=False)
    names: list[bytes] = field(init=False)

    def __post_init__(self) -> None:
        self.needles = [
            Needle(kind, severity, text.encode("utf-8", "replace"), masked(text))
            for kind, severity, text in self.personal.needles()
        ]
        self.users = [
            Needle("user-name", "low", user.encode("utf-8", "replace"), masked(user))
            for user in self.personal.distinct_users()
        ]
        self.names = [name.encode() for name in self.personal.spelled_names()]

    def hits(self, pieces: Iterator[bytes], written: Written, *, tool: bool = False) -> set[Hit]:
        """What a stream holds. tool: a file that no person wrote a word of, in which a user name means the user."""
        found: set[Hit] = set()
        rules = _RULES_FOR[written]
        needles = [*self.needles, *self.users] if tool else self.needles
        tail = squeezed_tail = b""
        picture: bytearray | None = None
        first = True
        for piece in pieces:
            block = tail + piece
            self._look(block, rules, needles, found)
            if b"\x00" in piece or squeezed_tail:
                # UTF-16 without its zero bytes is plain text, whichever comes first
                squeezed = squeezed_tail + piece.translate(None, b"\x00")
                self._look(squeezed, rules, needles, found)
                squeezed_tail = squeezed[-OVERLAP:]
            picture = _pictures(block, picture, first=first, fresh=len(piece), written=written, found=found)
            tail, first = block[-OVERLAP:], False
        _photo(bytes(picture or b""), written, found)
        return found

    def _look(self, block: bytes, rules: list[Rule], needles: list[Needle], found: set[Hit]) -> None:
        for needle in needles:
            at = block.find(needle.text)
            while at >= 0:
                if _by_itself(block, at, at + len(needle.text), needle.text):
                    found.add(Hit(needle.kind, needle.severity, "", needle.shown))
                    break
                at = block.find(needle.text, at + 1)
        for rule in rules:
            if any(anchor in block for anchor in rule.anchors):
                for match in rule.pattern.finditer(block):
                    if shown := _shown(match):
                        found.add(Hit(rule.kind, rule.severity, rule.where, shown))
        if self.names and b"@" in block:
            self._mail(block, found)

    def _mail(self, block: bytes, found: set[Hit]) -> None:
        """Addresses whose part before the @ holds a producer's name."""
        lowered = block.lower()
        for name in self.names:
            at = lowered.find(name)
            while at >= 0:
                start, end = at, at + len(name)
                while start and at - start < 64 and lowered[start - 1] in _ADDRESS_SIGNS:
                    start -= 1
                while end < len(lowered) and end - at < 64 and lowered[end] in _ADDRESS_SIGNS:
                    end += 1
                if lowered[end : end + 1] == b"@" and (domain := _DOMAIN.match(block, end + 1)):
                    whole = block[start:end] + b"@" + domain[0]
                    found.add(Hit("e-mail", "medium", "", masked(whole.decode("ascii", "replace"))))
                at = lowered.find(name, at + 1)


_RULES_FOR: dict[str, list[Rule]] = {
    written: [rule for rule in RULES if written in rule.written] for written in get_args(Written)
}


def _by_itself(block: bytes, start: int, end: int, text: bytes) -> bool:
    """Whether a find is no part of a longer word or number."""
    before, after = block[start - 1 : start], block[end : end + 1]
    return not (
        (before and _wordy(before) and _wordy(text[:1])) or (after and _wordy(after) and _wordy(text[-1:]))
    )


def _wordy(sign: bytes) -> bool:
    return sign.isalnum() or sign == b"_" or sign >= b"\x80"


def _shown(match: re.Match[bytes]) -> str:
    """The value, masked; empty where it is blank."""
    value = next((group for group in match.groups() if group), b"")[:MAX_VALUE]
    text = value.decode("utf-8", "replace").strip()
    return masked(text) if text else ""


def _pictures(
    block: bytes, picture: bytearray | None, *, first: bool, fresh: int, written: Written, found: set[Hit]
) -> bytearray | None:
    """Collects what lies behind the beginning of EXIF until there is enough of it to be read."""
    if picture is not None:
        picture += block[len(block) - fresh :][: WINDOW - len(picture)]
        if len(picture) < WINDOW:
            return picture
        _photo(bytes(picture), written, found)
        picture = None
    begun = 0 if first and block[:4] in (b"II*\x00", b"MM\x00*") else -1
    if begun < 0 and any(sign in block for sign in SIGNS) and (start := START.search(block)):
        begun = start.end()
    if begun < 0:
        return None
    return bytearray(block[begun : begun + WINDOW])


def _photo(tiff: bytes, written: Written, found: set[Hit]) -> None:
    for kind, tag, value in found_in(tiff):
        severity: Severity = "high" if kind == "position" else "medium"
        found.add(
            Hit(kind, "low" if written == "page" else severity, f"EXIF {tag}", masked(value) if value else "")
        )


HEADERS_OF_OURS = re.compile(
    rb"(?i)^(x-client-ip|x-real-ip|cf-connecting-ip|true-client-ip|x-forwarded-for|client-ip|x-remote-addr)$"
)


def head_hits(head: bytes, *, request: bool) -> set[Hit]:
    """What the head of an HTTP message in a recording says of this side."""
    from abusekit.webarchive.secret_headers import ALL, SET_COOKIE

    found: set[Hit] = set()
    for line in head.split(b"\n")[1:]:
        name, _, value = line.partition(b":")
        header = name.strip().decode("latin-1").lower()
        if header in ALL and value.strip() and header not in ("www-authenticate", "proxy-authenticate"):
            kind = "session" if request and header not in SET_COOKIE else "cookie"
            found.add(Hit(kind, "high" if kind == "session" else "low", f"header {header}", ""))
        elif HEADERS_OF_OURS.match(name.strip()):
            for one in value.decode("latin-1").split(","):
                if is_address(one.strip()):
                    found.add(Hit("own-address", "medium", f"header {header}", masked(one.strip())))
    return found
