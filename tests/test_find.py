"""Folding of words, and that a time found for one record is the one that all records together give."""

from __future__ import annotations

from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abusekit.errors import UsageError
from abusekit.finding.excerpts import AROUND, MOST, excerpts
from abusekit.finding.fields import record_fields
from abusekit.finding.folding import Words, fold
from abusekit.finding.query import Query
from abusekit.importers.model import Account, Attachment, Edit, Event, Message, SourceRef

PLACE = SourceRef("_chat.txt", 0, 1, "0" * 64)


def message(text: str, **more: object) -> Message:
    return Message(
        kind="message", platform="whatsapp", conversation="c", author=Account("whatsapp", name="Sam"),
        text=text, sent=None, source=PLACE, **more,
    )  # fmt: skip


def found(wanted: str, text: str, *, exact: bool = False) -> bool:
    return Words([wanted], exact=exact).where(record_fields(message(text))) is not None


HIDDEN = {
    "full-width": "ｋｉｌｌ",
    "mathematical": "\U0001d424\U0001d422\U0001d425\U0001d425",
    "circled": "ⓚⓘⓛⓛ",
    "capital": "KILL",
    "zero-width space": "ki\u200bll",
    "zero-width joiner": "k\u200di\u200dl\u200dl",
    "soft hyphen": "ki\u00adll",
    "bidirectional": "k\u202di\u202cll",
    "word joiner": "ki\u2060ll",
    "tag": "ki\U000e0041ll",
    "variation selector": "ki\ufe0fll",
    "grapheme joiner": "ki\u034fll",
    "struck out": "k\u0336i\u0336l\u0336l\u0336",
    "accents that compose": "k\u0301i\u0301ĺl",
    "byte order mark": "ki\ufeffll",
    "NUL": "ki\0ll",
}


@pytest.mark.parametrize("text", HIDDEN.values(), ids=HIDDEN)
def test_a_word_does_not_hide(text: str) -> None:
    assert found("kill", f"I {text} you")
    assert found(text, "I will kill you"), "nor where it is asked for in that form"
    assert not found("kill", f"I {text} you", exact=True)
    assert found(text, f"I {text} you", exact=True)


@pytest.mark.parametrize("text", ["k\u0456ll", "k1ll", "k i l l", "k.i.l.l", "ki-ll"])
def test_what_is_another_word_is_not_folded(text: str) -> None:
    assert not found("kill", text)


@pytest.mark.parametrize(
    ("wanted", "text"),
    [
        ("you can't hide", "You can’t  hide"),
        ('say "no"', "say “no”"),
        ("find you", "I will find\r\n\t you"),
        ("strasse", "STRAßE"),
        ("istanbul", "İstanbul"),
        ("resume", "résumé"),
        ("a-b", "a—b"),
        ("ё", "Ё"),
    ],
)
def test_spellings(wanted: str, text: str) -> None:
    assert found(wanted, text)


def test_all_words_must_occur_anywhere_in_the_record() -> None:
    fields = record_fields(
        message(
            "now",
            title="Old Flat",
            edited=Edit("yes", previous=("I will burn it",)),
            attachments=(Attachment("gun.jpg", "missing"),),
            flags=("subject:hello you", "boundary_ambiguous:1138"),
            text_raw="<b hidden>secret</b> now",
        )
    )
    assert Words(["burn", "flat"]).where(fields) == ("in the title", "in an earlier text")
    assert Words(["gun"]).where(fields) == ("in an attachment's name",)
    assert Words(["hello"]).where(fields) == ("in the mark subject",)
    assert Words(["1138"]).where(fields) == (
        "in the mark boundary ambiguous: byte at which the doubtful line begins",
    )
    assert Words(["secret"]).where(fields) == ("in the text as the file writes it",)
    assert Words(["burn", "absent"]).where(fields) is None
    assert Words(["subject"]).where(fields) is None and Words(["Sam"]).where(fields) is None
    unparsed = Event("unparsed", "whatsapp", "", None, "a list stands where a text should", None, PLACE)
    assert Words(["list"]).where(record_fields(unparsed)) is None, "a sentence of ours is no evidence"


@pytest.mark.parametrize("text", ["", "  ", "\u200b\u0301"])
def test_nothing_to_look_for(text: str) -> None:
    with pytest.raises(UsageError):
        Words([text])


@given(st.text())
def test_fold_is_stable_and_places_agree(text: str) -> None:
    folded = fold(text)
    assert fold(folded) == folded
    whole = text.strip("\0")
    if fold(whole).strip():
        words = Words([whole])
        assert words.where([("x", f"before {whole} after")]) == ("x",)


@given(
    st.text(max_size=30),
    st.text(alphabet="kKｋi\u200bl\u0301 -’é", min_size=1, max_size=8),
    st.text(max_size=30),
)
def test_every_match_has_a_place(before: str, word: str, after: str) -> None:
    if not fold(word).strip():
        return
    text = f"{before} {word} {after}"
    words = Words([word])
    wanted = fold(word).strip()
    for start, end in words.places(text):
        assert 0 <= start < end <= len(text)
        assert wanted in normalize("NFKD", fold(text[start:end]))
    assert words.places(text)


def test_excerpts_are_short_and_safe() -> None:
    text = "x" * 5_000 + "\u202e kill \x1b[2J" + "y" * 5_000
    ((label, shown),) = excerpts(Words(["kill"]), [("in the text", text)])
    assert label == "in the text" and "kill" in shown and "\u202e" not in shown and "\x1b" not in shown
    assert shown.startswith("… x") and shown.endswith("y …")
    plain = "word " * 10 + " " * AROUND
    many = list(excerpts(Words(["kill"]), [("t", ("kill " + "z" * 400) * 9)]))
    assert len(many) == MOST + 1 and many[-1] == ("t", "4 more")
    assert len(list(excerpts(Words(["word"]), [("t", plain)]))) == 1, (
        "what is seen already is not shown again"
    )
    assert [len(shown) for _, shown in excerpts(Words(()), [("t", "q" * 900)])] == [AROUND + 2]


@pytest.mark.parametrize(
    "wrong", [{"kinds": frozenset({"x"})}, {"attachments": frozenset({"x"})}, {"accounts": ("",)}]
)
def test_a_query_that_means_nothing_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        Query(**wrong)
