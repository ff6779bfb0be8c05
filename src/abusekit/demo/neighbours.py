"""Those who live around the story: bystanders, and two who look like somebody they are not; and their group chats.

A possible link between two accounts is worth only as much as it is rare among bystanders, so practice needs some. The
two chats are made for the practice of accounts: the one who writes on the practice site writes in both of them, under
other names, and comes back after having been blocked. All is invented; the same seed gives the same bytes.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

TELEGRAM_NAME, DISCORD_NAME = "result.json", "Street party - general.json"
SHARED_WORDS = "you will not sleep well behind that blue gate of yours, I promise you that"
"""What the abuser writes in both chats: a run of more than nine words that nobody else writes."""
MAILBOX = "owl.post@nightmail.example"
"""What the abuser's accounts have in common: an address to be paid or written at."""
TELEPHONE = "+447700900771"
"""Of the same, on Telegram only; a number that is kept for stories."""
ON_TELEGRAM, BACK_ON_TELEGRAM, ON_DISCORD = "user4077", "user4099", "770000000000000077"
"""The abuser's accounts in the two chats; the second was opened after the first was blocked."""
FAN_ON_TELEGRAM = "user4050"
"""A bystander who is called much the same, and has nothing to do with it."""
VICTIM_ON_TELEGRAM, VICTIM_ON_DISCORD = "user4001", "770000000000000001"
BLOCKED_AT = datetime(2026, 6, 17, 21, 30, tzinfo=UTC)
"""When the victim blocked `ON_TELEGRAM`: no export says so, she has to."""
BEGIN = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)
ROUNDS = 36
"""Messages of each bystander, one or two a day."""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A bystander of the practice site."""

    user_id: int
    handle: str
    name: str
    bio: str


NEIGHBOURS = tuple(
    Neighbour(1010 + number, *said)
    for number, said in enumerate(
        (
            ("olive_mends", "Olive Brandt", "Shoes, straps and small leather things."),
            ("tom_on_foot", "Tom Adeyemi", "Postman. Knows every dog by name."),
            ("petra_paints", "Petra Nilsen", "Watercolours, mostly of boats."),
            ("hugo_brews", "Hugo Martel", "Tea first. Then more tea."),
            ("lena_plants", "Lena Ortiz", "Balcony tomatoes and other adventures."),
            ("mr_brass", "Walter Finch", "Second trombone. Rehearsals on Tuesdays."),
            ("kit_and_kin", "Kit Harlow", "Three children, one wheelbarrow."),
            ("ana_in_town", "Ana Petrov", "New to the street, old to the city."),
            ("slow_sunday", "Jo Whitby", "Crosswords in ink."),
            ("dev_and_dogs", "Dev Malhotra", "Walks other people's dogs."),
            ("north_baker", "Inga Holm", "Rye. Only rye."),
            ("quiet_reader", "Paul Renner", "Library card number four."),
        )
    )
)
"""Twelve, user_id 1010 to 1021."""
OWL_FAN = Neighbour(1022, "night_owls_73", "Nora Owlett", "Birds at night. Member of the county's owl watch.")
"""A handle that is nearly the abuser's; nothing else is."""
IMPERSONATOR = Neighbour(1023, "mira_wa1ks", "Mira Vale", "Walks, gardens, one old dog.")
"""Shows the victim's own name, words and picture: that says nothing of who runs it."""

_OPENERS = (
    "morning all", "well", "oh", "right then", "honestly", "by the way", "so", "hello from number nine", "hmm",
    "just a thought", "good evening", "listen", "ha", "anyway",
)  # fmt: skip
_MIDDLES = (
    "the bins went out late again this week", "somebody left a very good umbrella by the bench",
    "the bus to the market was full by seven", "our kettle has started to sing in two voices",
    "there is a cat asleep on the warm bonnet of the red car", "the street lamp by the corner is working again",
    "I have far too many courgettes and no shame", "the choir sounded lovely through the open window",
    "does anyone have a long ladder for an hour", "the new bakery sells out before nine",
    "my letter box squeaks and I have run out of oil", "the river path is muddy right up to the bridge",
    "we are two chairs short for the street party", "the library has the atlas back in at last",
)  # fmt: skip
_ENDS = (
    "if anybody minds", "and that was that", "thank you kindly", "no rush at all", "see you on Sunday",
    "more news as it comes", "I will ask again tomorrow", "which made my day", "what a week", "bless it",
)  # fmt: skip
_STOPS = (".", "!", "...", "", " :)", ";)", " x", "!!")
_THREATS = (
    "nobody on this street likes you", "I walk past your gate every evening, you know that",
    "I see everything you do, everything", "you cannot block all of us", SHARED_WORDS,
    "tell your friend with the bread to keep out of it", "you think you are better than us",
    "I will stop when I want to and not before", f"write to {MAILBOX} and say sorry, then we will see",
    "green coat today again, is it", "that old dog will not help you", "I know which window is yours",
)  # fmt: skip


def telegram_json(seed: int) -> bytes:
    """A group of the street, as Telegram Desktop exports it: bystanders, the victim, the abuser twice."""
    people = [(f"user{4010 + place}", one.name) for place, one in enumerate(NEIGHBOURS)]
    people += [(FAN_ON_TELEGRAM, "Night Owls 73"), (VICTIM_ON_TELEGRAM, "Mira")]
    lines = _talk(seed, "telegram", people)
    lines += _threats(ON_TELEGRAM, "Night Owl", BEGIN + timedelta(days=11, hours=12), hours=10, more=_OFFERS)
    lines += _threats(
        BACK_ON_TELEGRAM, "a friend of the street", BLOCKED_AT + timedelta(minutes=40), hours=13, more=_BACK
    )
    messages = [
        {
            "id": number,
            "type": "message",
            "date": at.strftime("%Y-%m-%dT%H:%M:%S"),
            "date_unixtime": str(int(at.timestamp())),
            "from": name,
            "from_id": who,
            "text": text,
            "text_entities": [{"type": "plain", "text": text}],
        }
        for number, (at, who, name, text) in enumerate(sorted(lines), 1)
    ]
    return _written({"name": "Garden Lane", "type": "private_group", "id": 4400, "messages": messages})


def discord_json(seed: int) -> bytes:
    """A channel of the street party, as DiscordChatExporter writes it: other bystanders, the victim, the abuser."""
    names = [
        "ashby",
        "birchall",
        "corin",
        "dunmore",
        "elspeth",
        "farrow",
        "gwil",
        "hester",
        "idris",
        "jonty",
        "kestrel",
        "lowen",
    ]
    people = [(str(770000000000000010 + place), name) for place, name in enumerate(names)]
    lines = _talk(seed, "discord", [*people, (VICTIM_ON_DISCORD, "mirawalks")])
    lines += _threats(ON_DISCORD, "nightowl_77", BEGIN + timedelta(days=13, hours=13), hours=9)
    messages: list[dict[str, Any]] = [
        {
            "id": str(_snowflake(at, number)),
            "type": "Default",
            "timestamp": f"{at:%Y-%m-%dT%H:%M:%S}.000+00:00",
            "timestampEdited": None,
            "callEndedTimestamp": None,
            "isPinned": False,
            "content": text,
            "author": {
                "id": who, "name": name, "discriminator": "0000", "nickname": name, "color": None, "isBot": False,
                "avatarUrl": "",
            },
            "attachments": [],
            "embeds": [],
            "stickers": [],
            "reactions": [],
            "mentions": [],
        }
        for number, (at, who, name, text) in enumerate(sorted(lines), 1)
    ]  # fmt: skip
    return _written(
        {
            "guild": {"id": "660000000000000001", "name": "Street party", "iconUrl": ""},
            "channel": {
                "id": "660000000000000002", "type": "GuildTextChat", "categoryId": None, "category": None,
                "name": "general", "topic": None,
            },
            "dateRange": {"after": None, "before": None},
            "exportedAt": "2026-06-20T09:00:00.000+00:00",
            "messages": messages,
            "messageCount": len(messages),
        }
    )  # fmt: skip


def _talk(seed: int, where: str, people: list[tuple[str, str]]) -> list[tuple[datetime, str, str, str]]:
    """(when, id, name, words): each in a manner of their own, day by day."""
    made = []
    for who, name in people:
        manner = random.Random(f"{where} {seed} {who}")  # noqa: S311 - for invented words
        openers, middles = manner.sample(_OPENERS, 3), manner.sample(_MIDDLES, 9)
        ends, stops = manner.sample(_ENDS, 3), manner.sample(_STOPS, 2)
        hour = manner.randint(6, 20)
        for number in range(ROUNDS):
            at = BEGIN + timedelta(
                hours=13 * number + hour % 12, minutes=manner.randint(0, 59), seconds=number
            )
            words = f"{manner.choice(openers)}, {manner.choice(middles)}, {manner.choice(ends)}"
            made.append((at, who, name, words + manner.choice(stops)))
    return made


_BACK = (
    f"{MAILBOX} is still where you can beg me to leave",
    f"last chance, {MAILBOX}, you have until the weekend",
    f"I pick up at night, {TELEPHONE}",
    f"her friends can have a word with me on {TELEPHONE}",
)
"""What the second account on Telegram writes beside them: mailbox and number in words that the first one has not."""
_OFFERS = (
    f"anybody with a photo of her door, mail me: {MAILBOX}",
    f"who knows where she works may ring {TELEPHONE}",
    f"{TELEPHONE}, day or night, reward for the right words",
)
"""As `_BACK`, of the first one."""


def _threats(
    who: str, name: str, begin: datetime, *, hours: int, more: tuple[str, ...] = ()
) -> list[tuple[datetime, str, str, str]]:
    return [
        (begin + timedelta(hours=hours * number, minutes=7 * number), who, name, text)
        for number, text in enumerate(_THREATS + more)
    ]


def _snowflake(at: datetime, counter: int) -> int:
    """Discord's numbers count milliseconds from the beginning of 2015 above their 22nd bit."""
    return (at - datetime(2015, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1) << 22 | counter % 4096


def _written(export: dict[str, Any]) -> bytes:
    return json.dumps(export, ensure_ascii=False, indent=1).encode()
