"""Cases to run commands on; the dear ones are made once and copied."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from command_runner import PRODUCER, Abusekit

from abusekit.demo.site import PracticeSite


@pytest.fixture
def abusekit(tmp_path: Path) -> Abusekit:
    return Abusekit(tmp_path)


@pytest.fixture(scope="session")
def site() -> Iterator[PracticeSite]:
    """One practice site for all tests of a process; what it counts is looked at by address."""
    with PracticeSite() as running:
        yield running


def copied(folder: Path, target: Path) -> Path:
    return Path(shutil.copytree(folder, target, symlinks=True))


@pytest.fixture(scope="session")
def started_case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A case without items, which may reach 127.0.0.0/8. Only to be copied."""
    home = tmp_path_factory.mktemp("started")
    Abusekit(home)(
        "init", "case", "--yes", "--ref", "OP-1", "--producer", PRODUCER, "--timezone", "Europe/London",
        "--allow-network", "127.0.0.0/8", expect=0,
    )  # fmt: skip
    return home / "case"


@pytest.fixture
def case(started_case: Path, tmp_path: Path) -> Path:
    """A fresh case."""
    return copied(started_case, tmp_path / "case")


@pytest.fixture(scope="session")
def full_home(started_case: Path, site: PracticeSite, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A case with a page (E0001), a missing page (E0002), a photo (E0003), a letter (E0004) and a diary entry
    (E0005), sealed by the key `me`, and the user it belongs to. Only to be copied."""
    home = tmp_path_factory.mktemp("full")
    run = Abusekit(home)
    case = copied(started_case, home / "case")
    addresses = [site.post_url(5003), site.post_url(4999)]
    run("capture", "--case", case, "--delay", "0", addresses[0], expect=0)
    run("capture", "--case", case, "--delay", "0", addresses[1], expect=7)
    samples = site.write_samples(home / "samples")
    run("add", "--case", case, samples.pictures[0], "--received-from", "the victim", expect=0)
    (home / "letter.txt").write_text("a letter\n")
    run("add", "--case", case, home / "letter.txt", expect=0)
    run("note", "--case", case, "He stood at the gate.", "--at", "2026-06-15T22:10", expect=0)
    run("key", "create", "me", expect=0)
    run("seal", "--case", case, "--key", "me", expect=0)
    run("verify", case, expect=0)
    return home


@pytest.fixture
def full_case(full_home: Path, tmp_path: Path) -> Path:
    """A copy of the sealed case, with the keys and the state of its user."""
    for name in ("keys", "state"):
        copied(full_home / name, tmp_path / name)
    return copied(full_home / "case", tmp_path / "case")
