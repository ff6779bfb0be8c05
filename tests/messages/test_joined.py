"""Several exports, one stream: each record once with every place; what differs is said on both sides."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from stored_exports import new_case, read, stored, telegram, whatsapp

from abusekit.case.folder import Case
from abusekit.errors import CaseError
from abusekit.importers.model import Profile
from abusekit.messages.cache import Opened
from abusekit.messages.joined import Join, Joined

CHAT = [
    (1, "Sam", "why do you not answer me any more"),
    (2, "Jo", "please leave me alone for good"),
    (3, "Sam", "you will be sorry for all of this"),
    (4, "Sam", "ok"),
    (5, "Jo", "I will show this to the police"),
]
Places = list[tuple[str, int]]


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return new_case(tmp_path)


@pytest.fixture
def folder(tmp_path: Path) -> Callable[[], Path]:
    """A fresh folder each time: exports of one name from different days."""
    count = iter(range(100))

    def fresh() -> Path:
        path = tmp_path / f"day {next(count)}"
        path.mkdir()
        return path

    return fresh


def said(one: Joined) -> str:
    return "" if isinstance(one.record, Profile) else one.record.text


def places(listed: list[tuple[Opened, int]]) -> Places:
    return [(opened.item.id, n) for opened, n in listed]


def rows(join: Join) -> list[tuple[str, str, Places]]:
    """(item, text, also) of every record."""
    return [(one.opened.item.id, said(one), places(one.also)) for one in join]


def changes(join: Join) -> dict[str, Places]:
    """`E0001 text` → where the same id stands with another text."""
    return {f"{one.opened.item.id} {said(one)}": places(one.changed) for one in join if one.changed}


def test_the_same_id_with_the_same_text_is_one(case: Case, folder: Callable[[], Path]) -> None:
    first = read(case, telegram(folder() / "result.json", [(1, "one"), (2, "two")]))
    second = read(case, telegram(folder() / "result.json", [(2, "two"), (3, "three")]))
    join = Join(case, [first, second])
    assert rows(join) == [("E0001", "one", []), ("E0001", "two", [("E0002", 1)]), ("E0002", "three", [])]
    assert (join.duplicates, join.changed) == (1, 0)
    assert rows(join) == rows(join), "it can be iterated as often as wanted"


def test_the_same_id_with_another_text_is_told_on_both_sides(case: Case, folder: Callable[[], Path]) -> None:
    first = read(case, telegram(folder() / "result.json", [(1, "I will find you"), (2, "two")]))
    second = read(case, telegram(folder() / "result.json", [(1, "I miss you"), (2, "two")]))
    join = Join(case, [first, second])
    assert [row[:2] for row in rows(join)] == [
        ("E0001", "I will find you"), ("E0001", "two"), ("E0002", "I miss you"),
    ]  # fmt: skip
    assert changes(join) == {"E0001 I will find you": [("E0002", 1)], "E0002 I miss you": [("E0001", 1)]}
    assert join.changed == 2 and join.duplicates == 1


def test_the_same_id_by_another_account_is_changed(case: Case, folder: Callable[[], Path]) -> None:
    first = read(case, telegram(folder() / "result.json", [(1, "one")]))
    second = read(case, telegram(folder() / "result.json", [(1, "one")], author="Jo"))
    assert changes(Join(case, [first, second])) == {"E0001 one": [("E0002", 1)], "E0002 one": [("E0001", 1)]}


def test_one_id_twice_in_one_export(case: Case, folder: Callable[[], Path]) -> None:
    """Equal ones come once, with both places; others both come, and say so."""
    first = read(case, telegram(folder() / "result.json", [(1, "one"), (1, "one"), (2, "two"), (2, "TWO")]))
    second = read(case, telegram(folder() / "result.json", [(3, "three")]))
    join = Join(case, [first, second])
    assert rows(join)[0] == ("E0001", "one", [("E0001", 2)])
    assert changes(join) == {"E0001 two": [("E0001", 4)], "E0001 TWO": [("E0001", 3)]}


@pytest.mark.parametrize(
    ("texts", "shown", "changed"),
    [
        ("aaa", {"E0001 a": [("E0002", 1), ("E0003", 1)]}, {}),
        ("abb", {"E0001 a": [], "E0002 b": [("E0003", 1)]},
         {"E0001 a": [("E0002", 1)], "E0002 b": [("E0001", 1)]}),
        ("aba", {"E0001 a": [("E0003", 1)], "E0002 b": []},
         {"E0001 a": [("E0002", 1)], "E0002 b": [("E0001", 1)]}),
        ("abc", {"E0001 a": [], "E0002 b": [], "E0003 c": []},
         {"E0001 a": [("E0002", 1), ("E0003", 1)], "E0002 b": [("E0001", 1), ("E0003", 1)],
          "E0003 c": [("E0001", 1), ("E0002", 1)]}),
    ],
)  # fmt: skip
def test_three_exports(
    case: Case, folder: Callable[[], Path], texts: str, shown: dict[str, Places], changed: dict[str, Places]
) -> None:
    """Every version comes once, with the places that agree; and names each other version."""
    join = Join(case, [read(case, telegram(folder() / "result.json", [(1, text)])) for text in texts])
    assert {f"{item} {text}": also for item, text, also in rows(join)} == shown
    assert changes(join) == changed


def test_one_export_alone_is_given_as_it_is(case: Case, folder: Callable[[], Path]) -> None:
    join = Join(case, [read(case, telegram(folder() / "result.json", [(1, "one"), (1, "one")]))])
    assert [text for _, text, _ in rows(join)] == ["one", "one"] and join.duplicates == 0


def test_events_are_joined_as_messages_are(case: Case, folder: Callable[[], Path]) -> None:
    def calls(*ids: int) -> Opened:
        messages = [
            {"id": n, "type": "service", "date": "2024-03-14T21:00:00", "date_unixtime": str(1_710_450_000 + n),
             "actor": "Sam", "actor_id": "userSam", "action": "phone_call", "discard_reason": "missed", "text": "",
             "text_entities": []}
            for n in ids
        ]  # fmt: skip
        path = folder() / "result.json"
        path.write_text(json.dumps({"name": "Sam", "type": "personal_chat", "id": 77, "messages": messages}))
        return read(case, path)

    join = Join(case, [calls(1, 2), calls(2, 3)])
    found = [(one.opened.item.id, one.record.n, places(one.also)) for one in join]
    assert found == [("E0001", 1, []), ("E0001", 2, [("E0002", 1)]), ("E0002", 2, [])]
    assert all(getattr(one.record, "kind", "") in ("call", "missed_call") for one in join)


def test_what_is_not_understood_is_never_joined(case: Case, folder: Callable[[], Path]) -> None:
    """Two equal places that nobody can read are no sign of anything."""

    def broken() -> Opened:
        path = telegram(folder() / "result.json", [(1, "one")])
        whole = json.loads(path.read_text())
        whole["messages"].append({"id": "x", "type": 7})
        path.write_text(json.dumps(whole))
        return read(case, path)

    join = Join(case, [broken(), broken()])
    assert [getattr(one.record, "kind", "") for one in join] == ["message", "unparsed", "unparsed"]
    assert join.duplicates == 1


def test_messages_without_ids_are_joined_by_what_they_say(case: Case, folder: Callable[[], Path]) -> None:
    """WhatsApp, the same phone on two days; of two equal lines the second is the second."""
    twice = [*CHAT, (6, "Sam", "ok"), (6, "Sam", "ok")]
    first = read(case, whatsapp(folder() / "WhatsApp Chat with Sam.txt", twice[:-1]))
    second = read(case, whatsapp(folder() / "WhatsApp Chat with Sam.txt", twice))
    join = Join(case, [first, second])
    found = rows(join)
    assert [row[:2] for row in found] == [*(("E0001", text) for _, _, text in twice[:-1]), ("E0002", "ok")]
    assert [row[2] for row in found] == [*([("E0002", n)] for n in range(1, 7)), []]


def test_two_phones_and_a_later_export_of_the_second(case: Case, folder: Callable[[], Path]) -> None:
    """Every place stays known, by whichever way it was found."""
    names = {"Sam": "Samuel C", "Jo": "Josie"}
    theirs = [(minute, names[who], text) for minute, who, text in CHAT]
    first = read(case, whatsapp(folder() / "WhatsApp Chat with Sam.txt", CHAT))
    second = read(case, whatsapp(folder() / "WhatsApp Chat with Josie.txt", theirs, later=60))
    third = read(
        case, whatsapp(folder() / "WhatsApp Chat with Josie.txt", [*theirs, (9, "Josie", "stop")], later=60)
    )
    join = Join(case, [first, second, third])
    found = rows(join)
    assert [row[1] for row in found] == [*(text for _, _, text in CHAT), "stop"]
    assert [row[2] for row in found] == [*([("E0002", n), ("E0003", n)] for n in range(1, 6)), []]
    assert join.duplicates == 10
    same = [(a.item.id, b.item.id, s.minutes) for a, b, s in join.same_chats]
    assert ("E0001", "E0002", 60) in same and ("E0001", "E0003", 60) in same


def test_three_phones(case: Case, folder: Callable[[], Path]) -> None:
    exports = []
    for number, apart in enumerate((0, 60, -300)):
        names = {"Sam": f"S{number}", "Jo": f"J{number}"}
        lines = [(minute, names[who], text) for minute, who, text in CHAT]
        exports.append(read(case, whatsapp(folder() / "WhatsApp Chat.txt", lines, later=apart)))
    join = Join(case, exports)
    assert rows(join) == [
        ("E0001", text, [("E0002", n), ("E0003", n)]) for n, (_, _, text) in enumerate(CHAT, start=1)
    ]


def test_the_same_words_under_another_name_are_told_on_both_sides(
    case: Case, folder: Callable[[], Path]
) -> None:
    """One phone's export was edited: a threat stands under the other name."""
    forged = [*CHAT]
    forged[2] = (3, "Jo", CHAT[2][2])
    first = read(case, whatsapp(folder() / "WhatsApp Chat.txt", CHAT))
    second = read(case, whatsapp(folder() / "WhatsApp Chat with Jo.txt", forged, later=60))
    join = Join(case, [first, second])
    told = [(one.opened.item.id, said(one), places(one.author_differs)) for one in join if one.author_differs]
    assert told == [("E0001", CHAT[2][2], [("E0002", 3)]), ("E0002", CHAT[2][2], [("E0001", 3)])]


def test_an_export_that_cannot_be_read_is_no_silence(case: Case, folder: Callable[[], Path]) -> None:
    first = read(case, telegram(folder() / "result.json", [(1, "one")]))
    second = stored(case, telegram(folder() / "result.json", [(1, "one"), (2, "two")]))
    (path,) = (case.evidence / second.item.id).glob("export*")
    path.parent.chmod(0o700)
    path.unlink()
    with pytest.raises(CaseError):
        Join(case, [first, second])


def test_times_come_with_what_was_declared(case: Case, folder: Callable[[], Path]) -> None:
    from stored_exports import opened, record

    from abusekit.case.custody import Act

    one = read(case, whatsapp(folder() / "WhatsApp Chat.txt", CHAT))
    assert [joined.moment.utc for joined in Join(case, [one]) if joined.moment] == [None] * 5
    facts: dict[str, Any] = {"item": one.item.id, "declared": "timezone", "value": "+05:30"}
    record(case, Act("item.declare", facts))
    (first, *_) = Join(case, [opened(case, one.item.id)])
    assert first.moment is not None and f"{first.moment.utc:%H:%M}" == "15:31"
