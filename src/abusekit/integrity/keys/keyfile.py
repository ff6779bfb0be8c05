"""Files of the key store: OpenSSH's own formats, read only where nobody else can reach them, written whole or not."""

from __future__ import annotations

import base64
import binascii
import os
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path

from abusekit.errors import InputError, UsageError
from abusekit.integrity.keys.publickey import PublicKey, WireError, WireReader, read_public_line

_MAX_KDF_ROUNDS = 4096  # a damaged count of rounds would otherwise keep us busy for years
MAX_FILE = 65_536
BEGIN, END = b"-----BEGIN OPENSSH PRIVATE KEY-----", b"-----END OPENSSH PRIVATE KEY-----"
_MAGIC = b"openssh-key-v1\0"


@dataclass(frozen=True, slots=True)
class PrivateFile:
    """The frame of a private key file: what can be read without its passphrase."""

    data: bytes
    # the whole file
    public_blob: bytes
    # the public half, in SSH wire encoding, as the file names it in the clear
    encrypted: bool
    # False: whoever has the file has the key


def damaged(path: Path, what: str) -> InputError:
    return InputError(
        f"the key file {path} is damaged: {what}", "bring back a copy of it; a lost key cannot be remade"
    )


def check_owner(found: os.stat_result, path: Path, forbidden: int) -> None:
    """Silence, or UsageError: another user's, or with a permission of `forbidden`."""
    if found.st_uid != os.geteuid():
        raise UsageError(f"{path} belongs to another user", "use keys of your own only")
    if found.st_mode & forbidden:
        mode = stat.S_IMODE(found.st_mode) & ~forbidden
        raise UsageError(
            f"{path} is within reach of other users (mode {stat.S_IMODE(found.st_mode):04o})",
            f"close it: chmod {mode:o} {path}; if others had access to it, make a new key",
        )


def check_store(store: Path) -> None:
    """Silence, or UsageError: who can write to the folder can add keys that we would trust. Raises OSError."""
    found = store.stat()
    if not stat.S_ISDIR(found.st_mode):
        raise UsageError(f"the key store {store} is not a folder")
    check_owner(found, store, 0o077)


def read_owned(path: Path, forbidden: int) -> bytes:
    """Bytes of a regular file of our own that nobody else reaches. Raises UsageError, InputError (too long)."""
    data, found = read_file(path)
    check_owner(found, path, forbidden)
    if len(data) > MAX_FILE:
        raise damaged(path, f"it is longer than {MAX_FILE} bytes")
    return data


def read_file(path: Path) -> tuple[bytes, os.stat_result]:
    """At most MAX_FILE + 1 bytes, and the state of the very file they are from: it cannot be swapped between.

    Links and pipes are not followed. Raises UsageError.
    """
    try:
        # O_NONBLOCK: opening a named pipe must not wait for its other end.
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as fault:
        if path.is_symlink():
            raise UsageError(f"{path} is a symbolic link", "name the key file itself") from fault
        raise UsageError(f"{path} cannot be read: {fault.strerror}") from fault
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise UsageError(f"{path} is not a file")
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            return file.read(MAX_FILE + 1), found
    finally:
        os.close(descriptor)


def read_public(path: Path) -> tuple[PublicKey, str]:
    """Key and comment of a `.pub` file. Raises UsageError, InputError."""
    try:
        return read_public_line(read_owned(path, 0o022).decode("utf-8"))
    except UnicodeDecodeError as fault:
        raise damaged(path, "it is not text") from fault
    except InputError as fault:
        raise damaged(path, fault.message) from fault


def public_within(path: Path) -> PublicKey:
    """The public half that a private file names in the clear: all there is after a crash before `.pub`."""
    blob = read_private(path).public_blob
    try:
        return read_public_line(PublicKey(WireReader(blob).text(), blob).openssh_line)[0]
    except WireError as fault:
        raise damaged(path, str(fault)) from fault
    except InputError as fault:
        raise damaged(path, fault.message) from fault


def read_private(path: Path) -> PrivateFile:
    """The frame of an `openssh-key-v1` file (OpenSSH PROTOCOL.key): everything but the encrypted part."""
    return private_frame(read_owned(path, 0o077), path)


def private_frame(data: bytes, path: Path) -> PrivateFile:
    """As `read_private`, of bytes that were read already. Raises InputError."""
    lines = data.replace(b"\r\n", b"\n").strip(b"\n").split(b"\n")
    if lines[0] != BEGIN or lines[-1] != END:
        raise damaged(path, "it is not an OpenSSH private key")
    try:
        cipher, blob = _frame(base64.b64decode(b"".join(lines[1:-1]), validate=True))
    except (binascii.Error, WireError) as fault:
        raise damaged(path, str(fault)) from fault
    return PrivateFile(data, blob, encrypted=cipher != "none")


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


def write_new(path: Path, data: bytes, mode: int) -> None:
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
