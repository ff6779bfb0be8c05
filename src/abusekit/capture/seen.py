"""What one capture of an address showed, and the questions that two of them answer together."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urlsplit

from abusekit.capture.text_diff import same_words


class Marker(Protocol):
    """A sign in an answer, as `markers.Match` carries it."""

    @property
    def kind(self) -> str: ...
    @property
    def marker(self) -> str: ...
    @property
    def confidence(self) -> str: ...
    @property
    def where(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Sign:
    """A sign that the rules themselves read."""

    kind: str
    # what it speaks for: a verdict, or `consent-wall`
    marker: str
    # its name, such as status-410
    confidence: str
    # high, medium, low
    where: str
    # where it stands: status, outcome, address, text, or a fact's name


@dataclass(frozen=True, slots=True)
class Seen:
    """What one capture of an address showed."""

    outcome: str
    # of the capture, a label of outcome.OUTCOMES
    status: int | None
    # HTTP status of the last answer
    address: str
    # as typed
    final_url: str
    # the last address asked
    hops: tuple[str, ...] = ()
    # all addresses asked, the first included
    title: str = ""
    text: str | None = None
    # readable text of the page; None: no text
    facts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    # name → values that the page itself states (not its address), the first stated first
    markers: tuple[Marker, ...] = ()
    # what markers.recognise found, the most certain first
    fidelity: str = "exact"
    engine: str = "http"
    page_kind: str = ""
    # what the address says it is: post, comment, story, profile, …; empty: not known


def fact(seen: Seen, name: str) -> tuple[str, ...]:
    return tuple(value.strip() for value in seen.facts.get(name, ()) if value.strip())


def overlap(earlier: Seen, now: Seen, name: str) -> bool:
    return bool(set(fact(earlier, name)) & set(fact(now, name)))


def _handles(seen: Seen) -> set[str]:
    return {value.lstrip("@").casefold() for value in fact(seen, "author.handle")}


def new_accounts(earlier: Seen, now: Seen) -> set[str]:
    """Stable ids of accounts that the earlier capture had in no spelling (`1002` is one of `acct:1002`)."""
    known = {_core(value) for value in fact(earlier, "author.id")}
    return {value for value in fact(now, "author.id") if _core(value) not in known}


def _core(value: str) -> str:
    if value.startswith("did:"):
        return value
    return re.split(r"[:/#@=]", value.rstrip("/"))[-1] or value


def other_handle(earlier: Seen, now: Seen) -> bool:
    before, after = _handles(earlier), _handles(now)
    return bool(before) and bool(after) and not before & after


def shown_texts(seen: Seen) -> tuple[str, ...]:
    """Texts of the post that the page shows, as far as that was looked for; old data may outlive the post."""
    return () if names_unseen_text(seen) else fact(seen, "post.text")


def names_unseen_text(seen: Seen) -> bool:
    """The page states a text of the post, and shows none: that the post is there does not follow from it."""
    looked = fact(seen, "post.text_shown")
    return "no" in looked and "yes" not in looked


def same_post_text(earlier: Seen, now: Seen) -> bool | None:
    """Whether a text of the post is the same; None where one of the captures shows none."""
    before, after = shown_texts(earlier), shown_texts(now)
    if not before or not after:
        return None
    return any(same_words(one, other) for one in before for other in after)


def is_profile(seen: Seen) -> bool:
    if seen.page_kind:
        return seen.page_kind == "profile"
    return bool(fact(seen, "author.id") or fact(seen, "author.handle")) and not (
        fact(seen, "post.id") or fact(seen, "post.text")
    )


def same_engine(earlier: Seen, now: Seen) -> bool:
    return earlier.engine == now.engine


def moved(earlier: Seen, now: Seen) -> bool:
    return _place(earlier.final_url) != _place(now.final_url)


def _place(url: str) -> tuple[str, str]:
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return "", url
    return host, parts.path.rstrip("/").casefold()
