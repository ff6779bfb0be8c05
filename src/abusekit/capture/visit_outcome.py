"""How a visit ended, in the words of `outcome.py`, and everything that keeps it from being whole."""

from __future__ import annotations

from collections.abc import Iterator

from abusekit.browser.run import PageRun
from abusekit.browser.visit import Visit
from abusekit.capture.http import REDIRECTS, of_status
from abusekit.capture.result import NO_CONTENT
from abusekit.webarchive.exchange import Exchange, Problem

NET_ERRORS: tuple[tuple[str, str], ...] = (
    ("ERR_CERT_", "tls-failure"),
    ("ERR_SSL_", "tls-failure"),
    ("ERR_BAD_SSL_", "tls-failure"),
    ("ERR_TOO_MANY_REDIRECTS", "redirect-limit"),
    ("ERR_UNSAFE_REDIRECT", "refused-scheme"),
    ("ERR_DISALLOWED_URL_SCHEME", "refused-scheme"),
    ("ERR_UNKNOWN_URL_SCHEME", "refused-scheme"),
    ("ERR_CONTENT_DECODING_", "bad-encoding"),
    ("ERR_EMPTY_RESPONSE", "reset"),
    ("ERR_CONNECTION_RESET", "reset"),
    ("ERR_CONNECTION_CLOSED", "reset"),
    ("ERR_CONTENT_LENGTH_MISMATCH", "truncated"),
    ("ERR_INCOMPLETE_CHUNKED_ENCODING", "truncated"),
    ("ERR_TIMED_OUT", "timeout"),
    ("ERR_CONNECTION_TIMED_OUT", "timeout"),
    ("ERR_NAME_NOT_RESOLVED", "dns-failure"),
    ("ERR_CONNECTION_", "connect-failure"),
    ("ERR_UNSAFE_PORT", "connect-failure"),
    ("ERR_ADDRESS_", "connect-failure"),
    ("ERR_SOCKS_", "connect-failure"),
    ("ERR_PROXY_", "connect-failure"),
    ("ERR_", "bad-response"),
)
"""Chromium's error (net/base/net_error_list.h) by its start → outcome; the first that fits."""


def outcome_of(seen: Visit, main: Exchange) -> tuple[str, str]:
    """How the main document came, by its bytes first, then by what the browser says of it."""
    run = seen.run
    said = run.failure if run else ""
    label = next((label for start, label in NET_ERRORS if said.removeprefix("net::").startswith(start)), "")
    if run is not None and run.stopped == "navigation-limit":
        return (
            "redirect-limit",
            f"the page went on and on by itself: after {len(seen.hops)} pages it was stopped",
        )
    if main.status in REDIRECTS and label:
        return label, f"after {len(seen.hops)} redirects the browser says {said}"
    if main.status is not None and main.complete:
        outcome, detail = of_status(main.status)
        if seen.failure is not None and outcome == "complete" and not seen.taken.artefacts:
            return seen.failure.label, seen.failure.detail
        if label == "bad-encoding":
            return label, f"the browser says {said}"
        return outcome, detail
    if seen.exceeded:
        return "too-large", "the size limit was reached before the page was there"
    if seen.failure is not None:
        return seen.failure.label, seen.failure.detail
    if main.problem is not None and main.problem.label == "not-recorded" and run and run.status is not None:
        return main.problem.label, main.problem.detail
    if main.problem is not None and main.problem.label != "not-recorded":
        return main.problem.label, main.problem.detail
    if seen.late or (run is not None and run.timed_out and main.status is None):
        return "timeout", "the time limit was reached before the page was there"
    if label:
        return label, f"the browser says {said}"
    if main.status is not None:
        return "truncated", "the answer was not whole when the visit ended"
    return "bad-response", said or "the browser told of an answer that was not recorded"


def problems_of(seen: Visit, main: Exchange) -> Iterator[Problem]:
    """What keeps the capture from being whole, beside the outcome."""
    if seen.recorder_fault:
        yield Problem("decoded", f"not recorded byte for byte: {seen.recorder_fault}")
    if seen.failure is not None:
        yield seen.failure
    if main.status in NO_CONTENT:
        yield Problem("no-content", f"the server answered {main.status}: there is no content", main.url)
    if seen.run is not None:
        yield from _of_the_run(seen.run, seen.late)
    if seen.exceeded:
        yield Problem("not-fetched", "the size limit was reached: parts are missing")
    for failure in seen.taken.failures:
        missed = "; walls were not looked for in its words" if failure.kind == "text" else ""
        yield Problem(f"no-{failure.kind}", f"{failure.label}: {failure.detail}{missed}")
    for made in seen.taken.artefacts:
        if cut := made.note.get("cut"):
            yield Problem(f"{made.kind}-cut", f"{made.name}: {cut}")
    for connection in seen.connections:
        if connection.problem is not None and connection.problem.label == "refused-address":
            where = f"{connection.host}:{connection.port}"
            yield Problem("refused-address", f"not let through: {connection.problem.detail}", where)
    yield from _of_exchanges(seen, main)
    yield from (Problem("recorder", remark) for remark in seen.recorded)


def _of_the_run(run: PageRun, late: bool) -> Iterator[Problem]:
    if run.dead:
        yield Problem(
            "page-hung", "a script of the page could not be ended: nothing could be made of the page"
        )
    elif run.hung:
        yield Problem("page-hung", "a script of the page ran without end and was broken off")
    elif run.stopped:
        yield Problem("page-stopped", f"the page's scripts were switched off: {run.stopped}")
    if run.timed_out or late:
        yield Problem("not-fetched", "the time limit came before the page was at rest: parts may be missing")
    if run.recorder_fault:
        yield Problem("list-incomplete", f"the browser's own list may lack something: {run.recorder_fault}")
    for one in run.alterations:
        if one.what == "scroll" and one.outcome != "end-reached":
            yield Problem("scroll-limit", f"the end of the page was not reached: {one.outcome}, {one.detail}")


def _of_exchanges(seen: Visit, main: Exchange) -> Iterator[Problem]:
    for one in seen.exchanges:
        if one.problem is not None and one is not main:
            yield Problem(one.problem.label, one.problem.detail, one.url)
        elif one.status is not None and one.status >= 400 and one is not main:
            yield Problem("http-error", f"the server answered {one.status}", one.url)
        elif not one.end_stated:
            yield Problem("end-not-stated", "the answer states no length: its end cannot be known", one.url)
    check = seen.crosscheck
    if check is not None:
        for missing in check.missing:
            yield Problem("not-recorded", f"answered {missing.status} by the browser's own list", missing.url)
        for other in check.statuses:
            detail = f"the browser tells of status {other.told}, recorded is {other.recorded}"
            yield Problem("not-recorded", detail, other.url)
        if check.untold:
            yield Problem("list-incomplete", f"{check.untold} more requests are not on the browser's list")
