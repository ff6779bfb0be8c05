"""What in a record or an item is searched: each text with the words that say where it stands."""

from __future__ import annotations

from collections.abc import Iterator

from abusekit.case.canonical import JSON
from abusekit.case.records import Item
from abusekit.importers.model import Event, Message, Profile, Record

Field = tuple[str, str]
"""(`in the text`, the text)."""

TEXT = "in the text"
TITLE = "in the title"
_OURS = frozenset({"way", "corrects", "recheck_of"})
# keys of `source` whose values abusekit wrote
_LABELS = {
    "address": "in the address",
    "names": "in a file name",
    "text": TEXT,
    "title": TITLE,
    "description": "in the description",
    "stated": "in what was said when it was handed over",
    "listed": "in the address list",
    "seen": "in who saw it",
    "final_url": "in the address",
    "name": "in a file name",
}
_ENTRY = ("text", "place", "effect", "action", "told_by")
_VALUES = {"boundary_ambiguous": "byte at which the doubtful line begins"}
# flag → what follows its colon, where that does not speak for itself
MOST_DEEP = 8


def record_fields(record: Record) -> list[Field]:
    """Of a record: its words, never who wrote it (`--account`) nor a sentence of ours.

    Where decoding changed the text, both are there: as it is read, and as it stood in the file.
    """
    if isinstance(record, Profile):
        account = record.account
        names = [("in the account's name", one) for one in (account.name, account.handle, account.id)]
        return names + [("in what the account says of itself", fact) for fact in record.facts.values()]
    if isinstance(record, Event) and record.kind == "unparsed":
        return []
    fields = [(TEXT, record.text)]
    if record.title:
        fields.append((TITLE, record.title))
    fields += [_flag_field(flag) for flag in record.flags if ":" in flag]
    if isinstance(record, Message):
        fields += _message_fields(record)
    else:
        fields.append(("in the outcome", record.outcome))
    return fields


def _flag_field(flag: str) -> Field:
    """What follows the colon of a flag, with the flag's name: a number alone says nothing."""
    name, _, value = flag.partition(":")
    said = f": {_VALUES[name]}" if name in _VALUES else ""
    return f"in the mark {_words(name)}{said}", value


def _message_fields(record: Message) -> Iterator[Field]:
    if record.text_raw is not None:
        yield "in the text as the file writes it", record.text_raw
    if record.edited is not None:
        yield from (("in an earlier text", text) for text in record.edited.previous)
    for attachment in record.attachments:
        yield "in an attachment's name", attachment.name
        yield "in a remark on an attachment", attachment.note
    yield from (("in a link", url) for url in record.urls)
    yield from (("in a reaction", reaction.value) for reaction in record.reactions)
    if record.forwarded_from:
        yield "in whom it was forwarded from", record.forwarded_from


def item_fields(item: Item) -> list[Field]:
    """Of an item: everything that a person or a page said, as its record holds it; not the page's text."""
    fields: list[Field] = []
    for key, value in item.source.items():
        if key not in _OURS:
            fields += _texts(_LABELS.get(key, f"in its {_words(key)}"), value)
    entry = item.facts.get("entry")
    if item.kind == "note" and isinstance(entry, dict):
        for key in _ENTRY:
            fields += _texts(TEXT if key == "text" else f"in its {_words(key)}", entry.get(key))
    for key in ("title", "description", "final_url"):
        fields += _texts(_LABELS[key], item.facts.get(key))
    facts = item.facts.get("page_facts")
    for fact in facts if isinstance(facts, list) else ():
        if isinstance(fact, dict):
            fields += _texts("in a fact that the page states", fact.get("value"))
    files = item.facts.get("files")
    for one in files if isinstance(files, list) else ():
        if isinstance(one, dict):
            fields += _texts("in a file name", one.get("name"))
    return list(dict.fromkeys(fields))


def _words(key: str) -> str:
    return key.replace("_", " ")[:40]


def _texts(label: str, value: JSON, depth: int = 0) -> Iterator[Field]:
    if isinstance(value, str):
        yield label, value
    elif depth < MOST_DEEP and not (
        isinstance(value, dict) and "zone_basis" in value
    ):  # a moment's words are ours
        inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        for one in inner:
            yield from _texts(label, one, depth + 1)
