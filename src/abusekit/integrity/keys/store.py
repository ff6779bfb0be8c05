"""The user's signing keys: Ed25519 in OpenSSH's own file format, in one private folder outside of every case.

`NAME` (mode 0600, encrypted with a passphrase) and `NAME.pub` are files that `ssh-keygen` reads as well.
`NAME.agent` (empty) says that the private half is elsewhere and `ssh-keygen` is to be asked; `NAME.revoked`
says since when the key no longer counts. The folder is a parameter everywhere. Who can write to it can add
keys that we would trust, so a folder or file that others can reach is refused rather than used.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from abusekit.errors import InputError, UsageError
from abusekit.integrity.keys.keyfile import (
    check_store,
    damaged,
    public_within,
    read_private,
    read_public,
    write_new,
)
from abusekit.integrity.keys.publickey import SK_ED25519, PublicKey, public_key_of
from abusekit.integrity.keys.revocation import Revocation, read_revocation
from abusekit.integrity.keys.signing import SealSigner, SshKeygenKey, StoredKey

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

NAME_FORM = re.compile(r"[a-z0-9][a-z0-9-]{0,30}")
KDF_ROUNDS = 64
"""bcrypt rounds for new keys: about half a second for us, and for each guess of a thief."""

_MAX_PASSPHRASE = 72  # bytes; `cryptography` encrypts with no more than bcrypt was designed for


@dataclass(frozen=True, slots=True)
class KeyInfo:
    """What can be told of a key without its passphrase."""

    name: str
    # the name in the store, NAME_FORM
    public: PublicKey
    # the public half; its fingerprint is what other people compare
    comment: str
    # free text of the .pub file's line; may be empty
    has_private: bool
    # False where only NAME.pub is left: old seals still verify, new ones only where by_ssh_keygen
    path: Path
    # the private file, whether it is there or not
    by_ssh_keygen: bool = False
    # True: an agent or a security key holds the private half; whether it is there now is not known
    revoked: Revocation | None = None
    # since when the user says that it no longer counts

    @property
    def can_sign(self) -> bool:
        return self.has_private or self.by_ssh_keygen


def create(store: Path, name: str, passphrase: bytes, comment: str = "") -> KeyInfo:
    """Makes a new Ed25519 key and stores it; nothing is ever replaced, and a crash leaves no half file.

    Raises UsageError: bad name, name taken, passphrase empty, over 72 bytes or with NUL, CR or LF (which
    `ssh-keygen` cannot be given), comment that is no printable line, a folder that others can reach or
    that cannot be written.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    check_name(name)
    check_passphrase(passphrase)
    prepare(store, name)
    return keep(store, name, Ed25519PrivateKey.generate(), passphrase, comment)


def keep(store: Path, name: str, key: Ed25519PrivateKey, passphrase: bytes, comment: str = "") -> KeyInfo:
    """Stores a key that is open, under a passphrase. Raises as `create` does."""
    from cryptography.hazmat.primitives import serialization

    check_name(name)
    check_passphrase(passphrase)
    encryption = (
        serialization.PrivateFormat.OpenSSH.encryption_builder().kdf_rounds(KDF_ROUNDS).build(passphrase)
    )
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, encryption)
    # The private file first: it names its public half too, so a crash between the two loses nothing.
    return put(store, name, ((name, private, 0o600),), public_key_of(key), comment)


def prepare(store: Path, name: str) -> None:
    """Makes the folder, and sees that the name is free. Raises UsageError."""
    check_name(name)
    try:
        store.mkdir(mode=0o700, parents=True, exist_ok=True)
        check_store(store)
    except FileExistsError as fault:
        raise UsageError(f"the key store {store} is not a folder") from fault
    except OSError as fault:
        raise _not_writable(store, fault) from fault
    if any(os.path.lexists(store / f"{name}{end}") for end in ("", ".pub")):
        raise name_taken(name)


def put(
    store: Path, name: str, files: tuple[tuple[str, bytes, int], ...], public: PublicKey, comment: str
) -> KeyInfo:
    """Writes `files` (name, bytes, mode) in their order, and then `NAME.pub`. Raises UsageError."""
    if len(comment) > 200 or not comment.isprintable() or comment != comment.strip():
        raise UsageError("a key's comment is at most 200 printable characters on one line")
    prepare(store, name)
    line = f"{public.openssh_line} {comment}".rstrip(" ").encode() + b"\n"
    try:
        for file, data, mode in (*files, (f"{name}.pub", line, 0o644)):
            write_new(store / file, data, mode)
    except FileExistsError as fault:
        raise name_taken(name) from fault
    except OSError as fault:
        raise _not_writable(store, fault) from fault
    return show(store, name)


def load(store: Path, name: str, passphrase: bytes) -> Ed25519PrivateKey:
    """Opens a stored key.

    Raises UsageError: no such key, wrong passphrase, stored without a passphrase, file or folder within
    reach of others or a symbolic link. Raises InputError: a file that is damaged, not Ed25519, or not
    the partner of its .pub file. Damage inside the encrypted part can look like a wrong passphrase.
    """
    info = show(store, name)
    if info.by_ssh_keygen:
        raise UsageError(
            f"key {name} can only be asked to sign, through ssh-keygen: it cannot be opened here"
        )
    if not info.has_private:
        raise _lost(name)
    private = read_private(info.path)
    if not private.encrypted:
        raise UsageError(
            f"key {name} is stored without a passphrase",
            f"give it one: ssh-keygen -p -f {info.path}",
        )
    check_passphrase(passphrase)
    return unlock(private.data, passphrase, info.public, info.path)


def unlock(data: bytes, passphrase: bytes | None, public: PublicKey, path: Path) -> Ed25519PrivateKey:
    """Opens the bytes of a private key file whose frame was read; `path` is for messages. Raises as `load` does."""
    from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_ssh_private_key

    try:
        key = load_ssh_private_key(data, passphrase)
    except UnsupportedAlgorithm as fault:
        raise InputError(
            f"key {path.name} is encrypted in a way that cannot be opened here",
            f"write it anew with a usual cipher: ssh-keygen -p -Z aes256-ctr -f {path}",
        ) from fault
    except (ValueError, TypeError, InvalidTag) as fault:
        if passphrase is None:
            raise damaged(path, "its contents cannot be read") from fault
        # The frame was read before, so what fails now is the encrypted part.
        raise UsageError(
            f"the passphrase does not open key {path.name}",
            "try again; if the passphrase is surely right, the file is damaged: bring back a copy of it",
        ) from fault
    if not isinstance(key, Ed25519PrivateKey):
        raise InputError(f"key {path.name} is not an Ed25519 key", "abusekit signs with Ed25519 only")
    if public_key_of(key) != public:
        raise damaged(path, "its private and public halves do not belong together")
    return key


def check_can_sign(info: KeyInfo, now: datetime) -> None:
    """Silence, or UsageError: a lost private half, or a key that the user revoked. `now` is aware."""
    if info.revoked is not None and info.revoked.since <= now:
        raise UsageError(
            f"key {info.name} is revoked since {info.revoked.since:%Y-%m-%d %H:%M:%S}Z ({info.revoked.why}): "
            "what it signs counts for nothing",
            "sign with another key",
        )
    if not info.can_sign:
        raise _lost(info.name)


def signer(store: Path, info: KeyInfo, passphrase: bytes) -> SealSigner:
    """The key, ready to sign; `passphrase` is not used where ssh-keygen signs. Raises as `load` does."""
    if info.by_ssh_keygen:
        return SshKeygenKey(info.name, info.public, store / f"{info.name}.pub")
    return StoredKey(info.name, load(store, info.name, passphrase))


def listing(store: Path) -> list[KeyInfo]:
    """Every key of the store, sorted by name; an absent store has none. Files of other names are passed over.

    Raises UsageError and InputError as `show` does: one bad key stops the list, since what the store
    holds decides whom we trust.
    """
    try:
        entries = os.listdir(store)
    except FileNotFoundError:
        return []
    except OSError as fault:
        raise UsageError(f"the key store {store} cannot be read: {fault.strerror}") from fault
    names = {name for name in (entry.removesuffix(".pub") for entry in entries) if NAME_FORM.fullmatch(name)}
    return [show(store, name) for name in sorted(names)]


def show(store: Path, name: str) -> KeyInfo:
    """What the store knows of one key, without passphrase.

    Raises UsageError (no such key, within reach of others), InputError (damaged; .pub of another key).
    """
    check_name(name)
    path, public_path = store / name, store / f"{name}.pub"
    has_private, has_public = os.path.lexists(path), os.path.lexists(public_path)
    if not has_private and not has_public:
        raise UsageError(f"there is no key {name} in {store}", _who_else(store, name))
    check_store(store)
    public, comment = read_public(public_path) if has_public else (public_within(path), "")
    if has_private and public.blob != read_private(path).public_blob:
        raise damaged(public_path, f"it is not the public half of key {name}")
    by_ssh_keygen = public.type == SK_ED25519 or (
        not has_private and os.path.lexists(store / f"{name}.agent")
    )
    revoked = read_revocation(store, name, public.fingerprint)
    return KeyInfo(name, public, comment, has_private, path, by_ssh_keygen, revoked)


def _who_else(store: Path, name: str) -> str:
    """The hint for a name that is not there: most often it is a slip, and a new key is not what is wanted."""
    try:
        names = {entry.removesuffix(".pub") for entry in os.listdir(store)}
    except OSError:
        names = set()
    there = sorted(one for one in names if NAME_FORM.fullmatch(one))
    if not there:
        return "there are none yet: abusekit key create NAME; a lost key cannot be remade, earlier seals stay valid"
    if near := get_close_matches(name, there, 1, 0.6):
        return f"did you mean {near[0]}? abusekit key list shows all"
    return f"there are: {', '.join(there[:10])}; a lost key cannot be remade, earlier seals stay valid"


def check_name(name: str) -> None:
    if not NAME_FORM.fullmatch(name):
        raise UsageError(
            f"not a key name: {name[:60]!r}",
            "a name has 1 to 31 small letters, digits and hyphens, such as `me` or `anna-2026`",
        )


def check_passphrase(passphrase: bytes) -> None:
    if not passphrase:
        raise UsageError("the passphrase is empty", "a key without a passphrase can be used by any thief")
    if len(passphrase) > _MAX_PASSPHRASE:
        raise UsageError(f"the passphrase is longer than {_MAX_PASSPHRASE} bytes")
    if any(byte in passphrase for byte in b"\0\r\n"):
        raise UsageError("the passphrase has a line end or NUL in it", "give one line of text")


def name_taken(name: str) -> UsageError:
    return UsageError(
        f"a key {name} exists already", "choose another name; keys are never replaced, old seals need them"
    )


def _not_writable(store: Path, fault: OSError) -> UsageError:
    return UsageError(
        f"the key store {store} cannot be written: {fault.strerror}",
        "choose another folder with ABUSEKIT_KEYS",
    )


def _lost(name: str) -> UsageError:
    return UsageError(
        f"only the public half of key {name} is in the store; nothing can be signed with it",
        "a lost key cannot be remade, earlier seals stay valid; `abusekit key create` makes another",
    )
