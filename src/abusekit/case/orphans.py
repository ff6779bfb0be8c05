"""After a crash: items that are whole in evidence/ but whose log line is missing, and a torn log."""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from abusekit.case.canonical import JSON
from abusekit.case.custody import Act, Torn, cut_torn_tail, sync_folder
from abusekit.case.folder import Case
from abusekit.case.hashing import Digest, digest_bytes, digest_file
from abusekit.case.records import MAX_ITEM_JSON, Item, read_item
from abusekit.case.tally import Tally, item_act, last_tally
from abusekit.errors import AbusekitError, CaseError, EvidenceError

_TORN = re.compile(r"torn-(\d{1,15})-[0-9a-f]{16}\.bin")


@dataclass(slots=True)
class Recovery:
    """What `recover` did."""

    torn: Torn | None = None
    adopted: list[str] = field(default_factory=list)
    """Items entered in the log."""
    set_aside: list[str] = field(default_factory=list)
    """Paths in custody/ to which folders that are no whole item were moved."""
    cleared: list[str] = field(default_factory=list)
    """Staged leftovers of dead runs that were removed."""


def adopt_orphans(case: Case, *, by: str, now: datetime) -> list[str]:
    """Enter whole items that stand in evidence/ behind the last logged one; the caller holds the lock.

    Raises CaseError when a folder there is not a whole item: `recover` then sets it aside.
    """
    adopted: list[str] = []
    while (folder := case.evidence / last_tally(case.log.path).next("").item_id).is_dir():
        adopt_orphan(case, folder, by=by, now=now)
        adopted.append(folder.name)
    return adopted


def adopt_orphan(case: Case, folder: Path, *, by: str, now: datetime) -> None:
    """Enter one whole item whose numbers follow those of the log. Raises CaseError: it is not whole."""
    try:
        item, digest = whole_item(case, folder)
        tally = _continued(case, last_tally(case.log.path), item)
    except AbusekitError as fault:
        raise CaseError(f"{folder.name} is not whole: {fault.message}", "run: abusekit recover") from fault
    case.log.append([_act(item, digest, tally)], by=by, now=now)


def whole_item(case: Case, folder: Path) -> tuple[Item, Digest]:
    """The item in `folder` and the digest of its item.json, if exactly the files it lists are there and right.

    Raises EvidenceError.
    """
    data = case.read_small(f"evidence/{folder.name}/item.json", MAX_ITEM_JSON)
    item = read_item(data)
    if item.id != folder.name:
        raise EvidenceError(f"item.json names {item.id}")
    listed = {f.name: f for f in item.files}
    if set(os.listdir(folder)) != {"item.json", *listed}:
        raise EvidenceError("the files are not those that item.json lists")
    for name, stored in listed.items():
        if digest_file(folder / name) != Digest(stored.sha256, stored.size):
            raise EvidenceError(f"{name} is not what item.json says")
    return item, digest_bytes(data)


def _continued(case: Case, tally: Tally, item: Item) -> Tally:
    following = tally.next(item.who)
    exhibit = case.settings().exhibit(item.who, following.exhibits[item.who.lower()])
    if (item.id, item.exhibit) != (following.item_id, exhibit):
        raise EvidenceError("its numbers do not follow those of the log")
    return following


def _act(item: Item, digest: Digest, tally: Tally) -> Act:
    return item_act(item, digest, tally, recovered=True)


def recover(case: Case, *, by: str, now: datetime) -> Recovery:
    """Mend a case after a crash or a power cut, and log what was done; nothing is deleted but staged leftovers.

    A torn last line is kept in custody/ and cut off; whole items without a line are entered; folders
    in evidence/ behind the last logged item that are not whole are moved to custody/. Raises CaseError.
    """
    done = Recovery()
    with case.lock():
        done.cleared = clear_dead_runs(case)
        done.torn = cut_torn_tail(case.log.path)
        _log_torn(case, by=by, now=now)
        last = last_tally(case.log.path).items
        for name in [n for n in case.item_ids() if int(n[1:]) > last]:
            try:
                adopt_orphan(case, case.evidence / name, by=by, now=now)
                done.adopted.append(name)
            except CaseError:
                done.set_aside.append(_set_aside(case, name, by=by, now=now))
        done.set_aside += _mend_settings(case, by=by, now=now)
    return done


def _log_torn(case: Case, *, by: str, now: datetime) -> None:
    """Log every incomplete last line that was cut off, and that no line names yet (an earlier recover was stopped)."""
    logged = {entry["kept_as"] for entry in case.entries() if entry["do"] == "log.repair"}
    for path in sorted((case.root / "custody").glob("torn-*.bin")):
        kept_as = f"custody/{path.name}"
        if kept_as not in logged and (found := _TORN.fullmatch(path.name)):
            digest = digest_file(path)
            facts: dict[str, JSON] = {
                "offset": int(found[1]),
                "size": digest.size,
                "sha256": digest.sha256,
                "kept_as": kept_as,
            }
            case.log.append([Act("log.repair", facts)], by=by, now=now)


def _set_aside(case: Case, name: str, *, by: str, now: datetime) -> str:
    """Move what is no whole item to custody/; its number is used up all the same."""
    target = case.root / "custody" / f"not-whole-{name}-{now:%Y%m%dT%H%M%S%f}"
    tally = replace(last_tally(case.log.path), items=int(name[1:]))
    facts: dict[str, JSON] = {"item": name, "kept_as": f"custody/{target.name}", "tally": tally.facts()}
    case.log.append([Act("item.aside", facts)], by=by, now=now)
    (case.evidence / name).rename(target)
    sync_folder(case.evidence)
    return f"custody/{target.name}"


def _mend_settings(case: Case, *, by: str, now: datetime) -> list[str]:
    """Settings whose line is missing were never in force: they are set aside; `case.yaml` shows the logged ones."""
    logged = {str(one["path"]) for entry in case.entries() for one in entry.get("files", ())}
    aside = []
    for name in sorted(os.listdir(case.root / "settings")):
        if f"settings/{name}" not in logged:
            kept = f"custody/not-whole-settings-{name}-{now:%Y%m%dT%H%M%S%f}"
            case.log.append([Act("settings.aside", {"name": name, "kept_as": kept})], by=by, now=now)
            (case.root / "settings" / name).rename(case.root / kept)
            aside.append(kept)
    case.show_settings()
    return aside


def clear_dead_runs(case: Case) -> list[str]:
    """Remove what runs that no longer live had staged: it was never called done. Gives the runs' names.

    A run's lock file is held for as long as its process lives.
    """
    from filelock import FileLock, Timeout

    cleared = []
    for lock_path in case.staging.glob("*.lock"):
        lock = FileLock(lock_path, timeout=0, thread_local=False)
        try:
            lock.acquire()
        except Timeout:
            continue
        try:
            shutil.rmtree(lock_path.with_suffix(""), ignore_errors=True)
            lock_path.unlink(missing_ok=True)
            cleared.append(lock_path.stem)
        finally:
            lock.release()
    return cleared
