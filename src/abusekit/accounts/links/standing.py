"""How a pair of accounts stands: what was decided about it, on which findings, and why these can be others by now."""

from __future__ import annotations

from collections.abc import Iterable

from abusekit.accounts.links.decisions import decisions, stale
from abusekit.accounts.links.wording import decision_line
from abusekit.accounts.listing import counted
from abusekit.accounts.model import Candidate, Decision, pair
from abusekit.case.canonical import JSON

_ITEMS = {
    "item.add": "taken in",
    "item.withdraw": "withdrawn",
    "item.quarantine": "put in quarantine",
    "item.release": "released from quarantine",
}
"""Act of the log → what happened to an item."""


class Standing:
    """What people decided about the pairs, and whether it was on the findings of now."""

    def __init__(self, entries: Iterable[dict[str, JSON]], *, without: bool = False) -> None:
        """entries: all lines of the log. without: the findings leave items out, so they are others than decided on.

        Raises EvidenceError: a malformed act.
        """
        self._entries = list(entries)
        self._without = without
        self._all = decisions(entry for entry in self._entries if entry["do"] == "account.link")

    def of(self, one: Candidate) -> Decision | None:
        return self._all.of(one.a, one.b)

    def is_stale(self, one: Candidate) -> bool:
        decision = self.of(one)
        return decision is not None and decision.decided != "undecided" and stale(decision, one)

    def why(self, one: Candidate) -> str:
        """Why a stale one can be stale; empty for others."""
        decision = self.of(one)
        if decision is None or not self.is_stale(one):
            return ""
        return "these leave items out" if self._without else since(self._entries, decision)

    def line(self, one: Candidate) -> str:
        return decision_line(self.of(one), is_stale=self.is_stale(one), why=self.why(one))

    def is_open(self, one: Candidate) -> bool:
        """Whether there is something to decide: nobody did, or on other findings."""
        decision = self.of(one)
        settled = decision is not None and decision.decided in ("confirmed", "rejected")
        return not self._without and (not settled or self.is_stale(one))


def since(entries: Iterable[dict[str, JSON]], decision: Decision) -> str:
    """What the log has after the decision that findings are made of, in words: a cause, not necessarily the cause.

    entries: all lines of the log. Where it has nothing of the kind, another version of the program is left.
    """
    items = dict.fromkeys(_ITEMS.values(), 0)
    links = observed = 0
    ours = pair(decision.a, decision.b)
    for entry in entries:
        if entry["n"] <= decision.n:
            continue
        act = entry["do"]
        if act in _ITEMS:
            items[_ITEMS[act]] += 1
        elif act == "account.observe":
            observed += 1
        elif act == "account.link" and pair(str(entry["a"]), str(entry["b"])) != ours:
            links += 1
    told = [f"{counted(count, 'item')} {what}" for what, count in items.items() if count]
    if links:
        told.append(f"{counted(links, 'decision')} about other pairs, which change who is a bystander")
    if observed:
        told.append(f"{counted(observed, 'declaration')} about accounts")
    return (
        f"since then: {', '.join(told)}"
        if told
        else "since then: nothing in the log; another version of abusekit"
    )
