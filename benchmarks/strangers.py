"""The stranger's kit beside `abusekit verify`: a long log, very many items, a file that claims 50 GB.

Both read the same case and have to end with the same exit code; the peers are the plain tools for the same work.
"""

from __future__ import annotations

import os
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path

from abusekit.case.custody import Act, CustodyLog
from benchmarks.inputs import ABUSEKIT, Space, write_folders
from benchmarks.measure import Peer, Table, in_turn

VERIFY, KIT, SHELL = "abusekit verify", "verify_case.py", "verify.sh"
PLAIN = "json.loads + SHA-256 a line"
_PLAIN = """
import hashlib, json, sys
for line in open(sys.argv[1] + "/custody/log.jsonl", "rb"):
    json.loads(line)
    hashlib.sha256(line).digest()
"""
SUMS = "sha256sum -c of the sealed list"


def benchmark(space: Space, rounds: int, size: str) -> list[Table]:
    """Three cases, each in turn with every tool."""
    lines = {"tiny": 300, "quick": 20_000, "usual": 100_000, "soak": 1_000_000}[size]
    items = {"tiny": 30, "quick": 1_000, "usual": 10_000, "soak": 100_000}[size]
    claimed = {"tiny": 10 << 20, "quick": 500 << 20, "usual": 2 << 30, "soak": 50_000_000_000}[size]
    rounds = 1 if size == "soak" else rounds
    folder = space.folder("strangers")
    tables = [
        _long_log(space, folder, lines, rounds),
        _many_items(space, folder, items, rounds),
        _sparse(space, folder, claimed, 1),
    ]
    shutil.rmtree(folder)
    return tables


def _tools(space: Space, case: Path, expected: int) -> list[Peer]:
    """Ours and the two of the kit that stands in the case, all trusting the key that sealed it."""
    signers = space.root / "allowed_signers"
    kit = case / "kit"
    return [
        Peer(VERIFY, [ABUSEKIT, "verify", str(case)], expected=(expected,)),
        Peer(
            KIT,
            [sys.executable, str(kit / "verify_case.py"), str(case), "--signers", str(signers)],
            expected=(expected,),
        ),
        Peer(SHELL, ["sh", str(kit / "verify.sh"), str(case), str(signers)], expected=(expected,)),
    ]


def _sealed(space: Space, case: Path) -> None:
    import subprocess

    space.seal(case)
    shown = subprocess.run(
        [ABUSEKIT, "key", "show", "bench", "--allowed-signers"], capture_output=True, check=True
    )
    (space.root / "allowed_signers").write_bytes(shown.stdout)


def _long_log(space: Space, folder: Path, lines: int, rounds: int) -> Table:
    case = space.case("strangers/log")
    received = write_folders(folder / "received", [4096], 1)
    space.abusekit("add", "--case", case, "--quiet", "--recursive", *received)
    log = CustodyLog(case / "custody" / "log.jsonl")
    written = log.tail().next_n
    while written < lines:
        count = min(1000, lines - written)
        acts = [Act("item.tag", {"item": "E0001", "tags": [f"t{n % 7}"], "removed": [], "reason": f"{n}" * 40})
                for n in range(written, written + count)]  # fmt: skip
        log.append(acts, by="BP", now=datetime.now(UTC))
        written += count
    _sealed(space, case)
    peers = [*_tools(space, case, 0), Peer(PLAIN, [sys.executable, "-c", _PLAIN, str(case)])]
    return in_turn(f"A log of {lines:,} lines", peers, PLAIN, rounds, folder)


def _many_items(space: Space, folder: Path, items: int, rounds: int) -> Table:
    case = space.case("strangers/items")
    received = write_folders(folder / "many", [4096] * items, 1000)
    space.abusekit("add", "--case", case, "--quiet", "--recursive", *received)
    shutil.rmtree(folder / "many")
    _sealed(space, case)
    manifest = next((case / "seals").iterdir()) / "manifest-sha256.txt"
    check = Peer(SUMS, ["sha256sum", "-c", "--quiet", str(manifest)], cwd=case)
    table = in_turn(
        f"{items:,} items of one small file", [*_tools(space, case, 0), check], SUMS, rounds, folder
    )
    shutil.rmtree(case)
    return table


def _sparse(space: Space, folder: Path, claimed: int, rounds: int) -> Table:
    """A file without content that claims its size, as the log does: it is read to its end, and found to be another."""
    case = space.case("strangers/sparse")
    path = case / "custody" / "claimed.bin"
    listed = {"path": "custody/claimed.bin", "sha256": "0" * 64, "size": claimed}
    CustodyLog(case / "custody" / "log.jsonl").append(
        [Act("case.note", {"files": [listed]})], by="BP", now=datetime.now(UTC)
    )
    path.touch()
    os.truncate(path, claimed)
    _sealed(space, case)
    peers = [*_tools(space, case, 1), Peer("openssl dgst", ["openssl", "dgst", "-sha256", str(path)])]
    return in_turn(f"A file that claims {claimed:,} bytes", peers, "openssl dgst", rounds, folder, warm=True)
