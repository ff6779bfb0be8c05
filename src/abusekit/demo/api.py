"""What the practice site tells to programs: its scripts' JSON, ActivityPub, oEmbed, and a few odd requests.

Numbers of posts and accounts are text in JSON: those that embed a time are too large for a script's numbers.
"""

from __future__ import annotations

import hashlib
import html
import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from abusekit.demo import content, everyday
from abusekit.demo.answers import Answer, SeenRequest, answer
from abusekit.demo.changes import Network
from abusekit.demo.render import iso_milliseconds

FEED_STEP = 10
"""Posts in one answer of `/api/feed`."""
ACTIVITY = "application/activity+json"
"""Media type of ActivityPub objects (W3C ActivityPub section 3.2)."""
_FRESH = (("Cache-Control", "no-store"),)


def told(status: int, facts: Any, *, media_type: str = "application/json", chunked: bool = False) -> Answer:
    """JSON, by brotli or gzip where the client accepts it, and never from a cache."""
    body = json.dumps(facts, ensure_ascii=False, indent=1).encode() + b"\n"
    return answer(status, body, media_type, headers=_FRESH, brotli=True, chunked=chunked)


def wants_activity(seen: SeenRequest) -> bool:
    """Whether the client asks for the ActivityPub form of what it names."""
    accept = seen.header("accept")
    return ACTIVITY in accept or "application/ld+json" in accept


def note(network: Network, seen: SeenRequest, post: everyday.Post) -> Answer:
    """A post as an ActivityStreams Note; the text is escaped HTML, as federated networks send it."""
    here = network.origin(seen)
    facts: dict[str, Any] = {
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": f"{here}/post/{post.post_id}.json",
        "type": "Note",
        "url": f"{here}/post/{post.post_id}",
        "attributedTo": f"{here}/users/{post.author_id}.json",
        "published": iso_milliseconds(post.at),
        "content": f"<p>{html.escape(post.text)}</p>",
        "to": ["https://www.w3.org/ns/activitystreams#Public"],
    }
    if post.edited is not None:
        facts["updated"] = iso_milliseconds(post.edited)
    if post.reply_to is not None:
        facts["inReplyTo"] = f"{here}/post/{post.reply_to}.json"
    return told(200, facts, media_type=ACTIVITY)


def _actor(network: Network, seen: SeenRequest, digits: str) -> Answer:
    try:
        account = network.story.account(int(digits))
    except KeyError:
        return told(404, {"error": "no such account"})
    if not network.story.shows(account.user_id):
        return told(410 if account.closed else 403, {"error": "this account is closed"})
    here = network.origin(seen)
    facts = {
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": f"{here}/users/{account.user_id}.json",
        "type": "Person",
        "preferredUsername": account.handle,
        "name": account.name,
        "summary": html.escape(account.bio),
        "published": iso_milliseconds(account.joined),
        "url": f"{here}/@{account.handle}",
    }
    return told(200, facts, media_type=ACTIVITY)


def _note(network: Network, seen: SeenRequest, digits: str) -> Answer:
    post = network.story.post(int(digits))
    if post is None or not network.story.shows(post.author_id):
        return told(network.removed(int(digits)) or 404, {"error": "no such post"})
    return note(network, seen, post)


def _oembed(network: Network, seen: SeenRequest, _: str) -> Answer:
    """oEmbed 1.0 for a post's address, whole or without its host."""
    try:
        path = urlsplit(seen.asked("url")).path
    except ValueError:
        path = ""
    found = re.fullmatch(r"/(?:post|thread)/([0-9]{1,20})", path)
    post = network.story.post(int(found[1])) if found else None
    if post is None or not network.story.shows(post.author_id):
        return told(404, {"error": "no such post"})
    author, here = network.story.account(post.author_id), network.origin(seen)
    quote = f"<blockquote><p>{html.escape(post.text)}</p>{html.escape(author.name)}</blockquote>"
    facts = {
        "version": "1.0",
        "type": "rich",
        "provider_name": "Chatterbox",
        "provider_url": here,
        "author_name": author.name,
        "author_url": f"{here}/@{author.handle}",
        "url": f"{here}/post/{post.post_id}",
        "html": quote,
        "width": 550,
        "height": 200,
    }
    return told(200, facts)


def _entry(story: content.Story, post: everyday.Post) -> dict[str, Any]:
    """A post as the site's scripts get it."""
    author = story.account(post.author_id)
    return {
        "id": str(post.post_id),
        "author": {"id": str(author.user_id), "handle": author.handle, "name": author.name},
        "posted_at": iso_milliseconds(post.at),
        "edited_at": None if post.edited is None else iso_milliseconds(post.edited),
        "text": post.text,
        "likes": post.likes,
        "reply_to": None if post.reply_to is None else str(post.reply_to),
        "picture": f"/photo/{post.picture}.jpg" if post.picture else None,
        "picture_text": post.picture_text,
    }


def _feed(network: Network, seen: SeenRequest, _: str) -> Answer:
    """Ten posts, newest first, that come after the one named by `after`; `next` is null at the end."""
    story = network.story
    posts = [one for one in story.newest_first() if one.reply_to is None]
    places = {str(one.post_id): at for at, one in enumerate(posts)}
    begin = places.get(seen.asked("after"), -1) + 1
    step = posts[begin : begin + FEED_STEP]
    more = begin + FEED_STEP < len(posts)
    following = str(step[-1].post_id) if more else None
    return told(200, {"posts": [_entry(story, one) for one in step], "next": following}, chunked=True)


def _thread(network: Network, seen: SeenRequest, digits: str) -> Answer:
    """The replies to a post after the first `after`, oldest first."""
    story = network.story
    skip = seen.asked("after")
    replies = story.replies(int(digits))[int(skip) if re.fullmatch(r"[0-9]{1,4}", skip) else 0 :]
    return told(200, {"replies": [_entry(story, one) for one in replies]})


def _numbered(network: Network, _: SeenRequest, digits: str) -> Answer:
    post = numbered_post(network, int(digits))
    if post is None:
        return told(404, {"error": "no such post"})
    entry = everyday.Post(post.post_id, post.author_id, post.at, post.text, 0, picture=f"view_{post.number}")
    return told(200, _entry(network.story, entry))


def numbered_post(network: Network, number: int) -> everyday.NumberedPost | None:
    """Post `number` of the long list, None past its end."""
    if not 1 <= number <= everyday.NUMBERED:
        return None
    authors = (content.FRIEND, content.READER, content.CYCLIST)
    return everyday.numbered(network.seed, number, authors, content.FIRST_POST)


def _ping(network: Network, seen: SeenRequest, _: str) -> Answer:
    """Other bytes each time, under the same address."""
    who = seen.asked("from")[:30]
    return told(200, {"from": who, "count": network.count(f"ping {who}")})


def _beacon(_: Network, __: SeenRequest, ___: str) -> Answer:
    return Answer(204, b"", "")


def _echo(_: Network, seen: SeenRequest, __: str) -> Answer:
    return told(200, {"bytes": len(seen.body), "sha256": hashlib.sha256(seen.body).hexdigest()})


def _cors(_: Network, seen: SeenRequest, __: str) -> Answer:
    """For scripts of another origin: the browser asks first, since PUT is not a simple method."""
    allowed = (
        ("Access-Control-Allow-Origin", seen.header("origin") or "*"),
        ("Access-Control-Allow-Methods", "GET, PUT"),
        ("Access-Control-Allow-Headers", "content-type"),
    )
    if seen.method == "OPTIONS":
        return Answer(204, b"", "", allowed)
    return answer(200, b'{"stored": true}\n', "application/json", headers=(*allowed, *_FRESH))


ROUTES: tuple[tuple[str, Callable[[Network, SeenRequest, str], Answer]], ...] = (
    (r"/api/feed", _feed),
    (r"/api/thread/(\d{1,20})", _thread),
    (r"/api/posts/(\d{1,9})", _numbered),
    (r"/api/ping", _ping),
    (r"/api/beacon", _beacon),
    (r"/api/echo", _echo),
    (r"/api/cors", _cors),
    (r"/post/(\d{1,20})\.json", _note),
    (r"/users/(\d{1,9})\.json", _actor),
    (r"/oembed", _oembed),
)
"""Pattern of the path, and what answers (network, request, the pattern's group)."""
