"""Lists of addresses as people keep them."""

from __future__ import annotations

import pytest

from abusekit.capture.address_list import Listed, read_list
from abusekit.errors import InputError

URL = "https://example.org/1"


def rows(text: str) -> tuple[list[Listed], list[str]]:
    told: list[str] = []
    return read_list(text.encode(), "a.txt", told.append), told


@pytest.mark.parametrize("title", ["seen_at", "Seen at", "SEEN-AT", " seen  at "])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_column_names_as_people_write_them(title: str, delimiter: str) -> None:
    (one,), told = rows(f"{title}{delimiter}URL\n2026-06-12{delimiter}{URL}\n")
    assert one.address == URL and one.about == {"seen_at": "2026-06-12"} and told == []


def test_keys_of_json_lines_likewise() -> None:
    (one,), told = rows(f'{{"URL": "{URL}", "Seen-At": "2026-06-12"}}')
    assert one.address == URL and one.about == {"seen_at": "2026-06-12"} and told == []


def test_what_is_not_used_is_told_once() -> None:
    _, told = rows(f"url,Comment,Comment,\n{URL},a,b,c\n{URL}2,a,b,c\n")
    assert told == ["column 'Comment' is not used; known: url, note, account, category, seen_at, priority"]
    line = f'{{"url": "{URL}", "comment": 1}}\n'
    assert rows(line * 3)[1] == [
        "key 'comment' is not used; known: url, note, account, category, seen_at, priority"
    ]
    _, told = rows("url," + ",".join(f"c{n}" for n in range(100)) + f"\n{URL}\n")
    assert len(told) == 21 and told[-1] == "80 more are not used"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"Link;Note\n{URL};x\n", "looks like a table, but has no column url"),
        (f"note,address\nx,{URL}\n", "looks like a table, but has no column url"),
        ("\n\na\tb\n", "looks like a table, but has no column url"),
        (f"url,note,Note\n{URL},a,b\n", "2 columns note"),
        ("", "the list holds no address"),
        (" \n# only a comment\n", "the list holds no address"),
        ("url,note\n", "the list holds no address"),
        ("PK\x03\x04 and more", "spreadsheet file"),
    ],
)
def test_a_list_that_is_not_understood(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        rows(text)
    assert caught.value.hint and caught.value.exit_code == 4


@pytest.mark.parametrize(
    "text", [URL, f"{URL}?a=1,2;3", f"# a, b\n{URL}", f"# a;b\n{URL}\n", "https://example.org/a;b,c"]
)
def test_what_is_no_table(text: str) -> None:
    (one,), told = rows(text)
    assert one.problem == "" and told == []


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (f"{URL}  # seen on Monday", "holds a blank; comments go on a line of their own"),
        (f"{URL} {URL}", "holds a blank; comments go on a line of their own"),
        ("www.example.org/1", "did you mean https://www.example.org/1?"),
        (f"<{URL}>", f"write {URL}"),
    ],
)
def test_a_line_that_could_be_mended_says_how(line: str, problem: str) -> None:
    (good, one), _ = rows(f"{URL}\n{line}\n")
    assert good.problem == "" and problem in one.problem and one.address == line
