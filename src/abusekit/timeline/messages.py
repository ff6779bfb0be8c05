"""Messages and events of the exports, as rows: each once, with every place where it stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from abusekit.case.custody import instant_text
from abusekit.case.decisions import Standing
from abusekit.case.moment import Moment
from abusekit.importers.model import Account, Event, Message, Profile
from abusekit.messages.joined import Join, Joined
from abusekit.messages.parts import part_of
from abusekit.timeline.items import MAX_CONTENT, MAX_RAW
from abusekit.timeline.row import Kind, Row, certainty_of

EVENT_WORDS: dict[str, str] = {
    "call": "call",
    "missed_call": "missed call",
    "join": "joined",
    "leave": "left",
    "block": "blocked",
    "unblock": "unblocked",
    "title_change": "title of a chat changed",
    "security_code": "security code changed",
    "login": "login",
    "notice": "notice of the platform",
    "erased": "a message was erased",
    "follow": "followed",
    "unfollow": "no longer followed",
    "name_change": "name changed",
    "http": "request in a recording of traffic",
    "system": "notice of the platform",
    "unparsed": "not understood; kept as it stands",
}
MESSAGE_WORDS: dict[str, str] = {
    "message": "message sent",
    "post": "post published",
    "comment": "comment written",
    "email": "e-mail sent",
    "sms": "SMS sent",
    "mms": "MMS sent",
    "snap": "snap sent",
    "page": "page saved",
}


class MessageRows:
    """The rows of a join."""

    def __init__(
        self, join: Join, standing: Mapping[str, Standing], lines: Mapping[str, int], *, reveal: bool
    ) -> None:
        """lines: item → log line that admitted it."""
        self._join, self._standing, self._lines, self._reveal = join, standing, lines, reveal

    def __iter__(self) -> Iterator[Row]:
        """Records without a time are left out: they have no place on a timeline; `find` shows them.

        Raises InputError, CaseError, EvidenceError: an export cannot be read any more.
        """
        for one in self._join:
            if one.moment is not None and not isinstance(one.record, Profile):
                yield self._row(one, one.record, one.moment)

    def _row(self, one: Joined, record: Message | Event, moment: Moment) -> Row:
        item = one.opened.item
        standing = self._standing.get(item.id, Standing())
        part = part_of(record.n)
        tags = (
            *standing.tags,
            *(tag for tag in standing.part_tags.get(part, ()) if tag not in standing.tags),
        )
        kind: Kind = "message" if isinstance(record, Message) else "event"
        words = MESSAGE_WORDS if isinstance(record, Message) else EVENT_WORDS
        account = account_shown(record.author)
        raw_covered = len(moment.raw) > MAX_RAW and not self._reveal
        place = f"bytes {record.source.start} to {record.source.end}"
        return Row(
            earliest=instant_text(moment.earliest),
            latest=instant_text(moment.latest),
            utc=None if moment.utc is None else instant_text(moment.utc),
            local=None if moment.local is None else moment.local.isoformat(),
            zone=moment.zone,
            precision=moment.precision,
            certainty=certainty_of(moment),
            basis=moment.basis,
            raw="" if raw_covered else moment.raw,
            kind=kind,
            what=words[record.kind],
            message=self._message(one, record, account, words[record.kind]),
            item=item.id,
            exhibit=f"{item.exhibit}#{part}",
            file=f"evidence/{item.id}/{item.files[0].name}",
            field=f"{record.source.member}, {place}" if self._reveal else place,
            n=self._lines.get(item.id),
            tags=tags,
            withdrawn=standing.withdrawn,
            content=content_of(record) if self._reveal else None,
            account=account,
            platform=record.platform,
            also=tuple(f"{other.item.exhibit}#{part_of(n)}" for other, n in one.also),
        )

    def _message(self, one: Joined, record: Message | Event, account: str, words: str) -> str:
        item = one.opened.item
        parts = [f"{item.exhibit}#{part_of(record.n)} ({item.id}): {words}", record.platform]
        if account:
            parts.append(f"account {account}")
        parts += remarks(record)
        if one.also:
            parts.append("also in " + ", ".join(f"{o.item.exhibit}#{part_of(n)}" for o, n in one.also))
        if one.changed:
            parts.append(
                "CHANGED BETWEEN EXPORTS, another text in "
                + ", ".join(f"{o.item.exhibit}#{part_of(n)}" for o, n in one.changed)
            )
        if one.author_differs:
            parts.append(
                "UNDER ANOTHER NAME in "
                + ", ".join(f"{o.item.exhibit}#{part_of(n)}" for o, n in one.author_differs)
            )
        return "; ".join(parts)


def account_shown(account: Account | None) -> str:
    """How a list names an account: name, and the id where that is another; a contact book's name is said to be one."""
    if account is None:
        return ""
    name = account.name or account.handle
    shown = f"{name} ({account.id})" if name and account.id and account.id != name else name or account.id
    return (
        f"{shown} [name in the phone's contacts]"
        if account.name and account.name_from == "contact_book"
        else shown
    )


def remarks(record: Message | Event) -> list[str]:
    """Neutral facts of a record: direction, deleted, edited, attachments, checks, flags."""
    said: list[str] = []
    if record.direction != "unknown":
        said.append({"in": "received", "out": "sent by the owner of the export"}[record.direction])
    if isinstance(record, Message):
        if record.forwarded_from:
            said.append(f"FORWARDED, from {record.forwarded_from}")
        if record.deleted is not None:
            said.append(f"deleted ({record.deleted.state.replace('_', ' ')})")
        if record.edited is not None and record.edited.state == "yes":
            said.append("edited")
        if record.attachments:
            absent = sum(attachment.state != "present" for attachment in record.attachments)
            said.append(
                f"{len(record.attachments)} attached" + (f", {absent} of them not there" if absent else "")
            )
        said += [f"{check.what}: {check.result.replace('_', ' ')}" for check in record.checks]
    elif record.duration_s is not None:
        said.append(f"{record.duration_s} s")
    if isinstance(record, Event) and record.outcome:
        said.append(record.outcome)
    return said + [flag.partition(":")[0].replace("_", " ") for flag in record.flags]


def content_of(record: Message | Event) -> str | None:
    """The words, the title, the names of what is attached; cut at MAX_CONTENT."""
    parts = [record.title] if record.title and not isinstance(record, Event) else []
    parts.append(record.text)
    if isinstance(record, Message):
        parts += [f"[{attachment.name}]" for attachment in record.attachments if attachment.name]
    whole = "\n".join(part for part in parts if part)
    if len(whole) > MAX_CONTENT:
        return f"{whole[:MAX_CONTENT]} … ({len(whole) - MAX_CONTENT} more characters)"
    return whole or None
