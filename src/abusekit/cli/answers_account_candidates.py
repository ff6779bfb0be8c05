"""What `account candidates` answers with --json."""

from __future__ import annotations

import msgspec


class FindingAnswer(msgspec.Struct):
    """One thing that two accounts share, or that speaks against a link."""

    group: str
    """`selectors`, `presentation`, `behaviour`, `sequence` or `network`."""
    signal: str
    text: str
    against: bool
    lr: float
    """Likelihood ratio after shrinking and capping; exactly 1: described only."""
    raw: float | None
    """Before; null: not a number."""
    cap: float
    among: int
    """Bystander accounts that it was compared with."""
    shared_by: int
    """Of them, those that show the same; 0 for `style`, `hours` and `first-contact`, which are not counted so."""
    value: str
    """What is shared; empty where there is no one value, and for addresses without --reveal."""
    why: str
    """Why the number is no larger, or why there is none."""
    here: list[str]
    """Where it stands at account a: `AB/7#m412 (E0007)`."""
    there: list[str]
    items: list[str]
    """Ids of the items that it stands in."""


class ComparedAccount(msgspec.Struct):
    key: str
    handle: str
    """As received: hostile text."""
    basis: str
    """`platform_id`, `phone`, `email`, `handle` or `name`; the last two are weak."""


class LinkState(msgspec.Struct):
    """What a person decided about the pair."""

    decided: str
    by: str
    at: str
    stale: bool
    """The findings are others now than those that the person saw."""
    findings: str
    """Digest of the findings that the person saw; empty: none."""
    why: str
    """Where it is stale: what the log has since then that can have changed them."""


class CandidateAnswer(msgspec.Struct):
    """A pair of accounts that was compared."""

    a: ComparedAccount
    b: ComparedAccount
    state: LinkState | None
    """Null: nobody has decided."""
    total: float
    strength: str
    """`strong`, `moderate`, `weak`, `none` or `against`; no statement about persons."""
    proposition: str
    """What the total means: both propositions, and the comparison group."""
    groups: dict[str, float]
    """Group → its likelihood ratio after its cap."""
    findings: list[FindingAnswer]
    """Against first, then by group."""
    cohort: int
    cohort_of: str
    expected: float
    """Coincidental links to be expected at this total: pairs / total."""
    pairs: int
    not_compared: list[str]
    carried: dict[str, float]
    """Item id → the total in a case without it, computed anew; only with --explain or --between, at most 10 items."""
    findings_digest: str
    """For `account confirm --findings`."""


class CandidatesAnswer(msgspec.Struct):
    """What `account candidates --json` answers."""

    candidates: list[CandidateAnswer]
    hidden: int
    """Pairs with a total below 10 that were left out; see --all."""
    more: int
    """Further ones beyond --most."""
    accounts: int
    """Compared; the victim's own are left out."""
    bystanders: int
    """Of them, those with words or a profile text."""
    pairs: int
    not_compared: list[str]
    without: list[str]
    """Items that were left out."""
    caps: dict[str, float]
    notes: list[str]
    """What this can show, and what it cannot."""
    exit_code: int
