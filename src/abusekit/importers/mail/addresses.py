"""Addresses in From, To, Cc, Bcc: split where RFC 5322 section 3.4 splits them, and never tidied.

An encoded word may hold a comma or an angle bracket, so fields are split before words are decoded. An address in a
header is what the sender's program wrote there; it does not show who wrote the mail.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from abusekit.importers.mail.headers import Field, raw_text, words
from abusekit.importers.model import Account, NameFrom

MOST_ADDRESSES = 1_000
"""Addresses of one field that are listed."""
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*(?:"|\\?\Z)|[(),:;<>]|[^"(),:;<>]+', re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_SPACES = re.compile(r"[ \t\r\n]+")


@dataclass(slots=True)
class Address:
    """One mailbox as written."""

    spec: str
    # local@domain, or whatever stood in its place
    name: str
    # display name, decoded; from a comment where there is no other


@dataclass(slots=True)
class _Reading:
    """What has been read of the mailbox that is under way."""

    found: list[Address]
    words: list[str]
    comment: list[str]
    angle: list[str] | None = None
    depth: int = 0
    inside: bool = False

    def close(self) -> None:
        """The mailbox ends here."""
        phrase = _tidy("".join(self.words))
        comment = _tidy("".join(self.comment))
        if self.angle is not None:
            self.found.append(Address(_tidy("".join(self.angle)), _name(phrase) or _name(comment)))
        elif phrase:
            self.found.append(Address(phrase, _name(comment)))
        self.words, self.comment, self.angle, self.inside = [], [], None, False


def addresses(text: str) -> list[Address]:
    """The mailboxes of one field's undecoded text, in order; at most MOST_ADDRESSES. Never raises."""
    reading = _Reading([], [], [])
    for found in _TOKEN.finditer(text):
        token = found[0]
        if reading.depth:
            reading.depth += (token == "(") - (token == ")")  # noqa: S105
            if reading.depth:
                reading.comment.append(token)
        elif token == "(":  # noqa: S105
            reading.depth = 1
        elif reading.inside:
            if token == ">":  # noqa: S105
                reading.inside = False
            elif reading.angle is not None:
                reading.angle.append(token)
        else:
            _outside(reading, token)
        if len(reading.found) >= MOST_ADDRESSES:
            return reading.found
    reading.close()
    return reading.found


def _outside(reading: _Reading, token: str) -> None:
    """A token outside of comments and angle brackets."""
    if token in (",", ";"):
        reading.close()
    elif token == ":":  # noqa: S105
        reading.words = []  # the name of a group: `undisclosed-recipients:;`
    elif token == "<" and reading.angle is None:  # noqa: S105
        reading.angle, reading.inside = [], True
    elif token not in ("<", ">", ")"):
        # what follows an angle bracket without a comma belongs to the name: nothing is dropped
        reading.words.append(token)


def _tidy(text: str) -> str:
    return _SPACES.sub(" ", text).strip()


def _name(phrase: str) -> str:
    """Quotes taken off, then encoded words decoded (also within quotes, where many programs put them)."""
    bare = phrase
    if len(phrase) > 1 and phrase[0] == phrase[-1] == '"':
        bare = _ESCAPED.sub(r"\1", phrase[1:-1])
    return words(bare)[0].strip() if "=?" in bare else bare.strip()


def accounts(field: Field, name_from: NameFrom, *, owner: str = "") -> list[Account]:
    """The accounts of an address field. `owner`: the address that somebody declared as the owner's; empty: none."""
    return [account(one, name_from, owner=owner) for one in addresses(raw_text(field.value)[0])]


def account(one: Address, name_from: NameFrom, *, owner: str = "") -> Account:
    """An account from an address; without an address its name, or what stood there, is the id."""
    is_email = "@" in one.spec
    return Account(
        platform="email",
        id=one.spec or one.name,
        id_kind="email" if is_email else "display_name",
        name=one.name,
        name_from=name_from if one.name else "unknown",
        owner=True if owner and one.spec.lower() == owner.lower() else None,
    )


def domain_of(spec: str) -> str:
    """The domain of an address, lower case without a last dot; empty where there is none."""
    return spec.rpartition("@")[2].strip().rstrip(".").lower() if "@" in spec else ""
