"""The words around a match, short and safe to print."""

from __future__ import annotations

from collections.abc import Iterator

from abusekit.finding.fields import Field
from abusekit.finding.folding import Words
from abusekit.plain import safe_text

AROUND = 300
"""Characters of an excerpt, the match among them."""
MOST = 5
"""Excerpts of one field."""


def excerpts(words: Words, fields: list[Field]) -> Iterator[tuple[str, str]]:
    """(label, excerpt) for each match; without words, the start of each field."""
    for label, text in fields:
        if not text:
            continue
        if not words:
            yield label, _cut(text, 0, min(len(text), AROUND))
            continue
        shown = end = 0
        places = words.places(text)
        for number, (first, last) in enumerate(places):
            if shown and last <= end:  # seen in the excerpt before
                continue
            if shown == MOST:
                yield label, f"{len(places) - number} more"
                break
            start = max(first - max(AROUND - (last - first), 0) // 2, 0)
            end = min(start + AROUND, len(text))
            shown += 1
            yield label, _cut(text, start, end)


def _cut(text: str, start: int, end: int) -> str:
    before, after = ("… " if start else ""), (" …" if end < len(text) else "")
    return f"{before}{safe_text(text[start:end])}{after}"
