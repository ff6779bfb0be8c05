"""The settings: what is refused, and that a file written by us is read back as it was."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abusekit.case.settings import (
    EXHIBIT_STYLES,
    MAX_SETTINGS,
    Producer,
    Settings,
    check_settings,
    from_yaml,
    parse_producer,
    to_yaml,
)
from abusekit.errors import CaseError, UsageError

ONE = Producer("PO", "Producer One", "volunteer")
GOOD = Settings(case="c", reference="OP-1", zone="Europe/London", producers=(ONE,))
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40).filter(str.isprintable)


@given(TEXT.filter(str.strip), TEXT, TEXT, TEXT, st.sampled_from(EXHIBIT_STYLES))
def test_round_trip(reference: str, title: str, name: str, role: str, style: str) -> None:
    settings = dataclasses.replace(
        GOOD, reference=reference, title=title, producers=(Producer("PO", name, role),), exhibit_style=style,
        allowed_networks=("10.0.0.0/8",),
    )  # fmt: skip
    assert from_yaml(to_yaml(settings)) == settings


def test_fields_of_a_later_version_are_kept() -> None:
    later = to_yaml(GOOD) + b"consent:\n  given: true\n"
    assert from_yaml(to_yaml(from_yaml(later))).unknown == {"consent": {"given": True}}


@pytest.mark.parametrize(
    "change",
    [
        {"reference": " "},
        {"zone": "Europe/Nowhere"},
        {"zone": "../../etc/passwd"},
        {"zone": ""},
        {"zone": "a\0b"},
        {"producers": ()},
        {"producers": (ONE, Producer("PO", "Someone Else", "officer"))},
        {"exhibit_style": "{initials.__class__}"},
        {"allowed_networks": ("10.0.0.1/8",)},
        {"allowed_networks": ("everything",)},
        {"exhibit_style": "{initials}{n}", "producers": (Producer("PO2", "x", "y"),)},
    ],
)
def test_refused(change: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        check_settings(dataclasses.replace(GOOD, **change))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"a",
        b"\xff",
        b"{[a]: b}",
        b"? {a: b}\n: c\n",
        b"[" * 60_000,
        b"a: &x 1\nb: *x\n",
        b"a: 1\na: 2\n",
        b"!!python/object/apply:os.system ['true']",
        b"x" * (MAX_SETTINGS + 1),
        to_yaml(GOOD) + b"case: another\n",
        to_yaml(GOOD).replace(b"abusekit-settings/1", b"abusekit-settings/9"),
        to_yaml(GOOD).replace(b"Europe/London", b"7"),
        to_yaml(GOOD).replace(b"reference: OP-1", b"reference: [x]"),
        to_yaml(GOOD).replace(b"producers:", b"producers: none\nothers:"),
        to_yaml(GOOD).replace(b"initials: PO", b"initials: 3"),
        b"\0",
        b"a: 2026-99-99\n",
    ],
)
def test_a_foreign_file(data: bytes) -> None:
    with pytest.raises(CaseError):
        from_yaml(data)


def test_producers_as_typed() -> None:
    assert parse_producer(" po : Producer One : volunteer ") == ONE
    for text in (
        "PO",
        "PO:One",
        "PO::x",
        "1A:One:x",
        "P O:One:x",
        "É:One:x",
        "PO:a:b:c",
        "ABCDEFGHIJK:One:x",
    ):
        with pytest.raises(UsageError):
            parse_producer(text)


def test_who_acts() -> None:
    assert GOOD.producer(None) == GOOD.producer("po") == ONE
    two = GOOD.with_producer(Producer("AB", "Another Body", "officer"))
    assert two.producer("AB").name == "Another Body"
    for initials in (None, "XY"):
        with pytest.raises(UsageError):
            two.producer(initials)
    with pytest.raises(UsageError, match="two producers"):
        two.with_producer(Producer("AB", "A Different Body", "officer"))


def test_exhibit_styles_never_give_one_reference_twice() -> None:
    for style in EXHIBIT_STYLES:
        settings = dataclasses.replace(GOOD, exhibit_style=style)
        made = [settings.exhibit(who, n) for who in ("A", "AB", "B") for n in range(1, 1200)]
        assert len(set(made)) == len(made), style


@pytest.mark.parametrize("odd", ["a\nb", "\x85", "a\u2028b", "\x1b[2J", "\u202eabc"])
def test_text_that_cannot_be_shown_is_refused(odd: str) -> None:
    for changed in (
        dataclasses.replace(GOOD, reference=f"OP{odd}"),
        dataclasses.replace(GOOD, title=odd),
        dataclasses.replace(GOOD, producers=(Producer("PO", odd, "volunteer"),)),
    ):
        with pytest.raises(UsageError):
            check_settings(changed)
