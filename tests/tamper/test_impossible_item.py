"""An item says what cannot be so, and the log was written anew to say it too."""

from __future__ import annotations

import json
from typing import Any

import pytest
from forger import Entry, entries, overwrite, rebuild, relist, spell
from honest_case import Suspect

from abusekit.integrity.findings import Status


def claiming(suspect: Suspect, item_id: str, **members: Any) -> list[Entry]:
    """The acts, with an item whose `item.json` has these members; what the log says of it fits."""
    about = f"evidence/{item_id}/item.json"
    item = json.loads((suspect.root / about).read_bytes())
    for name, value in members.items():
        item[name] = {**item[name], **value} if isinstance(value, dict) else value
    overwrite(suspect.root / about, spell(item) + b"\n")
    acts = entries(suspect.root)
    for act in acts:
        if act["do"] == "item.add" and act["item"] == item_id:
            act["kind"] = item["kind"]
    relist(suspect.root, acts, about)
    return acts


@pytest.mark.parametrize(
    ("members", "says"),
    [
        ({"source": {"recheck_of": "E9999"}}, "source.recheck_of names 'E9999', which is no item of this case"),
        ({"source": {"context_of": ["E0001"]}}, "source.context_of names ['E0001'], which is no item"),
        ({"source": {"recheck_of": "E0003"}}, "source.recheck_of names E0003, which was not taken in before it"),
        ({"source": {"context_of": "E0002"}}, "source.context_of names E0002, which was not taken in before it"),
        ({"facts": {"recheck": {"compared_with": "E9999"}}}, "facts.recheck.compared_with names 'E9999'"),
        ({"facts": {"recheck": {"previous": "\u202e"}}}, r"facts.recheck.previous names '\u202e'"),
        ({"facts": {"recheck": {"last_live": {"item": "E9998", "at": "x"}}}}, "facts.recheck.last_live"),
    ],
)  # fmt: skip
def test_it_names_what_is_not_there(suspect: Suspect, members: dict[str, Any], says: str) -> None:
    rebuild(suspect.root, claiming(suspect, "E0002", **members))
    suspect.finds(1, "item", Status.CHANGED, "evidence/E0002/item.json", "E0002", "PO/2", says=says)


def test_an_earlier_item_may_be_named(suspect: Suspect) -> None:
    said = {
        "compared_with": "E0001",
        "previous": "E0001",
        "last_live": {"item": "", "at": "x"},
        "first_gone": None,
    }
    rebuild(suspect.root, claiming(suspect, "E0002", source={"recheck_of": "E0001"}, facts={"recheck": said}))
    assert not [one for one in suspect.verdict().findings if one.check == "item"]


def test_recorded_only_and_yet_with_a_file(suspect: Suspect) -> None:
    rebuild(suspect.root, claiming(suspect, "E0004", kind="record-only"))
    path = "evidence/E0004/item.json"
    suspect.finds(
        1, "item", Status.CHANGED, path, "E0004", "PO/4", says="holds files, though it was recorded only"
    )
