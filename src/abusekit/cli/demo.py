"""`abusekit demo`: the whole main job, with the commands shown as a person would type them."""

from __future__ import annotations

import os
import shlex
import sys
from typing import TYPE_CHECKING

import click

from abusekit.cli.options import PathParameter, Session, with_session

if TYPE_CHECKING:
    from pathlib import Path

    from abusekit.cli.demo_servers import Servers
    from abusekit.demo.site import PracticeSite

PASSPHRASE = "practice only"  # noqa: S105 - the key of a practice case protects nothing
TAKEN_DOWN, REWRITTEN = 5007, 5003
"""Posts of the practice site, both by the account that will take another name."""
WHY = "the posts about the gate; what others wrote on those days is left out"
LISTED = ("/story/1", "/feed", "/thread/5001", "/posts/1", "/photo/gate_at_night.jpg", "/members", "/cut")
"""What the list of the practice holds: the last two are a log-in wall and an answer that is cut short."""


@click.command("demo")
@click.argument("folder", type=PathParameter(), metavar="[DIR]", default="abusekit-demo", required=False)
@click.option(
    "--serve",
    is_flag=True,
    help="Only run the practice site and its authorities, until Ctrl-C, to practise on.",
)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, help="With --serve: the port (0: a free one)."
)
@with_session(case=False)
def demo_command(session: Session, folder: Path, serve: bool, port: int) -> int:
    """Run the whole main job on a practice site.

    The site, its people and their words are invented; it runs on this computer only. Captures with the browser
    where there is one. What is made stays in DIR: the case, a practice key, the samples, the timeline.

    \b
    Example:
      abusekit demo abusekit-demo
    """
    from abusekit.cli.demo_servers import practice_servers
    from abusekit.demo.site import PracticeSite
    from abusekit.errors import UsageError

    if serve:
        return _serve(session, port)
    if folder.exists() and any(folder.iterdir()):
        raise UsageError(f"there is something already: {folder}", "choose a new folder")
    folder.mkdir(parents=True, exist_ok=True)
    with PracticeSite() as site, practice_servers() as servers:
        code = _work(session, folder, site, servers)
    case, page = folder / "case-1", folder / "timeline.html"
    if session.json:
        from abusekit.cli.answers import DemoAnswer

        session.answer(DemoAnswer(str(case), str(page), code))
    else:
        session.print("")
        session.print("VERIFIED" if code == 0 else f"NOT VERIFIED (exit code {code})")
        session.print(f"case      {case}")
        session.print(f"timeline  {page}")
        session.print(f"accounts  {folder / 'accounts.html'}")
        session.print(f"sheet     {folder / 'sheet.html'}")
        if (picture := case / "evidence" / "E0001" / "page.png").exists():
            session.say(f"a picture: {picture}")
        named = shlex.quote(str(case))
        session.say(f"look around: abusekit list --case {named}; abusekit show --case {named} E0001 --reveal")
    return code


def _serve(session: Session, port: int) -> int:
    import tempfile
    from pathlib import Path

    from abusekit.cli.demo_servers import ending_by_signal, practice_servers
    from abusekit.demo.site import PracticeSite

    with (
        ending_by_signal() as ended,
        PracticeSite(port=port) as site,
        practice_servers() as servers,
        tempfile.TemporaryDirectory(prefix="abusekit-practice-") as folder,
    ):
        known = Path(folder) / "authorities"
        servers.register(known)
        session.print(site.base_url)
        session.print(f"export ABUSEKIT_AUTHORITIES={shlex.quote(str(known))}")
        session.print(f"export ABUSEKIT_NTP={shlex.quote(servers.time_servers)}")
        session.say("the practice site runs until Ctrl-C; capture it with --allow-private")
        names = " and ".join(f"{one.name} ({one.url})" for one in servers.authorities)
        session.say(f"so do two time-stamp authorities, {names}, and two time servers")
        session.say(
            "with the two lines in your shell they are used: abusekit seal --tsa local-a --tsa local-b"
        )
        session.say(
            "their keys and roots are thrown away when this ends: a stamp of theirs is then of another authority than"
            " those of the next run, and verify says that it could not check it; keep such cases for practice"
        )
        ended.wait()
        session.say("the practice site and its servers have ended; unset ABUSEKIT_AUTHORITIES ABUSEKIT_NTP")
    return 0


def _work(session: Session, folder: Path, site: PracticeSite, servers: Servers) -> int:
    """Every step as its own process, as a person would run it. Gives the exit code of `verify`."""
    from abusekit.demo.samples import DIARY, TIME_ZONE

    case = str(folder / "case-1")
    samples = site.write_samples(folder / "samples")
    listing = folder / "samples" / "to-capture.txt"
    listing.write_text("".join(f"{site.base_url}{path}\n" for path in LISTED), "utf-8")
    steps = _Steps(session, folder, _engine(session), servers.time_servers)
    who = "PO:Practice Owner:volunteer"
    steps.run("init", case, "--yes", "--ref", "PRACTICE-1", "--producer", who, "--timezone", TIME_ZONE)
    practice = ("--case", case, "--allow-private", "--delay", "0")
    steps.tell("a post with its author's profile, and a second post of that author")
    posts = [site.post_url(TAKEN_DOWN), site.post_url(REWRITTEN)]
    steps.run("capture", *practice, *posts, "--with-profile", "--complete", "partial", "--selection", WHY)
    steps.tell("a list: a story, pages made by script, a thread, and two that give trouble; that ends with 7")
    steps.run("capture", *practice, "--from", str(listing), expect=7)
    steps.tell(
        "the abuser takes another name, a post is taken down, and one is rewritten: what became of them?"
    )
    site.rename()
    site.delete(TAKEN_DOWN)
    site.edit(REWRITTEN, "Everybody likes you. Everybody likes your gate.")
    steps.run("recheck", *practice, "E0001", "E0002", "E0003", "--diff", "--reveal")
    pictures = [str(path) for path in samples.pictures]
    steps.run("add", "--case", case, *pictures, "--received-from", "the victim", "--how", "USB stick")
    steps.tell("the chat of her phone: it says no time zone, so that somebody who knows it declares it")
    zone = ("--declare", f"timezone={TIME_ZONE}", "--reason", "her phone was in London all the time")
    steps.run("import", "--case", case, str(samples.chat), *zone, "--received-from", "the victim")
    _accounts(steps, case, folder, site, samples.groups)
    steps.run("find", "--case", case, "gate", expect=None)  # 7 where a capture has no text to be searched
    for entry in DIARY:
        steps.run("note", "--case", case, entry.text, "--at", entry.at)
    steps.run("tag", "--case", case, "E0001", "--add", "harassment", "--reason", "the post that was reported")
    steps.run("key", "create", "practice")
    steps.tell("two authorities that tell the time of a seal; here they run on this computer, for practice")
    stamped = []
    for authority, root in zip(servers.authorities, servers.write_roots(folder / "samples"), strict=True):
        steps.run("authority", "add", authority.name, "--url", authority.url, "--root", str(root))
        stamped += ["--tsa", authority.name]
    steps.run("seal", "--case", case, "--key", "practice", *stamped)
    code = steps.run("verify", case, expect=None)
    steps.run("timeline", "--case", case, "--html", str(folder / "timeline.html"))
    return code


def _accounts(steps: _Steps, case: str, folder: Path, site: PracticeSite, groups: tuple[Path, ...]) -> None:
    """Who writes there, and do two of them belong together? A person decides."""
    from pathlib import Path

    from abusekit.case.folder import Case
    from abusekit.demo import neighbours

    steps.tell("the profile of a second account, and of bystanders: what is common among them links nobody")
    handles = ("tawny_watcher", *(one.handle for one in (neighbours.OWL_FAN, *neighbours.NEIGHBOURS)))
    profiles = [site.profile_url(handle) for handle in handles]
    plain = ("--engine", "http", "--allow-private", "--delay", "0", "--no-ntp")
    steps.run("capture", "--case", case, *plain, *profiles)
    steps.tell("two group chats in which she is, too")
    for group, her in zip(groups, (neighbours.VICTIM_ON_TELEGRAM, neighbours.VICTIM_ON_DISCORD), strict=True):
        steps.run(
            "import", "--case", case, str(group), "--declare", f"owner={her}", "--reason", "she says so"
        )
    first, second = f"telegram:{neighbours.ON_TELEGRAM}", f"telegram:{neighbours.BACK_ON_TELEGRAM}"
    blocked = f"{neighbours.BLOCKED_AT:%Y-%m-%dT%H:%M}Z"
    why = ("--reason", "she blocked it that evening")
    steps.run("account", "observe", "--case", case, first, "--blocked", "--when", blocked, *why)
    steps.run("account", "list", "--case", case, "--most", "8")
    steps.run("account", "candidates", "--case", case, "--between", first, second)
    steps.tell("the program proposes, a person decides, and says why")
    chats = Case.open(Path(case)).item_ids()[-len(groups) :]
    basis = ("--basis", "same-selector", "--basis", "same-phrase", "--item", chats[0])
    why = ("--reason", "the same mailbox and number, and it began soon after the block")
    steps.run("account", "confirm", "--case", case, first, second, *basis, *why)
    steps.run("account", "graph", "--case", case, "--html", str(folder / "accounts.html"))
    steps.run("account", "sheet", "--case", case, first, "--html", str(folder / "sheet.html"))


def _engine(session: Session) -> str:
    """`auto`, or `http` where the browser does not start: the rest of the job can be practised without it."""
    import time

    from abusekit.browser.process.executable import find
    from abusekit.browser.process.trial import trial
    from abusekit.errors import AbusekitError

    if os.environ.get("ABUSEKIT_ENGINE") == "http":
        return "http"
    try:
        found = find()
        if found is not None:
            trial(found, monotonic=time.monotonic)
            return "auto"
        why = "no browser is found"
    except (AbusekitError, OSError) as fault:
        why = f"the browser cannot be used: {fault}"
    session.say(f"{why}; so this goes on without pictures of the pages (--engine http). See: abusekit doctor")
    return "http"


class _Steps:
    def __init__(self, session: Session, folder: Path, engine: str, time_servers: str) -> None:
        self.session = session
        self.environment = {
            **os.environ,
            "ABUSEKIT_ENGINE": engine,
            "ABUSEKIT_NTP": time_servers,
            "ABUSEKIT_KEYS": str(folder / "keys"),
            "ABUSEKIT_AUTHORITIES": str(folder / "authorities"),
            "ABUSEKIT_STATE": str(folder / "state"),
            "ABUSEKIT_PASSPHRASE": PASSPHRASE,
        }

    def tell(self, text: str) -> None:
        """What the next step is about."""
        self.session.say()
        self.session.say(f"# {text}")

    def run(self, *arguments: str, expect: int | None = 0) -> int:
        """Show and run one command. Raises AbusekitError when it ends otherwise than expected."""
        import subprocess

        from abusekit.errors import IncompleteError

        self.session.say()
        self.session.say(f"$ abusekit {shlex.join(arguments)}")
        quiet = self.session.quiet or self.session.json
        done = subprocess.run(
            [sys.executable, "-m", "abusekit", *arguments],
            env=self.environment,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL if quiet else None,
            stderr=subprocess.DEVNULL if quiet else None,
        )
        if expect is not None and done.returncode != expect:
            raise IncompleteError(f"`abusekit {arguments[0]}` ended with {done.returncode}, not {expect}")
        return done.returncode
