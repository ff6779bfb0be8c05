"""Fields of a decoded record from outside, read by type: what has the wrong one is refused in a sentence."""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from typing import Any, TypeAlias

Table: TypeAlias = dict[str, Any]

_MOST_UNKNOWN = 10
_MOST_NAME = 40
_DIGITS = re.compile(r"-?[0-9]{1,19}")


class WrongShapeError(ValueError):
    """A record is not of the form of its format; the text is one sentence for a person."""


def text(record: Table, key: str) -> str:
    """The string; empty where it is absent or null. Raises WrongShapeError."""
    value = record.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise WrongShapeError(f"`{key}` is not a text")
    return value


def whole(record: Table, key: str) -> int | None:
    """The whole number, written as a number or as digits in quotes; None where it is absent or null.

    Raises WrongShapeError: another type, or more than 19 digits.
    """
    value = record.get(key)
    if value is None or value == "":
        return None
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**19:
        return value
    if isinstance(value, str) and _DIGITS.fullmatch(value):
        return int(value)
    raise WrongShapeError(f"`{key}` is not a whole number")


def identity(record: Table, key: str) -> str:
    """A stable id as written, a text or a whole number; empty where absent or null. Raises WrongShapeError."""
    value = record.get(key)
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**30:
        return str(value)
    raise WrongShapeError(f"`{key}` is neither a text nor a whole number")


def flagged(record: Table, key: str) -> bool:
    """True, false where absent or null. Raises WrongShapeError."""
    value = record.get(key)
    if value is None or isinstance(value, bool):
        return bool(value)
    raise WrongShapeError(f"`{key}` is neither true nor false")


def table(record: Table, key: str) -> Table:
    """The object; empty where it is absent or null. Raises WrongShapeError."""
    value = record.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise WrongShapeError(f"`{key}` is not an object")
    return value


def elements(record: Table, key: str) -> list[Any]:
    """The list; empty where it is absent or null. Raises WrongShapeError."""
    value = record.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise WrongShapeError(f"`{key}` is not a list")
    return value


def tables(record: Table, key: str) -> list[Table]:
    """The objects of a list; empty where it is absent or null. Raises WrongShapeError."""
    values = elements(record, key)
    if not all(isinstance(value, dict) for value in values):
        raise WrongShapeError(f"`{key}` holds something else than objects")
    return values


def unknown(record: Table, known: AbstractSet[str]) -> tuple[str, ...]:
    """The flag `unknown_fields:a,b` where a record has fields that its format did not have when this was written."""
    if record.keys() <= known:
        return ()
    names = sorted(record.keys() - known)[:_MOST_UNKNOWN]
    return ("unknown_fields:" + ",".join(name[:_MOST_NAME] for name in names),)


def laid_out(value: object) -> str:
    """A value of a field on one line, for a person: texts and numbers as they are, lists with commas.

    Objects within give `key value`; four levels at most, then `…`.
    """
    return _laid_out(value, 4)


def _laid_out(value: object, depth: int) -> str:
    if isinstance(value, bool) or value is None:
        return "null" if value is None else str(value).lower()
    if not isinstance(value, (dict, list)):
        return str(value) if not isinstance(value, int) or abs(value) < 10**30 else "…"
    if depth == 0:
        return "…"
    if isinstance(value, dict):
        return ", ".join(f"{key} {_laid_out(one, depth - 1)}" for key, one in value.items())
    return ", ".join(_laid_out(one, depth - 1) for one in value)
