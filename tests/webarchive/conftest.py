"""The outside judges of WACZ files, in environments of their own: they are, or import, code that we do not ship."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock


@pytest.fixture(scope="session")
def wacz_program(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `wacz` program; installed on the first use."""
    folder = project / ".venv-wacz"
    program = folder / "bin" / "wacz"
    with FileLock(project / ".venv-wacz.lock"):
        if not program.exists():
            subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
            subprocess.run([str(folder / "bin" / "pip"), "install", "-q", "wacz"], check=True)
    return program


@pytest.fixture(scope="session")
def pywb_programs(project: Path) -> Path:
    """The folder of pywb's programs (GPL, never imported); installed on the first use."""
    folder = project / ".venv-pywb"
    programs = folder / "bin"
    with FileLock(project / ".venv-pywb.lock"):
        if not (programs / "wayback").exists():
            subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
            wanted = ["pywb", "setuptools<81", 'legacy-cgi; python_version >= "3.13"']
            subprocess.run([str(programs / "pip"), "install", "-q", *wanted], check=True)
    return programs
