"""The WARC inside of a WACZ is replaced, and every digest inside of the WACZ made to fit."""

from __future__ import annotations

from collections.abc import Callable

from forger import overwrite, rebuild, replace_consistently
from honest_case import Suspect

from abusekit.integrity.findings import Status
from abusekit.webarchive.wacz_check import check


def test_is_found_by_the_log(suspect: Suspect, new_wacz: Callable[[bytes], bytes]) -> None:
    forged = new_wacz(b"<title>alpha</title><p>kind words")
    assert check(forged) == []  # the archive says nothing against itself
    overwrite(suspect.root / "evidence/E0001/capture.wacz", forged)
    suspect.finds(1, "file", Status.CHANGED, "evidence/E0001/capture.wacz", "E0001", "PO/1")


def test_a_broken_archive_is_found_although_all_digests_outside_of_it_fit(
    suspect: Suspect, new_wacz: Callable[[bytes], bytes]
) -> None:
    whole = bytearray(new_wacz(b"<title>alpha</title><p>kind words"))
    whole[whole.index(b"\x1f\x8b") + 30] ^= 1  # in the first record of the WARC
    path = "evidence/E0001/capture.wacz"
    rebuild(suspect.root, replace_consistently(suspect.root, path, bytes(whole)))
    suspect.finds(1, "webarchive", Status.CHANGED, path, "E0001", "PO/1", says="archive/data.warc.gz")
