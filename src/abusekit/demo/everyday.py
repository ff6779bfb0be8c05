"""Posts, and the everyday ones around the plot: bread, buses, weather. Their numbers embed a time.

Everyday posts are numbered as large networks do ("snowflakes"): the bits above the 22nd count milliseconds
since `EPOCH`, then 10 bits of a machine's number, then 12 bits of a counter within the millisecond.
"""

from __future__ import annotations

import functools
import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
"""Milliseconds in the numbers count from here."""
MACHINE = 3
FEED_POSTS, THREAD_REPLIES = 42, 9
"""How many everyday posts there are, and how many replies to the post that everyone answers."""
NUMBERED = 300
"""How many posts `/posts/N` has."""


@dataclass(frozen=True, slots=True)
class Post:
    """A post or, with `reply_to`, a reply."""

    post_id: int
    # the platform's own number
    author_id: int
    # user_id of the account
    at: datetime
    # UTC, to the millisecond
    text: str
    # as written
    likes: int
    # a count
    reply_to: int | None = None
    # post_id of the post that is answered
    picture: str = ""
    # name of a picture in `pictures.py`, empty for none
    picture_text: str = ""
    # the picture's description for those who do not see it
    edited: datetime | None = None
    # UTC; when the words were last changed


@dataclass(frozen=True, slots=True)
class NumberedPost:
    """A post of the long list at `/posts/N`, which its page's script fetches."""

    number: int
    # 1 to NUMBERED
    post_id: int
    # embeds `at`
    author_id: int
    # user_id of the account
    at: datetime
    # UTC, to the millisecond
    text: str
    # as written, with the number in it, so that no two are equal


def snowflake(at: datetime, counter: int = 0) -> int:
    """The number of a post of that moment (milliseconds count, microseconds are dropped)."""
    milliseconds = (at - EPOCH) // timedelta(milliseconds=1)
    return milliseconds << 22 | MACHINE << 12 | counter


def posts(seed: int, begin: datetime, *, authors: tuple[int, ...], thread: int) -> tuple[Post, ...]:
    """Everyday posts of the nine days from two before `begin`, and replies to `thread`; in order of time."""
    chance = random.Random(f"everyday {seed}")  # noqa: S311 - for invented words
    made = []
    for number in range(FEED_POSTS):
        at = begin + timedelta(
            hours=5 * number - 48, minutes=chance.randint(0, 200), milliseconds=number * 13
        )
        picture = f"view_{number}" if number % 3 == 0 else ""
        text = _words(chance)
        made.append(
            Post(
                snowflake(at, number),
                chance.choice(authors),
                at,
                text,
                chance.randint(0, 90),
                picture=picture,
                picture_text="A view over coloured hills" if picture else "",
            )
        )
    for number in range(THREAD_REPLIES):
        at = begin + timedelta(hours=2 + 3 * number, minutes=chance.randint(0, 59), milliseconds=250 + number)
        text = _ANSWERS[number % len(_ANSWERS)]
        made.append(
            Post(snowflake(at, number), chance.choice(authors[1:]), at, text, chance.randint(0, 9), thread)
        )
    return tuple(sorted(made, key=lambda one: (one.at, one.post_id)))


@functools.lru_cache(maxsize=1024)
def numbered(seed: int, number: int, authors: tuple[int, ...], begin: datetime) -> NumberedPost:
    """Post `number` of the long list."""
    chance = random.Random(f"numbered {seed} {number}")  # noqa: S311 - for invented words
    at = begin + timedelta(minutes=7 * number, milliseconds=number)
    text = f"Note {number}. {_words(chance)} {_words(chance)}"
    return NumberedPost(number, snowflake(at, number % 4096), chance.choice(authors), at, text)


def _words(chance: random.Random) -> str:
    return f"{chance.choice(_BEGINNINGS)} {chance.choice(_THINGS)}, {chance.choice(_ENDS)}"


_BEGINNINGS = (
    "Today I tried", "Nobody told me about", "A quiet hour with", "Still thinking about", "Sunday means",
    "This week brought", "I have a soft spot for", "Has anyone here met", "We walked past", "Nothing beats",
)  # fmt: skip
_THINGS = (
    "the new bakery on the corner", "rain on the bus shelter", "a second-hand atlas", "the river path",
    "soup with far too much pepper", "the library's top floor", "a very serious cat", "flat tyres",
    "the market before eight", "tomatoes from the balcony", "a film without any talking", "old postcards",
)  # fmt: skip
_ENDS = (
    "and it was lovely.", "and I would do it again.", "which is how it goes.", "more of this please.",
    "ask me tomorrow.", "and then the sun came out.", "so that was that.", "no complaints.",
)  # fmt: skip
_ANSWERS = (
    "What a blue!", "It looks new.", "Did you mix the colour yourself?", "My gate is jealous.",
    "Good work.", "The dog approves, I hope?", "Blue suits the street.", "Now the fence.", "Ours is still green.",
)  # fmt: skip
