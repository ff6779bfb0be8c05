"""Whose program is at the other end of a connection on this computer: the system's own table knows (Linux only)."""

from __future__ import annotations

import socket
import struct
from pathlib import Path

TABLE = Path("/proc/net/tcp")
"""IPv4 connections, one a line: number, this side, that side, state, …, numeric user, …"""

LOOKS = 3
"""The table is read while it changes: a line may be missed once."""


def known() -> bool:
    """Whether this system tells."""
    return TABLE.exists()


def owner(client: tuple[str, int], server: tuple[str, int]) -> int | None:
    """The numeric user whose socket is `client`, connected to `server`; None where no line tells.

    Both are IPv4 addresses with ports. A socket that has been closed meanwhile is nobody's.
    """
    wanted = [_hex(client), _hex(server)]
    for _ in range(LOOKS):
        try:
            with TABLE.open("r", encoding="ascii", errors="replace") as lines:
                for line in lines:
                    fields = line.split()
                    if fields[1:3] == wanted and len(fields) > 9:
                        # Closed sockets have no inode, and are listed as root's.
                        return int(fields[7]) if fields[9] != "0" else None
        except (OSError, ValueError):
            return None
    return None


def _hex(end: tuple[str, int]) -> str:
    """As the table writes it: the address as a number in the byte order of this computer."""
    return f"{struct.unpack('=I', socket.inet_aton(end[0]))[0]:08X}:{end[1]:04X}"
