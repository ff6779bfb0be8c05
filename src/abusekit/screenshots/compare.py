"""A picture's words, names and times beside another text: what of them stands there too, and what does not.

A pure function of both. It counts; it weighs nothing, and says nothing of whether a picture is what it is said to be:
a picture can be made from the very text that it is compared with.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

import msgspec

from abusekit.screenshots.runs import Finder, Found, longest, sequences
from abusekit.screenshots.words import Clock, Picture, clocks, folded

MOST_TIMES = 500
"""Times of the other side that one comparison looks at."""
MOST_TOLD = 200
"""Words, runs, places that are named; all are counted."""
_STEP = 30
"""Minutes: zones in use lie half an hour apart, but for a few."""


@dataclass(frozen=True, slots=True)
class Stated:
    """A time that the other side states."""

    raw: str
    written: int | None
    # minutes since midnight, as the other side's clock showed it
    zone: str
    # of `written`; empty: not recorded
    utc: int | None
    # minutes since midnight in UTC; None: the zone is not known
    case: int | None
    # minutes since midnight in the case's zone


@dataclass(frozen=True, slots=True)
class Text:
    """One text of the other side: a page, a message."""

    where: str
    # `AB/7#m412`; empty for a page
    text: str
    times: tuple[Stated, ...] = ()


@dataclass(slots=True)
class Against:
    """What a picture is compared with."""

    item: str
    exhibit: str
    part: str
    # `m412`; empty: the whole item
    kind: Literal["capture", "export", "message"]
    texts: Iterable[Text]
    around: Sequence[Text] = ()
    # of a message: those before and after it in its conversation
    names: set[str] = field(default_factory=set)
    # of authors, accounts, conversations; may be filled while `texts` is gone through
    problem: str = ""
    # why nothing can be compared


class TimeSaid(msgspec.Struct):
    shown: str
    """As the picture shows it."""
    verdict: Literal["agrees", "other_zone", "not_found", "not_readable"]
    """agrees: a time there reads so, in its own zone or the case's. other_zone: one there would read so on a clock that
    is whole half hours apart, which says little. not_found: neither."""
    said: str = ""
    """What it agrees with."""


class Words(msgspec.Struct):
    """The content of a comparison, which is covered until somebody asks."""

    runs: list[str] = []
    """Words of the picture that stand there in the same order."""
    not_found: list[str] = []
    singly: list[str] = []
    around: list[str] = []
    times: list[TimeSaid] = []
    names: list[str] = []
    """Names that the other side states, where they stand in the picture."""


class Compared(msgspec.Struct):
    """A picture compared with one item, or one message of an export. Every word that was read is counted once."""

    item: str
    exhibit: str
    part: str
    """`m412`; empty: the whole item."""
    kind: str
    """`capture`, `export`, `message`."""
    problem: str = ""
    """Why it was not compared; all counts are 0 then."""
    read: int = 0
    """Words of the picture that could be read, or were typed."""
    not_readable: int = 0
    """Words that the reader was not sure of: not compared."""
    in_order: int = 0
    """Words that stand there in a run: four or more in the same order, or a whole shorter message."""
    runs: int = 0
    names: int = 0
    """Further words that are a name which the other side states."""
    around: int = 0
    """Further words that stand in a run in the messages around the one that was named."""
    singly: int = 0
    """Further words that occur there, but not in a run."""
    not_found: int = 0
    places: list[str] = []
    """Messages in which runs were found, the first ones."""
    times_read: int = 0
    times_agree: int = 0
    times_other_zone: int = 0
    times_not_found: int = 0
    times_not_readable: int = 0
    names_stated: int = 0
    """Names that the other side states."""
    names_in_picture: int = 0
    cut: bool = False
    """The picture holds more words than are compared."""
    typed: bool = False
    """The words are those that a person typed, who may have left some out; otherwise a program read them."""
    words: Words | None = None
    """Null without --reveal."""


def compare(picture: Picture, against: Against, *, typed: bool = False) -> Compared:
    """Lay them side by side. Raises what going through the texts raises (InputError, CaseError, EvidenceError).

    typed: a person typed the words of the picture.
    """
    told = Compared(against.item, against.exhibit, against.part, against.kind, against.problem, typed=typed)
    if against.problem:
        return told
    main, places, times = _found(picture, against.texts, whole=against.kind == "message")
    near, near_places, near_times = _found(picture, against.around, whole=True)
    words = Words()
    named = _names(picture, against.names, told, words)
    _count(picture, main, near, named, told, words)
    told.places = list(dict.fromkeys([*places, *near_places]))[:MOST_TOLD]
    runs = longest(main.runs)
    told.runs = len(runs)
    words.runs = [
        " ".join(word.shown if word.readable else "[?]" for word in picture.words[run.first : run.last])
        for run in runs[:MOST_TOLD]
    ]
    _times(picture.clocks, [*times, *near_times][:MOST_TIMES], told, words)
    told.cut = picture.cut
    told.words = words
    return told


def _found(
    picture: Picture, texts: Iterable[Text], *, whole: bool
) -> tuple[Found, list[str], list[tuple[str, Stated | Clock]]]:
    """What was found; the places it was found in; the times that are stated there, each with its place."""
    finder = Finder(picture.words)
    places: list[str] = []
    times: list[tuple[str, Stated | Clock]] = []
    for number, text in enumerate(texts):
        hit = finder.take(folded(text.text), number, whole=whole)
        # A page is one text; of an export only the messages that the picture shows say anything of its times.
        if (hit or not text.where) and len(times) < MOST_TIMES:
            times += [(text.where, one) for one in text.times]
            times += [(text.where, one) for one in clocks(text.text)]
        if hit and text.where and len(places) < MOST_TOLD:
            places.append(text.where)
    return finder.found, places, times


def _names(picture: Picture, names: set[str], told: Compared, words: Words) -> list[bool]:
    """Words of the picture that are such a name, by place."""
    hit = [False] * len(picture.words)
    spelled: dict[tuple[str, ...], str] = {}
    for name in sorted(names):
        spelled.setdefault(tuple(folded(name)), name)
    for parts, name in spelled.items():
        starts = sequences(picture.words, parts)
        for start in starts:
            hit[start : start + len(parts)] = [True] * len(parts)
        told.names_stated += bool(parts)
        told.names_in_picture += bool(starts)
        if starts:
            _tell(words.names, name)
    return hit


def _count(
    picture: Picture, main: Found, near: Found, named: list[bool], told: Compared, words: Words
) -> None:
    for at, word in enumerate(picture.words):
        if not word.readable:
            told.not_readable += 1
            continue
        told.read += 1
        if main.in_run[at]:
            told.in_order += 1
        elif named[at]:
            told.names += 1
        elif near.in_run[at]:
            told.around += 1
            _tell(words.around, word.shown)
        elif main.singly[at]:
            told.singly += 1
            _tell(words.singly, word.shown)
        else:
            told.not_found += 1
            _tell(words.not_found, word.shown)


def _tell(kept: list[str], word: str) -> None:
    if len(kept) < MOST_TOLD:
        kept.append(word)


def _times(
    shown: Sequence[Clock], stated: Sequence[tuple[str, Stated | Clock]], told: Compared, words: Words
) -> None:
    seen: dict[tuple[str, bool], TimeSaid] = {}
    for clock in shown:
        key = (clock.shown, clock.readable)
        if key not in seen:
            if len(seen) >= MOST_TIMES:
                told.cut = True
                break
            seen[key] = _time(clock, stated)
            if len(words.times) < MOST_TOLD:
                words.times.append(seen[key])
        verdict = seen[key].verdict
        told.times_read += verdict != "not_readable"
        told.times_agree += verdict == "agrees"
        told.times_other_zone += verdict == "other_zone"
        told.times_not_found += verdict == "not_found"
        told.times_not_readable += verdict == "not_readable"


def _time(clock: Clock, stated: Sequence[tuple[str, Stated | Clock]]) -> TimeSaid:
    if not clock.readable:
        return TimeSaid(clock.shown, "not_readable")
    other = ""
    for where, time in stated:
        place = f"{where}: " if where else ""
        if isinstance(time, Clock):
            if set(time.minutes) & set(clock.minutes):
                return TimeSaid(clock.shown, "agrees", f"{place}{time.shown} stands in the text")
            continue
        if time.written in clock.minutes:
            zone = f"in {time.zone}" if time.zone else "on a clock whose zone is not recorded"
            return TimeSaid(clock.shown, "agrees", f"{place}{time.raw}, {zone}")
        if time.case in clock.minutes:
            return TimeSaid(clock.shown, "agrees", f"{place}{time.raw}, in the case's zone")
        if not other and time.utc is not None:
            offset = _apart(clock.minutes, time.utc)
            other = f"{place}{time.raw} would read so on a clock at UTC{offset}" if offset else ""
    return TimeSaid(clock.shown, "other_zone" if other else "not_found", other)


def _apart(minutes: Iterable[int], utc: int) -> str:
    """The offset at which a clock would read so; empty: none that is a multiple of half an hour."""
    for one in minutes:
        apart = (one - utc) % 1440
        if apart % _STEP == 0:
            signed = apart if apart <= 14 * 60 else apart - 1440
            return f"{'-' if signed < 0 else '+'}{abs(signed) // 60:02}:{abs(signed) % 60:02}"
    return ""
