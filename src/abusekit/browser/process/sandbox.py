"""Whose rights the browser runs with. Its own sandbox is never switched off unless a person says so.

A page is hostile, and a browser is a large program. Chromium puts each page into a sandbox, which it cannot do
for root. So as root the browser gets a user of its own, for this one run, who owns nothing but the work folder.
"""

from __future__ import annotations

import itertools
import os
from dataclasses import dataclass

from abusekit.errors import AbusekitError, NetworkError, UsageError

OWN_USERS = 1_900_000_000
"""First of the numbers for users that live only as long as one browser: above all ranges that are given out
(systemd's UIDS-GIDS document ends at 1,879,048,191). No passwd entry is needed."""

NOBODY = 65_534
"""Where numbers that high do not exist: in a container that maps only the usual 65,536."""

NO_SANDBOX_HINT = (
    "--unsafe-no-sandbox runs it without; use that only for pages that you trust: it is recorded"
)

_count = itertools.count()

_SANDBOX_WORDS = (
    "no usable sandbox",
    "without --no-sandbox",
    "failed to move to new namespace",
    "sandbox ipc",
)
_WINDOW_WORDS = ("missing x server", "cannot open display", "ozone platform")


@dataclass(frozen=True, slots=True)
class RunAs:
    """A user to start the browser as."""

    uid: int
    gid: int


def candidates() -> tuple[RunAs | None, ...]:
    """Whom to try, in order; None is the present user, unchanged.

    The user who called sudo comes first, since that is who sits at the screen.
    """
    if os.geteuid() != 0:
        return (None,)
    found = []
    caller = os.environ.get("SUDO_UID", "")
    if caller.isascii() and caller.isdigit() and 0 < int(caller) < OWN_USERS:
        group = os.environ.get("SUDO_GID", caller)
        found.append(RunAs(int(caller), int(group) if group.isascii() and group.isdigit() else int(caller)))
    own = OWN_USERS + os.getpid() % (1 << 22) * 32 + next(_count) % 32
    found += [RunAs(own, own), RunAs(NOBODY, NOBODY)]
    return tuple(found)


def no_other_user() -> UsageError:
    """For root where no other user can be taken on."""
    return UsageError("the browser does not run as root, and no other user can be used here", NO_SANDBOX_HINT)


def fault_at_start(name: str, said: str) -> AbusekitError:
    """Why the browser did not start, from what it said on stderr (bounded by the caller)."""
    lower = said.lower()
    if any(word in lower for word in _SANDBOX_WORDS):
        return UsageError(
            f"{name} cannot start its sandbox: this system does not let it (user namespaces)",
            f"Debian, Ubuntu: install chromium-sandbox; or {NO_SANDBOX_HINT}",
        )
    if any(word in lower for word in _WINDOW_WORDS):
        return UsageError(f"{name} has no screen to open a window on", "run it on a desktop")
    if "permission denied" in lower and "exec: " in lower:  # the shell that was to become the browser
        return UsageError(
            f"{name} may not be started by the user that it should run as",
            "install it where every user may start it, such as /usr/bin",
        )
    lines = [line for line in said.splitlines() if line.strip() and "dbus" not in line]
    reason = f": {lines[-1].strip()[:200]}" if lines else ""
    return NetworkError(f"{name} did not start{reason}", "see: abusekit doctor")
