"""Facts from objects of schema.org (JSON-LD, microdata, RDFa) and of microformats2: posts, people, comments.

A page may hold many posts. Those whose id or address is the page's own are the page's: their facts are called
`post.…` and `author.…`; so are those of the only one there is. The others are called `listed.…`, and what
stands in a post as an answer to it `comment.…`. Where nothing tells which is the page's own, all are `listed`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from abusekit.capture.page_markup import Node

Found = tuple[str, str, str]
"""Name of the fact, value, where."""

POSTS = frozenset(
    re.findall(
        r"[\w-]+",
        "SocialMediaPosting DiscussionForumPosting BlogPosting LiveBlogPosting Article NewsArticle Posting VideoObject"
        " Message Comment Answer Question Review UserComments AudioObject h-entry h-cite",
    )
)
ANSWERS = frozenset({"Comment", "Answer", "UserComments", "h-cite"})
PEOPLE = frozenset({"Person", "Organization", "PerformingGroup", "h-card"})
IN_ANSWER = ("comment", "suggestedAnswer", "acceptedAnswer", "p-comment", "u-comment")
AROUND = ("mainEntity", "mainEntityOfPage", "itemListElement", "item", "hasPart")
"""Properties through which a page's object leads to the posts in it."""

POST_KEYS = {
    "post.id": ("identifier",),
    "post.uri": ("@id", "u-uid"),
    "post.url": ("url", "u-url"),
    "post.text": ("articleBody", "text", "e-content", "p-content"),
    "title": ("headline",),
    "posted.machine": ("datePublished", "uploadDate", "dateCreated", "dt-published"),
    "edited.machine": ("dateModified", "dt-updated"),
    "deleted.machine": ("dateDeleted", "dt-deleted"),
    "reply.to": ("parentItem", "inReplyTo", "u-in-reply-to"),
    "author.id": ("channelId", "authorId"),
    "author.handle": ("creditText",),
}
PERSON_KEYS = {
    "author.id": ("identifier", "channelId"),
    "author.uri": ("@id", "u-uid"),
    "author.url": ("url", "u-url"),
    "author.handle": ("alternateName", "p-nickname", "u-nickname"),
    "author.name": ("name", "p-name"),
    "author.same_as": ("sameAs",),
    "author.image": ("image", "u-photo"),
    "author.bio": ("description", "p-note"),
    "account.created": ("dateCreated",),
}
AUTHORS = ("author", "creator", "p-author", "u-author")
OBJECTS_LIMIT = 2000
"""Objects of one kind of markup that are looked at."""
LISTED_LIMIT = 60
"""Posts beside the page's own whose facts are listed."""


def schema_facts(
    nodes: list[Node], flavour: str, is_page: Callable[[str], bool], kind: str
) -> tuple[list[Found], list[Found]]:
    """(facts of the page's own post or person, facts of others) in `nodes`, objects that stand alone.

    `is_page`: whether an address or id is the page's own. `kind`: what the address says the page is.
    """
    names = _by_id(nodes)
    posts: list[tuple[str, Node]] = []
    people: list[Node] = []
    created: list[Found] = []
    for node in _leading(nodes, names):
        types = _types(node)
        if types & POSTS:
            posts.append(("comment" if types & ANSWERS else "listed", node))
        elif types & PEOPLE:
            people.append(node)
        elif "ProfilePage" in types:
            people += [one for one in _inner(node, "mainEntity", names) if one not in people]
            created += [("account.created", text, f"{flavour} ProfilePage dateCreated")
                        for text in _texts(node.get("dateCreated"))]  # fmt: skip
    # a number may be that of a post and of an account at once, so only the kind that is asked for can be the page's
    own = [one for one in posts if kind != "profile" and any(is_page(text) for text in _identities(one[1]))]
    if not own and len(posts) == 1 and kind != "profile":
        own = posts
    first: list[Found] = created
    for _, node in own:
        first += _post(node, flavour, names)
    alone = kind in ("profile", "")
    theirs = [one for one in people if alone and any(is_page(text) for text in _identities(one))]
    if not theirs and not own and len(people) == 1 and kind == "profile":
        theirs = people
    for node in theirs:
        first += list(_person(node, flavour))
    others: list[Found] = []
    answers = [
        ("comment", inner) for _, node in own for key in IN_ANSWER for inner in _inner(node, key, names)
    ]
    apart = [one for one in posts if not any(one[1] is mine for _, mine in own)]
    for number, (label, node) in enumerate([*answers, *apart][:LISTED_LIMIT], 1):
        for name, value, where in _post(node, flavour, names):
            if not name.endswith((".name", ".same_as", ".image", ".bio")) and name != "title":
                others.append((f"{label}.{name}", value, f"{where} [{number}]"))
    return first, others


def _leading(nodes: list[Node], names: dict[str, Node]) -> Iterator[Node]:
    """The objects that stand alone, and those to which pages and lists lead; each once."""
    pending, seen = list(reversed(nodes)), set[int]()
    while pending and len(seen) < OBJECTS_LIMIT:
        node = pending.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        yield node
        if not _types(node) & (POSTS | PEOPLE):
            around = [inner for key in AROUND for inner in _inner(node, key, names)]
            pending += reversed(around)


def _post(node: Node, flavour: str, names: dict[str, Node]) -> list[Found]:
    label = _label(node, flavour)
    found: list[Found] = []
    for name, keys in POST_KEYS.items():
        for key in keys:
            found += [(name, text, f"{label} {key}") for text in _texts(node.get(key))]
    for whole in _inner(node, "isPartOf", names):
        if "Conversation" in _types(whole):
            found += [("thread.root", text, f"{label} isPartOf.url") for text in _texts(whole.get("url"))]
    if "VideoObject" in _types(node):
        found += [("post.text", text, f"{label} description") for text in _texts(node.get("description"))]
        found += [("title", text, f"{label} name") for text in _texts(node.get("name"))]
    for key in AUTHORS:
        for one in _list(node.get(key)):
            if isinstance(one, str):
                is_address = one.startswith(("http://", "https://", "/"))
                found.append(("author.url" if is_address else "author.name", one, f"{label} {key}"))
        for person in _inner(node, key, names):
            found += [(name, text, f"{label} {key}.{where.split()[-1]}")
                      for name, text, where in _person(person, flavour)]  # fmt: skip
    return found


def _person(node: Node, flavour: str) -> Iterator[Found]:
    label = _label(node, flavour)
    for name, keys in PERSON_KEYS.items():
        for key in keys:
            for text in _pictures(node.get(key)) if name == "author.image" else _texts(node.get(key)):
                yield name, text, f"{label} {key}"


def _pictures(value: Any) -> list[str]:
    """Addresses of pictures: text, or those of an ImageObject; its `@id` names the object, not the picture."""
    found: list[str] = []
    for one in _list(value)[:20]:
        address = (one.get("contentUrl") or one.get("url")) if isinstance(one, dict) else one
        found += [text for text in _list(address)[:5] if isinstance(text, str) and text.strip()]
    return found


def _by_id(nodes: list[Node]) -> dict[str, Node]:
    """The objects that others can refer to by `@id`."""
    return {
        name: node for node in reversed(nodes) if isinstance(name := node.get("@id"), str) and len(node) > 1
    }


def _inner(node: Node, key: str, names: dict[str, Node]) -> list[Node]:
    """The objects in a property; a mere reference stands for the object that it names."""
    found = [one for one in _list(node.get(key)) if isinstance(one, dict)]
    return [names.get(_first(one.get("@id")), one) if len(one) == 1 else one for one in found]


def _identities(node: Node) -> list[str]:
    keys = ("identifier", "@id", "url", "u-url", "u-uid", "mainEntityOfPage", "alternateName", "p-nickname")
    return [text for key in keys for text in _texts(node.get(key))]


def _texts(value: Any) -> list[str]:
    """The texts in a value: text, a list, an object with `value`, `@value`, `@id` or `url`."""
    found = []
    for one in _list(value):
        if isinstance(one, dict):
            inner = next(
                (one[key] for key in ("value", "@value", "@id", "url", "u-url") if one.get(key)), None
            )
            found += [each for each in _list(inner) if isinstance(each, str)][:5]
        elif isinstance(one, str):
            found.append(one)
    return [text for text in found[:20] if text.strip()]


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _first(value: Any) -> str:
    return next((one for one in _list(value) if isinstance(one, str)), "")


def _types(node: Node) -> frozenset[str]:
    return frozenset(one.rpartition("/")[2] for one in _list(node.get("@type"))[:10] if isinstance(one, str))


def _label(node: Node, flavour: str) -> str:
    known = sorted(_types(node) & (POSTS | PEOPLE))
    return f"{flavour} {known[0] if known else 'object'}"


def linked_nodes(value: Any) -> list[Node]:
    """The objects of a JSON-LD document that stand alone: those of a list, those of `@graph`."""
    found: list[Node] = []
    for one in _list(value)[:1000]:
        if isinstance(one, dict):
            graph = one.get("@graph")
            found += [each for each in _list(graph)[:1000] if isinstance(each, dict)] if graph else [one]
    return found
