"""How a pair stands: who decided, on which findings, and what came since."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from test_decisions import candidate

from abusekit.accounts.links.standing import Standing, since

FRESH, OTHER = "a" * 64, "b" * 64


def link(
    n: int, *, a: str = "x:1", b: str = "x:2", decision: str = "confirmed", findings: str = FRESH
) -> dict[str, Any]:
    return {
        "n": n, "do": "account.link", "at": "2026-11-24T10:00:00Z", "by": "PO", "a": a, "b": b, "decision": decision,
        "reason": "told so", "basis": ["other"], "items": [], "findings": findings,
    }  # fmt: skip


def act(n: int, do: str, **more: str) -> dict[str, Any]:
    return {"n": n, "do": do, "at": "2026-11-24T10:00:00Z", "by": "PO", **more}


def test_nobody_decided() -> None:
    one, standing = candidate(FRESH), Standing([])
    assert standing.is_open(one) and not standing.is_stale(one) and standing.why(one) == ""
    assert standing.line(one) == "nobody has decided about this pair"


@pytest.mark.parametrize(
    ("decision", "now", "is_open", "is_stale"),
    [
        ("confirmed", FRESH, False, False), ("rejected", FRESH, False, False), ("proposed", FRESH, True, False),
        ("undecided", FRESH, True, False), ("confirmed", OTHER, True, True), ("rejected", OTHER, True, True),
        ("undecided", OTHER, True, False),
    ],
)  # fmt: skip
def test_what_is_settled_and_what_is_stale(decision: str, now: str, is_open: bool, is_stale: bool) -> None:
    one, standing = candidate(now), Standing([link(3, decision=decision)])
    assert (standing.is_open(one), standing.is_stale(one)) == (is_open, is_stale)
    assert ("STALE" in standing.line(one)) is is_stale


def test_why_it_can_be_stale_is_what_the_log_has_since() -> None:
    entries = [
        act(0, "item.add", item="E0001"), link(1), act(2, "item.add", item="E0002"), act(3, "item.add", item="E0003"),
        act(4, "item.withdraw", item="E0001"), link(5, a="x:2", b="x:3"), act(6, "account.observe", account="x:1"),
        act(7, "item.note", item="E0002"),
    ]  # fmt: skip
    one = candidate(OTHER)
    assert Standing(entries).line(one) == (
        "confirmed as a link by PO on 2026-11-24 on other findings than these (aaaaaaaaaaaa): STALE; since then: "
        "2 items taken in, 1 item withdrawn, 1 decision about other pairs, which change who is a bystander, "
        "1 declaration about accounts"
    )
    decision = Standing(entries).of(one)
    assert decision is not None
    assert "another version" in since(entries, replace(decision, n=7))


def test_findings_without_items_are_not_called_stale_for_their_evidence() -> None:
    standing = Standing([link(0), act(1, "item.add", item="E0002")], without=True)
    assert standing.why(candidate(OTHER)) == "these leave items out" and not standing.is_open(
        candidate(OTHER)
    )
