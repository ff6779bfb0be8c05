"""The place of a record: its member, its byte range, and the hash of exactly these bytes."""

from __future__ import annotations

import hashlib

from abusekit.importers.model import SourceRef


def ref(member_path: str, start: int, end: int, raw: bytes, at: str = "") -> SourceRef:
    """Where `raw` stands. The caller sees to it that `raw` is the member's bytes [start, end); only they are hashed.

    `at`: the place in the format's own terms: a JSON pointer, `line 12`, `row 7`.
    """
    return SourceRef(member_path, start, end, hashlib.sha256(raw).hexdigest(), at)
