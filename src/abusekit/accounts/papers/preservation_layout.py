"""The paper on preservation (R50) as blocks, and as CSV."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import TextIO

from abusekit.accounts.model import Where
from abusekit.accounts.papers.paper import Block, Cell, Paper, Raw
from abusekit.accounts.papers.preservation import WANTED, WEAK_SOURCE, WHO_CAN_ASK, Request
from abusekit.accounts.papers.sheet_layout import days_told, foot, not_read

COLUMNS = (
    "account", "platform", "id", "id_basis", "weak", "handles", "addresses", "first_utc", "last_utc", "ask_from_utc",
    "ask_to_utc", "undated_messages", "items", "first_taken_in_utc", "days_since", "days_left_of_90", "route",
    "route_basis", "wants",
)  # fmt: skip
BYSTANDER = (
    "CHECK FIRST: it is on this list only because it wrote where the victim reads. In a group that can be a bystander,"
    " about whom nothing is to be asked."
)
MOST_ITEMS = 12
MOST_VALUES = 6


def paper(
    asked: Sequence[Request],
    cite: Callable[[Where], str],
    *,
    case: str,
    made: str,
    by: str,
    tool: str,
    bystanders: Collection[str] = (),
    problems: Sequence[str] = (),
    renderer: str = "",
) -> Paper:
    """One block an account. `made`: UTC; the other texts as people wrote them; `bystanders`: accounts that nobody named
    and no confirmed link holds; `problems`: items that could not be read."""
    about: tuple[Cell, ...] = (
        ("Case ", Raw(case), f" · made {made} by ", Raw(by), f" with {tool}"),
        "To help police ask platforms to keep data before it is gone. It is not itself a request.",
    )
    return Paper(
        title="What to ask platforms to keep",
        about=about,
        blocks=(
            Block("Before you ask", says=(WHO_CAN_ASK, WEAK_SOURCE)),
            Block("Data to ask for, for each account", points=WANTED),
            *(_account(one, cite, bystanders) for one in asked),
            *(block for block in (not_read(problems),) if block is not None),
        ),
        foot=foot(case, made, tool, renderer),
    )


def _account(one: Request, cite: Callable[[Where], str], bystanders: Collection[str]) -> Block:
    points: list[Cell] = [_identity(one)]
    if one.key in bystanders:
        points.append(BYSTANDER)
    if one.handles:
        points.append(("handles, newest first: ", *_values(one.handles, cite)))
    if one.addresses:
        points.append(("addresses: ", *_values(one.addresses, cite)))
    points.append(_range(one, cite))
    points.append(
        f"first taken in: {one.captured[:19]}Z, {days_told(one)}" if one.captured else "never taken in"
    )
    if one.last_days_left is not None and one.days_left is not None and one.last_days_left > one.days_left:
        points.append(f"counted from its newest activity: about {max(one.last_days_left, 0)} of 90 days left")
    more = f" and {len(one.items) - MOST_ITEMS} more" if len(one.items) > MOST_ITEMS else ""
    cited = ", ".join(cite(Where(item)) for item in one.items[:MOST_ITEMS])
    points.append(f"exhibits: {cited}{more}" if one.items else "exhibits: none, declared only")
    hint = f" Note: {one.route.hint}." if one.route.hint else ""
    points.append(f"where to ask: {one.route.route} ({one.route.caution}){hint}")
    points.append(f"what to quote: {'; '.join(one.route.wants)}")
    return Block((f"{one.route.name}: ", Raw(one.key, 80)), points=tuple(points))


def _identity(one: Request) -> Cell:
    if one.basis == "name":
        return (
            "only a display name is known: ",
            Raw(one.key),
            ". No platform can look for that; the victim's phone or account may show the number or id behind it",
        )
    if one.weak:
        return (
            "no id of the platform is known: ",
            Raw(one.key),
            ". Ask for the id that had this handle in the range",
        )
    return ("id: ", Raw(one.id), f" (basis: {one.basis.replace('_', ' ')})")


def _values(
    values: tuple[tuple[str, tuple[Where, ...]], ...], cite: Callable[[Where], str]
) -> tuple[str | Raw, ...]:
    found: list[str | Raw] = []
    for value, where in values[:MOST_VALUES]:
        found += ["; " if found else "", Raw(value), f" [{cite(where[0])}]"]
    if len(values) > MOST_VALUES:
        found.append(f"; {len(values) - MOST_VALUES} older ones")
    return tuple(found)


def _range(one: Request, cite: Callable[[Where], str]) -> Cell:
    if not one.first:
        return "activity: none with a time; ask for registration and log-ins without a range"
    cited = ", ".join(dict.fromkeys(cite(where) for where in one.active_where))
    undated = f"; {one.undated} messages without a time, so it may reach further" if one.undated else ""
    return (
        f"activity, UTC: {one.first[:19]}Z to {one.last[:19]}Z at the widest [{cited}]{undated}. Ask for whole days,"
        f" UTC: {one.ask_from} to {one.ask_to}"
    )


def write_csv(asked: Sequence[Request], out: TextIO, cell: Callable[[str], str]) -> int:
    """One row an account (RFC 4180); gives the number of rows. `cell`: makes a cell of a text, formulas disarmed."""
    out.write(",".join(COLUMNS) + "\r\n")
    for one in asked:
        out.write(",".join(cell(text) for text in _cells(one)) + "\r\n")
    return len(asked)


def _cells(one: Request) -> Iterator[str]:
    yield from (one.key, one.platform, one.id, one.basis, "yes" if one.weak else "no")
    yield " ; ".join(value for value, _ in one.handles)
    yield " ; ".join(value for value, _ in one.addresses)
    yield from (
        one.first,
        one.last,
        one.ask_from,
        one.ask_to,
        str(one.undated),
        " ".join(one.items),
        one.captured,
    )
    yield "" if one.days_gone is None else str(one.days_gone)
    yield "" if one.days_left is None else str(one.days_left)
    yield from (one.route.route, one.route.caution, "; ".join(one.route.wants))
