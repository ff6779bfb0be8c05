"""`abusekit account list`: the accounts that the evidence shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from abusekit.cli.options import Session, with_session

if TYPE_CHECKING:
    from abusekit.accounts.model import Account, Decision, Decisions, Ledger
    from abusekit.case.folder import Case
    from abusekit.cli.answers_account import AccountLink, ListedAccount

MOST = 50


@click.command("list")
@click.option("--platform", metavar="NAME", help="Only accounts of this platform.")
@click.option("--weak", is_flag=True, help="Only those known by handle or name, not by an id that stays.")
@click.option("--own", is_flag=True, help="Only the victim's own.")
@click.option(
    "--new-since",
    metavar="ITEM|SEAL",
    help="Only those that nothing showed before this item (E0012), or in the lines that this seal covers (seal:42).",
)
@click.option("--most", type=click.IntRange(1), metavar="N", help=f"At most so many lines (default: {MOST}).")
@with_session()
def list_command(
    session: Session, platform: str | None, weak: bool, own: bool, new_since: str | None, most: int | None
) -> int:
    """List the accounts that the evidence shows, those first that wrote most to the victim.

    Each with its key, state, first and last day; items, posts that captures show, messages; handle, name. A name from
    the phone's contacts is one that the owner of the phone chose, and is marked so. Links are what people claim, never
    what abusekit found.

    \b
    Examples:
      abusekit account list
      abusekit account list --platform x --new-since E0012
    """
    from abusekit.accounts.ledger.reading import ledger
    from abusekit.accounts.links.decisions import decisions, left_out, standing_links, without_ground
    from abusekit.accounts.listing import in_order
    from abusekit.cli.answers_account import AccountListAnswer

    case = session.case()
    claimed = decisions(case.entries())
    is_new = _new_since(case, new_since)
    found = ledger(case)
    decided = standing_links(claimed, found)
    named = _platform(found, platform)
    wanted = [
        one
        for one in in_order(found.accounts.values())
        if (named is None or one.platform == named)
        and (one.weak or not weak)
        and (one.own or not own)
        and is_new(one)
    ]
    code = 7 if found.problems else 0
    if session.json:
        shown = wanted[:most]
        rows = [listed(one, decided) for one in shown]
        session.answer(
            AccountListAnswer(
                case.settings().reference, rows, len(wanted) - len(shown), list(found.problems), code
            )
        )
        return code
    _print(session, wanted[: most or MOST], decided, case.settings().zone)
    for line in filter(None, (left_out(claimed, found), without_ground(decided))):
        session.say(line)
    _say_the_rest(session, found, len(wanted), len(wanted[: most or MOST]), new_since=new_since)
    return code


def _platform(found: Ledger, typed: str | None) -> str | None:
    """Raises UsageError: the case has no account of that platform, though it has others."""
    from abusekit.accounts.keys import platform_name
    from abusekit.accounts.listing import short
    from abusekit.errors import UsageError

    if typed is None:
        return None
    name = platform_name(typed)
    there = sorted({one.platform for one in found.accounts.values()})
    if there and name not in there:
        raise UsageError(
            f"no account of a platform {short(name, 40)} in the case",
            f"there are accounts of {', '.join(short(one, 40) for one in there)}",
        )
    return name


def _print(session: Session, shown: list[Account], decided: Decisions, zone: str) -> None:
    from abusekit.cli.account.listed_lines import HEAD, legend, listed_lines

    if shown:
        session.print(HEAD)
    for one in shown:
        for line in listed_lines(one, decided, zone):
            session.print(line)
    for line in legend(shown):
        session.say(line)


def _say_the_rest(session: Session, found: Ledger, wanted: int, shown: int, *, new_since: str | None) -> None:
    from abusekit.accounts.listing import counted, short
    from abusekit.cli.account.listed_lines import nobody_is_own

    if wanted > shown:
        session.print(f"… and {wanted - shown} more: --most {wanted}, or --json")
    total = counted(len(found.accounts), "account")
    if wanted:
        session.say(f"{counted(wanted, 'account')}; show one: abusekit account show ACCOUNT")
    elif not found.accounts:
        session.say("no account yet: nothing that was captured or imported names one")
    elif new_since is not None:
        session.say(f"no account is new since {short(new_since, 40)}; the case has {total}")
    else:
        session.say(f"no account is of that kind; the case has {total}")
    for line in nobody_is_own(found):
        session.say(line)
    for problem in found.problems:
        session.say(f"not read: {problem}")


def _new_since(case: Case, typed: str | None) -> Callable[[Account], bool]:
    """Whether an account first shows up behind an item, or behind a seal. Raises UsageError: neither."""
    if typed is None:
        return lambda _account: True
    from abusekit.cli.acts import resolve_item
    from abusekit.errors import UsageError

    lines: dict[str, int] = {}
    declared: dict[str, int] = {}
    seals: set[int] = set()
    for entry in case.entries():
        if entry["do"] == "item.add":
            lines[entry["item"]] = entry["n"]
        elif entry["do"] == "account.observe":
            declared.setdefault(entry["account"], entry["n"])
        elif entry["do"] == "seal.add":
            seals.add(entry["seal"])
    number = typed.strip().lower().removeprefix("seal:").strip()
    if number.isdecimal():
        if int(number) not in seals:
            there = ", ".join(f"seal:{one}" for one in sorted(seals)[-5:])
            raise UsageError(
                f"no seal {number}", f"there are: {there}" if there else "the case has no seal yet"
            )
        after = int(number) - 1
    else:
        after = lines[resolve_item(case, typed)]

    def is_new(account: Account) -> bool:
        shown_by = [lines[item] for item in account.items if item in lines]
        shown_by += [declared[account.key]] if account.key in declared else []
        return bool(shown_by) and min(shown_by) > after

    return is_new


def listed(account: Account, decided: Decisions) -> ListedAccount:
    """The account as the answers have it."""
    from abusekit.accounts.links.decisions import of_account
    from abusekit.accounts.listing import first_and_last, newest_name
    from abusekit.cli.answers_account import ListedAccount

    period = first_and_last(account)
    name = newest_name(account)
    return ListedAccount(
        account=account.key,
        platform=account.platform,
        id=account.id,
        basis=account.basis,
        weak=account.weak,
        own=account.own,
        number=account.number,
        handle=account.handle,
        name=account.name,
        named_by=name.named_by if name else "",
        status=account.status,
        first=period[0] if period else None,
        last=period[1] if period else None,
        items=dict(account.items),
        messages=account.tally.messages,
        to_owner=account.tally.to_owner,
        posts=account.posted.messages,
        alarms=list(dict.fromkeys(alarm.kind for alarm in account.alarms)),
        links=[link_answer(one) for one in of_account(decided, account.key)],
    )


def link_answer(one: Decision) -> AccountLink:
    """A decision as the answers have it."""
    from abusekit.cli.answers_account import AccountLink

    return AccountLink(
        one.a,
        one.b,
        one.decided,
        one.who,
        one.at,
        one.n,
        one.reason,
        list(one.basis),
        list(one.items),
        one.findings,
    )
