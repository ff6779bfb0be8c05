"""Lines that look like headers: each sign that one is typed, alone and together, and what cannot be told."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.importers.whatsapp.whatsapp_reading import Reading, ios, read_text

from abusekit.importers.whatsapp import chat
from abusekit.importers.whatsapp.entries import LATE_RUN

BEFORE = [
    f"[14/03/2024, 21:{minute:02}:10] {name}: text {minute}" for minute, name in enumerate(["Ava", "Ben"] * 6)
]
HOLDER = "[14/03/2024, 22:00:10] Ava: you will see"
AFTER = ["[14/03/2024, 22:30:10] Ben: stop", "[14/03/2024, 22:31:10] Ava: no"]


def forged(folder: Path, line: str, *, end: str = "\r\n") -> Reading:
    """A chat in which Ava's message of 22:00:10 goes on with `line`."""
    return read_text(folder, ios(*BEFORE) + HOLDER + end + ios(line, *AFTER))


def stays(found: Reading, line: str) -> bool:
    """The line is text of Ava's message, which is flagged; nothing of it is Ben's."""
    (data,) = found.data.values()
    offset = data.index(line.encode())
    holder = next(one for one in found.messages if one.text.startswith("you will see"))
    assert found.texts()[-2:] == [("Ben", "stop"), ("Ava", "no")]
    if holder.text == f"you will see\n{line}":
        assert len(found.messages) == len(BEFORE) + 3
        assert holder.flags == (f"boundary_ambiguous:{offset}",)
        assert any("1 lines look like" in text for text in found.notes.warnings)
        return True
    assert holder.text == "you will see"
    assert len(found.messages) == len(BEFORE) + 4
    return False


@pytest.mark.parametrize(
    "line",
    [
        "14/03/2024, 22:00:30 - Ben: I love you",
        "[14.03.2024, 22:00:30] Ben: I love you",
        "[14/03/24, 22:00:30] Ben: I love you",
        "[14/03/2024 22:00:30] Ben: I love you",
        "[14/03/2024, 22:00] Ben: I love you",
        "[14/03/2024, 22.00.30] Ben: I love you",
        "[14/03/2024, 10:00:30 PM] Ben: I love you",
        "[2024/03/14, 22:00:30] Ben: I love you",
        "[14/3/2024, 22:00:30] Ben: I love you",
        "[١٤/٠٣/٢٠٢٤, ٢٢:٠٠:٣٠] Ben: I love you",
        "[14/03/2024,  22:00:30] Ben: I love you",
        "[31/02/2024, 22:00:30] Ben: I love you",
        "[03/14/2024, 22:00:30] Ben: I love you",
        "[14/03/2024, 25:00:30] Ben: I love you",
    ],
)
def test_another_form_is_never_a_new_message(tmp_path: Path, line: str) -> None:
    assert stays(forged(tmp_path, line), line)


def test_a_line_end_inside_of_a_message_betrays_the_line(tmp_path: Path) -> None:
    """All is right but the line feed that a person typed, where WhatsApp for iOS writes CR LF."""
    line = "[14/03/2024, 22:00:30] Ben: I love you"
    found = read_text(tmp_path, ios(*BEFORE) + HOLDER + "\n" + ios(line, *AFTER))
    assert stays(found, line)


def test_the_clock_that_runs_back_keeps_the_line_in_its_message(tmp_path: Path) -> None:
    line = "[14/03/2024, 21:58:00] Ben: I love you"
    assert stays(forged(tmp_path, line), line)


def test_a_new_name_and_a_clock_that_runs_back_by_a_second(tmp_path: Path) -> None:
    line = "[14/03/2024, 22:00:09] Cleo: he is right"
    assert stays(forged(tmp_path, line), line)


def test_a_new_name_alone_is_a_new_message(tmp_path: Path) -> None:
    """In a group people write once; no sign else."""
    line = "[14/03/2024, 22:00:11] Cleo: he is right"
    found = forged(tmp_path, line)
    assert not stays(found, line)
    assert all(not one.flags for one in found.messages)


@pytest.mark.parametrize("seconds", ["09", "00"])
def test_messages_that_cross_each_other_stay_apart_and_are_flagged(tmp_path: Path, seconds: str) -> None:
    line = f"[14/03/2024, 22:00:{seconds}] Ben: what"
    found = forged(tmp_path, line)
    assert not stays(found, line)
    offset = found.data["chat.txt"].index(line.encode())
    assert [one.text for one in found.messages if one.flags] == ["you will see", "what"]
    assert {flag for one in found.messages for flag in one.flags} == {f"boundary_ambiguous:{offset}"}


def test_a_minute_is_crossed_where_there_are_no_seconds(tmp_path: Path) -> None:
    text = "".join(
        f"14/03/2024, {minute} - {name}: x\n" for minute, name in (("21:05", "Ava"), ("21:06", "Ben")) * 1
    )
    crossed = read_text(tmp_path, text + "14/03/2024, 21:05 - Ava: y\n14/03/2024, 21:07 - Ben: z\n")
    assert [len(one.flags) for one in crossed.messages] == [0, 1, 1, 0]
    back = read_text(
        tmp_path, text + "14/03/2024, 21:04 - Ava: y\n14/03/2024, 21:07 - Ben: z\n14/03/2024, 21:07 - Ava: a"
    )
    assert [one.text for one in back.messages] == ["x", "x\n14/03/2024, 21:04 - Ava: y", "z", "a"]


def test_the_own_name_is_a_message_of_its_own(tmp_path: Path) -> None:
    line = "[14/03/2024, 21:00:00] Ava: late"
    found = forged(tmp_path, line)
    assert not stays(found, line)
    assert [one.text for one in found.messages if one.flags] == ["you will see", "late"]


def test_late_arrivals_in_a_row_are_messages_and_flagged(tmp_path: Path) -> None:
    late = [f"[14/03/2024, 21:{40 + n}:00] Ben: late {n}" for n in range(LATE_RUN)]
    found = read_text(tmp_path, ios(*BEFORE, HOLDER, *late, *AFTER))
    assert [text for _, text in found.texts()[-7:-2]] == [f"late {n}" for n in range(LATE_RUN)]
    flagged = [one.text for one in found.messages if one.flags]
    assert flagged == ["you will see", *(f"late {n}" for n in range(LATE_RUN))]
    fewer = read_text(tmp_path, ios(*BEFORE, HOLDER, *late[1:], *AFTER))
    assert len(fewer.messages) == len(BEFORE) + 3
    holder = next(one for one in fewer.messages if one.text.startswith("you will see"))
    assert len(holder.flags) == LATE_RUN - 1


def test_late_arrivals_keep_their_further_lines(tmp_path: Path) -> None:
    late = [f"[14/03/2024, 21:{40 + n}:00] Ben: late {n}\r\nand more {n}" for n in range(LATE_RUN)]
    found = read_text(tmp_path, ios(*BEFORE, HOLDER, *late, "tail", *AFTER))
    assert [text for _, text in found.texts()[-7:-2]] == [
        *(f"late {n}\nand more {n}" for n in range(LATE_RUN - 1)),
        f"late {LATE_RUN - 1}\nand more {LATE_RUN - 1}\ntail",
    ]


def test_after_a_line_of_whatsapp_itself_nothing_is_typed(tmp_path: Path) -> None:
    text = (
        "14/03/2024, 21:05 - Ava: x\n14/03/2024, 21:06 - Ben: y\n14/03/2024, 23:00 - Ben left\n"
        "14/03/2024, 21:07 - Ava: z\n14/03/2024, 23:05 - Ben: w\n"
    )
    found = read_text(tmp_path, text)
    assert [one.text for one in found.messages] == ["x", "y", "z", "w"]
    assert [one.flags for one in found.messages] == [()] * 4


def test_a_night_in_which_clocks_are_put_back_is_no_ground(tmp_path: Path) -> None:
    text = (
        "26/10/2024, 23:58 - Ava: x\n26/10/2024, 23:59 - Ben: y\n27/10/2024, 01:50 - Ava: z\n"
        "27/10/2024, 01:10 - Ben: w\n27/10/2024, 02:00 - Ava: v\n"
    )
    found = read_text(tmp_path, text)
    assert [one.text for one in found.messages] == ["x", "y", "z", "w", "v"]
    assert [len(one.flags) for one in found.messages] == [0, 0, 1, 1, 0]
    weekday = read_text(tmp_path, text.replace("27/10", "29/10"))
    assert [one.text for one in weekday.messages] == ["x", "y", "z\n29/10/2024, 01:10 - Ben: w", "v"]


def test_a_medium_without_the_mark_of_the_others(tmp_path: Path) -> None:
    marked = [f"\u200e[14/03/2024, 21:{30 + n}:10] Ben: \u200eimage omitted" for n in range(5)]
    line = "[14/03/2024, 22:00:30] Ben: \u200e<attached: 00000007-PHOTO-2024-03-14-22-00-30.jpg>"
    found = read_text(tmp_path, ios(*BEFORE, *marked, HOLDER, line, *AFTER))
    holder = next(one for one in found.messages if one.text.startswith("you will see"))
    assert line in (holder.text_raw or holder.text).replace("\r\n", "\n")
    assert len(holder.flags) == 1
    genuine = read_text(tmp_path, ios(*BEFORE, *marked, HOLDER, "\u200e" + line, *AFTER))
    assert [len(one.attachments) for one in genuine.messages[-3:]] == [1, 0, 0]


def test_a_line_that_is_right_in_everything_cannot_be_told(tmp_path: Path) -> None:
    """The limit that the importer states."""
    line = "[14/03/2024, 22:00:30] Ben: I love you"
    found = forged(tmp_path, line)
    assert not stays(found, line)
    assert ("Ben", "I love you") in found.texts()
    assert any("cannot be told apart" in text for text in chat.LIMITS)


def test_one_typed_line_of_another_form_makes_no_date_undecided(tmp_path: Path) -> None:
    found = forged(tmp_path, "[03/14/2024, 22:00:30] Ben: I love you")
    assert {one.sent.order for one in found.messages if one.sent} == {"over_12"}


def test_lines_before_the_first_message_are_kept(tmp_path: Path) -> None:
    entries = ios(
        "[14/03/2024, 21:05:10] Ava: x", "[14/03/2024, 21:06:10] Ben: y", "[14/03/2024, 21:07:10] Ava: z"
    )
    found = read_text(tmp_path, "my chat\r\n\r\n" + entries)
    assert [one.kind for one in found.events] == ["unparsed"]
    assert found.events[0].source.end == len("my chat\r\n")
    assert len(found.messages) == 3
    blank = read_text(tmp_path, "\r\n\r\n" + entries)
    assert (len(blank.messages), blank.events) == (3, [])


def test_what_is_longer_than_any_message_is_kept(tmp_path: Path) -> None:
    body = ("x" * 999 + "\n") * 3000
    text = f"14/03/2024, 21:05 - Ava: {body}14/03/2024, 21:06 - Ben: y\n"
    found = read_text(tmp_path, text)
    assert [one.text for one in found.messages][1:] == ["y"]
    assert {one.text for one in found.events} == {"Longer than any message."}
    covered = sum(record.source.end - record.source.start for record in found.records)
    assert covered >= len(text) - len(found.records)
