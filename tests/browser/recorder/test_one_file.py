"""Byte strings that grow interleaved come back each as it was written."""

from __future__ import annotations

import os
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from abusekit.browser.recorder.one_file import IN_MEMORY, OneFile, Part


@given(
    st.lists(st.tuples(st.integers(0, 3), st.binary(max_size=20)), max_size=40),
    st.integers(0, 99),
    st.integers(0, 99),
)
@settings(max_examples=150, deadline=None)
def test_interleaved(steps: list[tuple[int, bytes]], start: int, length: int) -> None:
    store = OneFile()
    parts = [Part(store) for _ in range(4)]
    truth = [b""] * 4
    for number, data in steps:
        parts[number].write(data)
        truth[number] += data
    for part, wanted in zip(parts, truth, strict=True):
        assert part.size == len(wanted)
        assert b"".join(part.pieces()) == wanted
        assert part.read(start, length) == wanted[start : start + length]


def test_much_goes_to_one_unnamed_file(tmp_path: Path) -> None:
    before = len(os.listdir("/proc/self/fd"))
    store = OneFile(tmp_path)
    parts = [Part(store) for _ in range(50)]
    for _ in range(3):
        for number, part in enumerate(parts):
            part.write(bytes([number]) * (IN_MEMORY // 100))
    assert len(os.listdir("/proc/self/fd")) == before + 1
    assert os.listdir(tmp_path) == []
    assert all(set(b"".join(part.pieces())) == {number} for number, part in enumerate(parts))
    for part in parts:
        part.close()
    del store, parts, part
    assert len(os.listdir("/proc/self/fd")) == before
