"""One pass over the custody log: form and chain of every line, and what it says is in the case."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from pathlib import Path
from typing import BinaryIO

from abusekit.case.custody import LOG, PARTIAL_LOG, Frontier, LogFormError, read_lines
from abusekit.case.hashing import open_regular
from abusekit.errors import InputError, TornLogError
from abusekit.integrity.findings import Finding, Status
from abusekit.integrity.log.logacts import take
from abusekit.integrity.log.logview import SHOWN, WITHHELD, LogView, Mark

__all__ = ["LOG", "PARTIAL_LOG", "check_log"]


def check_log(root: Path, present: Collection[str], sizes: Collection[int]) -> LogView:
    """Read the log of the case in `root`; `sizes` are the N for which a mark is wanted.

    A line that breaks the form ends the reading: what stands behind it cannot be trusted.
    """
    view = LogView(partial=PARTIAL_LOG in present and LOG not in present)
    if LOG in present and PARTIAL_LOG in present:
        view.findings.append(Finding("log", Status.CHANGED, "two logs stand in custody/", PARTIAL_LOG))
    path = PARTIAL_LOG if view.partial else LOG
    try:
        fd, _ = open_regular(root / path)
    except (OSError, InputError):
        view.findings.append(Finding("log", Status.MISSING, "there is no custody log", LOG))
        return view
    with open(fd, "rb", buffering=1 << 20) as stream:
        try:
            _read(stream, view, set(sizes))
        except TornLogError as fault:
            view.torn = fault.message
        except LogFormError as fault:
            view.broken = True
            view.findings.append(Finding("log", Status.CHANGED, fault.message, path))
    if view.partial and not view.withheld:
        text = "nothing is withheld in it: a whole log stands under the name of a partial one"
        view.findings.append(Finding("log", Status.CHANGED, text, path))
    if view.size and not any(f.status is Status.CHANGED for f in view.findings):
        what = f"{view.size} lines, one unbroken chain; root {view.root}"
        view.findings.append(Finding("log", Status.OK, what, path))
    _judge_withheld(view, path)
    return view


def _read(stream: BinaryIO, view: LogView, sizes: set[int]) -> None:
    frontier = Frontier()
    whole = hashlib.sha256()
    last_mark = max(sizes, default=0)
    last_at = ""
    for line in read_lines(stream, partial=view.partial):
        frontier.add(line.leaf)
        if line.n < last_mark:
            whole.update((line.leaf.hex().encode() if line.raw is None else line.raw) + b"\n")
        if view.partial:
            view.hidden.append(WITHHELD if line.entry is None else SHOWN)
        if line.entry is None:
            view.withheld += 1
            last_at = ""  # what follows may be earlier than a line of which nobody knows the time
            if line.n == 0:
                view.findings.append(
                    Finding("log", Status.CHANGED, "the first line is withheld", PARTIAL_LOG)
                )
        else:
            entry = line.entry
            if entry["at"] < last_at and entry.get("clock_set_back_from") != last_at:
                raise LogFormError(line.n, "is earlier than the line before it, and does not say so")
            last_at = entry["at"]
            if last_at > view.latest[0]:
                view.latest = (last_at, line.n)
            take(view, line, entry)
        view.size = frontier.size  # not of a line that breaks a rule
        if line.n + 1 in sizes:
            view.marks[line.n + 1] = Mark(
                frontier.root().hex(),
                line.leaf.hex(),
                "" if view.unexplained else whole.hexdigest(),
                len(view.files) - len(view.removed),
                view.withheld,
                dict(view.acts),
            )
    view.root = frontier.root().hex()


def _judge_withheld(view: LogView, path: str) -> None:
    """What is not shown: withheld lines are counted, erased ones named."""
    if view.unexplained > 0:
        text = f"{view.unexplained} of {view.size} lines are withheld; their hashes hold their places in the chain"
        view.findings.append(Finding("log", Status.NOTE, text, path))
    for n, by in sorted(view.erased.items()):
        text = f"line {n + 1} is ERASED, as line {by + 1} says; its hash holds its place in the chain"
        view.findings.append(Finding("log", Status.UNCHECKED, text, path))
