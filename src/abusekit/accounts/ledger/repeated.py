"""Which messages of an export stand in an earlier one already, and for which account they count there."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence

from abusekit.accounts.keys import Named, of_record
from abusekit.accounts.ledger.observed import MOST_PLACES
from abusekit.accounts.model import STABLE, AccountKey, Alarm, Where
from abusekit.case.folder import Case
from abusekit.importers.model import Message
from abusekit.messages.cache import Opened
from abusekit.messages.joined import Join, Joined


class Repeats:
    """For one export: record number → account of the same message elsewhere. Four bytes a record."""

    def __init__(self, keys: list[AccountKey], of: array[int] | None = None) -> None:
        self._keys = keys
        self._of = array("i") if of is None else of
        self.alarms: list[Alarm] = []
        # messages of which another export says that somebody else wrote them

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
    if not (join.duplicates or join.changed or join.same_chats):
        return {}
    keys: list[AccountKey] = [""]
    index: dict[AccountKey, int] = {"": 0}
    found: dict[str, Repeats] = {}
    authors = _Authors()
    for one in join.untimed():
        record = one.record
        if not isinstance(record, Message) or record.author is None:
            continue
        named = of_record(record.author, one.opened.item.id)
        authors.take(one, record.n, named)
        if not one.also:
            continue
        key = named.key
        if key not in index:
            index[key] = len(keys)
            keys.append(key)
        for other, n in one.also:
            found.setdefault(other.item.id, Repeats(keys)).put(n, index[key])
    for item, alarm in authors.alarms():
        found.setdefault(item, Repeats(keys)).alarms.append(alarm)
    return found


class _Authors:
    """One message, and two exports that name different authors of it."""

    def __init__(self) -> None:
        self._waiting: dict[tuple[str, int], Named] = {}
        # place of a message that another export tells otherwise → who wrote it as told there
        self._pairs: dict[tuple[AccountKey, AccountKey], list[tuple[Where, Where]]] = {}

    def take(self, one: Joined, n: int, named: Named) -> None:
        otherwise = [(other.item.id, number) for other, number in (*one.changed, *one.author_differs)]
        if not otherwise or named.basis not in STABLE:  # names of two address books always differ
            return
        here = (one.opened.item.id, n)
        for place in dict.fromkeys(otherwise):
            other = self._waiting.get(place)
            if other is not None and other.key != named.key and other.basis == named.basis:
                places = (Where(*place), Where(*here))
                self._pairs.setdefault((other.key, named.key), []).append(places)
        self._waiting[here] = named

    def alarms(self) -> Iterator[tuple[str, Alarm]]:
        """With the export that came later."""
        for (first, second), places in self._pairs.items():
            before, here = places[0]
            messages = "one message" if len(places) == 1 else f"{len(places)} messages, each"
            text = (
                f"{messages} with one id: {first} wrote it by {before.item}, {second} by {here.item}; one of the"
                " exports was changed, or they are not of one chat. It counts for both accounts until that is clear"
            )
            where = tuple(place for both in places[:MOST_PLACES] for place in both)
            yield here.item, Alarm("conflict", text, (first, second), where)
