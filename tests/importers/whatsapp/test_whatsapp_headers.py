"""Headers of many languages, and lines that are none; what their dates mean."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from tests.importers.whatsapp.whatsapp_reading import read_path, read_text, write_zip

from abusekit.importers.model import Time
from abusekit.importers.times import local
from abusekit.importers.whatsapp.header import MOST_FORMS, HeaderReader, hour_of, numbers

HEADERS = [
    ("3/6/18, 1:55 p.m. - a: m", (3, 6, 18), "13:55"),
    ("03-06-2018, 01.55 PM - a: m", (3, 6, 2018), "13:55"),
    ("13.06.18 21.25.15: a: m", (13, 6, 18), "21:25:15"),
    ("[06.13.18 21:25:15] a: m", (6, 13, 18), "21:25:15"),
    ("13.6.2018 klo 21.25.15 - a: m", (13, 6, 2018), "21:25:15"),
    ("[13.6.2018 klo 21.25.15] a: m", (13, 6, 2018), "21:25:15"),
    ("13. 6. 2018. 21:25:15 a: m", (13, 6, 2018), "21:25:15"),
    ("[3/6/18 1:55:00 p. m.] a: m", (3, 6, 18), "13:55:00"),
    ("\u200e[3/6/18 1:55:00 p. m.] a: m", (3, 6, 18), "13:55:00"),
    ("[2018/06/13, 21:25:15] a: m", (2018, 6, 13), "21:25:15"),
    ("3/6/2018 1:55 p.\u00a0m. - a: m", (3, 6, 2018), "13:55"),
    ("3/6/18, 1:55\u202fPM - a: m", (3, 6, 18), "13:55"),
    ("3/6/18, 1:55\u2009pm \u2013 a: m", (3, 6, 18), "13:55"),
    ("3/6/18, 12:01 AM - a: m", (3, 6, 18), "00:01"),
    ("3/6/18, 12:01 PM - a: m", (3, 6, 18), "12:01"),
    ("1/23/23, 3:22_AM - a: m", (1, 23, 23), "03:22"),
    ("٢٤\u200f/٤\u200f/٢٠٢٢، ٢:٠٧ م - a: m", (24, 4, 2022), "14:07"),
    ("[٥\u200f/٣\u200f/٢٠٢٤، ٩:٠٥:٠٧\u00a0ص] a: m", (5, 3, 2024), "09:05:07"),
    ("۲۴/۴/۲۰۲۲،\u200f ۲:۰۷ ب.ظ. - a: m", (24, 4, 2022), "14:07"),
    ("०५/०३/२४, ९:०५ am - a: m", (5, 3, 24), "09:05"),
    ("5/3/24, 9:05 अपराह्न - a: m", (5, 3, 24), "21:05"),
    ("5/3/24, 9:05 पूर्वाह्न - a: m", (5, 3, 24), "09:05"),
    ("2024/03/05 21:05 - a: m", (2024, 3, 5), "21:05"),
    ("2024/03/05 午後9:05 - a: m", (2024, 3, 5), "21:05"),
    ("[2024/03/05 午前9:05:01] a: m", (2024, 3, 5), "09:05:01"),
    ("2018. 6. 13. 오후 9:25 - a: m", (2018, 6, 13), "21:25"),
    ("2024/3/5 下午9:05 - a: m", (2024, 3, 5), "21:05"),
    ("[5.03.2024 9:05:01 ÖS] a: m", (5, 3, 2024), "21:05:01"),
    ("5.03.2024 9:05 ÖÖ - a: m", (5, 3, 2024), "09:05"),
    ("5/3/2024, 9:05 μ.μ. - a: m", (5, 3, 2024), "21:05"),
    ("5/3/2024, 9:05 π.μ. - a: m", (5, 3, 2024), "09:05"),
    ("2023-12-20, 5:46 p.m. - a: m", (2023, 12, 20), "17:46"),
    ("30/08/25 18.00 - a: m", (30, 8, 25), "18:00"),
]

NO_HEADERS = [
    "12/03/2024 is when: now", "3/4/24 9:15 come over: yes", "[16:00] no", "[05.05.23, 15:48:11 x: y",
    "05.05.23, 15:48] x: y",
    "1.2.3, 4:5 - a: m", "14:32, 24/09/2026 - a: m", "٢٤/4/٢٠٢٢، ٢:٠٧ م - a: m",
    "12345/1/1, 10:00 - a: m", "1/1/123, 10:00 - a: m",
    " 1/1/2024, 10:00 - a: m", "1/1/2024, 10:00 -a: m", "",
]  # fmt: skip


@pytest.mark.parametrize(("line", "date", "time"), HEADERS)
def test_headers_are_read(line: str, date: tuple[int, int, int], time: str) -> None:
    reader = HeaderReader()
    for _ in range(2):  # the second time the form is known
        header = reader.read(line + "\n")
        assert header is not None
        assert numbers(header.date) == date
        hour, impossible = hour_of(header)
        second = f":{int(header.second):02}" if header.second else ""
        assert (f"{hour:02}:{int(header.minute):02}{second}", impossible) == (time, False)
        assert (header.name, header.text) == ("a", "m\n")
        assert header.written in line
        assert header.marked is line.startswith("\u200e")


@pytest.mark.parametrize("line", NO_HEADERS)
def test_other_lines_are_none(line: str) -> None:
    assert HeaderReader().read(line) is None


def test_a_form_once_met_finds_the_same_as_at_first() -> None:
    lines = [line for line, _, _ in HEADERS] + NO_HEADERS
    assert len(HEADERS) < MOST_FORMS
    one = HeaderReader()
    assert [one.read(line) for line in lines * 3] == [HeaderReader().read(line) for line in lines * 3]


def typed_forms(count: int) -> list[str]:
    spaces = [" ", "\u00a0", "\u202f"]
    gaps = [a + b + c for a in spaces for b in spaces for c in spaces]
    return [
        f"1{sign}1{sign}2024,{gap}10{colon}00 - a: m" for sign in "/-." for colon in ":." for gap in gaps
    ][:count]


def test_the_first_form_is_read_however_many_others_are_typed() -> None:
    reader = HeaderReader()
    assert reader.read(HEADERS[0][0]) is not None
    read = [reader.read(line) is not None for line in typed_forms(162)]
    assert (sum(read), read.index(False)) == (MOST_FORMS - 1, MOST_FORMS - 1)
    assert reader.read(HEADERS[0][0]) is not None


@pytest.mark.parametrize(
    ("rest", "name", "text"),
    [
        ("Ava: hi", "Ava", "hi"),
        ("Ava:.", "Ava", "."),
        ("Ava:  hi", "Ava", " hi"),
        ("Ava: a: b", "Ava", "a: b"),
        ("Ava: ", "Ava", ""),
        ('Ava created group "Plan: B"', "", 'Ava created group "Plan: B"'),
        ("Ava changed the subject to “a: b”", "", "Ava changed the subject to “a: b”"),
        ('"Ava": hi', '"Ava"', "hi"),
        ("Missed voice call at 10:05", "", "Missed voice call at 10:05"),
        ("Room 10: 05", "Room 10", "05"),
        ("see https://a.example", "", "see https://a.example"),
        (": hi", "", ": hi"),
        ("\u200e: hi", "", "\u200e: hi"),
        ("You were added", "", "You were added"),
        ("x" * 201 + ": hi", "", "x" * 201 + ": hi"),
        ("\u202a+44 7700 900123\u202c: hi", "\u202a+44 7700 900123\u202c", "hi"),
    ],
)
def test_the_name_ends_at_the_first_colon(rest: str, name: str, text: str) -> None:
    header = HeaderReader().read("1/1/2024, 10:00 - " + rest)
    assert header is not None
    assert (header.name, header.text) == (name, text)


def dates(folder: Path, *written: str, **facts: object) -> list[Time]:
    text = "".join(f"{one}, 10:00 - Ava: {n}\n" for n, one in enumerate(written))
    found = read_text(folder, text, **facts)
    assert len(found.messages) == len(written)
    return [one.sent for one in found.messages if one.sent is not None]


def orders(times: list[Time]) -> set[str]:
    return {one.order for one in times}


def test_a_year_of_four_digits_first_allows_one_order(tmp_path: Path) -> None:
    (time,) = dates(tmp_path, "2024-03-05")
    assert (time.at, time.order, time.readings) == ("2024-03-05T10:00", "stated", ())
    assert time == local(
        datetime(2024, 3, 5, 10),
        raw="2024-03-05, 10:00",
        precision="min",
        clock="export",
        order="stated",
    )


def test_a_number_above_twelve_decides_for_all(tmp_path: Path) -> None:
    assert orders(times := dates(tmp_path, "3/4/2024", "3/13/2024")) == {"over_12"}
    assert [one.at[:10] for one in times] == ["2024-03-04", "2024-03-13"]
    assert [one.at[:10] for one in dates(tmp_path, "4/3/2024", "13/3/2024")] == ["2024-03-04", "2024-03-13"]


def test_a_day_that_a_month_has_not_decides(tmp_path: Path) -> None:
    assert [one.at[:10] for one in dates(tmp_path, "30/1/2024", "29/2/2024")] == ["2024-01-30", "2024-02-29"]


def test_undecided_dates_keep_all_readings(tmp_path: Path) -> None:
    times = dates(tmp_path, "3/4/2024", "5/5/2024", "6/7/2024")
    assert [one.order for one in times] == ["undecided", "stated", "undecided"]
    assert times[0].readings == (("DMY", "2024-04-03T10:00"), ("MDY", "2024-03-04T10:00"))
    assert times[0].at == "2024-04-03T10:00"
    assert times[1].readings == ()
    assert times[0] == local(
        datetime(2024, 4, 3, 10),
        raw="3/4/2024, 10:00",
        precision="min",
        clock="export",
        order="undecided",
        readings={"DMY": datetime(2024, 4, 3, 10), "MDY": datetime(2024, 3, 4, 10)},
    )


def test_short_years_may_stand_first_where_languages_write_so(tmp_path: Path) -> None:
    assert [name for name, _ in dates(tmp_path, "12/11/10")[0].readings] == ["DMY", "MDY", "YMD"]
    assert [name for name, _ in dates(tmp_path, "12-11-10")[0].readings] == ["DMY", "MDY", "YMD"]
    assert [name for name, _ in dates(tmp_path, "12.11.10")[0].readings] == ["DMY", "MDY"]
    assert [name for name, _ in dates(tmp_path, "12/11/09")[0].readings] == ["DMY", "MDY"], (
        "Basque writes no zero"
    )
    assert [name for name, _ in dates(tmp_path, "08/11/10")[0].readings] == ["DMY", "MDY"], (
        "2008 was before WhatsApp"
    )
    short = dates(tmp_path, "18-11-10", "18-11-30", modified=datetime(2019, 1, 1))
    assert [(one.at[:10], one.order) for one in short] == [
        ("2018-11-10", "not_later"),
        ("2018-11-30", "not_later"),
    ]


def test_running_backwards_twice_refutes_a_reading(tmp_path: Path) -> None:
    # as MDY: 9 Jan, 10 Jan, 1 Feb…; as DMY it runs back at every month
    times = dates(tmp_path, "1/9/2024", "1/10/2024", "2/1/2024", "2/10/2024", "3/1/2024")
    assert orders(times) == {"monotonic"}
    assert times[0].at == "2024-01-09T10:00"


def test_running_backwards_once_is_not_enough(tmp_path: Path) -> None:
    assert "undecided" in orders(dates(tmp_path, "1/9/2024", "1/10/2024", "2/1/2024"))


def test_the_name_of_an_attached_file_decides(tmp_path: Path) -> None:
    text = "03/05/24, 14:10 - Ava: IMG-20240503-WA0001.jpg (file attached)\n03/06/24, 14:10 - Ava: hi\n"
    files = {"chat.txt": text.encode(), "IMG-20240503-WA0001.jpg": b"\xff\xd8\xff"}
    found = read_path(write_zip(tmp_path / "chat.zip", files))
    assert [(one.sent.at, one.sent.order) for one in found.messages if one.sent] == [
        ("2024-05-03T14:10", "attachment_name"),
        ("2024-06-03T14:10", "attachment_name"),
    ]
    named = "[03/05/24, 14:10:01] Ava: \u200e<attached: 00000004-PHOTO-2024-03-05-14-10-01.jpg>\r\n"
    assert read_text(tmp_path, named).messages[0].sent.at == "2024-03-05T14:10:01"  # type: ignore[union-attr]


def test_names_that_contradict_each_other_decide_nothing(tmp_path: Path) -> None:
    text = (
        "03/05/24, 14:10 - Ava: IMG-20240503-WA0001.jpg (file attached)\n"
        "04/06/24, 14:10 - Ava: IMG-20240406-WA0001.jpg (file attached)\n"
    )
    files = {"chat.txt": text.encode(), "IMG-20240503-WA0001.jpg": b"1", "IMG-20240406-WA0001.jpg": b"2"}
    found = read_path(write_zip(tmp_path / "chat.zip", files))
    assert {one.sent.order for one in found.messages if one.sent} == {"undecided"}


def test_a_name_that_is_only_talked_about_decides_nothing(tmp_path: Path) -> None:
    text = "03/05/24, 14:10 - Ava: see IMG-20240503-WA0001.jpg\n"
    assert read_text(tmp_path, text).messages[0].sent.order == "undecided"  # type: ignore[union-attr]


def test_no_date_lies_after_the_file_itself(tmp_path: Path) -> None:
    exported = datetime(2024, 4, 10, 9)
    times = dates(tmp_path, "3/4/2024", "4/8/2024", modified=exported)
    assert orders(times) == {"not_later"}
    assert [one.at[:10] for one in times] == ["2024-03-04", "2024-04-08"]
    assert orders(dates(tmp_path, "3/4/2024", "4/8/2024", modified=datetime(1980, 1, 1))) == {"undecided"}


def test_another_calendar_is_told_and_nothing_is_lost(tmp_path: Path) -> None:
    found = read_text(tmp_path, "13/6/2567, 10:00 - Ava: hi\n13/6/2567, 10:01 - Ben: no\n")
    assert [(one.text, one.sent, one.flags) for one in found.messages] == [
        ("hi", None, ("calendar_not_read",)),
        ("no", None, ("calendar_not_read",)),
    ]
    assert any("calendar" in text for text in found.notes.warnings)
