"""Writes a paper on accounts to the files that were named; nothing is overwritten."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from pathlib import Path

    from abusekit.accounts.papers.paper import Paper
    from abusekit.browser.process.executable import Executable
    from abusekit.cli.options import Session


class PaperFiles(NamedTuple):
    """Where to; None: not wanted. `-` is standard output, not for a PDF."""

    html: Path | None = None
    markdown: Path | None = None
    pdf: Path | None = None


def printer(files: PaperFiles) -> Executable | None:
    """The browser that makes the PDF, looked for before any work is done; None where no PDF is wanted.

    Raises UsageError (a file is there, or cannot be), MissingExtraError (no browser).
    """
    for path in files:
        if path is not None and str(path) != "-":
            refuse_taken(path)
    if files.pdf is None:
        return None
    if str(files.pdf) == "-":
        from abusekit.errors import UsageError

        raise UsageError("a PDF is not for the terminal", "name a file: --pdf sheet.pdf")
    from abusekit.browser.paper import renderer

    return renderer()


def refuse_taken(path: Path) -> None:
    """Raises UsageError: something is there already, or the folder is not."""
    from abusekit.errors import UsageError

    if os.path.lexists(path):
        raise UsageError(f"there is something already: {path}", "choose another name")
    if not path.absolute().parent.is_dir():
        raise UsageError(f"there is no folder {path.parent}", "make it first, or choose another place")


def write_paper(
    files: PaperFiles, browser: Executable | None, lay_out: Callable[[str], Paper], now: datetime
) -> list[str]:
    """Writes what is wanted; gives the paths. `lay_out`: the paper, told what renders it (empty: nothing does)."""
    from abusekit.accounts.papers.sheet_html import html
    from abusekit.accounts.papers.sheet_markdown import markdown
    from abusekit.cli.table_files import write_whole

    written: list[str] = []
    if files.html is not None:
        page = html(lay_out(""))
        write_whole(files.html, lambda out: out.write(page), written)
    if files.markdown is not None:
        text = markdown(lay_out(""))
        write_whole(files.markdown, lambda out: out.write(text), written)
    if files.pdf is not None and browser is not None:
        from time import monotonic

        from abusekit.browser.paper import pdf_of

        page = html(lay_out(f"{browser.name} {browser.version}"))
        write_bytes(files.pdf, pdf_of(page, browser, at=now, monotonic=monotonic), written)
    return written


def write_bytes(path: Path, data: bytes, written: list[str]) -> None:
    """A file beside its place, which takes the place when it is whole. Raises UsageError."""
    from contextlib import suppress

    from abusekit.errors import UsageError

    temporary = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        temporary.write_bytes(data)
        temporary.replace(path)
    except OSError as fault:
        raise UsageError(f"{path} cannot be written: {fault.strerror}", "choose another place") from fault
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
    written.append(str(path))


def cell(text: str) -> str:
    """A cell of CSV: one line, cut, formulas disarmed."""
    from abusekit.plain import safe_text
    from abusekit.timeline.cells import quoted, short

    return quoted(short(safe_text(text)))


def told_unread(session: Session, problems: Sequence[str]) -> int:
    """Says which items could not be read; the exit code: 7 where there are any."""
    for problem in problems[:10]:
        session.say(f"not read: {problem}")
    if len(problems) > 10:
        session.say(f"not read: {len(problems) - 10} more")
    return 7 if problems else 0
