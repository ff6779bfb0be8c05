"""An OpenSSH key that the user has already, taken into the key store; every other kind is refused by name.

Seals are checked with Ed25519 alone, so that one short program can repeat every check. An Ed25519 private
key is stored anew under its passphrase; of a key in an agent or on a FIDO token only the public half
(and the token's handle) is kept, and `ssh-keygen` is asked to sign.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from abusekit.errors import InputError, UsageError
from abusekit.integrity.keys import store as keys
from abusekit.integrity.keys.keyfile import BEGIN, MAX_FILE, check_owner, private_frame, read_file
from abusekit.integrity.keys.publickey import (
    ED25519,
    SK_ED25519,
    PublicKey,
    WireError,
    WireReader,
    read_public_line,
)

_OURS = "abusekit signs and checks with Ed25519 only; make a key: abusekit key create NAME"
_AS_OPENSSH = "abusekit key create NAME makes a key; or one by hand: ssh-keygen -t ed25519"


class _Kind(NamedTuple):
    start: re.Pattern[bytes]
    what: str
    hint: str


_FOREIGN = tuple(
    _Kind(re.compile(start), what, hint)
    for start, what, hint in (
        (rb"-----BEGIN RSA PRIVATE KEY-----", "an RSA key in the old PEM form", _OURS),
        (rb"-----BEGIN DSA PRIVATE KEY-----", "a DSA key: too weak, and no longer used by OpenSSH", _OURS),
        (rb"-----BEGIN EC PRIVATE KEY-----", "an ECDSA key in the old PEM form", _OURS),
        (
            rb"-----BEGIN (ENCRYPTED )?PRIVATE KEY-----",
            "a PKCS#8 key, as OpenSSL writes it, not an OpenSSH one",
            _AS_OPENSSH,
        ),
        (
            rb"-----BEGIN PUBLIC KEY-----",
            "a public key as OpenSSL writes it, not an OpenSSH one",
            _AS_OPENSSH,
        ),
        (
            rb"-----BEGIN (TRUSTED )?CERTIFICATE-----",
            "an X.509 certificate, not an OpenSSH key",
            "a signature by a certificate can be kept as a file: abusekit add",
        ),
        (
            rb"PuTTY-User-Key-File-",
            "a PuTTY key",
            "puttygen FILE -O private-openssh -o NEWFILE writes it anew",
        ),
        (
            rb"---- BEGIN SSH2 (PUBLIC|ENCRYPTED PRIVATE) KEY ----",
            "a key in the form of RFC 4716",
            "ssh-keygen -i -f FILE > NEWFILE.pub writes a public key anew",
        ),
        (
            rb"-----BEGIN PGP (PRIVATE|PUBLIC|SECRET) KEY BLOCK-----",
            "a GPG key",
            "a GPG signature over seal.txt can be kept as a file: abusekit add",
        ),
        # RFC 9580: the header of a secret (5) or public (6) key packet, and its version; or GnuPG's keybox
        (rb"(?s)[\x94-\x9b\xc5\xc6].{1,5}?[\x04-\x06]|.{8}KBXf", "a GPG key or keyring", _AS_OPENSSH),
        (
            rb"(# [^\n]*\n)*(AGE-SECRET-KEY-|age1)|age-encryption\.org/|-----BEGIN AGE ENCRYPTED FILE-----",
            "an age key: it encrypts, and cannot sign",
            _AS_OPENSSH,
        ),
        (rb"untrusted comment: ", "a minisign or signify key", _AS_OPENSSH),
        (rb"-----BEGIN SSH SIGNATURE-----", "a signature, not a key", "name the key file"),
    )
)
_WEAK = {
    "ssh-rsa": "an RSA key",
    "ssh-dss": "a DSA key: too weak, and no longer used by OpenSSH",
    "ecdsa-sha2-nistp256": "an ECDSA key",
    "ecdsa-sha2-nistp384": "an ECDSA key",
    "ecdsa-sha2-nistp521": "an ECDSA key",
    "sk-ecdsa-sha2-nistp256@openssh.com": "an ECDSA key on a token; make it anew: ssh-keygen -t ed25519-sk",
}


@dataclass(frozen=True, slots=True)
class Found:
    """A key file that can be imported."""

    path: Path
    # where it was read
    data: bytes
    # the whole file
    public: PublicKey
    # ssh-ed25519, or sk-ssh-ed25519@openssh.com
    comment: str
    # of a .pub file; else empty
    private: bool
    # False: a public half alone
    encrypted: bool
    # whether the private half is under a passphrase

    @property
    def by_ssh_keygen(self) -> bool:
        """Whether signing goes through `ssh-keygen`."""
        return not self.private or self.public.type == SK_ED25519


def look(path: Path) -> Found:
    """Reads a key file and says what it is, without passphrase; nothing is written.

    Raises UsageError (link, pipe, of another user, within reach of others), InputError (no OpenSSH
    Ed25519 key; the message names what it is).
    """
    data, state = read_file(path)
    if len(data) > MAX_FILE:
        raise InputError(f"{path} is longer than any key file", _AS_OPENSSH)
    text = data.lstrip(b"\xef\xbb\xbf \t\r\n")
    for kind in _FOREIGN:
        if kind.start.match(text):
            raise InputError(f"{path} is {kind.what}", kind.hint)
    if text.startswith(BEGIN):
        frame = private_frame(data, path)
        public = _accepted(_public_in(frame.public_blob, path), path)
        check_owner(state, path, 0o077)
        return Found(path, data, public, "", private=True, encrypted=frame.encrypted)
    check_owner(state, path, 0o022)
    public, comment = _line(data, path)
    return Found(path, data, _accepted(public, path), comment, private=False, encrypted=False)


def store(folder: Path, name: str, found: Found, old: bytes, new: bytes) -> keys.KeyInfo:
    """Takes a key into the store: an Ed25519 private key under the passphrase `new`, anything else as it is.

    `old` opens a file that is encrypted. Raises UsageError (wrong passphrase, name taken, store within reach
    of others), InputError (damaged).
    """
    comment = found.comment if found.comment.isprintable() and len(found.comment) <= 200 else ""
    if not found.private:
        marker = () if found.public.type == SK_ED25519 else ((f"{name}.agent", b"", 0o600),)
        return keys.put(folder, name, marker, found.public, comment)
    if found.by_ssh_keygen:
        return keys.put(folder, name, ((name, found.data, 0o600),), found.public, comment)
    keys.check_passphrase(new)
    keys.prepare(folder, name)
    key = keys.unlock(found.data, old if found.encrypted else None, found.public, found.path)
    return keys.keep(folder, name, key, new, comment)


def name_from(path: Path) -> str:
    """A name for the store, after the file's. Raises UsageError where none can be made of it."""
    name = re.sub(r"[^a-z0-9]+", "-", path.name.removesuffix(".pub").lower()).strip("-")[:31].strip("-")
    if not name:
        raise UsageError(f"no name can be made of {path.name!r}", "give one: --name me")
    return name


def _public_in(blob: bytes, path: Path) -> PublicKey:
    try:
        return PublicKey(WireReader(blob).text(), blob)
    except WireError as fault:
        raise InputError(f"{path} is damaged: {fault}", "bring back a copy of it") from fault


def _line(data: bytes, path: Path) -> tuple[PublicKey, str]:
    try:
        lines = [line for line in data.decode("utf-8").splitlines() if line.strip()]
    except UnicodeDecodeError as fault:
        raise InputError(f"{path} is no key that is known here", _AS_OPENSSH) from fault
    if len(lines) != 1:
        raise InputError(f"{path} is no key file: one line with one key is expected", _AS_OPENSSH)
    first = lines[0].split(None, 1)[0]
    if "-cert-v0" in first:
        raise InputError(
            f"{path} is an OpenSSH certificate: who is trusted would be decided by whoever issued it",
            "import the plain key, from the .pub file without -cert",
        )
    if first in _WEAK:
        raise InputError(f"{path} is {_WEAK[first]}", _OURS)
    try:
        return read_public_line(lines[0])
    except InputError as fault:
        raise InputError(f"{path}: {fault.message}", fault.hint or _AS_OPENSSH) from fault


def _accepted(public: PublicKey, path: Path) -> PublicKey:
    """The key, if it is Ed25519 and sound. Raises InputError."""
    if "-cert-v0" in public.type:
        raise InputError(f"{path} is an OpenSSH certificate", "import the plain key")
    if public.type in _WEAK:
        raise InputError(f"{path} is {_WEAK[public.type]}", _OURS)
    if public.type not in (ED25519, SK_ED25519):
        raise InputError(f"{path} is a key of the unknown kind {public.type[:60]!r}", _OURS)
    try:
        return read_public_line(public.openssh_line)[0]
    except InputError as fault:
        raise InputError(f"{path}: {fault.message}", fault.hint) from fault
