"""What the log says of accounts, `account.observe` and `account.link`, in forms that no honest writer makes."""

from __future__ import annotations

import pytest
from forger import Entry, entries, extend, raw_lines, rebuild, store_lines
from honest_case import Suspect

from abusekit.case.moment import parse_typed
from abusekit.integrity.findings import Status
from abusekit.integrity.log.logcheck import LOG

WHEN = parse_typed("2026-11-20T22:10", "Europe/London").to_facts()
OBSERVED: Entry = {
    "do": "account.observe", "account": "x:@owl", "observed": "handle", "value": "owl", "reason": "she saw it",
    "item": "E0001", "when": WHEN,
}  # fmt: skip
RETRACTED: Entry = {
    "do": "account.observe", "account": "x:@owl", "observed": "retract", "value": "", "line": 17, "reason": "a slip",
}  # fmt: skip
LINKED: Entry = {
    "do": "account.link", "a": "x:1", "b": "x:@owl", "decision": "confirmed", "reason": "same number",
    "basis": ["same-selector", "timing"], "items": ["E0001", "E0002"], "findings": "0" * 64,
}  # fmt: skip

NO_ACCOUNT = ("nonsense", "x:", ":12", "x:12 ", " x:12", "x :12", "x: 12", "x:12\n", "x:\u2003")
NO_WORDS = (
    "\u200b\u2060",
    "\u2800\u3164",
    "\u115f\u1160\uffa0",
    "--",
    "\u202e",
    "\x1c\x1f",
    "\U0001f600",
    "_",
)
NOTHING_SAID = ("", " ", "\t\n", None, 7, ["x"])


def _without(act: Entry, name: str) -> Entry:
    return {key: value for key, value in act.items() if key != name}


@pytest.mark.parametrize(
    "acts",
    [
        [OBSERVED],
        [LINKED],
        [_without(_without(OBSERVED, "item"), "when")],
        [{**OBSERVED, "observed": "own", "value": ""}],
        [{**OBSERVED, "observed": "of a later version"}],
        [{**OBSERVED, "value": "\u202e\u0000\n"}],
        [{**OBSERVED, "of_a_later_version": {"a": [1]}}],
        [{**OBSERVED, "when": {**WHEN, "zone": None, "utc": None, "local": None}}],
        [{**OBSERVED, "when": {**WHEN, "of_a_later_version": 7}}],
        [OBSERVED, RETRACTED],
        [OBSERVED, RETRACTED, RETRACTED],
        [OBSERVED, {**RETRACTED, "item": "E0001"}],
        [{**LINKED, "findings": "", "items": []}],
        [{**LINKED, "basis": ["of a later version"]}],
        [{**LINKED, "decision": "rejected", "basis": []}],
        [{**LINKED, "decision": "undecided", "basis": []}],
        [{**LINKED, "decision": "proposed"}],
        [{**OBSERVED, "account": "whatsapp:~A B: c/E0001", "reason": "\u200bб"}],
        [{**LINKED, "a": "x y:1:2", "reason": "7"}],
        [LINKED, {**LINKED, "decision": "undecided"}, {**LINKED, "a": "x:@owl", "b": "x:1"}],
    ],
)
def test_what_both_programs_take(suspect: Suspect, acts: list[Entry]) -> None:
    """From line 18 on all is well-formed, and not sealed yet: 7. `verdict` asks the stranger's program, too."""
    extend(suspect.root, *acts)
    verdict = suspect.verdict()
    assert verdict.exit_code == 7 and not [one for one in verdict.findings if one.status is Status.CHANGED]


@pytest.mark.parametrize(
    "act",
    [
        *(_without(OBSERVED, name) for name in ("account", "observed", "value", "reason")),
        *({**OBSERVED, name: wrong} for name in ("account", "observed", "reason") for wrong in NOTHING_SAID),
        *({**OBSERVED, "value": wrong} for wrong in (None, 7, True, ["owl"], {"handle": "owl"})),
        *({**OBSERVED, "item": wrong} for wrong in ("E0099", "", "e0001", None, ["E0001"])),
        *({**OBSERVED, "when": wrong} for wrong in ({}, None, "2026-11-20", ["2026"], 7)),
        *({**OBSERVED, "when": _without(WHEN, name)} for name in WHEN),
        *({**OBSERVED, "when": {**WHEN, name: 7}} for name in WHEN),
        {**OBSERVED, "when": {**WHEN, "earliest": None}},
        *({**OBSERVED, "account": wrong} for wrong in NO_ACCOUNT),
        *({**OBSERVED, "reason": wrong} for wrong in NO_WORDS),
        *({**LINKED, name: wrong} for name in ("a", "b") for wrong in NO_ACCOUNT),
        *({**LINKED, "reason": wrong} for wrong in NO_WORDS),
        {**OBSERVED, "line": 3},
        {**OBSERVED, "files": [{"path": "evidence/E0001/more.txt", "sha256": "1" * 64, "size": 1}]},
        _without(LINKED, "a"),
        *(_without(LINKED, name) for name in ("b", "decision", "reason", "basis", "items", "findings")),
        *({**LINKED, name: wrong} for name in ("a", "b", "reason") for wrong in NOTHING_SAID),
        {**LINKED, "b": "x:1"},
        *({**LINKED, "decision": wrong} for wrong in ("", "merged", "Confirmed", "confirmed\n", None, ["rejected"])),
        *({**LINKED, "basis": wrong} for wrong in ([], [""], [" "], "timing", None, [7], [["timing"]], {"timing": 1})),
        {**LINKED, "decision": "proposed", "basis": []},
        {**LINKED, "decision": "rejected", "basis": [""]},
        *({**LINKED, "items": wrong} for wrong in (["E0099"], [""], "E0001", None, [7], ["E0001", "E0099"])),
        *({**LINKED, "findings": wrong} for wrong in ("0" * 63, "A" * 64, "0" * 64 + "\n", "x", None, 7, ["0" * 64])),
    ],
)  # fmt: skip
def test_what_both_programs_refuse(suspect: Suspect, act: Entry) -> None:
    extend(suspect.root, act)
    verdict = suspect.verdict()
    changed = [one for one in verdict.findings if one.check == "log" and one.status is Status.CHANGED]
    assert verdict.exit_code == 1 and "line 18" in changed[0].message, verdict.findings


@pytest.mark.parametrize(
    "act",
    [
        _without(RETRACTED, "line"),
        {**RETRACTED, "line": 18},
        {**RETRACTED, "line": 19},
        {**RETRACTED, "line": 0},
        {**RETRACTED, "line": -1},
        {**RETRACTED, "line": 3},
        {**RETRACTED, "line": True},
        {**RETRACTED, "line": "17"},
        {**RETRACTED, "line": None},
        {**RETRACTED, "account": "x:@other"},
        {**RETRACTED, "reason": " "},
        {**RETRACTED, "item": "E0099"},
    ],
)
def test_what_takes_nothing_back(suspect: Suspect, act: Entry) -> None:
    """Line 18 (n 17) declares; line 19 takes back what it does not name rightly."""
    extend(suspect.root, OBSERVED, act)
    verdict = suspect.verdict()
    changed = [one for one in verdict.findings if one.check == "log" and one.status is Status.CHANGED]
    assert verdict.exit_code == 1 and "line 19" in changed[0].message, verdict.findings


def test_a_retraction_is_not_taken_back(suspect: Suspect) -> None:
    extend(suspect.root, OBSERVED, RETRACTED, {**RETRACTED, "line": 18})
    assert suspect.verdict().exit_code == 1


@pytest.mark.parametrize("act", [{**OBSERVED, "item": "E0004"}, {**LINKED, "items": ["E0004"]}])
def test_what_rests_on_an_item_that_comes_later(suspect: Suspect, act: Entry) -> None:
    """The whole log written anew, the line in its midst."""
    acts = entries(suspect.root)
    place = next(n for n, one in enumerate(acts) if one.get("item") == "E0004" and one["do"] == "item.add")
    line = {"at": acts[place]["at"], "by": "PO", "salt": "0" * 32}
    rebuild(suspect.root, [*acts[:place], {**line, **act}, *acts[place:]])
    assert suspect.verdict().exit_code == 1


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('"decision":"confirmed"', '"decision":"rejected"'),
        ('"b":"x:@owl"', '"b":"x:@eve"'),
        ('"reason":"same number"', '"reason":"hearsay"'),
        ('"items":["E0001","E0002"]', '"items":["E0001"]'),
        ('"value":"owl"', '"value":"eve"'),
        ('"account":"x:@owl"', '"account":"x:@eve"'),
    ],
)
def test_a_line_edited_afterwards_breaks_the_chain(suspect: Suspect, before: str, after: str) -> None:
    extend(suspect.root, OBSERVED, LINKED, {"do": "case.note", "text": "x"})
    assert suspect.verdict().exit_code == 7
    lines = raw_lines(suspect.root)
    at = next(n for n, line in enumerate(lines) if before.encode() in line)
    lines[at] = lines[at].replace(before.encode(), after.encode())
    store_lines(suspect.root, lines)
    suspect.finds(1, "log", Status.CHANGED, LOG, says="line")
