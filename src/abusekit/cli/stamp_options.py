"""The options by which each capture gets a time stamp of its own, and what they come to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import click

from abusekit.cli.options import Session

if TYPE_CHECKING:
    from abusekit.case.intake import Draft

STAMP_OPTIONS: tuple[Callable[[Any], Any], ...] = (
    click.option(
        "--stamp-each",
        is_flag=True,
        help="Put a time stamp of an authority to each capture before it is stored.",
    ),
    click.option(
        "--tsa",
        multiple=True,
        metavar="NAME",
        help="With --stamp-each: ask this authority (default: those of `authority default`).",
    ),
)


def stamper(session: Session, names: Sequence[str], *, wanted: bool) -> Callable[[Draft], None] | None:
    """What puts a time stamp to a draft; None where none is wanted. Raises UsageError where nobody can be asked."""
    from abusekit.errors import UsageError

    if not wanted:
        if names:
            raise UsageError("--tsa is for --stamp-each", "or seal afterwards: abusekit seal --tsa NAME")
        return None
    from abusekit.cli.timestamping import chosen_authorities
    from abusekit.integrity.sealing.stamp_each import StampEach
    from abusekit.net.timestamp_http import post_query

    authorities = chosen_authorities(names)
    if not authorities:
        raise UsageError("--stamp-each needs an authority", "name one: --tsa NAME (abusekit authority list)")
    hosts = ", ".join(f"{one.name} ({one.url})" for one in authorities)
    session.say(
        f"each capture is stamped by {hosts}: they learn a digest and this computer's network address"
    )
    return StampEach(authorities, post_query)
