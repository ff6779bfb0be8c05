"""Looks for something in all that a case holds. Nothing is written, nothing is verified but the form of the log.

Records of exports come joined: each once, with every place where it stands. Every one of these places is asked on its
own, since the same message can carry another name, tag, attachment or zone in another export.
"""

from __future__ import annotations

from collections.abc import Iterator

from abusekit.case.decisions import Standing, standings
from abusekit.case.folder import Case
from abusekit.errors import AbusekitError, EvidenceError
from abusekit.finding.fields import record_fields
from abusekit.finding.hit import Gap, Hit, Searched
from abusekit.finding.items import ItemSearch
from abusekit.finding.query import AUTHOR, CHANGED, PROFILE, Judge, Query
from abusekit.finding.records import Times
from abusekit.importers.model import Message, Profile, Record
from abusekit.messages.cache import Opened, stream, summary_of
from abusekit.messages.exports import exports
from abusekit.messages.joined import Join, Joined
from abusekit.messages.parts import part_of
from abusekit.messages.reading import Summary
from abusekit.timeline.messages import EVENT_WORDS, MESSAGE_WORDS, account_shown

_FITS, _FLAGGED = 1, 2
# bits of a place: all but the flags fits; its own flags fit, too


class Search:
    """Iterate it once; `searched` is whole when it has ended."""

    def __init__(self, case: Case, query: Query) -> None:
        """Raises LogFormError, TornLogError, CaseError, EvidenceError: an act of the log is malformed."""
        self.case, self.query = case, query
        self.searched = Searched()
        self._judge = Judge(query)
        self._times = Times(case, query)
        self._exports: list[str] = []
        self._flags: set[str] = set()
        try:
            self.standing = standings(case.entries())
            for entry in case.entries():
                if entry["do"] == "item.add" and entry.get("kind") == "export":
                    self._exports.append(entry["item"])
        except (KeyError, TypeError, ValueError, AttributeError) as fault:
            raise EvidenceError(
                f"an act in the custody log is malformed: {fault}", "run: abusekit verify"
            ) from fault

    def __iter__(self) -> Iterator[Hit]:
        """Items in the order of the log, then the records of the exports in theirs.

        Raises InputError, CaseError, EvidenceError: an export that was readable is no longer.
        """
        held = [i for i, one in self.standing.items() if one.quarantined is not None and self._wanted(i)]
        if held:
            self.searched.gaps.append(
                Gap("items in quarantine" if len(held) > 1 else "item in quarantine", len(held))
            )
        if self.query.takes_items:
            yield from ItemSearch(self.case, self.query, self.standing, self.searched)
        if self.query.takes_records:
            yield from self._records()

    def _wanted(self, item_id: str) -> bool:
        return not self.query.items or item_id in self.query.items

    def _records(self) -> Iterator[Hit]:
        readable = self._readable()
        if not any(self._wanted(one.item.id) for one in readable):
            return
        join = Join(self.case, readable)
        marks = self._marks(readable) if join.duplicates else {}
        for joined in join.untimed():
            self._see(joined)
            if (hit := self._joined(joined, marks)) is not None:
                yield hit
        self.searched.flags_absent = sorted(self.query.flags - self._flags)
        self.searched.flags_found = sorted(self._flags)

    def _see(self, one: Joined) -> None:
        """Keep which flags there are, so that a misspelled one is not taken for one that nothing has."""
        if not self.query.flags:
            return
        if self._wanted(one.opened.item.id):
            self._see_flags(one.record)
        if any(self._wanted(place.item.id) for place in (one.opened, *(other for other, _ in one.also))):
            self._flags.update(
                name for name, there in ((CHANGED, one.changed), (AUTHOR, one.author_differs)) if there
            )

    def _see_flags(self, record: Record) -> None:
        if self.query.flags and not isinstance(record, Profile):
            self._flags.update(flag.partition(":")[0] for flag in record.flags)

    def _readable(self) -> list[Opened]:
        """The exports that can be read, those that are wanted counted; of the others it is said.

        Those that are not wanted are read, too: they tell what else holds a message, or holds it otherwise.
        """
        try:
            found = list(exports(self.case))
        except AbusekitError:  # one of them; which, is asked one by one
            found = [one for item_id in self._exports if (one := self._opened(item_id)) is not None]
        readable: list[Opened] = []
        for opened in found:
            try:
                summary = summary_of(self.case, opened)
            except AbusekitError as fault:
                self._unreadable(opened.item.id, fault)
                continue
            readable.append(opened)
            if self._wanted(opened.item.id):
                self._count(opened.item.id, summary)
        return readable

    def _opened(self, item_id: str) -> Opened | None:
        try:
            return next(exports(self.case, (item_id,)), None)
        except AbusekitError as fault:
            self._unreadable(item_id, fault)
            return None

    def _unreadable(self, item_id: str, fault: AbusekitError) -> None:
        if self._wanted(item_id):
            self.searched.gaps.append(Gap("export that cannot be read", 1, [item_id], fault.message))

    def _count(self, item_id: str, summary: Summary) -> None:
        searched = self.searched
        searched.exports += 1
        searched.messages += summary.messages
        searched.events += summary.events
        searched.profiles += summary.profiles
        if self.query.words and summary.unparsed:
            what = "place" if summary.unparsed == 1 else "places"
            searched.gaps.append(
                Gap(f"{what} in an export not understood, see --unparsed", summary.unparsed, [item_id])
            )
        if faults := [*summary.problems, *summary.damaged]:
            what = "part" if len(faults) == 1 else "parts"
            searched.gaps.append(
                Gap(f"damaged or refused {what} of an export", len(faults), [item_id], faults[0])
            )
        if summary.not_read_count:
            what = "file" if summary.not_read_count == 1 else "files"
            searched.beside.append(f"{summary.not_read_count:,} {what} in {item_id} that no importer reads")

    def _marks(self, readable: list[Opened]) -> dict[str, bytearray]:
        """Item → the bits of each of its records: two for each, so that a million of them stay small."""
        marks: dict[str, bytearray] = {}
        for opened in readable:
            if not self._wanted(opened.item.id):
                continue
            bits = marks[opened.item.id] = bytearray()
            for record in stream(self.case, opened):
                self._see_flags(record)
                if record.n >= len(bits):
                    bits.extend(bytes(max(record.n + 1 - len(bits), 1 << 16)))
                if self._fits(opened, record) is not None and (
                    not self.query.timed or self._times.fit(opened, record)
                ):
                    bits[record.n] = _FITS | (_FLAGGED if self._judge.flagged(record) else 0)
        return marks

    def _joined(self, one: Joined, marks: dict[str, bytearray]) -> Hit | None:
        """The hit, if one of its places is what is looked for."""
        flags = self.query.flags
        joint = (CHANGED in flags and bool(one.changed)) or (AUTHOR in flags and bool(one.author_differs))
        where = self._fits(one.opened, one.record) if self._wanted(one.opened.item.id) else None
        if where is not None and (joint or self._judge.flagged(one.record)) and self._in_time(one):
            return self._hit(one, where, "")
        for other, n in one.also:
            bits = marks.get(other.item.id, b"")
            mark = bits[n] if n < len(bits) else 0
            if mark & _FITS and (joint or mark & _FLAGGED):
                found = self.query.words.where(record_fields(one.record)) or ()
                return self._hit(one, found, _part(other, n))
        return None

    def _fits(self, opened: Opened, record: Record) -> tuple[str, ...] | None:
        """Where the words stand in it; None: something that was asked for does not hold."""
        query = self.query
        if not self._judge.facts(record) or (query.tags and not query.tagged(self._tags(opened, record.n))):
            return None
        return query.words.where(record_fields(record)) if query.words else ()

    def _in_time(self, one: Joined) -> bool:
        if not self.query.timed:
            return True
        fits = self._times.fit(one.opened, one.record)
        self.searched.undated += fits is None
        return bool(fits)

    def _tags(self, opened: Opened, n: int) -> list[str]:
        """A part's own labels: one that was given to the item as a whole says nothing of a single message."""
        return self.standing.get(opened.item.id, Standing()).part_tags.get(part_of(n), [])

    def _hit(self, one: Joined, where: tuple[str, ...], by: str) -> Hit:
        record, item = one.record, one.opened.item
        if isinstance(record, Profile):
            kind, what, account = PROFILE, f"account listed ({record.role})", record.account
        else:
            words = MESSAGE_WORDS if isinstance(record, Message) else EVENT_WORDS
            kind, what, account = record.kind, words[record.kind], record.author  # type: ignore[assignment]
        places = [(one.opened, record.n), *one.also]
        return Hit(
            exhibit=_part(one.opened, record.n),
            item=item.id,
            n=record.n,
            kind=kind,
            what=what,
            moment=self._times.of(one.opened, record),
            account=account_shown(account),
            platform=record.account.platform if isinstance(record, Profile) else record.platform,
            where=where,
            by=by,
            tags=tuple(dict.fromkeys(tag for place in places for tag in self._tags(*place))),
            withdrawn=self.standing.get(item.id, Standing()).withdrawn,
            fields=record_fields(record),
            record=record,
            also=tuple(_part(*place) for place in one.also),
            changed=tuple(_part(*place) for place in one.changed),
            author_differs=tuple(_part(*place) for place in one.author_differs),
        )


def _part(opened: Opened, n: int) -> str:
    return f"{opened.item.exhibit}#{part_of(n)}"
