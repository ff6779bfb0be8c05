"""Times: round trips, clock changes, and what is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abusekit.case.moment import (
    UNIT,
    Moment,
    from_facts,
    from_instant,
    from_local,
    parse_typed,
    utc_text,
)
from abusekit.errors import InputError, UsageError

LONDON = "Europe/London"
locals_ = st.datetimes(min_value=datetime(1905, 1, 1), max_value=datetime(2195, 1, 1))
zones = st.sampled_from([None, "+00:00", "-12:00", "+14:00", "+05:45", "-03:30"])


def known(moment: Moment) -> datetime:
    assert moment.utc is not None
    return moment.utc


@given(locals_, zones, st.sampled_from(list(UNIT)), st.text(st.characters(), max_size=40))
def test_facts_round_trip_and_interval(local: datetime, zone: str | None, precision: str, raw: str) -> None:
    moment = from_local(
        local,
        raw=raw,
        precision=precision,  # type: ignore[arg-type]
        zone=zone,
        zone_basis="stated" if zone else "unknown",
        clock="camera",
        basis="b",
    )
    facts = moment.to_facts()
    assert all(value is None or isinstance(value, str) for value in facts.values())
    "".join(value or "" for value in facts.values()).encode()  # no lone surrogate
    assert from_facts(facts) == moment
    unit = UNIT[moment.precision]
    if zone is None:
        assert moment.utc is None
        assert moment.latest - moment.earliest == unit + timedelta(hours=26)
        # whatever zone it was, the truth lies inside
        for hours in (-12, 0, 14):
            assert moment.earliest <= local.replace(tzinfo=UTC) - timedelta(hours=hours) < moment.latest
        assert "zone not recorded" in moment.display(LONDON)
    else:
        assert moment.earliest <= known(moment) < moment.latest
        assert moment.latest - moment.earliest == unit


@given(st.datetimes(min_value=datetime(1971, 1, 1), max_value=datetime(2099, 12, 30)))
def test_typed_utc_is_read_back_exactly(naive: datetime) -> None:
    text = utc_text(naive.replace(tzinfo=UTC))
    moment = parse_typed(text, "Asia/Kathmandu")
    assert known(moment) == naive.replace(tzinfo=UTC)
    assert utc_text(known(moment)) == text
    assert (moment.zone, moment.zone_basis, moment.clock, moment.raw) == ("+00:00", "stated", "person", text)


@given(st.datetimes(min_value=datetime(1971, 1, 1), max_value=datetime(2099, 12, 30)))
def test_every_local_minute_in_london_is_one_instant_or_refused(naive: datetime) -> None:
    text = naive.isoformat(timespec="minutes")
    try:
        moment = parse_typed(text, LONDON)
    except UsageError as fault:
        assert "+0" in fault.hint
    else:
        assert moment.display(LONDON).startswith(text.replace("T", " "))
        assert from_facts(moment.to_facts()) == moment


@given(st.datetimes(min_value=datetime(1971, 1, 1), max_value=datetime(2099, 1, 1), timezones=st.timezones()))
def test_instants_keep_their_instant(at: datetime) -> None:
    moment = from_instant(at, "ours", "this computer's clock")
    assert known(moment) == at.astimezone(UTC)
    assert from_facts(moment.to_facts()) == moment


def test_a_typed_minute_spans_sixty_seconds_and_a_day_its_own_length() -> None:
    minute = parse_typed("2026-11-20T22:10", LONDON)
    assert utc_text(known(minute)) == "2026-11-20T22:10:00Z"
    assert (minute.precision, minute.zone, minute.zone_basis) == ("min", LONDON, "case_zone")
    assert minute.latest - minute.earliest == timedelta(seconds=60)
    assert "Europe/London" in minute.basis
    assert minute.display(LONDON) == "2026-11-20 22:10 +00:00"
    assert minute.display("Asia/Kathmandu") == "2026-11-21 03:55 +05:45"

    lengths = {"2026-11-20": 24, "2026-10-25": 25, "2026-03-29": 23}
    for text, hours in lengths.items():
        day = parse_typed(text, LONDON)
        assert day.precision == "day"
        assert day.latest - day.earliest == timedelta(hours=hours)
        assert day.display(LONDON) == text
    assert parse_typed("2026-07-01", LONDON).display("Asia/Tokyo") == "2026-07-01 (day in Europe/London)"
    # at midnight of that day Beirut's clocks jumped to 01:00: the day has no 00:00 and is still a day
    assert utc_text(parse_typed("2022-03-27", "Asia/Beirut").earliest) == "2022-03-26T22:00:00Z"


@pytest.mark.parametrize(
    ("text", "precision", "utc"),
    [
        ("2026-07-20T22:10:05+05:45", "s", "2026-07-20T16:25:05Z"),
        ("2026-07-20 22:10:05.123 +0100", "ms", "2026-07-20T21:10:05.123000Z"),
        ("2026-07-20t22:10:05,123456z", "us", "2026-07-20T22:10:05.123456Z"),
        ("2026-07-20T22:10:05.5Z", "s", "2026-07-20T22:10:05.500000Z"),
        ("2026-10-25T01:30+01:00", "min", "2026-10-25T00:30:00Z"),
        ("2026-10-25T01:30-00:00", "min", "2026-10-25T01:30:00Z"),
        ("2026-07-20T22:10", "min", "2026-07-20T21:10:00Z"),
    ],
)
def test_typed_forms(text: str, precision: str, utc: str) -> None:
    moment = parse_typed(text, LONDON)
    assert (moment.precision, utc_text(known(moment)), moment.raw) == (precision, utc, text)
    assert moment.earliest <= known(moment) < moment.latest


def test_the_repeated_hour_is_refused_with_both_readings() -> None:
    with pytest.raises(UsageError, match="came twice") as caught:
        parse_typed("2026-10-25T01:30", LONDON)
    assert "2026-10-25T01:30+01:00 before" in caught.value.hint
    assert "2026-10-25T01:30+00:00 after" in caught.value.hint
    assert parse_typed("2026-10-25T00:59", LONDON).utc
    assert parse_typed("2026-10-25T02:00", LONDON).utc


def test_the_skipped_hour_is_refused_with_both_readings() -> None:
    with pytest.raises(UsageError, match="did not exist") as caught:
        parse_typed("2026-03-29T01:30:10", LONDON)
    assert "2026-03-29T01:30:10+00:00" in caught.value.hint
    assert "2026-03-29T01:30:10+01:00" in caught.value.hint


@pytest.mark.parametrize(
    "text",
    [
        *("", "yesterday", "20/11/2026", "11/20/2026 22:10", "22:10", "2026-11-20T", "2026-11-20T22", "now"),
        *("2026-02-30", "2026-13-01", "2026-11-20T24:00", "2026-11-20T22:61", "2026-11-20T22:10:60"),
        *(
            "2026-11-20T22:10+15:00",
            "2026-11-20T22:10-12:01",
            "2026-11-20T22:10+01:75",
            "2026-11-20T22:10 BST",
        ),
        *(
            "0026-11-20",
            "1969-12-31",
            "2101-01-01",
            "9999-12-31T23:59Z",
            "2026-W47-5",
            "20261120",
            "1795212600",
        ),
        *("٢٠٢٦-١١-٢٠", "2026-11-20T22:10\n2026", "2026-11-20T22:10:00.1234567Z"),
    ],
)
def test_anything_else_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_typed(text, LONDON, what="event time")
    assert "event time" in caught.value.message
    assert "2026-11-20T22:10+01:00" in caught.value.hint


def test_an_option_is_named_as_it_is_typed() -> None:
    with pytest.raises(UsageError, match=r"\A--at 'yesterday' is not understood: this is no date"):
        parse_typed("yesterday", LONDON, what="--at")


@pytest.mark.parametrize(
    "zone", ["", "Europe", "../etc/passwd", "/etc/localtime", "London time", "Mars/Base", "x" * 500]
)
def test_a_zone_that_is_none_is_refused(zone: str) -> None:
    with pytest.raises(UsageError, match="not a time zone"):
        parse_typed("2026-11-20", zone)


def test_sorting_does_not_depend_on_input_order() -> None:
    a = from_instant(datetime(2026, 1, 1, tzinfo=UTC), "server", "", raw="a")
    b = from_instant(datetime(2026, 1, 1, tzinfo=UTC), "server", "", raw="b")
    later = parse_typed("2026-01-02", "Etc/UTC")
    assert sorted([later, b, a], key=lambda m: m.sort_key) == [a, b, later]


def test_utc_text_has_a_fraction_only_when_there_is_one() -> None:
    assert utc_text(datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)) == "2026-01-02T03:04:05Z"
    assert utc_text(datetime(2026, 1, 2, 3, 4, 5, 60, tzinfo=UTC)) == "2026-01-02T03:04:05.000060Z"


def test_contradicting_facts_are_refused() -> None:
    good = parse_typed("2026-07-20T22:10:05+01:00", LONDON).to_facts()
    bad: list[object] = [
        None,
        [],
        {},
        {**good, "raw": 5},
        {**good, "utc": None},
        {**good, "utc": "2026-07-20T22:10:05Z"},
        {**good, "utc": "2026-07-20T21:10:05.000000Z"},
        {**good, "utc": "2026-07-20T21:10:05+00:00"},
        {**good, "local": "2026-07-20T23:10:05"},
        {**good, "local": "2026-07-20T22:10:05+01:00"},
        {**good, "earliest": "2026-07-20T21:10:07Z"},
        {**good, "latest": "0001-01-01T00:00:00Z"},
        {**good, "zone": None},
        {**good, "zone": "+02:00"},
        {**good, "zone": "+99:00"},
        {**good, "zone": "x y"},
        {**good, "zone_basis": "unknown"},
        {**good, "zone_basis": "guessed"},
        {**good, "clock": "nobody"},
        {**good, "precision": "h"},
        {**good, "basis": "\ud800"},
    ]
    for facts in bad:
        with pytest.raises(InputError):
            from_facts(facts)
    assert from_facts({**good, "added_later": 1}) == from_facts(good)


def test_misuse_by_our_own_code_is_an_error() -> None:
    with pytest.raises(ValueError, match="aware"):
        from_instant(datetime(2026, 1, 1), "ours", "")
    for zone in ("Europe/London", None):
        with pytest.raises(ValueError):
            from_local(
                datetime(2026, 10, 25, 1, 30),
                raw="",
                precision="s",
                zone=zone,
                zone_basis="stated",
                clock="camera",
                basis="",
            )
