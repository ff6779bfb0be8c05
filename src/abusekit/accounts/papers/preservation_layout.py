"""The paper on preservation (R50) as blocks, and as CSV."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import TextIO

from abusekit.accounts.model import Where
from abusekit.accounts.papers.paper import Block, Cell, Paper, Raw
from abusekit.accounts.papers.preservation import NO_OWN, WANTED, WEAK_SOURCE, WHO_CAN_ASK, Request
from abusekit.accounts.papers.sheet_layout import foot, not_read
from abusekit.accounts.papers.sheet_tables import activity_told, operator, taken_told

COLUMNS = (
    "account", "platform", "id", "id_basis", "weak", "handles", "addresses", "first_utc", "last_utc", "ask_from_utc",
    "ask_to_utc", "undated_messages", "items", "first_taken_in_utc", "days_since", "days_left_of_90", "route",
    "route_basis", "wants", "id_for_platform", "posts_shown", "days_since_last_activity",
    "days_left_from_last_activity",
)  # fmt: skip
BYSTANDER = (
    "CHECK FIRST: it is on this list only because it wrote where the victim reads. In a group that can be a bystander,"
    " about whom nothing is to be asked."
)
ID_NAMES = {"platform_id": "the platform's own id", "phone": "telephone number", "email": "e-mail address"}
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
    own_known: bool = True,
    renderer: str = "",
) -> Paper:
    """One block an account. `made`: UTC; the other texts as people wrote them; `bystanders`: accounts that nobody named
    and no confirmed link holds; `problems`: items that could not be read; `own_known`: an account is marked as the
    victim's own."""
    about: tuple[Cell, ...] = (
        ("Case ", Raw(case), f" · made {made} by ", Raw(by), f" with {tool}"),
        "To help police ask platforms to keep data before it is gone. It is not itself a request.",
    )
    return Paper(
        title="What to ask platforms to keep",
        about=about,
        blocks=(
            Block("Before you ask", says=(WHO_CAN_ASK, WEAK_SOURCE, *(() if own_known else (NO_OWN,)))),
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
    points += [activity_told(one), taken_told(one)]
    more = f" and {len(one.items) - MOST_ITEMS} more" if len(one.items) > MOST_ITEMS else ""
    cited = ", ".join(cite(Where(item)) for item in one.items[:MOST_ITEMS])
    points.append(f"exhibits: {cited}{more}" if one.items else "exhibits: none, declared only")
    hint = f" Note: {one.route.hint}." if one.route.hint else ""
    points.append(f"where to ask: {one.route.route} ({one.route.caution}){hint}")
    points.append(f"what to quote: {'; '.join(one.route.wants)}")
    return Block((operator(one), ": ", *one.called), points=tuple(points))


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
    as_written = (" (the export writes ", Raw(one.id), ")") if one.platform_id != one.id else ()
    return (f"{ID_NAMES[one.basis]} to quote: ", Raw(one.platform_id), *as_written)


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
        shown = f" ({one.posts} posts are shown)" if one.posts else ""
        return f"activity: none with a time{shown}; ask for registration and log-ins without a range"
    cited = ", ".join(dict.fromkeys(cite(where) for where in one.active_where))
    undated = (
        f"; {one.undated} messages or posts without a time, so it may reach further" if one.undated else ""
    )
    if one.posts:
        items = ", ".join(cite(Where(item)) for item in one.post_items[:MOST_ITEMS])
        undated += f"; {one.posts} posts that captures show [{items}] are in it as the pages date them"
    return (
        f"activity, UTC: {one.first[:19]}Z to {one.last[:19]}Z at the widest [{cited}]{undated}. Ask for whole days,"
        f" UTC: {one.ask_from} to {one.ask_to}"
    )


def write_csv(asked: Sequence[Request], out: TextIO, cell: Callable[[str], str]) -> int:
    """One row an account (RFC 4180); gives the number of rows. `cell`: makes a cell of a text, formulas disarmed."""
    out.write(",".join(COLUMNS) + "\r\n")
    for one in asked:
        out.write(
            ",".join(cell(text) if isinstance(text, str) else str(text) for text in _cells(one)) + "\r\n"
        )
    return len(asked)


def _cells(one: Request) -> Iterator[str | int]:
    """A number of ours is no text that a table program could run."""
    yield from (one.key, one.platform, one.id, one.basis, "yes" if one.weak else "no")
    yield " ; ".join(value for value, _ in one.handles)
    yield " ; ".join(value for value, _ in one.addresses)
    yield from (
        one.first,
        one.last,
        one.ask_from,
        one.ask_to,
        one.undated,
        " ".join(one.items),
        one.captured,
    )
    yield "" if one.days_gone is None else one.days_gone
    yield "" if one.days_left is None else one.days_left
    yield from (one.route.route, one.route.caution, "; ".join(one.route.wants))
    yield from ("" if one.weak else one.platform_id, one.posts)
    yield "" if one.last_days_gone is None else one.last_days_gone
    yield "" if one.last_days_left is None else one.last_days_left
