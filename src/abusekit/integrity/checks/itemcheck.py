"""Does an item claim only what it can be: legs with their files, other items that exist, pictures of its own recording?

A case can be written anew as a whole, and such a case agrees with itself everywhere. These checks find what
was put together without that care: a picture of another page beside a recording, a check of an item that never was.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from abusekit.case.records import Item
from abusekit.integrity.log.logview import LoggedItem, LogView

WACZ = "capture.wacz"
_PICTURE = re.compile(r"page(?:-(\d{2,3}))?\.png\Z")
_MADE = {"page.pdf": "pdf", "dom.html": "dom", "page.mhtml": "mhtml", "text.txt": "text"}
"""File beside the recording → what it is in it, as a key of webarchive.resource.MEDIA_TYPES."""


def impossible(item: Item, logged: LoggedItem, view: LogView) -> Iterator[str]:
    """What an item says that cannot be so; nothing where all of it can."""
    names = {path.rpartition("/")[2] for path in logged.files}
    if item.kind == "record-only" and names != {"item.json"}:
        yield "holds files, though it was recorded only"
    if item.kind != "capture":
        return
    if item.legs is not None and item.legs.source and WACZ not in names:
        yield f"says that it has the source of the page, and has no {WACZ}"
    if item.legs is not None and item.legs.picture and not any(_PICTURE.match(name) for name in names):
        yield "says that it has a picture of the page, and has none"
    if WACZ not in names and (odd := sorted(name for name in names if _name_inside(name))):
        yield f"has {odd[0]} and no {WACZ} from which it could be"
    for where, named in _references(item):
        if not isinstance(named, str) or named not in view.items:
            if not view.withheld:  # in a partial copy the line that took it in may not be there
                yield f"{where} names {_shown(named)}, which is no item of this case"
        elif view.files[f"evidence/{named}/item.json"].n >= view.files[f"evidence/{item.id}/item.json"].n:
            yield f"{where} names {named}, which was not taken in before it"


def _references(item: Item) -> Iterator[tuple[str, object]]:
    """Places in a capture that name another item, and what stands there."""
    for name in ("recheck_of", "context_of"):
        if name in item.source:
            yield f"source.{name}", item.source[name]
    said = item.facts.get("recheck")
    if not isinstance(said, dict):
        return
    for name in ("compared_with", "previous"):
        if said.get(name) is not None:
            yield f"facts.recheck.{name}", said[name]
    for name in ("last_live", "first_gone"):
        bracket = said.get(name)
        if isinstance(bracket, dict) and bracket.get("item", "") != "":  # empty: this item itself
            yield f"facts.recheck.{name}", bracket["item"]


def _shown(named: object) -> str:
    return ascii(named)[:40]


def not_as_recorded(made: Mapping[tuple[str, int], str], item: LoggedItem, view: LogView) -> Iterator[str]:
    """Files beside a recording that are not what the recording holds under their name, and the other way round.

    made: from the recording, (kind, tile) → SHA-256. The files are compared by the digests in the log; that they
    have those is checked where each file is.
    """
    left = dict(made)
    for path in item.files:
        name = path.rpartition("/")[2]
        inside = _name_inside(name)
        if inside is None:
            continue
        digest = left.pop(inside, None)
        if digest is None:
            yield f"{name} stands beside the recording and is not in it"
        elif digest != view.files[path].sha256:
            yield f"{name} is not the one in the recording"
    for kind, tile in sorted(left):
        yield f"the recording holds a {kind} of the page (number {tile}) that does not stand beside it"


def _name_inside(name: str) -> tuple[str, int] | None:
    """Kind and tile of what bears this name beside a recording; None for all else."""
    if found := _PICTURE.match(name):
        return "view", int(found[1] or 1)
    return (_MADE[name], 1) if name in _MADE else None
