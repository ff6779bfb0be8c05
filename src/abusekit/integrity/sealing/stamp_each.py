"""A time stamp for every single capture, had before it is stored: `capture --stamp-each`.

The capturing code gets this as a function that adds files to a draft; it knows of no authority.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence

from abusekit.case.hashing import digest_bytes
from abusekit.case.intake import MAX_FILES, Draft
from abusekit.errors import AbusekitError
from abusekit.integrity.timestamps.authorities import TimeStampAuthority
from abusekit.integrity.timestamps.stamps import list_bytes
from abusekit.integrity.timestamps.timestamp import check_response, make_request, read_request

LIST, LIST_TYPE = "stamp.sha256", "text/plain"
FAILURES_IN_A_ROW = 3
"""After so many an authority is not asked again in the same run: each of them may have taken its whole time limit."""


class StampEach:
    """Call it with a draft whose files are all there. Safe in threads."""

    def __init__(
        self, authorities: Sequence[TimeStampAuthority], post: Callable[[str, bytes], bytes]
    ) -> None:
        """`post`: sends a query to a URL and gives the answer; raises AbusekitError."""
        self._authorities = authorities
        self._post = post
        self._failed: Counter[str] = Counter()
        self._lock = threading.Lock()

    def __call__(self, draft: Draft) -> None:
        """Adds the stamped list, and request, answer and certificates of every authority that gave a good token.

        What goes wrong becomes a problem of the item: a capture is never lost for want of a stamp.
        """
        data = list_bytes({stored.name: stored.sha256 for stored in draft.files})
        if len(draft.files) + 1 + 3 * len(self._authorities) > MAX_FILES:
            draft.problems.append("no-stamp: the item has too many files for a time stamp of its own")
            return
        listed = False
        for authority in self._authorities:
            parts = self._asked(authority, data, draft)
            if parts is None:
                continue
            if not listed:
                draft.write(LIST, data, LIST_TYPE, "metadata")
                listed = True
            for kind, (content, media_type) in parts.items():
                draft.write(f"stamp.{authority.name}.{kind}", content, media_type, "metadata")

    def _asked(
        self, authority: TimeStampAuthority, data: bytes, draft: Draft
    ) -> dict[str, tuple[bytes, str]] | None:
        with self._lock:
            if self._failed[authority.name] >= FAILURES_IN_A_ROW:
                draft.problems.append(
                    f"no-stamp: {authority.name} was not asked: it failed several times in a row"
                )
                return None
        query = make_request(bytes.fromhex(digest_bytes(data).sha256))
        request = read_request(query)
        try:
            response = self._post(authority.url, query)
            token = check_response(response, request.digest, nonce=request.nonce, roots=authority.roots)
        except AbusekitError as fault:
            with self._lock:
                self._failed[authority.name] += 1
            draft.problems.append(f"no-stamp: {authority.name}: {fault.message}"[:500])
            return None
        with self._lock:
            self._failed[authority.name] = 0
        return {
            "tsq": (query, "application/timestamp-query"),
            "tsr": (response, "application/timestamp-reply"),
            "pem": (token.chain, "application/x-pem-file"),
        }
