"""One export, read: numbers, identities, digests of what is attached, and what is said of it."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
from stored_exports import Stating, message, messenger

from abusekit.containers.container import open_container
from abusekit.errors import InputError, MissingExtraError
from abusekit.importers.formats import Claim
from abusekit.importers.model import (
    Account,
    Attachment,
    Check,
    Deletion,
    Edit,
    Event,
    Message,
    Profile,
    Record,
    SourceRef,
)
from abusekit.messages import reading as module
from abusekit.messages.reading import MOST_LISTED, Given, Reading, Summary

PLACE = SourceRef("a.txt", 0, 1, "0" * 64)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "export"
    made.mkdir()
    (made / "a.txt").write_text("a")
    return made


@pytest.fixture
def read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Read the folder with the importers that are given."""

    def run(*importers: Stating, given: Given | None = None) -> tuple[list[Record], Summary]:
        def claims(export: Any, **_: object) -> list[Claim]:
            return [Claim(one, one.claim(export)) for one in importers]

        monkeypatch.setattr(module, "claims", claims)
        with open_container([(folder, "export")]) as export:
            reading = Reading(export, given or Given())
            return list(reading), reading.summary

    return run


def uids(*records: Record, read: Any) -> list[str]:
    return [one.uid for one in read(Stating(records))[0]]


def test_numbers_run_through_all_importers_in_their_order(read: Any) -> None:
    records, summary = read(
        Stating([message("a"), message("b")]), Stating([message("c")], NAME="other", VERSION=7)
    )
    assert [(one.n, one.text) for one in records] == [(1, "a"), (2, "b"), (3, "c")]
    assert summary.importers == ["stating/1", "other/7"] and summary.messages == 3


def test_the_same_message_has_the_same_uid_in_every_export(read: Any) -> None:
    first = uids(message("no"), message("leave me alone", minute=1), read=read)
    second = uids(message("earlier", minute=-5), message("leave me alone", minute=1), read=read)
    assert first[1] == second[1] and first[0] not in second
    assert all(len(uid) == 32 and int(uid, 16) >= 0 for uid in first)


def test_two_equal_messages_of_one_export_are_two(read: Any) -> None:
    """The k-th of equal ones is the k-th in another export."""
    three = uids(*(message("ok") for _ in range(3)), read=read)
    two = uids(*(message("ok") for _ in range(2)), read=read)
    assert len(set(three)) == 3 and three[:2] == two


def test_where_there_is_an_id_it_alone_counts(read: Any) -> None:
    first, again, other = uids(
        message("one text", native_id="7"),
        message("another text", native_id="7", author="Jo", minute=9),
        message("one text", native_id="8"),
        read=read,
    )
    assert first == again != other


@pytest.mark.parametrize(
    "changed",
    [
        {"platform": "other"},
        {"conversation": "d"},
        {"author": Account("test", "Jo", "handle", "Jo")},
        {"author": None},
        {"text": "ok "},
        {"text_raw": "k"},
        {"sent": None},
    ],
)
def test_what_a_uid_is_made_of(read: Any, changed: dict[str, Any]) -> None:
    other = message("ok")
    for name, value in changed.items():
        setattr(other, name, value)
    first, second = uids(message("ok"), other, read=read)
    assert first != second


def test_parts_cannot_be_shifted_into_each_other(read: Any) -> None:
    """`ab` + `c` is not `a` + `bc`: each part is hashed with its length."""
    first, second = message("x"), message("x")
    first.platform, first.conversation = "ab", "c"
    second.platform, second.conversation = "a", "bc"
    assert len(set(uids(first, second, read=read))) == 2


def test_a_call_and_a_message_of_one_id_are_two(read: Any) -> None:
    call = Event("call", "test", "c", None, "", None, PLACE, native_id="7")
    missed = Event("missed_call", "test", "c", None, "", None, PLACE, native_id="7")
    assert len(set(uids(message("x", native_id="7"), call, missed, read=read))) == 3


def test_texts_that_are_no_unicode_have_a_uid(read: Any) -> None:
    assert len(set(uids(message("\ud800"), message("\udfff"), message("?"), read=read))) == 3


def test_attachments_are_hashed_once_and_typed_by_content(read: Any, folder: Path) -> None:
    picture = b"\xff\xd8\xff\xe0 a picture"
    (folder / "photo.txt").write_bytes(picture)
    attached = [Attachment("photo.txt", "present", "photo.txt", "text/plain") for _ in range(2)]
    records, summary = read(Stating([message("a", attachments=(one,)) for one in attached]))
    for record in records:
        (one,) = record.attachments
        assert (one.sha256, one.size) == (hashlib.sha256(picture).hexdigest(), len(picture))
        assert one.media_type == "image/jpeg"
    assert summary.attachments == {"present": 2} and summary.not_read == [] and summary.read == 2


def test_a_picture_without_bytes(read: Any, folder: Path) -> None:
    (folder / "empty.jpg").touch()
    ((record,), _) = read(Stating([message("a", attachments=(Attachment("e", "present", "empty.jpg"),))]))
    assert (record.attachments[0].sha256, record.attachments[0].size) == (hashlib.sha256().hexdigest(), 0)


def test_an_attachment_that_is_not_there_or_broken_is_said(read: Any, tmp_path: Path, folder: Path) -> None:
    from zipfile import ZipFile

    with ZipFile(folder / "inner.zip", "w") as out:
        out.writestr("photo.jpg", b"\xff\xd8\xff\xe0 whole")
    raw = (folder / "inner.zip").read_bytes()
    (folder / "inner.zip").write_bytes(raw.replace(b" whole", b" wrong"))
    attached = (Attachment("x", "present", "nowhere.jpg"), Attachment("p", "present", "inner.zip!/photo.jpg"))
    ((record,), summary) = read(Stating([message("a", attachments=attached)]))
    assert [one.state for one in record.attachments] == ["corrupt", "corrupt"]
    assert [one.sha256 for one in record.attachments] == ["", ""]
    assert len(summary.damaged) == 1 and summary.damaged[0].startswith("inner.zip!/photo.jpg: ")
    assert not summary.whole


def test_members_that_nobody_reads_are_named(read: Any, folder: Path) -> None:
    for name in ("b.txt", "c.txt", "d.txt"):
        (folder / name).write_text(name)
    _, summary = read(Stating([message("a")], referred=("c.txt",)))
    assert (summary.members, summary.read, summary.not_read_count) == (4, 2, 2)
    assert summary.not_read == ["b.txt", "d.txt"] and summary.whole


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (
            InputError("the file ends too early", "get it again"),
            "stating: the file ends too early (get it again)",
        ),
        (InputError("no hint"), "stating: no hint"),
    ],
)
def test_a_fault_in_the_middle_keeps_the_rest(read: Any, fault: Exception, said: str) -> None:
    records, summary = read(Stating([message("kept")], fault), Stating([message("goes on")], NAME="next"))
    assert [(one.n, one.text) for one in records] == [(1, "kept"), (2, "goes on")]
    assert summary.damaged == [said] and not summary.whole and summary.faulty
    assert summary.limits == ["It holds what a test says."]


def test_an_extra_that_is_missing_is_no_damage(read: Any) -> None:
    fault = MissingExtraError("reading it needs a part", "pip install 'abusekit[part]'")
    records, summary = read(Stating([], fault), Stating([message("goes on")], NAME="next"))
    assert [one.n for one in records] == [1]
    assert summary.missing_extras == ["stating: reading it needs a part (pip install 'abusekit[part]')"]
    assert not summary.damaged and not summary.faulty and not summary.whole


def test_what_is_counted(read: Any) -> None:
    nobody = Message("message", "test", "d", None, "", None, PLACE, flags=("boundary_ambiguous:2",))
    call = Event("call", "test", "c", None, "", message("x", minute=-9).sent, PLACE)
    records = [
        message("x", minute=3, edited=Edit("yes")),
        message(
            "y", edited=Edit("unknown"), deleted=Deletion("by_author"), checks=(Check("DKIM 1", "good", ""),)
        ),
        nobody,
        call,
        Event("unparsed", "test", "c", None, "why", None, PLACE),
        Profile(Account("test", "Jo"), PLACE),
    ]
    _, summary = read(Stating(records))
    assert (summary.messages, summary.events, summary.unparsed, summary.profiles) == (3, 1, 1, 1)
    assert (summary.edited, summary.deleted, summary.ambiguous, summary.without_time) == (1, 1, 1, 1)
    assert (summary.conversations, summary.senders) == (2, {"Sam": 2})
    assert (summary.first, summary.last) == ("2024-03-14T20:51:00.000Z", "2024-03-14T21:03:00.000Z")
    assert summary.zones == {"epoch": 3} and summary.checks == {"DKIM: good": 1}
    assert not summary.whole


def test_lists_are_bounded_and_the_rest_is_counted(read: Any) -> None:
    class Talkative(Stating):
        def read(self, export: Any, members: Any, notes: Any) -> Any:
            notes.warnings += [f"warning {number}" for number in range(MOST_LISTED + 5)]
            for number in range(MOST_LISTED + 5):
                notes.secret("token", f"place {number}")
            return super().read(export, members, notes)

    records = [message("a", author=f"sender {number}") for number in range(MOST_LISTED + 5)]
    _, summary = read(Talkative(records))
    assert len(summary.senders) == len(summary.warnings) == len(summary.secrets) == MOST_LISTED
    assert summary.secret_count == MOST_LISTED + 5 and summary.counts["sentences not listed"] == 5


def test_what_is_given_reaches_the_importer(read: Any) -> None:
    importer = Stating([])
    given = Given(mapping={"time": "Date"}, owner="Jo", keys={"a": "b"}, documents={"did:x": b"y"})
    read(importer, given=given)
    (notes,) = importer.seen
    assert (notes.mapping, notes.owner, notes.keys, notes.documents) == (
        {"time": "Date"}, "Jo", {"a": "b"}, {"did:x": b"y"},
    )  # fmt: skip


def test_progress_is_told_every_ten_thousand(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[int] = []
    importer = Stating([message(str(number)) for number in range(20_001)])
    monkeypatch.setattr(module, "claims", lambda export, **_: [Claim(importer, importer.claim(export))])
    with open_container([(folder, "export")]) as export:
        assert sum(1 for _ in Reading(export, Given(), progress=told.append)) == 20_001
    assert told == [10_000, 20_000]


def test_two_exports_of_one_real_thread(tmp_path: Path) -> None:
    """The later export has one message more, and the same uids else."""
    said = [
        {
            "senderName": who,
            "text": text,
            "timestamp": 1_710_450_000_000 + number,
            "type": "text",
            "media": [],
        }
        for number, (who, text) in enumerate([("Sam", "hello"), ("Jo", "no"), ("Sam", "hello")])
    ]
    found = []
    for day, messages in (("early", said[:2]), ("late", said)):
        (tmp_path / day).mkdir()
        path = messenger(tmp_path / day / "Sam_1.json", messages)
        with open_container([(path, path.name)]) as export:
            found.append({one.uid for one in Reading(export, Given()) if isinstance(one, Message)})
    assert len(found[0]) == 2 and len(found[1]) == 3 and found[0] < found[1]


def test_a_fault_of_our_own_is_told_and_the_rest_goes_on(read: Any) -> None:
    """A bug in one importer must not take the timeline of a whole case along."""
    records, summary = read(
        Stating([message("a")], fault=KeyError("secret words")), Stating([message("b")], claimed=())
    )
    assert [record.text for record in records] == ["a", "b"] and not summary.whole
    assert "a fault of abusekit itself" in summary.damaged[0] and "KeyError" in summary.damaged[0]
    assert "secret words" not in summary.damaged[0]
