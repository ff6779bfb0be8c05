"""An inner line of the log is gone."""

from __future__ import annotations

from forger import chained, entries, raw_lines, store_lines
from honest_case import Suspect

from abusekit.integrity.findings import Status

LOG = "custody/log.jsonl"


def test_as_it_is(suspect: Suspect) -> None:
    lines = raw_lines(suspect.root)
    store_lines(suspect.root, [*lines[:6], *lines[7:]])
    suspect.finds(1, "log", Status.CHANGED, LOG, says="line 7 (n 6): says that it is number 7")


def test_with_a_new_chain(suspect: Suspect) -> None:
    acts = entries(suspect.root)
    store_lines(suspect.root, chained([*acts[:6], *acts[7:]]))
    suspect.finds(1, "log", Status.CHANGED, LOG, says="adds a seal that cannot be")


def test_the_first(suspect: Suspect) -> None:
    store_lines(suspect.root, chained(entries(suspect.root)[1:]))
    suspect.finds(1, "log", Status.CHANGED, LOG, says="does not start a case")


def test_all(suspect: Suspect) -> None:
    store_lines(suspect.root, [])
    suspect.finds(1, "seal", Status.CHANGED, "seals/000015/seal.txt", says="has 0")
