"""Which time servers are asked how our clock stands, and by which clock the waiting is measured."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from abusekit.cli.options import Session, now

if TYPE_CHECKING:
    from abusekit.capture.run_clock import RunClock
    from abusekit.net.clock import TimeServer

NTP_OPTIONS: tuple[Callable[[Any], Any], ...] = (
    click.option(
        "--ntp",
        multiple=True,
        envvar="ABUSEKIT_NTP",
        metavar="HOST[:PORT]",
        help="Compare our clock with this time server; repeat for more; `none`: with none.",
    ),
    click.option("--no-ntp", is_flag=True, help="Ask no time server; the captures say so."),
)


def steady() -> float:
    """Seconds of a clock that nobody sets; it goes on while the computer sleeps, where there is such a one."""
    kind = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if kind is None else time.clock_gettime(kind)


def servers_asked(ntp: tuple[str, ...], *, no_ntp: bool) -> tuple[TimeServer, ...]:
    """Those that are named, else the public ones; empty: nobody is asked. Raises UsageError."""
    from abusekit.net.clock import PUBLIC_SERVERS, servers

    return () if no_ntp else servers(ntp or PUBLIC_SERVERS)


def run_clock(session: Session, ntp: tuple[str, ...], *, no_ntp: bool) -> RunClock:
    """Our clock for one run; the person is told who is asked, since those servers learn that we ask."""
    from abusekit.capture.run_clock import RunClock

    asked = servers_asked(ntp, no_ntp=no_ntp)

    def told(text: str) -> None:
        session.say(f"  {text}")

    def began() -> None:
        if asked:
            session.say(f"asks the time of {', '.join(str(one) for one in asked)} (--no-ntp: of nobody)")

    return RunClock(asked, now=now, steady=steady, told=told, began=began)
