"""What made a record: the build digest is that of the files, and a broken part fails the self-test."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

import abusekit
from abusekit.case import tool
from abusekit.case.canonical import encode


def test_the_build_digest_by_hand() -> None:
    package = Path(abusekit.__file__).parent
    lines = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(package).as_posix()}\n"
        for path in sorted(package.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    ]
    tool.build_digest.cache_clear()
    assert tool.build_digest() == hashlib.sha256("".join(lines).encode()).hexdigest()


def test_facts_fit_an_item() -> None:
    facts = tool.tool_facts()
    encode(facts)
    assert facts["self_test"] == "passed 4 of 4"
    assert facts["version"] == abusekit.__version__


@pytest.mark.parametrize("broken", range(len(tool.SELF_TESTS)))
def test_a_broken_part_is_named(broken: int, monkeypatch: pytest.MonkeyPatch) -> None:
    parts = list(tool.SELF_TESTS)
    parts[broken] = (parts[broken][0], lambda: False)
    monkeypatch.setattr(tool, "SELF_TESTS", tuple(parts))
    tool.self_test.cache_clear()
    assert tool.self_test() == f"FAILED: {parts[broken][0]}"
    tool.self_test.cache_clear()


def test_a_wrong_digest_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tool.hashlib, "sha256", hashlib.sha512)
    assert not tool._sha256()
    assert not tool._merkle()
