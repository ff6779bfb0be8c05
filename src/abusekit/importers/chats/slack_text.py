"""Text of Slack's messages: its escapes and links made readable, and its tokens withheld."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from abusekit.importers.importer import Notes

WITHHELD = "[secret withheld]"

_TOKEN = re.compile(
    r"xox[a-z](?:\.xox[a-z])?-[A-Za-z0-9-]{8,400}|(?<=[?&]token=)[^&\s|>]{1,400}|(?<=[?&]t=)xo[^&\s|>]{1,400}"
)
_LINK = re.compile(r"<([^<>\n]{1,4000})>")
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))
_MOST_DEPTH = 12


class Tokens:
    """Takes tokens out of texts, and counts where they stood."""

    def __init__(self) -> None:
        self._places: dict[str, list[str | int]] = {}  # field → first place, number of places

    def withheld(self, text: str, pointer: str, name: str) -> str:
        """`text` without tokens; `pointer` of its record and `name` of its field say where one stood."""
        if "xo" not in text and "token=" not in text:
            return text
        clean = _TOKEN.sub(WITHHELD, text)
        if clean != text:
            known = self._places.setdefault(re.sub(r"\d+", "*", name), [f"{pointer}/{name}", 0])
            known[1] = int(known[1]) + 1
        return clean

    def tell(self, member: str, notes: Notes) -> None:
        """One secret for each field of a member that held tokens, with its first place and their number."""
        for first, count in self._places.values():
            further = f" and {int(count) - 1} further places" if int(count) > 1 else ""
            notes.secret("token", f"{member} {first}{further}")
        self._places.clear()


def readable(raw: str, name_of: Callable[[str], str]) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """Text, addresses of links, steps. `<@U1>` becomes `@name` where the name is known, `<#C1|x>` `#x`,
    `<http://a|b>` `b (http://a)`; then `&lt;`, `&gt;`, `&amp;` are unescaped, the only ones that Slack writes.
    """
    urls: list[str] = []
    steps: list[str] = []

    def linked(found: re.Match[str]) -> str:
        target, _, label = found[1].partition("|")
        if target.startswith("@"):
            name = label or name_of(target[1:])
            if not name:
                return found[0]
            steps.append("mentions named")
            return f"@{name}"
        if target.startswith(("#", "!")):
            return (
                f"#{label}"
                if label and target[0] == "#"
                else f"@{label or target[1:]}"
                if target[0] == "!"
                else found[0]
            )
        if "://" in target or target.startswith(("mailto:", "tel:")):
            urls.append(_unescaped(target))
            steps.append("links laid out")
            return target if not label or label == target else f"{label} ({target})"
        return found[0]

    text = _LINK.sub(linked, raw) if "<" in raw else raw
    plain = _unescaped(text)
    if plain != text:
        steps.append("html unescape")
    return plain, tuple(dict.fromkeys(urls)), tuple(dict.fromkeys(steps))


def _unescaped(text: str) -> str:
    if "&" in text:
        for written, sign in _ENTITIES:
            text = text.replace(written, sign)
    return text


def text_of_blocks(blocks: list[Any]) -> str:
    """The texts within `blocks` or `attachments`, a line each, for messages of bots that have no text of their own."""
    return "\n".join(one for block in blocks for one in _texts(block, 0))


def _texts(value: Any, depth: int) -> Iterator[str]:
    if depth > _MOST_DEPTH:
        return
    if isinstance(value, dict):
        for key in ("pretext", "title", "text", "fallback"):
            one = value.get(key)
            if isinstance(one, str) and one and not (key == "fallback" and value.get("text")):
                yield one
        inner = [one for one in value.values() if isinstance(one, (dict, list))]
    else:
        inner = value if isinstance(value, list) else []
    for one in inner:
        yield from _texts(one, depth + 1)
