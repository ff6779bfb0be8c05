"""Every file of the samples through `abusekit import`, each alone: read, or kept with a sentence."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from tests.cli.command_runner import PRODUCER, Abusekit


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory, shared_data: Path) -> dict[str, dict[str, Any]]:
    """File → what `import` answered; the case is sealed and verified on the way."""
    home = tmp_path_factory.mktemp("everything")
    run, case = Abusekit(home), home / "case"
    run("init", case, "--yes", "--ref", "ALL", "--producer", PRODUCER, "--timezone", "UTC", expect=0)
    files = sorted(
        path for name in ("exports", "photos") for path in (shared_data / name).rglob("*") if path.is_file()
    )
    assert len(files) > 240
    ended = run("import", "--case", case, "--again", *files, "--json", timeout=600)
    assert ended.code == 7, ended
    told = ended.answer["exports"]
    assert len(told) == len(files)
    run("key", "create", "me", expect=0)
    run("seal", "--case", case, "--key", "me", expect=0, timeout=120)
    run("verify", case, expect=0, timeout=120)
    return {str(path.relative_to(shared_data)): answer for path, answer in zip(files, told, strict=True)}


def test_each_is_read_or_kept_with_a_sentence(answers: dict[str, dict[str, Any]]) -> None:
    states = Counter(answer["state"] for answer in answers.values())
    assert set(states) == {"read", "stored"}, states
    for name, answer in answers.items():
        assert answer["item"] and answer["exhibit"], name
        if answer["state"] == "read":
            assert answer["reading"]["importers"], name
        elif not name.startswith("photos/") and not name.endswith((".png", ".jpg")):
            assert answer["problem"] == "no importer knows it; stored as a file", name


def test_what_is_read_says_what_it_found(answers: dict[str, dict[str, Any]]) -> None:
    """A file that an importer claims gives records, or a sentence that says why not."""
    silent = []
    for name, answer in answers.items():
        reading = answer["reading"] or {}
        found = sum(reading.get(what, 0) for what in ("messages", "events", "profiles", "unparsed"))
        said = any(reading.get(what) for what in ("damaged", "problems", "warnings", "secrets", "counts"))
        if answer["state"] == "read" and not found and not said:
            silent.append(name)
    assert silent == []


def test_photos_are_files_and_never_exports(answers: dict[str, dict[str, Any]]) -> None:
    photos = {name: answer for name, answer in answers.items() if name.startswith("photos/")}
    assert len(photos) > 50
    assert {answer["state"] for answer in photos.values()} == {"stored"}


def test_texts_about_the_samples_are_no_exports(answers: dict[str, dict[str, Any]]) -> None:
    for name in ("exports/README.md", "exports/expected.json", "photos/README.md"):
        assert answers[name]["state"] == "stored"
        assert answers[name]["problem"]


def test_exit_codes(tmp_path: Path, shared_data: Path) -> None:
    """0 where all was understood; 7 where something was not; each in a case of its own."""
    run, case = Abusekit(tmp_path), tmp_path / "case"
    run("init", case, "--yes", "--ref", "ONE", "--producer", PRODUCER, "--timezone", "UTC", expect=0)
    exports = shared_data / "exports"
    for name, code in (
        ("whatsapp/cm_android_ddmmyy_24h.txt", 0),
        ("email/dkim/synthetic/03_body_tampered.eml", 0),  # a signature that fails is a finding, not a fault
        ("savepage/synthetic/Thread – Example Forum_files/a.png", 0),
        ("har/single_entry.har", 7),
        ("README.md", 7),
    ):
        assert run("import", "--case", case, exports / name).code == code, name
