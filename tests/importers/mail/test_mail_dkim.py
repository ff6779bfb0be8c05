"""Signatures: the fourteen samples that two programs agreed on, the vectors of the RFCs, and attacks of our own."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from dkim.canonicalization import Relaxed, Simple
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from mail_reading import mailbox, one
from signing import MAIL, Signer, ed25519_record

from abusekit.importers.importer import Notes
from abusekit.importers.mail.dkim_check import Mail
from abusekit.importers.mail.dkim_tags import tags_of
from abusekit.importers.mail.headers import read_header
from abusekit.importers.mail.key_records import read_records
from abusekit.importers.model import Check, Message

RECORD = "sel._domainkey.mail.example"


@pytest.fixture(scope="module")
def signer() -> Signer:
    return Signer.make()


@pytest.fixture(scope="module")
def sample_keys(shared_data: Path) -> dict[str, str]:
    path = shared_data / "exports/email/dkim/synthetic/dns_txt_records.json"
    return read_records(path.read_bytes())


def dkim_checks(folder: Path, raw: bytes, keys: dict[str, str]) -> list[Check]:
    return [
        check for check in one(folder, raw, notes=Notes(keys=keys)).checks if check.what.startswith("DKIM")
    ]


def single(folder: Path, raw: bytes, record: str) -> Check:
    (check,) = dkim_checks(folder, raw, {RECORD: record})
    return check


@pytest.mark.parametrize(
    ("name", "result", "words"),
    [
        ("01_valid_relaxed", "good", "The operator of mail.example signed these headers and this body"),
        ("02_valid_as_lf_file", "good", "line ends were restored to CR LF"),
        ("03_body_tampered", "changed", "but the body is not"),
        ("04_subject_tampered", "changed", "but the signed headers, or the signature, are not"),
        ("05_mailing_list_footer", "changed", "mailing lists and scanners do that"),
        ("06_l_tag_appended_text", "note", "the 53 bytes after them are not signed"),
        ("07_simple_simple_valid", "good", "no second From could be added"),
        ("08_simple_header_refolded", "changed", "but the signed headers, or the signature, are not"),
        ("09_unknown_selector_key_gone", "not_checked", "is not held"),
        ("10_revoked_key", "not_checked", "has withdrawn this key"),
        ("11_test_mode_key", "good", "only tries DKIM out (t=y)"),
        ("12_forged_authres_no_signature", "not_checked", "carries no DKIM signature"),
        ("13_second_from_prepended", "changed", "the mail carries 2 From lines"),
        ("14_signature_expired_x", "good", "still so on receipt at 2024-03-05 18:00:07 UTC"),
    ],
)
def test_the_samples_that_two_programs_agreed_on(
    shared_data: Path, tmp_path: Path, sample_keys: dict[str, str], name: str, result: str, words: str
) -> None:
    raw = (shared_data / f"exports/email/dkim/synthetic/{name}.eml").read_bytes()
    (check,) = dkim_checks(tmp_path, raw, sample_keys)
    assert check.result == result
    assert words in check.text
    assert ("unchanged since" in check.text) == (result == "good")
    if result == "changed":
        assert "forg" not in check.text


def test_the_forged_authentication_results_are_contradicted(shared_data: Path, tmp_path: Path) -> None:
    raw = (shared_data / "exports/email/dkim/synthetic/12_forged_authres_no_signature.eml").read_bytes()
    check = next(one for one in one(tmp_path, raw).checks if one.what == "Authentication-Results")
    assert check.result == "note"
    assert "carries no DKIM signature, so nothing bears this out" in check.text


def test_gmail_with_its_published_key(shared_data: Path, tmp_path: Path) -> None:
    base = shared_data / "exports/email/dkim"
    lines = (base / "mk_gmail_20120113.pub.pem").read_text("ascii").splitlines()
    key = "".join(line for line in lines if not line.startswith("-"))
    raw = (base / "mk_gmail_no-end-boundary.eml").read_bytes()
    (check,) = dkim_checks(tmp_path, raw, {"20120113._domainkey.gmail.com": f"k=rsa; p={key}"})
    assert check.result == "good"
    assert "not signed" not in check.text.replace("not signed, so anybody's: mime-version", "")


@pytest.mark.parametrize(("name", "signatures"), [("sa_rfc6376_simple", 1), ("sa_rfc8463_ed25519_rsa", 2)])
def test_vectors_of_the_rfcs(shared_data: Path, tmp_path: Path, name: str, signatures: int) -> None:
    data = (shared_data / f"exports/email/dkim/{name}.txt").read_bytes()
    keys = read_records(data)
    assert len(keys) == signatures
    raw = data.partition(b"\n\n")[2]
    assert [check.result for check in dkim_checks(tmp_path, raw, keys)] == ["good"] * signatures
    altered = raw.replace(b"We lost the game", b"We won the game!")
    assert altered != raw
    assert [check.result for check in dkim_checks(tmp_path, altered, keys)] == ["changed"] * signatures


def test_honest(signer: Signer, tmp_path: Path) -> None:
    for canonical in ((b"relaxed", b"relaxed"), (b"simple", b"simple"), (b"relaxed", b"simple")):
        check = single(tmp_path, signer.sign(canonical=canonical), signer.record)
        assert check.result == "good", check.text
        assert "it does not say which person wrote it" in check.text
        assert "mail.example is the domain of the address in From" in check.text


def test_every_flipped_byte_of_the_signed_part_is_seen(signer: Signer, tmp_path: Path) -> None:
    raw = signer.sign(canonical=(b"simple", b"simple"))
    first = raw.index(b"Message-ID:")
    last = len(raw.rstrip())
    for at in range(first, last, 7):
        altered = raw[:at] + bytes([raw[at] ^ 0x02]) + raw[at + 1 :]
        checks = dkim_checks(tmp_path, altered, {RECORD: signer.record})
        assert [check.result for check in checks] == ["changed"], at


@pytest.mark.parametrize(
    ("record", "words"),
    [
        ("v=DKIM1; p=", "withdrawn"),
        ("v=DKIM2; p={p}", "cannot be read"),
        ("k=rsa", "cannot be read"),
        ("k=rsa; p=AAAA", "the key cannot be read"),
        ("k=rsa; p={p}; p={p}", "cannot be read"),
        ("k=ed25519; p={p}", "for another algorithm"),
        ("h=sha1; p={p}", "does not allow sha256"),
        ("s=tlsrpt; p={p}", "not for e-mail"),
        ("nonsense", "cannot be read"),
        ("p=" + "A" * 20_000, "not one"),
        ("p=\u00e9", "not one"),
    ],
)
def test_records_with_which_nothing_can_be_verified(
    signer: Signer, tmp_path: Path, record: str, words: str
) -> None:
    check = single(tmp_path, signer.sign(), record.replace("{p}", signer.p))
    assert check.result == "not_checked"
    assert words in check.text


def test_keys_that_are_too_small_or_short(tmp_path: Path) -> None:
    tiny = Signer.make(1024)
    check = single(tmp_path, tiny.sign(), tiny.record)
    assert check.result == "good"
    assert "the key is short (1024 bits)" in check.text
    # 512 bits: what was in use when DKIM began, and is factored in hours today
    broken = (
        "MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBALrCB/9hzw+ARwP+kSkDtFU1l/CGqsuT"
        "XeOjw2dcRKWsX1P+IMXNDUnh0TqC0C/Cod2fLBylpMOUmDMpbY7rArsCAwEAAQ=="
    )
    check = single(tmp_path, tiny.sign(), f"p={broken}")
    assert check.result == "not_checked"
    assert "the key has 512 bits" in check.text


def test_sha1_is_not_accepted(signer: Signer, tmp_path: Path) -> None:
    check = single(tmp_path, signer.sign(algorithm=b"rsa-sha1"), signer.record)
    assert check.result == "not_checked"
    assert "SHA-1, which is no longer accepted" in check.text


def test_a_space_before_the_colon_counts_in_the_simple_form_only(signer: Signer, tmp_path: Path) -> None:
    for form, result in ((b"relaxed", "good"), (b"simple", "changed")):
        raw = signer.sign(canonical=(form, form)).replace(b"Subject:", b"Subject :")
        assert single(tmp_path, raw, signer.record).result == result


def test_a_second_subject_on_top_is_not_covered(signer: Signer, tmp_path: Path) -> None:
    """A signature covers the lowest line of a name; programs show the topmost."""
    raw = b"Subject: I confess\r\n" + signer.sign()
    message = one(tmp_path, raw, notes=Notes(keys={RECORD: signer.record}))
    assert message.title == "hello"  # the lowest, which was signed
    assert message.checks[0].result == "note"
    assert message.checks[0].text.startswith("Only in part: ")
    assert "CONFLICT: more lines than were signed of subject" in message.checks[0].text
    assert "several_subject" in message.flags


@pytest.mark.parametrize(
    ("domain", "author", "words"),
    [
        (b"mail.example", b"sam@mail.example", "mail.example is the domain of"),
        (b"mail.example", b"sam@a.mail.example", "mail.example is a parent of a.mail.example"),
        (b"a.mail.example", b"sam@mail.example", "a.mail.example is a subdomain of mail.example"),
        (b"bulk.example", b"sam@mail.example", "bulk.example is not the domain of the address in From"),
        (b"l.example", b"sam@mail.example", "l.example is not the domain"),
    ],
)
def test_how_the_signer_stands_to_the_address(
    signer: Signer, tmp_path: Path, domain: bytes, author: bytes, words: str
) -> None:
    raw = signer.sign(MAIL.replace(b"sam@mail.example", author), domain=domain)
    (check,) = dkim_checks(tmp_path, raw, {f"sel._domainkey.{domain.decode()}.": signer.record})
    assert check.result == "good"
    assert words in check.text


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (b"v=1", b"v=2", "version"),
        (b"rsa-sha256", b"rsa-md5", "algorithm"),
        (b"c=relaxed/relaxed", b"c=nowsp", "canonicalisation"),
        (b"d=mail.example", b"d=mail example", "host name"),
        (b"d=mail.example", b"d=other.example", "i= is of another domain"),
        (b"s=sel", b"s=../../x", "host name"),
        (b"q=dns/txt", b"q=http", "DNS"),
        (b"bh=", b"bh=!", "Base64"),
        (b"t=", b"t=x", "not a number"),
        (b"v=1;", b"v=1; v=1;", "list of tags"),
        (b"v=1;", b"", "v= is missing"),
        (b"v=1;", b"v=1; x=5;", "ends before it begins"),
        (b"v=1;", b"v=1; z=a b=c;", "b= cannot be told apart"),
        (b"v=1;", b"v=1; z=" + b" " * 300 + b";", "spaced wider"),
        (b"v=1;", b"v=1; z=\xc3\xa9;", "not ASCII"),
        (b"v=1;", b"v=1; z=" + b"a" * 20_000 + b";", "longer"),
    ],
)
def test_void_signatures(signer: Signer, tmp_path: Path, old: bytes, new: bytes, words: str) -> None:
    raw = signer.sign()
    altered = raw.replace(old, new, 1)
    assert altered != raw
    check = single(tmp_path, altered, signer.record)
    assert check.result == "not_checked"
    assert words in check.text, check.text


def test_a_signature_that_leaves_out_from_is_void(signer: Signer, tmp_path: Path) -> None:
    raw = signer.sign()
    altered = re.sub(rb"h=from : ", b"h=", raw, count=1).replace(b" : from;", b";", 1)
    assert b"from" not in altered.partition(b"bh=")[0].partition(b"h=")[2]
    assert "does not cover From" in single(tmp_path, altered, signer.record).text


def test_twenty_signatures_are_looked_at(signer: Signer, tmp_path: Path) -> None:
    raw = signer.sign()
    line = raw[: raw.index(b"Received:")]
    checks = dkim_checks(tmp_path, line * 30 + raw, {RECORD: signer.record})
    assert [check.result for check in checks] == ["good"] * 20 + ["not_checked"]
    assert "11 further signatures" in checks[-1].text


def test_one_good_signature_does_not_hide_a_bad_one(signer: Signer, tmp_path: Path) -> None:
    raw = signer.sign()
    line = raw[: raw.index(b"Received:")]
    bad = line.replace(b"h=from : to : ", b"h=from : ")
    assert bad != line
    assert [one.result for one in dkim_checks(tmp_path, bad + raw, {RECORD: signer.record})] == [
        "changed",
        "good",
    ]


def test_an_ended_signature_is_held_against_the_receipt(
    shared_data: Path, tmp_path: Path, sample_keys: dict[str, str]
) -> None:
    raw = (shared_data / "exports/email/dkim/synthetic/14_signature_expired_x.eml").read_bytes()
    for old, new, result, words in (
        (b"5 Mar 2024 18:00:07 +0000", b"7 Mar 2024 18:00:07 +0000", "note", "it had run out"),
        (b"5 Mar 2024 18:00:07 +0000", b"soon", "note", "when it was received is not known"),
    ):
        assert old in raw
        (check,) = dkim_checks(tmp_path, raw.replace(old, new), sample_keys)
        assert check.result == result
        assert words in check.text


def test_the_answer_does_not_depend_on_the_clock(
    signer: Signer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = signer.sign()
    before = single(tmp_path, raw, signer.record)
    for now in (0.0, 4e9):
        monkeypatch.setattr("time.time", lambda now=now: now)
        assert single(tmp_path, raw, signer.record) == before


def test_ed25519(signer: Signer, tmp_path: Path) -> None:
    """dkimpy cannot make one without another package, so the signature is put together here (RFC 8463 section 3)."""
    private = Ed25519PrivateKey.generate()
    raw = signer.sign().replace(b"a=rsa-sha256", b"a=ed25519-sha256", 1)
    header = read_header(raw)
    line = header.all("dkim-signature")[0]
    bare = re.sub(rb"([;\s]b=)[^;]*$", rb"\1", line.value.rstrip())
    hashed = hashlib.sha256()
    fields = [[b.name.lower().encode(), b.value] for b in header.fields]
    names = (tags_of(line.value.decode()) or {})["h"].replace(" ", "").encode().split(b":")
    chosen = dkim.select_headers(fields, [re.sub(rb"\s", b"", name) for name in names])
    for name, value in [*Relaxed.canonicalize_headers(chosen)]:
        hashed.update(name + b":" + value)
    (own,) = Relaxed.canonicalize_headers([(b"dkim-signature", bare)])
    hashed.update(own[0] + b":" + own[1].rstrip())
    signed = base64.b64encode(private.sign(hashed.digest()))
    mail = raw.replace(line.value, bare + signed + b"\r\n", 1)
    check = single(tmp_path, mail, ed25519_record(private))
    assert check.result == "good", check.text
    assert single(tmp_path, mail.replace(b"hello", b"hullo"), ed25519_record(private)).result == "changed"
    other = ed25519_record(Ed25519PrivateKey.generate())
    assert single(tmp_path, mail, other).result == "changed"


def test_lines_that_a_mailbox_quoted(signer: Signer, tmp_path: Path) -> None:
    signed = signer.sign().replace(b"\r\n", b"\n")
    quoted = signed.replace(b"\nFrom now", b"\n>From now")
    opening = b"From - Tue Mar  5 18:00:07 2024\n"
    for mail, words in ((signed, ""), (quoted, "after `>From ` was turned back")):
        (message,) = mailbox(tmp_path, opening + mail + b"\n", notes=Notes(keys={RECORD: signer.record}))
        assert isinstance(message, Message)
        assert message.checks[0].result == "good"
        assert words in message.checks[0].text
        assert ("turned back" in message.checks[0].text) == bool(words)
    # as a file of its own the same bytes are simply changed
    assert single(tmp_path, quoted, signer.record).result == "changed"


def test_a_mail_attached_to_another_keeps_its_proof(signer: Signer, tmp_path: Path) -> None:
    from mail_reading import read

    inner = signer.sign()
    outer = (
        b"From: jo@victim.example\r\nTo: help@police.example\r\nDate: Wed, 6 Mar 2024 09:00:00 +0000\r\n"
        b'Content-Type: multipart/mixed; boundary="q"\r\n\r\n--q\r\n\r\nSee what came.\r\n'
        b"--q\r\nContent-Type: message/rfc822\r\n\r\n" + inner + b"\r\n--q--\r\n"
    )
    outside, attached = read(tmp_path, outer, notes=Notes(keys={RECORD: signer.record}))
    assert isinstance(attached, Message)
    assert isinstance(outside, Message)
    assert attached.checks[0].result == "good"
    assert outer[attached.source.start : attached.source.end] == inner
    assert attached.times[0][0].endswith("(claim)")
    assert attached.flags == ("attached",)
    assert outside.attachments[0].media_type == "message/rfc822"


@given(st.lists(st.sampled_from([b" ", b"\t", b"\r\n", b"a", b"bc", b"."]), max_size=30).map(b"".join))
def test_the_canonical_body_is_dkimpys(body: bytes) -> None:
    """The standard's two forms, against the program that has long been used for them; mails end their last line."""
    body += b"\r\n"
    mail = Mail(b"A: b\r\n\r\n" + body, read_header(b"A: b\r\n\r\n" + body))
    assert mail.canonical("simple") == Simple.canonicalize_body(body)
    assert mail.canonical("relaxed") == Relaxed.canonicalize_body(body)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_nothing_is_called_good_that_dkimpy_refuses(
    signer: Signer, tmp_path: Path, data: st.DataObject
) -> None:
    """The whole of dkimpy, with its own reading of mail, body and record, on mails altered at random."""
    canonical = data.draw(
        st.sampled_from([(b"relaxed", b"relaxed"), (b"simple", b"simple"), (b"relaxed", b"simple")])
    )
    raw = bytearray(signer.sign(canonical=canonical, length=data.draw(st.booleans())))
    for _ in range(data.draw(st.integers(0, 2))):
        at = data.draw(st.integers(0, len(raw) - 2))
        piece = data.draw(
            st.sampled_from([b" ", b"\t", b"\r\n", b"\r\n ", b"x", b"Subject: y\r\n", b"=", b";", b":"])
        )
        if data.draw(st.booleans()):
            raw[at:at] = piece
        else:
            raw[at : at + 1] = piece
    mail = bytes(raw)
    assume(
        re.search(rb"(?m)^[!-9;-~]+[ \t]+:", mail) is None
    )  # valid (RFC 5322 section 4.5), but dkimpy refuses it
    try:
        theirs = dkim.DKIM(mail).verify(dnsfunc=lambda name, timeout=0: signer.record.encode())
    except (dkim.DKIMException, ValueError, IndexError):
        theirs = False
    try:
        results = {check.result for check in dkim_checks(tmp_path, mail, {RECORD: signer.record})}
    except AssertionError:
        assume(False)  # no longer a mail, so that nobody claims it
    if "good" in results:
        assert theirs
    if theirs:
        assert results <= {"good", "note", "not_checked"}
