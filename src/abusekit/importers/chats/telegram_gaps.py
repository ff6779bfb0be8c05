"""Numbers of messages that are missing between those that an export holds, and what that says."""

from __future__ import annotations

from dataclasses import dataclass

from abusekit.importers.chats.telegram_record import Chat
from abusekit.importers.importer import Notes


@dataclass
class Gaps:
    """Counts over one chat, in file order. Memory does not grow with the chat."""

    last: int | None = None
    missing: int = 0
    places: int = 0
    first_gap: tuple[int, int] = (0, 0)
    backwards: int = 0

    def see(self, identity: object) -> None:
        """The id of the next message; what is not a whole number is passed over."""
        if isinstance(identity, bool) or not isinstance(identity, int):
            return
        if self.last is not None and identity <= self.last:
            self.backwards += 1
        elif self.last is not None and identity > self.last + 1:
            self.missing += identity - self.last - 1
            self.places += 1
            self.first_gap = self.first_gap if self.places > 1 else (self.last, identity)
        self.last = identity

    def tell(self, chat: Chat, notes: Notes) -> None:
        """At the end of the chat. A gap is stated as a gap; only where the chat has numbers of its own is more said."""
        shown = chat.title or chat.conversation
        if self.backwards:
            notes.warn(
                f"Chat {shown!a}: {self.backwards} messages stand after one with a higher number; the order of the"
                " file is kept (telegramdesktop/tdesktop #24962)."
            )
        if not self.missing:
            return
        where = f"between {self.first_gap[0]} and {self.first_gap[1]}"
        if self.places > 1:
            where += f" and at {self.places - 1} further places"
        if chat.own_numbers:
            notes.warn(
                f"Chat {shown!a}: {self.missing} message numbers are missing, {where}. Such messages were deleted or"
                " are hidden from the account that exported; which of the two is not recorded."
            )
        else:
            notes.warn(
                f"Chat {shown!a}: message numbers are missing {where}. The account's other chats are counted with the"
                " same numbers, so that this is only a gap and does not show that a message was deleted."
            )
