"""A file is replaced, and step by step everything that speaks of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from forger import (
    chained,
    listed,
    overwrite,
    raw_lines,
    rebuild,
    relist,
    replace_consistently,
    spell,
    store_lines,
)
from honest_case import Suspect

from abusekit.integrity.findings import Status

PATH = "evidence/E0001/capture.wacz"


@pytest.fixture
def forged(new_wacz: Callable[[bytes], bytes]) -> bytes:
    return new_wacz(b"<title>alpha</title><p>kind words")


def test_with_item_json(suspect: Suspect, forged: bytes) -> None:
    replace_consistently(suspect.root, PATH, forged)
    suspect.finds(1, "file", Status.CHANGED, PATH, "E0001", "PO/1")
    suspect.finds(1, "file", Status.CHANGED, "evidence/E0001/item.json", "E0001", "PO/1")


def test_with_its_log_line(suspect: Suspect, forged: bytes) -> None:
    acts = replace_consistently(suspect.root, PATH, forged)
    lines = raw_lines(suspect.root)
    lines[1] = spell(acts[1])
    store_lines(suspect.root, lines)
    suspect.finds(1, "log", Status.CHANGED, "custody/log.jsonl", says="line 3")


def test_with_the_whole_chain(suspect: Suspect, forged: bytes) -> None:
    store_lines(suspect.root, chained(replace_consistently(suspect.root, PATH, forged)))
    suspect.finds(1, "seal", Status.CHANGED, "seals/000007/seal.txt", says="root-sha256")
    suspect.finds(1, "seal", Status.CHANGED, "seals/000015/seal.txt", says="root-sha256")


def test_with_chain_and_manifest(suspect: Suspect, forged: bytes) -> None:
    acts = replace_consistently(suspect.root, PATH, forged)
    for folder in suspect.seals():
        manifest = folder / "manifest-sha256.txt"
        old = suspect.built.root / manifest.relative_to(suspect.root)
        lines = dict(line.split("  ")[::-1] for line in old.read_text().splitlines())
        for path in (PATH, "evidence/E0001/item.json"):
            lines[path] = listed(suspect.root, path)["sha256"]
        overwrite(manifest, "".join(f"{lines[p]}  {p}\n" for p in sorted(lines)).encode())
        relist(suspect.root, acts, manifest.relative_to(suspect.root).as_posix())
    store_lines(suspect.root, chained(acts))
    path = "seals/000007/seal.txt"
    suspect.finds(1, "seal", Status.CHANGED, path, says="root-sha256")


def test_with_seals_too_only_the_signature_is_left(suspect: Suspect, forged: bytes) -> None:
    rebuild(suspect.root, replace_consistently(suspect.root, PATH, forged))
    for size in ("000007", "000015"):
        path = f"seals/{size}/seal.txt.me.sig"
        suspect.finds(1, "signature", Status.CHANGED, path, says="does not belong to this text")
        suspect.finds(1, "seal", Status.OK, f"seals/{size}/seal.txt")
