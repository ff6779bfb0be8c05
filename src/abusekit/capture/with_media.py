"""The video behind a captured post: fetched through a gate of its own, and put beside the capture."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from abusekit.browser.egress.gate import Gate
from abusekit.capture.address import target
from abusekit.capture.media import Media, download, find
from abusekit.capture.plan import Plan
from abusekit.case.canonical import JSON
from abusekit.case.custody import instant_text
from abusekit.case.intake import Draft

TYPES = {
    ".json": "application/json",
    ".m4a": "audio/mp4",
    ".mp3": "audio/mpeg",
    ".mp4": "video/mp4",
    ".ogg": "audio/ogg",
    ".webm": "video/webm",
}
ARGUMENTS = 60
CHARACTERS = 300


@contextmanager
def media_of(
    url: str, plan: Plan, *, now: Callable[[], datetime], monotonic: Callable[[], float] = time.monotonic
) -> Iterator[Media]:
    """What yt-dlp finds behind `url`; its files are there inside of the block.

    Its connections go through a gate with the plan's policy, time and size. What is wrong with the site is the
    `problem` of what comes back. Raises MissingExtraError without the program, OSError (disk).
    """
    place = target(url)
    ends_at = monotonic() + plan.deadline_s
    folder = Path(tempfile.mkdtemp(prefix="media-", dir=plan.spool))
    try:
        with Gate(
            plan.policy,
            typed=(place.host, place.port),
            max_bytes=plan.max_bytes,
            ends_at=ends_at,
            now=now,
            monotonic=monotonic,
        ) as gate:
            found = download(
                place.url,
                find(),
                folder,
                proxy_port=gate.port,
                max_bytes=plan.max_bytes,
                ends_at=ends_at,
                monotonic=monotonic,
                now=now,
            )
        yield found
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def store(draft: Draft, found: Media) -> None:
    """Put the files into the draft as they came, with what is known of them under `facts.media`."""
    for one in found.files:
        draft.copy(one.path, one.name, TYPES.get(Path(one.name).suffix, "application/octet-stream"))
    draft.facts["media"] = _facts(found)
    if found.problem is not None:
        draft.problems.append(f"media: {found.problem.detail}")


def _facts(found: Media) -> dict[str, JSON]:
    return {
        "program": {"name": "yt-dlp", "version": found.program.version, "sha256": found.program.sha256},
        "arguments": [one[:CHARACTERS] for one in found.arguments[:ARGUMENTS]],
        "files": [
            {"name": one.name, "original": one.original[:CHARACTERS], "bytes": one.size, "whole": one.whole}
            for one in found.files
        ],
        "problem": found.problem.detail[:CHARACTERS] if found.problem else None,
        "started": instant_text(found.started),
        "ended": instant_text(found.ended),
    }
