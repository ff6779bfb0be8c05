"""What is looked for by its form: patterns, each with the letters that make it worth looking."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple, get_args

from abusekit.leaks.leak import Severity

Written = Literal["ours", "page", "handed over"]
"""Who wrote a file: this program and the person, a page that was captured, somebody who handed it over."""


class Rule(NamedTuple):
    """A pattern whose first group is the value. One without a group: that it is there is told, once a place.

    No match is longer than `matching.OVERLAP`.
    """

    kind: str
    severity: Severity
    where: str
    anchors: tuple[bytes, ...]
    """One of them stands in every match: looking for it costs little, least where it is long."""
    pattern: re.Pattern[bytes]
    written: frozenset[str]


_OURS, _HANDED = frozenset(("ours",)), frozenset(("handed over",))
_BOTH, _ALL = _OURS | _HANDED, frozenset(get_args(Written))

# Each begins with letters that stand for themselves: such patterns are looked for ten times faster.
# Not behind a letter, a dot or a slash, nor in a link or a request of HTTP: those are no paths of a computer.
_USER = rb"([^/\\\s\"'<>:*?|,;)\x00]{1,64})(?=[/\\\s\"'<>:|,;)\x00])(?! HTTP/)"
_LINKS = (rb"href=.", rb"href=", rb"src=.", rb"src=", rb"action=.", rb"url\(")


def _home(folder: bytes, *, but: bytes = b"") -> re.Pattern[bytes]:
    links = b"".join(b"(?<!" + link + folder + b")" for link in _LINKS)
    return re.compile(folder + rb"(?<![\w.\-/:%]" + folder + b")" + links + but + _USER)


_SHELVES = (
    rb"(?!(?:uploads?|images?|img|files?|photos?|pictures?|pics|videos?|audio|cache|static|avatars?|thumb[a-z]*|"
    rb"public|assets|icons?|js|css|fonts|docs?|documents|posts?|users?|profiles?|usb\d*|cdrom\d*|floppy\d*|"
    rb"sd[a-z]\d*|\w?\d+|[0-9a-f]{2})/)(?=[^/\s]{1,64}/)"
)
"""Folders of web sites and of disks, which stand behind /media/ as often as users do."""
_PATHS = (
    Rule("home-path", "medium", "", (b"/home/",), _home(b"/home/"), _BOTH),
    Rule("home-path", "medium", "", (b"/Users/",), _home(b"/Users/", but=rb"(?!Shared\b)"), _BOTH),
    Rule("home-path", "medium", "", (b"/media/",), _home(b"/media/", but=_SHELVES), _BOTH),
    Rule("home-path", "medium", "", (b"/run/media/",), _home(b"/run/media/"), _BOTH),
    Rule(
        "home-path", "medium", "", (b"file://",),
        re.compile(rb"file://[\w.-]{0,64}/(?:home|Users|media|run/media)/(?!Shared\b)" + _USER), _BOTH,
    ),
    Rule(
        "home-path", "medium", "", (b"Users\\", b":/Users/", b"and Settings\\"),
        re.compile(
            rb":(?:\\{1,4}|/)(?:Users|Documents and Settings)(?:\\{1,4}|/)(?!Public\W|Default\W|All Users)"
            rb"([^/\\\s\"'<>:*?|,;)\x00]{1,64})"
        ), _BOTH,
    ),
)  # fmt: skip
_AUTHORS = (
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
)  # fmt: skip
_PAIR = rb"[^\s\"'=;,{}]{1,128}=[^\s\"';]"
"""The beginning of what a Cookie header holds."""
_SESSIONS = (
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
    # a command (curl -H 'Cookie: a=b'), or a script ("cookie": "a=b")
    Rule(
        "session", "high", "headers in quotes", (b"ookie",),
        re.compile(
            rb"ookie(?:(?<=[\"'][Cc]ookie)|(?<=[\"'][Ss]et-[Cc]ookie))[\"']?[ \t]{0,8}:[ \t]{0,8}[\"']?" + _PAIR
        ), _HANDED,
    ),
    Rule(
        "session", "high", "headers in quotes", (b"uthorization",),
        re.compile(
            rb"uthorization(?:(?<=[\"'][Aa]uthorization)|(?<=[\"'][Pp]roxy-[Aa]uthorization))[\"']?[ \t]{0,8}:"
            rb"[ \t]{0,8}[\"']?(?:[A-Za-z]{3,12} {1,4}[\w+/.~=:-]{6}|[\w+/.~=:-]{16})"
        ), _HANDED,
    ),
    Rule(
        "session", "high", "cookies of a command", (b" -b ", b" --cookie"),
        re.compile(rb" (?:-b |--cookie[ =])\$?\^?[\"']" + _PAIR), _HANDED,
    ),
    Rule(
        "session", "high", "a list of cookies (cookies.txt)", (b"\tTRUE\t/", b"\tFALSE\t/"),
        re.compile(rb"E\t/[^\t\r\n]{0,256}\t(?:TRUE|FALSE)\t\d{1,20}(?:\.\d{1,9})?\t[^\t\r\n]{1,256}\t[^\s]"), _HANDED,
    ),
    Rule(
        "session", "high", "a list of cookies", (b'"cookies"',),
        re.compile(rb'"cookies"\s{0,64}:\s{0,64}\[\s{0,64}\{[^{}]{0,512}?"value"\s{0,8}:\s{0,8}"[^"]'), _HANDED,
    ),
    Rule(
        "session", "high", "a list of cookies", (b'"httpOnly"',),
        re.compile(rb'"httpOnly"\s{0,8}:[^{}]{0,512}?"value"\s{0,8}:\s{0,8}"[^"]'), _HANDED,
    ),
    Rule(
        "session", "high", "a signed token", (b"eyJ",),
        re.compile(rb"(eyJ(?<![\w-]eyJ)[\w-]{10,200})\.eyJ[\w-]{10}"), _HANDED,
    ),
)  # fmt: skip
_NUMBER = rb"[-+]?(?=[0.,]{0,20}[1-9])\d"
"""The beginning of a coordinate that is not nought: a device that does not know writes noughts."""
_ISO_6709 = rb"(?![+-][0.]{1,20}[+-][0.]{1,20}(?![0-9.]))[+-]\d{2,6}(?:\.\d{0,12})?[+-]\d{3,7}"
_PLACES = (
    Rule(
        "position", "high", "XMP GPSLatitude", (b"GPSLatitude", b"GpsLatitude"),
        re.compile(rb"G(?:PS|ps)Latitude(?:\s{0,8}=\s{0,8}[\"']|>)\s{0,16}" + _NUMBER), _ALL,
    ),
    Rule(
        "position", "high", "a track or places (GPX)", (b"<trkpt", b"<wpt", b"<rtept"),
        re.compile(rb"<(?:trk|w|rte)pt\s[^<>]{0,200}?\blat\s{0,4}=\s{0,4}[\"']\s{0,4}" + _NUMBER), _HANDED,
    ),
    Rule(
        "position", "high", "a track or places (KML)", (b"coordinates>", b"<gx:coord>"),
        re.compile(
            rb"<(?:[\w-]{1,20}:)?coord(?:inates)?>\s{0,200}"
            rb"[-+]?(?=[0.]{0,20}[1-9])\d{1,3}(?:\.\d{1,20})?[,\s]\s{0,4}[-+]?\d"
        ), _HANDED,
    ),
    # films: ISO base media boxes. Udta of QuickTime; values of its keys, and of iTunes; 3GPP TS 26.244 8.10
    Rule("position", "high", "film ©xyz", (b"\xa9xyz",), re.compile(rb"\xa9xyz[\x00-\xff]{4}" + _ISO_6709), _ALL),
    Rule(
        "position", "high", "film location", (b"data\x00\x00\x00\x01",),
        re.compile(rb"data\x00\x00\x00\x01[\x00-\xff]{4}" + _ISO_6709), _ALL,
    ),
    Rule(
        "position", "high", "film loci", (b"loci\x00\x00\x00\x00",),
        re.compile(
            rb"loci\x00{4}..(?:\xfe\xff(?:..){0,100}?\x00\x00|[^\x00]{0,200}\x00)[\x00-\x02](?!\x00{8})"
            rb"(?:\x00[\x00-\xb4]|\xff[\x4c-\xff])..(?:\x00[\x00-\x5a]|\xff[\xa6-\xff])..", re.S,
        ), _ALL,
    ),
)  # fmt: skip
RULES: tuple[Rule, ...] = (*_PATHS, *_AUTHORS, *_SESSIONS, *_PLACES)


def rules_for(written: Written) -> list[Rule]:
    """What is looked for in such a file. What a page itself shows of places is its content, and told as low."""
    found = [rule for rule in RULES if written in rule.written]
    return [rule._replace(severity="low") for rule in found] if written == "page" else found
