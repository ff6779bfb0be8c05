"""What a screenshot can be compared with: a capture, an export, one message of it; as it stands in the case now."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from abusekit.capture.address import target
from abusekit.capture.recheck_history import stored_text
from abusekit.case.canonical import JSON
from abusekit.case.decisions import Standing
from abusekit.case.folder import ITEM_ID, Case
from abusekit.case.moment import Moment, from_facts
from abusekit.case.records import Item
from abusekit.errors import AbusekitError, InputError, UsageError
from abusekit.importers.model import Account, Message, Profile, Record
from abusekit.messages.cache import Opened, stream
from abusekit.messages.exports import exports
from abusekit.messages.parts import part_of
from abusekit.messages.resolving import moments
from abusekit.screenshots.compare import Against, Stated, Text

AROUND = 30
"""Messages of the same conversation, before and after a named one, that a screen may show with it."""
_LOOK_BACK = 3_000
"""Records that are kept while the named one is looked for: other conversations may stand between."""
MOST_NAMES = 2_000
MOST_CAPTURES = 20
"""Captures of one address that are compared, the newest."""
_NOT_OF_THE_PAGE = ("http.date", "source.")
_NAMES = ("author.name", "author.handle", "account.name", "account.handle")


@dataclass(frozen=True, slots=True)
class ScreenshotOf:
    """What a person said that a screenshot shows: an address, or an item, or one record of it."""

    address: str = ""
    item: str = ""
    n: int = 0
    # number of the record; 0: the whole item

    def facts(self) -> dict[str, JSON]:
        if self.address:
            return {"address": self.address}
        return {"item": self.item, "part": part_of(self.n)} if self.n else {"item": self.item}


def stated_of(item: Item) -> ScreenshotOf | None:
    """What was said of this item; None: nothing, or nothing that is understood."""
    said: Any = item.source.get("screenshot_of")
    if not isinstance(said, dict):
        return None
    address, named, part = said.get("address", ""), said.get("item", ""), said.get("part", "")
    if isinstance(address, str) and address:
        return ScreenshotOf(address=address)
    if not isinstance(named, str) or not ITEM_ID.match(named):
        return None
    number = part[1:] if isinstance(part, str) and part[:1] == "m" else ""
    return ScreenshotOf(item=named, n=int(number) if number.isascii() and number.isdigit() else 0)


def captures_of(case: Case, address: str, standing_of: Mapping[str, Standing]) -> list[Item]:
    """Captures of an address that count, also such as were led to it, in the order of the log; the newest ones.

    Two spellings that are sent alike are one address. What cannot be read is left out: `verify` speaks of it.
    """
    wanted = {address, _sent(address)}
    found: list[Item] = []
    for item_id, standing in standing_of.items():
        if standing.quarantined is not None or standing.withdrawn is not None:
            continue
        try:
            item = case.item(item_id)
        except AbusekitError:
            continue
        typed, final = item.source.get("address"), item.facts.get("final_url")
        if item.kind == "capture" and any(
            isinstance(one, str) and (one in wanted or _sent(one) in wanted) for one in (typed, final)
        ):
            found.append(item)
    return found[-MOST_CAPTURES:]


def against(case: Case, item_id: str, n: int, standing_of: Mapping[str, Standing]) -> Against:
    """One item, or one record of it. Raises UsageError where it cannot be compared with; CaseError, EvidenceError."""
    standing = standing_of.get(item_id)
    if standing is None:
        raise UsageError(f"{item_id} is not in the case", "it may have been erased, or withheld")
    if standing.quarantined is not None:
        raise UsageError(f"{item_id} is in quarantine: nothing is compared with it", "leave it out")
    if standing.withdrawn is not None:
        raise UsageError(f"{item_id} is withdrawn", "name an item that is still used")
    item = case.item(item_id)
    if item.kind == "capture" and not n:
        return _of_capture(case, item)
    if item.kind == "export":
        for opened in exports(case, (item_id,)):
            return _of_message(case, opened, n) if n else _of_export(case, opened)
    what = "has no parts" if item.kind == "capture" else f"is of the kind {item.kind}"
    raise UsageError(
        f"{item_id} {what}", "a screenshot is compared with a capture, an export, or a message of one"
    )


def _sent(address: str) -> str:
    try:
        return target(address.partition("#")[0]).url
    except InputError:
        return address


def _of_capture(case: Case, item: Item) -> Against:
    zone = ZoneInfo(case.settings().zone)
    times: list[Stated] = []
    for dated in item.dated:
        if not dated.file or dated.field.startswith(_NOT_OF_THE_PAGE):
            continue
        try:
            moment = from_facts(dated.moment)
        except InputError:
            continue
        times.append(_stated(moment, None, zone))
    texts = [Text("", stored_text(case, item) or "", tuple(times))]
    facts: Any = item.facts.get("page_facts")
    names: set[str] = set()
    for one in facts if isinstance(facts, list) else ():
        name, value = (one.get("name"), one.get("value")) if isinstance(one, dict) else (None, None)
        if isinstance(value, str) and isinstance(name, str):
            if name.endswith(_NAMES):
                names.add(value)
            elif name in ("post.text", "post.title"):
                texts.append(Text("", value))
    title = item.facts.get("title")
    texts.append(Text("", title if isinstance(title, str) else ""))
    if not any(text.text.strip() for text in texts):
        return Against(item.id, item.exhibit, "", "capture", (), problem="the capture holds no readable text")
    return Against(item.id, item.exhibit, "", "capture", texts, names=set(islice(sorted(names), MOST_NAMES)))


def _of_export(case: Case, opened: Opened) -> Against:
    names: set[str] = set()
    zone = ZoneInfo(case.settings().zone)

    def texts() -> Iterator[Text]:
        for record, moment in moments(stream(case, opened), opened.declared):
            if len(names) < MOST_NAMES:
                _take_names(names, record)
            if not isinstance(record, Profile):
                yield _text(opened, record, moment, zone)

    return Against(opened.item.id, opened.item.exhibit, "", "export", texts(), names=names)


def _of_message(case: Case, opened: Opened, n: int) -> Against:
    zone = ZoneInfo(case.settings().zone)
    records = moments(stream(case, opened), opened.declared)
    before: deque[tuple[Record, Moment | None]] = deque(maxlen=_LOOK_BACK)
    for record, moment in records:
        if record.n == n:
            break
        before.append((record, moment))
    else:
        last = before[-1][0].n if before else 0
        raise UsageError(f"{opened.item.id} has no part {part_of(n)}", f"it has m1 to m{last}")
    if isinstance(record, Profile):
        raise UsageError(f"{opened.item.id}#{part_of(n)} is an account that is listed", "name a message")
    names: set[str] = set()
    near: list[Text] = []
    for others in (reversed(before), islice(records, _LOOK_BACK)):
        for other, at in islice(_same(others, record.conversation), AROUND):
            _take_names(names, other)
            near.append(_text(opened, other, at, zone))
    _take_names(names, record)
    return Against(
        opened.item.id,
        opened.item.exhibit,
        part_of(n),
        "message",
        [_text(opened, record, moment, zone)],
        near,
        names,
    )


def _same(records: Iterator[tuple[Record, Moment | None]], conversation: str) -> Iterator[Any]:
    return (
        (record, moment)
        for record, moment in records
        if not isinstance(record, Profile) and record.conversation == conversation
    )


def _text(opened: Opened, record: Any, moment: Moment | None, zone: ZoneInfo) -> Text:
    times = () if moment is None else (_stated(moment, record.sent and record.sent.at, zone),)
    text = record.text
    if isinstance(record, Message) and record.kind in ("email", "post", "page") and record.title:
        text = f"{record.title}\n{text}"
    return Text(f"{opened.item.exhibit}#{part_of(record.n)}", text, times)


def _take_names(names: set[str], record: Record) -> None:
    if isinstance(record, Profile):
        return  # a contact who never wrote is on no screen of a chat
    accounts: list[Account | None] = [record.author]
    if isinstance(record, Message):
        accounts += record.recipients[:50]
    for account in accounts:
        if account is not None:
            shown = (account.name, account.handle) if account.name or account.handle else (account.id,)
            names.update(one for one in shown if one)
    if record.title and getattr(record, "kind", "") not in ("email", "post", "page"):
        names.add(record.title)


def _stated(moment: Moment, written: str | None, zone: ZoneInfo) -> Stated:
    """A time with all readings of its time of day; a whole day has none."""
    if moment.precision == "day":
        return Stated(moment.raw, None, "", None, None)
    local = moment.local
    if local is None and written is not None and not written.endswith("Z"):
        try:
            local = datetime.fromisoformat(written)  # order of day and month not decided: the clock is
        except ValueError:
            local = None
    utc = moment.utc
    return Stated(
        moment.raw,
        None if local is None else _minute(local),
        moment.zone or "",
        None if utc is None else _minute(utc),
        None if utc is None else _minute(utc.astimezone(zone)),
    )


def _minute(at: datetime) -> int:
    return at.hour * 60 + at.minute
