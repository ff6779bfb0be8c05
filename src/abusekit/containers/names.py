"""Names inside of containers: text from outside. They become paths of members, never paths on this machine."""

from __future__ import annotations

import re
import struct
import zlib

LONGEST = 4096
"""Characters of a name: no system has longer ones, and a tar may hold a million of a MiB each."""
_DRIVE = re.compile(r"[A-Za-z]:")
_PARTS = re.compile(r"[/\\]")
_JUNK_FOLDER = "__MACOSX"
_JUNK_FILES = frozenset({".DS_Store", "Thumbs.db"})
_UNICODE_PATH = 0x7075


def refusal(name: str) -> str:
    """Why a name is not taken, in words for after the name; empty where it is fine."""
    if "\0" in name:
        return "has a NUL in its name"
    if name.startswith(("/", "\\")):
        return "has an absolute name"
    if _DRIVE.match(name):
        return "has a name that begins with a drive letter"
    if ".." in name and ".." in _PARTS.split(name):
        return "has a name that leads out of the folder (..)"
    if not tidy(name):
        return "has no name"
    if len(name) > LONGEST:
        return f"has a name of more than {LONGEST} characters"
    return ""


def tidy(name: str) -> str:
    """`./a//b` as `a/b`."""
    if "//" in name or "./" in name or name.endswith(("/", "/.")) or name == ".":
        return "/".join(part for part in name.split("/") if part not in {"", "."})
    return name


def is_junk(path: str) -> bool:
    """What macOS and Windows put into folders and zips by themselves."""
    if path.rsplit("/", 1)[-1] in _JUNK_FILES:
        return True
    return _JUNK_FOLDER in path and _JUNK_FOLDER in path.split("/")[:-1]


def received(name: str) -> str:
    """The name that a file had on this machine, without surrogates."""
    return name.encode("utf-8", "backslashreplace").decode("utf-8")


def shown(raw: bytes) -> str:
    """Bytes that should be UTF-8; what is not is shown as `\\xff`."""
    return raw.decode("utf-8", "backslashreplace")


def zip_name(raw: bytes, *, says_utf8: bool, extra: bytes) -> str:
    """The name of a member of a zip, `/` between folders.

    By the flag of UTF-8 (APPNOTE 4.4.4 bit 11) or the Info-ZIP field 0x7075 (APPNOTE 4.6.9); programs that set neither
    write UTF-8 or the code page of the machine, for which cp437 is the standard: not proved where UTF-8 fails.
    """
    tidied = raw.replace(b"\\", b"/")  # as bytes, since a backslash may come of decoding
    if raw.isascii():
        return tidied.decode("ascii")
    if says_utf8:
        return shown(tidied)
    return _unicode_path(raw, extra) or _guessed(tidied)


def _guessed(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp437")


def _unicode_path(raw: bytes, extra: bytes) -> str:
    """The name of field 0x7075; empty where there is none or it was made for another name."""
    data = extra_field(extra, _UNICODE_PATH)
    if len(data) < 6 or data[0] != 1 or struct.unpack_from("<L", data, 1)[0] != zlib.crc32(raw):
        return ""
    return shown(data[5:].replace(b"\\", b"/"))


def extra_field(extra: bytes, wanted: int) -> bytes:
    """The data of one extra field of a zip's header (APPNOTE 4.5); empty where it is absent or cut."""
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        if kind == wanted:
            return extra[at + 4 : at + 4 + length] if at + 4 + length <= len(extra) else b""
        at += 4 + length
    return b""
