"""What makes the leak scan quick misses nothing; what a hostile file asks of it is bounded."""

from __future__ import annotations

import random
import struct

from abusekit.leaks.gate import Gate
from abusekit.leaks.leak import Personal
from abusekit.leaks.matching import Matcher
from abusekit.leaks.unpacking import Budget


def test_photos_without_number_do_not_hold_the_scan() -> None:
    """One begins every ten bytes, or leads into a folder of 200 entries: what is read of them is bounded."""
    folder = struct.pack("<H", 200) + struct.pack("<HHLL", 0x010F, 2, 1, 0) * 200
    one = b"Exif\0\0II*\0" + b"\x08\0\0\0" + folder
    for data in (b"Exif\0\0II*\0" * 2_000, one * 100):
        budget = Budget(unpacked=1 << 20, tags=5_000)
        Matcher(Personal()).hits(iter([data, data]), "handed over", budget)
        assert -300 < budget.tags < 0
        assert budget.why == ["it holds more photos than are looked through"]


def test_a_gate_misses_none() -> None:
    """Whatever stands in a piece, or across two, with zero bytes between or without, is possible there."""
    chance = random.Random(3)
    texts = [b"/home/", b"a", b" ", b"Users\\", b"loci\0\0", b"eyJ", "ö-\u0119".encode()]
    gate = Gate(texts, 64)
    for _ in range(300):
        text = chance.choice(texts)
        put = text if chance.random() < 0.5 else b"\0".join(bytes([sign]) for sign in text) + b"\0"
        data = chance.randbytes(chance.randrange(99)) + put + chance.randbytes(chance.randrange(99))
        cut = chance.randrange(len(data) + 1)
        first, tail = gate.possible(b"", data[:cut])
        second, _ = gate.possible(tail, data[cut:])
        assert text in first | second
    assert gate.possible(b"", b"xyz")[0] == {b"a", b" "}  # of which nothing is left: in doubt
