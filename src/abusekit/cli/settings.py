"""`abusekit settings`: the settings of the case, never edited, only followed by new ones."""

from __future__ import annotations

import click

from abusekit.cli.acts import needed_reason
from abusekit.cli.groups import WholeSentences
from abusekit.cli.options import Session, now, with_session

POLICIES = ("log-views",)
"""As in `case.settings.POLICIES`, which is not loaded for a help text."""


@click.group("settings", cls=WholeSentences)
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
@click.option("--place", metavar="TEXT", help="Where new items are kept from the start; empty: not stated.")
@click.option("--policy", "rules", multiple=True, type=click.Choice(POLICIES), help="Keep the case to this.")
@click.option("--no-policy", "dropped", multiple=True, type=click.Choice(POLICIES), help="No longer.")
@click.option("--reason", required=True, metavar="TEXT")
@with_session(acts=True)
def settings_change(
    session: Session,
    title: str | None,
    add_producer: str | None,
    networks: tuple[str, ...],
    place: str | None,
    rules: tuple[str, ...],
    dropped: tuple[str, ...],
    reason: str,
) -> None:
    """Write the next settings; the old ones stay.

    With the policy log-views, whatever reveals content needs a --reason, and is logged.

    \b
    Examples:
      abusekit settings change --add-producer "AB:Anna Brown:volunteer" --reason "helps from today"
      abusekit settings change --place "encrypted drive 1" --policy log-views --reason "as the police asked"
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
    if place is not None:
        new = replace(new, place=place.strip())
    policy = tuple(rule for rule in POLICIES if rule not in dropped and rule in (*new.policy, *rules))
    new = replace(new, policy=policy)
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
                s.place,
                list(s.policy),
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
    if s.place:
        session.print(f"kept at    {s.place}")
    for rule in s.policy:
        session.print(f"policy     {rule}")
    for network in s.allowed_networks:
        session.print(f"may reach  {network}")
