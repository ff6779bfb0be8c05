"""Hashes in the place of lines behind the newest seal, where nothing binds them: an act could be hidden so."""

from __future__ import annotations

import shutil

import pytest
from forger import Entry, extend, leaf, raw_lines, sha256, store_lines
from honest_case import Suspect

from abusekit.integrity.findings import Status

REDACTED = "custody/log.redacted"
HIDDEN: list[Entry] = [
    {"do": "item.quarantine", "item": "E0001", "reason": "not to be looked at", "seen_by": ["PO"]},
    {"do": "item.withdraw", "item": "E0001", "reason": "made up"},
    {
        "do": "key.revoke",
        "key": "SHA256:" + "A" * 43,
        "since": "2026-11-20T00:00:00.000000Z",
        "why": "stolen",
    },
]


def redact(suspect: Suspect, lines: list[bytes]) -> None:
    (suspect.root / "custody/log.jsonl").unlink()
    store_lines(suspect.root, lines, "log.redacted")


@pytest.mark.parametrize("act", HIDDEN, ids=lambda act: act["do"])
def test_an_act_behind_the_seal_is_hidden(suspect: Suspect, act: Entry) -> None:
    """The case itself is left whole: nothing but this line is gone."""
    extend(suspect.root, act)
    lines = raw_lines(suspect.root)
    redact(suspect, [*lines[:-1], leaf(lines[-1]).hex().encode()])
    suspect.finds(7, "seal", Status.UNCHECKED, REDACTED, says="withheld lines behind the newest seal: 1;")


def test_hashes_of_nothing_at_the_end(suspect: Suspect) -> None:
    """There may be as many as somebody likes."""
    lines = raw_lines(suspect.root)
    redact(suspect, [*lines, *(sha256(b"%d" % n).encode() for n in range(500))])
    suspect.finds(7, "seal", Status.UNCHECKED, REDACTED, says="withheld lines behind the newest seal: 500;")


def test_what_the_seal_covers_is_bound(suspect: Suspect) -> None:
    """The withdrawal of E0005 is covered: its hash has to be there, and the sentence says what it may be."""
    lines = raw_lines(suspect.root)
    n = next(n for n, line in enumerate(lines) if b"item.withdraw" in line)
    redact(suspect, [*lines[:n], leaf(lines[n]).hex().encode(), *lines[n + 1 :]])
    verdict = suspect.verdict()
    assert verdict.exit_code == 0 and "may hold withdrawals" in verdict.sentence
    assert not any("behind the newest seal" in f.message for f in verdict.findings if f.path == REDACTED)


def test_without_any_seal(suspect: Suspect) -> None:
    """Nothing binds any of them then."""
    lines = raw_lines(suspect.root)
    redact(suspect, [lines[0], *(leaf(line).hex().encode() for line in lines[1:])])
    for folder in ("seals", "evidence"):
        shutil.rmtree(suspect.root / folder)
    for name in ("case.yaml", "settings/0002.yaml"):
        (suspect.root / name).unlink()
    suspect.finds(
        7,
        "seal",
        Status.UNCHECKED,
        REDACTED,
        says=f"withheld lines behind the newest seal: {len(lines) - 1};",
    )
