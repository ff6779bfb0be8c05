"""Text that two accounts share word for word: runs of nine words, or a whole message of eight.

What coincides between strangers is quoted text, news and memes, so the caller divides by how many bystanders have it.
Chance that two different people share it, 1,224 people with 30 posts each, 748,476 pairs (Ubuntu IRC 2004-2019,
Kummerfeld et al., ACL 2019, CC BY 4.0; attribution 3.7): 9 words 2.3e-5, a message of 8 words or more 6.7e-6; 5 words
1.2e-2. Not proved: who wrote it first, or that either of them made it up. Scripts that write no spaces are not cut
into words, so that there hardly anything is found.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from functools import cache
from typing import NamedTuple, TypeAlias

from abusekit.accounts.model import Where

RUN_WORDS = 9
MESSAGE_WORDS = 8
MOST_WORDS = 5_000
"""Words of one message that are looked at; the rest of a longer one is left out."""
_ANCHOR_WORDS = 6
_STARTS = RUN_WORDS - _ANCHOR_WORDS + 1
_BITS = 1 << 28
"""Size of the two filters, 32 MiB each."""
_LINK = re.compile(r"(?:https?://|www\.)\S+")
_MENTION = re.compile(r"(?<!\w)@\w+")
_FORWARDED = re.compile(
    r"^\W*(?:forwarded message|original message|begin forwarded message|weitergeleitete nachricht|originalnachricht"
    r"|ursprüngliche nachricht|message (?:d.origine|original|transféré)|mensaje (?:original|reenviado)"
    r"|mensagem (?:original|encaminhada)|messaggio (?:originale|inoltrato)|oorspronkelijk bericht)\b"
    r"|^\s*fwd?: ?\S",
    re.IGNORECASE,
)
_FROM = re.compile(r"^[\s*_]*(?:from|von|de|da|van)[\s*_]*:\s*\S", re.IGNORECASE)
_OTHER_HEAD = re.compile(
    r"^[\s*_]*(?:sent|date|to|cc|subject|gesendet|datum|an|betreff|envoyé|à|objet|enviado(?: el)?|fecha|para|asunto"
    r"|data|assunto|inviato|a|oggetto|verzonden|aan|onderwerp)[\s*_]*:",
    re.IGNORECASE,
)
_HEADS = 2
"""Lines of a mail's head besides that of its author, among the next `_HEAD_LINES`, by which one is known."""
_HEAD_LINES = 5
_WROTE = re.compile(
    r"^\s*(?=.*\d)(?:on\b.{4,400}\bwrote|am\b.{4,400}\bschrieb\b.{0,200}|le\b.{4,400}\ba écrit|el\b.{4,400}\bescribió"
    r"|em\b.{4,400}\bescreveu|il\b.{4,400}\bha scritto|op\b.{4,400}\bschreef\b.{0,200})\s*:\s*$",
    re.IGNORECASE,
)
"""The line above a quoted mail, in seven languages; it names a day."""
_WROTE_LINES = 3
_BEGINS = re.compile(r"\s*(?:on|am|le|el|em|il|op)\b", re.IGNORECASE)
ECHO = 6
"""Words in a row by which a run is taken to be built on somebody else's message: fewer are common (above)."""
_ALIKE = 0.8
"""The part of a run's words that stand in the same order in a message, from which the run is a version of it."""
_Found: TypeAlias = "dict[tuple[int, ...], dict[str, tuple[int, int]]]"
"""Words → account → (message, place of the first word in it)."""


class SharedRun(NamedTuple):
    """A run of words, or a message, that stands at several accounts."""

    words: int
    places: tuple[tuple[str, Where], ...]
    """(account, where): one place of each account, two accounts or more, in the order in which they were added."""


class Runs:
    """Texts are added one by one; `shared` then tells what two accounts or more have in common.

    Exact, and without all pairs. Of four places in turn where a run may begin, the one whose word came latest into the
    vocabulary is its anchor (as in winnowing: Schleimer, Wilkerson, Aiken, 2003); only runs whose anchor was met twice
    are looked at, word by word, in a second pass. Memory: 4 bytes a word, the vocabulary, 64 MiB, and what is shared.
    """

    def __init__(self) -> None:
        self._vocabulary: defaultdict[str, int] = defaultdict(lambda: len(self._vocabulary))
        self._words = array("I")
        self._ends = array("Q", [0])
        self._accounts: list[str] = []
        self._wheres: list[Where] = []
        self._once = bytearray(_BITS // 8)
        self._twice = bytearray(_BITS // 8)
        self._merged: list[tuple[int, int, int]] = []
        # of each shared run: message, place of its first word, words

    def add(self, account: str, where: Where, text: str) -> None:
        """`text`: what the account wrote itself (see `own_words`); any text."""
        found = words(text)[:MOST_WORDS]
        if len(found) < MESSAGE_WORDS:
            return
        numbers = [self._vocabulary[word] for word in found]
        self._words.extend(numbers)
        self._ends.append(len(self._words))
        self._accounts.append(account)
        self._wheres.append(where)
        last = -1
        for begin in _anchors(numbers):
            if begin != last:
                self._note(hash(tuple(numbers[begin : begin + _ANCHOR_WORDS])) % _BITS)
                last = begin

    def _note(self, bit: int) -> None:
        byte, mask = bit >> 3, 1 << (bit & 7)
        if self._once[byte] & mask:
            self._twice[byte] |= mask
        else:
            self._once[byte] |= mask

    def shared(self) -> Iterator[SharedRun]:
        """Runs of nine words or more, and equal messages of eight. What overlaps in the same messages is one run; a
        run that one account has in several messages may come in pieces."""
        found: _Found = {}
        for number, account in enumerate(self._accounts):
            numbers = self._numbers(number)
            for begin, run in self._met_twice(numbers):
                found.setdefault(run, {}).setdefault(account, (number, begin))
        several = ((tuple(places.values()), len(run)) for run, places in found.items() if len(places) > 1)
        for places, size in _merged(sorted(several)):
            self._merged.append((*places[0], size))
            yield SharedRun(
                size, tuple((self._accounts[number], self._wheres[number]) for number, _ in places)
            )

    def echoes(self, accounts: Collection[str]) -> frozenset[int]:
        """Which runs of `shared` (read to its end before), counted from 0, are versions of what `accounts` wrote: six
        words of theirs in a row, or four in five of the run's words in their order."""
        runs = [self._numbers(message)[begin : begin + size] for message, begin, size in self._merged]
        whole, pieces = _pieces(runs, ECHO), _pieces(runs, _PIECE)
        found: set[int] = set()
        for message, account in enumerate(self._accounts):
            if account in accounts:
                numbers = self._numbers(message)
                found.update(run for run in _hits(numbers, whole, ECHO) if run not in found)
                for run, times in _hits(numbers, pieces, _PIECE).items():
                    if run not in found and times >= _LEAST_PIECES and _in_order(runs[run], numbers):
                        found.add(run)
        return frozenset(found)

    def _numbers(self, message: int) -> list[int]:
        return self._words[self._ends[message] : self._ends[message + 1]].tolist()

    def _met_twice(self, numbers: list[int]) -> Iterator[tuple[int, tuple[int, ...]]]:
        size = RUN_WORDS if len(numbers) >= RUN_WORDS else MESSAGE_WORDS
        for begin, anchor in enumerate(_anchors(numbers)):
            bit = hash(tuple(numbers[anchor : anchor + _ANCHOR_WORDS])) % _BITS
            if self._twice[bit >> 3] & 1 << (bit & 7):
                yield begin, tuple(numbers[begin : begin + size])


_PIECE, _LEAST_PIECES = 3, 2
_MOST_LOOKED = 400
"""Words of a run, and of a message, that are compared word by word."""


def _pieces(runs: list[list[int]], size: int) -> dict[tuple[int, ...], set[int]]:
    """So many words in a row → the runs that hold them."""
    found: dict[tuple[int, ...], set[int]] = {}
    for number, run in enumerate(runs):
        for begin in range(len(run) - size + 1):
            found.setdefault(tuple(run[begin : begin + size]), set()).add(number)
    return found


def _hits(numbers: list[int], pieces: dict[tuple[int, ...], set[int]], size: int) -> Counter[int]:
    """Run → how many of its pieces stand in a message."""
    found: Counter[int] = Counter()
    for begin in range(len(numbers) - size + 1):
        found.update(pieces.get(tuple(numbers[begin : begin + size]), ()))
    return found


def _in_order(run: list[int], message: list[int]) -> bool:
    """Whether enough of the run's words stand in the message in the same order (longest common subsequence)."""
    run, message = run[:_MOST_LOOKED], message[:_MOST_LOOKED]
    before = [0] * (len(message) + 1)
    for word in run:
        line = [0]
        for place, other in enumerate(message):
            line.append(before[place] + 1 if word == other else max(line[-1], before[place + 1]))
        before = line
    return before[-1] >= _ALIKE * len(run)


def _anchors(numbers: list[int]) -> Iterator[int]:
    """For each run in turn the place of its anchor, which depends on the words of the run only."""
    for begin in range(max(len(numbers) - RUN_WORDS, 0) + 1):
        starts = numbers[begin : begin + _STARTS]
        yield begin + starts.index(max(starts))


def _merged(
    runs: list[tuple[tuple[tuple[int, int], ...], int]],
) -> Iterator[tuple[tuple[tuple[int, int], ...], int]]:
    """`runs` in order: those that go on by one word in each of the same messages become one."""
    waiting: dict[tuple[tuple[int, int], ...], tuple[tuple[tuple[int, int], ...], int]] = {}
    # place at which each would go on → where it began, its length
    for places, size in runs:
        began, length = waiting.pop(places, (places, size - 1))
        waiting[tuple((number, begin + 1) for number, begin in places)] = (began, length + 1)
    yield from waiting.values()


def words(text: str) -> list[str]:
    """`text` as it is compared: case folded, without links, @mentions, punctuation, emoji and unseen signs; digits
    stay."""
    plain = unicodedata.normalize("NFC", text).casefold()
    if "http" in plain or "www." in plain:
        plain = _LINK.sub(" ", plain)
    if "@" in plain:
        plain = _MENTION.sub(" ", plain)
    return plain.translate(_signs()).split()


class _Signs(dict[int, str]):
    """Code point → what is left of it: letters, marks and digits stay; apostrophes and unseen signs leave no gap."""

    def __missing__(self, code: int) -> str:
        sign = chr(code)
        category = unicodedata.category(sign)
        self[code] = kept = (
            "" if sign in "'’‘ʼ´`＇" or category == "Cf" else sign if category[0] in "LMN" else " "
        )
        return kept


@cache
def _signs() -> _Signs:
    return _Signs()


def own_words(text: str) -> str:
    """`text` without lines that begin with `>`, and without what follows the head of a quoted or forwarded message.

    Heads: `Original Message`; `From:` with two of `Sent:`, `To:`, `Subject:`; `On … wrote:`, where no line with `>`
    follows; each in several languages. What is quoted in other ways is not recognised.
    """
    lines, kept, skip = text.splitlines(), [], 0
    for place, line in enumerate(lines):
        if skip:
            skip -= 1
            continue
        if _FORWARDED.match(line[:200]) or _head(lines, place):
            break
        if wrote := _wrote(lines, place):
            if not _marked(lines, place + wrote):
                break
            skip = wrote - 1
        elif not line.lstrip().startswith(">"):
            kept.append(line)
    return "\n".join(kept)


def _head(lines: list[str], place: int) -> bool:
    """Whether the head of a mail begins here."""
    if not _FROM.match(lines[place][:200]):
        return False
    following = lines[place + 1 : place + 1 + _HEAD_LINES]
    return sum(_OTHER_HEAD.match(line[:200]) is not None for line in following) >= _HEADS


def _wrote(lines: list[str], place: int) -> int:
    """Over how many lines `On … wrote:` goes, from here; 0: it does not begin here."""
    if not _BEGINS.match(lines[place][:20]):
        return 0
    for count in range(1, _WROTE_LINES + 1):
        if _WROTE.match(" ".join(line[:200] for line in lines[place : place + count])):
            return count
    return 0


def _marked(lines: list[str], place: int) -> bool:
    """Whether the next line that is not empty is marked as quoted: then what is not marked below is an answer."""
    following = (line.lstrip() for line in lines[place : place + 4])
    return next((line.startswith(">") for line in following if line), False)
