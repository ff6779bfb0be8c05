"""A case with accounts: a Telegram chat and a WhatsApp chat with the victim, a letter, all names invented."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from command_runner import Abusekit

OWNER = "user900"
HOSTILE = {
    "rtl": "\u202eevil\u2066x",
    "zalgo": "Z" + "\u0301\u0489\u0316" * 300 + "algo",
    "ansi": "\x1b[2J\x1b]0;gone\x07red",
    "html": '<script>alert(1)</script>"><img src=x onerror=alert(2)>',
    "long": "Lo" + "ng" * 50_000,
    "look-alike": "\u0430\u0431u\uff4be",
    "lines": "one\r\ntwo\u2028three",
    "formula": "=cmd|' /C calc'!A0",
    "path": "../../etc/passwd",
    "blank": " \u200b ",
}
"""Display names that mean harm."""


def telegram(folder: Path, messages: list[tuple[str, str, str]], name: str = "Night Owl") -> Path:
    """A chat of `messages`: (from_id, display name, text), a minute apart from 2024-03-14T21:00Z on."""
    start = 1_710_450_000
    records: list[dict[str, Any]] = [
        {
            "id": number,
            "type": "message",
            "date": f"2024-03-14T{21 + number // 60:02}:{number % 60:02}:00",
            "date_unixtime": str(start + 60 * number),
            "from": shown,
            "from_id": who,
            "text": text,
            "text_entities": [{"type": "plain", "text": text}],
        }
        for number, (who, shown, text) in enumerate(messages)
    ]
    chat = {"name": name, "type": "private_group", "id": 4_300_001, "messages": records}
    path = folder / "result.json"
    path.write_text(json.dumps(chat), "utf-8")
    return path


def whatsapp(folder: Path) -> Path:
    path = folder / "WhatsApp Chat with Sam.txt"
    path.write_text(
        "14/03/2024, 21:05 - Sam: I will find you\n14/03/2024, 21:06 - Jo: no\n14/03/2024, 21:07 - Sam: soon\n",
        "utf-8",
    )
    return path


def account_case(abusekit: Abusekit, case: Path) -> Path:
    """E0001: Telegram, three that write to the victim; E0002: WhatsApp, Sam by name only; E0003: a letter."""
    folder = abusekit.home / "samples"
    folder.mkdir()
    messages = [
        ("user111", "Night Owl", "where are you"),
        ("user900", "Jo", "leave me alone"),
        ("user111", "Night Owl", "answer me"),
        ("user222", "Other Owl", "she is right here"),
        ("user333", "Third", "hm"),
    ]
    abusekit(
        "import", "--case", case, telegram(folder, messages), "--declare", f"owner={OWNER}", "--reason", "hers",
        expect=0,
    )  # fmt: skip
    abusekit(
        "import", "--case", case, whatsapp(folder), "--declare", "owner=Jo", "--declare", "timezone=Europe/London",
        "--reason", "hers", expect=0,
    )  # fmt: skip
    (folder / "letter.txt").write_text("a letter\n")
    abusekit("add", "--case", case, folder / "letter.txt", expect=0)
    return case


def told(abusekit: Abusekit, case: Path, *words: object, expect: int = 0) -> Any:
    """What a command about accounts answers with --json."""
    return abusekit("account", words[0], "--case", case, *words[1:], "--json", expect=expect).answer


def entries(case: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (case / "custody/log.jsonl").read_bytes().splitlines()]
