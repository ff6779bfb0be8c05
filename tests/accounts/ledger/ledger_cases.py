"""Cases with captures, exports and diary entries of invented accounts; and records that a test states itself."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from abusekit.accounts.ledger.from_exports import ExportAccounts
from abusekit.accounts.ledger.observed import ItemAccounts
from abusekit.case.canonical import JSON
from abusekit.case.custody import Act
from abusekit.case.folder import Case
from abusekit.case.intake import Intake
from abusekit.case.moment import parse_typed
from abusekit.case.records import Item, StoredFile
from abusekit.case.settings import Producer, Settings
from abusekit.diary import fill_draft, make_entry
from abusekit.importers import times
from abusekit.importers.exports import take_export
from abusekit.importers.files import Handover
from abusekit.importers.model import Account, Event, Message, Profile, Record, SourceRef
from abusekit.messages.cache import read_anew
from abusekit.messages.declared import Declarations
from abusekit.messages.exports import exports

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
ZONE = "Europe/London"
SETTINGS = Settings("", "OP-1", ZONE, (Producer("PO", "Producer One", "volunteer"),))
SITE = "https://x.com"
SOURCE = SourceRef("a.txt", 0, 1, "0" * 64)


def new_case(folder: Path) -> Case:
    case = Case.create(folder / "case", SETTINGS, now=NOW)
    case.known_here = folder / "known-here"
    return case


def page(
    *,
    id: str = "",
    handle: str = "",
    name: str = "",
    bio: str = "",
    where: str = "json-ld Person",
    **more: str,
) -> list[dict[str, str]]:
    """Facts of a page; `more`: further facts, `.` written as `__`."""
    stated = {"author.id": id, "author.handle": handle, "author.name": name, "author.bio": bio}
    stated |= {key.replace("__", "."): value for key, value in more.items()}
    return [
        {"name": key, "value": value, "where": f"{where} {key}"} for key, value in stated.items() if value
    ]


def instant(day: int) -> str:
    return f"2026-03-{day:02}T10:00:00.000000Z"


def captured(
    address: str,
    day: int,
    facts: Sequence[dict[str, str]] = (),
    *,
    final: str = "",
    status: int = 200,
    verdict: str = "",
    alarm: str = "",
) -> dict[str, Any]:
    """What one capture of `address` is to say; day of March 2026."""
    stated: dict[str, JSON] = {
        "final_url": final or address,
        "status": status,
        "started": instant(day),
        "ended": instant(day),
        "page_facts": list(facts),
    }
    if verdict:
        stated["recheck"] = {"verdict": verdict, "alarm": alarm, "compared_with": None}
    return {"address": address, "facts": stated, "outcome": "complete" if status < 400 else "http-error"}


def capture(case: Case, *wanted: dict[str, Any]) -> list[str]:
    """Items of the case, one for each."""
    with Intake(case, SETTINGS.producers[0], clock=lambda: NOW) as intake:
        drafts = []
        for one in wanted:
            draft = intake.draft("capture")
            draft.write("page.html", b"<p>", "text/html", "original")
            draft.source = {"address": one["address"]}
            draft.facts, draft.outcome = one["facts"], one["outcome"]
            drafts.append(draft)
        return [item.id for item in intake.commit(drafts)]


def note(case: Case, text: str, event: str = "2026-03-05T21:00Z") -> str:
    entry = make_entry(
        text,
        recorded=parse_typed("2026-11-24T11:00Z", ZONE),
        recorded_by="PO",
        event=parse_typed(event, ZONE),
    )
    with Intake(case, SETTINGS.producers[0], clock=lambda: NOW) as intake:
        draft = intake.draft("note")
        fill_draft(draft, entry, ZONE)
        return intake.commit([draft])[0].id


def imported(case: Case, *paths: Path) -> str:
    """An export of the case, read and logged as `import` does it."""
    with Intake(case, SETTINGS.producers[0], clock=lambda: NOW) as intake:
        draft = intake.draft("export")
        take_export(draft, [(path, path.name) for path in paths], Handover())
        (item,) = intake.commit([draft])
    (opened,) = exports(case, (item.id,))
    _, act = read_anew(case, opened)
    log(case, act)
    return item.id


def log(case: Case, *acts: Act) -> list[dict[str, JSON]]:
    return case.record(list(acts), by="PO", now=NOW)


def observe(case: Case, account: str, observed: str, value: str = "", **more: Any) -> int:
    """`account observe`; gives the number of its line, from 0."""
    facts: dict[str, JSON] = {
        "account": account,
        "observed": observed,
        "value": value,
        "reason": "seen it",
        **more,
    }
    return int(log(case, Act("account.observe", facts))[0]["n"])


def whatsapp(path: Path, lines: Iterable[tuple[int, str, str]]) -> Path:
    start = datetime(2024, 3, 14, 21, 0)
    path.parent.mkdir(exist_ok=True)
    path.write_text(
        "".join(
            f"{start + timedelta(minutes=m):%d/%m/%Y, %H:%M} - {name}: {text}\n" for m, name, text in lines
        ),
        encoding="utf-8",
    )
    return path


def telegram(path: Path, messages: Sequence[tuple[int, str, str]]) -> Path:
    """A group: (number, person, text)."""
    path.parent.mkdir(exist_ok=True)
    listed = [
        {
            "id": number, "type": "message", "date": "2024-03-14T21:00:00",
            "date_unixtime": str(1_710_450_000 + number * 60), "from": person, "from_id": f"user{person}",
            "text": text, "text_entities": [],
        }
        for number, person, text in messages
    ]  # fmt: skip
    path.write_text(json.dumps({"name": "G", "type": "private_group", "id": 77, "messages": listed}))
    return path


def an_item(item_id: str = "E0001", kind: Any = "export", **more: Any) -> Item:
    return Item(
        case="c", id=item_id, exhibit="PO/1", kind=kind, at="2026-11-24T12:00:00.000000Z", local="",
        zone=ZONE, who="PO",
        role="volunteer", tool={}, source={}, files=[StoredFile("a", 1, "0" * 64, "x/y", "original")], **more,
    )  # fmt: skip


def of_records(
    records: Sequence[Record], item_id: str = "E0001", declared: Declarations | None = None
) -> ItemAccounts:
    """What an export that holds these records shows."""
    accounts = ExportAccounts(an_item(item_id), declared or Declarations(), ZONE)
    for number, record in enumerate(records, 1):
        record.n = number
        accounts.take(record)
    return accounts.accounts()


def minute(count: int) -> Any:
    return times.epoch(1_710_450_000_000 + count * 60_000, clock="server")


def said(author: Account | None, at: int | None = 0, **more: Any) -> Message:
    platform = author.platform if author else "x"
    return Message(
        "message", platform, "c", author, "words", None if at is None else minute(at), SOURCE, **more
    )


def done(kind: Any, by: Account | None, to: Account | None = None, at: int | None = 0, **more: Any) -> Event:
    text = more.pop("text", "")
    sent = None if at is None else minute(at)
    return Event(kind, "x", "c", by, text, sent, SOURCE, target=to, **more)


def profile(account: Account, role: Any = "other", **facts: str) -> Profile:
    return Profile(account, SOURCE, role, facts)
