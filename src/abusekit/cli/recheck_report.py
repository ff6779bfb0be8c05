"""What `abusekit recheck` tells: a line for each address, alarms, what changed, and the counts at the end."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from abusekit.cli.options import Session
from abusekit.cli.stamp_tally import StampTally

if TYPE_CHECKING:
    from abusekit.capture.bulk import Done
    from abusekit.capture.recheck_history import History
    from abusekit.case.folder import Case
    from abusekit.case.records import Item
    from abusekit.cli.answers_recheck import Rechecked
    from abusekit.cli.views import Views

JUDGED = ("present", "edited", "renamed", "deleted", "account-gone", "suspended")
"""Verdicts that say what became of the thing; with any other a person has to look, or to try again."""
ALARMS = {
    "handle-reuse": "another account has this handle or address now: do not take it for the same one",
}


class RecheckReport:
    """Collects what a run found; prints each address as it is stored."""

    def __init__(
        self,
        session: Session,
        case: Case,
        skipped: int,
        held: int,
        *,
        diff: bool,
        reveal: bool,
        views: Views,
    ) -> None:
        self.session, self.case = session, case
        self.skipped, self.held = skipped, held
        self.diff, self.reveal, self.views = diff, reveal, views
        self.found: list[Rechecked] = []
        self.stamps = StampTally()

    def take(self, history: History, done: Done) -> None:
        one = _rechecked(history, done)
        self.found.append(one)
        if done.item is not None:
            self.stamps.take(done.item)
        shown = done.item is not None and self.diff and one.compared_with
        lines = None
        if shown and self.reveal and done.item:
            self.views.seen([done.item.id, str(one.compared_with)], "recheck --reveal")
            lines = difference(self.case, done.item)
        if self.session.json:
            one.diff = lines
            return
        self.session.print(_line(one))
        if one.alarm:
            self.session.print(f"       ALARM  {one.alarm}: {ALARMS.get(one.alarm, 'look at it')}")
        if shown:
            _print_difference(self.session, one.lines_added, one.lines_removed, lines)

    def finish(self) -> int:
        """Print what became of them; the exit code: 0 all were judged, 7 some were not."""
        judged = all(one.verdict in JUDGED for one in self.found)
        code = 0 if judged and not self.stamps.missing else 7
        verdicts = dict(Counter(one.verdict or "not-stored" for one in self.found))
        if self.session.json:
            from abusekit.cli.answers_recheck import RecheckAnswer

            self.session.answer(
                RecheckAnswer(
                    self.found, self.skipped, self.held, verdicts, code,
                    dict(self.stamps.stamped), dict(self.stamps.missing),
                )
            )  # fmt: skip
            return code
        say = self.session.say
        say("")
        say("this run: " + (", ".join(f"{n} {kind}" for kind, n in verdicts.items()) or "nothing to do"))
        if alarms := sum(1 for one in self.found if one.alarm):
            say(f"{alarms} with an ALARM: see above")
        if self.skipped:
            say(f"{self.skipped} addresses are not due, or were re-checked within the last hour (--again)")
        if self.held:
            say(f"{self.held} addresses are never asked: in quarantine, or recorded only")
        self.stamps.say(self.session)
        if not judged:
            say("some could not be judged: what they showed instead is stored; see abusekit show ITEM")
        return code


def difference(case: Case, item: Item) -> list[str]:
    """The changed lines between a re-check and the item it was compared with. Raises UsageError, EvidenceError."""
    from abusekit.capture.recheck_history import stored_text
    from abusekit.capture.text_diff import unified

    earlier = case.item(_compared_with(item)[0])
    texts = (stored_text(case, earlier) or "", stored_text(case, item) or "")
    return unified(*texts, (f"{earlier.id} {earlier.at}", f"{item.id} {item.at}"))


def _compared_with(item: Item) -> tuple[str, dict[str, Any]]:
    """The item that a re-check was compared with, and what it found. Raises UsageError: there is none."""
    from abusekit.errors import UsageError

    said = item.facts.get("recheck")
    before = said.get("compared_with") if isinstance(said, dict) else None
    if not isinstance(said, dict) or not isinstance(before, str):
        raise UsageError(
            f"{item.id} was compared with nothing", "abusekit list shows which items are re-checks"
        )
    return before, said


def print_stored_difference(session: Session, case: Case, item_id: str, *, reveal: bool, views: Views) -> int:
    """What a stored re-check changed; nothing is asked. Raises UsageError: the item is no re-check."""
    from abusekit.case.decisions import Standing, standings
    from abusekit.cli.acts import refuse_quarantined

    item = case.item(item_id)
    before, said = _compared_with(item)
    refuse_quarantined(session, before, standings(case.entries()).get(before, Standing()))
    one = _from_facts(str(said.get("previous")), item, said)
    if reveal:
        views.seen([item.id, before], "recheck --reveal")
        one.diff = difference(case, item)
    if session.json:
        from abusekit.cli.answers_recheck import RecheckAnswer

        session.answer(RecheckAnswer([one], 0, 0, {str(one.verdict): 1}, 0))
        return 0
    session.print(f"{before} → {item.id}  {one.verdict}  {one.confidence}")
    _print_difference(session, one.lines_added, one.lines_removed, one.diff)
    return 0


def _print_difference(
    session: Session, added: int | None, removed: int | None, lines: list[str] | None
) -> None:
    if added is None or removed is None:
        session.print("       no texts to compare")
        return
    if not added and not removed:
        session.print("       text: no difference, counts and ages apart")
        return
    covered = "" if lines is not None else "; --reveal shows the lines"
    session.print(f"       text: +{added} -{removed} lines, counts and ages apart{covered}")
    for line in lines or ():
        session.print(f"       {line}")


def _rechecked(history: History, done: Done) -> Rechecked:
    from abusekit.cli.answers_recheck import Rechecked

    said = done.item.facts.get("recheck") if done.item is not None else None
    if done.item is not None and isinstance(said, dict):
        return _from_facts(history.newest.item, done.item, said)
    return Rechecked(
        item=history.newest.item,
        recheck=None,
        exhibit=None,
        verdict=None,
        confidence=None,
        markers=[],
        reasons=[],
        compared_with=None,
        last_live=None,
        first_gone=None,
        alarm="",
        lines_added=None,
        lines_removed=None,
        problem=done.problem,
    )


def _from_facts(earlier: str, item: Item, said: dict[str, Any]) -> Rechecked:
    import msgspec

    from abusekit.cli.answers_recheck import Rechecked
    from abusekit.errors import EvidenceError

    facts = {"item": earlier, "recheck": item.id, "exhibit": item.exhibit, "problem": ""}
    try:
        found = msgspec.convert({**said, **facts}, Rechecked)
    except msgspec.ValidationError as fault:
        raise EvidenceError(f"the re-check {item.id} is not ours: {fault}", "run: abusekit verify") from fault
    for seen in (found.last_live, found.first_gone):
        if seen is not None:
            seen.item = seen.item or item.id
    return found


def _line(one: Rechecked) -> str:
    if one.verdict is None:
        return f"{one.item:6} → -       not stored: {one.problem}"
    marker = one.markers[0].marker if one.markers else "-"
    parts = [f"{one.item:6} → {one.recheck:6}  {one.verdict:15} {one.confidence:6} {marker:24}"]
    if one.last_live and one.verdict not in ("present", "edited", "renamed"):
        parts.append(f"last live {one.last_live.at[:19]}Z ({one.last_live.item})")
    if one.first_gone:
        parts.append(f"first gone {one.first_gone.at[:19]}Z ({one.first_gone.item})")
    return "  ".join(parts).rstrip()
