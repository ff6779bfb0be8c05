"""A partial copy in an opponent's hands: what it shows is judged as strictly as a whole case."""

from __future__ import annotations

import hashlib
import shutil

import pytest
from forger import flip, leaf, overwrite, sha256, store_lines
from honest_case import Suspect

from abusekit.case.folder import Case
from abusekit.export.partial import export_partial, plan_partial
from abusekit.integrity.findings import Status

REDACTED = "custody/log.redacted"
SEAL = "seals/000015"


@pytest.fixture
def copy(suspect: Suspect) -> Suspect:
    """E0002 and E0006 of the honest case, verified."""
    case = Case.open(suspect.root)
    made = export_partial(
        case, plan_partial(case, ["E0002", "E0006"]), suspect.root.parent / "copy", trust=suspect.built.trust
    )
    partial = Suspect(made.folder, suspect.built)
    verdict = partial.verdict()
    assert verdict.exit_code == 0
    assert verdict.sentence.startswith("VERIFIED (PARTIAL: 11 of 15 lines are withheld; "), verdict.findings
    partial.finds(0, "signature", Status.OK, f"{SEAL}/seal.txt.me.sig", says="signed by me")
    return partial


def lines_of(copy: Suspect) -> list[bytes]:
    return (copy.root / REDACTED).read_bytes().split(b"\n")[:-1]


def test_a_node_in_place_of_two_leaves(copy: Suspect) -> None:
    """The root would be the same; the number of lines is not."""
    lines = lines_of(copy)
    node = hashlib.sha256(b"\1" + bytes.fromhex((lines[4] + lines[5]).decode())).hexdigest().encode()
    store_lines(copy.root, [*lines[:4], node, *lines[6:]], "log.redacted")
    copy.finds(1, "log", Status.CHANGED, "custody/log.redacted", says="says that it is number 10")


def test_a_node_and_a_line_of_ours(copy: Suspect) -> None:
    """With another hash at the end the number is right again, and the root is not."""
    lines = lines_of(copy)
    node = hashlib.sha256(b"\1" + bytes.fromhex((lines[4] + lines[5]).decode())).hexdigest().encode()
    store_lines(copy.root, [*lines[:4], node, *lines[6:], b"0" * 64], "log.redacted")
    assert copy.verdict().exit_code == 1


def test_a_swapped_hash(copy: Suspect) -> None:
    lines = lines_of(copy)
    store_lines(copy.root, [*lines[:4], lines[5], lines[4], *lines[6:]], "log.redacted")
    copy.finds(1, "seal", Status.CHANGED, f"{SEAL}/seal.txt", says="root-sha256")


@pytest.mark.parametrize("n", [4, 14])
def test_a_dropped_line(copy: Suspect, n: int) -> None:
    lines = lines_of(copy)
    store_lines(copy.root, [*lines[:n], *lines[n + 1 :]], "log.redacted")
    assert copy.verdict().exit_code == 1


def test_an_added_line(copy: Suspect) -> None:
    store_lines(copy.root, [*lines_of(copy), b"0" * 64], "log.redacted")
    assert copy.verdict().exit_code == 7  # no seal covers it
    copy.finds(7, "seal", Status.UNCHECKED, SEAL, says="not in the log")


def test_one_more_line_withheld(copy: Suspect) -> None:
    """Its files stand there without a line."""
    lines = lines_of(copy)
    n = next(n for n, line in enumerate(lines) if b'"item":"E0006"' in line and b"item.add" in line)
    lines[n] = leaf(lines[n]).hex().encode()
    store_lines(copy.root, lines, "log.redacted")
    copy.finds(1, "unlisted", Status.UNLISTED, "evidence/E0006/letter.txt")


def test_a_swapped_exhibit(copy: Suspect) -> None:
    flip(copy.root / "evidence/E0006/letter.txt", 3)
    copy.finds(1, "file", Status.CHANGED, "evidence/E0006/letter.txt", "E0006", "AB/1")


def test_an_exhibit_of_the_rest_is_smuggled_in(copy: Suspect) -> None:
    shutil.copytree(copy.built.root / "evidence/E0004", copy.root / "evidence/E0004")
    copy.finds(1, "unlisted", Status.UNLISTED, "evidence/E0004/item.json")


def test_another_seal_folder(copy: Suspect) -> None:
    """A true seal of the case; but nothing in the copy admits it."""
    shutil.copytree(copy.built.root / "seals/000007", copy.root / "seals/000007")
    copy.finds(1, "unlisted", Status.UNLISTED, "seals/000007/seal.txt")


@pytest.mark.parametrize("size", [16, 14, 99])
def test_a_made_up_seal_folder(copy: Suspect, size: int) -> None:
    shutil.copytree(copy.root / SEAL, copy.root / f"seals/{size:06}")
    assert copy.verdict().exit_code == 1


@pytest.mark.parametrize(
    "name", ["manifest-sha256.txt", "salt.txt", "letter.txt", "stamp.txt", "seal.txt.sig"]
)
def test_what_is_no_part_of_its_seal(copy: Suspect, name: str) -> None:
    overwrite(copy.root / SEAL / name, b"smuggled in\n")
    assert copy.verdict().exit_code == 1


def test_the_true_list_of_files_is_left_in(copy: Suspect) -> None:
    """It names all that is withheld: whoever put it there did harm, and the copy is not what was made."""
    shutil.copy(copy.built.root / SEAL / "manifest-sha256.txt", copy.root / SEAL)
    copy.finds(1, "unlisted", Status.UNLISTED, f"{SEAL}/manifest-sha256.txt")


def test_another_seal_over_the_same_lines(copy: Suspect) -> None:
    text = (copy.root / SEAL / "seal.txt").read_bytes()
    overwrite(copy.root / SEAL / "seal.txt", text.replace(b"sealed-at 2026-11-20", b"sealed-at 2025-11-20"))
    copy.finds(1, "signature", Status.CHANGED, f"{SEAL}/seal.txt.me.sig")


def test_the_signature_is_gone(copy: Suspect) -> None:
    (copy.root / SEAL / "seal.txt.me.sig").unlink()
    copy.finds(7, "signature", Status.UNCHECKED, f"{SEAL}/seal.txt", says="is not signed")


def test_the_seal_is_gone(copy: Suspect) -> None:
    shutil.rmtree(copy.root / "seals")
    copy.finds(7, "seal", Status.UNCHECKED, "seals", says="is not sealed")


def test_an_erasure_that_is_not_one(copy: Suspect) -> None:
    """What was only withheld is passed off as erased by law: the line that says so is behind the seal."""
    import json

    from forger import spell

    lines = lines_of(copy)
    act = {
        **json.loads(lines[0]),
        "do": "line.erase",
        "line": 4,
        "item": "E0004",
        "reason": "x",
        "authority": "y",
    }
    for name in ("case", "files", "format"):
        act.pop(name)
    act |= {"n": 15, "prev": lines[-1].decode(), "at": "2026-11-30T00:00:00.000000Z"}
    store_lines(copy.root, [*lines, spell(act)], "log.redacted")
    assert copy.verdict().exit_code in (1, 7)


def test_a_guess_of_a_withheld_line_cannot_be_confirmed(copy: Suspect) -> None:
    """All but the salt of the line may be known: without its 128 bits the hash says nothing."""
    import json

    from forger import entries, spell

    known = entries(copy.built.root)[4]
    hashes = set(lines_of(copy))
    assert leaf(spell(known)).hex().encode() in hashes
    assert leaf(spell({**known, "salt": "0" * 32})).hex().encode() not in hashes
    assert sha256(json.dumps(known).encode()).encode() not in hashes
    assert known["salt"].encode() not in b"".join(p.read_bytes() for p in copy.root.rglob("*") if p.is_file())
