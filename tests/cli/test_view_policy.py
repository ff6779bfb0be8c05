"""The policy log-views: no look at content without a reason, and each in the log; nothing of it without the policy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from command_runner import Abusekit, log_lines

WHY = ("--reason", "preparing the statement")


@pytest.fixture
def watched(abusekit: Abusekit, full_case: Path) -> Path:
    """The full case, kept to the policy."""
    words = ("settings", "change", "--case", full_case, "--reason", "as the police asked")
    answer = abusekit(*words, "--policy", "log-views", "--json", expect=0).answer
    assert answer["policy"] == ["log-views"]
    return full_case


def looks(abusekit: Abusekit, case: Path) -> list[tuple[str, str, str]]:
    entries: list[dict[str, Any]] = abusekit("custody", "log", "--case", case, "--json").answer["entries"]
    return [(e["do"], e["item"], e["how"]) for e in entries if e["do"] in ("item.view", "item.copy")]


REVEALING: tuple[tuple[str, ...], ...] = (
    ("show", "E0005", "--reveal"),
    ("show", "E0005", "--reveal", "--json"),
    ("show", "E0001", "--replay", "--for", "0"),
    ("list", "--reveal"),
    ("timeline", "--reveal"),
    ("timeline", "--reveal", "--html", "t.html"),
)


@pytest.mark.parametrize("words", REVEALING, ids=" ".join)
def test_a_reason_is_needed(abusekit: Abusekit, watched: Path, words: tuple[str, ...]) -> None:
    lines = log_lines(watched)
    ended = abusekit(*words, "--case", watched, expect=2)
    assert 'say why: --reason "…"' in ended.err and ended.out == ""
    assert abusekit(*words, "--case", watched, "--reason", " ", expect=2).out == ""
    assert log_lines(watched) == lines and not (abusekit.home / "t.html").exists()


def test_looks_are_logged(abusekit: Abusekit, watched: Path) -> None:
    for words in REVEALING:
        assert abusekit(*words, "--case", watched, *WHY, expect=0).out or "t.html" in words
    items = ["E0001", "E0002", "E0003", "E0004", "E0005"]
    found = looks(abusekit, watched)
    assert found[:3] == [
        ("item.view", "E0005", "show --reveal"), ("item.view", "E0005", "show --reveal"),
        ("item.view", "E0001", "show --replay"),
    ]  # fmt: skip
    assert found[3:8] == [("item.view", item, "list --reveal") for item in items]
    seen = [one for one in found[8:] if one[0] == "item.view"]
    copied = [one for one in found[8:] if one[0] == "item.copy"]
    assert seen and [item for _, item, _ in seen] == [item for _, item, _ in copied]
    assert {how for _, _, how in found[8:]} == {"timeline --reveal"}
    abusekit("seal", "--case", watched, expect=0)
    abusekit("verify", watched, expect=0)


def test_what_covers_needs_no_reason(abusekit: Abusekit, watched: Path) -> None:
    lines = log_lines(watched)
    for words in (("show", "E0005"), ("list",), ("timeline",), ("verify",)):
        abusekit(*words, "--case", watched)
    told = abusekit("show", "E0005", "--case", watched, *WHY, expect=0)
    assert "not logged: nothing is revealed" in told.err
    assert log_lines(watched) == lines


def test_without_the_policy_nothing_is_logged(abusekit: Abusekit, full_case: Path) -> None:
    lines = log_lines(full_case)
    told = abusekit("show", "E0005", "--reveal", "--case", full_case, *WHY, expect=0)
    assert "the reason is not logged" in told.err and "He stood at the gate" in told.out
    assert "not logged" not in abusekit("show", "E0005", "--reveal", "--case", full_case, expect=0).err
    assert log_lines(full_case) == lines


def test_nothing_is_shown_that_cannot_be_logged(abusekit: Abusekit, watched: Path) -> None:
    """A case that cannot be written to, such as one on a read-only medium."""
    (watched / "custody/log.jsonl").chmod(0o400)
    ended = abusekit("show", "E0005", "--reveal", "--case", watched, *WHY, powerless=True)
    assert ended.code == 3 and ended.out == "", ended


def test_the_policy_ends(abusekit: Abusekit, watched: Path) -> None:
    words = ("settings", "change", "--case", watched, "--reason", "no longer asked for")
    assert abusekit(*words, "--no-policy", "log-views", "--json", expect=0).answer["policy"] == []
    abusekit("show", "E0005", "--reveal", "--case", watched, expect=0)
    assert looks(abusekit, watched) == []


def test_the_difference_of_a_recheck(abusekit: Abusekit, watched: Path, site: Any) -> None:
    """Both texts that were compared are looked at."""
    abusekit("recheck", "E0001", "--case", watched, "--delay", "0", expect=0)
    assert "say why" in abusekit("recheck", "--diff", "E0006", "--reveal", "--case", watched, expect=2).err
    abusekit("recheck", "--diff", "E0006", "--case", watched, expect=0)
    assert looks(abusekit, watched) == []
    abusekit("recheck", "--diff", "E0006", "--reveal", "--case", watched, *WHY, expect=0)
    abusekit("recheck", "E0001", "--diff", "--reveal", "--delay", "0", "--case", watched, *WHY, expect=0)
    how = "recheck --reveal"
    found = looks(abusekit, watched)
    assert found[:2] == [("item.view", "E0006", how), ("item.view", "E0001", how)]
    assert [item for _, item, _ in found[2:]] == ["E0007", "E0006"]
