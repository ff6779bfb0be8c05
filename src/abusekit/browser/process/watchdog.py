"""Watches what a browser takes of the computer, and ends it before it takes too much.

A page can eat memory in many ways that no flag of the browser bounds, and a small answer can unpack to a large
NetLog. What was recorded until then is kept.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

from abusekit.webarchive.exchange import Problem

PERIOD_S = 0.5
"""Seconds between two looks."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one browser may take."""

    memory: int = 5 << 29
    # bytes, all its processes together, see `group_memory`
    netlog: int = 600 << 20
    # bytes of the NetLog file
    free_disk: int = 256 << 20
    # bytes that stay free where the work folder is


def kill_group(group: int) -> None:
    """Ends every process of the group at once; one that is gone is no error."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)


def group_memory(group: int) -> int:
    """Bytes of memory that the processes of a group hold: what each has for itself, and the largest shared part.

    Adding up resident sizes would count the browser's own program once for each process. Exact figures (PSS)
    cannot be read for a sandboxed process by its own user. 0 when the group is gone.
    """
    if sys.platform != "linux":
        return _memory_by_ps(group)
    own, shared = 0, 0
    page = os.sysconf("SC_PAGE_SIZE")
    for number in group_members(group):
        with contextlib.suppress(OSError, ValueError, IndexError):  # it may end while we look
            fields = Path(f"/proc/{number}/statm").read_bytes().split()
            resident, of_files = int(fields[1]) * page, int(fields[2]) * page
            own += resident - of_files
            shared = max(shared, of_files)
    return own + shared


def group_members(group: int) -> tuple[int, ...]:
    """Process ids of a group that live, by /proc; zombies are left out. None where there is no /proc."""
    if sys.platform != "linux":
        return ()
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit():
            with contextlib.suppress(OSError, ValueError, IndexError):
                # The name of the program stands in brackets and may hold anything: so from the last bracket on.
                fields = Path(f"/proc/{name}/stat").read_bytes().rpartition(b")")[2].split()
                if int(fields[2]) == group and fields[0] not in (b"Z", b"X"):
                    found.append(int(name))
    return tuple(found)


def _memory_by_ps(group: int) -> int:
    try:
        done = subprocess.run(
            ["ps", "-A", "-o", "pgid=,rss="], capture_output=True, timeout=10, check=False
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return 0
    rows = (line.split() for line in done.splitlines())
    return sum(int(row[1]) << 10 for row in rows if len(row) == 2 and row[0] == str(group).encode())


class Watchdog:
    """A thread for one browser. `stopped` says why it killed the group, if it did."""

    def __init__(self, group: int, netlog: Path | None, folder: Path, limits: Limits) -> None:
        self._group = group
        self._netlog = netlog
        self._folder = folder
        self._limits = limits
        self.peak_memory = 0
        # bytes, of the looks that were taken
        self.stopped: Problem | None = None
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watchdog", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self.look():  # at once: a browser that lives shorter than a period was looked at, too
            if self._end.wait(PERIOD_S):
                return

    def look(self) -> bool:
        """One look; True when the browser was ended."""
        limits = self._limits
        memory = group_memory(self._group)
        self.peak_memory = max(self.peak_memory, memory)
        reason = ""
        if memory > limits.memory:
            reason = f"the browser took more than {limits.memory >> 20} MiB of memory"
        with contextlib.suppress(OSError):
            if self._netlog is not None and self._netlog.stat().st_size > limits.netlog:
                reason = f"the recording grew beyond {limits.netlog >> 20} MiB"
        with contextlib.suppress(OSError):
            if shutil.disk_usage(self._folder).free < limits.free_disk:
                reason = f"less than {limits.free_disk >> 20} MiB are free where temporary files go"
        if not reason:
            return False
        self.stopped = Problem("too-large", reason)
        kill_group(self._group)
        return True

    def close(self) -> None:
        self._end.set()
        self._thread.join()
