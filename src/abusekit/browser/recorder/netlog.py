"""Chromium's own log of its network, read as a recording: the bytes of each connection, inside of TLS.

The browser writes it with `--log-net-log=FILE --net-log-capture-mode=Everything`. What each socket sent and
received is taken from it, and nothing else is needed to know an exchange; what the browser says of it in other
events is left for the cross-check. A log that is not what is expected is refused (`NetLogError`): see
`netlog_table`. Parts of a log were chosen by the site: everything is bounded.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from abusekit.browser.egress.link import Connection
from abusekit.browser.recorder.netlog_draft import Budget
from abusekit.browser.recorder.netlog_exchange import Fault, Found, Upgraded, found_on
from abusekit.browser.recorder.netlog_reader import Reader
from abusekit.browser.recorder.netlog_table import Log, NetLogError, read_log
from abusekit.browser.recorder.one_file import OneFile
from abusekit.webarchive.exchange import Exchange

__all__ = ["Fault", "NetLogError", "Recording", "Upgraded", "read"]

EXCHANGES_LIMIT = 100_000
BYTES_LIMIT = 4 << 30
"""Bytes that are kept of one log, where the caller sets no lower limit."""


@dataclass(frozen=True, slots=True)
class Recording:
    """What a browser's log holds. It shows what this browser says it received: TLS signs no content."""

    exchanges: tuple[Exchange, ...]
    # by the time of their first byte, then as in the log
    upgraded: tuple[Upgraded, ...]
    faults: tuple[Fault, ...]
    cut: bool
    # the log has no end: the browser was killed, and what happened last may be missing
    browser: str
    # "Chromium 156.0.8078.79" as the log says; "" where it says nothing
    events: int
    sockets: int
    idle: int
    # sockets on which the browser asked for nothing
    refused: int
    # sockets that the gate refused without logging them: names that are blocked
    pushed: int
    # HTTP/2 answers that nobody had asked for; Chromium refuses them, and they are not kept
    trailers: int
    # header fields after the body of HTTP/2 answers; they cannot stand in a head and are not kept


def read(
    path: Path, *, connections: Mapping[int, Connection], spool: Path | None, max_bytes: int = BYTES_LIMIT
) -> Recording:
    """The exchanges in the NetLog at `path`.

    `connections`: what the gate knows, by the TCP port on the browser's side. `spool`: the folder for unnamed
    files. `max_bytes`: of bodies and heads kept; what is more is cut, and said so in its exchange.
    Times are the log's: milliseconds, our clock. Raises NetLogError when the log cannot be trusted, OSError when
    the spool cannot be written. What the browser fetched for itself is included. Connections that failed before
    a request was sent are exchanges with an empty request, at the root of their host. Proves nothing about a
    browser that lies: what it says elsewhere is compared by the cross-check.
    """
    with read_log(path) as file:
        log = Log(file)
        reader = Reader(log.table, Budget(OneFile(spool), max_bytes, EXCHANGES_LIMIT))
        for event in log.events():
            reader.take(event)
    used = [one.preamble.foreign for one in reader.sockets.values() if one.used]
    if used and all(used):
        raise NetLogError("none of its connections speaks to the gate")
    found = Found()
    for number in sorted(reader.sockets):
        socket = reader.sockets[number]
        connection = connections.get(socket.local_port) if socket.local_port is not None else None
        found_on(socket, connection, socket.tls(log.table, reader.verdict(socket)), log.table, found)
    return Recording(
        exchanges=tuple(sorted(found.exchanges, key=lambda one: one.at)),
        upgraded=tuple(found.upgraded),
        faults=tuple(found.faults),
        cut=log.cut,
        browser=" ".join(log.table.client.get(name, "") for name in ("name", "version")).strip(),
        events=reader.events,
        sockets=len(reader.sockets),
        idle=found.idle,
        refused=found.refused,
        pushed=found.pushed,
        trailers=found.trailers,
    )
