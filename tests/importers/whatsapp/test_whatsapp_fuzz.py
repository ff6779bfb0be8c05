"""Whatever stands in the file: no other error than InputError, no byte hashed that is not there, no hanging."""

from __future__ import annotations

import hashlib
import io
import time
from typing import BinaryIO, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from abusekit.containers.container import Container, Member
from abusekit.errors import InputError
from abusekit.importers.importer import Notes
from abusekit.importers.model import Event, Message, Record
from abusekit.importers.whatsapp import chat

ANDROID = (
    b"14/03/2024, 21:05 - Messages and calls are end-to-end encrypted. Tap to learn more.\n"
    b"14/03/2024, 21:05 - Ava: hi\nyou\n14/03/2024, 21:06 - Ben: <Media omitted>\n"
    b"14/03/2024, 21:07 - ~ Cleo: IMG-20240314-WA0001.jpg (file attached)\ncaption\n"
    b"14/03/2024, 21:04 - Ava: This message was deleted\n14/03/2024, 21:09 - Ben left\n"
    b"14/03/2024, 21:10 - Ava: x <This message was edited>\n"
)
IOS = (
    "[3/4/24, 9:15:01\u202fPM] Ava: \u200eMessages and calls are end-to-end encrypted.\r\n"
    "\u200e[3/4/24, 9:15:02\u202fPM] Ava: \u200eimage omitted\r\n"
    "[3/4/24, 9:15:03\u202fPM] \u202a+44 7700 900123\u202c: \u200ePOLL:\r\na\r\n\u200eOPTION: b (1 vote)\r\n"
    "[3/4/24, 9:14:01\u202fPM] Ben: no\r\n[3/4/24, 9:16:01\u202fPM] Ben: \u200eVoice call, \u200e5 min\r\n"
).encode()


class Broken(io.BytesIO):
    """An archive member that breaks after its first half."""

    def read(self, size: int | None = -1) -> bytes:
        if self.tell() >= len(self.getvalue()) // 2:
            raise InputError("the archive is broken")
        return super().read(min(size or 100, 100) if size and size > 0 else 100)


def read_bytes(data: bytes, *, broken: bool = False) -> tuple[list[Record], Notes]:
    opener = (lambda: cast(BinaryIO, Broken(data))) if broken else (lambda: cast(BinaryIO, io.BytesIO(data)))
    member = Member("_chat.txt", len(data), None, opener)
    member._head = data[:65536]
    export = Container("WhatsApp Chat - Ben.zip", [member])
    chat.claim(export)
    notes = Notes()
    records = list(chat.read(export, [member], notes))
    end = 0
    for record in records:
        place = record.source
        assert end <= place.start <= place.end <= len(data)
        assert place.sha256 == hashlib.sha256(data[place.start : place.end]).hexdigest()
        assert isinstance(record, Message | Event)
        record.text.encode()
        end = place.end
    return records, notes


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from([ANDROID, IOS]),
    st.lists(st.tuples(st.integers(0, 700), st.binary(max_size=8)), max_size=6),
    st.integers(0, 800),
    st.sampled_from(["utf-8", "utf-16"]),
)
def test_mutations_never_do_harm(
    sample: bytes, changes: list[tuple[int, bytes]], cut: int, form: str
) -> None:
    data = bytearray(sample.decode().encode(form))
    for at, new in changes:
        data[at : at + len(new)] = new
    read_bytes(bytes(data[: len(data) - cut] if cut < len(data) else data))


_HEADER_LIKE = (
    r"\A\[?[0-9]{1,4}[/.-][0-9]{1,2}[/.-][0-9]{1,4},? [0-9]{1,2}:[0-9]{2}(:[0-9]{2})?( [AP]M)?(\]| -)"
    r" [A-D]: x\n\Z"
)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.sampled_from([line + b"\n" for line in (ANDROID + IOS).split(b"\n")]),
            st.text(max_size=40).map(lambda text: text.encode("utf-8", "surrogatepass") + b"\n"),
            st.from_regex(_HEADER_LIKE).map(str.encode),
        ),
        max_size=30,
    )
)  # fmt: skip
def test_lines_in_any_order_are_all_kept(lines: list[bytes]) -> None:
    """Between two records stand line ends and blank lines before the first, nothing else."""
    data = b"".join(lines)
    records, _ = read_bytes(data)
    at = 0
    for record in records:
        assert data[at : record.source.start].strip() in (b"", b"\xef\xbb\xbf")
        at = record.source.end
    assert data[at:].strip() == b""


@pytest.mark.parametrize("sample", [ANDROID, IOS])
@pytest.mark.parametrize("form", ["utf-8", "utf-8-sig", "utf-16"])
def test_every_encoding_gives_the_same(sample: bytes, form: str) -> None:
    plain, _ = read_bytes(sample)
    data = sample.decode().encode(form)
    records, _ = read_bytes(data)
    assert [record.text for record in records if isinstance(record, Message | Event)] == [
        record.text for record in plain if isinstance(record, Message | Event)
    ]
    mark = {"utf-8-sig": 3, "utf-16": 2}.get(form, 0)
    assert records[0].source.start == mark


def test_bytes_that_are_no_utf_8_are_told() -> None:
    records, _ = read_bytes(b"14/03/2024, 21:05 - Ava: caf\xe9\n14/03/2024, 21:06 - Ben: ok\n")
    first, second = records
    assert isinstance(first, Message)
    assert (first.text, first.steps) == ("café", ("not UTF-8: read as windows-1252",))
    assert isinstance(second, Message)
    assert second.steps == ()


def test_a_nul_at_the_end_of_a_line_stays(tmp_path: object) -> None:
    records, _ = read_bytes(b"14/03/2024, 21:05 - Ava: x\0\n14/03/2024, 21:06 - Ben: ok\n")
    assert isinstance(records[0], Message)
    assert records[0].text == "x\0"


@pytest.mark.parametrize("sample", [ANDROID * 20, IOS * 20])
def test_a_broken_archive_keeps_what_precedes(sample: bytes) -> None:
    records, notes = read_bytes(sample, broken=True)
    assert records
    assert notes.damaged == ["_chat.txt: the archive is broken"]


def test_nothing_readable_is_an_input_error() -> None:
    def fail() -> BinaryIO:
        raise InputError("encrypted")

    member = Member("_chat.txt", 10, None, fail)
    export = Container("c.zip", [member])
    assert chat.claim(export) == []
    with pytest.raises(InputError):
        list(chat.read(export, [member], Notes()))


@pytest.mark.parametrize(
    "data",
    [
        b"14/03/2024, 21:05 - " + b"a" * 3_000_000,
        b"14/03/2024, 21:05 - Ava: " + b"<" * 3_000_000 + b">\n",
        b"14/03/2024, 21:05 - Ava: " + b"a (" * 1_000_000 + b")\n",
        b"14/03/2024, 21:05 - Ava: x\n" + b"\xe2\x80\x8e" * 1_000_000 + b"\n",
        b"14/03/2024, 21:05 - Ava: x\n" + b"1/" * 1_000_000 + b"\n",
        b"14/03/2024, 21:05 - Ava: x\n" + b"[1/1/24, 10:00:00] B: y\n" * 40_000,
        b"".join(b"14/03/2024, 21:05 - %d: x\n" % n for n in range(40_000)),
        b"".join(
            b"14/03/2024, 21:05 - Ava: \xe2\x80\x8e" + b"%d added a removed b left c " % n * 15 + b"\n"
            for n in range(4_000)
        ),
        b"14/03/2024, 21:05 - Ava: POLL:\n" + b"O: x (1)\n" * 100_000,
        b"14/03/2024, 21:05 - Ava: x\n" + b"(" * 200 + b"\n" * 500_000,
    ],
)
def test_hostile_lines_take_no_long_time(data: bytes) -> None:
    begun = time.process_time()
    read_bytes(data)
    assert time.process_time() - begun < 15
