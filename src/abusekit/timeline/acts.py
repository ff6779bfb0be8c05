"""What the lines of the custody log say, in words for the timeline."""

from __future__ import annotations

from abusekit.case.canonical import JSON

WORDS: dict[str, str] = {
    "case.create": "case started",
    "settings.change": "settings changed",
    "item.add": "item taken in",
    "item.tag": "item tagged",
    "item.withdraw": "item withdrawn",
    "item.quarantine": "item put in quarantine",
    "item.release": "item released from quarantine",
    "item.verify": "diary entry read and confirmed by the person named in the log; recorded",
    "item.aside": "folder that was no whole item set aside",
    "settings.aside": "settings that were never in force set aside",
    "custody.store": "place of storage recorded",
    "log.repair": "log mended after a crash",
    "line.erase": "log line erased",
    "seal.add": "case sealed",
    "seal.sign": "seal signed",
}
"""Verb of a log line → words. A verb that is not here is shown as it is."""

QUARANTINE = ("item.quarantine", "item.release")
"""The acts that the timeline tells of an item in quarantine; all others about it are left out."""

# Members that every line has, and those that say where bytes lie: of no use to the reader of a timeline.
_NOT_CONTENT = frozenset(
    (
        *("n", "prev", "at", "do", "salt", "by", "item", "exhibit", "reason", "tags", "removed", "kind"),
        *("outcome", "case", "format", "sha256", "kept_as", "signer", "clock_set_back_from"),
    )
)


def act_message(entry: dict[str, JSON], exhibit: str) -> str:
    """Neutral: whom it is about, the act, who did it, the reason, the tags."""
    item = text(entry.get("item"))
    about = f"{exhibit} ({item}): " if exhibit else f"{item}: " if item else ""
    parts = [f"{about}{WORDS.get(entry['do'], entry['do'])} by {entry['by']}"]
    if isinstance(entry.get("seal"), int):
        parts.append(f"seal over the first {entry['seal']} log lines")
    for name in ("tags", "removed"):
        if names := texts(entry.get(name)):
            parts.append(f"{name}: {', '.join(names)}")
    if reason := text(entry.get("reason")):
        parts.append(f"reason: {reason}")
    if entry.get("clock_set_back_from"):
        parts.append(f"our clock was set back from {entry['clock_set_back_from']}")
    return "; ".join(parts)


def act_content(entry: dict[str, JSON]) -> str:
    """What else a person wrote into the act, such as a place; covered unless asked for."""
    said = [
        f"{key}: {value}" for key, value in entry.items() if key not in _NOT_CONTENT and type(value) is str
    ]
    return "; ".join(said)


def text(value: JSON) -> str:
    """The value where it is text, else empty: a foreign log may hold anything."""
    return value if isinstance(value, str) else ""


def texts(value: JSON) -> list[str]:
    """The texts of a list, else none."""
    return [entry for entry in value if isinstance(entry, str)] if isinstance(value, list) else []
