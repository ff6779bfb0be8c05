"""What a capture was allowed to do and what each exchange came to, as facts for `item.json`, in bounded size."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from hashlib import sha256
from itertools import islice
from typing import Any

from abusekit.capture.plan import Plan
from abusekit.case.canonical import encode_checked
from abusekit.case.custody import instant_text
from abusekit.webarchive.exchange import Exchange

LISTED_LIMIT = 500
"""Exchanges, certificates and secrets listed in `item.json` and the report; all are in the archive."""

LISTED_SIZE = 1 << 20
"""Bytes of the exchanges and of the certificates listed: a page chooses the addresses and their number.

With the problems (256 Ki characters, twice), 51 hops of 8,000 and 500 secrets of 100 characters this keeps
`item.json` below 4 MiB.
"""


def listed(values: Iterable[Any], facts_of: Callable[[Any], dict[str, Any]]) -> list[dict[str, Any]]:
    """The facts of the first values, at most LISTED_LIMIT of them and LISTED_SIZE bytes."""
    found: list[dict[str, Any]] = []
    size = 0
    for value in islice(values, LISTED_LIMIT):
        facts = facts_of(value)
        size += len(encode_checked(facts))
        if size > LISTED_SIZE:
            break
        found.append(facts)
    return found


def plan_facts(plan: Plan) -> dict[str, Any]:
    """The options of a capture, for item.json; durations in milliseconds."""
    facts: dict[str, Any] = {
        "accept_language": plan.accept_language,
        "deadline_ms": round(plan.deadline_s * 1000),
        "max_bytes": plan.max_bytes,
        "allow_private": plan.policy.allow_private,
        "allowed_networks": [str(network) for network in plan.policy.allowed_networks],
        "extra_ca": plan.extra_ca is not None,
        "text_only": plan.text_only,
        "media": plan.media,
    }
    if plan.visit is not None:
        return facts | {"visit": plan.visit.to_facts()}
    return facts | {
        "user_agent": plan.user_agent,
        "max_redirects": plan.max_redirects,
        "requisites": plan.requisites,
        "max_requisites": plan.max_requisites,
    }


def exchange_facts(one: Exchange) -> dict[str, Any]:
    """One exchange, for item.json: where it went and how it ended; its bytes are in the archive."""
    return {
        "url": one.url,
        "method": one.method,
        "kind": one.kind,
        "form": one.form,
        "protocol": one.protocol,
        "at": instant_text(one.at),
        "status": one.status,
        "ip": one.ip,
        "port": one.port,
        "dns": list(one.dns),
        "tls": {
            "version": one.tls.version,
            "cipher": one.tls.cipher,
            "alpn": one.tls.alpn,
            "verified": one.tls.verified,
            "error": one.tls.error,
            "chain_sha256": [sha256(der).hexdigest() for der in one.tls.chain],
        }
        if one.tls
        else None,
        "bytes": one.received.size,
        "interim_count": one.interim_count,
        "complete": one.complete,
        "end_stated": one.end_stated,
        "truncated": one.truncated,
        "problem": one.problem.label if one.problem else None,
        "duration_ms": one.duration_ms,
    }
