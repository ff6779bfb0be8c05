"""What is still weak in single items, and in all captures of one address together. Each item is looked at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from abusekit.capture.corroboration import Corroborations
from abusekit.capture.recheck_history import Look, look_of
from abusekit.capture.volatility import FIRST, LAST, SECOND, priority_of
from abusekit.case.decisions import Standing
from abusekit.case.records import Item, grade
from abusekit.readiness.need import Need
from abusekit.readiness.times import Times

LOOK_AGAIN = {FIRST: timedelta(days=1), SECOND: timedelta(days=7), LAST: timedelta(days=30)}
"""How long a look at an address counts, by how soon such things vanish."""
GOOD = ("A", "B")

_STANDS_BY = "the person it is about reads it and stands by it"
_SAME_SHOWN = "capture the page itself, or name the item that shows the same"
_CORROBORATE = 'abusekit corroborate ITEM --by OTHER --reason "…"'
_LOOK = "look again, and see whether it is still there"
_AGAIN = "try again, as somebody who is logged in where the site asks for that"
_SAY_WHY = "capture it again with the reason, and how complete it is"
_AROUND = "capture the thread and the profile, too, or say that it is a whole thread"
_STAMP = "a time stamp over a seal that covers it"
_PICTURE = "look again with the browser, which takes the picture"


class _Taken(NamedTuple):
    """One capture, without what its facts hold."""

    look: Look
    exhibit: str
    outcome: str
    letter: str
    reasons: tuple[str, ...]


@dataclass(slots=True)
class _OfAddress:
    """All captures of one address that count."""

    address: str
    taken: list[_Taken] = field(default_factory=list)
    why: bool = False
    # somebody said why it was captured, or nobody has to
    around: bool = False
    # its surroundings are known, or stated not to be needed


class ItemNeeds:
    """Show it every item that is in use, in the order of the log; then ask for the rest."""

    def __init__(
        self, standing_of: Mapping[str, Standing], *, stamped: Callable[[str], bool], stamp_command: str
    ) -> None:
        """stamped: whether a trusted token covers an item. stamp_command: what brings one."""
        self._standing_of = standing_of
        self._stamped = stamped
        self._stamp_command = stamp_command
        self._borne_out = Corroborations(standing_of)
        self._times = Times()
        self._addresses: dict[str, _OfAddress] = {}
        self._files: list[tuple[str, str, bool]] = []
        # item, exhibit, whether it holds a picture
        self._has_context: set[str] = set()

    def take(self, item: Item) -> Iterator[Need]:
        self._borne_out.take(item)
        yield from self._times.take(item)
        if item.kind == "note" and not self._standing_of[item.id].verified:
            typed = 'abusekit verify-note ITEM --by "NAME"'
            what = "a diary entry that nobody has confirmed"
            yield Need("diary", what, item.id, item.exhibit, _STANDS_BY, typed)
        elif item.kind in ("file", "export") and "dns" not in item.facts:
            picture = any(stored.media_type.startswith("image/") for stored in item.files)
            self._files.append((item.id, item.exhibit, picture))
        elif item.kind == "capture":
            self._capture(item)

    def _capture(self, item: Item) -> None:
        source = item.source
        address = source.get("address")
        if not isinstance(address, str):
            return
        of = self._addresses.setdefault(address, _OfAddress(address))
        # whether something bears it out is known at the end only: that changes B to A, and never more
        letter, reasons = grade(item, stamped=self._stamped(item.id))
        of.taken.append(_Taken(look_of(item), item.exhibit, item.outcome, letter, tuple(reasons)))
        belongs = bool(source.get("context"))
        of.why |= belongs or bool(source.get("selection"))
        of.around |= belongs or source.get("completeness") in ("whole-thread", "single-item")
        led_from = source.get("context_of")
        if isinstance(led_from, str):
            self._has_context.add(led_from)

    def needs(self, now: datetime) -> Iterator[Need]:
        """What only all items together tell. `now`: aware; what was looked at long ago is due."""
        yield from self._times.needs()
        for item, exhibit, picture in self._files:
            if not self._borne_out.of(item):
                kind, name = ("screenshot", "a picture") if picture else ("file", "a file")
                what = f"{name} that was handed over; nothing else in the case shows the same"
                yield Need(kind, what, item, exhibit, _SAME_SHOWN, _CORROBORATE)
        for of in self._addresses.values():
            yield from _looks(of, now)
            yield from self._grades(of)
            if any(one.outcome == "complete" for one in of.taken):
                yield from self._completeness(of)

    def _grades(self, of: _OfAddress) -> Iterator[Need]:
        """Of one address a single good capture is enough; what ended as something else is told as that."""
        if any(one.letter in GOOD for one in of.taken):
            return
        for look, exhibit, outcome, letter, reasons in of.taken:
            if outcome == "complete":
                what = f"grade {letter}: {'; '.join(reasons)}"
                if letter == "C":
                    raise_by, typed = _STAMP, self._stamp_command
                else:
                    raise_by, typed = _PICTURE, "abusekit recheck ITEM… --engine browser"
                yield Need("grade", what, look.item, exhibit, raise_by, typed)

    def _completeness(self, of: _OfAddress) -> Iterator[Need]:
        first = of.taken[0]
        if not of.why:
            what = "nobody said why this was captured, and not more"
            typed = 'abusekit capture ADDRESS --again --selection "…" --complete single-item'
            yield Need("selection", what, first.look.item, first.exhibit, _SAY_WHY, typed)
        profile = priority_of(of.address)[0] == LAST
        led = any(one.look.item in self._has_context for one in of.taken)
        if not of.around and not profile and not led:
            what = "nothing of what came before and after it is in the case"
            typed = "abusekit capture ADDRESS --again --with-thread --with-profile"
            yield Need("context", what, first.look.item, first.exhibit, _AROUND, typed)


def _looks(of: _OfAddress, now: datetime) -> Iterator[Need]:
    """How the newest look ended, and whether another is due. What a site says is gone is settled."""
    newest = of.taken[-1]
    if newest.look.gone:
        return
    complete = [one.look.item for one in of.taken if one.outcome == "complete"]
    if newest.look.live:
        if what := _due(of, now):
            yield Need("recheck", what, newest.look.item, newest.exhibit, _LOOK, "abusekit recheck ITEM…")
    elif complete:
        what = f"the newest look could not tell what became of it ({newest.outcome}); it was there in {complete[-1]}"
        yield Need("recheck", what, newest.look.item, newest.exhibit, _AGAIN, "abusekit recheck ITEM…")
    else:
        what = f"the capture ended as {newest.outcome}"
        yield Need("outcome", what, newest.look.item, newest.exhibit, _AGAIN, "abusekit recheck ITEM…")


def _due(of: _OfAddress, now: datetime) -> str:
    """Why the address should be looked at again; empty where the last look is new enough."""
    if not any(one.look.rechecked for one in of.taken) and len(of.taken) == 1:
        return "nobody has looked again whether it is still there"
    try:
        last = datetime.fromisoformat(of.taken[-1].look.at)
        passed = now - last
    except (ValueError, TypeError):
        return "when it was last looked at cannot be read"
    if passed < LOOK_AGAIN[_volatility(of.address)]:
        return ""
    return f"last looked at {passed.days} days ago"


def _volatility(address: str) -> int:
    return priority_of(address)[0]
