"""The case that all others are made from says something, and verifies as a whole."""

from __future__ import annotations

import subprocess

from honest_case import Suspect

from abusekit.integrity.findings import PROVES, Status


def test_every_check_has_spoken(suspect: Suspect) -> None:
    verdict = suspect.verdict(everything=True)
    spoken = {check for check, status in verdict.counts if status is Status.OK}
    assert spoken == {"log", "seal", "signature", "file", "item", "webarchive", "settings"}
    assert spoken < set(PROVES)
    assert verdict.counts["file", Status.OK] == len(
        [
            p
            for p in suspect.root.rglob("*")
            if p.is_file() and p.name not in ("log.jsonl", "log.lock", "case.yaml")
        ]
    )
    assert verdict.counts["webarchive", Status.OK] == 3
    assert verdict.word == "VERIFIED"


def test_sha256sum_agrees(suspect: Suspect) -> None:
    for seal in suspect.seals():
        manifest = seal.relative_to(suspect.root) / "manifest-sha256.txt"
        subprocess.run(["sha256sum", "--quiet", "--strict", "-c", manifest], cwd=suspect.root, check=True)
