"""One chat on two phones: joined where much shows it, never where little does."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from abusekit.importers import times
from abusekit.importers.model import Account, Message, SourceRef
from abusekit.messages.declared import Declarations
from abusekit.messages.phones import Chat, chats_of, same_chat

START = datetime(2024, 3, 14, 21, 5)
WORDS = [
    "why do you not answer me", "please leave me alone", "you will be sorry for this", "ok", "ok",
    "I will show this to somebody",
]  # fmt: skip


def chat(names: tuple[str, str], lines: list[str], *, later: int = 0, title: str = "c") -> Chat:
    collected = chats_of(Declarations())
    for number, text in enumerate(lines):
        at = START + timedelta(minutes=number + later)
        account = Account("whatsapp", names[number % 2], name=names[number % 2])
        sent = times.local(at, raw=at.isoformat(), precision="min", clock="export")
        collected.take(
            Message("message", "whatsapp", title, account, text, sent, SourceRef("x", 0, 0, ""), n=number + 1)
        )
    (found,) = collected.chats()
    return found


@pytest.mark.parametrize("apart", [0, 60, -330])
def test_two_phones_of_one_chat(apart: int) -> None:
    found = same_chat(chat(("Sam", "Jo"), WORDS), chat(("Samuel", "Josie"), WORDS, later=apart))
    assert found is not None and found.minutes == apart
    assert found.pairs == [(n, n) for n in range(1, 7)] and found.author_differs == []
    assert found.names == {"Sam": "Samuel", "Jo": "Josie"}


@pytest.mark.parametrize("apart", [1, 7, 45 * 60])
def test_no_two_zones_are_so_far_apart(apart: int) -> None:
    assert same_chat(chat(("Sam", "Jo"), WORDS), chat(("Samuel", "Josie"), WORDS, later=apart)) is None


def test_a_chain_letter_in_two_chats_makes_them_not_one() -> None:
    """Two long texts that were sent to several people at the same time are too few signs."""
    first = chat(("Sam", "Jo"), [*WORDS[:2], "see you at the pool", "ok"])
    second = chat(("Sam", "Mira"), [*WORDS[:2], "what about the car then", "ok"])
    assert same_chat(first, second) is None


def test_short_words_are_no_sign() -> None:
    lines = ["ok", "yes", "no", "ok", "hm", "why"]
    assert same_chat(chat(("Sam", "Jo"), lines), chat(("Sam", "Jo"), lines)) is None


def test_the_same_words_by_another_name_are_not_joined() -> None:
    """One export was edited: a threat stands under the other name."""
    second = chat(("Samuel", "Josie"), WORDS)
    forged = second.lines[2]._replace(author="Josie")
    second.lines[2] = forged
    found = same_chat(chat(("Sam", "Jo"), WORDS), second)
    assert found is not None and found.author_differs == [(3, 3)] and (3, 3) not in found.pairs


def test_a_text_that_was_changed_is_not_joined() -> None:
    found = same_chat(
        chat(("Sam", "Jo"), WORDS), chat(("A", "B"), [*WORDS[:5], "I will show this to nobody"])
    )
    assert found is not None and found.pairs == [(n, n) for n in range(1, 6)]
