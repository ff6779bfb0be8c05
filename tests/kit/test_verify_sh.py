"""The script for stock tools: right on honest cases of every form, and on every change of what is sealed."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from forger import entries, extend, flip, open_up, overwrite, raw_lines, store_lines
from handed_over import Handed

SCRIPT = Path(__file__).resolve().parents[2] / "src/abusekit/kit/programs/verify.sh"
FIRST, SECOND = "seals/000007", "seals/000015"


def run(
    *arguments: object, cwd: Path | None = None, script: object = SCRIPT
) -> subprocess.CompletedProcess[str]:
    words = ["dash", str(script), *map(str, arguments)]
    return subprocess.run(words, cwd=cwd, capture_output=True, text=True, timeout=60, check=False)


def trusted(handed: Handed) -> tuple[Path, Path, Path]:
    return handed.case, handed.signers, handed.roots


def sealed_files(case: Path) -> list[str]:
    manifest = (case / SECOND / "manifest-sha256.txt").read_text("ascii")
    return [line[66:] for line in manifest.splitlines()]


def test_an_honest_case(handed_once: Handed) -> None:
    done = run(*trusted(handed_once))
    assert (done.returncode, done.stderr) == (0, ""), done
    assert done.stdout.count("signed by me") == 2
    assert done.stdout.count("existed not later than Nov 20 22:00") == 2
    assert done.stdout.splitlines()[-1].startswith("NOTHING IS WRONG")


def test_from_anywhere(handed_once: Handed, tmp_path: Path) -> None:
    """The script in the case takes the folder above itself; names of files are those of where one stands."""
    shutil.copy(handed_once.signers, tmp_path / "allowed")
    done = run("", "allowed", cwd=tmp_path, script=handed_once.case / "kit/verify.sh")
    assert done.returncode == 7 and "signed by me" in done.stdout and "no local-a.pem" in done.stdout
    assert run(".", "/nowhere", cwd=handed_once.case).returncode == 4
    assert run(tmp_path).returncode == 3


def test_without_trust_nothing_is_called_good(handed_once: Handed) -> None:
    done = run(handed_once.case)
    assert done.returncode == 7
    assert "whose is it?" in done.stdout and "signed by" not in done.stdout


def test_a_key_that_counts_for_some_time_only(handed: Handed, tmp_path: Path) -> None:
    """Before the token's time: vouches for nothing. Around it: good, however late somebody looks."""
    line = handed.signers.read_text("ascii")
    for until, code in (("20261120220500Z", 0), ("20261120210000Z", 7)):
        signers = tmp_path / until
        signers.write_text(
            line.replace(" ssh-ed", f',valid-before="{until}" ssh-ed', 1) + line.replace('"me"', "other", 1)
        )
        shutil.rmtree(handed.case / FIRST, ignore_errors=True)
        done = run(handed.case, signers, handed.roots)
        signed = [one for one in done.stdout.splitlines() if "seals/000015/seal.txt.me.sig" in one]
        assert ("signed by me" in signed[0]) == (code == 0), (done, until)


def test_every_sealed_file(handed: Handed) -> None:
    names = sealed_files(handed.case)
    assert len(names) > 25
    for name in names:
        whole = (handed.case / name).read_bytes()
        flip(handed.case / name, len(whole) // 2)
        done = run(*trusted(handed))
        assert done.returncode == 1, (name, done)
        overwrite(handed.case / name, whole)
    assert run(*trusted(handed)).returncode == 0


@pytest.mark.parametrize("name", ["seal.txt", "manifest-sha256.txt", "salt.txt", "seal.txt.me.sig", "stamp.sha256",
                                  "stamp.local-a.tsr", "stamp.local-b.tsq", "stamp.local-a.pem"])  # fmt: skip
def test_every_part_of_the_seal(handed: Handed, name: str) -> None:
    path = handed.case / SECOND / name
    flip(path, path.stat().st_size // 2)
    assert run(*trusted(handed)).returncode == 1
    path.unlink()
    assert run(*trusted(handed)).returncode == 1


@pytest.mark.parametrize("at", [3, 500, 2_000, -3_000])
def test_the_log(handed: Handed, at: int) -> None:
    flip(handed.case / "custody/log.jsonl", at)
    assert run(*trusted(handed)).returncode == 1


def test_a_line_dropped_and_chained_anew(handed: Handed) -> None:
    from forger import chained

    acts = entries(handed.case)
    store_lines(handed.case, chained([*acts[:3], *acts[4:]]))
    assert run(*trusted(handed)).returncode == 1


@pytest.mark.parametrize(
    "name", ["evidence/E0004/photo.jpg", "custody/log.jsonl", f"{FIRST}/seal.txt", "case.yaml"]
)
def test_something_gone(handed: Handed, name: str) -> None:
    (handed.case / name).unlink()
    assert run(*trusted(handed)).returncode in (1, 3)


def test_something_planted(handed: Handed) -> None:
    overwrite(handed.case / "evidence/E0004/more.jpg", b"x")
    done = run(*trusted(handed))
    assert done.returncode == 1 and "evidence/E0004/more.jpg is there, but was never logged" in done.stdout


def test_links_and_pipes_are_not_opened(handed: Handed) -> None:
    import os

    (handed.case / "evidence/E0004/photo.jpg").unlink()
    os.mkfifo(handed.case / "evidence/E0004/photo.jpg")
    assert run(*trusted(handed)).returncode == 1


def test_paths_that_lead_away_are_not_read(handed: Handed) -> None:
    digest = hashlib.sha256(Path("/etc/passwd").read_bytes()).hexdigest()
    one = {"path": "../../../../../../etc/passwd", "sha256": digest, "size": 1}
    extend(handed.case, {"do": "item.aside", "files": [one]})
    done = run(*trusted(handed))
    assert done.returncode == 1 and "in a way that no case does" in done.stdout


def test_acts_behind_the_seal(handed: Handed) -> None:
    extend(handed.case, {"do": "item.tag", "item": "E0001", "tags": ["x"], "removed": [], "reason": ""})
    done = run(*trusted(handed))
    assert done.returncode == 7 and "1 acts behind the newest seal" in done.stdout


def test_other_roots(handed: Handed, tmp_path: Path) -> None:
    """The authority's name with another root: the token is not of that authority."""
    swapped = tmp_path / "swapped"
    swapped.mkdir()
    shutil.copy(handed.roots / "local-b.pem", swapped / "local-a.pem")
    done = run(handed.case, handed.signers, swapped)
    assert done.returncode == 1 and "stamp.local-a.tsr is not a token of local-a" in done.stdout


def test_a_revoked_key(handed: Handed) -> None:
    """What a time stamp shows to be older still counts."""
    key = next(act["signer"] for act in entries(handed.case) if act["do"] == "seal.sign")
    revoke = {
        "do": "key.revoke",
        "key": key,
        "since": "2026-11-20T23:00:00.000000Z",
        "why": "stolen",
        "reason": "x",
    }
    extend(handed.case, revoke)
    done = run(*trusted(handed))
    assert done.returncode == 7
    assert re.search(r"000007/seal\.txt\.me\.sig: good, but its key .* counts no more since", done.stdout)
    assert "seals/000015/seal.txt.me.sig: signed by me" in done.stdout


def _withhold(case: Path, *numbers: int) -> None:
    lines = raw_lines(case)
    for n in numbers:
        entry = json.loads(lines[n])
        if entry["do"] == "item.add":
            shutil.rmtree(case / "evidence" / entry["item"])
        lines[n] = hashlib.sha256(b"\0" + lines[n]).hexdigest().encode()
    open_up(case / "custody/log.jsonl")
    (case / "custody/log.jsonl").unlink()
    store_lines(case, lines, "log.redacted")


def test_a_partial_copy(handed: Handed) -> None:
    for folder in (FIRST, SECOND):
        for name in ("manifest-sha256.txt", "salt.txt"):
            (handed.case / folder / name).unlink()
    _withhold(handed.case, 2, 5)
    done = run(*trusted(handed))
    assert done.returncode == 7
    assert "PARTIAL: 2 of 21 lines" in done.stdout
    assert "seals/000015/seal.txt: log-sha256 cannot be compared" in done.stdout
    assert "OK               seals/000015/seal.txt:" not in done.stdout
    flip(handed.case / "evidence/E0004/photo.jpg", 9)
    assert run(*trusted(handed)).returncode == 1


def test_an_erased_case_says_which_lines(handed: Handed) -> None:
    lists = [f"{folder}/{name}" for folder in (FIRST, SECOND) for name in ("manifest-sha256.txt", "salt.txt")]
    erase = {
        "do": "line.erase",
        "line": 2,
        "item": "E0002",
        "reason": "x",
        "authority": "court order 1",
        "removed": lists,
    }
    extend(handed.case, erase)
    for name in lists:
        (handed.case / name).unlink()
    _withhold(handed.case, 2)
    done = run(*trusted(handed))
    assert done.returncode == 7
    assert "line 3 of the log was erased by law; what it said can no longer be checked" in done.stdout
    assert "PARTIAL" not in done.stdout
