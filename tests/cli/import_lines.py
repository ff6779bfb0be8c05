"""What a case says of imports: lines of its log, rows of its timeline."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from command_runner import Abusekit


def acts(case: Path, do: str) -> list[dict[str, Any]]:
    lines = (case / "custody/log.jsonl").read_bytes().splitlines()
    return [entry for line in lines if (entry := json.loads(line))["do"] == do]


def rows(abusekit: Abusekit, case: Path, *options: str) -> list[dict[str, Any]]:
    ended = abusekit("timeline", "--case", case, "--jsonl", "-", *options, expect=0)
    return [json.loads(line) for line in ended.out.splitlines()]
