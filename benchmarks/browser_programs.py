"""The browsers that are compared, and the environment that Playwright has for itself."""

from __future__ import annotations

import shutil
from pathlib import Path

from benchmarks.inputs import program
from benchmarks.measure import BenchmarkError

PLAYWRIGHT = Path(".venv-playwright")
PEERS = Path(__file__).with_name("browser_peers.py")
FULL, SHELL = "chromium", "chromium-headless-shell"
BINARIES = {FULL: "/usr/lib/chromium/chromium", SHELL: "/usr/lib/chromium/chromium-headless-shell"}
"""The programs behind Debian's start scripts; elsewhere what is found on PATH."""


def browser(name: str) -> str:
    """Its path. Raises BenchmarkError where it is not installed."""
    return BINARIES[name] if Path(BINARIES[name]).exists() else program(name)


def installed(name: str) -> bool:
    return Path(BINARIES[name]).exists() or shutil.which(name) is not None


def playwright() -> str:
    """The Python that has it. Raises BenchmarkError where it is not installed."""
    python = PLAYWRIGHT.resolve() / "bin" / "python"
    if not python.exists():
        raise BenchmarkError(f"{python} is not there; make {PLAYWRIGHT}/ready installs Playwright")
    return str(python)
