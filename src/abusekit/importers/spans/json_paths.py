"""Which paths a JSON file has, from its head alone: what tells one export from another."""

from __future__ import annotations

import hashlib
import re

from abusekit.importers.spans.json_values import DEPTH, STRING, key_text, pointer_part

_HEAD = 65_536
_DEEP = 6
_WS = rb"[ \t\r\n]*+"
_SCALAR = rb'[^ \t\r\n,:"{}\[\]]++'
_VALUE = rb"(?:" + STRING + rb"(?!" + _WS + rb":)|" + _SCALAR + rb")"
# 1: a string; 2: it is a key; 3: a plain value follows, and a comma. 4: a bracket or comma.
_TOKEN = re.compile(
    _WS + rb"(?:(" + STRING + rb")(?:" + _WS + rb"(:)(?:" + _WS + _VALUE + rb"(" + _WS + rb",)?+)?+)?+"
    rb"|([{}\[\],])|" + _SCALAR + rb")",
    re.DOTALL,
)
_KEY, _SIGN = 2, 4

_known: dict[bytes, frozenset[str]] = {}
_shared: dict[frozenset[str], frozenset[str]] = {}
_MOST_KNOWN = 20_000


def paths(head: bytes) -> frozenset[str]:
    """All paths seen in the first 64 KiB of a JSON file, which may be cut off anywhere; empty: no object or array.

    The empty path stands for a root object, `[]` for a root array, `*` for elements: `/messages/*/sender_name`; at
    most six deep. Where the head stops to be JSON, what precedes that is given: it proves no whole file.
    """
    head = head[:_HEAD].removeprefix(b"\xef\xbb\xbf")
    if head.lstrip(b" \t\r\n")[:1] not in (b"{", b"["):
        return frozenset()
    # Every importer asks for the same heads, of an export that may have thousands of members.
    digest = hashlib.sha256(head).digest()
    found = _known.get(digest)
    if found is None:
        if len(_known) >= _MOST_KNOWN:
            _known.clear()
            _shared.clear()
        found = _Walk().over(head)
        found = _known[digest] = _shared.setdefault(found, found)
    return found


class _Walk:
    """What is open at a place of the head, and what was seen before it."""

    __slots__ = ("arrays", "names", "open", "path", "seen")

    def __init__(self) -> None:
        self.seen: set[str] = set()
        self.names: dict[tuple[str, bytes], str] = {}  # (path of the object, key with its quotes) → path
        self.open: list[str] = []
        self.arrays: list[bool] = []  # whether each is one; else it is an object
        self.path = ""  # of the value that comes next

    def over(self, head: bytes) -> frozenset[str]:
        arrays, at = self.arrays, 0
        while (found := _TOKEN.match(head, at)) is not None:
            at = found.end()
            which = found.lastindex or 0
            if which == _SIGN:
                if not self._sign(found[_SIGN]):
                    break
            elif which >= _KEY:
                if not arrays or arrays[-1]:
                    break
                self._member(found[1], ended=found[3] is not None)
            elif not arrays:
                break  # a root that is neither object nor array
            elif len(arrays) <= _DEEP:
                self.seen.add(self.path)
        return frozenset(self.seen)

    def _member(self, key: bytes, *, ended: bool) -> None:
        """A key, which is seen whatever follows; `ended`: its value, neither object nor array, and a comma did."""
        here = self.open[-1]
        if len(self.arrays) > _DEEP:
            self.path = here if ended else ""
            return
        path = self.names.get((here, key))
        if path is None:
            path = self.names[here, key] = f"{here}/{pointer_part(key_text(key))}"
            self.seen.add(path)
        self.path = here if ended else path

    def _sign(self, sign: bytes) -> bool:
        """False: from here on it is no JSON, or the root is closed."""
        arrays, deep = self.arrays, len(self.arrays)
        if sign in b"{[":
            is_array = sign == b"["
            if deep <= _DEEP:
                self.seen.add(self.path if arrays else "[]" if is_array else "")
            arrays.append(is_array)
            self.open.append(self.path)
            if is_array and deep < _DEEP:
                self.path += "/*"
            return deep < DEPTH
        if not arrays:
            return False
        if sign == b",":
            self.path = f"{self.open[-1]}/*" if arrays[-1] and deep <= _DEEP else self.open[-1]
            return True
        if arrays.pop() != (sign == b"]"):
            return False
        self.path = self.open.pop()
        return bool(arrays)
