"""Rows and times that several papers on accounts share: what to ask, days gone by, exhibits."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from abusekit.accounts.links import wording
from abusekit.accounts.model import Finding, Seen, Where
from abusekit.accounts.papers.exhibits import Exhibit
from abusekit.accounts.papers.paper import Block, Cell, Raw, Stack, Table
from abusekit.accounts.papers.preservation import NUDGE_DAYS, Request, route_of
from abusekit.accounts.papers.sheet import Sheet

NOT_CONFIRMED = "NOT CONFIRMED"
MOST_PLACES = 3
MOST_REASON = 400
"""Characters of a reason; all of it stands in the log line that is named."""
HIDDEN = "it stands in the exhibit"
"""Instead of a value that can spell words that upset."""


def asks(requests: Iterable[Request]) -> Block:
    """What to ask each platform; the whole of it is the paper on preservation."""
    rows: list[tuple[Cell, ...]] = []
    for one in requests:
        quote = [] if one.weak else [Raw(one.platform_id)]
        handles = [("@", Raw(value, 40)) for value, _ in one.handles[:4]]
        rows.append(
            (
                Stack((one.called, (operator(one), f": {one.route.route} ({one.route.brief})"))),
                Stack((*quote, *handles)) if quote or handles else "nothing that it can look for",
                Stack((one.ask_from, one.ask_to)) if one.ask_from else "no activity with a time",
                Stack((activity_told(one), taken_told(one))),
            )
        )
    head = ("Account, and where police ask", "Quote", "From, to (UTC)", "How long ago")
    says = (
        "Only police can ask: for subscriber, registration, log-ins, devices, content (abusekit account preservation"
        " has all of it). Look up routes before use. That log-ins are kept about 90 days has a weak source: ask in any"
        " case.",
    )
    table = Table(
        head, tuple(rows), "Requests by account", tight=frozenset({2}), widths=(36, 19, 14, 31), lead=False
    )
    return Block("Ask the platform to keep", table=table, says=says)


def operator(one: Request) -> str | Raw:
    """Who runs the platform; its own name as the case has it where no route is known."""
    return Raw(one.platform, 40) if one.route is route_of("") else one.route.name


def activity_told(one: Request) -> str:
    """How long ago its newest activity was, and what that leaves of the 90 days of a weak source."""
    gone, left = one.last_days_gone, one.last_days_left
    if gone is None or left is None:
        return "no activity with a time: ask at once"
    if gone < 0:
        return f"its last activity is dated {one.last[:10]}, after this paper was made: ask at once"
    if left < 0:
        return f"last activity {gone} days ago: the {NUDGE_DAYS} are over, ask at once all the same"
    return f"last activity {gone} days ago: about {left} of {NUDGE_DAYS} days left for it"


def taken_told(one: Request) -> str:
    """When the case first took it in: from then on somebody could have asked."""
    if one.days_gone is None:
        return "never taken in"
    return f"first taken in {one.days_gone} days ago, on {one.captured[:10]} ({one.captured_item})"


def exhibit_row(one: Exhibit) -> tuple[Cell, ...]:
    """Exhibit with what is to be known about it, kind, time, digest."""
    name: Cell = f"{one.exhibit} ({one.item})"
    if one.mark:
        name = (f"{one.exhibit} ({one.item}) ", Raw(one.mark))
    return name, one.kind, f"{one.at[:10]} {one.at[11:16]}", one.sha256 or "the log does not say"


def day(seen: Seen) -> str:
    """As `when`, to the day where the reading is that narrow."""
    return seen.earliest[:10] if when(seen).endswith(" UTC") else when(seen)


def when(seen: Seen) -> str:
    """A time, short: in UTC where the reading is narrow, else as it was shown."""
    if not seen.earliest or seen.dated_by in ("export", "none"):
        return seen.shown or "time not known"
    if seen.earliest[:13] == seen.latest[:13]:
        return f"{seen.earliest[:10]} {seen.earliest[11:16]} UTC"
    return f"{seen.shown} (between {seen.earliest[:16]}Z and {seen.latest[:16]}Z)"


def sentence(finding: Finding) -> tuple[str | Raw, ...]:
    """What was found, without words of messages."""
    parts: list[str | Raw] = [finding.text.removesuffix(".")]
    if finding.value:
        parts += [" (", HIDDEN if finding.signal in wording.HIDDEN_SIGNALS else Raw(finding.value), ")"]
    if finding.why:
        parts += ["; ", finding.why.removesuffix(".")]
    return tuple(parts)


def seen_at_bystanders(finding: Finding) -> str:
    """Of how many others the same is shown; style and hours are more or less alike, never shown or not."""
    if not finding.among:
        return "no comparison"
    if finding.signal in ("style", "hours"):
        return f"compared with {finding.among}"
    return f"{finding.shared_by} of {finding.among}"


def finding_places(finding: Finding, sheet: Sheet) -> str:
    return cited((*finding.here, *finding.there), sheet.cited, most=4)


def cited(where: Iterable[Where], cite: Callable[[Where], str], *, most: int = MOST_PLACES) -> str:
    """` [PO/1 (E0001), PO/3#m7 (E0003) and 4 more]`; empty: no place."""
    cites = list(dict.fromkeys(cite(one) for one in where))
    if not cites:
        return ""
    more = f" and {len(cites) - most} more" if len(cites) > most else ""
    return f" [{', '.join(cites[:most])}{more}]"
