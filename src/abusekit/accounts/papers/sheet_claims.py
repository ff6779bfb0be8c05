"""The sheet's blocks on links: what speaks against one, and who says that there is one."""

from __future__ import annotations

from collections.abc import Callable

from abusekit.accounts.model import AccountKey, Decision, Where, pair
from abusekit.accounts.papers.contrary import Contrary
from abusekit.accounts.papers.paper import Block, Cell, Raw
from abusekit.accounts.papers.sheet import Link, Sheet
from abusekit.accounts.papers.sheet_tables import MOST_REASON, NOT_CONFIRMED, cited, finding_places, sentence

BASES = {
    "same-id-after-rename": "same id of the platform after a rename",
    "self-identification": "one says so itself",
    "same-media": "same picture or file",
    "same-phrase": "same words",
    "same-selector": "same contact or payment detail",
    "cross-post": "same post on both",
    "timing": "timing",
    "recovery-hint": "same recovery hint",
    "platform-confirmation": "the platform says so",
    "other": "see reason",
}
"""Word of a basis (`links.decisions.BASES`) → the same in a few words, for paper."""
MOST_SHARED = 4
Called = Callable[[AccountKey], tuple[str | Raw, ...]]


def against(sheet: Sheet) -> Block:
    """What was rejected, taken back or found to speak against; stands before what links them."""
    points: list[Cell] = [contrary_told(one, sheet) for one in sheet.contrary]
    for link in sheet.links:
        both = pair_told(link.a, link.b, sheet.called)
        if link.stale:
            points.append(
                (*both, "what was found has changed since this was decided; it has to be looked at again")
            )
        found = link.weighed.candidate.findings if link.weighed else ()
        points += [(*both, *sentence(one), finding_places(one, sheet)) for one in found if one.against]
    if not points:
        points = [
            "Nothing that was compared speaks against." if sheet.compared else "Nothing is recorded here."
        ]
    return Block("What speaks against a link", points=tuple(points))


def contrary_told(one: Contrary, sheet: Sheet) -> Cell:
    """That a link was rejected or taken back, by whom and why; what had been said before, and what is said now."""
    said = one.said
    what = "REJECTED, they are not linked:" if said.decided == "rejected" else "TAKEN BACK:"
    items = cited((Where(item) for item in said.items), sheet.cited)
    parts: list[str | Raw] = [
        *pair_told(said.a, said.b, sheet.called), what, " ", *who_and_why(said), items,
    ]  # fmt: skip
    if one.before is not None:
        parts += [f". Before, it was {one.before.decided} by ", *who_and_why(one.before)]
    if one.now is not None:
        parts.append(f". Said since: {one.now.decided}, log line {one.now.n + 1}")
    return tuple(parts)


def who_and_why(said: Decision) -> tuple[str | Raw, ...]:
    """`PO on 2026-11-02; reason: …; log line 21`."""
    return (
        Raw(said.who, 20), f" on {said.at[:10]}; reason: ", Raw(said.reason, MOST_REASON), f"; log line {said.n + 1}",
    )  # fmt: skip


def pair_told(one: AccountKey, other: AccountKey, called: Called) -> tuple[str | Raw, ...]:
    """Both accounts, and a colon."""
    return (*called(one), " and ", *called(other), ": ")


def links(sheet: Sheet) -> Block | None:
    """The claims that stand, each with who made it, when, on what, and why; None: nothing is said."""
    points = [_claim(link, link.decision, sheet) for link in sheet.links if link.decision is not None
              and link.decision.decided in ("confirmed", "proposed")]  # fmt: skip
    if len(sheet.accounts) > 1 and not points:
        points.append("Nobody has claimed a link between these accounts.")
    points += [
        (
            f"Not on this sheet: {_remark(one, sheet)}{one.decided} link of ",
            *pair_told(one.a, one.b, sheet.called),
            *who_and_why(one),
        )
        for one in sheet.left_out
        if one.decided != "rejected"
    ]
    return Block("What links them: who says so, and why", points=tuple(points)) if points else None


def _claim(link: Link, decision: Decision, sheet: Sheet) -> Cell:
    mark = "" if decision.decided == "confirmed" else f"{decision.decided.upper()}, {NOT_CONFIRMED}: "
    mark = _remark(decision, sheet) + mark
    items = cited((Where(item) for item in decision.items), sheet.cited, most=8)
    shared: list[str | Raw] = []
    for value in sheet.shared.get(pair(link.a, link.b), ())[:MOST_SHARED]:
        shared += [", " if shared else "; both show ", Raw(value, 80)]
    return (*pair_told(link.a, link.b, sheet.called), mark, *said(decision), *shared, items)


def _remark(decision: Decision, sheet: Sheet) -> str:
    """In front of the claim: a person must not read it as if it still stood on something."""
    found = sheet.remark(decision)
    return f"{found}. " if found else ""


def said(decision: Decision) -> tuple[str | Raw, ...]:
    """Who decided, when, on what basis, and why."""
    basis: list[str | Raw] = []
    for word in decision.basis:
        basis += [" + " if basis else "", BASES.get(word) or Raw(word)]
    return (
        f"{decision.decided} by ",
        Raw(decision.who),
        f" on {decision.at[:10]}; basis: ",
        *(basis or ["none stated"]),
        "; reason: ",
        Raw(decision.reason, MOST_REASON),
        f"; log line {decision.n + 1}",
    )
