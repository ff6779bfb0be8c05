"""Who can sign a seal: a key of the store, or one that only `ssh-keygen` reaches (ssh-agent, FIDO token)."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from abusekit.errors import InputError, MissingExtraError
from abusekit.integrity.keys.publickey import PublicKey, public_key_of
from abusekit.integrity.keys.sshsig import NAMESPACE, sign

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

SIGN_SECONDS = 120.0
"""How long `ssh-keygen` may take: somebody has to find the token and touch it, or to answer the agent's question."""
_SHOWN = 300


class SealSigner(Protocol):
    """Somebody's key, open and ready. Whoever calls `sign` checks the signature before it is kept."""

    @property
    def name(self) -> str:
        """As in `seal.txt.NAME.sig`; keys.NAME_FORM."""

    @property
    def public(self) -> PublicKey:
        """The key that is expected to have signed."""

    def sign(self, message: bytes, namespace: str = NAMESPACE) -> bytes:
        """An armored SSH signature over `message`; namespace: seals or receipts. Raises AbusekitError."""


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A key whose private half is in this process's memory."""

    name: str
    # the name in the store
    key: Ed25519PrivateKey
    # opened with its passphrase

    @property
    def public(self) -> PublicKey:
        return public_key_of(self.key)

    def sign(self, message: bytes, namespace: str = NAMESPACE) -> bytes:
        return sign(self.key, message, namespace)


@dataclass(frozen=True, slots=True)
class SshKeygenKey:
    """A key whose private half is in an agent or a token: `ssh-keygen` asks it."""

    name: str
    # the name in the store
    public: PublicKey
    # from the .pub file
    file: Path
    # the .pub file; a key handle of a token may stand beside it, under the name without .pub
    seconds: float = SIGN_SECONDS
    # how long is waited for an answer

    def sign(self, message: bytes, namespace: str = NAMESPACE) -> bytes:
        """Raises MissingExtraError (no ssh-keygen), InputError (it refused, or did not answer in time).

        Message and signature go through pipes: with a file name, `ssh-keygen -Y sign` that finds an old
        signature beside it and nobody to ask keeps the old one, and ends with 0.
        """
        program = shutil.which("ssh-keygen")
        if program is None:
            raise MissingExtraError(
                f"key {self.name} signs through ssh-keygen, which is not on this computer",
                "install the OpenSSH client, such as: apt install openssh-client",
            )
        command = [program, "-Y", "sign", "-n", namespace, "-f", str(self.file.absolute())]
        hint = f"is the token plugged in, or the key in the agent? ssh-add -l lists {self.public.fingerprint}"
        try:
            ended = subprocess.run(
                command, input=message, capture_output=True, timeout=self.seconds, check=False
            )
        except subprocess.TimeoutExpired as fault:
            raise InputError(
                f"key {self.name}: ssh-keygen gave no signature within {self.seconds:.0f} seconds", hint
            ) from fault
        except OSError as fault:
            raise MissingExtraError(f"ssh-keygen cannot be run: {fault.strerror}", program) from fault
        if ended.returncode != 0:
            said = " ".join(ended.stderr.decode("utf-8", "replace").split())[-_SHOWN:]
            raise InputError(f"key {self.name} did not sign: {said or 'ssh-keygen gave no reason'}", hint)
        return ended.stdout
