"""One query by HTTP: what comes back, and every way in which it can fail, in limited time."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from abusekit.demo.authority import LocalAuthority
from abusekit.demo.timestamp_authority import TimeStampAuthorityServer, Trouble
from abusekit.errors import NetworkError, UsageError
from abusekit.integrity.timestamps.timestamp import check_response, make_request, read_request
from abusekit.net.timestamp_http import check_url, post_query

QUERY = make_request(bytes(32))


def test_an_answer_comes_as_it_was_sent() -> None:
    with TimeStampAuthorityServer("local-a") as authority:
        response = post_query(authority.url, QUERY)
        assert authority.asked == [QUERY] and not authority.faults
        (seen,) = authority.requests
    assert seen.method == "POST" and seen.header("content-type") == "application/timestamp-query"
    assert "cookie" not in dict(seen.headers)
    nonce = read_request(QUERY).nonce
    assert check_response(response, bytes(32), nonce=nonce, roots=authority.root_pem)


TROUBLES = {
    Trouble.SLOW_DRIP: "did not answer within 0.5 s",
    Trouble.HANG: "did not answer within 0.5 s",
    Trouble.SERVER_ERROR: "is HTTP status 500",
    Trouble.WRONG_TYPE: "is no time-stamp reply",
    Trouble.TOO_LARGE: "is longer than",
    Trouble.REDIRECT: "redirect, which is not followed",
    Trouble.RESET: "no connection",
    Trouble.CUT: "cut",
}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_every_trouble_is_one_line_in_time(trouble: Trouble) -> None:
    with TimeStampAuthorityServer("local-a", trouble=trouble) as authority:
        begin = time.monotonic()
        with pytest.raises(NetworkError) as told:
            post_query(authority.url, QUERY, timeout=0.5)
        assert time.monotonic() - begin < 5
        assert len(authority.requests) == 1, "nothing was followed, nothing asked again"
    assert TROUBLES[trouble] in told.value.message and told.value.hint
    assert "127.0.0.1" in told.value.message


def test_the_troubles_are_all_tried() -> None:
    assert {*TROUBLES, Trouble.NONE, Trouble.GARBAGE} == set(Trouble)
    with TimeStampAuthorityServer("local-a", trouble=Trouble.GARBAGE) as authority:
        assert post_query(authority.url, QUERY) == b"<html>maintenance</html>", "it is not looked into here"


@contextmanager
def answering(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server of raw bytes for one connection; gives its address."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with listener:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65_536)
                try:
                    answer(connection)
                except OSError:
                    return

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
    thread.join(5)


OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/timestamp-reply\r\n"


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (b"", "did not come|cut"),
        (b"SSH-2.0-x\r\n\r\n", "not understood"),
        (OK + b"Content-Length: 100\r\n\r\nshort", "cut"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\nff\r\nshort", "cut"),
        (OK + b"Content-Encoding: gzip\r\nContent-Length: 1\r\n\r\nx", "compressed"),
        (b"HTTP/1.1 100 Continue\r\n\r\n" * 40_000, "longer than|not understood|cut"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"a" * 200_000, "not understood"),
        (OK + b"\r\n" + b"a" * (2 << 20), "longer than"),
        (
            b"HTTP/1.1 200 OK\r\nContent-Type: \x1b[31m\r\nContent-Length: 1\r\n\r\nx",
            "no time-stamp reply|not understood",
        ),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx", "no time-stamp reply"),
    ],
)
def test_hostile_answers(raw: bytes, told: str) -> None:
    with (
        answering(lambda connection: connection.sendall(raw)) as url,
        pytest.raises(NetworkError, match=told) as fault,
    ):
        post_query(url, QUERY, timeout=5)
    assert "\x1b" not in fault.value.message


def test_a_body_that_ends_with_the_connection_is_taken() -> None:
    with answering(lambda connection: connection.sendall(OK + b"\r\nabc")) as url:
        assert post_query(url, QUERY) == b"abc"


def test_a_port_on_which_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(NetworkError, match="no connection"):
        post_query(f"http://127.0.0.1:{port}/", QUERY)


@pytest.mark.parametrize(
    "url",
    ["", "tsa.example.org", "ftp://tsa.example.org/", "http://", "http://user:pw@tsa.example.org/", "http://a/#b",
     "http://a b/", "http://a\r\nX: y/", "http://[::1", "http://a:99999/", "file:///etc/passwd", "http://ä/"],
)  # fmt: skip
def test_addresses_that_are_none(url: str) -> None:
    with pytest.raises(UsageError, match="not the address"):
        check_url(url)
    with pytest.raises(UsageError):
        post_query(url, QUERY)


def test_by_https_only_with_a_trusted_certificate(tmp_path: Path) -> None:
    import ssl

    local = LocalAuthority.make(tmp_path, now=datetime.now(UTC))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(local.certificate_file, local.key_file)

    def serve(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as secure:
            secure.recv(65_536)
            secure.sendall(OK + b"Content-Length: 3\r\n\r\nabc")
            secure.unwrap()

    @contextmanager
    def listening() -> Iterator[str]:
        listener = socket.create_server(("127.0.0.1", 0))

        def once() -> None:
            with listener:
                connection, _ = listener.accept()
                with connection:
                    try:
                        serve(connection)
                    except OSError:
                        return

        thread = threading.Thread(target=once, daemon=True)
        thread.start()
        yield f"https://127.0.0.1:{listener.getsockname()[1]}/"
        thread.join(5)

    with listening() as url:
        assert post_query(url, QUERY, extra_ca=local.ca_file) == b"abc"
    with listening() as url, pytest.raises(NetworkError, match="is not trusted"):
        post_query(url, QUERY)
