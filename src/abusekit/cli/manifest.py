"""`abusekit manifest`: the first step of sealing."""

from __future__ import annotations

import click

from abusekit.cli.options import Session, now, with_session
from abusekit.cli.seal import check_not_behind, older_copy_option


@click.command("manifest")
@older_copy_option
@with_session(acts=True)
def manifest_command(session: Session, older_copy: bool) -> None:
    """First step of sealing: state the log and list every file.

    \b
    Example:
      abusekit manifest && abusekit sign --key me
    """
    from abusekit.integrity.sealing.manifest import MAX_SEAL, SEAL, make_manifest, parse_seal
    from abusekit.integrity.sealing.seal import manifest_command

    case = session.case()
    if not older_copy:
        check_not_behind(case)
    folder = make_manifest(case, by=session.producer(case).initials, now=now)
    seal = parse_seal(case.read_small(f"seals/{folder.name}/{SEAL}", MAX_SEAL))
    command = manifest_command(case.root, folder)
    if session.json:
        from abusekit.cli.answers import Sealed

        session.answer(Sealed(str(folder), seal.size, seal.root, None, [command]))
        return
    session.print(f"{folder} covers {seal.size} log lines; root {seal.root}")
    session.say(f"  {command}")
    session.say("not signed yet: abusekit sign --key NAME")
