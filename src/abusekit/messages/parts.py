"""Parts of an export: `m412` is its record 412; `AB/7#m412` and `E0007#m412` cite it."""

from __future__ import annotations

import re
from typing import NamedTuple

from abusekit.case.folder import Case
from abusekit.errors import UsageError
from abusekit.importers.model import Record
from abusekit.messages.cache import Opened, stream

PART = re.compile(r"m([1-9][0-9]{0,8})")
_CITED = re.compile(r"(.+)#\s*[mM]?([1-9][0-9]{0,8})")


class Cited(NamedTuple):
    """What a person typed: an item, and one record of it."""

    item: str
    """As typed: item id or exhibit reference."""
    n: int


def part_of(n: int) -> str:
    """The name of a record within its export."""
    return f"m{n}"


def cited(typed: str) -> Cited | None:
    """`AB/7#m412`, `E0007#412`; None where no part is named."""
    found = _CITED.fullmatch(typed.strip())
    return Cited(found[1], int(found[2])) if found else None


def record(case: Case, opened: Opened, n: int) -> Record:
    """One record of an export. Raises UsageError (there is none of that number), InputError, CaseError."""
    last = 0
    for one in stream(case, opened):
        last = one.n
        if one.n == n:
            return one
    raise UsageError(f"{opened.item.id} has no part m{n}", f"it has m1 to m{last}" if last else "it has none")
