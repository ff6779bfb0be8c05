"""Starts the browser once, on an empty page, to see that it can be used: its sandbox, its NetLog."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from abusekit.browser.page.cdp import Cdp
from abusekit.browser.process.chromium import BrowserProcess, Executable
from abusekit.browser.recorder import netlog
from abusekit.browser.recorder.netlog_table import NetLogError

_NOWHERE = 9
"""A port on loopback where nobody listens (RFC 863): the trial connects to nothing."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What a browser did on an empty page."""

    user: int | None
    # numeric user it ran as, where that is another one than ours
    netlog_fault: str
    # why its NetLog cannot be used; empty when it can
    ended: bool
    # it ended when it was asked to


def trial(executable: Executable, *, monotonic: Callable[[], float]) -> Trial:
    """One start with the sandbox. Raises AbusekitError where it does not start, OSError when the disk is full."""
    with BrowserProcess(executable, proxy_port=_NOWHERE, monotonic=monotonic) as process:
        cdp = Cdp(process.read_fd, process.write_fd)
        cdp.send("Browser.close")
        ended = process.close(10)
        cdp.close()
        try:
            log = netlog.read(process.netlog, connections={}, spool=None)
        except NetLogError as fault:
            return Trial(process.user, fault.reason, ended)
        return Trial(process.user, "it has no end" if log.cut else "", ended)
