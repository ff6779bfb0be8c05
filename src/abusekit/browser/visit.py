"""One address in a fresh browser: the gate, the process, the page, the recording, and the comparison of the two lists.

The bytes come from Chromium's NetLog; the browser's own list of requests (CDP) is the second, independent one.
Where the NetLog cannot be trusted, the address is visited again and recorded from what CDP tells: `decoded`,
a lower fidelity that is said everywhere. Nothing is ever put together from both.
"""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from abusekit.browser.artefacts.artefact import KINDS, ArtefactPlan
from abusekit.browser.artefacts.artefacts import Taken, take
from abusekit.browser.crosscheck import CrossCheck, crosscheck
from abusekit.browser.egress.gate import Connection, Gate
from abusekit.browser.main_first import main_first, with_kinds
from abusekit.browser.page import agent
from abusekit.browser.page.cdp import Cdp, CdpError
from abusekit.browser.page.drive import visit_page
from abusekit.browser.plan import Recorder, VisitPlan
from abusekit.browser.process.chromium import BrowserProcess, Executable
from abusekit.browser.process.flags import BACKGROUND_HOSTS
from abusekit.browser.recorder import netlog
from abusekit.browser.recorder.decoded import DecodedRecorder
from abusekit.browser.recorder.netlog_strip import strip
from abusekit.browser.run import Frozen, PageRun
from abusekit.net.policy import AddressPolicy
from abusekit.webarchive.exchange import PIECE, Exchange, Problem, Spool

PICTURED_HEIGHT = 40_000
"""CSS pixels; more than is ever scrolled, so that a page is cut in its picture only when it is endless."""

CLOSE_S = 5.0
"""Seconds for the browser to finish its NetLog and end."""

REMARKS = 50

LEAST_S = 10.0
"""Seconds that a second visit has at least."""

ENDING_S = 1.5
"""Seconds of the time limit that are kept for ending the browser."""


@dataclass(frozen=True, slots=True)
class Means:
    """What a visit is given by whoever asks for it."""

    policy: AddressPolicy
    # which addresses may be reached
    typed: tuple[str, int]
    # host and port of the address that a person typed
    deadline_s: float
    # seconds for the visit, pictures included
    max_bytes: int
    # over all connections, both ways
    spool: Path | None
    # folder for unnamed temporary files
    extra_ca: Path | None
    # further roots to trust, PEM
    now: Callable[[], datetime]
    # our clock, UTC
    monotonic: Callable[[], float]
    # seconds
    started: Callable[[BrowserProcess], None] = lambda _process: None
    # told of the process, so that it can be ended from outside


@dataclass(frozen=True, slots=True)
class Visit:
    """What one visit gave. `close` frees its spools."""

    executable: Executable
    flags: tuple[str, ...]
    # command line, without folders
    sandboxed: bool
    user_agent: str
    # as sent
    recorder: Recorder
    # where the bytes come from
    recorder_fault: str
    # why the NetLog was not used; empty where it was
    run: PageRun | None
    # None when the browser failed before there was a page
    failure: Problem | None
    # of the browser itself: it crashed, was ended by the watchdog, did not start
    exchanges: tuple[Exchange, ...]
    # those of the address first, hop by hop, then all others in their order
    hops: tuple[str, ...]
    # addresses of the main frame's documents, as sent
    crosscheck: CrossCheck | None
    # the two lists compared; None without a page
    recorded: tuple[str, ...]
    # remarks of the recorder: what could not be read or was cut
    connections: tuple[Connection, ...]
    # through the gate
    refused_services: dict[str, int]
    # the browser's own services that the gate refused, by host
    exceeded: bool
    # the byte limit was reached
    late: bool
    # the time limit was reached
    taken: Taken
    # pictures and the like
    netlog: Spool | None
    # the NetLog without bytes and secrets, gzip; None for the fallback
    peak_memory: int
    # bytes, of the browser's processes together
    started: datetime
    ended: datetime

    @property
    def whole(self) -> bool:
        """The browser lived, and both lists agree."""
        return (
            self.failure is None
            and self.crosscheck is not None
            and self.crosscheck.whole
            and not (self.exceeded or self.late)
        )

    def close(self) -> None:
        """Frees memory and temporary files, but for the exchanges."""
        self.taken.close()
        if self.netlog is not None:
            self.netlog.close()


def visit(url: str, plan: VisitPlan, executable: Executable, means: Means) -> Visit:
    """Visits `url` (http or https, as sent). What the site or the page does ends as facts, never as an exception.

    Raises UsageError (no sandbox, roots), NetworkError (the browser does not start), OSError (disk).
    """
    if plan.recorder == "decoded":
        return _Visit(url, plan, executable, means, "decoded", "asked for").run()
    begun = means.monotonic()
    try:
        return _Visit(url, plan, executable, means, "netlog", "").run()
    except netlog.NetLogError as fault:
        left = max(means.deadline_s - (means.monotonic() - begun), LEAST_S)
        means = replace(means, deadline_s=left)
        why = f"{fault.message}; the address was visited a second time for this"
        return _Visit(url, plan, executable, means, "decoded", why).run()


@dataclass(slots=True)
class _Visit:
    url: str
    plan: VisitPlan
    executable: Executable
    means: Means
    recorder: Recorder
    recorder_fault: str
    taken: Taken = field(default_factory=lambda: Taken((), ()))
    seen: PageRun | None = None
    failure: Problem | None = None
    remarks: list[str] = field(default_factory=list)
    proxy_port: int = 0

    def run(self) -> Visit:
        means = self.means
        started = means.now()
        ends_at = means.monotonic() + means.deadline_s
        with ExitStack() as stack:
            gate = stack.enter_context(
                Gate(
                    means.policy,
                    typed=means.typed,
                    max_bytes=means.max_bytes,
                    ends_at=ends_at,
                    now=means.now,
                    monotonic=means.monotonic,
                    blocked=BACKGROUND_HOSTS,
                )
            )
            self.proxy_port = gate.port
            process = stack.enter_context(
                BrowserProcess(
                    self.executable,
                    proxy_port=gate.port,
                    monotonic=means.monotonic,
                    locale=self.plan.locale,
                    user_agent=self.plan.user_agent or self._windowed(),
                    profile=self.plan.profile,
                    roots=means.extra_ca,
                    unsafe_no_sandbox=self.plan.unsafe_no_sandbox,
                    netlog=self.recorder == "netlog",
                )
            )
            gate.only_user(process.user)
            means.started(process)
            try:
                decoded = self._drive(process, ends_at - ENDING_S)
                late, exceeded = gate.late, gate.exceeded
                gate.close()
                exchanges, log = self._recorded(process, gate.connections(), decoded)
            except BaseException:
                self.taken.close()
                raise
            if self.seen is not None:
                exchanges = with_kinds(exchanges, self.seen.inventory)
            if gate.strangers:
                self.remarks.append(
                    f"{gate.strangers} connections of other users of this computer were not let through the gate"
                )
            first, hops = main_first(self.url, self.seen, exchanges, gate.connections(), started)
            return Visit(
                executable=self.executable,
                flags=tuple(one.replace(f":{gate.port}", ":PORT") for one in process.flags),
                sandboxed=process.sandboxed,
                user_agent=self._agent(process),
                recorder=self.recorder,
                recorder_fault=self.recorder_fault,
                run=self.seen,
                failure=self.failure,
                exchanges=first,
                hops=hops,
                crosscheck=crosscheck(self.seen.inventory, exchanges) if self.seen else None,
                recorded=tuple(self.remarks),
                connections=gate.connections(),
                refused_services=dict(gate.refused_names()),
                exceeded=exceeded,
                late=late,
                taken=self.taken,
                netlog=log,
                peak_memory=process.peak_memory,
                started=started,
                ended=means.now(),
            )

    def _drive(self, process: BrowserProcess, ends_at: float) -> DecodedRecorder | None:
        """The page, until the browser has ended. What the browser does wrong becomes `failure`."""
        cdp = Cdp(process.read_fd, process.write_fd)
        decoded = None
        if self.recorder == "decoded":
            decoded = DecodedRecorder(
                cdp,
                spool=self.means.spool,
                max_bytes=self.means.max_bytes,
                now=self.means.now,
                proxy_port=self.proxy_port,
            )
        try:
            self.seen = visit_page(
                cdp,
                self.url,
                self.plan,
                ends_at=ends_at,
                now=self.means.now,
                monotonic=self.means.monotonic,
                at_rest=lambda frozen: self._take(cdp, frozen),
                watchers=(decoded,) if decoded else (),
                browser=self.executable.name,
            )
            if decoded is not None:
                decoded.settle()
            if self.seen.crashed:
                self.failure = Problem("page-crashed", "the page's process ended", self.url)
        except CdpError as fault:
            self.failure = Problem("page-crashed", fault.message, self.url)
        finally:
            cdp.send("Browser.close")
            process.close(CLOSE_S)
            cdp.close()
        if process.stopped is not None:
            self.failure = Problem("page-crashed", process.stopped.detail, self.url)
        return decoded

    def _take(self, cdp: Cdp, frozen: Frozen) -> None:
        if not frozen.answers or frozen.failure:
            return  # each artefact would run into its time limit, or show the browser's own page about a failure
        left_out = {"pdf": not self.plan.pdf, "mhtml": not self.plan.mhtml}
        kinds = frozenset(kind for kind in KINDS if not left_out.get(kind))
        self.taken = take(
            cdp,
            frozen.session,
            ArtefactPlan(kinds=kinds, max_height=PICTURED_HEIGHT),
            spool=self.means.spool,
            ends_at=frozen.ends_at,
            monotonic=self.means.monotonic,
            now=self.means.now,
            frames=frozen.frames,
        )

    def _recorded(
        self, process: BrowserProcess, connections: tuple[Connection, ...], decoded: DecodedRecorder | None
    ) -> tuple[tuple[Exchange, ...], Spool | None]:
        """The exchanges, and the stripped NetLog. Raises NetLogError when it cannot be trusted."""
        if decoded is not None:
            return decoded.finish(connections), None
        by_port = {one.client_port: one for one in connections}
        recording = netlog.read(
            process.netlog, connections=by_port, spool=self.means.spool, max_bytes=self.means.max_bytes
        )
        for socket in recording.upgraded:  # what was said over web sockets is on the browser's list
            socket.sent.close()
            socket.received.close()
        try:
            self.remarks += _remarks(recording)
            log = _stripped(process.netlog, self.means.spool)
        except BaseException:
            for one in recording.exchanges:
                one.close()
            raise
        odd = tuple(one.exchange for one in recording.faults if one.exchange is not None)
        return (*recording.exchanges, *odd), log

    def _windowed(self) -> str:
        """The User-Agent of this browser with a window, where that is known; Edge has words of its own in it."""
        if self.executable.name.startswith("Microsoft"):
            return ""
        return agent.windowed(self.executable.version, platform.system())

    def _agent(self, process: BrowserProcess) -> str:
        """The user agent that was sent, as it was put down."""
        for one in self.seen.alterations if self.seen else ():
            if one.what == "user-agent" and one.outcome == "done":
                return one.detail
        return str(process.version.get("userAgent", ""))


def _stripped(log: Path, folder: Path | None) -> Spool:
    """The log without bytes and secrets, gzip; made in a folder of ours, not in the one that the browser wrote to."""
    with TemporaryDirectory(dir=folder) as ours:
        made = Path(ours) / "stripped"
        strip(log, made)
        kept = Spool(folder)
        with made.open("rb") as stream:
            while piece := stream.read(PIECE):
                kept.write(piece)
    return kept


def _remarks(recording: netlog.Recording) -> Iterator[str]:
    """What could not be read, and what is cut."""
    if recording.cut:
        yield "the browser's log has no end: what happened last may be missing"
    for fault in recording.faults[:REMARKS]:
        yield f"{fault.where}: {fault.why}"
    if len(recording.faults) > REMARKS:
        yield f"{len(recording.faults) - REMARKS} more remarks of the recorder"
