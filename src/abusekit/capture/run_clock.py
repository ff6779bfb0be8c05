"""Our clock during one run of capture: compared with time servers at its start, with the hosts captured at its end.

Two lines of the log say what came of it (`clock.check`), and every item of the run holds the first in
`method.clock`. Neither proves that our clock was right: see `net.clock` and `capture.host_clocks`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from abusekit.capture.host_clocks import HostClocks, HostClockTable
from abusekit.case.canonical import JSON
from abusekit.case.custody import Act, instant_text
from abusekit.net.clock import WAIT_S, Measured, Measuring, TimeServer

if TYPE_CHECKING:
    from abusekit.case.intake import Draft
    from abusekit.webarchive.exchange import Exchange

CHECK = "clock.check"
STEP_US = 100_000
"""Microseconds: what our clock gained or lost beside a steady one, from which on it was set, not adjusted."""
MEASURED_FOR_S = 1_800.0
"""Seconds for which a measurement stands: a clock of a computer may drift by some 0.1 s in that time."""
WRONG_US = 1_000_000
"""Microseconds from which on a person is told that their clock is wrong."""
SWITCHED_OFF = "no time server was to be asked"
_US = timedelta(microseconds=1)


class RunClock:
    """Ask it from the thread that stores; only `heard` may be called from others.

    asked: the time servers; empty: nobody. now: our clock, UTC. steady: seconds by a clock that nobody sets, and
    that goes on while the computer sleeps, where there is one. told: lines for the person. began: called once, when
    the servers are asked.
    """

    def __init__(
        self,
        asked: Sequence[TimeServer],
        *,
        now: Callable[[], datetime],
        steady: Callable[[], float],
        told: Callable[[str], None] = lambda _text: None,
        began: Callable[[], None] = lambda: None,
        wait_s: float = WAIT_S,
    ) -> None:
        self._asked = asked
        self._now, self._steady, self._told = now, steady, told
        self._wait_s, self._on_begin = wait_s, began
        self._hosts = HostClockTable()
        self._measuring: Measuring | None = None
        self._measured: Measured | None = None
        self._since = (now(), steady())  # of the measurement
        self._begun = self._since
        self._unlogged: list[Act] = []
        self._stored = False
        self._hearing = threading.Lock()

    def start(self) -> Measuring:
        """Ask, beside whatever comes next. Nobody is waited for until something is to be stored."""
        self._since = self._read()
        if self._measuring is None:
            self._begun = self._since
            self._on_begin()
        self._measuring = Measuring(self._asked, now=self._now, monotonic=self._steady, wait_s=self._wait_s)
        self._measured = None
        return self._measuring

    def heard(self, exchanges: Iterable[Exchange]) -> None:
        """Answers of hosts, for the comparison at the end."""
        with self._hearing:
            self._hosts.take(exchanges)

    def set_in(self, drafts: Iterable[Draft]) -> None:
        """State in each draft how our clock stood; waits for the time servers the first time, seconds at most."""
        if self._measured is not None and self._asked and self._is_stale():
            self.start()
        measured = self._result()
        for draft in drafts:
            if measured.offset_us is not None:
                draft.clock_offset_ms = round(measured.offset_us / 1000)
            draft.method["clock"] = method_facts(measured)

    def acts(self) -> list[Act]:
        """What is to be logged before the next items."""
        return list(self._unlogged)

    def logged(self) -> None:
        """`acts` stand in the log."""
        self._unlogged.clear()
        self._stored = True

    def closing(self) -> Act | None:
        """The comparison at the end of the run, to be logged; None where nothing was stored."""
        if not self._stored:
            return None
        with self._hearing:
            said = self._hosts.judged()
        stepped = self._stepped(self._begun)
        reason = self._contradiction(said)
        facts: dict[str, JSON] = {"source": "date-headers", "result": said.result, "hosts": said.hosts}
        facts |= {"agreed": said.agreed, "answers": said.answers}
        if said.offset_us is not None:
            facts |= {"offset_us": said.offset_us, "uncertainty_us": said.uncertainty_us}
        if stepped:
            facts["stepped_us"] = stepped
            way = "forward" if stepped > 0 else "back"
            self._told(
                f"our clock was set {way} by {abs(stepped) / 1e6:.1f} s during this run; that is recorded"
            )
        if reason:
            facts["note"] = reason
            self._told(f"clocks: {reason}")
        if said.apart:
            named = ", ".join(said.apart[:5]) + (" and more" if len(said.apart) > 5 else "")
            self._told(
                f"clocks: the Date of {named} does not agree with the others; see facts.clock of the items"
            )
        return Act(CHECK, facts)

    def _read(self) -> tuple[datetime, float]:
        """Both clocks at one moment: of three readings the one with the least time between."""
        readings = []
        for _ in range(3):
            before, now, after = self._steady(), self._now(), self._steady()
            readings.append((after - before, now, before))
        _, now, steady = min(readings)
        return now, steady

    def _stepped(self, since: tuple[datetime, float]) -> int:
        """Microseconds by which our clock was set since then; 0 for what is mere adjustment."""
        now, steady = self._read()
        gained = (now - since[0]) // _US - round((steady - since[1]) * 1_000_000)
        return gained if abs(gained) >= STEP_US else 0

    def _is_stale(self) -> bool:
        return self._steady() - self._since[1] > MEASURED_FOR_S or self._stepped(self._since) != 0

    def _result(self) -> Measured:
        if self._measured is None:
            measuring = self._measuring or self.start()
            self._measured = measuring.result()
            self._unlogged.append(Act(CHECK, log_facts(self._measured)))
            if self._asked:
                self._told(said_of(self._measured))
        return self._measured

    def _contradiction(self, said: HostClocks) -> str:
        """Where time servers and hosts cannot both be right."""
        measured = self._measured
        if measured is None or measured.offset_us is None or measured.uncertainty_us is None:
            return ""
        if said.low_us is None or said.high_us is None:
            return ""
        low, high = measured.offset_us - measured.uncertainty_us, measured.offset_us + measured.uncertainty_us
        if low <= said.high_us and said.low_us <= high:
            return ""
        return "what the hosts say does not agree with the time servers"


def log_facts(measured: Measured) -> dict[str, JSON]:
    """For the log line: whole numbers and short texts."""
    facts: dict[str, JSON] = {"source": "ntp", "result": measured.result, "asked": measured.asked}
    facts |= {"answered": measured.answered, "agreed": measured.agreed}
    if measured.offset_us is not None:
        facts |= {"offset_us": measured.offset_us, "uncertainty_us": measured.uncertainty_us}
        facts |= {"stratum": measured.stratum, "server": measured.server[:100]}
    if note := _note(measured):
        facts["note"] = note
    return facts


def method_facts(measured: Measured) -> dict[str, JSON]:
    """For `method.clock` of an item."""
    offset, uncertainty = measured.offset_us, measured.uncertainty_us
    return {
        "source": "ntp",
        "result": measured.result,
        "at": instant_text(measured.at),
        "offset_ms": None if offset is None else round(offset / 1000),
        "uncertainty_ms": None if uncertainty is None else -(-uncertainty // 1000),
        "server": measured.server,
        "stratum": measured.stratum,
        "asked": measured.asked,
        "answered": measured.answered,
        "agreed": measured.agreed,
        "note": _note(measured),
    }


def said_of(measured: Measured) -> str:
    """One line for a person."""
    if measured.offset_us is None or measured.uncertainty_us is None:
        words = "the time servers disagree" if measured.result == "disagree" else "our clock was not compared"
        return f"{words}: {measured.reason}"
    line = (
        f"our clock: add {measured.offset_us / 1000:+.1f} ms ± {measured.uncertainty_us / 1000:.1f} ms to it to have"
        f" the time of {measured.server} ({measured.agreed} of {measured.answered} answers agree,"
        f" {measured.asked} asked)"
    )
    if abs(measured.offset_us) < WRONG_US:
        return line
    way = "behind" if measured.offset_us > 0 else "ahead"
    return f"{line}: it is {abs(measured.offset_us) / 1e6:.1f} s {way}; set it right"


def _note(measured: Measured) -> str:
    return measured.reason[:300] if measured.asked else SWITCHED_OFF
