"""What a signature that fits does not cover, and where the key comes from that it was checked with."""

from __future__ import annotations

from pathlib import Path

import pytest
from mail_reading import one
from signing import HEADERS, MAIL, Signer

from abusekit.importers.importer import Notes
from abusekit.importers.model import Check

RECORD = "sel._domainkey.mail.example"
ASKED = "asked of a name server, kept as E0004"
HANDED_IN = "from a file that was handed in, E0004"
TWO_PARTS = MAIL.partition(b"\r\n\r\n")[0] + (
    b'\r\nContent-Type: multipart/mixed; boundary="one"\r\nContent-Transfer-Encoding: 7bit\r\n\r\n'
    b"--two\r\n\r\nI will find you.\r\n--two--\r\n"
    b"--one\r\n\r\nSee you on Friday.\r\n--one--\r\n"
)


@pytest.fixture(scope="module")
def signer() -> Signer:
    return Signer.make()


def first(folder: Path, raw: bytes, record: str, sources: dict[str, str] | None = None) -> Check:
    check = one(folder, raw, notes=Notes(keys={RECORD: record}, key_sources=sources or {})).checks[0]
    assert check.what.startswith("DKIM 1")
    return check


def only_in_part(check: Check) -> bool:
    assert check.text.startswith("Only in part: ") == ("unchanged since" not in check.text)
    assert check.result == ("note" if check.text.startswith("Only in part: ") else "good")
    return check.result == "note"


def test_the_length_tag_covers_less_than_all(signer: Signer, tmp_path: Path) -> None:
    raw = signer.sign(length=True)
    assert first(tmp_path, raw, signer.record).text.startswith("The operator of")
    appended = raw + b"I will find you.\r\n"
    message = one(tmp_path, appended, notes=Notes(keys={RECORD: signer.record}))
    assert message.checks[0].result == "note"
    assert message.checks[0].text.startswith("Only in part: ")
    assert "unchanged since" not in message.checks[0].text
    assert any(flag.startswith("dkim_unsigned_tail:") for flag in message.flags)
    assert first(tmp_path, raw[:-30], signer.record).result == "changed"


def test_what_was_not_signed_is_named(signer: Signer, tmp_path: Path) -> None:
    raw = signer.sign(headers=[b"from", b"date"])
    check = first(tmp_path, raw, signer.record)
    assert check.result == "note"
    assert check.text.startswith("Only in part: ")
    assert "not signed, so anybody's: to, subject, message-id" in check.text
    assert "From is signed" in check.text


def test_a_body_of_which_nothing_is_signed(signer: Signer, tmp_path: Path) -> None:
    head = MAIL.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
    signed = signer.sign(head, length=True)
    assert b"l=0" in signed
    assert not only_in_part(first(tmp_path, signed, signer.record))  # there is no body that could be unsigned
    raw = signed + b"I will find you.\r\n"
    check = first(tmp_path, raw, signer.record)
    assert only_in_part(check)
    assert "nothing of the body (l=0); its 18 bytes are not signed and may be anybody's" in check.text
    message = one(tmp_path, raw, notes=Notes(keys={RECORD: signer.record}))
    assert "dkim_unsigned_tail:18" in message.flags


def test_an_exchanged_boundary_shows_another_text(signer: Signer, tmp_path: Path) -> None:
    """The signed bytes are the same, and another part of them is read."""
    signed = signer.sign(TWO_PARTS)
    altered = signed.replace(b'boundary="one"', b'boundary="two"')
    texts = []
    for raw in (signed, altered):
        check = first(tmp_path, raw, signer.record)
        assert only_in_part(check)
        assert "not signed, so anybody's: content-type, content-transfer-encoding" in check.text
        texts.append(one(tmp_path, raw).text.strip())
    assert texts == ["See you on Friday.", "I will find you."]


@pytest.mark.parametrize("left", [b"content-type", b"content-transfer-encoding", b"subject", b"date"])
def test_each_field_that_decides_what_is_read(signer: Signer, tmp_path: Path, left: bytes) -> None:
    every = [*HEADERS, b"content-type", b"content-transfer-encoding"]
    assert not only_in_part(first(tmp_path, signer.sign(TWO_PARTS, headers=every), signer.record))
    raw = signer.sign(TWO_PARTS, headers=[name for name in every if name != left])
    check = first(tmp_path, raw, signer.record)
    assert only_in_part(check)
    assert f"not signed, so anybody's: {left.decode()};" in check.text


def test_a_content_type_that_was_put_in_later(signer: Signer, tmp_path: Path) -> None:
    signed = signer.sign()
    assert not only_in_part(first(tmp_path, signed, signer.record))
    check = first(tmp_path, b"Content-Type: text/html\r\n" + signed, signer.record)
    assert only_in_part(check)
    assert "content-type" in check.text


def test_a_subject_that_was_taken_out(signer: Signer, tmp_path: Path) -> None:
    raw = signer.sign(headers=[b"from", b"to", b"date"]).replace(b"Subject: hello\r\n", b"")
    check = first(tmp_path, raw, signer.record)
    assert only_in_part(check)
    assert "subject (there is none)" in check.text


def test_a_header_that_is_too_long_to_be_read(signer: Signer, tmp_path: Path) -> None:
    line = b"X-Line: a\r\n"
    raw = signer.sign(MAIL.replace(b"\r\n\r\n", b"\r\n" + line * 2_000 + b"\r\n", 1))
    check = first(tmp_path, raw, signer.record)
    assert only_in_part(check)
    assert "too many to be read here" in check.text


@pytest.mark.parametrize(
    ("source", "what"), [(ASKED, "DKIM 1"), (HANDED_IN, "DKIM 1 (key from a file)"), ("", "DKIM 1")]
)
def test_the_source_of_the_key_is_named(signer: Signer, tmp_path: Path, source: str, what: str) -> None:
    signed = signer.sign()
    for raw, record, result in (
        (signed, signer.record, "good"),
        (signed.replace(b"hello", b"hullo"), signer.record, "changed"),
        (signed, "v=DKIM1; p=", "not_checked"),
        (signed, "v=DKIM1; k=rsa; p=AAAA", "not_checked"),
    ):
        check = first(tmp_path, raw, record, {RECORD.upper() + ".": source})
        assert (check.what, check.result) == (what, result)
        assert check.text.endswith(f"; the key: {source}" if source else ".")
        assert ("the key:" in check.text) == bool(source)


def test_no_source_where_no_key_was_used(signer: Signer, tmp_path: Path) -> None:
    sources = {RECORD: HANDED_IN}
    void = first(tmp_path, signer.sign().replace(b"v=1;", b"v=2;", 1), signer.record, sources)
    missing = one(tmp_path, signer.sign(), notes=Notes(key_sources=sources)).checks[0]
    for check in (void, missing):
        assert (check.what, check.result) == ("DKIM 1", "not_checked")
        assert "the key:" not in check.text
