"""`abusekit account observe`: what a person knows about an account and no item shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import click

from abusekit.cli.acts import needed_reason, resolve_item
from abusekit.cli.options import Session, now, with_session
from abusekit.cli.sections import SectionedCommand

if TYPE_CHECKING:
    from abusekit.accounts.model import Account, AccountKey, Ledger
    from abusekit.case.canonical import JSON
    from abusekit.case.folder import Case

FIELDS = ("handle", "name", "bio", "url", "phone", "email", "payment")
FLAGS = {
    "own": "own",
    "blocked": "block",
    "unblocked": "unblock",
    "reported": "report",
    "suspended": "suspended",
    "closed": "closed",
    "gone": "gone",
    "live": "live",
}
"""Option → word of the log."""
ENDS = {
    "block": ("unblock",),
    "unblock": ("block",),
    "live": ("suspended", "closed", "gone"),
    **dict.fromkeys(("suspended", "closed", "gone"), ("live",)),
}
"""What is over once this is declared, and may be declared anew."""


class _Command(SectionedCommand):
    sections = (
        ("What it shows, as you know it", (*FIELDS, "avatar")),
        ("What it is, or was done to it", tuple(FLAGS)),
    )


class _Fact(NamedTuple):
    observed: str
    value: str
    item: str = ""


@click.command("observe", cls=_Command)
@click.argument("account")
@click.option("--handle", metavar="TEXT", help="The handle it uses, or used.")
@click.option("--name", metavar="TEXT", help="The display name it uses, or used.")
@click.option("--bio", metavar="TEXT", help="What its profile says.")
@click.option("--url", metavar="ADDRESS", help="The address of its profile, or one that its profile names.")
@click.option("--phone", metavar="NUMBER", help="A phone number that its profile states.")
@click.option("--email", metavar="ADDRESS", help="An e-mail address that its profile states.")
@click.option("--payment", metavar="TEXT", help="A payment handle that its profile states.")
@click.option("--avatar", metavar="ITEM", help="Its profile picture is the picture in this item.")
@click.option("--own", is_flag=True, help="It is the victim's own account.")
@click.option("--blocked", is_flag=True, help="The victim blocked it.")
@click.option("--unblocked", is_flag=True, help="The victim lifted the block.")
@click.option("--reported", is_flag=True, help="The victim reported it to the platform.")
@click.option("--suspended", is_flag=True, help="The platform suspended it.")
@click.option("--closed", is_flag=True, help="It was closed by whoever ran it.")
@click.option("--gone", is_flag=True, help="It was not there any more; why is not known.")
@click.option("--live", is_flag=True, help="It was there, and could be used.")
@click.option(
    "--when", metavar="TIME", help="When that was: 2026-11-20T22:10 (case's zone), …+01:00, or 2026-11-20."
)
@click.option("--item", metavar="ITEM", help="The item in which it can be seen.")
@click.option("--reason", metavar="TEXT", help="How you know. Needed.")
@click.option(
    "--take-back",
    type=click.IntRange(1),
    metavar="LINE",
    help="Take back what this line of the log declares.",
)
@click.option("--id", "new_id", metavar="ID", hidden=True)
@with_session(acts=True)
def observe_command(
    session: Session,
    account: str,
    when: str | None,
    item: str | None,
    reason: str | None,
    take_back: int | None,
    new_id: str | None,
    **said: str | bool | None,
) -> int:
    """Declare what you know about an account and no item shows; the log keeps who said it, and why.

    ACCOUNT is one of the case, or a new one by platform and id or handle: x:12345, x:@owl, phone:+447700900123, or the
    address of its profile. What is declared stands beside what the evidence shows and changes none of it.

    \b
    Examples:
      abusekit account observe x:@owl --blocked --when 2026-11-20T22:10 --reason "she told me, and showed the list"
      abusekit account observe x:12345 --handle owl_7 --item E0007 --reason "read on the screenshot"
      abusekit account observe x:12345 --take-back 57 --reason "it was another account"
    """
    from abusekit.accounts.ledger.reading import ledger
    from abusekit.cli.account.declaring import named

    because = needed_reason(reason or "")
    _refuse_an_id(new_id)
    case = session.case()
    facts = _facts(case, said)
    _check_use(facts, take_back, when, item)
    found = ledger(case)
    key, known = named(found, account)
    if take_back is not None:
        acts = [_taken_back(case, key, take_back - 1, because)]
        said_before: dict[int, dict[str, JSON]] = {}
    else:
        _check_own(case, key, known, facts)
        more = _more(case, when, item)
        acts = [_act(key, fact, because, more) for fact in facts]
        said_before = _said_before(case, acts, session.producer(case).initials)
        acts = [act for act in acts if not any(_same(act, one) for one in said_before.values())]
    _log(session, case, key, acts, said_before, new=known is None)
    if not session.json and known is not None and any(fact.observed == "own" for fact in facts):
        _say_whose_export(session, found, known)
    return 0


def _refuse_an_id(new_id: str | None) -> None:
    from abusekit.errors import UsageError

    if new_id is not None:
        raise UsageError(
            "the id of an account does not change: another id is another account, and accounts are never merged",
            "declare that one by itself: abusekit account observe PLATFORM:ID …; then claim a link: account confirm",
        )


def _facts(case: Case, said: dict[str, str | bool | None]) -> list[_Fact]:
    """What the options declare, in their order. Raises UsageError: a value that is none."""
    from abusekit.cli.account.declaring import checked

    found = [_Fact(name, checked(name, str(said[name]))) for name in FIELDS if said[name] is not None]
    if said["avatar"] is not None:
        found.append(_avatar(case, str(said["avatar"])))
    return found + [_Fact(word, "") for name, word in FLAGS.items() if said[name]]


def _avatar(case: Case, typed: str) -> _Fact:
    """The picture of an item: of a capture the one of the profile, else its one picture. Raises UsageError: none."""
    from abusekit.accounts.ledger.avatars import avatar_of
    from abusekit.errors import UsageError

    item = case.item(usable_item(case, typed))
    if item.kind == "capture" and (found := avatar_of(case, item)) is not None:
        return _Fact("avatar", found[0], item.id)
    pictures = [one for one in item.files if one.role == "original" and one.media_type.startswith("image/")]
    if item.kind != "capture" and len(pictures) == 1:
        return _Fact("avatar", pictures[0].sha256, item.id)
    raise UsageError(f"{item.id} holds no profile picture that can be told", "name an item with one picture")


def usable_item(case: Case, typed: str) -> str:
    """The id of an item on which something may rest. Raises UsageError: no such item, in quarantine, withdrawn."""
    from abusekit.case.decisions import standings
    from abusekit.errors import UsageError

    item = resolve_item(case, typed)
    standing = standings(case.entries())[item]
    if standing.quarantined is not None:
        raise UsageError(f"{item} is in quarantine: nothing is said of what is in it", "leave it out")
    if standing.withdrawn is not None:
        raise UsageError(f"{item} is withdrawn: nothing can rest on it", "name another item, or leave it out")
    return item


def _check_use(facts: list[_Fact], take_back: int | None, when: str | None, item: str | None) -> None:
    from abusekit.errors import UsageError

    if take_back is not None and (facts or when is not None or item is not None):
        raise UsageError("--take-back goes alone, with its reason", "declare the rest by another command")
    if take_back is None and not facts:
        raise UsageError(
            "nothing was declared", "such as --handle owl, or --blocked; see: account observe --help"
        )
    words = [fact.observed for fact in facts]
    for one, other in (("block", "unblock"), ("gone", "live"), ("suspended", "live"), ("closed", "live")):
        if one in words and other in words:
            raise UsageError(
                f"both {one} and {other} were declared", "each by a command of its own, with its time"
            )


def _check_own(case: Case, key: AccountKey, known: Account | None, facts: list[_Fact]) -> None:
    """The victim's own account is no suspect's. Raises UsageError."""
    from abusekit.accounts.links.decisions import decisions, of_account, other_of
    from abusekit.errors import UsageError

    words = {fact.observed for fact in facts}
    if known is not None and known.own and words & {"block", "unblock", "report"}:
        raise UsageError(
            f"{key} is the victim's own account", "name the account that was blocked or reported"
        )
    if "own" in words:
        for link in of_account(decisions(case.entries()), key):
            if link.decided in ("proposed", "confirmed"):
                raise UsageError(
                    f"{key} cannot be the victim's own while a link with {other_of(link, key)} is {link.decided}",
                    "take that back first: abusekit account unlink A B --reason …",
                )


def _more(case: Case, when: str | None, item: str | None) -> dict[str, JSON]:
    """When, and where it can be seen. Raises UsageError."""
    from abusekit.case.moment import parse_typed
    from abusekit.errors import UsageError

    facts: dict[str, JSON] = {}
    if when is not None:
        moment = parse_typed(when, case.settings().zone, what="--when")
        if moment.earliest > now():
            raise UsageError(f"--when {when} has not come yet", "when it was seen, or done")
        facts["when"] = moment.to_facts()
    if item is not None:
        facts["item"] = usable_item(case, item)
    return facts


def _act(key: AccountKey, fact: _Fact, reason: str, more: dict[str, JSON]) -> dict[str, JSON]:
    where = {"item": fact.item} if fact.item and "item" not in more else {}
    return {"account": key, "observed": fact.observed, "value": fact.value, "reason": reason, **where, **more}


def _taken_back(case: Case, key: AccountKey, n: int, reason: str) -> dict[str, JSON]:
    """The act that takes back line `n`, counted from 0. Raises UsageError: it declares nothing about `key`."""
    from abusekit.errors import UsageError

    declared: dict[str, JSON] | None = None
    for entry in case.entries():
        if entry["do"] != "account.observe":
            continue
        if entry["n"] == n and entry["account"] == key and entry["observed"] != "retract":
            declared = entry
        elif entry.get("line") == n:
            raise UsageError(
                f"line {n + 1} is taken back already, by line {entry['n'] + 1}", "it counts no more"
            )
    if declared is None:
        raise UsageError(
            f"line {n + 1} of the log declares nothing about {key}",
            "abusekit custody log counts the lines; abusekit account show tells what is declared",
        )
    # with its item, so that a copy that shows the one line shows the other, too
    where = {"item": declared["item"]} if "item" in declared else {}
    return {"account": key, "observed": "retract", "value": "", "line": n, "reason": reason, **where}


def _said_before(case: Case, acts: list[dict[str, JSON]], by: str) -> dict[int, dict[str, JSON]]:
    """Lines in force in which the same person declares one of these, for whatever reason: number from 0 → act."""
    found: dict[int, dict[str, JSON]] = {}
    for entry in case.entries():
        if entry["do"] != "account.observe":
            continue
        if entry["observed"] == "retract":
            found.pop(entry["line"], None)
        elif entry["observed"] in ENDS:
            ended = ENDS[entry["observed"]]
            about = str(entry["account"])
            found = {
                n: one for n, one in found.items() if one["account"] != about or one["observed"] not in ended
            }
        if entry["by"] == by and any(_same(act, entry) for act in acts):
            found[entry["n"]] = entry
    return found


def _same(act: dict[str, JSON], other: dict[str, JSON]) -> bool:
    return all(act.get(name) == other.get(name) for name in ("account", "observed", "value", "item", "when"))


def _log(
    session: Session,
    case: Case,
    key: AccountKey,
    acts: list[dict[str, JSON]],
    said_before: dict[int, dict[str, JSON]],
    *,
    new: bool,
) -> None:
    """Log all or none, and say so. Raises CaseError."""
    from abusekit.accounts.listing import short
    from abusekit.case.custody import Act
    from abusekit.cli.answers_account import AccountObserved

    producer = session.producer(case)
    logged = case.record(
        [Act("account.observe", facts) for facts in acts], by=producer.initials, now=now, told=session.say
    ) if acts else []  # fmt: skip
    lines = [entry["n"] for entry in logged]
    observed = [str(facts["observed"]) for facts in acts]
    if session.json:
        session.answer(AccountObserved(key, new, observed, lines, list(said_before)))
        return
    shown = short(key, 200)
    for n, entry in said_before.items():
        session.print(
            f"{shown}: {entry['observed']}{_value(entry)}, already said by {producer.initials} (log line {n + 1});"
            " nothing written"
        )
    for facts, n in zip(acts, lines, strict=True):
        what = f"line {facts['line'] + 1} is taken back" if "line" in facts else str(facts["observed"])
        session.print(f"{shown}: {what}{_value(facts)}, said by {producer.initials} (log line {n + 1})")
    _say_next(session, key, acts, list(said_before), new=new)


def _value(facts: dict[str, JSON]) -> str:
    """Covered where it is prose."""
    from abusekit.accounts.listing import short

    return f" {short(str(facts['value']), 100)}" if facts["value"] and facts["observed"] != "bio" else ""


def _say_next(
    session: Session, key: AccountKey, acts: list[dict[str, JSON]], said_before: list[int], *, new: bool
) -> None:
    from abusekit.accounts.listing import short
    from abusekit.cli.account.typed_next import typed_key

    typed = typed_key(key) or "ACCOUNT"
    declares = bool(acts) and "line" not in acts[0]
    if new and declares:
        session.say(f"{short(key, 200)} is new: no item shows it; capture or import what shows it")
    if declares and "when" not in acts[0] and any(act["observed"] != "own" for act in acts):
        session.say("no time was given: --when makes it far more useful")
    if said_before:
        session.say(
            "to say it for another reason, take that back first: abusekit account observe"
            f" {typed} --take-back {said_before[0] + 1} --reason …"
        )
    session.say(f"next: abusekit account show {typed}")


def _say_whose_export(session: Session, found: Ledger, own: Account) -> None:
    """Of an export whose owner nobody stated, what the victim received is not counted: that is declared otherwise."""
    from abusekit.cli.account.listed_lines import undeclared

    owned = {
        where.item for one in found.accounts.values() for where in one.own_why if where.at.startswith("owner")
    }
    for line in undeclared([item for item in own.tally.by_item if item not in owned], own.id):
        session.say(line)
