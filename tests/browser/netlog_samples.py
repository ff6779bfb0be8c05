"""Real NetLogs: a real Chromium behind the real gate.

`visit` runs one browser on one address until the page has asked for `/done`, and gives its NetLog.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import ssl
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from abusekit.browser.egress.gate import Connection, Gate
from abusekit.browser.process.flags import BACKGROUND_HOSTS
from abusekit.browser.process.trust import add_roots
from abusekit.browser.recorder.netlog import Recording, read
from abusekit.demo.authority import LocalAuthority
from abusekit.net.policy import AddressPolicy


class Site(Protocol):
    """What `visit` needs to know of a site."""

    port: int
    base: str
    done: threading.Event


FULL, SHELL = "chromium", "chromium-headless-shell"
"""The two programs that Debian builds of one source; their logs are not the same."""


def program_of(name: str) -> str:
    """A browser of the tests; a test without one fails."""
    found = shutil.which(name)
    assert found, f"no {name}: make system-packages installs it"
    return found


@dataclass(frozen=True)
class Visit:
    """What is left of one run of the browser."""

    log: Path
    connections: dict[int, Connection]
    # the gate's, by the browser's port

    def read(self, spool: Path | None = None) -> Recording:
        return read(self.log, connections=self.connections, spool=spool)


def secure_context(folder: Path, *protocols: str) -> tuple[ssl.SSLContext, Path]:
    """A server's context for localhost, and a HOME whose browser trusts it."""
    made = LocalAuthority.make(folder / "authority", now=datetime.now(UTC))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made.certificate_file, made.key_file)
    context.set_alpn_protocols(list(protocols))
    home = folder / "home"
    home.mkdir()
    assert add_roots(home, made.ca_file) == 1
    return context, home


def visit(
    folder: Path,
    site: Site,
    *more: str,
    home: Path | None = None,
    until: threading.Event | None = None,
    kill: bool = False,
    capture_mode: str = "Everything",
    browser: str = FULL,
) -> Visit:
    """Opens the first page until it has asked for `/done` (or `until`), ends the browser in order (or kills it)."""
    log = folder / "net.json"
    gate = Gate(
        AddressPolicy(allow_private=True),
        typed=("localhost", site.port),
        max_bytes=1 << 30,
        ends_at=time.monotonic() + 60,
        now=lambda: datetime.now(UTC),
        monotonic=time.monotonic,
        blocked=BACKGROUND_HOSTS,
    )
    with gate:
        flags = [
            "--headless", "--disable-gpu", "--disable-quic", "--no-first-run", "--mute-audio",
            "--disable-background-networking", "--disable-component-update", "--disable-sync",
            "--disable-extensions", "--password-store=basic", f"--user-data-dir={folder / 'profile'}",
            f"--proxy-server=socks5://127.0.0.1:{gate.port}", "--proxy-bypass-list=<-loopback>",
            f"--log-net-log={log}", f"--net-log-capture-mode={capture_mode}", "--remote-debugging-pipe",
            *(["--no-sandbox"] if os.geteuid() == 0 else []), *more,
        ]  # fmt: skip
        _run([program_of(browser), *flags, f"{site.base}/"], until or site.done, home, kill)
    return Visit(log, {one.client_port: one for one in gate.connections()})


def _run(command: list[str], done: threading.Event, home: Path | None, kill: bool) -> None:
    to_browser, commands = os.pipe()
    answers, from_browser = os.pipe()
    quiet = os.open(os.devnull, os.O_RDWR)
    # the pipe's descriptors have to be 3 and 4 in the browser: above them first, lest one overwrite the other
    high = [fcntl.fcntl(one, fcntl.F_DUPFD_CLOEXEC, 10) for one in (quiet, to_browser, from_browser)]
    targets = [(high[0], 0), (high[0], 1), (high[0], 2), (high[1], 3), (high[2], 4)]
    pid = os.posix_spawnp(
        command[0],
        command,
        {**os.environ, **({"HOME": str(home)} if home else {})},
        file_actions=[(os.POSIX_SPAWN_DUP2, *one) for one in targets],
        setsid=True,
    )
    for one in (quiet, to_browser, from_browser, *high):
        os.close(one)
    try:
        assert done.wait(30), "the page did not get to its end"
        time.sleep(0.3)
        if not kill:
            os.write(commands, b'{"id":1,"method":"Browser.close"}\0')
            while os.read(answers, 65536):
                pass
    finally:
        os.killpg(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(commands)
        os.close(answers)
