"""What a NetLog says of itself: the names of its events, its clock, and whether it can be read at all.

Chromium's NetLog is no stable format: the numbers of its events change with every version, the names seldom.
So nothing is known by number here: the log's own table is read, and a log whose table lacks a name that is
needed, or gives one number to two names, is refused. A wrong guess would be a wrong record.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any

import msgspec

from abusekit.errors import InputError

EVENTS: tuple[str, ...] = (
    "TCP_CONNECT",
    "SOCKET_ALIVE",
    "SOCKET_BYTES_SENT",
    "SOCKET_BYTES_RECEIVED",
    "SOCKET_READ_ERROR",
    "SSL_CONNECT",
    "SSL_SOCKET_BYTES_SENT",
    "SSL_SOCKET_BYTES_RECEIVED",
    "SSL_ALERT_RECEIVED",
    "SSL_CERTIFICATES_RECEIVED",
    "CERT_VERIFIER_REQUEST_BOUND_TO_JOB",
    "CERT_VERIFIER_JOB",
)
"""The names of the events that are relied on."""

SOURCES: tuple[str, ...] = ("SOCKET", "SSL_CONNECT_JOB", "CERT_VERIFIER_JOB")
"""The names of the kinds of sources that are relied on."""

PHASES: tuple[str, ...] = ("PHASE_NONE", "PHASE_BEGIN", "PHASE_END")

FORMAT_VERSION = 1
LINE_LIMIT = 16 << 20
"""Bytes of one line. The longest that Chromium was seen to write are 100 kB: bytes of a socket in base64."""

READ_SIZE = 1 << 20

EVENTS_LIMIT = 20_000_000
"""Events of one log: some 3 GB."""

FUTURE_LIMIT_MS = 221_845_392_000_000
"""Milliseconds since 1970: the year 9000. A clock that says more cannot be written down."""

TICKS_DIGITS = 12
"""Digits of an event's ticks, ms: 31 years since the computer was started."""


class NetLogError(InputError):
    """The browser's recording cannot be trusted or not be read: nothing is taken from it."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"the browser's own recording cannot be used: {reason}",
            "the capture falls back to what the browser says of each answer (grade: decoded); please report it",
        )
        self.reason = reason


class Source(msgspec.Struct, frozen=True):
    """Where an event belongs."""

    id: int
    type: int


class Event(msgspec.Struct, frozen=True):
    """One line of a log; what it carries is decoded only where it is needed."""

    type: int
    time: str
    # ticks, ms
    source: Source
    phase: int = 0
    params: msgspec.Raw = msgspec.Raw(b"null")


@dataclass(frozen=True, slots=True)
class Table:
    """The constants of one log."""

    number: dict[str, int]
    # name → its number in this log, those of EVENTS each with a number of its own
    source: dict[str, int]
    # the same for the kinds of sources
    begin: int
    end: int
    # the numbers of the phases
    net_errors: dict[int, str]
    # Chromium's error number → its name, "ERR_CONNECTION_RESET"
    offset_ms: int
    # added to an event's ticks it gives Unix time, ms, by the computer's clock
    client: dict[str, str]
    # what the browser says of itself: "name", "version"; headless-shell says nothing

    def moment(self, ticks: int) -> datetime:
        """UTC, our clock. The log counts milliseconds: there is nothing below."""
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=self.offset_ms + ticks)

    def net_error(self, code: int) -> str:
        """ "ERR_CERT_AUTHORITY_INVALID (-202)"."""
        return f"{self.net_errors[code]} ({code})" if code in self.net_errors else f"error {code}"


class Log:
    """A NetLog that is being read, line by line."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.cut = False
        # the log lacks its end: the browser was killed
        self.table = read_table(self._line())
        if self._line().strip() != b'"events": [':
            raise NetLogError("no list of events follows its constants")

    def events(self) -> Iterator[Event]:
        """Each event in order; `cut` is known after the last. Raises NetLogError."""
        decoder = msgspec.json.Decoder(Event)
        for _ in range(EVENTS_LIMIT):
            line = self._line()
            text, last = without_comma(line)
            if text:
                try:
                    event = decoder.decode(text)
                except (ValueError, RecursionError) as fault:
                    if not self._file.read(1):
                        self.cut = True
                        return
                    raise NetLogError("a line of it is no event") from fault
                yield event
            if last or not line:
                self.cut = not last
                return
        raise NetLogError(f"it has more than {EVENTS_LIMIT} events")

    def _line(self) -> bytes:
        line = self._file.readline(LINE_LIMIT + 1)
        if len(line) > LINE_LIMIT:
            raise NetLogError(f"a line of it is longer than {LINE_LIMIT} bytes")
        return line


def without_comma(line: bytes) -> tuple[bytes, bool]:
    """The JSON of one line in the list of events, and whether the list ends with it."""
    text = line.strip()
    last = text.endswith((b"],", b"]"))
    return text.removesuffix(b",").removesuffix(b"]") if last else text.removesuffix(b","), last


def read_table(line: bytes) -> Table:
    """The table in the first line of a log. Raises NetLogError."""
    try:
        found: Any = msgspec.json.decode(b"{" + line.strip().removeprefix(b"{").removesuffix(b",") + b"}")
    except (ValueError, RecursionError) as fault:
        raise NetLogError("it does not start with its constants") from fault
    constants = _object(found, "constants")
    version = constants.get("logFormatVersion")
    if type(version) is not int or version != FORMAT_VERSION:
        raise NetLogError(f"its format is version {str(version)[:20]}, and only {FORMAT_VERSION} is known")
    if constants.get("logCaptureMode", "Everything") != "Everything":
        raise NetLogError("it was not told to keep the bytes")
    phases = _numbers(constants, "logEventPhase", PHASES)
    return Table(
        number=_numbers(constants, "logEventTypes", EVENTS),
        source=_numbers(constants, "logSourceType", SOURCES),
        begin=phases["PHASE_BEGIN"],
        end=phases["PHASE_END"],
        net_errors={number: name for name, number in _numbers(constants, "netError", ()).items()},
        offset_ms=_offset(constants.get("timeTickOffset")),
        client={
            name: value[:200]
            for name, value in _object(constants, "clientInfo", {}).items()
            if name in ("name", "version") and isinstance(value, str)
        },
    )


def _object(found: Any, name: str, absent: dict[str, Any] | None = None) -> dict[str, Any]:
    inner = found.get(name, absent) if isinstance(found, dict) else None
    if not isinstance(inner, dict):
        raise NetLogError(f"it has no {name}")
    return inner


def _numbers(constants: dict[str, Any], name: str, needed: tuple[str, ...]) -> dict[str, int]:
    """A table of names and numbers: whole, and each number for one name."""
    found = _object(constants, name)
    if not all(type(value) is int for value in found.values()):
        raise NetLogError(f"its {name} holds something that is no number")
    lacking = [one for one in needed if one not in found]
    if lacking:
        raise NetLogError(f"its {name} lacks {', '.join(lacking)}")
    wanted = {found[one] for one in needed}
    if len(wanted) < len(needed) or sum(number in wanted for number in found.values()) > len(needed):
        raise NetLogError(f"its {name} gives one number to two names")
    return found


def _offset(value: object) -> int:
    """Milliseconds; older versions write the number as text."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:
        value = int(value)
    if type(value) is not int or not 0 < value < FUTURE_LIMIT_MS:
        raise NetLogError("it does not say how its clock stands to ours")
    return value


def read_log(path: Path) -> IO[bytes]:
    """Opens a log. Raises NetLogError when there is none."""
    try:
        return path.open("rb", buffering=READ_SIZE)
    except OSError as fault:
        raise NetLogError(f"there is none ({fault.strerror or 'unreadable'})") from fault
