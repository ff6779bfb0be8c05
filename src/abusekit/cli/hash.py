"""`abusekit hash`: digests in the form of sha256sum."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from abusekit.cli.options import PathParameter, Session, with_session

if TYPE_CHECKING:
    from pathlib import Path

    from abusekit.case.hashing import Digest

_LINE = re.compile(r"(\\?)([0-9a-fA-F]{64}) [ *](.+)")


@click.command("hash")
@click.argument("paths", nargs=-1, metavar="PATH…")
@click.option("--check", type=PathParameter(), metavar="FILE", help="Check the digests that FILE lists.")
@click.option("--jobs", type=click.IntRange(1, 64), default=2, show_default=True)
@with_session(case=False)
def hash_command(session: Session, paths: tuple[str, ...], check: Path | None, jobs: int) -> int:
    """Print SHA-256 digests as sha256sum does, or check a list of them.

    Folders are walked; links in them are not followed. A digest shows that a file is unchanged since the
    digest was made, never that what it says is true.

    \b
    Examples:
      abusekit hash photos/ > photos.sha256
      abusekit hash --check photos.sha256
    """
    from abusekit.errors import UsageError

    if check is None and not paths:
        raise UsageError("nothing to hash", "name files or folders, or --check FILE")
    if check is not None and paths:
        raise UsageError("either files to hash, or a list to check", "see: abusekit hash --help")
    if check is not None:
        return _check(session, check, jobs)
    return _print(session, paths, jobs)


def _digests(files: list[tuple[str, int]], jobs: int) -> Iterator[tuple[str, Digest | None, str]]:
    from abusekit.case.hashing import digest_file, map_files
    from abusekit.errors import InputError

    def one(path: str) -> tuple[str, Digest | None, str]:
        try:
            return path, digest_file(path, follow=True), ""
        except OSError as fault:
            return path, None, fault.strerror or str(fault)
        except InputError as fault:
            return path, None, fault.message

    yield from map_files(((path, size) for path, size in files), one, jobs=jobs)  # order kept


def _print(session: Session, paths: tuple[str, ...], jobs: int) -> int:
    from abusekit.cli.answers import HashAnswer, Hashed

    answers = []
    failed = False
    for path, digest, problem in _digests(list(_walk(paths)), jobs):
        if digest is None:
            failed = True
            session.say(f"{path}: {problem}")
            answers.append(Hashed(path, None, None, "could-not-check"))
            continue
        answers.append(Hashed(path, digest.sha256, digest.size, "ok"))
        if not session.json:
            _raw(_sum_line(path, digest.sha256))
    code = 7 if failed else 0
    if failed and not any(a.sha256 for a in answers):
        code = 4
    if session.json:
        session.answer(HashAnswer(answers, code))
    return code


def _raw(text: str) -> None:
    """File names as bytes, as sha256sum prints them, so that the list can be checked by it."""
    import sys

    sys.stdout.flush()
    sys.stdout.buffer.write(os.fsencode(text))


def _sum_line(path: str, sha256: str) -> str:
    """A line as coreutils writes it: backslash and line feed in a name are escaped, and a backslash leads."""
    if "\\" in path or "\n" in path or "\r" in path:
        escaped = path.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")
        return f"\\{sha256}  {escaped}\n"
    return f"{sha256}  {path}\n"


def _check(session: Session, listing: Path, jobs: int) -> int:
    from pathlib import Path

    from abusekit.cli.answers import HashAnswer, Hashed

    expected = list(_read_listing(listing))
    there = [(path, _size(path)) for path, _ in expected]
    answers = []
    states = []
    for (path, wanted), (_, digest, problem) in zip(expected, _digests(there, jobs), strict=True):
        if digest is None:
            state = "missing" if not Path(path).exists() else "could-not-check"
        else:
            state = "ok" if digest.sha256 == wanted else "changed"
        states.append(state)
        size = digest.size if digest else None
        answers.append(Hashed(path, digest.sha256 if digest else None, size, state))
        if not session.json and (state != "ok" or not session.quiet):
            session.print(
                f"{path}: {state}" + (f" ({problem})" if problem and state == "could-not-check" else "")
            )
    code = 1 if {"changed", "missing"} & set(states) else 7 if "could-not-check" in states else 0
    if session.json:
        session.answer(HashAnswer(answers, code))
    return code


MOST_LISTING = 1 << 28
"""Bytes of a list of digests."""


def _read_listing(listing: Path) -> Iterator[tuple[str, str]]:
    from abusekit.cli.named_files import read_named
    from abusekit.errors import InputError

    lines = read_named(listing, MOST_LISTING).decode("utf-8", "surrogateescape").split("\n")
    found = False
    for number, line in enumerate(lines, start=1):
        if not line.rstrip("\r"):
            continue
        match = _LINE.fullmatch(line.rstrip("\r"))
        if match is None:
            raise InputError(
                f"{listing}, line {number}: not a line of sha256sum", "64 hex digits, two blanks, name"
            )
        name = match[3]
        if match[1]:
            name = re.sub(r"\\(.)", lambda m: {"n": "\n", "r": "\r"}.get(m[1], m[1]), name)
        found = True
        yield name, match[2].lower()
    if not found:
        raise InputError(f"{listing} lists no digests", "a list as sha256sum or abusekit hash prints it")


def _walk(paths: tuple[str, ...]) -> Iterator[tuple[str, int]]:
    from pathlib import Path

    for path in paths:
        if not Path(path).is_dir():
            yield path, _size(path)
            continue
        for here, folders, names in os.walk(path):
            folders.sort()
            for name in sorted(names):
                inner = os.path.join(here, name)  # noqa: PTH118 - text, as it is printed
                if not os.path.islink(inner):  # noqa: PTH114
                    yield inner, _size(inner)


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size  # noqa: PTH116
    except OSError:
        return 0
