"""Parts, bodies and attachments; the standard library as a second reader."""

from __future__ import annotations

import email
import email.policy
import hashlib
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mail_reading import one, read

from abusekit.importers.importer import Notes
from abusekit.importers.mail.mime import MOST_PARTS, decoded, leaves, parse
from abusekit.importers.model import Message

HEAD = (
    b"From: Sam <sam@mail.example>\nTo: jo@victim.example\nDate: Tue, 5 Mar 2024 18:00:00 +0000\nSubject: x\n"
)


def mixed(*parts: bytes, kind: bytes = b"mixed") -> bytes:
    head = HEAD + b"Content-Type: multipart/" + kind + b'; boundary="q"\n\n'
    return head + b"".join(b"--q\n" + part + b"\n" for part in parts) + b"--q--\n"


TEXT = b"Content-Type: text/plain\n\nI know where you are."
HTML = b"Content-Type: text/html\n\n<p>I know <b>where</b> you are.</p>"
PICTURE = b'Content-Type: image/png; name="a.png"\nContent-Transfer-Encoding: base64\n\niVBORw0KGgo='


def test_the_standard_library_finds_the_same_parts(shared_data: Path) -> None:
    """On well-formed mails; on the malformed samples the two differ where the standard says nothing."""
    compared = 0
    for path in sorted((shared_data / "exports/email").rglob("*.eml")):
        if "malformed" in path.name:
            continue
        raw = path.read_bytes()
        theirs = email.message_from_bytes(raw, policy=email.policy.compat32)
        ours = leaves(parse(raw).root)
        plain = [p for p in theirs.walk() if not p.is_multipart() or p.get_content_type() == "message/rfc822"]
        flat: list[tuple[str, bytes | None]] = []
        inside = 0
        for part in plain:
            if part.get_content_type() == "message/rfc822":
                inside += sum(not sub.is_multipart() for sub in part.get_payload(0).walk())
                flat.append(("message/rfc822", None))
            elif inside:
                inside -= 1
            else:
                flat.append((part.get_content_type(), part.get_payload(decode=True)))
        assert [part.media for part in ours] == [media for media, _ in flat], path.name
        for part, (_, payload) in zip(ours, flat, strict=True):
            if payload is not None and part.encoding != "base64" and "no-end-boundary" not in path.name:
                assert decoded(raw, part)[0].replace(b"\r\n", b"\n") == payload.replace(b"\r\n", b"\n"), (
                    path.name
                )
                compared += 1
    assert compared > 25


def test_plain_text_is_shown_and_html_only_without_it(tmp_path: Path) -> None:
    both = one(tmp_path, mixed(TEXT, HTML, kind=b"alternative"))
    assert both.text == "I know where you are."
    assert "html_differs" not in both.flags
    html = one(tmp_path, mixed(HTML, kind=b"alternative"))
    assert html.text.strip() == "I know where you are."
    assert "html to text" in html.steps


def test_another_text_for_those_who_see_html_is_flagged(tmp_path: Path) -> None:
    other = b"Content-Type: text/html\n\n<style>p{}</style><p>Something else entirely was written here</p>"
    assert "html_differs" in one(tmp_path, mixed(TEXT, other, kind=b"alternative")).flags


def test_attachments_with_the_hash_of_what_they_decode_to(tmp_path: Path) -> None:
    message = one(tmp_path, mixed(TEXT, PICTURE, b"Content-Disposition: attachment; filename=b.txt\n\nnote"))
    picture, note = message.attachments
    assert (picture.name, picture.state, picture.media_type, picture.size) == (
        "a.png",
        "present",
        "image/png",
        8,
    )
    assert picture.sha256 == hashlib.sha256(b"\x89PNG\r\n\x1a\n").hexdigest()
    assert picture.note.startswith("part 2, bytes ")
    assert note.sha256 == hashlib.sha256(b"note").hexdigest()
    assert message.text == "I know where you are."


def test_a_claimed_type_that_is_not_the_content_is_told(tmp_path: Path) -> None:
    program = b'Content-Type: image/png; name="a.png"\n\nMZ\x90\x00'
    (file,) = one(tmp_path, mixed(TEXT, program)).attachments
    assert file.media_type == "application/octet-stream"
    assert "claimed to be image/png" in file.note


def test_base64_that_is_cut(tmp_path: Path) -> None:
    (file,) = one(tmp_path, mixed(TEXT, PICTURE[:-3])).attachments
    assert file.state == "corrupt"
    assert file.size == 6


@pytest.mark.parametrize(
    ("raw", "flag", "text"),
    [
        (mixed(TEXT)[:-6], "mime_unclosed", "I know where you are."),
        (HEAD + b"Content-Type: multipart/mixed\n\nno boundary", "mime_no_boundary", "no boundary"),
        (HEAD + b"Content-Type: multipart/mixed; boundary=z\n\nno such", "mime_no_boundary", "no such"),
        (mixed(TEXT) + b"I was added behind the end.", "mime_text_outside", "I know where you are."),
        (
            mixed(TEXT).replace(b"--q\n", b"Hidden before.\n--q\n", 1),
            "mime_text_outside",
            "I know where you are.",
        ),
    ],
)
def test_faults_of_the_structure(tmp_path: Path, raw: bytes, flag: str, text: str) -> None:
    message = one(tmp_path, raw)
    assert flag in message.flags
    assert message.text.strip() == text


def test_the_usual_words_before_the_first_part_are_no_fault(tmp_path: Path) -> None:
    raw = mixed(TEXT).replace(b"--q\n", b"This is a multi-part message in MIME format.\n--q\n", 1)
    assert "mime_text_outside" not in one(tmp_path, raw).flags


def test_ten_thousand_parts_and_more(tmp_path: Path) -> None:
    began = time.perf_counter()
    message = one(tmp_path, mixed(*[PICTURE] * (MOST_PARTS + 50)))
    assert "mime_too_many_parts" in message.flags
    assert len(message.attachments) == 1_000
    assert f"attachments_not_listed:{MOST_PARTS - 1_000}" in message.flags
    assert time.perf_counter() - began < 10


def test_a_thousand_levels_of_parts(tmp_path: Path) -> None:
    inner = TEXT
    for level in range(1_000):
        mark = b"b%d" % level
        inner = (
            b"Content-Type: multipart/mixed; boundary="
            + mark
            + b"\n\n--"
            + mark
            + b"\n"
            + inner
            + b"\n--"
            + mark
            + b"--"
        )
    message = one(tmp_path, HEAD + inner)
    assert "mime_too_deep" in message.flags
    assert "I know where you are." in message.text


def test_a_thousand_mails_within_mails(tmp_path: Path) -> None:
    inner = HEAD + b"\ninnermost"
    for _ in range(1_000):
        inner = HEAD + b"Content-Type: message/rfc822\n\n" + inner
    records = read(tmp_path, inner)
    assert len(records) == 6
    deepest = records[-1]
    assert isinstance(deepest, Message)
    assert deepest.attachments[0].media_type == "message/rfc822"


def test_boundaries_made_to_waste_time(tmp_path: Path) -> None:
    began = time.perf_counter()
    message = one(tmp_path, HEAD + b'Content-Type: multipart/mixed; boundary="-"\n\n' + b"-" * (4 << 20))
    assert {"mime_too_many_parts", "mime_no_boundary", "text_cut"} <= set(message.flags)
    assert len(message.text) == 1 << 20
    assert time.perf_counter() - began < 5


def test_an_attached_mail_in_base64_is_read(tmp_path: Path) -> None:
    import base64

    coded = base64.encodebytes(HEAD + b"\nthe threat")
    part = b"Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n" + coded
    raw = mixed(TEXT, part)
    _, inner = read(tmp_path, raw)
    assert isinstance(inner, Message)
    assert inner.text == "the threat"
    assert inner.source.at == "part 2, base64"
    assert raw[inner.source.start : inner.source.end].strip() == coded.strip()


def test_a_byte_order_mark_before_the_header(tmp_path: Path) -> None:
    message = one(tmp_path, b"\xef\xbb\xbf" + HEAD + b"\nx")
    assert (message.title, message.text) == ("x", "x")
    assert message.source.start == 0


def test_direction_only_where_it_is_said(tmp_path: Path) -> None:
    assert one(tmp_path, HEAD + b"\nx").direction == "unknown"
    assert one(tmp_path, HEAD + b"\nx", notes=Notes(owner="JO@victim.example")).direction == "in"
    assert one(tmp_path, HEAD + b"\nx", notes=Notes(owner="sam@mail.example")).direction == "out"
    assert one(tmp_path, b"X-Gmail-Labels: Sent,Opened\n" + HEAD + b"\nx").direction == "out"
    assert one(tmp_path, b"X-Gmail-Labels: Inbox,Sent\n" + HEAD + b"\nx").direction == "unknown"
    assert "draft" in one(tmp_path, b"X-Gmail-Labels: Drafts\n" + HEAD + b"\nx").flags


def test_threads(tmp_path: Path) -> None:
    raw = b"Message-ID: <3@x>\nIn-Reply-To: <2@x>\nReferences: <1@x>\n <2@x>\n" + HEAD + b"\nx"
    message = one(tmp_path, raw)
    assert (message.native_id, message.reply_to, message.conversation) == ("<3@x>", "<2@x>", "<1@x>")


def test_the_clock_of_the_sender_against_the_first_server(tmp_path: Path) -> None:
    received = b"Received: from a by mx.example; Tue, 5 Mar 2024 18:00:04 +0000\n"
    assert one(tmp_path, received + HEAD + b"\nx").sent.agrees == ("first Received (by mx.example): +4 s",)  # type: ignore[union-attr]
    early = received.replace(b"2024", b"2023").replace(b"Tue, ", b"")
    assert one(tmp_path, early + HEAD + b"\nx").sent.agrees[0].startswith("CONFLICT: ")  # type: ignore[union-attr]


@pytest.mark.parametrize("where", [b"Date", b"Received"])
def test_a_sentence_planted_in_a_date_is_not_shown(tmp_path: Path, where: bytes) -> None:
    fields = {
        b"Date": b"Tue, 5 Mar 2024 18:00:00 +0000 (UTC)",
        b"Received": b"by mx.example; 5 Mar 2024 18:00 GMT",
    }
    planted = {**fields, where: fields[where] + b" (I know where you are)"}
    raw = b"".join(b"%s: %s\n" % one for one in planted.items()) + b"From: sam@mail.example\n\nx"
    message = one(tmp_path, raw)
    assert message.sent is not None
    assert message.sent.raw == "Tue, 5 Mar 2024 18:00:00 +0000 (UTC)"
    assert message.times[0][1].raw == "5 Mar 2024 18:00 GMT"
    assert "date_comment" in message.flags
    assert raw[message.source.start : message.source.end] == raw
    bare = b"".join(b"%s: %s\n" % one for one in fields.items()) + b"From: sam@mail.example\n\nx"
    assert "date_comment" not in one(tmp_path, bare).flags


def test_hops_are_trusted_only_from_the_top(tmp_path: Path) -> None:
    lines = b"".join(
        b"Received: from x by %s; Tue, 5 Mar 2024 18:00:0%d +0000\n" % (host, 9 - at)
        for at, host in enumerate(
            (b"in.victim.example", b"mx.victim.example", b"mail.example", b"mx2.victim.example")
        )
    )
    message = one(tmp_path, lines + HEAD + b"\nx", notes=Notes(owner="jo@victim.example"))
    assert [name for name, _ in message.times] == [
        "received by in.victim.example", "received by mx.victim.example", "received by mail.example (claim)",
        "received by mx2.victim.example (claim)",
    ]  # fmt: skip
    assert [at.clock for _, at in message.times] == ["server", "server", "claimed", "claimed"]


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_every_part_lies_within_its_parent(data: st.DataObject) -> None:
    base = mixed(TEXT, PICTURE, mixed(HTML, TEXT, kind=b"alternative"))
    raw = bytearray(base)
    for _ in range(data.draw(st.integers(0, 6))):
        at = data.draw(st.integers(0, len(raw) - 1))
        raw[at] = data.draw(st.integers(0, 255))
    tree = parse(bytes(raw))

    def inside(part: object) -> None:
        for child in part.children:  # type: ignore[attr-defined]
            assert part.body <= child.start <= child.body <= child.end <= part.end  # type: ignore[attr-defined]
            inside(child)

    inside(tree.root)
