"""Who signed the seals that a hand-over rests on: every signature is verified here, none is believed as logged."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path
from typing import NamedTuple

from abusekit.case.hashing import read_regular
from abusekit.errors import EvidenceError, InputError
from abusekit.integrity.keys.publickey import PublicKey
from abusekit.integrity.keys.sshsig import MAX_ARMOR, NAMESPACE, verify
from abusekit.integrity.log.logview import LogView
from abusekit.integrity.sealing.manifest import MAX_SEAL, SEAL


class SealSignature(NamedTuple):
    """A good signature over a seal, which a line of the log admits."""

    path: str
    n: int
    """The line."""
    armored: bytes
    key: PublicKey


class SealSigners:
    """The signatures over each seal of a case; read when they are asked for, and then kept."""

    def __init__(self, root: Path, present: Collection[str], view: LogView) -> None:
        self._root = root
        self._view = view
        self._paths: dict[int, list[str]] = {}
        self._seals: dict[str, set[int]] = {}  # fingerprint → N of the seals that it signed, as logged
        for path, fingerprint in view.signers.items():
            if path in present:
                size = int(path.split("/")[1])
                self._paths.setdefault(size, []).append(path)
                self._seals.setdefault(fingerprint, set()).add(size)
        self._good: dict[int, list[SealSignature]] = {}
        self._newest: dict[frozenset[str], int] = {}

    def over(self, size: int) -> list[SealSignature]:
        """The good ones over the seal of `size` lines, in the order of the log. Whose the keys are is not said."""
        if size not in self._good:
            self._good[size] = list(self._verified(size))
        return self._good[size]

    def newest_by(self, keys: Collection[str]) -> int:
        """N of the newest seal over which each of `keys` has a good signature; 0: there is none, or no key."""
        asked = frozenset(keys)
        if asked not in self._newest:
            logged = sorted((self._seals.get(key, set()) for key in asked), key=len)
            sizes = sorted(set.intersection(*logged), reverse=True) if logged else []
            self._newest[asked] = next((size for size in sizes if asked <= keys_of(self.over(size))), 0)
        return self._newest[asked]

    def _verified(self, size: int) -> Iterable[SealSignature]:
        for path in self._paths.get(size, ()):
            try:
                text = read_regular(self._root / path.rpartition("/")[0] / SEAL, MAX_SEAL)
                armored = read_regular(self._root / path, MAX_ARMOR)
                key = verify(armored, text, NAMESPACE)
            except (EvidenceError, InputError):
                continue  # told with all other signatures
            if key.fingerprint == self._view.signers[path]:
                yield SealSignature(path, self._view.files[path].n, armored, key)


def keys_of(signatures: Iterable[SealSignature]) -> set[str]:
    """Their fingerprints."""
    return {one.key.fingerprint for one in signatures}
