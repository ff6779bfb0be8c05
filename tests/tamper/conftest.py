"""One honest, sealed case; each test spoils a copy of it.

A copy is given to a test only after it has been shown to verify: what a test finds is its own doing.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from honest_case import START, Built, Suspect, build, wacz
from stamped_case import Stamped, stamped_copy

from abusekit.integrity.findings import Status


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return build(tmp_path_factory.mktemp("honest"))


@pytest.fixture
def suspect(built: Built, tmp_path: Path) -> Suspect:
    """A fresh copy, shown to be honest before a test may spoil it."""
    copy = Suspect(Path(shutil.copytree(built.root, tmp_path / "case", symlinks=True)), built)
    honest = copy.verdict(everything=True)
    assert honest.exit_code == 0, honest.findings
    assert not [f for f in honest.findings if f.status not in (Status.OK, Status.NOTE)]
    assert not honest.withdrawn.keys() ^ {"E0005"}
    return copy


@pytest.fixture
def stamped(suspect: Suspect) -> Stamped:
    """A copy with time stamps of two authorities, shown to be honest in the same way."""
    copy = stamped_copy(suspect)
    honest = copy.verdict()
    assert honest.exit_code == 0, honest.findings
    assert honest.counts["stamp", Status.OK] == 2 and not honest.counts["stamp", Status.NOTE]
    return copy


@pytest.fixture
def stranger() -> Ed25519PrivateKey:
    """A key for which nobody vouched."""
    return Ed25519PrivateKey.generate()


@pytest.fixture
def new_wacz() -> Callable[[bytes], bytes]:
    """A web archive with another body for the page of E0001, whole in itself: its own digests all fit."""
    made = {"text": b"abuse of alpha\n", "view": b"a picture of alpha"}
    return lambda body: wacz("http://example.org/alpha", body, START, made)
