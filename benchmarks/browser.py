"""Target 4 and the fidelity of the browser engine, against Playwright driving the same Chromium."""

from __future__ import annotations

import gzip
import json
import random
import shutil
import sys
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from statistics import median

from benchmarks.browser_fidelity import fidelity
from benchmarks.browser_programs import FULL, PEERS, SHELL, browser, installed, playwright
from benchmarks.browser_soak import soak
from benchmarks.inputs import ABUSEKIT, Space, nginx, pages, write_list
from benchmarks.measure import BenchmarkError, Lines, Peer, Table, Target, in_turn
from benchmarks.tree import run_tree

TALL = 10_000
"""CSS pixels that a picture of a page must have at least: it is of the whole page."""
WAYS = {
    " reuse, 1 parallel": [],
    " reuse, 2 parallel": ["--parallel", "2"],
    ", a browser a page": ["--each", "browser"],
    ", a process a page": ["--each", "process"],
}
"""How Playwright is driven: see `browser_peers.py`."""
LEAN = """
import functools, sys
from abusekit.browser import plan
plan.VisitPlan = functools.partial(plan.VisitPlan, pdf=False, mhtml=False)
from abusekit.__main__ import main
sys.argv[0] = "abusekit"
sys.exit(main())
"""
"""Our command without what target 4 does not name: the command itself has no option to leave it out."""
CSS = (
    "body{font:14px/1.25 sans-serif;max-width:1100px;margin:1em auto}article{margin:1em 0}"
    "img{display:block;width:480px}nav a{display:inline-block;margin-right:1em}"
)
SCRIPT = (
    "const nav=document.createElement('nav');for(const one of document.querySelectorAll('article')){"
    "const a=document.createElement('a');a.href='#'+one.id;a.textContent=one.querySelector('h2').textContent;"
    "nav.append(a)}document.body.prepend(nav)"
)


def benchmark(space: Space, rounds: int, size: str) -> list[Table | Lines]:
    """What is recorded of what was answered; cost of a page; growth; with soak, a thousand pages, killed once.

    The tiny size leaves Playwright out, so that tests need not install it.
    """
    tiny = size == "tiny"
    folder = space.folder("browser")
    made: list[Table | Lines] = [fidelity(space, folder, "http", alone=tiny)]
    if not tiny:
        made.append(fidelity(space, folder, "https", alone=False))
    count = {"tiny": 2, "quick": 4, "usual": 8, "soak": 8}[size]
    site = space.folder("browser/site")
    write_pages(site, count)
    with nginx(folder, site) as port:
        made.append(_cost(space, folder, port, count, 1 if tiny else min(rounds, 3), alone=tiny))
    growing = {"tiny": 2, "quick": 20, "usual": 50, "soak": 50}[size]
    write_pages(site, growing)
    with nginx(folder, site) as port:
        made.append(_growth(space, folder, port, growing))
    if size in ("tiny", "soak"):
        made.append(soak(space, 5 if tiny else 1000))
    shutil.rmtree(folder)
    return made


def write_pages(folder: Path, count: int) -> None:
    """Pages of 60 KB of text, two photos, a style sheet and a script each, some 12,000 CSS pixels tall."""
    from abusekit.demo.pictures import jpeg

    source = random.Random(4)
    extra = (
        b"<link rel=icon href=data:,><link rel=stylesheet href=style.css><script src=script.js defer></script>"
        b"</head><body>"
        b"<img src=one.jpg alt=one><img src=two.jpg alt=two>"
    )
    for number, page in zip(range(count), pages(source), strict=False):
        whole = page.replace(b"</head><body>", extra, 1)
        (folder / f"page{number:04}.html").write_bytes(whole)
        (folder / f"page{number:04}.html.gz").write_bytes(gzip.compress(whole, 6, mtime=0))
    (folder / "style.css").write_text(CSS)
    (folder / "script.js").write_text(SCRIPT)
    (folder / "one.jpg").write_bytes(jpeg(1, "garden_gate"))
    (folder / "two.jpg").write_bytes(jpeg(1, "gate_at_night"))


def _cost(space: Space, folder: Path, port: int, count: int, rounds: int, *, alone: bool) -> Table:
    listing = write_list(folder / "urls.txt", port, count, photo=False)
    peers = []
    names = (FULL, SHELL) if installed(SHELL) and not alone else (FULL,)
    for name in names:
        for way, more in () if alone else WAYS.items():
            peers.append(_theirs(f"playwright{way} ({name})", folder, name, listing, count, more))
        for jobs in (2,) if alone else (1, 2):
            peers.append(_ours(f"abusekit --jobs {jobs} ({name})", space, name, listing, count, jobs))
        peers.append(
            _ours(f"abusekit --jobs 2, no PDF, MHTML ({name})", space, name, listing, count, 2, lean=True)
        )
    table = in_turn(
        f"Browser capture of {count} pages of 60 KB, {TALL:,} px or taller",
        peers,
        peers[0].name,
        rounds,
        folder,
        measured=run_tree,
    )
    for name in () if alone else names:
        mine = f"abusekit --jobs 2 ({name})"
        for what in ("wall_s", "cpu_s"):
            table.aim(mine, f"playwright reuse, 1 parallel ({name})", 1.25, what)
            table.aim(mine, f"playwright, a process a page ({name})", 0.75, what)
        table.aim(mine, f"playwright reuse, 2 parallel ({name})", 1.2, "peak_mib")
    for peer in peers:
        wall, cpu = (table.middle(peer.name, what) / count for what in ("wall_s", "cpu_s"))
        table.notes.append(f"{wall:6.2f} s, {cpu:6.2f} s of CPU a page: {peer.name}")
    table.notes.append(
        "CPU and MiB (PSS) are those of all processes of a command; no process was left by any"
    )
    return table


def _theirs(name: str, folder: Path, which: str, listing: Path, count: int, more: list[str]) -> Peer:
    out = folder / "pictures"

    def ready() -> None:
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir()

    argv = [
        playwright(),
        str(PEERS),
        "pages",
        str(listing),
        "--out",
        str(out),
        "--browser",
        browser(which),
        *more,
    ]
    return Peer(
        name, argv, ready=ready, done=lambda: _pictured(name, ([one] for one in out.glob("**/*.png")), count)
    )


def _ours(
    name: str, space: Space, which: str, listing: Path, count: int, jobs: int, *, lean: bool = False
) -> Peer:
    case = space.root / "browser" / "case"
    argv = [
        *([sys.executable, "-c", LEAN] if lean else [ABUSEKIT]),
        "capture", "--case", str(case), "--engine", "browser", "--browser", browser(which), "--quiet",
        "--allow-private", "--from", str(listing), "--scroll", "0", "--delay", "0",
        "--jobs", str(jobs), "--per-host", str(jobs),
    ]  # fmt: skip
    return Peer(
        name,
        argv,
        ready=lambda: space.case("browser/case"),
        done=lambda: _pictured(
            name, (list(item.glob("page*.png")) for item in case.glob("evidence/*")), count
        ),
    )


def _pictured(name: str, pictures: Iterable[list[Path]], count: int) -> None:
    """Raises BenchmarkError unless `count` pages have pictures of the whole; a long page has several."""
    heights = [sum(int.from_bytes(one.read_bytes()[20:24], "big") for one in page) for page in pictures]
    if len(heights) != count or min(heights) < TALL:
        raise BenchmarkError(f"{name}: not {count} pictures of {TALL} px: {sorted(heights)}")


def _growth(space: Space, folder: Path, port: int, count: int) -> Lines:
    """One after the other, so that a page's seconds are its own."""
    listing = write_list(folder / "urls.txt", port, count, photo=False)
    sizes: list[float] = []
    peer = _ours("abusekit --jobs 1", space, FULL, listing, count, 1)
    cost = run_tree(peer, folder / "output.txt", lambda _at, own: sizes.append(own))
    seconds = durations(space.root / "browser" / "case")
    part = max(count // 5, 1)
    table = Lines(f"{count} pages, one after the other ({FULL})", [])
    ratio = median(seconds[-part:]) / median(seconds[:part])
    fifth = max(len(sizes) // 5, 1)
    # the first fifth has the start in it, so the second is what the last is compared with
    early, late = median(sizes[fifth : 2 * fifth] or sizes), median(sizes[-fifth:])
    table.lines.append(
        f"seconds a page: first {part} {median(seconds[:part]):.2f}, last {part} {median(seconds[-part:]):.2f}"
    )
    table.lines.append(
        f"own process: {early:.0f} MiB early, {late:.0f} MiB late; all processes at most {cost.peak_mib:.0f} MiB"
    )
    table.targets.append(Target(f"seconds of the last {part} pages ÷ the first {part}", ratio, 1.1))
    table.targets.append(Target("MiB of the own process, last fifth ÷ second fifth", late / early, 1.1))
    return table


def durations(case: Path) -> list[float]:
    """Seconds of each capture of a case, in the order in which they began."""
    found = []
    for path in case.glob("evidence/*/item.json"):
        facts = json.loads(path.read_bytes())["facts"]
        begun, ended = (datetime.fromisoformat(facts[name]) for name in ("started", "ended"))
        found.append((begun, (ended - begun).total_seconds()))
    return [seconds for _, seconds in sorted(found)]
