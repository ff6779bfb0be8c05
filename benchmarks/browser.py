"""Target 4 and the fidelity of the browser engine, against Playwright driving the same Chromium."""

from __future__ import annotations

import gzip
import json
import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from benchmarks.browser_share import (
    HEAD,
    Kept,
    Share,
    kept_by_events,
    kept_in_har,
    kept_in_waczs,
    sent_by,
    share,
)
from benchmarks.browser_soak import soak
from benchmarks.inputs import ABUSEKIT, Space, nginx, pages, program, write_list
from benchmarks.measure import BenchmarkError, Lines, Peer, Table, Target, in_turn
from benchmarks.tree import run_tree

PLAYWRIGHT = Path(".venv-playwright")
PEERS = Path(__file__).with_name("browser_peers.py")
TALL = 10_000
"""CSS pixels that a picture of a page must have at least: it is of the whole page."""
FULL, SHELL = "chromium", "chromium-headless-shell"
BINARIES = {FULL: "/usr/lib/chromium/chromium", SHELL: "/usr/lib/chromium/chromium-headless-shell"}
"""The programs behind Debian's start scripts; elsewhere what is found on PATH."""
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
    "body{font:16px/1.5 sans-serif;max-width:%dpx;margin:1em auto}article{margin:1em 0}"
    "img{display:block;width:480px}nav a{margin-right:1em}"
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
    made: list[Table | Lines] = [_fidelity(space, folder, "http", alone=tiny)]
    if not tiny:
        made.append(_fidelity(space, folder, "https", alone=False))
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
    (folder / "style.css").write_text(CSS % 800)
    (folder / "script.js").write_text(SCRIPT)
    (folder / "one.jpg").write_bytes(jpeg(1, "garden_gate"))
    (folder / "two.jpg").write_bytes(jpeg(1, "gate_at_night"))


def browser(name: str) -> str:
    """Its path. Raises BenchmarkError where it is not installed."""
    return BINARIES[name] if Path(BINARIES[name]).exists() else program(name)


def playwright() -> str:
    """The Python that has it. Raises BenchmarkError where it is not installed."""
    python = PLAYWRIGHT.resolve() / "bin" / "python"
    if not python.exists():
        raise BenchmarkError(f"{python} is not there; make {PLAYWRIGHT}/ready installs Playwright")
    return str(python)


def _cost(space: Space, folder: Path, port: int, count: int, rounds: int, *, alone: bool) -> Table:
    listing = write_list(folder / "urls.txt", port, count, photo=False)
    peers = []
    for name in (FULL,) if alone else (FULL, SHELL):
        if not alone:
            peers += [
                _theirs(f"playwright reuse, 1 parallel ({name})", folder, name, listing, count, []),
                _theirs(
                    f"playwright reuse, 2 parallel ({name})",
                    folder,
                    name,
                    listing,
                    count,
                    ["--parallel", "2"],
                ),
                _theirs(f"playwright, a process a page ({name})", folder, name, listing, count, ["--each"]),
            ]
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
    for name in () if alone else (FULL, SHELL):
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
        name, argv, ready=ready, done=lambda: _pictured(name, ([one] for one in out.glob("*.png")), count)
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


def _fidelity(space: Space, folder: Path, scheme: str, *, alone: bool) -> Lines:
    """One visit of the practice site's fullest page by each recorder."""
    from abusekit.demo.authority import LocalAuthority
    from abusekit.demo.site import PracticeSite

    authority = None
    if scheme == "https":
        authority = LocalAuthority.make(folder / "authority", now=datetime.now(UTC))
    found: dict[str, Share] = {}
    recorders = _recorders(space, folder, alone=alone)
    for name, visit in recorders.items():  # each with a site of its own: nothing of another's is counted
        with PracticeSite(authority=authority, log_bytes=True) as site:
            kept = visit(f"{site.base_url}/everything", site.ca_file)
        found[name] = share(sent_by(site.wire_log.exchanges() if site.wire_log else ()), kept)
    width = max(map(len, found))
    table = Lines(f"Answers of one page with everything on it, {scheme}", [f"{'':{width}}  {HEAD}"])
    table.lines += [one.row(name, width) for name, one in found.items()]
    ours = found[OURS]
    for what in ("recorded", "right", "exact"):
        value = getattr(ours, what) / ours.answered
        table.targets.append(Target(f"{what} ÷ answered: {OURS}", value, 1.0, least=True))
    table.notes += [f"{name}: {remark}" for name, one in found.items() for remark in one.remarks()]
    return table


OURS, FALLBACK = "abusekit", "abusekit --recorder decoded"
Visitor = Callable[[str, Path | None], list[Kept]]


def _recorders(space: Space, folder: Path, *, alone: bool) -> dict[str, Visitor]:
    def ours(recorder: str) -> Visitor:
        def visit(url: str, ca_file: Path | None) -> list[Kept]:
            case = space.case("browser/case")
            allow = ["--allow-network", "127.0.0.1/32", "--allow-network", "::1/128"]
            space.abusekit("settings", "change", "--case", case, *allow, "--reason", "loopback", "--quiet")
            trust = ["--ca-file", str(ca_file)] if ca_file else []
            space.abusekit(
                "capture", "--case", case, "--engine", "browser", "--recorder", recorder, "--quiet", "--yes",
                *trust, url,
            )  # fmt: skip
            return list(kept_in_waczs(case.glob("evidence/*/capture.wacz")))

        return visit

    def theirs(what: str, read: Callable[[Path], object]) -> Visitor:
        def visit(url: str, _ca_file: Path | None) -> list[Kept]:
            out = folder / f"{what}.json"
            argv = [playwright(), str(PEERS), what, url, "--out", str(out), "--browser", browser(FULL)]
            ended = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=300)
            if ended.returncode != 0:
                raise BenchmarkError(f"playwright {what}: {ended.stderr[-800:]}")
            return list(read(out))  # type: ignore[call-overload, no-any-return]

        return visit

    recorders = {OURS: ours("netlog"), FALLBACK: ours("decoded")}
    if not alone:
        recorders["playwright response.body()"] = theirs("bodies", kept_by_events)
        recorders["playwright HAR"] = theirs("har", kept_in_har)
    return recorders
