"""What `import` says of one export: what was found, what is not known, what this kind of export leaves out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from abusekit.cli.answers_import import Imported
    from abusekit.messages.reading import Summary

SENDERS = 8
"""Names in one line; the others are counted."""
SENTENCES = 10
"""Of each kind; the others are counted, and stand in --json."""

ZONE_WORDS = {
    "stated": "zone stated",
    "epoch": "UTC, counted from an epoch",
    "native_id": "UTC, shown by the ids",
    "paired": "UTC, an epoch beside it",
    "convention": "UTC by custom of the platform",
    "unknown": "time zone not recorded",
}


def told(answer: Imported, limits_told: set[str]) -> Iterator[tuple[str, bool]]:
    """Lines, and whether each is a result (stdout) or talk (stderr). `limits_told` grows: each limit is said once."""
    name = answer.name
    if answer.reading is None:
        head = f"{answer.item}  {answer.exhibit:10}  {name}" if answer.item else name
        yield (f"{head}: {answer.problem}" if answer.problem else head), answer.item is not None
        return
    there = f"{answer.problem}: " if answer.state == "already-there" else ""
    yield f"{answer.item}  {answer.exhibit:10}  {name}: {there}{found(answer.reading, answer.declared)}", True
    if answer.problem:
        yield f"  {answer.problem}", False
    yield from ((f"  {line}", False) for line in details(answer.reading, str(answer.item), answer.declared))
    for limit in answer.reading.limits:
        if limit not in limits_told:
            limits_told.add(limit)
            yield f"  limit: {limit}", False


def found(summary: Summary, declared: Mapping[str, str]) -> str:
    """One line: importers, counts, first and last as written, why the zone is known."""
    words = dict(ZONE_WORDS)
    if zone := declared.get("timezone"):
        words["unknown"] = f"time zone declared: {zone}"
    parts = [", ".join(one.partition("/")[0] for one in summary.importers) or "no importer"]
    parts.append(_count(summary.messages, "message"))
    if summary.events:
        parts.append(_count(summary.events, "event"))
    if summary.conversations > 1:
        parts.append(_count(summary.conversations, "conversation"))
    if summary.first:
        parts.append(f"{summary.first} to {summary.last}")
        parts += [
            words[basis] if len(summary.zones) == 1 else f"{words[basis]} ({count})"
            for basis, count in summary.zones.items()
        ]
    return ", ".join(parts)


def details(summary: Summary, item: str, declared: Mapping[str, str]) -> Iterator[str]:
    if summary.senders:
        shown = ", ".join(f"{name} ({count})" for name, count in list(summary.senders.items())[:SENDERS])
        more = len(summary.senders) - SENDERS
        yield f"from: {shown}" + (f" and {more} more" if more > 0 else "")
    for number, what in (
        (summary.deleted, "deleted, only the notice is left"),
        (summary.edited, "edited"),
        (summary.without_time, "without a time that could be understood"),
        (
            summary.ambiguous,
            "where it cannot be known if a line begins a new message: somebody may have written it so",
        ),
    ):
        if number:
            yield f"{_count(number, 'message')} {what}"
    if summary.undecided and not declared.get("order"):
        yield (
            f"{_count(summary.undecided, 'time')} whose day and month cannot be told apart; if you know: "
            f"abusekit import --item {item} --declare order=DMY"
        )
    if summary.zones.get("unknown") and not declared.get("timezone"):
        yield f"if you know the time zone: abusekit import --item {item} --declare timezone=Europe/London"
    absent = {state: count for state, count in summary.attachments.items() if state != "present"}
    if absent:
        words = {"missing": "not in the export", "omitted": "left out by the exporter"}
        yield "attachments: " + ", ".join(
            f"{count} {words.get(state, state.replace('_', ' '))}" for state, count in absent.items()
        )
    if summary.checks:
        yield "checks: " + ", ".join(f"{count} {name}" for name, count in summary.checks.items())
    if summary.unparsed:
        look = f"abusekit find --item {item} --unparsed"
        yield f"NOT UNDERSTOOD: {_count(summary.unparsed, 'place')}, kept as they stand: {look}"
    yield from (f"NOT READ: {text}; then: abusekit import --item {item}" for text in summary.missing_extras)
    for label, texts in (
        ("refused", summary.problems),
        ("damaged", summary.damaged),
        ("mended in a copy", summary.repairs),
        ("note", summary.warnings),
    ):
        yield from (f"{label}: {text}" for text in texts[:SENTENCES])
        if len(texts) > SENTENCES:
            yield f"{label}: {len(texts) - SENTENCES} more, see --json"
    if summary.not_read_count:
        shown = ", ".join(summary.not_read[:3]) + (", …" if summary.not_read_count > 3 else "")
        yield f"{_count(summary.not_read_count, 'file')} in it that no importer reads: {shown}"
    if summary.secret_count:
        kinds = Counter(secret.kind for secret in summary.secrets)
        listed = ", ".join(f"{kind} ({count})" for kind, count in kinds.most_common(6))
        where = f"where they stand: abusekit import --item {item} --json"
        yield f"SECRETS in it, kept out of what is read: {listed}; {where}"


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"
