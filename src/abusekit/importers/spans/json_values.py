"""One JSON value decoded, and what a decoder keeps silent about: lone surrogates, keys that stand twice."""

from __future__ import annotations

import json
import re
from typing import NoReturn

import msgspec

from abusekit.errors import InputError
from abusekit.importers.spans.text_lines import whole

DEPTH = 200
"""Brackets within brackets at most; no export has more than 30."""

MOST_BRACKETS = 1_000_000
"""Lists and objects in one value; a record of an export has some dozens."""

STRING = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
"""Part of a pattern (with DOTALL): a string with its quotes. Possessive, so that time stays linear in the input."""

_ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)
_decode = msgspec.json.Decoder().decode
_BRACKET = re.compile(STRING + rb"|[{}\[\]]", re.DOTALL)


def load(raw: bytes) -> object:
    """The JSON decoded: dict, list, str, int, float, bool, None; of a key that stands twice the last counts.

    Escapes of lone surrogates become U+FFFD (`lone_surrogate` tells). Raises InputError: no JSON (also NaN, Infinity,
    a byte order mark), no UTF-8, more than DEPTH deep, a number too large for a float or of more than 4,300 digits.
    """
    if (brackets := raw.count(b"[") + raw.count(b"{")) > DEPTH:
        _refuse_deep(raw)
        if brackets > MOST_BRACKETS:  # of empty objects one byte of text takes 60 bytes of memory
            raise InputError(f"one value with more than {MOST_BRACKETS} lists and objects")
    if lone_surrogate(raw):
        raw = _ESCAPE.sub(lambda found: b"\\ufffd" if found[1] else found[0], raw)
    try:
        return _decode(raw)
    except msgspec.ValidationError:
        return _load_large_numbers(raw)
    except UnicodeDecodeError as fault:
        raise InputError("JSON that is not UTF-8") from fault
    except (msgspec.DecodeError, RecursionError) as fault:
        raise InputError(f"no valid JSON: {fault}") from fault


def lone_surrogate(raw: bytes) -> bool:
    """Whether the JSON holds an escape of half a character (`\\ud83d` without its partner)."""
    if b"\\u" not in raw or (b"\\ud" not in raw and b"\\uD" not in raw):
        return False
    return any(found[1] for found in _ESCAPE.finditer(raw))


def repeated(raw: bytes) -> tuple[str, ...]:
    """Keys that stand more than once in one object, anywhere in the value, in the order in which that is found.

    `load` keeps the last one only, other readers the first: what the two say may differ. Slower than `load` by a
    multiple. Nothing where the value cannot be decoded.
    """
    found: dict[str, None] = {}

    def see(pairs: list[tuple[str, object]]) -> None:
        keys: set[str] = set()
        for key, _ in pairs:
            if key in keys:
                found[whole(key)[0]] = None
            keys.add(key)

    try:
        if raw.count(b"[") + raw.count(b"{") > DEPTH:
            _refuse_deep(raw)
        json.loads(raw.decode(), object_pairs_hook=see, parse_int=len, parse_float=len)
    except (InputError, ValueError, RecursionError):
        return ()
    return tuple(found)


def key_text(raw: bytes) -> str:
    """A key, given with its quotes, decoded; what cannot be decoded stays as its bytes look."""
    if b"\\" in raw:
        try:
            return str(load(raw))
        except InputError:
            pass
    return raw[1:-1].decode("utf-8", "replace")


def pointer_part(name: str) -> str:
    """A key as a part of a JSON pointer (RFC 6901, section 3)."""
    return name.replace("~", "~0").replace("/", "~1") if "~" in name or "/" in name else name


def _refuse_deep(raw: bytes) -> None:
    depth = 0
    for found in _BRACKET.finditer(raw):
        sign = raw[found.start()]
        depth += (sign in b"{[") - (sign in b"}]")
        if depth > DEPTH:
            raise InputError(f"JSON with brackets more than {DEPTH} deep")


def _load_large_numbers(raw: bytes) -> object:
    """What msgspec refuses: integers of more than 64 bits, as they are; numbers that no float can hold, not."""
    try:
        return json.loads(raw.decode(), parse_constant=_no_constant, parse_float=_finite)
    except (ValueError, RecursionError) as fault:
        raise InputError(f"no valid JSON: {fault}"[:200]) from fault


def _no_constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is no JSON")


def _finite(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise ValueError("a number out of range")
    return value
