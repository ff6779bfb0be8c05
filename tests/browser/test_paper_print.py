"""A page of ours as a PDF: the same bytes twice, no network, no script, whatever stands in it."""

from __future__ import annotations

import re
import socket
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from abusekit.browser import paper
from abusekit.errors import InputError, MissingExtraError, NetworkError

AT = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
PAGE = "<!doctype html><html lang=en><title>t</title><style>@page{{size:A4}}</style><p>{}</p>"


def made(body: str) -> bytes:
    return paper.pdf_of(PAGE.format(body), paper.renderer(), at=AT, monotonic=time.monotonic)


def test_the_same_page_gives_the_same_bytes_with_the_time_that_was_stated() -> None:
    body = "Latin, عربي, 日本語, हिन्दी, 😀 <table><tr><th>a<td>b</table>"
    first = made(body)
    time.sleep(1.1)  # a second by the clock that a PDF would show
    assert made(body) == first
    stamps = re.findall(rb"/(?:CreationDate|ModDate)\s?\(([^)]*)\)", first)
    assert stamps == [b"D:20261124120000+00'00'"] * 2
    assert made(body + "!") != first


def test_nothing_is_fetched_and_no_script_runs() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        place = f"http://127.0.0.1:{server.getsockname()[1]}"
        quiet = made("x")
        loud = made(
            f"x<img src='{place}/a'><link rel=stylesheet href='{place}/b'><iframe src='{place}/c'></iframe>"
            f"<script>fetch('{place}/d');document.body.innerHTML='<h1>'.repeat(900)</script>"
            f"<meta http-equiv=refresh content='0;url={place}/e'>"
        )
        with pytest.raises(TimeoutError):
            server.accept()
    pages = [len(re.findall(rb"/Type\s*/Page(?![A-Za-z])", data)) for data in (quiet, loud)]
    assert pages[0] == pages[1] == 1


def test_times_and_ids_are_replaced_length_for_length() -> None:
    data = (
        b"/CreationDate (D:20240102030405Z00'00')/ModDate(D:20240102030405+01'00') /ID [<0aF1"
        + b"0" * 12
        + b"> <"
        + b"a" * 16
        + b">]"
    )
    fixed = paper.fixed_times(data, AT)
    assert len(fixed) == len(data) and b"2024" not in fixed and b"aaaa" not in fixed
    assert fixed.count(b"D:20261124120000+00'00'") == 2


def test_what_is_too_large_or_has_no_browser_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(InputError):
        paper.pdf_of("x" * (paper.MAX_HTML + 1), paper.renderer(), at=AT, monotonic=time.monotonic)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("ABUSEKIT_BROWSER", raising=False)
    with pytest.raises(MissingExtraError) as told:
        paper.renderer()
    assert "--html" in told.value.hint


def test_a_browser_that_takes_too_long_is_ended() -> None:
    ticks = iter([*[0.0] * 6, *[1e6] * 100_000])
    started = time.monotonic()
    with pytest.raises(NetworkError, match="too long"):
        paper.pdf_of(PAGE.format("x"), paper.renderer(), at=AT, monotonic=lambda: next(ticks))
    assert time.monotonic() - started < 30
