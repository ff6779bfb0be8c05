"""A field is of its type, absent, or refused in a sentence; nothing is bent into shape."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from abusekit.errors import InputError
from abusekit.importers import fields
from abusekit.importers.fields import UNREADABLE, WrongShapeError
from abusekit.importers.model import SourceRef

EVERYTHING: tuple[Any, ...] = ("", "x", "12", 0, 7, -7, 10**19, 1.5, True, False, [], [1], [{}], {}, {"a": 1})
READERS: tuple[tuple[Callable[..., Any], Any, tuple[Any, ...]], ...] = (
    (fields.text, "", ("", "x", "12")),
    (fields.whole, None, (0, 7, -7)),
    (fields.identity, "", ("", "x", "12", 0, 7, -7, 10**19)),
    (fields.truth, False, (True, False)),
    (fields.table, {}, ({}, {"a": 1})),
    (fields.elements, [], ([], [1], [{}])),
    (fields.tables, [], ([], [{}])),
)


@pytest.mark.parametrize(("read", "absent", "good"), READERS)
def test_a_reader_takes_its_own_type_and_no_other(
    read: Callable[..., Any], absent: Any, good: tuple[Any, ...]
) -> None:
    assert read({}, "k") == absent
    assert read({"k": None}, "k") == absent
    for value in EVERYTHING:
        if any(value == one and type(value) is type(one) for one in good):
            assert read({"k": value}, "k") == (str(value) if read is fields.identity else value)
        else:
            with pytest.raises(WrongShapeError, match=r"^`k` "):
                read({"k": value}, "k")


@pytest.mark.parametrize(
    ("value", "number"), [("12", 12), ("-0", 0), ("", None), (5, 5), (None, None), ("9" * 19, 10**19 - 1)]
)
def test_a_number_may_stand_in_quotes(value: object, number: int | None) -> None:
    assert fields.number({"k": value}, "k") == number


@pytest.mark.parametrize("value", ["1.5", " 1", "1\n", "٣", "9" * 20, True, 1.0, [], {}, "0x1", 10**19])
def test_what_is_no_number_even_in_quotes(value: object) -> None:
    with pytest.raises(WrongShapeError, match="`k` is not a whole number"):
        fields.number({"k": value}, "k")


def test_an_id_has_a_sensible_length() -> None:
    assert fields.identity({"k": 10**30 - 1}, "k") == "9" * 30
    with pytest.raises(WrongShapeError):
        fields.identity({"k": 10**30}, "k")


@pytest.mark.parametrize("raw", [b"", b"{", b"[" * 500, b'{"a":\xff}', b"NaN", b"[]", b'"x"', b"null", b"1"])
def test_what_is_no_record_is_refused(raw: bytes) -> None:
    with pytest.raises(UNREADABLE):
        fields.record(raw)


def test_half_a_character_is_replaced_and_told() -> None:
    assert fields.decoded(b'{"a": "x\\ud83dy"}') == ({"a": "x\ufffdy"}, ("lone surrogate replaced",))
    assert fields.decoded(b'{"a": "\\ud83d\\ude02"}') == ({"a": "\U0001f602"}, ())
    assert fields.decoded(b'{"a": "\\\\ud83d"}') == ({"a": "\\ud83d"}, ())
    raw = b'{"a": "x", "b": "\\ud83d"}'
    assert fields.replaced(raw, "x") == ()  # what is shown has none
    assert fields.replaced(b'"\xef\xbf\xbd"', "\ufffd") == ()  # written so, not replaced


def test_unknown_fields_are_named() -> None:
    known = frozenset(("a", "b"))
    assert fields.unknown({"a": 1}, known) == ()
    assert fields.unknown({"z": 1, "a": 1, "y": 2}, known) == ("unknown_fields:y,z",)
    assert fields.unknown({"p, q\nr": 1}, known) == ("unknown_fields:p_q_r",)
    (many,) = fields.unknown({f"{number:03}{'x' * 99}": 1 for number in range(30)}, known)
    names = many.removeprefix("unknown_fields:").split(",")
    assert len(names) == 10 and {len(name) for name in names} == {40} and names == sorted(names)


@pytest.mark.parametrize(
    ("why", "text"),
    [
        ("no sender", "no sender."),
        ("No sender.", "No sender."),
        (WrongShapeError("`a` is not a text"), "`a` is not a text."),
        (InputError("no valid JSON", "a hint that is for somebody else"), "no valid JSON."),
        ("x" * 900, "x" * 200 + "."),
    ],
)
def test_what_is_not_read_says_why(why: Exception | str, text: str) -> None:
    source = SourceRef("m", 3, 9, "0" * 64)
    event = fields.unparsed("x", "c", why, source, "t")
    assert (event.kind, event.text, event.source, event.conversation, event.title) == (
        "unparsed", text, source, "c", "t",
    )  # fmt: skip


def test_a_value_is_laid_out_for_a_person() -> None:
    value = {"question": "q?", "answers": [{"text": "a", "voters": 3}, None, True], "n": 10**40}
    assert fields.laid_out(value) == "question q?, answers text a, voters 3, null, true, n …"
    assert fields.laid_out([[[[["deep"]]]]]) == "…"
