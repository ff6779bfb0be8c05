"""The same as the drawing, as tables of HTML: for screen readers, for paper, and for whoever wants to check."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from abusekit.accounts.drawing.drawn import STATES, Called, Counted, Drawn, Edge, Lane, Node, Other, Told
from abusekit.accounts.drawing.lanes import Axis, axis_of, beside, with_lanes
from abusekit.accounts.drawing.marks import xml
from abusekit.accounts.drawing.wording import cited, counted, first_and_last, posts, strength

_CITED = 40
"""Exhibits in one cell."""
_NAME = 80
"""Columns of a name in a cell."""
_ROWS = 36
"""Bins of a lane that its row tells one by one."""


def account_table(drawn: Drawn) -> Iterator[str]:
    """Accounts that are drawn, each with its names over time."""
    yield _start(
        "accounts",
        "Accounts and their names over time",
        ("Account", "Kind and state", "Names over time", "Messages and posts", "Acts and alarms"),
    )
    for node in drawn.nodes:
        yield _account(node)
    yield _END


def link_table(drawn: Drawn) -> Iterator[str]:
    """Links, each with who said it, why, and what speaks against it and for it."""
    yield _start(
        "links",
        "Links: claims of people, and candidates",
        ("Link", "State", "Basis, reason, exhibits", "Against", "For"),
    )
    for edge in drawn.edges:
        yield _link(drawn, edge)
    if not drawn.edges:
        yield '<tr><td colspan="5">None: nobody has proposed, confirmed or rejected one.</td></tr>'
    yield _END


def lane_table(drawn: Drawn) -> Iterator[str]:
    """Activity of each account in about as many steps as one can listen to."""
    axis = axis_of(drawn, _ROWS)
    if axis is None:
        return
    yield _start(
        "activity",
        f"Activity: messages, and posts that captures show, in each {axis.words}, with its first day (UTC)",
        ("Account", "Messages and posts", "Marks"),
    )
    busy, still = with_lanes(drawn)
    for lane in busy:
        yield _lane(drawn.node(lane.node), lane, axis)
    yield _END
    yield f"<p>{still}</p>" if still else ""


def other_table(drawn: Drawn) -> Iterator[str]:
    """Accounts that are counted and not drawn."""
    shown = len(drawn.others)
    yield f"<details><summary>{drawn.others_count} more accounts are counted and not drawn</summary>"
    if shown < drawn.others_count:
        yield f"<p>The {shown} most active are listed; all of them: <code>abusekit account list --json</code>.</p>"
    yield _start("others", "Accounts that are not drawn", ("Account", "State", "Messages and posts"))
    yield from (_other(one) for one in drawn.others)
    yield f"{_END}</details>"


_END = "</tbody>\n</table>\n</div>\n"


def _start(name: str, caption: str, heads: Iterable[str]) -> str:
    cells = "".join(f'<th scope="col">{head}</th>' for head in heads)
    return (
        f'<div class="wide" tabindex="0" role="region" aria-labelledby="{name}-caption">\n<table id="{name}">\n'
        f'<caption id="{name}-caption">{xml(caption)}</caption>\n<thead><tr>{cells}</tr></thead>\n<tbody>\n'
    )


def _account(node: Node) -> str:
    kinds: list[str] = [node.basis]
    kinds += ["own account of the victim"] if node.own else []
    kinds += ["weak"] if node.weak else []
    kinds += [f"cluster {node.cluster} of confirmed links"] if node.cluster else []
    label_by = f"<small>{xml(node.label_by)}</small>" if node.label_by else ""
    return (
        f'<tr id="account-{node.n}"><th scope="row">{node.n} {_bdi(node.label)}{label_by}'
        f"<small><code>{xml(node.key, _NAME)}</code></small><small>{xml(node.platform, _NAME)}</small></th>"
        f"<td>{xml('; '.join(kinds))}{_list([Told(f'state: {node.status}', ()), *node.statuses])}</td>"
        f"<td>{_names(node.names)}</td><td>{_messages(node)}</td>"
        f"<td>{_list(node.alarms, 'alarm')}{_list(node.acts)}</td></tr>\n"
    )


def _names(names: Iterable[Called]) -> str:
    rows = []
    for name in names:
        by = f", {name.by}" if name.by else ""
        times = f"{name.count} times" if name.count > 1 else "once"
        when = name.first if name.first == name.last else f"{name.first} to {name.last}"
        said = f"{name.field}, {when}, {name.dated}{by}, {times}: {cited(name.cites, _CITED)}"
        rows.append(f"<li>{_bdi(name.value)}<small>{xml(said)}</small></li>")
    return f"<ol>{''.join(rows)}</ol>" if rows else "none seen"


def _messages(node: Node) -> str:
    parts = [f"messages: {node.messages.number}<small>{xml(_by(node.messages))}</small>"]
    parts.append(f"<small>to the victim: {node.to_owner}</small>")
    if ends := first_and_last(node.first, node.last):
        parts.append(f"<small>{xml(ends)}</small>")
    if node.posts.number:
        parts.append(f"<p>{xml(posts(node, _CITED))}</p>")
    parts.append(
        f"<small>items that show it: {node.items.number}; places in each: {xml(_by(node.items))}</small>"
    )
    return "".join(parts)


def _link(drawn: Drawn, edge: Edge) -> str:
    said = (
        f"<small>by {xml(edge.who, 80)} on {xml(edge.at)}, log line {edge.line}</small>" if edge.line else ""
    )
    strong = f"strength: {strength(edge)}" if edge.strength else "strength was not computed"
    basis = f"basis: {', '.join(edge.basis)}" if edge.basis else ""
    notes = "".join(f"<small>{xml(note)}</small>" for note in edge.notes)
    return (
        f'<tr id="link-{edge.n}"><th scope="row">{edge.n} {_end(drawn, edge.a, edge.a_key)} and '
        f"{_end(drawn, edge.b, edge.b_key)}</th>"
        f"<td><strong>{edge.state}</strong>: {STATES[edge.state]}{said}<small>{xml(strong)}</small></td>"
        f"<td>{xml(basis)}<p>{_bdi(edge.reason, 2_000) if edge.reason else ''}</p>"
        f"<small>{xml(cited(edge.cites, _CITED))}</small>{notes}</td>"
        f"<td>{_list(edge.against) or 'nothing recorded'}</td>"
        f"<td>{_list(edge.speaks_for)}{_list(edge.described, 'described')}</td></tr>\n"
    )


def _end(drawn: Drawn, n: int, key: str) -> str:
    code = f"<small><code>{xml(key, _NAME)}</code></small>"
    return (_bdi(drawn.node(n).label) if n else "not drawn") + code


def _lane(node: Node, lane: Lane, axis: Axis) -> str:
    bins = _bins(lane.days, axis)
    posted = f"<p>posts: {xml(_bins(lane.posts, axis))}</p>" if lane.posts else ""
    counted_in = "counted in " + (_by(node.messages) or _by(node.posts) or "no item")
    return (
        f'<tr><th scope="row">{node.n} {_bdi(node.label)}</th>'
        f"<td>{xml(bins) or 'no message with a time'}{posted}"
        f"<small>{xml('; '.join([*beside(lane), counted_in]))}</small></td>"
        f"<td>{_list([mark.told for mark in lane.marks[:60]])}</td></tr>\n"
    )


def _bins(days: Iterable[tuple[int, int]], axis: Axis) -> str:
    return ", ".join(f"{axis.day(place)}: {count}" for place, count in sorted(axis.heights(days).items()))


def _other(one: Other) -> str:
    kinds = [str(one.status), *(["own"] if one.own else []), *(["weak"] if one.weak else [])]
    by = cited([f"{exhibit}: {count}" for exhibit, count in one.messages.by], 3)
    posted = f"<small>posts shown: {xml(counted(one.posts, 3))}</small>" if one.posts.number else ""
    return (
        f'<tr><th scope="row">{_bdi(one.label, 40)}<small><code>{xml(one.key, 60)}</code></small></th>'
        f"<td>{xml(', '.join(kinds))}</td><td>{one.messages.number}, {one.to_owner} to the victim"
        f"<small>{xml(by)}</small>{posted}</td></tr>\n"
    )


def _list(told: Iterable[Told], kind: str = "") -> str:
    mark = {"alarm": "<b>Alarm:</b> ", "described": "described only: "}.get(kind, "")
    rows = "".join(
        f"<li>{mark}{xml(one.text)}{f'<small>{xml(cited(one.cites, _CITED))}</small>' if one.cites else ''}</li>"
        for one in told
    )
    return f"<ul>{rows}</ul>" if rows else ""


def _by(number: Counted) -> str:
    return cited([f"{exhibit}: {count}" for exhibit, count in number.by], _CITED)


def _bdi(text: str, most: int = _NAME) -> str:
    return f"<bdi>{xml(text, most)}</bdi>"
