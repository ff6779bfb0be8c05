"""What `abusekit capture` tells: progress while it lasts, a table and the failures at the end."""

from __future__ import annotations

import os
import sys
from collections import Counter
from typing import TYPE_CHECKING, Any

import click

from abusekit.cli.options import Session
from abusekit.cli.stamp_tally import StampTally

if TYPE_CHECKING:
    from pathlib import Path

    from abusekit.capture.bulk import Done
    from abusekit.case.records import Item
    from abusekit.case.settings import Settings
    from abusekit.cli.answers import CapturedAddress


WHAT_TO_DO = {
    "login-wall": "log in: abusekit browser login NAME {where}; then run this again with --profile NAME",
    "needs-login": "not asked, since the site asks to log in; after that the same list goes on with these",
    "needs-person": "wait, or open the site in a browser and see what it asks; then run this again",
    "challenge": "the site wants proof of a person: wait an hour and use --jobs 1 --delay 30, or --profile",
    "consent-wall": "the site asks for consent first: --dismiss-consent presses `reject`, and that is recorded",
    "rate-limited": "the site wants fewer requests: run this again later with a larger --delay",
    "geo-block": "the site says that it does not show this here; another country's view is another capture",
}
"""Outcome → what a person does next."""


def _origin(address: str) -> str:
    """Scheme and host: where a person logs in."""
    from urllib.parse import urlsplit

    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}/"


def _stamped(item: Item) -> bool:
    """Whether this run put a time stamp to the item: it keeps only those that it has verified."""
    return any(f.name.startswith("stamp.") and f.name.endswith(".tsr") for f in item.files)


class CaptureReport:
    """What a run tells: progress while it lasts, a table at the end."""

    def __init__(self, session: Session, failures: Path | None, settings: Settings) -> None:
        self.session = session
        self.failures = failures
        self.settings = settings
        self.captured: list[CapturedAddress] = []
        self.skipped: Counter[str] = Counter()
        self.duplicates = 0
        self.stamps = StampTally()
        self._warnings: dict[str, str] = {}
        self._failed_before: list[str] = []
        self._bar: Any = None
        self._told_session = False
        self._counts: Counter[str] = Counter()

    def refused(self, address: str, line: int, outcome: str, problem: str) -> None:
        from abusekit.cli.answers import CapturedAddress

        self.captured.append(
            CapturedAddress(address, line or None, None, None, outcome, None, problem, 0, None, [])
        )

    def warn(self, address: str, line: int, problem: str) -> None:
        """Tell what is wrong with the list's words on an address that is captured all the same."""
        self._warnings[address] = problem
        self.session.say(f"line {line}: {problem}")

    def skip(self, address: str, outcome: str) -> None:
        self.skipped[outcome] += 1
        if outcome != "complete":
            self._failed_before.append(address)

    def begin(self, total: int) -> None:
        if total and sys.stderr.isatty() and not self.session.quiet and not self.session.json:
            self._bar = click.progressbar(
                length=total,
                file=sys.stderr,
                show_pos=True,
                show_percent=False,
                item_show_func=lambda text: text,
            )
            self._bar.__enter__()

    def take(self, done: Done) -> None:
        from abusekit.case.records import grade
        from abusekit.cli.answers import CapturedAddress

        item, request = done.item, done.request
        if item is None:
            self.refused(request.address, request.line or 0, done.outcome, done.problem)
        else:
            self.stamps.take(item)
            letter, reasons = grade(item, stamped=_stamped(item))
            status = item.facts.get("status")
            problem = item.problems[0] if item.problems and item.outcome != "complete" else ""
            problem = "; ".join(filter(None, (problem, self._warnings.get(request.address))))
            self.captured.append(
                CapturedAddress(
                    request.address,
                    request.line,
                    item.id,
                    item.exhibit,
                    item.outcome,
                    status,
                    problem,
                    done.parts_missing,
                    letter,
                    reasons,
                )
            )
            if not self.session.json and self._bar is None:
                missing = f"  {done.parts_missing} parts missing" if done.parts_missing else ""
                code = "" if status is None or item.outcome == "complete" else f" {status}"
                context = f"  {request.context} of {request.context_of}" if request.context else ""
                lower = "  decoded" if item.fidelity == "decoded" else ""  # not the bytes of the connection
                self.session.print(
                    f"{item.id}  {item.exhibit:10}  {item.outcome}{code}{missing}{context}{lower}  grade {letter}"
                    + (f"  line {request.line}" if request.line else "")
                )
                for tried in item.method.get("attempts") or ():
                    if isinstance(tried, dict):
                        self.session.print(
                            f"       first {tried['outcome']} {tried['status']}: asked again after"
                            f" {tried['retry_after_s']} s, as the server wished"
                        )
                if request.line is None:
                    for reason in reasons:
                        self.session.print(f"       {reason}")
                self._session_used(item.method.get("identity_used"))
        if self._bar is not None:
            self._counts[self.captured[-1].outcome] += 1
            self._bar.update(1, "  ".join(f"{n} {outcome}" for outcome, n in self._counts.most_common()))

    def _session_used(self, used: object) -> None:
        if used and not self._told_session:
            self._told_session = True
            self.session.say(
                "  this capture holds live session keys: log out of that session on the site when you are done, so"
                " that they open nothing any more, and hand the archive to nobody but the police"
            )

    def end(self) -> None:
        if self._bar is not None:
            self._bar.render_finish()

    def finish(self) -> int:
        """Print what became of it; the exit code: 0 all complete, 7 something failed, 4 no address in it."""
        failed = [c for c in self.captured if c.outcome != "complete"]
        skipped_failures = sum(n for outcome, n in self.skipped.items() if outcome != "complete")
        code = 7 if failed or skipped_failures or self._warnings or self.stamps.missing else 0
        if self.captured and all(c.outcome == "not-an-address" for c in self.captured) and not self.skipped:
            code = 4
        self._write_failures(failed)
        if self.session.json:
            from abusekit.cli.answers import CaptureAnswer

            outcomes = dict(Counter(c.outcome for c in self.captured))
            self.session.answer(
                CaptureAnswer(
                    self.captured, sum(self.skipped.values()), self.duplicates, outcomes, code,
                    dict(self.stamps.stamped), dict(self.stamps.missing),
                )
            )  # fmt: skip
        else:
            self._table(failed, skipped_failures)
        return code

    def _write_failures(self, failed: list[CapturedAddress]) -> None:
        if self.failures is None:
            return
        from abusekit.errors import UsageError

        addresses = [c.address for c in failed if c.outcome != "not-an-address"] + self._failed_before
        text = "".join(f"{address}\n" for address in addresses)
        temporary = self.failures.with_name(f".{self.failures.name}.{os.getpid()}.new")
        try:
            temporary.write_text(text, "utf-8")
            temporary.replace(self.failures)
        except OSError as fault:
            raise UsageError(
                f"{self.failures} cannot be written: {fault.strerror}; the captures are stored"
            ) from fault

    def _table(self, failed: list[CapturedAddress], skipped_failures: int) -> None:
        say = self.session.say
        if failed:
            say("")
            say("not complete:")
        for c in failed:
            where = f"line {c.line}" if c.line else ""
            status = str(c.status) if c.status else ""
            address = c.address if len(c.address) <= 90 else c.address[:87] + "…"
            say(f"  {c.item or '-':6} {where:10} {c.outcome:16} {status:4} {address}")
            if c.item is None or c.status is None:
                say(f"         {c.problem}")
        counts = Counter(c.outcome for c in self.captured)
        if counts["refused-address"]:
            say("  for a server of your own: --allow-private, or abusekit settings change --allow-network")
        for outcome, hint in WHAT_TO_DO.items():
            if counts[outcome]:
                where = next(_origin(c.address) for c in failed if c.outcome == outcome)
                say(f"  {outcome}: {hint.format(where=where)}")
        say("")
        say(
            "this run: "
            + (", ".join(f"{n} {outcome}" for outcome, n in counts.most_common()) or "nothing to do")
        )
        if grades := Counter(c.grade for c in self.captured if c.grade):
            say("grades: " + ", ".join(f"{n} {letter}" for letter, n in sorted(grades.items())))
        self.stamps.say(self.session)
        if missing := sum(1 for c in self.captured if c.parts_missing):
            say(f"{missing} pages lack parts (images, style sheets, …): see abusekit show ITEM")
        if self.duplicates:
            say(f"{self.duplicates} lines repeat an address of the same list")
        if self.skipped:
            say(
                f"{sum(self.skipped.values())} addresses are in the case already (--again captures them anew)"
            )
        if skipped_failures:
            say(f"{skipped_failures} of them did not end as complete (--retry-failed captures these anew)")
