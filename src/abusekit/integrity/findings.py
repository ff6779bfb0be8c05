"""The answers that a check can give, and what each check proves."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Status(StrEnum):
    OK = "ok"
    CHANGED = "changed"
    """Not what was recorded."""
    MISSING = "missing"
    """Recorded, and not there."""
    UNLISTED = "unlisted"
    """There, and not recorded."""
    UNCHECKED = "could-not-check"
    """Neither right nor wrong could be shown."""
    NOTE = "note"
    """Something to know that takes nothing away from the verdict."""


WRONG = (Status.CHANGED, Status.MISSING, Status.UNLISTED)


@dataclass(frozen=True, slots=True)
class Finding:
    check: str
    """Key of PROVES."""
    status: Status
    message: str
    """One line for a person; text from outside is escaped when it is shown."""
    path: str = ""
    """Inside the case."""
    item: str = ""
    exhibit: str = ""
    since: str = ""
    """The act from which on it has to be so (R24): the log line that admitted it, and when; empty: there is none."""
    cause: str = ""
    """What would settle it depends on this: `unvouched`, `limited`, `revoked`, `no-root`; empty: not one of these."""


class Outcome(NamedTuple):
    """What came of the checks of one file. A case has very many, nearly all the same, so they share one."""

    passed: tuple[str, ...]
    """Keys of PROVES: the checks that found nothing wrong."""
    findings: tuple[Finding, ...] = ()
    """Whatever the others found; never one that is OK."""


PROVES: dict[str, str] = {
    "log": "every act stands in its place since it was logged; not that the log is complete, or that it was not"
    " written anew as a whole, nor what a withheld line says, also of an item that is shown",
    "seal": "the log and the list of files were in this state when the seal was made; not when that was",
    "signature": "the holder of this key stood by the sealed state; not who the holder is, nor when",
    "stamp": "an authority that is trusted here saw the digests of these files at its time; not that they are true, nor"
    " how much older they are",
    "custody": "who handed what to whom, as both of them wrote it down; not what happened between the two",
    "file": "the same bytes as on the day they were logged; not that they are true, or who made them",
    "unlisted": "nothing lies among the evidence that was not taken in through the log",
    "item": "the description of an item agrees with the log and with its files, and names only what is in the case",
    "webarchive": "the recording is whole in itself: every record, digest and index entry agree, and the pictures"
    " and texts beside it are those in it; not that the page looked so to others",
    "settings": "the settings shown to people are those that were logged",
    "against": "the case still contains the state that an earlier copy of a seal describes; only such a copy shows"
    " that a case was not cut back",
    "kit": "the two programs in kit/ are those of this version, to be run by others; not evidence, and whoever does not"
    " trust the sender takes them from elsewhere",
    "names": "no name or kind of file in the folder can mislead a reader or a tool",
}
"""Check → what it proves, and what it does not."""
