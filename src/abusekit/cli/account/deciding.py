"""What `link`, `confirm`, `reject`, `unlink` have in common: two accounts, a person, a reason, one line of the log."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import click

from abusekit.cli.acts import needed_reason
from abusekit.cli.options import Function, Session, now

if TYPE_CHECKING:
    from abusekit.accounts.model import Account, Decided, Decision, Decisions, Ledger
    from abusekit.case.folder import Case

BASES = (
    "same-id-after-rename", "self-identification", "same-media", "same-phrase", "same-selector", "cross-post", "timing",
    "recovery-hint", "platform-confirmation", "other",
)  # fmt: skip
"""As in `accounts.links.decisions`, which is not loaded for a help text."""
MOST_ITEMS = 200
_HEX64 = re.compile(r"[0-9a-f]{64}")


class Said(NamedTuple):
    """What was typed."""

    decided: Decided
    reason: str | None
    basis: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    findings: str | None = None
    anyway: bool = False


def reason_of_a_link(function: Function) -> Function:
    return click.option("--reason", metavar="TEXT", help="Why, in your words. Needed.")(function)


def grounds(function: Function) -> Function:
    """--basis, --item, --findings, --anyway."""
    for option in (
        click.option("--anyway", is_flag=True, help="Even if the findings are others now."),
        click.option(
            "--findings",
            metavar="HEX",
            help="Digest of the findings that you saw, as account candidates prints it; compared with those of now.",
        ),
        click.option(
            "--item",
            "items",
            multiple=True,
            metavar="ITEM",
            help="An item that it rests on; repeat for more.",
        ),
        click.option(
            "--basis",
            multiple=True,
            type=click.Choice(BASES),
            metavar="WORD",
            help=f"What it rests on; repeat for more: {', '.join(BASES)}.",
        ),
    ):
        function = option(function)
    return function


def decide(session: Session, a: str, b: str, said: Said) -> int:
    """Log what a person says about the pair. Raises UsageError, CaseError: nothing is logged."""
    from abusekit.accounts.ledger.reading import ledger
    from abusekit.accounts.links.decisions import decisions
    from abusekit.case.custody import Act

    reason = needed_reason(said.reason or "")
    _check_grounds(said)
    case = session.case()
    found = ledger(case)
    lines = [entry for entry in case.entries() if entry["do"] == "account.link"]
    so_far = decisions(lines)
    one, other = _pair(*(_meant(found, so_far, typed, said.decided) for typed in (a, b)))
    before = so_far.of(one.key, other.key)
    _check_step(said.decided, before, one, other)
    items = _items(case, said.items)
    stale = _stale(case, found, one, other, said) if said.findings else False
    producer = session.producer(case)
    facts = {
        "a": one.key,
        "b": other.key,
        "decision": said.decided,
        "reason": reason,
        "basis": list(dict.fromkeys(said.basis)),
        "items": items,
        "findings": said.findings or "",
    }
    entry = case.record([Act("account.link", facts)], by=producer.initials, now=now, told=session.say)[0]
    _tell(session, (one, other), decisions([*lines, entry]), before, stale=stale)
    return 0


def _meant(found: Ledger, so_far: Decisions, typed: str, step: Decided) -> Account:
    """The account that is meant; to take a decision back also one that nothing shows any more. Raises UsageError."""
    from abusekit.accounts.keys import of_key
    from abusekit.accounts.ledger.reading import resolve
    from abusekit.accounts.model import Account
    from abusekit.errors import UsageError

    try:
        return resolve(found, typed)
    except UsageError:
        named = of_key(typed.strip())
        decided = {key for pair in so_far.newest for key in pair}
        if step != "undecided" or named is None or named.key not in decided:
            raise
        return Account(named.key, named.platform, named.id, named.basis, len(found.accounts) + 1)


def _check_grounds(said: Said) -> None:
    """Raises UsageError: a claim that says not what it rests on."""
    from abusekit.errors import UsageError

    if said.decided in ("proposed", "confirmed") and not said.basis:
        raise UsageError("what does the link rest on?", f"--basis, one of: {', '.join(BASES)}")
    if said.decided == "confirmed" and not (said.items or said.findings):
        raise UsageError(
            "a confirmed link rests on something that the case holds",
            "--item ITEM, or --findings HEX as account candidates prints it; a letter: abusekit add",
        )
    if said.findings is not None and not _HEX64.fullmatch(said.findings):
        raise UsageError(
            "--findings is no digest", "64 digits and letters a-f, as account candidates prints them"
        )
    if said.anyway and not said.findings:
        raise UsageError("--anyway goes with --findings", "leave it out")


def _pair(one: Account, other: Account) -> tuple[Account, Account]:
    """The one first that the evidence shows first. Raises UsageError: no two accounts that can be linked."""
    from abusekit.errors import UsageError

    if one.key == other.key:
        raise UsageError(
            f"both are {one.key}", "name two accounts; of one account the names over time: account show"
        )
    if one.own and other.own:
        raise UsageError(
            f"{one.key} and {other.key} are both the victim's own: there is nothing to link",
            "abusekit account observe ACCOUNT --own says of one more that it is hers",
        )
    for account, stranger in ((one, other), (other, one)):
        if account.own:
            raise UsageError(
                f"{account.key} is the victim's own account, and no suspect's: it is linked with none",
                f"if {stranger.key} is hers, too: abusekit account observe {stranger.key} --own --reason …; if she does"
                f" not own {account.key}: take back what says so",
            )
    return (one, other) if one.number <= other.number else (other, one)


def _check_step(step: Decided, before: Decision | None, one: Account, other: Account) -> None:
    """Raises UsageError: there is nothing to take back, or a proposal would weaken what a person confirmed."""
    from abusekit.errors import UsageError

    pair = f"{one.key} and {other.key}"
    stands = before is not None and before.decided != "undecided"
    if step == "undecided" and not stands:
        raise UsageError(f"nothing is decided about {pair}", "abusekit account list shows the links")
    if step == "proposed" and before is not None and before.decided == "confirmed":
        raise UsageError(
            f"{before.who} confirmed a link of {pair} already (log line {before.n + 1})",
            "take that back first: abusekit account unlink A B --reason …",
        )


def _items(case: Case, typed: tuple[str, ...]) -> list[str]:
    """The items that are meant. Raises UsageError: no such item, one in quarantine or withdrawn, too many."""
    from abusekit.cli.account.observe import usable_item
    from abusekit.cli.acts import resolve_items
    from abusekit.errors import UsageError

    found = resolve_items(case, typed)
    if len(found) > MOST_ITEMS:
        raise UsageError(f"{len(found)} items are too many for one line of the log", "name those that matter")
    return [usable_item(case, item) for item in found]


def _stale(case: Case, found: Ledger, one: Account, other: Account, said: Said) -> bool:
    """Whether the findings are others than those that were seen. Raises UsageError: they are, without --anyway."""
    from abusekit.accounts.links.candidates import compare_two
    from abusekit.errors import UsageError

    compared = compare_two(case, found, one.key, other.key)
    if compared.digest == said.findings:
        return False
    if not said.anyway:
        raise UsageError(
            "the findings are others now than those that you saw: they are stale",
            f"look again: abusekit account candidates --between {one.key} {other.key}; or decide --anyway",
        )
    return True


_DONE = {
    "proposed": "link proposed",
    "confirmed": "link confirmed",
    "rejected": "link rejected",
    "undecided": "undecided again",
}


def _tell(
    session: Session,
    pair: tuple[Account, Account],
    decided: Decisions,
    before: Decision | None,
    *,
    stale: bool,
) -> None:
    """What was logged, and what speaks against it."""
    from abusekit.accounts.links.decisions import cluster_of, rejected_within
    from abusekit.accounts.listing import called, short
    from abusekit.cli.account.list import link_answer
    from abusekit.cli.account.shown_lines import contrary
    from abusekit.cli.answers_account import AccountDecided

    now_said = decided.all[-1]
    cluster = cluster_of(decided, pair[0].key)
    against = [one for one in rejected_within(decided) if one.a in cluster]
    if session.json:
        session.answer(
            AccountDecided(
                link_answer(now_said),
                link_answer(before) if before else None,
                list(cluster),
                [link_answer(one) for one in against],
                stale,
            )
        )
        return
    done = _DONE[now_said.decided]
    session.print(
        f"{called(pair[0])} and {called(pair[1])}: {done} by {now_said.who} (log line {now_said.n + 1})"
    )
    if len(cluster) > 2 and now_said.decided == "confirmed":
        session.print(f"joined by confirmed links: {', '.join(short(key, 200) for key in cluster)}")
    for one in against:
        session.print(f"AGAINST: {contrary(one)}")
    _say_what_it_is(session, pair, now_said, before, stale=stale)


def _say_what_it_is(
    session: Session,
    pair: tuple[Account, Account],
    said: Decision,
    before: Decision | None,
    *,
    stale: bool,
) -> None:
    from abusekit.accounts.listing import BASIS_WORDS, short

    if before is not None and before.decided not in ("undecided", said.decided):
        session.say(
            f"before it was {before.decided} by {before.who} (log line {before.n + 1}):"
            f" {short(before.reason, 400)}; the log keeps both"
        )
    if stale:
        session.say(
            "the findings were others when it was decided than now: wherever it is shown, it says stale"
        )
    for account in pair:
        if account.weak and said.decided in ("proposed", "confirmed"):
            session.say(f"{short(account.key, 200)} is {BASIS_WORDS[account.basis]}")
    for item in said.items:
        if all(item not in account.items for account in pair):
            session.say(
                f"{item} shows neither of the two, as far as abusekit reads it: the reason must say what it shows"
            )
    if said.decided == "confirmed":
        session.say(
            f"this is a claim of {said.who}, shown as such wherever it is used; the accounts stay two accounts"
        )
    if said.decided != "undecided":
        one, other = (short(account.key, 200) for account in pair)
        session.say(f"to take it back: abusekit account unlink '{one}' '{other}' --reason …")
