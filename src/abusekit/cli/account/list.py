"""`abusekit account list`: the accounts that the evidence shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from abusekit.cli.options import Session, with_session

if TYPE_CHECKING:
    from abusekit.accounts.model import Account, AccountKey, Decision, Decisions
    from abusekit.case.folder import Case
    from abusekit.cli.answers_account import AccountLink, ListedAccount

MOST = 50
HANDLE_SHOWN = 40
"""Characters of a handle, or a name, in a line."""
OTHERS_SHOWN = 3
"""Accounts that a line names as linked."""
LINK_WORDS = (("confirmed", "confirmed with"), ("proposed", "proposed with"), ("rejected", "rejected with"))


@click.command("list")
@click.option("--platform", metavar="NAME", help="Only accounts of this platform.")
@click.option("--weak", is_flag=True, help="Only those known by handle or name, not by an id that stays.")
@click.option("--own", is_flag=True, help="Only the victim's own.")
@click.option(
    "--new-since",
    metavar="ITEM|SEAL",
    help="Only those that nothing showed before this item, or in the lines that this seal covers.",
)
@click.option("--most", type=click.IntRange(1), metavar="N", help=f"At most so many lines (default: {MOST}).")
@with_session()
def list_command(
    session: Session, platform: str | None, weak: bool, own: bool, new_since: str | None, most: int | None
) -> int:
    """List the accounts that the evidence shows, those first that wrote most to the victim.

    Each with its key, state, first and last day, items, messages, handle, name. A name from the phone's contacts is
    one that the owner of the phone chose, and is marked so. Links are what people claim, never what abusekit found.

    \b
    Examples:
      abusekit account list
      abusekit account list --platform x --new-since E0012
    """
    from abusekit.accounts.ledger.reading import ledger
    from abusekit.accounts.links.decisions import decisions
    from abusekit.accounts.listing import in_order
    from abusekit.cli.answers_account import AccountListAnswer

    case = session.case()
    decided = decisions(case.entries())
    is_new = _new_since(case, new_since)
    found = ledger(case)
    wanted = [
        one
        for one in in_order(found.accounts.values())
        if (platform is None or one.platform == _platform(platform))
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
    zone = case.settings().zone
    shown = wanted[: most or MOST]
    for one in shown:
        session.print(_line(one, decided, zone))
    _say_the_rest(session, found.problems, len(wanted), len(shown))
    return code


def _platform(typed: str) -> str:
    from abusekit.accounts.keys import platform_name

    return platform_name(typed)


def _say_the_rest(session: Session, problems: list[str], wanted: int, shown: int) -> None:
    from abusekit.accounts.listing import counted

    if wanted > shown:
        session.print(f"… and {wanted - shown} more: --most {wanted}, or --json")
    session.say(
        f"{counted(wanted, 'account')}; show one: abusekit account show ACCOUNT"
        if wanted
        else "no such account"
    )
    for problem in problems:
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
    if typed.strip().isdecimal():
        if int(typed) not in seals:
            raise UsageError(f"no seal {typed}", "a seal has the number of its folder, such as seals/000042")
        after = int(typed) - 1
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


def _line(account: Account, decided: Decisions, zone: str) -> str:
    """What others chose, such as names, stands last: it cannot turn round what abusekit says."""
    from abusekit.accounts.listing import NAMED_WORDS, counted, day, first_and_last, newest_name, short

    period = first_and_last(account)
    days = " to ".join(dict.fromkeys(day(one, zone) for one in period)) if period else "not dated"
    written = counted(account.tally.messages, "message")
    if account.tally.to_owner:
        written += f" ({account.tally.to_owner} to the victim)"
    parts = [
        f"{short(account.key, 200):28}",
        f"{account.status:9}",
        f"{days:24}",
        f"{counted(len(account.items), 'item')}, {written}",
        *marks(account, decided),
    ]
    if account.handle and account.basis != "handle":
        parts.append(f"@{short(account.handle, HANDLE_SHOWN)}")
    if (name := newest_name(account)) is not None:
        parts.append(f'"{short(name.value, HANDLE_SHOWN)}" {NAMED_WORDS[name.named_by]}'.rstrip())
    return "  ".join(parts).rstrip()


def marks(account: Account, decided: Decisions) -> list[str]:
    """What stands out, each in brackets: whose it is, how well it is known, alarms, what people say of links."""
    found = ["[the victim's own]"] if account.own else []
    found += [f"[{account.basis} only]"] if account.weak else []
    found += [f"[ALARM {kind}]" for kind in dict.fromkeys(alarm.kind for alarm in account.alarms)]
    return found + [f"[{text}]" for text in links_in_words(account.key, decided)]


def links_in_words(key: AccountKey, decided: Decisions) -> list[str]:
    """`confirmed with x:777 (PO)`; at most three accounts of each kind."""
    from abusekit.accounts.links.decisions import of_account, other_of
    from abusekit.accounts.listing import short

    links = of_account(decided, key)
    found = []
    for state, words in LINK_WORDS:
        of_state = [one for one in links if one.decided == state]
        names = [f"{short(other_of(one, key), 60)} ({one.who})" for one in of_state[:OTHERS_SHOWN]]
        more = f" and {len(of_state) - OTHERS_SHOWN} more" if len(of_state) > OTHERS_SHOWN else ""
        found += [f"{words} {', '.join(names)}{more}"] if names else []
    return found
