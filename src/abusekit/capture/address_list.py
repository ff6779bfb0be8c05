"""Lists of addresses as people keep them: plain text, CSV with columns, JSON Lines."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from abusekit.capture.address import LENGTH_LIMIT, check_address
from abusekit.errors import InputError

MAX_LIST = 64 << 20
COLUMNS = ("note", "account", "category", "seen_at", "priority")
DELIMITERS = ",;\t"
"""Between cells of CSV: spreadsheets write semicolons where the comma is in numbers."""
SPREADSHEET = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
"""How a zip begins, and so an .xlsx or .ods; and an .xls."""
_FIELD_LIMIT = 100_000
_MAX_UNUSED = 20
"""Column names that are told; a hostile list has as many as it likes."""
_Told = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of a list."""

    line: int
    """Number in the list, from 1."""
    address: str
    """As typed."""
    about: dict[str, str] = field(default_factory=dict)
    """What the list says of it: note, account, category, seen_at, priority."""
    problem: str = ""
    """Why it cannot be captured; empty where it can."""
    same_as: int | None = None
    """The line that holds the same address already."""


def read_list(data: bytes, name: str, told: _Told = lambda text: None) -> list[Listed]:
    """The addresses of a list, in its order; faulty lines and repetitions are kept, marked.

    JSON Lines when the first character is `{`; CSV when the first line that is not blank has a column `url`; else one
    address a line, with `#` comments and blank lines passed over. Columns (and keys) are matched whatever
    their case, blanks, dashes and underscores; one that is not used is told once, by name. Raises InputError
    when the list as a whole is not understood, or holds no address.
    """
    if len(data) > MAX_LIST:
        raise InputError(f"{name} is larger than {MAX_LIST >> 20} MiB", "split it")
    if data.startswith(SPREADSHEET):
        raise InputError(f"{name} is a spreadsheet file", "save it as CSV (UTF-8)")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise InputError(f"{name} is not UTF-8 (byte {fault.start})", "save the list as UTF-8") from fault
    found: list[Listed] = []
    first: dict[str, int] = {}
    for line, address, about, form_fault in _rows(text, name, told):
        problem = form_fault or _fault_of(address)
        same = first.get(address)
        if same is None and not problem:
            first[address] = line
        found.append(Listed(line, address, about, problem, same))
    if not found:
        raise InputError(f"{name}: the list holds no address", "one address a line, or a column url")
    return found


def _fault_of(address: str) -> str:
    try:
        check_address(address)
    except InputError as fault:
        if address.startswith("<") and address.endswith(">"):
            return f"stands in < >; write {address[1:-1][:200]}"
        if " " in address or "\t" in address:
            return "holds a blank; comments go on a line of their own"
        if address.lower().startswith("www."):
            return f"does not begin with http:// or https://; did you mean https://{address[:200]}?"
        return fault.message
    return ""


_Row = tuple[int, str, dict[str, str], str]


def _rows(text: str, name: str, told: _Told) -> Iterator[_Row]:
    start = text.lstrip()
    if start.startswith("{"):
        return _json_lines(text, told)
    line = start.split("\n", 1)[0]
    for delimiter in DELIMITERS:
        if "url" in _header(line, delimiter):
            return _csv(text, name, delimiter, told)
    if not line.startswith("#"):
        for delimiter in DELIMITERS:
            cells = _header(line, delimiter)
            if len(cells) > 1 and not any(
                cell.startswith(("http:", "https:", "www.", "<")) for cell in cells
            ):
                raise InputError(f"{name} looks like a table, but has no column url", "name the column url")
    return _plain(text)


def _column(title: str) -> str:
    """`Seen at`, `SEEN-AT` and `seen_at` are one column."""
    return re.sub(r"[\s_-]+", "_", title.strip().lower())


def _header(line: str, delimiter: str) -> list[str]:
    try:
        cells = next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return []
    return [_column(cell) for cell in cells]


def _tell_unused(titles: list[str], what: str, told: _Told) -> None:
    for title in titles[:_MAX_UNUSED]:
        told(f"{what} '{title[:60]}' is not used; known: url, {', '.join(COLUMNS)}")
    if len(titles) > _MAX_UNUSED:
        told(f"{len(titles) - _MAX_UNUSED} more are not used")


def _plain(text: str) -> Iterator[_Row]:
    for number, raw in enumerate(text.split("\n"), start=1):
        line = raw.strip(" \t\r")
        if line and not line.startswith("#"):
            yield number, line, {}, ""


def _csv(text: str, name: str, delimiter: str, told: _Told) -> Iterator[_Row]:
    csv.field_size_limit(_FIELD_LIMIT)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    header: list[str] | None = None
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if header is None:
                header = [_column(cell) for cell in cells]
                _check_header(header, name)
                unused = [c.strip() for c in cells if c.strip() and _column(c) not in ("url", *COLUMNS)]
                _tell_unused(list(dict.fromkeys(unused)), "column", told)
                continue
            values = dict(zip(header, (cell.strip() for cell in cells), strict=False))
            about = {key: values[key] for key in COLUMNS if values.get(key)}
            problem = "" if len(cells) <= len(header) else "has more cells than the header has columns"
            yield reader.line_num, values.get("url", ""), about, problem
    except csv.Error as fault:
        raise InputError(f"{name}, line {reader.line_num}: not CSV: {fault}", "check the quotes") from fault


def _check_header(header: list[str], name: str) -> None:
    """Two columns of one name: which is meant cannot be known. Raises InputError."""
    for column in ("url", *COLUMNS):
        if header.count(column) > 1:
            raise InputError(f"{name} has {header.count(column)} columns {column}", "keep one of them")


def _json_lines(text: str, told: _Told) -> Iterator[_Row]:
    unused: dict[str, None] = {}
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        yield (number, *_json_line(line, unused))
    _tell_unused(list(unused), "key", told)


def _json_line(line: str, unused: dict[str, None]) -> tuple[str, dict[str, str], str]:
    try:
        value: Any = json.loads(line) if len(line) <= _FIELD_LIMIT else None
    except (ValueError, RecursionError):
        value = None
    values = {_column(key): inner for key, inner in value.items()} if isinstance(value, dict) else {}
    if not isinstance(values.get("url"), str):
        return line[:LENGTH_LIMIT], {}, 'not a JSON object with "url"'
    unused.update(dict.fromkeys(key for key in value if _column(key) not in ("url", *COLUMNS)))
    about = {key: values[key] for key in COLUMNS if isinstance(values.get(key), str) and values[key]}
    if any("\ud800" <= sign <= "\udfff" for text in about.values() for sign in text):
        return values["url"], {}, "holds half a character (a lone surrogate), which is no text"
    return values["url"], about, ""
