"""The exchanges of the address itself, found among all that a visit recorded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from urllib.parse import urljoin, urlsplit

from abusekit.browser.egress.link import Connection
from abusekit.browser.inventory import URL_LIMIT, Inventory, Request
from abusekit.browser.run import TYPED, Hop, PageRun
from abusekit.browser.values import cut
from abusekit.webarchive.exchange import Exchange, Problem, Spool


def with_kinds(exchanges: tuple[Exchange, ...], inventory: Inventory) -> tuple[Exchange, ...]:
    """The exchanges with the kind (document, image, fetch…) that the browser tells for their address, where it does."""
    told: dict[tuple[str, str], str] = {}
    for one in inventory.requests:
        told.setdefault((one.method, one.url), one.kind)
    for socket in inventory.sockets:  # ws://… begins as a GET of http://…
        told["GET", "http" + socket.url.partition("#")[0].removeprefix("ws")] = "websocket"
    return tuple(
        replace(one, kind=kind) if not one.kind and (kind := told.get((one.method, one.url), "")) else one
        for one in exchanges
    )


def main_first(
    url: str,
    run: PageRun | None,
    exchanges: tuple[Exchange, ...],
    connections: tuple[Connection, ...],
    started: datetime,
) -> tuple[tuple[Exchange, ...], tuple[str, ...]]:
    """The exchanges with those of the main document in front, one for each hop; and the hops' addresses.

    A hop that was not recorded (no connection came about, or the answer was in a cache) has an exchange without
    bytes that says so: an archive without its main address would be none.
    """
    left = list(exchanges)
    first: list[Exchange] = []
    for hop in _hops(url, run):
        elsewhere = hop.request is not None and hop.request.source != "network"
        found = None if elsewhere else _taken_out(left, hop) or _without_request(left, hop.url)
        first.append(found or _not_recorded(hop, run, connections, started))
    return (*first, *left), tuple(one.url for one in first)


def _hops(url: str, run: PageRun | None) -> list[Hop]:
    found = [
        hop
        for hop in (run.hops if run else ())
        if hop.url.startswith(("http://", "https://")) and hop.reason != "within-document"
    ]
    return found or [Hop(url, None, TYPED)]


def _taken_out(left: list[Exchange], hop: Hop) -> Exchange | None:
    """The exchange that brought this document, taken out of `left`; None where no one can be it.

    A page may ask for its own address, and be given something else: so not any exchange with the address and
    status will do. Those that a script asked for are told by headers that no script can set (Fetch Metadata,
    `Sec-Fetch-Mode` and `-Dest`; sent to https and loopback only); among the others the number of bytes that the
    browser counted decides, then the time.
    """
    told = hop.request
    fits = [
        (_likeness(one, told), number)
        for number, one in enumerate(left)
        if cut(one.url, URL_LIMIT) == hop.url
        and one.method in ("", told.method if told else "GET")
        and (hop.status is None or one.status is None or one.status == hop.status)
        and _asked_for(one) is not False
    ]
    return left.pop(min(fits)[1]) if fits else None


def _likeness(one: Exchange, told: Request | None) -> tuple[bool, bool, float]:
    """The smaller, the likelier."""
    counted = told.received if told is not None and told.ended in ("finished", "redirected") else None
    other_size = counted is not None and one.form == "wire" and one.received.size != counted
    apart = abs((one.at - told.at).total_seconds()) if told is not None and told.at is not None else 0.0
    return _asked_for(one) is None, other_size, apart


def _asked_for(one: Exchange) -> bool | None:
    """Whether the request says that it is for the document of a page; None where it says nothing of the kind."""
    head = one.request.partition(b"\r\n\r\n")[0].lower()
    said = dict(line.split(b": ", 1) for line in head.split(b"\r\n")[1:] if b": " in line)
    if b"sec-fetch-dest" not in said:
        return None
    return said[b"sec-fetch-dest"] == b"document"


def _without_request(left: list[Exchange], address: str) -> Exchange | None:
    """A connection to the host of `address` that failed before anything was asked, such as for its certificate."""
    root = urljoin(address, "/")
    position = next(_positions(left, lambda one: one.url == root and not one.request), None)
    return None if position is None else replace(left.pop(position), url=address)


def _positions(left: list[Exchange], fits: Callable[[Exchange], bool]) -> Iterator[int]:
    return (number for number, one in enumerate(left) if fits(one))


def _not_recorded(
    hop: Hop, run: PageRun | None, connections: tuple[Connection, ...], started: datetime
) -> Exchange:
    """An exchange without a byte, and why there is none."""
    address = "".join(letter for letter in hop.url if letter.isascii())  # without the mark of a cut one
    host = urlsplit(address).hostname or ""
    refused = next((one for one in connections if one.host == host and one.problem is not None), None)
    if refused is not None and refused.problem is not None and hop.status is None:
        problem = Problem(refused.problem.label, refused.problem.detail, address)
        return Exchange(
            address, "GET", refused.at, b"", Spool(), dns=refused.dns, port=refused.port, problem=problem
        )
    why = run.failure if run and run.failure else "the browser told of it, and nothing went over a connection"
    if hop.request is not None and hop.request.source != "network":
        why = f"the document came from a {hop.request.source.replace('-', ' ')}, over no connection"
    return Exchange(address, "GET", started, b"", Spool(), problem=Problem("not-recorded", why, address))
