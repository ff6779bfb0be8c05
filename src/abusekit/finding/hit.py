"""What a search gives: hits, what was searched, and what could not be."""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec

from abusekit.case.moment import Moment
from abusekit.finding.fields import Field
from abusekit.importers.model import Record


@dataclass(frozen=True, slots=True)
class Hit:
    """One item, or one record of an export."""

    exhibit: str
    # `PO/4`, of a record `PO/4#m12`
    item: str
    n: int
    # of the record; 0: the item as a whole
    kind: str
    what: str
    # the kind in words
    moment: Moment | None
    # of an item: when it was taken in, of a diary entry the event; None: no time that could be understood
    account: str
    platform: str
    where: tuple[str, ...]
    # labels of the fields in which words were found; empty where none were asked for
    by: str
    # the exhibit that is what was looked for, where that is another one of `also`
    tags: tuple[str, ...]
    # of the item as a whole, or of the part in each export that holds it: an item's own are not its parts'
    withdrawn: str | None
    # the reason
    fields: list[Field]
    # what was searched in it: content
    record: Record | None = None
    also: tuple[str, ...] = ()
    # further exhibits that hold the same
    changed: tuple[str, ...] = ()
    # exhibits that hold the same id with another text
    author_differs: tuple[str, ...] = ()


class Gap(msgspec.Struct):
    """Something that could not be searched."""

    what: str
    """One phrase, which agrees with the count: `captures without text of the page`."""
    count: int
    items: list[str] = []
    """Item ids; empty where they are not told (quarantine)."""
    why: str = ""


@dataclass(slots=True)
class Searched:
    """How much was looked at; whole once the search has ended."""

    exports: int = 0
    messages: int = 0
    events: int = 0
    profiles: int = 0
    items: dict[str, int] = field(default_factory=dict)
    # kind of item → number
    undated: int = 0
    # records that are what was looked for but have no time, left out because a time was asked for
    flags_absent: list[str] = field(default_factory=list)
    # flags that were asked for and that no record has, whatever else was asked for
    flags_found: list[str] = field(default_factory=list)
    # flags that records have; told only where one was asked for
    gaps: list[Gap] = field(default_factory=list)
    # what could not be searched
    beside: list[str] = field(default_factory=list)
    # sentences: what a search never looks into
