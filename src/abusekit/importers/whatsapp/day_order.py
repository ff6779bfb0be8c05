"""Which of the three numbers of a date is the day: what the dates of a file say together, never what is usual.

A reading is `DMY`, `MDY` or `YMD`. The form allows some (a year of four digits has one place); of these the dates
themselves refute some. In this order of strength: a month above 12 or a day that the month has not (`over_12`); the
date in the name of an attached file equals one reading only (`attachment_name`); the days of the file would run
backwards (`monotonic`), at two places at least and where the other reading has hardly any; a date would lie after
the file itself (`not_later`). What is not refuted stays, and the order is then `undecided` with all readings kept.

A date typed by a person inside of a message can be taken for a header and so mislead. So the dates come from headers
that are not in doubt (`day_witness`); a refuted reading may have a few exceptions among very many dates; one line
alone never decides by `monotonic`; and by `over_12` and `not_later` it does only in a file of very few headers, or
where it is the first or the last header. Two typed lines that are right in everything can still mislead, and so can
one in the last message.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from abusekit.importers.model import OrderBasis
from abusekit.importers.whatsapp.header import Style, numbers, padding

ORDERS = ("DMY", "MDY", "YMD")
"""All readings; where several stay, the first is the one shown first. That is no claim."""
_FIRST_YEAR, _LAST_YEAR = 2009, 2099
"""WhatsApp began in 2009; years of two digits are of this century."""
_SLACK = timedelta(hours=26)
"""A file's own time is of an unknown zone."""
_MOST_DATES = 100_000
_FEW = 4
"""A reading is given up where more than so many times the dates refute it than refute another."""
MANY_HEADERS = 6
"""From so many headers on, one date alone within the file refutes no reading."""


def calendar_day(triple: tuple[int, int, int], order: str) -> date | None:
    """The date in this reading; None: there is no such day, or its year is none of WhatsApp's."""
    if order == "DMY":
        day, month, year = triple
    elif order == "MDY":
        month, day, year = triple
    else:
        year, month, day = triple
    if year < 100:
        year += 2000
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def allowed(style: Style, zeros: Iterable[int] = ()) -> tuple[str, ...]:
    """The readings that the form of a date allows.

    Two digits for a year that stands first are written by few languages (CLDR: Korean `yy. M. d.`, Basque `yy/M/d`,
    French of Canada `yy-MM-dd`), so dots without spaces and padded fields after `/` have it last.
    """
    if style.widths[0] == "4":
        return ("YMD",)
    if style.widths[2] == "4":
        return ("DMY", "MDY")
    first = style.separators[0].strip("\u200e\u200f")
    korean = first.startswith(".") and len(first) > 1
    basque = first == "/" and 2 not in tuple(zeros)[1:3]
    return ORDERS if first == "-" or korean or basque else ("DMY", "MDY")


@dataclass(slots=True)
class Decision:
    """How dates of one form are read."""

    orders: tuple[str, ...]
    """The readings that stay, at least one."""
    basis: OrderBasis
    """`undecided` where there are several."""
    alone: bool = False
    """One date alone would have decided, and was not believed."""


@dataclass(slots=True)
class DayEvidence:
    """What the dates of one form say. They are given in file order."""

    style: Style
    dates: Counter[str] = field(default_factory=Counter)
    # as written → headers that have them
    backwards: Counter[str] = field(default_factory=Counter)
    # by reading: steps back by more than a day
    named: Counter[str] = field(default_factory=Counter)
    # by reading: names of attached files that have this date, and in no other reading
    first: str = ""
    # the date of the first header as written
    _last: str = ""
    _days: dict[str, date] = field(default_factory=dict)

    def add(self, written: str) -> None:
        """The date of a header as written."""
        if len(self.dates) < _MOST_DATES:
            self.dates[written] += 1
        if written == self._last:
            return
        self._last = written
        self.first = self.first or written
        triple = numbers(written)
        for order in allowed(self.style):
            day = calendar_day(triple, order)
            if day is None:
                continue
            before = self._days.get(order)
            if before is not None and (before - day).days > 1:
                self.backwards[order] += 1
            self._days[order] = day

    def add_named(self, written: str, day: date) -> None:
        """A file attached to an entry of this date has `day` in its name."""
        triple = numbers(written)
        same = [order for order in allowed(self.style) if calendar_day(triple, order) == day]
        if len(same) == 1:
            self.named[same[0]] += 1

    def zeros(self) -> list[int]:
        """For each of the three numbers: 2 if a zero stands before it somewhere; see `header.padded`."""
        found = [padding(written, self.style.zero) for written in self.dates]
        return [max(how) for how in zip(*found, strict=True)]

    def refuted(self, order: str) -> int:
        """Headers whose date the calendar has not in this reading."""
        return sum(count for one, count in self.dates.items() if calendar_day(numbers(one), order) is None)

    def decide(self, modified: datetime | None, headers: int) -> Decision:
        """`modified`: the file's own time, of an unknown zone. `headers`: of the file, those in doubt included."""
        orders = allowed(self.style, self.zeros())
        if len(orders) == 1:
            return Decision(orders, "stated")
        refuted = {order: self.refuted(order) for order in orders}
        least = min(refuted.values())
        given_up = tuple(order for order in orders if refuted[order] > least * _FEW)
        few = headers < MANY_HEADERS
        doubted = [one for one in given_up if not few and not self._credible(self._no_days(one, orders))]
        kept = tuple(order for order in orders if order not in given_up or order in doubted)
        basis: OrderBasis = "over_12"
        if len(kept) > 1 and len({order for order in kept if self.named[order]}) == 1:
            kept, basis = tuple(order for order in kept if self.named[order]), "attachment_name"
        if len(kept) > 1 and (forwards := self._forwards(kept)) != kept:
            kept, basis = forwards, "monotonic"
        if len(kept) > 1 and modified is not None:
            late = {order: self._late(order, modified) for order in kept}
            in_time = tuple(order for order in kept if not late[order])
            if 0 < len(in_time) < len(kept):
                doubted += [one for one in kept if late[one] and not few and not self._credible(late[one])]
                in_time = tuple(order for order in kept if not late[order] or order in doubted)
                kept, basis = in_time, "not_later"
        return Decision(kept, basis, False) if len(kept) == 1 else Decision(kept, "undecided", bool(doubted))

    def _no_days(self, order: str, orders: tuple[str, ...]) -> set[str]:
        """Dates as written that the calendar has not in this reading but has in another."""
        triples = ((one, numbers(one)) for one in self.dates)
        return {
            one
            for one, triple in triples
            if calendar_day(triple, order) is None
            and any(calendar_day(triple, other) is not None for other in orders)
        }

    def _late(self, order: str, modified: datetime) -> set[str]:
        """Dates as written that in this reading are later than the file itself."""
        last = (modified + _SLACK).date()
        days = ((one, calendar_day(numbers(one), order)) for one in self.dates)
        return {one for one, day in days if day is not None and day > last}

    def _credible(self, witnesses: Collection[str]) -> bool:
        """Several dates say so, or the first or the last header: nobody types a line before the first."""
        return len(witnesses) > 1 or self.first in witnesses or self._last in witnesses

    def _forwards(self, orders: tuple[str, ...]) -> tuple[str, ...]:
        least = min(self.backwards[order] for order in orders)
        return tuple(order for order in orders if self.backwards[order] < 2 + 3 * least)
