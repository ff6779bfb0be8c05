"""What the commands about keys answer with --json."""

from __future__ import annotations

import msgspec


class KeyAnswer(msgspec.Struct):
    """One key, as `key … --json` answers it."""

    name: str
    fingerprint: str
    """SHA256:…, as ssh-keygen prints it."""
    allowed_signers: str
    """The line by which somebody vouches for this key."""
    private: bool
    """False: no private half is in the key store."""
    signs: str | None
    """`file` (with its passphrase), `ssh-keygen` (an agent or a security key), or null: it cannot sign."""
    revoked_since: str | None = None
    """UTC; null: it counts."""
    revoked_why: str | None = None
    """lost, stolen or retired."""
    sheets: list[str] = []
    """Fingerprint sheets that were written."""


class KeyListAnswer(msgspec.Struct):
    """What `key list --json` answers."""

    keys: list[KeyAnswer]


class KeyRotated(msgspec.Struct):
    """What `key rotate --json` answers."""

    old: str
    """Fingerprint of the key that is replaced."""
    new: str
    """Fingerprint of the key that replaces it."""
    name: str
    """What the new key is called in the key store."""
    allowed_signers: str
    """The new key's line for those who vouch."""
    line: int
    """The log line that says so; the next seal is to be signed by both."""


class KeyRevoked(msgspec.Struct):
    """What `key revoke --json` answers."""

    fingerprint: str
    since: str
    """UTC."""
    why: str
    noted: list[str]
    """Names in the key store that this revocation stands beside."""
    lines: list[int]
    """Log lines that say so, one for each --case, in their order."""
    undone: bool = False
    """With --undo: the names in `noted` count again; `since` and `why` are empty."""
