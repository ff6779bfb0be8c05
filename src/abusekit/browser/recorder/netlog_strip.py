"""A NetLog without the bytes, to be kept beside the archive: what the browser did and when, for an expert.

What is left out is in the archive already (the bytes), or is nobody's business but the volunteer's: addresses
and names of this computer's network, the ports on its side, cookies and passwords, the browser's command line.
Blanked things are named as such; the lengths of byte strings stay.
"""

from __future__ import annotations

import re
import zlib
from pathlib import Path
from typing import IO, Any

import msgspec

from abusekit.browser.recorder.netlog_table import LINE_LIMIT, Log, NetLogError, read_log, without_comma
from abusekit.webarchive import secret_headers

OUT_LIMIT = 64 << 20
"""Bytes of a stripped log before it is packed; what would be more is left out, and the last line says so."""

DEPTH_LIMIT = 20
"""Lists and objects inside of each other."""

BLANKED = {"bytes", "hex_encoded_bytes", "certificates", "certificate", "local_address", "self_address",
           "dns_servers", "nameservers", "search"}  # fmt: skip
"""Keys whose values are left out wherever they stand: payload, and addresses of this side."""

PRIVATE_EVENTS = re.compile(
    r"DNS_CONFIG|NETWORK_(CHANGED|CONNECTIVITY|IP_ADDRESSES|MAC_OS)|SPECIFIC_NETWORK|UDP_LOCAL_ADDRESS|"
    r"UDP_CONNECT|PROXY_CONFIG|PAC_|COOKIE_(STORE_COOKIE|INCLUSION|GET|SET)|AUTH_"
)
"""Names of events whose parameters tell of this computer's network or of cookies: left out whole."""

SECRET_HEADER = re.compile(
    rf"^([ \t]*(?:{'|'.join(sorted(map(re.escape, secret_headers.ALL)))})[ \t]*:)([^\r\n]*)", re.I | re.M
)
"""One field, or several in one text: the browser logs heads as lists, and some as a whole."""

USERINFO = re.compile(r"((?:^|[a-z0-9+.-]:|[\s\"'(=,])//)[^/?#\s\"'<>\\]+@", re.I)
"""Name and password in an address (RFC 3986 section 3.2.1), up to the last @ before the path."""

ADDRESS = re.compile(r"(?<!http://)(?<!https://)(127\.0\.0\.1|\[::1\]):\d{1,5}")
"""An end of a connection on this computer, but for the address of a page."""


def strip(path: Path, out: Path) -> int:
    """Writes the stripped copy of the log at `path` to `out` as gzip, without a time in it; gives its size in bytes.

    Raises NetLogError when the log is none, OSError when `out` exists or cannot be written.
    """
    with read_log(path) as file:
        first = file.readline(LINE_LIMIT)
        file.seek(0)
        log = Log(file)
        private = {number for name, number in log.table.number.items() if PRIVATE_EVENTS.search(name)}
        with out.open("xb") as target:
            packer = _Packer(target)
            try:
                packer.put(b"{" + _constants(first) + b',\n"events": [\n')
                _events(log, packer, private)
            except BaseException:
                out.unlink()
                raise
            packer.end()
    return out.stat().st_size


class _Packer:
    """gzip (RFC 1952) with a modification time of 0: the same log gives the same bytes."""

    def __init__(self, target: IO[bytes]) -> None:
        self._target = target
        self._packer = zlib.compressobj(9, zlib.DEFLATED, 31)  # zlib's own gzip header has no time
        self.size = 0

    def put(self, data: bytes) -> None:
        self.size += len(data)
        self._target.write(self._packer.compress(data))

    def end(self) -> None:
        self._target.write(self._packer.flush())


def _events(log: Log, packer: _Packer, private: set[int]) -> None:
    """Each event on a line of its own, the list and the object closed behind them."""
    encode = msgspec.json.encode
    count = left_out = 0
    for event in log.events():
        count += 1
        if packer.size > OUT_LIMIT:
            left_out += 1
            continue
        kept: dict[str, Any] = {
            "phase": event.phase,
            "source": event.source,
            "time": event.time,
            "type": event.type,
        }
        if event.type not in private:
            try:
                params = msgspec.json.decode(event.params)
            except (ValueError, RecursionError) as fault:
                raise NetLogError("an event carries something unreadable") from fault
            if params:
                kept = {"params": _clean(params, 0), **kept}
        packer.put((b",\n" if count > 1 else b"") + encode(kept))
    left = encode({"abusekit_stripped": True, "cut": log.cut, "events": count, "events_left_out": left_out})
    packer.put(b'],\n"stripped": ' + left + b"}\n")


def _constants(line: bytes) -> bytes:
    """The first line, with nothing of the command line but the names of its flags."""
    found: Any = msgspec.json.decode(b"{" + without_comma(line.removeprefix(b"{"))[0] + b"}")
    client = found["constants"].get("clientInfo")
    if isinstance(client, dict) and isinstance(client.get("command_line"), str):
        flags = [one.split("=")[0] for one in client["command_line"].split() if one.startswith("--")]
        client["command_line"] = " ".join(flags)
    found["constants"].pop("activeFieldTrialGroups", None)
    return msgspec.json.encode(found)[1:-1]


def _clean(value: Any, depth: int) -> Any:
    if depth > DEPTH_LIMIT:
        return "(left out: too deep)"
    if isinstance(value, dict):
        return {key: _field(key, inner, depth) for key, inner in value.items()}
    if isinstance(value, list):
        return [_clean(one, depth + 1) for one in value]
    if isinstance(value, str):
        if ":" in value:
            value = SECRET_HEADER.sub(lambda found: f"{found[1]} {_left_out(found[2])}", value)
            value = ADDRESS.sub(r"\1", value)
        return USERINFO.sub(r"\1left-out@", value) if "//" in value else value
    return value


def _field(key: str, value: Any, depth: int) -> Any:
    if key in BLANKED:
        return _blank(value)
    if isinstance(value, str) and key.lower() in secret_headers.ALL:
        return _left_out(value)
    return _clean(value, depth + 1)


def _left_out(value: str) -> str:
    return f"({len(value)} characters left out)"


def _blank(value: Any) -> Any:
    return [] if isinstance(value, list) else ""
