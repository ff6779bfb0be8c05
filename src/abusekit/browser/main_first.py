"""The exchanges of the address itself, found among all that a visit recorded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from urllib.parse import urljoin, urlsplit

from abusekit.browser.egress.link import Connection
from abusekit.browser.inventory import Inventory
from abusekit.browser.run import PageRun
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
    wanted = _hops(url, run)
    first: list[Exchange] = []
    for address, status in wanted:
        found = _taken_out(left, address, status) or _without_request(left, address)
        first.append(found or _not_recorded(address, run, connections, started))
    return (*first, *left), tuple(one.url for one in first)


def _hops(url: str, run: PageRun | None) -> list[tuple[str, int | None]]:
    found = [
        (hop.url, hop.status)
        for hop in (run.hops if run else ())
        if hop.url.startswith(("http://", "https://")) and hop.reason != "within-document"
    ]
    return found or [(url, None)]


def _taken_out(left: list[Exchange], address: str, status: int | None) -> Exchange | None:
    """The first exchange with this address (and status, where the browser told one), taken out of `left`."""

    def fits(one: Exchange) -> bool:
        return one.url == address and (status is None or one.status is None or one.status == status)

    position = next(_positions(left, fits), None)
    return None if position is None else left.pop(position)


def _without_request(left: list[Exchange], address: str) -> Exchange | None:
    """A connection to the host of `address` that failed before anything was asked, such as for its certificate."""
    root = urljoin(address, "/")
    position = next(_positions(left, lambda one: one.url == root and not one.request), None)
    return None if position is None else replace(left.pop(position), url=address)


def _positions(left: list[Exchange], fits: Callable[[Exchange], bool]) -> Iterator[int]:
    return (number for number, one in enumerate(left) if fits(one))


def _not_recorded(
    address: str, run: PageRun | None, connections: tuple[Connection, ...], started: datetime
) -> Exchange:
    """An exchange without a byte, and why there is none."""
    host = urlsplit(address).hostname or ""
    refused = next((one for one in connections if one.host == host and one.problem is not None), None)
    if refused is not None and refused.problem is not None:
        problem = Problem(refused.problem.label, refused.problem.detail, address)
        return Exchange(
            address, "GET", refused.at, b"", Spool(), dns=refused.dns, port=refused.port, problem=problem
        )
    why = run.failure if run and run.failure else "the browser told of it, and nothing went over a connection"
    return Exchange(address, "GET", started, b"", Spool(), problem=Problem("not-recorded", why, address))
