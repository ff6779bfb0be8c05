"""SMS Backup & Restore: every sample against its known truth, the traps of the format, hostile files."""

from __future__ import annotations

import base64
import hashlib
import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.importers.read_whole import (
    at,
    container,
    happened,
    read_files,
    read_path,
    said,
    sent_of,
    spoilt,
    survives,
)

from abusekit.errors import InputError
from abusekit.importers.importer import Notes
from abusekit.importers.model import Event, Message, Record
from abusekit.importers.phone import sms_backup

SAMPLES = (
    "sms-backup-restore/br_sms_sample.xml",
    "sms-backup-restore/mc_sms-test.xml",
    "sms-backup-restore/mc_calls-test_00.xml",
    "sms-backup-restore/synthetic/sms-traps.xml",
    "call-logs/synthetic/calls-20240305.xml",
)


def smses(*elements: str, more: str = "") -> str:
    return f'<?xml version="1.0" encoding="UTF-8" ?>\n<smses{more}>\n' + "\n".join(elements) + "\n</smses>"


def sms(**fields: str) -> str:
    have = {"address": "+447700900123", "date": "1709586123456", "type": "1", "body": "hello", **fields}
    return "<sms " + " ".join(f'{name}="{value}"' for name, value in have.items()) + " />"


def read(text: str | bytes) -> tuple[list[Record], Notes]:
    return read_files(sms_backup, {"sms.xml": text})


def one(text: str | bytes) -> Message:
    records, _ = read(text)
    assert len(records) == 1
    assert isinstance(records[0], Message), records[0]
    return records[0]


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_is_read_as_its_truth_says(shared_data: Path, name: str) -> None:
    truth: dict[str, Any] = json.loads((shared_data / "exports" / "expected.json").read_text("utf-8"))[name]
    records, notes = read_path(sms_backup, shared_data / "exports" / name)
    assert len(said(records)) == truth["messages"]
    assert len(happened(records)) == truth["events"]
    moments = sorted(sent_of(records), key=lambda time: time.at)
    assert at(moments[0])[:19] == truth["first"][:19]
    assert at(moments[-1])[:19] == truth["last"][:19]
    assert not notes.damaged
    assert not [record for record in happened(records) if record.kind == "unparsed"]
    for sender in truth.get("senders", ()):
        people = {account.id for record in records for account in _people(record)}
        assert sender in people or sender.startswith("private")
    assert not [
        flag
        for record in records
        for flag in getattr(record, "flags", ())
        if flag.startswith("unknown_fields")
    ]


def _people(record: Record) -> list[Any]:
    if isinstance(record, Message):
        return [one for one in (record.author, *record.recipients) if one]
    return [one for one in (record.author, record.target) if one] if isinstance(record, Event) else []


def test_the_traps_of_the_sample(shared_data: Path) -> None:
    path = shared_data / "exports/sms-backup-restore/synthetic/sms-traps.xml"
    records, notes = read_path(sms_backup, path)
    first, second, third, mms = said(records)
    assert first.text == "i'm outside 😀\nsecond line"
    assert first.steps == ("surrogate references joined",) and first.flags == ("repaired",)
    assert notes.repairs == [
        f"sms-traps.xml, byte {path.read_bytes().index(b'&#55357;')}: surrogate references joined"
    ]
    assert first.direction == "in" and first.author is not None and first.author.owner is None
    assert first.sent is not None and first.sent.clock == "receiver"
    assert first.sent.agrees == ("readable_date beside it: +00:00",)
    ((name, network),) = first.times
    assert (name, network.clock, at(network)) == ("date_sent", "server", "2024-03-04T21:02:01Z")
    assert second.text == "null" and "null_text" in second.flags
    assert second.author is not None and second.author.owner is True and second.author.id == ""
    assert second.recipients[0].id == "+447700900123"
    assert third.flags[:2] == ("box:failed", "never_sent")
    assert third.sent is not None and third.sent.agrees == ("readable_date beside it: +01:00",)
    assert mms.kind == "mms" and mms.text == "look at this" and mms.native_id == "m-0001@mms"
    assert mms.author is not None and mms.author.id == "+447700900456"
    assert [(one.id, one.owner) for one in mms.recipients] == [("", True), ("+447700900123", None)]
    assert at(mms.times[0][1]) == "2024-03-05T21:00:55Z" and mms.times[0][1].precision == "s"
    assert notes.warnings == ["sms-traps.xml: the file states 99 entries, and 4 were found in it"]
    assert notes.counts["readable_date +01:00"] == 1


def test_the_photograph_inside_of_a_message(shared_data: Path) -> None:
    path = shared_data / "exports/sms-backup-restore/synthetic/sms-traps.xml"
    (photo,) = said(read_path(sms_backup, path)[0])[3].attachments
    raw = path.read_bytes()
    start = raw.index(b'data="') + 6
    coded = raw[start : raw.index(b'"', start)]
    decoded = base64.b64decode(coded)
    assert (photo.state, photo.member, photo.media_type) == ("present", "", "image/jpeg")
    assert (photo.size, photo.sha256) == (len(decoded), hashlib.sha256(decoded).hexdigest())
    assert photo.note == f"inside the file, bytes {start}–{start + len(coded)}, base64"
    assert photo.name == "image000000.jpg"


def test_the_calls_of_the_samples(shared_data: Path) -> None:
    calls = happened(read_path(sms_backup, shared_data / "exports/call-logs/synthetic/calls-20240305.xml")[0])
    assert [(call.kind, call.outcome, call.duration_s) for call in calls] == [
        ("missed_call", "missed", 0),
        ("missed_call", "missed", 0),
        ("call", "answered", 65),
        ("call", "refused", 0),
    ]
    assert calls[1].author is None and calls[1].flags == ("number_withheld:private",)
    assert calls[2].author is not None and calls[2].author.name == "Sam"
    assert calls[2].author.name_from == "contact_book"
    records, notes = read_path(sms_backup, shared_data / "exports/sms-backup-restore/mc_calls-test_00.xml")
    assert [call.direction for call in happened(records)].count("out") == 8
    assert [call.kind for call in happened(records)].count("missed_call") == 3
    assert notes.counts["readable_date -05:00"] == 8 and notes.counts["readable_date -04:00"] == 4
    assert notes.warnings == ["mc_calls-test_00.xml: the file states 56 entries, and 12 were found in it"]


def test_a_sender_is_never_guessed() -> None:
    other = one(smses(sms(type="9")))
    assert other.author is None and other.direction == "unknown" and other.flags == ("unknown_type:9",)
    group = '<mms address="+1~+2" msg_box="1" date="1709586123456"><parts/></mms>'
    message = one(smses(group))
    assert message.author is None and message.flags == ("sender_not_recorded",)
    assert message.conversation == "+1~+2"


@pytest.mark.parametrize(
    ("body", "text", "step"),
    [
        ("a&#xD83D;&#xDE00;b", "a😀b", "surrogate references joined"),
        ("a&#55357;&#xDE00;b", "a😀b", "surrogate references joined"),
        ("&#55357;&#56832;&#55357;&#56832;", "😀😀", "surrogate references joined"),
        ("a&#55357;b", "a\ufffdb", "lone surrogate replaced"),
        ("a&#56832;&#55357;b", "a\ufffd\ufffdb", "lone surrogate replaced"),
        ("a&#0;&#11;&#x1f;b", "a\ufffd\ufffd\ufffdb", "control character replaced"),
        ("a&#65535;b", "a\ufffdb", "control character replaced"),
        ("a\x0bb", "a\ufffdb", "control character replaced"),
        ("a\uffffb", "a\ufffdb", "control character replaced"),
    ],
)
def test_what_is_no_xml_is_mended_in_the_copy(body: str, text: str, step: str) -> None:
    records, notes = read(smses(sms(body="good"), sms(body=body), sms(body="good")))
    before, mended, after = said(records)
    assert mended.text == text and mended.steps == (step,) and "repaired" in mended.flags
    assert before.text == after.text == "good" and not before.flags and not after.flags
    assert notes.repairs and "byte " in notes.repairs[0]


def test_bytes_that_are_no_utf_8_are_mended_one_by_one() -> None:
    text = smses(sms(body="caf\u00e9 MARK ü")).encode().replace(b"MARK", b"\xff\xed\xa0\x80")
    message = one(text)
    assert message.text == "café " + "\ufffd" * 4 + " ü"
    assert message.steps == ("byte that is no UTF-8 replaced",)


@pytest.mark.parametrize("ahead", [*range(262_100 - 60, 262_144 + 60, 7), 262_143])
def test_a_pair_across_the_border_of_two_blocks(ahead: int) -> None:
    start = smses(sms()).index("hello")
    filling = "x" * (ahead - start)
    records, notes = read(smses(sms(body=f"{filling}&#55357;&#56832;é&#11;end"), sms(body="last")))
    first, last = said(records)
    assert first.text == f"{filling}😀é\ufffdend" and last.text == "last"
    assert len(notes.repairs) == 2


def test_a_name_in_single_quotes_may_hold_what_looks_like_a_photograph() -> None:
    part = "<part ct='text/plain' text='<img data=\"AAAA\">' />".replace("<img", "&lt;img").replace(
        ">'", "&gt;'"
    )
    message = one(smses(f'<mms address="+1" msg_box="1" date="1"><parts>{part}</parts></mms>'))
    assert message.text == '<img data="AAAA">' and not message.attachments


@pytest.mark.parametrize("opened", ["<!-- {} -->", "<?x {} ?>", "<sms type='1'><![CDATA[ {} ]]></sms>"])
def test_what_only_looks_like_a_part_hides_nothing(opened: str) -> None:
    """A value that seems to begin in a comment must not swallow the messages after it."""
    text = smses(sms(body="before"), opened.replace("{}", '<part data="'), sms(body="after"))
    records, notes = read(text)
    assert [message.text for message in said(records) if message.text] == ["before", "after"]
    assert not notes.damaged


@pytest.mark.parametrize(
    ("data", "state", "note"),
    [
        ("AAAA", "present", ""),
        ("QUJD REVG", "present", ""),
        ("QUJD&#10;REVG", "present", ""),
        ("AAA", "corrupt", "ends too early"),
        ("AA==AAAA", "corrupt", "no base64"),
        ("Ä!!!", "corrupt", "no base64"),
        ("null", "missing", ""),
        ("", "missing", ""),
    ],
)
def test_base64_is_read_strictly(data: str, state: str, note: str) -> None:
    part = f'<part ct="image/jpeg" cl="a.jpg" data="{data}" />'
    (found,) = one(smses(f'<mms address="+1" msg_box="1" date="1"><parts>{part}</parts></mms>')).attachments
    assert found.state == state and note in found.note
    if state == "present":
        plain = base64.b64decode(data.replace(" ", "").replace("&#10;", ""))
        assert (found.size, found.sha256) == (len(plain), hashlib.sha256(plain).hexdigest())


def test_the_end_of_an_element_is_never_that_of_another() -> None:
    text = '<smses><sms address="1" type="1"/><sms address="2" type="1"></sms><sms address="3" type="1"/></smses>'
    records, _ = read(text)
    places = [(record.source.start, record.source.end) for record in records]
    assert [text[a:b] for a, b in places] == [
        '<sms address="1" type="1"/>', '<sms address="2" type="1"></sms>', '<sms address="3" type="1"/>',
    ]  # fmt: skip


def test_a_comment_between_two_messages_and_an_unknown_element_are_told() -> None:
    records, _ = read(smses(sms(), "<!-- removed one -->", '<rcs body="x"/>', sms()))
    assert [record.kind for record in happened(records)] == ["unparsed", "unparsed"]
    assert len(said(records)) == 2
    assert "<rcs>" in happened(records)[1].text


@pytest.mark.parametrize("cut", range(60, 520, 5))
def test_of_a_file_cut_off_all_that_precedes_is_kept(cut: int) -> None:
    whole = smses(*[sms(body=f"number {i}") for i in range(6)])
    records, notes = read(whole[:cut])
    ended = whole[:cut].count(" />")
    assert [message.text for message in said(records)] == [f"number {i}" for i in range(ended)]
    start = said(records)[-1].source.end if ended else whole.index("<smses>") + 7
    rest = [(record.kind, record.source.start, record.source.end) for record in happened(records)]
    assert rest == ([("unparsed", start, cut)] if start < cut else [])
    assert len(notes.damaged) == 1 and "at byte" in notes.damaged[0]


@pytest.mark.parametrize(
    "text",
    [
        '<!DOCTYPE smses [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><smses><sms body="&b;" type="1"/></smses>',
        '<!DOCTYPE smses SYSTEM "file:///etc/hostname"><smses></smses>',
        '<?xml version="1.0" encoding="ISO-8859-1"?><smses></smses>',
    ],
)
def test_entities_and_other_encodings_are_refused(text: str) -> None:
    with pytest.raises(InputError) as fault:
        read(text)
    assert fault.value.hint


def test_one_refused_file_does_not_stop_the_others() -> None:
    records, notes = read_files(sms_backup, {"a.xml": "<!DOCTYPE smses []><smses/>", "b.xml": smses(sms())})
    assert len(said(records)) == 1 and len(notes.damaged) == 1


def test_a_date_that_was_changed_contradicts_the_one_beside_it() -> None:
    message = one(smses(sms(date="1709599999456", readable_date="4 Mar 2024 21:02:03")))
    assert message.sent is not None
    assert message.sent.agrees == ("CONFLICT: readable_date says 4 Mar 2024 21:02:03",)


@pytest.mark.parametrize(
    ("shown", "offset"),
    [
        ("Mar 4, 2024 10:02:03 PM", "+01:00"),
        ("Mar 4, 2024 10:02:03\u202fPM", "+01:00"),
        ("04.03.2024 22:02:03", "+01:00"),
        ("3/4/24, 4:02:03 PM", "-05:00"),
        ("2024-03-05 02:47:03", "+05:45"),
    ],
)
def test_readable_dates_of_several_languages(shown: str, offset: str) -> None:
    message = one(smses(sms(readable_date=shown)))
    assert message.sent is not None
    assert message.sent.agrees == (f"readable_date beside it: {offset}",)


def test_a_readable_date_of_an_unknown_language_proves_nothing() -> None:
    records, notes = read(smses(sms(readable_date="2024年3月4日 21:02:03")))
    assert said(records)[0].sent is not None and not said(records)[0].sent.agrees  # type: ignore[union-attr]
    assert notes.counts["readable_date not understood"] == 1


@pytest.mark.parametrize("date", ["", "x", "99999999999999999", "1e5", "-", "1" * 5000, "١٢٣"])
def test_a_date_that_is_none(date: str) -> None:
    message = one(smses(sms(date=date)))
    assert message.sent is None and "date_not_read" in message.flags and message.text == "hello"


def test_date_sent_in_the_other_unit_is_told() -> None:
    message = one(smses(sms(date_sent="1709586121")))
    assert at(message.times[0][1]) == "2024-03-04T21:02:01Z" and "date_sent_unit" in message.flags


def test_new_fields_are_noticed() -> None:
    assert one(smses(sms(zeta="1", alpha="2"))).flags == ("unknown_fields:alpha,zeta",)


def test_a_number_of_the_owner_is_a_secret() -> None:
    addresses = '<addr address="+44OWN" type="137"/><addr address="+1" type="151"/>'
    text = f'<mms address="+1" msg_box="2" date="1"><addrs>{addresses}</addrs></mms>'
    records, notes = read(smses(text))
    (message,) = said(records)
    assert message.author is not None and message.author.owner is True
    assert [secret.kind for secret in notes.secrets] == ["owner's phone"]


def test_deep_and_endless_files_end() -> None:
    for text in (
        "<smses>" + "<a>" * 100_000,
        '<smses><sms body="' + "x" * 20_000_000,
        "<smses>" + "<!--" + "x" * 20_000_000,
        "<smses>" + "\xff" * 300_000,
    ):
        records, notes = read(text.encode("latin-1"))
        assert notes.damaged and [record.kind for record in happened(records)][-1] == "unparsed"


def test_a_long_message_keeps_memory_flat() -> None:
    """50 MB of photographs in one message, read in less than 12 MB beside the file itself."""
    coded = base64.b64encode(bytes(range(256)) * 4096).decode()
    part = f'<part ct="image/jpeg" cl="a.jpg" data="{coded}" />'
    text = smses(
        '<mms address="+1" msg_box="1" date="1"><parts>' + part * 36 + "</parts></mms>", sms()
    ).encode()
    export = container({"sms.xml": text})
    tracemalloc.start()
    records = list(sms_backup.read(export, export.members, Notes()))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(said(records)) == 2 and len(said(records)[0].attachments) == 36
    assert (
        records[0].source.sha256
        == hashlib.sha256(text[records[0].source.start : records[0].source.end]).hexdigest()
    )
    assert peak < 12 << 20


SWAPS = (
    (b'="1"', b'="x"'), (b"1709586", b"-9"), (b"<sms ", b"<mms "), (b"/>", b">"), (b"body", b"date"),
    (b"&#55357;", b"&#xD83D;"), (b"data=", b"data ="), (b"type=", b"kind="),
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(seed=st.integers(0, 2**64))
def test_whatever_is_damaged_nothing_else_is_raised(seed: int) -> None:
    good = FUZZED.encode()
    survives(sms_backup, {"sms.xml": spoilt(good, seed, SWAPS)})


FUZZED = smses(
    sms(
        body="i&apos;m &#55357;&#56832;&#10;x", readable_date="4 Mar 2024 21:02:03", date_sent="1709586121000"
    ),
    '<mms date="1709586123456" msg_box="1" address="+1~+2" m_id="m"><parts><part seq="0" ct="image/jpeg" cl="a.jpg" '
    'text="null" data="/9j/2wBDAAMCAgICAgMCAgIDAwMD" /><part ct="text/plain" text="hé &#x1F600;"/></parts>'
    '<addrs><addr address="+1" type="137"/><addr address="insert-address-token" type="151"/></addrs></mms>',
    sms(type="2", body="bye"),
    '<!-- <part data="AAAA --> <?x <part data=" ?>',
    more=' count="3"',
)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**64), size=st.integers(1, 700))
def test_blocks_of_any_size_give_the_same(seed: int, size: int) -> None:
    """However the stream is cut, the records are the same."""
    raw = spoilt(FUZZED.encode(), seed, SWAPS) if seed % 2 else FUZZED.encode()
    whole = _all(raw, len(raw) + 1)
    assert _all(raw, size) == whole


def _all(raw: bytes, size: int) -> list[Record] | str:
    import io

    from abusekit.containers.container import Container, Member

    class Slow(io.BytesIO):
        def read(self, most: int | None = -1) -> bytes:
            return super().read(size if most is None or most < 0 else min(most, size))

    member = Member("sms.xml", len(raw), None, lambda: Slow(raw))  # type: ignore[return-value, arg-type]
    try:
        return list(sms_backup.read(Container("x", [member]), [member], Notes()))
    except InputError as fault:
        return fault.message
