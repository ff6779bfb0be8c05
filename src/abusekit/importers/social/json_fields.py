"""Typed access to decoded records from outside: what has the wrong type is refused, what is absent is empty."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from abusekit.importers.spans.json_spans import lone_surrogate

Table: TypeAlias = Mapping[str, Any]

_MOST_NAMES = 10
_MOST_NAME = 40


class WrongTypeError(ValueError):
    """A field holds another type than its format says. The text is one short sentence."""


def text(table: Table, key: str) -> str:
    """The string; empty where it is absent or null. Raises WrongTypeError."""
    value = table.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise WrongTypeError(f"`{key}` is not a text.")
    return value


def table(of: Table, key: str) -> Table:
    """The object; empty where it is absent or null. Raises WrongTypeError."""
    value = of.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise WrongTypeError(f"`{key}` is not an object.")
    return value


def tables(of: Table, key: str) -> list[Table]:
    """The objects of a list; empty where it is absent or null. Raises WrongTypeError."""
    values = elements(of, key)
    if not all(isinstance(value, dict) for value in values):
        raise WrongTypeError(f"`{key}` holds something else than objects.")
    return values


def elements(of: Table, key: str) -> list[Any]:
    """The list; empty where it is absent or null. Raises WrongTypeError."""
    value = of.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise WrongTypeError(f"`{key}` is not a list.")
    return value


def whole(of: Table, key: str) -> int | None:
    """The whole number; None where it is absent or null. Raises WrongTypeError (also for true and false)."""
    value = of.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int):
        raise WrongTypeError(f"`{key}` is not a whole number.")
    return value


def unknown(of: Table, known: frozenset[str]) -> tuple[str, ...]:
    """The flag `unknown_fields:a,b` where the record has fields that its format did not have when this was written."""
    names = sorted(name for name in of if name not in known)
    if not names:
        return ()
    return ("unknown_fields:" + ",".join(name[:_MOST_NAME] for name in names[:_MOST_NAMES]),)


def replaced(shown: str, raw: bytes) -> tuple[str, ...]:
    """The step `lone surrogate replaced`, where U+FFFD stands in a text because its JSON holds half a character."""
    return ("lone surrogate replaced",) if "\ufffd" in shown and lone_surrogate(raw) else ()
