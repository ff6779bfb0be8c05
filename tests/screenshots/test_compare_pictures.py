"""A picture beside another text: every word counted once, times in their zones, names told apart."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from abusekit.screenshots.against import ScreenshotOf
from abusekit.screenshots.compare import Against, Compared, Stated, Text, compare
from abusekit.screenshots.ocr import picture_of
from abusekit.screenshots.wording import in_short, lines
from abusekit.screenshots.words import typed


def page(text: str, *times: Stated, names: set[str] | None = None) -> Against:
    return Against("E0003", "AB/3", "", "capture", [Text("", text, times)], names=names or set())


def counted(one: Compared) -> int:
    return one.in_order + one.names + one.around + one.singly + one.not_found


def test_each_word_is_in_one_count() -> None:
    picture = typed("Night Owl\nyou should leave this town tonight\nblue gate")
    told = compare(picture, page("You should leave this town! A gate.", names={"Night Owl", "Mira"}))
    assert (told.read, told.in_order, told.names, told.singly, told.not_found) == (10, 5, 2, 1, 2)
    assert counted(told) == told.read and told.runs == 1
    assert told.words is not None
    assert told.words.runs == ["you should leave this town"] and told.words.not_found == ["tonight", "blue"]
    assert (told.names_stated, told.names_in_picture, told.words.names) == (2, 1, ["Night Owl"])


def test_common_words_in_another_order_are_no_agreement() -> None:
    told = compare(typed("you will be sorry when I find you"), page("I find when you will sorry be"))
    assert told.in_order == 0 and told.singly == told.read == 8


def test_times_in_the_zone_of_the_text_in_the_case_s_and_in_another() -> None:
    unknown = Stated("14/03/2024, 21:05", 1265, "", None, None)
    summer = Stated("2024-07-14T20:06:00Z", None, "", 1206, 1266)
    told = compare(typed("21:05 21:06 22:06 21:07 22:41"), page("hello", unknown, summer))
    assert told.words is not None
    assert [(one.shown, one.verdict) for one in told.words.times] == [
        ("21:05", "agrees"), ("21:06", "agrees"), ("22:06", "other_zone"),
        ("21:07", "not_found"), ("22:41", "not_found"),
    ]  # fmt: skip
    assert "zone is not recorded" in told.words.times[0].said and "case's zone" in told.words.times[1].said
    assert told.words.times[2].said.endswith("UTC+02:00")
    assert (told.times_read, told.times_agree, told.times_other_zone, told.times_not_found) == (5, 2, 1, 2)


def test_of_an_export_only_messages_that_the_picture_shows_say_anything_of_its_times() -> None:
    texts = [
        Text("AB/7#m1", "you should leave this town", (Stated("21:05", 1265, "", None, None),)),
        Text("AB/7#m2", "something else", (Stated("22:41", 1361, "", None, None),)),
    ]
    told = compare(
        typed("you should leave this town 21:05 22:41"), Against("E0007", "AB/7", "", "export", texts)
    )
    assert told.places == ["AB/7#m1"] and (told.times_agree, told.times_not_found) == (1, 1)


def test_messages_around_the_named_one_are_told_apart() -> None:
    near = [Text("AB/7#m2", "please leave me alone"), Text("AB/7#m4", "ok")]
    against = Against("E0007", "AB/7", "m3", "message", [Text("AB/7#m3", "go home")], near)
    told = compare(typed("please leave me alone\ngo home\nok\nnow"), against)
    assert (told.in_order, told.around, told.not_found) == (2, 5, 1)


TABLE = (
    "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n"
    + "".join(
        f"5\t1\t1\t1\t1\t{n}\t{n * 50}\t10\t40\t12\t{confidence}\t{word}\n"
        for n, (word, confidence) in enumerate(
            [("you", 96.1), ("should", 91), ("leave", 59.9), ("this", 88), ("town", 95), ("21:05", 40)],
            start=1,
        )
    )
).encode()


def test_what_the_reader_was_not_sure_of_is_never_held_against_the_picture() -> None:
    told = compare(picture_of(TABLE), page("you should quit this town"))
    assert (told.read, told.not_readable, told.in_order, told.not_found) == (4, 1, 4, 0)
    assert (told.times_read, told.times_not_readable) == (0, 1)
    assert told.words is not None and told.words.runs == ["you should [?] this town"]


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_a_damaged_table_gives_words_or_none_and_never_a_fault(data: st.DataObject) -> None:
    table = bytearray(TABLE)
    for _ in range(data.draw(st.integers(0, 8))):
        at = data.draw(st.integers(0, len(table) - 1))
        table[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=6))
    cut = data.draw(st.integers(0, len(table)))
    told = compare(picture_of(bytes(table[:cut])), page("you should leave this town"))
    assert counted(told) == told.read
    assert list(lines(ScreenshotOf(item="E0003"), [told], reveal=True))


@given(st.text(max_size=200), st.text(max_size=200))
@settings(max_examples=300, deadline=None)
def test_any_two_texts(left: str, right: str) -> None:
    told = compare(typed(left), page(right, names={right[:20]}))
    assert counted(told) == told.read


def test_nothing_says_that_a_picture_is_genuine() -> None:
    told = compare(typed("you should leave this town"), page("you should leave this town"))
    said = "\n".join(lines(ScreenshotOf(item="E0003"), [told], reveal=False))
    assert "5 of 5 readable words" in said and "shows neither" in said and "town" not in said
    assert not any(word in said.lower() for word in ("genuine", "authentic", "real", "proves", "%"))


def test_what_is_said_while_adding_adds_up() -> None:
    picture = typed("Night Owl\nyou should leave this town tonight\nblue gate")
    told = compare(picture, page("You should leave this town! A gate.", names={"Night Owl", "Mira"}))
    assert in_short(told) == (
        "5 of the 10 readable words of the picture stand in the same order in E0003 (AB/3, capture); "
        "2 more belong to a name that it states; 1 more occurs there, but singly or in shorter runs; "
        "2 not found there"
    )


def test_typed_words_are_said_to_be_typed() -> None:
    text = "you should leave this town"
    told = compare(typed(text), page(text), typed=True)
    short = in_short(told)
    assert short.startswith("5 of the 5 words that you typed stand") and "of the picture" not in short
    assert short.endswith("0 not found there; what was not typed was not compared")
    said = "\n".join(lines(ScreenshotOf(item="E0003"), [told], reveal=False))
    assert "5 of 5 words that a person typed stand" in said and "readable" not in said
    assert said.endswith("whoever typed its words may have left some out")
    read = "\n".join(lines(ScreenshotOf(item="E0003"), [compare(typed(text), page(text))], reveal=False))
    assert "typed" not in read
