"""item.json says something else than the log, and everything but the signature was made to fit."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from forger import entries, overwrite, rebuild, relist, spell
from honest_case import Suspect

from abusekit.integrity.findings import Status

PATH = "evidence/E0004/item.json"


def _rewrite(suspect: Suspect, change: Callable[[dict[str, Any]], object], spelling: bytes = b"") -> None:
    item = json.loads((suspect.root / PATH).read_bytes())
    change(item)
    overwrite(suspect.root / PATH, spelling or spell(item) + b"\n")
    acts = entries(suspect.root)
    relist(suspect.root, acts, PATH)
    rebuild(suspect.root, acts)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda item: item.update(exhibit="PO/9"), "exhibit"),
        (lambda item: item.update(id="E0009"), "id"),
        (lambda item: item.update(kind="note"), "kind"),
        (lambda item: item.update(outcome="http-404"), "outcome"),
        (lambda item: item.update(who="AB"), "who or at"),
        (lambda item: item.update(at="2026-11-20T21:00:00.000001Z"), "who or at"),
        (lambda item: item.update(files=[]), "files"),
        (lambda item: item.update(files=item["files"] * 2), "files"),
        (lambda item: item["files"][0].update(size=1), "files"),
        (lambda item: item["files"][0].update(name="../x"), "files"),
        (lambda item: item.pop("exhibit"), "not ours"),
        (lambda item: item.update(kind="confession"), "not ours"),
    ],
)
def test_disagrees(suspect: Suspect, change: Callable[[dict[str, Any]], object], says: str) -> None:
    _rewrite(suspect, change)
    suspect.finds(1, "item", Status.CHANGED, PATH, "E0004", "PO/4", says=says)


@pytest.mark.parametrize(
    "data", [b"\n", b"{}\n", b"[" * 60_000 + b"\n", b'{"id":"E0004","id":"E0004"}\n', b"\xff\n"]
)
def test_is_no_item(suspect: Suspect, data: bytes) -> None:
    _rewrite(suspect, lambda _item: None, data)
    suspect.finds(1, "item", Status.CHANGED, PATH, "E0004", "PO/4", says="not ours")


def test_fields_of_a_later_version_are_no_fault(suspect: Suspect) -> None:
    _rewrite(suspect, lambda item: item.update(later_field="x"))
    wrong = [f for f in suspect.verdict().findings if f.status is Status.CHANGED]
    assert {f.check for f in wrong} == {"signature"}
