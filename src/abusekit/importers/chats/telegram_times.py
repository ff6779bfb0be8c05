"""Telegram Desktop's pairs of times: `date` on the exporting machine's clock, `date_unixtime` in UTC beside it."""

from __future__ import annotations

import re
from datetime import datetime

from abusekit.importers import fields, times
from abusekit.importers.fields import Table
from abusekit.importers.model import Time, WrittenClock

_LOCAL = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", re.ASCII)


def moment(record: Table, key: str, clock: WrittenClock = "server") -> Time | None:
    """The time under `key` and `key_unixtime`: the pair, else the one that is there; None: neither, or not readable.

    The server gives the second, the exporting machine only its zone. `edited` of 1970 means never, which older
    versions wrote. Raises WrongShapeError.
    """
    written = fields.text(record, key)
    seconds = fields.number(record, f"{key}_unixtime")
    instant = times.epoch(seconds, 1, clock=clock) if seconds else None
    local = _local(written)
    if instant is None:
        return times.local(local, raw=written, precision="s", clock=clock) if local is not None else None
    if local is None:
        return instant
    return times.paired(local, instant, raw=written, precision="s", clock=clock)


def _local(written: str) -> datetime | None:
    if not _LOCAL.fullmatch(written) or written.startswith(("1970-01-01", "1969-12-31")):
        return None
    try:
        at = datetime.fromisoformat(written)
    except ValueError:
        return None
    return at if times.in_years(at.year) else None
