"""Does the case still contain what earlier copies of its seals describe, and what came to it since?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from abusekit.case.hashing import read_regular
from abusekit.errors import EvidenceError, InputError
from abusekit.integrity.findings import Finding, Status
from abusekit.integrity.log.logview import LogView
from abusekit.integrity.sealing.manifest import MAX_SEAL, SEAL, Seal, parse_seal
from abusekit.integrity.sealing.marks import HighWater


@dataclass(frozen=True, slots=True)
class Since:
    """What was added to a case since an earlier seal, as far as the lines can be read."""

    name: str
    """Of the copy of the seal, as given."""
    size: int
    """N: number of log lines that it covers."""
    lines: int
    """Number of lines behind them."""
    withheld: int
    """How many of those are withheld or erased."""
    items: tuple[str, ...]
    """Ids of the items taken in since."""
    acts: dict[str, int]
    """Act → number of lines behind that seal that say that it was done, items and seals left out."""
    seals: tuple[int, ...]
    """N of the seals that were logged since, without that seal itself."""


def earlier_states(
    root: Path, view: LogView, against: Iterable[tuple[str, bytes]], mark: HighWater | None
) -> Iterator[Finding]:
    """Findings over every known earlier state: contained, rewritten, or cut back."""
    for name, data in against:
        seal = read_earlier(data, name)
        yield state_kept(seal.case, seal.size, seal.root, view, f"the seal {name}")
        if not view.case or seal.case == view.case:
            yield from _same_seal(root, seal.size, data, name, view)
    if mark:
        finding = state_kept(mark.case, mark.size, mark.root, view, f"the seal made here at {mark.sealed_at}")
        if finding.status is not Status.OK:
            text = f"{finding.message}: is this an older copy, or was work done on a copy of the case?"
            yield Finding("against", Status.UNCHECKED, text, finding.path)


def added_since(view: LogView, against: Iterable[tuple[str, bytes]]) -> list[Since]:
    """What was added since each of the seals that the case still contains; nothing for one that it does not."""
    found = []
    for name, data in against:
        seal = read_earlier(data, name)
        mark = view.marks.get(seal.size)
        if mark is None or mark.root != seal.root or seal.case != view.case:
            continue
        items = (i for i in view.items if view.files[f"evidence/{i}/item.json"].n >= seal.size)
        acts = dict(sorted((view.acts - Counter(mark.acts)).items()))
        for told_apart in ("item.add", "seal.add"):
            acts.pop(told_apart, None)
        found.append(
            Since(
                name, seal.size, view.size - seal.size, view.withheld - mark.withheld,
                tuple(items), acts, tuple(sorted(n for n in view.seals if n > seal.size)),
            )
        )  # fmt: skip
    return found


def read_earlier(data: bytes, name: str) -> Seal:
    """An earlier copy of a seal.txt that somebody kept. Raises InputError where it is none."""
    try:
        return parse_seal(data)
    except EvidenceError as fault:
        raise InputError(
            f"not a seal: {name}: {fault.message}", "give a copy of an earlier seal.txt"
        ) from fault


def state_kept(case: str, size: int, root: str, view: LogView, source: str) -> Finding:
    """Does the log still contain a state that is known from outside? `view.marks` was asked for `size`."""
    if view.case and case != view.case:
        text = f"{source} is of another case ({case}; this one is {view.case}): is it the right file?"
        return Finding("against", Status.CHANGED, text, view.path)
    mark = view.marks.get(size)
    if mark is None and view.broken:
        text = f"{source} covers {size} lines, and only {view.size} can be read: not compared"
        return Finding("against", Status.UNCHECKED, text, view.path)
    if mark is None:
        text = f"the log was cut back: {source} covers {size} lines, the log has {view.size}"
        return Finding("against", Status.CHANGED, text, view.path)
    if mark.root != root:
        text = f"the log was rewritten: its first {size} lines are not those of {source}"
        return Finding("against", Status.CHANGED, text, view.path)
    return Finding("against", Status.OK, f"contains the state of {source} ({size} lines)", view.path)


def _same_seal(root: Path, size: int, data: bytes, name: str, view: LogView) -> Iterator[Finding]:
    """The kept copy against the seal that stands in the case: its holder could have sealed the same lines anew."""
    path = f"seals/{size:06}/{SEAL}"
    try:
        there = read_regular(root / path, MAX_SEAL)
    except InputError:
        if view.unexplained > 0 and path not in view.files:
            return  # a partial copy holds one seal only; the root of the other was compared
        yield Finding("against", Status.CHANGED, f"the seal of which {name} is a copy is gone", path)
        return
    if there != data:
        yield Finding("against", Status.CHANGED, f"is an other seal than {name} over the same lines", path)
