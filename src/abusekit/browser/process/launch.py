"""Starts a browser program as the right user, in its work folder, with nothing of our environment."""

from __future__ import annotations

import contextlib
import os
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence

from abusekit.browser.process.sandbox import RunAs, candidates, no_other_user
from abusekit.browser.process.watchdog import group_members, kill_group
from abusekit.browser.process.workfolder import WorkFolder

SAID_LIMIT = 4096
"""Bytes kept of what the browser says on stderr: the last ones."""

CHILDREN_S = 5.0
"""Seconds that the other processes of a browser have to finish once the first has ended."""

_LOOK_S = 0.02
"""Seconds between two looks whether a process has ended."""

# The shell only moves the two descriptors to where the browser expects them, and is replaced by it: done in
# Python between fork and exec, this could hang a process that has threads.
_MOVE = 'exec "$@" 3<&0 4>&1 </dev/null >/dev/null'
_STAY = 'exec "$@"'


def spawn(
    command: Sequence[str],
    folder: WorkFolder,
    environment: Mapping[str, str],
    *,
    sandboxed: bool,
    pipe: tuple[int, int] | None = None,
) -> tuple[subprocess.Popen[bytes], int | None]:
    """The process, leader of its own session and group, and the user it runs as where that is not ours.

    `sandboxed` False: as the present user whoever that is. `pipe`: what becomes its descriptor 3 (to read) and 4
    (to write). Only that it was started is known then. Raises UsageError where root finds no other
    user to run it as, OSError.
    """
    users: tuple[RunAs | None, ...] = candidates() if sandboxed else (None,)
    for run_as in users:
        if run_as is not None and not folder.hand_over(run_as):
            continue
        try:
            return _popen(command, folder, environment, run_as, pipe), run_as.uid if run_as else None
        except (PermissionError, ValueError, OverflowError):  # no such user here, or it may not be taken on
            if run_as is None:
                raise
    raise no_other_user()


def _popen(
    command: Sequence[str],
    folder: WorkFolder,
    environment: Mapping[str, str],
    run_as: RunAs | None,
    pipe: tuple[int, int] | None,
) -> subprocess.Popen[bytes]:
    # One call for each, since Popen tells "as we are" from "as user None".
    if run_as is None:
        return subprocess.Popen(
            ["/bin/sh", "-c", _MOVE if pipe else _STAY, "sh", *command],
            stdin=pipe[0] if pipe else subprocess.DEVNULL,
            stdout=pipe[1] if pipe else subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            cwd=folder.home,
            env={**_environment(folder), **environment},
            start_new_session=True,
            umask=0o077,
        )
    return subprocess.Popen(
        ["/bin/sh", "-c", _MOVE if pipe else _STAY, "sh", *command],
        stdin=pipe[0] if pipe else subprocess.DEVNULL,
        stdout=pipe[1] if pipe else subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        cwd="/",  # the new user may not stand where we stand
        env={**_environment(folder), **environment},
        start_new_session=True,
        umask=0o077,
        user=run_as.uid,
        group=run_as.gid,
        extra_groups=[],
    )


def _environment(folder: WorkFolder) -> dict[str, str]:
    """Nothing of ours but the path and the zone: no proxies, no key logs, no other libraries."""
    home = str(folder.home)
    found = {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": home,
        "XDG_CONFIG_HOME": f"{home}/.config",
        "XDG_CACHE_HOME": f"{home}/.cache",
        "XDG_DATA_HOME": f"{home}/.local/share",
        "XDG_RUNTIME_DIR": str(folder.temporary),
        "TMPDIR": str(folder.temporary),
        "LANG": "C.UTF-8",
        # An address that leads nowhere: a page has no business on the desktop's message bus.
        "DBUS_SESSION_BUS_ADDRESS": "disabled:",
        "DBUS_SYSTEM_BUS_ADDRESS": "disabled:",
    }
    if zone := os.environ.get("TZ"):
        found["TZ"] = zone
    return found


class LastWords:
    """Reads a process's stderr on a thread of its own, so that it never waits for us; keeps the end."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._stream = process.stderr
        self._said = b""
        self._thread = threading.Thread(target=self._run, name="browser stderr", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        if self._stream is None:
            return
        with contextlib.suppress(OSError, ValueError), self._stream:
            while data := os.read(self._stream.fileno(), 65_536):
                self._said = (self._said + data)[-SAID_LIMIT:]

    def text(self, wait_s: float = 0.0) -> str:
        """What it said last; `wait_s`: seconds to wait for its end. For messages, never evidence."""
        self._thread.join(wait_s)
        return self._said.decode("utf-8", "replace")


def ended(process: subprocess.Popen[bytes], wait_s: float, monotonic: Callable[[], float]) -> bool:
    """Whether it ends within `wait_s` seconds. It is not reaped, so that its number is still taken by it.

    Its network process, which writes cookies and the NetLog, outlives it a little: it gets CHILDREN_S for that.
    """
    ends_at = monotonic() + wait_s
    while not (process.returncode is not None or _has_ended(process)):
        if monotonic() >= ends_at:
            return False
        time.sleep(_LOOK_S)
    ends_at = monotonic() + CHILDREN_S
    while group_members(process.pid) and monotonic() < ends_at:
        time.sleep(_LOOK_S)
    return True


def _has_ended(process: subprocess.Popen[bytes]) -> bool:
    if not hasattr(os, "waitid"):  # macOS before Python 3.13
        return process.poll() is not None
    with contextlib.suppress(ChildProcessError):
        return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
    return True


def end(process: subprocess.Popen[bytes]) -> None:
    """Ends it and all of its group, and reaps it; may be called again."""
    if process.returncode is None or not hasattr(os, "waitid"):
        kill_group(process.pid)
        process.wait()
