"""`abusekit sign`: the second step of sealing."""

from __future__ import annotations

import click

from abusekit.cli.keys_to_sign import keys_option, open_keys, sign_and_say
from abusekit.cli.kit_files import renew_kit
from abusekit.cli.options import Session, passphrase_option, with_session
from abusekit.cli.seal import check_not_behind, older_copy_option


@click.command("sign")
@keys_option
@older_copy_option
@passphrase_option
@with_session(acts=True)
def sign_command(
    session: Session, names: tuple[str, ...], passphrase_fd: int | None, older_copy: bool
) -> None:
    """Second step of sealing: sign the newest seal.

    The seal is compared with the case first: what does not describe it is not signed. Several people can
    sign one seal, each with a key of their own.

    \b
    Example:
      abusekit sign --key me
    """
    from abusekit.integrity.sealing.manifest import newest_seal

    case = session.case()
    producer = session.producer(case)
    folder = newest_seal(case)
    if not older_copy:
        check_not_behind(case)
    signers = open_keys(names, passphrase_fd, case, folder)
    sign_and_say(session, case, folder, signers, producer.initials)
    if any(folder.glob("stamp*.sha256")):
        session.say("the time stamps of this seal do not name the new signature yet: abusekit timestamp")
    renew_kit(session, case)
