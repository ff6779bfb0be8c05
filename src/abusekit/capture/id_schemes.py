"""The schemes by which platforms put a time into their ids (R49), and reading it.

A time from before the platform had such ids, or from the future, is not decoded, and the reason is said. What
such a time proves, and what not, is said in `embedded_times.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from abusekit.capture.stated_times import EPOCH
from abusekit.case.moment import Moment, Precision, from_instant, utc_text

ID_LIMIT = 80
"""Characters of an id."""
SLACK = timedelta(days=1)
"""How far behind "now" our own clock may be before an id is held to be from the future."""
ANY = "any"

BASE32_SORTABLE = "234567abcdefghijklmnopqrstuvwxyz"
BASE32_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
BASE64_URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
GREGORIAN = datetime(1582, 10, 15, tzinfo=UTC)
"""Where UUIDs of version 1 and 6 count from (RFC 9562 section 5.1)."""


@dataclass(frozen=True, slots=True)
class EmbeddedTime:
    """The time inside of an id."""

    id: str
    # as written
    at: datetime
    # UTC, aware; the start of the unit that the id resolves
    resolution: Precision
    # that unit
    scheme: str
    # name of the scheme
    basis: str
    # one sentence: how it was computed, and whose clock it is
    source: str
    # where the scheme is described
    firm: bool
    # False: only the shape of the id speaks for the scheme, nothing says that the site uses it

    def moment(self) -> Moment:
        """The same as a `Moment`, by the platform's clock."""
        return from_instant(self.at, "platform", self.basis, raw=self.id, precision=self.resolution)


@dataclass(frozen=True, slots=True)
class NotDecoded:
    """An id of the right shape whose time cannot be true."""

    id: str
    # as written
    scheme: str
    # the scheme that was tried
    reason: str
    # in words


@dataclass(frozen=True, slots=True)
class _Scheme:
    name: str
    platforms: tuple[str, ...]
    shape: re.Pattern[str]
    read: Callable[[str], datetime]
    resolution: Precision
    first: datetime
    # no id of the platform is older
    clock: str
    # whose clock, and how it is computed
    source: str
    names: tuple[str, ...] = ("post.id", "comment.id")
    # the facts whose ids are of this scheme


def _bits(shift: int, epoch_ms: int, *, seconds: bool = False) -> Callable[[str], datetime]:
    def read(text: str) -> datetime:
        count = int(text) >> shift
        return EPOCH + (timedelta(seconds=count) if seconds else timedelta(milliseconds=count + epoch_ms))

    return read


def _number(text: str, digits: str) -> int:
    value = 0
    for sign in text:
        value = value * len(digits) + digits.index(sign)
    return value


def _media(text: str) -> datetime:
    number = (
        int(text.partition("_")[0]) if text[0].isdigit() and len(text) > 14 else _number(text, BASE64_URL)
    )
    return EPOCH + timedelta(milliseconds=(number >> 23) + 1_314_220_021_721)


def _tid(text: str) -> datetime:
    return EPOCH + timedelta(microseconds=_number(text, BASE32_SORTABLE) >> 10)


def _uuid_1(text: str) -> datetime:
    parts = text.split("-")
    ticks = int(parts[2][1:] + parts[1] + parts[0], 16)
    return GREGORIAN + timedelta(microseconds=ticks // 10)


def _uuid_6(text: str) -> datetime:
    parts = text.split("-")
    return GREGORIAN + timedelta(microseconds=int(parts[0] + parts[1] + parts[2][1:], 16) // 10)


def _uuid_7(text: str) -> datetime:
    return EPOCH + timedelta(milliseconds=int(text[:8] + text[9:13], 16))


def _ulid(text: str) -> datetime:
    return EPOCH + timedelta(milliseconds=_number(text[:10].upper(), BASE32_CROCKFORD))


def _object_id(text: str) -> datetime:
    return EPOCH + timedelta(seconds=int(text[:8], 16))


def _aid(text: str) -> datetime:
    return EPOCH + timedelta(milliseconds=int(text[:8], 36) + 946_684_800_000)


def _slack(text: str) -> datetime:
    return EPOCH + timedelta(microseconds=int(text[1:]))


def _on(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, tzinfo=UTC)


DIGITS = re.compile(r"[1-9][0-9]{0,18}", re.ASCII)
LONG = re.compile(r"[1-9][0-9]{15,18}", re.ASCII)
OWN = ("post.id", "comment.id", "author.id", "guild.id", "channel.id")
UUID = r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-%s[0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}"

SCHEMES: tuple[_Scheme, ...] = (
    _Scheme("x snowflake", ("x",), DIGITS, _bits(22, 1_288_834_974_657), "ms", _on(2010, 11, 5),
            "bits above the 22nd, milliseconds since 2010-11-04T01:42:54.657Z; X's server",
            "Twitter, Announcing Snowflake, 2010; twitter-archive/snowflake", ("post.id", "author.id")),
    _Scheme("discord snowflake", ("discord",), DIGITS, _bits(22, 1_420_070_400_000), "ms", _on(2015, 1, 1),
            "bits above the 22nd, milliseconds since 2015-01-01T00:00Z; Discord's server",
            "Discord developer documentation, Snowflakes", OWN),
    _Scheme("mastodon snowflake", ("mastodon",), LONG, _bits(16, 0), "s", _on(2016, 3, 1),
            "bits above the 16th, milliseconds since 1970, of which whole seconds count; the server that shows the"
            " post, which for a post of another server takes that server's claim and chance milliseconds",
            "mastodon/mastodon lib/mastodon/snowflake.rb"),
    _Scheme("tiktok", ("tiktok",), LONG, _bits(32, 0, seconds=True), "s", _on(2014, 4, 1),
            "bits above the 32nd, seconds since 1970; TikTok's server",
            "R. Benson, Tinkering with TikTok Timestamps, dfir.blog, 2020"),
    _Scheme("instagram media id", ("instagram", "threads"),
            re.compile(r"[1-9][0-9]{14,18}(?:_[0-9]{1,20})?|[A-Za-z0-9_-]{10,11}", re.ASCII), _media, "ms",
            _on(2011, 8, 24), "bits above the 23rd, milliseconds since 2011-08-24T21:07:01.721Z; Instagram's server",
            "Instagram Engineering, Sharding & IDs at Instagram, 2012", ("post.id", "post.code")),
    _Scheme("bluesky tid", ("bluesky",), re.compile(r"[234567a-j][234567a-z]{12}", re.ASCII), _tid, "us",
            _on(2022, 1, 1), "base 32, bits above the 10th, microseconds since 1970; the poster's own program, which"
            " can write what it wants", "atproto.com/specs/tid"),
    _Scheme("linkedin activity id", ("linkedin",), LONG, _bits(22, 0), "ms", _on(2003, 5, 5),
            "bits above the 22nd, milliseconds since 1970; LinkedIn's server",
            "found by trial: O. Boyd, Linkedin-post-timestamp-extractor (GitHub)"),
    _Scheme("misskey aid", ("misskey",), re.compile(r"[0-9a-z]{10}(?:[0-9a-z]{6})?", re.ASCII), _aid, "ms",
            _on(2014, 1, 1), "the first 8 signs in base 36, milliseconds since 2000-01-01T00:00Z; the server that"
            " shows the post", "misskey-dev/misskey packages/backend/src/misc/id/aid.ts"),
    _Scheme("slack ts", ("slack",), re.compile(r"p1[0-9]{15}", re.ASCII), _slack, "us", _on(2013, 8, 1),
            "microseconds since 1970; Slack's server", "Slack API documentation, message ts"),
    _Scheme("chatterbox snowflake", ("chatterbox",), LONG, _bits(22, 1_577_836_800_000), "ms", _on(2020, 1, 1),
            "bits above the 22nd, milliseconds since 2020-01-01T00:00Z; the practice site", "abusekit's practice site"),
    _Scheme("uuid version 1", (ANY,), re.compile(UUID % "1"), _uuid_1, "us", _on(1995, 1, 1),
            "100 nanoseconds since 1582-10-15; the program that made the id", "RFC 9562 section 5.1"),
    _Scheme("uuid version 6", (ANY,), re.compile(UUID % "6"), _uuid_6, "us", _on(1995, 1, 1),
            "100 nanoseconds since 1582-10-15; the program that made the id", "RFC 9562 section 5.6"),
    _Scheme("uuid version 7", (ANY,), re.compile(UUID % "7"), _uuid_7, "ms", _on(2010, 1, 1),
            "milliseconds since 1970; the program that made the id", "RFC 9562 section 5.7"),
    _Scheme("ulid", (ANY,), re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}", re.ASCII), _ulid, "ms", _on(2010, 1, 1),
            "the first 10 signs in base 32, milliseconds since 1970; the program that made the id",
            "github.com/ulid/spec"),
    _Scheme("objectid", (ANY,), re.compile(r"[0-9a-f]{24}", re.ASCII), _object_id, "s", _on(2009, 2, 1),
            "the first 4 bytes, seconds since 1970; the program that made the id",
            "MongoDB documentation, ObjectId"),
)  # fmt: skip
"""Most are used by one platform only; those of ANY are tried where no platform is known. YouTube, Reddit,
Telegram and Facebook have none: their ids are random, or count."""

BY_SHAPE = frozenset({"ulid", "objectid"})
"""Nothing in the id itself says that it is one; a UUID names its version."""


def decode(platform: str, text: str, *, now: datetime) -> EmbeddedTime | NotDecoded | None:
    """The time in the id `text`; None where `platform` has no such ids, or this is not of their shape.

    `platform`: as in platforms.yaml; "" tries what is the same everywhere (UUID 1, 6, 7; ULID; ObjectId). `now`
    is aware. Never raises for what `text` holds.
    """
    if not 0 < len(text) <= ID_LIMIT:
        return None
    for scheme in SCHEMES:
        known = platform in scheme.platforms
        if (known or (not platform and ANY in scheme.platforms)) and scheme.shape.fullmatch(text):
            return _read(scheme, text, now)
    return None


def _read(scheme: _Scheme, text: str, now: datetime) -> EmbeddedTime | NotDecoded:
    try:
        at = scheme.read(text)
    except (OverflowError, ValueError):
        return NotDecoded(text, scheme.name, "its time lies outside of the calendar")
    if at < scheme.first:
        return NotDecoded(
            text,
            scheme.name,
            f"it would be of {utc_text(at)}, before there were such ids ({scheme.first:%Y-%m-%d})",
        )
    if at > now + SLACK:
        return NotDecoded(text, scheme.name, f"it would be of {utc_text(at)}, in the future")
    basis = f"derived from the id by the scheme {scheme.name}: {scheme.clock}"
    if scheme.name in BY_SHAPE:
        basis += "; only the shape of the id speaks for that scheme"
    if scheme.resolution == "s":
        at = at.replace(microsecond=0)
    return EmbeddedTime(
        text, at, scheme.resolution, scheme.name, basis, scheme.source, scheme.name not in BY_SHAPE
    )
