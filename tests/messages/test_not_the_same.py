"""What an opposing expert would have joined, settled or trusted, and what must not be."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from stored_exports import new_case, read, record, whatsapp

from abusekit.case.custody import Act
from abusekit.case.folder import Case
from abusekit.importers.model import Message
from abusekit.messages.cache import path_of, stream
from abusekit.messages.exports import exports
from abusekit.messages.joined import Join

BROADCAST = [
    "I know where you live now", "nobody will help you, nobody", "you will pay for this, wait", "sleep badly tonight",
]  # fmt: skip
ONE = """From: a@ex.org
To: {to}
Subject: {subject}
Date: {date}
Message-ID: <1@ex.org>
Content-Type: text/plain

hello
"""
DATE, SUBJECT, TO = "Sat, 16 Mar 2024 10:00:00 +0000", "about the shed", "jo@ex.net"


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return new_case(tmp_path)


def joined(case: Case) -> Join:
    return Join(case, list(exports(case)))


def chat(victim: str, answers: Sequence[str]) -> list[tuple[int, str, str]]:
    """Max writes the same to everybody in the same minutes; each victim answers in her own words."""
    lines = [(number * 2, "Max", text) for number, text in enumerate(BROADCAST)]
    return sorted(lines + [(number * 2 + 1, victim, text) for number, text in enumerate(answers)])


def test_threats_sent_to_two_people_at_once_are_two_chats(case: Case, tmp_path: Path) -> None:
    ana = ["please stop writing to me", "I will tell the police", "leave me alone, please"]
    bea = ["who is this, I do not know you", "you have the wrong number", "I am blocking you now"]
    for name, answers in (("Ana", ana), ("Bea", bea)):
        (tmp_path / name).mkdir()
        read(case, whatsapp(tmp_path / name / "WhatsApp Chat with Max.txt", chat(name, answers)))
    found = joined(case)
    assert found.same_chats == [] and found.duplicates == 0
    assert len(list(found)) == 14, "every message stands for itself"


def test_the_same_chat_exported_twice_is_one(case: Case, tmp_path: Path) -> None:
    lines = chat("Ana", ["please stop writing to me", "no"])
    for folder, these in (("then", lines[:5]), ("now", lines)):
        (tmp_path / folder).mkdir()
        read(case, whatsapp(tmp_path / folder / "WhatsApp Chat with Max.txt", these))
    assert joined(case).duplicates == 5


@pytest.mark.parametrize(
    "change",
    [
        {"date": "Sat, 16 Mar 2024 11:00:00 +0000"},
        {"subject": "I will burn the shed"},
        {"to": "bea@ex.net"},
    ],
)
def test_a_mail_with_other_headers_is_a_finding_and_not_hidden(
    case: Case, tmp_path: Path, change: dict[str, str]
) -> None:
    true = {"to": TO, "subject": SUBJECT, "date": DATE}
    for name, said in (("first", true), ("second", {**true, **change})):
        (path := tmp_path / f"{name}.eml").write_text(ONE.format(**said))
        read(case, path)
    found = joined(case)
    assert (found.changed, found.duplicates) == (2, 0)
    assert [bool(one.changed) for one in found] == [True, True]


def test_the_same_mail_twice_is_one(case: Case, tmp_path: Path) -> None:
    for name in ("first", "second"):
        (path := tmp_path / f"{name}.eml").write_text(
            ONE.format(to=TO, subject=SUBJECT, date=DATE) + "\n" * (name == "second")
        )
        read(case, path)
    found = joined(case)
    assert (found.changed, found.duplicates) == (0, 1)


def test_two_chats_do_not_settle_each_others_hour(case: Case, tmp_path: Path) -> None:
    """01:50 in one chat and 01:10 in the next: nothing says that the clock went back between them."""
    path = tmp_path / "both.zip"
    with zipfile.ZipFile(path, "w") as out:
        for name, at in (("Ana", "01:50"), ("Bea", "01:10")):
            lines = [f"26/10/2024, 22:00 - {name}: before", f"27/10/2024, {at} - {name}: in that hour"]
            out.writestr(
                f"WhatsApp Chat with {name}.txt", "\n".join([*lines, f"28/10/2024, 09:00 - {name}: after"])
            )
    item = read(case, path).item.id
    record(case, Act("item.declare", {"item": item, "declared": "timezone", "value": "Europe/London"}))
    bases = [
        one.moment.zone_basis
        for one in joined(case)
        if isinstance(one.record, Message) and one.record.text == "in that hour" and one.moment is not None
    ]
    assert bases == ["repeated", "repeated"]


def test_a_linked_folder_of_streams_is_neither_read_nor_written(case: Case, tmp_path: Path) -> None:
    lines = chat("Ana", ["please stop writing to me"])
    one = read(case, whatsapp(tmp_path / "WhatsApp Chat with Max.txt", lines))
    kept = path_of(case, one.item.id)
    kept.parent.rename(tmp_path / "elsewhere")
    kept.parent.symlink_to(tmp_path / "elsewhere")
    before = sorted((tmp_path / "elsewhere").iterdir())
    assert len(list(stream(case, one))) == 5, "the export itself is read"
    with pytest.raises(Exception, match="could not be kept"):
        read(case, tmp_path / "WhatsApp Chat with Max.txt")
    assert sorted((tmp_path / "elsewhere").iterdir()) == before


def test_another_user_reads_the_export_itself(case: Case, tmp_path: Path) -> None:
    """What this computer noted is not in the case; whoever opens the case elsewhere trusts no stream in it."""
    lines = chat("Ana", ["please stop writing to me"])
    one = read(case, whatsapp(tmp_path / "WhatsApp Chat with Max.txt", lines))
    kept = path_of(case, one.item.id)
    kept.write_bytes(kept.read_bytes().replace(b"I know where", b"I ask where "))
    elsewhere = Case.open(case.root)
    for known_here in (None, tmp_path / "other user"):
        elsewhere.known_here = known_here
        texts = [one.text for one in stream(elsewhere, one) if isinstance(one, Message)]
        assert texts[0] == BROADCAST[0]
