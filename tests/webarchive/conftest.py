"""The outside judge of WACZ files, in an environment of its own: it imports AGPL code that we do not ship."""

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
