"""`abusekit hash` against sha256sum: the same words, and each reads what the other wrote."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from command_runner import Abusekit

ODD = [
    b"plain.txt",
    b"with space.txt",
    b"back\\slash",
    b"new\nline",
    b"re\rturn",
    b"\xff\xfe",
    "ä🙂".encode(),
    b"*star",
    b"-dash",
    b"a\\nb",
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "odd"
    (made / "deep").mkdir(parents=True)
    for number, name in enumerate(ODD):
        (made / os.fsdecode(name)).write_bytes(b"%d" % number * number)
    (made / "deep" / "inner.bin").write_bytes(os.urandom(300_000))
    return made


def sha256sum(*arguments: object, cwd: Path) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        ["sha256sum", *map(os.fsencode, map(str, arguments))], cwd=cwd, capture_output=True, check=False
    )


def test_the_very_lines_of_sha256sum(abusekit: Abusekit, folder: Path) -> None:
    found = sorted(str(path.relative_to(folder.parent)) for path in folder.rglob("*") if path.is_file())
    theirs = sha256sum("--", *found, cwd=folder.parent).stdout
    ours = abusekit("hash", "--", *map(os.fsencode, found), expect=0).raw
    assert ours == theirs and ours.count(b"\n") == len(found)
    walked = abusekit("hash", "odd", expect=0).raw
    assert sorted(walked.splitlines()) == sorted(theirs.splitlines())


def test_each_checks_the_other_s_list(abusekit: Abusekit, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "ours").write_bytes(abusekit("hash", "odd", expect=0).raw)
    assert sha256sum("--check", "--strict", "--quiet", "ours", cwd=tmp_path).returncode == 0
    names = [os.fsdecode(b"odd/" + name) for name in ODD]
    (tmp_path / "theirs").write_bytes(sha256sum(*names, cwd=tmp_path).stdout)
    ended = abusekit("hash", "--check", "theirs", expect=0)
    assert ended.out.count(": ok\n") == len(ODD)
    assert abusekit("hash", "--check", "theirs", "--quiet", expect=0).out == ""
    (folder / "plain.txt").write_bytes(b"changed")
    assert sha256sum("--check", "ours", cwd=tmp_path).returncode == 1
    ended = abusekit("hash", "--check", "ours", "--quiet", expect=1)
    assert ended.out == "odd/plain.txt: changed\n"


def test_missing_is_not_changed_is_not_unreadable(abusekit: Abusekit, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "list").write_bytes(abusekit("hash", "odd", expect=0).raw)
    (folder / "plain.txt").unlink()
    (folder / "with space.txt").chmod(0)
    ended = abusekit("hash", "--check", "list", "--json", powerless=True, expect=1)
    states = {f["path"]: f["state"] for f in ended.answer["files"]}
    assert states.pop("odd/plain.txt") == "missing" and states.pop("odd/with space.txt") == "could-not-check"
    assert set(states.values()) == {"ok"}
    (folder / "plain.txt").write_bytes(b"")
    assert abusekit("hash", "--check", "list", powerless=True).code == 7


def test_what_cannot_be_read(abusekit: Abusekit, tmp_path: Path) -> None:
    (tmp_path / "a").write_text("a")
    os.mkfifo(tmp_path / "pipe")
    ended = abusekit("hash", "a", "nowhere", "pipe", timeout=20, expect=7)
    assert len(ended.out.splitlines()) == 1 and "nowhere: No such file" in ended.err and "pipe" in ended.err
    abusekit("hash", "nowhere", expect=4)
    abusekit("hash", expect=2)
    abusekit("hash", "a", "--check", "a", expect=2)


def test_links_in_folders_are_not_followed(abusekit: Abusekit, tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "real").write_text("x")
    (tmp_path / "d" / "link").symlink_to("real")
    (tmp_path / "d" / "loop").symlink_to(".")
    assert [line.split("  ")[1] for line in abusekit("hash", "d", expect=0).out.splitlines()] == ["d/real"]
    abusekit("hash", "d/link", expect=0)


@pytest.mark.parametrize("text", [b"", b"junk\n", b"ab" * 32 + b"\n", b"zz" * 32 + b"  a\n", b"\xff\n"])
def test_a_list_that_is_none(abusekit: Abusekit, tmp_path: Path, text: bytes) -> None:
    (tmp_path / "list").write_bytes(text)
    assert "→" in abusekit("hash", "--check", "list", expect=4).err


def test_json_names_files_of_other_bytes(abusekit: Abusekit, folder: Path) -> None:
    answer = abusekit("hash", "odd", "--json", expect=0).answer
    assert {os.fsencode(f["path"]) for f in answer["files"]} == {b"odd/" + n for n in ODD} | {
        b"odd/deep/inner.bin"
    }
    assert answer["exit_code"] == 0


def test_nothing_in_a_name_reaches_the_terminal_raw_when_checking(abusekit: Abusekit, tmp_path: Path) -> None:
    (tmp_path / "list").write_bytes(b"00" * 32 + b"  \x1b[31m\xe2\x80\xaename\n")
    ended = abusekit("hash", "--check", "list", expect=1)
    assert "\x1b" not in ended.out and "missing" in ended.out
