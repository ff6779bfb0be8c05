"""Fields of a record from outside, read by type: what has the wrong one is refused in a sentence, never bent."""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from typing import Any, TypeAlias

from abusekit.errors import InputError
from abusekit.importers.model import Event, Flag, SourceRef
from abusekit.importers.spans.json_spans import load, lone_surrogate
from abusekit.importers.spans.text_lines import LONE_SURROGATE

Table: TypeAlias = dict[str, Any]

_MOST_UNKNOWN, _MOST_NAME = 10, 40
_MOST_WHOLE = 10**19
_DIGITS = re.compile(r"-?[0-9]{1,19}")
_APART = re.compile(r"[,\s]+")


class WrongShapeError(ValueError):
    """A record is not of the form of its format; the text is one sentence for a person, without its full stop."""


UNREADABLE = (WrongShapeError, InputError)
"""What reading a record raises: it is of another form, or no JSON at all."""


def record(raw: bytes) -> Table:
    """The object of these bytes of JSON. Raises WrongShapeError (no object), InputError (no JSON, no UTF-8)."""
    value = load(raw)
    if not isinstance(value, dict):
        raise WrongShapeError("the record is not an object")
    return value


def replaced(raw: bytes, shown: str = "\ufffd") -> tuple[str, ...]:
    """The step `lone surrogate replaced`, where the JSON holds half a character, which is U+FFFD in what is shown."""
    return (LONE_SURROGATE,) if "\ufffd" in shown and lone_surrogate(raw) else ()


def decoded(raw: bytes) -> tuple[Table, tuple[str, ...]]:
    """`record`, and the step where a lone surrogate was replaced anywhere in it. Raises what `record` raises."""
    return record(raw), replaced(raw)


def text(of: Table, key: str) -> str:
    """The string; empty where it is absent or null. Raises WrongShapeError."""
    value = of.get(key)
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    raise WrongShapeError(f"`{key}` is not a text")


def whole(of: Table, key: str) -> int | None:
    """The whole number; None where it is absent or null. Raises WrongShapeError: true, false, more than 19 digits."""
    value = of.get(key)
    if value is None:
        return None
    if type(value) is int and -_MOST_WHOLE < value < _MOST_WHOLE:
        return value
    raise WrongShapeError(f"`{key}` is not a whole number")


def number(of: Table, key: str) -> int | None:
    """As `whole`, for formats that write some numbers as digits in quotes; None for empty quotes too."""
    value = of.get(key)
    if not isinstance(value, str):
        return whole(of, key)
    if not value:
        return None
    if _DIGITS.fullmatch(value):
        return int(value)
    raise WrongShapeError(f"`{key}` is not a whole number")


def identity(of: Table, key: str) -> str:
    """A stable id as written, a text or a whole number; empty where absent or null. Raises WrongShapeError."""
    value = of.get(key)
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if type(value) is int and abs(value) < 10**30:
        return str(value)
    raise WrongShapeError(f"`{key}` is neither a text nor a whole number")


def truth(of: Table, key: str) -> bool:
    """True or false; false where it is absent or null. Raises WrongShapeError."""
    value = of.get(key)
    if value is None or isinstance(value, bool):
        return bool(value)
    raise WrongShapeError(f"`{key}` is neither true nor false")


def table(of: Table, key: str) -> Table:
    """The object; empty where it is absent or null. Raises WrongShapeError."""
    value = of.get(key)
    if isinstance(value, dict):
        return value
    if value is None:
        return {}
    raise WrongShapeError(f"`{key}` is not an object")


def elements(of: Table, key: str) -> list[Any]:
    """The list; empty where it is absent or null. Raises WrongShapeError."""
    value = of.get(key)
    if isinstance(value, list):
        return value
    if value is None:
        return []
    raise WrongShapeError(f"`{key}` is not a list")


def tables(of: Table, key: str) -> list[Table]:
    """The objects of a list; empty where it is absent or null. Raises WrongShapeError."""
    values = elements(of, key)
    for value in values:
        if not isinstance(value, dict):
            raise WrongShapeError(f"`{key}` holds something else than objects")
    return values


def unknown(of: Table, known: AbstractSet[str]) -> tuple[Flag, ...]:
    """The flag `unknown_fields:a,b` where a record has fields that its format did not have when this was written."""
    return () if of.keys() <= known else unknown_flag(of.keys() - known)


def unknown_flag(names: Iterable[str]) -> tuple[Flag, ...]:
    """The flag with these names, sorted, ten at most, each cut; what parts names is not left within one."""
    shown = [_APART.sub("_", name)[:_MOST_NAME] for name in sorted(names)[:_MOST_UNKNOWN]]
    return ("unknown_fields:" + ",".join(shown),) if shown else ()


def unparsed(
    platform: str, conversation: str, why: Exception | str, source: SourceRef, title: str = ""
) -> Event:
    """What stands in the place of a record that could not be read, so that nothing is dropped; its bytes stand
    behind the source. `why`: a sentence without its full stop, or what was raised."""
    reason = (why.message if isinstance(why, InputError) else str(why))[:200].rstrip(".")
    return Event("unparsed", platform, conversation, None, f"{reason}.", None, source, title=title)


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
