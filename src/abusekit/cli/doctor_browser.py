"""The part of `doctor` that is about the browser."""

from __future__ import annotations

import shutil
import time
from typing import TYPE_CHECKING

from abusekit.errors import AbusekitError

if TYPE_CHECKING:
    from abusekit.browser.process.executable import Executable
    from abusekit.cli.answers import Checked

PROGRAMS = (
    ("certutil", "the browser needs it for --ca-file"),
    ("yt-dlp", "capture --media fetches the video behind a post with it"),
)


def checks() -> list[Checked]:
    """Browser, its sandbox, its recording, and the programs beside it. Starts the browser once; connects to nothing."""
    from abusekit.browser.process.executable import find
    from abusekit.cli.answers import Checked

    try:
        found = find()
    except AbusekitError as fault:
        lines = [Checked("browser", "missing", f"{fault.message}; {fault.hint}")]
    else:
        lines = _trial(found) if found else [_none()]
    for name, why in PROGRAMS:
        path = shutil.which(name)
        lines.append(Checked(name, "ok" if path else "optional", f"{path or 'not found'}; {why}"))
    return lines


def _none() -> Checked:
    from abusekit.browser.process.executable import INSTALL_HINT
    from abusekit.cli.answers import Checked

    detail = f"none found: capture uses the http engine, without a picture of the page; {INSTALL_HINT}"
    return Checked("browser", "optional", detail)


def _trial(found: Executable) -> list[Checked]:
    from abusekit.browser.process.trial import trial
    from abusekit.cli.answers import Checked

    kind = "headless shell: sites can tell" if found.shell else "full browser"
    name = f"{found.name} {found.version}, {kind}, {found.path}; capture uses it (--engine browser)"
    lines = [Checked("browser", "ok", name)]
    try:
        seen = trial(found, monotonic=time.monotonic)
    except (AbusekitError, OSError) as fault:
        hint = f"; {fault.hint}" if isinstance(fault, AbusekitError) and fault.hint else ""
        return [*lines, Checked("sandbox", "missing", f"{fault}{hint}")]
    user = "as this user" if seen.user is None else f"as user {seen.user}, who owns nothing else"
    lines.append(Checked("sandbox", "ok", f"the browser runs in its own sandbox, {user}"))
    if seen.netlog_fault:
        detail = f"{seen.netlog_fault}: captures are decoded, which is less than the bytes themselves"
        lines.append(Checked("netlog", "not-checked", detail))
    else:
        lines.append(Checked("netlog", "ok", "the browser's own recording is understood"))
    return lines
