"""What stays open on the practice site: a web socket (RFC 6455) and a stream of events (HTML, section 9.2)."""

from __future__ import annotations

import base64
import hashlib
import struct
from collections.abc import Callable, Iterator

from abusekit.demo.answers import Answer, SeenRequest, Talk
from abusekit.demo.changes import Network
from abusekit.demo.troubles import notice

KEY_SUFFIX = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
"""What the handshake's digest is made over, after the client's key (RFC 6455 section 1.3)."""
MESSAGES = ("The market opens at eight.", "Rain from noon.", "The number 7 bus is late again.")
"""What the socket says to everyone who comes."""
EVENTS = ("first event", "second event", "third event")
"""What the stream says to everyone who comes; then it stays open and silent."""
STEP_SECONDS = 0.05
"""Between two messages."""
OPEN_SECONDS = 60.0
"""The stream of events ends by itself after this; the browser then comes again."""
MAX_MESSAGE_BYTES = 1 << 20
"""A longer message ends the socket with 1009."""
TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
"""Opcodes (RFC 6455 section 5.2)."""


def accept_key(key: str) -> str:
    """Sec-WebSocket-Accept for a Sec-WebSocket-Key (RFC 6455 section 4.2.2)."""
    made = hashlib.sha1((key + KEY_SUFFIX).encode("latin-1"), usedforsecurity=False).digest()
    return base64.b64encode(made).decode("ascii")


def frame(opcode: int, payload: bytes) -> bytes:
    """A whole message in one frame, not masked, as servers send (RFC 6455 section 5.2)."""
    if len(payload) < 126:
        return struct.pack("!BB", 0x80 | opcode, len(payload)) + payload
    if len(payload) < 1 << 16:
        return struct.pack("!BBH", 0x80 | opcode, 126, len(payload)) + payload
    return struct.pack("!BBQ", 0x80 | opcode, 127, len(payload)) + payload


def _socket(_: Network, seen: SeenRequest, __: str) -> Answer:
    key = seen.header("sec-websocket-key")
    if seen.header("upgrade").lower() != "websocket" or not key or seen.method != "GET":
        return notice(
            426, "A web socket", "Only a script can talk here.", headers=(("Upgrade", "websocket"),)
        )
    agreed = (
        ("Upgrade", "websocket"),
        ("Connection", "Upgrade"),
        ("Sec-WebSocket-Accept", accept_key(key)),
    )
    return Answer(101, b"", "", agreed, talk=_converse)


def _converse(talk: Talk) -> None:
    """Say the messages, ask for a sign of life, then answer what is said until the client closes."""
    for words in MESSAGES:
        talk.send(frame(TEXT, words.encode()))
        if talk.wait(STEP_SECONDS):
            return
    talk.send(frame(PING, b"still there?"))
    for opcode, payload in _messages(talk):
        if opcode == CLOSE:
            talk.send(frame(CLOSE, payload[:2]))
            return
        if opcode == PING:
            talk.send(frame(PONG, payload))
        elif opcode == TEXT:
            talk.send(frame(TEXT, b"you said: " + payload))
        elif opcode == BINARY:
            talk.send(frame(BINARY, payload))


def _messages(talk: Talk) -> Iterator[tuple[int, bytes]]:
    """What the client says, whole messages; a frame that breaks the rules becomes its own CLOSE, with the code."""
    held, kind, whole = b"", 0, b""
    while True:
        while (taken := _take(held)) is None:
            if len(held) > MAX_MESSAGE_BYTES + 14:
                yield CLOSE, struct.pack("!H", 1009)
                return
            received = talk.receive()
            if not received:
                return
            held += received
        first, payload, held = taken
        opcode = first & 0x0F
        if payload is None:  # not masked: section 5.1
            yield CLOSE, struct.pack("!H", 1002)
            return
        if opcode >= CLOSE:
            yield opcode, payload
            continue
        kind, whole = (opcode, payload) if opcode else (kind, whole + payload)
        if len(whole) > MAX_MESSAGE_BYTES:
            yield CLOSE, struct.pack("!H", 1009)
            return
        if first & 0x80:
            yield kind, whole
            whole = b""


def _take(held: bytes) -> tuple[int, bytes | None, bytes] | None:
    """The first byte of a frame, its payload (None where it is not masked), the rest; None: not all is there."""
    if len(held) < 2:
        return None
    length, at = held[1] & 0x7F, 2
    if length >= 126:
        size = 2 if length == 126 else 8
        if len(held) < 2 + size:
            return None
        length, at = int.from_bytes(held[2 : 2 + size], "big"), 2 + size
    if not held[1] & 0x80:
        return held[0], None, b""
    if len(held) < at + 4 + length:
        return None
    mask, coded = held[at : at + 4], held[at + 4 : at + 4 + length]
    plain = bytes(one ^ mask[place % 4] for place, one in enumerate(coded))
    return held[0], plain, held[at + 4 + length :]


def _events(_: Network, __: SeenRequest, ___: str) -> Answer:
    return Answer(200, b"", "text/event-stream; charset=utf-8", (("Cache-Control", "no-store"),), talk=_tell)


def _tell(talk: Talk) -> None:
    for number, words in enumerate(EVENTS, 1):
        talk.send(f"id: {number}\ndata: {words}\n\n".encode())
        if talk.wait(STEP_SECONDS):
            return
    silent = 0.0
    while silent < OPEN_SECONDS and not talk.wait(2.0):
        talk.send(b": still here\n\n")  # fails where the client has gone, which ends the thread
        silent += 2.0


ROUTES: tuple[tuple[str, Callable[[Network, SeenRequest, str], Answer]], ...] = (
    (r"/live/socket", _socket),
    (r"/live/events", _events),
)
"""Pattern of the path, and what answers (network, request, the pattern's group)."""
