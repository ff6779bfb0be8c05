"""`abusekit add`: files as they are, from people and media that are not to be trusted."""

from __future__ import annotations

import hashlib
import json
import os
import resource
import threading
from pathlib import Path

from capture_lists import stored
from command_runner import Abusekit, log_lines

from abusekit.demo.site import PracticeSite


def test_a_photo_with_what_was_said_of_it(
    abusekit: Abusekit, case: Path, site: PracticeSite, tmp_path: Path
) -> None:
    photo = site.write_samples(tmp_path / "samples").pictures[0]
    ended = abusekit(
        "add",
        "--case",
        case,
        photo,
        "--received-from",
        "the victim",
        "--how",
        "USB stick",
        "--what",
        "own photo",
        expect=0,
    )
    assert ended.out.split() == ["E0001", "PO/1", photo.name]
    assert "STOP" in ended.err and "1 added" in ended.err
    (item,) = stored(case)
    assert item["source"] == {
        "names": [photo.name], "stated": {"received_from": "the victim", "how": "USB stick", "what": "own photo"},
    }  # fmt: skip
    assert item["files"][0]["sha256"] == hashlib.sha256(photo.read_bytes()).hexdigest()
    assert (case / "evidence" / "E0001" / item["files"][0]["name"]).read_bytes() == photo.read_bytes()
    assert any(dated["moment"]["raw"].startswith("2026:06:16") for dated in item["dated"])
    abusekit.verified(case)


def folder_of_three(tmp_path: Path) -> Path:
    folder = tmp_path / "from the phone"
    (folder / "deep" / "er").mkdir(parents=True)
    for name in ("b.txt", "a.txt", "deep/er/c.txt"):
        (folder / name).write_text(name)
    return folder


def test_a_folder_needs_a_word(abusekit: Abusekit, case: Path, tmp_path: Path) -> None:
    (tmp_path / "first.txt").write_text("first")
    ended = abusekit("add", "--case", case, "first.txt", folder_of_three(tmp_path), expect=2)
    assert "is a folder" in ended.err and "--recursive" in ended.err and "--together" in ended.err
    assert log_lines(case) == 1, "nothing is stored before the whole command is understood"


def test_recursive_gives_an_exhibit_to_each_file(abusekit: Abusekit, case: Path, tmp_path: Path) -> None:
    abusekit("add", "--case", case, folder_of_three(tmp_path), "--recursive", expect=0)
    assert [item["source"]["names"] for item in stored(case)] == [
        ["from the phone/a.txt"], ["from the phone/b.txt"], ["from the phone/deep/er/c.txt"],
    ]  # fmt: skip


def test_together_gives_one_exhibit(abusekit: Abusekit, case: Path, tmp_path: Path) -> None:
    abusekit("add", "--case", case, folder_of_three(tmp_path), "--together", expect=0)
    (item,) = stored(case)
    assert item["source"]["names"] == [
        "from the phone/a.txt",
        "from the phone/b.txt",
        "from the phone/deep/er/c.txt",
    ]
    assert [f["name"] for f in item["files"]] == ["file-001.txt", "file-002.txt", "file-003.txt"]
    abusekit.verified(case)


def test_the_folder_we_stand_in(abusekit: Abusekit, case: Path, tmp_path: Path) -> None:
    abusekit("add", "--case", case, ".", "-r", cwd=folder_of_three(tmp_path), expect=0)
    assert stored(case)[0]["source"]["names"] == ["from the phone/a.txt"]


def test_the_same_bytes_twice(abusekit: Abusekit, case: Path, tmp_path: Path) -> None:
    for name in ("one.txt", "two.txt"):
        (tmp_path / name).write_text("the same")
    ended = abusekit("add", "--case", case, "one.txt", "two.txt", "--json", expect=0)
    assert [(f["item"], f["state"]) for f in ended.answer["files"]] == [
        ("E0001", "added"),
        ("E0001", "already-there"),
    ]
    told = abusekit("add", "--case", case, "two.txt", expect=0)
    assert "the same bytes as E0001 (PO/1); not stored again (--again stores them)" in told.err
    assert len(stored(case)) == 1 and log_lines(case) == 2
    again = abusekit("add", "--case", case, "two.txt", "--again", expect=0)
    assert len(stored(case)) == 2 and "the same bytes are in E0001, too" in again.out
    abusekit.verified(case)


def test_what_cannot_be_taken_in_is_told_and_the_rest_goes_on(
    abusekit: Abusekit, case: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "stick"
    (folder / "closed").mkdir(parents=True)
    (folder / "good.txt").write_text("good")
    (folder / "empty.txt").touch()
    (folder / "secret.txt").write_text("secret")
    (folder / "secret.txt").chmod(0)
    (folder / "closed" / "x.txt").write_text("x")
    (folder / "closed").chmod(0)
    os.mkfifo(folder / "pipe")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "private.txt").write_text("private")
    (folder / "link-to-folder").symlink_to(tmp_path / "outside")
    (folder / "link-to-file").symlink_to(tmp_path / "outside" / "private.txt")
    (folder / "dangling").symlink_to("nowhere")
    ended = abusekit("add", "--case", case, folder, "-r", "--json", powerless=True, timeout=20, expect=7)
    states = {f["name"]: (f["state"], f["problem"]) for f in ended.answer["files"]}
    (folder / "closed").chmod(0o700)
    assert {name for name, (state, _) in states.items() if state == "added"} == {
        "stick/good.txt",
        "stick/empty.txt",
    }
    refused = {
        name.removeprefix("stick/"): problem
        for name, (state, problem) in states.items()
        if state == "refused"
    }
    assert set(refused) == {"secret.txt", "closed", "pipe", "link-to-folder", "link-to-file", "dangling"}
    assert "Permission denied" in refused["secret.txt"] and "Permission denied" in refused["closed"]
    assert "not a regular file" in refused["pipe"]
    assert all("a link" in refused[name] for name in ("link-to-folder", "link-to-file", "dangling"))
    assert [item["files"][0]["size"] for item in stored(case)] == [0, 4]
    assert list((case / "staging").iterdir()) == []
    abusekit.verified(case)


def test_when_nothing_could_be_taken_in(abusekit: Abusekit, case: Path, tmp_path: Path) -> None:
    assert "No such file" in abusekit("add", "--case", case, "nowhere.jpg", expect=4).err
    os.mkfifo(tmp_path / "pipe")
    assert "not a regular file" in abusekit("add", "--case", case, "pipe", timeout=20, expect=4).err
    assert log_lines(case) == 1


def test_a_link_that_a_person_names_is_followed(abusekit: Abusekit, case: Path, tmp_path: Path) -> None:
    (tmp_path / "real.txt").write_text("real")
    (tmp_path / "link.txt").symlink_to("real.txt")
    abusekit("add", "--case", case, "link.txt", expect=0)
    assert (case / "evidence/E0001/file.txt").read_text() == "real"
    assert not (case / "evidence/E0001/file.txt").is_symlink()


def test_a_file_that_changes_while_it_is_read(abusekit: Abusekit, case: Path, tmp_path: Path) -> None:
    recording = tmp_path / "recording.bin"
    recording.write_bytes(bytes(80 << 20))
    stop = threading.Event()

    def record() -> None:
        with recording.open("ab") as out:
            while not stop.is_set():
                out.write(b"more")
                out.flush()

    writer = threading.Thread(target=record)
    writer.start()
    try:
        ended = abusekit("add", "--case", case, recording, expect=4)
    finally:
        stop.set()
        writer.join()
    assert "changes while it is read" in ended.err
    assert log_lines(case) == 1 and list((case / "evidence").iterdir()) == []
    abusekit("add", "--case", case, recording, expect=0)


def test_the_case_does_not_swallow_itself(abusekit: Abusekit, case: Path, tmp_path: Path) -> None:
    """Safety notes in private/ would become evidence, which the other side may read."""
    (tmp_path / "a.txt").write_text("a")
    ended = abusekit("add", "--case", case, ".", "-r", "--json", expect=7)
    states = {f["name"].split("/", 1)[1]: (f["state"], f["problem"]) for f in ended.answer["files"]}
    assert states == {"a.txt": ("added", ""), "case": ("refused", "lies inside the case")}
    for inside in (case, case / "private", case / "private" / "safety-notes.txt"):
        assert "lies inside the case" in abusekit("add", "--case", case, inside, "--recursive", expect=4).err
    (tmp_path / "link").symlink_to(case / "private" / "safety-notes.txt")
    assert "lies inside the case" in abusekit("add", "--case", case, "link", expect=4).err
    assert len(stored(case)) == 1


def test_names_that_are_no_text(abusekit: Abusekit, case: Path, tmp_path: Path) -> None:
    names = [
        b"\xff\xfe.jpg",
        "\u202egpj.exe\x1b[31m".encode(),
        b"new\nline.txt",
        b"-r",
        b"con.txt",
        "ä🙂.txt".encode(),
    ]
    folder = tmp_path / "odd"
    folder.mkdir()
    for number, name in enumerate(names):
        (folder / os.fsdecode(name)).write_text(str(number))
    ended = abusekit("add", "--case", case, folder, "--recursive", expect=0)
    assert not set("\x1b\u202e") & set(ended.out + ended.err) and len(ended.out.splitlines()) == len(names)
    held = [item["source"]["names"][0] for item in stored(case)]
    assert "odd/\\xff\\xfe.jpg" in held and "odd/new\nline.txt" in held and "odd/ä🙂.txt" in held
    abusekit("add", "--case", case, os.fsencode(folder) + b"/" + names[0], "--again", "--json", expect=0)
    abusekit.verified(case)


def test_a_statement_that_is_no_text_is_refused(abusekit: Abusekit, case: Path, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a")
    ended = abusekit("add", "--case", case, "a.txt", "--received-from", b"\xff", expect=2)
    assert "not UTF-8" in ended.err and log_lines(case) == 1


def test_a_full_disk_stops_cleanly(abusekit: Abusekit, case: Path, tmp_path: Path) -> None:
    """The kernel refuses to write beyond a file-size limit just as it does on a full disk."""
    (tmp_path / "big.bin").write_bytes(os.urandom(3 << 20))
    limit = (1 << 20, 1 << 20)
    ended = abusekit(
        "add", "--case", case, "big.bin",
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limit), expect=3,
    )  # fmt: skip
    assert "the disk is full" in ended.err and "free some space" in ended.err
    assert log_lines(case) == 1 and list((case / "evidence").iterdir()) == []
    abusekit("add", "--case", case, "big.bin", expect=0)
    abusekit.verified(case)


def test_two_at_once(abusekit: Abusekit, case: Path, tmp_path: Path) -> None:
    """Numbers and lines are given under the lock: none twice."""
    for person in "ab":
        (tmp_path / person).mkdir()
        for number in range(20):
            (tmp_path / person / f"{number}.txt").write_text(f"{person}{number}")
    running = [abusekit.start("add", "--case", case, tmp_path / person, "-r") for person in "ab"]
    for process in running:
        _, err = process.communicate(timeout=60)
        assert process.returncode == 0, err
    assert sorted(item["id"] for item in stored(case)) == [f"E{n:04}" for n in range(1, 41)]
    assert len({item["exhibit"] for item in stored(case)}) == 40
    abusekit.verified(case)


def test_every_sample_photo(abusekit: Abusekit, case: Path, shared_data: Path) -> None:
    """Photos of real and broken cameras: all are taken in, none crashes us."""
    photos = shared_data / "photos"
    files = [path for path in photos.rglob("*") if path.is_file() and not path.is_symlink()]
    assert len(files) > 50
    ended = abusekit("add", "--case", case, photos, "--recursive", "--json", timeout=180, expect=0)
    assert json.loads(ended.out)["exit_code"] == 0
    assert {f["sha256"] for f in ended.answer["files"]} == {
        hashlib.sha256(p.read_bytes()).hexdigest() for p in files
    }
    assert len(ended.answer["files"]) == len(files)
    abusekit.verified(case)
    abusekit("timeline", "--case", case, "--csv", "t.csv", expect=0)


def test_the_case_itself_is_refused_in_one_line(abusekit: Abusekit, case: Path, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a")
    abusekit("add", "--case", case, "a.txt", expect=0)
    for folder in (case, case / "evidence"):
        for way in ("-r", "--together", "-q"):
            ended = abusekit("add", "--case", case, folder, way, "--json", expect=4)
            assert [f["problem"] for f in ended.answer["files"]] == ["lies inside the case"]
    assert log_lines(case) == 2


def test_an_empty_file_is_told(abusekit: Abusekit, case: Path, tmp_path: Path) -> None:
    (tmp_path / "empty.jpg").touch()
    ended = abusekit("add", "--case", case, "empty.jpg", expect=0)
    assert "E0001: file.jpg is empty" in ended.err
    assert stored(case)[0]["problems"] == ["file.jpg is empty: it holds no bytes"]


def test_a_photo_that_needs_an_extra_is_told_once(abusekit: Abusekit, case: Path, tmp_path: Path) -> None:
    """A HEIC, where pillow-heif cannot be loaded."""
    import struct

    brand = b"ftypheic" + struct.pack(">I", 0) + b"mif1heic"
    for number in (1, 2):
        (tmp_path / f"{number}.heic").write_bytes(struct.pack(">I", len(brand) + 4) + brand + bytes([number]))
    (tmp_path / "absent" / "pillow_heif").mkdir(parents=True)
    (tmp_path / "absent" / "pillow_heif" / "__init__.py").write_text("raise ImportError('absent')\n")
    ended = abusekit(
        "add", "--case", case, "1.heic", "2.heic", env={"PYTHONPATH": str(tmp_path / "absent")}, expect=0
    )
    assert ended.err.count("pip install 'abusekit[heif]'") == 1, ended.err
