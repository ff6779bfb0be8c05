"""What the commands about time stamps answer with --json."""

from __future__ import annotations

import msgspec


class StampAnswer(msgspec.Struct):
    """One request to an authority, and what came of it."""

    authority: str
    seal: int
    """N of the seal."""
    listed: str
    """The list that is stamped, in the folder of the seal."""
    state: str
    """`stamped` (verified and kept) or `pending` (no answer yet, or none that counts)."""
    gen_time: str | None = None
    """By then the listed digests existed, as the authority says: UTC, whole seconds."""
    signer: str | None = None
    """Subject of the certificate that signed."""
    problem: str = ""
    """Why it is pending; empty where nothing went wrong."""
    command: str | None = None
    """The openssl line by which a stranger repeats the check."""
    request: str | None = None
    """File to which the request was written, with --request."""


class TimestampAnswer(msgspec.Struct):
    """What `timestamp --json` answers."""

    stamps: list[StampAnswer]
    exit_code: int
