"""The importers, most specific first: the first that claims a member reads it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import cast

from abusekit.containers.container import Container, Member
from abusekit.errors import InputError, UsageError
from abusekit.importers.importer import Importer
from abusekit.importers.media import HEAD_BYTES, media_type

IMPORTERS: tuple[tuple[str, str], ...] = (
    ("instagram", "meta.instagram"),
    ("messenger", "meta.messenger"),
    ("snapchat", "snapchat"),
    ("tiktok", "tiktok"),
    ("x", "social.x_archive"),
    ("discord", "chats.discord_chat"),
    ("discord-package", "chats.discord_package"),
    ("telegram", "chats.telegram_json"),
    ("telegram-html", "chats.telegram_html"),
    ("signal", "chats.signal_json"),
    ("skype", "chats.skype"),
    ("slack", "chats.slack"),
    ("mastodon", "social.mastodon"),
    ("bluesky", "social.bluesky"),
    ("bluesky-car", "social.bluesky_car"),
    ("har", "pages.har"),
    ("sms-backup", "phone.sms_backup"),
    ("imazing", "phone.imazing"),
    ("reddit", "social.reddit"),
    ("youtube", "social.youtube"),
    ("linkedin", "social.linkedin"),
    ("whatsapp", "whatsapp.chat"),
    ("signal-text", "chats.signal_text"),
    ("mhtml", "pages.mhtml"),
    ("mbox", "mail.mbox"),
    ("eml", "mail.eml"),
    ("msg", "mail.outlook_msg"),
    ("webarchive", "pages.webarchive"),
    ("singlefile", "pages.singlefile"),
    ("saved-page", "pages.saved_page"),
)
"""Name → module in abusekit.importers, loaded when an export is looked at."""

_MEDIA = ("image/", "video/", "audio/")

ONLY_WHEN_TOLD: tuple[tuple[str, str], ...] = (("table", "generic_table"),)
"""Importers that read only what a person says is theirs."""


@dataclass(frozen=True, slots=True)
class Claim:
    """An importer, and what it reads of an export."""

    importer: Importer
    members: Sequence[Member]

    @property
    def name(self) -> str:
        return f"{self.importer.NAME}/{self.importer.VERSION}"


def names() -> list[str]:
    return [name for name, _ in (*IMPORTERS, *ONLY_WHEN_TOLD)]


def importer(name: str) -> Importer:
    """Raises UsageError: there is none of that name."""
    for known, module in (*IMPORTERS, *ONLY_WHEN_TOLD):
        if known == name:
            return cast(Importer, import_module(f"abusekit.importers.{module}"))
    raise UsageError(f"no importer is called {name}", f"one of: {', '.join(names())}")


def claims(export: Container, *, only: str = "", told: bool = False) -> list[Claim]:
    """Who reads what: each member is read by one importer at most, and none may be read by any.

    only: the one importer that a person named. told: a column mapping was given, so that tables can be read.
    """
    looked_at = Container(export.name, [member for member in export.members if not _is_media(member)])
    wanted = [only] if only else [name for name, _ in (*IMPORTERS, *(ONLY_WHEN_TOLD if told else ()))]
    found: list[Claim] = []
    taken: set[int] = set()
    for name in wanted:
        one = importer(name)
        try:
            members = [member for member in one.claim(looked_at) if id(member) not in taken]
        except InputError as fault:
            export.problems.append(f"{name}: {fault.message}")
            continue
        if members:
            taken.update(id(member) for member in members)
            found.append(Claim(one, members))
    return found


def _is_media(member: Member) -> bool:
    """Pictures, films and sounds are no exports: no importer needs to look at them."""
    return media_type(member.head(HEAD_BYTES)).startswith(_MEDIA)
