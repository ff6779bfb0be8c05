"""What people type for an account: one account, or none, or a question; never a guess."""

from __future__ import annotations

import pytest

from abusekit.accounts.keys import of_key
from abusekit.accounts.ledger.fold import fold
from abusekit.accounts.ledger.observed import ItemAccounts, Sighting, seen_in_export
from abusekit.accounts.ledger.reading import resolve
from abusekit.accounts.model import Ledger, Where
from abusekit.errors import UsageError

SEEN = seen_in_export("2026-11-24T12:00:00.000000Z", "Europe/London")


def a_ledger(*accounts: tuple[str, str, str]) -> Ledger:
    """(key, handle, name)."""
    item = ItemAccounts("E0001")
    for key, handle, name in accounts:
        named = of_key(key)
        assert named is not None
        shown = item.show(named)
        shown.places = 1
        for field, value in (("handle", handle), ("name", name)):
            if value:
                shown.sightings.append(Sighting(field, value, SEEN, SEEN, (Where("E0001"),)))  # type: ignore[arg-type]
    return fold([item])


LEDGER = a_ledger(
    ("x:12345", "Owl_77", "Night Owl"),
    ("telegram:user9", "owl_77", "Owl T"),
    ("phone:+447700900123", "", "Boss"),
    ("email:sam@example.org", "", "Sam"),
    ("x:@heron", "heron", ""),
    ("whatsapp:~Anna/E0001", "", "Anna"),
    ("whatsapp:~Anna/E0002", "", "Anna"),
)


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("x:12345", "x:12345"), ("X:12345", "x:12345"), ("12345", "x:12345"),
        (" +44 7700 900 123 ", "phone:+447700900123"),
        ("Sam@Example.org", "email:sam@example.org"), ("@HERON", "x:@heron"), ("heron", "x:@heron"),
        ("night owl", "x:12345"), ("x:owl_77", "x:12345"), ("telegram:@owl_77", "telegram:user9"),
        ("whatsapp:~Anna/E0002", "whatsapp:~Anna/E0002"), ("boss", "phone:+447700900123"),
    ],
)  # fmt: skip
def test_one_account_is_meant(typed: str, key: str) -> None:
    assert resolve(LEDGER, typed).key == key


def test_several_are_named_and_none_is_chosen() -> None:
    with pytest.raises(UsageError, match="may be 2 accounts: x:12345, telegram:user9"):
        resolve(LEDGER, "@owl_77")
    with pytest.raises(UsageError, match="may be 2 accounts"):
        resolve(LEDGER, "Anna")
    many = a_ledger(*((f"x:{number}", "", "Same") for number in range(30)))
    with pytest.raises(UsageError) as caught:
        resolve(many, "same")
    assert caught.value.message.count("x:") == 8 and "22 more" in caught.value.message


@pytest.mark.parametrize(
    "typed", ["", "  ", "nobody", "x:", "\x1b[31m" * 50, "\u202e", "n" * 100_000, "\ud800", "@"]
)
def test_nothing_fits(typed: str) -> None:
    with pytest.raises(UsageError) as caught:
        resolve(LEDGER, typed)
    assert len(caught.value.message) < 200 and caught.value.message.isprintable()
