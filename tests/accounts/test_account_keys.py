"""The names of accounts: the same from every source of one id, never the same for two, always one safe line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abusekit.accounts.keys import (
    MAX_KEY,
    folded_handle,
    handle_key,
    of_key,
    of_page,
    of_record,
    phone_digits,
)
from abusekit.accounts.model import STABLE
from abusekit.importers.model import Account

RECORDS = [
    (Account("x", "12345", "platform_id", "owl", "Owl"), "x:12345", "platform_id"),
    (Account("twitter", "12345", "platform_id"), "x:12345", "platform_id"),
    (Account("sms", "+44 7700 900-123", "phone"), "phone:+447700900123", "phone"),
    (Account("calls", "+44 (0)7700 900123", "phone"), "phone:+447700900123", "phone"),
    (Account("imessage", "+447700900123", "phone"), "phone:+447700900123", "phone"),
    (Account("whatsapp", "+44 7700 900123", "phone"), "whatsapp:+447700900123", "phone"),
    (Account("sms", "07700 900123", "phone"), "phone:07700900123", "phone"),
    (Account("email", "Sam.Smith@EXAMPLE.org", "email"), "email:sam.smith@example.org", "email"),
    (
        Account("mastodon", "https://Example.social/@Owl", "platform_id"),
        "mastodon:@owl@example.social",
        "handle",
    ),
    (Account("mms", "sam@example.org", "email"), "email:sam@example.org", "email"),
    (Account("tiktok", "@Owl", "handle", "@Owl"), "tiktok:@owl", "handle"),
    (Account("linkedin", "https://linkedin.com/in/sam", "handle", "sam"), "linkedin:@sam", "handle"),
    (Account("whatsapp", "Anna", "display_name", name="Anna"), "whatsapp:~Anna/E0004", "name"),
    (Account("whatsapp", "~ Anna", "display_name", name="Anna"), "whatsapp:~~ Anna/E0004", "name"),
    (Account("sms", owner=True), "phone:~/E0004", "name"),
    (Account("signal", "self", owner=True), "signal:~/E0004", "name"),
    (Account("sms", "InfoBank", "phone"), "phone:@infobank", "handle"),
    (Account("sms", "-1", "phone"), "phone:~-1/E0004", "name"),
    (Account("discord", "owl#1234", "handle", "owl#1234"), "discord:@owl%231234", "handle"),
    (Account("bluesky", "did:plc:abc", "platform_id"), "bluesky:did:plc:abc", "platform_id"),
    (
        Account("mastodon", "https://Example.social/users/Owl", "platform_id"),
        "mastodon:https:%2F%2Fexample.social%2Fusers%2FOwl",
        "platform_id",
    ),
]


@pytest.mark.parametrize(("account", "key", "basis"), RECORDS)
def test_what_a_record_names(account: Account, key: str, basis: str) -> None:
    named = of_record(account, "E0004")
    assert (named.key, named.basis) == (key, basis)
    again = of_key(key)
    assert again is not None and (again.key, again.basis) == (key, basis), "a key can be read again"


def test_a_page_and_an_export_name_one_account_alike() -> None:
    page, exported = (
        of_page("x", "12345", "newer"),
        of_record(Account("x", "12345", "platform_id", "older"), "E0001"),
    )
    assert page is not None and page.key == exported.key
    handle, listed = (
        of_page("tiktok", "", "@Owl"),
        of_record(Account("tiktok", "owl", "handle", "owl"), "E0002"),
    )
    assert handle is not None and handle.key == listed.key
    assert of_page("x", "", "") is None
    assert of_page("", "1", "a") is None


def test_a_name_is_worth_nothing_outside_of_its_item() -> None:
    anna = Account("whatsapp", "Anna", "display_name", name="Anna")
    assert of_record(anna, "E0001").key != of_record(anna, "E0002").key


def test_a_name_that_looks_like_another_key_is_none() -> None:
    tricky = [
        Account("x", "@owl", "platform_id"),
        Account("x", "owl", "handle", "owl"),
        Account("x", "~Anna/E0001", "platform_id"),
        Account("x", "Anna", "display_name", name="Anna"),
        Account("x", "Anna/E0001", "display_name", name="Anna/E0001"),
        Account("x", "@owl#2", "handle", "owl#2"),
        Account("x", "%40owl", "platform_id"),
    ]
    keys = [of_record(one, "E0001").key for one in tricky]
    assert len(set(keys)) == len(keys)
    assert handle_key("x", "owl", 2) not in keys


def test_spellings_of_one_letter_are_two_names_and_one_handle() -> None:
    composed, apart = "jos\u00e9", "jose\u0301"
    assert folded_handle(composed) == folded_handle(apart)
    names = [of_record(Account("whatsapp", one, name=one), "E0001").key for one in (composed, apart)]
    assert names[0] != names[1]
    assert folded_handle("\u0430bc") != folded_handle("abc"), "look-alike letters stay two handles"


@pytest.mark.parametrize(
    "text",
    [
        "\u202eevil", "a\x1b[31mred", "<script>alert(1)</script>", "=cmd()", "../../x", "n" * 100_000, "\ud800", "a\0b",
        "a" + "\u0301" * 500, " \u2028 ", "\u200b", "100%", "#2", "\ufeff",
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["platform_id", "handle", "display_name", "email", "phone"])
def test_hostile_texts_make_short_safe_keys(text: str, kind: str) -> None:
    key = of_record(Account("x", text, kind, text if kind == "handle" else ""), "E0001").key  # type: ignore[arg-type]
    assert len(key) <= MAX_KEY and key.isprintable()
    key.encode("utf-8")
    assert not set(key.partition(":")[2]) & set('<>\\`|{}^"')
    assert key.count("/") == (1 if ":~" in key and "%-" not in key else 0)


def test_long_ids_that_differ_at_the_end_only_stay_two() -> None:
    ids = ["n" * 5000 + "1", "n" * 5000 + "2"]
    assert len({of_record(Account("x", one, "platform_id"), "E0001").key for one in ids}) == 2


@pytest.mark.parametrize(
    ("typed", "digits"),
    [
        ("+44 7700 900123", "+447700900123"), ("(020) 7946 0123", "02079460123"), ("*#06#", ""), ("-2", ""), ("12", ""),
        ("60006", "60006"), ("\u202a+44\xa07700\u2011900123\u202c", "+447700900123"), ("anna", ""), ("", ""),
    ],
)  # fmt: skip
def test_numbers(typed: str, digits: str) -> None:
    assert phone_digits(typed) == digits


@pytest.mark.parametrize("typed", ["", "x", "x:", ":1", "x:@", "x:~anna", "x:1\n2", "x:" + "1" * 5000])
def test_what_is_no_key(typed: str) -> None:
    assert of_key(typed) is None


@given(st.text(max_size=60), st.text(max_size=60))
def test_two_ids_never_share_a_key(one: str, other: str) -> None:
    first, second = (of_record(Account("x", text, "platform_id"), "E0001") for text in (one, other))
    if one.strip() != other.strip() and first.basis in STABLE and second.basis in STABLE:
        assert first.key != second.key


@given(st.text(min_size=1, max_size=300), st.sampled_from(["platform_id", "handle", "display_name"]))
def test_every_key_is_read_as_what_it_is(text: str, kind: str) -> None:
    named = of_record(Account("x", text, kind), "E0001")  # type: ignore[arg-type]
    again = of_key(named.key)
    assert again is not None and again.basis == named.basis
