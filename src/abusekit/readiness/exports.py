"""What is still weak in exports: not read, not understood, times without zone or order, signatures not checked."""

from __future__ import annotations

from collections.abc import Iterator

from abusekit.case.folder import Case
from abusekit.errors import AbusekitError
from abusekit.messages.cache import Opened, summary_of
from abusekit.messages.exports import exports
from abusekit.messages.reading import Summary
from abusekit.readiness.need import Need

_READ = "abusekit import --item ITEM"
_LOOK = "look at these places, and say that you did"


def export_needs(case: Case) -> Iterator[Need]:
    """Of every export. Nothing is verified here. Raises CaseError, EvidenceError: log or item cannot be read."""
    for opened in exports(case):
        if opened.logged is None:
            what = "an export that was stored and never read"
            yield Need("export", what, opened.item.id, opened.item.exhibit, "read it", _READ)
            continue
        try:
            summary = summary_of(case, opened)
        except AbusekitError as fault:
            what = f"an export that cannot be read: {fault.message}"
            yield Need(
                "export", what, opened.item.id, opened.item.exhibit, fault.hint or "see the message", _READ
            )
            continue
        yield from _times(opened, summary)
        yield from _understood(opened, summary)


def _times(opened: Opened, summary: Summary) -> Iterator[Need]:
    item, exhibit = opened.item.id, opened.item.exhibit
    if (count := summary.zones.get("unknown", 0)) and not opened.declared.value("timezone"):
        what = f"{count} times of an export without a time zone"
        yield Need(
            "time",
            what,
            item,
            exhibit,
            "say which zone it was, if somebody knows it",
            f"{_READ} --declare timezone=ZONE",
        )
    if summary.undecided and not opened.declared.value("order"):
        what = f"{summary.undecided} times of an export whose day and month cannot be told apart"
        yield Need(
            "time",
            what,
            item,
            exhibit,
            "say which comes first, if somebody knows it",
            f"{_READ} --declare order=DMY",
        )


def _understood(opened: Opened, summary: Summary) -> Iterator[Need]:
    item, exhibit = opened.item.id, opened.item.exhibit
    if summary.unparsed or summary.damaged or summary.problems:
        parts = [
            f"{count} {name}"
            for count, name in (
                (summary.unparsed, "places not understood"),
                (len(summary.damaged), "damages"),
                (len(summary.problems), "files refused"),
            )
            if count
        ]
        yield Need(
            "export",
            f"an export with {', '.join(parts)}",
            item,
            exhibit,
            _LOOK,
            "abusekit find --item ITEM --unparsed",
        )
    if summary.ambiguous:
        what = f"{summary.ambiguous} messages of which it cannot be known where they begin"
        yield Need(
            "export", what, item, exhibit, _LOOK, "abusekit find --item ITEM --flag boundary_ambiguous"
        )
    if (count := summary.checks.get("DKIM: not_checked", 0)) and not opened.declared.values("keys"):
        what = f"{count} DKIM signatures that could not be checked"
        yield Need(
            "export", what, item, exhibit, "ask for the keys while they are published", f"{_READ} --dns"
        )
    if count := summary.checks.get("DKIM: changed", 0):
        what = f"{count} DKIM signatures that do not fit: the mail was changed, or passed a mailing list"
        yield Need("export", what, item, exhibit, _LOOK, "abusekit find --item ITEM --reveal")
