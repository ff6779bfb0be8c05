"""The folder of an item is copied under a new id."""

from __future__ import annotations

import json
import shutil

from forger import extend, listed, overwrite, spell
from honest_case import Suspect

from abusekit.integrity.findings import Status


def test_without_a_line(suspect: Suspect) -> None:
    shutil.copytree(suspect.root / "evidence/E0004", suspect.root / "evidence/E0009")
    suspect.finds(1, "unlisted", Status.UNLISTED, "evidence/E0009/item.json")


def test_with_a_line(suspect: Suspect) -> None:
    shutil.copytree(suspect.root / "evidence/E0004", suspect.root / "evidence/E0009")
    files = [listed(suspect.root, f"evidence/E0009/{name}") for name in ("item.json", "photo.jpg")]
    extend(
        suspect.root,
        {"do": "item.add", "item": "E0009", "exhibit": "PO/6", "kind": "file", "outcome": "complete",
         "files": files},
    )  # fmt: skip
    path = "evidence/E0009/item.json"
    suspect.finds(1, "item", Status.CHANGED, path, "E0009", "PO/6", says="id, exhibit")


def test_of_another_case(suspect: Suspect) -> None:
    """An item of another case, with a line of its own here: its item.json names its own case."""
    folder = suspect.root / "evidence/E0009"
    shutil.copytree(suspect.root / "evidence/E0004", folder)
    item = json.loads((folder / "item.json").read_bytes())
    item |= {"id": "E0009", "exhibit": "PO/6", "case": "00000000-0000-0000-0000-000000000000"}
    overwrite(folder / "item.json", spell(item) + b"\n")
    files = [listed(suspect.root, f"evidence/E0009/{name}") for name in ("item.json", "photo.jpg")]
    extend(
        suspect.root,
        {"do": "item.add", "item": "E0009", "exhibit": "PO/6", "kind": "file", "outcome": "complete",
         "files": files},
    )  # fmt: skip
    suspect.finds(1, "item", Status.CHANGED, "evidence/E0009/item.json", "E0009", "PO/6", says="log: case")
