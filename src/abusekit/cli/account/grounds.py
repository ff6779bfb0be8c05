"""What a claim about a link rests on: the options, the help about them, and what they are checked for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import click

from abusekit.cli.acts import needed_reason
from abusekit.cli.options import Function

if TYPE_CHECKING:
    from abusekit.accounts.model import Account, Decided, Decision, Ledger
    from abusekit.case.folder import Case

WORDS: dict[str, str] = {
    "same-id-after-rename": "the platform's own id stayed the same over a change of name",
    "self-identification": "one account says that it belongs to the other",
    "same-media": "both show the same picture or file",
    "same-phrase": "both use the same distinctive words",
    "same-selector": "both name the same phone number, e-mail address, page or payment handle",
    "cross-post": "both published the same post",
    "timing": "one begins when the other ends, or both act together",
    "recovery-hint": "the platform's recovery page shows the same hint",
    "platform-confirmation": "the platform says so",
    "other": "something else, told in the reason",
}
"""As `accounts.links.bases.BASIS_WORDS`, which a test compares: a help text loads nothing of the work."""
BASES = tuple(WORDS)
MOST_ITEMS = 200
SHORTEST_FINDINGS = 8
"""Digits of a digest that are enough: of the two accounts that are named there is one digest now."""
READ = ("capture", "export")
"""Items in which abusekit itself looks for accounts; what a letter or a screenshot shows, a person sees."""
_DIGEST = re.compile(r"[0-9a-f]{8,64}")


class Said(NamedTuple):
    """What was typed."""

    decided: Decided
    reason: str | None
    basis: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    findings: str | None = None
    anyway: bool = False


class Grounded(click.Command):
    """Its help ends with the words of a basis and what they mean."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("What a link can rest on (--basis)"):
            formatter.write_dl(list(WORDS.items()))
        super().format_epilog(ctx, formatter)


def reason_of_a_link(function: Function) -> Function:
    return click.option("--reason", metavar="TEXT", help="Why, in your words. Needed.")(function)


def grounds(function: Function) -> Function:
    """--basis, --item, --findings, --anyway."""
    for option in (
        click.option(
            "--anyway",
            is_flag=True,
            help="Even if the findings are others now, or an item shows neither account.",
        ),
        click.option(
            "--findings",
            metavar="HEX",
            help="Digest of the findings that you saw, as account candidates prints it, or its first"
            f" {SHORTEST_FINDINGS} digits or more; compared with those of now.",
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
            help="What it rests on, in one of the words below; repeat for more.",
        ),
    ):
        function = option(function)
    return function


def checked_reason(said: Said, typed: tuple[str, str]) -> str:
    """The reason. Raises UsageError, which tells everything that is missing at once: reason, basis, something of the
    case. typed: the two accounts."""
    from abusekit.errors import UsageError

    claims = said.decided in ("proposed", "confirmed")
    lacks = {
        "--reason TEXT": ("a reason is needed", not (said.reason or "").strip()),
        "--basis WORD": ("what does the link rest on? (--basis)", claims and not said.basis),
        "--item ITEM": (
            "a confirmed link rests on something that the case holds (--item, or --findings; a letter: abusekit add)",
            said.decided == "confirmed" and not (said.items or said.findings),
        ),
    }
    missing = {option: words for option, (words, lacking) in lacks.items() if lacking}
    if not missing or (len(missing) == 1 and "--reason TEXT" in missing):
        reason = needed_reason(said.reason or "")
        _check_form(said)
        return reason
    bases = f"; WORD is one of: {', '.join(BASES)}" if "--basis WORD" in missing else ""
    raise UsageError(
        "; ".join(missing.values()),
        f"{_verb(said.decided)} {_pasted(typed)} {' '.join(_given(said))} {' '.join(missing)}".replace(
            "  ", " "
        )
        + bases,
    )


def _verb(step: Decided) -> str:
    verb = {"proposed": "link", "confirmed": "confirm", "rejected": "reject", "undecided": "unlink"}[step]
    return f"abusekit account {verb}"


def _pasted(typed: tuple[str, ...]) -> str:
    import shlex

    from abusekit.plain import safe_text

    return " ".join(shlex.quote(safe_text(one)[:200]) for one in typed)


def _given(said: Said) -> list[str]:
    """What was typed already, so that the line is whole."""
    found = [f"--basis {word}" for word in said.basis] + [f"--item {_pasted((item,))}" for item in said.items]
    found += [f"--findings {_pasted((said.findings,))}"] if said.findings else []
    return found + (
        [f"--reason {_pasted((said.reason,))}"] if (said.reason or "").strip() and said.reason else []
    )


def _check_form(said: Said) -> None:
    """Raises UsageError."""
    from abusekit.errors import UsageError

    if said.findings is not None and not _DIGEST.fullmatch(said.findings):
        raise UsageError(
            "--findings is no digest",
            f"the first {SHORTEST_FINDINGS} to 64 digits and letters a-f that account candidates prints",
        )
    if said.anyway and not (said.findings or said.items):
        raise UsageError("--anyway goes with --findings or --item", "leave it out")


def checked_items(case: Case, said: Said, pair: tuple[Account, Account]) -> list[str]:
    """The items that are meant. Raises UsageError: no such item, one in quarantine or withdrawn, too many, or one in
    which abusekit looked for accounts and which shows neither of the two, without --anyway."""
    from abusekit.cli.account.observe import usable_item
    from abusekit.cli.acts import resolve_items
    from abusekit.errors import UsageError

    found = resolve_items(case, said.items)
    if len(found) > MOST_ITEMS:
        raise UsageError(f"{len(found)} items are too many for one line of the log", "name those that matter")
    items = [usable_item(case, item) for item in found]
    neither = [item for item in items if shows_neither(item, pair) and case.item(item).kind in READ]
    if neither and not said.anyway:
        raise UsageError(
            f"{', '.join(neither)} shows neither of the two accounts",
            "name items that show them (account show lists them); or, where a person sees more: --anyway, and the"
            " reason says what it shows",
        )
    return items


def shows_neither(item: str, pair: tuple[Account, Account]) -> bool:
    return all(item not in account.items for account in pair)


def checked_findings(
    case: Case, found: Ledger, pair: tuple[Account, Account], said: Said, before: Decision | None
) -> tuple[str, bool]:
    """The digest that is logged, and whether the findings are others by now.

    Raises UsageError: they are, without --anyway, or with it of a digest of which only the start is given.
    """
    from abusekit.accounts.links.candidates import compare_two
    from abusekit.errors import UsageError

    if not said.findings:
        return "", False
    digest = compare_two(case, found, pair[0].key, pair[1].key).digest
    if digest.startswith(said.findings):
        return digest, False
    if not said.anyway:
        raise UsageError(
            f"the findings are others now than those that you saw: they are stale; {_why(case, said.findings, before)}",
            f"look again: abusekit account candidates --between {_pasted((pair[0].key, pair[1].key))};"
            " or decide --anyway",
        )
    if len(said.findings) < len(digest):
        raise UsageError(
            "of findings that are others now the whole digest is needed",
            "--findings with all 64 digits, as account candidates --json gives them; or look again",
        )
    return said.findings, True


def _why(case: Case, digest: str, before: Decision | None) -> str:
    """What the log tells of the cause, where a decision was made on those findings; else what can be the cause."""
    if before is not None and before.findings.startswith(digest):
        from abusekit.accounts.links.standing import since

        return since(case.entries(), before)
    return (
        "an item taken in or withdrawn, a declaration, a decision about another pair (which changes who is a bystander)"
        " or another version of abusekit can do that"
    )
