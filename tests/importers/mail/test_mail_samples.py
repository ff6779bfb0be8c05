"""Every sample of e-mail, against what is known of it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from abusekit.containers.container import Container, open_container
from abusekit.errors import InputError
from abusekit.importers.importer import Importer, Notes
from abusekit.importers.mail import eml, mbox, outlook_msg
from abusekit.importers.model import Event, Message, Record

IMPORTERS: tuple[Importer, ...] = (outlook_msg, mbox, eml)
OURS = ("email/", "sms-backup-restore/br_smsbackupplus")
VECTORS = ("email/dkim/sa_rfc6376_simple.txt", "email/dkim/sa_rfc8463_ed25519_rsa.txt")
"""DNS lines stand before the mail: no export of anybody, but vectors for the signatures."""
LIKE_A_MAILBOX = "email/mbox/mk_issue1189-summary.txt"
"""A summary in the very form of a mailbox: headers after `From ` lines, without bodies."""


@pytest.fixture(scope="session")
def exports(shared_data: Path) -> Path:
    return shared_data / "exports"


@pytest.fixture(scope="session")
def expected(exports: Path) -> dict[str, dict[str, Any]]:
    every = json.loads((exports / "expected.json").read_text("utf-8"))
    ours = {name: facts for name, facts in every.items() if name.startswith(OURS) and name not in VECTORS}
    assert len(ours) == 25
    return ours


def read(path: Path, notes: Notes | None = None) -> tuple[str, list[Record]]:
    with open_container([(path, path.name)]) as export:
        for importer in IMPORTERS:
            members = importer.claim(export)
            if members:
                return importer.NAME, list(importer.read(export, members, notes or Notes()))
    return "", []


def test_counts_times_and_senders(exports: Path, expected: dict[str, dict[str, Any]]) -> None:
    for name, facts in expected.items():
        _, records = read(exports / name)
        messages = [one for one in records if isinstance(one, Message)]
        assert len(messages) == facts["messages"], name
        assert sum(isinstance(one, Event) for one in records) == facts.get("events", 0), name
        instants = [one.sent.at.replace(".000Z", "Z") for one in messages if one.sent is not None]
        if "dkim/mk_gmail" in name:  # the sample states the receipt; the sender's clock was 50 s behind
            assert messages[0].sent is not None
            assert messages[0].sent.at == "2016-01-11T15:32:47Z"
            assert [at.at for _, at in messages[0].times][:3] == [facts["first"]] * 3
        elif "first" in facts:
            assert (min(instants), max(instants)) == (facts["first"], facts["last"]), name
        if "senders" in facts:
            assert list(dict.fromkeys(one.author.id for one in messages if one.author)) == facts["senders"], (
                name
            )


def test_every_hash_is_of_exactly_its_bytes(exports: Path) -> None:
    seen = 0
    for path in sorted((exports / "email").rglob("*.*")):
        data = path.read_bytes()
        for record in read(path)[1]:
            source = record.source
            assert source.member == path.name
            assert hashlib.sha256(data[source.start : source.end]).hexdigest() == source.sha256
            seen += 1
    assert seen > 50


def test_exactly_ours_is_claimed_each_alone(exports: Path) -> None:
    for path in sorted(one for one in exports.rglob("*") if one.is_file()):
        name = path.relative_to(exports).as_posix()
        is_mail = name.endswith((".eml", ".msg", ".mbox.txt")) or name == LIKE_A_MAILBOX
        try:
            claimed = read_name(path)
        except InputError:
            claimed = ""
        assert bool(claimed) == is_mail, name
        if claimed:
            assert claimed == ("msg" if name.endswith(".msg") else "mbox" if "/mbox/" in name else "eml"), (
                name
            )


def read_name(path: Path) -> str:
    with open_container([(path, path.name)]) as export:
        return ",".join(importer.NAME for importer in IMPORTERS if importer.claim(export))


def claimed_in(folder: Path) -> dict[str, set[str]]:
    with open_container([(folder, folder.name)]) as export:
        return {importer.NAME: {one.path for one in importer.claim(export)} for importer in IMPORTERS}


def test_exactly_ours_is_claimed_in_a_folder(exports: Path) -> None:
    claimed = claimed_in(exports)
    assert claimed["eml"] == {one.relative_to(exports).as_posix() for one in exports.rglob("*.eml")}
    assert claimed["msg"] == {one.relative_to(exports).as_posix() for one in exports.rglob("*.msg")}
    boxes = {one.relative_to(exports).as_posix() for one in exports.rglob("*.mbox.txt")}
    assert claimed["mbox"] == boxes | {LIKE_A_MAILBOX}


def test_a_member_that_cannot_be_read_is_told_of_and_the_rest_goes_on(exports: Path) -> None:
    path = exports / "email/dkim/synthetic/01_valid_relaxed.eml"
    notes = Notes()
    with open_container([(path, "a.eml"), (path, "b.eml")]) as export:
        members = list(eml.claim(export))
        assert len(members) == 2

        def broken() -> Any:
            raise InputError("broken archive")

        members[0].opener = broken
        assert len(list(eml.read(export, members, notes))) == 1
        assert len(notes.damaged) == 1
        members[1].opener = broken
        with pytest.raises(InputError, match="broken archive"):
            list(eml.read(Container("x", members), members, Notes()))


def test_gmail_in_the_forms_of_a_mailbox(exports: Path) -> None:
    """The offsets that MimeKit found."""
    base = exports / "email/mbox"
    for form, data in (
        ("unix", (base / "mk_issue1189.mbox.txt").read_bytes()),
        ("dos", (base / "mk_issue1189.mbox.txt").read_bytes().replace(b"\n", b"\r\n")),
    ):
        truth = json.loads((base / f"mk_issue1189.{form}-offsets.json").read_text("utf-8"))
        from io import BytesIO

        from abusekit.importers.mail.mbox_split import split

        pieces = list(split(BytesIO(data)))
        assert [(one.start, one.end) for one in pieces] == [
            (one["beginOffset"], one["endOffset"]) for one in truth
        ]
        assert [one.start - len(one.marker) for one in pieces] == [one["mboxMarkerOffset"] for one in truth]


def test_the_parts_lie_where_mimekit_found_them(exports: Path) -> None:
    from abusekit.importers.mail.mime import leaves, parse

    base = exports / "email/mbox"
    data = (base / "mk_issue1189.mbox.txt").read_bytes()
    truth = json.loads((base / "mk_issue1189.unix-offsets.json").read_text("utf-8"))

    def flat(entity: dict[str, Any]) -> list[tuple[int, int, str]]:
        inner = [one for child in entity.get("children", ()) for one in flat(child)]
        return inner or [(entity["beginOffset"], entity["endOffset"], entity["mimeType"])]

    for one in (truth[0], truth[2], truth[3]):
        found = leaves(parse(data, one["beginOffset"], one["endOffset"]).root)
        assert [(leaf.start, leaf.end, leaf.media) for leaf in found] == flat(one["body"])


@pytest.mark.parametrize(
    ("name", "subject", "text", "flags"),
    [
        ("un_mime-word-encoded-subject", "Simple email with ☸☿ Unicode subject", "This is a simple", {"date_missing"}),
        ("un_test-invalid-date", "Test invalid date format", "This is a test-email", {"date_unreadable"}),
        ("un_test-iso-8601-date", "Test a Z-suffix date", "This is a test-email", {"date_form:iso"}),
        ("st_malformed_003", "", "body", {"date_missing", "mime_unclosed", "mime_no_boundary"}),
        ("st_malformed_007", "", "", {"date_missing", "header_malformed"}),
        ("st_rfc_004", "Internet Digest, volume 42", "...Introductory text", {"weekday_differs:Mon"}),
        ("st_rfc_005", "Sample message", "This is implicitly typed", {"mime_text_outside"}),
        ("st_rfc_006", "Multipart Email Example", "Plain text email", {"date_missing", "html_differs"}),
    ],
)  # fmt: skip
def test_odd_mails(exports: Path, name: str, subject: str, text: str, flags: set[str]) -> None:
    first = read(exports / f"email/eml/{name}.eml")[1][0]
    assert isinstance(first, Message)
    assert first.title == subject
    assert first.text.startswith(text)
    assert set(first.flags) == flags


def test_who_is_named_where(exports: Path) -> None:
    first = read(exports / "email/eml/un_mime-multi-to-cc-bcc.eml")[1][0]
    assert isinstance(first, Message)
    assert [one.id for one in first.recipients] == [f"{name}@example.com" for name in
        ("bob", "sue", "tom", "alice", "john", "mary")]  # fmt: skip
    assert "recipients:to=2,cc=2,bcc=2" in first.flags


def test_attached_mails_are_records_of_their_own(exports: Path) -> None:
    records = read(exports / "email/eml/un_mime-multipart-digest.eml")[1]
    assert [one.title for one in records if isinstance(one, Message)] == [
        "Example Multipart Digest Email", "First Message", "Second Message", "Third Message",
    ]  # fmt: skip
    inner = records[1]
    assert isinstance(inner, Message)
    assert inner.flags[0] == "attached_to:<1234567890@example.com>"
    assert inner.source.at == "part 1"


def test_a_text_message_that_a_program_stored_as_mail(exports: Path) -> None:
    _, (sms,) = read(exports / "sms-backup-restore/br_smsbackupplus_flat_received.eml")
    assert isinstance(sms, Message)
    assert (sms.kind, sms.platform, sms.direction) == ("sms", "sms", "in")
    assert sms.text == "Hello from Alice\n"
    assert sms.author is not None
    assert (sms.author.id, sms.author.id_kind) == ("4075551234", "phone")
    assert sms.recipients[0].owner is True
