"""The first pass over a chat file: what all its headers say together. Nothing is kept of the text."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from abusekit.containers.container import Member
from abusekit.errors import InputError
from abusekit.importers.whatsapp.chat_lines import HEADER_STARTS, chat_lines
from abusekit.importers.whatsapp.day_order import DayEvidence, Decision, allowed
from abusekit.importers.whatsapp.header import Header, HeaderReader, Style, padded, padding
from abusekit.importers.whatsapp.labels import DELETED, OMITTED, plain, unmarked
from abusekit.importers.whatsapp.media import attached_name
from abusekit.importers.whatsapp.notices import notice_kind

ESTABLISHED = 0.8
"""The share of all headers from which on a form is the file's own and others are foreign to it."""
_MOST_STYLES = 200
_MOST_NAMES = 200_000


@dataclass(slots=True)
class StyleFacts:
    """The headers of one form."""

    evidence: DayEvidence
    count: int = 0
    hours: Counter[str] = field(default_factory=Counter)
    # hours as written

    def padding(self) -> tuple[int, ...]:
        """For day, month, year and hour as they stand: 1 without, 2 with a zero before, 0 where it is not settled."""
        counts = [[0, 0, 0] for _ in range(4)]
        zero = self.evidence.style.zero
        for date_written, count in self.evidence.dates.items():
            for place, how in enumerate(padding(date_written, zero)):
                counts[place][how] += count
        for hour, count in self.hours.items():
            counts[3][padded(hour, zero)] += count
        return tuple(_usual(one) for one in counts)


@dataclass(slots=True)
class Survey:
    """What the headers of a file have in common."""

    modified: datetime | None
    # the file's own time
    headers: int = 0
    styles: dict[Style, StyleFacts] = field(default_factory=dict)
    ends: Counter[bool] = field(default_factory=Counter)
    # whether the line end before a header is CR LF (else LF), of all but the first line
    authors: Counter[str] = field(default_factory=Counter)
    # names as written → headers that bear them
    marked_labels: int = 0
    # labels that carry their mark, in headers with brackets
    marked_media: list[int] = field(default_factory=lambda: [0, 0])
    # media with their marked label: headers without a mark first, headers with one
    last: StyleFacts | None = None
    decided: Decision | None = None
    # how the dates of the file's own form are read; None: not looked at yet

    @property
    def style(self) -> Style | None:
        """The file's own form; None: no form is that of nearly all headers, so none is foreign."""
        for style, facts in self.styles.items():
            if facts.count >= ESTABLISHED * self.headers:
                return style
        return None

    @property
    def padding(self) -> tuple[int, ...]:
        """Of the file's own form: see `StyleFacts.padding`."""
        return (0, 0, 0, 0) if self.style is None else self.styles[self.style].padding()

    @property
    def end(self) -> bool | None:
        """Whether a CR LF stands before nearly all headers (else a LF alone); None: both are usual."""
        for crlf, count in self.ends.items():
            if count >= ESTABLISHED * self.ends.total():
                return crlf
        return None

    @property
    def marks_labels(self) -> bool:
        """iOS: labels carry a mark of direction, so words without it are a person's own."""
        return self.marked_labels > 0

    @property
    def marks_media(self) -> bool:
        """iOS: a header whose entry has a medium carries a mark first, too."""
        without, with_mark = self.marked_media
        return with_mark >= 2 and with_mark >= ESTABLISHED * (without + with_mark)

    def readings(self, style: Style) -> tuple[str, ...]:
        """All readings that this form allows, with the zeros that stand in the file."""
        return allowed(style, self.styles[style].evidence.zeros())

    def calendar_known(self, style: Style) -> bool:
        """At least half of the dates of this form are days of our calendar."""
        facts = self.styles.get(style)
        if facts is None or not facts.evidence.dates:
            return True
        evidence = facts.evidence
        refuted = min(evidence.refuted(order) for order in self.readings(style))
        return refuted * 2 <= evidence.dates.total()


def survey(member: Member, reader: HeaderReader) -> Survey:
    """Read the member once. InputError only where its first bytes cannot be read."""
    found = Survey(member.modified)
    before: bool | None = None
    try:
        for line in chat_lines(member):
            text = line.text
            if text[0] in HEADER_STARTS and line.fresh and (header := reader.read(text)) is not None:
                _count(found, header, before)
            before = text.endswith("\r\n")
    except InputError:
        if not found.headers:
            raise
    return found


def _count(found: Survey, header: Header, before: bool | None) -> None:
    found.headers += 1
    facts = found.last
    if facts is None or facts.evidence.style is not header.style:
        facts = found.styles.get(header.style)
        if facts is None:
            if len(found.styles) >= _MOST_STYLES:
                return
            facts = found.styles[header.style] = StyleFacts(DayEvidence(header.style))
        found.last = facts
    facts.count += 1
    facts.hours[header.hour] += 1
    facts.evidence.add(header.date)
    if before is not None:
        found.ends[before] += 1
    if header.name and len(found.authors) < _MOST_NAMES:
        found.authors[header.name] += 1
    text = header.text
    if header.style.bracket and ("\u200e" in text or "\u200f" in text):
        _count_marks(found, header, text)


def _count_marks(found: Survey, header: Header, text: str) -> None:
    text = text.rstrip("\r\n")
    tail = text[max(text.rfind("\u200e"), text.rfind("\u200f")) + 1 :]
    media = attached_name(text) is not None or plain(tail) in OMITTED
    if media:
        found.marked_media[header.marked] += 1
    if media or plain(text) in DELETED or notice_kind(unmarked(text)) is not None:
        found.marked_labels += 1


def _usual(counts: list[int]) -> int:
    _, bare, padded = counts
    if max(bare, padded) < ESTABLISHED * (bare + padded) or not bare + padded:
        return 0
    return 1 if bare > padded else 2
