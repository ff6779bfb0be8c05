"""Good mails, damaged at random: nothing is raised, and every place still holds what its hash says."""

from __future__ import annotations

import hashlib
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from abusekit.containers.container import Container, Member
from abusekit.importers.importer import Importer, Notes
from abusekit.importers.mail import eml, mbox, outlook_msg
from abusekit.importers.mail.key_records import read_records
from abusekit.importers.mail.needed_keys import needed_keys

SETTINGS = settings(
    max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
PIECES = (
    b"\n", b"\r\n", b"\n\n", b"From -\n", b"--", b"=", b"=?", b"?=", b"\0", b"\xff", b'"', b";", b"(", b"<", b":",
    b"Content-Type: multipart/mixed; boundary=x\n", b"Content-Type: message/rfc822\n\n", b"From: a@b.example\n",
    b"DKIM-Signature: v=1; a=rsa-sha256; d=mail.example; s=sel2024; h=from; bh=aa==; b=aa==\n", b"\xed\xa0\x80",
    b"Received: by x; Tue, 5 Mar 2024 18:00:07 +0000\n", b"\xe2\x80\xae", b"-0000", b"l=5;", b"x=1;",
    b"X-smssync-date: 1\n",
)  # fmt: skip


def damaged(data: st.DataObject, raw: bytes) -> bytes:
    raw = bytearray(raw)
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, len(raw)))
        kind = data.draw(st.integers(0, 4))
        if kind == 0:
            raw[at : at + 1] = bytes([data.draw(st.integers(0, 255))])
        elif kind == 1:
            raw[at:at] = data.draw(st.sampled_from(PIECES))
        elif kind == 2:
            del raw[at : at + data.draw(st.integers(1, 60))]
        elif kind == 3:
            raw[at:at] = raw[at : at + data.draw(st.integers(1, 200))]
        else:
            del raw[at + data.draw(st.integers(0, 600)) :]
    return bytes(raw)


def check(importer: Importer, raw: bytes, keys: dict[str, str]) -> None:
    member = Member("a/x", len(raw), None, lambda: BytesIO(raw))
    export = Container("x", [member])
    importer.claim(export)
    for record in importer.read(export, [member], Notes(keys=keys, owner="jo@victim.example")):
        source = record.source
        assert 0 <= source.start <= source.end <= len(raw)
        assert hashlib.sha256(raw[source.start : source.end]).hexdigest() == source.sha256
        assert (record.n, record.uid) == (0, "")
        repr(record).encode("utf-8")  # no lone surrogates


@pytest.fixture(scope="module")
def keys(shared_data: Path) -> dict[str, str]:
    return read_records((shared_data / "exports/email/dkim/synthetic/dns_txt_records.json").read_bytes())


@pytest.fixture(scope="module")
def mails(shared_data: Path) -> list[bytes]:
    return [path.read_bytes() for path in sorted((shared_data / "exports/email").rglob("*.eml"))]


@SETTINGS
@given(st.data())
def test_damaged_mails(mails: list[bytes], keys: dict[str, str], data: st.DataObject) -> None:
    raw = damaged(data, data.draw(st.sampled_from(mails)))
    check(eml, raw, keys)
    assert len(needed_keys(BytesIO(raw))) <= 200


@SETTINGS
@given(st.data())
def test_damaged_mailboxes(mails: list[bytes], keys: dict[str, str], data: st.DataObject) -> None:
    chosen = data.draw(st.lists(st.sampled_from(mails), min_size=1, max_size=4))
    raw = b"".join(b"From - Tue Mar  5 18:00:07 2024\n" + one + b"\n\n" for one in chosen)
    check(mbox, damaged(data, raw), keys)


@SETTINGS
@given(st.data())
def test_damaged_outlook_messages(shared_data: Path, data: st.DataObject) -> None:
    paths = sorted((shared_data / "exports/email/msg").glob("*.msg"))
    raw = bytearray(data.draw(st.sampled_from(paths)).read_bytes())
    for _ in range(data.draw(st.integers(1, 20))):
        at = data.draw(st.integers(0, len(raw) - 1) | st.integers(0, 2_000))
        raw[at % len(raw)] = data.draw(st.integers(0, 255))
    if data.draw(st.booleans()):
        del raw[data.draw(st.integers(512, len(raw))) :]
    check(outlook_msg, bytes(raw), {})


@SETTINGS
@given(st.binary(max_size=400))
def test_any_bytes(raw: bytes) -> None:
    for importer in (eml, mbox, outlook_msg):
        check(importer, raw, {})
