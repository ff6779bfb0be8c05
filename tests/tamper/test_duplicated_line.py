"""A line of the log stands there twice."""

from __future__ import annotations

from forger import chained, entries, raw_lines, store_lines
from honest_case import Suspect

from abusekit.integrity.findings import Status

LOG = "custody/log.jsonl"


def test_as_it_is(suspect: Suspect) -> None:
    lines = raw_lines(suspect.root)
    store_lines(suspect.root, [*lines[:5], lines[4], *lines[5:]])
    suspect.finds(1, "log", Status.CHANGED, LOG, says="line 6 (n 5): says that it is number 4")


def test_with_a_new_chain(suspect: Suspect) -> None:
    acts = entries(suspect.root)
    store_lines(suspect.root, chained([*acts[:5], acts[4], *acts[5:]]))
    suspect.finds(1, "log", Status.CHANGED, LOG, says="names evidence/E0004/item.json again")
