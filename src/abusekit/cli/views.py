"""Looks at content, and copies of it, logged with a reason where the policy of the case asks for it (R29)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from abusekit.cli.acts import needed_reason
from abusekit.cli.options import Function, Session, now

if TYPE_CHECKING:
    from abusekit.case.folder import Case


def reason_option(function: Function) -> Function:
    return click.option(
        "--reason",
        "view_reason",
        metavar="TEXT",
        help="Why you look at content; needed where the case logs that (settings: log-views).",
    )(function)


class Views:
    """Says of each look, before anything is shown, what the policy of the case wants."""

    def __init__(self, session: Session, case: Case, reason: str | None, *, reveals: bool) -> None:
        """`reveals`: content is going to be shown. Raises UsageError: the policy asks for a reason, none is given."""
        from abusekit.case.settings import LOG_VIEWS
        from abusekit.errors import UsageError

        self._session, self._case = session, case
        self._logged = reveals and LOG_VIEWS in case.settings().policy
        self._by = session.producer(case).initials if self._logged else ""
        if self._logged and reason is None:
            raise UsageError("this case logs who looks at content, and why", 'say why: --reason "…"')
        self._reason = needed_reason(reason or "") if self._logged else ""
        if reason is not None and not self._logged:
            session.say(
                "the reason is not logged: nothing is revealed"
                if not reveals
                else "the reason is not logged: this case does not keep a list of looks (settings change --policy)"
            )

    def seen(self, items: Iterable[str], how: str) -> None:
        """Log a look at the content of these items. Raises CaseError: then nothing may be shown."""
        self._log("item.view", items, how)

    def copied(self, items: Iterable[str], how: str) -> None:
        """Log that content of these items goes into a file outside of the case. Raises CaseError."""
        self._log("item.copy", items, how)

    def _log(self, do: str, items: Iterable[str], how: str) -> None:
        if not self._logged:
            return
        from abusekit.case.custody import Act

        acts = [Act(do, {"item": item, "how": how, "reason": self._reason}) for item in dict.fromkeys(items)]
        if acts:
            self._case.record(acts, by=self._by, now=now, told=self._session.say)
