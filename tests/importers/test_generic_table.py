"""Any table by a stated mapping: what is not stated is not guessed, and no row is lost."""

from __future__ import annotations

import hashlib
import io
import json
import re
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.importers.read_whole import claimed_samples

from abusekit.containers.container import Container, Member, open_container
from abusekit.errors import InputError
from abusekit.importers import generic_table
from abusekit.importers.importer import Notes
from abusekit.importers.model import Event, Message, Record
from abusekit.importers.spans.csv_rows import header
from abusekit.importers.table_mapping import (
    COLUMNS,
    SAID,
    check_against,
    check_mapping,
    read_mapping,
    suggest,
)
from abusekit.importers.table_records import duration_seconds
from abusekit.importers.time_forms import reader

CALLS = {
    "time": "Date",
    "time_form": "iso",
    "direction": "Call type",
    "duration": "Duration",
    "other": "Number",
    "other_name": "Contact",
    "platform": "Service",
    "kind": "=call",
}
CHAT = {"time": "Sent", "time_form": "DMY hh:mm", "sender": "From", "text": "Text", "attachment": "File"}


def export(**files: str | bytes) -> Container:
    """An export in memory; `_` in a name stands for a full stop."""
    members = []
    for name, content in files.items():
        data = content.encode() if isinstance(content, str) else content
        path = name.replace("__", "/").replace("_", ".")
        members.append(Member(path, len(data), None, lambda data=data: io.BytesIO(data)))  # type: ignore[misc]
    return Container("table", members)


def read(held: Container, mapping: dict[str, str], owner: str = "") -> tuple[list[Record], Notes]:
    notes = Notes(mapping=mapping, owner=owner)
    records = list(generic_table.read(held, generic_table.claim(held), notes))
    for record in records:
        member = held.get(record.source.member)
        assert member is not None
        with member.open() as stream:
            data = stream.read()
        assert (
            hashlib.sha256(data[record.source.start : record.source.end]).hexdigest() == record.source.sha256
        )
    return records, notes


def message(text: str, mapping: dict[str, str], owner: str = "") -> Message:
    (record,) = read(export(a_csv=text), mapping, owner)[0]
    assert isinstance(record, Message)
    return record


def event(text: str, mapping: dict[str, str]) -> Event:
    (record,) = read(export(a_csv=text), mapping)[0]
    assert isinstance(record, Event)
    return record


def test_the_call_list_of_the_samples(shared_data: Path) -> None:
    name = "call-logs/synthetic/ios_call_history_generic.csv"
    path = shared_data / "exports" / name
    expected = json.loads((shared_data / "exports/expected.json").read_text())[name]
    with open_container([(path, path.name)]) as held:
        records, notes = read(held, CALLS)
    calls = [record for record in records if isinstance(record, Event)]
    assert (len(records) - len(calls), len(calls)) == (expected["messages"], expected["events"])
    times = [call.sent.at for call in calls if call.sent]
    assert (times[0], times[-1]) == (expected["first"], expected["last"])
    assert {call.sent.basis for call in calls if call.sent} == {"unknown"}  # local wall clock, zone unknown
    assert [(call.kind, call.direction, call.duration_s, call.outcome) for call in calls] == [
        ("missed_call", "in", None, "missed"),
        ("call", "out", 123, ""),
        ("call", "in", 7, ""),
    ]
    first, second, third = calls
    assert first.author is not None and second.target is not None and third.author is not None
    assert (first.author.id, first.author.id_kind, first.platform) == ("+44 7700 900123", "phone", "Phone")
    assert (second.target.id, second.target.name) == ("+44 20 7946 0018", "Helpline")
    assert second.author is not None and (second.author.id, second.author.owner) == ("", True)
    assert (third.author.id, third.author.id_kind, third.platform) == (
        "Unknown",
        "display_name",
        "FaceTime Audio",
    )
    assert [call.source.at for call in calls] == ["row 2", "row 3", "row 4"]
    assert not notes.warnings and not notes.damaged


def test_it_claims_tables_with_a_header_and_no_other_sample(shared_data: Path) -> None:
    claimed = claimed_samples(generic_table, shared_data / "exports")
    assert {path.rpartition("/")[2] for path in claimed if not path.endswith(".csv")} == {"sample_export.zip"}
    assert "call-logs/synthetic/ios_call_history_generic.csv" in claimed
    assert len(claimed) == 13


def test_messages_with_every_column() -> None:
    text = (
        "\ufeffSent;From;Text;File;No;Extra;Chat\r\n"
        '05/03/2024 14:07;Ava;"Two\nlines";pic.jpg;7;x;Ava & Ben\r\n'
        "31/12/24 00:00;ben@example.org;;gone.jpg;8;;\r\n"
    )
    held = export(folder__a_csv=text, folder__pic_jpg=b"\xff\xd8")
    records, notes = read(held, {**CHAT, "id": "5", "conversation": "Chat", "platform": "=sms"}, owner="Ava")
    first, second = records
    assert isinstance(first, Message) and isinstance(second, Message)
    assert (first.text, first.native_id, first.conversation, first.platform) == (
        "Two\nlines",
        "7",
        "Ava & Ben",
        "sms",
    )
    assert first.sent is not None and (first.sent.at, first.sent.raw) == (
        "2024-03-05T14:07",
        "05/03/2024 14:07",
    )
    assert (first.sent.basis, first.sent.precision, first.sent.clock) == ("unknown", "min", "export")
    assert first.author is not None and first.author.owner is True
    assert (first.attachments[0].state, first.attachments[0].member) == ("present", "folder/pic.jpg")
    assert first.flags == ("unknown_fields:Extra",)
    assert second.author is not None and (second.author.id_kind, second.author.owner) == ("email", None)
    assert second.attachments[0].state == "missing"
    assert (second.conversation, second.flags, second.direction) == ("folder/a.csv", (), "unknown")
    assert second.sent is not None and second.sent.at == "2024-12-31T00:00"
    assert notes.read_members == {"folder/pic.jpg"}
    ignoring = read(held, {**CHAT, "ignored": "extra | No|CHAT"})[0]
    assert [record.flags for record in ignoring if isinstance(record, Message)] == [(), ()]


def test_rows_that_are_not_understood_are_kept_and_the_rest_goes_on() -> None:
    text = "Sent,From,Text,File\n05/03/2024 14:07,Ava,1,\n2024-03-05,Ava,2,\nx,y\n\n,Ava,3,\n31/02/2024 10:00,Ava,4,\n"
    records, _ = read(export(a_csv=text + '05/03/2024 14:08,"never closed\n'), CHAT)
    told = [record.text for record in records if isinstance(record, Event) and record.kind == "unparsed"]
    assert told == [
        "The time '2024-03-05' is not of the stated form.",
        "The row has 2 cells, and the header 4.",
        "The time '31/02/2024 10:00' is not of the stated form.",
        "The row is not read: a quote is never closed.",
    ]
    assert [(record.text, record.sent is None) for record in records if isinstance(record, Message)] == [
        ("1", False), ("3", True),
    ]  # fmt: skip


def test_directions_and_sides() -> None:
    mapping = {
        "direction": "D",
        "other": "N",
        "text": "T",
        "direction_in": "von",
        "direction_out": "an | nach",
    }
    for word, way, author, recipients in [
        ("Incoming", "in", "N1", []), ("von", "in", "N1", []), ("NACH", "out", "Ava", ["N1"]),
        ("sent", "out", "Ava", ["N1"]), ("beide", "unknown", None, ["N1"]), ("", "unknown", None, ["N1"]),
    ]:  # fmt: skip
        found = message(f"D,N,T\n{word},N1,x\n", mapping, owner="Ava")
        assert (found.direction, found.author and found.author.id) == (way, author)
        assert [one.id for one in found.recipients] == recipients
        assert found.flags == (("direction:beide",) if word == "beide" else ())
    stated = message("A,B,D,T\nx,y,in,z\n", {"sender": "A", "recipient": "B", "direction": "D", "text": "T"})
    assert stated.author is not None and (stated.author.id, stated.recipients[0].id) == ("x", "y")


def test_kinds() -> None:
    mapping = {"kind": "K", "text": "T", "kind_call": "Anruf|Video call", "kind_message": "Nachricht",
               "outcome": "O", "outcome_missed": "Verpasst"}  # fmt: skip
    text = (
        "K,T,O\nAnruf,a,Verpasst\nvideo call,b,ok\nNachricht,c,\nSMS,d,\nmissed call,e,\n?,f,\nunparsed,g,\n"
    )
    records, _ = read(export(a_csv=text), mapping)
    assert [(record.kind, record.text) for record in records if not isinstance(record, Event)] == [
        ("message", "c"), ("sms", "d"),
    ]  # fmt: skip
    assert [(one.kind, one.text, one.outcome) for one in records if isinstance(one, Event)] == [
        ("missed_call", "a", "missed"), ("call", "b", "ok"), ("missed_call", "e", ""),
        ("unparsed", "The kind '?' is not explained by the mapping.", ""),
        ("unparsed", "The kind 'unparsed' is not explained by the mapping.", ""),
    ]  # fmt: skip


def test_nothing_is_lost_that_a_record_has_no_place_for() -> None:
    call = event("K,D,F\ncall,9,a.jpg\n", {"kind": "K", "duration": "D", "attachment": "F"})
    assert call.duration_s is None and call.flags == ("duration:9", "attachment:a.jpg")
    text = message("T,D,O\nx,9,read\n", {"text": "T", "duration": "D", "outcome": "O"})
    assert text.flags == ("duration:9", "outcome:read")
    assert message("T,U\n\xe9,\n".encode("latin-1").decode("latin-1"), {"text": "T"}).steps == ()
    (decoded,) = read(export(a_csv=b"T,K\n\xe9,call\n"), {"text": "T", "kind": "K"})[0]
    assert isinstance(decoded, Event) and decoded.flags == ("decoded:not UTF-8: read as windows-1252",)


@pytest.mark.parametrize(
    ("mapping", "says"),
    [
        ({}, "needs a mapping"),
        ({"tiem": "Date"}, "none of ours"),
        ({"kind": "=call"}, "names no column"),
        ({"time": "Sent", "text": "Text"}, "needs its form"),
        ({"text": "Text", "time_form": "iso"}, "needs its column"),
        ({"text": "Text", "time": "=now"}, "must be a column.*needs its form"),
        ({"time": "Sent", "time_form": "%Y-%m"}, "not understood"),
        ({"time": "Sent", "time_form": "iso", "time_clock": "mine"}, "no clock"),
        ({"text": "Text", "duration_form": "hours"}, "no form of durations"),
        ({"text": "Message"}, "no table has the columns"),
        ({"text": "5"}, "no table has the columns"),
        ({"text": "0"}, "no table has the columns"),
        ({"text": "9" * 5000}, "no table has the columns"),
    ],
)
def test_a_mapping_that_cannot_be_used_is_refused(mapping: dict[str, str], says: str) -> None:
    held = export(a_csv="Sent,From,Text,File\n05/03/2024 14:07,Ava,1,\n")
    with pytest.raises(InputError, match=says) as caught:
        list(generic_table.read(held, generic_table.claim(held), Notes(mapping=mapping)))
    assert caught.value.hint


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"number": "Number"}, r"'number' is none of ours; did you mean 'other'\?"),
        ({"durationn": "X"}, r"'durationn' is none of ours; did you mean 'duration'\?"),
        ({"qqqqq": "X"}, "the column mapping: 'qqqqq' is none of ours$"),
        ({"other": " "}, "other names no column"),
        ({"time": "=now"}, "time must be a column"),
        ({"time_form": "%d/%m/%Y"}, "'%d/%m/%Y' is not understood"),
        ({"kind": "=phonecall"}, "'phonecall' is no kind of record"),
        ({"kind": "=unparsed"}, "'unparsed' is no kind of record"),
        ({"direction": "=both"}, "'both' is no direction"),
        (
            {"kind": "Type", "kind_call": "A|b", "kind_message": "B"},
            "'b' stands in kind_call and in kind_message",
        ),
        ({"direction_in": "X", "direction_out": "x"}, "'x' stands in direction_in and in direction_out"),
        ({"time_clock": "mine"}, "'mine' is no clock"),
        ({"duration_form": "hours"}, "'hours' is no form of durations"),
    ],
)
def test_one_fault_of_a_mapping(changed: dict[str, str], says: str) -> None:
    check_mapping(CALLS)
    with pytest.raises(InputError, match=says) as caught:
        check_mapping(CALLS | changed)
    assert caught.value.message.startswith("the column mapping: ")
    assert caught.value.hint


@pytest.mark.parametrize("name", ["direction_in", "direction_out", "kind_call", "kind_message", "outcome_missed",
                                  "duration_form", "time_clock"])  # fmt: skip
def test_words_for_a_column_that_is_not_named(name: str) -> None:
    value = {"duration_form": "s", "time_clock": "server"}.get(name, "x")
    with pytest.raises(InputError, match=f"^the column mapping: {name} is of no use without "):
        check_mapping({"text": "T", name: value})
    column = {"time_clock": "time", "duration_form": "duration", "outcome_missed": "direction"}
    ours = column.get(name, name.partition("_")[0])
    check_mapping({"text": "T", name: value, ours: "X"} | ({"time_form": "iso"} if ours == "time" else {}))


def test_all_faults_of_a_mapping_are_told_at_once() -> None:
    with pytest.raises(InputError) as caught:
        check_mapping({"tiem": "Date", "time": "Date", "kind_call": "Anruf", "duration_form": "hours"})
    assert caught.value.message == (
        "5 faults in the column mapping: 'tiem' is none of ours; did you mean 'time'?; time needs its form, and "
        "time_form is missing; 'hours' is no form of durations; duration_form is of no use without duration; "
        "kind_call is of no use without kind"
    )
    assert "`DMY hh:mm` (05/03/2024 14:07)" in caught.value.hint
    assert "outcome_missed" in caught.value.hint  # all names of ours are told
    with pytest.raises(InputError, match="it names no column"):
        check_mapping({})


def test_columns_that_the_table_does_not_have_are_named_with_those_that_it_has() -> None:
    there = ["Date ", "Number", "Call type", "Duration", "Contact", "Service"]
    check_against(CALLS, there)
    check_against({"text": "2", "ignored": "gone", "kind": "=sms"}, there)
    with pytest.raises(InputError) as caught:
        check_against(CALLS | {"other": "number", "text": "7", "title": "\ud800\n"}, there)
    assert caught.value.message == (
        "the table has no column 'number' (for other; did you mean 'Number'?), '7' (for text), '' (for title)"
    ).replace("''", r"'\ud800'")
    assert caught.value.hint == (
        "its 6 columns are: 'Date', 'Number', 'Call type', 'Duration', 'Contact', 'Service'"
    )
    with pytest.raises(InputError, match="no table with two columns"):
        check_against(CALLS, [])
    with pytest.raises(InputError) as caught:
        check_against({"text": "9" * 5000}, ["x" * 5000] * 500)
    assert len(caught.value.message) < 200 and len(caught.value.hint) < 2000
    assert caught.value.hint.endswith(" and 460 more")


def test_the_examples_of_the_page_on_tables(project: Path) -> None:
    page = (project / "docs/tables.md").read_text("utf-8")
    calls, messages = map(json.loads, re.findall(r"```json\n(.*?)```", page, re.DOTALL))
    for mapping in (calls, messages):
        check_mapping(mapping)
    records, notes = read(
        export(
            calls_csv="Date,Number,Type,Duration\n"
            "05/03/2024 14:07,+44 7700 900123,Incoming (missed),\n"
            "06/03/2024 09:30,+44 7700 900123,Outgoing,00:02:03\n"
        ),
        calls,
    )
    found = [one for one in records if isinstance(one, Event)]
    assert [(one.kind, one.direction, one.duration_s, one.flags) for one in found] == [
        ("missed_call", "in", None, ()),
        ("call", "out", 123, ()),
    ]
    assert [one.sent.at for one in found if one.sent] == ["2024-03-05T14:07", "2024-03-06T09:30"]
    assert found[0].author is not None and found[0].author.id == "+44 7700 900123"
    held = export(
        messages_csv="Sent at,From,To,Message,File\n2024-03-05 14:07:09,Sam,Ava,Where are you?,pic.jpg\n",
        pic_jpg=b"\xff\xd8",
    )
    (record,), more = read(held, messages)
    assert isinstance(record, Message) and record.sent is not None and record.author is not None
    assert (record.author.id, record.recipients[0].id, record.text) == ("Sam", "Ava", "Where are you?")
    assert (record.sent.at, record.platform, record.flags) == ("2024-03-05T14:07:09", "sms", ())
    assert record.attachments[0].state == "present"
    assert not notes.warnings and not notes.damaged and not more.warnings and not more.damaged


def test_the_page_on_tables_names_every_key_and_its_forms_read_what_it_says(project: Path) -> None:
    page = (project / "docs/tables.md").read_text("utf-8")
    listed = page.partition("## Every name")[2]
    assert [name for name in (*COLUMNS, *SAID) if f"`{name}`" not in listed] == []
    forms = re.findall(r"`([^`]+)`\s+reads\s+`([^`]+)`", page)
    assert len(forms) == 4
    for form, text in forms:
        check_mapping({"time": "Date", "time_form": form})
        found = reader(form, "export")(text)
        assert found is not None and found.at.startswith("2024-03-05T14:07")


def test_a_table_without_the_columns_is_told_beside_one_that_has_them() -> None:
    held = export(a_csv="Text,X\nhello,1\n", b_csv="Other,Y\nx,y\n")
    records, notes = read(held, {"text": "Text"})
    assert len(records) == 1
    assert notes.damaged == ["'b.csv': the columns of the mapping are not there, so it is not read"]


@pytest.mark.parametrize(
    ("form", "text", "at"),
    [
        ("iso", "2024-03-05T14:07:09Z", "2024-03-05T14:07:09Z"),
        ("iso", "05/03/2024 14:07", None),
        ("epoch_s", "1709647629", "2024-03-05T14:07:09Z"),
        ("epoch_ms", "1709647629123", "2024-03-05T14:07:09.123Z"),
        ("epoch_ms", "1e5", None),
        ("epoch_s", "9" * 18, None),
        ("epoch_s", "9" * 5000, None),
        ("DMY hh:mm", "5.3.24 9:07", "2024-03-05T09:07"),
        ("DMY hh:mm", "5.3/24 9:07", None),
        ("DMY hh:mm", "05/03/2024\u202f14:07", "2024-03-05T14:07"),
        ("MDY hh:mm:ss ap", "3/5/2024 2:07:09 p.m.", "2024-03-05T14:07:09"),
        ("MDY hh:mmap", "3/5/2024 12:07AM", "2024-03-05T00:07"),
        ("MDY hh:mm ap", "3/5/2024 13:07 PM", None),
        ("MDY hh:mm ap", "3/5/2024 0:07 PM", None),
        ("YMD, hh:mm", "2024/03/05, 14:07", "2024-03-05T14:07"),
        ("DD MON YYYY hh:mm", "5 Mar 2024 14:07", "2024-03-05T14:07"),
        ("MON DD, YYYY", "September 5, 2024", "2024-09-05"),
        ("MON DD, YYYY", "Sept. 5, 2024", "2024-09-05"),
        ("MON DD, YYYY", "Septober 5, 2024", None),
        ("YYYYMMDDThhmmsszz", "20240305T140709+0100", "2024-03-05T13:07:09Z"),
        ("YYYY-MM-DDThh:mm:ss.fffzz", "2024-03-05T14:07:09.5Z", "2024-03-05T14:07:09.500Z"),
        ("DD.MM.YY hh:mm", "31.02.24 10:00", None),
        ("DD.MM.YY hh:mm", "01.02.24 24:00", None),
        ("YYYY-MM-DD", "2024-02-30", None),
        ("YYYY-MM-DD", "0001-01-01", None),
        ("YYYY-MM-DD", "٢٠٢٤-٠٣-٠٥", None),
        ("YYYY-MM-DD hh:mm", "2024-03-05 14:07 or so", None),
    ],
)
def test_times_by_a_stated_form(form: str, text: str, at: str | None) -> None:
    found = reader(form, "server")(text)
    assert (found and found.at) == at
    if found is not None:
        assert (found.raw, found.clock) == (text, "server")
        assert found.basis == (
            "epoch" if form.startswith("epoch") else "stated" if at and at.endswith("Z") else "unknown"
        )
        assert found.precision == ("day" if at and len(at) == 10 else found.precision)


@pytest.mark.parametrize(
    "form",
    ["", "hh:mm", "DMY DMY", "DD/MM hh:mm", "YYYY-MM-DD hh", "YYYY-MM-DD mm:ss", "DMY hh:mm.fff", "DMY zz", "DMY ap",
     "YYYY MM MON DD", "Dmy", "YYYY-MM-DDxhh:mm", "DMY hh:mm" + " " * 100, "epoch", "ISO", "(",
     "YYYY-MM-DD hh:mm [a-z]+"],
)  # fmt: skip
def test_forms_that_are_none(form: str) -> None:
    with pytest.raises(InputError) as caught:
        reader(form, "export")
    assert "time_form" in caught.value.hint


@pytest.mark.parametrize(
    ("text", "form", "seconds"),
    [
        ("00:02:03", "", 123), ("1:00:00", "hh:mm:ss", 3600), ("2:03", "mm:ss", 123), ("2:03", "", None),
        ("2:03", "hh:mm:ss", None), ("123", "", None), ("123", "s", 123), ("2", "min", 120), ("2500", "ms", 2),
        ("00:99:00", "", None), ("-1", "s", None), ("", "s", None), ("1:2:3:4", "", None), ("²", "s", None),
        ("9" * 5000, "s", None), ("1.5", "s", None),
    ],
)  # fmt: skip
def test_durations(text: str, form: str, seconds: int | None) -> None:
    assert duration_seconds(text, form) == seconds


def test_what_is_proposed_and_not_applied(shared_data: Path) -> None:
    path = shared_data / "exports/call-logs/synthetic/ios_call_history_generic.csv"
    proposed = suggest(header(path.read_bytes()))
    assert proposed == {
        "time": "Date", "other": "Number", "other_name": "Contact", "direction": "Call type", "duration": "Duration",
        "platform": "Service",
    }  # fmt: skip
    assert suggest(["Date", "TIME", "from", "Message_ID", "Message  Text", "", "what"]) == {
        "time": "Date", "sender": "from", "text": "Message  Text", "id": "Message_ID",
    }  # fmt: skip
    with pytest.raises(InputError, match="needs its form"):
        read_mapping(proposed)


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_mutations_never_raise_anything_but_input_error_and_every_range_is_true(data: st.DataObject) -> None:
    good = bytearray(
        b'Sent,From,Text,File\n05/03/2024 14:07,Ava,"a ""b""\nc",x.jpg\n06/03/2024 14:07,Ben,d,\n'
    )
    for _ in range(data.draw(st.integers(1, 5))):
        place = data.draw(st.integers(0, len(good)))
        good[place : place + data.draw(st.integers(0, 3))] = data.draw(
            st.sampled_from(
                [b"", b'"', b",", b"\n", b"\r", b"\0", b"\xff", b"\xed\xa0\x80", b";", b"5", b"=", b"/"]
            )
        )
    held = export(a_csv=bytes(good))
    try:
        records, _ = read(held, CHAT)
    except InputError:
        return
    for record in records:
        assert isinstance(record, Message | Event)
        record.text.encode()


@given(st.dictionaries(st.sampled_from([*CHAT, *CALLS, "ignored", "kind_call", "x"]), st.text(max_size=12)))
@settings(max_examples=300, deadline=None)
def test_any_mapping_is_refused_or_read(mapping: dict[str, str]) -> None:
    held = export(a_csv="Date,From,Text\n05/03/2024,Ava,hi\n")
    try:
        list(generic_table.read(held, generic_table.claim(held), Notes(mapping=mapping)))
    except InputError as fault:
        assert fault.message and "\n" not in fault.message
    try:
        check_against(mapping, ["Date", "From", "Text"])
    except InputError as fault:
        assert "\n" not in fault.message and "\n" not in fault.hint


def test_many_rows_take_linear_time() -> None:
    rows = 20_000
    held = export(a_csv="Sent,From,Text,File\n" + "05/03/2024 14:07,Ava,hello,\n" * rows)
    notes = Notes(mapping=CHAT)
    began = time.process_time()
    assert sum(1 for _ in generic_table.read(held, generic_table.claim(held), notes)) == rows
    assert time.process_time() - began < 10
