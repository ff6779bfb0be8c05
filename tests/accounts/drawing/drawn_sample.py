"""A ledger by hand: three platforms, renames, an account opened again after a suspension, a handle used again by
another account, somebody who copies the victim, and names that want to do harm. All of it is invented."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from abusekit.accounts.model import (
    Account,
    AccountAct,
    Alarm,
    Candidate,
    Decided,
    Decision,
    Decisions,
    Finding,
    IdBasis,
    Ledger,
    NamedBy,
    Seen,
    Span,
    Status,
    StatusKind,
    Tally,
    Where,
    pair,
)

RTL = "Mod\u202eredrawroF\u202c"
ZALGO = "Z\u0336\u0310\u0312\u0313\u0314\u0315" * 6 + "o" + "\u0301" * 4_000
ANSI = "\x1b[31mred\x1b[2J\x07"
HTML = "</title></svg></script><script>document.title='PWNED'</script><img src=x onerror=alert(1)>"
LONG = "W" * 100_000
ARABIC = "بومة الليل"
SURROGATE = "lone\ud800\x00\uffff\ufffe"
HOSTILE = (RTL, ZALGO, ANSI, HTML, LONG, ARABIC, SURROGATE, "﷽" * 40, "=cmd()", "../../x", "оwl", "")

EXHIBITS = {f"E{number:04}": f"PO/{number}" for number in range(1, 13)}


def seen(day: str, hour: str = "10:00", dated_by: str = "capture") -> Seen:
    at = f"{day}T{hour}:00Z"
    return Seen(at, at, f"{day} {hour} +00:00", dated_by)  # type: ignore[arg-type]


def span(
    field: str, value: str, first: str, last: str, item: str = "E0001", named_by: NamedBy = "platform"
) -> Span:
    return Span(
        field,  # type: ignore[arg-type]
        value,
        seen(first),
        seen(last),
        (Where(item, 3, "author"), Where(item, 9, "author")),
        2,
        named_by,
    )


def tally(item: str, start: str, counts: Sequence[int], to_owner: int = 0, undated: int = 0) -> Tally:
    """One number a day from `start`."""
    first = date.fromisoformat(start)
    days = {(first + timedelta(days=n)).isoformat(): count for n, count in enumerate(counts) if count}
    total = sum(counts) + undated
    return Tally(
        messages=total,
        to_owner=to_owner,
        first=seen(min(days)) if days else None,
        last=seen(max(days)) if days else None,
        first_where=Where(item, 3),
        last_where=Where(item, 99),
        by_item={item: total},
        days=days,
        undated=undated,
    )


def account(
    key: str,
    number: int,
    *,
    handles: Sequence[tuple[str, str, str]] = (),
    names: Sequence[tuple[str, str, str]] = (),
    basis: IdBasis = "platform_id",
    item: str = "E0001",
    own: bool = False,
    told: Tally | None = None,
    named_by: NamedBy = "platform",
) -> Account:
    platform, _, id = key.partition(":")
    return Account(
        key=key,
        platform=platform,
        id=id,
        basis=basis,
        number=number,
        own=own,
        spans=[span("handle", *one, item=item) for one in handles]
        + [span("name", *one, item=item, named_by=named_by) for one in names],
        tally=told or Tally(),
        items={item: 4},
    )


def act(kind: str, to: str, day: str, item: str = "E0002") -> AccountAct:
    return AccountAct(kind, "chatterbox:1", to, seen(day, "18:30", "event"), Where(item, 7))  # type: ignore[arg-type]


def status(kind: StatusKind, day: str, item: str = "E0005") -> Status:
    return Status(kind, seen(day), Where(item), f"the page said so: {kind}")


def decision(
    a: str, b: str, decided: Decided, reason: str, *basis: str, n: int = 40, who: str = "PO"
) -> Decision:
    return Decision(a, b, decided, who, "2026-05-04T09:15:00Z", n, reason, basis, ("E0001", "E0004"), "")


def decisions(*all_of_them: Decision) -> Decisions:
    return Decisions({pair(one.a, one.b): one for one in all_of_them}, list(all_of_them))


def candidate(a: str, b: str, total: float, strength: str = "moderate") -> Candidate:
    selectors = Finding(
        "selectors",
        "phone",
        "both give the same phone number",
        (Where("E0001", 12),),
        (Where("E0004", 31),),
        lr=total,
        cap=1000,
        among=12,
    )
    hours = Finding(
        "behaviour",
        "hours",
        "they write at other hours",
        (Where("E0001"),),
        (Where("E0004"),),
        lr=0.6,
        among=12,
    )
    return Candidate(
        a, b, (hours, selectors), {"selectors": total, "behaviour": 0.6}, total * 0.6, strength,  # type: ignore[arg-type]
        12, "12 accounts of chatterbox in this case", 66 / total, 66, ("pictures: one has none",), "ab" * 32,
    )  # fmt: skip


def ledger() -> Ledger:
    """Twelve accounts."""
    owl = account(
        "chatterbox:4711", 2,
        handles=[("night_owl", "2026-01-08", "2026-02-10"), ("owl_returns", "2026-02-14", "2026-03-01"),
                 ("the_real_owl", "2026-03-03", "2026-03-20")],
        names=[("Owl", "2026-01-08", "2026-03-20")],
        told=tally("E0001", "2026-01-08", [3, 5, 0, 8, 12, 2, 0, 0, 4, 6, 9, 14, 3] * 5 + [18, 22, 9], 310),
    )  # fmt: skip
    owl.acts = [act("block", owl.key, "2026-02-12"), act("report", owl.key, "2026-03-18")]
    owl.statuses = [
        status("live", "2026-03-10"),
        status("suspended", "2026-03-22"),
        status("suspended", "2026-04-02"),
    ]
    again = account(
        "chatterbox:5020", 5, item="E0004",
        handles=[("night_owl2", "2026-03-23", "2026-04-20"), ("owl_is_back", "2026-04-25", "2026-05-30")],
        told=tally("E0004", "2026-03-23", [22, 30, 18, 5, 0, 2, 9, 11] * 5 + [0] * 20 + [3, 8, 2], 205, undated=6),
    )  # fmt: skip
    again.acts = [act("block", again.key, "2026-04-22", "E0004")]
    reused = account(
        "chatterbox:6100", 7, handles=[("night_owl", "2026-04-01", "2026-05-01")], item="E0006",
        told=tally("E0006", "2026-04-01", [1, 0, 2, 1, 0, 0, 1]),
    )  # fmt: skip
    reuse = Alarm(
        "handle-reuse", "handle night_owl: two accounts used it, 4711 until 2026-02-10, 6100 from 2026-04-01",
        (owl.key, reused.key), (Where("E0001", 3), Where("E0006", 1)),
    )  # fmt: skip
    owl.alarms, reused.alarms = [reuse], [reuse]
    victim = account(
        "chatterbox:1", 1, handles=[("mina.k", "2026-01-01", "2026-05-30")], own=True,
        told=tally("E0002", "2026-01-02", [1, 0, 2, 0, 0, 3] * 20),
    )  # fmt: skip
    copier = account(
        "chatterbox:7007", 8, handles=[("mina_k_", "2026-04-10", "2026-04-30")], item="E0007",
        names=[("Mina K", "2026-04-10", "2026-04-30")], told=tally("E0007", "2026-04-10", [2] * 12),
    )  # fmt: skip
    copier.alarms = [Alarm(
        "own-data", "its name and picture are those of the victim's own account", (copier.key, victim.key),
        (Where("E0007"), Where("E0002")),
    )]  # fmt: skip
    phone = account(
        "phone:+447700900123", 3, basis="phone", item="E0003", names=[("Boss", "2026-02-01", "2026-05-01")],
        named_by="contact_book", told=tally("E0003", "2026-02-13", [4, 9, 3, 0, 0, 2] * 8, 120),
    )  # fmt: skip
    weak = account(
        "pix:@owl_pix", 6, basis="handle", item="E0008", handles=[("owl_pix", "2026-02-20", "2026-04-11")],
        told=tally("E0008", "2026-02-20", [1, 1, 0, 5, 2] * 9, 30),
    )  # fmt: skip
    weak.statuses = [status("gone", "2026-04-12", "E0008")]
    hostile = [
        account(
            f"pix:{900 + n}", 20 + n, item="E0009", handles=[(f"h{n}", "2026-03-01", "2026-03-09")] if n == 0 else [],
            names=[(name, "2026-03-01", "2026-04-09")], told=tally("E0009", "2026-03-05", [n + 1, 2, 0, 1] * 4),
        )
        for n, name in enumerate((HTML, RTL, ZALGO, ARABIC, LONG))
    ]  # fmt: skip
    hostile[0].spans.append(span("handle", ANSI, "2026-04-01", "2026-04-05", "E0009"))
    told = [victim, owl, phone, again, weak, reused, copier, *hostile]
    return Ledger({one.key: one for one in told}, [reuse], dict(EXHIBITS), [])


def links() -> Decisions:
    return decisions(
        decision("chatterbox:4711", "chatterbox:5020", "confirmed",
                 "the new account says so itself, the day after the suspension", "self-identification", "timing"),
        decision("chatterbox:5020", "phone:+447700900123", "confirmed", "gives this number for calls", "same-selector"),
        decision("chatterbox:4711", "pix:@owl_pix", "proposed", "same picture, cropped", "same-media", n=41),
        decision("chatterbox:4711", "chatterbox:6100", "rejected",
                 "the handle was free and somebody else took it: other id, other language", "other", n=42, who="AB"),
        decision("phone:+447700900123", "chatterbox:4711", "rejected",
                 "writes at the same time elsewhere", "timing", n=43),
        decision("chatterbox:7007", "pix:901", "undecided", "too early to say", n=44),
    )  # fmt: skip
