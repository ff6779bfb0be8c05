"""What the profiles of a case show, account by account, and what is the victim's own: for the comparison of pairs."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace

from abusekit.accounts.links.material import Held, Material, SelectorKey, hold, mention
from abusekit.accounts.links.portraits import Portrait, portraits
from abusekit.accounts.model import Account, AccountKey, Ledger, Where
from abusekit.accounts.signals.confusables import skeleton
from abusekit.accounts.signals.handles import stem
from abusekit.accounts.signals.reuse import Runs, SharedRun
from abusekit.accounts.signals.selectors import selectors
from abusekit.case.folder import Case

MOST_HANDLES = 8
"""Handles of one account that are compared: the newest."""
_STATED = ("phone", "email", "payment", "bio")
"""Fields in which selectors are looked for. Not `url`: whoever writes about an account writes its address."""


@dataclass(slots=True)
class Own:
    """What the victim's own accounts show: it counts nothing, since it is copied on purpose."""

    accounts: set[AccountKey] = field(default_factory=set)
    handles: list[str] = field(default_factory=list)
    portraits: list[Portrait] = field(default_factory=list)
    stated: set[SelectorKey] = field(default_factory=set)
    # in profiles, or the id itself
    written: dict[SelectorKey, str] = field(default_factory=dict)
    # in messages → the earliest written time in UTC, empty: not known
    echoed: frozenset[int] = frozenset()
    # runs of words, as `Material.runs` counts them, that are versions of words of hers


@dataclass(slots=True)
class Shown:
    """All accounts of the case, ready to be compared."""

    suspects: list[Account] = field(default_factory=list)
    # those that are not the victim's own, in the order of the ledger
    handles: dict[AccountKey, list[tuple[str, tuple[Where, ...]]]] = field(default_factory=dict)
    stems: dict[str, set[AccountKey]] = field(default_factory=lambda: defaultdict(set))
    selectors: dict[AccountKey, dict[SelectorKey, Held]] = field(default_factory=dict)
    holders: dict[SelectorKey, set[AccountKey]] = field(default_factory=lambda: defaultdict(set))
    # not of the victim's own
    portraits: dict[AccountKey, list[Portrait]] = field(default_factory=dict)
    not_seen: list[str] = field(default_factory=list)
    # pictures that were not compared, in words
    bios: list[SharedRun] = field(default_factory=list)
    profiles: dict[str, AccountKey] = field(default_factory=dict)
    # normalised address of a profile → whose
    own: Own = field(default_factory=Own)


def shown(case: Case, ledger: Ledger, material: Material) -> Shown:
    """Everything that pairs are compared by, but writing style and hours, indexed."""
    found = Shown()
    runs = Runs()
    pictures, found.not_seen = portraits(case, ledger)
    for account in ledger.accounts.values():
        handle_spans = [(_local(span.value), span.where) for span in account.of("handle")][-MOST_HANDLES:]
        held = _selectors(account, material)
        for span in account.of("bio"):
            runs.add(account.key, span.where[0], span.value)
        for span in account.of("url"):
            for one in selectors(span.value):
                found.profiles[one.value] = account.key
        if account.own:
            _own(found.own, account, held, material, pictures)
            continue
        found.suspects.append(account)
        found.handles[account.key] = handle_spans
        for handle, _ in handle_spans:
            found.stems[form(handle)].add(account.key)
        found.selectors[account.key] = held
        for key in held:
            found.holders[key].add(account.key)
        found.portraits[account.key] = pictures.get(account.key, [])
    found.bios = list(runs.shared())
    if material.texts is not None and found.own.accounts:
        found.own.echoed = material.texts.echoes(found.own.accounts)
    return found


def form(handle: str) -> str:
    """What a handle looks like without numbers and separators: equal for those that may be one person's."""
    return skeleton(stem(handle))


def _local(handle: str) -> str:
    """What stands before the host: everybody on a server has the same one."""
    text = handle.strip().removeprefix("@")
    return text.partition("@")[0] or text


def _selectors(account: Account, material: Material) -> dict[SelectorKey, Held]:
    """In its words, on its profile, declared; and its own id where that is a number or an address."""
    held = {key: replace(one, where=[*one.where]) for key, one in material.of(account.key).selectors.items()}
    for span in account.spans:
        if span.field in _STATED:
            for one in selectors(span.value):
                for where in span.where:
                    if (kept := hold(held, one, where)) is None:
                        continue
                    if span.field == "bio":
                        mention(kept.profile, one, span.value, where)
                    else:
                        kept.stated = True
    if account.basis in ("phone", "email"):
        place = _first_place(account)
        for one in selectors(account.id):
            if one.kind not in ("phone", "email") or place is None:
                continue
            if (kept := hold(held, one, place)) is not None:
                kept.stated = True
    return held


def _first_place(account: Account) -> Where | None:
    if account.tally.first_where is not None:
        return account.tally.first_where
    if account.spans:
        return account.spans[0].where[0]
    return next((Where(item) for item in account.items), None)


def _own(
    own: Own,
    account: Account,
    held: dict[SelectorKey, Held],
    material: Material,
    pictures: dict[AccountKey, list[Portrait]],
) -> None:
    own.accounts.add(account.key)
    own.handles += [_local(span.value) for span in account.of("handle")]
    own.portraits += pictures.get(account.key, [])
    written = material.of(account.key).selectors
    for key in held:
        if key in written:
            first = written[key].first
            own.written[key] = min(own.written.get(key, first), first)
        else:
            own.stated.add(key)
    for span in account.spans:
        if span.field in _STATED:
            own.stated.update((one.kind, one.value) for one in selectors(span.value))
