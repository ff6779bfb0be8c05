"""What a leak is, how much each kind matters, and what is looked for."""

from __future__ import annotations

import ipaddress
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Severity = Literal["high", "medium", "low"]

KINDS: dict[str, str] = {
    "session": "keys of a session: whoever has the file may act as that account",
    "cookie": "cookies or keys that a server gave to a browser without an account",
    "personal": "a word of private/leak-words.txt",
    "position": "where a photo, a film or a track was made",
    "camera": "serial number or owner of a camera",
    "author": "the author that a document names in its properties",
    "e-mail": "an e-mail address with the name of a producer",
    "home-path": "a path with the user name of a computer",
    "user-name": "the user name on this computer",
    "host-name": "the name of this computer",
    "own-address": "the network address that this side was seen under",
    "file-name": "a file name as received that holds a name or a path",
}
"""Kind → what it is. One kind is told once for each place."""

WORDS_FILE = "leak-words.txt"
"""In `private/`, one a line: what must not leave, such as the person's e-mail address, telephone number, street."""
MAX_WORDS = 200
SHORTEST_WORD = 4
"""Characters; shorter ones stand in every text by chance."""
_SHORTEST_SURNAME = 4
_COMMON = frozenset(
    (
        "root",
        "user",
        "admin",
        "administrator",
        "guest",
        "home",
        "debian",
        "ubuntu",
        "pi",
        "localhost",
        "public",
    )
)
"""Names of users and computers that say nothing about whose they are."""


@dataclass(frozen=True, slots=True)
class Leak:
    """One kind of thing in one place."""

    kind: str
    # key of KINDS
    severity: Severity
    # high: it opens something or shows where somebody lives; medium: it names somebody; low: good to know
    item: str
    # its id; empty for files of the case itself
    file: str
    # path inside the case
    member: str
    # of an archive, as the archive names it: content, to be covered; empty: in the file itself
    where: str
    # the header, the tag, the property; empty: anywhere
    masked: str
    # the first character and the length of what was found; empty where it would say too much


@dataclass(frozen=True, slots=True)
class Unread:
    """A file, or a part of one, that was not looked through to its end."""

    item: str
    # its id; empty for files of the case itself
    file: str
    # path inside the case
    why: str
    # in words; names of archive members may stand in it


@dataclass(frozen=True, slots=True)
class Personal:
    """What is looked for by value. All of it comes from outside of the case's evidence."""

    users: tuple[str, ...] = ()
    # names of users of this computer
    homes: tuple[str, ...] = ()
    # their home folders, absolute paths
    hosts: tuple[str, ...] = ()
    # names of this computer
    addresses: tuple[str, ...] = ()
    # IP addresses of this side
    names: tuple[str, ...] = ()
    # full names of the producers
    words: tuple[str, ...] = ()
    # lines of private/leak-words.txt

    def needles(self) -> list[tuple[str, Severity, str]]:
        """(kind, severity, text) of all that is looked for in every file; `spelled_names` is the rest."""
        found: list[tuple[str, Severity, str]] = [("personal", "high", word) for word in _words(self.words)]
        paths = [home for home in self.homes if home.count("/") + home.count("\\") >= 2]
        for user in self.distinct_users(shortest=2):
            paths += [f"/home/{user}", f"/Users/{user}", f"\\Users\\{user}", f"\\\\Users\\\\{user}"]
        found += [("home-path", "medium", path) for path in dict.fromkeys(paths)]
        found += [("host-name", "medium", host) for host in _hosts(self.hosts)]
        found += [("own-address", "medium", address) for address in self.addresses if is_address(address)]
        return found

    def distinct_users(self, *, shortest: int = 5) -> list[str]:
        """User names that can be told from ordinary words."""
        return [user for user in self.users if len(user) >= shortest and user.lower() not in _COMMON]

    def spelled_names(self) -> list[str]:
        """The producers' names as addresses and file names spell them: lower case, without accents.

        The surname alone where it is long enough; else first and last name, joined in the usual ways.
        """
        found: list[str] = []
        for name in self.names:
            parts = [part for part in map(_plain, name.split()) if part]
            if parts and len(parts[-1]) >= _SHORTEST_SURNAME:
                found.append(parts[-1])
            elif len(parts) > 1:
                pairs = ((parts[0], parts[-1]), (parts[-1], parts[0]))
                found += [joint.join(pair) for pair in pairs for joint in ("", ".", "_", "-")]
        return list(dict.fromkeys(found))


def masked(value: str) -> str:
    """The first character and the length: enough to know it again, too little to tell it."""
    return f"{value[:1]}… ({len(value)} characters)"


def read_words(data: bytes) -> tuple[str, ...]:
    """The lines of private/leak-words.txt; comments begin with `#`."""
    lines = (line.strip() for line in data.decode("utf-8", "replace").splitlines())
    return tuple(line for line in lines if line and not line.startswith("#"))


def is_address(text: str) -> bool:
    """Whether a text is an IP address that says something about whose it is."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    return not (address.is_loopback or address.is_unspecified or address.is_multicast)


def _words(words: Iterable[str]) -> list[str]:
    return [word for word in dict.fromkeys(words) if len(word) >= SHORTEST_WORD][:MAX_WORDS]


def _hosts(hosts: Iterable[str]) -> list[str]:
    """Names that are no ordinary word: long, or with a digit or a dash."""
    first = dict.fromkeys(host.partition(".")[0] for host in hosts)
    return [
        host
        for host in first
        if host.lower() not in _COMMON
        and len(host) >= SHORTEST_WORD
        and (len(host) >= 8 or any(sign.isdigit() or sign in "-_" for sign in host))
    ]


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.lower())
    return "".join(sign for sign in letters if sign.isascii() and sign.isalnum())
