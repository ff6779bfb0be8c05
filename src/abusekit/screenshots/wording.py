"""Comparisons in plain sentences; none of them says what a picture is worth."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from abusekit.screenshots.against import ScreenshotOf
from abusekit.screenshots.compare import Compared

MOST_SHOWN = 40
"""Words, runs and times that a line or a list of lines names; --json has more."""
NOT_SHOWN = "           shows neither that the picture was not made from these words, nor who wrote them"
NOT_TYPED = "           nor what else the picture holds: whoever typed its words may have left some out"


def lines(shows: ScreenshotOf, found: Sequence[Compared], *, reveal: bool) -> Iterator[str]:
    """For `show`: counts, and with `reveal` the words."""
    if not found:
        yield "compared   with nothing: no capture of its address in the case"
        return
    for one in found:
        yield f"compared   with {name(one)}: {one.problem or _read(one)}"
        if not one.problem:
            yield from (f"           {sentence}" for sentence in sentences(one))
            if reveal:
                yield from _content(one)
    if any(not one.problem for one in found):
        yield NOT_SHOWN
    if any(one.typed and not one.problem for one in found):
        yield NOT_TYPED


def name(one: Compared) -> str:
    """How a comparison names its other side: `E0007#m412 (AB/7, message)`."""
    known = ", ".join(part for part in (one.exhibit, one.kind) if part)
    return f"{one.item}{'#' if one.part else ''}{one.part}" + (f" ({known})" if known else "")


def in_short(one: Compared) -> str:
    """One line, without content, for whoever adds the picture. Its counts add up to all words that were compared."""
    if one.problem:
        return f"not compared with {name(one)}: {one.problem}"
    words = "words that you typed" if one.typed else "readable words of the picture"
    stand = _verb(one.in_order, "stand")
    said = [f"{one.in_order} of the {one.read} {words} {stand} in the same order in {name(one)}"]
    said += [*_others(one), f"{one.not_found} not found there"]
    if one.not_readable:
        said.append(f"{one.not_readable} not readable")
    if one.typed:
        said.append("what was not typed was not compared")
    return "; ".join(said)


def sentences(one: Compared) -> Iterator[str]:
    """The counts. Every word that could be read is in exactly one of them."""
    run = "a run of the same order" if one.runs == 1 else f"{one.runs} runs of the same order"
    yield f"{_in_order(one)} there" + (f": {run}" if one.runs else "")
    yield from _others(one)
    yield f"{one.not_found} not found there"
    if one.cut:
        yield "the picture holds more words than are compared"
    if one.times_read:
        times = [
            f"{one.times_agree} of {one.times_read} in the picture {_verb(one.times_agree, 'agree')} with a time there"
        ]
        times += [f"{one.times_other_zone} would on a clock of another zone"] if one.times_other_zone else []
        times += [f"{one.times_not_found} not found"] if one.times_not_found else []
        yield f"times: {'; '.join(times)}"
    if one.names_in_picture:
        yield f"names: {one.names_in_picture} that it states {_verb(one.names_in_picture, 'stand')} in the picture"
    elif one.names_stated:
        yield "names: none that it states stands in the picture"
    if one.places:
        more = f" and {len(one.places) - MOST_SHOWN} more" if len(one.places) > MOST_SHOWN else ""
        yield f"found in: {', '.join(one.places[:MOST_SHOWN])}{more}"


def _others(one: Compared) -> Iterator[str]:
    """The groups between those in order and those that were not found."""
    if one.names:
        yield f"{one.names} more {_verb(one.names, 'belong')} to a name that it states"
    if one.around:
        yield f"{one.around} more {_verb(one.around, 'stand')} in the messages around it"
    if one.singly:
        yield f"{one.singly} more {_verb(one.singly, 'occur')} there, but singly or in shorter runs"


def _verb(number: int, verb: str) -> str:
    return f"{verb}s" if number == 1 else verb


def _read(one: Compared) -> str:
    words = "1 word" if one.read == 1 else f"{one.read} words"
    return f"{words} {'that a person typed' if one.typed else 'of the picture'}" + (
        f", {one.not_readable} more not readable" if one.not_readable else ""
    )


def _in_order(one: Compared) -> str:
    words = "words that a person typed" if one.typed else "readable words of the picture"
    return f"{one.in_order} of {one.read} {words} {_verb(one.in_order, 'stand')} in the same order"


def _content(one: Compared) -> Iterator[str]:
    words = one.words
    if words is None:
        return
    yield from (f"  in order: {run}" for run in words.runs[:MOST_SHOWN])
    for what, listed in (
        ("around it", words.around),
        ("singly", words.singly),
        ("not found", words.not_found),
    ):
        if listed:
            more = f" and {len(listed) - MOST_SHOWN} more" if len(listed) > MOST_SHOWN else ""
            yield f"  {what}: {', '.join(listed[:MOST_SHOWN])}{more}"
    for time in words.times[:MOST_SHOWN]:
        verdict = time.verdict.replace("_", " ")
        yield f"  time {time.shown}: {verdict}" + (f" ({time.said})" if time.said else "")
    if one.times_not_found:
        yield "  one that is not found may be the clock of the screen itself: when the picture was made"
    for known in words.names[:MOST_SHOWN]:
        yield f"  name {known}: stands in the picture"
