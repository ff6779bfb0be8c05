"""The file server of a replay: one file, for one reader, on this computer; everything else is refused."""

from __future__ import annotations

import http.client
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from abusekit.net.loopback import LoopbackFile

ORIGIN = "https://replay.example"
CONTENT = bytes(range(256)) * 4096  # 1 MiB


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LoopbackFile]:
    path = tmp_path_factory.mktemp("loopback") / "a.wacz"
    path.write_bytes(CONTENT + b"grown later")
    descriptor = os.open(path, os.O_RDONLY)
    file = LoopbackFile(
        descriptor, len(CONTENT), name="E0001.wacz", media_type="application/wacz", origin=ORIGIN
    )
    with file:
        yield file
    os.close(descriptor)


def ask(
    served: LoopbackFile, method: str = "GET", path: str | None = None, **headers: str
) -> tuple[int, dict[str, str], bytes]:
    parts = urlsplit(served.url)
    assert parts.hostname == "127.0.0.1" and parts.port is not None
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=10)
    try:
        connection.request(
            method, path or parts.path, headers={k.replace("_", "-"): v for k, v in headers.items()}
        )
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


def test_the_whole_file(served: LoopbackFile) -> None:
    status, headers, body = ask(served, Origin=ORIGIN)
    assert (status, body) == (200, CONTENT)
    assert headers["access-control-allow-origin"] == ORIGIN
    assert headers["content-type"] == "application/wacz" and headers["accept-ranges"] == "bytes"
    assert headers["cache-control"] == "no-store"


def test_head_says_the_length_alone(served: LoopbackFile) -> None:
    status, headers, body = ask(served, "HEAD")
    assert (status, headers["content-length"], body) == (200, str(len(CONTENT)), b"")


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=5-9", 5, 10),
        ("bytes=1048570-", 1048570, 1048576),
        ("bytes=-7", 1048569, 1048576),
        ("bytes=-99999999", 0, 1048576),
        ("bytes=9-99999999", 9, 1048576),
    ],
)
def test_one_range(served: LoopbackFile, asked: str, start: int, end: int) -> None:
    status, headers, body = ask(served, Range=asked)
    assert (status, body) == (206, CONTENT[start:end])
    assert headers["content-range"] == f"bytes {start}-{end - 1}/1048576"
    assert ask(served, "HEAD", Range=asked)[1]["content-length"] == str(end - start)


@pytest.mark.parametrize("asked", ["bytes=1048576-", "bytes=9-5", "bytes=-0", "bytes=99999999-"])
def test_no_such_range(served: LoopbackFile, asked: str) -> None:
    status, headers, body = ask(served, Range=asked)
    assert (status, headers["content-range"], body) == (416, "bytes */1048576", b"")


@pytest.mark.parametrize(
    "asked", ["bytes=-", "bytes=0-1,5-6", "items=0-1", "bytes=a-b", "bytes=0x1-2", "bytes=²-3"]
)
def test_what_is_no_single_range_gets_the_whole(served: LoopbackFile, asked: str) -> None:
    assert ask(served, Range=asked.encode().decode("latin-1"))[0] == 200


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/E0001.wacz",
        "/x/E0001.wacz",
        "{}/",
        "{}?x",
        "{}/../E0001.wacz",
        "{}%00",
        "/etc/passwd",
        "*",
    ],
)
def test_nothing_else_is_there(served: LoopbackFile, path: str) -> None:
    status, headers, body = ask(served, path=path.format(urlsplit(served.url).path))
    assert (status, body) == (404, b"")
    assert "access-control-allow-origin" not in headers


@pytest.mark.parametrize("host", ["evil.example", "localhost:1", "127.0.0.1", "evil.example:{port}", ""])
def test_another_name_is_refused(served: LoopbackFile, host: str) -> None:
    """A page whose own name was pointed to 127.0.0.1 sends that name."""
    assert ask(served, Host=host.format(port=urlsplit(served.url).port))[0] == 404


def test_two_names_are_refused(served: LoopbackFile) -> None:
    parts = urlsplit(served.url)
    host = f"{parts.hostname}:{parts.port}"
    with socket.create_connection((parts.hostname, parts.port), timeout=10) as raw:
        raw.sendall(f"GET {parts.path} HTTP/1.1\r\nHost: {host}\r\nHost: evil.example\r\n\r\n".encode())
        assert raw.recv(100).startswith(b"HTTP/1.1 404 ")


def test_other_pages_are_refused(served: LoopbackFile) -> None:
    status, headers, body = ask(served, Origin="https://evil.example")
    assert (status, body) == (404, b"") and "access-control-allow-origin" not in headers
    assert ask(served, Origin="null")[0] == 404
    assert (
        ask(served, "OPTIONS", Origin="https://evil.example", Access_Control_Request_Method="GET")[0] == 403
    )


def test_the_replay_tool_may_ask_before(served: LoopbackFile) -> None:
    status, headers, _ = ask(
        served,
        "OPTIONS",
        Origin=ORIGIN,
        Access_Control_Request_Method="GET",
        Access_Control_Request_Headers="range",
        Access_Control_Request_Private_Network="true",
    )
    assert status == 204
    assert headers["access-control-allow-private-network"] == "true"
    assert headers["access-control-allow-headers"] == "Range"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PROPFIND"])
def test_nothing_can_be_written(served: LoopbackFile, method: str) -> None:
    assert ask(served, method)[0] == 501


def test_garbage_ends_the_connection_and_not_the_server(served: LoopbackFile) -> None:
    parts = urlsplit(served.url)
    for sent in (b"\x16\x03\x01\r\n\r\n", b"GET\r\n\r\n", b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n"):
        with socket.create_connection((parts.hostname, parts.port), timeout=10) as raw:
            raw.sendall(sent)
            raw.recv(4096)
    assert ask(served, "HEAD")[0] == 200


def test_a_file_that_was_cut_is_a_short_body(tmp_path: Path) -> None:
    path = tmp_path / "a.wacz"
    path.write_bytes(b"x" * 100)
    descriptor = os.open(path, os.O_RDONLY)
    with LoopbackFile(descriptor, 200, name="a.wacz", media_type="a/b", origin=ORIGIN) as served:
        with pytest.raises(http.client.IncompleteRead):
            ask(served)
        url = served.url
    os.close(descriptor)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", urlsplit(url).port or 0), timeout=10)
    with pytest.raises(ValueError, match="not being served"):
        _ = served.url


def test_each_address_is_another() -> None:
    names = set()
    for _ in range(3):
        with LoopbackFile(0, 0, name="a.wacz", media_type="a/b", origin=ORIGIN) as served:
            names.add(urlsplit(served.url).path)
    assert len(names) == 3 and all(len(one) > 32 for one in names)
    with pytest.raises(ValueError, match="no plain file name"):
        LoopbackFile(0, 0, name="../a", media_type="a/b", origin=ORIGIN)
