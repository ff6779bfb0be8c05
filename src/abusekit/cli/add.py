"""`abusekit add`: files as they are."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from abusekit.cli.options import PathParameter, Session, now, with_session
from abusekit.cli.screenshot_options import Screenshots, screenshots_of, with_screenshot
from abusekit.cli.sighting_options import sighting_of, with_sighting

if TYPE_CHECKING:
    from pathlib import Path

    from abusekit.case.intake import Draft, Intake
    from abusekit.case.records import Item
    from abusekit.cli.answers import Added
    from abusekit.importers.files import Handover

BATCH_FILES = 64
BATCH_BYTES = 64 << 20


@click.command("add")
@click.argument("files", nargs=-1, required=True, type=PathParameter(), metavar="FILE…")
@click.option("--recursive", "-r", is_flag=True, help="Take the files of folders, too.")
@click.option(
    "--together", is_flag=True, help="One exhibit for each folder named, instead of one for each file."
)
@click.option("--again", is_flag=True, help="Store bytes that the case holds already a second time.")
@click.option("--received-from", default="", metavar="TEXT", help="Who handed it over, as stated.")
@click.option("--how", default="", metavar="TEXT", help="How it was handed over: USB stick, e-mail, …")
@click.option(
    "--what", default="", metavar="TEXT", help="What it is said to be: own screenshot, photo of a screen, …"
)
@with_screenshot
@with_sighting
@with_session(acts=True)
def add_command(
    session: Session,
    files: tuple[Path, ...],
    recursive: bool,
    together: bool,
    again: bool,
    received_from: str,
    how: str,
    what: str,
    seen: tuple[str | None, str],
    screenshot: dict[str, str | None],
) -> int:
    """Take in files as they are: photos, screenshots, recordings, documents.

    With --screenshot-of, the words in the picture are read and compared with a capture, an export or a message that
    the case holds. The picture is never changed, and nothing is said of whether it is real.

    \b
    Examples:
      abusekit add photo.jpg --received-from "the victim" --how "USB stick" --what "own screenshot"
      abusekit add ../photos --recursive
      abusekit add shot.png --screenshot-of E0003
    """
    from abusekit import safety
    from abusekit.case.intake import Intake
    from abusekit.importers.files import Handover

    case = session.case()
    producer = session.producer(case)
    screenshots = screenshots_of(session, case, producer.initials, screenshot, files, together=together)
    session.say(safety.UNDER_18)
    handover = Handover(received_from, how, what, sighting_of(session, seen))
    run = _Run(session, handover, case.root.resolve(), again=again, screenshots=screenshots)
    with Intake(case, producer, clock=now, told=session.say) as intake:
        run.known = _known_digests(case.root, session)
        groups = list(_groups(files, run.root, recursive=recursive, together=together))
        for group in groups:
            run.take(intake, group)  # a folder without --recursive is refused before anything is stored
        run.commit(intake)
    return run.finish()


class _Run:
    """Files on their way in, committed in batches."""

    def __init__(
        self,
        session: Session,
        handover: Handover,
        root: Path,
        *,
        again: bool,
        screenshots: Screenshots | None,
    ) -> None:
        self.session = session
        self.handover = handover
        self.root = root
        self.again = again
        self.screenshots = screenshots
        self.known: dict[str, tuple[str, str]] = {}
        self.answers: list[Added] = []
        self._batch: list[tuple[Draft, list[Added]]] = []
        self._limits_told: set[str] = set()

    def take(self, intake: Intake, group: list[tuple[Path, str]]) -> None:
        from abusekit.cli.answers import Added
        from abusekit.errors import InputError
        from abusekit.importers.files import take_files

        draft = intake.draft("file")
        try:
            _check_sources(group, self.root)
            take_files(draft, group, self.handover)
        except (InputError, OSError) as fault:
            draft.discard()
            text = fault.message if isinstance(fault, InputError) else f"{fault.strerror}"
            self._refuse([name for _, name in group], text)
            return
        answers = [
            Added(name, None, None, stored.sha256, "added")
            for (_, name), stored in zip(group, draft.files, strict=True)
        ]
        if not self.again and all(a.sha256 in self.known for a in answers):
            if any(self.known[str(a.sha256)] == ("", "") for a in answers):
                self.commit(
                    intake
                )  # twins within one batch: the first gets its number, so that it can be named
            self._already(draft, answers)
            return
        for answer in answers:
            if answer.sha256 in self.known:
                where = self.known[answer.sha256][0] or "this same run"
                answer.problem = f"the same bytes are in {where}, too"
            else:
                self.known[str(answer.sha256)] = ("", "")
        if self.screenshots is not None:
            self.screenshots.read(draft)
        self._batch.append((draft, answers))
        if (
            len(self._batch) >= BATCH_FILES
            or sum(f.size for d, _ in self._batch for f in d.files) >= BATCH_BYTES
        ):
            self.commit(intake)

    def commit(self, intake: Intake) -> None:
        batch, self._batch = self._batch, []
        items: list[Item] = intake.commit([draft for draft, _ in batch])
        for item, (_, answers) in zip(items, batch, strict=True):
            for answer in answers:
                answer.item, answer.exhibit = item.id, item.exhibit
                self.known[str(answer.sha256)] = (item.id, item.exhibit)
                self.answers.append(answer)
                note = f"  ({answer.problem})" if answer.problem else ""
                if not self.session.json:
                    self.session.print(f"{item.id}  {item.exhibit:10}  {answer.name}{note}")
            for problem in item.problems:
                self.session.say(f"  {item.id}: {problem}")
            for limit in item.limits:
                if "without the extra" in limit and limit not in self._limits_told:
                    self._limits_told.add(limit)
                    self.session.say(f"  {item.id}: {limit}")
            if self.screenshots is not None:
                answers[0].compared = self.screenshots.compared(item)

    def _already(self, draft: Draft, answers: list[Added]) -> None:
        draft.discard()
        for answer in answers:
            answer.item, answer.exhibit = self.known[str(answer.sha256)]
            answer.state = "already-there"
            self.answers.append(answer)
            where = f"{answer.item} ({answer.exhibit})"
            self.session.say(
                f"{answer.name}: the same bytes as {where}; not stored again (--again stores them)"
            )
            if self.screenshots is not None:
                self.screenshots.passed_over(answer.name)

    def _refuse(self, names: list[str], problem: str) -> None:
        from abusekit.cli.answers import Added

        for name in names:
            self.answers.append(Added(name, None, None, None, "refused", problem))
            self.session.say(f"{name}: {problem}")

    def finish(self) -> int:
        """The exit code: 7 when something was refused, 4 when nothing was taken in for that reason.

        Of screenshots that were stored and not compared: 7, or 6 where that needs a program.
        """
        states = [answer.state for answer in self.answers]
        code = 0
        if "refused" in states:
            code = 7 if "added" in states or "already-there" in states else 4
        if self.screenshots is not None and code != 4:
            code = self.screenshots.code or code
        if self.session.json:
            from abusekit.cli.answers import AddAnswer

            self.session.answer(AddAnswer(self.answers, code))
        else:
            counts = ", ".join(
                f"{states.count(s)} {s}" for s in ("added", "already-there", "refused") if s in states
            )
            self.session.say(counts or "nothing to add")
        return code


def _known_digests(root: Path, session: Session) -> dict[str, tuple[str, str]]:
    from abusekit.case.folder import Case

    known: dict[str, tuple[str, str]] = {}
    for entry in Case(root).entries():
        if entry["do"] == "item.add":
            for listed in entry["files"]:
                known.setdefault(listed["sha256"], (entry["item"], entry["exhibit"]))
    return known


def _groups(
    paths: tuple[Path, ...], root: Path, *, recursive: bool, together: bool
) -> Iterator[list[tuple[Path, str]]]:
    """The files that make one item each, with the name as received: for a file in a folder, its path in it."""
    from abusekit.case.intake import MAX_FILES
    from abusekit.errors import UsageError

    for path in paths:
        if not path.is_dir() or path.resolve().is_relative_to(root):  # the case itself is refused in one line
            yield [(path, path.name)]
            continue
        if not (recursive or together):
            raise UsageError(
                f"{path} is a folder", "say --recursive (one exhibit a file) or --together (one in all)"
            )
        inside = list(_walk(path if path.name else path.resolve(), root))  # `add .` has no name to show
        if together:
            for start in range(0, len(inside), MAX_FILES):
                yield inside[start : start + MAX_FILES]
        else:
            yield from ([one] for one in inside)


def _walk(folder: Path, root: Path) -> Iterator[tuple[Path, str]]:
    """What is below a folder, in a fixed order.

    With it, to be refused by name: links, folders that cannot be read, the case itself.
    """
    from pathlib import Path

    closed: list[Path] = []
    for here, folders, names in os.walk(folder, onerror=lambda fault: closed.append(Path(fault.filename))):
        if Path(here).resolve().is_relative_to(root):
            folders.clear()
            yield Path(here), _name_below(folder, Path(here))
            continue
        folders.sort()
        links = [name for name in folders if (Path(here) / name).is_symlink()]
        for path in (*closed, *(Path(here) / name for name in sorted([*names, *links]))):
            yield path, _name_below(folder, path)
        closed.clear()
    for path in closed:
        yield path, _name_below(folder, path)


def _name_below(folder: Path, path: Path) -> str:
    return os.path.relpath(path, folder.parent).replace(os.sep, "/")


def _check_sources(group: list[tuple[Path, str]], root: Path) -> None:
    """What must not become evidence by mistake. Raises InputError.

    A link in a folder may lead to anything on this computer, and whoever made the folder chose it; a link
    that a person names on the command line is followed. The case holds private/, which is never sealed.
    """
    from abusekit.errors import InputError

    for path, name in group:
        if path.resolve().is_relative_to(root):
            raise InputError("lies inside the case")
        if "/" in name and path.is_symlink():
            raise InputError("a link, not followed; name what it leads to, if it is wanted")
