"""Two lines of the log change places."""

from __future__ import annotations

from forger import chained, entries, raw_lines, store_lines
from honest_case import Suspect

from abusekit.integrity.findings import Status

LOG = "custody/log.jsonl"


def test_as_they_are(suspect: Suspect) -> None:
    lines = raw_lines(suspect.root)
    lines[2], lines[3] = lines[3], lines[2]
    store_lines(suspect.root, lines)
    suspect.finds(1, "log", Status.CHANGED, LOG, says="line 3")


def test_with_a_new_chain(suspect: Suspect) -> None:
    acts = entries(suspect.root)
    acts[2], acts[3] = acts[3], acts[2]
    acts[2]["at"], acts[3]["at"] = acts[3]["at"], acts[2]["at"]
    store_lines(suspect.root, chained(acts))
    suspect.finds(1, "seal", Status.CHANGED, "seals/000007/seal.txt", says="root-sha256")
    suspect.finds(1, "seal", Status.CHANGED, "seals/000015/seal.txt", says="root-sha256")
