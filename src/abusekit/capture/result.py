"""The result of one capture: what happened, what was read, and the archive of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from abusekit import __version__
from abusekit.capture import browsed, tls
from abusekit.capture.facts import LISTED_LIMIT, exchange_facts, listed, plan_facts
from abusekit.capture.markers import Match
from abusekit.capture.page import PageTime
from abusekit.capture.page_facts import PageFact, facts_for_item
from abusekit.capture.plan import Plan
from abusekit.capture.secrets import Secret, secrets_in
from abusekit.case.custody import instant_text
from abusekit.case.records import Fidelity
from abusekit.webarchive.exchange import Exchange, Problem
from abusekit.webarchive.wacz import write_wacz
from abusekit.webarchive.warc import Sink

if TYPE_CHECKING:
    from abusekit.browser.visit import Visit

SOFTWARE = f"abusekit {__version__}"

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
HTTP_DATE = re.compile(
    r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (\d\d) ([A-Z][a-z]{2}) (\d{4}) (\d\d):(\d\d):(\d\d) GMT"
)

LISTED_MARKERS = 20

PARTIAL = 206
"""RFC 9110 section 15.3.7: the answer to a request with Range, which is never sent here."""

NO_CONTENT = (204, 205)
"""RFC 9110 sections 15.3.5 and 15.3.6: success, and nothing to see."""


@dataclass(frozen=True, slots=True)
class ServerClock:
    """The server's clock against ours, from the Date header of the final answer. A server may say anything."""

    raw: str
    # the header as sent
    utc: datetime | None
    # its reading; None when it is no IMF-fixdate (RFC 9110 section 5.6.7); resolution 1 s
    offset_ms: int | None
    # server minus our clock when the head had come, in milliseconds; the way and the rounding included


@dataclass(frozen=True, slots=True)
class Requisites:
    """What the page is made of, in numbers."""

    found: int = 0
    # references to http and https, each address once
    fetched: int = 0
    # of them, those that came whole with a 2xx status
    failed: int = 0
    # of them, those that did not; each has a problem
    not_fetched: int = 0
    # of them, those not asked for, because a limit was reached


@dataclass(frozen=True, slots=True)
class Capture:
    """One address, captured or not. Close it when it has been stored."""

    typed: str
    # the address as given
    url: str
    # the address as sent
    outcome: str
    # a label of OUTCOMES; only "complete" is success
    status: int | None
    # of the last answer to the address; None when there was none that was understood
    hops: tuple[str, ...]
    # the addresses asked one after the other, as sent, the first included
    exchanges: tuple[Exchange, ...]
    # the hops first, in their order, then the parts with their own hops
    title: str | None
    # of the page
    text: str | None
    # readable text of the last answer; None when it is no text
    page_times: tuple[PageTime, ...]
    # times that the page names
    requisites: Requisites
    problems: tuple[Problem, ...]
    # everything that keeps the capture from being whole; the first is the outcome's, where it is no success
    retry_after_s: int | None
    # seconds to wait, when the server says so (RFC 9110 section 10.2.3)
    started: datetime
    # UTC, our clock
    ended: datetime
    # UTC, our clock
    plan: Plan
    page_facts: tuple[PageFact, ...] = ()
    # what the page says of itself, each with its place; the page's claims
    markers: tuple[Match, ...] = ()
    # signs of a wall or of something gone, the most certain first
    visit: Visit | None = None
    # what the browser did and saw; None for the plain engine

    @property
    def engine(self) -> str:
        """`http` or `browser`."""
        return "http" if self.visit is None else "browser"

    @property
    def final_url(self) -> str:
        """The last address asked, as sent."""
        return self.hops[-1]

    @property
    def main(self) -> Exchange:
        """The last exchange with the address itself."""
        return self.exchanges[len(self.hops) - 1]

    @property
    def bytes_received(self) -> int:
        """Bytes received in all exchanges, inside of TLS."""
        return sum(one.received.size for one in self.exchanges)

    @property
    def requisites_failed(self) -> int:
        return self.requisites.failed

    @property
    def fidelity(self) -> Fidelity:
        """`exact` when every exchange came whole; `exact-partial` when one was cut, brought nothing, or may be cut.

        In a browser also: `exact-partial` when its own list names answers that were not recorded, `decoded` when
        the bytes are as the browser told them, `artefact-only` when there is a picture and no answer.
        """
        if self.visit is not None and not any(one.status for one in self.exchanges):
            return "artefact-only"
        if any(one.form == "decoded" for one in self.exchanges):
            return "decoded"
        if self.visit is not None and not self.visit.whole:
            return "exact-partial"
        whole = not self.requisites.not_fetched and all(
            one.complete and one.end_stated and one.status != PARTIAL for one in self.exchanges
        )
        return "exact" if whole else "exact-partial"

    @property
    def server_clock(self) -> ServerClock | None:
        """From the last answer to the address; None when it has no Date."""
        last = self.main
        raw = last.header("date")
        if raw is None:
            return None
        utc = http_date(raw)
        offset = round((utc - last.head_at).total_seconds() * 1000) if utc and last.head_at else None
        return ServerClock(raw[:200], utc, offset)

    @property
    def has_content(self) -> bool:
        """True when the answer to the address came whole, and is one that carries content."""
        return self.outcome == "complete" and self.status not in NO_CONTENT

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """Where servers sent cookies or authentication, so that exports can strip them; the first 500."""
        return tuple(islice(secrets_in(self.exchanges), LISTED_LIMIT))

    @property
    def secrets_count(self) -> int:
        """All of them, also those that `secrets` does not list."""
        return sum(1 for _ in secrets_in(self.exchanges))

    def write_wacz(
        self, out: Sink, *, with_text: bool = False, extra: dict[str, bytes] | None = None
    ) -> None:
        """Writes the archive to `out` (only `write` is used); the same capture gives the same bytes.

        with_text: put the readable text into the page list too, for full-text search in replay tools.
        Raises OSError when writing fails.
        """
        write_wacz(
            out,
            self.exchanges,
            created=self.ended,
            software=SOFTWARE,
            title=self.title or self.url,
            main_url=self.url,
            main_at=self.exchanges[0].at,
            text=self.text if with_text else None,
            resources=() if self.visit is None else browsed.resources(self.visit, self.url),
            beside=() if self.visit is None else browsed.beside(self.visit, self.ended),
            extra=extra,
            spool=self.plan.spool,
        )

    def close(self) -> None:
        """Frees the memory and temporary files of the exchanges."""
        for one in self.exchanges:
            one.close()
        if self.visit is not None:
            self.visit.close()

    def facts(self) -> dict[str, Any]:
        """What is known beside the archive, for item.json: the canonical subset of JSON, without floats."""
        clock = self.server_clock
        leaves = dict.fromkeys(one.tls.chain[0] for one in self.exchanges if one.tls and one.tls.chain)
        secrets = list(secrets_in(self.exchanges))
        return {
            "engine": self.engine,
            "software": SOFTWARE,
            "typed": self.typed,
            "url": self.url,
            "final_url": self.final_url,
            "hops": list(self.hops),
            "outcome": self.outcome,
            "status": self.status,
            "fidelity": self.fidelity,
            "title": self.title,
            "page_facts": facts_for_item(self.page_facts),
            "markers": [
                {"kind": one.kind, "marker": one.marker, "confidence": one.confidence, "where": one.where}
                for one in self.markers[:LISTED_MARKERS]
            ],
            "page_times": [{"raw": one.raw, "where": one.where} for one in self.page_times],
            "requisites": {
                "found": self.requisites.found,
                "fetched": self.requisites.fetched,
                "failed": self.requisites.failed,
                "not_fetched": self.requisites.not_fetched,
            },
            "problems": [
                {"label": one.label, "detail": one.detail, "where": one.where} for one in self.problems
            ],
            "secrets": [
                {"exchange": one.exchange, "header": one.header, "name": one.name}
                for one in secrets[:LISTED_LIMIT]
            ],
            "secrets_count": len(secrets),
            "secret_places": browsed.secret_files(self.visit, self.plan),
            "server_clock": {
                "raw": clock.raw,
                "utc": instant_text(clock.utc) if clock.utc else None,
                "offset_ms": clock.offset_ms,
            }
            if clock
            else None,
            "retry_after_s": self.retry_after_s,
            "bytes_received": self.bytes_received,
            "started": instant_text(self.started),
            "ended": instant_text(self.ended),
            "plan": plan_facts(self.plan),
            "certificates": listed(leaves, tls.leaf_facts),
            "certificates_count": len(leaves),
            "browser": None if self.visit is None else browsed.facts(self.visit),
            "exchanges": listed(self.exchanges, exchange_facts),
            "exchanges_count": len(self.exchanges),
        }


def http_date(raw: str) -> datetime | None:
    """An IMF-fixdate as UTC, or None."""
    found = HTTP_DATE.fullmatch(raw.strip())
    if found is None or found[2] not in MONTHS:
        return None
    month = MONTHS.index(found[2]) + 1
    try:
        hour, minute, second = int(found[4]), int(found[5]), int(found[6])
        return datetime(int(found[3]), month, int(found[1]), hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None


def retry_after(raw: str | None, at: datetime | None) -> int | None:
    """Seconds to wait by a Retry-After header (RFC 9110 section 10.2.3), never negative; None without one."""
    if raw is None:
        return None
    text = raw.strip()
    if re.fullmatch(r"[0-9]{1,9}", text):
        return int(text)
    moment = http_date(text)
    if moment is None or at is None:
        return None
    return max(round((moment - at).total_seconds()), 0)
