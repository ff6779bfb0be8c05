"""Know it: one diary entry, in the person's own words, with when it happened and when it was written down.

An entry may be what a witness refreshes memory from, so it keeps apart when it happened, when it was noticed
and when it was recorded, and what was seen from what was told (and by whom). That the witness checked an
entry somebody else typed is a later line of the log, never a change of the entry; a correction is a new
entry that names the old one. Nothing here shows that what is written is so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from abusekit.case.intake import Draft
from abusekit.case.moment import Moment
from abusekit.case.records import DatedFact
from abusekit.errors import UsageError

Source = Literal["seen", "told"]

MAX_TEXT = 100_000
"""Characters of the account itself."""
MAX_FIELD = 10_000
"""Characters of each of the other fields."""
FUTURE_TOLERANCE = timedelta(minutes=10)
"""A person's watch and this computer's clock may differ; an event later than that has not happened yet."""

_ITEM = re.compile(r"E\d{4,9}", re.ASCII)
_INITIALS = re.compile(r"\w[\w.\-]{0,19}")


@dataclass(frozen=True, slots=True)
class DiaryEntry:
    """A checked entry. Built by `make_entry`."""

    text: str
    # what happened, in the person's own words, unchanged
    event: Moment | None
    # when it happened, as the person stated it; None: not stated
    noticed: Moment | None
    # when the person came to know of it; None: not stated
    recorded: Moment
    # when the entry was made, by our clock
    recorded_by: str
    # initials of the producer who made the entry
    source: Source
    # "seen": saw or heard it themselves; "told": somebody else told them
    told_by: str | None
    # who told it; None for "seen"
    effect: str | None
    # what it did to the person, in their words
    action: str | None
    # what was done about it
    place: str | None
    # where it happened: a place, a platform, a device
    corrects: str | None
    # item id of the earlier entry that this one corrects

    def facts(self) -> dict[str, Any]:
        """The entry for item.json: text, null and the facts of its moments."""
        return {
            "text": self.text,
            "event": self.event and self.event.to_facts(),
            "noticed": self.noticed and self.noticed.to_facts(),
            "recorded": self.recorded.to_facts(),
            "recorded_by": self.recorded_by,
            "source": self.source,
            "told_by": self.told_by,
            "effect": self.effect,
            "action": self.action,
            "place": self.place,
            "corrects": self.corrects,
        }

    def as_text(self, zone: str) -> str:
        """The entry as the plain text of note.txt, times in the case's `zone` (IANA or ±HH:MM).

        The person's words come last and unchanged, so that nothing in them can pass for another field;
        lines of the other fields that follow a field's first are indented.
        """
        told = (
            f"told by {self.told_by}" if self.source == "told" else "seen or heard by the person themselves"
        )
        fields = (
            (
                "Diary entry",
                None if self.corrects is None else f"corrects {self.corrects}, which stays as it is",
            ),
            ("Happened", _time(self.event, zone)),
            ("Noticed", _time(self.noticed, zone)),
            ("Recorded", f"{self.recorded.display(zone)} by {self.recorded_by}"),
            ("Source", told),
            ("Place", self.place),
            ("Effect", self.effect),
            ("Action taken", self.action),
        )
        lines = [f"{name}: {_indented(value)}" for name, value in fields if value is not None]
        return (
            "\n".join([*lines, "In the person's own words, to the end of this file:", "", self.text]) + "\n"
        )


def make_entry(
    text: str,
    *,
    recorded: Moment,
    recorded_by: str,
    event: Moment | None = None,
    noticed: Moment | None = None,
    source: Source = "seen",
    told_by: str | None = None,
    effect: str | None = None,
    action: str | None = None,
    place: str | None = None,
    corrects: str | None = None,
) -> DiaryEntry:
    """A checked entry; `recorded` is now, by our clock.

    Raises UsageError with what to do: no text, text too long or not UTF-8, "told" without by whom (or the
    reverse), initials or item id of another form, an event or a noticing that lies in the future, or a
    noticing before the event.
    """
    if not text.strip():
        raise UsageError("the diary entry is empty", "say what happened, in your own words")
    _check_text("the entry", text, MAX_TEXT, "split it into several entries, or add it as a document")
    given = {"told by": told_by, "effect": effect, "action": action, "place": place}
    for name, value in given.items():
        if value is not None:
            _check_text(name, value, MAX_FIELD, "put the long account into the entry itself")
    told_by, effect, action, place = (value if value and value.strip() else None for value in given.values())
    if source not in ("seen", "told"):
        raise UsageError(
            f"the source {source!r} is neither seen nor told", "use seen, or told with who told it"
        )
    if source == "told" and told_by is None:
        raise UsageError("the entry was told by somebody, but by whom is missing", "name who told it")
    if source == "seen" and told_by is not None:
        raise UsageError("what was seen is not told by anybody", "make one entry for each: seen, and told by")
    if not _INITIALS.fullmatch(recorded_by):
        raise UsageError(
            f"{recorded_by[:40]!r} are not initials", "use the initials of a producer of this case"
        )
    if corrects is not None and not _ITEM.fullmatch(corrects):
        raise UsageError(f"{corrects[:40]!r} is not an item id", "name the entry to correct, such as E0007")
    for name, moment in (("the event", event), ("the noticing", noticed)):
        if moment is not None and moment.earliest > recorded.latest + FUTURE_TOLERANCE:
            raise UsageError(
                f"{name} ({moment.raw.strip()[:60]}) lies after the time of recording ({recorded.raw})",
                "check day, year and time zone; if this computer's clock is wrong, put it right first",
            )
    if event is not None and noticed is not None and noticed.latest <= event.earliest:
        raise UsageError("it was noticed before it happened", "check the two times")
    return DiaryEntry(
        text, event, noticed, recorded, recorded_by, source, told_by, effect, action, place, corrects
    )


def fill_draft(draft: Draft, entry: DiaryEntry, zone: str) -> None:
    """Stage an entry as an item: its text as `note.txt`, its facts, and the times it states. Raises CaseError."""
    draft.write("note.txt", entry.as_text(zone).encode("utf-8"), "text/plain; charset=utf-8", "original")
    draft.source = {"way": "written by a person", "corrects": entry.corrects}
    draft.facts = {"entry": entry.facts()}
    times = (
        ("event, as the diary says", "entry.event", entry.event),
        ("noticed, as the diary says", "entry.noticed", entry.noticed),
    )
    draft.dated = [
        DatedFact(what, field, "note.txt", at.to_facts()) for what, field, at in times if at is not None
    ]


def _check_text(name: str, text: str, limit: int, hint: str) -> None:
    if len(text) > limit:
        raise UsageError(f"{name} is longer than {limit:,} characters", hint)
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as fault:
        raise UsageError(f"{name} is not valid UTF-8 text", "save it as UTF-8 and give it again") from fault


def _time(moment: Moment | None, zone: str) -> str | None:
    if moment is None:
        return None
    return f"{moment.display(zone)} (as stated: {moment.raw.strip()}; {moment.basis})"


def _indented(value: str) -> str:
    return "\n    ".join(value.splitlines())
