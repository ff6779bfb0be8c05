"""Accounts to block, as files for the victim's own use: CSV by platform, forms to import, a watch list.

Only accounts of confirmed links and those that the user names; never the victim's own. Nothing here says who somebody
is, and publishing such a list may be defamatory: the files say so.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

from abusekit.accounts.links.decisions import grounded_links, standing_links
from abusekit.accounts.model import Account, AccountKey, Decisions, Ledger
from abusekit.accounts.papers.called import called, platform_id
from abusekit.accounts.papers.paper import plain
from abusekit.capture.address import check_address
from abusekit.errors import InputError, UsageError
from abusekit.plain import safe_text

COLUMNS = ("handle", "id", "url", "reason")
README = "README.txt"
WATCH = "watch.txt"
MASTODON = "mastodon-blocked_accounts.csv"
BLUESKY = "bluesky.txt"
REASONS = {
    "confirmed-link": "a person confirmed that it is linked to another account of the case",
    "named": "whoever made the list named it",
}
"""Reason code → what it means."""
WARNING = (
    "For the victim's own use. It is no finding against anybody. Do not publish it and do not pass it on: to call an"
    " account an abuser's in public may be defamatory, and warns whoever runs it. Police get the sheet"
    " (abusekit account sheet) instead."
)
_BY_HAND = {
    "telegram": "open the chat or the group, tap the name, then Block user",
    "discord": "open a message of it, then the profile, then Block",
}
"""Platforms whose apps cannot look for an account by its number, and what does block it."""
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}\Z")
_MASTODON_NAME = re.compile(r"([A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,62}[A-Za-z0-9_])?)@([^@/\s]+)\Z")
# name@server: letters, digits, _, and . or - inside (Mastodon's Account::USERNAME_RE)
_FILE_PLATFORM = re.compile(r"[a-z0-9][a-z0-9-]{0,30}\Z")


@dataclass(frozen=True, slots=True)
class Blocked:
    """One account of the list."""

    key: AccountKey
    platform: str
    handle: str
    # newest, without @; empty: none known
    id: str
    # the platform's own; empty where only handle or name are known
    url: str
    # newest address in the case that can be captured; empty: none
    reason: str
    # word of REASONS
    weak: bool
    called: str
    # handle or name, then the key: safe to print


def blocked(ledger: Ledger, decisions: Decisions, named: Collection[AccountKey]) -> list[Blocked]:
    """The accounts of the list in the ledger's order. Raises UsageError: a named one is the victim's own."""
    for key in named:
        if ledger.accounts[key].own:
            raise UsageError(f"{key} is the victim's own account", "it does not belong on a block list")
    standing = grounded_links(standing_links(decisions, ledger))
    confirmed = {key for cluster in standing.clusters() for key in cluster}
    return [
        _blocked(ledger, account, "confirmed-link" if key in confirmed else "named")
        for key, account in ledger.accounts.items()
        if not account.own and (key in confirmed or key in named)
    ]


def _blocked(ledger: Ledger, account: Account, reason: str) -> Blocked:
    addresses = sorted(account.of("url"), key=lambda span: span.last.latest, reverse=True)
    return Blocked(
        key=account.key,
        platform=account.platform,
        handle=account.handle or (account.id if account.basis == "handle" else ""),
        id="" if account.weak else platform_id(account.platform, account.id),
        url=next((span.value for span in addresses if _can_be_captured(span.value)), ""),
        reason=reason,
        weak=account.weak,
        called=plain(called(ledger.accounts, account.key)),
    )


def _can_be_captured(address: str) -> bool:
    try:
        check_address(address)
    except InputError:
        return False
    return address.isprintable() and " " not in address and not address.startswith(("#", "{"))


def files_of(found: Sequence[Blocked], cell: Callable[[str], str]) -> dict[str, str]:
    """Name → content of all files of the list, the README first; the same accounts give the same files.

    `cell`: makes a CSV cell of a text, formulas disarmed.
    """
    made: dict[str, str] = {}
    for platform in dict.fromkeys(one.platform for one in found):
        rows = [one for one in found if one.platform == platform and _can_be_looked_for(one)]
        if rows:
            made[_csv_name(platform, made)] = _csv(rows, cell)
    servers = [name for one in found if (name := _mastodon_name(one))]
    if servers:
        made[MASTODON] = "".join(f"{line}\n" for line in ("Account address", *dict.fromkeys(servers)))
    sky = [one for one in found if one.platform == "bluesky" and (one.handle or one.id)]
    if sky:
        made[BLUESKY] = _bluesky(sky)
    if any(one.url for one in found):
        made[WATCH] = _watch(found)
    return {README: _readme(found, list(made)), **made}


def _can_be_looked_for(one: Blocked) -> bool:
    """Whether the platform's app, or an address, leads to it."""
    return bool(one.handle or one.url or (one.id and one.platform not in _BY_HAND))


def _csv_name(platform: str, taken: Collection[str]) -> str:
    """A file name: what comes from outside cannot choose another folder."""
    stem = platform if _FILE_PLATFORM.match(platform) else "other"
    name, nth = f"block-{stem}.csv", 1
    while name in taken:
        nth += 1
        name = f"block-{stem}-{nth}.csv"
    return name


def _csv(rows: Iterable[Blocked], cell: Callable[[str], str]) -> str:
    lines = [",".join(COLUMNS)]
    lines += [",".join(cell(text) for text in (one.handle, one.id, one.url, one.reason)) for one in rows]
    return "".join(f"{line}\r\n" for line in lines)


def _mastodon_name(one: Blocked) -> str:
    """`name@server`, as Mastodon imports it (header `Account address`, blocked_accounts.csv); empty: not known."""
    if one.platform not in ("mastodon", "fediverse"):
        return ""
    for text in (one.handle, one.id):
        found = _MASTODON_NAME.match(text.removeprefix("@"))
        if found and _DOMAIN.match(found[2].lower()):
            return f"{found[1]}@{found[2].lower()}"
    return ""


def _bluesky(rows: Iterable[Blocked]) -> str:
    lines = [
        "Bluesky cannot import a list from a file. Open each profile and choose Block account, or make a moderation",
        "list in the app (Moderation, Moderation lists) and add them there. Such a list is PUBLIC: anybody can read",
        "it, whoever is on it too. Blocking one by one is public as well, but draws less attention.",
        "",
        *(f"@{safe_text(one.handle)[:120]}   {safe_text(one.id)[:120]}".rstrip() for one in rows),
    ]
    return "".join(f"{line}\n" for line in lines)


def _watch(found: Iterable[Blocked]) -> str:
    """One address a line, as `capture --from` reads it."""
    lines = [
        "# Addresses of profiles to look at again: abusekit capture --from watch.txt, later abusekit recheck.",
        "# Looking does not tell the account, but log in to nothing that shows who looked.",
        *dict.fromkeys(one.url for one in found if one.url),
    ]
    return "".join(f"{line}\n" for line in lines)


def _readme(found: Sequence[Blocked], names: list[str]) -> str:
    lines = ["ACCOUNTS TO BLOCK", "", WARNING, ""]
    lines += [f"{len(found)} accounts. Files: {', '.join(names) or 'none'}."]
    lines += [f"  {word}: {meaning}" for word, meaning in REASONS.items()]
    by_hand = [one for one in found if one.platform in _BY_HAND and not _can_be_looked_for(one)]
    if by_hand:
        lines += [
            "",
            "Known by number only, and in no CSV: no app finds them by that. Block them where they wrote to you:",
        ]
        lines += [f"  {one.called}: {_BY_HAND[one.platform]}" for one in by_hand]
    weak = [one for one in found if one.weak]
    if weak:
        lines += ["", "Known by handle or name only. Look who uses it now before you block it:"]
        lines += [f"  {one.called}" for one in weak]
    bare = [one for one in found if not one.url]
    if bare:
        lines += ["", "The case holds no address of these, so they are not on the watch list:"]
        lines += [f"  {one.called}" for one in bare]
    lines += ["", "Keep what they sent before you block: some platforms hide the conversation afterwards."]
    return "".join(f"{part}\n" for line in lines for part in _wrapped(line))


def _wrapped(line: str) -> list[str]:
    """At 80 columns, what goes on two spaces further in."""
    inside = " " * (4 if line.startswith("  ") else 0)
    return textwrap.wrap(line, 80, subsequent_indent=inside, break_on_hyphens=False) or [""]
