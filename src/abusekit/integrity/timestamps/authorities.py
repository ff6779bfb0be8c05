"""Time-stamp authorities that this user can ask, and whose word on time counts here: the package's and the user's.

Each is one file `NAME.pem`: lines of text, then the root certificates, so that the same file is what
`openssl ts -verify -CAfile` wants. Nothing in a case can add one. The user's folder is a parameter everywhere;
who can write to it can make us trust any time, so a folder or file that others can change is refused.
"""

from __future__ import annotations

import os
import secrets
import stat
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Literal

from abusekit.errors import UsageError
from abusekit.integrity.timestamps.stamps import authority_name
from abusekit.integrity.trust import Authority

FIRST_LINE = "abusekit-authority-v1"
DEFAULTS = "default"
"""Name of the file that lists which authorities `seal` asks when none is named, one a line."""
MOST_AUTHORITIES = 100
_MOST_BYTES = 256 << 10
_BEGIN = "-----BEGIN CERTIFICATE-----"


@dataclass(frozen=True, slots=True)
class TimeStampAuthority:
    """One authority."""

    name: str
    # as in `--tsa NAME` and in the names of token files
    url: str
    # where queries go (RFC 3161, 3.4); empty: it is only trusted, not asked
    roots: bytes
    # certificates to which its tokens have to chain, PEM; other lines of the file stand before them
    note: str
    # for people, one line; may be empty
    source: Literal["package", "user"]
    # who vouches for it
    path: Path
    # the file with its roots, for `openssl ts -verify -CAfile`

    @property
    def trusted(self) -> Authority:
        """As a verification wants it."""
        return Authority(self.name, self.roots)


@dataclass(frozen=True, slots=True)
class Root:
    """What can be told of one root certificate, for people to compare."""

    subject: str
    # RFC 4514
    fingerprint: str
    # SHA-256 of the certificate (DER), 64 hex digits
    not_after: str
    # UTC, date


def packaged() -> list[TimeStampAuthority]:
    """The authorities that come with the program, in the order in which they are suggested."""
    folder = Path(str(resources.files("abusekit.integrity.timestamps").joinpath("roots")))
    found = [_parse(path.stem, path.read_bytes(), "package", path) for path in folder.glob("*.pem")]
    order = {name: place for place, name in enumerate(("digicert", "sectigo"))}
    return sorted(found, key=lambda one: (order.get(one.name, len(order)), one.name))


def configured(folder: Path) -> list[TimeStampAuthority]:
    """The user's own, sorted by name; an absent folder has none. Files of other names are passed over.

    Raises UsageError: a folder or file that others can change, a file that is none of ours, the name of one
    that comes with the program.
    """
    try:
        entries = os.listdir(folder)
    except FileNotFoundError:
        return []
    except OSError as fault:
        raise _unreadable(folder, fault) from fault
    _check_folder(folder)
    names = sorted(
        entry.removesuffix(".pem")
        for entry in entries
        if entry.endswith(".pem") and authority_name(entry.removesuffix(".pem"))
    )
    if len(names) > MOST_AUTHORITIES:
        raise UsageError(f"more than {MOST_AUTHORITIES} authorities in {folder}", "remove some")
    taken = {one.name for one in packaged()}
    for name in names:
        if name in taken:
            raise UsageError(
                f"{folder / name}.pem has the name of an authority that comes with abusekit",
                "rename the file: which roots count for a name must not depend on who looks",
            )
    return [
        _parse(name, _read_owned(folder / f"{name}.pem"), "user", folder / f"{name}.pem") for name in names
    ]


def known(folder: Path) -> list[TimeStampAuthority]:
    """The package's, then the user's; each name once. Raises UsageError as `configured`."""
    return [*packaged(), *configured(folder)]


def find(folder: Path, name: str) -> TimeStampAuthority:
    """The authority of this name. Raises UsageError, which lists the names that there are."""
    found = known(folder)
    for one in found:
        if one.name == name:
            return one
    absent = "" if folder.exists() else f"; of your own there are none: {folder} is not there"
    raise UsageError(
        f"no authority {name[:60]!a}{absent}",
        f"known are: {', '.join(one.name for one in found)}; abusekit authority add, or set ABUSEKIT_AUTHORITIES",
    )


def add(folder: Path, name: str, url: str, roots: bytes, note: str = "") -> TimeStampAuthority:
    """Stores an authority of the user's; nothing is replaced.

    `url` may be empty; whether it is an address is the caller's to check. `roots`: PEM with one self-signed
    certificate at least. Raises UsageError: bad name or note, name taken, roots that cannot be used, a folder
    that cannot be written or that others can change.
    """
    if not authority_name(name):
        raise UsageError(
            f"not a name for an authority: {name[:60]!a}",
            "1 to 31 small letters, digits and hyphens, such as `my-tsa`",
        )
    if any(not text.isprintable() or len(text) > 500 or text != text.strip() for text in (url, note)):
        raise UsageError("address and note are at most 500 printable characters on one line")
    certificates = _pem(roots)
    if any(one.name == name for one in known(folder)):
        raise UsageError(
            f"an authority {name} exists already", "choose another name, or remove that one first"
        )
    lines = [FIRST_LINE, f"url {url}", f"note {note}", ""]
    content = "\n".join(lines).encode() + b"\n" + certificates
    path = folder / f"{name}.pem"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _check_folder(folder)
        _write(path, content, replace=False)
    except FileExistsError as fault:
        raise UsageError(f"there is something already: {path}") from fault
    except OSError as fault:
        raise _unwritable(folder, fault) from fault
    return _parse(name, content, "user", path)


def remove(folder: Path, name: str) -> None:
    """Forgets an authority of the user's; tokens of it are then no longer trusted. Raises UsageError."""
    one = find(folder, name)
    if one.source != "user":
        raise UsageError(
            f"{name} comes with abusekit and cannot be removed", "it is asked only when you name it"
        )
    if name in (asked := defaults(folder)):
        set_defaults(folder, [other for other in asked if other != name])
    try:
        one.path.unlink()
    except OSError as fault:
        raise _unwritable(folder, fault) from fault


def defaults(folder: Path) -> list[str]:
    """The names that `seal` asks when none is named; none unless the user said so. Raises UsageError."""
    path = folder / DEFAULTS
    if os.path.lexists(folder):
        _check_folder(folder)
    if not os.path.lexists(path):
        return []
    names = _read_owned(path).decode("utf-8", "replace").split()
    there = {one.name for one in known(folder) if one.url}
    for name in names:
        if name not in there:
            raise UsageError(
                f"{path} names {name[:60]!a}, which is no authority that can be asked",
                "set it anew: abusekit authority default NAME…",
            )
    return list(dict.fromkeys(names))


def set_defaults(folder: Path, names: list[str]) -> None:
    """Chooses which authorities are asked when none is named; an empty list chooses none. Raises UsageError."""
    for name in names:
        if not find(folder, name).url:
            raise UsageError(f"{name} has no address, it can only be trusted", "add it with --url")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _check_folder(folder)
        _write(
            folder / DEFAULTS, "".join(f"{name}\n" for name in dict.fromkeys(names)).encode(), replace=True
        )
    except OSError as fault:
        raise _unwritable(folder, fault) from fault


def roots_of(roots: bytes) -> list[Root]:
    """The root certificates of an authority, for people to compare. Raises UsageError where there are none."""
    from abusekit.integrity.timestamps.timestamp_certificate import load_roots

    anchors, _ = load_roots(roots)
    return [
        Root(one.name, one.fingerprint, f"{one.certificate.not_valid_after_utc:%Y-%m-%d}") for one in anchors
    ]


def _parse(name: str, content: bytes, source: Literal["package", "user"], path: Path) -> TimeStampAuthority:
    text = content.decode("utf-8", "replace")
    head, begin, _ = text.partition(_BEGIN)
    lines = head.split("\n")
    if lines[0] != FIRST_LINE or not begin:
        raise UsageError(
            f"{path} was not written by `abusekit authority add`", "move it away, and add the authority again"
        )
    told = dict(line.partition(" ")[::2] for line in lines[1:] if line)
    return TimeStampAuthority(name, told.get("url", ""), content, told.get("note", ""), source, path)


def _pem(roots: bytes) -> bytes:
    """The certificates alone, as they are written; one certificate may be given as DER. Raises UsageError."""
    from abusekit.integrity.timestamps.timestamp_certificate import load_roots
    from abusekit.integrity.timestamps.timestamp_token import pem

    given = pem(roots) if roots[:1] == b"\x30" and _BEGIN.encode() not in roots else roots
    anchors, others = load_roots(given)
    return b"".join(pem(one.der) for one in (*anchors, *others))


def _check_owner(found: os.stat_result, path: Path) -> None:
    if found.st_uid != os.geteuid():
        raise UsageError(f"{path} belongs to another user", "use a folder of your own: ABUSEKIT_AUTHORITIES")
    if found.st_mode & 0o022:
        raise UsageError(
            f"{path} can be changed by other users (mode {stat.S_IMODE(found.st_mode):04o})",
            f"close it: chmod go-w {path}; then look what is in it: abusekit authority list",
        )


def _check_folder(folder: Path) -> None:
    try:
        found = folder.stat()
    except OSError as fault:
        raise _unreadable(folder, fault) from fault
    if not stat.S_ISDIR(found.st_mode):
        raise UsageError(f"{folder} is not a folder")
    _check_owner(found, folder)


def _read_owned(path: Path) -> bytes:
    """A regular file of our own, checked on the open file so that it cannot be swapped. Raises UsageError."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as fault:
        raise _unreadable(path, fault) from fault
    with os.fdopen(descriptor, "rb") as file:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise UsageError(f"{path} is not a file")
        _check_owner(found, path)
        data = file.read(_MOST_BYTES + 1)
    if len(data) > _MOST_BYTES:
        raise UsageError(f"{path} is longer than {_MOST_BYTES} bytes")
    return data


def _write(path: Path, content: bytes, *, replace: bool) -> None:
    """Whole or not at all. Raises OSError; FileExistsError unless it may replace."""
    draft = path.parent / f".{path.name}.{secrets.token_hex(8)}.new"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if replace:
            draft.replace(path)
        else:
            os.link(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def _unreadable(path: Path, fault: OSError) -> UsageError:
    why = "a symbolic link" if path.is_symlink() else fault.strerror
    return UsageError(f"{path} cannot be read: {why}", "put the file or folder itself there")


def _unwritable(folder: Path, fault: OSError) -> UsageError:
    return UsageError(
        f"{folder} cannot be written: {fault.strerror}", "choose another folder with ABUSEKIT_AUTHORITIES"
    )
