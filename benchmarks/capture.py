"""Target 3: bulk capture over HTTP into web archives, against wget and warcio on the same pages."""

from __future__ import annotations

import re
import shutil
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from benchmarks.inputs import ABUSEKIT, Space, nginx, program, slow_server, write_list, write_site
from benchmarks.measure import BenchmarkError, Peer, Table, Target, in_turn, run

WGET, WGET_GZIP, SESSION = "wget --warc-file", "wget --warc-file --compression=gzip", "capture_http + Session"
OURS, BARE = "abusekit capture", "abusekit capture --no-requisites"
_RESPONSE = re.compile(rb"\r\nWARC-Type: response\r\n")
SESSION_PROGRAM = """
import sys
from warcio.capture_http import capture_http
import requests
session = requests.Session()
with capture_http(sys.argv[2]):
    for line in open(sys.argv[1]):
        session.get(line.strip()).raise_for_status()
"""


def benchmark(space: Space, rounds: int, size: str) -> list[Table]:
    """Many pages at once; the same with a tenth of them, for memory; the polite default; a slow site."""
    count = {"tiny": 12, "quick": 400, "usual": 2_000, "soak": 2_000}[size]
    folder, site = space.folder("capture"), space.folder("capture/site")
    write_site(site, count)
    with nginx(folder, site) as port:
        many = _many(space, folder, port, count, rounds)
        many.notes.append(_polite(space, folder, port, 3 if size == "tiny" else 20))
    late_ms = 20 if size == "tiny" else 200
    with slow_server(late_ms) as port:
        late = _late(space, folder, port, 8 if size == "tiny" else 64, min(rounds, 3))
    late.title += f", each {late_ms} ms late"
    shutil.rmtree(folder)
    return [many, late]


def _many(space: Space, folder: Path, port: int, count: int, rounds: int) -> Table:
    listing = write_list(folder / "urls.txt", port, count)
    tenth = count // 10
    few = write_list(folder / "few.txt", port, tenth, photo=False)
    small = f"{OURS}, {tenth} URLs"
    peers = [
        _wget(WGET, folder / "w1", listing, count + 1, []),
        _wget(WGET_GZIP, folder / "w2", listing, count + 1, ["--compression=gzip"]),
        _session(folder / "w3", listing, count + 1),
        _ours(OURS, space, "capture/c1", listing, count + 1, []),
        _ours(BARE, space, "capture/c2", listing, count + 1, ["--no-requisites"]),
        _ours(small, space, "capture/c3", few, tenth, []),
    ]
    table = in_turn(f"Capture of {count + 1:,} URLs", peers, WGET, rounds, folder)
    for name in (OURS, BARE):
        for peer, limit in ((WGET, 0.30), (SESSION, 1.1)):
            table.aim(name, peer, limit)
            table.aim(name, peer, limit, "cpu_s")
    table.targets.append(Target(f"peak MiB of {OURS}", table.peak(OURS), 100))
    table.aim(OURS, small, 1.2, "peak_mib")
    for name in (WGET, WGET_GZIP, SESSION, OURS, BARE):
        cpu_ms = table.middle(name, "cpu_s") / (count + 1) * 1000
        speed = (count + 1) / table.middle(name, "wall_s")
        table.notes.append(f"{speed:6.0f} URLs/s, {cpu_ms:6.2f} ms of CPU a URL: {name}")
    table.notes.append(f"every archive holds all {count + 1:,} responses (counted)")
    return table


def _late(space: Space, folder: Path, port: int, count: int, rounds: int) -> Table:
    listing = write_list(folder / "slow.txt", port, count, photo=False)
    peers = [
        _wget(WGET, folder / "w1", listing, count, []),
        _ours(OURS, space, "capture/c1", listing, count, []),
    ]
    table = in_turn(f"Slow site: {count} pages", peers, WGET, rounds, folder)
    table.aim(OURS, WGET, 0.30)
    return table


def _polite(space: Space, folder: Path, port: int, count: int) -> str:
    """The default, one at a time with a pause of a second: told, not compared."""
    listing = write_list(folder / "polite.txt", port, count, photo=False)
    peer = _ours("polite", space, "capture/c4", listing, count, [], ["--allow-private"])
    cost = run(peer, folder / "output.txt")
    return (
        f"{count / cost.wall_s:6.2f} URLs/s, {cost.cpu_s / count * 1000:6.2f} ms of CPU a URL: polite default"
    )


def _wget(name: str, out: Path, listing: Path, count: int, more: list[str]) -> Peer:
    argv = [program("wget"), "-q", "-O", "/dev/null", f"--warc-file={out}/all", *more, "-i", str(listing)]
    return Peer(name, argv, ready=_fresh(out), done=_counted(name, count, lambda: _gzips(out)))


def _session(out: Path, listing: Path, count: int) -> Peer:
    argv = [sys.executable, "-c", SESSION_PROGRAM, str(listing), str(out / "all.warc.gz")]
    return Peer(SESSION, argv, ready=_fresh(out), done=_counted(SESSION, count, lambda: _gzips(out)))


def _ours(
    name: str,
    space: Space,
    case: str,
    listing: Path,
    count: int,
    more: list[str],
    manners: list[str] | None = None,
) -> Peer:
    place = space.root / case
    fast = ["--per-host", "8", "--delay", "0", "--allow-private"]
    argv = [
        ABUSEKIT, "capture", "--case", str(place), "--engine", "http", "--quiet", "--from", str(listing),
        *(fast if manners is None else manners), *more,
    ]  # fmt: skip
    return Peer(
        name, argv, ready=lambda: space.case(case), done=_counted(name, count, lambda: _archives(place))
    )


def _fresh(out: Path) -> Callable[[], None]:
    def make() -> None:
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir()

    return make


def _counted(name: str, count: int, streams: Callable[[], Iterator[IO[bytes]]]) -> Callable[[], None]:
    """A check that the archives hold `count` responses: a peer that loses some is fast for nothing."""

    def check() -> None:
        found = sum(responses(stream) for stream in streams())
        if found != count:
            raise BenchmarkError(f"{name}: {found} responses in the archive, not {count}")

    return check


def _gzips(out: Path) -> Iterator[IO[bytes]]:
    for path in out.glob("*.warc.gz"):
        with path.open("rb") as stream:
            yield stream


def _archives(case: Path) -> Iterator[IO[bytes]]:
    for path in case.glob("evidence/*/*.wacz"):
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                if name.endswith(".warc.gz"):
                    with archive.open(name) as stream:
                        yield stream


def responses(stream: IO[bytes]) -> int:
    """Response records of a gzipped WARC, whose every record is a member of its own; in little memory."""
    found = 0
    data = b""
    while data or (data := stream.read(1 << 16)):
        member = zlib.decompressobj(wbits=31)
        head = b""
        while not member.eof:
            if not data and not (data := stream.read(1 << 16)):
                raise BenchmarkError("the archive ends inside a record")
            plain = member.decompress(data, 1 << 20)
            head += plain[: 4096 - len(head)]
            data = member.unused_data if member.eof else member.unconsumed_tail
        # the type is one of the first header lines: bodies are not looked at
        found += _RESPONSE.search(head.split(b"\r\n\r\n", 1)[0] + b"\r\n") is not None
    return found
