"""What leads to a person or a purse, in free text."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abusekit.accounts.signals.payment_forms import keccak256
from abusekit.accounts.signals.phones import phones_alike
from abusekit.accounts.signals.selectors import Selector, selectors, worth


def read(text: str) -> list[tuple[str, str]]:
    return [(one.kind, one.value) for one in selectors(text)]


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("ring +44 (0)7700 900123.", "phone", "+447700900123"),
        ("ring 00447700900123", "phone", "+447700900123"),
        ("ring 07700 900 123 now", "phone", "07700900123"),
        ("(212) 555-0123", "phone", "2125550123"),
        ("https://wa.me/447700900123", "phone", "+447700900123"),
        ("٠٧٧٠٠٩٠٠١٢٣", "phone", "07700900123"),
        ("Ann.B+x@Mail.Example.co.uk.", "email", "ann.b+x@mail.example.co.uk"),
        ("bob (at) host dot com", "email", "bob@host.com"),
        ("bob[at]host[dot]co[dot]uk", "email", "bob@host.co.uk"),
        ("bob at host dot com", "email", "bob@host.com"),
        ("https://www.Foo.org/a/B/?utm_source=x&id=3&fbclid=9#top,", "address", "foo.org/a/B?id=3"),
        ("(http://foo.org/a_(b))", "address", "foo.org/a_(b)"),
        ("foo.org/a", "address", "foo.org/a"),
        ("PayPal.me/Grelvin", "payment", "paypal.me/grelvin"),
        ("https://www.paypal.com/paypalme/grelvin/5", "payment", "paypal.me/grelvin"),
        ("my cashapp is $Grelvin", "payment", "cash.app/$grelvin"),
        ("send to $grelvin", "payment", "cash.app/$grelvin"),
        ("cash.app/$Grelvin", "payment", "cash.app/$grelvin"),
        ("venmo: @Grel-vin", "payment", "venmo.com/grel-vin"),
        ("ko-fi.com/grelvin", "payment", "ko-fi.com/grelvin"),
        ("gb82 WEST 1234 5698 7654 32 thanks", "payment", "iban:GB82WEST12345698765432"),
        ("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "payment", "btc:1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"),
        ("BC1QAR0SRRR7XFKVY5L643LYDNW9RE59GTZZWF5MDQ", "payment", "btc:bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq"),
        ("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "payment", "eth:0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed"),
        ("https://discord.com/invite/AbC", "invite", "discord.gg/AbC"),
        ("discord.gg/AbC!", "invite", "discord.gg/AbC"),
        ("t.me/+xYz", "invite", "t.me/xYz"),
        ("https://t.me/joinchat/xYz", "invite", "t.me/xYz"),
        ("chat.whatsapp.com/AAA", "invite", "chat.whatsapp.com/AAA"),
        ("https://signal.group/#CjQ", "invite", "signal.group/CjQ"),
    ],
)  # fmt: skip
def test_one_of_each_form(text: str, kind: str, value: str) -> None:
    assert read(text) == [(kind, value)]


@pytest.mark.parametrize(
    "text",
    [
        "", "on 2024-03-05 14:07:09", "05/03/2024", "1700000000", "1700000000000", "card 4111 1111 1111 1111",
        "£1,234,567.89", "1.2.3.4.5.6.7.8.9", "12345678", "$TSLA rises", "his.her/their", "look at that dot on it",
        "GB82 WEST 1234 5698 7654 33", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb",
        "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdp",
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD", "foo.org", "@grelvin",
    ],
)  # fmt: skip
def test_what_is_none(text: str) -> None:
    assert read(text) == []


def test_several_with_places() -> None:
    text = "07700900123 07700900124, a@b.example; a@b.example"
    found = selectors(text)
    assert [text[one.start : one.end] for one in found] == [
        "07700900123", "07700900124", "a@b.example", "a@b.example"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "cap"),
    [
        ("+447700900123", 1_000), ("07700900123", 100), ("0800 1111 222", 1), ("ann@mail.example", 1_000),
        ("info@club.example", 1), ("ann@example.com", 1), ("https://bit.ly/x", 1), ("https://news.bbc.co.uk/1", 1),
        ("https://www.justgiving.com/page/x", 1), ("https://support.discord.com/hc", 1), ("https://grelvin.org/", 1),
        ("https://www.youtube.com/watch?v=1", 10), ("https://x.com/grelvin", 10), ("https://grelvin.org/a", 1_000),
        ("https://notbbc.co.uk/1", 1_000), ("paypal.me/grelvin", 1_000), ("discord.gg/AbC", 1_000),
    ],
)  # fmt: skip
def test_worth(text: str, cap: float) -> None:
    (one,) = selectors(text)
    found, why = worth(one)
    assert found == cap
    assert bool(why) == (cap < 1_000)


@pytest.mark.parametrize(
    ("one", "other", "cap"),
    [
        ("+447700900123", "+447700900123", 1_000),
        ("+447700900123", "07700900123", 100),
        ("07700900123", "07700900123", 100),
        ("+447700900123", "+337700900123", 0),
        ("07700900123", "07700900124", 0),
    ],
)
def test_telephones_alike(one: str, other: str, cap: float) -> None:
    assert phones_alike(one, other)[0] == phones_alike(other, one)[0] == cap


def test_keccak_as_published() -> None:
    assert keccak256(b"").hex() == "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"
    with pytest.raises(ValueError, match="one block"):
        keccak256(b"x" * 136)


@given(st.text(st.characters(codec=None) | st.sampled_from("@.$+()/:0172abGBx ")))
def test_any_text_is_read_in_order(text: str) -> None:
    end = 0
    for one in selectors(text):
        assert isinstance(one, Selector)
        assert end <= one.start < one.end <= len(text)
        assert worth(one)[0] >= 1
        end = one.end


PIECES = [
    "a", "a@", "a.", "0", "0 ", "+", "http://", "x (at) ", "a at b dot ", "GB82 ", "(", "(0)", "bc1q", "1A", "a.co?",
    "a . ", "a[", " ", "www.", "$a", "venmo ", "0x", "wa.me/", "\u202e", "é",
]  # fmt: skip


@pytest.mark.parametrize("piece", PIECES)
def test_time_grows_with_length_only(piece: str) -> None:
    def took(count: int) -> float:
        text = piece * (count // len(piece))
        begun = time.process_time()
        selectors(text)
        return time.process_time() - begun

    small, large = min(took(20_000) for _ in range(2)), min(took(160_000) for _ in range(2))
    assert large < 24 * small + 0.1  # 8 times the text; squared it would be 64 times
