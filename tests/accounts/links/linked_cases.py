"""Cases in which a room of invented people talks, and some of them are run by one hand."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from abusekit.case.custody import Act
from abusekit.case.folder import Case
from abusekit.case.intake import Intake
from abusekit.case.settings import Producer, Settings
from abusekit.importers.exports import take_export
from abusekit.importers.files import Handover
from abusekit.messages.cache import read_anew
from abusekit.messages.exports import exports

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
START = datetime(2026, 3, 1, 18, 0, tzinfo=UTC)
SETTINGS = Settings(
    case="",
    reference="OP-1",
    zone="Europe/London",
    producers=(Producer("PO", "Producer One", "volunteer"),),
)
WORDS = re.findall(
    r"\w+",
    "garden window river paper yellow market button winter cousin ladder copper thunder pocket orange village "
    "basket mirror candle forest engine pillow saddle turnip velvet walnut bridge carpet drawer eleven feather",
)
HANDLES = re.findall(
    r"\w+",
    "brasswillow pinkturbine quietmarble oldsprocket dampcinder tallmagpie greyfiddle lostanchor mildpepper "
    "slowkettle boldquiver thinharbor coldlantern drybarley neatgoblet softpylon warmthistle plainbuckle "
    "rawcobalt rustygable",
)
Said = tuple[int, int, str]
"""Minute, number of the person, text."""


def new_case(folder: Path) -> Case:
    case = Case.create(folder / "case", SETTINGS, now=NOW)
    case.known_here = folder / "known-here"
    return case


def chatter(people: Iterable[int], posts: int, *, seed: int = 7) -> list[Said]:
    """What nobody could link: words by chance, each person at the same hours as all others."""
    source = random.Random(seed)
    return [
        (round_ * 600 + person * 7, person, " ".join(source.choices(WORDS, k=9)))
        for round_ in range(posts)
        for person in people
    ]


def key(person: int) -> str:
    return f"discord:{200_000_000_000_000_000 + person}"


def handle_of(person: int) -> str:
    """No two are alike: bystanders have the first ones, all others the last ones, backwards."""
    return HANDLES[person - 100] if person >= 100 else HANDLES[-1 - person % 10][::-1]


def discord(
    path: Path, said: Sequence[Said], *, handles: dict[int, str] | None = None, channel: int = 3
) -> Path:
    """A channel as DiscordChatExporter writes it."""

    def name_of(person: int) -> str:
        return handles[person] if handles and person in handles else handle_of(person)

    messages = [
        {
            "id": str(((int((START + timedelta(minutes=minute)).timestamp() * 1000) - 1_420_070_400_000) << 22) + n),
            "type": "Default",
            "timestamp": f"{START + timedelta(minutes=minute):%Y-%m-%dT%H:%M:%S}.{n % 1000:03}+00:00",
            "timestampEdited": None, "callEndedTimestamp": None, "isPinned": False, "content": text,
            "author": {
                "id": str(200_000_000_000_000_000 + person), "name": name_of(person),
                "discriminator": "0000", "nickname": name_of(person), "color": None,
                "isBot": False, "roles": [], "avatarUrl": "https://cdn.discordapp.com/embed/avatars/0.png",
            },
            "attachments": [], "embeds": [], "stickers": [], "reactions": [], "mentions": [], "inlineEmojis": [],
        }
        for n, (minute, person, text) in enumerate(sorted(said))
    ]  # fmt: skip
    document = {
        "guild": {"id": "1", "name": "Room", "iconUrl": ""},
        "channel": {
            "id": str(300_000_000_000_000_000 + channel), "type": "GuildTextChat", "categoryId": None,
            "category": None, "name": "talk", "topic": None,
        },
        "dateRange": {"after": None, "before": None},
        "exportedAt": "2026-06-05T10:00:00+00:00",
        "messages": messages,
        "messageCount": len(messages),
    }  # fmt: skip
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def imported(case: Case, *paths: Path) -> list[str]:
    """Each path as an export of its own, read and logged; the item ids."""
    found = []
    for path in paths:
        with Intake(case, SETTINGS.producers[0], clock=lambda: NOW) as intake:
            draft = intake.draft("export")
            take_export(draft, [(path, path.name)], Handover())
            (item,) = intake.commit([draft])
        (opened,) = exports(case, (item.id,))
        _, act = read_anew(case, opened)
        case.record([act], by="PO", now=NOW)
        found.append(item.id)
    return found


def observed(case: Case, account: str, what: str, value: str = "", reason: str = "seen") -> None:
    facts = {"account": account, "observed": what, "value": value, "reason": reason}
    case.record([Act("account.observe", facts)], by="PO", now=NOW)


def decided(case: Case, a: str, b: str, decision: str) -> None:
    facts = {
        "a": a, "b": b, "decision": decision, "reason": "told so", "basis": ["other"], "items": [], "findings": "",
    }  # fmt: skip
    case.record([Act("account.link", facts)], by="PO", now=NOW)


def room(
    folder: Path,
    said: Iterable[Said],
    *,
    bystanders: int = 14,
    posts: int = 12,
    handles: dict[int, str] | None = None,
) -> Case:
    """A case with one channel: `bystanders` people who talk, numbered from 100, and what `said` adds. The victim is
    person 99."""
    case = new_case(folder)
    talk = [*chatter(range(100, 100 + bystanders), posts), *said, (1, 99, "hello everybody here")]
    imported(case, discord(folder / "room.json", talk, handles=handles))
    observed(case, key(99), "own")
    return case
