"""Findings on how two accounts write and when: `style` and `hours`. Leads, never findings by themselves.

A number comes only from ten bystander accounts of the same platform (attribution, section 0); else it is said why there
is none. Below 1 they speak against.
"""

from __future__ import annotations

from collections import defaultdict

from abusekit.accounts.links.cohorts import LEAST_TIMED, Bystanders
from abusekit.accounts.links.material import Material
from abusekit.accounts.model import Account, AccountKey, Finding, Where
from abusekit.accounts.signals import hours
from abusekit.accounts.signals.calibration import Abstained, Styled
from abusekit.accounts.signals.style import Corpus

MOST_CITED = 3
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
        return corpus.compare(a.key, b.key, cohort=cohort)

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
