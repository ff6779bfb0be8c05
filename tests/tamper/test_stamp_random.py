"""Random damage to the files of time stamps, in a log that agrees with it: an answer, the same of both programs."""

from __future__ import annotations

import random

from stamped_case import NEWEST, Stamped

from abusekit.integrity.findings import Status

NAMES = ("stamp.sha256", "stamp.local-a.tsq", "stamp.local-a.tsr", "stamp.local-b.tsr")


def _damaged(data: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(data))
    end = min(len(data), start + chance.choice((1, 2, 8, 40)))
    match chance.randrange(4):
        case 0:
            return data[:start] + chance.randbytes(end - start) + data[end:]
        case 1:
            return data[:start] + data[end:]
        case 2:
            return data[:start] + data[start:end] * 2 + data[end:]
        case _:
            return data[:start]


def test_any_damage_is_answered(stamped: Stamped) -> None:
    """`verdict` also asks the stranger's program, which has to agree."""
    chance = random.Random(5816)
    good = {name: (stamped.root / NEWEST / name).read_bytes() for name in NAMES}
    for round_ in range(40):
        name = NAMES[round_ % len(NAMES)]
        data = _damaged(good[name], chance)
        stamped.replace_logged(f"{NEWEST}/{name}", data)
        verdict = stamped.verdict()
        told = [f for f in verdict.findings if f.check == "stamp" and f.path == f"{NEWEST}/{name}"]
        unchanged = data == good[name]
        assert verdict.exit_code == 1 or unchanged or _only_unsigned(told), (round_, name, verdict.findings)
        stamped.replace_logged(f"{NEWEST}/{name}", good[name])
    assert stamped.verdict().exit_code == 0


def _only_unsigned(told: list) -> bool:  # type: ignore[type-arg]
    """A token may hold bytes that no signature covers; the digest in the log does."""
    return len(told) == 1 and told[0].status is Status.OK and told[0].path.endswith(".tsr")
