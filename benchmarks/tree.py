"""A command with every process it starts: a browser is many, and those that outlive their parent count, too.

The kernel charges a process with those of its children that it waited for. A browser's processes lose their parent
when it ends, so we adopt orphans (prctl, Linux alone), wait for them ourselves, and see which are left over.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from benchmarks.measure import BenchmarkError, Cost, Peer

PR_SET_CHILD_SUBREAPER = 36
LOOK_S = 0.01
SAMPLE_S = 0.25
LEFT_S = 3.0
"""Seconds for the last processes of a command to end after it: what is there then was left behind."""

Sample = Callable[[float, float], None]
"""Told at each look at memory: seconds since the start, MiB of the command's own process."""


def run_tree(peer: Peer, log: Path, sample: Sample = lambda _at, _own: None) -> Cost:
    """Like `measure.run`; CPU is that of all processes, the peak their proportional set sizes (PSS) together.

    Raises BenchmarkError for an unexpected exit code and for a process that is left behind.
    """
    _adopt_orphans()
    peer.ready()
    others = set(_children())
    with open(log, "wb") as out, open(peer.stdin or os.devnull, "rb") as stdin:
        begun = time.perf_counter()
        process = subprocess.Popen(peer.argv, stdin=stdin, stdout=out, stderr=subprocess.STDOUT, cwd=peer.cwd)
        cost = _follow(process, others, begun, sample)
    if process.returncode not in peer.expected:
        said = log.read_bytes()[-800:].decode("utf-8", "backslashreplace")
        raise BenchmarkError(f"{peer.name}: exit code {process.returncode}: {' '.join(peer.argv)}\n{said}")
    if left := [number for number in _children() if number not in others]:
        _end(left)
        raise BenchmarkError(f"{peer.name}: {len(left)} processes are left behind")
    peer.done()
    return cost


def _follow(process: subprocess.Popen[bytes], others: set[int], begun: float, sample: Sample) -> Cost:
    """Until the command and what it started have ended, or LEFT_S after it."""
    wall = cpu = peak = 0.0
    next_look = begun
    while True:
        now = time.perf_counter()
        while reaped := _reap(others):
            number, status, used = reaped
            cpu += used
            if number == process.pid:
                wall = now - begun
                process.returncode = os.waitstatus_to_exitcode(status)
        ended = process.returncode is not None
        if ended and (now > begun + wall + LEFT_S or not set(_children()) - others):
            return Cost(wall, cpu, peak, 0)
        if now >= next_look:
            next_look = now + SAMPLE_S
            own, whole = memory_mib(process.pid), sum(map(memory_mib, _descendants(others)))
            peak = max(peak, whole)
            sample(now - begun, own)
        time.sleep(LOOK_S)


def _reap(others: set[int]) -> tuple[int, int, float] | None:
    """One ended child: number, status, seconds of CPU. None: none has ended now."""
    try:
        number, status, usage = os.wait4(-1, os.WNOHANG)
    except ChildProcessError:
        return None
    if number in others:
        raise BenchmarkError("the server of the benchmark ended")
    return (number, status, usage.ru_utime + usage.ru_stime) if number else None


def _adopt_orphans() -> None:
    if sys.platform != "linux":
        raise BenchmarkError(
            "browsers are measured on Linux only: elsewhere their processes cannot be followed"
        )
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise BenchmarkError(f"prctl: {os.strerror(ctypes.get_errno())}")


def _parents() -> dict[int, int]:
    """Process → parent; also for those that have ended and were not waited for: their seconds are not counted yet."""
    found = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            with suppress(OSError, IndexError):
                fields = Path(f"/proc/{name}/stat").read_bytes().rpartition(b")")[2].split()
                found[int(name)] = int(fields[1])
    return found


def _children() -> list[int]:
    """Processes whose parent we are."""
    return [number for number, parent in _parents().items() if parent == os.getpid()]


def _descendants(others: set[int]) -> set[int]:
    """What we started or adopted, without `others`, and what that started."""
    parents = _parents()
    found: set[int] = set()
    new = {n for n, parent in parents.items() if parent == os.getpid() and n not in others}
    while new:
        found |= new
        new = {n for n, parent in parents.items() if parent in new} - found
    return found


def memory_mib(number: int) -> float:
    """PSS; where another user's process does not tell it, what it holds for itself. 0 when it is gone."""
    with suppress(OSError, ValueError, IndexError):
        text = Path(f"/proc/{number}/smaps_rollup").read_text()
        return int(text.split("\nPss:", 1)[1].split()[0]) / 1024
    with suppress(OSError, ValueError, IndexError):
        fields = Path(f"/proc/{number}/statm").read_text().split()
        return (int(fields[1]) - int(fields[2])) * os.sysconf("SC_PAGE_SIZE") / (1 << 20)
    return 0.0


def _end(numbers: list[int]) -> None:
    """Children of ours that must not stay."""
    for number in numbers:
        with suppress(ProcessLookupError):
            os.kill(number, signal.SIGKILL)
        with suppress(ChildProcessError):
            os.waitpid(number, 0)
