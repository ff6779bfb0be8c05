"""A fact in a line of the log is another."""

from __future__ import annotations

from forger import chained, entries, raw_lines, spell, store_lines
from honest_case import Suspect

from abusekit.integrity.findings import Status

LOG = "custody/log.jsonl"


def test_without_a_new_chain(suspect: Suspect) -> None:
    acts = entries(suspect.root)
    acts[6]["tags"] = ["harmless"]
    lines = raw_lines(suspect.root)
    lines[6] = spell(acts[6])
    store_lines(suspect.root, lines)
    suspect.finds(1, "log", Status.CHANGED, LOG, says="line 8 (n 7): does not continue the chain")
    verdict = suspect.verdict()
    assert [f.path for f in verdict.findings if f.status is Status.CHANGED] == [LOG, "seals/000007/seal.txt"]
    suspect.finds(
        1, "seal", Status.UNCHECKED, "seals", says="1 seal covers lines behind the one that is wrong"
    )
    assert not any("interrupted" in f.message for f in verdict.findings), "no crash did that"


def test_with_a_new_chain(suspect: Suspect) -> None:
    acts = entries(suspect.root)
    acts[6]["tags"] = ["harmless"]
    store_lines(suspect.root, chained(acts))
    for size in ("000007", "000015"):
        suspect.finds(1, "seal", Status.CHANGED, f"seals/{size}/seal.txt", says="root-sha256, head-sha256")


def test_behind_the_first_seal(suspect: Suspect) -> None:
    """The older seal still holds, and says so: what it covers is what can be relied on."""
    acts = entries(suspect.root)
    acts[13]["reason"] = "on request"
    store_lines(suspect.root, chained(acts))
    suspect.finds(1, "seal", Status.CHANGED, "seals/000015/seal.txt")
    suspect.finds(1, "seal", Status.OK, "seals/000007/seal.txt")


def test_a_withdrawal_undone(suspect: Suspect) -> None:
    acts = entries(suspect.root)
    acts[13] = {**acts[13], "do": "item.tag"}
    store_lines(suspect.root, chained(acts))
    suspect.finds(1, "seal", Status.CHANGED, "seals/000015/seal.txt")
