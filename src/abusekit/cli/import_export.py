"""`abusekit import`: chats, mails and platform exports, read message by message."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from abusekit.cli.options import PathParameter, Session, with_session
from abusekit.cli.sighting_options import sighting_of, with_sighting

if TYPE_CHECKING:
    from pathlib import Path


@click.command("import")
@click.argument("exports", nargs=-1, type=PathParameter(), metavar="EXPORT…")
@click.option("--together", is_flag=True, help="All that is named are parts of one download: one exhibit.")
@click.option(
    "--item",
    "items",
    multiple=True,
    metavar="ITEM",
    help="Instead of a file: an export that the case holds, to declare something about it or read it again.",
)
@click.option(
    "--declare",
    "declared",
    multiple=True,
    metavar="NAME=VALUE",
    help="What you know and the file does not say: timezone=Europe/London, order=DMY, owner=NAME. Logged.",
)
@click.option(
    "--undeclare",
    "undeclared",
    multiple=True,
    metavar="NAME",
    help="Take a declaration back; the log keeps both.",
)
@click.option("--reason", default="", metavar="TEXT", help="How you know what you declare.")
@click.option("--format", "importer", default="", metavar="NAME", help="The importer, where you know better.")
@click.option(
    "--mapping",
    type=PathParameter(),
    metavar="FILE",
    help="Columns of a table that no importer knows, as JSON: our column → theirs.",
)
@click.option("--dns", is_flag=True, help="Ask DNS for the DKIM keys of the mails, and store the answers.")
@click.option(
    "--resolver", metavar="ADDRESS", help="With --dns: the name server to ask (default: this computer's)."
)
@click.option(
    "--keys",
    type=PathParameter(),
    metavar="FILE",
    help="DNS TXT records from a file, for DKIM without network.",
)
@click.option(
    "--did-document",
    "document",
    type=PathParameter(),
    metavar="FILE",
    help="DID document, for a Bluesky CAR.",
)
@click.option("--again", is_flag=True, help="Store bytes that the case holds already a second time.")
@click.option("--received-from", default="", metavar="TEXT", help="Who handed it over, as stated.")
@click.option("--how", default="", metavar="TEXT", help="How it was handed over: USB stick, e-mail, …")
@click.option("--what", default="", metavar="TEXT", help="What it is said to be: export of her phone, …")
@with_sighting
@with_session(acts=True)
def import_export_command(
    session: Session,
    exports: tuple[Path, ...],
    together: bool,
    items: tuple[str, ...],
    declared: tuple[str, ...],
    undeclared: tuple[str, ...],
    reason: str,
    importer: str,
    mapping: Path | None,
    dns: bool,
    resolver: str | None,
    keys: Path | None,
    document: Path | None,
    again: bool,
    received_from: str,
    how: str,
    what: str,
    seen: tuple[str | None, str],
) -> int:
    """Take in exports: chats, mails, calls, platform downloads.

    The export is stored as it is; messages are read from it one by one, each with its place, account and time. A time
    without a zone stays without one until you declare it. What no importer knows is stored as a file.

    \b
    Examples:
      abusekit import "WhatsApp Chat with Sam.zip" --declare timezone=Europe/London
      abusekit import facebook-1.zip facebook-2.zip --together --received-from "the victim"
      abusekit import mail.mbox --dns
      abusekit import --item E0007 --declare order=DMY --reason "her phone is set to English (UK)"
    """
    from abusekit import safety
    from abusekit.cli.importing import Wanted, import_all
    from abusekit.errors import UsageError
    from abusekit.importers.files import Handover

    if bool(exports) == bool(items):
        raise UsageError(
            "name an export, or an item of the case", "abusekit import FILE, or: import --item E0007 …"
        )
    if items and (together or again or received_from or how or what or any(seen)):
        raise UsageError(
            "--item is about an export that is stored already", "leave the options of storing out"
        )
    if resolver and not dns:
        raise UsageError("--resolver goes with --dns", "add --dns")
    wanted = Wanted(
        declared=dict(_pair(one) for one in declared),
        undeclared=undeclared,
        reason=reason.strip(),
        importer=importer,
        mapping=mapping,
        dns=dns,
        resolver=resolver,
        keys=keys,
        document=document,
    )
    if exports:
        session.say(safety.UNDER_18)
    handover = Handover(received_from, how, what, sighting_of(session, seen))
    return import_all(session, exports, items, wanted, handover, together=together, again=again)


def _pair(text: str) -> tuple[str, str]:
    from abusekit.errors import UsageError

    name, equals, value = text.partition("=")
    if not equals or not value.strip():
        raise UsageError(f"--declare {text} says no value", "such as: --declare timezone=Europe/London")
    return name.strip(), value
