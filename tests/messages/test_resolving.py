"""Written times become moments: nothing is concluded that the file or a person does not say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abusekit.importers import times
from abusekit.importers.model import Account, Message, Profile, Record, SourceRef, Time
from abusekit.messages.declared import Declarations, Said
from abusekit.messages.resolving import moment_of, moments

PLACE = SourceRef("x", 0, 0, "")


def declared(**said: str) -> Declarations:
    return Declarations(
        {name: [Said(value, "PO", "2026-11-24T00:00:00Z", 3)] for name, value in said.items()}
    )


def local(text: str, **more: object) -> Time:
    at = datetime.fromisoformat(text)
    return times.local(at, raw=text, precision="min", clock="export", **more)  # type: ignore[arg-type]


def message(time: Time | None, n: int = 0) -> Message:
    return Message("message", "whatsapp", "c", None, "words", time, PLACE, n=n)


def utc_of(*texts: str, zone: str = "Europe/London") -> list[str | None]:
    found = moments([message(local(text)) for text in texts], declared(timezone=zone))
    return [None if one is None or one.utc is None else one.utc.strftime("%d %H:%M") for _, one in found]


def test_without_a_zone_the_interval_is_every_zone_on_earth() -> None:
    one = moment_of(local("2024-03-05T14:07"), Declarations())
    assert one is not None and one.utc is None and one.zone is None
    assert one.earliest == datetime(2024, 3, 5, 0, 7, tzinfo=UTC)
    assert one.latest == datetime(2024, 3, 6, 2, 8, tzinfo=UTC)
    assert "not recorded" in one.basis


def test_a_declared_zone_is_told_with_who() -> None:
    one = moment_of(local("2024-07-05T14:07"), declared(timezone="Europe/London"))
    assert one is not None and one.utc == datetime(2024, 7, 5, 13, 7, tzinfo=UTC)
    assert one.zone_basis == "declared" and one.basis.startswith("PO declared the zone Europe/London")
    assert one.raw == "2024-07-05T14:07"


@pytest.mark.parametrize("zone", ["Nowhere/Atlantis", "no zone", "+99:00", "../../etc/passwd", "\0"])
def test_a_zone_that_nobody_knows_makes_no_message_vanish(zone: str) -> None:
    """A log of other hands, or of a newer list of zones: the time is that of no known zone, and says why."""
    (one,) = moments([message(local("2024-07-05T14:07"))], declared(timezone=zone))
    assert one[1] is not None and one[1].utc is None and one[1].zone is None
    assert one[1].earliest == datetime(2024, 7, 5, 0, 7, tzinfo=UTC)
    assert "which is not known here" in one[1].basis


def test_the_order_of_messages_tells_the_two_passages_of_an_hour_apart() -> None:
    """01:50 is followed by 01:10: that can only be the hour's second passage (BST, then GMT)."""
    assert utc_of("2024-10-27T00:58", "2024-10-27T01:50", "2024-10-27T01:10", "2024-10-27T02:00") == [
        "26 23:58", "27 00:50", "27 01:10", "27 02:00",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "texts",
    [
        ("2024-10-27T00:58", "2024-10-27T01:10", "2024-10-27T01:50", "2024-10-27T02:00"),  # no step back
        ("2024-10-27T01:10",),
        (
            "2024-10-27T01:50",
            "2024-10-27T01:10",
            "2024-10-27T01:40",
            "2024-10-27T01:20",
        ),  # two steps: no order
    ],
)
def test_what_the_order_does_not_force_stays_two_instants(texts: tuple[str, ...]) -> None:
    found = list(moments([message(local(text)) for text in texts], declared(timezone="Europe/London")))
    for record, one in found:
        if record.sent is not None and "T01:" in record.sent.at:  # type: ignore[union-attr]
            assert one is not None and one.utc is None and one.zone_basis == "repeated"
            assert one.latest - one.earliest == timedelta(hours=1, minutes=1)
            assert "one of two instants" in one.basis


def test_two_autumns_do_not_tell_each_other_anything() -> None:
    assert utc_of("2023-10-29T01:50", "2024-10-27T01:10") == [None, None]


def test_a_record_without_time_does_not_break_an_hour() -> None:
    records: list[Record] = [
        message(local("2024-10-27T01:50"), 1),
        Profile(Account("whatsapp", "Sam"), PLACE, n=2),
        message(local("2024-10-27T01:10"), 3),
    ]
    found = list(moments(records, declared(timezone="Europe/London")))
    assert [record.n for record, _ in found] == [1, 2, 3]
    assert [one and one.utc and one.utc.hour for _, one in found] == [0, None, 1]


def test_a_time_that_did_not_exist_is_said_to_be_so() -> None:
    one = moment_of(local("2024-03-31T01:30"), declared(timezone="Europe/London"))
    assert one is not None and one.utc is None and "did not exist" in one.basis


def test_day_and_month_stay_open_until_declared() -> None:
    readings = {"DMY": datetime(2024, 4, 3, 12, 1), "MDY": datetime(2024, 3, 4, 12, 1)}
    time = times.local(
        readings["DMY"],
        raw="3/4/24, 12:01",
        precision="min",
        clock="export",
        order="undecided",
        readings=readings,
    )
    one = moment_of(time, declared(timezone="Europe/London"))
    assert one is not None and one.utc is None and one.local is None
    assert one.earliest == datetime(2024, 3, 4, 12, 1, tzinfo=UTC)
    assert one.latest == datetime(2024, 4, 3, 11, 2, tzinfo=UTC)
    assert one.display("Europe/London") == "3/4/24, 12:01 (day and month order not decided)"
    assert "2024-03-04 or 2024-04-03" in one.basis
    one = moment_of(time, declared(timezone="Europe/London", order="MDY"))
    assert (
        one is not None and one.utc == datetime(2024, 3, 4, 12, 1, tzinfo=UTC) and one.raw == "3/4/24, 12:01"
    )
    assert "PO declared the order MDY" in one.basis


def test_what_the_file_knows_no_declaration_changes() -> None:
    time = times.epoch(1710662400000, clock="server")
    assert time is not None
    assert moment_of(time, declared(timezone="Asia/Tokyo", order="MDY")) == moment_of(time, Declarations())


def test_a_paired_time_keeps_the_offset_that_it_shows() -> None:
    epoch = times.epoch(1698411600, 1, clock="server")
    assert epoch is not None
    one = moment_of(
        times.paired(datetime(2023, 10, 27, 14, 0), epoch, raw="x", precision="s", clock="export"),
        Declarations(),
    )
    assert one is not None and (one.zone, one.zone_basis) == ("+01:00", "paired")
    conflict = times.paired(datetime(2023, 10, 27, 14, 7), epoch, raw="x", precision="s", clock="export")
    assert conflict.basis == "epoch" and "CONFLICT" in conflict.agrees[0]


@given(
    st.lists(
        st.datetimes(min_value=datetime(2024, 10, 26, 22), max_value=datetime(2024, 10, 27, 4)), max_size=12
    )
)
def test_every_record_comes_once_and_in_its_order(at: list[datetime]) -> None:
    records: list[Record] = [
        message(times.local(one, raw=str(one), precision="s", clock="export"), n) for n, one in enumerate(at)
    ]
    found = list(moments(records, declared(timezone="Europe/London")))
    assert [record.n for record, _ in found] == list(range(len(at)))
    for record, one in found:
        assert one is not None and one.earliest < one.latest
        if one.utc is not None:
            assert isinstance(record, Message) and one.local == at[record.n].replace(microsecond=0)
