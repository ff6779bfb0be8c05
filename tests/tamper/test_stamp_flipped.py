"""One byte of a token is another, and the log agrees with it: no seal covers the line yet."""

from __future__ import annotations

import random

from forger import flip
from stamped_case import NEWEST, Stamped

from abusekit.integrity.checks.stampcheck import check_stamps
from abusekit.integrity.findings import Status

TSR = f"{NEWEST}/stamp.local-a.tsr"


def test_the_file_alone(stamped: Stamped) -> None:
    flip(stamped.root / TSR, 200)
    stamped.finds(1, "file", Status.CHANGED, TSR)


def test_no_flip_gives_another_time(stamped: Stamped) -> None:
    """A few flips are in unsigned bytes; the time, and what was stamped, are never among them."""
    good = (stamped.root / TSR).read_bytes()
    chance = random.Random(3161)
    before = next(f.message for f in stamped.verdict().findings if f.path == TSR)
    accepted = 0
    for place in chance.sample(range(len(good)), 40):
        spoiled = bytearray(good)
        spoiled[place] ^= 1 << chance.randrange(8)
        stamped.replace_logged(TSR, bytes(spoiled))
        told = [f for f in _stamp_findings(stamped) if f.path == TSR]
        assert len(told) == 1 and told[0].status in (Status.OK, Status.CHANGED), (place, told)
        if told[0].status is Status.OK:
            accepted += 1
            assert told[0].message == before
    assert accepted < 4


def _stamp_findings(stamped: Stamped) -> list:  # type: ignore[type-arg]
    """Of the stamps alone: the files of the case are not read again forty times."""
    from abusekit.integrity.checks.inventory import take_inventory
    from abusekit.integrity.log.logcheck import check_log

    present = take_inventory(stamped.root).files
    return check_stamps(stamped.root, present, check_log(stamped.root, present, [15]), stamped.built.trust)[0]
