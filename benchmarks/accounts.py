"""Possible links among 10,000 accounts with 1,000,000 messages: wall, peak memory, planted links found.

The peer is the naive way, every pair weighed: timed on pairs drawn by chance and multiplied, never run to its end.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.inputs import ABUSEKIT, Space
from benchmarks.measure import Lines, Peer, Target, run

PROJECT = Path(__file__).resolve().parent.parent
SIZES = {"tiny": (60, 10), "quick": (1_000, 100), "usual": (10_000, 100), "soak": (10_000, 100)}
"""Accounts, and messages of each."""
IN_A_ROOM = 200
"""Accounts that talk in one channel; one export a channel."""
PLANTED = 3
_STEMS = ("umberharrow", "quillottery", "gimletfrost")
"""Pairs of each kind: a shared phone number, a shared text, a like handle."""
MOST_S, MOST_MIB = 60.0, 2_048.0
_EPOCH_MS = 1_420_070_400_000
_BEGIN = 1_750_000_000
MOST_LISTED = 500
"""Pairs that are asked for: among thousands of accounts many handles look alike by chance."""
_SYLLABLES = "ba be bo da de do fa fi ga go ha hi ka ki la le lo ma mi mo na ne no pa po ra re ri sa se so ta ti to".split()  # noqa: SIM905, E501 - shorter so


def benchmark(space: Space, rounds: int, size: str) -> list[Lines]:
    """Rounds do not matter: one run takes a minute."""
    count, each = SIZES[size]
    folder = space.folder("accounts")
    paths = rooms(folder, count, each)
    case = space.case("accounts-case")
    for path in paths:
        space.abusekit("import", "--case", case, path, "--quiet", expected=(0, 7))
    table = Lines(
        f"Possible links among {count:,} accounts with {count * each:,} messages in {len(paths)} exports",
        [f"{'':34}  {'wall s':>8} {'CPU s':>8} {'MiB':>6}"],
    )
    planted = {frozenset(pair) for pair in _planted(count)}
    for name in ("account candidates, first time", "account candidates, again"):
        argv = [ABUSEKIT, "account", "candidates", "--case", str(case), "--most", str(MOST_LISTED), "--json"]
        log = folder / "answer.json"
        cost = run(Peer(name, argv), log)
        found = _found(log)
        table.lines.append(f"{name:34}  {cost.wall_s:8.1f} {cost.cpu_s:8.1f} {cost.peak_mib:6.0f}")
        places = sorted(found.index(pair) + 1 for pair in planted & set(found))
        table.targets += [
            Target(f"wall s of {name}", cost.wall_s, MOST_S),
            Target(f"peak MiB of {name}", cost.peak_mib, MOST_MIB),
            Target(f"planted links that {name} lists", float(len(places)), float(len(planted)), least=True),
        ]
        table.notes.append(
            f"{name}: {len(places)} of {len(planted)} planted links among the first {MOST_LISTED}, at {places}"
        )
    sampled = run(
        Peer("all pairs", [sys.executable, "-m", "benchmarks.accounts", str(case)], cwd=PROJECT),
        folder / "n.txt",
    )
    took = json.loads((folder / "n.txt").read_text().splitlines()[-1])
    hours = took["seconds"] / took["pairs"] * count * (count - 1) / 2 / 3600
    table.lines.append(
        f"{'every pair, extrapolated':34}  {hours * 3600:8,.0f} {'':8} {sampled.peak_mib:6.0f}"
    )
    table.notes.append(
        f"every pair: {took['pairs']} pairs drawn by chance took {took['seconds']:.2f} s, multiplied"
    )
    return [table]


def rooms(folder: Path, count: int, each: int) -> list[Path]:
    """Channels as DiscordChatExporter writes them."""
    paths = []
    for number, start in enumerate(range(0, count, IN_A_ROOM)):
        people = range(start, min(start + IN_A_ROOM, count))
        path = folder / f"room-{number:03}.json"
        messages = _messages(number, people, each, count)
        document = {
            "guild": {"id": "1", "name": "Rooms", "iconUrl": ""},
            "channel": {
                "id": str(300_000_000_000_000_000 + number), "type": "GuildTextChat", "categoryId": None,
                "category": None, "name": f"room{number}", "topic": None,
            },
            "dateRange": {"after": None, "before": None},
            "exportedAt": "2026-06-05T10:00:00+00:00",
            "messages": [],
        }  # fmt: skip
        with path.open("w", encoding="utf-8") as out:
            out.write(json.dumps(document).removesuffix("]}"))
            for place, message in enumerate(messages):
                out.write(("," if place else "") + json.dumps(message))
            out.write(f'], "messageCount": {len(people) * each}}}')
        paths.append(path)
    return paths


def _planted(count: int) -> list[tuple[int, int]]:
    """Pairs of one hand: far apart, in different rooms where there are several."""
    return [(place * 2, count - 1 - place * 2) for place in range(3 * PLANTED)]


def _handles(people: range, count: int) -> dict[int, str]:
    named = {}
    for person in people:
        source = random.Random(person)
        named[person] = "".join(source.choices(_SYLLABLES, k=5)) + str(source.randrange(100))
    for place, (one, other) in enumerate(_planted(count)):
        if place % 3 == 2:
            stem = _STEMS[place // 3]
            named |= {
                person: f"{stem}{number}" for person, number in ((one, 7), (other, 8)) if person in named
            }
    return named


def _said(count: int) -> dict[int, str]:
    """What those of one hand say once: a phone number, or a sentence."""
    said = {}
    for place, both in enumerate(_planted(count)):
        for person, words in zip(
            both, ("write to {} instead of this", "you reach me on {} from now"), strict=True
        ):
            if place % 3 == 0:
                said[person] = words.format(f"+4477009001{place:02}")
            elif place % 3 == 1:
                said[person] = (
                    f"and so sentence {place} which nobody else would ever think of writing stands here twice"
                )
    return said


def _messages(room: int, people: range, each: int, count: int) -> Iterator[dict[str, Any]]:
    source = random.Random(room)
    words = ["".join(source.choices(_SYLLABLES, k=source.randrange(1, 4))) for _ in range(3_000)]
    weights = [1 / rank for rank in range(1, 3_001)]
    named, said, at, number = _handles(people, count), _said(count), _BEGIN, 0
    for turn in range(each):
        texts = source.choices(words, weights, k=len(people) * 11)
        for place, person in enumerate(people):
            at, number = at + source.randrange(1, 20), number + 1
            text = " ".join(texts[place * 11 : place * 11 + source.randrange(3, 12)])
            if turn in (3, 5):
                text = said.get(person, text)
            yield {
                "id": str(((at * 1000 - _EPOCH_MS) << 22) + number % 4096), "type": "Default",
                "timestamp": f"{datetime.fromtimestamp(at, UTC):%Y-%m-%dT%H:%M:%S}.000+00:00", "timestampEdited": None,
                "callEndedTimestamp": None, "isPinned": False, "content": text,
                "author": {
                    "id": str(200_000_000_000_000_000 + person), "name": named[person], "discriminator": "0000",
                    "nickname": named[person], "color": None, "isBot": False, "roles": [], "avatarUrl": "",
                },
                "attachments": [], "embeds": [], "stickers": [], "reactions": [], "mentions": [], "inlineEmojis": [],
            }  # fmt: skip


def _found(log: Path) -> list[frozenset[int]]:
    """The pairs of persons that were listed, best first."""
    lines = log.read_text("utf-8", "replace").splitlines()
    answer = next(json.loads(line) for line in lines if line.startswith("{"))
    return [
        frozenset(int(one[side]["key"].partition(":")[2]) - 200_000_000_000_000_000 for side in ("a", "b"))
        for one in answer["candidates"]
    ]


def main(case: Path) -> None:
    """Weigh pairs drawn by chance, with style and hours; print how long that took."""
    import time

    from abusekit.accounts.ledger.reading import ledger
    from abusekit.accounts.links.candidates import Comparing
    from abusekit.case.folder import Case

    opened = Case.open(case)
    shown = ledger(opened)
    comparing = Comparing(opened, shown)
    source = random.Random(1)
    keys = [one.key for one in shown.accounts.values() if not one.own]
    drawn = [source.sample(keys, 2) for _ in range(min(200, len(keys)))]
    begun = time.perf_counter()
    for one, other in drawn:
        comparing.one(one, other)
    print(json.dumps({"pairs": len(drawn), "seconds": time.perf_counter() - begun}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
