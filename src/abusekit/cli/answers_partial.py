"""What `export partial`, `erase` and `verify --against` answer with --json."""

from __future__ import annotations

import msgspec


class ReferenceAnswer(msgspec.Struct):
    """A place in what is handed over that tells of something that is not."""

    item: str
    where: str
    """A member of item.json, a file, or a line of the log."""
    names: str
    """Id, exhibit or first digits of a digest of what is withheld."""


class PartialAnswer(msgspec.Struct):
    """What `export partial --json` answers."""

    folder: str
    items: list[str]
    seal: int
    """N of the seal against which it verifies; also its number of lines."""
    withheld: int
    """Number of lines that are withheld."""
    files: int
    bytes: int
    later: int
    """Acts about these items behind the seal: not in the copy."""
    references: list[ReferenceAnswer]
    """Accepted with --accept-references."""
    verdict: str
    """Of `verify` over the copy, with the trust of this computer."""
    exit_code: int
    left_out: list[str]
    """Paths of signatures and time stamps of the seal that would tell of a hand-over, and are not in the copy."""


class ErasedAnswer(msgspec.Struct):
    """What `erase --json` answers."""

    item: str
    lines: list[int]
    """Numbers of the lines, from 0, of which only the hash is left."""
    files: list[str]
    """Paths of the item's files, which are gone."""
    removed: list[str]
    """Lists of seals that named them, which are gone."""
    same_content: list[str]
    """Other items with the same bytes or of the same address: not erased."""


class AddedSince(msgspec.Struct):
    """What came to a case since an earlier seal (`verify --against`)."""

    seal: str
    """The file, as given."""
    size: int
    """Log lines that it covers."""
    lines: int
    """Lines behind them."""
    withheld: int
    """How many of those are withheld or erased: nobody can say what they did."""
    items: list[str]
    """Items taken in since."""
    acts: dict[str, int]
    """Act of the log → how often it was done since; items and seals are told apart."""
    seals: list[int]
    """N of the seals made since."""
