"""Lists of addresses as people keep them: plain text, CSV with columns, JSON Lines."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from abusekit.capture.address import LENGTH_LIMIT, check_address
from abusekit.errors import InputError

MAX_LIST = 64 << 20
COLUMNS = ("note", "account", "category", "seen_at")
DELIMITERS = ",;\t"
"""Between cells of CSV: spreadsheets write semicolons where the comma is in numbers."""
_FIELD_LIMIT = 100_000


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of a list."""

    line: int
    """Number in the list, from 1."""
    address: str
    """As typed."""
    about: dict[str, str] = field(default_factory=dict)
    """What the list says of it: note, account, category, seen_at."""
    problem: str = ""
    """Why it cannot be captured; empty where it can."""
    same_as: int | None = None
    """The line that holds the same address already."""


def read_list(data: bytes, name: str) -> list[Listed]:
    """The addresses of a list, in its order; faulty lines and repetitions are kept, marked.

    JSON Lines when the first character is `{`; CSV when the first line that is not blank has a column `url`; else one
    address a line, with `#` comments and blank lines passed over. Raises InputError when the list as a
    whole is not understood.
    """
    if len(data) > MAX_LIST:
        raise InputError(f"{name} is larger than {MAX_LIST >> 20} MiB", "split it")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise InputError(f"{name} is not UTF-8 (byte {fault.start})", "save the list as UTF-8") from fault
    found: list[Listed] = []
    first: dict[str, int] = {}
    for line, address, about, form_fault in _rows(text, name):
        problem = form_fault or _fault_of(address)
        same = first.get(address)
        if same is None and not problem:
            first[address] = line
        found.append(Listed(line, address, about, problem, same))
    return found


def _fault_of(address: str) -> str:
    try:
        check_address(address)
    except InputError as fault:
        return fault.message
    return ""


_Row = tuple[int, str, dict[str, str], str]


def _rows(text: str, name: str) -> Iterator[_Row]:
    start = text.lstrip()
    if start.startswith("{"):
        return _json_lines(text)
    for delimiter in DELIMITERS:
        if "url" in _header(start.split("\n", 1)[0], delimiter):
            return _csv(text, name, delimiter)
    return _plain(text)


def _header(line: str, delimiter: str) -> list[str]:
    try:
        cells = next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return []
    return [cell.strip().lower() for cell in cells]


def _plain(text: str) -> Iterator[_Row]:
    for number, raw in enumerate(text.split("\n"), start=1):
        line = raw.strip(" \t\r")
        if line and not line.startswith("#"):
            yield number, line, {}, ""


def _csv(text: str, name: str, delimiter: str) -> Iterator[_Row]:
    csv.field_size_limit(_FIELD_LIMIT)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    header: list[str] | None = None
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if header is None:
                header = [cell.strip().lower() for cell in cells]
                continue
            values = dict(zip(header, (cell.strip() for cell in cells), strict=False))
            about = {key: values[key] for key in COLUMNS if values.get(key)}
            problem = "" if len(cells) <= len(header) else "has more cells than the header has columns"
            yield reader.line_num, values.get("url", ""), about, problem
    except csv.Error as fault:
        raise InputError(f"{name}, line {reader.line_num}: not CSV: {fault}", "check the quotes") from fault


def _json_lines(text: str) -> Iterator[_Row]:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        yield (number, *_json_line(line))


def _json_line(line: str) -> tuple[str, dict[str, str], str]:
    try:
        value: Any = json.loads(line) if len(line) <= _FIELD_LIMIT else None
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict) or not isinstance(value.get("url"), str):
        return line[:LENGTH_LIMIT], {}, 'not a JSON object with "url"'
    about = {key: value[key] for key in COLUMNS if isinstance(value.get(key), str) and value[key]}
    if any("\ud800" <= sign <= "\udfff" for text in about.values() for sign in text):
        return value["url"], {}, "holds half a character (a lone surrogate), which is no text"
    return value["url"], about, ""
