"""Change a case: under its lock, with the clock read there, and with whatever an interrupted change left mended.

A change that touches more than the log stands under a mark, `custody/pending`, from before its first
visible step until its log line is durable. So one look tells the next writer, and `verify`, whether a
change was interrupted; only then is the log read to find out what.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from abusekit.case.folder import PENDING, Case
from abusekit.case.orphans import mend

When = datetime | Callable[[], datetime]
"""A pinned time, or the clock to be read under the lock: two processes then log in the order of their times."""


@contextmanager
def writing(
    case: Case, *, by: str, when: When, told: Callable[[str], None] = lambda _text: None
) -> Iterator[datetime]:
    """Hold the case's lock; gives the time of the change. Raises LockedError, TornLogError, CaseError.

    Mends first what an interrupted change left; raises CaseError where only `recover` can decide.
    """
    with case.lock():
        now = when() if callable(when) else when
        if not os.path.lexists(case.root / PENDING):
            case.log.tail()  # a torn or foreign log is found before anything is written
        done = mend(case, by=by, now=now)
        if done.torn:
            told(
                f"the log's last line was cut by an interrupted run: its bytes are kept in {done.torn.kept_as}"
            )
        for item_id in done.adopted:
            told(f"{item_id} was whole but not in the log (an interrupted run): entered now")
        for path in done.set_aside:
            told(f"left unfinished by an interrupted run, set aside: {path}")
        yield now
