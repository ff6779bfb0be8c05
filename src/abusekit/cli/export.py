"""`abusekit export`: copies for others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from abusekit.cli.acts import resolve_items
from abusekit.cli.export_supplementary import supplementary_command
from abusekit.cli.groups import WholeSentences
from abusekit.cli.options import Session, with_session
from abusekit.cli.views import Views, reason_option

if TYPE_CHECKING:
    from abusekit.cli.answers_partial import ReferenceAnswer
    from abusekit.export.partial import PartialCopy, Plan


@click.group("export", cls=WholeSentences)
def export_command() -> None:
    """Make copies of the case for others."""


export_command.add_command(supplementary_command)


@export_command.command("partial")
@click.argument("paths", nargs=-1, required=True, metavar="OUT")
@click.option(
    "--items",
    "typed",
    multiple=True,
    required=True,
    metavar="ITEMS",
    help="What to hand over: E0002,E0005 or PO/2 or E0003-E0007; several with commas or blanks.",
)
@click.option(
    "--seal",
    "size",
    type=click.IntRange(min=1),
    metavar="N",
    help="Use the seal over N log lines (default: the newest).",
)
@click.option(
    "--accept-references",
    is_flag=True,
    help="Hand over items that name others which are withheld, after reading where they do.",
)
@click.option(
    "--with-countersignatures",
    is_flag=True,
    help="Copy also the signatures by which somebody received the case, which tell of that.",
)
@reason_option
@with_session(acts=True)
def export_partial(
    session: Session,
    paths: tuple[str, ...],
    typed: tuple[str, ...],
    size: int | None,
    accept_references: bool,
    with_countersignatures: bool,
    view_reason: str | None,
) -> int:
    """Copy chosen items only; the copy verifies against the same seal.

    Withheld log lines are replaced by their hashes. Of the rest the copy tells how many lines there are, and
    nothing else: the numbers of the chosen items show that there are others. What a chosen page or text
    says about others stays in it: read it before you hand it over.

    \b
    Example:
      abusekit export partial --case mycase --items E0002,E0005 for-the-police
    """
    from pathlib import Path

    from abusekit.cli.verify import trust_of
    from abusekit.export.partial import export_partial as export
    from abusekit.export.partial import plan_partial

    out = Path(paths[-1])
    typed += paths[:-1]  # `--items E0001 E0002 OUT`: only the first belongs to the option
    case = session.case()
    views = Views(session, case, view_reason, reveals=True)
    ids = resolve_items(case, (part for text in typed for part in text.split(",") if part.strip()))
    plan = plan_partial(case, ids, size=size, with_countersignatures=with_countersignatures)
    _refuse_references(plan, accepted=accept_references)
    views.copied(ids, "export partial")
    copy = export(case, plan, out, trust=trust_of(), told=session.say)
    if session.json:
        _answer(session, copy)
    else:
        _print(session, copy)
    return 0


def _refuse_references(plan: Plan, *, accepted: bool) -> None:
    from abusekit.errors import UsageError

    if plan.references and not accepted:
        shown = "; ".join(f"{r.item} {r.where} names {r.names}" for r in plan.references[:20])
        more = f"; and {len(plan.references) - 20} more" if len(plan.references) > 20 else ""
        raise UsageError(
            f"what is chosen tells of what is withheld: {shown}{more}",
            "choose those, too, or accept it: --accept-references",
        )


def _references(plan: Plan) -> list[ReferenceAnswer]:
    from abusekit.cli.answers_partial import ReferenceAnswer

    return [ReferenceAnswer(one.item, one.where, one.names) for one in plan.references]


def _answer(session: Session, copy: PartialCopy) -> None:
    from abusekit.cli.answers_partial import PartialAnswer

    plan, verdict = copy.plan, copy.verdict
    session.answer(
        PartialAnswer(
            str(copy.folder),
            list(plan.items),
            plan.size,
            verdict.withheld,
            len(plan.files),
            copy.size,
            plan.later,
            _references(plan),
            verdict.sentence,
            verdict.exit_code,
            list(plan.left_out),
        )
    )


def _print(session: Session, copy: PartialCopy) -> None:
    plan, verdict = copy.plan, copy.verdict
    session.print(
        f"{copy.folder}: {', '.join(plan.items)}; {len(plan.files)} files, {copy.size} bytes; "
        f"{verdict.withheld} of {verdict.lines} lines withheld"
    )
    for finding in verdict.findings:
        if finding.status == "could-not-check":
            session.print(f"{finding.status.value.upper():16} {finding.path}: {finding.message}")
    session.print(verdict.sentence)
    for one in plan.references:
        session.say(f"tells of what is withheld: {one.item} {one.where} names {one.names}")
    if plan.left_out:
        names = ", ".join(path.rpartition("/")[2] for path in plan.left_out)
        session.say(f"left out, since it tells of a hand-over: {names} (--with-countersignatures)")
    if plan.later:
        session.say(
            f"{plan.later} later acts about these items are not in it: the seal is older; seal, then export again"
        )
    session.say("what a chosen page, picture or text says of others is in it: look before you hand it over")
    session.say(f"next: abusekit verify {copy.folder}")
