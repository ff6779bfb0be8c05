"""The stand-alone program as a stranger runs it. That its verdicts are abusekit's is held by tests/tamper."""

from __future__ import annotations

import ast
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from forger import entries, extend, open_up, overwrite, raw_lines, store_lines
from handed_over import Handed

from abusekit.integrity.checks import kitcheck
from abusekit.kit.programs import verify_case as kit

PROGRAM = Path(kit.__file__)


def run(*arguments: object, path: str | None = None) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PATH": os.environ["PATH"] if path is None else path}
    words = [sys.executable, "-I", str(PROGRAM), *map(str, arguments)]
    return subprocess.run(words, capture_output=True, text=True, timeout=60, check=False, env=env)


def trusted(handed: Handed) -> list[object]:
    cas = [word for pem in sorted(handed.roots.iterdir()) for word in ("--ca", f"{pem.stem}={pem}")]
    return [handed.case, "--signers", handed.signers, *cas]


def test_an_honest_case(handed: Handed) -> None:
    before = {path: path.lstat().st_mtime_ns for path in handed.case.rglob("*")}
    done = run(*trusted(handed))
    assert (done.returncode, done.stderr) == (0, ""), done
    assert done.stdout.endswith("\nVERIFIED\n")
    assert "existed not later than 2026-11-20 22:00" in done.stdout
    assert "3 web archives (.wacz)" in done.stdout
    assert "withdrawn   E0005: a wrong file" in done.stdout
    assert {path: path.lstat().st_mtime_ns for path in handed.case.rglob("*")} == before


def test_without_trust_nothing_is_wrong_and_much_is_unchecked(handed: Handed) -> None:
    done = run(handed.case)
    assert done.returncode == 7
    assert "whose is it?" in done.stdout and "no root of local-a is trusted here" in done.stdout
    assert done.stdout.endswith("\nNOT FULLY CHECKED\n")


def test_the_copy_in_the_case_runs_as_well(handed: Handed) -> None:
    words = [sys.executable, "-I", "kit/verify_case.py", ".", "--signers", str(handed.signers)]
    done = subprocess.run(words, cwd=handed.case, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 7 and "signed by me" in done.stdout


def test_a_changed_file(handed: Handed) -> None:
    overwrite(handed.case / "evidence/E0004/photo.jpg", b"x" * 900)
    done = run(*trusted(handed))
    assert done.returncode == 1 and done.stdout.endswith("\nNOT VERIFIED\n")
    assert "evidence/E0004/photo.jpg: has 900 bytes" in done.stdout


def test_against_a_kept_seal(handed: Handed, tmp_path: Path) -> None:
    kept = tmp_path / "kept.txt"
    kept.write_bytes((handed.case / "seals/000007/seal.txt").read_bytes())
    assert run(*trusted(handed), "--against", kept).returncode == 0
    overwrite(kept, kept.read_bytes().replace(b"\nsealed-at 2026", b"\nsealed-at 2027"))
    assert run(*trusted(handed), "--against", kept).returncode == 1


def test_the_pinned_key(handed: Handed) -> None:
    key = next(act["signer"] for act in entries(handed.case) if act["do"] == "seal.sign")
    assert run(handed.case, *trusted(handed)[3:], "--signer", key).returncode == 0
    assert run(*trusted(handed), "--signer", "SHA256:" + "x" * 43).returncode == 1


def test_without_openssl_it_says_so(handed: Handed, tmp_path: Path) -> None:
    done = run(*trusted(handed), path=str(tmp_path))
    assert done.returncode == 7 and "openssl, which checks it, could not be run" in done.stdout


def test_a_torn_log(handed: Handed) -> None:
    overwrite(handed.case / "custody/log.jsonl", (handed.case / "custody/log.jsonl").read_bytes() + b'{"half')
    assert run(*trusted(handed)).returncode == 3


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ((), 2),
        (("/nowhere",), 3),
        (("/",), 3),
        (("{case}", "--signers", "/nowhere"), 4),
        (("{case}", "--signers", "{case}/case.yaml"), 4),
        (("{case}", "--against", "{case}/case.yaml"), 4),
        (("{case}", "--ca", "local-a"), 4),
        (("{case}", "--ca", "local-a={case}/case.yaml"), 4),
        (("{case}", "--signer", "me"), 4),
    ],
)
def test_wrong_usage(handed_once: Handed, arguments: tuple[str, ...], code: int) -> None:
    if arguments == ("/",):
        arguments = (str(handed_once.roots),)
    done = run(*(one.replace("{case}", str(handed_once.case)) for one in arguments))
    assert done.returncode == code, done
    assert "Traceback" not in done.stderr


def test_nothing_is_printed_raw(handed: Handed) -> None:
    extend(handed.case, {"do": "item.withdraw", "item": "E0001", "reason": "\x1b[2J\u202egnorw\nVERIFIED"})
    (handed.case / "evidence/\x1b[31mred\u202e").write_bytes(b"x")
    done = run(*trusted(handed))
    assert done.returncode == 1
    assert all(sign.isprintable() for sign in done.stdout.replace("\n", ""))
    assert "\nVERIFIED" not in done.stdout


def test_a_hundred_thousand_faults_are_counted_and_not_all_printed(handed: Handed) -> None:
    for n in range(3_000):
        (handed.case / f"evidence/E0001/planted-{n}").write_bytes(b"")
    done = run(*trusted(handed))
    assert done.returncode == 1 and "... 3000 of them in all" in done.stdout
    assert len(done.stdout.splitlines()) < 300


def test_python_3_8_can_read_it() -> None:
    ast.parse(PROGRAM.read_text("utf-8"), feature_version=(3, 8))


def test_it_stands_alone() -> None:
    """The standard library of 3.8 and nothing else; no network."""
    tree = ast.parse(PROGRAM.read_text("utf-8"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert names == {
        "argparse", "base64", "datetime", "functools", "hashlib", "json", "os", "re", "stat", "subprocess", "sys",
        "tempfile", "typing",
    }  # fmt: skip


def test_it_knows_its_companion() -> None:
    shell = PROGRAM.with_name("verify.sh").read_bytes()
    assert hashlib.sha256(shell).hexdigest() == kit.VERIFY_SH, "update VERIFY_SH in verify_case.py"
    assert set(kit.KIT) == {f"kit/{name}" for name in kitcheck.KIT_FILES}


def test_wycheproof(shared_data: Path) -> None:
    """Its Ed25519 is written out in Python: every vector of C2SP/wycheproof."""
    path = next((shared_data / "vectors/ed25519").rglob("*ed25519_test.json"))
    told = {"valid": 0, "invalid": 0}
    for group in json.loads(path.read_text("utf-8"))["testGroups"]:
        key = bytes.fromhex(group["publicKey"]["pk"])
        for case in group["tests"]:
            try:
                kit.check_ed25519(key, bytes.fromhex(case["sig"]), bytes.fromhex(case["msg"]))
                found = "valid"
            except kit.Bad:
                found = "invalid"
            assert found == case["result"], case
            told[found] += 1
    assert min(told.values()) > 50


def test_a_withheld_line_is_counted(handed: Handed) -> None:
    lines = raw_lines(handed.case)
    lines[6] = hashlib.sha256(b"\0" + lines[6]).hexdigest().encode()
    open_up(handed.case / "custody/log.jsonl")
    (handed.case / "custody/log.jsonl").unlink()
    store_lines(handed.case, lines, "log.redacted")
    done = run(*trusted(handed))
    assert "VERIFIED (PARTIAL: 1 of 21 lines are withheld; " in done.stdout, done.stdout


def test_nothing_beside_it_is_imported(handed: Handed) -> None:
    """A planted module would say what it likes, also where somebody forgets -I."""
    for name in ("json", "argparse", "typing", "__future__"):
        (handed.case / f"kit/{name}.py").write_text(
            "print('VERIFIED'); raise SystemExit(0)", encoding="ascii"
        )
    for words, cwd in (
        (["kit/verify_case.py", "."], handed.case),
        (["verify_case.py", ".."], handed.case / "kit"),
    ):
        done = subprocess.run(
            [sys.executable, *words], cwd=cwd, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 1 and done.stdout.endswith("\nNOT VERIFIED\n"), done
        assert "kit/json.py: is there, but was never logged" in done.stdout


@pytest.mark.parametrize("option", ["--signers", "--ca", "--against"])
def test_a_pipe_is_not_waited_for(handed_once: Handed, tmp_path: Path, option: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    named = f"local-a={tmp_path}/pipe" if option == "--ca" else tmp_path / "pipe"
    assert run(handed_once.case, option, named).returncode == 4


def test_too_large_to_be_what_it_should_be(handed_once: Handed, tmp_path: Path) -> None:
    with (tmp_path / "large").open("wb") as out:
        out.truncate(50_000_000_000)
    assert run(handed_once.case, "--signers", tmp_path / "large").returncode == 4


def test_a_wrong_word_in_the_log_is_one_fault(handed: Handed) -> None:
    """What stands behind it was not read: that is said once, and nothing is called interrupted or cut back."""
    lines = raw_lines(handed.case)
    store_lines(handed.case, [*lines[:6], lines[6].replace(b"threat", b"treat!"), *lines[7:]])
    done = run(*trusted(handed))
    assert done.returncode == 1
    wrong = [line for line in done.stdout.splitlines() if line.startswith(("CHANGED", "MISSING", "UNLISTED"))]
    assert len(wrong) == 2, wrong  # the line behind it, and the seal that covers it
    assert "log line 8: does not continue the chain" in done.stdout
    assert "what stands behind it was not read" in done.stdout and "interrupted" not in done.stdout
