"""After a crash: items that are whole in evidence/ but whose log line is missing, and a torn log."""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from abusekit.case.canonical import JSON
from abusekit.case.custody import Act, Torn, cut_torn_tail, instant_text, sync_folder
from abusekit.case.folder import PENDING, STORED_NAME, Case
from abusekit.case.hashing import Digest, digest_bytes, digest_file
from abusekit.case.mark import marked
from abusekit.case.records import MAX_ITEM_JSON, Item, read_item
from abusekit.case.tally import Tally, item_act, last_tally
from abusekit.case.withheld import BUILDING, finish_erasures, refuse_partial_copy, take_back_begun
from abusekit.errors import AbusekitError, CaseError, EvidenceError

LARGEST_BATCH = 1_000
"""Items behind the last logged one that an interrupted run of ours can have left."""
_RUN_LOCK = re.compile(r"[0-9a-f]{12}\.lock")
_HANDOVER = re.compile(r"(?:transfer-\d{4}|receipt-\d{4}-[a-z]+)\.json")
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


def adopt_orphan(case: Case, folder: Path, *, by: str, now: datetime) -> None:
    """Enter one whole item whose numbers follow those of the log. Raises CaseError: it is not whole."""
    try:
        item, digest = whole_item(case, folder, now)
        tally = _continued(case, last_tally(case.log.path, item.who), item)
    except AbusekitError as fault:
        raise CaseError(f"{folder.name} is not whole: {fault.message}", "run: abusekit recover") from fault
    case.log.append([_act(item, digest, tally)], by=by, now=now)


def whole_item(case: Case, folder: Path, now: datetime) -> tuple[Item, Digest]:
    """The item in `folder` and the digest of its item.json, if exactly the files it lists are there and right.

    It must be of this case, and made between its start and now: nothing else can be left by a run of ours.
    Raises EvidenceError.
    """
    data = case.read_small(f"evidence/{folder.name}/item.json", MAX_ITEM_JSON)
    item = read_item(data)
    if item.id != folder.name:
        raise EvidenceError(f"item.json names {item.id}")
    start = next(iter(case.entries()))
    if item.case != start["case"] or not start["at"] <= item.at <= instant_text(now):
        raise EvidenceError("it is not of this case, or of another time")
    listed = {f.name: f for f in item.files}
    if not all(STORED_NAME.match(name) for name in listed):
        raise EvidenceError("it lists a name that a case does not store")
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

    A torn last line is kept in custody/ and cut off; then as `mend`, and folders in evidence/ behind the
    last logged item that are not whole are moved to custody/. Raises CaseError.
    """
    with case.lock(), marked(case):
        done = mend(case, by=by, now=now, thorough=True)
        done.cleared = clear_dead_runs(case)
    return done


def mend(case: Case, *, by: str, now: datetime, thorough: bool = False) -> Recovery:
    """Finish, or set aside, what an interrupted change left; the caller holds the lock.

    Without the mark of a change the log has to be whole; under it, a torn last line is cut off and kept.

    Whole items without a line are entered. Settings, seals and signatures without a line were never in
    force: they are moved to custody/, with a line that says so. Looks only where the mark of a change or
    the next item's folder stands, unless `thorough`. Raises CaseError where an item is not whole:
    `recover` (thorough) sets it aside.
    """
    try:
        return _mend(case, by=by, now=now, thorough=thorough)
    except (KeyError, TypeError, ValueError, AttributeError) as fault:
        raise CaseError(f"an act in the custody log is malformed: {fault}", "run: abusekit verify") from fault


def _mend(case: Case, *, by: str, now: datetime, thorough: bool) -> Recovery:
    done = Recovery()
    pending = case.root / PENDING
    if case.log.partial:
        if os.path.lexists(pending):
            take_back_begun(case)
        refuse_partial_copy(case)
    follower = case.evidence / last_tally(case.log.path).next("").item_id
    if not (thorough or os.path.lexists(pending) or os.path.lexists(follower)):
        return done
    if os.path.lexists(pending):  # kill -9 can cut a long write between two pages: under the mark it was ours
        done.torn = cut_torn_tail(case.log.path)
    _log_torn(case, by=by, now=now)
    if case.log.partial:
        finish_erasures(case)
    _finish_asides(case)
    last = last_tally(case.log.path).items
    for name in [n for n in case.item_ids() if int(n[1:]) > last]:
        try:
            adopt_orphan(case, case.evidence / name, by=by, now=now)
            done.adopted.append(name)
        except CaseError:
            if not thorough:
                raise
            done.set_aside.append(_set_aside(case, name, by=by, now=now))
    logged = {str(one["path"]) for entry in case.entries() for one in entry.get("files", ())}
    for relative in [
        *_unlogged_settings(case, logged),
        *_unlogged_sealing(case, logged),
        *_unlogged_handovers(case, logged),
    ]:
        done.set_aside.append(_set_aside_unlogged(case, relative, by=by, now=now))
    case.show_settings()
    (case.root / BUILDING).unlink(missing_ok=True)
    pending.unlink(missing_ok=True)
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
    """Move what is no whole item to custody/; a number near the last one is used up all the same."""
    target = case.root / "custody" / f"not-whole-{name}-{now:%Y%m%dT%H%M%S%f}"
    facts: dict[str, JSON] = {"item": name, "kept_as": f"custody/{target.name}"}
    tally = last_tally(case.log.path)
    if (
        int(name[1:]) <= tally.items + LARGEST_BATCH
    ):  # a folder that somebody put there far off counts nothing
        facts["tally"] = replace(tally, items=int(name[1:])).facts()
    case.log.append([Act("item.aside", facts)], by=by, now=now)
    _move(case.evidence / name, target)
    return f"custody/{target.name}"


def _unlogged_settings(case: Case, logged: set[str]) -> list[str]:
    names = (f"settings/{name}" for name in sorted(os.listdir(case.root / "settings")))
    return [path for path in names if path not in logged]


def _unlogged_sealing(case: Case, logged: set[str]) -> list[str]:
    """Folders of seals, and files in the folders of logged ones, that no line names."""
    found = []
    for folder in sorted(case.seals.iterdir()):
        relative = f"seals/{folder.name}"
        if f"{relative}/seal.txt" not in logged or not folder.is_dir() or folder.is_symlink():
            found.append(relative)
        else:
            found += [
                f"{relative}/{n}" for n in sorted(os.listdir(folder)) if f"{relative}/{n}" not in logged
            ]
    return found


def _unlogged_handovers(case: Case, logged: set[str]) -> list[str]:
    names = (name for name in sorted(os.listdir(case.root / "custody")) if _HANDOVER.fullmatch(name))
    return [f"custody/{name}" for name in names if f"custody/{name}" not in logged]


def _set_aside_unlogged(case: Case, relative: str, *, by: str, now: datetime) -> str:
    kind, _, name = relative.partition("/")
    kept = f"custody/not-whole-{relative.replace('/', '-')}-{now:%Y%m%dT%H%M%S%f}"
    do = {"settings": "settings.aside", "custody": "custody.aside"}.get(kind, "seal.aside")
    case.log.append([Act(do, {"name": name, "kept_as": kept})], by=by, now=now)
    _move(case.root / relative, case.root / kept)
    return kept


def _finish_asides(case: Case) -> None:
    """A recover that was stopped between its line and the move: the move is made up for."""
    logged = {str(one["path"]) for entry in case.entries() for one in entry.get("files", ())}
    sources = {
        "item.aside": "evidence",
        "settings.aside": "settings",
        "seal.aside": "seals",
        "custody.aside": "custody",
    }
    for entry in case.entries():
        if entry["do"] not in sources:
            continue
        source = f"{sources[entry['do']]}/{entry['item' if entry['do'] == 'item.aside' else 'name']}"
        unlogged = not any(path == source or path.startswith(f"{source}/") for path in logged)
        if (
            unlogged
            and os.path.lexists(case.root / source)
            and not os.path.lexists(case.root / entry["kept_as"])
        ):
            _move(case.root / source, case.root / entry["kept_as"])


def _move(source: Path, target: Path) -> None:
    source.rename(target)
    sync_folder(source.parent)
    sync_folder(target.parent)


def clear_dead_runs(case: Case) -> list[str]:
    """Remove what runs that no longer live had staged: it was never called done. Gives the runs' names.

    A run's lock file is held for as long as its process lives.
    """
    from filelock import FileLock, Timeout

    cleared = []
    for lock_path in case.staging.glob("*.lock"):
        if not _RUN_LOCK.fullmatch(lock_path.name) or lock_path.is_symlink():
            continue  # not one of ours: nothing that it names is touched
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
