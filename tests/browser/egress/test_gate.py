"""The gate against real sockets on loopback: where it lets through, where it refuses, what it counts."""

from __future__ import annotations

import contextlib
import os
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from ipaddress import ip_network
from typing import Any

import pytest
from running import CountingSite, running

from abusekit.browser.egress.gate import Gate
from abusekit.net.policy import AddressPolicy

LOOPBACK = AddressPolicy((ip_network("127.0.0.1/32"), ip_network("::1/128")))


class Echo:
    """A server that sends back what it gets, and counts its visitors."""

    def __init__(self, host: str = "127.0.0.1", *, reset: bool = False) -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.door = socket.create_server((host, 0), family=family, backlog=128)
        self.port = self.door.getsockname()[1]
        self.visitors = 0
        self.reset = reset
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        while True:
            try:
                visitor, _ = self.door.accept()
            except OSError:
                return
            self.visitors += 1
            threading.Thread(target=self._serve, args=(visitor,), daemon=True).start()

    def _serve(self, visitor: socket.socket) -> None:
        with visitor:
            try:
                while data := visitor.recv(65_536):
                    visitor.sendall(data)
                    if self.reset:
                        visitor.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                        return
            except OSError:
                return

    def close(self) -> None:
        self.door.shutdown(socket.SHUT_RDWR)
        self.door.close()


@pytest.fixture
def echo() -> Iterator[Echo]:
    made = Echo()
    yield made
    made.close()


@contextmanager
def gate_for(
    typed: tuple[str, int], policy: AddressPolicy = LOOPBACK, *, seconds: float = 20, **options: Any
) -> Iterator[Gate]:
    options.setdefault("max_bytes", 1 << 26)
    before = threading.active_count()
    with Gate(
        policy,
        typed=typed,
        ends_at=time.monotonic() + seconds,
        now=lambda: datetime.now(UTC),
        monotonic=time.monotonic,
        **options,
    ) as gate:
        yield gate
    assert not [one for one in threading.enumerate() if one.name == "gate"], before


def ask(gate: Gate, host: str, port: int, *, command: int = 1) -> tuple[int, socket.socket]:
    """Speaks SOCKS 5 as Chromium does; the reply code and the connection."""
    made = socket.create_connection(("127.0.0.1", gate.port), timeout=20)
    made.sendall(b"\x05\x01\x00")
    assert made.recv(2) == b"\x05\x00"
    name = host.encode()
    made.sendall(bytes((5, command, 0, 3, len(name))) + name + port.to_bytes(2, "big"))
    answer = made.recv(10)
    assert answer[0] == 5 and len(answer) == 10
    return answer[1], made


def test_bytes_pass_unaltered_and_are_counted(echo: Echo) -> None:
    sent = bytes(range(256)) * 8192  # 2 MiB: more than the buffers of the sockets hold
    with gate_for(("localhost", echo.port)) as gate:
        code, connection = ask(gate, "LOCALHOST.", echo.port)
        assert code == 0
        threading.Thread(
            target=lambda: (connection.sendall(sent), connection.shutdown(socket.SHUT_WR)), daemon=True
        ).start()
        received = b""
        while data := connection.recv(1 << 20):
            received += data
        port = connection.getsockname()[1]
        connection.close()
        assert received == sent
    (logged,) = gate.connections()
    assert (logged.client_port, logged.host, logged.port) == (port, "localhost", echo.port)
    assert logged.ip in logged.dns and logged.ip in ("127.0.0.1", "::1")
    assert (logged.bytes_sent, logged.bytes_received, logged.problem) == (len(sent), len(sent), None)
    assert logged.at.tzinfo is UTC and not gate.exceeded and not gate.late


def test_ipv6_and_the_other_address_types() -> None:
    echo = Echo("::1")
    with gate_for(("[0:0::1]", echo.port), AddressPolicy(allow_private=True)) as gate:
        code, connection = ask(gate, "::1", echo.port)
        connection.sendall(b"hello")
        assert (code, connection.recv(5)) == (0, b"hello")
        connection.close()
        with socket.create_connection(("127.0.0.1", gate.port), timeout=20) as raw:
            raw.sendall(b"\x05\x01\x00")
            raw.recv(2)
            raw.sendall(b"\x05\x01\x00\x04" + bytes(15) + b"\x01" + echo.port.to_bytes(2, "big"))
            assert raw.recv(10)[1] == 0
    assert [one.ip for one in gate.connections()] == ["::1", "::1"]
    echo.close()


def test_private_addresses_are_refused_before_anything_is_sent(echo: Echo) -> None:
    with gate_for(("example.org", 443), AddressPolicy()) as gate:
        for host in ("127.0.0.1", "localhost", "::1", "0.0.0.0", "127.1", "169.254.169.254"):  # noqa: S104
            code, connection = ask(gate, host, echo.port)
            connection.close()
            assert code == 2, host
    assert echo.visitors == 0
    logged = gate.connections()
    assert {one.problem.label for one in logged if one.problem} == {"refused-address"} and len(logged) == 6
    assert logged[0].dns == ("127.0.0.1",) and logged[0].ip is None


def test_the_permission_for_the_typed_address_is_not_the_pages(echo: Echo) -> None:
    other = Echo()
    with gate_for(("localhost", echo.port), AddressPolicy(allow_private=True)) as gate:
        early, first = ask(gate, "127.0.0.1", echo.port)  # before the typed name has led anywhere
        codes = [ask(gate, host, port) for host, port in (
            ("localhost", echo.port), ("127.0.0.1", echo.port), ("localhost", other.port),
            ("127.0.0.1", other.port), ("127.0.0.2", echo.port), ("10.0.0.1", echo.port),
        )]  # fmt: skip
        assert (early, [code for code, _ in codes]) == (2, [0, 0, 2, 2, 2, 2])
        for _, connection in [(early, first), *codes]:
            connection.close()
    assert other.visitors == 0
    other.close()


def test_a_name_is_resolved_once(echo: Echo, monkeypatch: pytest.MonkeyPatch) -> None:
    real, asked = socket.getaddrinfo, []

    def answer(host: str, *rest: Any, **options: Any) -> Any:
        if host != "rebound.test":
            return real(host, *rest, **options)
        asked.append(host)
        return real("127.0.0.1" if len(asked) == 1 else "127.0.0.9", *rest, **options)

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    with gate_for(("rebound.test", echo.port), AddressPolicy(allow_private=True)) as gate:
        for _ in range(3):
            code, connection = ask(gate, "rebound.test", echo.port)
            connection.close()
            assert code == 0
    assert len(asked) == 1 and {one.ip for one in gate.connections()} == {"127.0.0.1"}


def test_a_silent_resolver_stops_nobody_else(echo: Echo, monkeypatch: pytest.MonkeyPatch) -> None:
    real, free = socket.getaddrinfo, threading.Event()

    def answer(host: str, *rest: Any, **options: Any) -> Any:
        if host.endswith(".slow.test"):
            free.wait(20)
            raise socket.gaierror(-2, "no such name")
        return real(host, *rest, **options)

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    with gate_for(("127.0.0.1", echo.port), seconds=1.5) as gate:
        waiting = []
        for number in range(20):
            one = socket.create_connection(("127.0.0.1", gate.port), timeout=20)
            one.sendall(b"\x05\x01\x00")
            name = f"n{number}.slow.test".encode()
            one.recv(2)
            one.sendall(bytes((5, 1, 0, 3, len(name))) + name + b"\x01\xbb")
            waiting.append(one)
        began = time.monotonic()
        code, connection = ask(gate, "127.0.0.1", echo.port)
        assert code == 0 and time.monotonic() - began < 1
        connection.close()
        assert {one.recv(10)[1] for one in waiting} == {6}  # at the time limit of the address
        for one in waiting:
            one.close()
        labels = [one.problem.label for one in gate.connections() if one.problem]
        assert labels == ["timeout"] * 20 and gate.late
    free.set()


def test_names_without_an_address_and_ports_without_a_server() -> None:
    closed = socket.create_server(("127.0.0.1", 0))
    port = closed.getsockname()[1]
    closed.close()
    with gate_for(("127.0.0.1", port)) as gate:
        codes = []
        for host in ("no-such-host.invalid", "127.0.0.1", "x" * 64 + ".test"):
            code, connection = ask(gate, host, port)
            connection.close()
            codes.append(code)
    assert codes == [4, 5, 4]
    labels = [one.problem.label for one in gate.connections() if one.problem]
    assert labels == ["dns-failure", "connect-failure", "dns-failure"]


def test_the_byte_limit_breaks_everything_off(echo: Echo) -> None:
    with gate_for(("127.0.0.1", echo.port), max_bytes=100_000) as gate:
        _, idle = ask(gate, "127.0.0.1", echo.port)
        _, connection = ask(gate, "127.0.0.1", echo.port)
        connection.sendall(bytes(70_000))
        received = 0
        with pytest.raises(ConnectionResetError):
            while data := connection.recv(65_536):
                received += len(data)
            pytest.fail("the cut looked like an orderly end")
        with pytest.raises(ConnectionResetError):
            idle.recv(1)
        code, late = ask(gate, "127.0.0.1", echo.port)
        assert code == 2
        for one in (idle, connection, late):
            one.close()
    assert gate.exceeded and received <= 30_000
    logged = gate.connections()
    assert [one.problem.label for one in logged if one.problem] == ["too-large"] * 3
    assert sum(one.bytes_sent + one.bytes_received for one in logged) <= 100_000


def test_the_time_limit_breaks_an_open_connection(echo: Echo) -> None:
    with gate_for(("127.0.0.1", echo.port), seconds=0.5) as gate:
        _, connection = ask(gate, "127.0.0.1", echo.port)
        began = time.monotonic()
        with pytest.raises(ConnectionResetError):
            connection.recv(1)
        assert time.monotonic() - began < 2
        connection.close()
    (logged,) = gate.connections()
    assert logged.problem is not None and logged.problem.label == "timeout" and gate.late


def test_a_reset_of_the_site_stays_a_reset() -> None:
    rude = Echo(reset=True)
    with gate_for(("127.0.0.1", rude.port)) as gate:
        _, connection = ask(gate, "127.0.0.1", rude.port)
        connection.sendall(b"half an answer")
        received = b""
        with pytest.raises(ConnectionResetError):
            while data := connection.recv(100):
                received += data
            pytest.fail("the reset looked like an orderly end")
        assert received == b"half an answer"
        connection.close()
    rude.close()


def test_blocked_names_are_counted_apart_but_never_the_typed_one(echo: Echo) -> None:
    blocked = frozenset({"update.example", "localhost"})
    with gate_for(("localhost", echo.port), blocked=blocked) as gate:
        for _ in range(2):
            code, connection = ask(gate, "Update.example", 443)
            connection.close()
            assert code == 2
        code, connection = ask(gate, "localhost", echo.port)
        connection.close()
        assert code == 0
    assert gate.refused_names() == {"update.example": 2}
    assert [one.host for one in gate.connections()] == ["localhost"]


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", b""),
        (b"\x04\x01\x00\x50\x7f\x00\x00\x01\x00", b""),
        (b"\x05\x01\x02", b"\x05\xff"),
        (b"\x05\x01\x00\x05\x02\x00\x01\x7f\x00\x00\x01\x00\x50", b"\x05\x00\x05\x07"),  # BIND
        (b"\x05\x01\x00\x05\x03\x00\x01\x7f\x00\x00\x01\x00\x50", b"\x05\x00\x05\x07"),  # UDP ASSOCIATE
        (b"\x05\x01\x00\x05\x01\x00\x09\x7f\x00\x00\x01\x00\x50", b"\x05\x00\x05\x08"),
        (b"\x05\x01\x00\x05\x01\x00\x03\x03a\x00b\x00\x50", b"\x05\x00\x05\x01"),
        (b"\x05\x01\x00\x05\x01\x00\x03\x00\x00\x50", b"\x05\x00\x05\x01"),
    ],
)
def test_what_is_no_request_to_connect_is_refused(words: bytes, answer: bytes) -> None:
    with gate_for(("127.0.0.1", 80)) as gate:
        with socket.create_connection(("127.0.0.1", gate.port), timeout=20) as raw:
            raw.sendall(words)
            received = b""
            while data := raw.recv(100):
                received += data
        assert received[:4] == answer
        assert gate.connections() == ()


def test_a_hundred_connections_at_once_byte_by_byte(echo: Echo) -> None:
    with gate_for(("127.0.0.1", echo.port)) as gate:
        made = []
        for _ in range(100):
            one = socket.create_connection(("127.0.0.1", gate.port), timeout=20)
            for byte in b"\x05\x01\x00":
                one.sendall(bytes((byte,)))
            made.append(one)
        for one in made:
            assert one.recv(2) == b"\x05\x00"
            one.sendall(b"\x05\x01\x00\x01\x7f\x00\x00\x01" + echo.port.to_bytes(2, "big"))
        for number, one in enumerate(made):
            assert one.recv(10)[1] == 0
            one.sendall(bytes((number,)))
        assert [one.recv(1)[0] for one in made] == list(range(100))
        for one in made:
            one.close()
    logged = gate.connections()
    assert len(logged) == 100 and len({one.client_port for one in logged}) == 100 and echo.visitors == 100


def test_only_the_browsers_user_is_heard(echo: Echo) -> None:
    with gate_for(("127.0.0.1", echo.port)) as gate:
        code, early = ask(gate, "127.0.0.1", echo.port)
        assert code == 0
        assert gate.only_user(None)
        early.sendall(b"ours")
        assert early.recv(4) == b"ours"
        other = ask(gate, "127.0.0.1", echo.port)[1]
        other.sendall(b"?")
        assert other.recv(1) == b"?"  # the server has let it in, and counted it
        other.close()
        assert gate.strangers == 0
        visitors = echo.visitors
        assert gate.only_user(os.geteuid() + 1)
        with contextlib.suppress(ConnectionResetError):
            assert early.recv(4) == b""  # what was open before is ended
        with pytest.raises((ConnectionError, AssertionError)):
            ask(gate, "127.0.0.1", echo.port)
        assert gate.strangers == 2 and echo.visitors == visitors
        early.close()
    assert len(gate.connections()) == 2


def test_a_browser_is_let_in_as_its_user() -> None:
    site = CountingSite()
    with running(typed=("127.0.0.1", site.port), unsafe_no_sandbox=False) as browser:
        assert browser.gate.only_user(browser.process.user)
        page = browser.page(f"http://127.0.0.1:{site.port}/")
        assert browser.until(page, "document.title === 'here'")
        assert browser.gate.strangers == 0
        browser.gate.only_user(os.geteuid() if browser.process.user is not None else os.geteuid() + 1)
        browser.evaluate(page, "fetch('/again').catch(() => 0)")
        assert browser.gate.strangers > 0
    assert "/again" not in [path for path, _ in site.asked]
    site.close()
