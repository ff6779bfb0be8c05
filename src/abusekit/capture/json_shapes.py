"""Facts from the JSON that a page carries or its programs fetch, by the shapes in `platforms.yaml`.

There the stable numbers of accounts stand that the page itself does not show. The shapes are those of 2026 and
undocumented: a platform may change them any day, and then nothing is found. Nothing here is guessed.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from abusekit.capture.bounded_json import objects
from abusekit.capture.markup import tokens, unescaped
from abusekit.capture.schema_facts import LISTED_LIMIT, Found
from abusekit.capture.tables import table

HTML_LIMIT = 20_000
"""Characters of HTML in a JSON value that are turned into text."""
IDENTITIES = ("post.id", "post.code", "post.uri", "post.url", "author.id", "author.handle", "author.uri")
Read = tuple[bool, list[Found]]
"""Whether the object is the page's own, and its facts."""


def shape_facts(
    value: Any, place: str, platform: str, kind: str, is_page: Callable[[str], bool]
) -> list[Read]:
    """What each object of a known shape in `value` says; `place` names the document.

    `platform` and `kind` are the page's, as its address says.
    """
    found: list[Read] = []
    for one in objects(value):
        for shape in _shapes_for(platform):
            if len(found) < LISTED_LIMIT and _fits(one, shape["needs"]):
                facts = _facts(one, shape, place)
                about_post = any(name.startswith("post.") for name, _, _ in facts)
                keys = [name for name in IDENTITIES if name.startswith("post.") or not about_post]
                fits = kind != "profile" if about_post else kind in ("profile", "")
                own = fits and any(is_page(text) for name, text, _ in facts if name in keys)
                found.append((own, facts))
                break
    return found


@cache
def _shapes_for(platform: str) -> tuple[Any, ...]:
    return tuple(one for one in table("platforms")["shapes"] if one["platform"] in ("any", platform))


def _fits(one: dict[str, Any], needs: dict[str, list[str]]) -> bool:
    return all(
        key in one and (not values or (isinstance(one[key], str) and one[key] in values))
        for key, values in needs.items()
    )


def _facts(one: dict[str, Any], shape: dict[str, Any], place: str) -> list[Found]:
    found = []
    for name, paths in shape["facts"].items():
        for path in paths.split("|"):
            text = _text(one, path.removesuffix("#"))
            if text:
                value = _plain(text) if path.endswith("#") else text
                found.append((name, value, f"{shape['name']} {path.removesuffix('#')} ({place})"))
                break
    return found


def _text(one: Any, path: str) -> str:
    for key in path.split("."):
        one = one.get(key) if isinstance(one, dict) else None
        if isinstance(one, list):  # a list of one is common in ActivityStreams
            one = one[0] if one else None
    return one if isinstance(one, str) else ""


def _plain(markup: str) -> str:
    """The text in a piece of HTML, a line feed where a paragraph or a line ends."""
    pieces = []
    for text, name, closing, _, _ in tokens(markup[:HTML_LIMIT]):
        pieces.append(text)
        if name == "br" or (name == "p" and closing):
            pieces.append("\n")
    return unescaped("".join(pieces)).strip()
