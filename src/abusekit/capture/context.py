"""What belongs to a captured post and is captured with it: the author's profile, the posts it answers (R7)."""

from __future__ import annotations

from collections.abc import Iterator

from abusekit.capture.address import check_address, redirected, target
from abusekit.capture.deposit import Request
from abusekit.capture.queue import host_of
from abusekit.capture.result import Capture
from abusekit.errors import InputError

PROFILE = ("author.url",)
THREAD = ("thread.root", "reply.to", "comment.post.url")
MAX_THREAD = 20
"""Addresses of a thread followed from one page."""


def context_of(capture: Capture, request: Request) -> Iterator[Request]:
    """The addresses that the page itself declares as its author's profile and its thread, one level.

    Only of the host that was captured: a page chooses what it names. What was captured as context leads no
    further. Whose profile it is, is the page's claim.
    """
    if request.context or capture.outcome != "complete":
        return
    if capture.plan.with_profile:
        for address in _named(capture, PROFILE, 1):
            yield Request(address, context="profile", priority=request.priority)
    if capture.plan.with_thread:
        for address in _named(capture, THREAD, MAX_THREAD):
            yield Request(address, context="thread", priority=request.priority)


def _named(capture: Capture, names: tuple[str, ...], most: int) -> list[str]:
    here = {capture.url, capture.final_url}
    found: dict[str, None] = {}
    try:
        base = target(capture.final_url)
    except InputError:  # longer than what we take
        return []
    for one in capture.page_facts:
        if one.name not in names:
            continue
        try:
            address = redirected(base, one.value).url
            check_address(address)
        except InputError:
            continue
        if host_of(address) == base.host and address not in here:
            found[address] = None
    return list(found)[:most]
