"""A list of a thousand posts made by script, killed on the way and taken up again: memory flat, nothing left."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from statistics import median

from abusekit.demo.site import PracticeSite
from benchmarks.inputs import ABUSEKIT, Space
from benchmarks.measure import BenchmarkError, Lines, Target
from benchmarks.tree import memory_mib

JOBS = 2
POSTS = 300
"""How many different posts the practice site has; a query makes more addresses of them."""
LOOK_S = 0.25
LEFT_S = 5.0
"""Seconds for the browsers of a command that was killed to notice it."""
MARKS = (0.1, 0.25, 0.5, 0.75, 1.0)

Curve = list[tuple[int, float]]
"""Posts asked for so far, and MiB (PSS) of the command's own process."""


def soak(space: Space, count: int) -> Lines:
    """Captures `count` pages, two browsers at once; the command is killed (SIGKILL) after a fifth of them.

    Raises BenchmarkError when the resumed run fails. Pages that are lost or doubled are missed targets.
    """
    case = space.case("browser/soak")
    listing = space.root / "browser" / "soak.txt"
    temporary = Path(
        tempfile.mkdtemp(prefix="soak-")
    )  # not in a folder that the browser's user may not enter
    temporary.chmod(0o711)
    try:
        with PracticeSite() as site:
            addresses = (f"{site.post_page_url(1 + n % POSTS)}?turn={n // POSTS}" for n in range(count))
            listing.write_text("".join(f"{one}\n" for one in addresses))
            begun = time.perf_counter()
            first = _run(site, case, listing, temporary, kill_at=max(count // 5, 1))
            orphans = _processes(temporary)
            held = _items(case)
            second = _run(site, case, listing, temporary, kill_at=None)
            seconds = time.perf_counter() - begun
        left = _processes(temporary) + len(list(temporary.iterdir()))
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    table = Lines(
        f"{count:,} posts with --jobs {JOBS}, killed once and resumed",
        [
            f"{seconds:.0f} s, {seconds / count:.2f} s a page; {held} items in the case when it was killed",
            "MiB of the own process, by posts asked for: " + _told([*first, *second], count),
        ],
    )
    table.targets += [
        Target("addresses without an item", float(max(count - _items(case), 0)), 0),
        Target("items beyond the addresses", float(max(_items(case) - count, 0)), 0),
        Target(f"browser processes {LEFT_S:g} s after the kill", float(orphans), 0),
        Target("processes and temporary files at the end", float(left), 0),
    ]
    sizes = [mib for _, mib in second]
    if (fifth := len(sizes) // 5) > 0:  # the first fifth has the start in it
        growth = median(sizes[-fifth:]) / median(sizes[fifth : 2 * fifth])
        table.targets.append(Target("MiB of the own process, last fifth ÷ second fifth", growth, 1.1))
    return table


def _run(site: PracticeSite, case: Path, listing: Path, temporary: Path, *, kill_at: int | None) -> Curve:
    """The command, to its end or until so many posts were asked for."""
    argv = [
        ABUSEKIT, "capture", "--case", str(case), "--engine", "browser", "--quiet", "--allow-private",
        "--from", str(listing), "--jobs", str(JOBS), "--per-host", str(JOBS), "--delay", "0",
    ]  # fmt: skip
    curve: Curve = []
    log = case.parent / "soak-output.txt"
    with log.open("wb") as out:
        environment = {**os.environ, "TMPDIR": str(temporary)}
        process = subprocess.Popen(
            argv, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, env=environment
        )
        try:
            while process.poll() is None:
                asked = len({one.target for one in tuple(site.requests) if one.path.startswith("/posts/")})
                curve.append((asked, memory_mib(process.pid)))
                if kill_at is not None and asked >= kill_at:
                    process.kill()
                    process.wait()
                    _wait_for_browsers(temporary)
                    return curve[:-1]
                time.sleep(LOOK_S)
        finally:
            process.kill()
            process.wait()
    if kill_at is not None or process.returncode != 0:
        said = log.read_bytes()[-800:].decode("utf-8", "backslashreplace")
        raise BenchmarkError(
            f"soak: exit code {process.returncode}, expected to be killed: {kill_at}\n{said}"
        )
    return curve[:-1]


def _wait_for_browsers(temporary: Path) -> None:
    ends_at = time.perf_counter() + LEFT_S
    while _processes(temporary) and time.perf_counter() < ends_at:
        time.sleep(LOOK_S)


def _processes(temporary: Path) -> int:
    """How many live processes name the folder in their command line, as every browser does with its profile."""
    found = 0
    for name in os.listdir("/proc"):
        if name.isdigit():
            with suppress(OSError):
                found += os.fsencode(temporary) in Path(f"/proc/{name}/cmdline").read_bytes()
    return found


def _items(case: Path) -> int:
    return sum(1 for _ in case.glob("evidence/*/item.json"))


def _told(curve: Curve, count: int) -> str:
    shown = []
    for mark in MARKS:
        near = [(asked, mib) for asked, mib in curve if asked >= mark * count] or curve[-1:]
        shown += [f"{near[0][0]}: {near[0][1]:.0f}"] if near else []
    return ", ".join(shown)
