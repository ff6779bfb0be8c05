"""Bad input: each in one line and with its exit code, what can be read is kept, and the case stays whole."""

from __future__ import annotations

import json
import os
import threading
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bad_exports as bad
import pytest
from capture_lists import stored
from command_runner import Abusekit, log_lines
from export_samples import sms_backup
from import_lines import rows

from abusekit.integrity.findings import WRONG
from abusekit.integrity.verify import Question, verify_case

NO_ONE = "no importer knows it; stored as a file"


@dataclass(frozen=True)
class Expected:
    make: Callable[[Path], Path]
    code: int
    says: tuple[str, ...]
    """On stdout or stderr."""
    messages: int = 0
    kind: str = "export"
    """Of the item; empty where nothing is stored."""


CASES = [
    # containers
    Expected(bad.bomb, 0, ("1 file in it that no importer reads: blanks.txt",), 6),
    Expected(bad.lying_bomb, 7, (NO_ONE,), 0, "file"),
    Expected(
        bad.traversal, 7,
        ("refused: '../../outside.txt' has a name that leads out", "'/etc/outside' has an absolute name",
         "a drive letter"),
        6,
    ),
    Expected(bad.encrypted, 4, ("'_chat.txt' is encrypted", "unpack it with the password first"), 0, ""),
    Expected(bad.nested, 0, ("6 messages",), 6),
    Expected(bad.nested_deeply, 7, (NO_ONE, "is not opened"), 0, "file"),
    Expected(bad.short_tar, 7, (NO_ONE, "its last member is not whole"), 0, "file"),
    Expected(bad.truncated_zip, 4, ("it is cut short or damaged", "abusekit add keeps a file as it is"), 0, ""),
    Expected(bad.empty_zip, 4, ("it is empty",), 0, ""),
    Expected(bad.empty_folder, 4, ("no file in the folder can be read",), 0, ""),
    Expected(bad.zip_of_photos, 7, (NO_ONE,), 0, "file"),
    # JSON
    Expected(bad.truncated_json, 7, ("2 messages", "damaged: 'result.json': cut off (byte"), 2),
    Expected(bad.invalid_telegram, 0, ("mended in a copy: 'result.json', byte 433",), 3),
    Expected(bad.wrong_types, 7, ("NOT UNDERSTOOD: 2 places, kept as they stand",), 2),
    Expected(bad.deep_json, 7, ("damaged: 'result.json': brackets more than 200 deep",), 1),
    Expected(bad.bom_telegram, 0, ("3 messages",), 3),
    # XML, HTML, mail
    Expected(bad.ill_formed_sms, 7, ("damaged: ", "what precedes it was read", "mended in a copy"), 1),
    Expected(bad.entity_bomb, 7, ("has a DOCTYPE, which no backup of messages has",)),
    Expected(bad.scripted_html, 0, ("1 message",), 1),
    Expected(bad.mail_of_parts, 0, ("1 message",), 1),
    Expected(bad.mail_in_mail, 0, ("1 message",), 1),
    # names that lie
    Expected(bad.chat_called_photo, 0, ("photo.jpg: whatsapp, 6 messages",), 6),
    Expected(bad.photo_called_chat, 0, ("chat.zip\n",), 0, "file"),
    # encodings
    Expected(bad.utf16_chat, 0, ("6 messages",), 6),
    Expected(bad.bom_chat, 0, ("6 messages",), 6),
    Expected(bad.latin_chat, 0, ("6 messages",), 6),
    Expected(bad.nul_chat, 7, (NO_ONE,), 0, "file"),
    Expected(bad.huge_line, 7, ("7 messages", "NOT UNDERSTOOD: 3 places"), 7),
    Expected(bad.empty, 7, (NO_ONE, "it holds no bytes"), 0, "file"),
    # formats mixed, and names
    Expected(
        bad.mixed_folder, 7,
        ("telegram, whatsapp, 9 messages", "refused: 'link.txt' is a link", "'up' is a link", "'pipe' is a pipe",
         "2 files in it that no importer reads: photo.jpg, strange.bin"),
        9,
    ),
    Expected(bad.mixed_file, 0, ("whatsapp, 6 messages",), 6),
    Expected(
        bad.evil_names, 7,
        (r"evil \x1b[31m\u202egpj.exe: whatsapp, 6 messages", r"new\x0aline \x1b]0;title\x07.bin"), 6,
    ),
    Expected(bad.evil_words, 0, (r"S\x1b[2Jam (1)",), 6),
    # not to be read at all
    Expected(bad.pipe, 4, ("not a regular file",), 0, ""),
    Expected(bad.closed_folder, 2, ("is not readable",), 0, ""),
    Expected(bad.closed_file, 2, ("is not readable",), 0, ""),
]  # fmt: skip


def nothing_wrong(case: Path) -> None:
    """As `abusekit verify` finds, but for what is not sealed."""
    verdict = verify_case(case, Question())
    wrong = [one for one in verdict.findings if one.status in WRONG]
    assert verdict.exit_code == 7 and not wrong, verdict.findings


def beside(case: Path, home: Path) -> set[Path]:
    """What lies neither in the case nor among what this user's abusekit keeps."""
    return {one for one in home.rglob("*") if not {case, home / "state"} & {one, *one.parents}}


def no_controls(*texts: str) -> None:
    """Nothing that a terminal obeys, or that turns the reading round."""
    for text in texts:
        bare = text.replace("\n", "").replace("\u200e", "")
        assert all(one.isprintable() for one in bare), [one for one in bare if not one.isprintable()]


@pytest.mark.parametrize("expected", CASES, ids=[one.make.__name__ for one in CASES])
def test_bad_input(abusekit: Abusekit, case: Path, tmp_path: Path, expected: Expected) -> None:
    (given := tmp_path / "given").mkdir()
    path = expected.make(given)
    before = beside(case, tmp_path)
    ended = abusekit("import", "--case", case, path, powerless=True, timeout=60)
    assert ended.code == expected.code, (ended.out, ended.err)
    for words in expected.says:
        assert words in ended.out + ended.err, (words, ended.out, ended.err)
    no_controls(ended.out, ended.err)
    assert [item["kind"] for item in stored(case)] == ([expected.kind] if expected.kind else [])
    assert list((case / "staging").glob("*")) == []
    assert beside(case, tmp_path) == before
    nothing_wrong(case)
    if expected.kind == "export":
        answer = abusekit("import", "--case", case, "--item", "E0001", "--json").answer
        assert answer["exports"][0]["reading"].get("messages", 0) == expected.messages
    elif not expected.kind:
        assert log_lines(case) == 1


def test_none_is_left_out() -> None:
    made = {
        one
        for name, one in vars(bad).items()
        if callable(one) and getattr(one, "__module__", "") == "bad_exports"
    }
    assert {one.make for one in CASES} == made - {bad.zipped, bad.telegram}


def test_one_bad_export_does_not_stop_the_others(abusekit: Abusekit, case: Path, tmp_path: Path) -> None:
    paths = [bad.encrypted(tmp_path), sms_backup(tmp_path), bad.pipe(tmp_path), bad.truncated_json(tmp_path)]
    answer = abusekit("import", "--case", case, *paths, "--json", expect=7).answer
    assert [one["state"] for one in answer["exports"]] == ["refused", "read", "refused", "read"]
    assert [one["item"] for one in answer["exports"]] == [None, "E0001", None, "E0002"]
    assert "is encrypted" in answer["exports"][0]["problem"]
    assert answer["exports"][3]["reading"]["damaged"] and answer["exit_code"] == 7
    nothing_wrong(case)


def test_a_part_that_cannot_be_read_is_told(abusekit: Abusekit, case: Path, tmp_path: Path) -> None:
    good = bad.zipped(tmp_path / "part-1.zip", {"_chat.txt": bad.CHAT.encode()})
    broken = bad.truncated_zip(tmp_path)
    ended = abusekit("import", "--case", case, good, broken, "--together", expect=7)
    assert "6 messages" in ended.out and "part 2: " in ended.err and "cut short or damaged" in ended.err
    assert len(stored(case)[0]["files"]) == 2
    nothing_wrong(case)


def test_what_precedes_the_fault_is_on_the_timeline(abusekit: Abusekit, case: Path, tmp_path: Path) -> None:
    abusekit("import", "--case", case, bad.truncated_json(tmp_path), expect=7)
    shown = [row for row in rows(abusekit, case, "--reveal") if row["kind"] == "message"]
    assert [row["content"] for row in shown] == [r"Sam\x0amessage 1", r"Sam\x0amessage 2"]
    said = abusekit("show", "--case", case, "E0001", expect=0).out
    assert "2 messages" in said


def test_what_is_not_understood_is_kept_with_its_bytes(
    abusekit: Abusekit, case: Path, tmp_path: Path
) -> None:
    import hashlib

    abusekit("import", "--case", case, bad.wrong_types(tmp_path), expect=7)
    raw = (case / "evidence/E0001/export.json").read_bytes()
    kept = []
    for n in range(1, 5):
        answer = abusekit("show", "--case", case, f"E0001#m{n}", "--reveal", "--json", expect=0).answer
        start, end = answer["bytes"]
        assert hashlib.sha256(raw[start:end]).hexdigest() == answer["sha256"]
        kept.append((answer["kind"], raw[start:end]))
    assert [kind for kind, _ in kept] == ["message", "unparsed", "unparsed", "message"]
    assert kept[1][1] == b'"no message at all"' and b'"type": 7' in kept[2][1]


def test_nothing_of_a_script_in_any_output(abusekit: Abusekit, case: Path, tmp_path: Path) -> None:
    page = tmp_path / "timeline.html"
    texts = [abusekit("import", "--case", case, bad.scripted_html(tmp_path), expect=0)]
    texts += [
        abusekit("show", "--case", case, "E0001#m1", "--reveal", expect=0),
        abusekit("show", "--case", case, "E0001#m1", "--reveal", "--json", expect=0),
        abusekit("show", "--case", case, "E0001", "--reveal", expect=0),
        abusekit("timeline", "--case", case, "--reveal", "--jsonl", "-", expect=0),
        abusekit("timeline", "--case", case, "--reveal", "--html", page, expect=0),
    ]
    assert "seen here" in texts[1].out, texts[1].out
    for text in (*(one.out + one.err for one in texts), page.read_text()):
        assert bad.SCRIPT not in text and "run in the court room" not in text
    assert "run in the court room" not in (case / "derived/messages/E0001.jsonl").read_text()


def test_markup_in_a_message_stays_text(abusekit: Abusekit, case: Path, tmp_path: Path) -> None:
    """A message can hold the words of a script: they are shown, and never run."""
    markup = '</td><script>alert("x")</script><img src=x onerror=alert(1)>'
    path = tmp_path / "result.json"
    path.write_text(bad.telegram().replace("message 2", json.dumps(markup)[1:-1]))
    abusekit("import", "--case", case, path, expect=0)
    page = tmp_path / "timeline.html"
    abusekit("timeline", "--case", case, "--reveal", "--html", page, expect=0)
    text = page.read_text()
    assert "<script>alert" not in text and "<img src=x" not in text and "&lt;script&gt;" in text
    contents = [row["content"] for row in rows(abusekit, case, "--reveal") if row["kind"] == "message"]
    assert len(contents) == 3 and sum(markup in one for one in contents) == 1


def test_nothing_of_this_computer_gets_into_a_message(abusekit: Abusekit, case: Path, tmp_path: Path) -> None:
    abusekit("import", "--case", case, bad.entity_bomb(tmp_path), expect=7)
    kept = (case / "derived/messages/E0001.jsonl").read_text()
    assert "laughlaugh" not in kept
    name = Path("/etc/hostname")
    assert not (name.exists() and len(name.read_text().strip()) > 3 and name.read_text().strip() in kept)


def test_links_of_a_folder_lead_nowhere(abusekit: Abusekit, case: Path, tmp_path: Path) -> None:
    abusekit("import", "--case", case, bad.mixed_folder(tmp_path), expect=7)
    assert b"secret" not in (case / "evidence/E0001/export.tar").read_bytes()
    problems = stored(case)[0]["problems"]
    assert len(problems) == 3 and all("link" in one or "pipe" in one for one in problems)


def test_a_link_that_a_person_names_is_followed(abusekit: Abusekit, case: Path, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "_chat.txt").write_text(bad.CHAT, newline="")
    (tmp_path / "link").symlink_to("real")
    (tmp_path / "link.txt").symlink_to("real/_chat.txt")
    answer = abusekit(
        "import", "--case", case, tmp_path / "link", tmp_path / "link.txt", "--json", expect=0
    ).answer
    assert [one["reading"]["messages"] for one in answer["exports"]] == [6, 6]
    assert not any(path.is_symlink() for path in (case / "evidence").rglob("*"))


def test_names_that_are_no_text(abusekit: Abusekit, case: Path, tmp_path: Path) -> None:
    name = os.fsencode(tmp_path) + b"/\xff\xfe\x1b[31m chat.txt"
    with open(name, "w", newline="") as out:
        out.write(bad.CHAT)
    ended = abusekit("import", "--case", case, name, expect=0)
    no_controls(ended.out, ended.err)
    again = abusekit("import", "--case", case, name, "--again", "--json", expect=0)
    no_controls(again.out)
    assert stored(case)[0]["source"]["names"] == ["\\xff\\xfe\x1b[31m chat.txt"]
    assert abusekit("show", "--case", case, "E0001#m1", "--json", expect=0).answer["kind"] == "message"
    nothing_wrong(case)


def test_names_in_a_zip_never_become_paths(abusekit: Abusekit, case: Path, tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in case.rglob("*") if path.is_file()}
    path = tmp_path / "names.zip"
    with zipfile.ZipFile(path, "w") as out:
        for name in (
            "../custody/log.jsonl", "..\\evil.txt", "/custody/log.jsonl", "a/../../log", "con.txt", "\x1b[31m.txt",
            "\u202egpj.exe", "a\nb.txt", " ", ".", "..", "x" * 4000,
        ):  # fmt: skip
            out.writestr(name, bad.CHAT)
        out.writestr("_chat.txt", bad.CHAT)
    ended = abusekit("import", "--case", case, path, expect=7)
    no_controls(ended.out, ended.err)
    assert sorted(one.name for one in (case / "evidence/E0001").iterdir()) == ["export.zip", "item.json"]
    assert {one for one, data in before.items() if one.read_bytes() != data} <= {case / "custody/log.jsonl"}
    assert beside(case, tmp_path) == {path}
    nothing_wrong(case)


@pytest.mark.parametrize("in_folder", [False, True])
def test_an_export_that_changes_while_it_is_read(
    abusekit: Abusekit, case: Path, tmp_path: Path, in_folder: bool
) -> None:
    folder = tmp_path / "download"
    folder.mkdir()
    export = folder / "_chat.txt"
    export.write_bytes(bad.CHAT.encode() + bytes(80 << 20))
    stop = threading.Event()

    def grow() -> None:
        with export.open("ab") as out:
            while not stop.is_set():
                out.write(b"more")
                out.flush()

    writer = threading.Thread(target=grow)
    writer.start()
    try:
        ended = abusekit("import", "--case", case, folder if in_folder else export, expect=4)
    finally:
        stop.set()
        writer.join()
    assert "changes while it is read" in ended.out + ended.err
    assert log_lines(case) == 1 and list((case / "evidence").iterdir()) == []


def test_no_photo_of_an_export_is_opened(abusekit: Abusekit, case: Path, tmp_path: Path) -> None:
    """A picture that would crash a decoder is hashed, and nothing more."""
    from export_samples import ios_export

    path = ios_export(tmp_path)
    with zipfile.ZipFile(path, "a") as out:
        out.writestr("00000007-PHOTO.jpg", b"\xff\xd8\xff\xe1\xff\xff" + b"\xff" * 100_000)
    answer: Any = abusekit("import", "--case", case, path, "--json", expect=0).answer
    assert answer["exports"][0]["reading"]["not_read"] == ["00000007-PHOTO.jpg"]
