"""What made a record: version, build, and whether its own parts answered rightly just then (R25).

The build digest lets an expert fetch the same release and compare; the self-test shows that the
primitives the record rests on gave published answers on that machine at that time. Neither shows
that the rest of the program is without fault.
"""

from __future__ import annotations

import hashlib
import platform
import sys
import zlib
from functools import cache
from pathlib import Path

from abusekit import __version__
from abusekit.case.canonical import JSON, NotCanonicalError, decode, encode
from abusekit.case.custody import Frontier, entry_hash


@cache
def build_digest() -> str:
    """SHA-256 over the sorted `sha256␠␠path` lines of every file of the installed package (caches left out)."""
    package = Path(__file__).resolve().parent.parent
    lines = []
    for path in sorted(package.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            lines.append(f"{digest}  {path.relative_to(package).as_posix()}\n")
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _sha256() -> bool:  # FIPS 180-4, the example "abc"
    return (
        hashlib.sha256(b"abc").hexdigest()
        == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    )


def _canonical() -> bool:
    value = {"b": [1, True, None, "\u20ac\u2028\x1f"], "a": "/"}
    spelling = '{"a":"/","b":[1,true,null,"\u20ac\u2028\\u001f"]}'.encode()
    try:
        decode(b'{"a":1,"a":2}')
    except NotCanonicalError:
        return encode(value) == spelling and decode(spelling) == value
    return False


def _merkle() -> bool:  # RFC 6962 2.1: the root of the empty tree, and of one empty leaf
    frontier = Frontier()
    empty = frontier.root().hex() == hashlib.sha256(b"").hexdigest()
    frontier.add(entry_hash(b""))
    leaf = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    return empty and frontier.root().hex() == leaf


def _deflate() -> bool:
    data = bytes(range(256)) * 64
    return zlib.decompress(zlib.compress(data)) == data and zlib.crc32(b"123456789") == 0xCBF43926


SELF_TESTS = (
    ("sha256", _sha256),
    ("canonical_json", _canonical),
    ("merkle_root", _merkle),
    ("deflate", _deflate),
)


@cache
def self_test() -> str:
    """`passed 4 of 4`, or `FAILED: …` with the names; run once a process."""
    failed = [name for name, test in SELF_TESTS if not test()]
    if failed:
        return f"FAILED: {', '.join(failed)}"
    return f"passed {len(SELF_TESTS)} of {len(SELF_TESTS)}"


@cache
def tool_facts() -> dict[str, JSON]:
    """The facts that every item carries."""
    return {
        "name": "abusekit",
        "version": __version__,
        "build": build_digest(),
        "self_test": self_test(),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}" if sys.platform != "win32" else "Windows",
    }
