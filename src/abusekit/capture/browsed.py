"""What a visit leaves in an item: pictures and the like, the browser's own lists, and how it was done."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec

from abusekit.capture import secret_places
from abusekit.capture.plan import Plan
from abusekit.case.canonical import JSON
from abusekit.case.custody import instant_text
from abusekit.case.intake import Draft
from abusekit.webarchive.exchange import Spool
from abusekit.webarchive.resource import BESIDE_LIMIT, MEDIA_TYPES, Beside, Resource, urn

if TYPE_CHECKING:
    from abusekit.browser.artefacts.artefact import Artefact
    from abusekit.browser.visit import Visit

RECORDING = "recording.json"
MARKUP = "dom.html"
"""The rendered markup, in which the times of the page were read."""
NETLOG = "netlog.json.gz"
TEXTS = ("dom", "mhtml", "text")
"""Artefacts that are read for secrets."""
RECORDING_SIZE = 16 << 20
"""Bytes of the lists in `recording.json`; a page decides how long they are."""
LISTED_ALTERATIONS = 100
LISTED_CHARACTERS = 300
LISTED_MISSING = 50

LIMITS = (
    "a recording shows what this client received; it does not show what others saw",
    "pictures, print, markup and text are what this browser made of the page at that moment: scripts, the size of"
    " the window, language, time and who is logged in change what is shown",
    "heads of HTTP/2 answers are written from the lists of their fields; the bytes of their bodies are exact",
)

WITH_SESSION = (
    "a session was used: the page may show what only this account is shown, and the archive holds its keys"
)


def store(draft: Draft, seen: Visit) -> None:
    """Put the files of a visit into the draft, beside the archive that holds the same artefacts."""
    for made in seen.taken.artefacts:
        _copy(draft, made.name, made.media_type, made.spool)
    with draft.create(RECORDING, "application/json", "metadata") as out:
        out.write(recording(seen))
    if seen.netlog is not None:
        _copy(draft, NETLOG, "application/gzip", seen.netlog, role="metadata")


def _copy(draft: Draft, name: str, media_type: str, spool: Spool, *, role: Any = "rendering") -> None:
    with draft.create(name, media_type, role) as out:
        for piece in spool.pieces():
            out.write(piece)


def resources(seen: Visit, url: str) -> Iterator[Resource]:
    """What was made of the page, for its archive."""
    tile = 0
    for made in seen.taken.artefacts:
        kind = "view" if made.kind == "picture" else made.kind
        tile = tile + 1 if kind == "view" else tile
        name = urn(kind, url, tile if kind == "view" else 1)
        yield Resource(name, MEDIA_TYPES[kind], made.spool, made.at)


def beside(seen: Visit, at: datetime) -> Iterator[Beside]:
    """Notes about the visit as a whole, for its archive; what does not fit stands in `recording.json` alone."""
    run = seen.run
    notes: dict[str, Any] = {
        "gate": seen.connections,
        "cross-check": seen.crosscheck.to_facts() if seen.crosscheck else None,
        "websocket": run.inventory.sockets if run else (),
        "console": run.inventory.messages if run else (),
        "alterations": run.alterations if run else (),
    }
    for about, told in notes.items():
        if told and len(data := msgspec.json.encode(told)) < BESIDE_LIMIT // 2:
            yield Beside(about, msgspec.json.decode(data), at)


def facts(seen: Visit) -> dict[str, JSON]:
    """What the browser saw, in numbers and short lists, for `item.json`; all of it is in `recording.json`."""
    run, check = seen.run, seen.crosscheck
    found: dict[str, JSON] = {
        "recorder": seen.recorder,
        "recorder_fault": seen.recorder_fault[:LISTED_CHARACTERS],
        "whole": seen.whole,
        "artefacts": [
            {
                "name": one.name,
                "kind": one.kind,
                "note": {key: str(value)[:LISTED_CHARACTERS] for key, value in one.note.items()},
            }
            for one in seen.taken.artefacts
        ],
        "connections": len(seen.connections),
    }
    if check is not None:
        found["crosscheck"] = _in_short(check.to_facts())
    if run is not None:
        found |= {
            "shown_address": run.final_url,
            "quiet": run.quiet,
            "loaded": run.loaded,
            "height": run.height,
            "counts": dict(run.inventory.counts),
            "certificates_by_browser": [
                msgspec.to_builtins(one) for one in run.inventory.certificates[:LISTED_ALTERATIONS]
            ],
            "navigations": [
                {"url": one.url[:LISTED_CHARACTERS], "reason": one.reason, "done": one.done}
                for one in run.inventory.navigations[:LISTED_ALTERATIONS]
            ],
        }
    return found


def _in_short(check: dict[str, Any]) -> dict[str, JSON]:
    """The comparison with the first entries of each list; all that is listed stands in `recording.json`."""
    return {
        name: [
            {
                key: entry[:LISTED_CHARACTERS] if isinstance(entry, str) else entry
                for key, entry in one.items()
            }
            for one in value[:LISTED_MISSING]
        ]
        if isinstance(value, list)
        else value
        for name, value in check.items()
    }


def recording(seen: Visit) -> bytes:
    """The browser's own lists, and the comparison with the recorded bytes, as JSON; cut where they are endless."""
    run = seen.run
    lists: dict[str, Any] = {
        "format": "abusekit-recording/1",
        "recorder": seen.recorder,
        "recorder_fault": seen.recorder_fault,
        "remarks": seen.recorded,
        "flags": seen.flags,
        "failure": seen.failure,
        "crosscheck": seen.crosscheck.to_facts() if seen.crosscheck else None,
        "gate": seen.connections,
        "refused_services": seen.refused_services,
        "artefacts": [_artefact(one) for one in seen.taken.artefacts],
        "artefacts_missing": seen.taken.failures,
    }
    if run is not None:
        found = run.inventory
        lists |= {
            name: getattr(run, name)
            for name in run.__slots__
            if name not in ("inventory", "title", "final_url")
        }
        lists |= {"title": run.title, "shown_address": run.final_url, "counts": dict(found.counts)}
        lists |= {
            name: getattr(found, name) for name in found.__slots__ if name not in ("requests", "counts")
        }
        lists["requests"] = found.requests
    data = msgspec.json.encode(lists)
    if len(data) <= RECORDING_SIZE:
        return msgspec.json.format(data, indent=1) if len(data) < RECORDING_SIZE // 4 else data
    left = {
        name: value for name, value in lists.items() if len(msgspec.json.encode(value)) < RECORDING_SIZE // 16
    }
    return msgspec.json.encode(left | {"left_out": sorted(set(lists) - set(left))})


def _artefact(made: Artefact) -> dict[str, Any]:
    return {"name": made.name, "kind": made.kind, "at": made.at, "bytes": made.spool.size, "note": made.note}


def pictured(seen: Visit) -> bool:
    """There is a picture of the whole page, to its end."""
    pictures = [one for one in seen.taken.artefacts if one.kind == "picture"]
    missed = any(one.kind == "picture" for one in seen.taken.failures)
    return bool(pictures) and not missed and not any("cut" in one.note for one in pictures)


def method(seen: Visit, plan: Plan) -> dict[str, JSON]:
    """The collection record (R2), and every alteration (R3), for `item.json`."""
    run = seen.run
    facts: dict[str, JSON] = {
        "browser": {
            "name": seen.executable.name,
            "version": seen.executable.version,
            "headless_shell": seen.executable.shell,
            "flags": [flag[:LISTED_CHARACTERS] for flag in seen.flags],
            "sandboxed": seen.sandboxed,
            "recorder": seen.recorder,
            "peak_memory": seen.peak_memory,
        },
        "system": f"{platform.system()} {platform.release()}",
        "identity": "none: a fresh browser, which holds no cookies but those of this visit",
        "user_agent_sent": seen.user_agent,
        "alterations": [
            {
                "what": one.what,
                "at": instant_text(one.at),
                "count": one.count,
                "outcome": one.outcome[:LISTED_CHARACTERS],
                "detail": one.detail[:LISTED_CHARACTERS],
                "listed": [text[:LISTED_CHARACTERS] for text in one.listed[:LISTED_ALTERATIONS]],
            }
            for one in (run.alterations[:LISTED_ALTERATIONS] if run else ())
        ],
    }
    if whom := identity_used(plan):
        facts["authenticated"] = True
        facts["identity_used"] = whom
        facts["identity"] = f"a stored session was used: {plan.identity or 'as whom was not declared'}"
    return facts


def secret_files(seen: Visit | None, plan: Plan) -> list[JSON]:
    """Files beside the archive in which a cookie's or a key's value stands, where a session was used.

    Looked for by value: a picture or a print may still show what opens an account.
    """
    if seen is None or not identity_used(plan):
        return []
    texts = [(one.name, one.kind, one.spool) for one in seen.taken.artefacts if one.kind in TEXTS]
    wanted = secret_places.values(seen.exchanges)
    if wanted is None:
        return sorted([RECORDING, *(name for name, _, _ in texts)])
    found = [
        name
        for name, kind, spool in texts
        if secret_places.holds(spool.pieces(), wanted, quoted=kind == "mhtml")
    ]
    if secret_places.holds([recording(seen)], wanted):
        found.append(RECORDING)
    return sorted(found)


def identity_used(plan: Plan) -> str:
    """As whom the visits of this plan are made, as declared; empty where no session is used."""
    if plan.visit is None or plan.visit.profile is None:
        return ""
    return plan.identity or "a stored session; as whom was not declared"
