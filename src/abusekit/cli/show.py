"""`abusekit show`: one item."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click
import msgspec

from abusekit.cli.options import Session, with_session

if TYPE_CHECKING:
    from abusekit.case.decisions import Standing
    from abusekit.case.records import Item

COVERED = "covered; --reveal shows it"
TEXT_LIMIT = 20_000


class ShowAnswer(msgspec.Struct):
    """What `show --json` answers. Without --reveal, `source`, `facts` and `dated` are null."""

    item: str
    exhibit: str
    kind: str
    at: str
    local: str
    who: str
    outcome: str
    fidelity: str
    grade: str
    grade_reasons: list[str]
    files: list[dict[str, Any]]
    limits: list[str]
    problems: list[str]
    tags: list[str]
    withdrawn: str | None
    verified: list[tuple[str, str]]
    place: str
    source: dict[str, Any] | None = None
    facts: dict[str, Any] | None = None
    dated: list[dict[str, Any]] | None = None


OUTPUT = ShowAnswer


@click.command("show")
@click.argument("item_id", metavar="ITEM")
@click.option(
    "--reveal", is_flag=True, help="Show the content, too: address, text, names. It may be upsetting."
)
@with_session()
def show_command(session: Session, item_id: str, reveal: bool) -> None:
    """Show one item; its content only with --reveal.

    \b
    Example:
      abusekit show E0003 --reveal
    """
    from abusekit.case.decisions import Standing, standings

    case = session.case()
    item = case.item(item_id.upper())
    standing = standings(case.entries()).get(item.id, Standing())
    if session.json:
        session.answer(_answer(item, standing, reveal))
        return
    for line in _lines(item, standing):
        session.print(line)
    if not reveal:
        session.print(f"content    {COVERED}")
        return
    for name, value in (*item.source.items(), *item.facts.items()):
        session.print(f"  {name}: {_short(value)}")
    for dated in item.dated:
        session.print(f"  {dated.what}: {dated.moment.get('raw')} ({dated.field})")
    for text in ("note.txt", "text.txt"):
        if any(f.name == text for f in item.files):
            data = case.read_small(f"evidence/{item.id}/{text}", 64 << 20).decode("utf-8", "replace")
            session.print(f"--- {text}")
            for line in data[:TEXT_LIMIT].splitlines():
                session.print(line)
            if len(data) > TEXT_LIMIT:
                session.print(f"--- {len(data) - TEXT_LIMIT} more characters in evidence/{item.id}/{text}")


def _answer(item: Item, standing: Standing, reveal: bool) -> ShowAnswer:
    from abusekit.case.records import grade

    letter, reasons = grade(item)
    plain: Any = msgspec.to_builtins(item)
    return ShowAnswer(
        item=item.id,
        exhibit=item.exhibit,
        kind=item.kind,
        at=item.at,
        local=item.local,
        who=item.who,
        outcome=item.outcome,
        fidelity=item.fidelity,
        grade=letter,
        grade_reasons=reasons,
        files=plain["files"],
        limits=item.limits,
        problems=item.problems,
        tags=standing.tags,
        withdrawn=standing.withdrawn,
        verified=standing.verified,
        place=standing.place,
        source=plain["source"] if reveal else None,
        facts=plain["facts"] if reveal else None,
        dated=plain["dated"] if reveal else None,
    )


def _lines(item: Item, standing: Standing) -> list[str]:
    from abusekit.case.records import grade

    letter, reasons = grade(item)
    lines = [
        f"{item.id}  exhibit {item.exhibit}  {item.kind}  {item.outcome}",
        f"taken in   {item.local} ({item.zone}), {item.at} by our clock, offset "
        + ("not checked" if item.clock_offset_ms is None else f"{item.clock_offset_ms} ms"),
        f"by         {item.who} ({item.role}), abusekit {item.tool['version']} build {item.tool['build'][:16]}…, "
        f"self-test {item.tool['self_test']}",
        f"grade      {letter}" + (f": {'; '.join(reasons)}" if reasons else ""),
        f"fidelity   {item.fidelity}",
    ]
    lines += [
        f"method     {key}: {_short(value)}"
        for key, value in item.method.items()
        if value not in ("", [], {})
    ]
    lines += [
        f"file       {f.name}  {f.size} bytes  {f.role}  {f.media_type}  SHA-256 {f.sha256}"
        for f in item.files
    ]
    lines += [f"problem    {text}" for text in item.problems]
    lines += [f"limit      {text}" for text in item.limits]
    lines += [f"tags       {', '.join(standing.tags)}"] if standing.tags else []
    lines += [f"verified   by {who} at {at}" for who, at in standing.verified]
    lines += [f"kept at    {standing.place}"] if standing.place else []
    lines += [f"WITHDRAWN  {standing.withdrawn}"] if standing.withdrawn is not None else []
    return lines


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode("utf-8")
    return text if len(text) <= TEXT_LIMIT else text[:TEXT_LIMIT] + "…"
