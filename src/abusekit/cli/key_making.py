"""What is looked at before a key comes into the store."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

MIN_PASSPHRASE = 8
"""Characters, for a new key."""


def check_free(store: Path, name: str) -> None:
    """A name that cannot be taken is said before a passphrase is asked. Raises UsageError, InputError."""
    import os

    from abusekit.integrity.keys import store as keys

    there = any(os.path.lexists(store / each) for each in (name, f"{name}.pub"))
    if there or not keys.NAME_FORM.fullmatch(name):
        taken = keys.show(store, name)  # which refuses a name that is none
        raise keys.name_taken(taken.name)


def check_length(chosen: bytes) -> None:
    """Raises UsageError: a key file that is copied can be tried against short passphrases very fast."""
    from abusekit.errors import UsageError

    length = len(chosen.decode("utf-8", "surrogateescape"))
    if 0 < length < MIN_PASSPHRASE:
        raise UsageError(
            f"the passphrase has only {length} characters: whoever copies the key file guesses it",
            f"at least {MIN_PASSPHRASE}; four or five words that do not belong together are good",
        )


def not_inside_a_case(store: Path) -> None:
    """A key in a case would go wherever the case goes. Raises UsageError."""
    from abusekit.case.folder import Case
    from abusekit.errors import CaseError, UsageError

    try:
        Case.find(store)
    except CaseError:
        return
    raise UsageError(f"the key store lies inside a case: {store}", "set ABUSEKIT_KEYS to a folder outside")
