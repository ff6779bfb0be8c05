"""What stands beside a recording is not what is in it, and all digests outside of it were made to fit."""

from __future__ import annotations

import json

import pytest
from forger import (
    Entry,
    entries,
    extend,
    listed,
    open_up,
    overwrite,
    rebuild,
    relist,
    replace_consistently,
    spell,
)
from honest_case import Suspect

from abusekit.integrity.findings import Status

ABOUT = "evidence/E0001/item.json"
RECORDING = "evidence/E0001/capture.wacz"


def found(suspect: Suspect, says: str) -> None:
    suspect.finds(1, "webarchive", Status.CHANGED, RECORDING, "E0001", "PO/1", says=says)


def without(suspect: Suspect, *names: str) -> list[Entry]:
    """E0001 as if it had never had these files."""
    item = json.loads((suspect.root / ABOUT).read_bytes())
    item["files"] = [one for one in item["files"] if one["name"] not in names]
    overwrite(suspect.root / ABOUT, spell(item) + b"\n")
    acts = entries(suspect.root)
    for act in acts:
        gone = [f"evidence/E0001/{name}" for name in names]
        act["files"] = [one for one in act.get("files", ()) if one["path"] not in gone]
    for name in names:
        path = suspect.root / "evidence/E0001" / name
        open_up(path)
        path.unlink()
    relist(suspect.root, acts, ABOUT)
    return acts


def added(suspect: Suspect, name: str, data: bytes) -> list[Entry]:
    """E0001 as if it had always had this file too."""
    path = f"evidence/E0001/{name}"
    (suspect.root / path).parent.chmod(0o700)
    overwrite(suspect.root / path, data)
    item = json.loads((suspect.root / ABOUT).read_bytes())
    about = listed(suspect.root, path)
    about["name"] = about.pop("path").rpartition("/")[2]
    item["files"].append({**about, "media_type": "x/y", "role": "rendering"})
    overwrite(suspect.root / ABOUT, spell(item) + b"\n")
    acts = entries(suspect.root)
    for act in acts:
        if act.get("item") == "E0001" and act["do"] == "item.add":
            act["files"].append(listed(suspect.root, path))
    relist(suspect.root, acts, ABOUT)
    return acts


@pytest.mark.parametrize(("name", "data"), [("text.txt", b"kind words\n"), ("page.png", b"another picture")])
def test_another_text_or_picture(suspect: Suspect, name: str, data: bytes) -> None:
    rebuild(suspect.root, replace_consistently(suspect.root, f"evidence/E0001/{name}", data))
    found(suspect, f"{name} is not the one in the recording")


@pytest.mark.parametrize("name", ["page-02.png", "page.pdf", "dom.html", "page.mhtml"])
def test_one_that_was_never_recorded(suspect: Suspect, name: str) -> None:
    rebuild(suspect.root, added(suspect, name, b"of nowhere"))
    found(suspect, f"{name} stands beside the recording and is not in it")


def test_one_that_was_left_out(suspect: Suspect) -> None:
    rebuild(suspect.root, without(suspect, "text.txt"))
    found(suspect, "holds a text of the page (number 1) that does not stand beside it")


def test_the_picture_that_an_item_says_it_has(suspect: Suspect) -> None:
    rebuild(suspect.root, without(suspect, "page.png"))
    suspect.finds(
        1, "item", Status.CHANGED, ABOUT, "E0001", "PO/1", says="a picture of the page, and has none"
    )


def test_the_recording_that_an_item_says_it_has(suspect: Suspect) -> None:
    rebuild(suspect.root, without(suspect, "capture.wacz"))
    finding = suspect.finds(1, "item", Status.CHANGED, ABOUT, "E0001", "PO/1", says="has no capture.wacz")
    assert "page.png and no capture.wacz from which it could be" in finding.message


def test_an_archive_in_quarantine_is_checked_like_any_other(suspect: Suspect) -> None:
    rebuild(suspect.root, replace_consistently(suspect.root, RECORDING, b"no archive at all"))
    extend(suspect.root, {"do": "item.quarantine", "item": "E0001", "reason": "x", "seen_by": ["PO"]})
    assert "E0001" in suspect.verdict().quarantined
    suspect.finds(1, "webarchive", Status.CHANGED, RECORDING, "E0001", "PO/1")
