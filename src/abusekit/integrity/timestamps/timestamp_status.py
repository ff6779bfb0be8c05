"""Did the authority stamp, and if not, what does it say? (PKIStatusInfo: RFC 3161, 2.4.2)"""

from __future__ import annotations

import re

from abusekit.integrity.timestamps import der
from abusekit.integrity.timestamps.der import DerError

_CONTROL = re.compile(r"[\0-\x1f\x7f-\x9f]")
_FAILURES = {
    0: "badAlg", 2: "badRequest", 5: "badDataFormat", 14: "timeNotAvailable", 15: "unacceptedPolicy",
    16: "unacceptedExtension", 17: "addInfoNotAvailable", 25: "systemFailure",
}  # fmt: skip
_STATUS = (
    "granted",
    "granted with modifications",
    "rejection",
    "waiting",
    "revocation warning",
    "revocation",
)


def status(response: bytes) -> tuple[int, str]:
    """PKIStatus, and it in words with the authority's own and its failInfo. Raises DerError."""
    info = der.read(response).children(der.SEQUENCE, most=2)
    if not info:
        raise DerError("it is empty")
    value, *rest = info[0].children(der.SEQUENCE, most=3) or [info[0]]
    number = value.integer()
    words = [_STATUS[number] if 0 <= number < len(_STATUS) else f"status {number}"]
    for one in rest:
        if one.tag == der.SEQUENCE:
            texts = [text.content.decode("utf-8", "replace") for text in one.children(most=10)]
            if number == 0 and any(_CONTROL.search(text) for text in texts):
                # `openssl ts -reply -text` prints it raw: it could feign a line with another time
                raise DerError("a control character in the authority's words")
            texts = [_CONTROL.sub(" ", text) for text in texts]
            words += [f'"{text[:200]}"' for text in texts]
        elif one.tag == der.BIT_STRING:
            bits = one.content[1:5]
            words += [
                name
                for bit, name in _FAILURES.items()
                if bit < len(bits) * 8 and bits[bit // 8] << bit % 8 & 0x80
            ]
    return number, ", ".join(words)
