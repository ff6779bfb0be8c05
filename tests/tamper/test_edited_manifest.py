"""The sealed list of files says something else than the log."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from forger import chained, entries, overwrite, relist, sha256, store_lines
from honest_case import Suspect

from abusekit.integrity.findings import Status
from abusekit.integrity.keys.sshsig import sign


def _with_manifest(suspect: Suspect, lines: list[str]) -> None:
    """A case in which everything but the manifest's own lines agrees, signatures aside."""
    folder = suspect.root / "seals/000015"
    overwrite(folder / "manifest-sha256.txt", "".join(lines).encode())
    data = (folder / "manifest-sha256.txt").read_bytes()
    text = (folder / "seal.txt").read_bytes()
    old = text.split(b"manifest-sha256 ")[1][:64]
    overwrite(folder / "seal.txt", text.replace(old, sha256(data).encode()))
    overwrite(folder / "seal.txt.me.sig", sign(suspect.built.key, (folder / "seal.txt").read_bytes()))
    acts = entries(suspect.root)
    names = ("manifest-sha256.txt", "seal.txt", "seal.txt.me.sig")
    relist(suspect.root, acts, *(f"seals/000015/{name}" for name in names))
    store_lines(suspect.root, chained(acts))


def _lines(suspect: Suspect) -> list[str]:
    return (suspect.root / "seals/000015/manifest-sha256.txt").read_text().splitlines(keepends=True)


@pytest.mark.parametrize(
    "change",
    [
        lambda lines: lines[1:],
        lambda lines: lines[:-1],
        lambda lines: [*lines, lines[-1]],
        lambda lines: [lines[1], lines[0], *lines[2:]],
        lambda lines: ["0" * 64 + lines[0][64:], *lines[1:]],
        lambda lines: [*lines, "0" * 64 + "  zzz.txt\n"],
        lambda lines: [*lines, "# a remark\n"],
        lambda lines: ["\n", *lines],
        lambda lines: [lines[0].replace("  ", " *"), *lines[1:]],
        lambda lines: [*lines[:-1], lines[-1].rstrip("\n")],
        lambda lines: [],
    ],
)
def test_is_found(suspect: Suspect, change: Callable[[list[str]], list[str]]) -> None:
    """Signed by the right key: a dishonest or mistaken signer's list is found all the same."""
    _with_manifest(suspect, change(_lines(suspect)))
    suspect.finds(1, "seal", Status.CHANGED, "seals/000015/manifest-sha256.txt")


def test_the_change_itself_is_all_that_is_found(suspect: Suspect) -> None:
    _with_manifest(suspect, _lines(suspect))
    assert suspect.verdict().exit_code == 0
