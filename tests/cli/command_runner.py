"""The commands as a person runs them: processes of their own, with keys and state of their own."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import select
import subprocess
import sys
import termios
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PASSPHRASE = "a passphrase for the tests"
PRODUCER = "PO:Producer One:volunteer"
POWERLESS = ("setpriv", "--bounding-set=-all", "--inh-caps=-all") if os.geteuid() == 0 else ()
"""Takes from root what lets it pass over permissions, so that tests of these mean the same for every user."""


@dataclass(frozen=True, slots=True)
class Ended:
    """One command line that has run."""

    code: int
    out: str
    err: str
    raw: bytes
    # standard output as bytes

    @property
    def answer(self) -> Any:
        """What it answered with --json."""
        return json.loads(self.out)


@dataclass(slots=True)
class Abusekit:
    """Runs `python -m abusekit` as one user of this computer."""

    home: Path
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        inherited = {key: value for key, value in os.environ.items() if not key.startswith("ABUSEKIT_")}
        self.environment = {
            **inherited,
            "ABUSEKIT_KEYS": str(self.home / "keys"),
            "ABUSEKIT_STATE": str(self.home / "state"),
            "ABUSEKIT_AUTHORITIES": str(self.home / "authorities"),
            "ABUSEKIT_PROFILES": str(self.home / "profiles"),
            "ABUSEKIT_PASSPHRASE": PASSPHRASE,
            "ABUSEKIT_NTP": "none",
            "ABUSEKIT_ENGINE": "http",  # tests of the browser say so: it takes seconds for each address
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        }

    def start(
        self,
        *arguments: object,
        env: dict[str, str] | None = None,
        cwd: Path | None = None,
        powerless: bool = False,
        **options: Any,
    ) -> subprocess.Popen[bytes]:
        """A command that runs beside the test."""
        command = [sys.executable, "-m", "abusekit", *(_word(one) for one in arguments)]
        options = {
            "stdout": subprocess.PIPE,
            "stderr": subprocess.PIPE,
            "stdin": subprocess.DEVNULL,
            **options,
        }
        return subprocess.Popen(
            [*(POWERLESS if powerless else ()), *command],
            env={**self.environment, **(env or {})},
            cwd=cwd or self.home,
            **options,
        )

    def __call__(
        self,
        *arguments: object,
        input: str | bytes | None = None,
        expect: int | None = None,
        timeout: float = 60,
        **options: Any,
    ) -> Ended:
        """Run a command to its end; with `expect`, its exit code must be that."""
        data = input.encode() if isinstance(input, str) else input
        process = self.start(
            *arguments, stdin=subprocess.PIPE if data is not None else subprocess.DEVNULL, **options
        )
        try:
            out, err = process.communicate(data, timeout=timeout)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
        ended = Ended(process.returncode, out.decode(errors="replace"), err.decode(errors="replace"), out)
        assert expect is None or ended.code == expect, (arguments, ended)
        assert "Traceback" not in ended.err or (options.get("env") or {}).get("ABUSEKIT_DEBUG"), ended.err
        return ended

    def items(self, case: Path) -> list[dict[str, Any]]:
        """What `list --json` says of the items of a case."""
        found: list[dict[str, Any]] = self("list", "--case", case, "--json", expect=0).answer["items"]
        return found

    def shown(self, case: Path, item: str) -> Any:
        """What `show --reveal --json` says of one item."""
        return self("show", "--case", case, item, "--reveal", "--json", expect=0).answer

    def verified(self, case: Path) -> None:
        """Nothing in the case is wrong; 7 where it is only not signed."""
        ended = self("verify", case, "--json")
        assert ended.code in (0, 7), ended.out
        wrong = [f for f in ended.answer["findings"] if f["status"] in ("changed", "missing", "unlisted")]
        assert wrong == []


def _word(value: object) -> str | bytes:
    return (
        value
        if isinstance(value, (str, bytes))
        else os.fspath(value)
        if isinstance(value, Path)
        else str(value)
    )


def wait_until(true: Callable[[], bool], seconds: float = 30) -> None:
    """Fail when it does not become true in time."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)


def log_lines(case: Path) -> int:
    return (case / "custody" / "log.jsonl").read_bytes().count(b"\n")


def typed_on_a_terminal(abusekit: Abusekit, arguments: tuple[str, ...], lines: list[str]) -> tuple[int, str]:
    """Run on a terminal of its own; each line is typed when the program has gone quiet after asking."""
    ours, theirs = pty.openpty()
    process = abusekit.start(
        *arguments, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # its own terminal, so that Ctrl-C reaches it
    )  # fmt: skip
    os.close(theirs)
    seen, waiting, quiet_since, end = b"", list(lines), time.monotonic(), time.monotonic() + 30
    while time.monotonic() < end:
        if select.select([ours], [], [], 0.05)[0]:
            try:
                part = os.read(ours, 65_536)
            except OSError:  # Linux says so when the other end is closed
                break
            seen, quiet_since = seen + part, time.monotonic()
            if not part:
                break
        elif waiting and seen.rstrip(b" ").endswith(b":") and time.monotonic() - quiet_since > 0.04:
            os.write(ours, waiting.pop(0).encode() + b"\n")
            seen += b"\0"  # so that the same question is not taken for the next one
    os.close(ours)
    code = process.wait(timeout=10)
    assert not waiting, seen
    return code, seen.decode(errors="replace")
