"""The honest case of tests/tamper, sealed, stamped by two authorities, with the kit and what a stranger brings."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tamper"))

from handed_over import Handed
from honest_case import Built, Suspect, build
from stamped_case import Stamped, stamped_copy
from strangers_kit import signers_line

from abusekit.kit.writing import write_kit


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return build(tmp_path_factory.mktemp("honest"))


@pytest.fixture(scope="session")
def handed_once(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Handed:
    """Under a name with blanks: everything in it has to be quoted."""
    folder = tmp_path_factory.mktemp("handed") / "a case & its 'kit'"
    copy = Suspect(Path(shutil.copytree(built.root, folder)), built)
    stamped: Stamped = stamped_copy(copy)
    write_kit(folder)
    assert stamped.verdict().exit_code == 0
    signers = folder.parent / "allowed signers"
    signers.write_text("".join(signers_line(one) + "\n" for one in built.trust.signers), encoding="ascii")
    roots = folder.parent / "roots of authorities"
    roots.mkdir()
    for name, issuer in stamped.issuers.items():
        (roots / f"{name}.pem").write_bytes(issuer.root_pem)
    return Handed(folder, signers, roots)


@pytest.fixture
def handed(handed_once: Handed, tmp_path: Path) -> Handed:
    """A copy that a test may spoil; its name has blanks, too."""
    case = Path(shutil.copytree(handed_once.case, tmp_path / "copy of it"))
    return Handed(case, handed_once.signers, handed_once.roots)
