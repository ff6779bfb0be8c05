"""A ledger of three accounts that were confirmed as linked, one bystander and the victim, built by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from abusekit.accounts.links.decisions import stale
from abusekit.accounts.links.weighing import findings_digest
from abusekit.accounts.model import (
    Account,
    AccountAct,
    Alarm,
    Candidate,
    Decided,
    Decision,
    Decisions,
    Finding,
    Ledger,
    Seen,
    Span,
    Status,
    Tally,
    Where,
    pair,
)
from abusekit.accounts.papers.exhibits import Exhibit
from abusekit.accounts.papers.sheet import Sheet, members, sheet

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
ONE, TWO, THREE = "x:12345", "x:67890", "whatsapp:+447700900123"
HOSTILE = (
    "\u202egpj.exe\u202c",
    "Z" + "\u0335\u0321\u034f" * 40 + "algo",
    "\x1b[31mred\x1b[0m\x07",
    "<script>alert(1)</script><img src=//evil.example/x>",
    "A" * 100_000,
    "\u0430dmin \U0001d55c\uff4d",
    "[click](http://evil.example) **bold** | cell | `tick` # head",
    "# Heading\n- list\n| a | b |\n|---|---|",
    "lone \udcff surrogate",
    "nul\x00byte",
    "=cmd|' /C calc'!A0",
    "../../etc/passwd",
    "مرحبا 日本語 हिन्दी 😀👩‍👩‍👧",
)


def seen(day: str, hour: str = "14:07", by: str = "message") -> Seen:
    return Seen(f"{day}T{hour}:00Z", f"{day}T{hour}:59Z", f"{day} {hour} GMT", by)  # type: ignore[arg-type]


def span(field: str, value: str, item: str, first: str, last: str, **more: Any) -> Span:
    named_by = more.pop("named_by", "platform")
    by = "person" if named_by == "person" else "capture"
    return Span(
        field,
        value,
        seen(first, by=by),
        seen(last, by=by),
        (Where(item, more.pop("part", 0)),),
        1,
        named_by,
        **more,
    )  # type: ignore[arg-type]


def tally(items: dict[str, int], first: str, last: str, received: int = 0, undated: int = 0) -> Tally:
    names = list(items)
    return Tally(
        messages=sum(items.values()),
        to_owner=received,
        first=seen(first),
        last=seen(last),
        first_where=Where(names[0], 1),
        last_where=Where(names[-1], items[names[-1]]),
        by_item=dict(items),
        undated=undated,
    )


def posts(items: dict[str, int], first: str, last: str, undated: int = 0) -> Tally:
    found = tally(items, first, last, undated=undated)
    found.first_where, found.last_where = Where(next(iter(items))), Where(list(items)[-1])
    return found


def a_ledger(handles: tuple[str, str] = ("night_owl", "night_owl2"), name: str = "Night Owl") -> Ledger:
    one = Account(ONE, "x", "12345", "platform_id", 1)
    one.spans = [
        span("handle", "day_owl", "E0001", "2026-08-01", "2026-08-20"),
        span("handle", handles[0], "E0002", "2026-08-22", "2026-09-20"),
        span("name", name, "E0002", "2026-08-22", "2026-09-20"),
        span("url", "https://x.example/night_owl", "E0002", "2026-08-22", "2026-09-20"),
    ]
    one.statuses = [
        Status("suspended", seen("2026-09-22", by="capture"), Where("E0004"), "the page says suspended")
    ]
    one.tally = tally({"E0003": 40}, "2026-08-01", "2026-09-20", received=31)
    one.acts = [
        AccountAct("block", "x:1", ONE, seen("2026-09-21", by="person"), Where("", 0, "log line 9"), "PO")
    ]
    one.items = {"E0001": 1, "E0002": 2, "E0003": 40, "E0004": 1}
    two = Account(TWO, "x", "67890", "platform_id", 2)
    two.spans = [
        span("handle", handles[1], "E0005", "2026-09-23", "2026-11-01"),
        span("name", name, "E0005", "2026-09-23", "2026-11-01"),
    ]
    two.tally = tally({"E0003": 5, "E0005": 7}, "2026-09-23", "2026-11-01", received=12, undated=2)
    two.items = {"E0003": 5, "E0005": 8}
    two.alarms = [
        Alarm(
            "handle-reuse", "the handle day_owl was shown by another account", (TWO, ONE), (Where("E0005"),)
        )
    ]
    three = Account(THREE, "whatsapp", "+447700900123", "phone", 3)
    three.spans = [
        span(
            "name", "Him Do Not Answer", "E0006", "2026-10-01", "2026-10-09", named_by="contact_book", part=3
        ),
        span(
            "name",
            "Owl",
            "E0006",
            "2026-10-01",
            "2026-10-09",
            named_by="person",
            said_by="PO",
            reason="she said so",
        ),
    ]
    three.tally = tally({"E0006": 9}, "2026-10-01", "2026-10-09", received=9)
    three.items = {"E0006": 9}
    other = Account("x:@reader", "x", "reader", "handle", 4)
    other.spans = [span("handle", "reader", "E0003", "2026-08-02", "2026-08-02")]
    other.items = {"E0003": 2}
    own = Account("x:1", "x", "1", "platform_id", 5, own=True)
    own.items = {"E0003": 60}
    found = Ledger(exhibits={f"E{n:04}": f"PO/{n}" for n in range(1, 8)})
    found.accounts = {account.key: account for account in (one, two, three, other, own)}
    return found


def some_exhibits() -> dict[str, Exhibit]:
    return {
        f"E{n:04}": Exhibit(
            f"E{n:04}", f"PO/{n}", "capture" if n != 3 else "export", "complete", f"{n:064x}",
            f"2026-0{min(n + 3, 9)}-02T10:00:00.000000Z", n, "withdrawn: taken in twice" if n == 4 else "",
        )
        for n in range(1, 8)
    }  # fmt: skip


def decision(a: str, b: str, decided: Decided = "confirmed", n: int = 20, findings: str = "") -> Decision:
    return Decision(
        a, b, decided, "PO", "2026-11-02T10:00:00.000000Z", n, "the same number stands in both profiles",
        ("same-selector", "timing"), ("E0002", "E0005"), findings,
    )  # fmt: skip


def decided(*found: Decision) -> Decisions:
    return Decisions({pair(one.a, one.b): one for one in found}, list(found))


def confirmed() -> Decisions:
    return decided(decision(ONE, TWO), decision(TWO, THREE, n=21))


def a_candidate(a: str = ONE, b: str = TWO, total: float = 340.0) -> Candidate:
    findings = (
        Finding(
            "behaviour",
            "hours",
            "They post at other hours of the day",
            (Where("E0003", 1),),
            (Where("E0005", 2),),
            0.4,
            0.4,
            5,
            12,
        ),
        Finding(
            "selectors",
            "phone",
            "Both name the same telephone number",
            (Where("E0002"),),
            (Where("E0005"),),
            850,
            1200,
            1000,
            12,
            0,
            "+447700900123",
        ),
        Finding(
            "selectors",
            "address",
            "Both name the same address",
            (Where("E0002"),),
            (Where("E0005"),),
            1,
            None,
            1,
            12,
            9,
            "https://rude.example/words",
            "many share it",
        ),
    )
    return Candidate(
        a,
        b,
        findings,
        {"selectors": 850.0, "behaviour": 0.4},
        total,
        "moderate",
        12,
        "12 accounts of x in this case",
        0.03,
        10,
        ("style: fewer than 10 posts",),
        findings_digest(findings),
    )


def a_sheet(
    ledger: Ledger | None = None,
    decisions: Decisions | None = None,
    keys: tuple[str, ...] = (ONE,),
    *,
    not_confirmed: bool = False,
    compared: bool = True,
    case: str = "OP-1",
) -> Sheet:
    ledger, decisions = ledger or a_ledger(), decisions or confirmed()
    chosen, whole = members(decisions, ledger, keys, not_confirmed=not_confirmed)
    return sheet(
        ledger, decisions, chosen, some_exhibits(), confirmed=whole, stale=stale, case=case, by="PO",
        compared={pair(ONE, TWO): a_candidate()} if compared else None, tool="abusekit 0.0", now=NOW,
        constants=("a corpus of 2019",),
    )  # fmt: skip
