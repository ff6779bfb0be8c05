"""What stands in the timeline of a real case, and what does not."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from abusekit.case.custody import Act, LogFormError
from abusekit.case.folder import Case
from abusekit.errors import EvidenceError, TornLogError, UsageError
from abusekit.timeline.gather import Filters, gather, rows
from abusekit.timeline.row import CERTAINTIES, KINDS, Row

NOW = datetime(2026, 11, 25, tzinfo=UTC)


def found(case: Case, **filters: Any) -> list[Row]:
    return list(rows(case, Filters(**filters)))


def one(case: Case, what: str) -> Row:
    (row,) = [row for row in rows(case) if row.what == what]
    return row


def test_everything_with_a_time_stands_in_order(timeline_case: Case) -> None:
    listed = found(timeline_case)
    assert [row.earliest for row in listed] == sorted(row.earliest for row in listed)
    assert [(row.kind, row.item, row.what, row.certainty) for row in listed] == [
        ("file-time", "E0002", "date in the file name", "zone not recorded"),
        ("photo", "E0002", "photo taken (DateTimeOriginal)", "zone not recorded"),
        ("page-time", "E0001", "time shown on the page", "zone not recorded"),
        ("page-time", "E0001", "time shown on the page", "platform"),
        ("diary", "E0003", "event, as the diary says", "stated"),
        ("diary", "E0003", "noticed, as the diary says", "stated"),
        ("custody", "", "case started", "our clock"),
        ("server-time", "E0001", "Date header", "server clock"),
        ("capture", "E0001", "address captured", "our clock"),
        ("capture", "E0001", "a time is recorded here that is not understood", "our clock"),
        ("file", "E0002", "file taken in", "our clock"),
        ("diary", "E0003", "diary entry written", "our clock"),
        ("note", "E0003", "diary entry taken in", "our clock"),
        ("capture", "E0004", "address captured", "our clock"),
        ("custody", "E0001", "item tagged", "our clock"),
        ("custody", "E0001", "item tagged", "our clock"),
        ("custody", "E0004", "place of storage recorded", "our clock"),
        (
            "custody",
            "E0003",
            "diary entry read and confirmed by the person named in the log; recorded",
            "our clock",
        ),
        ("custody", "E0001", "item withdrawn", "our clock"),
    ]
    assert {row.kind for row in listed} <= set(KINDS)
    assert {row.certainty for row in listed} <= set(CERTAINTIES)


def test_each_row_names_where_its_time_stands(timeline_case: Case) -> None:
    for row in found(timeline_case):
        assert (timeline_case.root / row.file).is_file(), row
        assert row.field and row.basis and row.message
    photo = one(timeline_case, "photo taken (DateTimeOriginal)")
    assert (photo.file, photo.field, photo.exhibit, photo.n) == (
        "evidence/E0002/file.jpg",
        "photo: DateTimeOriginal",
        "PO/2",
        2,
    )
    withdrawal = one(timeline_case, "item withdrawn")
    assert (withdrawal.file, withdrawal.n) == ("custody/log.jsonl", 9)
    assert withdrawal.message == "PO/1 (E0001): item withdrawn by PO; reason: captured <twice>"


def test_a_time_without_a_zone_keeps_its_interval(timeline_case: Case) -> None:
    photo = one(timeline_case, "photo taken (DateTimeOriginal)")
    assert photo.utc is None and photo.zone is None
    assert (photo.earliest, photo.latest) == ("2024-03-04T22:00:01.000000Z", "2024-03-06T00:00:02.000000Z")
    assert photo.local == "2024-03-05T12:00:01"


def test_marks_stay_with_all_rows_of_the_item(timeline_case: Case) -> None:
    of_page = [row for row in found(timeline_case) if row.item == "E0001"]
    assert len(of_page) == 8
    assert {row.tags for row in of_page} == {("threat",)}
    assert {row.withdrawn for row in of_page} == {"captured <twice>"}
    assert all(row.withdrawn is None for row in found(timeline_case) if row.item != "E0001")


def test_content_is_there_only_when_asked_for(timeline_case: Case) -> None:
    secrets = re.compile(r"worthless|Home Street|example\.org|onerror|Alice")
    covered = found(timeline_case)
    assert all(row.content is None for row in covered)
    assert not secrets.search(repr(covered))
    revealed = found(timeline_case, reveal=True)
    assert len(revealed) == len(covered)
    for secret in (
        "worthless",
        "Home Street",
        "example.org/gone",
        "onerror",
        "Alice.jpg",
        "Alice Witness",
        "sent to Alice",
    ):
        assert any(secret in (row.content or "") for row in revealed), secret
    assert next(row for row in revealed if row.kind == "file-time").raw.startswith("IMG-2024")
    assert next(row for row in covered if row.kind == "file-time").raw == ""


def test_messages_name_account_category_and_outcome(timeline_case: Case) -> None:
    captured = [row.message for row in found(timeline_case, kinds=frozenset({"capture"}))]
    assert captured[0] == "PO/1 (E0001): address captured; capture, account @\u202eabuser, category threat"
    basis = next(row.basis for row in rows(timeline_case) if row.kind == "capture")
    assert basis == (
        "our clock when it was stored (not compared with another clock);"
        " captured from 2026-11-24T09:00:30.000000Z to 2026-11-24T09:00:31.000000Z"
    )
    assert captured[2] == "PO/4 (E0004): address captured; capture, http-error"


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        ({"kinds": frozenset({"diary"})}, 3),
        ({"items": frozenset({"E0003"})}, 5),
        ({"items": frozenset({"E0003"}), "include_custody": False}, 4),
        ({"items": frozenset({"E0999"})}, 0),
        ({"tags": frozenset({"threat"})}, 8),
        ({"tags": frozenset({"severity:high"})}, 0),
        ({"include_custody": False}, 13),
        ({"until": datetime(2026, 1, 1, tzinfo=UTC)}, 2),
        # half open: the day that was noticed ends in London at midnight UTC
        ({"since": datetime(2026, 11, 21, 12, tzinfo=UTC), "until": datetime(2026, 11, 22, tzinfo=UTC)}, 1),
        ({"since": datetime(2026, 11, 22, tzinfo=UTC), "until": datetime(2026, 11, 23, tzinfo=UTC)}, 0),
        # may lie inside: a reading without a zone is not dropped
        ({"since": datetime(2024, 3, 5, 23, tzinfo=UTC), "until": datetime(2024, 3, 6, tzinfo=UTC)}, 2),
    ],
)
def test_filters(timeline_case: Case, filters: dict[str, Any], count: int) -> None:
    assert len(found(timeline_case, **filters)) == count


@pytest.mark.parametrize(
    ("filters", "message"),
    [
        ({"kinds": frozenset({"tweets"})}, "unknown kind"),
        ({"since": datetime.fromisoformat("2026-01-01")}, "no time zone"),
        ({"since": NOW, "until": NOW - timedelta(days=1)}, "not before"),
    ],
)
def test_filters_that_make_no_sense_are_refused(filters: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        Filters(**filters)
    assert caught.value.hint


def test_several_outputs_from_one_reading(timeline_case: Case) -> None:
    with gather(timeline_case) as ordered:
        assert list(ordered) == list(ordered) == found(timeline_case)
        assert len(ordered) == 19


def test_an_item_that_cannot_be_read_is_a_row_that_says_so(own_case: Case) -> None:
    path = own_case.evidence / "E0002" / "item.json"
    path.chmod(0o600)
    path.write_bytes(path.read_bytes().replace(b'"kind":"file"', b'"kind":"fule"'))
    (row,) = [row for row in found(own_case) if row.item == "E0002"]
    assert "run: abusekit verify" in row.message and row.exhibit == "PO/2" and row.kind == "file"


def test_an_item_that_the_log_does_not_have_is_there_and_marked(own_case: Case) -> None:
    log = own_case.log.path
    log.write_bytes(b"".join(log.read_bytes().splitlines(keepends=True)[:4]))
    of_last = [row for row in found(own_case) if row.item == "E0004"]
    assert [row.n for row in of_last] == [None]
    assert "not in the log yet" in of_last[0].message


def test_damaged_logs_are_refused(own_case: Case) -> None:
    log = own_case.log.path
    whole = log.read_bytes()
    log.write_bytes(whole[:-1])
    with pytest.raises(TornLogError):
        found(own_case)
    log.write_bytes(whole.replace(b"captured <twice>", b"captured  once!!"))
    assert found(own_case)[0].item == "E0002"  # the last line: only a seal shows that
    log.write_bytes(whole.replace(b'"too strong"', b'"too  stron"'))
    with pytest.raises(LogFormError):
        found(own_case)
    log.write_bytes(whole)


@pytest.mark.parametrize(
    "act",
    [
        Act("item.withdraw", {"item": "E0001", "reason": 7}),
        Act("item.withdraw", {"item": "E0001"}),
        Act("item.tag", {"item": "E0001", "tags": [1], "removed": []}),
        Act("item.tag", {"item": "E0077", "tags": [], "removed": []}),
        Act("item.tag", {"item": ["E0001"], "tags": [], "removed": []}),
    ],
)
def test_acts_of_another_form_are_refused_in_one_line(own_case: Case, act: Act) -> None:
    own_case.record([act], by="PO", now=NOW)
    with pytest.raises(EvidenceError, match="malformed"):
        found(own_case)


def test_unknown_acts_are_shown_as_they_are(own_case: Case) -> None:
    own_case.record([Act("moon.seen", {"phase": "full"})], by="PO", now=NOW)
    (row,) = [row for row in found(own_case, reveal=True) if row.what == "moon.seen"]
    assert (row.message, row.content) == ("moon.seen by PO", "phase: full")


def test_nothing_is_left_in_the_case(own_case: Case) -> None:
    def state() -> dict[Path, int]:
        return {path: path.stat().st_mtime_ns for path in own_case.root.rglob("*") if path.is_file()}

    before = state()
    found(own_case)
    assert state() == before
