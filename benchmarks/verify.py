"""Target 2: `verify` and `hash` on large, small and mixed files, against what hashes the same files."""

from __future__ import annotations

import os
import random
import shutil
import sys
from pathlib import Path

from benchmarks.inputs import ABUSEKIT, Space, program, write_folders
from benchmarks.measure import Peer, Table, Target, in_turn

MIB = 1 << 20
VERIFY, HASH = "abusekit verify", "abusekit hash"
BAGIT, BAGIT2 = "bagit.py --validate", "bagit.py --validate --processes 2"
OPENSSL, SUMS, SUMS2, CHECK = "openssl dgst", "sha256sum", "sha256sum, xargs -P2", "sha256sum -c"


def benchmark(space: Space, rounds: int, size: str) -> list[Table]:
    """Three cases, each sealed; the peers read hard links of the very files that the case holds."""
    tables = []
    large = {
        "tiny": [MIB] * 2,
        "quick": [20 * MIB] * 5,
        "usual": [100 * MIB] * 10,
        "soak": [400_000_000] * 10,
    }
    small = {"tiny": (40, 20), "quick": (5_000, 100), "usual": (20_000, 100), "soak": (100_000, 100)}
    count, per_folder = small[size]
    table = _compare(space, f"Large: {_sizes(large[size])}", large[size], 1, rounds)
    table.aim(VERIFY, OPENSSL, 0.60)
    table.aim(VERIFY, BAGIT2, 1.1)
    table.aim(VERIFY, BAGIT, 1.15, "cpu_s")
    tables.append(table)
    table = _compare(space, f"Small: {_sizes([4096] * count)}", [4096] * count, per_folder, rounds)
    table.aim(VERIFY, BAGIT, 0.30)
    table.aim(VERIFY, BAGIT, 0.30, "cpu_s")
    table.aim(VERIFY, CHECK, 1.2)
    table.aim(VERIFY, BAGIT, 1.0, "peak_mib")
    tables.append(table)
    mixed = _mixed({"tiny": 1, "quick": 20, "usual": 100, "soak": 700}[size])
    table = _compare(space, f"Mixed: {_sizes(mixed)}", mixed, 100, rounds)
    table.aim(VERIFY, BAGIT, 0.40)
    tables.append(table)
    return tables


def _sizes(sizes: list[int]) -> str:
    return f"{len(sizes):,} files, {sum(sizes) / MIB:,.0f} MiB"


def _mixed(scale: int) -> list[int]:
    """What cases hold: many messages and pages, photos, a few recordings."""
    source = random.Random(4)
    sizes = [source.randint(200, 60_000) for _ in range(25 * scale)]
    sizes += [source.randint(200_000, 4 * MIB) for _ in range(scale)]
    sizes += [source.randint(10 * MIB, 40 * MIB) for _ in range(scale // 20)]
    source.shuffle(sizes)
    return sizes


def _compare(space: Space, title: str, sizes: list[int], per_folder: int, rounds: int) -> Table:
    folder = space.folder("verify")
    empty, case = space.case("verify/empty"), space.case("verify/case")
    received = write_folders(folder / "received", sizes, per_folder)
    space.abusekit("add", "--case", case, "--together", "--quiet", *received)
    space.seal(empty)
    space.seal(case)
    shutil.rmtree(folder / "received")
    bag = _bag(case, folder / "bag")
    names = folder / "names"
    names.write_bytes(b"".join(os.fsencode(path) + b"\0" for path in sorted((bag / "data").rglob("*.bin"))))
    bagit = [sys.executable, str(Path(sys.executable).with_name("bagit.py")), "--quiet", "--validate"]
    many = [program("xargs"), "-0"]
    peers = [
        Peer(VERIFY, [ABUSEKIT, "verify", str(case)]),
        Peer(HASH, [ABUSEKIT, "hash", str(bag / "data")]),
        Peer(OPENSSL, [*many, program("openssl"), "dgst", "-sha256"], stdin=names),
        Peer(SUMS, [*many, program("sha256sum")], stdin=names),
        Peer(SUMS2, [*many, "-P2", "-n", str(max(1, min(256, len(sizes) // 4))), "sha256sum"], stdin=names),
        Peer(CHECK, ["sha256sum", "-c", "--quiet", "manifest-sha256.txt"], cwd=bag),
        Peer(BAGIT, [*bagit, str(bag)]),
        Peer(BAGIT2, [*bagit, "--processes", "2", str(bag)]),
        Peer("abusekit verify (no items)", [ABUSEKIT, "verify", str(empty)]),
    ]
    table = in_turn(title, peers, SUMS, rounds, folder)
    # Starting Python reads some MiB of its own modules, and so does every program: that is not the case.
    read = table.middle(VERIFY, "rchar") - table.middle("abusekit verify (no items)", "rchar")
    stored = sum(path.stat().st_size for path in case.rglob("*") if path.is_file())
    text = "bytes that verify reads ÷ bytes of the case, without those that a case of no items takes"
    table.targets.append(Target(text, read / stored, 1.05))
    shutil.rmtree(folder)
    return table


def _bag(case: Path, bag: Path) -> Path:
    """The payload of a case as a bag, by hard links; bagit itself makes the manifests."""
    for path in (case / "evidence").rglob("*.bin"):
        target = bag / path.relative_to(case / "evidence")
        target.parent.mkdir(parents=True, exist_ok=True)
        os.link(path, target)
    argv = [sys.executable, str(Path(sys.executable).with_name("bagit.py")), "--quiet", "--sha256", str(bag)]
    in_turn("bag", [Peer("bagit.py", argv)], "bagit.py", 1, bag.parent)
    return bag
