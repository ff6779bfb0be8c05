"""One pass over the custody log: form and chain of every line, and what it says is in the case."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from pathlib import Path
from typing import BinaryIO

from abusekit.case.custody import Frontier, LogFormError, read_lines
from abusekit.case.hashing import open_regular
from abusekit.errors import InputError, TornLogError
from abusekit.integrity.findings import Finding, Status
from abusekit.integrity.logacts import take
from abusekit.integrity.logview import LogView, Mark

LOG = "custody/log.jsonl"
PARTIAL_LOG = "custody/log.redacted"


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
        view.size = frontier.size
        if line.entry is None or line.raw is None:
            view.withheld.append(line.n)
            if line.n == 0:
                view.findings.append(
                    Finding("log", Status.CHANGED, "the first line is withheld", PARTIAL_LOG)
                )
        else:
            if line.n < last_mark:
                whole.update(line.raw + b"\n")
            entry = line.entry
            if entry["at"] < last_at and entry.get("clock_set_back_from") != last_at:
                raise LogFormError(line.n, "is earlier than the line before it, and does not say so")
            last_at = entry["at"]
            take(view, line, entry)
        if line.n + 1 in sizes:
            log_sha256 = "" if view.withheld else whole.hexdigest()
            view.marks[line.n + 1] = Mark(frontier.root().hex(), line.leaf.hex(), log_sha256, len(view.files))
    view.root = frontier.root().hex()


def _judge_withheld(view: LogView, path: str) -> None:
    for n in view.withheld:
        if n in view.erased:
            text = f"line {n + 1} is ERASED, as line {view.erased[n] + 1} says; its hash holds its place in the chain"
        else:
            text = f"line {n + 1} is withheld; its hash holds its place in the chain"
        view.findings.append(Finding("log", Status.UNCHECKED, text, path))
    for n, by in view.erased.items():
        if n not in view.withheld and n < view.size:
            text = f"line {by + 1} says that line {n + 1} is erased, but it is there"
            view.findings.append(Finding("log", Status.CHANGED, text, path))
