"""Fields of a record that was read from JSON: of the type that the format has, or told; never bent into shape."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NoReturn, TypeVar

from abusekit.errors import InputError
from abusekit.importers.model import Event, Flag, SourceRef
from abusekit.importers.spans.json_spans import load

Fields = dict[str, object]
_T = TypeVar("_T")

_NAMES_MOST, _NAME_MOST = 10, 40
_URL = re.compile(r"https?://[^\s<>\"]{1,2000}")


class ShapeError(ValueError):
    """A value is not of the type that the format has there; the text says which, in one sentence."""


def record(raw: bytes) -> Fields:
    """The JSON object of these bytes. Raises ShapeError: no JSON, or something else than an object."""
    try:
        value = load(raw)
    except InputError as fault:
        raise ShapeError(f"{fault.message[:200]}.") from fault
    return _typed(value, dict, "the record")


def text(fields: Fields, key: str) -> str:
    """A string; empty where the key is absent or null."""
    value = fields.get(key)
    if isinstance(value, str):
        return value
    return "" if value is None else _typed(value, str, key)


def integer(fields: Fields, key: str) -> int | None:
    value = fields.get(key)
    if type(value) is int:
        return value
    if value is None:
        return None
    _wrong(value, "a whole number", key)


def truth(fields: Fields, key: str) -> bool:
    """A boolean; False where the key is absent or null."""
    value = fields.get(key)
    return False if value is None else _typed(value, bool, key)


def listed(fields: Fields, key: str) -> list[object]:
    """A list; empty where the key is absent or null."""
    value = fields.get(key)
    return [] if value is None else _typed(value, list, key)


def objects(fields: Fields, key: str) -> list[Fields]:
    """A list of objects; empty where the key is absent or null."""
    return [_typed(one, dict, f"an element of {key}") for one in listed(fields, key)]


def inner(fields: Fields, key: str) -> Fields:
    """An object; empty where the key is absent or null."""
    value = fields.get(key)
    return {} if value is None else _typed(value, dict, key)


def unknown(fields: Fields, known: frozenset[str]) -> tuple[Flag, ...]:
    """The flag that names keys which this importer does not know, so that a change of the format is noticed."""
    if fields.keys() <= known:
        return ()
    names = sorted(re.sub(r"[,\s]+", "_", key)[:_NAME_MOST] for key in fields.keys() - known)
    return ("unknown_fields:" + ",".join(names[:_NAMES_MOST]),)


def unparsed(platform: str, conversation: str, why: str, source: SourceRef, title: str = "") -> Event:
    """What stands in the place of a record that could not be read: nothing is dropped."""
    return Event("unparsed", platform, conversation, None, why, None, source, title=title)


def urls(*texts: str) -> tuple[str, ...]:
    """The web addresses in the texts, each once, as they stand there (without a closing full stop or bracket)."""
    found: dict[str, None] = {}
    for one in texts:
        if "://" in one:
            found.update((match.rstrip(".,;:!?)]}'"), None) for match in _URL.findall(one))
    return tuple(found)


def first(values: Iterable[str]) -> str:
    """The first that is not empty."""
    return next((value for value in values if value), "")


def _typed(value: object, kind: type[_T], key: str) -> _T:
    if isinstance(value, kind):
        return value
    names = {str: "a text", dict: "an object", list: "a list", bool: "true or false"}
    _wrong(value, names[kind], key)


def _wrong(value: object, wanted: str, key: str) -> NoReturn:
    raise ShapeError(f"{key} should be {wanted}, and is of the type {type(value).__name__}.")
