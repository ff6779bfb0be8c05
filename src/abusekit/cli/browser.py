"""`abusekit browser`: profiles in which a person has logged in."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

import click

from abusekit.cli.groups import WholeSentences
from abusekit.cli.options import PathParameter, Session, now, profiles_folder, with_session

if TYPE_CHECKING:
    from pathlib import Path

    from abusekit.browser.process.profiles import ProfileInfo
    from abusekit.cli.answers_browser import BrowserProfile


@click.group("browser", cls=WholeSentences)
def browser_command() -> None:
    """Log in to sites for captures, in profiles that live outside of every case.

    A profile holds what a site stores to know the person again. Whoever has it is logged in as that person.
    """


@browser_command.command("login")
@click.argument("profile")
@click.argument("address", required=False, metavar="[URL]")
@click.option("--as-account", metavar="TEXT", help="As whom you log in, in your words; else it is asked.")
@click.option("--browser", type=PathParameter(), metavar="PATH", help="The browser (else ABUSEKIT_BROWSER).")
@click.option("--unsafe-no-sandbox", is_flag=True, help="Run the browser without its own sandbox.")
@with_session(case=False)
def browser_login(
    session: Session,
    profile: str,
    address: str | None,
    as_account: str | None,
    browser: Path | None,
    unsafe_no_sandbox: bool,
) -> None:
    """Open a browser window to log in, and keep the session.

    The browser connects directly, as any browser does. The password is typed into the site's own page;
    abusekit does not see it, and does not store what the browser would remember of it. Close the window when
    you are logged in. A profile that exists goes on where it was.

    \b
    Example:
      abusekit browser login mine https://example.org/login --as-account "@helper_7"
    """
    from abusekit.browser.process.chromium import find
    from abusekit.browser.process.executable import INSTALL_HINT
    from abusekit.browser.process.window import check_screen, log_in
    from abusekit.errors import MissingExtraError, UsageError

    store = profiles_folder()
    _not_inside_a_case(store)
    if address:
        from abusekit.capture.address import check_address

        check_address(address)
    check_screen()
    if as_account is None and not sys.stdin.isatty():
        raise UsageError("as whom you log in is not said, and there is nobody to ask", "--as-account TEXT")
    executable = find(browser)
    if executable is None:
        raise MissingExtraError("no browser was found", INSTALL_HINT)
    session.say(f"opening {executable.name} {executable.version}; log in there, then close the window")
    made = log_in(
        executable,
        store,
        profile,
        address=address or "",
        account=lambda: _account(as_account),
        now=now,
        monotonic=time.monotonic,
        unsafe_no_sandbox=unsafe_no_sandbox,
    )
    if session.json:
        session.answer(_answer(made))
        return
    session.print(_line(made))
    session.say(f"next: abusekit capture --profile {profile} URL")
    session.say(f"afterwards: log out on the site, then abusekit browser delete {profile}")


@browser_command.command("list")
@with_session(case=False)
def browser_list(session: Session) -> None:
    """The profiles of this user, and as whom they said to have logged in.

    \b
    Example:
      abusekit browser list
    """
    from abusekit.browser.process import profiles
    from abusekit.cli.answers_browser import BrowserListAnswer

    found = profiles.listing(profiles_folder())
    if session.json:
        session.answer(BrowserListAnswer([_answer(info) for info in found]))
        return
    for info in found:
        session.print(_line(info))
    if not found:
        session.say("no profiles yet: abusekit browser login NAME URL")


@browser_command.command("delete")
@click.argument("profile")
@click.option("--yes", is_flag=True, help="Do not ask.")
@with_session(case=False)
def browser_delete(session: Session, profile: str, yes: bool) -> None:
    """Delete a profile of this computer. No evidence is in it.

    The site may still hold the session open: log out there first.

    \b
    Example:
      abusekit browser delete mine --yes
    """
    from abusekit.browser.process import profiles
    from abusekit.cli.answers_browser import BrowserDeleted
    from abusekit.errors import UsageError

    store = profiles_folder()
    profiles.check_there(store, profile)
    if not yes:
        if not sys.stdin.isatty():
            raise UsageError("nobody is there to ask whether to delete it", "--yes")
        click.confirm(f"Delete profile {profile}?", abort=True, err=True)
    profiles.delete(store, profile)
    if session.json:
        session.answer(BrowserDeleted(profile))
    else:
        session.print(f"deleted {profile}")


def _account(said: str | None) -> str:
    if said is not None:
        return said
    typed: str = click.prompt("As whom did you log in", default="", show_default=False, err=True)
    return typed


def _line(info: ProfileInfo) -> str:
    return f"{info.name:16} {info.account or '(account not said)'}  {info.address or '-'}  {info.at or '-'}"


def _answer(info: ProfileInfo) -> BrowserProfile:
    from abusekit.cli.answers_browser import BrowserProfile

    return BrowserProfile(info.name, info.account, info.address, info.at)


def _not_inside_a_case(store: Path) -> None:
    """A session in a case would go wherever the case goes. Raises UsageError."""
    from abusekit.case.folder import Case
    from abusekit.errors import CaseError, UsageError

    try:
        Case.find(store)
    except CaseError:
        return
    raise UsageError(
        f"the place for profiles lies inside a case: {store}", "set ABUSEKIT_PROFILES to a folder outside"
    )
