"""Exports read message by message: beside programs that read the same files, and beside merely taking them apart.

The peers do less: none tells where a message stands or hashes it, and none keeps what it does not understand. A rate
is of CPU seconds, without what loading the modules takes. A peer that finds another number of messages is told.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.exports_made import MAKERS, SOAK, whatsapp_ios
from benchmarks.inputs import ABUSEKIT, Space
from benchmarks.measure import BenchmarkError, Lines, Peer, Table, Target, in_turn, run

OURS = "abusekit"
PROJECT = Path(__file__).resolve().parent.parent
PEERS_PYTHON = PROJECT / ".venv-peers" / "bin" / "python"
"""Not resolved: a link would leave the environment. `make .venv-peers/ready`."""
CHATS = {"chat-miner": 1.0, "whatstk": 1.0}
"""Readers of WhatsApp → how much CPU ours may take. whatstk runs one expression over the whole text in memory."""
BESIDE: dict[str, tuple[str, ...]] = {
    "WhatsApp, Android": tuple(CHATS),
    "WhatsApp, iPhone": tuple(CHATS),
    "SMS": ("expat",),
    "SMS with pictures": ("expat",),
    "mbox": ("mailbox",),
    "mbox with pictures": ("mailbox",),
    "Reddit": ("csv.reader",),
}
"""Who reads the same files; the others of ours are beside `json.loads`."""
SHARES = {"tiny": 5_000, "quick": 100, "usual": 20, "soak": 1}
MOST_MIB = 300
WORD = "tomorrow stop"


@dataclass(slots=True)
class Rate:
    """One reader and one export."""

    cpu_s: list[float] = field(default_factory=list)
    peak_mib: list[float] = field(default_factory=list)
    count: int = 0


def benchmark(space: Space, rounds: int, size: str) -> list[Table | Lines]:
    """Rates of every form, then the commands on a chat of 100,000 messages."""
    share = SHARES[size]
    messages = {"tiny": 300, "quick": 10_000, "usual": 100_000, "soak": 1_000_000}[size]
    return [
        _rates(
            space, 1 if size == "soak" else rounds, share, with_chats=size != "tiny" or PEERS_PYTHON.exists()
        ),
        *_commands(space, rounds, messages),
    ]


def _rates(space: Space, rounds: int, share: int, *, with_chats: bool) -> Lines:
    """with_chats: the readers of WhatsApp have to be there; at sizes that show no more than that it works they may be
    absent."""
    head = f"{'':20} {'messages':>9} {'MB':>6}  {'messages/s':>10} {'MiB':>5}   beside: the same, and CPU of ours ÷ its"
    table = Lines(f"Reading of exports, 1/{share} of a soak; medians of {rounds}", [head])
    for form, make in MAKERS.items():
        folder = space.folder("importers")
        count = max(SOAK[form] // share, 20)
        path = make(folder, count)
        beside = BESIDE.get(form, ("json.loads",))
        readers = (OURS, *(one for one in beside if with_chats or one not in CHATS))
        found: dict[str, Rate] = {reader: Rate() for reader in readers}
        for turn in range(rounds):
            for reader in (*readers[turn % len(readers) :], *readers[: turn % len(readers)]):
                _read(reader, path, found[reader], folder)
        _tell(table, form, path, count, found)
        shutil.rmtree(folder)
    table.notes.append(
        "what it reads into is thrown away; `abusekit` counts, hashes and numbers every record"
    )
    return table


def _read(reader: str, path: Path, rate: Rate, folder: Path) -> None:
    python = str(PEERS_PYTHON) if reader in CHATS else sys.executable
    if reader in CHATS and not PEERS_PYTHON.exists():
        raise BenchmarkError(f"{reader} is not there: make .venv-peers/ready")
    log = folder.parent / "read.txt"
    run(Peer(reader, [python, "-m", "benchmarks.read_export", reader, str(path)], cwd=PROJECT), log)
    took: dict[str, Any] = json.loads(log.read_text("utf-8", "replace").splitlines()[-1])
    rate.cpu_s.append(took["cpu_s"])
    rate.peak_mib.append(took["peak_mib"])
    rate.count = took["count"]


def _tell(table: Lines, form: str, path: Path, count: int, found: dict[str, Rate]) -> None:
    ours = found[OURS]
    if ours.count != count:
        raise BenchmarkError(f"{form}: abusekit found {ours.count} of {count} messages")
    files = path.rglob("*") if path.is_dir() else (path,)
    size = sum(one.stat().st_size for one in files if one.is_file()) / 1e6
    told = []
    for name, theirs in list(found.items())[1:]:
        ratio = median(a / b for a, b in zip(ours.cpu_s, theirs.cpu_s, strict=True) if b)
        told.append(
            f"{name} {count / median(theirs.cpu_s):,.0f} {median(theirs.peak_mib):.0f} MiB ÷ {ratio:.2f}"
        )
        if name in CHATS:
            table.targets.append(Target(f"CPU of reading {form} ÷ {name}", ratio, CHATS[name]))
        if theirs.count != count and name != "json.loads":
            table.notes.append(f"{form}: {name} found {theirs.count:,} messages of {count:,}")
    peak = median(ours.peak_mib)
    rate = count / median(ours.cpu_s)
    table.lines.append(f"{form:20} {count:9,} {size:6,.0f}  {rate:10,.0f} {peak:5,.0f}   {'; '.join(told)}")
    table.targets.append(Target(f"MiB that reading {form} takes at most", peak, MOST_MIB))


def _commands(space: Space, rounds: int, count: int) -> Sequence[Table]:
    """The commands, their start included."""
    folder = space.folder("importers")
    chat = whatsapp_ios(folder, count)
    empty, full, fresh = space.case("importers/empty"), space.case("importers/full"), folder / "fresh"
    space.abusekit("import", "--case", full, chat, "--declare", "timezone=Europe/London", "--quiet")

    def anew() -> None:
        shutil.rmtree(fresh, ignore_errors=True)
        shutil.copytree(empty, fresh)

    def rows_of(least: int) -> Callable[[], None]:
        def check() -> None:
            with (folder / "output.txt").open("rb") as lines:
                found = sum(1 for _ in lines)
            if found < least:
                raise BenchmarkError(f"{found} lines told, where {least} were to be")

        return check

    importing, adding = "abusekit import", "abusekit add"
    imported = in_turn(
        f"Import of a chat of {count:,} messages: stored, hashed, read, kept to be shown",
        [
            Peer(importing, [ABUSEKIT, "import", "--case", str(fresh), str(chat), "--quiet"], ready=anew),
            Peer(adding, [ABUSEKIT, "add", "--case", str(fresh), str(chat), "--quiet"], ready=anew),
        ],
        adding,
        rounds,
        folder,
    )
    timeline = ["timeline", "--no-custody", "--case", str(full)]
    shown = in_turn(
        f"A case with a chat of {count:,} messages",
        [
            Peer(
                "abusekit timeline --jsonl",
                [ABUSEKIT, *timeline, "--jsonl", "-"],
                done=rows_of(count),
            ),
            Peer("abusekit find", [ABUSEKIT, "find", "--case", str(full), WORD], done=rows_of(1)),
            Peer("abusekit list", [ABUSEKIT, "list", "--case", str(full)]),
        ],
        "abusekit list",
        rounds,
        folder,
    )
    for table, name in (
        (imported, importing),
        (shown, "abusekit timeline --jsonl"),
        (shown, "abusekit find"),
    ):
        table.notes.append(f"{name}: {count / table.middle(name, 'cpu_s'):,.0f} messages per second of CPU")
        table.targets.append(Target(f"MiB that {name} takes at most", table.peak(name), MOST_MIB))
    shutil.rmtree(folder)
    return imported, shown
