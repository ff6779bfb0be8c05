"""What every command answers with --json, in the order of `COMMANDS`; `ANSWERS` says which command gives which.

Loaded when an answer is made, not for `--help`: msgspec takes longer to load than a help text to write.
docs/commands.md shows the JSON schemas of these structs.
"""

from __future__ import annotations

from typing import Any

import msgspec

from abusekit.cli.answers_account import (
    AccountDecided,
    AccountListAnswer,
    AccountObserved,
    AccountShowAnswer,
)
from abusekit.cli.answers_account_candidates import CandidatesAnswer
from abusekit.cli.answers_account_graph import AccountGraphAnswer
from abusekit.cli.answers_account_papers import (
    BlocklistAnswer,
    PreservationAnswer,
    SheetAnswer,
    SupplementaryAnswer,
)
from abusekit.cli.answers_authority import (
    AuthorityAnswer,
    AuthorityDefaults,
    AuthorityListAnswer,
    AuthorityRemoved,
)
from abusekit.cli.answers_browser import BrowserDeleted, BrowserListAnswer, BrowserProfile
from abusekit.cli.answers_clocks import Clocks
from abusekit.cli.answers_custody import GapsAnswer, ReceiveAnswer, TransferAnswer
from abusekit.cli.answers_find import FindAnswer
from abusekit.cli.answers_import import ImportAnswer
from abusekit.cli.answers_keys import KeyAnswer, KeyListAnswer, KeyRevoked, KeyRotated
from abusekit.cli.answers_partial import AddedSince, ErasedAnswer, PartialAnswer
from abusekit.cli.answers_readiness import SubmissionAnswer
from abusekit.cli.answers_recheck import RecheckAnswer, RecordAnswer
from abusekit.cli.answers_stamps import StampAnswer, TimestampAnswer
from abusekit.screenshots.compare import Compared


class Started(msgspec.Struct):
    """What `init --json` answers."""

    folder: str
    case: str
    """UUID of the case."""
    reference: str
    producers: list[str]
    """Initials."""


class CapturedAddress(msgspec.Struct):
    """One address of `capture --json`."""

    address: str
    line: int | None
    """In the list, from 1; null for an address of the command line."""
    item: str | None
    exhibit: str | None
    outcome: str
    """As in the item (docs/commands.md lists them), or `not-an-address`, `refused`, `needs-login`, `needs-person`."""
    status: int | None
    """HTTP status of the last answer."""
    problem: str
    parts_missing: int
    """Images, style sheets, … of the page that could not be had."""
    grade: str | None
    """A to D, X: computed from what is there now; null where there is no item."""
    grade_reasons: list[str]
    """What keeps it from a better grade."""


class CaptureAnswer(msgspec.Struct):
    """What `capture --json` answers."""

    captured: list[CapturedAddress]
    """What this run stored or refused."""
    skipped: int
    """Addresses of the list that the case holds already."""
    duplicates: int
    """Lines of the list that repeat an address."""
    outcomes: dict[str, int]
    exit_code: int
    stamped: dict[str, int] = {}
    """With --stamp-each: authority → number of captures that it stamped."""
    not_stamped: dict[str, int] = {}
    """With --stamp-each: authority → number of captures without its stamp; then the exit code is 7."""


class Added(msgspec.Struct):
    """One file of `add --json`."""

    name: str
    """As received."""
    item: str | None
    """Item that holds it now, or held it before; null where it was refused."""
    exhibit: str | None
    sha256: str | None
    state: str
    """`added`, `already-there` (the same bytes), `refused`."""
    problem: str = ""
    compared: list[Compared] = []
    """With --screenshot-of: its words beside those of what it is said to show, without content."""


class AddAnswer(msgspec.Struct):
    """What `add --json` answers."""

    files: list[Added]
    exit_code: int


class Noted(msgspec.Struct):
    """What `note --json` answers."""

    item: str
    exhibit: str
    event: str | None
    """The event time as typed."""


class Listed(msgspec.Struct):
    """One item of `list --json`."""

    item: str
    exhibit: str
    kind: str
    at: str
    """Taken in: UTC, our clock."""
    local: str
    """The same in the case's zone, with offset."""
    outcome: str
    what: str
    """How a capture ended with the HTTP status, the type of a file, whether a diary entry is confirmed."""
    grade: str
    """A, B, C, D, X or - (advice on what to add, no claim about admissibility)."""
    files: int
    tags: list[str]
    withdrawn: str | None
    """Reason, or null."""
    verified: bool
    """Somebody stands by this diary entry (verify-note)."""
    quarantined: bool = False
    """In quarantine: of such an item only what the log says is told; `files` and `tags` are empty."""
    corrects: str | None = None
    """The diary entry that this one corrects."""
    corrected_by: list[str] = []
    """Later diary entries that correct this one."""
    address: str | None = None
    """As typed; null without --reveal."""
    names: list[str] | None = None
    """Of files, as received; null without --reveal."""
    text: str | None = None
    """First 60 characters of a diary entry; null without --reveal."""


class ListAnswer(msgspec.Struct):
    """What `list --json` answers."""

    reference: str
    items: list[Listed]
    erased: list[str] = []
    """Ids of the items that were erased, whatever was asked for."""


class ShowAnswer(msgspec.Struct):
    """What `show --json` answers. Without --reveal, `source`, `facts` and `dated` are null."""

    item: str
    exhibit: str
    kind: str
    at: str
    local: str
    who: str
    outcome: str
    fidelity: str
    grade: str
    grade_reasons: list[str]
    files: list[dict[str, Any]]
    limits: list[str]
    problems: list[str]
    tags: list[str]
    withdrawn: str | None
    verified: list[tuple[str, str]]
    place: str
    what: str
    """As `list` says it."""
    clocks: Clocks
    """What each of the three clocks says."""
    corrects: str | None = None
    """The diary entry that this one corrects."""
    corrected_by: list[str] = []
    """Later diary entries that correct this one."""
    corroborated_by: list[str] = []
    """Items that bear it out: as a person says, or captures of the same address by another producer."""
    not_later_than: tuple[str, str] | None = None
    """In the case by then (UTC), as the earliest trusted time stamp over it says, and whose that is."""
    not_earlier_than: tuple[str, str] | None = None
    """Put into the log after that (UTC): the latest trusted time stamp that the log held before, and whose."""
    compared: list[Compared] = []
    """Of a screenshot: its words beside those of what it is said to show; `words` is null without --reveal."""
    source: dict[str, Any] | None = None
    facts: dict[str, Any] | None = None
    dated: list[dict[str, Any]] | None = None


class Logged(msgspec.Struct):
    """What commands that log a decision answer with --json."""

    items: list[str]
    do: str
    """The verb in the log."""
    lines: list[int]
    """Numbers of the log lines, from 0."""


class CustodyLogAnswer(msgspec.Struct):
    """What `custody log --json` answers."""

    entries: list[dict[str, Any]]
    """The log's entries as they stand."""


class SettingsAnswer(msgspec.Struct):
    """What `settings show --json` and `settings change --json` answer."""

    number: int
    """Number of the settings file."""
    case: str
    reference: str
    title: str
    zone: str
    exhibit_style: str
    producers: list[dict[str, str]]
    allowed_networks: list[str]
    place: str
    """Where items are kept from the start; empty: not stated."""
    policy: list[str]
    """What the case is kept to, such as `log-views`."""


class Hashed(msgspec.Struct):
    """One file of `hash --json`."""

    path: str
    sha256: str | None
    """Null where the file could not be read."""
    size: int | None
    state: str
    """`ok`, `changed`, `missing` or `could-not-check`."""


class HashAnswer(msgspec.Struct):
    """What `hash --json` answers."""

    files: list[Hashed]
    exit_code: int


class Sealed(msgspec.Struct):
    """What `manifest`, `sign` and `seal` answer with --json."""

    folder: str
    """Folder of the seal."""
    lines: int
    """Log lines that it covers."""
    root: str
    """Merkle root over them: what to print in a statement."""
    signer: str | None
    """Fingerprint of the (first) key, or null while it is not signed."""
    check_with: list[str]
    """Commands by which a stranger repeats the check."""
    signers: list[str] = []
    """Fingerprints of all keys that signed in this run."""
    stamps: list[StampAnswer] = []
    """The time stamps that this run asked for."""
    new: bool = True
    """false: nothing had come since the newest seal, and this tells of that one."""


class FindingAnswer(msgspec.Struct):
    """One finding of `verify --json`."""

    check: str
    status: str
    """`ok`, `changed`, `missing`, `unlisted`, `could-not-check` or `note`."""
    message: str
    path: str
    item: str
    exhibit: str
    since: str = ""
    """The log line from which on it has to be so, and when that was logged; empty where no line tells of it."""


class CheckAnswer(msgspec.Struct):
    """One kind of check of `verify --json`."""

    check: str
    counts: dict[str, int]
    """Status → number of findings."""
    proves: str


class VerifyAnswer(msgspec.Struct):
    """What `verify --json` answers."""

    verdict: str
    """VERIFIED, NOT VERIFIED, TORN LOG or NOT FULLY CHECKED."""
    exit_code: int
    partial: str
    """Empty, PARTIAL or ERASED."""
    case: str
    lines: int
    root: str
    checks: list[CheckAnswer]
    findings: list[FindingAnswer]
    """All that is not ok, and those of log, seals and signatures; all of them with --all."""
    quarantined: list[str] = []
    """Items in quarantine: compared like all others, and shown by nothing."""
    withheld: int = 0
    """Number of log lines of which only the hash is there, erased ones among them."""
    erased: int = 0
    """Number of those that other lines say are erased."""
    since: list[AddedSince] = []
    """What was added since each seal of --against that the case contains."""
    submission: SubmissionAnswer | None = None
    """What is still weak; null without --for-submission. The command then ends with its `exit_code`."""


class TimelineAnswer(msgspec.Struct):
    """What `timeline --json` answers; the rows themselves come with --jsonl."""

    rows: int
    written: list[str]
    """Files that were written."""


class RecoverAnswer(msgspec.Struct):
    """What `recover --json` answers."""

    torn_kept_as: str | None
    """Where the incomplete last line of the log was kept, or null."""
    adopted: list[str]
    """Items that were whole and are in the log now."""
    set_aside: list[str]
    """Where folders that are no whole item were moved."""
    cleared: int
    """Staged leftovers of runs that no longer live."""


class Checked(msgspec.Struct):
    """One line of `doctor --json`."""

    what: str
    state: str
    """`ok`, `missing` (needed), `optional` (absent, not needed) or `not-checked`."""
    detail: str


class DoctorAnswer(msgspec.Struct):
    """What `doctor --json` answers."""

    checks: list[Checked]
    exit_code: int


class DemoAnswer(msgspec.Struct):
    """What `demo --json` answers."""

    case: str
    timeline: str
    exit_code: int
    """That of `verify`."""


ANSWERS: dict[str, type[msgspec.Struct]] = {
    "init": Started,
    "capture": CaptureAnswer,
    "recheck": RecheckAnswer,
    "record": RecordAnswer,
    "add": AddAnswer,
    "import": ImportAnswer,
    "note": Noted,
    "list": ListAnswer,
    "show": ShowAnswer,
    "find": FindAnswer,
    "tag": Logged,
    "withdraw": Logged,
    "quarantine": Logged,
    "verify-note": Logged,
    "corroborate": Logged,
    "account list": AccountListAnswer,
    "account show": AccountShowAnswer,
    "account observe": AccountObserved,
    "account link": AccountDecided,
    "account confirm": AccountDecided,
    "account reject": AccountDecided,
    "account unlink": AccountDecided,
    "account candidates": CandidatesAnswer,
    "account graph": AccountGraphAnswer,
    "account sheet": SheetAnswer,
    "account preservation": PreservationAnswer,
    "account blocklist": BlocklistAnswer,
    "custody log": CustodyLogAnswer,
    "custody store": Logged,
    "custody gaps": GapsAnswer,
    "custody transfer": TransferAnswer,
    "custody receive": ReceiveAnswer,
    "settings show": SettingsAnswer,
    "settings change": SettingsAnswer,
    "hash": HashAnswer,
    "key list": KeyListAnswer,
    "key create": KeyAnswer,
    "key show": KeyAnswer,
    "key export": KeyAnswer,
    "key import": KeyAnswer,
    "key rotate": KeyRotated,
    "key revoke": KeyRevoked,
    "authority list": AuthorityListAnswer,
    "authority show": AuthorityAnswer,
    "authority add": AuthorityAnswer,
    "authority remove": AuthorityRemoved,
    "authority default": AuthorityDefaults,
    "manifest": Sealed,
    "sign": Sealed,
    "seal": Sealed,
    "timestamp": TimestampAnswer,
    "verify": VerifyAnswer,
    "export partial": PartialAnswer,
    "export supplementary": SupplementaryAnswer,
    "timeline": TimelineAnswer,
    "browser login": BrowserProfile,
    "browser list": BrowserListAnswer,
    "browser delete": BrowserDeleted,
    "erase": ErasedAnswer,
    "recover": RecoverAnswer,
    "doctor": DoctorAnswer,
    "demo": DemoAnswer,
}
"""Words of the command → what it answers with --json."""
