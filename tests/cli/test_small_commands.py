"""`doctor`, `completion`, `demo`."""

from __future__ import annotations

import json
import shlex
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from command_runner import Abusekit

BROWSER = {"ABUSEKIT_ENGINE": "auto"}
"""The engine as a person has it; see `command_runner` for what tests have."""


def test_doctor(abusekit: Abusekit, full_case: Path) -> None:
    answer = abusekit("doctor", "--case", full_case, "--json").answer
    states = {check["what"]: check["state"] for check in answer["checks"]}
    assert (
        states["self-test"] == "ok"
        and states["ssh-keygen"] == "ok"
        and states["keys"] == "ok"
        and states["case"] == "ok"
    )
    assert answer["exit_code"] == (7 if "missing" in states.values() else 0)
    text = abusekit("doctor", cwd=full_case).out
    assert "OP-1, 5 items" in text


def test_doctor_finds_what_is_not_right(abusekit: Abusekit, full_case: Path, tmp_path: Path) -> None:
    (tmp_path / "keys").chmod(0o755)
    ended = abusekit("doctor", "--case", full_case, expect=7)
    assert "within reach of other users" in ended.out and "chmod" in ended.out
    (tmp_path / "keys").chmod(0o700)
    assert "no case here" in abusekit("doctor", "--case", "nowhere", expect=7).out


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_line_for_each_shell(abusekit: Abusekit, shell: str) -> None:
    assert f"_ABUSEKIT_COMPLETE={shell}_source abusekit" in abusekit("completion", shell, expect=0).out


def test_a_shell_that_does_not_find_abusekit_stays_silent(abusekit: Abusekit, tmp_path: Path) -> None:
    line = abusekit("completion", "bash", expect=0).out
    done = subprocess.run(
        ["/bin/bash", "-c", line + "true"], env={"PATH": str(tmp_path)}, capture_output=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_completion_works_in_bash(abusekit: Abusekit) -> None:
    script = """eval "$(abusekit completion bash)"; complete -p abusekit
    COMP_WORDS=(abusekit cap) COMP_CWORD=1; _abusekit_completion abusekit cap abusekit; echo "${COMPREPLY[@]}"
    COMPREPLY=() COMP_WORDS=(abusekit key cr) COMP_CWORD=2
    _abusekit_completion abusekit cr key; echo "${COMPREPLY[@]}" """
    done = subprocess.run(
        ["bash", "-c", script], env=abusekit.environment, capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    registered, commands, keys = done.stdout.splitlines()
    assert registered.endswith(" abusekit") and commands == "capture" and keys == "create"


VERDICTS = {"deleted", "edited", "renamed"}


def stored(case: Path) -> list[dict[str, Any]]:
    """What is stored of each item, in their order."""
    return [json.loads(path.read_bytes()) for path in sorted(case.glob("evidence/*/item.json"))]


def test_demo_ends_with_verified_and_the_paths(abusekit: Abusekit, tmp_path: Path) -> None:
    ended = abusekit("demo", "d", env=BROWSER, timeout=240, expect=0)
    *_, word, case, page, accounts, sheet = ended.out.splitlines()
    assert word == "VERIFIED"
    assert (tmp_path / case.split()[1] / "custody/log.jsonl").is_file()
    for made in (page, accounts, sheet):
        assert "<html" in (tmp_path / made.split()[1]).read_text()
    shown = ended.err.splitlines()
    commands = ("init", "capture", "recheck", "add", "note", "tag", "key", "seal", "verify", "timeline")
    for command in (*commands, "account candidates", "account confirm"):
        assert any(line.startswith(f"$ abusekit {command} ") for line in shown)
    items = stored(tmp_path / "d/case-1")
    captures = [item for item in items if item["kind"] == "capture" and item["method"]["engine"] != "http"]
    assert all("page.png" in {file["name"] for file in item["files"]} for item in captures), captures
    assert {item["facts"]["recheck"]["verdict"] for item in captures[-3:]} == VERDICTS
    assert {"login-wall", "truncated"} < {item["outcome"] for item in captures}
    context = next(item["source"] for item in captures if "context" in item["source"])
    assert context["context"] == "profile" and context["context_of"] in ("E0001", "E0002")
    assert any(line == "a picture: d/case-1/evidence/E0001/page.png" for line in shown)
    assert not (tmp_path / "keys").exists(), "the practice key is no key of the user"
    assert "something already" in abusekit("demo", "d", expect=2).err


def test_demo_without_a_browser(abusekit: Abusekit, tmp_path: Path) -> None:
    ended = abusekit(
        "demo", "d", env={**BROWSER, "PATH": str(Path(sys.executable).parent)}, timeout=120, expect=0
    )
    assert ended.out.splitlines()[-5] == "VERIFIED" and "no browser is found; so this goes on" in ended.err
    items = stored(tmp_path / "d/case-1")
    assert {item["facts"]["recheck"]["verdict"] for item in items if "recheck" in item["facts"]} == VERDICTS
    assert {item["method"]["engine"] for item in items if item["kind"] == "capture"} == {"http"}
    kinds = [item["kind"] for item in items]
    assert all(kinds.count(kind) > 2 for kind in ("capture", "file", "note"))


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_the_practice_site_and_its_authorities(abusekit: Abusekit, case: Path, how: signal.Signals) -> None:
    running = abusekit.start("demo", "--serve", env={"PYTHONUNBUFFERED": "1"})
    assert running.stdout is not None
    address = running.stdout.readline().decode().strip()
    with urllib.request.urlopen(address + "/post/5001", timeout=10) as answer:
        assert b"garden gate" in answer.read()
    exported = dict(shlex.split(running.stdout.readline().decode())[1].split("=", 1) for _ in range(2))
    assert set(exported) == {"ABUSEKIT_AUTHORITIES", "ABUSEKIT_NTP"}
    abusekit("key", "create", "me", expect=0)
    answer = abusekit("seal", "--case", case, "--key", "me", "--json", env=exported, expect=0).answer
    assert [stamp["authority"] for stamp in answer["stamps"]] == ["local-a", "local-b"]
    running.send_signal(how)
    _, err = running.communicate(timeout=20)
    assert running.returncode == 0 and b"have ended" in err and b"run the same command again" not in err
    assert b"verify says that it could not check it" in err
    assert not Path(exported["ABUSEKIT_AUTHORITIES"]).exists(), "what was for practice only is gone"
