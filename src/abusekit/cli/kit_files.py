"""At the end of `seal`, `sign` and `timestamp` the kit for strangers in the case is written anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from abusekit.case.folder import Case
    from abusekit.cli.options import Session


def renew_kit(session: Session, case: Case) -> None:
    """Write `kit/` anew. Where that cannot be, it is said, and what was done before stands."""
    from abusekit.errors import CaseError
    from abusekit.kit.writing import write_kit

    try:
        write_kit(case.root)
    except CaseError as fault:
        session.say(f"the page and programs for others in kit/ are not up to date: {fault.message}")
