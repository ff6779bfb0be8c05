"""One question to one time server: SNTP, RFC 4330 over the packets of RFC 5905.

Nothing in such a packet is signed: whoever is on the way can answer as they like. What is read here is one more
observation of what the time was, to be compared with others. The packet sent holds no time of ours (as
draft-ietf-ntp-data-minimization wants it): 64 random bits stand in its place, which an answer has to repeat.
"""

from __future__ import annotations

import socket
import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

PORT = 123
SIZE = 48
"""Bytes of a packet without extensions; what follows in an answer is not read."""
LONGEST = 1024
"""Bytes of an answer that are looked at."""
MAX_ROOT_DISTANCE_US = 1_000_000
"""Half the way to the reference clock and back, and its dispersion: RFC 5905 MAXDIST."""
ERA_S = 1 << 32
EPOCH = datetime(1900, 1, 1, tzinfo=UTC)
UNSYNCHRONISED = 3
SERVER_MODE = 4
REQUEST_HEAD = bytes([0b00_100_011]) + bytes(39)
"""No leap warning, version 4, mode client; everything else zero, up to the transmit timestamp."""
_PACKET = struct.Struct("!BBbbIII8s8s8s8s")


class AnswerError(Exception):
    """An answer that is of no use. `ours`: it repeats our random bits, so that no better one will come."""

    def __init__(self, reason: str, *, ours: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.ours = ours


@dataclass(frozen=True, slots=True)
class Reply:
    """What one server's clock showed against ours. Unauthenticated: see the module."""

    offset_us: int
    # microseconds: their clock minus ours; positive where ours is behind
    uncertainty_us: int
    # microseconds: half the way there and back, and what the server states of its own way to a reference clock
    delay_us: int
    # microseconds from us to them and back, without the time that they took
    stratum: int
    # steps from a reference clock, 1 to 15, as the server says


def request(nonce: bytes) -> bytes:
    """The packet to send; `nonce`: 8 random bytes in the place of our time."""
    return REQUEST_HEAD + nonce


def read_reply(packet: bytes, nonce: bytes, *, sent: datetime, took_us: int) -> Reply:
    """Judge an answer. `sent`: our clock, UTC; `took_us`: microseconds until the answer came, by a steady clock.

    Raises AnswerError: too short, not an answer to this request (also a replayed one), a kiss-of-death, a server
    that is not synchronised or is too far from its reference, times that cannot be.
    """
    if len(packet) < SIZE:
        raise AnswerError(f"an answer of {len(packet)} bytes, {SIZE} is the least", ours=False)
    head, stratum, _, precision, root_delay, dispersion, code, _, originate, received, transmitted = (
        _PACKET.unpack_from(packet)
    )
    if originate != nonce:
        raise AnswerError("an answer to another request", ours=False)
    if head & 7 != SERVER_MODE or head >> 3 & 7 not in (3, 4):
        raise AnswerError("not the answer of a server of version 3 or 4", ours=True)
    if stratum == 0:
        word = code.to_bytes(4, "big").rstrip(b"\0").decode("ascii", "replace")
        word = word if word.isalnum() and word.isascii() else "?"
        raise AnswerError(f"the server refuses (kiss-of-death {word})", ours=True)
    if head >> 6 == UNSYNCHRONISED or stratum > 15:
        raise AnswerError("the server says that its own clock is not set", ours=True)
    if not any(transmitted) or not any(received):
        raise AnswerError("the server states no time", ours=True)
    there, back = _time(received, sent), _time(transmitted, sent)
    took = timedelta(microseconds=took_us)
    delay = took - (back - there)
    if back < there or delay < -_SLACK:
        raise AnswerError("the server states times that cannot be", ours=True)
    root_us = (root_delay // 2 + dispersion) * 1_000_000 >> 16
    if root_us > MAX_ROOT_DISTANCE_US:
        raise AnswerError("the server is too far from a reference clock", ours=True)
    offset = ((there - sent) + (back - (sent + took))) / 2
    delay_us = max(delay // _US, 0)
    reading_us = 1_000_000 >> -precision if -20 < precision < 0 else 1
    uncertainty_us = (delay_us + 1) // 2 + root_us + reading_us + 1
    return Reply(offset // _US, uncertainty_us, delay_us, stratum)


_US = timedelta(microseconds=1)
_SLACK = timedelta(milliseconds=1)
"""A server's clock that is being slewed, or reads coarsely, may count its own work a little too long."""


def _time(stamp: bytes, near: datetime) -> datetime:
    """A 64-bit timestamp in the era that brings it nearest to our clock: they begin anew in 2036 (RFC 4330, 3)."""
    seconds, fraction = struct.unpack("!II", stamp)
    era = round(((near - EPOCH).total_seconds() - seconds) / ERA_S)
    try:
        return EPOCH + timedelta(seconds=seconds + era * ERA_S, microseconds=fraction * 1_000_000 >> 32)
    except OverflowError as fault:
        raise AnswerError("the server states a time that cannot be", ours=True) from fault


def connected(host: str, port: int) -> socket.socket:
    """A UDP socket that takes packets of that one address and port only. Raises OSError, UnicodeError."""
    fault: OSError | None = None
    for family, kind, protocol, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)[:4]:
        made = socket.socket(family, kind, protocol)
        try:
            made.connect(address)
        except OSError as why:  # such as no IPv6 here
            made.close()
            fault = why
        else:
            return made
    raise fault or OSError(f"{host} has no address")
