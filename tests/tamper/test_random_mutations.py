"""A thousand single-byte changes, anywhere in a sealed case: each is found, and none stops the reader.

Two places are told apart. A change in the log's last line is found only where it breaks the form of a
line, since nothing is chained to it yet: of the line `seal.sign`, the values of `at` (later times), `by`
and `salt` can be other values of the same form. Everything before it, and every other file, is
covered by a digest. A line feed lost at the very end makes the log torn (exit code 3).
"""

from __future__ import annotations

import random

import pytest
from forger import extend, open_up, raw_lines, store_lines
from honest_case import Suspect

from abusekit.integrity.findings import Status

ROUNDS = 1_000
NEVER_EVIDENCE = ("private", "derived", "staging")


@pytest.mark.parametrize("seed", range(4))
def test_every_one_is_found(suspect: Suspect, seed: int) -> None:
    chance = random.Random(seed)
    files = sorted(
        path
        for path in suspect.root.rglob("*")
        if path.is_file() and not path.relative_to(suspect.root).as_posix().startswith(NEVER_EVIDENCE)
        and path.suffix != ".lock"
    )  # fmt: skip
    log = suspect.root / "custody/log.jsonl"
    last = log.read_bytes()[:-1].rindex(b"\n") + 1
    codes = {1: 0, 3: 0}
    for _ in range(ROUNDS // 4):
        path = chance.choice(files)
        whole = path.read_bytes()
        at = chance.randrange(last if path == log else len(whole))
        data = bytearray(whole)
        data[at] ^= chance.randrange(1, 256)
        open_up(path)
        path.write_bytes(data)
        verdict = suspect.verdict(jobs=1)
        assert verdict.exit_code in codes, (path, at, data[at], verdict.findings)
        codes[verdict.exit_code] += 1
        path.write_bytes(whole)
    assert suspect.verdict().exit_code == 0
    assert codes[1] > codes[3]


def test_which_bytes_of_the_last_line_can_be_changed_unseen(suspect: Suspect) -> None:
    """The documented limit, byte for byte: seal again, and the next seal covers this line too."""
    log = suspect.root / "custody/log.jsonl"
    whole = log.read_bytes()
    last = whole[:-1].rindex(b"\n") + 1
    line = whole[last:]
    free = bytearray(len(line))  # 1: a value with a form and no digest
    for member, length in ((b'"at":"', 27), (b'"by":"', 2), (b'"salt":"', 32)):
        start = line.index(member) + len(member)
        free[start : start + length] = b"\1" * length
    unseen = 0
    for at in range(len(line)):
        for mask in (1, 2, 0x10):
            data = bytearray(whole)
            data[last + at] ^= mask
            log.write_bytes(data)
            verdict = suspect.verdict(jobs=1)
            if verdict.exit_code == 7:  # `files` under another name: the signature stands there unlogged
                assert 0 < at - line.index(b'"files"') < 6, line[:at]
                continue
            assert verdict.exit_code in (0, 1, 3)
            if verdict.exit_code == 0:
                assert free[at], (line[:at], line[at : at + 1], bytes(data[last + at : last + at + 1]))
                unseen += 1
            if at == len(line) - 1:
                assert verdict.exit_code == 3
    assert unseen > 0


def test_a_line_behind_it_tells(suspect: Suspect) -> None:
    extend(suspect.root, {"do": "case.note"})
    lines = raw_lines(suspect.root)
    flipped = bytearray(lines[-2])
    at = lines[-2].index(b'"salt":"') + 8
    flipped[at] = ord("0") if flipped[at] != ord("0") else ord("1")
    store_lines(suspect.root, [*lines[:-2], bytes(flipped), lines[-1]])
    suspect.finds(1, "log", Status.CHANGED, "custody/log.jsonl", says="line 18 (n 17): does not continue")
