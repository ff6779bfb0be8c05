"""Canonical JSON: one spelling for each value, so that bytes can be hashed and compared.

RFC 8785 (JCS) restricted to a subset in which its hard parts cannot occur: keys are
`[a-z][a-z0-9_]{0,39}`, numbers are integers with |n| <= 2^53-1, there is no float and no lone
surrogate. Within it `json.dumps(o, ensure_ascii=False, sort_keys=True, separators=(",", ":"))`
writes exactly the same bytes, so a stranger needs no library of ours to repeat a check.

The reader does not trust a parser to be strict: it parses, writes again and compares the bytes.
That one comparison refuses duplicate keys, spaces, key order, needless escapes, `-0`, `1e2`.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

JSON = Any
"""str, int, bool, None, list of JSON, dict of str to JSON; never a float."""

MAX_INTEGER = 2**53 - 1
LOG_DEPTH = 8
DOCUMENT_DEPTH = 16

_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}\Z")
_encoder = msgspec.json.Encoder(order="sorted")
_decoder = msgspec.json.Decoder()
_known_keys: set[str] = set()
_KNOWN_KEYS_MOST = 4096


class NotCanonicalError(ValueError):
    """The bytes are not the one canonical spelling of a permitted value; the text says why."""


def encode(value: JSON, *, depth: int = DOCUMENT_DEPTH) -> bytes:
    """The canonical bytes of `value`, without a line feed. Raises NotCanonicalError."""
    check(value, depth=depth)
    return encode_checked(value)


def encode_checked(value: object) -> bytes:
    """The same for a value that keeps to the subset by its type (a struct), or was checked before."""
    try:
        return _encoder.encode(value)
    except (UnicodeEncodeError, RecursionError, TypeError) as fault:
        raise NotCanonicalError(f"cannot be written: {fault}") from fault


def decode(data: bytes, *, depth: int = DOCUMENT_DEPTH) -> JSON:
    """The value whose canonical spelling is exactly `data`. Raises NotCanonicalError for all else."""
    try:
        value = _decoder.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
        raise NotCanonicalError(f"not JSON: {fault}") from fault
    check(value, depth=depth)
    if _encoder.encode(value) != data:
        raise NotCanonicalError("not the canonical spelling")
    return value


def check(value: JSON, *, depth: int) -> None:
    """Silence when a value keeps to the subset, nested at most `depth` deep. Raises NotCanonicalError."""
    _check(value, depth)


def _check(value: JSON, depth: int) -> None:
    kind = type(value)
    if kind is dict:
        if not _known_keys.issuperset(value):
            for key in value:
                _check_key(key)
        inside = value.values()
    elif kind is list:
        inside = value
    else:
        inside, depth = (value,), depth + 1
    if depth <= 0:
        raise NotCanonicalError("nested too deeply")
    for inner in inside:
        kind = type(inner)
        if kind is str:
            continue
        if kind is int:
            if not -MAX_INTEGER <= inner <= MAX_INTEGER:
                raise NotCanonicalError(f"an integer beyond 2^53-1: {inner}")
        elif kind is dict or kind is list:
            _check(inner, depth - 1)
        elif kind is not bool and inner is not None:
            raise NotCanonicalError(f"a value of type {kind.__name__}")


def _check_key(key: object) -> None:
    if not isinstance(key, str) or not _KEY.match(key):
        raise NotCanonicalError(f"a key outside of [a-z][a-z0-9_]{{0,39}}: {key!a}")
    if len(_known_keys) < _KNOWN_KEYS_MOST:  # a hostile log cannot make this grow
        _known_keys.add(key)
