"""`abusekit timeline`: everything that has a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from abusekit.cli.options import PathParameter, Session, now, with_session
from abusekit.cli.table_files import goes_to_stdout, instant, write_whole
from abusekit.cli.views import Views, reason_option

if TYPE_CHECKING:
    from pathlib import Path


@click.command("timeline")
@click.option(
    "--csv",
    "csv_path",
    type=PathParameter(),
    metavar="FILE",
    help="Timesketch's columns; - is standard output.",
)
@click.option("--jsonl", "jsonl_path", type=PathParameter(), metavar="FILE", help="The same as JSON Lines.")
@click.option(
    "--html",
    "html_path",
    type=PathParameter(),
    metavar="FILE",
    help="One page that opens without network.",
)
@click.option("--since", metavar="TIME", help="Only what may have been at or after this time.")
@click.option("--until", metavar="TIME", help="Only what may have been before this time.")
@click.option(
    "--kind", "kinds", multiple=True, metavar="KIND", help="Only rows of this kind; repeat for more."
)
@click.option(
    "--item",
    "items",
    multiple=True,
    metavar="ITEM",
    help="Only this item, exhibit or range; repeat for more.",
)
@click.option(
    "--tag", "tags", multiple=True, metavar="TAG", help="Only what has this label; repeat for more."
)
@click.option(
    "--account",
    "accounts",
    multiple=True,
    metavar="TEXT",
    help="Only messages of accounts that are called so.",
)
@click.option(
    "--platform", "platforms", multiple=True, metavar="NAME", help="Only messages of this platform."
)
@click.option("--no-custody", is_flag=True, help="Leave out the acts of the custody log.")
@click.option(
    "--reveal", is_flag=True, help="Carry content, too: titles, addresses, words. It may be upsetting."
)
@reason_option
@with_session(acts=True)
def timeline_command(
    session: Session,
    csv_path: Path | None,
    jsonl_path: Path | None,
    html_path: Path | None,
    since: str | None,
    until: str | None,
    kinds: tuple[str, ...],
    items: tuple[str, ...],
    tags: tuple[str, ...],
    accounts: tuple[str, ...],
    platforms: tuple[str, ...],
    no_custody: bool,
    reveal: bool,
    view_reason: str | None,
) -> None:
    """Everything that has a time, in one list.

    Captures, messages, times found in pages, photos, the diary, acts of custody: each with how certain its time is, and
    where it stands. A time without a zone is shown as such, at the earliest instant that it can mean.

    \b
    Examples:
      abusekit timeline --case mycase
      abusekit timeline --case mycase --html timeline.html --jsonl timeline.jsonl
    """
    from abusekit.cli.acts import resolve_items
    from abusekit.timeline import html_page, tables
    from abusekit.timeline.gather import Filters, gather

    to_stdout = goes_to_stdout((csv_path, jsonl_path, html_path), json=session.json)
    case = session.case()
    settings = case.settings()
    views = Views(session, case, view_reason, reveals=reveal)
    filters = Filters(
        since=instant(since, settings.zone, "--since"),
        until=instant(until, settings.zone, "--until"),
        kinds=frozenset(kinds),
        items=frozenset(resolve_items(case, items)),
        tags=frozenset(tags),
        accounts=accounts,
        platforms=frozenset(platform.lower() for platform in platforms),
        include_custody=not no_custody,
        reveal=reveal,
    )
    written: list[str] = []
    with gather(case, filters) as rows:
        if reveal:
            shown = (row.item for row in rows if row.content is not None and row.item)
            files = [path for path in (csv_path, jsonl_path, html_path) if path and str(path) != "-"]
            (views.copied if files else views.seen)(shown, "timeline --reveal")
        if csv_path and jsonl_path:  # both in one pass over the rows
            write_whole(
                csv_path,
                lambda a: write_whole(
                    jsonl_path, lambda b: tables.write(rows, csv_out=a, jsonl_out=b), written
                ),
                written,
            )
        elif csv_path:
            write_whole(csv_path, lambda out: tables.write_csv(rows, out), written)
        elif jsonl_path:
            write_whole(jsonl_path, lambda out: tables.write_jsonl(rows, out), written)
        if html_path:
            title = f"Timeline of case {settings.reference}"
            write_whole(
                html_path,
                lambda out: html_page.write(rows, out, title=title, zone=settings.zone, made_at=now()),
                written,
            )
        if session.json:
            from abusekit.cli.answers import TimelineAnswer

            session.answer(TimelineAnswer(len(rows), written))
            return
        if not written and not to_stdout:
            from abusekit.timeline import terminal

            for line in terminal.lines(rows, settings.zone):
                session.print(line)
        for path in written:
            session.say(f"{len(rows)} rows written to {path}")
        if rows.held_back:
            session.say(f"in quarantine, and left out: {', '.join(rows.held_back)}")
