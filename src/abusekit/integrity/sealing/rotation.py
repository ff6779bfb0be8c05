"""A new key in the place of another, said in the log of a case.

The change counts for those who vouch for the new key themselves. A seal over the line, signed by both
keys, shows that the holder of the old one agreed; nothing becomes trusted by that alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from abusekit.case.canonical import JSON, LOG_DEPTH, NotCanonicalError, decode
from abusekit.case.custody import MAX_LINE, Act
from abusekit.case.folder import Case
from abusekit.case.hashing import open_regular
from abusekit.case.writing import When
from abusekit.errors import EvidenceError, UsageError
from abusekit.integrity.keys.publickey import PublicKey

_WANTED = tuple(b'"do":"%s"' % do for do in (b"key.add", b"seal.sign"))


@dataclass(frozen=True, slots=True)
class Rotation:
    """The newest change of keys that a case tells of."""

    n: int
    # the line that says so
    old: str
    # fingerprint of the key that is replaced
    new: str
    # fingerprint of the key that replaces it
    name: str
    # what the new key was called then


def log_rotation(
    case: Case, old: PublicKey, new: PublicKey, *, name: str, reason: str, by: str, now: When
) -> int:
    """Log `key.add` with `replaces`; gives the number of the line. Raises UsageError (said before), CaseError."""
    if old == new:
        raise UsageError("a key cannot replace itself")
    for entry in _about_keys(case):
        if entry["do"] == "key.add" and (entry.get("key"), entry.get("replaces")) == (
            new.fingerprint, old.fingerprint,
        ):  # fmt: skip
            raise UsageError(f"the log of this case says so already, in line {entry['n'] + 1}")
    facts: dict[str, JSON] = {
        "key": new.fingerprint, "public": new.openssh_line, "name": name, "replaces": old.fingerprint,
        "reason": reason,
    }  # fmt: skip
    return int(case.record([Act("key.add", facts)], by=by, now=now)[0]["n"])


def open_rotation(case: Case) -> Rotation | None:
    """The newest change of keys, unless a seal over its line bears the signatures of both keys.

    Only what the log says of signatures is looked at; `verify` checks them. Raises EvidenceError, CaseError.
    """
    change: Rotation | None = None
    signed: dict[int, set[str]] = {}
    for entry in _about_keys(case):
        try:
            if entry["do"] == "seal.sign":
                signed.setdefault(int(entry["seal"]), set()).add(str(entry["signer"]))
            elif "replaces" in entry:
                change = Rotation(entry["n"], str(entry["replaces"]), str(entry["key"]), str(entry["name"]))
        except (KeyError, TypeError, ValueError) as fault:
            raise EvidenceError(
                f"line {entry['n'] + 1} of the log is malformed", "run: abusekit verify"
            ) from fault
    if change is None:
        return None
    both = {change.old, change.new}
    if any(seal > change.n and both <= keys for seal, keys in signed.items()):
        return None
    return change


def _about_keys(case: Case) -> Iterator[dict[str, JSON]]:
    """The entries `key.add` and `seal.sign`. A million other lines are passed over without being parsed."""
    fd, _ = open_regular(case.log.path)
    with open(fd, "rb", buffering=1 << 20) as stream:
        while line := stream.readline(MAX_LINE + 1):
            if not line.endswith(b"\n"):
                return  # torn or too long: whoever writes or verifies says so
            if not any(wanted in line for wanted in _WANTED):
                continue
            try:
                entry = decode(line.removesuffix(b"\n"), depth=LOG_DEPTH)
            except NotCanonicalError as fault:
                raise EvidenceError(
                    f"the log has a malformed line: {fault}", "run: abusekit verify"
                ) from fault
            if (
                isinstance(entry, dict)
                and entry.get("do") in ("key.add", "seal.sign")
                and type(entry.get("n")) is int
            ):
                yield entry
