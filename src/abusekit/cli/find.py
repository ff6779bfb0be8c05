"""`abusekit find`: words, accounts, times and marks in all that a case holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from abusekit.cli.options import PathParameter, Session, with_session
from abusekit.cli.views import reason_option

if TYPE_CHECKING:
    from pathlib import Path


@click.command("find")
@click.argument("texts", nargs=-1, metavar="[TEXT…]")
@click.option("--exact", is_flag=True, help="Letters as they stand: nothing folded, nothing passed over.")
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
@click.option("--from", "since", metavar="TIME", help="Only what may have been at or after this time.")
@click.option("--to", "until", metavar="TIME", help="Only what may have been before this time.")
@click.option(
    "--item",
    "items",
    multiple=True,
    metavar="ITEM",
    help="Only this item, exhibit or range; repeat for more.",
)
@click.option(
    "--tag",
    "tags",
    multiple=True,
    metavar="TAG",
    help="Only messages and items that bear this label themselves; repeat for more.",
)
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    metavar="KIND",
    help="Only this: message, event, email, call, profile, capture, note, file, …; repeat for more.",
)
@click.option(
    "--flag",
    "flags",
    multiple=True,
    metavar="NAME",
    help="Only messages so marked: boundary_ambiguous, changed_between_exports, author_differs, …",
)
@click.option(
    "--attachment",
    "attachments",
    multiple=True,
    metavar="STATE",
    help="Only messages with an attachment that is present, missing, omitted, not_exported or corrupt.",
)
@click.option("--unparsed", is_flag=True, help="Only what no importer understood.")
@click.option("--limit", type=click.IntRange(1), metavar="N", help="Stop after so many.")
@click.option(
    "--csv",
    "csv_path",
    type=PathParameter(),
    metavar="FILE",
    help="All fields of what is found, words only with --reveal; - is standard output.",
)
@click.option("--jsonl", "jsonl_path", type=PathParameter(), metavar="FILE", help="The same as JSON Lines.")
@click.option("--reveal", is_flag=True, help="Show the words, too. They may be upsetting.")
@reason_option
@with_session(acts=True)
def find_command(
    session: Session,
    texts: tuple[str, ...],
    exact: bool,
    accounts: tuple[str, ...],
    platforms: tuple[str, ...],
    since: str | None,
    until: str | None,
    items: tuple[str, ...],
    tags: tuple[str, ...],
    kinds: tuple[str, ...],
    flags: tuple[str, ...],
    attachments: tuple[str, ...],
    unparsed: bool,
    limit: int | None,
    csv_path: Path | None,
    jsonl_path: Path | None,
    reveal: bool,
    view_reason: str | None,
) -> int:
    """Find words, accounts, times or marks in all that the case holds.

    Messages of all exports, each once; text of captured pages; the diary; names of files. All TEXTs must occur, one in
    quotes as it stands. Case, accents, full-width or fancy letters and characters that nobody sees make no difference;
    look-alike letters of other scripts do: search for each spelling. What could not be searched is said (exit code 7).

    \b
    Examples:
      abusekit find sorry station
      abusekit find "find you" --account Sam --from 2024-03-01 --reveal
      abusekit find --flag changed_between_exports
      abusekit find --kind message --csv messages.csv
    """
    from abusekit.cli.acts import resolve_items
    from abusekit.cli.find_run import Outputs, run
    from abusekit.cli.table_files import goes_to_stdout, instant
    from abusekit.cli.views import Views
    from abusekit.errors import UsageError
    from abusekit.finding.folding import Words
    from abusekit.finding.query import Query

    to_stdout = goes_to_stdout((csv_path, jsonl_path), json=session.json)
    words = Words(texts, exact=exact)
    case = session.case()
    zone = case.settings().zone
    query = Query(
        words=words,
        since=instant(since, zone, "--from"),
        until=instant(until, zone, "--to"),
        kinds=frozenset(kinds),
        items=frozenset(resolve_items(case, items)),
        tags=frozenset(tags),
        accounts=accounts,
        platforms=frozenset(platform.lower() for platform in platforms),
        flags=frozenset(flag.partition(":")[0] for flag in flags),
        attachments=frozenset(attachments),
        unparsed=unparsed,
    )
    if query.anything and not (csv_path or jsonl_path):
        raise UsageError("nothing to look for", 'such as: abusekit find "find you"')
    views = Views(session, case, view_reason, reveals=reveal)
    outputs = Outputs(csv_path, jsonl_path, to_stdout=to_stdout, reveal=reveal, limit=limit)
    return run(session, case, query, views, outputs)
