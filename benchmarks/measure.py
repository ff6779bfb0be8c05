"""Whole commands in turn: wall, CPU and memory of each as the kernel accounts them, and ratios between them.

A machine that others use drifts, so no figure stands alone: the commands of a table run in turns whose order
rotates, a ratio is taken inside one turn, and what is printed is the median over the turns.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median


class BenchmarkError(Exception):
    """A command that is compared could not do its work: figures of it would mean nothing."""


@dataclass(frozen=True, slots=True)
class Cost:
    """One run of one command."""

    wall_s: float
    cpu_s: float
    """User and system seconds of the process and of all its children that it waited for."""
    peak_mib: float
    """Resident set of the largest single process of it; see `Table.peak`."""
    rchar: int
    """Bytes that it and its children asked read(2) and its kin for; 0 where the system does not tell."""


@dataclass(frozen=True, slots=True)
class Peer:
    """A command to compare."""

    name: str
    argv: Sequence[str]
    ready: Callable[[], object] = lambda: None
    """Called before each run, not measured: a fresh case, an empty output folder."""
    done: Callable[[], object] = lambda: None
    """Called after each run, not measured: raises where the work was not done."""
    expected: tuple[int, ...] = (0,)
    """Exit codes that mean that the work was done."""
    cwd: Path | None = None
    stdin: Path | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """Something to reach: a figure of this run and its limit."""

    what: str
    value: float
    limit: float
    least: bool = False
    """The figure has to be at least the limit; else at most."""

    @property
    def reached(self) -> bool:
        return self.value >= self.limit if self.least else self.value <= self.limit

    def line(self) -> str:
        sign = ">=" if self.least else "<="
        return f"  {'reached' if self.reached else 'MISSED':8} {self.value:8.3f} {sign} {self.limit:<6g} {self.what}"


def run(peer: Peer, log: Path) -> Cost:
    """Run it to its end; what it prints goes to `log`. Raises BenchmarkError for an unexpected exit code."""
    peer.ready()
    with open(log, "wb") as out, open(peer.stdin or os.devnull, "rb") as stdin:
        begun = time.perf_counter()
        process = subprocess.Popen(peer.argv, stdin=stdin, stdout=out, stderr=subprocess.STDOUT, cwd=peer.cwd)
        if hasattr(os, "waitid"):  # not everywhere: only it can look at a dead process before it is reaped
            os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        wall = time.perf_counter() - begun
        rchar = _rchar(process.pid)
        _, status, usage = os.wait4(process.pid, 0)
        wall = wall if hasattr(os, "waitid") else time.perf_counter() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in peer.expected:
        said = log.read_bytes()[-800:].decode("utf-8", "backslashreplace")
        raise BenchmarkError(f"{peer.name}: exit code {process.returncode}: {' '.join(peer.argv)}\n{said}")
    peer.done()
    unit = 1024 if sys.platform != "darwin" else 1024 * 1024  # ru_maxrss: KiB on Linux, bytes on macOS
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / unit, rchar)


def _rchar(pid: int) -> int:
    try:
        text = Path(f"/proc/{pid}/io").read_text()
    except OSError:
        return 0
    return int(text.split("rchar: ", 1)[1].split()[0])


def own_peak_mib() -> float:
    """Our own largest resident set: what a child is charged with before it has become the command."""
    try:
        text = Path("/proc/self/status").read_text()
    except OSError:
        return 0.0
    return int(text.split("VmHWM:", 1)[1].split()[0]) / 1024


@dataclass(slots=True)
class Table:
    """Commands that ran in turn."""

    title: str
    reference: str
    """Name of the peer that the printed ratios are against."""
    names: list[str]
    costs: dict[str, list[Cost]] = field(default_factory=dict)
    floor_mib: float = 0.0
    """A peak up to this is not the command's own: a child begins with the pages of us who start it."""
    targets: list[Target] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def ratio(self, name: str, peer: str, what: str = "wall_s") -> float:
        """Median over the turns of the ratio inside a turn."""
        mine, theirs = self.costs[name], self.costs[peer]
        return median(float(getattr(a, what) / getattr(b, what)) for a, b in zip(mine, theirs, strict=True))

    def middle(self, name: str, what: str) -> float:
        return median(float(getattr(cost, what)) for cost in self.costs[name])

    def peak(self, name: str) -> float:
        """MiB, median."""
        return self.middle(name, "peak_mib")

    def aim(self, name: str, peer: str, limit: float, what: str = "wall_s") -> None:
        """Set a target: at most `limit` times the peer."""
        word = {"wall_s": "wall", "cpu_s": "CPU", "peak_mib": "peak"}[what]
        text = f"{word} of {name} ÷ {peer}"
        self.targets.append(Target(text, self.ratio(name, peer, what), limit))

    def text(self) -> str:
        width = max(len(name) for name in self.names)
        head = f"{'':{width}}  {'wall s':>8} {'CPU s':>8} {'MiB':>6}  {'wall ÷':>7} {'CPU ÷':>7}"
        rows = [f"\n{self.title}  (÷ {self.reference})", head]
        for name in self.names:
            peak = self.peak(name)
            shown = f"{peak:6.0f}" if peak > self.floor_mib else f"{'<' + format(self.floor_mib, '.0f'):>6}"
            rows.append(
                f"{name:{width}}  {self.middle(name, 'wall_s'):8.3f} {self.middle(name, 'cpu_s'):8.3f} {shown}"
                f"  {self.ratio(name, self.reference):7.2f} {self.ratio(name, self.reference, 'cpu_s'):7.2f}"
            )
        return "\n".join(
            [*rows, *(target.line() for target in self.targets), *(f"  {n}" for n in self.notes)]
        )


@dataclass(slots=True)
class Lines:
    """A table of another shape, already laid out."""

    title: str
    lines: list[str]
    targets: list[Target] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def text(self) -> str:
        return "\n".join(
            [
                f"\n{self.title}",
                *self.lines,
                *(target.line() for target in self.targets),
                *(f"  {n}" for n in self.notes),
            ]
        )


def in_turn(
    title: str,
    peers: Sequence[Peer],
    reference: str,
    rounds: int,
    folder: Path,
    *,
    warm: bool = False,
    measured: Callable[[Peer, Path], Cost] = run,
) -> Table:
    """Every peer once a round, in an order that rotates. `warm`: one more round first that does not count."""
    table = Table(title, reference, [peer.name for peer in peers])
    log = folder / "output.txt"
    if warm:
        for peer in peers:
            measured(peer, log)
    for turn in range(rounds):
        shift = turn % len(peers)
        for peer in [*peers[shift:], *peers[:shift]]:
            table.costs.setdefault(peer.name, []).append(measured(peer, log))
    table.floor_mib = own_peak_mib() + 1 if measured is run else 0.0
    return table


def machine() -> str:
    """The machine and how busy it is now: a load of others shows in wall seconds, hardly in ratios."""
    model = platform.processor() or platform.machine()
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        model = next(line.split(": ", 1)[1] for line in lines if line.startswith("model name"))
    except (OSError, StopIteration, IndexError):
        pass
    load = " ".join(f"{one:.2f}" for one in os.getloadavg())
    return f"{os.cpu_count()} × {model}, {platform.system()}, Python {platform.python_version()}, load {load}"
