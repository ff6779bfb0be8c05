"""A seal that the log does not know: an interrupted run, or a plant."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime

from forger import overwrite, raw_lines, store_lines
from honest_case import Suspect

from abusekit.case.folder import Case
from abusekit.integrity.findings import Status
from abusekit.integrity.keys.sshsig import sign
from abusekit.integrity.sealing.manifest import make_manifest


def test_with_a_wrong_statement(suspect: Suspect) -> None:
    folder = suspect.root / "seals/000017"
    shutil.copytree(suspect.root / "seals/000015", folder)
    suspect.finds(1, "seal", Status.CHANGED, "seals/000017/seal.txt", says="covers 15 lines")


def test_with_other_files_in_it(suspect: Suspect) -> None:
    overwrite(suspect.root / "seals/000017/planted.jpg", b"x")
    suspect.finds(1, "seal", Status.MISSING, "seals/000017/seal.txt")


def test_interrupted_before_it_was_logged(suspect: Suspect) -> None:
    case = Case.open(suspect.root)
    make_manifest(case, by="PO", now=datetime(2027, 1, 1, tzinfo=UTC))
    store_lines(suspect.root, raw_lines(suspect.root)[:-1])
    suspect.finds(7, "seal", Status.UNCHECKED, "seals/000017", says="a run was interrupted")


def test_a_signature_that_is_not_logged_yet(suspect: Suspect) -> None:
    """Interrupted between file and line, or made by hand with ssh-keygen beside the newest seal."""
    text = (suspect.root / "seals/000015/seal.txt").read_bytes()
    path = "seals/000015/seal.txt.other.sig"
    overwrite(suspect.root / path, sign(suspect.built.key, text))
    suspect.finds(7, "unlisted", Status.UNCHECKED, path, says="not logged yet")
    suspect.finds(7, "signature", Status.OK, path)


def test_a_wrong_signature_that_is_not_logged(suspect: Suspect) -> None:
    path = "seals/000015/seal.txt.other.sig"
    overwrite(suspect.root / path, sign(suspect.built.key, b"another text"))
    suspect.finds(1, "signature", Status.CHANGED, path)
