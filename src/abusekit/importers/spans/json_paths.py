"""Which paths a JSON file has, from its head alone: what tells one export from another."""

from __future__ import annotations

import re
from functools import lru_cache

from abusekit.importers.spans.json_values import DEPTH, STRING, key_text, pointer_part

_HEAD = 65_536
_DEEP = 6
_TOKEN = re.compile(
    rb"[ \t\r\n]*+(?:(" + STRING + rb")([ \t\r\n]*+:)?|([{}\[\],])|[^ \t\r\n,:\"{}\[\]]++)", re.DOTALL
)


@lru_cache(maxsize=64)
def paths(head: bytes) -> frozenset[str]:
    """All paths seen in the first 64 KiB of a JSON file, which may be cut off anywhere; empty: no object or array.

    The empty path stands for a root object, `[]` for a root array, `*` for elements: `/messages/*/sender_name`; at
    most six deep. Where the head stops to be JSON, what precedes that is given: it proves no whole file.
    """
    head = head[:_HEAD].removeprefix(b"\xef\xbb\xbf")
    seen: set[str] = set()
    open_paths: list[str] = []
    arrays: list[bool] = []
    path = ""
    at = 0
    while (found := _TOKEN.match(head, at)) is not None:
        at = found.end()
        string, colon, bracket = found.groups()
        if colon is not None:
            if not arrays or arrays[-1]:
                break
            path = f"{open_paths[-1]}/{pointer_part(key_text(string))}" if len(arrays) <= _DEEP else ""
        elif bracket in (b"{", b"["):
            _see(seen, path if arrays else "[]" if bracket == b"[" else "", arrays)
            if len(arrays) >= DEPTH:
                break
            arrays.append(bracket == b"[")
            open_paths.append(path)
            path = f"{path}/*" if arrays[-1] and len(arrays) <= _DEEP else path
            continue
        elif bracket == b",":
            if not arrays:
                break
            path = f"{open_paths[-1]}/*" if arrays[-1] and len(arrays) <= _DEEP else open_paths[-1]
            continue
        elif bracket is not None:
            if not arrays or arrays.pop() != (bracket == b"]"):
                break
            path = open_paths.pop()
            if not arrays:
                break
            continue
        elif not arrays:
            break  # a root that is neither object nor array
        _see(seen, path, arrays)
    return frozenset(seen)


def _see(seen: set[str], path: str, arrays: list[bool]) -> None:
    if len(arrays) <= _DEEP:
        seen.add(path)
