"""What is read from an export: messages, events, accounts, attachments, each with where it stands.

A pure function of the bytes and of the importer's version: nothing is declared, guessed or looked up here. The
structs are plain and fast, since an export holds a million of them; `msgspec.json` writes and reads them.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

from abusekit.case.moment import Precision

WrittenBasis = Literal["stated", "epoch", "native_id", "paired", "convention", "unknown"]
"""Why the zone of a written time is known: stated beside it; counted from an epoch; proved by the time inside of a
stable id; proved by an epoch that stands beside it; the platform's custom (documented, not in the file); unknown."""

WrittenClock = Literal["server", "sender", "receiver", "export", "claimed", "file"]
"""Whose clock: the platform's server; the device that sent; the device that received or displays; the machine that
exported; whatever the sender's program claimed; a file system or file name."""

OrderBasis = Literal["stated", "over_12", "attachment_name", "monotonic", "not_later", "undecided"]
"""Why day and month are read in this order: the form allows one only; a number above 12; the name of an attached
file; the order of the messages; no date may lie after the file's own; not decided."""

IdKind = Literal["platform_id", "phone", "email", "handle", "display_name"]
NameFrom = Literal["platform", "sender", "contact_book", "unknown"]
"""Who chose the display name: the platform's record, the account itself, the address book of the exporting phone."""


class Time(msgspec.Struct, omit_defaults=True, gc=False):
    """A time as the export wrote it. Made by `times`; becomes a `Moment` in `times.moment`."""

    raw: str
    """The text as it stood there."""
    at: str
    """ISO 8601: naive (`2024-03-05T14:07`, `2024-03-05T14:07:09.123`) as the clock showed it, or with `Z`. The
    number of digits is the precision, but for `precision`."""
    precision: Precision
    basis: WrittenBasis
    clock: WrittenClock
    zone: str = ""
    """±HH:MM or IANA of the reading as written, where known; empty for an epoch and for an unknown zone."""
    readings: tuple[tuple[str, str], ...] = ()
    """All readings where day and month order is not decided (`order` is then `undecided`): (`DMY`, reading in the
    form of `at`), (`MDY`, …). `at` is one of them."""
    order: OrderBasis = "stated"
    agrees: tuple[str, ...] = ()
    """Second clocks compared, in words: `id: +123 ms`, `epoch beside it: same`; a conflict says CONFLICT."""


class SourceRef(msgspec.Struct, omit_defaults=True, gc=False):
    """Where it stands: `sha256` is of exactly the bytes [start, end) of the unpacked member."""

    member: str
    """Path inside of the export, `!/` between containers; the stored file's name where the file itself holds it."""
    start: int
    end: int
    sha256: str
    at: str = ""
    """In the format's own terms: JSON pointer (RFC 6901), `line 12`, `row 7`, `element 3`."""


class Account(msgspec.Struct, omit_defaults=True, gc=False):
    platform: str
    id: str = ""
    """The most stable id that the export gives, as written: numeric id, DID, URI, phone, e-mail, handle, else name."""
    id_kind: IdKind = "display_name"
    handle: str = ""
    name: str = ""
    """As shown."""
    name_from: NameFrom = "unknown"
    owner: bool | None = None
    """Whether it is the account whose export this is; None: the export does not say."""


class Attachment(msgspec.Struct, omit_defaults=True, gc=False):
    name: str
    """As the export names it."""
    state: Literal["present", "missing", "omitted", "not_exported", "corrupt"]
    """present: in the export. missing: named, but not there. omitted: the exporter says that it left it out.
    not_exported: this kind of export never holds it. corrupt: there, and broken."""
    member: str = ""
    """Path inside of the export; empty unless present."""
    media_type: str = ""
    """By content where present, else as claimed."""
    sha256: str = ""
    """Filled in by `reading`."""
    size: int | None = None
    created: Time | None = None
    note: str = ""


class Edit(msgspec.Struct, omit_defaults=True, gc=False):
    state: Literal["yes", "unknown"]
    at: Time | None = None
    previous: tuple[str, ...] = ()
    """Older texts, oldest first, where the export keeps them."""


class Deletion(msgspec.Struct, omit_defaults=True, gc=False):
    state: Literal["by_author", "by_owner", "by_other", "unsent", "remote_deleted", "unknown"]
    at: Time | None = None


class Reaction(msgspec.Struct, omit_defaults=True, gc=False):
    value: str
    actor: Account | None = None
    at: Time | None = None


class Check(msgspec.Struct, omit_defaults=True, gc=False):
    """What a signature or a mail header was found to prove."""

    what: str
    """`DKIM 1`, `Received`, `Authentication-Results`, `commit signature`."""
    result: Literal["good", "changed", "not_checked", "note"]
    """good: verified. changed: does not verify. not_checked: key missing, unknown algorithm. note: shown, no proof."""
    text: str
    """One sentence for a person, in the wording of the design."""


Flag: TypeAlias = str
"""`boundary_ambiguous`, `unknown_fields:a,b`, `near_limit`, `null_text`, `never_sent`, `repaired`, …: word, or
word:detail."""


class Message(msgspec.Struct, omit_defaults=True, tag="message"):
    """What a person sent: text, media, a deleted stub."""

    kind: Literal["message", "post", "comment", "email", "sms", "mms", "snap", "page"]
    platform: str
    """`whatsapp`, `messenger`, `instagram`, `email`, `sms`, …"""
    conversation: str
    """The export's own id of the conversation, or what comes nearest; never shown as if it were a name."""
    author: Account | None
    text: str
    """Decoded and unescaped; empty where there is none."""
    sent: Time | None
    source: SourceRef
    text_raw: str | None = None
    """As it stood there, where decoding changed it."""
    steps: tuple[str, ...] = ()
    """What decoding did: `latin-1 to utf-8`, `html unescape`, `t.co expanded`."""
    title: str = ""
    """Of the conversation, page or mail (subject)."""
    native_id: str = ""
    recipients: tuple[Account, ...] = ()
    direction: Literal["in", "out", "unknown"] = "unknown"
    times: tuple[tuple[str, Time], ...] = ()
    """Further times: (`received`, …), (`indexed`, …), (`read`, …)."""
    edited: Edit | None = None
    deleted: Deletion | None = None
    reply_to: str = ""
    forwarded_from: str = ""
    attachments: tuple[Attachment, ...] = ()
    reactions: tuple[Reaction, ...] = ()
    visibility: str = ""
    urls: tuple[str, ...] = ()
    checks: tuple[Check, ...] = ()
    flags: tuple[Flag, ...] = ()
    also: tuple[SourceRef, ...] = ()
    """Further places that say the same, in this or in other exports."""
    n: int = 0
    """Running number within the export, from 1: cited as AB/7#m412. Set by `reading`."""
    uid: str = ""
    """Set by `reading`; see there."""


class Event(msgspec.Struct, omit_defaults=True, tag="event"):
    """What happened but was not sent by a person as a message; also what could not be read (`unparsed`)."""

    kind: Literal[
        "call", "missed_call", "join", "leave", "block", "unblock", "title_change", "security_code", "login",
        "notice", "erased", "follow", "unfollow", "name_change", "http", "system", "unparsed",
    ]  # fmt: skip
    platform: str
    conversation: str
    author: Account | None
    text: str
    """As the export words it."""
    sent: Time | None
    source: SourceRef
    target: Account | None = None
    """Whom it concerns: the one blocked, called, joined."""
    title: str = ""
    native_id: str = ""
    direction: Literal["in", "out", "unknown"] = "unknown"
    duration_s: int | None = None
    outcome: str = ""
    """Of a call: `answered`, `missed`, `rejected`, `voicemail`."""
    flags: tuple[Flag, ...] = ()
    also: tuple[SourceRef, ...] = ()
    n: int = 0
    uid: str = ""


class Profile(msgspec.Struct, omit_defaults=True, tag="profile"):
    """An account that the export lists, without a message of it: the owner, a contact, a participant who is silent."""

    account: Account
    source: SourceRef
    role: Literal["owner", "participant", "contact", "blocked", "other"] = "other"
    facts: dict[str, str] = {}
    """Public facts only (`bio`, `created`, `verified`): never phone, address, IP of the owner; those are secrets."""
    seen: Time | None = None
    n: int = 0
    uid: str = ""


Record: TypeAlias = Message | Event | Profile
