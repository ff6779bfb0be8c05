"""Which messages of an export stand in an earlier one already, and for which account they count there."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

from abusekit.accounts.keys import of_record
from abusekit.accounts.model import AccountKey
from abusekit.case.folder import Case
from abusekit.importers.model import Message
from abusekit.messages.cache import Opened
from abusekit.messages.joined import Join


class Repeats:
    """For one export: record number → account of the same message elsewhere. Four bytes a record."""

    def __init__(self, keys: list[AccountKey], of: array[int] | None = None) -> None:
        self._keys = keys
        self._of = array("i") if of is None else of

    def put(self, n: int, index: int) -> None:
        if n >= len(self._of):
            self._of.extend([0] * (n + 1 - len(self._of)))
        self._of[n] = index

    def counted(self, n: int) -> AccountKey:
        """Empty: the message stands in this export only."""
        return self._keys[self._of[n]] if n < len(self._of) else ""


def repeats(case: Case, opened: Sequence[Opened]) -> dict[str, Repeats]:
    """Item → its repeated messages; of exports that have some. The first export keeps each message.

    A message that two exports attribute to different accounts counts for both: names of two address books are two
    accounts. Reads every export once, and once more where there are any. Raises InputError, CaseError, EvidenceError.
    """
    join = Join(case, opened)
    if not join.duplicates:
        return {}
    keys: list[AccountKey] = [""]
    index: dict[AccountKey, int] = {"": 0}
    found: dict[str, Repeats] = {}
    for one in join.untimed():
        record = one.record
        if not one.also or not isinstance(record, Message) or record.author is None:
            continue
        key = of_record(record.author, one.opened.item.id).key
        if key not in index:
            index[key] = len(keys)
            keys.append(key)
        for other, n in one.also:
            found.setdefault(other.item.id, Repeats(keys)).put(n, index[key])
    return found
