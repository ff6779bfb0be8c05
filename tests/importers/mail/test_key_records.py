"""Key records: which ones a mail wants, and those that somebody gives as a file."""

from __future__ import annotations

import contextlib
import json
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abusekit.errors import InputError
from abusekit.importers.mail.key_records import read_records
from abusekit.importers.mail.needed_keys import MOST_NAMES, needed_keys

NAME = "sel._domainkey.mail.example"
TXT = "v=DKIM1; k=rsa; p=AAAA"


def signed(selector: str, domain: str = "mail.example") -> bytes:
    line = f"DKIM-Signature: v=1; a=rsa-sha256; d={domain}; s={selector}; h=from; bh=AAAA; b=AAAA\n"
    return line.encode() + b"From: a@mail.example\nSubject: x\n\nbody\n"


@pytest.mark.parametrize(
    "data",
    [
        json.dumps({NAME: TXT, "other.example": "v=spf1"}),
        f"\ufeff{NAME} {TXT}\n",
        f'{NAME}. IN TXT "v=DKIM1; k=rsa; " "p=AAAA"\n',
        f'{NAME.upper()}. 3600 IN TXT "v=DKIM1; k=rsa; p=AA" "AA" ; key sel\n',
        f'; comment\n{NAME}. IN TXT (\n  "v=DKIM1; k=rsa; "\n  "p=AAAA" )\n',
        f'{NAME} "v=DKIM1\\; k=rsa\\059 p=AAAA"\r\n',
        f"{NAME} {TXT}\n\nDKIM-Signature: v=1;\nFrom: a\n\nother._domainkey.x.example v=DKIM1; p=B\n",
    ],
)
def test_forms_of_files(data: str) -> None:
    assert read_records(data.encode()) == {NAME: TXT}


@pytest.mark.parametrize(
    "data", [b"", b"\xff", b"{", b"{}", b"[1]", b"hello\n", b'{"x": 1}', b" " * (5 << 20), b"[" * 99999]
)
def test_files_without_records(data: bytes) -> None:
    with pytest.raises(InputError) as caught:
        read_records(data)
    assert caught.value.hint


def test_deep_json_is_refused() -> None:
    with pytest.raises(InputError):
        read_records(b'{"a":' * 100_000)


@given(st.text(max_size=300))
def test_nothing_else_is_raised(text: str) -> None:
    with contextlib.suppress(InputError):
        read_records(text.encode("utf-8", "replace"))


def test_records_of_the_samples(shared_data: Path) -> None:
    base = shared_data / "exports/email/dkim"
    assert len(read_records((base / "synthetic/dns_txt_records.json").read_bytes())) == 3
    assert set(read_records((base / "sa_rfc8463_ed25519_rsa.txt").read_bytes())) == {
        "brisbane._domainkey.football.example.com", "test._domainkey.football.example.com",
    }  # fmt: skip


def test_names_that_are_needed(shared_data: Path) -> None:
    base = shared_data / "exports/email/dkim"
    for name, wanted in (
        ("synthetic/01_valid_relaxed.eml", ["sel2024._domainkey.mail.example"]),
        ("synthetic/12_forged_authres_no_signature.eml", []),
        ("mk_gmail_no-end-boundary.eml", ["20120113._domainkey.gmail.com"]),
    ):
        assert needed_keys(BytesIO((base / name).read_bytes())) == wanted


def test_of_a_mailbox_each_once_and_those_of_attached_mails() -> None:
    inner = b"From: x@y.example\nContent-Type: message/rfc822\n\n" + signed("inner")
    box = b"".join(b"From -\n" + mail + b"\n" for mail in (signed("a"), signed("b"), signed("a"), inner))
    assert needed_keys(BytesIO(box)) == [f"{name}._domainkey.mail.example" for name in ("a", "b", "inner")]


@pytest.mark.parametrize(
    ("selector", "domain"),
    [
        ("a b", "x.example"),
        ("", "x.example"),
        ("a", "127.0.0.1/x"),
        ("a", "x" * 300),
        ("a;", "x"),
        ("é", "x.example"),
        ("a", ".."),
    ],
)
def test_only_host_names_are_asked_for(selector: str, domain: str) -> None:
    assert needed_keys(BytesIO(signed(selector, domain))) == []


def test_never_more_than_two_hundred() -> None:
    box = b"".join(b"From -\n" + signed(f"s{number}") + b"\n" for number in range(500))
    assert len(needed_keys(BytesIO(box))) == MOST_NAMES
