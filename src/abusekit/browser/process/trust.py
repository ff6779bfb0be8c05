"""Roots of `--ca-file`, told to the browser in the way its own users would: its verdict stays its own.

Chromium on Linux reads them from an NSS database below its HOME, which here is a folder of this run. Nothing
else is trusted by it, and no check is switched off.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

from abusekit.errors import InputError, MissingExtraError, UsageError

MAX_FILE = 4 << 20
"""Bytes of the file of roots."""

MAX_ROOTS = 500

_TIME_S = 20.0
_PEM = re.compile(rb"-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]{1,100000}-----END CERTIFICATE-----")


def add_roots(home: Path, roots: Path) -> int:
    """Trusts the certificates of the PEM file `roots` for the browser whose HOME is `home`; how many.

    Raises InputError where there is none in it or one is none, MissingExtraError without `certutil`, UsageError
    on a system where the browser asks the system's own store.
    """
    if sys.platform != "linux":
        raise UsageError("--ca-file does not work with the browser here", "use --engine http")
    program = shutil.which("certutil")
    if program is None:
        raise MissingExtraError(
            "--ca-file needs the program certutil for the browser", "apt install libnss3-tools"
        )
    try:
        with roots.open("rb") as stream:
            found = _PEM.findall(stream.read(MAX_FILE + 1)[:MAX_FILE])
    except OSError as fault:
        raise InputError(f"{roots} cannot be read: {fault.strerror}", "give a PEM file") from fault
    if not 0 < len(found) <= MAX_ROOTS:
        raise InputError(f"{roots} holds {len(found)} certificates", f"1 to {MAX_ROOTS}, as PEM")
    database = home / ".pki" / "nssdb"
    database.mkdir(mode=0o700, parents=True)
    _run([program, "-N", "-d", f"sql:{database}", "--empty-password"], b"", roots)
    for number, one in enumerate(found):
        name = f"root {number + 1}"
        _run([program, "-A", "-d", f"sql:{database}", "-a", "-t", "C,,", "-n", name], one + b"\n", roots)
    return len(found)


def _run(command: list[str], words: bytes, roots: Path) -> None:
    try:
        done = subprocess.run(command, input=words, capture_output=True, timeout=_TIME_S, check=False)
    except (OSError, subprocess.SubprocessError) as fault:
        raise MissingExtraError(f"certutil does not run: {fault}", "apt install libnss3-tools") from fault
    if done.returncode:
        said = done.stderr[:200].decode("utf-8", "replace").strip().replace("\n", " ")
        raise InputError(f"{roots} was not understood: {said}", "give certificates as PEM")
