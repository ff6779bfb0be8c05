"""WhatsApp's text export: our importer beside chat-miner and whatstk, which have an environment of their own.

The peers do less: neither tells where a message stands or hashes it, and both decide on day and month by themselves.
A peer that gives another number of messages than were written is told, since its time is then that of other work.
"""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.exports_made import whatsapp_android, whatsapp_ios
from benchmarks.inputs import Space
from benchmarks.measure import BenchmarkError, Peer, Table, in_turn, run

ENVIRONMENT = Path(".venv-chats")
"""`pip install chat-miner whatstk`; where it is absent our importer is measured alone."""
OURS, CHAT_MINER, WHATSTK = "abusekit whatsapp", "chat-miner", "whatstk"
_OURS = """
import sys
from pathlib import Path
from abusekit.containers.container import open_container
from abusekit.importers.importer import Notes
from abusekit.importers.whatsapp import chat
path = Path(sys.argv[1])
with open_container([(path, path.name)]) as export:
    print(sum(1 for _ in chat.read(export, chat.claim(export), Notes())))
"""
_CHAT_MINER = """
import logging, sys
logging.disable(50)
from chatminer.chatparsers import WhatsAppParser
parser = WhatsAppParser(sys.argv[1])
parser.parse_file()
print(len(parser.parsed_messages.get_df()))
"""
_WHATSTK = """
import sys
from whatstk import WhatsAppChat
print(len(WhatsAppChat.from_source(sys.argv[1], max_size=None).df))
"""


def benchmark(space: Space, rounds: int, size: str, environment: Path = ENVIRONMENT) -> list[Table]:
    """A chat of Android and one of an iPhone, each read by every program; what starting it takes is part of it."""
    count = {"tiny": 200, "quick": 100_000, "usual": 1_000_000, "soak": 5_000_000}[size]
    folder = space.folder("whatsapp")
    return [
        _compare(
            f"WhatsApp of {phone}: {count:,} messages",
            write(folder, count),
            count,
            rounds,
            folder,
            environment,
        )
        for phone, write in (("Android", whatsapp_android), ("an iPhone", whatsapp_ios))
    ]


def _compare(title: str, path: Path, count: int, rounds: int, folder: Path, environment: Path) -> Table:
    peers = [Peer(OURS, [sys.executable, "-c", _OURS, str(path)])]
    python = environment.absolute() / "bin" / "python"  # not resolved: a link would leave the environment
    if python.exists():
        peers += [
            Peer(CHAT_MINER, [str(python), "-c", _CHAT_MINER, str(path)]),
            Peer(WHATSTK, [str(python), "-c", _WHATSTK, str(path)]),
        ]
    notes = [_counted(peer, count, folder) for peer in peers]
    table = in_turn(title, peers, OURS, rounds, folder)
    for peer in peers:
        each = count / table.middle(peer.name, "cpu_s")
        table.notes.append(f"{peer.name}: {each:,.0f} messages per second of CPU")
    table.notes += [note for note in notes if note]
    for peer in peers[1:]:
        table.aim(OURS, peer.name, 1.0)
        table.aim(OURS, peer.name, 1.0, "peak_mib")
    path.unlink()
    return table


def _counted(peer: Peer, count: int, folder: Path) -> str:
    """A note where a program finds another number of messages; for ours that is an error."""
    log = folder / "count.txt"
    run(peer, log)
    found = log.read_text("utf-8", "replace").split()[-1:]
    if found == [str(count)]:
        return ""
    if peer.name == OURS:
        raise BenchmarkError(f"{OURS} found {found} of {count} messages")
    return f"{peer.name} found {' '.join(found) or 'no'} messages of {count:,}"


if __name__ == "__main__":
    # python -m benchmarks.importing_whatsapp FOLDER ENVIRONMENT [SIZE]
    chosen = Space(Path(sys.argv[1]).resolve())
    for one in benchmark(chosen, 3, sys.argv[3] if len(sys.argv) > 3 else "usual", Path(sys.argv[2])):
        print(one.text())
    chosen.delete()
