"""Any table of messages or calls (CSV, TSV), read by a column mapping that a person stated and the case keeps.

Nothing is told from the look of a cell but what the mapping says; cells that it does not explain are left as they
stand and flagged. Call lists of phones are tables of this kind: their headers differ by phone, app and language.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from abusekit.containers.container import Container, Member
from abusekit.errors import InputError
from abusekit.importers.importer import Notes
from abusekit.importers.model import Record
from abusekit.importers.spans.csv_rows import header
from abusekit.importers.table_mapping import read_mapping, suggest
from abusekit.importers.table_records import Table
from abusekit.importers.table_rows import columns, entries, first_rows

__all__ = ["LIMITS", "NAME", "VERSION", "claim", "read", "suggest"]

NAME = "table"
VERSION = 1
LIMITS = (
    "What each column means was stated by a person; the file itself does not say it.",
    "Nothing in a table is signed: whoever had the file could change it.",
    "A table does not say what it leaves out: rows deleted before it was made are not in it.",
)

_HEAD = 65_536


def claim(export: Container) -> Sequence[Member]:
    """Every text that looks like a table with a header: it is for others to claim first, and for a person to say so."""
    return [member for member in export.members if _is_table(member.head(_HEAD))]


def _is_table(head: bytes) -> bool:
    names = header(head)
    if len(names) < 2 or not all(map(_is_name, names)):
        return False
    below = [len(row) for row in first_rows(head)[1:] if row]
    return bool(below) and below[0] == len(names)


def _is_name(cell: str) -> bool:
    """What may be the name of a column: words, no date, no sentence, no `k=v`."""
    return any(map(str.isalpha, cell)) and not cell[0].isdigit() and "=" not in cell and len(cell) <= 100


def read(export: Container, members: Sequence[Member], notes: Notes) -> Iterator[Record]:
    """Each row in file order. Raises InputError: no mapping, not a mapping, or no table with its columns."""
    if not notes.mapping:
        raise InputError("a table needs a mapping of its columns", _proposal(members))
    mapping = read_mapping(notes.mapping)
    read_any = False
    for member in members:
        names = columns(member.head(_HEAD), mapping.fits)
        if not names:
            notes.damaged.append(
                f"{member.path!a}: the columns of the mapping are not there, so it is not read"
            )
            continue
        read_any = True
        table = Table(mapping, names, member, export, notes)
        yield from map(table.record, entries(member, notes, mapping.fits))
    if not read_any:
        raise InputError("no table has the columns of the mapping", _proposal(members))


def _proposal(members: Sequence[Member]) -> str:
    """The columns that are there, for the person who writes the mapping."""
    names = next((found for one in members if (found := header(one.head(_HEAD)))), [])
    return f"the columns are: {', '.join(name[:40] for name in names[:40])}" if names else "name a CSV file"
