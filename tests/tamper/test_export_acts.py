"""What the log says of exports, `item.read` and `item.declare`, in forms that no honest writer makes."""

from __future__ import annotations

from typing import Any

import pytest
from forger import Entry, entries, extend, raw_lines, rebuild, store_lines
from honest_case import Suspect

from abusekit.integrity.findings import Status
from abusekit.integrity.log.logcheck import LOG

READ: Entry = {
    "do": "item.read", "item": "E0001", "importers": "whatsapp/1, mbox/1", "inputs": "0" * 64, "sha256": "1" * 64,
    "messages": 7, "events": 0, "unparsed": 0,
}  # fmt: skip
DECLARED: Entry = {
    "do": "item.declare", "item": "E0001", "declared": "timezone", "value": "Europe/London", "reason": "she said so",
}  # fmt: skip


def _without(act: Entry, name: str) -> Entry:
    return {key: value for key, value in act.items() if key != name}


@pytest.mark.parametrize(
    "act",
    [
        READ,
        DECLARED,
        {**READ, "importers": ""},
        _without(READ, "importers"),
        _without(READ, "inputs"),
        {**READ, "messages": -1},
        {**READ, "of_a_later_version": ["x"]},
        {**DECLARED, "value": ""},
        {**DECLARED, "value": "no zone at all"},
        {**DECLARED, "declared": "of a later version"},
        {**DECLARED, "value": "\u202e\n"},
        _without(DECLARED, "reason"),
    ],
)
def test_what_both_programs_take(suspect: Suspect, act: Entry) -> None:
    """Line 18 is well-formed, and not sealed yet: 7. `verdict` asks the stranger's program, too."""
    extend(suspect.root, act)
    verdict = suspect.verdict()
    assert verdict.exit_code == 7 and not [one for one in verdict.findings if one.status is Status.CHANGED]


@pytest.mark.parametrize(
    "act",
    [
        _without(READ, "sha256"),
        {**READ, "sha256": "1" * 63},
        {**READ, "sha256": "A" * 64},
        {**READ, "sha256": "1" * 64 + "\n"},
        {**READ, "sha256": None},
        {**READ, "sha256": 7},
        _without(READ, "item"),
        {**READ, "item": "E0099"},
        {**READ, "item": "e0001"},
        {**READ, "item": ["E0001"]},
        {**READ, "item": None},
        {**READ, "importers": ["whatsapp/1"]},
        {**READ, "inputs": 7},
        {**READ, "messages": "7"},
        {**READ, "messages": True},
        {**READ, "events": None},
        {**READ, "unparsed": [0]},
        {**READ, "files": [{"path": "evidence/E0001/more.txt", "sha256": "1" * 64, "size": 1}]},
        {**READ, "files": [{"path": "derived/messages/E0001.jsonl", "sha256": "1" * 64, "size": 1}]},
        _without(DECLARED, "item"),
        _without(DECLARED, "declared"),
        _without(DECLARED, "value"),
        {**DECLARED, "item": "E0099"},
        {**DECLARED, "item": {"id": "E0001"}},
        {**DECLARED, "declared": ""},
        {**DECLARED, "declared": None},
        {**DECLARED, "declared": ["timezone"]},
        {**DECLARED, "value": None},
        {**DECLARED, "value": ["Europe/London"]},
        {**DECLARED, "value": {"zone": "Europe/London"}},
        {**DECLARED, "value": 1},
        {**DECLARED, "reason": 7},
    ],
)
def test_what_both_programs_refuse(suspect: Suspect, act: Entry) -> None:
    extend(suspect.root, act)
    verdict = suspect.verdict()
    changed = [one for one in verdict.findings if one.check == "log" and one.status is Status.CHANGED]
    assert verdict.exit_code == 1 and "line 18" in changed[0].message, verdict.findings


@pytest.mark.parametrize("declared", ["\n", "\r", "\u2028", "\n\n", " "])
def test_a_name_of_blanks_divides_them_not(suspect: Suspect, declared: str) -> None:
    extend(suspect.root, {**DECLARED, "declared": declared})
    suspect.verdict()


def test_a_reading_before_the_item_was_taken_in(suspect: Suspect) -> None:
    """The whole log written anew, the line in its midst."""
    acts = entries(suspect.root)
    place = next(n for n, act in enumerate(acts) if act.get("item") == "E0004" and act["do"] == "item.add")
    line = {"at": acts[place]["at"], "by": "PO", "salt": "0" * 32}
    rebuild(suspect.root, [*acts[:place], {**line, **READ, "item": "E0004"}, *acts[place:]])
    assert suspect.verdict().exit_code == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [("sha256", "2" * 64), ("importers", "telegram/1"), ("messages", 6), ("value", "+05:30"), ("declared", "order")],
)  # fmt: skip
def test_a_line_edited_afterwards_breaks_the_chain(suspect: Suspect, name: str, value: Any) -> None:
    """A declaration or a reading is bound by the lines behind it."""
    extend(suspect.root, READ, DECLARED, {"do": "case.note", "text": "x"})
    assert suspect.verdict().exit_code == 7
    lines = raw_lines(suspect.root)
    act = READ if name in READ else DECLARED
    at = -3 if act is READ else -2
    before = f'"{name}":"{act[name]}"' if isinstance(act[name], str) else f'"{name}":{act[name]}'
    after = f'"{name}":"{value}"' if isinstance(value, str) else f'"{name}":{value}'
    assert before.encode() in lines[at]
    lines[at] = lines[at].replace(before.encode(), after.encode())
    store_lines(suspect.root, lines)
    suspect.finds(1, "log", Status.CHANGED, LOG, says="line")
