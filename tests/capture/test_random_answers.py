"""Random answers, half HTTP and half not: never an exception, and never an archive that fails its own check."""

from __future__ import annotations

import random
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from abusekit.capture.deposit import Request, deposit
from abusekit.capture.http import record
from abusekit.capture.outcome import OUTCOMES
from abusekit.capture.plan import Plan
from abusekit.case.canonical import encode
from abusekit.case.intake import Draft
from abusekit.net.policy import AddressPolicy
from abusekit.webarchive import wacz_check

STARTS = (
    b"HTTP/1.1 200 OK", b"HTTP/1.0 200", b"HTTP/1.1 302 Go", b"HTTP/1.1 100 On", b"HTTP/1.1 103 Hints",
    b"HTTP/1.1 101 Switch", b"HTTP/1.1 204 No", b"HTTP/1.1 205 Reset", b"HTTP/1.1 206 Part", b"HTTP/1.1 304 Not",
    b"HTTP/1.1 429 Slow", b"HTTP/1.1 999 ?", b"HTTP/2.7 200 OK", b"HTTP/0.9 200 OK", b"HTTP/1.2 200 OK",
    b"HTTP/1.1\t200 OK", b"HTTP/1.1 200\tOK", b"HTTP/1.1  200 OK", b"HTTP/1.1 20 OK", b"HTTP/1.1 2000 OK",
    b"http/1.1 200 OK", b"HTTP/1.1 200 \xff\xe9", b"HTTP/1.1 200", b"HTTP/1.1 200 ",
)  # fmt: skip
HEADERS = (
    b"Content-Type: text/html", b"Content-Type: text/html; charset=utf-16", b"content-type: text/css",
    b"Content-Type: a b/\xff", b"Content-Length: 20", b"Content-Length: 0", b"Content-Length: 5, 5",
    b"Transfer-Encoding: chunked", b"Transfer-Encoding: CHUNKED", b"Transfer-Encoding: gzip",
    b"Content-Encoding: gzip", b"Content-Encoding: br", b"Content-Encoding: deflate, br",
    b"Content-Encoding: deflate, zstd", b"Content-Encoding: identity, gzip, deflate", b"Location: /x",
    b"Location: //\xff/", b"Location: http://[::1/", b"Location: http://127.0.0.1:0/", b"Location: javascript:1",
    b"Date: Mon, 01 Jan 0001 00:00:00 GMT", b"Date: Fri, 31 Dec 9999 23:59:59 GMT",
    b"Date: Mon, 32 Jan 2026 00:00:00 GMT",
    b"Retry-After: 99999999999", b"Retry-After: Fri, 31 Dec 9999 23:59:59 GMT", b"Set-Cookie: a=b", b"Set-Cookie: ",
    b"X: \xe9\xff", b"X:", b" folded", b"A:b\r\n\tc", b"Bad : x", b"Upgrade: h2c",
    b"X: a\0b", b"WWW-Authenticate: Basic",
)  # fmt: skip
BODIES = (
    b"<title>&#xD800;\0\x9b</title>", b"<time datetime=0001-01-01>", b"<time datetime=9999-12-31T23:59:59-12:00>",
    b"<time datetime='2026-01-01T00:00:00+99:99'>", b"<time datetime=2026-W01-1T10>", b"<img src='http://['>",
    b"<script type=application/ld+json>{'x':1}{\"datePublished\":\"\\ud800\"}</script>", b"<base href='//:99999'>",
    b"<script type=application/ld+json>{\"datePublished\":\"\\ud800 2026\"}</script>", b"<img src=/p><img src=/q>",
    b"5\r\nhello\r\n0\r\n\r\n", b"0\r\n\r\n", b"\r\n\r\n", b"\n\n", b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 20,
    b"\x1f\x8b\x08\0\0\0\0\0\0\3", b"\xff\xfe<\0p\0", b"\x78\x9c",
)  # fmt: skip


def answer(seed: int) -> bytes:
    """One server's answer, always the same for a seed."""
    rnd = random.Random(seed)
    line = rnd.choice((b"\r\n", b"\r\n", b"\n"))
    made = b""
    for _ in range(rnd.choice((1, 1, 1, 2, 3))):
        start = rnd.choice(STARTS) if rnd.random() < 0.6 else STARTS[0]
        lines = [start, *(rnd.choice(HEADERS) for _ in range(rnd.randrange(5)))]
        made += line.join(lines) + rnd.choice((line + line, line + line, b"\n\n", b"\n\r\n"))
    made += b"".join(rnd.choice(BODIES) for _ in range(rnd.randrange(5)))
    if rnd.random() < 0.2:
        spot = rnd.randrange(len(made))
        made = made[:spot] + bytes([rnd.randrange(256)]) + made[spot + 1 :]
    return made


class Chaos:
    """A server that gives `answer` to whoever connects, whatever is asked."""

    def __init__(self) -> None:
        self.answer = b""
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=16)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with connection:
                try:
                    connection.settimeout(2)
                    connection.recv(65536)
                    connection.sendall(self.answer)
                    connection.shutdown(socket.SHUT_WR)
                    connection.recv(1)
                except OSError:
                    continue


@pytest.fixture
def chaos() -> Iterator[Chaos]:
    made = Chaos()
    yield made
    made.listener.close()


@pytest.mark.parametrize("first", [0, 200, 400])
def test_whatever_a_server_answers_is_stored_in_order(first: int, chaos: Chaos, tmp_path: Path) -> None:
    plan = Plan(
        deadline_s=3, max_requisites=3, max_redirects=2, policy=AddressPolicy((), True), spool=tmp_path
    )
    outcomes: Counter[str] = Counter()
    for seed in range(first, first + 200):
        chaos.answer = answer(seed)
        address = f"http://127.0.0.1:{chaos.port}/a"
        one = record(address, plan, now=lambda: datetime.now(UTC))
        folder = tmp_path / str(seed)
        folder.mkdir()
        draft = Draft(folder, "capture")
        deposit(draft, Request(address), one)
        one.close()
        encode(
            [draft.facts, draft.problems, draft.method, draft.source, [fact.moment for fact in draft.dated]]
        )
        assert wacz_check.check((folder / "capture.wacz").read_bytes()) == [], (seed, chaos.answer)
        outcomes[one.outcome] += 1
    assert outcomes.keys() <= dict(OUTCOMES).keys()
    assert len(outcomes) >= 5 and outcomes["complete"] >= 10  # it is varied, and not all refused
