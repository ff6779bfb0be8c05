"""Where an entry of a chat file ends and the next begins, and what to do where that is in doubt.

A person can type a line that looks like a header into a message, and with it words of somebody else. Nothing in the
file tells such a line from a real one if it is made well. What gives it away:

* its form: another date form, other digits, spaces or signs, seconds or none, a zero before a number or none, a date
  that the calendar has not. One export is written by one program at one time, so its form does not change;
* the line end before it: WhatsApp for iOS ends entries with CR LF, and a line typed inside of a message with LF;
* its mark: on iOS the header of an entry with a medium begins with a mark of direction;
* its clock, weakly: entries stand in the order in which they arrived, and a header that is earlier than the one
  before it was either typed or arrived late.

What is done:

1. Form, line end or mark are not the file's own: the line stays in the text of the message in which it stands.
2. The clock runs back and the name is borne by no other header: likewise.
3. The clock runs back by more than a minute to the name of somebody else: likewise, unless five headers in a row are
   that early: then a phone has rather been offline, and they are entries. (A night in which clocks may be put back
   is no ground: there the line is an entry.)
4. The clock runs back by up to a minute, in such a night, or to the same name: messages cross each other so every
   day, and nobody types his own name to be quoted with it. The line is an entry.

Whatever is decided: the entry in which the line stands or which it follows, and the new one, bear the flag
`boundary_ambiguous:<byte offset of the line>`, and a warning tells of the file. Where no form is that of at least
four fifths of the headers (files put together by hand), 1 and 3 do not apply: all such lines are entries, flagged.
Where day and month are undecided and the header before has not all readings that this one has, either of the two may
be the typed one, and the line is an entry, flagged.
After a line of WhatsApp's own without a name there is no doubt: nobody typed into it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from abusekit.containers.container import Member
from abusekit.errors import InputError
from abusekit.importers.whatsapp.chat_lines import HEADER_STARTS, Line, chat_lines
from abusekit.importers.whatsapp.entry_times import EntryTimes, Moment, in_clock_change, seconds_back
from abusekit.importers.whatsapp.header import Header, HeaderReader
from abusekit.importers.whatsapp.media import find
from abusekit.importers.whatsapp.survey import Survey

TOLERANCE_S = 60
"""By so many seconds messages that cross each other are out of order; one minute where the file has no seconds."""
LATE_RUN = 5
"""So many headers in a row that are all too early are late arrivals."""
MOST_BYTES = 1 << 20
"""Of one entry; a message has at most 65,536 characters."""
MOST_DOUBTS = 100
"""Offsets told of one entry."""

_Verdict = Literal["entry", "flagged", "text", "held"]


@dataclass(slots=True)
class Entry:
    """An entry, or lines that belong to none."""

    lines: list[Line]
    header: Header | None = None
    """None: no header precedes the lines, or they are the rest of what was too long."""
    moment: Moment | None = None
    """When; None where there is no header."""
    doubts: tuple[int, ...] = ()
    """Byte offsets of lines where it may begin, end, or hold another entry."""
    too_long: bool = False
    """The rest of an entry that was longer than any message."""
    size: int = 0
    """Bytes of the lines."""
    held: tuple[tuple[int, Entry], ...] = ()
    """While it is being read: headers too early to be believed at once, as the index of the line, and the entry that
    it would begin."""

    @property
    def start(self) -> int:
        """Byte offset of its header, marks of direction included."""
        return self.lines[0].start

    def content(self, width: int) -> tuple[bytes, str]:
        """Its bytes, and what follows name or header; both without the last line end, with line ends inside as they
        are in the file. `width`: bytes of each sign of a line end."""
        first = self.lines[0]
        raw = first.raw
        text = first.text if self.header is None else self.header.text
        if len(self.lines) > 1:
            raw = b"".join(line.raw for line in self.lines)
            text += "".join(line.text for line in self.lines[1:])
        end = 2 if text.endswith("\r\n") else 1 if text.endswith("\n") else 0
        return (raw[: -end * width], text[:-end]) if end else (raw, text)

    def steps(self) -> tuple[str, ...]:
        """What decoding did."""
        if len(self.lines) == 1:
            return self.lines[0].steps
        return tuple(dict.fromkeys(step for line in self.lines for step in line.steps))


class Entries:
    """The entries of one member, in file order."""

    def __init__(self, member: Member, survey: Survey, reader: HeaderReader) -> None:
        self._member = member
        self._survey = survey
        self._reader = reader
        self._times = EntryTimes(survey)
        self._style = survey.style
        self._end = survey.end
        self._marks_media = survey.marks_media
        self._calendar = self._style is None or survey.calendar_known(self._style)
        self.doubtful = 0
        """Lines of which it is in doubt whether they are headers."""

    def __iter__(self) -> Iterator[Entry]:
        """InputError of the member passes through after the entries that precede it, the last one included."""
        current = Entry([])
        before: bool | None = None
        fault: InputError | None = None
        lines = chat_lines(self._member)
        while True:
            try:
                line = next(lines, None)
            except InputError as error:
                fault, line = error, None
            if line is None:
                break
            header = self._reader.read(line.text) if line.text[0] in HEADER_STARTS and line.fresh else None
            if header is not None:
                moment = self._times.read(header)
                verdict = self._judge(current, header, moment, before)
                begun = Entry([line], header, moment, (), False, len(line.raw))
                if verdict in ("entry", "flagged"):
                    if verdict == "flagged":
                        self._doubt(line.start, current, begun)
                    if current.lines:
                        yield current
                    current = begun
                    before = line.text.endswith("\r\n")
                    continue
            before = line.text.endswith("\r\n")
            if current.size + len(line.raw) > MOST_BYTES and current.lines:
                yield current
                current = Entry([], too_long=current.header is not None or current.too_long)
            if header is not None and current.header is not None:
                self._keep(line, current, begun, verdict)
            current.lines.append(line)
            current.size += len(line.raw)
            if len(current.held) >= LATE_RUN:
                *complete, current = _split(current)
                yield from complete
        if current.lines:
            yield current
        if fault is not None:
            raise fault

    def _judge(self, current: Entry, header: Header, moment: Moment, before: bool | None) -> _Verdict:
        if self._foreign(header, moment, before):
            return "text"
        last, last_moment = current.header, current.moment
        if last is None or last_moment is None:
            return "entry"
        if self._style is None and header.style != last.style:
            return "flagged"
        back = seconds_back(last_moment.clock, moment.clock)
        if not back or not last.name:
            return "entry"
        if any(a is None and b is not None for a, b in zip(last_moment.clock, moment.clock, strict=True)):
            return "flagged"
        if header.name == last.name or self._style is None:
            return "flagged"
        if header.name and self._survey.authors[header.name] == 1:
            return "text"
        if back <= TOLERANCE_S or in_clock_change(last_moment.clock, back):
            return "flagged"
        return "held"

    def _foreign(self, header: Header, moment: Moment, before: bool | None) -> bool:
        """Whether it is not written as the file's own headers are."""
        if self._style is None:
            return moment.time is None
        if header.style is not self._style and header.style != self._style:
            return True
        if not moment.usual or (moment.time is None and self._calendar):
            return True
        if before is not self._end and None not in (before, self._end):
            return True
        if self._marks_media and not header.marked:
            medium = find(header.text.rstrip("\r\n"))
            return medium is not None and medium.marked
        return False

    def _doubt(self, offset: int, *entries: Entry) -> None:
        self.doubtful += 1
        for one in entries:
            if len(one.doubts) < MOST_DOUBTS:
                one.doubts += (offset,)

    def _keep(self, line: Line, current: Entry, begun: Entry, verdict: _Verdict) -> None:
        """A line that looks like a header and stays in the text."""
        if verdict == "held":
            current.held += ((len(current.lines), begun),)
        self._doubt(line.start, current)


def _split(current: Entry) -> list[Entry]:
    """The entry, and each of the held headers with the lines after it: a run of them is believed."""
    ends = [*(index for index, _ in current.held[1:]), len(current.lines)]
    late = []
    for (index, begun), end in zip(current.held, ends, strict=True):
        begun.lines = current.lines[index:end]
        begun.size = sum(len(line.raw) for line in begun.lines)
        begun.doubts = tuple(
            at for at in current.doubts if begun.lines[0].start <= at <= begun.lines[-1].start
        )
        late.append(begun)
    edge = late[0].lines[0].start
    current.doubts = tuple(at for at in current.doubts if at <= edge)
    current.lines = current.lines[: current.held[0][0]]
    return [current, *late]
