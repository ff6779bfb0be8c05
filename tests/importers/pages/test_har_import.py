"""HAR: entries, secrets, broken files."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.importers.read_whole import (
    at,
    container,
    happened,
    read_files,
    read_path,
    spoilt,
    survives,
)

from abusekit.errors import InputError
from abusekit.importers.importer import Notes
from abusekit.importers.model import Event
from abusekit.importers.pages import har
from abusekit.importers.pages.http_secrets import is_secret, safe_url


def entry(url: str = "https://forum.example/1", **more: Any) -> dict[str, Any]:
    return {
        "startedDateTime": "2024-03-05T18:00:00.123+01:00",
        "request": {"method": "GET", "url": url, "headers": [], "cookies": []},
        "response": {"status": 200, "headers": [], "cookies": [], "content": {"text": "body of the answer"}},
        **more,
    }


def read(*entries: object, **log: Any) -> tuple[list[Event], Notes]:
    whole = {"log": {"version": "1.2", "creator": {"name": "x"}, "entries": list(entries), **log}}
    records, notes = read_files(har, {"a.har": json.dumps(whole)})
    return happened(records), notes


@pytest.mark.parametrize(
    "name",
    ["humanssuck.net.har", "no_title.har", "missing_pageref.har", "synthetic/chromium_forum_thread.har"],
)
def test_samples(shared_data: Path, name: str) -> None:
    wanted = json.loads((shared_data / "exports" / "expected.json").read_text())[f"har/{name}"]
    records, notes = read_path(har, shared_data / "exports" / "har" / name)
    assert [one.kind for one in happened(records)] == ["http"] * wanted["messages"]
    if "first" in wanted:
        times = sorted(at(one.sent) for one in happened(records))
        assert (times[0], times[-1]) == (wanted["first"], wanted["last"])
        assert {one.sent.clock for one in happened(records) if one.sent} == {"export"}
    assert {one.outcome for one in happened(records)} == {"200"}
    assert not notes.damaged


def test_secrets_of_the_sample(shared_data: Path) -> None:
    records, notes = read_path(
        har, shared_data / "exports" / "har" / "synthetic" / "chromium_forum_thread.har"
    )
    kinds = {(secret.kind, secret.where.rsplit(" ", 1)[1]) for secret in notes.secrets}
    assert ("cookie", "/log/entries/0/response/cookies") in kinds
    assert ("token", "/log/entries/4/request/headers/3") in kinds
    assert len(notes.secrets) == 6
    assert "FAKE" not in repr(records) + repr(notes)
    assert not any("sanitised" in sentence for sentence in notes.limits)


def test_missing_fields_are_named(shared_data: Path) -> None:
    records, notes = read_path(har, shared_data / "exports" / "har" / "missing_pageref.har")
    assert [one.flags for one in happened(records)] == [("no_method", "no_url", "no_date")] * 2
    assert happened(records)[0].conversation == "" and happened(records)[0].sent is None
    assert {secret.kind for secret in notes.secrets} == {"posted data"}


def test_a_single_entry_is_refused(shared_data: Path) -> None:
    path = shared_data / "exports" / "har" / "single_entry.har"
    with pytest.raises(InputError) as fault:
        read_path(har, path)
    assert fault.value.message == "one entry of a HAR, not a whole one" and fault.value.hint
    events, notes = read_files(
        har, {"a.har": json.dumps({"log": {"entries": [entry()]}}), "b.har": path.read_bytes()}
    )
    assert len(events) == 1 and notes.damaged == [
        "b.har: one entry of a HAR, not a whole one; it was not read"
    ]


def test_an_entry() -> None:
    pages = [{"id": "p1", "title": "Forum"}]
    (event,), notes = read(entry(pageref="p1"), pages=pages)
    assert (event.text, event.outcome, event.title, event.conversation) == (
        "GET https://forum.example/1 → 200", "200", "Forum", "p1",
    )  # fmt: skip
    assert event.sent and (at(event.sent), event.sent.zone) == ("2024-03-05T17:00:00.123Z", "+01:00")
    assert "body of the answer" not in repr(event)
    assert any("sanitised" in sentence for sentence in notes.limits)


def test_posted_data_and_query_are_withheld() -> None:
    one = entry("https://u:pw1@a.example/x?id=7&access_token=tok1&q=stay#code=tok2")
    one["request"]["postData"] = {"text": "password=tok3"}
    one["request"]["headers"] = [
        {"name": "X-CSRF-Token", "value": "tok4"},
        {"name": "Sec-WebSocket-Key", "value": "v"},
    ]
    (event,), notes = read(one)
    assert event.text == (
        "GET https://[withheld]@a.example/x?id=7&access_token=[withheld]&q=stay#code=[withheld] → 200"
    )
    assert "url_withheld_in_part" in event.flags
    assert {(secret.kind, secret.where) for secret in notes.secrets} == {
        ("posted data", "a.har /log/entries/0/request/postData"),
        ("token", "a.har /log/entries/0/request/headers/0"),
    }
    assert "tok" not in repr(event).replace("access_token", "") + repr(notes).replace("token", "")


@pytest.mark.parametrize(
    "name",
    ["token", "access_token", "accessToken", "sid", "PHPSESSID", "key", "api_key", "apiKey", "sig", "X-Amz-Signature",
     "auth", "password", "passwd", "pwd", "client_secret", "jwt", "code", "session_id", "oauth_verifier", "csrf"],
)  # fmt: skip
def test_secret_names(name: str) -> None:
    assert is_secret(name)
    assert safe_url(f"https://a.example/?{name}=VALUE") == (f"https://a.example/?{name}=[withheld]", True)


@pytest.mark.parametrize(
    "name", ["q", "id", "page", "author", "keyword", "design", "inside", "monkey", "thread", "lang", "v"]
)
def test_names_that_are_none(name: str) -> None:
    assert safe_url(f"https://a.example/?{name}=VALUE") == (f"https://a.example/?{name}=VALUE", False)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://a.example/eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIx.abc/x", "https://a.example/[withheld]/x"),
        ("https://a.example/?d=eyJhbGciOiJIUzI1NiJ9", "https://a.example/?d=[withheld]"),
        ("https://a.example/#access_token=1&x=2", "https://a.example/#access_token=[withheld]&x=2"),
        ("https://a.example/?u=b@c.example", "https://a.example/?u=b@c.example"),
        ("https://a.example/?token=", "https://a.example/?token="),
        ("", ""),
    ],
)
def test_addresses(url: str, shown: str) -> None:
    assert safe_url(url)[0] == shown


def test_pages_behind_the_entries_and_byte_order_mark() -> None:
    raw = json.dumps(
        {"log": {"entries": [entry(pageref="p")], "version": "1.2", "pages": [{"id": "p", "title": "T"}]}}
    )
    records, _ = read_files(har, {"a.har": b"\xef\xbb\xbf" + raw.encode()})
    assert [(one.title, one.source.at) for one in happened(records)] == [("T", "/log/entries/0")]


def test_web_sockets_and_unknown_fields() -> None:
    (event,), _ = read(entry(_webSocketMessages=[{"data": "x"}, {"data": "y"}], _private=1, novel=2))
    assert event.flags == ("websocket_messages:2", "unknown_fields:novel")


@pytest.mark.parametrize("element", [7, None, "x", [], {}, {"request": {}}, {"request": [], "response": {}}])
def test_elements_that_are_no_entries(element: object) -> None:
    events, _ = read(entry(), element)
    assert [one.kind for one in events] == ["http", "unparsed"]


@pytest.mark.parametrize("wrong", [7, None, "x", [], {}, [{"name": 7}], [None]])
@pytest.mark.parametrize("key", ["startedDateTime", "pageref", "_webSocketMessages"])
def test_wrong_types(key: str, wrong: object) -> None:
    one = entry(**{key: wrong})
    for name in ("headers", "cookies", "method", "url", "postData", "content", "status"):
        for side in ("request", "response"):
            one[side][name] = wrong
    events, _ = read(one, entry())
    assert [event.kind for event in events] == ["http", "http"]


def test_cut_off() -> None:
    whole = json.dumps({"log": {"version": "1.2", "creator": {}, "entries": [entry(), entry()]}})
    records, notes = read_files(har, {"a.har": whole[:-40]})
    assert len(happened(records)) == 1 and len(notes.damaged) == 1


def test_long_addresses_end() -> None:
    start = time.perf_counter()
    for url in (
        "https://a/?" + "a" * 1_000_000,
        "https://a/?" + "t_" * 500_000 + "=1",
        "eyJ" * 300_000,
        "/eyJ" * 300_000,
    ):
        safe_url(url)
    assert time.perf_counter() - start < 5


@pytest.mark.parametrize(
    "raw", ["", "{", '{"log": []}', '{"log": {"level": 1}}', '[{"request": {}, "response": {}}]']
)
def test_what_is_not_claimed(raw: str) -> None:
    assert not har.claim(container({"a.har": raw}))


SWAPS = [
    (b'"request"', b'"x"'),
    (b"{", b"["),
    (b"null", b"{}"),
    (b'"', b""),
    (b"2", b"1e999"),
    (b"[]", b"{}"),
]


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 2**32))
def test_damage_by_chance(seed: int) -> None:
    good = json.dumps(
        {"log": {"version": "1.2", "creator": {}, "pages": [{"id": "p"}], "entries": [entry(), entry()]}}
    )
    survives(har, {"a.har": spoilt(good.encode(), seed, SWAPS)})
