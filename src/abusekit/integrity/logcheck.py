"""One pass over the custody log: form and chain of every line, and what it says is in the case."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from sys import intern
from typing import BinaryIO

import msgspec

from abusekit.case.canonical import JSON
from abusekit.case.custody import LOG_FORMAT, Frontier, Line, LogFormError, read_lines
from abusekit.case.folder import ITEM_ID
from abusekit.case.hashing import open_regular
from abusekit.errors import InputError, TornLogError
from abusekit.integrity.findings import Finding, Status

LOG = "custody/log.jsonl"
PARTIAL_LOG = "custody/log.redacted"
_NAME = r"[A-Za-z0-9_][A-Za-z0-9._-]*"
_PLACE = re.compile(rf"(?:settings|custody|evidence|seals)(?:/{_NAME})*\Z")
_FILE_NAME = re.compile(rf"{_NAME}\Z")
_HEX64 = re.compile(r"[0-9a-f]{64}\Z")
_SEAL_ACTS = ("seal.add", "seal.sign")
_DECISIONS = ("item.withdraw", "item.quarantine", "item.release", "item.tag", "item.verify", "custody.store")
_LINE_MEMBERS = {"n", "prev", "at", "do", "salt", "by", "files", "clock_set_back_from"}
_SIGNATURE = re.compile(r"seals/[0-9]{6,15}/seal\.txt\.[A-Za-z0-9_][A-Za-z0-9._-]*\.sig")
_PLACES = {"case.create": "settings/", "settings.change": "settings/"}
"""Act → where the files lie that it admits; an item and a seal have their own folder, all else lies in custody/."""


# Of these two a case may have a hundred thousand: outside of the garbage collector, which need not look
# at what cannot form a cycle.
class Expected(msgspec.Struct, frozen=True, gc=False):
    """A file as the log says it is."""

    sha256: str
    size: int
    n: int
    """The line that says so."""


class LoggedItem(msgspec.Struct, frozen=True, gc=False):
    id: str
    exhibit: str
    kind: str
    outcome: str
    taken: tuple[str, str] | None
    """Who took it in, and when; None where it was entered after a crash, maybe by somebody else."""
    files: tuple[str, ...]
    """Paths inside the case."""


@dataclass(frozen=True, slots=True)
class Mark:
    """The state of the log after N lines."""

    root: str
    head: str
    log_sha256: str
    """Empty where a line is withheld."""
    files: int
    """Number of files that the first N lines name."""


@dataclass(slots=True)
class LogView:
    """What the log says."""

    partial: bool = False
    case: str = ""
    size: int = 0
    root: str = ""
    files: dict[str, Expected] = field(default_factory=dict)
    items: dict[str, LoggedItem] = field(default_factory=dict)
    exhibits: set[str] = field(default_factory=set)
    withdrawn: dict[str, str] = field(default_factory=dict)
    """Item → reason."""
    quarantined: dict[str, str] = field(default_factory=dict)
    """Item → since when, UTC; without those that were released."""
    marks: dict[int, Mark] = field(default_factory=dict)
    """Asked-for N → the state there."""
    withheld: list[int] = field(default_factory=list)
    """Numbers of lines of which only the hash is there."""
    erased: dict[int, int] = field(default_factory=dict)
    """Line → the line in which its erasure is logged."""
    signers: dict[str, str] = field(default_factory=dict)
    """Path of a signature → fingerprint of the key that made it, as logged."""
    seals: set[int] = field(default_factory=set)
    """N of every seal that is logged."""
    last_seal: int = 0
    """N of the newest seal that is logged."""
    acts_after_seal: int = 0
    """Acts other than sealing behind the lines which that seal covers."""
    broken: bool = False
    """A line broke the form: what stands behind it was not read."""
    torn: str = ""
    """What is wrong with the last line, or empty."""
    findings: list[Finding] = field(default_factory=list)


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
            _take(view, line, entry)
        if line.n + 1 in sizes:
            log_sha256 = "" if view.withheld else whole.hexdigest()
            view.marks[line.n + 1] = Mark(frontier.root().hex(), line.leaf.hex(), log_sha256, len(view.files))
    view.root = frontier.root().hex()


def _take(view: LogView, line: Line, entry: dict[str, JSON]) -> None:
    do = entry["do"]
    try:
        paths = [_file(view, listed, line.n) for listed in entry.get("files", ())]
        _check_places(do, entry, line.n, paths)
        match do:
            case "case.create":
                if line.n != 0 or entry["format"] != LOG_FORMAT or type(entry["case"]) is not str:
                    raise LogFormError(line.n, "starts a case, but is not the first line of our format")
                view.case = entry["case"]
            case "item.add":
                _item(view, entry, line.n, paths)
            case _ if do in _DECISIONS:
                _decision(view, do, entry, line.n)
            case "line.erase":
                view.erased[int(entry["line"])] = line.n
            case "log.repair":
                kept = {"path": entry["kept_as"], "sha256": entry["sha256"], "size": entry["size"]}
                _check_places(do, entry, line.n, [_file(view, kept, line.n)])
            case "seal.sign":
                _signature(view, entry, line.n, paths)
            case "seal.add":
                _seal(view, entry, line.n, paths)
    except (KeyError, TypeError, ValueError) as fault:
        raise LogFormError(line.n, f"a fact of {do} is absent or malformed: {fault}") from fault
    if line.n == 0 and do != "case.create":
        raise LogFormError(0, "does not start a case")
    if do not in _SEAL_ACTS:
        view.acts_after_seal += 1


def _check_places(do: str, entry: dict[str, JSON], n: int, paths: list[str]) -> None:
    """Acts of sealing are not counted as unsealed, so they must not admit anything but parts of their seal."""
    place = _PLACES.get(do, "custody/")
    flat = do == "item.add"
    if flat:
        place = f"evidence/{entry['item']}/"
    elif do in _SEAL_ACTS:
        if type(entry["seal"]) is not int:
            raise LogFormError(n, "names a seal wrongly")
        place = f"seals/{entry['seal']:06}/"
    for path in paths:
        if not path.startswith(place) or (flat and path.find("/", len(place)) >= 0):
            if flat:
                raise LogFormError(n, f"lists files for {entry['item']!a} that do not lie in its folder")
            raise LogFormError(n, f"{do} admits files in {place} only, not {path}")


def _seal(view: LogView, entry: dict[str, JSON], n: int, paths: list[str]) -> None:
    size = entry["seal"]
    parts = sorted(f"seals/{size:06}/{name}" for name in ("manifest-sha256.txt", "salt.txt", "seal.txt"))
    if not view.last_seal < size <= n or sorted(paths) != parts or entry.keys() - _LINE_MEMBERS - {"seal"}:
        raise LogFormError(
            n, "adds a seal that cannot be: an older one, or with other parts or words than a seal has"
        )
    view.seals.add(size)
    view.last_seal = size
    view.acts_after_seal = 0 if size == n else 1


def _signature(view: LogView, entry: dict[str, JSON], n: int, paths: list[str]) -> None:
    fits = len(paths) == 1 and entry["seal"] in view.seals and _SIGNATURE.fullmatch(paths[0])
    if not fits or entry.keys() - _LINE_MEMBERS - {"seal", "signer"} or type(entry["signer"]) is not str:
        raise LogFormError(n, "signs a seal otherwise than with one signature and its key")
    view.signers[paths[0]] = entry["signer"]


def listed_file(listed: dict[str, JSON], n: int) -> tuple[str, str, int]:
    """Path, SHA-256 and size of one listing of line `n`. Raises LogFormError, KeyError, TypeError."""
    path, sha256, size = listed["path"], listed["sha256"], listed["size"]
    folder, _, name = str.rpartition(path, "/")  # a TypeError for what is no text
    if not (
        _is_place(folder) and _is_file_name(name) and _HEX64.match(sha256) and type(size) is int and size >= 0
    ):
        raise LogFormError(n, f"names a file wrongly: {path!a}")
    return path, sha256, size


# The same few names stand in every item, and its files one after the other.
@lru_cache(256)
def _is_place(folder: str) -> bool:
    return _PLACE.match(folder) is not None


@lru_cache(256)
def _is_file_name(name: str) -> bool:
    return _FILE_NAME.match(name) is not None


def _file(view: LogView, listed: dict[str, JSON], n: int) -> str:
    path, sha256, size = listed_file(listed, n)
    if path in view.files:
        raise LogFormError(n, f"names {path} again; line {view.files[path].n + 1} did already")
    view.files[path] = Expected(sha256, size, n)
    return str(path)


def _item(view: LogView, entry: dict[str, JSON], n: int, paths: list[str]) -> None:
    item_id, exhibit = entry["item"], entry["exhibit"]
    if not ITEM_ID.match(item_id) or item_id in view.items:
        raise LogFormError(n, f"gives the item id {item_id!a} a second time, or it is none")
    if type(exhibit) is not str or exhibit in view.exhibits:
        raise LogFormError(n, f"gives the exhibit reference {exhibit!a} a second time")
    if f"evidence/{item_id}/item.json" not in paths:
        raise LogFormError(n, f"lists files for {item_id}, but not its item.json")
    taken = None if entry.get("recovered") is True else (intern(entry["by"]), entry["at"])
    kind, outcome = intern(entry["kind"]), intern(entry["outcome"])  # the same few words in every line
    view.items[item_id] = LoggedItem(item_id, exhibit, kind, outcome, taken, tuple(paths))
    view.exhibits.add(exhibit)


def _known(view: LogView, entry: dict[str, JSON], n: int) -> str:
    item_id = entry["item"]
    if item_id not in view.items and not view.withheld:
        raise LogFormError(n, f"speaks of {item_id!a}, which was not taken in before")
    return str(item_id)


def _decision(view: LogView, do: str, entry: dict[str, JSON], n: int) -> None:
    """What a person decided about an item that was taken in before."""
    item_id = _known(view, entry, n)
    if do == "item.withdraw":
        before, reason = view.withdrawn.get(item_id), str(entry["reason"])
        view.withdrawn[item_id] = reason if before is None else f"{before}; then: {reason}"
    elif do == "item.quarantine":
        if type(entry["reason"]) is not str:
            raise LogFormError(n, "gives no reason in words")
        view.quarantined[item_id] = entry["at"]
    elif do == "item.release":
        _release(view, item_id, entry, n)


def _release(view: LogView, item_id: str, entry: dict[str, JSON], n: int) -> None:
    """A quarantine ends by a decision that names who took it, never by the way."""
    if not all(type(entry[said]) is str and entry[said].strip() for said in ("reason", "decided_by")):
        raise LogFormError(n, "releases an item without saying why, or who decided it")
    if view.quarantined.pop(item_id, None) is None and not view.withheld:
        raise LogFormError(n, f"releases {item_id}, which was not in quarantine")


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
