"""One run of `abusekit find`: each hit is told or written as it is found, so that a million of them need no memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from abusekit.case.custody import instant_text
from abusekit.case.folder import Case
from abusekit.cli.answers_find import Excerpt, FindAnswer, Found, SearchedAnswer
from abusekit.cli.options import Session
from abusekit.cli.table_files import whole_file
from abusekit.cli.views import Views
from abusekit.finding.excerpts import excerpts
from abusekit.finding.hit import Hit, Searched
from abusekit.finding.query import Query
from abusekit.finding.search import Search
from abusekit.finding.tables import Writer
from abusekit.importers.model import Profile
from abusekit.timeline.messages import remarks
from abusekit.timeline.row import certainty_of

MOST_ANSWERED = 1_000
"""Hits that --json lists."""
MOST_NAMED = 12
"""Items that a line names."""
MOST_FLAGS = 60
"""Flags that a line names."""
COVERED = "words, titles and conversations are left out: add --reveal"


@dataclass(frozen=True, slots=True)
class Outputs:
    csv_path: Path | None
    jsonl_path: Path | None
    to_stdout: bool
    # standard output is a table
    reveal: bool
    limit: int | None

    @property
    def files(self) -> bool:
        return bool(self.csv_path or self.jsonl_path)


class _Count:
    """What the end tells."""

    def __init__(self) -> None:
        self.hits = 0
        self.more = False
        self.answered: list[Found] = []
        self.looked_at: set[str] = set()


def run(session: Session, case: Case, query: Query, views: Views, outputs: Outputs) -> int:
    """The whole command; the exit code: 7 where something could not be searched."""
    search = Search(case, query)
    zone = case.settings().zone
    count, written = _Count(), list[str]()
    with ExitStack() as open_files:
        csv_out, jsonl_out = (
            None if path is None else open_files.enter_context(whole_file(path, written))
            for path in (outputs.csv_path, outputs.jsonl_path)
        )
        writer = Writer(csv_out=csv_out, jsonl_out=jsonl_out, reveal=outputs.reveal)
        for hit in search:
            if count.hits == outputs.limit:
                count.more = True
                break
            count.hits += 1
            if outputs.reveal and hit.item not in count.looked_at:
                count.looked_at.add(hit.item)
                to_file = any(path and str(path) != "-" for path in (outputs.csv_path, outputs.jsonl_path))
                (views.copied if to_file else views.seen)([hit.item], "find --reveal")
            if outputs.files:
                writer.write(hit)
            if session.json:
                if len(count.answered) < MOST_ANSWERED:
                    count.answered.append(_found(hit, query, zone, reveal=outputs.reveal))
            elif not outputs.files:
                for line in _lines(hit, query, zone, reveal=outputs.reveal):
                    session.print(line)
    code = 7 if search.searched.gaps else 0
    if outputs.files and count.hits and not outputs.reveal:
        session.say(COVERED)
    if session.json:
        session.answer(_answer(count, search.searched, written, code))
        return code
    tell = session.say if outputs.files else session.print
    for path in written:
        session.say(f"{_number(count.hits, 'row')} written to {path}")
    for line in _end(count, search.searched):
        tell(line)
    return code


def _lines(hit: Hit, query: Query, zone: str, *, reveal: bool) -> Iterator[str]:
    """A hit in one line; its words below it, where they are to be shown."""
    time, certainty = _time(hit, zone)
    parts = [f"{hit.exhibit}  {time}, {certainty}" if certainty else f"{hit.exhibit}  {time}", hit.what]
    parts += [part for part in (hit.platform, f"account {hit.account}" if hit.account else "") if part]
    if hit.record is not None and not isinstance(hit.record, Profile):
        parts += remarks(hit.record)
    if hit.where:
        parts.append(f"found {', '.join(hit.where)}")
    if hit.by:
        parts.append(f"as {hit.by} has it")
    for label, places in (
        ("also in", hit.also),
        ("CHANGED BETWEEN EXPORTS, another text in", hit.changed),
        ("UNDER ANOTHER NAME in", hit.author_differs),
    ):
        if places:
            parts.append(f"{label} {', '.join(places)}")
    parts += [f"[{tag}]" for tag in hit.tags]
    if hit.withdrawn is not None:
        parts.append("WITHDRAWN")
    yield "; ".join(parts)
    if reveal:
        for label, text in excerpts(query.words, hit.fields):
            yield f"    | {label}: {text}"


def _time(hit: Hit, zone: str) -> tuple[str, str]:
    if hit.moment is None:
        return "no time that could be understood", ""
    return hit.moment.display(zone), certainty_of(hit.moment)


def _end(count: _Count, searched: Searched) -> Iterator[str]:
    """How many there are, what was searched, and what was not."""
    if count.more:
        yield f"{count.hits:,} found, and there are more: --limit ended the search"
    else:
        yield f"{count.hits:,} found" if count.hits else "nothing found"
    if searched.undated:
        have, them = ("has", "it") if searched.undated == 1 else ("have", "them")
        yield f"{searched.undated:,} more {have} no time, so that --from and --to left {them} out"
    if searched.flags_absent:
        yield _flags(searched)
    looked = [
        _number(searched.messages, "message"),
        _number(searched.events, "event"),
        f"{_number(searched.profiles, 'listed account')} in {_number(searched.exports, 'export')}",
    ]
    looked = looked if searched.exports else []
    looked += [_number(number, f"item of kind {kind}") for kind, number in searched.items.items()]
    yield f"searched: {', '.join(looked) or 'nothing'}"
    for gap in searched.gaps:
        named = ", ".join(gap.items[:MOST_NAMED]) + (", …" if len(gap.items) > MOST_NAMED else "")
        yield f"NOT SEARCHED: {gap.count:,} {gap.what}" + "".join(
            f": {text}" for text in (named, gap.why) if text
        )
    yield from (f"never searched: {text}" for text in searched.beside)


def _flags(searched: Searched) -> str:
    """A flag that nothing has may be a misspelled one."""
    there = [flag[:40] for flag in searched.flags_found]
    more = f", and {len(there) - MOST_FLAGS:,} more" if len(there) > MOST_FLAGS else ""
    asked = ", ".join(flag[:40] for flag in searched.flags_absent)
    return f"nothing is marked {asked}; flags that occur: {', '.join(there[:MOST_FLAGS]) or 'none'}{more}"


def _number(number: int, word: str) -> str:
    plural = word.replace("item ", "items ") if word.startswith("item ") else f"{word}s"
    return f"{number:,} {word if number == 1 else plural}"


def _found(hit: Hit, query: Query, zone: str, *, reveal: bool) -> Found:
    time, certainty = _time(hit, zone)
    return Found(
        exhibit=hit.exhibit,
        item=hit.item,
        kind=hit.kind,
        time=time if hit.moment else "",
        certainty=certainty,
        earliest="" if hit.moment is None else instant_text(hit.moment.earliest),
        account=hit.account,
        platform=hit.platform,
        where=list(hit.where),
        by=hit.by,
        also=list(hit.also),
        changed=list(hit.changed),
        author_differs=list(hit.author_differs),
        tags=list(hit.tags),
        withdrawn=hit.withdrawn,
        excerpts=[Excerpt(*one) for one in excerpts(query.words, hit.fields)] if reveal else None,
    )


def _answer(count: _Count, searched: Searched, written: list[str], code: int) -> FindAnswer:
    return FindAnswer(
        count=count.hits,
        more=count.more,
        hits=count.answered,
        searched=SearchedAnswer(
            searched.exports,
            searched.messages,
            searched.events,
            searched.profiles,
            searched.items,
            searched.flags_absent,
            searched.flags_found,
        ),
        undated=searched.undated,
        not_searched=searched.gaps,
        never_searched=searched.beside,
        written=written,
        exit_code=code,
    )
