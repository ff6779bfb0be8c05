"""A number that is given once only is given a second time."""

from __future__ import annotations

from forger import extend, listed, overwrite
from honest_case import Suspect

from abusekit.integrity.findings import Status

LOG = "custody/log.jsonl"


def _item(suspect: Suspect, item: str, exhibit: str, *paths: str) -> dict[str, object]:
    for path in paths:
        overwrite(suspect.root / path, b"{}\n")
    return {
        "do": "item.add", "item": item, "exhibit": exhibit, "kind": "file", "outcome": "complete",
        "files": [listed(suspect.root, path) for path in paths],
    }  # fmt: skip


def test_an_exhibit_reference(suspect: Suspect) -> None:
    extend(suspect.root, _item(suspect, "E0009", "PO/1", "evidence/E0009/item.json"))
    suspect.finds(1, "log", Status.CHANGED, LOG, says="'PO/1' a second time")


def test_an_item_id(suspect: Suspect) -> None:
    extend(suspect.root, _item(suspect, "E0001", "PO/6", "evidence/E0001/other.json"))
    suspect.finds(1, "log", Status.CHANGED, LOG, says="'E0001' a second time")


def test_a_path(suspect: Suspect) -> None:
    extend(
        suspect.root, _item(suspect, "E0009", "PO/6", "evidence/E0009/item.json", "evidence/E0001/item.json")
    )
    suspect.finds(1, "log", Status.CHANGED, LOG, says="names evidence/E0001/item.json again")


def test_a_file_of_another_item(suspect: Suspect) -> None:
    extend(
        suspect.root, _item(suspect, "E0009", "PO/6", "evidence/E0009/item.json", "evidence/E0001/new.txt")
    )
    suspect.finds(1, "log", Status.CHANGED, LOG, says="do not lie in its folder")
