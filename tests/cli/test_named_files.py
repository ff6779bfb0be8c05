"""A pipe or an endless device under the name of a file: refused in one line, never waited for."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from command_runner import Abusekit

from abusekit.cli.named_files import read_named
from abusekit.errors import InputError
from abusekit.kit.programs import verify_case

OPTIONS = [
    ("verify", "--case", "CASE", "--against", "FILE"),
    ("verify", "--case", "CASE", "--signers", "FILE"),
    ("verify", "--case", "CASE", "--roots", "local-a=FILE"),
    ("timestamp", "--case", "CASE", "--response", "FILE"),
    ("custody", "receive", "--case", "CASE", "FILE"),
    ("authority", "add", "mine", "--root", "FILE"),
    ("hash", "--check", "FILE"),
]


@pytest.mark.parametrize("words", OPTIONS, ids=lambda words: " ".join(words[:-1]))
def test_a_pipe_is_not_waited_for(
    abusekit: Abusekit, full_case: Path, tmp_path: Path, words: tuple[str, ...]
) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    given = (word.replace("FILE", str(pipe)).replace("CASE", str(full_case)) for word in words)
    ended = abusekit(*given, expect=4)
    assert "not a regular file" in ended.err and "Traceback" not in ended.err


@pytest.mark.parametrize("option", ["--signers", "--ca", "--against"])
def test_in_the_strangers_program(full_case: Path, tmp_path: Path, option: str) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    value = f"local-a={pipe}" if option == "--ca" else str(pipe)
    done = subprocess.run(
        [sys.executable, "-I", verify_case.__file__, str(full_case), option, value],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 4 and "Traceback" not in done.stderr, done.stderr


def test_the_largest(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"x" * 10)
    (tmp_path / "link").symlink_to(path)
    assert read_named(tmp_path / "link", 10) == b"x" * 10
    with pytest.raises(InputError, match="too large"):
        read_named(path, 9)
    with pytest.raises(InputError, match="cannot be read"):
        read_named(tmp_path / "b", 9)
    with pytest.raises(InputError, match="not a regular file"):
        read_named("/dev/zero", 9)


def test_a_program_beside_the_strangers_is_not_run(full_case: Path) -> None:
    """Without -I, Python looks for modules beside the program first."""
    kit = full_case / "kit"
    kit.chmod(0o700)
    for module in ("json", "argparse", "base64", "re"):
        (kit / f"{module}.py").write_text("print('PLANTED'); raise SystemExit(0)\n")
    done = subprocess.run(
        [sys.executable, str(kit / "verify_case.py"), str(full_case)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1 and "PLANTED" not in done.stdout and "kit/json.py" in done.stdout, done.stdout
