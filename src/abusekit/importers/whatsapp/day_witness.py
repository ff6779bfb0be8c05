"""The second pass over a chat file: how its dates are read, as the headers say that are not in doubt.

Headers have to be judged before they bear witness, and to be judged they have to be dated: so they are judged here in
all readings that the form allows. What is early in each of them, is written otherwise than the file's headers or has
no such day is in doubt, and does not count.
"""

from __future__ import annotations

from collections.abc import Container

from abusekit.containers.container import Member
from abusekit.errors import InputError
from abusekit.importers.whatsapp.day_order import DayEvidence, Decision
from abusekit.importers.whatsapp.entries import Entries
from abusekit.importers.whatsapp.header import HeaderReader
from abusekit.importers.whatsapp.media import attested_day
from abusekit.importers.whatsapp.survey import Survey


def decide(member: Member, facts: Survey, reader: HeaderReader, members: Container[str]) -> Decision | None:
    """How dates of the file's own form are read; None: it has no such form, each date has to speak for itself.

    `members`: paths of the export. A fault of the member ends the pass; the next one tells of it.
    """
    style = facts.style
    if style is None:
        return None
    readings = facts.readings(style)
    if len(readings) == 1:
        return Decision(readings, "stated")
    base = member.path[: -len(member.name)]
    evidence = DayEvidence(style)
    try:
        for entry in Entries(member, facts, reader):
            header = entry.header
            if header is None or entry.start in entry.doubts:
                continue
            evidence.add(header.date)
            text = header.text
            if "-" in text:
                day = attested_day(text.rstrip("\r\n"), base, members, bracket=style.bracket)
                if day is not None:
                    evidence.add_named(header.date, day)
    except InputError:
        pass
    if not evidence.dates:
        return Decision(readings, "undecided")
    return evidence.decide(facts.modified, facts.headers)
