"""Sort keys: what replay tools look for."""

from __future__ import annotations

import json
import subprocess
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abusekit.webarchive.surt import surt

KEYS = {
    "http://example.org/": "org,example)/",
    "https://www.Example.org:443/A?b=2&a=1": "org,example)/a?a=1&b=2",
    "http://example.org:8080/x#y": "org,example:8080)/x",
    "http://127.0.0.1/": "1,0,0,127)/",
    "http://127.0.0.1:8000/post/5003": "1,0,0,127:8000)/post/5003",
    "http://[::1]:80/": "::1)/",
    "http://example.org?q": "org,example)/?q",
    "http://example.org/x/?": "org,example)/x",
    "http://example.org//b//c/../d/": "org,example)/b/d",
    "http://example.org/a/./b/..": "org,example)/a",
    "http://www2.example.org/": "org,example)/",
    "http://www.com/": "com)/",
    "http://user:word@example.org/": "org,example)/",
    "http://example..org./": "org,example)/",
    "http://example.org/%2e%2e/x": "org,example)/../x",
    "http://example.org/?a=%252525": "org,example)/?a=%25",
    "http://example.org/é?a b": "org,example)/%c3%a9?a%20b",
    "http://example.org/?b=1&a&a=0&&": "org,example)/?&&a&a=0&b=1",
    "http://example.org/?v.2=b&v=a&v": "org,example)/?v&v=a&v.2=b",
    "http://example.org/x?c=d%26e+f": "org,example)/x?c=d&e+f",
    "http://example.org/x%zz": "org,example)/x%25zz",
    "HTTP://EXAMPLE.ORG/": "org,example)/",
    "urn:view:http://www.Example.org/A/?b=1&a=2": "urn:view:http://www.example.org/a?a=2&b=1",
    "urn:dom:https://example.org/": "urn:dom:https://example.org",
}


@pytest.mark.parametrize("url", KEYS)
def test_sort_keys(url: str) -> None:
    assert surt(url) == KEYS[url]


def test_the_package_that_replay_tools_use_agrees(wacz_program: Path) -> None:
    code = "import json, sys, surt; print(json.dumps([surt.surt(one) for one in json.load(sys.stdin)]))"
    done = subprocess.run(
        [str(wacz_program.parent / "python"), "-c", code],
        input=json.dumps(list(KEYS)),
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout) == list(KEYS.values())


@given(st.text(max_size=40) | st.text(max_size=40).map(lambda text: "http://a.org/" + text))
def test_a_key_is_ascii_without_spaces(url: str) -> None:
    key = surt(url)
    assert key.isascii() and not any(one.isspace() for one in key) and key.isprintable()


def test_nested_escapes_keep_nobody_busy() -> None:
    started = time.perf_counter()
    surt("http://example.org/?" + "%" + "25" * 50_000)
    surt("http://example.org/" + "a/../" * 50_000)
    assert time.perf_counter() - started < 2
