"""What `link`, `confirm`, `reject`, `unlink` have in common: two accounts, a person, a reason, one line of the log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abusekit.cli.account.grounds import (
    Said,
    checked_findings,
    checked_items,
    checked_reason,
    shows_neither,
)
from abusekit.cli.options import Session, now

if TYPE_CHECKING:
    from abusekit.accounts.model import Account, Decided, Decision, Decisions, Ledger
    from abusekit.case.canonical import JSON


def decide(session: Session, a: str, b: str, said: Said) -> int:
    """Log what a person says about the pair. Raises UsageError, CaseError: nothing is logged."""
    from abusekit.accounts.ledger.reading import ledger
    from abusekit.accounts.links.decisions import decisions, standing_links
    from abusekit.case.custody import Act

    reason = checked_reason(said, (a, b))
    case = session.case()
    found = ledger(case)
    lines = [entry for entry in case.entries() if entry["do"] == "account.link"]
    so_far = decisions(lines)
    one, other = _pair(*(_meant(found, so_far, typed, said.decided) for typed in (a, b)))
    before = so_far.of(one.key, other.key)
    _check_step(said.decided, before, one, other)
    items = checked_items(case, said, (one, other))
    findings, stale = checked_findings(case, found, (one, other), said, before)
    producer = session.producer(case)
    facts: dict[str, JSON] = {
        "a": one.key,
        "b": other.key,
        "decision": said.decided,
        "reason": reason,
        "basis": list(dict.fromkeys(said.basis)),
        "items": items,
        "findings": findings,
    }
    if before is not None and before.who == producer.initials and _says(before, facts):
        _tell_again(session, standing_links(so_far, found), (one, other), before, stale=stale)
        return 0
    entry = case.record([Act("account.link", facts)], by=producer.initials, now=now, told=session.say)[0]
    decided = standing_links(decisions([*lines, entry]), found)
    _tell(session, (one, other), decided, before, stale=stale)
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


def _says(before: Decision, facts: dict[str, JSON]) -> bool:
    """Whether that decision said the very same already."""
    return (
        (before.decided, before.reason, before.findings)
        == (facts["decision"], facts["reason"], facts["findings"])
        and set(before.basis) == set(facts["basis"])
        and set(before.items) == set(facts["items"])
    )


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


_DONE = {
    "proposed": "link proposed",
    "confirmed": "link confirmed",
    "rejected": "link rejected",
    "undecided": "undecided again",
}


def _tell_again(
    session: Session, so_far: Decisions, pair: tuple[Account, Account], before: Decision, *, stale: bool
) -> None:
    from abusekit.accounts.links.decisions import cluster_of, rejected_within
    from abusekit.accounts.listing import called
    from abusekit.cli.account.list import link_answer
    from abusekit.cli.answers_account import AccountDecided

    if session.json:
        cluster = cluster_of(so_far, pair[0].key)
        against = [link_answer(one) for one in rejected_within(so_far) if one.a in cluster]
        session.answer(AccountDecided(link_answer(before), None, list(cluster), against, stale, already=True))
        return
    session.print(
        f"{called(pair[0])} and {called(pair[1])}: already {before.decided} by {before.who}, in the same words"
        f" (log line {before.n + 1}); nothing written"
    )


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
                already=False,
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
    from abusekit.cli.account.typed_next import typed_key

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
        if shows_neither(item, pair):
            session.say(
                f"{item} shows neither of the two, as far as abusekit reads it: the reason must say what it shows"
            )
    if said.decided == "confirmed":
        session.say(
            f"this is a claim of {said.who}, shown as such wherever it is used; the accounts stay two accounts"
        )
    if said.decided != "undecided":
        one, other = (typed_key(account.key) or "ACCOUNT" for account in pair)
        session.say(f"to take it back: abusekit account unlink {one} {other} --reason …")
