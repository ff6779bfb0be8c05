"""The script for stock tools in an opponent's folder: nothing of it is run, read outside, or shown raw."""

from __future__ import annotations

import os
import random
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from forger import chained, entries, extend, listed, overwrite, spell, store_lines
from handed_over import Handed

from abusekit.integrity.timestamps import der

SCRIPT = Path(__file__).resolve().parents[2] / "src/abusekit/kit/programs/verify.sh"
SEAL = "seals/000015"
SHELLS = ("dash", "bash")


def run(
    case: Path, *trust: Path, shell: str = "dash", timeout: float = 60
) -> subprocess.CompletedProcess[str]:
    words = [shell, str(SCRIPT), str(case), *map(str, trust)]
    done = subprocess.run(words, capture_output=True, timeout=timeout, check=False)
    assert re.fullmatch(rb"[\n -~]*", done.stdout + done.stderr), done
    return subprocess.CompletedProcess(words, done.returncode, done.stdout.decode(), done.stderr.decode())


def run_all(handed: Handed) -> subprocess.CompletedProcess[str]:
    done = run(handed.case, handed.signers, handed.roots)
    assert done.stderr == ""
    return done


def shallow(tmp_path: Path) -> Path:
    """As much of a case as is needed to have its names looked at."""
    overwrite(tmp_path / "case/custody/log.jsonl", b"{}\n")
    return tmp_path / "case"


@pytest.mark.parametrize("shell", SHELLS)
def test_syntax(shell: str) -> None:
    assert subprocess.run([shell, "-n", str(SCRIPT)], check=False).returncode == 0


@pytest.mark.parametrize("name", [
    "seals/000015/seal.txt.x||;e id>pwned #.sig",
    "evidence/x|;e id>pwned #/stamp.sha256",
    "evidence/x|;w pwned/stamp.sha256",
    "seals/000015/$(id>pwned).sig",
    "seals/000015/`id>pwned`",
    "seals/000015/a'b\"; id>pwned; #",
    "evidence/a\nb",
    "evidence/\x1b[2J",
    "evidence/*",
    "evidence/caf\u00e9",
    "-rf",
    "%s%n",
    ".hidden",
    "evidence/a b",
    "a/b/c/d/e/f/g/h/i",
    "kit/con.txt",
    "kit/Verify.sh",
    "kit/" + "a" * 201,
])  # fmt: skip
def test_names_that_are_not_looked_into(tmp_path: Path, name: str) -> None:
    case = shallow(tmp_path)
    for one in ("kit/verify.sh", name):
        overwrite(case / one, b"x  x\n")
    done = run(case)
    assert done.returncode == 1 and done.stderr == ""
    assert len(done.stdout.splitlines()) == 2 and done.stdout.startswith("WRONG ")
    assert not list(tmp_path.rglob("pwned*"))


@pytest.mark.parametrize("shell", SHELLS)
def test_random_names_and_lines(handed: Handed, tmp_path: Path, shell: str) -> None:
    """Pieces of commands, patterns and formats as names of files, and as texts of the case that are read."""
    pieces = ["|", ";e touch canary #", "$(touch canary)", "`touch canary`", "\\", "'", '"', "\n", "w canary", "&",
              "/canary;p", "%s", "*", "../", "{", "]", "canary", "\x1b]0;", "-", ">canary", " ", "\r"]  # fmt: skip
    chance = random.Random(shell)
    case = shallow(tmp_path)
    before = sorted(os.listdir(tmp_path))
    for _ in range(12):
        name = "".join(chance.choices(pieces, k=6)).replace("/", "|") + "#"
        odd = case / "evidence" / name
        overwrite(odd, b"")
        assert run(case, shell=shell).returncode == 1, name
        odd.unlink()
    texts = ["".join(chance.choices(pieces, k=8)) for _ in range(200)]
    first, second = iter(texts[:100]), iter(texts[100:])
    acts = [{"do": "item.tag", "item": text, "reason": next(second), "tags": [text]} for text in first]
    revoke = {"do": "key.revoke", "key": "SHA256:" + "A" * 43, "since": "2026-11-20T23:00:00.000000Z",
              "why": "lost", "reason": texts[0], "by": texts[1]}  # fmt: skip
    extend(handed.case, *acts, revoke, {**revoke, "key": texts[2], "since": texts[3]})
    done = run(handed.case, handed.signers, handed.roots, shell=shell)
    assert done.returncode == 7 and "102 acts behind" in done.stdout and done.stderr == "", done
    for name in ("seal.txt", "stamp.sha256", "seal.txt.me.sig", "stamp.local-a.tsr"):
        overwrite(handed.case / SEAL / name, "\n".join(texts).encode())
    with (handed.case / "custody/log.jsonl").open("ab") as log:
        log.write("".join(text.replace("\n", "") + "\n" for text in texts).encode())
    assert run(handed.case, handed.signers, handed.roots, shell=shell).returncode == 1
    assert not list(handed.case.rglob("*canary*")) and sorted(os.listdir(tmp_path)) == sorted(
        {*before, handed.case.name}
    )


@pytest.mark.parametrize("said", ["ok\nTime stamp: Nov 20 20:00:00 2026 GMT (",
                                  "ok\nTST info:\nTime stamp: Nov 20 20:00:00 2026 GMT"])  # fmt: skip
def test_the_unsigned_text_of_an_answer_dates_nothing(handed: Handed, said: str) -> None:
    path = f"{SEAL}/stamp.local-a.tsr"
    token = der.read((handed.case / path).read_bytes()).children()[1]
    text = der.element(0x30, der.element(0x0C, said.encode()))
    overwrite(
        handed.case / path,
        der.element(0x30, der.element(0x30, der.element(0x02, b"\0"), text), token.whole),
    )
    acts = entries(handed.case)
    for act in acts:
        act["files"] = [listed(handed.case, one["path"]) for one in act.get("files", ())]
        if not act["files"]:
            del act["files"]
    store_lines(handed.case, chained(acts))
    done = run_all(handed)
    assert done.returncode == 0 and "Nov 20 22:00:04 2026 GMT, says local-a" in done.stdout, done
    assert "20:00:00" not in done.stdout


@pytest.mark.parametrize("said", ["existed", "seal.sign", "Good"])
def test_an_answer_with_bytes_behind_it(handed: Handed, said: str) -> None:
    path = handed.case / SEAL / "stamp.local-a.tsr"
    overwrite(path, path.read_bytes() + said.encode())
    done = run_all(handed)
    assert done.returncode == 1 and "stamp.local-a.tsr is not the answer" in done.stdout


@pytest.mark.parametrize(
    "inner", [{"x": {"do": "seal.sign"}}, {"a": {"do": "seal.sign"}}, {"zz": [{"do": "seal.ask"}]}]
)
def test_acts_inside_of_acts_are_none(handed: Handed, inner: dict[str, Any]) -> None:
    """An act behind the seal is none of the sealing because a member of it looks like one."""
    extend(handed.case, {"do": "item.withdraw", "item": "E0001", "reason": "x", **inner})
    done = run_all(handed)
    assert done.returncode == 7 and "1 acts behind the newest seal" in done.stdout


def test_a_sealing_with_more_to_say(handed: Handed) -> None:
    act = next(act for act in entries(handed.case) if act["do"] == "seal.sign")
    overwrite(handed.case / SEAL / "seal.txt.x.sig", (handed.case / SEAL / "seal.txt.me.sig").read_bytes())
    files = [listed(handed.case, f"{SEAL}/seal.txt.x.sig")]
    extend(handed.case, {**act, "seal": 15, "files": files, "place": "safe 3"})
    assert run_all(handed).returncode == 1


@pytest.mark.parametrize("inner", [
    {"x": {"files": [{"path": "evidence/E0004/more.jpg"}]}},
    {"files": [], "x": {"files": [{"path": "evidence/E0004/more.jpg"}]}},
    {"aa": {"files": [{"path": "evidence/E0004/more.jpg"}]}},
])  # fmt: skip
def test_a_file_that_only_an_inner_member_names(handed: Handed, inner: dict[str, Any]) -> None:
    overwrite(handed.case / "evidence/E0004/more.jpg", b"x")
    for member in inner.values():
        if member:
            member["files"] = [listed(handed.case, "evidence/E0004/more.jpg")]
    extend(handed.case, {"do": "item.tag", "item": "E0001", **inner})
    done = run_all(handed)
    assert done.returncode == 1 and "evidence/E0004/more.jpg is there, but was never logged" in done.stdout


def test_a_revocation_with_two_dates(handed: Handed) -> None:
    key = next(act["signer"] for act in entries(handed.case) if act["do"] == "seal.sign")
    act = {"do": "key.revoke", "key": key, "since": "2026-11-20T21:30:00.000000Z", "why": "stolen",
           "reason": "x", "zz": {"since": "2027-01-01T00:00:00.000000Z"}}  # fmt: skip
    extend(handed.case, act)
    done = run_all(handed)
    assert done.returncode == 7 and "an act key.revoke in a form that is not read here" in done.stdout


@pytest.mark.parametrize(
    "where", [f"{SEAL}/stamp2.sha256", "evidence/E0004/stamp.sha256", "seals/x/stamp.sha256"]
)
@pytest.mark.parametrize("target", ["/dev/zero", "../../../../../../dev/zero"])
def test_lists_lead_nowhere(handed: Handed, where: str, target: str) -> None:
    overwrite(handed.case / where, f"{'0' * 64}  {target}\n".encode())
    assert run_all(handed).returncode == 1


@pytest.mark.parametrize("path", ["case.yaml", "custody/pending", f"{SEAL}/seal.txt", "pipe"])
def test_pipes_anywhere(handed: Handed, path: str) -> None:
    (handed.case / path).unlink(missing_ok=True)
    os.mkfifo(handed.case / path)
    done = run_all(handed)
    assert done.returncode == 1 and path in done.stdout


def test_a_link_instead_of_what_is_apart(handed: Handed) -> None:
    (handed.case / "derived").rename(handed.case / "private/derived")
    (handed.case / "derived").symlink_to("private/derived")
    assert run_all(handed).returncode == 1


def test_a_file_without_end(handed: Handed) -> None:
    path = handed.case / "evidence/E0004/photo.jpg"
    path.chmod(0o600)
    os.truncate(path, 1 << 42)
    done = run_all(handed)
    assert done.returncode == 1 and "photo.jpg was logged, and is gone or has another size" in done.stdout


@pytest.mark.parametrize("path", ["letter.txt", "kit/run.sh", "custody/capture.lock", "custody/log.lock",
                                  "custody/pending", "custody/note.txt", "more/letter.txt"])  # fmt: skip
def test_what_is_no_part_of_a_case(handed: Handed, path: str) -> None:
    overwrite(handed.case / path, b"x")
    done = run_all(handed)
    assert done.returncode == 1 and f"WRONG            {path} " in done.stdout, done


def test_two_logs_and_empty_folders(handed: Handed) -> None:
    (handed.case / "evidence/E0009").mkdir()
    done = run_all(handed)
    assert done.returncode == 1 and "evidence/E0009 is a folder in which nothing was logged" in done.stdout
    (handed.case / "evidence/E0009").rmdir()
    assert run_all(handed).returncode == 0
    overwrite(handed.case / "custody/log.redacted", b"")
    done = run_all(handed)
    assert done.returncode == 1 and "two logs stand in custody/" in done.stdout


def test_programs_of_the_case_are_not_found(handed: Handed, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in ("", ".", "kit"):
        monkeypatch.setenv("PATH", f"{path}:{os.defpath}")
        assert run(handed.case).returncode == 4
    monkeypatch.setenv("PATH", f"{os.defpath.lstrip(':')}")
    assert run(handed.case).returncode == 7


def test_a_line_that_says_do_twice_is_told(handed: Handed) -> None:
    acts = entries(handed.case)
    acts.append({**acts[-1], "do": "item.tag", "n": len(acts), "zz": 1})
    lines = chained(acts)
    lines[-1] = spell(entries(handed.case)[-1]).replace(b'"do":', b'"do":"seal.sign","do":')
    store_lines(handed.case, lines)
    done = run_all(handed)
    assert (
        done.returncode in (1, 7) and "1 lines of the log are of a form that is not read here" in done.stdout
    )


def test_a_token_over_no_list(handed: Handed) -> None:
    overwrite(
        handed.case / SEAL / "stamp2.local-a.tsr", (handed.case / SEAL / "stamp.local-a.tsr").read_bytes()
    )
    done = run_all(handed)
    assert done.returncode == 1 and f"{SEAL}/stamp2.sha256 is gone" in done.stdout
