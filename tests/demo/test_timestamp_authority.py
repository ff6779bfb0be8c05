"""The practice authority: on loopback only, and wrong in the ways that it is told."""

from __future__ import annotations

import http.client
import threading
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest

from abusekit.demo.timestamp_authority import Fault, TimeStampAuthorityServer
from abusekit.errors import UsageError
from abusekit.integrity.timestamps.timestamp import (
    BadToken,
    Reason,
    check_response,
    make_request,
    read_response,
)
from abusekit.net.timestamp_http import post_query


def test_two_authorities_have_nothing_in_common() -> None:
    with TimeStampAuthorityServer("local-a") as one, TimeStampAuthorityServer("local-b") as other:
        query = make_request(bytes(32))
        response = post_query(one.url, query)
        token = check_response(response, bytes(32), nonce=None, roots=one.root_pem)
        assert abs(datetime.now(UTC) - token.gen_time) < timedelta(seconds=10)
        with pytest.raises(BadToken):
            check_response(response, bytes(32), nonce=None, roots=other.root_pem)
        assert one.url != other.url and not one.faults + other.faults


def test_its_clock_can_be_wrong() -> None:
    now = datetime(2026, 6, 15, 12, tzinfo=UTC)
    with TimeStampAuthorityServer("late", clock=lambda: now, shift=timedelta(minutes=10)) as authority:
        assert read_response(post_query(authority.url, make_request(bytes(32)))).gen_time == now + timedelta(
            minutes=10
        )
        authority.shift = timedelta()
        assert read_response(post_query(authority.url, make_request(bytes(32)))).gen_time == now


def test_faults_can_be_switched_while_it_runs() -> None:
    with TimeStampAuthorityServer("local-a") as authority:
        for fault in (Fault.REJECTION, Fault.NONE, Fault.EXPIRED_LEAF, Fault.NONE):
            authority.fault = fault
            response = post_query(authority.url, make_request(bytes(32)))
            if fault:
                with pytest.raises(BadToken):
                    check_response(response, bytes(32), nonce=None, roots=authority.root_pem)
            else:
                check_response(response, bytes(32), nonce=None, roots=authority.root_pem)


def test_what_is_no_query_is_rejected_politely() -> None:
    with TimeStampAuthorityServer("local-a") as authority:
        with pytest.raises(BadToken) as bad:
            read_response(post_query(authority.url, b"rubbish"))
        assert bad.value.reason is Reason.REFUSED and "badRequest" in bad.value.message
        parts = urlsplit(authority.url)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=5)
        connection.request("GET", "/")
        assert connection.getresponse().status == 400
        connection.close()


def test_many_at_once_get_serial_numbers_of_their_own() -> None:
    with TimeStampAuthorityServer("local-a") as authority:
        serials: list[int] = []

        def ask() -> None:
            serials.append(read_response(post_query(authority.url, make_request(bytes(32)))).serial)

        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(serials) == list(range(1, 9)) and not authority.faults


def test_on_loopback_only() -> None:
    with pytest.raises(UsageError, match="does not serve on"):
        TimeStampAuthorityServer(host="192.0.2.1")
    with pytest.raises(UsageError, match="does not run"):
        _ = TimeStampAuthorityServer().url
