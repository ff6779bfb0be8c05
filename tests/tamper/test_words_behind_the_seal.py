"""The last lines of a log record the sealing itself and are covered by no seal: they must have no room for more."""

from __future__ import annotations

import pytest
from forger import chained, entries, extend, listed, overwrite, store_lines
from honest_case import Suspect

from abusekit.integrity.findings import Status

LOG = "custody/log.jsonl"


@pytest.mark.parametrize("name", ["statement-of-witness.txt", "more/x/photo.jpg", "seal.txt.police.sig"])
def test_a_file_smuggled_in_beside_the_seal(suspect: Suspect, name: str) -> None:
    path = f"seals/000015/{name}"
    (suspect.root / path).parent.mkdir(parents=True, exist_ok=True)
    overwrite(suspect.root / path, b"x")
    act = {"do": "seal.sign", "seal": 15, "signer": "SHA256:x", "files": [listed(suspect.root, path)]}
    extend(suspect.root, act)
    assert suspect.verdict().exit_code == 1


def test_a_signature_line_without_a_signature(suspect: Suspect) -> None:
    extend(suspect.root, {"do": "seal.sign", "seal": 15, "signer": "SHA256:x", "files": []})
    suspect.finds(1, "log", Status.CHANGED, LOG, says="line 18")


def test_invented_words_in_a_line_about_a_seal(suspect: Suspect) -> None:
    acts = entries(suspect.root)
    acts[-1]["reason"] = "approved by the court"
    store_lines(suspect.root, chained(acts))
    suspect.finds(1, "log", Status.CHANGED, LOG, says="line 17")


def test_the_verdict_says_what_no_seal_covers(suspect: Suspect) -> None:
    """Who sealed and when, as these lines say, can be edited: so it is told."""
    notes = [f for f in suspect.verdict().findings if f.check == "seal" and f.status is Status.NOTE]
    assert any("last 2 lines" in note.message for note in notes)
