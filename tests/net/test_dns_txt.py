"""TXT records asked of a real server on loopback: honest, silent, lying, and too long for UDP."""

from __future__ import annotations

import socket
import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from abusekit.errors import NetworkError, UsageError
from abusekit.net.dns_txt import MOST_NAMES, MOST_SILENT, Answer, ask

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
KEY = "v=DKIM1; p=" + "A" * 300


class _Server:
    """Answers by the first label of the name."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []

    def answer(self, wire: bytes, way: str) -> bytes | None:
        query = dns.message.from_wire(wire)
        name = query.question[0].name
        what = name.labels[0].decode()
        self.asked.append((name.to_text(), way))
        if what == "silent" or what.startswith("mute"):
            return None
        reply = dns.message.make_response(query)
        reply.flags |= dns.flags.RA
        if what in ("good", "signed"):
            reply.answer.append(dns.rrset.from_text(name, 60, "IN", "TXT", f'"{KEY[:200]}" "{KEY[200:]}"'))
        if what == "signed":
            reply.flags |= dns.flags.AD
        elif what == "gone":
            reply.set_rcode(dns.rcode.NXDOMAIN)
        elif what == "broken":
            reply.set_rcode(dns.rcode.SERVFAIL)
        elif what == "alias":
            reply.answer.append(dns.rrset.from_text(name, 60, "IN", "CNAME", "good.example."))
            reply.answer.append(
                dns.rrset.from_text("good.example.", 60, "IN", "TXT", f'"{KEY[:200]}" "{KEY[200:]}"')
            )
        elif what == "halfway":
            reply.answer.append(dns.rrset.from_text(name, 60, "IN", "CNAME", "good.example."))
        elif what == "ring":
            reply.answer.append(dns.rrset.from_text(name, 60, "IN", "CNAME", "ring2.example."))
        elif what == "ring2":
            reply.answer.append(dns.rrset.from_text(name, 60, "IN", "CNAME", "ring.example."))
        elif what == "two":
            reply.answer.append(
                dns.rrset.from_text(name, 60, "IN", "TXT", '"v=DKIM1; p=A"', '"v=DKIM1; p=B"')
            )
        elif what == "beside":
            reply.answer.append(dns.rrset.from_text(name, 60, "IN", "TXT", '"v=DKIM1; p=A"', '"hello"'))
        elif what in ("long", "huge"):
            strings = " ".join(f'"{"A" * 250}"' for _ in range(16 if what == "long" else 80))
            reply.answer.append(dns.rrset.from_text(name, 60, "IN", "TXT", f'"p=" {strings}'))
            if way == "udp":
                reply.answer.clear()
                reply.flags |= dns.flags.TC
        elif what == "wrongid":
            reply.answer.append(dns.rrset.from_text(name, 60, "IN", "TXT", '"p=forged"'))
            reply.id = query.id ^ 1
        elif what == "other":
            reply.question[0].name = dns.name.from_text("good.example.")
            reply.answer.append(dns.rrset.from_text("good.example.", 60, "IN", "TXT", '"p=forged"'))
        elif what == "junk":
            return b"\xff" * 40
        return reply.to_wire(max_size=65535)


@contextmanager
def serving() -> Iterator[tuple[_Server, str]]:
    brain = _Server()

    class Udp(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            wire, sock = self.request
            back = brain.answer(wire, "udp")
            if back is not None:
                sock.sendto(back, self.client_address)

    class Tcp(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            (size,) = struct.unpack("!H", self.rfile.read(2))
            back = brain.answer(self.rfile.read(size), "tcp")
            if back is not None:
                self.wfile.write(struct.pack("!H", len(back)) + back)

    udp = socketserver.ThreadingUDPServer(("127.0.0.1", 0), Udp)
    port = udp.server_address[1]
    tcp = socketserver.ThreadingTCPServer(("127.0.0.1", port), Tcp, bind_and_activate=False)
    tcp.allow_reuse_address = tcp.daemon_threads = udp.daemon_threads = True
    tcp.server_bind()
    tcp.server_activate()
    for server in (udp, tcp):
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield brain, f"127.0.0.1:{port}"
    finally:
        for server in (udp, tcp):
            server.shutdown()
            server.server_close()


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[_Server, str]]:
    with serving() as both:
        yield both


def asked(resolver: str, *names: str, timeout_s: float = 5.0) -> list[Answer]:
    return ask(names, resolver=resolver, timeout_s=timeout_s, clock=lambda: NOW)


def test_a_record_with_everything_that_is_kept_of_it(server: tuple[_Server, str]) -> None:
    (found,) = asked(server[1], "Good.example.")
    assert found == Answer("good.example", KEY, "", server[1], NOW, authenticated_data=False, rcode="NOERROR")
    assert asked(server[1], "signed.example")[0].authenticated_data


@pytest.mark.parametrize(
    ("name", "txt", "problem", "rcode"),
    [
        ("gone.example", None, "no such record", "NXDOMAIN"),
        ("empty.example", None, "no such record", "NOERROR"),
        ("broken.example", None, "the resolver answers SERVFAIL", "SERVFAIL"),
        ("alias.example", KEY, "", "NOERROR"),
        ("halfway.example", KEY, "", "NOERROR"),
        ("ring.example", None, "aliases that lead nowhere", "NOERROR"),
        ("two.example", None, "2 key records of one name, where one has to stand", "NOERROR"),
        ("beside.example", "v=DKIM1; p=A", "", "NOERROR"),
        ("huge.example", None, "the record is longer than any key", "NOERROR"),
    ],
)
def test_answers(server: tuple[_Server, str], name: str, txt: str | None, problem: str, rcode: str) -> None:
    (found,) = asked(server[1], name)
    assert (found.txt, found.problem, found.rcode) == (txt, problem, rcode)


def test_what_is_too_long_for_udp_comes_over_tcp(server: tuple[_Server, str]) -> None:
    (found,) = asked(server[1], "long.example")
    assert found.txt == "p=" + "A" * 4000
    assert server[0].asked[-2:] == [("long.example.", "udp"), ("long.example.", "tcp")]


@pytest.mark.parametrize("name", ["silent.example", "wrongid.example", "other.example", "junk.example"])
def test_answers_that_do_not_fit_the_question_are_none(server: tuple[_Server, str], name: str) -> None:
    (found,) = asked(server[1], name, timeout_s=0.4)
    assert (found.txt, found.problem, found.rcode) == (None, "no answer in time", "")
    assert found.at_utc == NOW


def test_a_silent_resolver_is_left_alone() -> None:
    with serving() as (brain, resolver):
        found = asked(resolver, *(f"mute{number}.example" for number in range(10)), timeout_s=0.2)
    assert len(brain.asked) == MOST_SILENT
    assert [one.problem for one in found[MOST_SILENT:]] == ["not asked: the resolver does not answer"] * (
        10 - MOST_SILENT
    )
    assert found[-1].at_utc is None


def test_two_hundred_names_at_most() -> None:
    with serving() as (brain, resolver):
        found = asked(resolver, *(f"gone.n{number}.example" for number in range(MOST_NAMES + 5)))
    assert len(brain.asked) == MOST_NAMES
    assert [one.problem for one in found[MOST_NAMES:]] == [f"not asked: {MOST_NAMES} names is the most"] * 5


@pytest.mark.parametrize(
    "name", ["", "a", "a b.example", "é.example", "a..example", "-" * 70 + ".x", "x." * 130 + "x", "a\n.b"]
)
def test_names_that_are_no_host_names_are_not_asked(server: tuple[_Server, str], name: str) -> None:
    before = len(server[0].asked)
    (found,) = asked(server[1], name)
    assert found.problem == "not asked: no host name"
    assert len(server[0].asked) == before


def test_nobody_is_there() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
    (found,) = asked(f"127.0.0.1:{port}", "good.example", timeout_s=0.3)
    assert found.txt is None
    assert found.problem


@pytest.mark.parametrize(
    "resolver", ["resolver.example", "", "1.2.3", "1.2.3.4:99999", "1.2.3.4:0", "[::1", "::1:x"]
)
def test_resolvers_that_are_no_addresses(resolver: str) -> None:
    with pytest.raises(UsageError):
        asked(resolver, "good.example")


def test_the_systems_resolver_where_none_is_given(
    server: tuple[_Server, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import dns.resolver

    host, _, port = server[1].partition(":")

    def of_this_test(self: dns.resolver.Resolver, *_: object) -> None:
        self.nameservers = [host]
        self.port = int(port)

    monkeypatch.setattr(dns.resolver.Resolver, "read_resolv_conf", of_this_test)
    (found,) = ask(["good.example"], resolver=None, timeout_s=5, clock=lambda: NOW)
    assert found.txt == KEY
    assert found.resolver == server[1]

    def none(self: dns.resolver.Resolver, *_: object) -> None:
        raise dns.resolver.NoResolverConfiguration

    monkeypatch.setattr(dns.resolver.Resolver, "read_resolv_conf", none)
    with pytest.raises(NetworkError):
        ask(["good.example"], resolver=None, timeout_s=5, clock=lambda: NOW)
