"""The sheet as a paper: short sentences for an officer new to social media, each fact with its exhibit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from abusekit.accounts.links import wording
from abusekit.accounts.links.weighing import GROUP_CAPS, MOST
from abusekit.accounts.model import AccountAct, Span, Where
from abusekit.accounts.papers.called import first_line, platform_id
from abusekit.accounts.papers.paper import Block, Cell, Line, Paper, Raw, Stack, Table
from abusekit.accounts.papers.sheet import Link, OnSheet, Point, Sheet, Weighed
from abusekit.accounts.papers.sheet_claims import against, links, pair_told
from abusekit.accounts.papers.sheet_tables import (
    MOST_REASON,
    NOT_CONFIRMED,
    asks,
    cited,
    day,
    exhibit_row,
    finding_places,
    seen_at_bystanders,
    sentence,
    when,
)
from abusekit.accounts.signals.style_constants import CORPUS, FITTED

NO_OWN = "No account is marked as the victim's own, so what the victim received is not counted apart."
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
MOST_ALARM = 1000
"""Characters of a warning, which names each account that it is about."""
GROUP_WORDS = {
    "selectors": "contact and payment details",
    "presentation": "handle, picture, biography",
    "behaviour": "text, style, hours",
    "sequence": "order of events",
    "network": "who is mentioned",
}
ID_WORDS = {
    "platform_id": "the platform's own, a rename keeps it",
    "phone": "the telephone number",
    "email": "the e-mail address",
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
        against(sheet),
        links(sheet),
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
    head = ("Account", "Names over time", "Messages, posts", "Blocks, reports, warnings")
    return Block(
        "Accounts",
        says=() if sheet.own_known else (NO_OWN,),
        table=Table(
            head,
            rows,
            "Accounts with names, messages, and what was done about them",
            widths=(26, 26, 26, 22),
            lead=True,
        ),
    )


def _identity(one: OnSheet, sheet: Sheet) -> Cell:
    account = one.account
    first = first_line(account)
    own_id = platform_id(account.platform, account.id)
    quoted = ("id ", Raw(own_id), " (here ", Raw(account.key), f"): {ID_WORDS[account.basis]}")
    parts: list[Line] = [
        first,
        (Raw(account.key), f": {ID_WORDS[account.basis]}") if account.weak else quoted,
        *(("address ", Raw(span.value), cited(span.where, sheet.cited)) for span in one.addresses[-2:]),
    ]
    if one.status:
        parts.append(
            (f"{one.status.kind}, {one.status.at.earliest[:10]}", cited((one.status.where,), sheet.cited))
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
    return (before, Raw(span.value, 60), after, by, *declared, *times, cited(_ends(span), sheet.cited))


def _ends(span: Span) -> tuple[Where, ...]:
    return tuple(dict.fromkeys((span.where[0], span.where[-1])))


def _messages(one: OnSheet, sheet: Sheet) -> Cell:
    parts: list[Line] = []
    if one.messages is not None:
        received = f", {one.received.n:g} of them received by the victim" if one.received else ""
        parts.append((f"{one.messages.n:g} messages{received}", cited(one.messages.where, sheet.cited)))
    parts += _ends_told((one.first, one.last), sheet)
    if one.account.tally.undated:
        parts.append(f"{one.account.tally.undated} without a time")
    if one.posted is not None:
        parts.append((f"{one.posted.n:g} posts shown", cited(one.posted.where, sheet.cited)))
        parts += _ends_told((one.posted_first, one.posted_last), sheet, ", as the page says")
        if one.account.posted.undated:
            parts.append(f"{one.account.posted.undated} of them without a time")
    return Stack(tuple(parts)) if parts else "none"


def _ends_told(ends: tuple[Point | None, Point | None], sheet: Sheet, by: str = "") -> Iterator[Line]:
    for word, point in zip(("first", "last"), ends, strict=True):
        if point is not None:
            yield (f"{word} ", Raw(when(point.seen)), by, cited((point.where,), sheet.cited))


def _steps(one: OnSheet, sheet: Sheet) -> Cell:
    parts: list[Line] = [_step(act, sheet) for act in one.steps[-MOST_NAMES:]]
    parts += [
        ("WARNING: ", Raw(alarm.text, MOST_ALARM), cited(alarm.where, sheet.cited)) for alarm in one.alarms
    ]
    return Stack(tuple(parts)) if parts else "none recorded"


def _step(act: AccountAct, sheet: Sheet) -> Line:
    declared = (" [said by ", Raw(act.said_by), "]") if act.said_by else ()
    return (f"{act.kind} ", Raw(when(act.at)), *declared, cited((act.where,), sheet.cited))


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
            sentence(one),
            f"{wording.number(one.lr)} (cap {wording.number(one.cap)})" if one.lr != 1 else "described only",
            seen_at_bystanders(one),
            finding_places(one, sheet).strip(),
        )
        for one in ordered
    )
    head = ("Group", "What was found", "Times more probable (see above)", "Seen at bystanders", "Where")
    pair: Cell = (
        *pair_told(link.a, link.b, sheet.called),
        proposition(weighed),
        f" By group: {groups}." if groups else "",
    )
    return Block(
        "What was found, and how much it weighs",
        says=(pair,),
        table=Table(head, rows, "Findings", widths=(13, 40, 14, 14, 19)),
    )


def proposition(weighed: Weighed) -> str:
    """Both propositions with the numbers: how much the findings weigh, never how likely it is who somebody is."""
    one, cohort = weighed.candidate, weighed.cohort
    size = f"Comparison group: {cohort.n:g} accounts" if cohort else "Comparison group: none"
    return f"{wording.proposition(one)} {size}; cap of the whole: {MOST:,.0f}; {wording.coincidences(one)}."


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
        return Block(
            "What was not compared",
            says=("All of it: no findings were computed for this sheet (--with-findings does that).",),
        )
    told = dict.fromkeys(
        one for link in sheet.links if link.weighed for one in link.weighed.candidate.not_compared
    )
    return Block("What was not compared, and why", points=tuple(told)) if told else None


def _exhibits(sheet: Sheet) -> Block:
    rows = tuple(exhibit_row(one) for one in sheet.exhibits)
    head = ("Exhibit (item)", "Kind", "Taken in, UTC", "SHA-256 of its record, item.json")
    label = "Exhibits that this sheet cites"
    return Block(
        "Exhibits",
        table=Table(head, rows, label, mono=frozenset({3}), tight=frozenset({1, 2}), widths=(22, 11, 20, 47)),
    )


def _limits(sheet: Sheet, findings: bool) -> Block:
    constants = sheet.constants if findings else ()
    behind = tuple(f"Behind the numbers: {one}" for one in constants)
    return Block("Limits: read before use", points=(*LIMITS, *behind), box=True)
