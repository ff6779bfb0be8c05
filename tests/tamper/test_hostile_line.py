"""A line that no honest writer makes: refused in bounded time and memory."""

from __future__ import annotations

import re
import tracemalloc
from collections.abc import Callable

import pytest
from forger import extend, raw_lines, store_lines
from honest_case import Suspect

from abusekit.integrity.findings import Status

LOG = "custody/log.jsonl"


def _append(suspect: Suspect, raw: bytes) -> None:
    with (suspect.root / LOG).open("ab") as log:
        log.write(raw)


def test_a_hundred_megabytes(suspect: Suspect) -> None:
    _append(suspect, b'{"a":"' + b"x" * 100_000_000 + b'"}\n')
    tracemalloc.start()
    suspect.finds(1, "log", Status.CHANGED, LOG, says="longer than 65536 bytes")
    assert tracemalloc.get_traced_memory()[1] < 40_000_000
    tracemalloc.stop()


@pytest.mark.parametrize("opening", [b"[", b'{"a":'])
def test_sixty_thousand_deep(suspect: Suspect, opening: bytes) -> None:
    _append(suspect, opening * (60_000 // len(opening)) + b"\n")
    suspect.finds(1, "log", Status.CHANGED, LOG, says="line 18")


@pytest.mark.parametrize(
    "spelling",
    [
        lambda line: line.replace(b'"by":"PO"', b'"by":"PO","by":"PO"'),
        lambda line: line.replace(b'"by":"PO"', b'"by":"AB","by":"PO"'),
        lambda line: line.replace(b",", b", ", 1),
        lambda line: line.replace(b'"by":"PO"', b'"by":"\\u0050O"'),
        lambda line: line.replace(b'"n":17', b'"n":17.0'),
        lambda line: line.replace(b'"n":17', b'"n":1.7e1'),
        lambda line: line.replace(b'"n":17', b'"n":"17"'),
        lambda line: line.replace(b'"n":17', b'"n":true'),
        lambda line: b"\xef\xbb\xbf" + line,
        lambda line: line + b"\r",
        lambda line: line + b" ",
        lambda line: line + b"\0",
        lambda line: b"",
        lambda line: b"[]",
        lambda line: b"null",
        lambda line: b"0" * 64,
        lambda line: line.replace(b"PO", b"\xff\xfe"),
        lambda line: line.replace(b"PO", b"\xed\xa0\x80"),
        lambda line: line.replace(b'"by":"PO",', b""),
        lambda line: line.replace(b'"by":"PO"', b'"by":7'),
        lambda line: line.replace(b"Z", b"z"),
        lambda line: line.replace(b'"at":"2026-11', b'"at":"2026-13'),
        lambda line: re.sub(rb'"at":"([0-9-]{10})T..', rb'"at":"\1T24', line),
        lambda line: re.sub(rb'"at":"([0-9-]{10}T..):..', rb'"at":"\1:60', line),
        lambda line: re.sub(rb'"at":"([0-9-]{10}T..:..):..', rb'"at":"\1:60', line),
        lambda line: line.replace(b'"at":"2026', '"at":"\u0662026'.encode()),
        lambda line: line.replace(b'"salt":"0', b'"salt":"G'),
        lambda line: line.replace(b'"do":"case.note"', b'"do":"Case Note"'),
        lambda line: line.replace(b'"text":"x"', b'"Text":"x"'),
        lambda line: line.replace(b'"text":"x"', b'"text":9007199254740992'),
        lambda line: line.replace(b'"text":"x"', b'"text":NaN'),
        lambda line: line.replace(b'"text":"x"', b'"text":-0'),
        lambda line: line.replace(b'"text":"x"', b'"text":[[[[[[[[[]]]]]]]]]'),
    ],
)
def test_another_spelling(suspect: Suspect, spelling: Callable[[bytes], bytes]) -> None:
    extend(suspect.root, {"do": "case.note", "text": "x"})
    assert suspect.verdict().exit_code == 7  # the line itself is fine, and not sealed
    lines = raw_lines(suspect.root)
    odd = spelling(lines[-1])
    assert odd != lines[-1]
    store_lines(suspect.root, [*lines[:-1], odd])
    suspect.finds(1, "log", Status.CHANGED, LOG, says="line 18")


@pytest.mark.parametrize(
    "act",
    [
        {"do": "case.create", "case": "x", "format": "abusekit-log/1"},
        {"do": "item.add"},
        {
            "do": "item.add",
            "item": "E0001",
            "exhibit": "PO/6",
            "kind": "file",
            "outcome": "complete",
            "files": [],
        },
        {
            "do": "item.add",
            "item": "E0009",
            "exhibit": "PO/6",
            "kind": "file",
            "outcome": "complete",
            "files": [],
        },
        {"do": "item.add", "item": ["E0009"], "exhibit": "PO/6", "kind": "file", "outcome": "complete"},
        {"do": "item.withdraw", "item": "E0099", "reason": "x"},
        {"do": "item.withdraw", "item": "E0001"},
        {"do": "item.withdraw", "item": {"id": "E0001"}, "reason": "x"},
        {"do": "item.tag", "item": "E0099"},
        {"do": "line.erase", "line": "three"},
        {"do": "line.erase", "line": 3},
        {"do": "seal.add", "seal": "x"},
        {"do": "log.repair"},
        {"do": "log.repair", "kept_as": "../x", "sha256": "0" * 64, "size": 1},
        {"do": "log.repair", "kept_as": "evidence/E0001/more.bin", "sha256": "0" * 64, "size": 1},
    ],
)
def test_acts_that_cannot_be(suspect: Suspect, act: dict[str, object]) -> None:
    extend(suspect.root, act)
    finding = next(f for f in suspect.verdict().findings if f.check == "log" and f.status is Status.CHANGED)
    assert "line 18" in finding.message
    assert suspect.verdict().exit_code == 1
