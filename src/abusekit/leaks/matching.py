"""Looking through one stream of plain bytes, block by block, with an overlap: what lies across a border is found."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import NamedTuple, get_args

from abusekit.leaks.gate import Gate
from abusekit.leaks.leak import Personal, Severity, is_address, masked
from abusekit.leaks.photo import SIGNS, Photos
from abusekit.leaks.rules import Rule, Written, rules_for
from abusekit.leaks.unpacking import Budget

OVERLAP = 1 << 10
"""Bytes of a block that are looked at again with the next one; nothing that is looked for is longer."""
MAX_VALUE = 300
"""Bytes of one value; what is longer is found by its beginning."""


class Hit(NamedTuple):
    kind: str
    severity: Severity
    where: str
    """A tag, a header; empty."""
    masked: str


_ADDRESS_SIGNS = frozenset(b"abcdefghijklmnopqrstuvwxyz0123456789._%+-")
_DOMAIN = re.compile(rb"[A-Za-z0-9.-]{1,190}\.[A-Za-z]{2,24}")


class Needle(NamedTuple):
    kind: str
    severity: Severity
    text: bytes
    shown: str


@dataclass(slots=True)
class Matcher:
    """What is looked for in the files of one case; made once."""

    personal: Personal
    needles: list[Needle] = field(init=False)
    users: list[Needle] = field(init=False)
    names: list[bytes] = field(init=False)
    _gates: dict[str, Gate] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.needles = [
            Needle(kind, severity, text.encode("utf-8", "replace"), masked(text))
            for kind, severity, text in self.personal.needles()
        ]
        self.users = [
            Needle("user-name", "low", user.encode("utf-8", "replace"), masked(user))
            for user in self.personal.distinct_users()
        ]
        self.names = [name.encode() for name in self.personal.spelled_names()]
        values = [needle.text for needle in (*self.needles, *self.users)]
        for written, rules in _RULES_FOR.items():
            anchors = [anchor for rule in rules for anchor in rule.anchors]
            self._gates[written] = Gate([*values, *anchors, *SIGNS], OVERLAP)

    def hits(
        self, pieces: Iterator[bytes], written: Written, budget: Budget, *, tool: bool = False
    ) -> set[Hit]:
        """What a stream holds. tool: a file that no person wrote a word of, in which a user name means the user."""
        found: set[Hit] = set()
        photos = Photos(budget)
        rules = _RULES_FOR[written]
        needles = [*self.needles, *self.users] if tool else self.needles
        gate = self._gates[written]
        tail = squeezed_tail = thin = b""
        # the end of a line behind the end: what ends there ends
        for piece in chain(pieces, (b"\n",)):
            block = tail + piece
            possible, thin = gate.possible(thin, piece)
            self._look(block, rules, needles, possible, found)
            if b"\x00" in piece or squeezed_tail:
                # UTF-16 without its zero bytes is plain text, whichever comes first
                squeezed = squeezed_tail + piece.translate(None, b"\x00")
                self._look(squeezed, rules, needles, possible, found)
                squeezed_tail = squeezed[-OVERLAP:]
            photos.take(piece, begins=not possible.isdisjoint(SIGNS))
            tail = block[-OVERLAP:]
        photos.end()
        for kind, tag, value in photos.found:
            severity: Severity = "low" if written == "page" else "high" if kind == "position" else "medium"
            found.add(Hit(kind, severity, f"EXIF {tag}", masked(value) if value else ""))
        return found

    def _look(
        self,
        block: bytes,
        rules: list[Rule],
        needles: list[Needle],
        possible: frozenset[bytes],
        found: set[Hit],
    ) -> None:
        for needle in needles:
            at = block.find(needle.text) if needle.text in possible else -1
            while at >= 0:
                if _by_itself(block, at, at + len(needle.text), needle.text):
                    found.add(Hit(needle.kind, needle.severity, "", needle.shown))
                    break
                at = block.find(needle.text, at + 1)
        for rule in rules:
            if any(anchor in possible and anchor in block for anchor in rule.anchors):
                found.update(_hits(rule, block))
        if self.names and b"@" in block:
            self._mail(block, found)

    def _mail(self, block: bytes, found: set[Hit]) -> None:
        """Addresses whose part before the @ holds a producer's name."""
        lowered = block.lower()
        for name in self.names:
            at = lowered.find(name)
            while at >= 0:
                start, end = at, at + len(name)
                while start and at - start < 64 and lowered[start - 1] in _ADDRESS_SIGNS:
                    start -= 1
                while end < len(lowered) and end - at < 64 and lowered[end] in _ADDRESS_SIGNS:
                    end += 1
                if lowered[end : end + 1] == b"@" and (domain := _DOMAIN.match(block, end + 1)):
                    whole = block[start:end] + b"@" + domain[0]
                    found.add(Hit("e-mail", "medium", "", masked(whole.decode("ascii", "replace"))))
                at = lowered.find(name, at + 1)


_RULES_FOR: dict[str, list[Rule]] = {written: rules_for(written) for written in get_args(Written)}


def _hits(rule: Rule, block: bytes) -> Iterator[Hit]:
    if not rule.pattern.groups:
        if rule.pattern.search(block):
            yield Hit(rule.kind, rule.severity, rule.where, "")
        return
    for match in rule.pattern.finditer(block):
        if shown := _shown(match):
            yield Hit(rule.kind, rule.severity, rule.where, shown)


def _by_itself(block: bytes, start: int, end: int, text: bytes) -> bool:
    """Whether a find is no part of a longer word or number."""
    before, after = block[start - 1 : start], block[end : end + 1]
    return not (
        (before and _wordy(before) and _wordy(text[:1])) or (after and _wordy(after) and _wordy(text[-1:]))
    )


def _wordy(sign: bytes) -> bool:
    return sign.isalnum() or sign == b"_" or sign >= b"\x80"


def _shown(match: re.Match[bytes]) -> str:
    """The value, masked; empty where it is blank."""
    value = next((group for group in match.groups() if group), b"")[:MAX_VALUE]
    text = value.decode("utf-8", "replace").strip()
    return masked(text) if text else ""


HEADERS_OF_OURS = re.compile(
    rb"(?i)^(x-client-ip|x-real-ip|cf-connecting-ip|true-client-ip|x-forwarded-for|client-ip|x-remote-addr)$"
)


def head_hits(head: bytes, *, request: bool) -> set[Hit]:
    """What the head of an HTTP message in a recording says of this side."""
    from abusekit.webarchive.secret_headers import ALL, SET_COOKIE

    found: set[Hit] = set()
    for line in head.split(b"\n")[1:]:
        name, _, value = line.partition(b":")
        header = name.strip().decode("latin-1").lower()
        if header in ALL and value.strip() and header not in ("www-authenticate", "proxy-authenticate"):
            kind = "session" if request and header not in SET_COOKIE else "cookie"
            found.add(Hit(kind, "high" if kind == "session" else "low", f"header {header}", ""))
        elif HEADERS_OF_OURS.match(name.strip()):
            for one in value.decode("latin-1").split(","):
                if is_address(one.strip()):
                    found.add(Hit("own-address", "medium", f"header {header}", masked(one.strip())))
    return found
