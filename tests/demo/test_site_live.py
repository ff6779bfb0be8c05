"""The web socket and the stream of events, spoken byte by byte (RFC 6455; HTML section 9.2)."""

from __future__ import annotations

import os
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from site_client import status_of

from abusekit.demo.live import EVENTS, MESSAGES, accept_key, frame
from abusekit.demo.site import PracticeSite


class Client:
    """A masked client on a raw socket."""

    def __init__(self, raw: socket.socket) -> None:
        self.stream = raw.makefile("rb")
        self.raw = raw

    def say(self, opcode: int, payload: bytes, *, last: bool = True, masked: bool = True) -> None:
        mask = os.urandom(4)
        head = bytes([(0x80 if last else 0) | opcode])
        bit = 0x80 if masked else 0
        if len(payload) < 126:
            head += bytes([bit | len(payload)])
        elif len(payload) < 65_536:
            head += struct.pack("!BH", bit | 126, len(payload))
        else:
            head += struct.pack("!BQ", bit | 127, len(payload))
        coded = bytes(one ^ mask[at % 4] for at, one in enumerate(payload))
        self.raw.sendall(head + (mask + coded if masked else payload))

    def hear(self) -> tuple[int, bytes]:
        first, length = self.stream.read(2)
        if length == 126:
            (length,) = struct.unpack("!H", self.stream.read(2))
        elif length == 127:
            (length,) = struct.unpack("!Q", self.stream.read(8))
        return first & 0x0F, self.stream.read(length)


@contextmanager
def dialled(site: PracticeSite) -> Iterator[Client]:
    host, port = site.base_url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as raw:
        raw.sendall(
            b"GET /live/socket HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        )
        client = Client(raw)
        head = []
        while line := client.stream.readline().strip():
            head.append(line)
        assert head[0] == b"HTTP/1.1 101 Switching Protocols"
        assert b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" in head
        assert not any(line.lower().startswith((b"content-", b"connection: close")) for line in head)
        yield client
        client.stream.close()


def opened(client: Client) -> None:
    """Hear what everyone hears."""
    assert [client.hear() for _ in MESSAGES] == [(1, words.encode()) for words in MESSAGES]
    assert client.hear() == (9, b"still there?")


def test_the_key_of_the_standard() -> None:
    assert accept_key("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="  # RFC 6455 section 1.3


def test_a_conversation(site: PracticeSite) -> None:
    with dialled(site) as client:
        opened(client)
        client.say(10, b"still there?")
        client.say(1, "café".encode())
        assert client.hear() == (1, "you said: café".encode())
        client.say(9, b"p")
        assert client.hear() == (10, b"p")
        client.say(1, b"a lo", last=False)
        client.say(9, b"between")
        client.say(0, b"ng word")
        assert client.hear() == (10, b"between")
        assert client.hear() == (1, b"you said: a long word")
        for size in (126, 70_000):
            client.say(2, b"z" * size)
            assert client.hear() == (2, b"z" * size)
        client.say(8, struct.pack("!H", 1000) + b"bye")
        assert client.hear() == (8, struct.pack("!H", 1000))
        assert client.stream.read() == b""


@pytest.mark.parametrize(("masked", "size", "code"), [(False, 3, 1002), (True, (1 << 20) + 100, 1009)])
def test_rules_of_the_socket(site: PracticeSite, masked: bool, size: int, code: int) -> None:
    with dialled(site) as client:
        opened(client)
        client.say(1, b"x" * size, masked=masked)
        assert client.hear() == (8, struct.pack("!H", code))


def test_frames_have_three_forms_of_length() -> None:
    assert frame(1, b"Hello") == bytes.fromhex("810548656c6c6f")  # RFC 6455 section 5.7
    assert frame(2, b"x" * 256)[:4] == bytes.fromhex("827e0100")
    assert frame(2, b"x" * 65_536)[:10] == bytes.fromhex("827f0000000000010000")


def test_without_upgrade_it_is_a_page(site: PracticeSite) -> None:
    assert status_of(site.base_url + "/live/socket") == 426


def test_events_come_and_the_stream_stays_open(site: PracticeSite) -> None:
    host, port = site.base_url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as raw:
        raw.sendall(b"GET /live/events HTTP/1.1\r\nHost: x\r\n\r\n")
        got = b""
        while EVENTS[-1].encode() not in got:
            got += raw.recv(4096)
        head, _, events = got.partition(b"\r\n\r\n")
        assert b"Content-Type: text/event-stream" in head and b"Content-Length" not in head
        assert events.startswith(b"id: 1\ndata: first event\n\nid: 2\n")
        raw.settimeout(0.2)
        with pytest.raises(TimeoutError):
            raw.recv(4096)
        begun = time.monotonic()
        site.stop()
        assert time.monotonic() - begun < 2, "an open stream does not hold the site"
