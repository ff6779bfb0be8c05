"""A browser process for one visit: started, watched, ended, and nothing left of it.

It talks to us over a pipe, to the world through the gate, and writes its NetLog into the work folder. It ends
by itself when the pipe is closed, so also when we are killed.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

from abusekit.browser.process import launch, profiles, trust
from abusekit.browser.process.executable import Executable, find
from abusekit.browser.process.flags import SMALL_SHARED_MEMORY, folder_flags, visit_flags
from abusekit.browser.process.sandbox import fault_at_start
from abusekit.browser.process.watchdog import Limits, Watchdog
from abusekit.browser.process.workfolder import WorkFolder, clear_leftovers
from abusekit.errors import AbusekitError, NetworkError
from abusekit.webarchive.exchange import Problem

__all__ = ["BrowserProcess", "Executable", "Limits", "find"]

START_S = 30.0
"""Seconds until the browser must answer; a cold start on a small, busy computer takes a few."""

_HELLO = b'{"id":0,"method":"Browser.getVersion"}\0'
_HELLO_LIMIT = 65_536


class BrowserProcess:
    """A context manager: running inside, gone afterwards, the work folder too.

    `proxy_port`: of the gate. `profile`: a stored profile, of which a copy is used; None: an empty one.
    `roots`: further roots to trust, PEM. Inside, `read_fd` and `write_fd` belong to the caller: `Cdp` takes
    them over and closes them. Order at the end: `Browser.close` over CDP, so that the NetLog is finished;
    `close`; read `netlog`; leave.

    Entering raises UsageError (no sandbox, no other user for root, no temporary folder, profile in use),
    NetworkError (the browser does not start), InputError and MissingExtraError (roots); OSError when the disk
    is full.
    """

    def __init__(
        self,
        executable: Executable,
        *,
        proxy_port: int,
        monotonic: Callable[[], float],
        locale: str = "",
        user_agent: str = "",
        profile: Path | None = None,
        roots: Path | None = None,
        unsafe_no_sandbox: bool = False,
        netlog: bool = True,
        limits: Limits | None = None,
    ) -> None:
        self.executable = executable
        self.sandboxed = not unsafe_no_sandbox
        # False only with `unsafe_no_sandbox`
        self.user: int | None = None
        # numeric user it runs as, where that is another one than ours
        self.version: Mapping[str, str] = {}
        # what Browser.getVersion says: product, userAgent, protocolVersion, jsVersion, revision
        self.read_fd = -1
        self.write_fd = -1
        self.flags = visit_flags(
            shell=executable.shell,
            proxy_port=proxy_port,
            locale=locale,
            user_agent=user_agent,
            sandboxed=self.sandboxed,
            shared_memory=_shared_memory() >= SMALL_SHARED_MEMORY,
        )
        # as given, but for those that name a folder
        self._monotonic = monotonic
        self._locale = locale
        self._profile = profile
        self._roots = roots
        self._with_netlog = netlog
        self._limits = limits or Limits()
        self._folder: WorkFolder | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._watchdog: Watchdog | None = None
        self._words: launch.LastWords | None = None

    def __enter__(self) -> BrowserProcess:
        clear_leftovers()
        self._folder = folder = WorkFolder()
        try:
            if self._profile is not None:
                profiles.copy(self._profile, folder.profile, headless_shell=self.executable.shell)
            if self._roots is not None:
                trust.add_roots(folder.home, self._roots)
            self._start(folder)
        except BaseException:
            self.close(0)
            self.remove()
            for descriptor in (self.read_fd, self.write_fd):
                if descriptor >= 0:
                    os.close(descriptor)
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close(0)
        self.remove()

    @property
    def pid(self) -> int:
        """Process id, and id of the process group; 0 where none was started."""
        return self._process.pid if self._process else 0

    @property
    def netlog(self) -> Path:
        """The NetLog; whole only when the browser ended by itself. Gone after `remove`."""
        assert self._folder is not None, "not entered yet"  # noqa: S101
        return self._folder.netlog

    @property
    def peak_memory(self) -> int:
        """Bytes, see `watchdog.group_memory`."""
        return self._watchdog.peak_memory if self._watchdog else 0

    @property
    def stopped(self) -> Problem | None:
        """Why the watchdog ended it, if it did."""
        return self._watchdog.stopped if self._watchdog else None

    def last_words(self) -> str:
        """The end of what it said on stderr; for messages, never evidence."""
        return self._words.text() if self._words else ""

    def _start(self, folder: WorkFolder) -> None:
        netlog = folder.netlog if self._with_netlog else None
        command = [
            str(self.executable.path), *self.flags, *folder_flags(folder.profile, netlog), "about:blank"
        ]  # fmt: skip
        language = {"LANGUAGE": self._locale.replace("-", "_")} if self._locale else {}
        theirs_in, self.write_fd = os.pipe()
        self.read_fd, theirs_out = os.pipe()
        try:
            self._process, self.user = launch.spawn(
                command, folder, language, sandboxed=self.sandboxed, pipe=(theirs_in, theirs_out)
            )
        finally:
            os.close(theirs_in)
            os.close(theirs_out)
        self._words = launch.LastWords(self._process)
        self._watchdog = Watchdog(self.pid, netlog, folder.path, self._limits)
        self._hello()

    def _hello(self) -> None:
        """Waits until the browser answers. Raises what keeps it from that."""
        ends_at = self._monotonic() + START_S
        answer = b""
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
            os.write(self.write_fd, _HELLO)
            while not answer.endswith(b"\0") and len(answer) < _HELLO_LIMIT:
                ready, _, _ = select.select([self.read_fd], [], [], max(ends_at - self._monotonic(), 0))
                data = os.read(self.read_fd, 4096) if ready else b""
                if not data:
                    break
                answer += data
            told = json.loads(answer[:-1])["result"]
            self.version = {str(key): str(value)[:300] for key, value in told.items()}
        if not self.version:
            raise self.fault()

    def fault(self) -> AbusekitError:
        """Why the browser is gone, or says nothing; for the caller to raise."""
        if self.stopped is not None:
            return NetworkError(self.stopped.detail, "capture fewer things at once, or close other programs")
        if self._process is not None and launch.ended(self._process, 2, self._monotonic):
            launch.end(self._process)
        said = self._words.text(wait_s=1) if self._words else ""
        return fault_at_start(self.executable.name, said)

    def close(self, wait_s: float = 5.0) -> bool:
        """Waits for the browser to end, then ends it with all its processes; whether it ended by itself.

        `wait_s`: seconds. May be called again.
        """
        if self._process is None:
            return False
        willing = launch.ended(self._process, wait_s, self._monotonic)
        if self._watchdog is not None:
            self._watchdog.close()
        launch.end(self._process)
        if self._words is not None:
            self._words.text(wait_s=2)
        if self._folder is not None:
            self._folder.only_a_plain_netlog()
        return willing and self.stopped is None and self._process.returncode == 0

    def remove(self) -> None:
        """Deletes the work folder, NetLog included. May be called again."""
        if self._folder is not None:
            self._folder.remove()


def _shared_memory() -> int:
    """Bytes free in /dev/shm; a system without it needs none."""
    try:
        return shutil.disk_usage("/dev/shm").free  # noqa: S108
    except OSError:
        return SMALL_SHARED_MEMORY
