"""Messages of a thread that was exported as HTML."""

from __future__ import annotations

from collections.abc import Iterator

from abusekit.containers.container import Member
from abusekit.errors import InputError
from abusekit.importers import fields as field
from abusekit.importers.fields import WrongShapeError
from abusekit.importers.importer import Notes
from abusekit.importers.meta.attached import Files, links_in
from abusekit.importers.meta.html_pages import PAGE_MOST, Entry, page
from abusekit.importers.meta.kinds import named_in
from abusekit.importers.meta.mojibake import Mender
from abusekit.importers.meta.people import People
from abusekit.importers.model import Attachment, Event, Flag, Message, Profile, Reaction, Record
from abusekit.importers.spans.html_events import text_of
from abusekit.importers.spans.places import ref

HTML_UNESCAPE = "html unescape"
NO_ZONE = "HTML pages show times on the clock of whoever ordered the export and do not say which time zone that was."

_AS_IT_IS = Mender(b"", False)


class Pages:
    """Reads pages of one thread."""

    def __init__(self, platform: str, owners: frozenset[str], files: Files, notes: Notes) -> None:
        self._platform, self._owners, self._files, self._notes = platform, owners, files, notes

    def read(self, member: Member, conversation: str, flags: tuple[Flag, ...]) -> Iterator[Record]:
        """The messages of a page, oldest first where it begins with the newest; what else stands between them as
        `unparsed`; participants of its head who wrote nothing on it. A page of more than PAGE_MOST bytes is refused.
        """
        try:
            data = member.read(PAGE_MOST)
        except InputError as fault:
            self._notes.damaged.append(f"{member.path!a}: {fault.message}")
            return
        cut = page(data)
        self._notes.limit(NO_ZONE)
        if cut.zone:
            self._notes.warn(
                f"{member.path!a}: its head shows the time of the export twice, by which its clock stood at "
                f"UTC{cut.zone} on that day; its messages may lie before a change of the clocks."
            )
        title = _title(data)
        names = tuple(dict.fromkeys(name for _, _, text in cut.headings for name in named_in(text)))
        people = People(self._platform, self._owners, names)
        entries = cut.entries
        if len(entries) > 1 and entries[0].sent.at > entries[-1].sent.at:
            entries.reverse()
        for entry in entries:
            yield self._message(entry, data, member, people, conversation, title, flags)
        yield from self._rest(cut.rest, entries, data, member, conversation, title, cut.cut)
        wrote = {entry.author for entry in entries}
        for start, end, text in cut.headings:
            for name in named_in(text):
                if name not in wrote:
                    wrote.add(name)
                    source = ref(member.path, start, end, data[start:end], "head of the page")
                    yield Profile(people.account(name), source, "participant", {"conversation": conversation})

    def _message(
        self, entry: Entry, data: bytes, member: Member, people: People, conversation: str, title: str,
        flags: tuple[Flag, ...],
    ) -> Message:  # fmt: skip
        source = ref(
            member.path, entry.start, entry.end, data[entry.start : entry.end], f"byte {entry.start}"
        )
        author = people.account(entry.author) if entry.author else None
        escaped = b"&" in entry.body
        attachments = []
        for uri in entry.uris:
            try:
                attachments.append(self._files.attachment({"uri": uri}, member, _AS_IT_IS))
            except WrongShapeError:  # cannot be: uri is a text
                attachments.append(Attachment(uri, "missing"))
        return Message(
            "message", self._platform, conversation, author, entry.text, entry.sent, source,
            text_raw=entry.body.decode("utf-8", "replace") if escaped else None,
            steps=(HTML_UNESCAPE,) if escaped else (), title=title, direction=people.direction(author),
            attachments=tuple(attachments), reactions=tuple(Reaction(line) for line in entry.reactions),
            urls=tuple(dict.fromkeys((*entry.links, *links_in(entry.text)))),
            flags=(*flags, *people.flags(entry.author)),
        )  # fmt: skip

    def _rest(
        self, rest: list[tuple[int, int]], entries: list[Entry], data: bytes, member: Member, conversation: str,
        title: str, cut: bool,
    ) -> Iterator[Event]:  # fmt: skip
        why = "Part of a page of messages in which no sender and time were found."
        if not entries:
            rest = [(0, len(data))]
            why = "Page without a message whose time has a known form; its language may not be known here."
        elif cut:
            self._notes.damaged.append(f"{member.path!a}: the page ends within an element; it is cut off.")
            after = max([entry.end for entry in entries] + [end for _, end in rest])
            if text_of(data[after:]):
                rest = [*rest, (after, len(data))]
        for start, end in rest:
            source = ref(member.path, start, end, data[start:end], f"byte {start}")
            yield field.unparsed(self._platform, conversation, why, source, title)


def _title(data: bytes) -> str:
    start = data.find(b"<title>", 0, 65_536)
    end = data.find(b"</title>", start, start + 4096)
    return text_of(data[start:end]) if 0 <= start < end else ""
