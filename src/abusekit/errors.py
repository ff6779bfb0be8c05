"""The error tree: each class is one kind of trouble, one exit code, one line for a person.

AbusekitError                 message, hint ("what to do next"), exit code
├── EvidenceError        1    the evidence does not check out
├── UsageError           2    the command was used wrongly
├── CaseError            3    the case folder is absent, foreign, locked, torn, read-only or full
│   ├── TornLogError          the last log line is incomplete: `abusekit recover`
│   └── LockedError           another process holds the case
├── InputError           4    something from outside was not understood
├── NetworkError         5    the network or an authority failed
├── MissingExtraError    6    a part of abusekit that is not installed
└── IncompleteError      7    done, but something was skipped or could not be checked
"""

from __future__ import annotations

from typing import ClassVar


class AbusekitError(Exception):
    """A fault that a person can be told about in one line.

    `message` says what is wrong, `hint` what to do next; both are shown by `cli/boundary.py` with
    control characters escaped, so text from outside may stand in them.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class EvidenceError(AbusekitError):
    exit_code = 1


class UsageError(AbusekitError):
    exit_code = 2


class CaseError(AbusekitError):
    exit_code = 3


class TornLogError(CaseError):
    """The log does not end with a line feed: a power cut or a full disk interrupted an append."""


class LockedError(CaseError):
    """Another process works on the case, and did not finish in time."""


class InputError(AbusekitError):
    exit_code = 4


class NetworkError(AbusekitError):
    exit_code = 5


class MissingExtraError(AbusekitError):
    exit_code = 6


class IncompleteError(AbusekitError):
    exit_code = 7


EXIT_CODES: tuple[tuple[int, str], ...] = (
    (0, "done"),
    (1, "the evidence does not check out"),
    (2, "wrong usage"),
    (3, "case folder problem: absent, foreign, locked, torn, read-only or full"),
    (4, "input not understood"),
    (5, "network or authority"),
    (6, "an extra is missing; the message names the install command"),
    (7, "done, but something was skipped or could not be checked"),
)
"""Exit code → meaning, the same for every command."""
