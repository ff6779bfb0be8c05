"""What captures of a case say of their addresses, read from the case's own files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def stored(case: Path) -> list[dict[str, Any]]:
    """Every item.json of the case, in order."""
    return [json.loads(path.read_bytes()) for path in sorted(case.glob("evidence/E*/item.json"))]


def captured(case: Path) -> dict[str, list[str]]:
    """Address as typed → the outcome of each item that holds it."""
    found: dict[str, list[str]] = {}
    for item in stored(case):
        found.setdefault(item["source"]["address"], []).append(item["outcome"])
    return found
