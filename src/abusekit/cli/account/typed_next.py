"""The command that a person types to decide about a pair: complete but for the reason, in lines that can be pasted."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from abusekit.accounts.model import Candidate, Finding
    from abusekit.cli.options import Session

WIDTH = 80
BASIS_OF: dict[str, str] = {
    "phone": "same-selector",
    "email": "same-selector",
    "address": "same-selector",
    "payment": "same-selector",
    "invite": "same-selector",
    "photo": "same-media",
    "avatar": "same-media",
    "reused-text": "same-phrase",
    "bio": "same-phrase",
    "first-contact": "timing",
}
"""Signal of a finding → word of a basis (R47); everything else is `other`."""
_LONGEST_KEY = 200


def decide_lines(session: Session, candidate: Candidate) -> list[str]:
    """`abusekit account confirm …`, or `reject` where the findings speak against, over several lines that the shell
    takes for one. It ends with `--reason`: that is for the person to say. Empty where a key cannot be typed."""
    keys = [typed_key(key) for key in (candidate.a, candidate.b)]
    if not all(keys):
        return []
    telling = [one for one in candidate.findings if (one.lr < 1 if candidate.total < 1 else one.lr > 1)]
    words = ["abusekit account reject" if candidate.total < 1 else "abusekit account confirm", *keys]
    if session.folder is not None:
        words.append(f"--case {shlex.quote(str(session.folder))}")
    if session.as_initials is not None:
        words.append(f"--as {shlex.quote(session.as_initials)}")
    words += [f"--basis {basis}" for basis in bases(telling)]
    words += [f"--item {item}" for item in _items(telling)]
    words += [f"--findings {candidate.digest[:12]}", "--reason"]
    return _broken(words)


def bases(telling: Iterable[Finding]) -> list[str]:
    """What the findings that count are called as a basis; `other` only where no word says more."""
    found = dict.fromkeys(BASIS_OF.get(one.signal, "other") for one in telling)
    return [basis for basis in found if basis != "other"] or ["other"]


def typed_key(key: str) -> str:
    """As a shell takes it, without a sign that a terminal would obey or hide; empty where it cannot be typed."""
    if len(key) > _LONGEST_KEY or "\0" in key or any("\ud800" <= sign <= "\udfff" for sign in key):
        return ""
    if key.isascii() and key.isprintable():
        return shlex.quote(key)
    if all(sign.isprintable() and (sign.isalnum() or sign.isascii()) for sign in key):
        return shlex.quote(key)
    return f"$'{''.join(_escaped(sign) for sign in key)}'"


def _escaped(sign: str) -> str:
    if sign.isascii() and sign.isprintable():
        return f"\\{sign}" if sign in "\\'" else sign
    return f"\\u{ord(sign):04x}" if ord(sign) <= 0xFFFF else f"\\U{ord(sign):08x}"


def _items(telling: Iterable[Finding]) -> list[str]:
    """The first place of each finding, on both sides."""
    places = (where.item for one in telling for where in (*one.here[:1], *one.there[:1]))
    return list(dict.fromkeys(item for item in places if item))


def _broken(words: list[str]) -> list[str]:
    """Lines of at most WIDTH signs where words allow it, each but the last with a backslash at its end."""
    lines = [words[0]]
    for word in words[1:]:
        if len(lines[-1]) + len(word) + 6 <= WIDTH:
            lines[-1] += f" {word}"
        else:
            lines.append(f"  {word}")
    return [f"{line} \\" for line in lines[:-1]] + lines[-1:]
