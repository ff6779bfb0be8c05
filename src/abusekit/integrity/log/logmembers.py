"""The JSON type of every member that a known act of the custody log can have."""

from __future__ import annotations

from abusekit.case.canonical import JSON

_TEXTS = (
    "case", "format", "item", "exhibit", "kind", "outcome", "reason", "list", "authority", "signer", "key", "public",
    "name", "replaces", "since", "why", "how", "by_item", "decided_by", "verified_by", "comment", "place", "kept_as",
    "sha256", "source", "result", "note", "importers", "inputs", "declared", "value", "part",
    "account", "observed", "a", "b", "decision", "findings",
)  # fmt: skip
_MEMBERS: dict[str, type] = {
    **dict.fromkeys(_TEXTS, str),
    **dict.fromkeys(("seal", "line", "transfer", "offset", "size", "messages", "events", "unparsed"), int),
    **dict.fromkeys(("files", "removed", "tags", "seen_by", "basis", "items"), list),
    **dict.fromkeys(("tally", "seen_at", "when"), dict),
    "recovered": bool,
}
"""Member of a known act → its JSON type, the same in every act that has it."""


def check_types(entry: dict[str, JSON]) -> None:
    """Every member has the type that people and programs expect behind us. Raises TypeError."""
    for name, value in entry.items():
        kind = _MEMBERS.get(name)
        if kind is not None and type(value) is not kind:
            raise TypeError(f"{name} is of another type")
        if kind is list and name != "files" and not all(type(one) is str for one in value):
            raise TypeError(f"{name} lists something else than texts")
