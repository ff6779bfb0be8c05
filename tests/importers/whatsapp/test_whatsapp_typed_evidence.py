"""One line that a person typed decides nothing for a whole file, and names that only look alike are told."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from tests.importers.whatsapp.whatsapp_reading import Reading, ios, read_path, read_text, write_zip

from abusekit.importers.whatsapp.authors import look_alikes

DAYS = ("04/03/24", "04/04/24", "05/04/24", "05/05/24", "06/05/24", "06/06/24", "07/06/24", "08/06/24")
"""Both readings run forwards, but for one step back as month first at most; no number is above 12."""
NAMED = "IMG-20240304-WA0001.jpg"


def chat(*extra: tuple[int, str], days: tuple[str, ...] = DAYS) -> str:
    """`extra`: after which message a line stands."""
    lines = []
    for n, day in enumerate(days):
        lines.append(f"{day}, 21:{n:02} - {('Ana', 'Ben')[n % 2]}: text {n}\n")
        lines += [line + "\n" for at, line in extra if at == n]
    return "".join(lines)


def bases(found: Reading) -> set[str]:
    orders = (one.sent.order for one in found.messages if one.sent and one.text.startswith("text"))
    return {str(order) for order in orders} - {"stated"}


def alone(found: Reading) -> bool:
    return any("one line alone speaks for an order" in one for one in found.notes.warnings)


def test_the_chat_alone_is_undecided_and_nothing_is_warned_of(tmp_path: Path) -> None:
    found = read_text(tmp_path, chat())
    assert bases(found) == {"undecided"}
    assert found.notes.warnings == []


@pytest.mark.parametrize("mark", ["", "\u200e", "\u200f"])
def test_typed_words_for_an_attachment_decide_nothing(tmp_path: Path, mark: str) -> None:
    text = chat((0, f"04/03/24, 21:00 - Ana: {mark}{NAMED} (file attached)"))
    assert bases(read_text(tmp_path, text)) == {"undecided"}
    files = {"chat.txt": text.encode(), NAMED: b"\xff\xd8\xff"}
    assert bases(read_path(write_zip(tmp_path / "with.zip", files))) == {"attachment_name"}
    elsewhere = {"chat.txt": text.encode(), "other/" + NAMED: b"\xff\xd8\xff"}
    assert bases(read_path(write_zip(tmp_path / "elsewhere.zip", elsewhere))) == {"undecided"}


@pytest.mark.parametrize(
    ("label", "order"),
    [
        ("\u200e<attached: {}>", "attachment_name"),
        ("see \u200e<attached: {}>", "attachment_name"),
        ("<attached: {}>", "undecided"),
        ("\u200f<attached: {}>", "undecided"),
        ("\u200esee <attached: {}>", "undecided"),
    ],
)
def test_on_ios_the_mark_stands_for_the_file(tmp_path: Path, label: str, order: str) -> None:
    written = label.format("00000004-PHOTO-2024-03-04-21-00-10.jpg")
    found = read_text(tmp_path, ios(f"[04/03/24, 21:00:10] Ana: {written}", "[05/04/24, 21:00:10] Ben: text"))
    assert bases(found) == {order}


def test_a_mark_is_none_where_headers_have_no_brackets(tmp_path: Path) -> None:
    typed = "04/03/24, 21:00 - Ana: \u200e<attached: 00000004-PHOTO-2024-03-04-21-00-10.jpg>"
    assert bases(read_text(tmp_path, chat((0, typed)))) == {"undecided"}


def test_an_attachment_of_a_header_in_doubt_decides_nothing(tmp_path: Path) -> None:
    """The file is real; the line that names it runs back in both readings, to somebody else."""
    text = chat((6, f"04/03/24, 21:00 - Ben: {NAMED} (file attached)"))
    found = read_path(write_zip(tmp_path / "a.zip", {"chat.txt": text.encode(), NAMED: b"1"}))
    assert any(one.flags for one in found.messages)
    assert bases(found) == {"undecided"}


def test_one_typed_header_decides_nothing_and_is_told(tmp_path: Path) -> None:
    found = read_text(tmp_path, chat((1, "04/13/24, 21:10 - Ana: I am sorry")))
    assert bases(found) == {"undecided"}
    assert alone(found)
    assert sum(one.text.startswith("text") for one in found.messages) == len(DAYS), "no message is swallowed"


def test_what_follows_a_typed_date_far_ahead_is_not_swallowed(tmp_path: Path) -> None:
    text = chat((3, "12/31/24, 21:10 - Ana: I am sorry"))
    found = read_text(tmp_path, text)
    assert bases(found) == {"undecided"}
    assert [one.text for one in found.messages if one.flags] == ["I am sorry", "text 4"]
    assert len(found.messages) == len(DAYS) + 1


def test_typed_headers_in_doubt_decide_nothing_however_many(tmp_path: Path) -> None:
    """Two dates, both before the message that holds them; the name is another one's."""
    typed = [(7, f"04/{day}/24, 21:10 - Ana: I am sorry") for day in (13, 14)]
    found = read_text(tmp_path, chat(*typed))
    assert bases(found) == {"undecided"}
    assert not alone(found)
    (holder,) = [one for one in found.messages if one.text.startswith("text 7")]
    assert len(holder.flags) == 2


def test_two_dates_decide(tmp_path: Path) -> None:
    days = ("04/01/24", "04/02/24", "04/03/24", "04/13/24", "04/14/24", "05/01/24", "05/02/24")
    found = read_text(tmp_path, chat(days=days))
    assert bases(found) == {"over_12"}
    assert not alone(found)
    same = read_text(tmp_path, chat(days=(*days[:4], "04/13/24", *days[5:])))
    assert bases(same) - {"over_12"} == {"undecided"}, "two lines of one date are one date"
    assert alone(same)


@pytest.mark.parametrize(
    ("days", "order", "first"),
    [
        (
            ("03.03.24", "04.03.24", "05.03.24", "06.03.24", "07.03.24", "08.03.24", "31.03.24"),
            "over_12",
            "2024-03-03",
        ),
        (
            ("31.01.24", "01.02.24", "02.02.24", "03.02.24", "04.02.24", "05.02.24", "06.02.24"),
            "over_12",
            "2024-01-31",
        ),
        (("01.02.24", "02.02.24", "29.02.24", "02.03.24", "03.03.24"), "over_12", "2024-02-01"),
    ],
)
def test_one_date_decides_at_an_end_or_in_a_file_of_few(
    tmp_path: Path, days: tuple[str, ...], order: str, first: str
) -> None:
    found = read_text(tmp_path, chat(days=days))
    assert bases(found) == {order}
    assert found.messages[0].sent is not None
    assert found.messages[0].sent.at.startswith(first)
    assert not alone(found)


def test_one_typed_date_after_the_file_itself_decides_nothing(tmp_path: Path) -> None:
    modified = datetime(2024, 9, 1)
    typed = (6, "07/12/24, 21:10 - Ana: I am sorry")
    days = ("01/03/24", "02/03/24", "03/03/24", "04/04/24", "05/05/24", "06/06/24", "07/07/24", "08/08/24")
    found = read_text(tmp_path, chat(typed, days=days), modified=modified)
    assert bases(found) == {"undecided"}
    assert alone(found)
    last = read_text(tmp_path, chat(days=(*days[:6], "07/12/24")), modified=modified)
    assert bases(last) == {"not_later"}


NAMES = ["Ana", "Ben"]


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("An\u200ba", True),
        ("A\u00adna", True),
        ("Ana\u200b", True),
        ("Ana\u202e", True),
        ("Ana\u200e", True),
        ("a\u200bNA", True),
        ("\uff21n\u2060a", True),
        ("\u200eAna", False),
        ("\u202aAna\u202c", False),
        ("ana", False),
        ("Cleo\u200b", False),
        ("\u0410na", False),
    ],
)
def test_names_that_look_like_another(name: str, found: bool) -> None:
    assert look_alikes([*NAMES, name]) == ({name} if found else set())


def test_two_names_that_differ_in_invisible_characters_alone() -> None:
    assert look_alikes(["A\u200bna", "A\u00adna"]) == {"A\u200bna", "A\u00adna"}
    assert look_alikes(["\u2764\ufe0f", "Ben"]) == set()


def test_each_message_of_such_a_name_is_flagged(tmp_path: Path) -> None:
    text = (
        "14/03/2024, 21:05 - Ana: hi\n14/03/2024, 21:06 - An\u200ba: I will come\n"
        "14/03/2024, 21:07 - Ben: no\n14/03/2024, 21:08 - An\u200ba: tonight\n"
    )
    found = read_text(tmp_path, text)
    assert [one.text for one in found.messages if "name_looks_like_another" in one.flags] == [
        "I will come",
        "tonight",
    ]
    (told,) = [one for one in found.notes.warnings if "look like another" in one]
    assert told.isascii()
    assert "'An\\u200ba'" in told
    plain = read_text(tmp_path, text.replace("\u200b", ""))
    assert plain.notes.warnings == []
    assert all(not one.flags for one in plain.messages)
