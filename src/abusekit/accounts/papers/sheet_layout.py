"""The sheet as a paper: short sentences for an officer new to social media, each fact with its exhibit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from abusekit.accounts.links import wording
from abusekit.accounts.links.decisions import BASIS_WORDS as LINK_BASES
from abusekit.accounts.links.weighing import GROUP_CAPS, MOST
from abusekit.accounts.model import AccountAct, Decision, Finding, Seen, Span, Where
from abusekit.accounts.papers.exhibits import Exhibit
from abusekit.accounts.papers.paper import Block, Cell, Line, Paper, Raw, Stack, Table
from abusekit.accounts.papers.preservation import Request
from abusekit.accounts.papers.sheet import Link, OnSheet, Sheet, Weighed
from abusekit.accounts.signals.style_constants import CORPUS, FITTED

NOT_CONFIRMED = "NOT CONFIRMED"
LEAD = "An investigative lead, to be tested with the platforms' own data. No expert opinion."
CONSTANTS: tuple[str, ...] = (
    f"style and hours: {CORPUS}, fitted {FITTED}; handles: the same; pictures: 1,000 public photos and 1,911 emoji,"
    " November 2026; re-used text: public chats, 2026. Caps are judgements, not measurements.",
)
"""Behind the numbers of findings: what the methods were measured on, as their modules say."""
LIMITS: tuple[str, ...] = (
    "An account is not a person: devices are shared, accounts are sold, taken over and imitated. This paper does"
    " not say who ran one.",
    "A link is the claim of the person named. Whoever made this paper is no accredited forensic unit.",
    "Handles, names, pictures and biographies can be copied by anybody. Numbers can be forged, ids less easily.",
    "Counts are of what the case holds. That something is not here does not show that it never was.",
    "Only the platform's records can tell who registered and used an account: ask for them.",
)
MOST_NAMES = 8
MOST_PLACES = 3
MOST_REASON = 400
"""Characters of a reason; all of it stands in the log line that is named."""
HIDDEN = "it stands in the exhibit"
"""Instead of a value that can spell words that upset."""
GROUP_WORDS = {
    "selectors": "contact and payment details",
    "presentation": "handle, picture, biography",
    "behaviour": "text, style, hours",
    "sequence": "order of events",
    "network": "who is mentioned",
}
ID_WORDS = {
    "platform_id": "the platform's own id; a rename keeps it",
    "phone": "telephone number",
    "email": "e-mail address",
    "handle": "handle only, WEAK: somebody else may use it next",
    "name": "display name only, WEAK: anybody can use it",
}


def paper(sheet: Sheet, *, findings: bool, renderer: str = "") -> Paper:
    """The sheet laid out. `findings`: with the numbers of what was found; `renderer`: what makes a PDF of it, if so."""
    about: tuple[Cell, ...] = (
        ("Case ", Raw(sheet.case), f" · made {sheet.made} by ", Raw(sheet.by), f" with {sheet.tool}. {LEAD}"),
        _introduction(sheet),
    )
    blocks = [
        _accounts(sheet),
        _against(sheet),
        _links(sheet),
        *(_findings(sheet, findings)),
        not_read(sheet.not_read),
        _not_compared(sheet),
        asks(sheet.asks),
        _exhibits(sheet),
        _limits(sheet, findings),
    ]
    return Paper(
        title="Accounts in this case"
        if len(sheet.accounts) == 1
        else "Accounts that are claimed to be linked",
        about=about,
        blocks=tuple(block for block in blocks if block is not None),
        banner="" if sheet.confirmed else NOT_CONFIRMED,
        foot=foot(sheet.case, sheet.made, sheet.tool, renderer, "" if sheet.confirmed else NOT_CONFIRMED),
    )


def foot(case: str, made: str, tool: str, renderer: str = "", banner: str = "") -> Line:
    """What stands at the foot of every page."""
    more = "".join(f" · {one}" for one in (renderer and f"rendered by {renderer}", banner) if one)
    return ("Case ", Raw(case), f" · {made} · {tool}{more}")


def _introduction(sheet: Sheet) -> str:
    if not sheet.confirmed:
        return (
            f"{len(sheet.accounts)} accounts. NOT all links between them are confirmed: what follows is under"
            " examination, and no statement that they belong together."
        )
    if len(sheet.accounts) == 1:
        return "One account. Nobody has confirmed a link of it to another one."
    return (
        f"{len(sheet.accounts)} accounts. A person who knows the case confirmed the links below, with reasons: the"
        " claim is that one person or group runs them. They are kept apart all the same."
    )


def _accounts(sheet: Sheet) -> Block:
    rows = tuple(
        (_identity(one, sheet), _names(one, sheet), _messages(one, sheet), _steps(one, sheet))
        for one in sheet.accounts
    )
    head = ("Account", "Names over time", "Messages in the case", "Blocks, reports, warnings")
    return Block(
        "Accounts",
        table=Table(
            head, rows, "Accounts with names, messages, and what was done about them", widths=(23, 32, 29, 16)
        ),
    )


def _identity(one: OnSheet, sheet: Sheet) -> Cell:
    account = one.account
    parts: list[Line] = [
        Raw(account.key),
        ID_WORDS[account.basis],
        *(("address ", Raw(span.value), _cited(span.where, sheet)) for span in one.addresses[-2:]),
    ]
    if one.status:
        parts.append(
            (f"{one.status.kind}, {one.status.at.earliest[:10]}", _cited((one.status.where,), sheet))
        )
    return Stack(tuple(parts))


def _names(one: OnSheet, sheet: Sheet) -> Cell:
    parts: list[Line] = [_name(span, sheet) for span in one.names[-MOST_NAMES:]]
    if len(one.names) > MOST_NAMES:
        parts.insert(0, f"{len(one.names) - MOST_NAMES} older ones: abusekit account show")
    return Stack(tuple(parts)) if parts else "none known"


def _name(span: Span, sheet: Sheet) -> Line:
    before, after = ("@", "") if span.field == "handle" else ('"', '"')
    by = {
        "contact_book": " [name in the victim's phone book, not chosen by the account]",
        "person": " [declared]",
        "unknown": " [who chose it is not known]" if span.field == "name" else "",
    }.get(span.named_by, "")
    declared = (" [said by ", Raw(span.said_by), ": ", Raw(span.reason), "]") if span.said_by else ()
    first, last = day(span.first), day(span.last)
    times: tuple[str | Raw, ...] = (
        (" ", Raw(first)) if first == last else (" ", Raw(first), " to ", Raw(last))
    )
    return (before, Raw(span.value, 60), after, by, *declared, *times, _cited(_ends(span), sheet))


def _ends(span: Span) -> tuple[Where, ...]:
    return tuple(dict.fromkeys((span.where[0], span.where[-1])))


def _messages(one: OnSheet, sheet: Sheet) -> Cell:
    if one.messages is None:
        return "none"
    received = f", {one.received.n:g} of them received by the victim" if one.received else ""
    parts: list[Line] = [(f"{one.messages.n:g} written{received}", _cited(one.messages.where, sheet))]
    for word, point in (("first", one.first), ("last", one.last)):
        if point:
            parts.append((f"{word} ", Raw(when(point.seen)), _cited((point.where,), sheet)))
    if one.account.tally.undated:
        parts.append(f"{one.account.tally.undated} without a time")
    return Stack(tuple(parts))


def _steps(one: OnSheet, sheet: Sheet) -> Cell:
    parts: list[Line] = [_step(act, sheet) for act in one.steps[-MOST_NAMES:]]
    parts += [
        (f"WARNING {alarm.kind}: ", Raw(alarm.text), _cited(alarm.where, sheet)) for alarm in one.alarms
    ]
    return Stack(tuple(parts)) if parts else "none recorded"


def _step(act: AccountAct, sheet: Sheet) -> Line:
    declared = (" [said by ", Raw(act.said_by), "]") if act.said_by else ()
    return (f"{act.kind} ", Raw(when(act.at)), *declared, _cited((act.where,), sheet))


def _against(sheet: Sheet) -> Block:
    points: list[Cell] = []
    for link in sheet.links:
        pair: tuple[str | Raw, ...] = (Raw(link.a), " and ", Raw(link.b), ": ")
        if link.decision is not None and link.decision.decided == "rejected":
            points.append((*pair, "REJECTED: a person says that they are not linked; ", *said(link.decision)))
        if link.stale:
            points.append(
                (*pair, "what was found has changed since this was decided; it has to be looked at again")
            )
        found = link.weighed.candidate.findings if link.weighed else ()
        points += [(*pair, *_sentence(one), _places(one, sheet)) for one in found if one.against]
    if not points:
        points = [
            "Nothing that was compared speaks against." if sheet.compared else "Nothing is recorded here."
        ]
    return Block("What speaks against a link", points=tuple(points))


def _links(sheet: Sheet) -> Block | None:
    points: list[Cell] = []
    for link in sheet.links:
        if link.decision is None or link.decision.decided == "rejected":
            continue
        mark = (
            ""
            if link.decision.decided == "confirmed"
            else f"{link.decision.decided.upper()}, {NOT_CONFIRMED}: "
        )
        items = tuple(Where(item) for item in link.decision.items)
        points.append(
            (
                Raw(link.a),
                " and ",
                Raw(link.b),
                f": {mark}",
                *said(link.decision),
                _cited(items, sheet, most=8),
            )
        )
    if len(sheet.accounts) > 1 and not points:
        points.append("Nobody has claimed a link between these accounts.")
    points += [
        (f"Not on this sheet: {one.decided} link of ", Raw(one.a), " and ", Raw(one.b), f", {one.at[:10]}")
        for one in sheet.left_out
    ]
    return Block("What links them: who says so, and why", points=tuple(points)) if points else None


def said(decision: Decision) -> tuple[str | Raw, ...]:
    """Who decided, when, on what basis, and why."""
    basis: list[str | Raw] = []
    for word in decision.basis:
        basis += ["; " if basis else "", LINK_BASES.get(word) or Raw(word)]
    return (
        f"{decision.decided} by ",
        Raw(decision.who),
        f" on {decision.at[:10]}; basis: ",
        *(basis or ["none stated"]),
        "; reason: ",
        Raw(decision.reason, MOST_REASON),
        f"; log line {decision.n + 1}",
    )


def _findings(sheet: Sheet, wanted: bool) -> Iterator[Block]:
    for link in sheet.links:
        if wanted and link.weighed is not None:
            yield _weighed(link, link.weighed, sheet)


def _weighed(link: Link, weighed: Weighed, sheet: Sheet) -> Block:
    groups = ", ".join(
        f"{GROUP_WORDS[name]} {wording.number(value)} (cap {GROUP_CAPS[name]:,.0f})"
        for name, value in weighed.candidate.groups.items()
        if value != 1
    )
    ordered = sorted(weighed.candidate.findings, key=lambda one: not one.against)
    rows = tuple(
        (
            GROUP_WORDS[one.group],
            _sentence(one),
            f"{wording.number(one.lr)} (cap {wording.number(one.cap)})" if one.lr != 1 else "described only",
            f"{one.shared_by} of {one.among}" if one.among else "no comparison",
            _places(one, sheet).strip(),
        )
        for one in ordered
    )
    head = ("Group", "What was found", "Times more probable (see above)", "Seen at bystanders", "Where")
    pair: Cell = (
        Raw(link.a),
        " and ",
        Raw(link.b),
        ": ",
        proposition(weighed),
        f" By group: {groups}." if groups else "",
    )
    return Block("What was found, and how much it weighs", says=(pair,), table=Table(head, rows, "Findings"))


def proposition(weighed: Weighed) -> str:
    """Both propositions with the numbers: how much the findings weigh, never how likely it is who somebody is."""
    one, cohort = weighed.candidate, weighed.cohort
    size = f"Comparison group: {cohort.n:g} accounts" if cohort else "Comparison group: none"
    return f"{wording.proposition(one)} {size}; cap of the whole: {MOST:,.0f}; {wording.coincidences(one)}."


def _sentence(finding: Finding) -> tuple[str | Raw, ...]:
    parts: list[str | Raw] = [finding.text.removesuffix(".")]
    if finding.value:
        parts += [" (", HIDDEN if finding.signal in wording.HIDDEN_SIGNALS else Raw(finding.value), ")"]
    if finding.why:
        parts += ["; ", finding.why.removesuffix(".")]
    return tuple(parts)


def _places(finding: Finding, sheet: Sheet) -> str:
    return _cited((*finding.here, *finding.there), sheet, most=4)


def not_read(problems: Sequence[str]) -> Block | None:
    """What the case holds and the paper does not know, so that nobody takes the paper for the whole."""
    if not problems:
        return None
    points: tuple[Cell, ...] = tuple(Raw(one, MOST_REASON) for one in problems[:MOST_NAMES])
    if len(problems) > MOST_NAMES:
        points += (f"and {len(problems) - MOST_NAMES} more",)
    return Block("What could not be read, and is missing here", points=points)


def _not_compared(sheet: Sheet) -> Block | None:
    if not sheet.compared:
        if len(sheet.accounts) == 1:
            return None
        return Block("What was not compared", says=("Nothing: no findings were computed for this sheet.",))
    told = dict.fromkeys(
        one for link in sheet.links if link.weighed for one in link.weighed.candidate.not_compared
    )
    return Block("What was not compared, and why", points=tuple(told)) if told else None


def asks(requests: Iterable[Request]) -> Block:
    """What to ask each platform; the whole of it is the paper on preservation."""
    rows: list[tuple[Cell, ...]] = []
    for one in requests:
        handles = [Raw(value, 40) for value, _ in one.handles[:4]]
        rows.append(
            (
                Raw(one.key),
                Stack(tuple(handles)) if handles else "none known",
                Stack((one.ask_from, one.ask_to)) if one.ask_from else "no activity with a time",
                f"{one.route.name}: {one.route.route} ({one.route.brief})",
                days_told(one),
            )
        )
    head = ("Account", "Handles to quote", "From, to (UTC)", "Where police ask", "Since first taken in")
    says = (
        "Only police can ask. Subscriber, registration, log-ins, devices, content: abusekit account preservation has"
        " all of it. Quote id and handles. Look up routes before use. That log-ins are kept about 90 days has a weak"
        " source: ask in any case.",
    )
    return Block(
        "Ask the platform to keep",
        table=Table(head, tuple(rows), "Requests by account", tight=frozenset({2})),
        says=says,
    )


def days_told(one: Request) -> str:
    """How long ago it was first taken in, and what is left of the 90 days of a weak source."""
    if one.days_gone is None or one.days_left is None:
        return "not taken in"
    left = f"about {one.days_left} of 90 left" if one.days_left >= 0 else "the 90 are over, ask all the same"
    return f"{one.days_gone} days ({one.captured_item}); {left}"


def _exhibits(sheet: Sheet) -> Block:
    rows = tuple(exhibit_row(one) for one in sheet.exhibits)
    head = ("Exhibit (item)", "Kind", "Taken in, UTC", "SHA-256 of its record, item.json")
    label = "Exhibits that this sheet cites"
    return Block("Exhibits", table=Table(head, rows, label, mono=frozenset({3}), tight=frozenset({1, 2})))


def exhibit_row(one: Exhibit) -> tuple[Cell, ...]:
    """Exhibit with what is to be known about it, kind, time, digest."""
    name: Cell = f"{one.exhibit} ({one.item})"
    if one.mark:
        name = (f"{one.exhibit} ({one.item}) ", Raw(one.mark))
    return name, one.kind, f"{one.at[:10]} {one.at[11:16]}", one.sha256 or "the log does not say"


def _limits(sheet: Sheet, findings: bool) -> Block:
    constants = sheet.constants if findings else ()
    behind = tuple(f"Behind the numbers: {one}" for one in constants)
    return Block("Limits: read before use", points=(*LIMITS, *behind), box=True)


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


def _cited(where: Iterable[Where], sheet: Sheet, *, most: int = MOST_PLACES) -> str:
    cites = list(dict.fromkeys(sheet.cited(one) for one in where))
    if not cites:
        return ""
    more = f" and {len(cites) - most} more" if len(cites) > most else ""
    return f" [{', '.join(cites[:most])}{more}]"
