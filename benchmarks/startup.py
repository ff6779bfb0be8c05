"""Target 1: what it costs to start a command, against the smallest click application of twelve commands."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from abusekit.cli import COMMANDS
from benchmarks.inputs import ABUSEKIT, Space
from benchmarks.measure import BenchmarkError, Peer, Table, Target, in_turn

HEAVY = frozenset(
    ["pydantic", "httpx", "requests", "rich", "warcio", "playwright", "asyncio", "cryptography"]
)
"""Packages that the help texts must not load."""
REFERENCE = "click_min --help"


def benchmark(space: Space, rounds: int, size: str) -> list[Table]:
    """Every `--help`, `--version`, and two commands that touch no network."""
    folder = space.folder("startup")
    names = [command.name for command in COMMANDS][: 2 if size == "tiny" else None]
    app = _click_app(folder / "click_min.py")
    empty = space.case("startup/empty")
    small = space.case("startup/small")
    for number in range(5):
        space.abusekit("note", "--case", small, f"note {number}", "--at", "2026-11-20T22:10", "--quiet")
    list_small, verify_empty = "abusekit list (5 notes)", "abusekit verify (no items)"
    ours = {
        "abusekit --help": ["--help"],
        "abusekit --version": ["--version"],
        **{f"abusekit {name} --help": [name, "--help"] for name in names},
    }
    peers = [
        Peer("python -c pass", [sys.executable, "-c", "pass"]),
        Peer(REFERENCE, [sys.executable, str(app), "--help"]),
        *(Peer(name, [ABUSEKIT, *arguments]) for name, arguments in ours.items()),
        Peer(list_small, [ABUSEKIT, "list", "--case", str(small)]),
        Peer(verify_empty, [ABUSEKIT, "verify", str(empty)], expected=(7,)),  # no seal: not fully checked
    ]
    others = {name: path for name in ("wacz", "yt-dlp") if (path := _beside(name))}
    flags = {"wacz": "--help", "yt-dlp": "--version"}
    peers += [Peer(f"{name} {flags[name]}", [str(path), flags[name]]) for name, path in others.items()]
    table = in_turn("Start-up", peers, REFERENCE, rounds, folder, warm=True)
    worst = max(ours, key=lambda name: table.ratio(name, REFERENCE, "cpu_s"))
    table.aim("abusekit --help", REFERENCE, 1.5, "cpu_s")
    table.aim(worst, REFERENCE, 1.5, "cpu_s")
    table.aim(list_small, REFERENCE, 5, "cpu_s")
    table.aim(verify_empty, REFERENCE, 5, "cpu_s")
    for name, limit in (("wacz", 0.16), ("yt-dlp", 0.5)):
        if name in others:
            table.aim(worst, f"{name} {flags[name]}", limit, "cpu_s")
        else:
            table.notes.append(f"{name} is not installed in .venv-wacz: no ratio to it")
    heavy = _loaded(["--help"]) & HEAVY
    named = ", ".join(sorted(heavy)) or "none"
    table.targets.append(Target(f"heavy packages that --help loads ({named})", len(heavy), 0))
    return [table]


def _click_app(path: Path) -> Path:
    commands = "\n".join(
        f'@app.command()\n@click.option("--case", help="Folder.")\n@click.argument("name")\n'
        f'def verb{number}(case, name):\n    """Do the thing number {number}."""\n    click.echo(name)\n'
        for number in range(12)
    )
    path.write_text(
        f'import click\n\n\n@click.group()\ndef app():\n    """Twelve verbs."""\n\n\n{commands}\napp()\n'
    )
    return path


def _beside(name: str) -> Path | None:
    """A program of the environment that `make test` sets up for the outside judge."""
    path = Path(__file__).resolve().parent.parent / ".venv-wacz" / "bin" / name
    return path if path.exists() else None


def _loaded(arguments: list[str]) -> set[str]:
    """Top-level packages that a command imports."""
    ended = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "abusekit", *arguments],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    lines = [line for line in ended.stderr.splitlines() if line.startswith("import time:")]
    if ended.returncode or not lines:
        raise BenchmarkError(f"abusekit {' '.join(arguments)} ended with {ended.returncode}")
    return {line.rsplit("|", 1)[1].strip().split(".")[0] for line in lines}
