"""Names and facts of time stamps that several checks share; `stampcheck.py` makes the facts."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime

from abusekit.case.folder import device_name

STAMP_LIST = re.compile(r"stamp(?:[2-9]|[1-9][0-9]{1,2})?\.sha256\Z")
"""`stamp.sha256`, `stamp2.sha256`, …: what an authority was asked to stamp."""
AUTHORITY = re.compile(r"[a-z0-9][a-z0-9-]{0,30}")
STAMP_FILE = re.compile(r"(stamp(?:[2-9]|[1-9][0-9]{1,2})?)\.([a-z0-9][a-z0-9-]{0,30})\.(tsq|tsr|pem)\Z")
"""A file about one token: stem of its list, authority, and what it is."""


@dataclass(slots=True)
class Stamps:
    """What verified tokens of trusted authorities cover."""

    times: dict[str, datetime] = field(default_factory=dict)
    """Path inside the case → earliest genTime (aware, UTC) of a token whose list names that file's bytes."""


def authority_name(text: str) -> bool:
    """Whether a text can name an authority, also as a part of file names."""
    return AUTHORITY.fullmatch(text) is not None and not device_name(text)
