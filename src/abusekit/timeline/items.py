"""What one item brings to the timeline: when it was taken in, and every time that stands in it."""

from __future__ import annotations

from collections.abc import Iterator

from abusekit.case.canonical import JSON
from abusekit.case.custody import instant_text
from abusekit.case.decisions import Standing
from abusekit.case.moment import Moment, from_facts
from abusekit.case.records import Item
from abusekit.errors import InputError
from abusekit.timeline.acts import text, texts
from abusekit.timeline.row import Kind, Row, certainty_of, instant_after, read_instant

MAX_CONTENT = 2_000
"""Characters of an item's content that a row carries; the whole stands in the item."""
MAX_RAW = 100
"""Characters: a time as written is short; what is longer may hold anything, and is covered."""

TAKEN_IN: dict[str, str] = {
    "capture": "address captured",
    "file": "file taken in",
    "export": "export taken in",
    "note": "diary entry taken in",
    "record-only": "record without content made",
}


class ItemRows:
    """What all rows of one item share."""

    def __init__(
        self, item_id: str, exhibit: str, n: int | None, standing: Standing, *, reveal: bool
    ) -> None:
        self.item_id, self.exhibit, self.n = item_id, exhibit, n
        self.standing = standing
        self.reveal = reveal
        self.label = ""
        self.content: str | None = None

    def rows(self, item: Item, logged_at: str, remark: str) -> Iterator[Row]:
        """The taking in, then every time that stands in the item, in the order of its facts."""
        self.label = _label(item)
        self.content = _content(item) if self.reveal else None
        try:
            at = instant_text(read_instant(item.at))
        except ValueError:
            at, remark = logged_at, f"{remark} item.json states no time of its own".strip()
        basis = f"our clock when it was stored ({_compared(item)})"
        began, ended = text(item.facts.get("started")), text(item.facts.get("ended"))
        if item.kind == "capture" and began and ended:
            basis += f"; captured from {began} to {ended}"
        yield self.taken_in(at, item.kind, TAKEN_IN[item.kind], remark, basis)
        media = {stored.name: stored.media_type for stored in item.files}
        for dated in item.dated:
            moment = _moment(dated.moment)
            if moment is None:
                yield self._not_understood(at, item, dated.file, dated.field)
            else:
                kind = _dated_kind(item, moment, media.get(dated.file, ""))
                yield self._dated(moment, kind, dated.what, dated.file, dated.field)
        entry = item.facts.get("entry")
        if item.kind == "note" and isinstance(entry, dict) and "recorded" in entry:
            moment = _moment(entry["recorded"])
            if moment is None:
                yield self._not_understood(at, item, "", "entry.recorded")
            else:
                yield self._dated(moment, "diary", "diary entry written", "", "entry.recorded")

    def taken_in(self, at: str, kind: Kind, what: str, remark: str, basis: str = "our clock") -> Row:
        return self._row(
            our_instant(at),
            basis=basis,
            kind=kind,
            what=what,
            remark=remark,
            file=f"evidence/{self.item_id}/item.json",
            field="at",
        )

    def _dated(self, moment: Moment, kind: Kind, what: str, file: str, field: str) -> Row:
        raw_covered = moment.clock == "file_system" or len(moment.raw) > MAX_RAW
        times: dict[str, JSON] = {
            "earliest": instant_text(moment.earliest),
            "latest": instant_text(moment.latest),
            "utc": None if moment.utc is None else instant_text(moment.utc),
            "local": None if moment.local is None else moment.local.isoformat(),
            "zone": moment.zone,
            "precision": moment.precision,
            "certainty": certainty_of(moment),
            "raw": "" if raw_covered and not self.reveal else moment.raw,
        }
        path = f"evidence/{self.item_id}/{file}" if file else f"evidence/{self.item_id}/item.json"
        return self._row(times, basis=moment.basis, kind=kind, what=what, remark="", file=path, field=field)

    def _not_understood(self, at: str, item: Item, file: str, field: str) -> Row:
        """Stands where the item came in: a time that cannot be placed is not left out."""
        return self._row(
            our_instant(at),
            basis="our clock when the item was taken in; the time meant here is not known",
            kind=item.kind,
            what="a time is recorded here that is not understood",
            remark="run: abusekit verify",
            file=f"evidence/{self.item_id}/{file or 'item.json'}",
            field=field,
        )

    def _row(
        self, times: dict[str, JSON], *, basis: str, kind: Kind, what: str, remark: str, file: str, field: str
    ) -> Row:
        message = f"{self.exhibit} ({self.item_id}): {what}; {self.label}"
        return Row(
            **times,
            basis=basis,
            kind=kind,
            what=what,
            message=f"{message}; {remark}" if remark else message,
            item=self.item_id,
            exhibit=self.exhibit,
            file=file,
            field=field,
            n=self.n,
            tags=tuple(self.standing.tags),
            withdrawn=self.standing.withdrawn,
            content=self.content,
        )


def _compared(item: Item) -> str:
    """How our clock stood, as the item says."""
    if item.clock_offset_ms is None:
        return "not compared with another clock"
    clock = item.method.get("clock")
    uncertain = clock.get("uncertainty_ms") if isinstance(clock, dict) else None
    about = f" ± {uncertain} ms" if type(uncertain) is int else ""
    return f"measured offset {item.clock_offset_ms:+} ms{about}, not applied"


def our_instant(at: str) -> dict[str, JSON]:
    return {
        "earliest": at,
        "latest": instant_after(at),
        "utc": at,
        "local": None,
        "zone": "+00:00",
        "precision": "us",
        "certainty": "our clock",
        "raw": at,
    }


def _moment(facts: JSON) -> Moment | None:
    try:
        return from_facts(facts)
    except InputError:
        return None


def _dated_kind(item: Item, moment: Moment, media_type: str) -> Kind:
    if item.kind == "note":
        return "diary"
    if moment.clock == "person":
        return "stated"
    if moment.clock in ("server", "authority"):
        return "server-time"
    if item.kind == "capture":
        return "page-time"
    return "photo" if media_type.startswith("image/") and moment.clock != "file_system" else "file-time"


def _label(item: Item) -> str:
    """Neutral facts of an item: kind, an outcome other than success, account, category, what a re-check found."""
    parts: list[str] = [item.kind] if item.outcome == "complete" else [item.kind, item.outcome]
    for key in ("account", "category"):
        if said := text(_listed(item).get(key)) or text(item.source.get(key)):
            parts.append(f"{key} {said}")
    recheck = item.facts.get("recheck")
    if isinstance(recheck, dict) and (found := text(recheck.get("verdict"))):
        parts.append(f"re-check of {text(item.source.get('recheck_of'))}: {found}")
    return ", ".join(parts)


def _listed(item: Item) -> dict[str, JSON]:
    """What an address list said of an address."""
    listed = item.source.get("listed")
    return listed if isinstance(listed, dict) else {}


def _seen_by(item: Item) -> str:
    """Who saw it, as stated."""
    seen = item.source.get("seen")
    who = text(seen.get("by")) if isinstance(seen, dict) else ""
    return f"seen by {who}, as stated" if who else ""


def _content(item: Item) -> str | None:
    """A diary entry's words and place; a page's title, address and note; the names of files; cut at MAX_CONTENT."""
    if item.kind == "note":
        entry = item.facts.get("entry")
        said = [text(entry.get(key)) for key in ("text", "place")] if isinstance(entry, dict) else []
    else:
        said = [
            text(item.facts.get("title")),
            text(item.source.get("address")),
            text(_listed(item).get("note")),
            text(item.facts.get("description")),
            _seen_by(item),
        ]
        said += texts(item.source.get("names"))
    whole = "\n".join(dict.fromkeys(part for part in said if part))
    if len(whole) > MAX_CONTENT:
        return f"{whole[:MAX_CONTENT]} … ({len(whole) - MAX_CONTENT} more characters in the item)"
    return whole or None
