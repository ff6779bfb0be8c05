"""`--seen-at` and `--seen-by`: when a person saw the thing, as they say."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

import click

from abusekit.cli.options import Function, Session, now

if TYPE_CHECKING:
    from abusekit.case.sighting import Sighting


def with_sighting(function: Function) -> Function:
    """Adds the options; the command gets them as one `seen`, to be read by `sighting_of`."""

    @wraps(function)
    def wrapper(*arguments: Any, **values: Any) -> Any:
        seen = (values.pop("seen_at"), values.pop("seen_by"))
        return function(*arguments, seen=seen, **values)

    wrapped: Any = wrapper
    for option in (
        click.option("--seen-by", default="", metavar="WHO", help="Who saw it then, as stated."),
        click.option(
            "--seen-at",
            metavar="TIME",
            help="When a person saw it: 2026-11-20T22:10 (case's zone), or a day; of all that is named here.",
        ),
    ):
        wrapped = option(wrapped)
    return wrapped  # type: ignore[no-any-return]


def sighting_of(session: Session, seen: tuple[str | None, str]) -> Sighting | None:
    """The statement, checked; None where nothing is stated. Raises UsageError."""
    from abusekit.case.sighting import make_sighting

    at, by = seen
    if at is None and not by:
        return None
    return make_sighting(at, by, session.case().settings().zone, now=now())
