"""Values out of CDP messages, whatever stands there: a page chooses much of it, and versions differ."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

MARKED = "…"
"""Stands at the end of a text that was cut."""

LARGEST = 1 << 53


def text(params: Mapping[str, Any], key: str, limit: int = 2000) -> str:
    """The text at `key`, cut to `limit` characters and then ending with `…`; empty for anything else."""
    value = params.get(key)
    return cut(value, limit) if isinstance(value, str) else ""


def cut(value: str, limit: int) -> str:
    """`value`, at most `limit` characters; what was cut ends with `…`."""
    return value if len(value) <= limit else value[: limit - 1] + MARKED


def whole(params: Mapping[str, Any], key: str) -> int | None:
    """The whole number at `key`; None for anything else."""
    value = params.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float) or not -LARGEST < value < LARGEST:
        return None
    return int(value)


def real(params: Mapping[str, Any], key: str) -> float | None:
    """The number at `key`; None for anything else."""
    value = params.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float) or not -LARGEST < value < LARGEST:
        return None
    return float(value)


def yes(params: Mapping[str, Any], key: str) -> bool:
    """True when `key` is true, and nothing else."""
    return params.get(key) is True


def inner(params: Mapping[str, Any], key: str) -> dict[str, Any]:
    """The object at `key`; an empty one for anything else."""
    value = params.get(key)
    return value if isinstance(value, dict) else {}


def objects(params: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    """The objects in the list at `key`."""
    value = params.get(key)
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
