"""The gate before a hand-over: the verdict on the seals, then everything in the case that is still weak."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from abusekit.case.custodians import papers_of
from abusekit.case.custody_gaps import gaps
from abusekit.case.folder import Case
from abusekit.case.records import Item
from abusekit.case.settings import Settings
from abusekit.errors import AbusekitError
from abusekit.integrity.verify import Verdict
from abusekit.leaks.leak import Leak, Personal, Unread
from abusekit.leaks.scan import Scanner
from abusekit.readiness.exports import export_needs
from abusekit.readiness.items import ItemNeeds
from abusekit.readiness.logged import Logged, read_log
from abusekit.readiness.need import Need, Step, accept, is_accepted, ordered, steps
from abusekit.readiness.private import leak_needs, unread_needs
from abusekit.readiness.verdict import SEE_COPY, verdict_needs


@dataclass(slots=True)
class Readiness:
    needs: list[Need]
    # ordered: the worst kind first
    accepted: list[Need] = field(default_factory=list)
    # those that a person accepted, by a label of the item with its reason in the log; they weigh nothing
    leaks: list[Leak] = field(default_factory=list)
    # all of them, also those that weigh nothing
    verdict: int = 0
    # exit code of the verification: 1 and 3 outweigh all needs

    @property
    def exit_code(self) -> int:
        """1 or 3 as the verification says; else 7 while something is needed, 0 when nothing is."""
        if self.verdict in (1, 3):
            return self.verdict
        return 7 if self.needs or self.verdict else 0

    def steps(self) -> list[Step]:
        return steps(self.needs)


def assess(
    case: Case,
    verdict: Verdict,
    personal: Personal,
    *,
    now: datetime,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Readiness:
    """What is still needed, in a stable order. `now`: aware. `progress` is told (items done, items in all).

    The log is read once, and every item's record and files once; nothing of an item in quarantine. An item that
    cannot be read is a need. Raises CaseError, EvidenceError: the log or the settings cannot be read.
    """
    logged = read_log(case.entries())
    settings = case.settings()
    found = Readiness(list(verdict_needs(verdict)), verdict=verdict.exit_code)
    found.needs += [*_of_seals(logged, verdict), *_of_custody(case, logged)]
    _items(case, logged, settings, verdict, personal, now, progress, found)
    found.needs = ordered(found.needs)
    _set_apart(found, logged)
    return found


def _set_apart(found: Readiness, logged: Logged) -> None:
    standing_of = logged.standing_of
    weigh: list[Need] = []
    for need in found.needs:
        tags = standing_of[need.item].tags if need.item in standing_of else ()
        (found.accepted if is_accepted(need, tags) else weigh).append(need)
    found.needs = weigh


def not_readable(verdict: Verdict, fault: AbusekitError) -> Readiness:
    """What a verification alone tells of a case that cannot be read to its end because something in it is wrong."""
    rest = Need("wrong", f"the rest cannot be judged: {fault.message}", raise_by=fault.hint, blocking=True)
    return Readiness(ordered([*verdict_needs(verdict), rest]), verdict=verdict.exit_code)


def _of_seals(logged: Logged, verdict: Verdict) -> Iterator[Need]:
    if not logged.sealed:
        what = f"nothing is sealed: {logged.lines} acts could be changed without a trace"
        yield Need("unsealed", what, "", "", "seal the case", "abusekit seal", blocking=True)
    elif logged.behind:
        acts = "1 act" if logged.behind == 1 else f"{logged.behind} acts"
        what = f"{acts} came after the newest seal, over {logged.sealed} lines"
        yield Need("unsealed", what, "", "", "seal the case again", "abusekit seal", blocking=True)
    stamped = {token.seal for token in verdict.stamps.tokens}
    if logged.sealed and logged.sealed not in stamped:
        bare = sum(1 for item, at in logged.items.items() if not verdict.stamps.covers(at.n, item))
        what = f"the newest seal has no verified time stamp; {bare} items have none at all"
        yield Need("stamp", what, "", "", "ask an authority that is trusted here", "abusekit timestamp")
    for (size, _, authority), answered in logged.asked.items():
        if not answered:
            what = f"{authority} was asked over the seal of {size} lines, and has not answered"
            yield Need("stamp", what, "", "", "ask again", "abusekit timestamp --pending")


def _of_custody(case: Case, logged: Logged) -> Iterator[Need]:
    for number, received in logged.transfers.items():
        if not received:
            what = f"hand-over {number} is not confirmed by whoever received it"
            raise_by = "take in the receipt, or the signed paper"
            yield Need("transfer", what, "", "", raise_by, "abusekit custody receive RECEIPT")
    try:
        found = gaps(logged.custody, papers_of(case, logged.custody))
    except AbusekitError as fault:
        yield Need(
            "custody", f"who had what cannot be read: {fault.message}", raise_by="abusekit verify tells more"
        )
        return
    for gap in found:
        if gap.end is None and "custodian" in gap.missing:
            continue  # on the way: told above, and where it is only the receiver can say
        until = gap.end[:19] + "Z" if gap.end else "now"
        what = f"no {gap.missing} from {gap.start[:19]}Z to {until}: {gap.why}"
        if gap.end is None and "place" in gap.missing:
            raise_by = "say where it is kept, and since when"
            typed = 'abusekit custody store ITEM… --place "…" --since TIME --reason "…"'
        else:  # what nobody wrote down in time
            raise_by = "say in a diary entry who had it, and where, or why nobody knows it"
            typed = accept("custody")
        yield Need("custody", what, gap.item, gap.exhibit, raise_by, typed)


def _items(
    case: Case,
    logged: Logged,
    settings: Settings,
    verdict: Verdict,
    personal: Personal,
    now: datetime,
    progress: Callable[[int, int], None],
    found: Readiness,
) -> None:
    """Every item once, in the order of the log."""
    scanner = Scanner(case.root, personal)
    bare = not logged.sealed or logged.behind
    needs = ItemNeeds(
        logged.standing_of,
        stamped=lambda item: verdict.stamps.covers(logged.items[item].n, item),
        stamp_command="abusekit seal" if bare else "abusekit timestamp",
    )
    of_case = scanner.of_case(iter([case.log.path.relative_to(case.root).as_posix(), *logged.files]))
    _scanned(of_case.leaks, of_case.unread, "", found)
    for number, (item_id, at) in enumerate(logged.items.items(), 1):
        standing = logged.standing_of[item_id]
        if standing.quarantined is not None:
            what = f"in quarantine since {standing.quarantined[:19]}Z: it must not leave with the rest"
            raise_by = "ask the police what becomes of it; no command takes it out of a copy by itself"
            typed = "abusekit custody log --item ITEM"
            found.needs.append(Need("quarantine", what, item_id, at.exhibit, raise_by, typed, blocking=True))
            continue
        try:
            item = case.item(item_id)
        except AbusekitError as fault:
            what = f"its record cannot be read: {fault.message}"
            found.needs.append(Need("wrong", what, item_id, at.exhibit, *SEE_COPY, blocking=True))
            continue
        if standing.withdrawn is None:
            found.needs += [*needs.take(item), *_producer(item, settings)]
        scanned = scanner.item(item)
        _scanned(scanned.leaks, scanned.unread, item.exhibit, found)
        progress(number, len(logged.items))
    found.needs += needs.needs(now)
    used = {item for item, standing in logged.standing_of.items() if standing.withdrawn is None}
    found.needs += [need for need in export_needs(case) if need.item in used]


def _scanned(leaks: list[Leak], unread: list[Unread], exhibit: str, found: Readiness) -> None:
    found.leaks += leaks
    found.needs += [*leak_needs(leaks, exhibit), *unread_needs(unread, exhibit)]


def _producer(item: Item, settings: Settings) -> Iterator[Need]:
    """Each exhibit needs a person who can give evidence about it (R75)."""
    known = {one.initials: one for one in settings.producers}
    producer = known.get(item.who)
    typed = f'abusekit settings change --add-producer "{item.who}:Full Name:role" --reason "…"'
    if producer is None:
        what = f"made by {item.who}, who is no producer of this case"
    elif len(producer.name.split()) < 2:
        what = f"made by {item.who}, of whom the settings hold no full name"
        typed = ""
    else:
        return
    yield Need("producer", what, item.id, item.exhibit, "the settings name the person in full", typed)
