"""Names, lists and facts of time stamps that several checks share; `stampcheck.py` makes the facts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from abusekit.case.folder import device_name
from abusekit.errors import EvidenceError

STAMP_LIST = re.compile(r"stamp(?:[2-9]|[1-9][0-9]{1,2})?\.sha256\Z")
"""`stamp.sha256`, `stamp2.sha256`, …: what an authority was asked to stamp."""
AUTHORITY = re.compile(r"[a-z0-9][a-z0-9-]{0,30}")
STAMP_FILE = re.compile(r"(stamp(?:[2-9]|[1-9][0-9]{1,2})?)\.([a-z0-9][a-z0-9-]{0,30})\.(tsq|tsr|pem)\Z")
"""A file about one token: stem of its list, authority, and what it is."""
MAX_LIST = 1 << 17
"""Bytes of a list; 400 files of an item need less."""
MAX_QUERY = 1 << 12
"""Bytes of a request."""
MAX_RESPONSE = 1 << 20
"""Bytes of a response; real ones have 1 to 8 KiB."""
MAX_CERTIFICATES = 1 << 20
"""Bytes of the `.pem` beside a token."""
_CERTIFICATE = re.compile(rb"-----BEGIN CERTIFICATE-----\n[^-]*-----END CERTIFICATE-----\n")
_LINE = re.compile(r"([0-9a-f]{64})  ([A-Za-z0-9_][A-Za-z0-9._-]*)\n", re.ASCII)


@dataclass(frozen=True, slots=True)
class Stamped:
    """One verified token of a trusted authority."""

    authority: str
    """As in the name of its file."""
    gen_time: datetime
    """Aware, UTC: by then the listed digests existed, as the authority says."""
    seal: int
    """N of the seal that it stands over: all log lines before N existed by then. 0: it stands over an item's files."""
    item: str
    """The item whose files it stands over; empty for a seal."""
    n: int
    """The log line that admits the token: what is logged after it was not logged earlier than genTime. -1: none."""


class Bracket(NamedTuple):
    """Between which two token times a log line, and what it admits, came into the log."""

    not_before: Stamped | None
    """The latest token that the log held already."""
    not_after: Stamped | None
    """The earliest token over what the line admits."""


@dataclass(slots=True)
class Stamps:
    """What verified tokens of trusted authorities cover."""

    times: dict[str, datetime] = field(default_factory=dict)
    """Path inside the case → earliest genTime (aware, UTC) of a token whose list names that file's bytes."""
    tokens: list[Stamped] = field(default_factory=list)
    """All of them, of seals first."""

    @property
    def covered(self) -> int:
        """Number of log lines, from the start, that stamped seals cover."""
        return max((token.seal for token in self.tokens), default=0)

    def covers(self, n: int, item: str = "") -> bool:
        """Whether a token says since when log line `n`, or the files of `item`, existed at the latest."""
        return n < self.covered or any(item and token.item == item for token in self.tokens)

    def bracket(self, n: int, item: str = "") -> Bracket:
        """For log line `n`, which admits `item`. What happened outside of the case may be much older."""
        earlier = [token for token in self.tokens if 0 <= token.n < n]
        over = [t for t in self.tokens if t.seal > n or (item and t.item == item)]
        return Bracket(
            max(earlier, key=lambda token: token.gen_time, default=None),
            min(over, key=lambda token: token.gen_time, default=None),
        )


def authority_name(text: str) -> bool:
    """Whether a text can name an authority, also as a part of file names."""
    return AUTHORITY.fullmatch(text) is not None and not device_name(text)


def list_bytes(digests: Mapping[str, str]) -> bytes:
    """The list to be stamped, as `sha256sum -c` reads it: name → SHA-256 (hex), sorted by name."""
    return "".join(f"{digests[name]}  {name}\n" for name in sorted(digests)).encode("ascii")


def same_certificates(kept: bytes, chain: bytes) -> bool:
    """Whether a `.pem` holds the certificates of its token and nothing else, in any order."""
    blocks = _CERTIFICATE.findall(kept)
    return b"".join(blocks) == kept and sorted(blocks) == sorted(_CERTIFICATE.findall(chain))


def read_list(data: bytes) -> dict[str, str]:
    """Name → SHA-256 of such a list. Raises EvidenceError where it is not the one spelling of it."""
    text = data.decode("ascii", "replace") if len(data) <= MAX_LIST else ""
    found = {line[2]: line[1] for line in _LINE.finditer(text)}
    if not found or list_bytes(found) != data:
        raise EvidenceError("is not a list of digests, sorted by name, as sha256sum writes it")
    return found
