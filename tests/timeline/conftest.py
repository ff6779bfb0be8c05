"""One real case with everything that has a time, made through intake and the log, with pinned clocks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from abusekit.case.custody import Act
from abusekit.case.folder import Case
from abusekit.case.intake import Intake
from abusekit.case.moment import from_instant, from_local, parse_typed
from abusekit.case.records import DatedFact
from abusekit.case.settings import Settings, parse_producer
from abusekit.diary import fill_draft, make_entry

ZONE = "Europe/London"
START = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
HOSTILE_TITLE = "</script><img src=x onerror=alert(1)>\u202egnp.exe\x1b[2J"
SECRET_WORDS = "he wrote that I am worthless"
NAME_OF_FILE = "IMG-20240305-WA0007 Alice.jpg"


def ticking() -> Iterator[datetime]:
    at = START
    while True:
        yield at
        at += timedelta(minutes=1)


def _dated(what: str, field: str, file: str, moment: object) -> DatedFact:
    return DatedFact(what, field, file, moment.to_facts())  # type: ignore[attr-defined]


def build(root: Path) -> Case:
    """E0001 capture (withdrawn, tagged), E0002 photo, E0003 diary entry, E0004 failed capture (stored)."""
    ticks = ticking()
    settings = Settings(
        case="0b9a1a52-6a9e-4c43-9d0e-7d0f5b9f6a11",
        reference="OP-1",
        zone=ZONE,
        producers=(parse_producer("PO:Producer One:volunteer"),),
    )
    case = Case.create(root, settings, now=next(ticks))
    with Intake(case, settings.producers[0], clock=lambda: next(ticks)) as intake:
        page = intake.draft("capture")
        page.write("page.html", b"<p>x</p>", "text/html", "original")
        listed = {"account": "@\u202eabuser", "category": "threat", "note": "sent to Alice"}
        page.source = {"address": "https://example.org/post/1", "listed": listed}
        page.facts = {
            "title": HOSTILE_TITLE,
            "started": "2026-11-24T09:00:30.000000Z",
            "ended": "2026-11-24T09:00:31.000000Z",
        }
        page.dated = [
            _dated(
                "time shown on the page",
                "time datetime",
                "page.html",
                from_local(
                    datetime.fromisoformat("2026-07-01T23:30"),
                    raw="2026-07-01T23:30:00+02:00",
                    precision="s",
                    zone="+02:00",
                    zone_basis="stated",
                    clock="platform",
                    basis="the page states it with its offset",
                ),
            ),
            _dated(
                "time shown on the page",
                "text",
                "page.html",
                from_local(
                    datetime.fromisoformat("2026-07-02T01:15"),
                    raw="2 July 2026 01:15",
                    precision="min",
                    zone=None,
                    zone_basis="unknown",
                    clock="platform",
                    basis="the page names no time zone",
                ),
            ),
            _dated(
                "Date header",
                "http.date",
                "page.html",
                from_instant(START, "server", "the server's clock", precision="s"),
            ),
            DatedFact("nonsense", "time 9", "page.html", {"raw": "x"}),
        ]
        intake.commit([page])
        photo = intake.draft("file")
        photo.write("file.jpg", b"\xff\xd8\xff", "image/jpeg", "original")
        photo.source = {"names": [NAME_OF_FILE]}
        photo.dated = [
            _dated(
                "photo taken (DateTimeOriginal)",
                "photo: DateTimeOriginal",
                "file.jpg",
                from_local(
                    datetime.fromisoformat("2024-03-05T12:00:01"),
                    raw="2024:03:05 12:00:01",
                    precision="s",
                    zone=None,
                    zone_basis="unknown",
                    clock="camera",
                    basis="the camera's clock; time zone not recorded",
                ),
            ),
            _dated(
                "date in the file name",
                "name",
                "file.jpg",
                from_local(
                    datetime.fromisoformat("2024-03-05"),
                    raw=NAME_OF_FILE,
                    precision="day",
                    zone=None,
                    zone_basis="unknown",
                    clock="file_system",
                    basis="date in the file name as received",
                ),
            ),
        ]
        intake.commit([photo])
        at = next(ticks)
        entry = make_entry(
            SECRET_WORDS,
            recorded=from_instant(at, "ours", "our clock when the entry was written"),
            recorded_by="PO",
            event=parse_typed("2026-11-20T22:10", ZONE),
            noticed=parse_typed("2026-11-21", ZONE),
            place="12 Home Street",
        )
        note = intake.draft("note")
        fill_draft(note, entry, ZONE)
        intake.commit([note])
        failed = intake.draft("capture")
        failed.source = {"address": "https://example.org/gone"}
        failed.outcome = "http-error"
        intake.commit([failed])
    for act in (
        Act("item.tag", {"item": "E0001", "tags": ["threat", "severity:high"], "removed": [], "reason": ""}),
        Act("item.tag", {"item": "E0001", "tags": [], "removed": ["severity:high"], "reason": "too strong"}),
        Act("custody.store", {"item": "E0004", "place": "safe at 12 Home Street", "reason": "second copy"}),
        Act("item.verify", {"item": "E0003", "verified_by": "Alice Witness", "comment": ""}),
        Act("item.withdraw", {"item": "E0001", "reason": "captured <twice>"}),
    ):
        case.record([act], by="PO", now=next(ticks))
    return case


@pytest.fixture(scope="session")
def timeline_case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """Read only: tests that change it build their own."""
    return build(tmp_path_factory.mktemp("timeline") / "case")


@pytest.fixture
def own_case(tmp_path: Path) -> Case:
    return build(tmp_path / "case")
