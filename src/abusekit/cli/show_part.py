"""One message of an export, for `abusekit show AB/7#m412`; and what was read of an export, for `show AB/7`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from abusekit.cli.acts import refuse_quarantined, resolve_item
from abusekit.cli.options import Session

if TYPE_CHECKING:
    from abusekit.case.decisions import Standing
    from abusekit.case.folder import Case
    from abusekit.case.moment import Moment
    from abusekit.case.records import Item
    from abusekit.cli.views import Views
    from abusekit.importers.model import Record
    from abusekit.messages.cache import Opened
    from abusekit.messages.parts import Cited


def show_part(session: Session, case: Case, part: Cited, views: Views, *, reveal: bool) -> None:
    """Print one record of an export, or answer with it. Raises UsageError: no export, no such part, in quarantine."""
    from abusekit.case.decisions import Standing, standings
    from abusekit.errors import UsageError
    from abusekit.messages.cache import stream
    from abusekit.messages.exports import exports
    from abusekit.messages.parts import part_of, record
    from abusekit.messages.resolving import moments

    item_id = resolve_item(case, part.item)
    standing = standings(case.entries()).get(item_id, Standing())
    refuse_quarantined(session, item_id, standing)
    opened = next(exports(case, (item_id,)), None)
    if opened is None:
        raise UsageError(f"{item_id} is no export that has parts", "abusekit list shows the exports")
    record(case, opened, part.n)  # says what there is, where there is no such part
    found = next(
        (one, moment) for one, moment in moments(stream(case, opened), opened.declared) if one.n == part.n
    )
    if reveal:
        views.seen([item_id], f"show {item_id}#{part_of(part.n)} --reveal")
    if session.json:
        session.answer(_answer(opened, standing, *found, reveal=reveal))
        return
    for line in _lines(case, opened, standing, *found, reveal=reveal):
        session.print(line)


def _answer(
    opened: Opened, standing: Standing, record: Record, moment: Moment | None, *, reveal: bool
) -> object:
    from abusekit.cli.answers_import import PartAnswer
    from abusekit.importers.model import Profile
    from abusekit.messages.parts import part_of
    from abusekit.timeline.messages import account_shown

    account = record.account if isinstance(record, Profile) else record.author
    return PartAnswer(
        part=f"{opened.item.exhibit}#{part_of(record.n)}",
        item=opened.item.id,
        uid=record.uid,
        kind="profile" if isinstance(record, Profile) else record.kind,
        account=account_shown(account),
        time=None if moment is None else moment.to_facts(),
        bytes=(record.source.start, record.source.end),
        sha256=record.source.sha256,
        tags=standing.part_tags.get(part_of(record.n), []),
        record=record if reveal else None,
    )


def _lines(
    case: Case,
    opened: Opened,
    standing: Standing,
    record: Record,
    moment: Moment | None,
    *,
    reveal: bool,
) -> Iterator[str]:
    from abusekit.cli.show import COVERED
    from abusekit.importers.model import Message, Profile
    from abusekit.messages.parts import part_of
    from abusekit.timeline.messages import EVENT_WORDS, MESSAGE_WORDS, account_shown, remarks

    part = part_of(record.n)
    item = opened.item
    if isinstance(record, Profile):
        what, account = f"account listed ({record.role})", record.account
    else:
        words = MESSAGE_WORDS if isinstance(record, Message) else EVENT_WORDS
        what, account = words[record.kind], record.author  # type: ignore[assignment]
    yield f"{item.exhibit}#{part}  item {item.id}  {what}"
    yield f"account    {account_shown(account) or 'none'}"
    if moment is not None:
        yield f"time       {moment.display(case.settings().zone)}, as written: {moment.raw}"
        yield f"           {moment.basis}"
    else:
        yield "time       none that could be understood"
    source = record.source
    place = f"{source.member} " if reveal else ""
    yield f"place      {place}bytes {source.start} to {source.end}  SHA-256 {source.sha256}  {source.at}".rstrip()
    if not isinstance(record, Profile):
        yield from (f"           {said}" for said in remarks(record))
    if tags := standing.part_tags.get(part):
        yield f"tags       {', '.join(tags)}"
    if not reveal:
        yield f"content    {COVERED}"
        return
    yield from _content(record)


def _content(record: Record) -> Iterator[str]:
    from abusekit.importers.model import Event, Profile

    if isinstance(record, Profile):
        yield from (f"  {name}: {value}" for name, value in record.facts.items())
        return
    if record.title:
        yield f"title      {record.title}"
    if isinstance(record, Event):
        yield from record.text.splitlines()
        return
    yield from (f"check      {check.what}: {check.text}" for check in record.checks)
    yield from (f"{name:10} {time.raw}" for name, time in record.times)
    if record.edited is not None:
        yield from (f"before     {text}" for text in record.edited.previous)
    for attachment in record.attachments:
        yield f"attached   {attachment.name}  {attachment.state}  {attachment.media_type}  {attachment.sha256}".rstrip()
    yield "--- text" + (f" ({', '.join(record.steps)})" if record.steps else "")
    yield from record.text.splitlines()


def reading_lines(case: Case, item: Item) -> Iterator[str]:
    """What was read of an export, without content; nothing for other items."""
    from abusekit.cli.import_talk import details, found
    from abusekit.errors import AbusekitError
    from abusekit.messages.cache import summary_of
    from abusekit.messages.exports import exports

    if item.kind != "export":
        return
    for opened in exports(case, (item.id,)):
        try:
            summary = summary_of(case, opened)
        except AbusekitError as fault:
            yield f"read       cannot be read: {fault.message}"
            return
        yield f"read       {found(summary, opened.declared.newest())}"
        last = summary.messages + summary.events + summary.unparsed + summary.profiles
        yield f"parts      {item.exhibit}#m1 to m{last}"
        yield from (f"           {line}" for line in details(summary, item.id, opened.declared.newest()))
        for name, said in opened.declared.said.items():
            shown = "a column mapping" if name == "mapping" else ", ".join(one.value for one in said)
            yield f"declared   {name}: {shown}, by {said[-1].by} at {said[-1].at}"
        yield from (f"limit      {limit}" for limit in summary.limits)
