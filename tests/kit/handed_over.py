"""What a stranger has in hands."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Handed:
    """A case folder as a stranger has it, and what he got by another way."""

    case: Path
    signers: Path
    roots: Path
