"""A website of raw sockets that logs every byte it sends and receives: the truth that captures are held to.

A path is answered by a script: a list of steps. `bytes` are sent as they are, a number waits that many
seconds, RESET breaks the connection (RST), HOLD keeps it open and silent, HALF closes it without TLS's
closure alert. After the last step the connection is closed in order.
"""

from __future__ import annotations

import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

RESET = "reset"
HOLD = "hold"
HALF = "half"

Step = bytes | float | str
Script = Iterable[Step]


@dataclass
class Talk:
    """One connection as the server saw it."""

    path: str = ""
    received: bytearray = field(default_factory=bytearray)
    sent: bytearray = field(default_factory=bytearray)


class RawSite:
    """Serves `pages` (path → script, or a function of nothing that gives one) until closed."""

    def __init__(self, context: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> None:
        self.pages: dict[str, Script | Callable[[], Script]] = {}
        self.talks: list[Talk] = []
        self.context = context
        self.host = host
        self.closing = threading.Event()
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.listener = socket.create_server((host, 0), family=family, backlog=64)
        self.port = self.listener.getsockname()[1]
        self.threads: list[threading.Thread] = []
        self.starting = threading.Lock()
        self.thread = threading.Thread(target=self._accept, daemon=True)
        self.thread.start()

    @property
    def base(self) -> str:
        return f"{'https' if self.context else 'http'}://{self.host}:{self.port}"

    def close(self) -> None:
        self.closing.set()
        self.listener.close()
        self._wait()

    def talk(self, path: str) -> Talk:
        """The only connection that asked for `path`, once the server is done with it."""
        self._wait()
        (found,) = [one for one in self.talks if one.path == path]
        return found

    def _wait(self) -> None:
        with self.starting:
            threads = list(self.threads)
        for thread in threads:
            thread.join(5)

    def _accept(self) -> None:
        while not self.closing.is_set():
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            with self.starting:  # whoever waits for the threads sees only started ones, and all of those
                self.threads.append(thread)
                thread.start()

    def _serve(self, connection: socket.socket) -> None:
        talk = Talk()
        self.talks.append(talk)
        connection.settimeout(10)
        try:
            if self.context:
                connection = self.context.wrap_socket(connection, server_side=True)
            while b"\r\n\r\n" not in talk.received:
                data = connection.recv(65536)
                if not data:
                    return
                talk.received += data
            talk.path = talk.received.split(b" ", 2)[1].decode("ascii")
            script = self.pages[talk.path]
            for step in script() if callable(script) else script:
                if self._step(connection, talk, step):
                    return
            if isinstance(connection, ssl.SSLSocket):
                connection = connection.unwrap()
            connection.shutdown(socket.SHUT_WR)
            # Closing with unread bytes would send RST and could destroy what was sent last.
            while connection.recv(65536):
                pass
        except OSError:
            pass
        finally:
            connection.close()

    def _step(self, connection: socket.socket, talk: Talk, step: Step) -> bool:
        """True when the connection ends here."""
        if isinstance(step, bytes):
            talk.sent += step  # before it is sent: whatever arrives is a prefix of this
            connection.sendall(step)
        elif step == RESET:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return True
        elif step == HALF:
            return True
        elif step == HOLD:
            while not self.closing.wait(0.05):
                if _gone(connection):
                    return True
            return True
        else:
            assert isinstance(step, int | float)
            self.closing.wait(step)
        return False


def _gone(connection: socket.socket) -> bool:
    connection.setblocking(False)
    try:
        return not connection.recv(1)
    except (BlockingIOError, ssl.SSLWantReadError):
        return False
    except OSError:
        return True
    finally:
        connection.settimeout(10)


@dataclass(frozen=True)
class TestAuthority:
    """A certificate authority for one test run."""

    __test__ = False
    ca_file: Path
    good: ssl.SSLContext
    wrong_name: ssl.SSLContext
    expired: ssl.SSLContext


def make_authority(folder: Path) -> TestAuthority:
    """A root, and certificates for 127.0.0.1/localhost, for another name, and one that has run out."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    now = datetime.now(UTC)
    root_key = ec.generate_private_key(ec.SECP256R1())
    root_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "abusekit test root")])

    def issue(key: object, subject: x509.Name, names: list[x509.GeneralName], days: int) -> x509.Certificate:
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(root_name)
            .public_key(key.public_key())  # type: ignore[attr-defined]
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=30))
            .not_valid_after(now + timedelta(days=days))
            .add_extension(x509.BasicConstraints(ca=not names, path_length=None), critical=True)
        )
        if names:
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        return builder.sign(root_key, hashes.SHA256())

    root = issue(root_key, root_name, [], 30)
    ca_file = folder / "ca.pem"
    root_pem = root.public_bytes(serialization.Encoding.PEM)
    ca_file.write_bytes(root_pem)

    def context(label: str, names: list[x509.GeneralName], days: int) -> ssl.SSLContext:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, label)])
        leaf = issue(key, subject, names, days)
        path = folder / f"{label}.pem"
        path.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            + leaf.public_bytes(serialization.Encoding.PEM)
            + root_pem
        )
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made.load_cert_chain(path)
        made.set_alpn_protocols(["http/1.1"])
        return made

    local: list[x509.GeneralName] = [x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]
    other: list[x509.GeneralName] = [x509.DNSName("other.example")]
    return TestAuthority(
        ca_file, context("good", local, 30), context("wrong", other, 30), context("old", local, -1)
    )
