"""Target 6: the custody log: durable appends, a long log, its check, and how often a bulk capture syncs."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from statistics import median

from abusekit.case.custody import Act, CustodyLog
from benchmarks.inputs import ABUSEKIT, Space, nginx, program, write_list, write_site
from benchmarks.measure import BenchmarkError, Peer, Table, Target, in_turn, run

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
READ, CHECK, PLAIN = "custody.read_lines + Frontier", "logcheck.check_log", "json.loads + SHA-256 a line"
PROGRAMS = {
    PLAIN: """
import hashlib, json, sys
for line in open(sys.argv[1] + "/custody/log.jsonl", "rb"):
    json.loads(line)
    hashlib.sha256(line).digest()
""",
    READ: """
import sys
from abusekit.case.custody import Frontier, read_lines
frontier = Frontier()
with open(sys.argv[1] + "/custody/log.jsonl", "rb", buffering=1 << 20) as stream:
    for line in read_lines(stream):
        frontier.add(line.leaf)
frontier.root()
""",
    CHECK: """
import sys
from pathlib import Path
from abusekit.integrity.log.logcheck import LOG, check_log
view = check_log(Path(sys.argv[1]), {LOG: 1}, [])
assert view.size and not any(f.status.value == "changed" for f in view.findings), view.findings
""",
}


def benchmark(space: Space, rounds: int, size: str) -> list[Table]:
    """A short and a long log that were written through the API."""
    lines = {"tiny": 300, "quick": 20_000, "usual": 100_000, "soak": 1_000_000}[size]
    folder = space.folder("log")
    long, short = space.case("log/long"), space.case("log/short")
    fill(long, lines)
    fill(short, 100)
    tables = [_checked(folder, long, lines, rounds)]
    seconds = 0.02 if size == "tiny" else 0.5
    tables[0].notes += _appends(folder, long, short, rounds, seconds, tables[0])
    _syncs(space, folder, 20 if size == "tiny" else 200, tables[0])
    shutil.rmtree(folder)
    return tables


def fill(case: Path, lines: int) -> None:
    """Bring the log of a new case to `lines` lines: items of a capture each, as `capture` logs them."""
    log = CustodyLog(case / "custody" / "log.jsonl")
    acts: list[Act] = []
    for number in range(1, lines):
        acts.append(_act(number))
        if len(acts) == 1000 or number == lines - 1:
            log.append(acts, by="BP", now=NOW if number > 1 else datetime.now(UTC))
            acts.clear()


def _act(number: int) -> Act:
    item = f"E{number:04}"
    files = [
        {
            "path": f"evidence/{item}/{name}",
            "sha256": sha256(f"{item}{name}".encode()).hexdigest(),
            "size": number,
        }
        for name in ("item.json", "capture.wacz")
    ]
    facts = {
        "item": item, "exhibit": f"BP/{number}", "kind": "capture", "outcome": "complete", "files": files,
        "tally": {"items": number, "exhibits": {"bp": number}},
    }  # fmt: skip
    return Act("item.add", facts)


def _checked(folder: Path, case: Path, lines: int, rounds: int) -> Table:
    peers = [Peer(name, [sys.executable, "-c", text, str(case)]) for name, text in PROGRAMS.items()]
    table = in_turn(f"Check of a log of {lines:,} lines", peers, PLAIN, rounds, folder)
    table.aim(READ, PLAIN, 1.5)
    table.aim(CHECK, PLAIN, 1.5)
    return table


def _appends(
    folder: Path, long: Path, short: Path, rounds: int, seconds: float, table: Table
) -> Iterator[str]:
    """Durable appends a second: raw, to the short log, to the long one, in turns that rotate."""
    fd = os.open(folder / "raw", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    line = (short / "custody" / "log.jsonl").read_bytes().splitlines(keepends=True)[-1]

    def raw() -> None:
        os.write(fd, line)
        os.fsync(fd)

    kinds: dict[str, Callable[[], object]] = {"write + fsync of a line as long": raw}
    for name, case in (("append to a log of 100 lines", short), ("append to the long log", long)):
        log = CustodyLog(case / "custody" / "log.jsonl")
        numbers = iter(range(10_000_000, 20_000_000))
        kinds[name] = lambda log=log, numbers=numbers: log.append(  # type: ignore[misc]
            [_act(next(numbers))], by="BP", now=datetime.now(UTC)
        )
    raw_name, short_name, long_name = kinds
    rates: dict[str, list[float]] = {name: [] for name in kinds}
    # One append of each in turn: a disk that others use is never the same for two long stretches.
    for turn in range(rounds):
        spent = dict.fromkeys(kinds, 0.0)
        count = 0
        while sum(spent.values()) < 3 * seconds:
            for name in [*kinds][turn % 3 :] + [*kinds][: turn % 3]:
                begun = time.perf_counter()
                kinds[name]()
                spent[name] += time.perf_counter() - begun
            count += 1
        for name, taken in spent.items():
            rates[name].append(count / taken)
    os.close(fd)

    def ratio(a: str, b: str) -> float:
        return median(x / y for x, y in zip(rates[a], rates[b], strict=True))

    table.targets.append(
        Target("durable appends a second ÷ raw write + fsync", ratio(short_name, raw_name), 0.6, least=True)
    )
    table.targets.append(
        Target("time of an append to the long log ÷ to one of 100 lines", ratio(short_name, long_name), 1.2)
    )
    return (f"{median(found):8.0f} a second: {name}" for name, found in rates.items())


def _syncs(space: Space, folder: Path, count: int, table: Table) -> None:
    """How many durable steps a bulk capture takes, as strace counts them."""
    site = space.folder("log/site")
    write_site(site, count)
    case = space.case("log/captured")
    counted = folder / "syncs.txt"
    with nginx(folder, site) as port:
        listing = write_list(folder / "urls.txt", port, count, photo=False)
        argv = [
            program("strace"), "-c", "-f", "-o", str(counted), "-e", "trace=fsync,fdatasync,sync,syncfs",
            ABUSEKIT, "capture", "--case", str(case), "--engine", "http", "--per-host", "8", "--delay", "0",
            "--allow-private", "--quiet", "--from", str(listing),
        ]  # fmt: skip
        run(Peer("strace abusekit capture", argv), folder / "output.txt")
    total = [row.split() for row in counted.read_text().splitlines() if row.endswith("total")]
    if not total:
        raise BenchmarkError(f"strace counted nothing: {counted.read_text()[:500]}")
    steps = int(total[0][3])
    table.targets.append(
        Target(f"durable steps a URL, {steps} in a capture of {count} URLs", steps / count, 0.2)
    )
