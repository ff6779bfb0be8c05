"""JSON from pages: numbers stay as written, depth and size are bounded, nothing raises."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

NODES_LIMIT = 100_000
"""Objects and lists that are visited in one document."""

_DECODER = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str, strict=False)
"""An id of 19 digits is text, not a number: others round it. Line feeds in strings are common in JSON-LD."""


def read_json(text: str) -> Any:
    """The first value in `text`, all numbers as text; None where there is none. What follows it is not read."""
    try:
        return _DECODER.raw_decode(text.lstrip(" \t\r\n\ufeff"))[0]
    except (ValueError, RecursionError):
        return None


def objects(value: Any) -> Iterator[dict[str, Any]]:
    """Every object in a value, the outer before the inner, in the order of the text; at most NODES_LIMIT."""
    pending = [value]
    for _ in range(NODES_LIMIT):
        if not pending:
            return
        one = pending.pop()
        if isinstance(one, dict):
            yield one
            inner: list[Any] = list(one.values())
        else:
            inner = one if isinstance(one, list) else []
        pending.extend(each for each in reversed(inner) if isinstance(each, dict | list))
