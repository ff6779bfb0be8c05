"""`abusekit recover`: after a crash."""

from __future__ import annotations

import click

from abusekit.cli.options import Session, now, with_session


@click.command("recover")
@with_session(acts=True)
def recover_command(session: Session) -> None:
    """Mend a case after a crash or a power cut, and log it.

    Nothing that was said to be stored is lost: an incomplete last line of the log is kept beside it, whole
    items without a line are entered, folders that are no whole item are moved to custody/.

    \b
    Example:
      abusekit recover --case mycase
    """
    from abusekit.case.orphans import recover

    case = session.case()
    done = recover(case, by=session.producer(case).initials, now=now())
    if session.json:
        from abusekit.cli.answers import RecoverAnswer

        kept = done.torn.kept_as if done.torn else None
        session.answer(RecoverAnswer(kept, done.adopted, done.set_aside, len(done.cleared)))
        return
    if done.torn:
        session.print(
            f"the log's last line was incomplete: its {done.torn.size} bytes are kept in {done.torn.kept_as}"
        )
    for item in done.adopted:
        session.print(f"{item} was whole and is in the log now")
    for path in done.set_aside:
        session.print(f"not a whole item, moved to {path}")
    if not (done.torn or done.adopted or done.set_aside):
        session.print("nothing to mend")
    session.say("next: abusekit verify")
