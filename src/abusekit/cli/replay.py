"""`abusekit show ITEM --replay`: how to look at a recording as the page that it was."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from abusekit.case.folder import Case
    from abusekit.case.records import Item
    from abusekit.cli.options import Session
    from abusekit.cli.views import Views

REPLAYER = "https://replayweb.page"
"""The replay tool whose scripts may read the file while it is served; nothing here contacts it."""

RECORDING = "capture.wacz"
MEDIA_TYPE = "application/wacz"


def replay(session: Session, case: Case, item: Item, seconds: float | None, views: Views) -> None:
    """Tells how to open the recording, and serves it until Ctrl-C, or for `seconds`.

    Raises UsageError when the item holds no recording, EvidenceError when its file is not what was logged.
    """
    from abusekit.case.hashing import digest_descriptor, open_regular
    from abusekit.errors import EvidenceError, UsageError
    from abusekit.net.loopback import LoopbackFile

    stored = next((one for one in item.files if one.name == RECORDING and item.kind == "capture"), None)
    if stored is None:
        raise UsageError(f"{item.id} holds no recording of a page", "list shows what kind each item is of")
    path = (case.root / "evidence" / item.id / stored.name).absolute()
    descriptor, status = open_regular(path)
    try:
        if digest_descriptor(descriptor, status.st_size).sha256 != stored.sha256:
            raise EvidenceError(
                f"{item.id}: {stored.name} is not what was logged",
                "what is wrong, and what is not: abusekit verify",
            )
        views.seen([item.id], "show --replay")
        served = LoopbackFile(
            descriptor, status.st_size, name=f"{item.id}.wacz", media_type=MEDIA_TYPE, origin=REPLAYER
        )
        with served:
            _tell(session, item, str(path), served.url)
            sys.stdout.flush()  # who reads it through a pipe waits for the address
            _wait(seconds)
    finally:
        os.close(descriptor)
    session.say("no longer served")


def _tell(session: Session, item: Item, path: str, url: str) -> None:
    if item.facts.get("authenticated") or item.facts.get("secrets"):
        session.say(
            "CAREFUL: this recording can hold live session keys (cookies). Whoever has the file may be able to "
            "act as the account that was logged in: open it on this computer only, and log that session out."
        )
    session.say(
        "A replay shows the recorded page again, as far as the tool can; it may be upsetting. What was received"
        " stands in the recording, whatever a tool makes of it."
    )
    session.print(f"file       {path}")
    session.print(f"address    {url}")
    session.say(f"Open {REPLAYER} (or any replay tool for WACZ) and choose the file, or give it the address.")
    session.say(
        "The file is read in your browser and is not uploaded; the tool's own site learns that you visited it, "
        "and, when it is given the address, that address. It is reachable on this computer only, until Ctrl-C."
    )


def _wait(seconds: float | None) -> None:
    """Ctrl-C is how one ends it, and no trouble."""
    end = None if seconds is None else time.monotonic() + seconds
    try:
        while end is None or time.monotonic() < end:
            time.sleep(0.2 if end is None else min(0.2, max(0.0, end - time.monotonic())))
    except KeyboardInterrupt:
        return
