"""The practice site's own account of every byte: what a recorder's bytes are compared with.

Kept above TLS: what the client's and the site's HTTP said, not the records around it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class LoggedExchange:
    """One request and what was sent back for it."""

    connection: int
    # number of the connection, from 1 in the order in which they were accepted
    client_port: int
    # TCP port of the client's side
    tls: bool
    # whether the connection was HTTPS
    number: int
    # from 1, over all connections, in the order in which the requests' heads were complete
    method: str
    # as sent; empty where the request was not understood
    target: str
    # as sent; empty where the request was not understood
    request: bytes
    # head and body as received
    response: bytes
    # head and body as handed to the system; of a web socket the 101 head alone; empty after a reset
    followed: tuple[bytes, bytes] = (b"", b"")
    # of a web socket: what was received, and sent, after the two heads


@dataclass(slots=True)
class _Begun:
    number: int
    method: str
    target: str
    received_from: int
    sent_from: int
    received_to: int
    # ends of what belongs to the exchange, as offsets in the connection's two streams
    switched_at: int | None = None
    # offset in what was sent at which the web socket begins


@dataclass(slots=True)
class ConnectionLog:
    """Everything on one connection; written by that connection's thread alone."""

    number: int
    # from 1, in the order accepted
    client_port: int
    # TCP port of the client's side
    tls: bool
    # whether HTTPS
    received: bytearray = field(default_factory=bytearray)
    # every byte from the client, above TLS
    sent: bytearray = field(default_factory=bytearray)
    # every byte handed to the system for the client, above TLS
    begun: list[_Begun] = field(default_factory=list)
    # the exchanges, in order

    def exchanges(self) -> Iterator[LoggedExchange]:
        """What was asked and answered on this connection so far."""
        for at, one in enumerate(self.begun):
            last = at + 1 == len(self.begun)
            sent_to = len(self.sent) if last else self.begun[at + 1].sent_from
            switched = one.switched_at
            yield LoggedExchange(
                self.number,
                self.client_port,
                self.tls,
                one.number,
                one.method,
                one.target,
                bytes(self.received[one.received_from : one.received_to]),
                bytes(self.sent[one.sent_from : sent_to if switched is None else switched]),
                (b"", b"")
                if switched is None
                else (bytes(self.received[one.received_to :]), bytes(self.sent[switched:])),
            )


class WireLog:
    """The log of a site: `connections` in the order accepted; read it when the clients are done."""

    def __init__(self) -> None:
        self.connections: list[ConnectionLog] = []
        self._lock = threading.Lock()
        self._numbered = 0

    def accept(self, client_port: int, *, tls: bool) -> ConnectionLog:
        """The log of a new connection."""
        with self._lock:
            made = ConnectionLog(len(self.connections) + 1, client_port, tls)
            self.connections.append(made)
        return made

    def begin(self, log: ConnectionLog, method: str, target: str, *, received: tuple[int, int]) -> None:
        """A request was read: bytes `received[0]` to `received[1]` of what this connection received."""
        with self._lock:
            self._numbered += 1
            number = self._numbered
        log.begun.append(_Begun(number, method, target, received[0], len(log.sent), received[1]))

    def exchanges(self) -> tuple[LoggedExchange, ...]:
        """All exchanges so far, in the order in which they were asked."""
        found = [one for log in tuple(self.connections) for one in log.exchanges()]
        return tuple(sorted(found, key=lambda one: one.number))
