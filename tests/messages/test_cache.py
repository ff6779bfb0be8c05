"""What was read is kept in `derived/`, and used only where the log vouches for just these bytes of just this item."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from stored_exports import NOW, SETTINGS, Stating, message, new_case, opened, read, record, stored, telegram

from abusekit.case.custody import Act
from abusekit.case.folder import Case
from abusekit.case.intake import Intake
from abusekit.errors import CaseError, EvidenceError, InputError, MissingExtraError, UsageError
from abusekit.importers import formats
from abusekit.importers.formats import Claim
from abusekit.messages import cache, reading
from abusekit.messages.cache import Opened, forget, given_for, path_of, read_anew, stream, summary_of

TRUE, FALSE = "leave me alone", "come to me now"


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return new_case(tmp_path)


@pytest.fixture
def kept(case: Case, tmp_path: Path) -> Opened:
    """An export that was read and logged; its stream is there."""
    return read(case, telegram(tmp_path / "result.json", [(1, TRUE), (2, "no")]))


def texts(case: Case, one: Opened) -> list[str]:
    return [record.text for record in stream(case, one)]  # type: ignore[union-attr]


def reads_the_export(case: Case, one: Opened) -> bool:
    """Whether the stored export itself is read: without it nothing can be given."""
    folder = case.evidence / one.item.id
    aside = folder.with_name("aside")
    folder.rename(aside)
    try:
        texts(case, one)
        summary_of(case, one)
    except CaseError:
        return True
    finally:
        aside.rename(folder)
    return False


def test_the_kept_stream_is_used(case: Case, kept: Opened) -> None:
    """Else no other test here could fail."""
    assert not reads_the_export(case, kept)
    assert texts(case, kept) == [TRUE, "no"]
    found = summary_of(case, kept)
    path_of(case, kept.item.id).unlink()
    assert reads_the_export(case, kept)
    assert summary_of(case, kept) == found and found.messages == 2


def test_what_is_logged_is_the_digest_of_what_is_kept(case: Case, kept: Opened) -> None:
    first, _, rest = path_of(case, kept.item.id).read_bytes().partition(b"\n")
    assert json.loads(first)["item"] == kept.item.id
    assert kept.logged is not None and kept.logged.sha256 == hashlib.sha256(rest).hexdigest()
    (entry,) = (one for one in case.entries() if one["do"] == "item.read")
    assert (entry["messages"], entry["events"], entry["unparsed"]) == (2, 0, 0)
    assert entry["importers"] == "telegram/1" and entry["inputs"] == json.loads(first)["inputs"]


def test_the_same_bytes_give_the_same_stream(case: Case, kept: Opened) -> None:
    before = path_of(case, kept.item.id).read_bytes()
    _, act = read_anew(case, kept)
    assert path_of(case, kept.item.id).read_bytes() == before
    assert kept.logged is not None and act.facts["sha256"] == kept.logged.sha256


def _swap(before: bytes, after: bytes) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        data = path.read_bytes()
        assert before in data
        path.write_bytes(data.replace(before, after))

    return change


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def _grown(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"\n")


def _link(path: Path) -> None:
    path.rename(path.with_suffix(".kept"))
    path.symlink_to(path.with_suffix(".kept"))


def _pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _long_first_line(path: Path) -> None:
    first, _, rest = path.read_bytes().partition(b"\n")
    path.write_bytes(first + b" " * 10_000 + b"\n" + rest)


@pytest.mark.parametrize(
    "change",
    [
        _swap(TRUE.encode(), FALSE.encode()), _swap(b'"item":"E0001"', b'"item":"E0002"'),
        _swap(b"abusekit-messages/1", b"abusekit-messages/2"), _swap(b'{"format"', b'{ "format"'),
        _swap(b'"inputs":"', b'"inputs":"0'), _cut, _grown, _link, _pipe, _folder, _long_first_line, Path.unlink,
        lambda path: path.write_bytes(b""),
    ],
)  # fmt: skip
def test_whatever_was_done_to_it_the_export_itself_is_read(
    case: Case, kept: Opened, change: Callable[[Path], None]
) -> None:
    change(path_of(case, kept.item.id))
    assert reads_the_export(case, kept)
    assert texts(case, kept) == [TRUE, "no"]
    assert summary_of(case, kept).messages == 2


def test_the_stream_of_another_item_is_not_used(case: Case, kept: Opened, tmp_path: Path) -> None:
    other = read(case, telegram(tmp_path / "other.json", [(1, FALSE)]))
    shutil.copy(path_of(case, other.item.id), path_of(case, kept.item.id))
    assert texts(case, kept) == [TRUE, "no"]


def test_not_even_that_of_the_same_export_stored_twice(case: Case, kept: Opened, tmp_path: Path) -> None:
    other = read(case, tmp_path / "result.json")
    assert other.logged is not None and kept.logged is not None and other.logged.sha256 == kept.logged.sha256
    shutil.copy(path_of(case, other.item.id), path_of(case, kept.item.id))
    assert reads_the_export(case, kept)


def test_what_no_line_of_the_log_tells_of_is_not_used(case: Case, tmp_path: Path) -> None:
    """Reading was interrupted before it was logged."""
    one = stored(case, telegram(tmp_path / "result.json", [(1, TRUE)]))
    assert one.logged is None
    read_anew(case, one)
    assert path_of(case, one.item.id).exists() and reads_the_export(case, opened(case, one.item.id))


def test_the_newest_line_of_the_log_counts(case: Case, kept: Opened) -> None:
    assert kept.logged is not None
    facts = {"item": kept.item.id, "importers": kept.logged.importers, "inputs": kept.logged.inputs}
    record(case, Act("item.read", {**facts, "sha256": "0" * 64, "messages": 2, "events": 0, "unparsed": 0}))
    assert reads_the_export(case, opened(case, kept.item.id))


@pytest.mark.parametrize(
    ("name", "value", "anew"),
    [("owner", "Jo", True), ("format", "telegram", True), ("timezone", "+01:00", False), ("order", "DMY", False)],
)  # fmt: skip
def test_a_declaration_that_changes_a_reading_makes_it_new(
    case: Case, kept: Opened, name: str, value: str, anew: bool
) -> None:
    """A zone is no part of what was read: it is applied afterwards."""
    record(case, Act("item.declare", {"item": kept.item.id, "declared": name, "value": value}))
    assert reads_the_export(case, opened(case, kept.item.id)) is anew
    record(case, Act("item.declare", {"item": kept.item.id, "declared": name, "value": ""}))
    assert not reads_the_export(case, opened(case, kept.item.id))


@pytest.mark.parametrize(
    "importers", ["telegram/0", "telegram/2", "telegram", "nobody/1", "telegram/1, nobody/1"]
)
def test_other_versions_of_importers_are_not_used(case: Case, kept: Opened, importers: str) -> None:
    assert kept.logged is not None
    facts = {"item": kept.item.id, "importers": importers, "inputs": kept.logged.inputs}
    record(case, Act("item.read", {**facts, "sha256": kept.logged.sha256, "messages": 2}))
    assert reads_the_export(case, opened(case, kept.item.id))


def test_a_new_version_reads_anew(case: Case, kept: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formats.importer("telegram"), "VERSION", 2)
    assert reads_the_export(case, kept)
    assert read_anew(case, kept)[1].facts["importers"] == "telegram/2"


FORGED = (
    b'{"type":"message","kind":"message","platform":"telegram","conversation":"c","author":null,"text":"I love you",'
    b'"sent":null,"source":{"member":"result.json","start":0,"end":1,"sha256":""},"n":1,"uid":"00"}'
)


@pytest.mark.parametrize("line", [FORGED, b'{"type":"nothing"}', b"not JSON", b"\xff"])
def test_a_log_that_vouches_for_a_forged_stream(case: Case, kept: Opened, line: bytes) -> None:
    """Whoever can write the case can write the stream and a log line for it: the export itself is read."""
    true = texts(case, kept)
    path = path_of(case, kept.item.id)
    first, _, rest = path.read_bytes().partition(b"\n")
    forged = line + b"\n" + rest
    path.write_bytes(first + b"\n" + forged)
    assert kept.logged is not None
    facts = {"item": kept.item.id, "importers": kept.logged.importers, "inputs": kept.logged.inputs}
    record(case, Act("item.read", {**facts, "sha256": hashlib.sha256(forged).hexdigest(), "messages": 1}))
    assert reads_the_export(case, opened(case, kept.item.id))
    assert texts(case, opened(case, kept.item.id)) == true


def test_a_summary_that_is_none(case: Case, kept: Opened) -> None:
    path = path_of(case, kept.item.id)
    forged = b"[]\n"
    path.write_bytes(path.read_bytes().partition(b"\n")[0] + b"\n" + forged)
    assert kept.logged is not None
    facts = {"item": kept.item.id, "importers": kept.logged.importers, "inputs": kept.logged.inputs}
    record(case, Act("item.read", {**facts, "sha256": hashlib.sha256(forged).hexdigest(), "messages": 1}))
    assert summary_of(case, opened(case, kept.item.id)).messages == 2


def test_a_summary_of_megabytes_is_found_behind_the_records(case: Case, tmp_path: Path) -> None:
    """It is read from the end, in steps."""
    names = [(number, f"Sender {number} " + "x" * 900) for number in range(1_500)]
    messages = [
        {"id": number, "type": "message", "date": "2024-03-14T21:00:00", "date_unixtime": "1710450000", "from": name,
         "from_id": f"user{number}", "text": "x", "text_entities": []}
        for number, name in names
    ]  # fmt: skip
    path = tmp_path / "result.json"
    path.write_text(json.dumps({"name": "many", "type": "private_group", "id": 7, "messages": messages}))
    one = read(case, path)
    assert len(path_of(case, one.item.id).read_bytes().splitlines()[-1]) > 1 << 19
    assert not reads_the_export(case, one)
    assert summary_of(case, one).messages == 1_500


def test_without_an_extra_nothing_is_kept(case: Case, kept: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once it is installed the same export reads otherwise: a kept stream would hide that."""
    importer = Stating([], MissingExtraError("it needs a part", "pip install it"), claimed=("result.json",))
    with monkeypatch.context() as patch:
        patch.setattr(reading, "claims", lambda export, **_: [Claim(importer, importer.claim(export))])
        summary, act = read_anew(case, kept)
    assert summary.missing_extras and act.facts["messages"] == 0
    assert not path_of(case, kept.item.id).exists()
    record(case, act)
    assert texts(case, opened(case, kept.item.id)) == [TRUE, "no"]


def test_nothing_half_written_stays(case: Case, kept: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    before = path_of(case, kept.item.id).read_bytes()

    class Broken(Stating):
        def read(self, *_: object) -> object:
            yield message("one")
            raise OSError(28, "No space left on device")

    importer = Broken([], claimed=("result.json",))
    with monkeypatch.context() as patch:
        patch.setattr(reading, "claims", lambda export, **_: [Claim(importer, importer.claim(export))])
        with pytest.raises(CaseError, match="the disk is full"):
            read_anew(case, kept)
    folder = path_of(case, kept.item.id).parent
    assert [path.name for path in folder.iterdir()] == [f"{kept.item.id}.jsonl"]
    assert path_of(case, kept.item.id).read_bytes() == before


def test_what_a_killed_reading_left_goes_with_the_next_one(case: Case, kept: Opened) -> None:
    """It holds the words of the export; what another process is reading just now stays."""
    folder = path_of(case, kept.item.id).parent
    left, living, other = (folder / f".{name}.new" for name in ("E0001-aa", "E0001-bb", "E0002-cc"))
    for path in (left, living, other):
        path.write_text(TRUE)
    with living.open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        read_anew(case, kept)
        assert {path.name for path in folder.iterdir()} == {"E0001.jsonl", living.name, other.name}
    read_anew(case, kept)
    assert {path.name for path in folder.iterdir()} == {"E0001.jsonl", other.name}


def test_forgotten_with_what_was_begun(case: Case, kept: Opened) -> None:
    folder = path_of(case, kept.item.id).parent
    (folder / ".E0001-aa.new").write_text(TRUE)
    (folder / ".E0010-bb.new").write_text("of another")
    forget(case, kept.item.id)
    assert [path.name for path in folder.iterdir()] == [".E0010-bb.new"]


def test_forgotten(case: Case, kept: Opened) -> None:
    forget(case, kept.item.id)
    forget(case, kept.item.id)
    assert not path_of(case, kept.item.id).exists() and texts(case, kept) == [TRUE, "no"]


def test_the_stored_export_is_not_there_or_a_link(case: Case, kept: Opened, tmp_path: Path) -> None:
    path_of(case, kept.item.id).unlink()
    (export,) = (case.evidence / kept.item.id).glob("export*")
    (case.evidence / kept.item.id).chmod(0o700)
    export.rename(tmp_path / "elsewhere")
    for make in (lambda: None, lambda: export.symlink_to(tmp_path / "elsewhere")):
        make()
        with pytest.raises(CaseError, match="is not there"):
            texts(case, kept)


def test_an_item_without_originals(case: Case, kept: Opened) -> None:
    kept.item.files.clear()
    with pytest.raises(InputError, match="holds no export"):
        texts(case, kept)


@pytest.fixture
def records_item(case: Case) -> str:
    with Intake(case, SETTINGS.producers[0], clock=lambda: NOW) as intake:
        draft = intake.draft("file")
        draft.write(
            "keys.json", b'{"s._domainkey.mail.example": "v=DKIM1; p=AA"}', "application/json", "original"
        )
        (item,) = intake.commit([draft])
    return item.id


def _declares(case: Case, kept: Opened, name: str, value: str) -> Opened:
    record(case, Act("item.declare", {"item": kept.item.id, "declared": name, "value": value}))
    return opened(case, kept.item.id)


def test_declared_keys_are_read_from_the_case(case: Case, kept: Opened, records_item: str) -> None:
    one = _declares(case, kept, "keys", records_item)
    assert given_for(case, one.declared).keys == {"s._domainkey.mail.example": "v=DKIM1; p=AA"}
    path = case.evidence / records_item / "keys.json"
    path.chmod(0o600)
    path.write_bytes(path.read_bytes().replace(b"AA", b"BB"))
    with pytest.raises(EvidenceError, match="was changed"):
        given_for(case, one.declared)


@pytest.mark.parametrize(
    ("name", "value", "fault", "says"),
    [
        ("keys", "E0099", UsageError, "no item E0099"),
        ("keys", "E0001", EvidenceError, "holds no DNS records"),
        ("document", "E0001", EvidenceError, "holds no DID document"),
        ("document", "E0002", EvidenceError, "it has no id"),
    ],
)
def test_items_that_hold_no_such_thing(
    case: Case, kept: Opened, records_item: str, name: str, value: str, fault: type[Exception], says: str
) -> None:
    assert records_item == "E0002"
    with pytest.raises(fault, match=says):
        given_for(case, _declares(case, kept, name, value).declared)


def test_acts_about_no_export_and_malformed_ones() -> None:
    good = {"do": "item.read", "item": "E0001", "importers": "x/1", "inputs": "i", "sha256": "s", "n": 4}
    found = cache.logged_readings(
        [{"do": "item.add", "item": "E0001"}, good, {**good, "n": 9, "sha256": "t"}]
    )
    assert found["E0001"].sha256 == "t" and found["E0001"].n == 9
