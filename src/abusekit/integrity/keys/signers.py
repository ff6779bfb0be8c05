"""Who is vouched for: OpenSSH's `allowed_signers` format (ssh-keygen(1), ALLOWED SIGNERS), read strictly.

Such a file comes from outside of the case: from the signer's statement, from the police, by telephone.
What it says is the word of the person who gave it; that a key is listed proves nothing by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from abusekit.case.custody import instant_text
from abusekit.errors import InputError, UsageError
from abusekit.integrity.keys.publickey import (
    ED25519,
    OTHER_KEY_TYPES,
    SK_ED25519,
    PublicKey,
    read_public_line,
)
from abusekit.integrity.keys.revocation import last_valid
from abusekit.integrity.keys.sshsig import NAMESPACE
from abusekit.integrity.keys.store import listing

MAX_FILE = 1_048_576
_PRINCIPALS = re.compile(r'(?:"([^"]+)"|([^\s"]+))[ \t]+')
_OPTION = re.compile(r'([A-Za-z-]+)(?:="((?:\\"|[^"\\])*)")?')
_TIME = re.compile(r"(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d)?)?(Z?)", re.ASCII)
_NAME = re.compile(r"[A-Za-z0-9._@+-]{1,200}")


@dataclass(frozen=True, slots=True)
class Signer:
    """One line: a key, whose it is said to be, and for what and when it counts."""

    principals: tuple[str, ...]
    # names or patterns as written, mostly an e-mail address; never checked against anything
    public: PublicKey
    # the key that is vouched for
    namespaces: tuple[str, ...]
    # patterns (*, ?, leading ! excludes); empty: any namespace
    valid_after: datetime | None
    # UTC, whole second; signatures made earlier do not count; None: no limit
    valid_before: datetime | None
    # UTC, whole second; signatures made later do not count; None: no limit


def read_signers(data: bytes) -> list[Signer]:
    """Reads a whole `allowed_signers` file, in its order; blank lines and `#` comments are skipped.

    Raises InputError with the number of the first line that is not understood: stock ssh-keygen passes
    over such lines, which would leave a person believing that a key is vouched for. Refused too:
    `cert-authority` and certificates, unknown and repeated options, times without `Z` (they would mean
    another moment on another computer), weak keys.
    """
    if len(data) > MAX_FILE:
        raise InputError(f"the list of signers is longer than {MAX_FILE} bytes")
    found = []
    for number, raw in enumerate(data.split(b"\n"), start=1):
        try:
            text = raw.removesuffix(b"\r").decode("utf-8").strip(" \t")
            if text and not text.startswith("#"):
                found.append(_signer(text))
        except UnicodeDecodeError as fault:
            raise InputError(f"list of signers, line {number}: not UTF-8", "save it as UTF-8") from fault
        except InputError as fault:
            raise InputError(f"list of signers, line {number}: {fault.message}", fault.hint) from fault
    return found


def match(
    signers: Sequence[Signer], public_key: PublicKey, namespace: str, at: datetime | None
) -> Signer | None:
    """The first signer whose key this is, and whose limits allow this namespace and time; None if nobody.

    `at`: when the signature is known to have existed (aware, e.g. a time stamp's genTime), compared in
    whole seconds and both limits included, as `ssh-keygen -Y verify -Overify-time=` does. With None the
    time is not known, and lines that have a time limit vouch for nothing.
    """
    moment = None if at is None else at.astimezone(UTC).replace(microsecond=0)
    for signer in signers:
        if signer.public != public_key:
            continue
        if signer.namespaces and not _in_patterns(namespace, signer.namespaces):
            continue
        if moment is None:
            if signer.valid_after is None and signer.valid_before is None:
                return signer
        elif (signer.valid_after is None or moment >= signer.valid_after) and (
            signer.valid_before is None or moment <= signer.valid_before
        ):
            return signer
    return None


def why_not(signers: Sequence[Signer], public_key: PublicKey, namespace: str, at: datetime | None) -> str:
    """For a key of which `match` gave nothing: the limit of its lines, in words; empty where there is no line."""
    lines = [signer for signer in signers if signer.public == public_key]
    if not lines:
        return ""
    usable = [one for one in lines if not one.namespaces or _in_patterns(namespace, one.namespaces)]
    if not usable:
        return f"the list of signers vouches for it, but not for {namespace}"
    limits = " or ".join(dict.fromkeys(map(_limits, usable)))
    if at is None:
        return f"it counts {limits}, and no trusted time stamp shows when this signature existed"
    shown = f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}Z"
    return f"it counts {limits}, and the first time stamp that shows this signature is of {shown}"


def _limits(signer: Signer) -> str:
    texts = []
    if signer.valid_after is not None:
        texts.append(f"from {signer.valid_after:%Y-%m-%d %H:%M:%S}Z")
    if signer.valid_before is not None:
        texts.append(f"until {signer.valid_before:%Y-%m-%d %H:%M:%S}Z")
    return " ".join(texts)


def own_signers(store: Path) -> list[Signer]:
    """The keys of the user's own store, as signers of seals under their names in the store.

    A revoked key has a `valid_before`: what it signed counts where a time stamp is older. Raises UsageError
    and InputError as `keys.listing` does.
    """
    return [
        Signer(
            (info.name,),
            info.public,
            (NAMESPACE,),
            None,
            last_valid(info.revoked.since) if info.revoked else None,
        )
        for info in listing(store)
    ]


def own_revocations(store: Path) -> dict[str, str]:
    """Fingerprint → since when (UTC, as in the log) the user says that a key of the store no longer counts.

    It stands against whatever somebody else's list says of that key. Raises as `keys.listing` does.
    """
    return {
        info.public.fingerprint: instant_text(info.revoked.since) for info in listing(store) if info.revoked
    }


def line(name: str, public: PublicKey, valid_before: datetime | None = None) -> str:
    """An `allowed_signers` line, with its line feed, that vouches for `public` as `name`, for seals only.

    `valid_before`: the last second (aware) of which signatures count. Raises UsageError for a name that could
    be read as something else.
    """
    if not _NAME.fullmatch(name):
        raise UsageError(f"not a signer's name: {name[:60]!r}", "use an e-mail address or a short name")
    limit = "" if valid_before is None else f',valid-before="{valid_before.astimezone(UTC):%Y%m%d%H%M%SZ}"'
    return f'{name} namespaces="{NAMESPACE}"{limit} {public.openssh_line}\n'


def _signer(text: str) -> Signer:
    if not text.replace("\t", " ").isprintable():
        raise InputError(
            "control or invisible characters (such as a byte order mark)", "save it as plain UTF-8"
        )
    head = _PRINCIPALS.match(text)
    if head is None:
        raise InputError("names, options and a public key are expected")
    principals = _list(head[1] or head[2], "names")
    rest = text[head.end() :]
    namespaces: tuple[str, ...] = ()
    after = before = None
    if _first_word(rest) not in (ED25519, SK_ED25519, *OTHER_KEY_TYPES):
        options, rest = _options(rest)
        if "namespaces" in options:
            namespaces = _list(options["namespaces"], "namespaces")
        after = _time(options["valid-after"]) if "valid-after" in options else None
        before = _time(options["valid-before"]) if "valid-before" in options else None
        if after is not None and before is not None and before <= after:
            raise InputError("valid-before is not later than valid-after")
    public, _ = read_public_line(rest)
    return Signer(principals, public, namespaces, after, before)


def _first_word(text: str) -> str:
    return text.replace("\t", " ").split(" ", 1)[0]


def _list(text: str, what: str) -> tuple[str, ...]:
    parts = tuple(text.split(","))
    if not all(part.removeprefix("!") for part in parts):
        raise InputError(f"an empty entry in the list of {what}")
    return parts


def _options(text: str) -> tuple[dict[str, str], str]:
    """`name="value",name="value" REST` → the options by lower-case name, and REST."""
    options: dict[str, str] = {}
    at = 0
    for found in _option_run(text):
        name, value = found[1].lower(), found[2]
        if name == "cert-authority":
            raise InputError("cert-authority is not accepted", "list the signers' own keys")
        if name not in ("namespaces", "valid-after", "valid-before"):
            raise InputError(f"neither a known key type nor a known option: {_first_word(text)[:60]!r}")
        if value is None:
            raise InputError(f'option {name} needs a value: {name}="…"')
        if name in options:
            raise InputError(f"option {name} stands there twice")
        options[name] = value.replace('\\"', '"')
        at = found.end()
    if at == 0 or text[at : at + 1] not in (" ", "\t"):
        raise InputError(f"neither a known key type nor options: {text[:60]!r}")
    return options, text[at:].lstrip(" \t")


def _option_run(text: str) -> Iterator[re.Match[str]]:
    found = _OPTION.match(text)
    while found is not None:
        yield found
        if text[found.end() : found.end() + 1] != ",":
            return
        found = _OPTION.match(text, found.end() + 1)


def _time(text: str) -> datetime:
    found = _TIME.fullmatch(text)
    if found is None:
        raise InputError(f"not a time: {text[:60]!r}", "write YYYYMMDDZ or YYYYMMDDHHMMSSZ, in UTC")
    if not found[7]:
        raise InputError(
            f"the time {text} has no zone",
            f"OpenSSH reads it in the zone of each computer; write it in UTC with a Z, as {text}Z",
        )
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError as fault:
        raise InputError(f"not a time: {text}") from fault


def _in_patterns(name: str, patterns: Sequence[str]) -> bool:
    """PATTERNS of ssh_config(5): some pattern matches, and none with a leading `!` does."""
    if any(pattern.startswith("!") and _like(name, pattern[1:]) for pattern in patterns):
        return False
    return any(not pattern.startswith("!") and _like(name, pattern) for pattern in patterns)


def _like(name: str, pattern: str) -> bool:
    """`*` any run of characters, `?` any one; in time |name|·|pattern|, however many stars there are."""
    n = p = 0
    star, resume = -1, 0  # the last star in the pattern, and where in the name its run ends so far
    while n < len(name):
        if p < len(pattern) and pattern[p] == "*":
            star, resume = p, n
            p += 1
        elif p < len(pattern) and pattern[p] in ("?", name[n]):
            p += 1
            n += 1
        elif star >= 0:
            resume += 1
            p, n = star + 1, resume
        else:
            return False
    return all(c == "*" for c in pattern[p:])
