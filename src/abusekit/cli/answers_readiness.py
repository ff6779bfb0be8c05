"""What `verify --for-submission --json` answers besides the verdict; see `answers.ANSWERS`."""

from __future__ import annotations

import msgspec


class KindAnswer(msgspec.Struct):
    """One kind of need."""

    kind: str
    about: str
    count: int
    blocking: int
    """How many of them should be settled before anything leaves."""


class NeedAnswer(msgspec.Struct):
    """One thing that is still weak."""

    kind: str
    what: str
    """Without content."""
    item: str
    """Empty: about the case."""
    exhibit: str
    raise_by: str
    """What would mend it."""
    command: str
    """To type next; words in capitals and … are to be filled in. Empty: no command does it."""
    blocking: bool


class LeakAnswer(msgspec.Struct):
    """Something private in a file that would leave; never the value itself."""

    kind: str
    severity: str
    """`high`: it opens something, or shows where somebody is; `medium`: it names somebody; `low`: good to know."""
    item: str
    """Empty: a file of the case."""
    file: str
    member: str
    """Of an archive; empty: in the file itself."""
    where: str
    masked: str
    """First character and length of what was found; empty where that would say too much."""


class StepAnswer(msgspec.Struct):
    """One entry of the list of evidence still needed: what to do next, the worst first."""

    kind: str
    count: int
    blocking: bool
    raise_by: str
    command: str
    items: list[str]


class SubmissionAnswer(msgspec.Struct):
    """What is still weak in a case, before it is handed over."""

    ready: bool
    """Nothing weak was found, and the case is verified."""
    exit_code: int
    """That of the command: 1 or 3 as the verification, else 7 while something is needed, else 0."""
    kinds: list[KindAnswer]
    """The worst first; only those that occur."""
    needs: list[NeedAnswer]
    """In the same order, then by item."""
    accepted: list[NeedAnswer]
    """Those that a label `accepted:KIND` of the item accepts, with its reason in the log; they weigh nothing."""
    leaks: list[LeakAnswer]
    """All, also those that weigh nothing."""
    evidence_needed: list[StepAnswer]
