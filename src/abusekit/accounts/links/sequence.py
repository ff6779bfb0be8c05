"""Findings of the group `sequence`: a new account writes to the victim soon after another was blocked or suspended.

LR = 1 / (1 - exp(-λ Δ)): how surprising it is that a first contact falls within Δ by chance, where λ is the rate of the
case's own first contacts a day (attribution, section 5). At most 10. Fewer than five other first contacts tell no rate:
then it is only described.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import exp
from typing import NamedTuple

from abusekit.accounts.links.material import Material, first_contact
from abusekit.accounts.links.shown import Shown
from abusekit.accounts.model import Account, AccountKey, Finding, Where

CAP = 10.0
LEAST_CONTACTS = 5
WITHIN = timedelta(days=30)
"""Later first contacts are no succession."""
_DAY = 86_400.0


class Ended(NamedTuple):
    """A time at which an account could reach the victim no longer."""

    earliest: datetime
    latest: datetime
    where: Where
    how: str


class Contact(NamedTuple):
    """The first that the victim received of an account."""

    earliest: datetime
    latest: datetime
    where: Where


class Sequence:
    """Built once; pairs that it makes are those of `successions`."""

    def __init__(self, shown: Shown, material: Material) -> None:
        self.ended: dict[AccountKey, list[Ended]] = {}
        self.contacts: dict[AccountKey, Contact] = {}
        for account in shown.suspects:
            if account.basis == "name":
                continue
            if ended := _ended(account):
                self.ended[account.key] = ended
            if (first := first_contact(material.of(account.key))) is not None:
                self.contacts[account.key] = Contact(first[0].earliest, first[0].latest, first[1])

    def finding(self, a: Account, b: Account) -> Finding | None:
        """The shorter of the two ways round; None where neither follows the other."""
        found = [one for one in (self._after(a, b), self._after(b, a)) if one is not None]
        return max(found, key=lambda one: one.lr, default=None)

    def successions(self) -> list[tuple[AccountKey, AccountKey]]:
        """(ended, new) wherever a first contact follows an end within WITHIN."""
        ordered = sorted((contact.earliest, key) for key, contact in self.contacts.items())
        found = []
        for old, ends in self.ended.items():
            for new_at, new in ordered:
                if new != old and any(end.latest <= new_at <= end.latest + WITHIN for end in ends):
                    found.append((old, new))
        return found

    def _after(self, old: Account, new: Account) -> Finding | None:
        contact = self.contacts.get(new.key)
        ends = [] if contact is None else self.ended.get(old.key, [])
        fitting = [end for end in ends if contact and end.latest <= contact.earliest <= end.latest + WITHIN]
        if contact is None or not fitting or _seen_before(new, contact.earliest):
            return None
        end = max(fitting, key=lambda one: one.latest)
        # the longest that it can have been: an uncertain time makes the finding smaller
        longest = max(contact.latest - end.earliest, timedelta(minutes=1)).total_seconds() / _DAY
        rate, others = self._rate({old.key, new.key})
        lr, raw = 1.0, None
        why = f"only {others} other first contacts in the case: too few for a rate, so it is only described"
        if others >= LEAST_CONTACTS:
            raw = 1 / (1 - exp(-rate * longest)) if rate * longest > 1e-9 else 1e9
            lr = min(CAP, raw)
            why = f"the case has {others} other first contacts, {rate:.3g} a day"
        elif others == 1:
            why = "only 1 other first contact in the case: too few for a rate, so it is only described"
        told = Finding(
            "sequence", "first-contact",
            f"The victim first received something of the one at most {_span(longest)} after the other {end.how}.",
            (end.where,), (contact.where,), lr, raw=raw, cap=CAP, among=others, why=why,
        )  # fmt: skip
        return told if old.number < new.number else _turned(told)

    def _rate(self, but: set[AccountKey]) -> tuple[float, int]:
        """First contacts a day of all other accounts, and how many they are."""
        times = sorted(contact.earliest for key, contact in self.contacts.items() if key not in but)
        if len(times) < LEAST_CONTACTS:
            return 0.0, len(times)
        days = max((times[-1] - times[0]).total_seconds() / _DAY, 1.0)
        return len(times) / days, len(times)


def _turned(finding: Finding) -> Finding:
    import msgspec

    return msgspec.structs.replace(finding, here=finding.there, there=finding.here)


def _ended(account: Account) -> list[Ended]:
    found = []
    for act in account.acts:
        if act.kind in ("block", "suspended", "closed") and (act.to == account.key or act.kind != "block"):
            times = _times(act.at.earliest, act.at.latest)
            how = {"block": "was blocked", "suspended": "was suspended"}.get(act.kind, "was closed")
            if times:
                found.append(Ended(*times, act.where, how))
    for status in account.statuses:
        if status.kind in ("suspended", "gone"):
            times = _times(status.at.earliest, status.at.latest)
            if times:
                found.append(Ended(*times, status.where, f"was seen to be {status.kind}"))
    return found


def _times(earliest: str, latest: str) -> tuple[datetime, datetime] | None:
    """None where either end is not known."""
    try:
        return _read(earliest), _read(latest)
    except ValueError:
        return None


def _read(text: str) -> datetime:
    return datetime.fromisoformat(text.removesuffix("Z")).replace(tzinfo=UTC)


def _seen_before(account: Account, at: datetime) -> bool:
    """Whether anything dated shows that the account wrote earlier: then it is not new."""
    first = account.tally.first
    times = None if first is None else _times(first.earliest, first.latest)
    return times is not None and times[1] < at - timedelta(days=1)


def _span(days: float) -> str:
    if days >= 2:
        return f"{days:.0f} days"
    hours = days * 24
    return f"{hours:.0f} hours" if hours >= 2 else f"{max(hours * 60, 1):.0f} minutes"
