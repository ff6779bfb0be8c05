"""Two readings of a page against each other: which lines changed, and which change by themselves.

Counts of likes and views, and times such as "3 h ago", differ on every visit. For the comparison alone they are
masked, in the words of several languages; the readings themselves stay as they are. So a change that is only
in such a place is not seen as one.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

MAX_LINES = 1_000
"""Lines compared, after those at both ends that are the same: difflib's time grows with the square."""
MAX_TEXT = 1 << 20
"""Characters of each reading compared."""
MAX_LINE = 2_000
"""Characters of a line compared."""
MAX_SHOWN = 2_000
"""Lines of a diff that are given."""

_COUNTED = (
    "likes?|views?|replies|reply|comments?|shares?|reposts?|retweets?|quotes?|followers?|following|posts?|tweets?"
    "|members?|subscribers?|upvotes?|points?|reactions?|bookmarks?|votes?|plays?|online|notifications?"
    "|gefällt mir|aufrufe|antworten|kommentare?|follower|beiträge|mal geteilt"
    "|me gusta|visualizaciones|vistas|respuestas|comentarios?|seguidores|publicaciones"
    "|j[’']aime|vues|réponses|commentaires?|abonnés|publications"
    "|mi piace|visualizzazioni|risposte|commenti|seguaci|curtidas|respostas|weergaven|reacties|volgers"
)
_UNITS = (
    "seconds?|secs?|s|minutes?|mins?|min|m|hours?|hrs?|h|days?|d|weeks?|wks?|w|months?|mos?|mo|years?|yrs?|y"
    "|sekunden?|minuten?|stunden?|std|tage?n?|wochen?|monate?n?|jahre?n?"
    "|segundos?|minutos?|horas?|días?|dias?|semanas?|meses|mes|años?|anos?"
    "|secondes?|heures?|jours?|semaines?|mois|ans?|secondi|minuti|ore|ora|giorni|giorno|settimane|mesi|anni"
)
_NUMBER = r"[0-9][0-9.,\u00a0\u202f']{0,15} ?(?:k|m|mio|mil|b|tsd\.?)?"
_VOLATILE = (
    (re.compile(rf"(?i)(?<![\w.]){_NUMBER} {{0,2}}(?:{_COUNTED})\b"), "‹count›"),
    (re.compile(rf"(?i)\b(?:{_COUNTED}):? {{0,2}}{_NUMBER}(?!\w)"), "‹count›"),
    (re.compile(rf"(?i)(?<![\w.])[0-9]{{1,4}} ?(?:{_UNITS})\.? ago\b"), "‹ago›"),
    (re.compile(rf"(?i)\b(?:vor|hace|il y a|há) [0-9]{{1,4}} ?(?:{_UNITS})\b"), "‹ago›"),
    (re.compile(rf"(?i)(?<![\w.])[0-9]{{1,4}} ?(?:{_UNITS}) (?:fa|atrás|geleden)\b"), "‹ago›"),
)
_ALONE = re.compile(
    rf"(?i)(?:{_NUMBER}|[0-9]{{1,4}} ?(?:{_UNITS})\.?|[·•|]+"
    r"|just now|now|yesterday|today|gerade eben|gestern|heute|ahora|ayer|hoy|à l[’']instant|hier|adesso|ieri|oggi)"
)
"""A line that is nothing but a count or an age."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What differs between two readings, volatile parts apart."""

    added: int
    # lines that only the later reading has
    removed: int
    # lines that only the earlier reading has
    kept: int
    # lines that both have
    cut: bool
    # True: too long to be compared as a whole; the numbers are at least those

    @property
    def same(self) -> bool:
        """Nothing differs but what changes by itself."""
        return not self.added and not self.removed and not self.cut

    @property
    def share_kept(self) -> float:
        """Kept lines as a share of the longer reading; 1.0 for two empty ones. Not a measure of meaning."""
        longer = self.kept + max(self.added, self.removed)
        return self.kept / longer if longer else 1.0


def same_words(one: str, other: str) -> bool:
    """Whether two texts are the same but for blanks and Unicode spelling; numbers in them count."""
    return _plain(one) == _plain(other)


def compare(earlier: str, later: str, *, replaced: Iterable[tuple[str, str]] = ()) -> Difference:
    """Compare two readable texts by line. `replaced`: words that are taken as the same, such as two handles."""
    old, new = _masked(earlier[:MAX_TEXT], replaced), _masked(later[:MAX_TEXT], replaced)
    before, after, same, cut = _middle(old, new)
    cut = cut or max(len(earlier), len(later)) > MAX_TEXT
    added = removed = 0
    for tag, low, high, first, last in _matcher(before, after).get_opcodes():
        if tag == "equal":
            same += high - low
        else:
            removed += high - low
            added += last - first
    return Difference(added, removed, same, cut)


def unified(earlier: str, later: str, names: tuple[str, str]) -> list[str]:
    """The changed lines as a unified diff, of the readings as they are; at most MAX_SHOWN lines. Content."""
    old, new = _lines(earlier[:MAX_TEXT]), _lines(later[:MAX_TEXT])
    start = _common(old, new)
    end = _common(old[start:][::-1], new[start:][::-1])
    low = max(0, start - 2)
    before = old[low : min(len(old), len(old) - end + 2)][:MAX_LINES]
    after = new[low : min(len(new), len(new) - end + 2)][:MAX_LINES]
    shown = [line.rstrip("\n") for line in difflib.unified_diff(before, after, *names, n=2, lineterm="")]
    return shown[:MAX_SHOWN] + (["… more, not shown"] if len(shown) > MAX_SHOWN else [])


def _lines(text: str) -> list[str]:
    stripped = (" ".join(line[:MAX_LINE].split()) for line in unicodedata.normalize("NFC", text).splitlines())
    return [line for line in stripped if line]


def _masked(text: str, replaced: Iterable[tuple[str, str]]) -> list[str]:
    """The lines with what changes by itself made the same, and lines that are only that left out."""
    pairs = [(a, b) for a, b in replaced if a and b]
    found = []
    for line in _lines(text):
        if _ALONE.fullmatch(line):
            continue
        masked = line
        for pattern, sign in _VOLATILE:
            masked = pattern.sub(sign, masked)
        for old, new in pairs:
            masked = masked.replace(old, new)
        found.append(masked)
    return found


def _middle(old: list[str], new: list[str]) -> tuple[list[str], list[str], int, bool]:
    """What lies between the same lines at both ends, how many those are, and whether it had to be cut."""
    start = _common(old, new)
    end = _common(old[start:][::-1], new[start:][::-1])
    before, after = old[start : len(old) - end], new[start : len(new) - end]
    cut = len(before) > MAX_LINES or len(after) > MAX_LINES
    return before[:MAX_LINES], after[:MAX_LINES], start + end, cut


def _common(one: list[str], other: list[str]) -> int:
    number = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        number += 1
    return number


def _matcher(before: list[str], after: list[str]) -> difflib.SequenceMatcher[str]:
    return difflib.SequenceMatcher(None, before, after, autojunk=True)


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())
