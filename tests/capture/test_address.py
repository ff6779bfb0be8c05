"""Addresses: what is refused, and what is sent for what was typed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abusekit.capture.address import RefusedSchemeError, check_address, redirected, target
from abusekit.errors import InputError


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("http://example.org", "http://example.org/"),
        ("HTTP://Example.ORG/A?b=C#d", "http://example.org/A?b=C"),
        ("https://example.org:443/", "https://example.org/"),
        ("https://example.org:8443", "https://example.org:8443/"),
        ("http://example.org?utm_source=x&fbclid=y", "http://example.org/?utm_source=x&fbclid=y"),
        ("http://example.org/a/../b/./%7e", "http://example.org/a/../b/./%7e"),
        ("http://bücher.example/ü?ü", "http://xn--bcher-kva.example/%C3%BC?%C3%BC"),
        ("http://[::1]:8080/x", "http://[::1]:8080/x"),
        ("http://127.0.0.1.:1/", "http://127.0.0.1.:1/"),
        ("http://１２７.0.0.1/", "http://127.0.0.1/"),
        ('http://example.org/"<>{}`|^', "http://example.org/%22%3C%3E%7B%7D%60|^"),
        ("http://example.org/😀", "http://example.org/%F0%9F%98%80"),
    ],
)
def test_wire_form(typed: str, sent: str) -> None:
    check_address(typed)
    assert target(typed).url == sent


def test_parts() -> None:
    found = target("https://[::1]:8443/a?b#c")
    assert (found.host, found.port, found.host_header, found.request_target) == (
        "::1",
        8443,
        "[::1]:8443",
        "/a?b",
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "example.org",
        "//example.org/",
        "http:/example.org",
        "http://",
        "http:///path",
        "http://user@example.org/",
        "http://user:pw@example.org/",
        "http://example.org\\@evil.example/",
        "http:\\\\example.org",
        "http://example.org/a b",
        " http://example.org/",
        "http://example.org/\n",
        "http://exa\tmple.org/",
        "http://example.org/\r\nHost: x",
        "http://example.org/\0",
        "http://example.org/\x1b[2J",
        "http://example.org/\u202egro.elpmaxe",
        "http://example.org/\u00a0",
        "http://example.org/\u2028",
        "http://exa\u00admple.org/",
        "http://example.org/\ud800",
        "http://example.org:0/",
        "http://example.org:65536/",
        "http://example.org:x/",
        "http://example.org:-1/",
        "http://example.org:１/",
        "http://exa%6dple.org/",
        "http://example..org/",
        "http://-example.org/",
        "http://[::1/",
        "http://[::1]x/",
        "http://[fe80::1%25eth0]/",
        "http://" + "a" * 64 + ".ü/",
        "http://example.org/" + "a" * 8000,
    ],
)
def test_refused(text: str) -> None:
    with pytest.raises(InputError):
        check_address(text)


@pytest.mark.parametrize(
    "text", ["ftp://a/", "file:///etc/passwd", "javascript:alert(1)", "data:text/html,x"]
)
def test_other_schemes(text: str) -> None:
    with pytest.raises(RefusedSchemeError):
        check_address(text)


@pytest.mark.parametrize(
    ("location", "sent"),
    [
        ("/x", "http://a.example/x"),
        ("?q", "http://a.example/b/c?q"),
        ("//c.example/é", "http://c.example/%C3%A9"),
        ("../d e", "http://a.example/d%20e"),
        ("https://c.example", "https://c.example/"),
    ],
)
def test_redirects_are_resolved(location: str, sent: str) -> None:
    assert redirected(target("http://a.example/b/c"), location).url == sent


@pytest.mark.parametrize(
    "location", ["\\\\c.example", "http://[", "http://u@c.example/", "/\x1b", "ja\tva", "ftp://c/"]
)
def test_bad_redirects(location: str) -> None:
    with pytest.raises(InputError):
        redirected(target("http://a.example/b/c"), location)


@given(st.text(max_size=60), st.text(max_size=60))
def test_whatever_is_typed_or_sent_is_an_address_or_refused(host: str, path: str) -> None:
    for text in (host + path, f"http://{host}/{path}"):
        try:
            found = target(text)
        except InputError:
            continue
        assert found.url.isascii() and found.url.isprintable() and " " not in found.url
        assert target(found.url) == found
    try:
        redirected(target("http://a.example/b/c"), path)
    except InputError:
        return
