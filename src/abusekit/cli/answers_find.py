"""What `find` answers with --json."""

from __future__ import annotations

import msgspec

from abusekit.finding.hit import Gap


class Excerpt(msgspec.Struct):
    """Words around a match."""

    where: str
    text: str
    """At most 300 characters of the field, safe to print."""


class Found(msgspec.Struct):
    """One hit of `find --json`."""

    exhibit: str
    """`AB/7#m412` for a message, `AB/7` for an item as a whole."""
    item: str
    kind: str
    time: str
    """In the case's zone, or as shown where the zone is not recorded; empty: none that could be understood."""
    certainty: str
    earliest: str
    """UTC; empty: no time."""
    account: str
    platform: str
    where: list[str]
    """Where the words were found."""
    by: str
    """The exhibit of `also` that is what was looked for, where it is not `exhibit` itself."""
    also: list[str]
    """Further exhibits that hold the same."""
    changed: list[str]
    """Exhibits that hold the same id with another text."""
    author_differs: list[str]
    """Exhibits that hold the same words at the same time by another name."""
    tags: list[str]
    withdrawn: str | None
    excerpts: list[Excerpt] | None = None
    """Null without --reveal."""


class SearchedAnswer(msgspec.Struct):
    """How much was looked at."""

    exports: int
    messages: int
    events: int
    profiles: int
    items: dict[str, int]
    """Kind of item → number."""
    flags_absent: list[str] = []
    """Names given to --flag that no record of these exports has."""
    flags_found: list[str] = []
    """Flags that their records have; empty without --flag."""


class FindAnswer(msgspec.Struct):
    """What `find --json` answers."""

    count: int
    """Hits; with --limit at most that many."""
    more: bool
    """--limit ended the search: there are more hits, and `not_searched` may lack something."""
    hits: list[Found]
    """The first 1,000; all of them come with --jsonl."""
    searched: SearchedAnswer
    undated: int
    """Records that are what was looked for but have no time, left out because of --from or --to."""
    not_searched: list[Gap]
    """What could not be searched; then the exit code is 7."""
    never_searched: list[str]
    """What no search looks into."""
    written: list[str]
    """Files that were written."""
    exit_code: int
