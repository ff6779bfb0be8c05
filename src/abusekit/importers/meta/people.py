"""Accounts of Meta's exports: display names only, and who of them is the owner where somebody said so."""

from __future__ import annotations

from typing import Literal

from abusekit.importers.model import Account, Flag

# What the platform writes in place of the name of an account that is deleted, deactivated or has blocked the owner
# (karlicoss/HPI instagram/gdpr.py; help pages). Only the forms that are known; a flag, never a correction.
REPLACED = frozenset(
    (
        "Facebook user", "Facebook User", "Facebook-Nutzer", "Facebook-Nutzer/in", "Utilisateur de Facebook",
        "Utilisateur Facebook", "Usuario de Facebook", "Utente di Facebook", "Usuário do Facebook",
        "Utilizador do Facebook", "Facebookgebruiker", "Facebook-gebruiker", "Użytkownik Facebooka",
        "Instagram user", "Instagram User", "Instagrammer", "instagramuser",
    )
)  # fmt: skip
Direction = Literal["in", "out", "unknown"]
NAME_REPLACED = "name_replaced_by_platform"

_MOST = 50_000


class People:
    """The accounts of one thread by name, each made once.

    `owners`: names of the person whose export it is, where somebody declared them. Who of the thread that is, is known
    only where exactly one participant has such a name: display names prove nothing, and anybody may take another's.
    """

    def __init__(
        self, platform: str, owners: frozenset[str] = frozenset(), names: tuple[str, ...] = ()
    ) -> None:
        self.platform = platform
        self._owners = owners
        self.owner_known = sum(1 for name in names if name in owners) == 1
        self._made: dict[tuple[str, str], Account] = {}

    def account(self, name: str, number: str = "") -> Account:
        """The account of a display name; `number` is the platform's own id, which only old exports hold."""
        made = self._made.get((name, number))
        if made is None:
            if len(self._made) > _MOST:
                self._made.clear()  # a hostile file with a new name in each message
            owner = (name in self._owners) if self.owner_known else None
            made = Account(
                self.platform,
                number or name,
                "platform_id" if number else "display_name",
                "",
                name,
                "platform",
                owner,
            )
            self._made[name, number] = made
        return made

    def flags(self, name: str) -> tuple[Flag, ...]:
        return (NAME_REPLACED,) if name in REPLACED else ()

    def direction(self, author: Account | None) -> Direction:
        if author is None or not self.owner_known:
            return "unknown"
        return "out" if author.owner else "in"
