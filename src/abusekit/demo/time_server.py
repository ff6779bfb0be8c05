"""A time server on loopback, honest or with one of the faults that such servers (and those on the way) have."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Literal, Self, get_args

from abusekit.net.sntp import EPOCH, ERA_S

Fault = Literal[
    "", "silent", "kiss", "unset", "stratum-16", "other-request", "replay", "short", "huge", "other-source",
    "no-time", "backwards", "far-off", "client-mode", "noise-first",
]  # fmt: skip
FAULTS: tuple[str, ...] = get_args(Fault)
LONGEST = 2048


def _system_clock() -> datetime:
    return datetime.now(UTC)


class LoopbackTimeServer:
    """Answers SNTP on a free UDP port of 127.0.0.1 from entering to leaving; silent.

    offset: added to `clock`, so that a client measures it. fault: what is wrong with every answer ("" nothing;
    "replay" sends the answer to the request before; "noise-first" sends rubbish and then the right one).
    """

    def __init__(
        self,
        *,
        offset: timedelta = timedelta(0),
        fault: str = "",
        stratum: int = 2,
        clock: Callable[[], datetime] = _system_clock,
    ) -> None:
        if fault not in FAULTS:
            raise ValueError(f"no such fault: {fault}")
        self.offset, self.fault, self.stratum = offset, fault, stratum
        self.asked: list[bytes] = []
        # every packet received, in its order
        self.address = ""
        # `127.0.0.1:PORT`, as `--ntp` takes it; set on entering
        self._clock = clock
        self._before = b""
        self._line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._thread = threading.Thread(target=self._serve, name="time server", daemon=True)

    def __enter__(self) -> Self:
        self._line.bind(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._line.getsockname()[1]}"
        self._line.settimeout(0.05)
        self._running = True
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._running = False
        self._thread.join()
        self._line.close()

    def _serve(self) -> None:
        while self._running:
            try:
                packet, whom = self._line.recvfrom(LONGEST)
            except TimeoutError:
                continue
            self.asked.append(packet)
            if len(packet) < 48 or self.fault == "silent":
                continue
            answer = self._answer(packet)
            if self.fault == "other-source":
                with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
                    other.sendto(answer, whom)
                continue
            if self.fault == "noise-first":
                self._line.sendto(b"\xff" * 60, whom)
                self._line.sendto(b"", whom)
            if self.fault == "replay":
                answer, self._before = self._before or b"\x24" + bytes(47), answer
            self._line.sendto(answer, whom)

    def _answer(self, packet: bytes) -> bytes:
        now = self._clock() + self.offset
        leap, mode, stratum, code = 0, 4, self.stratum, b"LOCL"
        received, transmitted = stamp(now), stamp(now)
        root_delay, dispersion = 1 << 8, 1 << 8  # 4 ms each
        originate = packet[40:48]
        match self.fault:
            case "kiss":
                stratum, code, leap = 0, b"RATE", 3
            case "unset":
                leap = 3
            case "stratum-16":
                stratum = 16
            case "other-request":
                originate = bytes(byte ^ 1 for byte in originate)
            case "no-time":
                transmitted = bytes(8)
            case "backwards":
                transmitted = stamp(now - timedelta(seconds=5))
            case "far-off":
                dispersion = 30 << 16
            case "client-mode":
                mode = 3
        head = bytes([leap << 6 | 4 << 3 | mode, stratum, 6, 0xEC])
        middle = struct.pack("!II4s8s", root_delay, dispersion, code, stamp(now))
        answer = head + middle + originate + received + transmitted
        if self.fault == "short":
            return answer[:40]
        return answer + bytes(1500) if self.fault == "huge" else answer


def stamp(at: datetime) -> bytes:
    """A time as the 64 bits of RFC 5905, 6."""
    since = at - EPOCH
    seconds = since.days * 86_400 + since.seconds
    return struct.pack("!II", seconds % ERA_S, (since.microseconds << 32) // 1_000_000)
