"""Items as a whole: captures with the text of their page, diary entries, file names, records without content."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from datetime import datetime

from abusekit.case.decisions import Standing
from abusekit.case.folder import Case
from abusekit.case.hashing import open_regular
from abusekit.case.moment import Moment, from_facts, from_instant
from abusekit.case.records import Item
from abusekit.errors import AbusekitError, InputError
from abusekit.finding.fields import Field, item_fields
from abusekit.finding.hit import Gap, Hit, Searched
from abusekit.finding.query import Query
from abusekit.timeline.items import TAKEN_IN
from abusekit.webarchive.wacz import page_text

PAGE = "in the text of the page"
_RECORDING = "capture.wacz"
CONTENT = "what is in pictures, films, sounds and documents: only their names, and what was said of them"


class ItemSearch:
    """Iterate it once."""

    def __init__(
        self, case: Case, query: Query, standing: Mapping[str, Standing], searched: Searched
    ) -> None:
        self._case, self._query, self._standing, self._searched = case, query, standing, searched
        self._without_text: list[str] = []

    def __iter__(self) -> Iterator[Hit]:
        """In the order of the log. What cannot be searched is said in `searched`."""
        query, searched = self._query, self._searched
        for item_id, standing in self._standing.items():
            if standing.quarantined is not None or (query.items and item_id not in query.items):
                continue
            try:
                item = self._case.item(item_id)
            except AbusekitError as fault:
                searched.gaps.append(Gap("item whose record cannot be used", 1, [item_id], fault.message))
                continue
            if query.kind_of_item(item.kind) and query.tagged(standing.tags):
                searched.items[item.kind] = searched.items.get(item.kind, 0) + 1
                if (hit := self._looked_at(item, standing)) is not None:
                    yield hit
        if self._without_text:
            what = "capture" if len(self._without_text) == 1 else "captures"
            searched.gaps.append(
                Gap(f"{what} without text of the page", len(self._without_text), self._without_text)
            )
        if query.words and (searched.items.get("file") or searched.items.get("capture")):
            searched.beside.append(CONTENT)
        self._unlogged()

    def _unlogged(self) -> None:
        """Folders of items that the log does not know: they may be whole, and nobody says so yet."""
        unlogged = [item_id for item_id in self._case.item_ids() if item_id not in self._standing]
        if unlogged and not self._query.items:
            what = "item" if len(unlogged) == 1 else "items"
            self._searched.gaps.append(
                Gap(f"{what} that the log does not hold, run: abusekit recover", len(unlogged), unlogged)
            )

    def _looked_at(self, item: Item, standing: Standing) -> Hit | None:
        query = self._query
        if query.timed and not any(query.in_time(moment) for moment in _moments(item)):
            return None
        fields = item_fields(item)
        if query.words and item.kind == "capture":
            fields += self._page(item)
        where = query.words.where(fields)
        if where is None:
            return None
        return Hit(
            exhibit=item.exhibit,
            item=item.id,
            n=0,
            kind=item.kind,
            what=TAKEN_IN[item.kind],
            moment=next(_moments(item), None),
            account="",
            platform="",
            where=where,
            by="",
            tags=tuple(standing.tags),
            withdrawn=standing.withdrawn,
            fields=fields,
        )

    def _page(self, item: Item) -> list[Field]:
        """The readable text of a capture; none where there is none, or the recording cannot be read: it is said."""
        why = ""
        if any(stored.name == _RECORDING for stored in item.files):
            try:
                fd, _ = open_regular(self._case.evidence / item.id / _RECORDING)
                with os.fdopen(fd, "rb") as stream:
                    if text := page_text(stream):
                        return [(PAGE, text)]
            except AbusekitError as fault:
                why = fault.message
            except OSError as fault:
                why = fault.strerror or "the disk fails"
        if why:
            self._searched.gaps.append(Gap("capture that cannot be read", 1, [item.id], why))
        else:
            self._without_text.append(item.id)
        return []


def _moments(item: Item) -> Iterator[Moment]:
    """Times of an item: of a diary entry first the event, of all others first when it was taken in."""
    taken_in = _taken_in(item)
    if taken_in is not None and item.kind != "note":
        yield taken_in
    for dated in item.dated:
        try:
            yield from_facts(dated.moment)
        except InputError:
            continue  # `timeline` and `verify` speak of it
    if taken_in is not None and item.kind == "note":
        yield taken_in


def _taken_in(item: Item) -> Moment | None:
    try:
        return from_instant(datetime.fromisoformat(item.at), "ours", "our clock when it was stored")
    except (ValueError, InputError):
        return None
