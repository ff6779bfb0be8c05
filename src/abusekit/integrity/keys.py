"""The user's signing keys: Ed25519 in OpenSSH's own file format, in one private folder outside of every case.

`NAME` (mode 0600, encrypted with a passphrase) and `NAME.pub` are files that `ssh-keygen` reads as well.
The folder is a parameter everywhere. Who can write to it can add keys that we would trust, so a folder
or file that others can reach is refused rather than used.
"""

from __future__ import annotations

import base64
import binascii
import os
import re
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from abusekit.errors import InputError, UsageError
from abusekit.integrity.publickey import PublicKey, WireError, WireReader, public_key_of, read_public_line

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

NAME_FORM = re.compile(r"[a-z0-9][a-z0-9-]{0,30}")
KDF_ROUNDS = 64
"""bcrypt rounds for new keys: about half a second for us, and for each guess of a thief."""

_MAX_KDF_ROUNDS = 4096  # a damaged count of rounds would otherwise keep us busy for years
_MAX_PASSPHRASE = 72  # bytes; `cryptography` encrypts with no more than bcrypt was designed for
_MAX_FILE = 65_536
_BEGIN, _END = b"-----BEGIN OPENSSH PRIVATE KEY-----", b"-----END OPENSSH PRIVATE KEY-----"
_MAGIC = b"openssh-key-v1\0"


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
    # False where only NAME.pub is left: old seals still verify, new ones cannot be signed
    path: Path
    # the private file, whether it is there or not


@dataclass(frozen=True, slots=True)
class _PrivateFile:
    data: bytes
    public_blob: bytes
    encrypted: bool


def create(store: Path, name: str, passphrase: bytes, comment: str = "") -> KeyInfo:
    """Makes a new Ed25519 key and stores it; nothing is ever replaced, and a crash leaves no half file.

    Raises UsageError: bad name, name taken, passphrase empty, over 72 bytes or with NUL, CR or LF (which
    `ssh-keygen` cannot be given), comment that is no printable line, a folder that others can reach or
    that cannot be written.
    """
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    _check_name(name)
    _check_passphrase(passphrase)
    if len(comment) > 200 or not comment.isprintable() or comment != comment.strip():
        raise UsageError("a key's comment is at most 200 printable characters on one line")
    path, public_path = store / name, store / f"{name}.pub"
    try:
        store.mkdir(mode=0o700, parents=True, exist_ok=True)
        _check_store(store)
        if os.path.lexists(path) or os.path.lexists(public_path):
            raise _name_taken(name)
        key = Ed25519PrivateKey.generate()
        encryption = (
            serialization.PrivateFormat.OpenSSH.encryption_builder().kdf_rounds(KDF_ROUNDS).build(passphrase)
        )
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, encryption
        )
        public = public_key_of(key)
        # The private file first: it names its public half too, so a crash between the two loses nothing.
        _write_new(path, private, 0o600)
        _write_new(public_path, f"{public.openssh_line} {comment}".rstrip(" ").encode() + b"\n", 0o644)
    except FileExistsError as fault:
        if store.is_dir():
            raise _name_taken(name) from fault
        raise UsageError(f"the key store {store} is not a folder") from fault
    except OSError as fault:
        raise UsageError(
            f"the key store {store} cannot be written: {fault.strerror}",
            "choose another folder with ABUSEKIT_KEYS",
        ) from fault
    return KeyInfo(name, public, comment, has_private=True, path=path)


def load(store: Path, name: str, passphrase: bytes) -> Ed25519PrivateKey:
    """Opens a stored key.

    Raises UsageError: no such key, wrong passphrase, stored without a passphrase, file or folder within
    reach of others or a symbolic link. Raises InputError: a file that is damaged, not Ed25519, or not
    the partner of its .pub file. Damage inside the encrypted part can look like a wrong passphrase.
    """
    from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_ssh_private_key

    info = show(store, name)
    if not info.has_private:
        raise UsageError(
            f"only the public half of key {name} is in the store; nothing can be signed with it",
            "a lost key cannot be remade, earlier seals stay valid; `abusekit key create` makes another",
        )
    private = _read_private(info.path)
    if not private.encrypted:
        raise UsageError(
            f"key {name} is stored without a passphrase",
            f"give it one: ssh-keygen -p -f {info.path}",
        )
    _check_passphrase(passphrase)
    try:
        key = load_ssh_private_key(private.data, passphrase)
    except UnsupportedAlgorithm as fault:
        raise InputError(
            f"key {name} is encrypted in a way that cannot be opened here",
            f"write it anew with a usual cipher: ssh-keygen -p -Z aes256-ctr -f {info.path}",
        ) from fault
    except (ValueError, TypeError, InvalidTag) as fault:
        # The frame was read above, so what fails now is the encrypted part.
        raise UsageError(
            f"the passphrase does not open key {name}",
            "try again; if the passphrase is surely right, the file is damaged: bring back a copy of it",
        ) from fault
    if not isinstance(key, Ed25519PrivateKey):
        raise InputError(f"key {name} is not an Ed25519 key", "abusekit signs with Ed25519 only")
    if public_key_of(key) != info.public:
        raise _damaged(info.path, "its private and public halves do not belong together")
    return key


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
    _check_name(name)
    path, public_path = store / name, store / f"{name}.pub"
    has_private, has_public = os.path.lexists(path), os.path.lexists(public_path)
    if not has_private and not has_public:
        raise UsageError(
            f"there is no key {name} in {store}",
            f"`abusekit key create {name}` makes one; a lost key cannot be remade, earlier seals stay valid",
        )
    _check_store(store)
    public, comment = _read_public(public_path) if has_public else (_public_within(path), "")
    if has_private and public.blob != _read_private(path).public_blob:
        raise _damaged(public_path, f"it is not the public half of key {name}")
    return KeyInfo(name, public, comment, has_private, path)


def _check_name(name: str) -> None:
    if not NAME_FORM.fullmatch(name):
        raise UsageError(
            f"not a key name: {name[:60]!r}",
            "a name has 1 to 31 small letters, digits and hyphens, such as `me` or `anna-2026`",
        )


def _check_passphrase(passphrase: bytes) -> None:
    if not passphrase:
        raise UsageError("the passphrase is empty", "a key without a passphrase can be used by any thief")
    if len(passphrase) > _MAX_PASSPHRASE:
        raise UsageError(f"the passphrase is longer than {_MAX_PASSPHRASE} bytes")
    if any(byte in passphrase for byte in b"\0\r\n"):
        raise UsageError("the passphrase has a line end or NUL in it", "give one line of text")


def _name_taken(name: str) -> UsageError:
    return UsageError(
        f"a key {name} exists already", "choose another name; keys are never replaced, old seals need them"
    )


def _damaged(path: Path, what: str) -> InputError:
    return InputError(
        f"the key file {path} is damaged: {what}", "bring back a copy of it; a lost key cannot be remade"
    )


def _check_owner(found: os.stat_result, path: Path, forbidden: int) -> None:
    if found.st_uid != os.geteuid():
        raise UsageError(f"{path} belongs to another user", "use keys of your own only")
    if found.st_mode & forbidden:
        mode = stat.S_IMODE(found.st_mode) & ~forbidden
        raise UsageError(
            f"{path} is within reach of other users (mode {stat.S_IMODE(found.st_mode):04o})",
            f"close it: chmod {mode:o} {path}; if others had access to it, make a new key",
        )


def _check_store(store: Path) -> None:
    found = store.stat()
    if not stat.S_ISDIR(found.st_mode):
        raise UsageError(f"the key store {store} is not a folder")
    _check_owner(found, store, 0o077)


def _read_owned(path: Path, forbidden: int) -> bytes:
    """Bytes of a regular file of our own, checked on the open file so that it cannot be swapped."""
    try:
        # O_NONBLOCK: opening a named pipe must not wait for its other end.
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as fault:
        if path.is_symlink():
            raise UsageError(f"{path} is a symbolic link", "put the key file itself there") from fault
        raise UsageError(f"{path} cannot be read: {fault.strerror}") from fault
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise UsageError(f"{path} is not a file")
        _check_owner(found, path, forbidden)
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            data = file.read(_MAX_FILE + 1)
    finally:
        os.close(descriptor)
    if len(data) > _MAX_FILE:
        raise _damaged(path, f"it is longer than {_MAX_FILE} bytes")
    return data


def _read_public(path: Path) -> tuple[PublicKey, str]:
    try:
        return read_public_line(_read_owned(path, 0o022).decode("utf-8"))
    except UnicodeDecodeError as fault:
        raise _damaged(path, "it is not text") from fault
    except InputError as fault:
        raise _damaged(path, fault.message) from fault


def _public_within(path: Path) -> PublicKey:
    """The public half that a private file names in the clear: all there is after a crash before `.pub`."""
    blob = _read_private(path).public_blob
    try:
        return read_public_line(PublicKey(WireReader(blob).text(), blob).openssh_line)[0]
    except WireError as fault:
        raise _damaged(path, str(fault)) from fault
    except InputError as fault:
        raise _damaged(path, fault.message) from fault


def _read_private(path: Path) -> _PrivateFile:
    """The frame of an `openssh-key-v1` file (OpenSSH PROTOCOL.key): everything but the encrypted part."""
    data = _read_owned(path, 0o077)
    lines = data.replace(b"\r\n", b"\n").strip(b"\n").split(b"\n")
    if lines[0] != _BEGIN or lines[-1] != _END:
        raise _damaged(path, "it is not an OpenSSH private key")
    try:
        cipher, blob = _frame(base64.b64decode(b"".join(lines[1:-1]), validate=True))
    except (binascii.Error, WireError) as fault:
        raise _damaged(path, str(fault)) from fault
    return _PrivateFile(data, blob, encrypted=cipher != "none")


def _frame(content: bytes) -> tuple[str, bytes]:
    """Cipher name and public blob. Raises WireError."""
    wire = WireReader(content)
    if wire.take(len(_MAGIC)) != _MAGIC:
        raise WireError("openssh-key-v1 is missing")
    cipher, kdf, options = wire.text(), wire.text(), wire.string()
    if kdf == "bcrypt":
        reader = WireReader(options)
        reader.string()  # salt
        if reader.uint32() > _MAX_KDF_ROUNDS:
            raise WireError(f"more than {_MAX_KDF_ROUNDS} bcrypt rounds")
        reader.end()
    if wire.uint32() != 1:
        raise WireError("it does not hold exactly one key")
    blob = wire.string()
    wire.string()  # the encrypted part; an authenticating cipher's tag may follow it
    return cipher, blob


def _write_new(path: Path, data: bytes, mode: int) -> None:
    """Durable, whole, and never in the place of something else: FileExistsError if `path` is there."""
    draft = path.parent / f".{path.name}.{secrets.token_hex(8)}.new"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(file.fileno(), mode)  # whatever the umask is
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)  # a rename that refuses to replace
    finally:
        draft.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
