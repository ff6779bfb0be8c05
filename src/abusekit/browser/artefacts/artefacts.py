"""Takes the artefacts of a page, one kind after the other: each has its own time, and each may fail alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from abusekit.browser.artefacts.artefact import (
    KINDS,
    Artefact,
    ArtefactPlan,
    Failure,
    Kind,
    Label,
    Sitter,
    TooLargeError,
)
from abusekit.browser.artefacts.dom import dom_of, mhtml_of
from abusekit.browser.artefacts.picture import pictures
from abusekit.browser.artefacts.printed import print_of
from abusekit.browser.artefacts.shown_text import text_of
from abusekit.browser.page.cdp import Cdp, CdpClosedError, CdpError, CdpTimeoutError

MAKERS: dict[Kind, Callable[[Sitter], Iterator[Artefact]]] = {
    "picture": pictures,
    "text": text_of,
    "pdf": print_of,
    "dom": dom_of,
    "mhtml": mhtml_of,
}


@dataclass(frozen=True, slots=True)
class Taken:
    """What could be had of a page, and what not."""

    artefacts: tuple[Artefact, ...]
    # in the order of KINDS; whoever took them closes their spools
    failures: tuple[Failure, ...]
    # one for a kind that is absent or, where tiles of a picture are missing, not whole

    def close(self) -> None:
        for one in self.artefacts:
            one.spool.close()


def take(
    cdp: Cdp,
    session: str,
    plan: ArtefactPlan,
    *,
    spool: Path | None,
    ends_at: float,
    monotonic: Callable[[], float],
    now: Callable[[], datetime],
    frames: tuple[str, ...] = (),
) -> Taken:
    """The artefacts of the page in target `session`; never raises for what the page or the browser does.

    ends_at: seconds on `monotonic` for all of them together. frames: sessions of frames with processes of their
    own, for the text. Nothing is clicked, scrolled or loaded by it; see `picture` and `printed` for what scripts
    of the page may notice. Raises OSError when the disk is full.

    Shows what this browser made of the page at `at`. That others saw the same is not proved by it.
    """
    artefacts: list[Artefact] = []
    failures: list[Failure] = []
    try:
        for kind in KINDS:
            if kind not in plan.kinds:
                continue
            until = min(ends_at, monotonic() + plan.seconds.get(kind, 0.0))
            sitter = Sitter(cdp, session, plan, spool, until, monotonic, now, frames)
            try:
                for one in MAKERS[kind](sitter):
                    artefacts.append(one)
            except CdpError as fault:
                failures.append(Failure(kind, _label(fault), fault.message[:500]))
    except BaseException:
        for one in artefacts:
            one.spool.close()
        raise
    return Taken(tuple(artefacts), tuple(failures))


def _label(fault: CdpError) -> Label:
    if isinstance(fault, CdpTimeoutError):
        return "timeout"
    if isinstance(fault, CdpClosedError):
        return "browser-gone"
    return "too-large" if isinstance(fault, TooLargeError) else "refused"
