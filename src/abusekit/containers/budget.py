"""How much may be unpacked of what somebody sent: a few bytes of a zip can stand for more than any disk holds."""

from __future__ import annotations

from dataclasses import dataclass

from abusekit.errors import InputError

DEPTH = 2
"""Containers inside of containers, below the one that was given."""
MEMBERS = 1_000_000
"""Members of one export, all parts and all containers in it together."""
SMALL_TOTAL = 64 << 20
LARGEST_GAIN = 8 << 30
RATIO = 200
"""A packed file may unpack to SMALL_TOTAL bytes or RATIO times its size, but to no more than LARGEST_GAIN beyond it.
An archive of photos hardly shrinks, however large it is; texts shrink to a tenth."""


@dataclass(eq=False, slots=True)
class Budget:
    """What may still be unpacked of one packed file, and of all that lies inside of it."""

    left: int
    # bytes

    @classmethod
    def of_file(cls, size: int) -> Budget:
        return cls(max(SMALL_TOTAL, min(RATIO * size, size + LARGEST_GAIN)))

    def take(self, count: int) -> None:
        """Raises InputError where it is used up; it stays so."""
        self.left -= count
        if self.left < 0:
            raise InputError(
                "it unpacks to far more than its size lets expect: it may be made to fill the disk",
                "if you know it to be harmless, unpack it yourself and give the folder",
            )
