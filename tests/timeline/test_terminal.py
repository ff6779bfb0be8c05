"""The timeline as text: days, signs, intervals, 80 columns, and nothing that could steer a terminal."""

from __future__ import annotations

import unicodedata

import msgspec
import pytest

from abusekit.case.folder import Case
from abusekit.plain import ESCAPED
from abusekit.timeline.gather import Filters, rows
from abusekit.timeline.terminal import WIDTH, lines

ZONE = "Europe/London"

PAGE_TIMES = """\
2026-07-01 Wednesday
  zone unrecorded ≈ PO/1    E0001  time shown on the page; capture, account
                                   @\\u202eabuser, category threat
                     ≈ 2026-07-02 01:15 (zone not recorded),
                     between 2026-07-01 12:15 +01:00 and 2026-07-02 14:16 +01:00
                     WITHDRAWN: captured <twice>
                     tags: threat
  22:30:00 +01:00 P PO/1    E0001  time shown on the page; capture, account
                                   @\\u202eabuser, category threat
                     WITHDRAWN: captured <twice>
                     tags: threat

Times in Europe/London.
P  platform: written by a page or platform, with its zone; it is only as right
   as its author
≈  zone not recorded: the source names no zone: it may be any instant of the
   interval; the row stands at the earliest
"""


def test_page_times(timeline_case: Case) -> None:
    shown = lines(rows(timeline_case, Filters(kinds=frozenset({"page-time"}))), ZONE)
    assert "\n".join(shown) + "\n" == PAGE_TIMES


def test_days_are_those_of_the_zone_and_come_once(timeline_case: Case) -> None:
    for zone in (ZONE, "Pacific/Auckland", "America/Los_Angeles", "UTC"):
        days = [line for line in lines(rows(timeline_case), zone) if line[:2] == "20"]
        assert days == sorted(set(days))


def test_what_the_diary_states(timeline_case: Case) -> None:
    shown = list(lines(rows(timeline_case, Filters(kinds=frozenset({"diary"}))), ZONE))
    assert "2026-11-20 Friday" in shown
    assert "  22:10 +00:00    W PO/3    E0003  event, as the diary says; note" in shown
    assert "  whole day       W PO/3    E0003  noticed, as the diary says; note" in shown
    assert not any("(day in" in line for line in shown)
    abroad = list(lines(rows(timeline_case, Filters(kinds=frozenset({"diary"}))), "Asia/Tokyo"))
    assert " " * 21 + "2026-11-21 (day in Europe/London)" in abroad


def test_fits_80_columns_and_is_safe(timeline_case: Case) -> None:
    shown = list(lines(rows(timeline_case, Filters(reveal=True)), ZONE))
    for line in shown:
        assert len(line) <= WIDTH, line
        assert not any(unicodedata.category(sign) in ESCAPED for sign in line), line
    text = "\n".join(shown)
    assert "\\u202egnp.exe\\x1b[2J" in text.replace("\n" + " " * 21 + "| ", "")
    assert "| he wrote that I am worthless" in text


def test_content_stays_covered(timeline_case: Case) -> None:
    text = "\n".join(lines(rows(timeline_case), ZONE))
    for secret in ("worthless", "onerror", "example.org", "Home Street", "Alice"):
        assert secret not in text


@pytest.mark.parametrize("field", ["message", "exhibit", "item", "zone", "withdrawn", "content", "raw"])
def test_every_field_may_be_hostile(timeline_case: Case, field: str) -> None:
    for row in rows(timeline_case):
        hostile = msgspec.structs.replace(row, **{field: "x\x1b[31m\u202e\r\n\x9b\u2028y" * 9})
        for line in lines([hostile], ZONE):
            assert not any(unicodedata.category(sign) in ESCAPED for sign in line)


def test_nothing() -> None:
    assert list(lines([], ZONE)) == ["nothing with a time"]
