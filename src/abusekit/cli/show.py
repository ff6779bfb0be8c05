"""`abusekit show`: one item."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from abusekit.cli.acts import refuse_quarantined, resolve_item
from abusekit.cli.options import Session, with_session
from abusekit.cli.views import Views, reason_option

if TYPE_CHECKING:
    from abusekit.case.decisions import Standing
    from abusekit.case.folder import Case
    from abusekit.case.records import Item
    from abusekit.cli.answers import ShowAnswer
    from abusekit.screenshots.compare import Compared

COVERED = "covered; --reveal shows it"
TEXT_LIMIT = 20_000
FACT_LIMIT = 300


@click.command("show")
@click.argument("item_id", metavar="ITEM")
@click.option(
    "--reveal", is_flag=True, help="Show the content, too: address, text, names. It may be upsetting."
)
@click.option(
    "--replay",
    is_flag=True,
    help="Tell how to open a recording in a replay tool, and serve it on this computer until Ctrl-C.",
)
@click.option(
    "--for",
    "seconds",
    type=click.FloatRange(0, 86_400),
    metavar="SECONDS",
    help="With --replay: stop serving after this time.",
)
@reason_option
@with_session(acts=True)
def show_command(
    session: Session,
    item_id: str,
    reveal: bool,
    replay: bool,
    seconds: float | None,
    view_reason: str | None,
) -> None:
    """Show one item; its content only with --reveal.

    Of an export it shows what was read; AB/7#m412 or E0007#m412 is one message of it.

    \b
    Examples:
      abusekit show E0003 --reveal
      abusekit show E0007#m412
      abusekit show E0003 --replay
    """
    from abusekit.case.decisions import Standing, standings
    from abusekit.cli.borne_out import borne_out
    from abusekit.cli.timestamping import set_bracket, time_trust
    from abusekit.errors import UsageError
    from abusekit.integrity.checks.brackets import StampedLines
    from abusekit.messages.parts import cited
    from abusekit.screenshots.stored import comparisons

    if (replay and session.json) or (seconds is not None and not replay):
        raise UsageError(
            "--replay serves a file and goes without --json; --for is only for --replay", "show --help"
        )

    case = session.case()
    if (part := cited(item_id)) is not None:
        from abusekit.cli.show_part import show_part

        show_part(session, case, part, Views(session, case, view_reason, reveals=reveal), reveal=reveal)
        return
    resolved = resolve_item(case, item_id)
    stamped = StampedLines(case.root, time_trust(session.say), resolved)
    entries = list(stamped.noting(case.lines()))
    standing = standings(entries).get(resolved, Standing())
    refuse_quarantined(session, resolved, standing)
    item = case.item(resolved)
    views = Views(session, case, view_reason, reveals=reveal or replay)
    if replay:
        from abusekit.cli.replay import replay as serve

        serve(session, case, item, seconds, views)
        return
    if reveal:
        views.seen([resolved], "show --reveal")
    corrected_by, unread = _corrected_by(case, item, entries)
    standing.corroborated_by = borne_out(case, item, entries)
    set_bracket(standing, stamped.bracket(resolved))
    compared = comparisons(case, item, standings(entries)) if "screenshot_of" in item.source else []
    if session.json:
        session.answer(_answer(item, standing, corrected_by, compared, reveal))
        return
    from abusekit.cli.screenshot_options import comparison_lines
    from abusekit.cli.show_part import reading_lines

    lines = (
        *_lines(item, standing, corrected_by),
        *reading_lines(case, item),
        *comparison_lines(item, compared, reveal=reveal),
    )
    for line in lines:
        session.print(line)
    if unread:
        session.say(f"not readable, so that it may correct this entry, or not: {', '.join(unread)}")
    if not reveal:
        session.print(f"content    {COVERED}")
        return
    _reveal(session, case, item)


def _reveal(session: Session, case: Case, item: Item) -> None:
    """The address, the times, the facts in short, and the words."""
    for name, value in item.source.items():
        session.print(f"  {name}: {_short(value)}")
    for dated in item.dated:
        session.print(f"  {dated.what}: {dated.moment.get('raw')} ({dated.field})")
    for name, value in item.facts.items():
        if value not in (None, "", [], {}):
            session.print(f"  {name}: {_fact(value)}")
    for name, text in _texts(case, item):
        session.print(f"--- {name}")
        for line in text[:TEXT_LIMIT].splitlines():
            session.print(line)
        if len(text) > TEXT_LIMIT:
            session.print(f"--- {len(text) - TEXT_LIMIT} more characters in evidence/{item.id}/")


def _corrected_by(case: Case, item: Item, entries: list[dict[str, Any]]) -> tuple[list[str], list[str]]:
    """The diary entries that correct this one, and those that cannot be read to know it."""
    from abusekit.cli.list import corrects
    from abusekit.errors import AbusekitError

    found, unread = [], []
    later = [e["item"] for e in entries if e["do"] == "item.add" and e.get("kind") == "note"]
    for other in later if item.kind == "note" else ():
        try:
            if corrects(case.item(other)) == item.id:
                found.append(other)
        except AbusekitError:
            unread.append(other)
    return found, unread


def _texts(case: Case, item: Item) -> Iterator[tuple[str, str]]:
    """The readable texts of an item, with the names of the files that hold them."""
    from abusekit.case.hashing import open_regular
    from abusekit.webarchive.wacz import page_text

    for stored in item.files:
        path = f"evidence/{item.id}/{stored.name}"
        if item.kind == "note" and stored.name == "note.txt":
            yield stored.name, case.read_small(path, 1 << 20).decode("utf-8", "replace")
        elif item.kind == "capture" and stored.name == "capture.wacz":
            fd, _ = open_regular(case.root / path)
            with open(fd, "rb") as stream:
                yield f"text of the page, from {stored.name}", page_text(stream) or "(none)"


def _answer(
    item: Item, standing: Standing, corrected_by: list[str], compared: list[Compared], reveal: bool
) -> ShowAnswer:
    import msgspec

    from abusekit.case.records import grade
    from abusekit.cli.answers import ShowAnswer
    from abusekit.cli.list import corrects, what
    from abusekit.cli.screenshot_options import covered
    from abusekit.cli.show_clocks import clocks_of

    letter, reasons = grade(
        item, stamped=standing.not_later_than is not None, corroborated=bool(standing.corroborated_by)
    )
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
        what=what(item, standing),
        clocks=clocks_of(item),
        corroborated_by=standing.corroborated_by,
        not_later_than=standing.not_later_than,
        not_earlier_than=standing.not_earlier_than,
        corrects=corrects(item),
        corrected_by=corrected_by,
        compared=compared if reveal else covered(compared),
        source=plain["source"] if reveal else None,
        facts=plain["facts"] if reveal else None,
        dated=plain["dated"] if reveal else None,
    )


def _lines(item: Item, standing: Standing, corrected_by: list[str]) -> list[str]:
    from abusekit.case.records import grade
    from abusekit.cli.list import corrects, recheck_facts
    from abusekit.cli.show_clocks import clock_lines, clocks_of
    from abusekit.cli.timestamping import bracket_lines

    letter, reasons = grade(
        item, stamped=standing.not_later_than is not None, corroborated=bool(standing.corroborated_by)
    )
    lines = [
        f"{item.id}  exhibit {item.exhibit}  {item.kind}  {item.outcome}",
        *clock_lines(item, clocks_of(item)),
        *bracket_lines(standing),
        f"by         {item.who} ({item.role}), abusekit {item.tool['version']} build {item.tool['build'][:16]}…, "
        f"self-test {item.tool['self_test']}",
        f"grade      {letter}" + (f": {'; '.join(reasons)}" if reasons else ""),
    ]
    lines += [f"fidelity   {item.fidelity}"] if item.files else []
    lines += [line for key, value in item.method.items() if key != "clock" for line in _method(key, value)]
    lines += [
        f"file       {f.name}  {f.size} bytes  {f.role}  {f.media_type}  SHA-256 {f.sha256}"
        for f in item.files
    ]
    lines += [f"problem    {text}" for text in item.problems]
    lines += [f"limit      {text}" for text in item.limits]
    if recheck := recheck_facts(item):
        lines.append(f"re-check   of {item.source.get('recheck_of')}: {_recheck_line(recheck)}")
    lines += [f"tags       {', '.join(standing.tags)}"] if standing.tags else []
    lines += [f"verified   by {who} at {at}" for who, at in standing.verified]
    if standing.corroborated_by:
        lines.append(f"borne out  by {', '.join(standing.corroborated_by)}")
    lines += [f"corrects   {earlier}, which stays as it is"] if (earlier := corrects(item)) else []
    lines += [f"corrected by {', '.join(corrected_by)}"] if corrected_by else []
    lines += [f"kept at    {standing.place}"] if standing.place else []
    lines += [f"WITHDRAWN  {standing.withdrawn}"] if standing.withdrawn is not None else []
    return lines


def _recheck_line(said: dict[str, Any]) -> str:
    """What a re-check found, without content: the verdict, how certain, and what brackets a deletion."""
    parts = [f"{said['verdict']} ({said.get('confidence')})"]
    for name, words in (("last_live", "last seen live"), ("first_gone", "first seen gone")):
        seen = said.get(name)
        if isinstance(seen, dict):
            parts.append(f"{words} {seen.get('at')} ({seen.get('item') or 'this item'})")
    if said.get("alarm"):
        parts.append(f"ALARM {said['alarm']}")
    return "; ".join(parts)


def _fact(value: Any) -> str:
    """A fact on one line; what is long is counted, and stands in item.json."""
    text = _short(value)
    if len(text) <= FACT_LIMIT or not isinstance(value, list | dict):
        return text
    return f"{len(value)} entries; see --json, or item.json"


def _method(key: str, value: Any) -> list[str]:
    """One line, but for what was done to the page, which gets a line each; what is long stands in report.txt."""
    if value in ("", [], {}, None, False):
        return []
    if key == "alterations" and isinstance(value, list):
        from abusekit.capture.technical_report import CONDITIONS

        made = [one for one in value if isinstance(one, dict) and one.get("count")]
        return [
            f"{'set before' if one.get('what') in CONDITIONS else 'done to it'} {one.get('what')}: "
            f"{one.get('outcome')} {one.get('detail')}".rstrip()
            for one in sorted(made, key=lambda one: str(one.get("at")))
        ]
    if key == "browser" and isinstance(value, dict):
        about = {name: one for name, one in value.items() if name != "flags"}
        return [f"method     browser: {', '.join(f'{name} {one}' for name, one in about.items())}"]
    if isinstance(value, dict):
        told = {name: one for name, one in value.items() if one not in ("", [], {}, None, False)}
        return [f"method     {key}: {_short(told)}"]
    return [f"method     {key}: {_short(value)}"]


def _short(value: Any) -> str:
    import msgspec

    text = value if isinstance(value, str) else msgspec.json.encode(value).decode("utf-8")
    return text if len(text) <= TEXT_LIMIT else text[:TEXT_LIMIT] + "…"
