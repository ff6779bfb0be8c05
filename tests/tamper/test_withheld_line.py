"""Lines are withheld, or legally erased: the rest still verifies, and what is not there is said."""

from __future__ import annotations

import hashlib
import json

from forger import extend, flip, leaf, overwrite, raw_lines, store_lines
from honest_case import Suspect

from abusekit.integrity.findings import Status

REDACTED = "custody/log.redacted"
ERASE = {
    "do": "line.erase", "line": 3, "item": "E0003", "reason": "it has to go", "authority": "court order 1",
}  # fmt: skip


def lists_of(suspect: Suspect) -> list[str]:
    """The lists of seals, all of which name the files of E0003."""
    return [
        f"seals/{folder.name}/{name}"
        for folder in suspect.seals()
        for name in ("manifest-sha256.txt", "salt.txt")
    ]


def _withhold(suspect: Suspect, *numbers: int) -> list[bytes]:
    """What a partial pack holds: hashes for lines, no lists that name what is withheld."""
    lines = raw_lines(suspect.root)
    for n in numbers:
        for one in json.loads(lines[n]).get("files", ()):
            (suspect.root / one["path"]).unlink()
        lines[n] = leaf(lines[n]).hex().encode()
    for folder in suspect.seals():
        (folder / "manifest-sha256.txt").unlink()
        (folder / "salt.txt").unlink()
    (suspect.root / "custody/log.jsonl").unlink()
    store_lines(suspect.root, lines, "log.redacted")
    return lines


def test_is_partial(suspect: Suspect) -> None:
    _withhold(suspect, 3, 6)
    verdict = suspect.verdict()
    assert (verdict.exit_code, verdict.partial) == (0, "PARTIAL"), verdict.findings
    hidden = "they may hold withdrawals, quarantines, revocations"
    assert verdict.sentence == f"VERIFIED (PARTIAL: 2 of 17 lines are withheld; {hidden})"
    suspect.finds(0, "log", Status.NOTE, REDACTED, says="2 of 17 lines are withheld")
    suspect.finds(0, "signature", Status.OK, "seals/000015/seal.txt.me.sig")
    suspect.finds(0, "seal", Status.NOTE, "seals/000015/seal.txt", says="log-sha256 of this seal cannot be")


def test_with_a_swapped_hash(suspect: Suspect) -> None:
    lines = _withhold(suspect, 3)
    store_lines(suspect.root, [*lines[:3], b"0" * 64, *lines[4:]], "log.redacted")
    suspect.finds(1, "log", Status.CHANGED, REDACTED, says="line 5 (n 4): does not continue the chain")


def test_with_a_swapped_hash_before_another_withheld_line(suspect: Suspect) -> None:
    """The chain cannot see it between two withheld lines; the root of the seal does."""
    lines = _withhold(suspect, 3, 4)
    store_lines(suspect.root, [*lines[:3], b"0" * 64, *lines[4:]], "log.redacted")
    suspect.finds(1, "seal", Status.CHANGED, "seals/000007/seal.txt", says="root-sha256")


def test_a_withheld_line_left_out(suspect: Suspect) -> None:
    lines = _withhold(suspect, 3, 4)
    store_lines(suspect.root, [*lines[:3], *lines[4:]], "log.redacted")
    assert suspect.verdict().exit_code == 1


def test_a_node_of_the_tree_in_place_of_two_leaves(suspect: Suspect) -> None:
    """The root would be the same; the number of lines is not."""
    lines = _withhold(suspect, 2, 3)
    node = hashlib.sha256(b"\1" + bytes.fromhex(lines[2].decode() + lines[3].decode())).hexdigest()
    store_lines(suspect.root, [*lines[:2], node.encode(), *lines[4:]], "log.redacted")
    assert suspect.verdict().exit_code == 1


def test_with_its_files_left_in(suspect: Suspect) -> None:
    kept = (suspect.root / "evidence/E0003/text.txt").read_bytes()
    _withhold(suspect, 3)
    overwrite(suspect.root / "evidence/E0003/text.txt", kept)
    suspect.finds(1, "unlisted", Status.UNLISTED, "evidence/E0003/text.txt")


def test_a_disclosed_exhibit_swapped(suspect: Suspect) -> None:
    _withhold(suspect, 3)
    flip(suspect.root / "evidence/E0004/photo.jpg", 5)
    suspect.finds(1, "file", Status.CHANGED, "evidence/E0004/photo.jpg", "E0004", "PO/4")


def test_a_disclosed_exhibit_deleted(suspect: Suspect) -> None:
    _withhold(suspect, 3)
    (suspect.root / "evidence/E0004/photo.jpg").unlink()
    suspect.finds(1, "file", Status.MISSING, "evidence/E0004/photo.jpg", "E0004", "PO/4")


def test_the_first_line(suspect: Suspect) -> None:
    """Which case that is must be told."""
    _withhold(suspect, 0)
    suspect.finds(1, "log", Status.CHANGED, REDACTED, says="first line is withheld")


def test_a_hash_in_a_whole_log(suspect: Suspect) -> None:
    lines = raw_lines(suspect.root)
    store_lines(suspect.root, [*lines[:3], leaf(lines[3]).hex().encode(), *lines[4:]])
    suspect.finds(1, "log", Status.CHANGED, "custody/log.jsonl", says="line 4")


def test_is_erased(suspect: Suspect) -> None:
    extend(suspect.root, {**ERASE, "removed": lists_of(suspect)})
    _withhold(suspect, 3)
    verdict = suspect.verdict()
    assert (verdict.exit_code, verdict.partial) == (7, "ERASED"), verdict.findings
    assert verdict.sentence == "NOT FULLY CHECKED (ERASED: 1 of 18 lines are erased)"
    suspect.finds(7, "log", Status.UNCHECKED, REDACTED, says="line 4 is ERASED, as line 18 says")


def test_one_erased_and_one_withheld(suspect: Suspect) -> None:
    extend(suspect.root, {**ERASE, "removed": lists_of(suspect)})
    _withhold(suspect, 3, 4)
    verdict = suspect.verdict()
    assert (verdict.exit_code, verdict.partial) == (7, "PARTIAL"), verdict.findings
    assert "2 of 18 lines are withheld, 1 of them erased; they may" in verdict.sentence


def test_said_to_be_erased_but_there(suspect: Suspect) -> None:
    extend(suspect.root, ERASE)
    suspect.finds(1, "log", Status.CHANGED, "custody/log.jsonl", says="is erased, but it is there")
