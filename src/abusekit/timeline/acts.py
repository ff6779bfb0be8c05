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
    "item.corroborate": "said to be borne out by another item",
    "item.read": "export read",
    "item.declare": "declared about an export",
    "item.aside": "folder that was no whole item set aside",
    "settings.aside": "settings that were never in force set aside",
    "item.view": "content looked at",
    "item.copy": "content copied out of the case",
    "custody.store": "place of storage recorded",
    "custody.transfer": "exhibits handed over",
    "custody.receive": "hand-over received",
    "custody.aside": "paper of a hand-over that was never in force set aside",
    "account.observe": "declared about an account",
    "account.link": "said about a link between two accounts",
    "clock.check": "our clock compared",
    "log.repair": "log mended after a crash",
    "line.erase": "log line erased",
    "seal.add": "case sealed",
    "seal.sign": "seal signed",
    "seal.ask": "time stamp asked for",
    "seal.stamp": "time stamp stored",
}
"""Verb of a log line → words. A verb that is not here is shown as it is."""

QUARANTINE = ("item.quarantine", "item.release")
"""The acts that the timeline tells of an item in quarantine; all others about it are left out."""

# Members that every line has, and those that say where bytes lie: of no use to the reader of a timeline.
_NOT_CONTENT = frozenset(
    (
        *("n", "prev", "at", "do", "salt", "by", "item", "exhibit", "reason", "tags", "removed", "kind"),
        *(
            "outcome",
            "case",
            "format",
            "sha256",
            "kept_as",
            "signer",
            "clock_set_back_from",
            "source",
            "result",
            "how",
            "by_item",
            "list",
            "observed",
            "decision",
            "findings",
        ),
    )
)


def act_message(entry: dict[str, JSON], exhibit: str) -> str:
    """Neutral: whom it is about, the act, who did it, the reason, the tags."""
    item = text(entry.get("item"))
    about = f"{exhibit} ({item}): " if exhibit else f"{item}: " if item else ""
    parts = [f"{about}{WORDS.get(entry['do'], entry['do'])} by {entry['by']}"]
    if isinstance(entry.get("seal"), int):
        parts.append(f"seal over the first {entry['seal']} log lines")
    if entry["do"] in ("seal.ask", "seal.stamp"):
        parts.append(f"authority {text(entry.get('authority'))}")
    if isinstance(entry.get("transfer"), int):
        parts.append(f"hand-over {entry['transfer']}")
    if how := text(entry.get("how")):
        parts.append(f"by {how}" if entry["do"] == "custody.receive" else how)
    if by_item := text(entry.get("by_item")):
        parts.append(f"by {by_item}")
    for name in ("observed", "decision"):  # what it is about, and which accounts, is content
        if word := text(entry.get(name)):
            parts.append(word)
    for name in ("tags", "removed", "basis", "items"):
        if names := texts(entry.get(name)):
            parts.append(f"{name}: {', '.join(names)}")
    if entry["do"] == "clock.check":
        parts.append(clock_words(entry))
    if reason := text(entry.get("reason")):
        parts.append(f"reason: {reason}")
    if entry.get("clock_set_back_from"):
        parts.append(f"our clock was set back from {entry['clock_set_back_from']}")
    return "; ".join(parts)


def clock_words(entry: dict[str, JSON]) -> str:
    """What a comparison of our clock found."""
    source = "the Date of hosts" if entry.get("source") == "date-headers" else "time servers"
    offset, uncertainty = entry.get("offset_us"), entry.get("uncertainty_us")
    if type(offset) is int and type(uncertainty) is int:
        found = f"offset {offset / 1000:+.1f} ms ± {uncertainty / 1000:.1f} ms by {source}"
    else:
        found = f"{text(entry.get('result')) or 'not-checked'}: {source}"
    if type(stepped := entry.get("stepped_us")) is int:
        found += f"; it was set by {stepped / 1e6:+.1f} s meanwhile"
    return found


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
