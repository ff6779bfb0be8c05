"""CSV and JSON Lines: Timesketch's rules, spreadsheet formulas, hostile text, and both saying the same."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from datetime import UTC, datetime
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from abusekit.case.folder import Case
from abusekit.plain import ESCAPED, JOINERS, safe_text
from abusekit.timeline.gather import Filters, rows
from abusekit.timeline.row import Row
from abusekit.timeline.tables import COLUMNS, write, write_csv, write_jsonl

AT = "2026-11-20T22:10:00.000001Z"
PLAIN = Row(
    earliest=AT,
    latest=AT,
    utc=AT,
    local=None,
    zone="+00:00",
    precision="us",
    certainty="our clock",
    basis="our clock",
    raw=AT,
    kind="capture",
    what="address captured",
    message="PO/1 (E0001): address captured",
    item="E0001",
    exhibit="PO/1",
    file="evidence/E0001/item.json",
    field="at",
    n=4,
)


def changed(**fields: Any) -> Row:
    return msgspec.structs.replace(PLAIN, **fields)


def as_csv(*given_rows: Row) -> list[dict[str, str]]:
    out = io.StringIO(newline="")
    assert write_csv(given_rows, out) == len(given_rows)
    assert out.getvalue().count("\n") == out.getvalue().count("\r\n") == len(given_rows) + 1
    return list(csv.DictReader(io.StringIO(out.getvalue(), newline=""), strict=True))


def as_jsonl(*given_rows: Row) -> list[dict[str, Any]]:
    out = io.StringIO()
    assert write_jsonl(given_rows, out) == len(given_rows)
    assert out.getvalue().count("\n") == len(given_rows)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_timesketch_columns_and_instants(timeline_case: Case) -> None:
    listed = list(rows(timeline_case))
    for table in (as_csv(*listed), as_jsonl(*listed)):
        assert len(table) == len(listed)
        for line, row in zip(table, listed, strict=True):
            assert list(line) == list(COLUMNS)
            at = datetime.fromisoformat(line["datetime"])
            assert at.tzinfo is not None
            assert at == datetime.fromtimestamp(int(line["timestamp"]) // 10**6, UTC).replace(
                microsecond=int(line["timestamp"]) % 10**6
            )
            assert line["message"] and line["timestamp_desc"]
            assert (row.utc is None) == ("(zone not recorded, earliest possible)" in line["timestamp_desc"])
            if row.utc is None:
                assert line["datetime"][:19] == row.earliest[:19]
                assert line["certainty"] == "zone not recorded"
                assert line["earliest"] < line["latest"]
    noticed = next(line for line in as_jsonl(*listed) if line["timestamp_desc"].startswith("noticed"))
    assert noticed["timestamp_desc"] == "noticed, as the diary says (day only, its start)"
    assert (noticed["datetime"], noticed["latest"]) == (
        "2026-11-21T00:00:00.000000+00:00",
        "2026-11-22T00:00:00.000000Z",
    )


def test_before_1970() -> None:
    (line,) = as_csv(changed(utc="1969-12-31T23:59:59.999999Z", earliest="1969-12-31T23:59:59.999999Z"))
    assert line["timestamp"] == "-1"


def test_no_content_unless_revealed(timeline_case: Case) -> None:
    out = io.StringIO(newline="")
    write(rows(timeline_case), csv_out=out, jsonl_out=out)
    for secret in ("worthless", "onerror", "example.org", "Home Street", "Alice"):
        assert secret not in out.getvalue()
    write(rows(timeline_case, Filters(reveal=True)), csv_out=out)
    assert "worthless" in out.getvalue() and "\\u202egnp.exe\\x1b[2J" in out.getvalue()


def test_formulas_are_made_harmless_in_csv_only() -> None:
    texts = ["=1+1", "+1", "-1", "@SUM(A1)", "=HYPERLINK(\"x\",'y')", "＝1", "\t=1", "\r=1", "\n=1"]
    for text in texts:
        row = changed(message=text, raw=text, tags=(text, "b"), withdrawn=text, content=text, field=text)
        (line,) = as_csv(row)
        for column in ("message", "raw", "tags", "withdrawn", "content", "field"):
            assert line[column][0] in "'\\", (column, text)
        assert line["message"].removeprefix("'") == safe_text(text)
        (same,) = as_jsonl(row)
        assert same["message"] == safe_text(text) and same["tags"] == [safe_text(text), "b"]


def test_fields_stay_under_the_limit_and_say_that_they_were_cut() -> None:
    for sign in ("x", "é", "👩", "\x00", '"'):
        row = changed(content=sign * 40_000, tags=(sign * 20_000, sign * 20_000), raw=sign * 8_000)
        for line in (as_csv(row)[0], as_jsonl(row)[0]):
            assert len(line["content"].encode()) < 32_766
            assert line["content"].endswith(" … (cut)")
            assert all(len(str(value).encode()) < 32_766 for key, value in line.items() if key != "tags")
        assert len(as_csv(row)[0]["tags"].encode()) < 32_766


HOSTILE = st.text(
    st.sampled_from("a=+-@'\",;\r\n\t\x00\x1b\u202e\u2028\\<é👩\x85\x9b")
    | st.characters(exclude_categories=["Cs"])
)


@settings(deadline=None)
@given(HOSTILE, HOSTILE, HOSTILE, st.lists(HOSTILE, max_size=3), st.none() | HOSTILE)
def test_round_trip_of_hostile_text(
    message: str, what: str, field: str, tags: list[str], withdrawn: str | None
) -> None:
    row = changed(message=message, what=what, field=field, tags=tuple(tags), withdrawn=withdrawn)
    (line,), (same,) = (
        as_csv(
            row,
        ),
        as_jsonl(row),
    )
    for column, text in (("message", message), ("timestamp_desc", what), ("field", field)):
        assert same[column] == safe_text(text)
        assert line[column] in (same[column], f"'{same[column]}")
        assert line[column][:1] not in tuple("=+-@")
    assert same["tags"] == [safe_text(tag) for tag in tags]
    assert same["withdrawn"] == (None if withdrawn is None else safe_text(withdrawn))
    for value in line.values():
        assert not any(unicodedata.category(sign) in ESCAPED and sign not in JOINERS for sign in value)


def test_one_pass_for_both_is_the_same_as_two() -> None:
    many = [changed(n=n, message=f"row {n}") for n in range(1203)]
    both = io.StringIO(newline=""), io.StringIO()
    assert write(iter(many), csv_out=both[0], jsonl_out=both[1]) == 1203
    alone = io.StringIO(newline=""), io.StringIO()
    write_csv(iter(many), alone[0])
    write_jsonl(iter(many), alone[1])
    assert [out.getvalue() for out in both] == [out.getvalue() for out in alone]


def test_nothing_gives_a_header_and_no_lines() -> None:
    assert as_csv() == [] and as_jsonl() == []
