"""A name server on loopback that answers TXT questions from a table, and remembers who asked what."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import dns.flags
import dns.message
import dns.rcode
import dns.rrset


@dataclass
class NameServer:
    """`silent`: it hears, and says nothing."""

    records: dict[str, str] = field(default_factory=dict)
    silent: bool = False
    rcode: dns.rcode.Rcode = dns.rcode.NXDOMAIN
    # for names without a record
    authenticated: bool = False
    asked: list[str] = field(default_factory=list)
    address: str = ""
    # as --resolver takes it

    def answer(self, wire: bytes) -> bytes | None:
        query = dns.message.from_wire(wire)
        name = query.question[0].name
        key = name.to_text().rstrip(".").lower()
        self.asked.append(key)
        if self.silent:
            return None
        reply = dns.message.make_response(query)
        reply.flags |= dns.flags.RA | (dns.flags.AD if self.authenticated else 0)
        if key in self.records:
            text = self.records[key]
            pieces = " ".join(f'"{text[at : at + 200]}"' for at in range(0, len(text), 200))
            reply.answer.append(dns.rrset.from_text(name, 60, "IN", "TXT", pieces))
        else:
            reply.set_rcode(self.rcode)
        return reply.to_wire()


@contextmanager
def serving(server: NameServer) -> Iterator[NameServer]:
    class Udp(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            wire, sock = self.request
            back = server.answer(wire)
            if back is not None:
                sock.sendto(back, self.client_address)

    with socketserver.ThreadingUDPServer(("127.0.0.1", 0), Udp) as udp:
        udp.daemon_threads = True
        server.address = f"127.0.0.1:{udp.server_address[1]}"
        threading.Thread(target=udp.serve_forever, args=(0.05,), daemon=True).start()
        try:
            yield server
        finally:
            udp.shutdown()
