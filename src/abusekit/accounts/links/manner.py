"""Findings on how two accounts write and when: `style` and `hours`. Leads, never findings by themselves.

A number comes only from ten bystander accounts of the same platform (attribution, section 0); else it is said why there
is none, also where the bystanders are alike among themselves and unlike both. Below 1 they speak against.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from math import fsum, log, sqrt
from statistics import fmean, stdev

from abusekit.accounts.links.cohorts import LEAST_TIMED, Bystanders
from abusekit.accounts.links.material import Material
from abusekit.accounts.model import Account, AccountKey, Finding, Where
from abusekit.accounts.signals import hours
from abusekit.accounts.signals.calibration import Abstained, Styled
from abusekit.accounts.signals.style import Corpus

MOST_CITED = 3
MOST_APART = 2.0
"""Standard deviations that bystanders may be more alike among themselves than each of the pair is like them. Of 300
pairs of 25 people of Ubuntu IRC (2026-11), 8 lie above with one another as bystanders; 293 where 50 planted writers of
one slogan, with words of their own in it, stand beside them; were it 3, six of the 300 would get a ratio above 10."""
_MEASURED, _SIZE = 1_000, 3
"""Characters of each account, and of an n-gram, that this is measured on: alike for long and for short texts."""
_NOT = "not compared: "
_SAID = {
    "style": "the way in which they write (letters and words, topic masked)",
    "hours": "the hours of the day at which they write",
}


class Manner:
    """Built once; texts are prepared when a pair of their platform is first asked for."""

    def __init__(self, material: Material, among: Bystanders, accounts: list[Account]) -> None:
        self._material, self._among = material, among
        self._by_platform: dict[str, list[AccountKey]] = defaultdict(list)
        for account in accounts:
            if account.basis != "name" and material.of(account.key).posts:
                self._by_platform[account.platform].append(account.key)
        self._corpora: dict[str, Corpus] = {}
        self._profiles: dict[AccountKey, dict[str, float]] = {}
        self._cosines: dict[tuple[AccountKey, AccountKey], float] = {}

    def findings(self, a: Account, b: Account) -> tuple[list[Finding], list[str]]:
        """What was found, and in words what was not compared and why."""
        if "name" in (a.basis, b.basis):
            return [], ["style, hours: an account that only a display name tells is not compared so"]
        if a.platform != b.platform:
            return [], [f"style, hours: one writes on {a.platform}, the other on {b.platform}"]
        cohort, _ = self._among.writers(a, b)
        found, silent = [], []
        for signal, told in (("style", self._style(a, b, cohort)), ("hours", self._hours(a, b, cohort))):
            if isinstance(told, Abstained):
                silent.append(f"{signal}: {told.why.removeprefix(_NOT)}")
            else:
                found.append(self._finding(signal, told, a, b))
        return found, silent

    def _style(self, a: Account, b: Account, cohort: list[AccountKey]) -> Styled | Abstained:
        corpus = self._corpora.get(a.platform)
        if corpus is None:
            keys = self._by_platform[a.platform]
            told = {key: self._material.of(key) for key in keys}
            posts = {key: one.texts() for key, one in told.items()}
            # in proportion to what was kept, since `posts` is a sample
            quoted = {key: one.quoted * len(posts[key]) // (one.posts or 1) for key, one in told.items()}
            corpus = self._corpora[a.platform] = Corpus(posts, quoted=quoted)
        for account in (a, b):
            if not self._material.of(account.key).posts:
                return Abstained(f"{account.key[:80]} has no words of its own in the case")
        compared = corpus.compare(a.key, b.key, cohort=cohort)
        if isinstance(compared, Abstained):
            why = self._among.too_alike(a, b)
            return Abstained(f"{compared.why}; {why}") if why else compared
        if self._apart(a.key, b.key, cohort) > MOST_APART:
            return Abstained(
                "the bystanders write too much alike to be a comparison: far more like one another than like either"
            )
        return compared

    def _apart(self, a: AccountKey, b: AccountKey, cohort: list[AccountKey]) -> float:
        """How far bystanders are more alike among themselves than the two are like them, in standard deviations of the
        latter; mean of the two. Whoever plants bystanders makes any two others look alike beside them."""
        inner = fmean(self._cosine(one, other) for n, one in enumerate(cohort) for other in cohort[:n])
        apart = []
        for key in (a, b):
            outer = [self._cosine(key, other) for other in cohort]
            apart.append((inner - fmean(outer)) / max(stdev(outer), 1e-9))
        return fmean(apart)

    def _cosine(self, one: AccountKey, other: AccountKey) -> float:
        both = (one, other) if one < other else (other, one)
        known = self._cosines.get(both)
        if known is None:
            shorter, longer = sorted(map(self._profile, both), key=len)
            known = fsum(weight * longer[gram] for gram, weight in shorter.items() if gram in longer)
            self._cosines[both] = known
        return known

    def _profile(self, key: AccountKey) -> dict[str, float]:
        """N-grams of signs of the first words, weighed by the logarithm of how often they occur; of length 1."""
        known = self._profiles.get(key)
        if known is None:
            text = "\n".join(self._material.of(key).texts()).casefold()[:_MEASURED]
            counts = Counter(text[at : at + _SIZE] for at in range(len(text) - _SIZE + 1))
            weights = {gram: 1 + log(count) for gram, count in counts.items()}
            length = sqrt(fsum(weight * weight for weight in weights.values())) or 1.0
            known = self._profiles[key] = {gram: weight / length for gram, weight in weights.items()}
        return known

    def _hours(self, a: Account, b: Account, cohort: list[AccountKey]) -> Styled | Abstained:
        ours, theirs = (self._material.of(one.key).hours for one in (a, b))
        kind = next((kind for kind in ("utc", "local") if kind in ours and kind in theirs), "")
        if not kind:
            return Abstained("their times are not written on one clock")
        others = [
            counts
            for key in cohort
            if (counts := self._material.of(key).hours.get(kind)) and sum(counts) >= LEAST_TIMED
        ]
        return hours.compare(ours[kind], theirs[kind], cohort=others)

    def _finding(self, signal: str, told: Styled, a: Account, b: Account) -> Finding:
        more = "more" if told.lr > 1 else "less" if told.lr < 1 else "no more"
        counts = f"{told.posts[0]} and {told.posts[1]} messages"
        return Finding(
            "behaviour",
            signal,
            f"{_SAID[signal]}: {more} alike than those of the comparison group ({counts}).".capitalize(),
            self._cited(a),
            self._cited(b),
            told.lr,
            raw=told.raw,
            cap=told.cap,
            among=told.cohort,
            why="a lead only: shrunk and capped, since style carries badly from one platform to another"
            if signal == "style"
            else "people of one country keep the same hours",
        )

    def _cited(self, account: Account) -> tuple[Where, ...]:
        """First, middle and last of the messages that were measured."""
        sample = self._material.of(account.key).sample
        places = [sample[0], sample[len(sample) // 2], sample[-1]] if sample else []
        return tuple(dict.fromkeys(one.where for one in places))[:MOST_CITED]
