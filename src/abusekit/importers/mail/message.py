"""One mail → its record, and the records of the mails attached to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal, TypeAlias

import msgspec

from abusekit.importers import times
from abusekit.importers.importer import Notes
from abusekit.importers.mail import authentication_results, dkim_words, received, smssync
from abusekit.importers.mail.addresses import accounts
from abusekit.importers.mail.bodies import Body, attachments
from abusekit.importers.mail.dates import mail_date
from abusekit.importers.mail.headers import Header, raw_text, text_of
from abusekit.importers.mail.mime import Part, Tree, decoded, leaves, parse
from abusekit.importers.mail.received import Hop
from abusekit.importers.model import Account, Check, Event, Message, Record, SourceRef, Time
from abusekit.importers.spans.places import ref

MOST_ATTACHED = 1_000
"""Attached mails, of all levels together, that become records of their own."""
DEEPEST_ATTACHED = 5
"""Mails within mails."""
_APART = timedelta(days=1)
_RECIPIENTS = ("to", "cc", "bcc", "delivered-to")

PLATFORM = "email"
Direction: TypeAlias = Literal["in", "out", "unknown"]
LIMITS = (
    "A mail shows what its sender's program wrote: the name, the address in From and the Date can be typed freely.",
    "Only a DKIM signature that fits shows that headers and text are as the operator of a domain signed them; "
    "it never shows which person wrote them.",
    "The operator's key may have become known since, and a signed mail can be sent again to others unchanged.",
    "A mail that is not in this file may still have been sent: mailboxes hold what their owner kept.",
    "Whether and when a mail was opened is not recorded in it.",
)


@dataclass(slots=True)
class Held:
    """The bytes of one mail and where they stand."""

    raw: bytes
    source: SourceRef
    cut: bool = False
    # the mail goes on behind `raw`
    in_mailbox: bool = False
    flags: tuple[str, ...] = ()
    attached: bool = False
    # to another mail, by somebody who could have altered it
    whole: bool = True
    # `raw` is the bytes of `source` as they are: places within them can be given


@dataclass(slots=True)
class Reading:
    """What holds for all mails of one import."""

    notes: Notes
    keys: Mapping[str, str] = field(default_factory=dict)
    key_sources: Mapping[str, str] = field(default_factory=dict)
    attached: int = 0

    @classmethod
    def of(cls, notes: Notes) -> Reading:
        keys, sources = (
            {name.rstrip(".").lower(): text for name, text in given.items()}
            for given in (notes.keys, notes.key_sources)
        )
        return cls(notes, keys, sources)


def records(held: Held, reading: Reading) -> Iterator[Record]:
    """The mail, then the mails attached to it, outermost first. Never raises."""
    reading.attached = 0
    yield from _records(held, reading, 0)


def _records(held: Held, reading: Reading, depth: int) -> Iterator[Record]:
    tree = parse(held.raw, 3 if held.raw.startswith(b"\xef\xbb\xbf") else 0)
    header = tree.root.header
    if not header.fields:
        yield Event(
            "unparsed", PLATFORM, "", None, "no header field where a mail should begin", None, held.source
        )
        return
    if smssync.is_one(header):
        yield smssync.record(header, Body(held.raw, tree).text, held.source)
        return
    yield _message(held, tree, reading)
    if depth < DEEPEST_ATTACHED:
        for part in leaves(tree.root):
            if part.media == "message/rfc822" and reading.attached < MOST_ATTACHED:
                reading.attached += 1
                yield from _records(_inner(held, part, header), reading, depth + 1)


def _inner(held: Held, part: Part, outer: Header) -> Held:
    """An attached mail; its place is that of the part, encoded or not."""
    data, step, _ = decoded(held.raw, part)
    if held.whole:
        start, end = held.source.start + part.body, held.source.start + part.end
        place = ref(held.source.member, start, end, held.raw[part.body : part.end])
    else:
        place = msgspec.structs.replace(held.source)
    number = f"part {part.number or '1'}" + (f", {step}" if step else "")
    place.at = f"{held.source.at}, {number}".removeprefix(", ")
    outer_id = raw_text(outer.raw("message-id"))[0][:200]
    flag = f"attached_to:{outer_id}" if outer_id else "attached"
    return Held(data, place, held.cut, False, (flag,), attached=True, whole=held.whole and not step)


def _message(held: Held, tree: Tree, reading: Reading) -> Message:
    header = tree.root.header
    owner = reading.notes.owner if "@" in reading.notes.owner else ""
    senders = [one for line in header.all("from")[-1:] for one in accounts(line, "sender", owner=owner)]
    to, roles = _recipients(header, owner)
    body = Body(held.raw, tree)
    files, file_flags = attachments(held.raw, tree, cut=held.cut)
    title, title_steps = text_of(header.raw("subject"))
    hops = received.hops(header, owner, outermost=not held.attached)
    sent, date_flags = _sent(header, hops)
    checks, check_flags = _checks(held, header, hops, reading)
    flags = [
        *held.flags,
        *tree.flags,
        *date_flags,
        *received.flags(hops),
        *body.flags,
        *file_flags,
        *check_flags,
        *roles,
    ]
    flags += _several(header)
    if held.cut:
        flags.append("too_large")
    references, answered = _ids(header, "references"), _ids(header, "in-reply-to")
    own = " ".join(_ids(header, "message-id")[:1])
    direction, more = _direction(header, senders, to, owner)
    return Message(
        kind="email",
        platform=PLATFORM,
        conversation=(references or answered or [own])[0],
        author=senders[0] if senders else None,
        text=body.text,
        sent=sent,
        source=held.source,
        steps=tuple(dict.fromkeys((*body.steps, *title_steps))),
        title=title,
        native_id=own,
        recipients=tuple(to),
        direction=direction,
        times=received.instants(hops),
        reply_to=answered[0] if answered else "",
        attachments=files,
        checks=tuple(checks),
        flags=tuple(dict.fromkeys((*flags, *more))),
    )


def _ids(header: Header, name: str) -> list[str]:
    """Message ids of a field as written, with their angle brackets; at most 100."""
    return [one[:500] for one in raw_text(header.raw(name))[0].split()[:100]]


def _several(header: Header) -> list[str]:
    """Fields that may stand once and stand more often; of From all are named, since programs show the topmost."""
    names = [name for name in dkim_words.SHOWN if len(header.all(name)) > 1]
    every = [raw_text(line.value)[0][:100] for line in header.all("from")[:10]]
    return [f"several_{name}" + (f":{'; '.join(every)}" if name == "from" else "") for name in names]


def _recipients(header: Header, owner: str) -> tuple[list[Account], list[str]]:
    """To, Cc, Bcc and the Delivered-To of the server, each address once; and who stood where, if not all in To."""
    found: dict[str, Account] = {}
    counts: dict[str, int] = {}
    for name in _RECIPIENTS:
        for line in header.all(name):
            for one in accounts(line, "unknown", owner=owner):
                if name != "delivered-to" or one.id.lower() not in found:
                    counts[name] = counts.get(name, 0) + 1
                found.setdefault(one.id.lower(), one)
    if set(counts) <= {"to"}:
        return list(found.values()), []
    return list(found.values()), [
        "recipients:" + ",".join(f"{name}={count}" for name, count in counts.items())
    ]


def _sent(header: Header, hops: list[Hop]) -> tuple[Time | None, list[str]]:
    """The Date that the sender's program states, and how the clock of the first server compares."""
    lines = header.all("date")
    if not lines:
        return None, ["date_missing"]
    at, flags = mail_date(raw_text(lines[-1].value)[0], "claimed")
    first = next((hop for hop in reversed(hops) if hop.at is not None and hop.at.at.endswith("Z")), None)
    if at is None or first is None or first.at is None or not at.at.endswith("Z"):
        return at, list(flags)
    later = times.utc_of(first.at) - times.utc_of(at)
    conflict = "" if -received.LATE <= later <= _APART else "CONFLICT: "
    said = f"{conflict}first Received (by {first.by}): {later.total_seconds():+.0f} s"
    return msgspec.structs.replace(at, agrees=(said,)), list(flags)


def _checks(held: Held, header: Header, hops: list[Hop], reading: Reading) -> tuple[list[Check], list[str]]:
    signatures = dkim_words.signatures(header)
    flags: list[str] = []
    if held.cut and signatures:
        found = [Check("DKIM", "not_checked", "The mail is too large to be verified here.")]
    else:
        found, flags = dkim_words.checks(
            held.raw,
            header,
            signatures,
            reading.keys,
            received.receipt(hops),
            sources=reading.key_sources,
            in_mailbox=held.in_mailbox,
        )
    found.append(received.check(header, hops))
    signers = {one.domain for one in signatures if one.domain}
    stated = authentication_results.check(header, hops, signers)
    if stated is not None:
        found.append(stated)
    sets = len(header.all("arc-seal"))
    if sets:
        found.append(
            Check(
                "ARC", "note", f"{sets} ARC seals of servers on the way are shown in the mail, not checked."
            )
        )
    return found, flags


def _direction(
    header: Header, senders: list[Account], to: list[Account], owner: str
) -> tuple[Direction, list[str]]:
    """From Gmail's own labels, or from the address that somebody declared as the owner's; else unknown."""
    labels = {one.strip().strip('"').lower() for one in header.text("x-gmail-labels").split(",")}
    more = ["draft"] if "drafts" in labels else []
    if ("sent" in labels) != ("inbox" in labels):
        return "out" if "sent" in labels else "in", more
    out, into = (any(one.owner for one in group) for group in (senders, to))
    if owner and out != into:
        return "out" if out else "in", more
    return "unknown", more
