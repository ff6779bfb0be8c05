"""`abusekit settings`: the settings of the case, never edited, only followed by new ones."""

from __future__ import annotations

import click

from abusekit.cli.acts import needed_reason
from abusekit.cli.options import Session, now, with_session


@click.group("settings")
def settings_command() -> None:
    """Show or change the settings of the case."""


@settings_command.command("show")
@with_session()
def settings_show(session: Session) -> None:
    """The newest settings.

    \b
    Example:
      abusekit settings show
    """
    _show(session)


@settings_command.command("change")
@click.option("--title", metavar="TEXT")
@click.option("--add-producer", metavar="INITIALS:NAME:ROLE", help="One more person who takes evidence in.")
@click.option("--allow-network", "networks", multiple=True, metavar="CIDR")
@click.option("--reason", required=True, metavar="TEXT")
@with_session(acts=True)
def settings_change(
    session: Session, title: str | None, add_producer: str | None, networks: tuple[str, ...], reason: str
) -> None:
    """Write the next settings; the old ones stay.

    \b
    Example:
      abusekit settings change --add-producer "AB:Anna Brown:volunteer" --reason "helps from today"
    """
    from dataclasses import replace

    from abusekit.case.settings import check_settings, check_width, parse_producer
    from abusekit.errors import UsageError

    case = session.case()
    old = case.settings()
    by = old.producer(session.as_initials).initials
    new = old if title is None else replace(old, title=title)
    if add_producer:
        new = new.with_producer(parse_producer(add_producer))
    for network in networks:
        check_width(network)
    if networks:
        more = tuple(n for n in networks if n not in new.allowed_networks)
        new = replace(new, allowed_networks=(*new.allowed_networks, *more))
    if new == old:
        raise UsageError("nothing was changed", "see: abusekit settings change --help")
    case.change_settings(check_settings(new), by=by, now=now, reason=needed_reason(reason))
    _show(session)


def _show(session: Session) -> None:
    case = session.case()
    s = case.settings()
    people = [{"initials": p.initials, "name": p.name, "role": p.role} for p in s.producers]
    if session.json:
        from abusekit.cli.answers import SettingsAnswer

        session.answer(
            SettingsAnswer(
                case.newest_settings(),
                s.case,
                s.reference,
                s.title,
                s.zone,
                s.exhibit_style,
                people,
                list(s.allowed_networks),
            )
        )
        return
    session.print(f"reference  {s.reference}")
    session.print(f"title      {s.title}")
    session.print(f"case       {s.case}")
    session.print(f"time zone  {s.zone}")
    session.print(f"exhibits   {s.exhibit_style}")
    for person in s.producers:
        session.print(f"producer   {person.initials}: {person.name}, {person.role}")
    for network in s.allowed_networks:
        session.print(f"may reach  {network}")
