"""The two lists compared: what must be found missing, and what must not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from abusekit.browser.crosscheck import LISTED_LIMIT, CrossCheck, crosscheck
from abusekit.browser.inventory import URL_LIMIT, Inventory, Request, Socket
from abusekit.webarchive.exchange import Exchange, Spool

AT = datetime(2026, 11, 24, tzinfo=UTC)
URL = "http://site.example/a"


def told(url: str = URL, status: int | None = 200, **more: Any) -> Request:
    made = Request(
        id="1.1",
        hop=0,
        url=url,
        method="GET",
        kind="image",
        target="page",
        main=False,
        initiator="parser",
        at=AT,
        status=status,
        protocol="http/1.1",
        ended="finished",
    )
    return replace(made, **more)


def recorded(url: str = URL, status: int | None = 200, method: str = "GET", **more: Any) -> Exchange:
    return Exchange(url, method, AT, b"", Spool(None, b"x" * 100), status=status, complete=True, **more)


def inventory(*requests: Request, sockets: tuple[Socket, ...] = (), **counts: int) -> Inventory:
    return Inventory(
        requests=requests,
        sockets=sockets,
        messages=(),
        dialogs=(),
        popups=(),
        downloads=(),
        navigations=(),
        certificates=(),
        service_workers=(),
        crashes=(),
        main=None,
        counts={"requests": len(requests), "sockets": len(sockets), **counts},
    )


def numbers(check: CrossCheck) -> tuple[int, int, dict[str, int], dict[str, int], int]:
    return (
        check.matched,
        check.missing_count,
        dict(check.absent_counts),
        dict(check.extra_counts),
        check.statuses_count,
    )


def test_the_same_on_both_sides() -> None:
    check = crosscheck(inventory(told(), told(URL + "?2", 404)), [recorded(URL + "?2", 404), recorded()])
    assert numbers(check) == (2, 0, {}, {}, 0)
    assert (check.whole, check.verdict, check.told, check.recorded) == (True, "whole", 2, 2)


def test_an_answer_that_was_not_recorded_is_missing() -> None:
    check = crosscheck(inventory(told(), told(URL + "?2")), [recorded()])
    assert numbers(check) == (1, 1, {}, {}, 0) and check.verdict == "mismatches"
    (one,) = check.missing
    assert (one.method, one.url, one.status, one.reason) == ("GET", URL + "?2", 200, "")


def test_the_same_address_twice_must_be_recorded_twice() -> None:
    twice = inventory(told(), told(id="1.2"))
    assert crosscheck(twice, [recorded()]).missing_count == 1
    assert crosscheck(twice, [recorded(), recorded()]).whole


def test_another_method_is_another_request() -> None:
    check = crosscheck(inventory(told(method="POST")), [recorded()])
    assert numbers(check) == (0, 1, {}, {"untold": 1}, 0)


def test_another_status_is_a_mismatch() -> None:
    check = crosscheck(inventory(told(status=200)), [recorded(status=404)])
    assert numbers(check) == (1, 0, {}, {}, 1) and not check.whole
    assert (check.statuses[0].told, check.statuses[0].recorded) == (200, 404)
    swapped = crosscheck(inventory(told(status=200), told(status=304)), [recorded(status=304), recorded()])
    assert swapped.whole


def test_an_answer_that_the_recorder_did_not_understand_is_no_mismatch_of_status() -> None:
    assert crosscheck(inventory(told(status=None, failure="net::ERR_X")), [recorded(status=200)]).whole


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"source": "service-worker"}, "service-worker"),
        ({"source": "memory-cache"}, "memory-cache"),
        ({"source": "disk-cache"}, "disk-cache"),
        ({"source": "prefetch-cache"}, "prefetch-cache"),
        ({"source": "internal", "status": 307}, "internal"),
        ({"status": None, "blocked": "csp", "failure": "net::ERR_BLOCKED_BY_CSP"}, "blocked"),
        ({"status": None, "failure": "net::ERR_CONNECTION_REFUSED"}, "failed"),
        ({"status": None, "failure": "net::ERR_ABORTED", "canceled": True}, "unanswered"),
        ({"status": None, "ended": "open"}, "unanswered"),
        ({"url": "data:image/png;base64,x"}, "local"),
        ({"url": "blob:http://site.example/1"}, "local"),
    ],
)
def test_a_known_reason_is_no_mismatch(more: dict[str, Any], reason: str) -> None:
    check = crosscheck(inventory(told(**more)), [])
    assert numbers(check) == (0, 0, {reason: 1}, {}, 0) and check.whole
    assert check.absent[0].reason == reason


def test_an_answer_that_failed_later_must_be_there() -> None:
    """Its head had come: there are bytes."""
    cut = told(status=200, ended="failed", failure="net::ERR_ABORTED", canceled=True)
    assert crosscheck(inventory(cut), []).missing_count == 1


def test_a_cached_answer_takes_no_exchange_from_another() -> None:
    cached = told(source="memory-cache")
    check = crosscheck(inventory(cached, told(id="1.2")), [recorded()])
    assert numbers(check) == (1, 0, {"memory-cache": 1}, {}, 0)


def test_what_the_browser_does_not_tell_is_listed_and_no_mismatch() -> None:
    check = crosscheck(
        inventory(told()),
        [
            recorded(),
            recorded(),
            recorded("http://site.example/api", 204, "OPTIONS"),
            recorded("http://site.example/favicon.ico", 404),
            recorded("http://site.example/hidden"),
            recorded("http://[bad", None),
        ],
    )
    assert numbers(check) == (1, 0, {}, {"again": 1, "favicon": 1, "preflight": 1, "untold": 2}, 0)
    assert check.whole


def test_a_web_socket_is_its_upgrade() -> None:
    def socket(status: int | None) -> Socket:
        return Socket("1.9", "wss://site.example/s", AT, status, (), 0, True, "")

    upgrade = recorded("https://site.example/s", 101)
    assert crosscheck(inventory(sockets=(socket(101),)), [upgrade]).whole
    assert crosscheck(inventory(sockets=(socket(101),)), []).missing_count == 1
    assert crosscheck(inventory(sockets=(socket(None),)), []).whole


def test_bytes_are_compared_where_both_count_them() -> None:
    document = told(id="A" * 32, kind="document", received=100)
    other = told(URL + "?2", received=99)
    worker = told(URL + "?3", id="B" * 32, kind="script", received=1)
    second = told(URL + "?4", received=1, protocol="h2")
    urls = (URL, URL + "?2", URL + "?3", URL + "?4")
    check = crosscheck(inventory(document, other, worker, second), [recorded(url) for url in urls])
    assert (check.lengths_compared, check.lengths_count) == (2, 1)
    assert (check.lengths[0].told, check.lengths[0].recorded) == (99, 100)
    decoded = crosscheck(inventory(other), [recorded(URL + "?2", form="decoded")])
    assert decoded.lengths_compared == 0


def test_requests_beyond_the_limit_are_a_mismatch() -> None:
    check = crosscheck(inventory(told(), requests=5), [recorded()])
    assert check.untold == 4 and not check.whole


def test_lists_are_bounded_and_numbers_are_not() -> None:
    many = [told(f"{URL}?{n}") for n in range(LISTED_LIMIT + 50)]
    check = crosscheck(inventory(*many), [])
    assert (len(check.missing), check.missing_count) == (LISTED_LIMIT, LISTED_LIMIT + 50)


def test_long_addresses_and_fragments_meet() -> None:
    long = URL + "?" + "y" * URL_LIMIT
    shown = long[: URL_LIMIT - 1] + "…"
    check = crosscheck(inventory(told(shown), told(URL)), [recorded(long), recorded(URL + "#top")])
    assert check.matched == 2 and check.whole


def test_facts_hold_no_floats_and_every_list() -> None:
    facts = crosscheck(
        inventory(told(), told(URL + "?2")), [recorded(status=404), recorded("http://x.example/")]
    ).to_facts()
    assert facts["verdict"] == "mismatches" and facts["missing"][0]["url"] == URL + "?2"
    assert facts["statuses"] == [{"method": "GET", "url": URL, "told": 200, "recorded": 404}]
    assert facts["extra_counts"] == {"untold": 1}
