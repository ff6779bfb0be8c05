"""Which posts of an account are measured, and when none are: the account's own words, enough of them, one person's."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from abusekit.accounts.signals.distortion import WORD
from abusekit.accounts.signals.folding import emptied
from abusekit.accounts.signals.style_language import MEASURED, languages

LEAST_POSTS = 10
LEAST_CHARACTERS = 400
LEAST_WORDS = 3
"""A post of fewer words is left out, as it was in the corpora that the constants were fitted on."""
MOST_POSTS = 300
MOST_CHARACTERS = 4000
"""Of one post; what is longer is cut there, and a post that is more than half of an account stands for itself."""

_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Sample:
    """What is measured of one account."""

    posts: tuple[str, ...]
    # folded, links and digits emptied, no two alike, in the order given
    why: str = ""
    # why its style is not compared; empty: it is

    def evenly(self, count: int) -> tuple[str, ...]:
        """`count` of the posts, spread over all of them; the same ones every time."""
        total = len(self.posts)
        return self.posts if total <= count else tuple(self.posts[at * total // count] for at in range(count))


def sample(posts: Sequence[str], quoted: int = 0) -> Sample:
    """The posts of an account that can be measured, or why they cannot; `quoted`: reposts and quotes beside them."""
    taken = posts if len(posts) <= 4 * MOST_POSTS else [
        posts[at * len(posts) // (4 * MOST_POSTS)] for at in range(4 * MOST_POSTS)
    ]  # fmt: skip
    worded = [text for post in taken if len((text := _cut(post)).split()) >= LEAST_WORDS]
    distinct = tuple(dict.fromkeys(worded))
    kept = Sample(distinct).evenly(MOST_POSTS)
    return Sample(kept, _unfit(posts, worded, kept, quoted))


def _cut(post: str) -> str:
    return _SPACE.sub(" ", emptied(post[: 2 * MOST_CHARACTERS]))[:MOST_CHARACTERS].strip()


def _unfit(posts: Sequence[str], worded: list[str], kept: tuple[str, ...], quoted: int) -> str:
    """Why not, in words that follow `not compared: ` and name no account; empty where nothing stands against it."""
    if quoted > len(posts):
        return f"mostly reposts or quotes: {quoted} beside {len(posts)} posts in the account's own words"
    if len(worded) >= LEAST_POSTS and 2 * len(set(worded)) < len(worded):
        return f"the same posts again and again: {len(set(worded))} different ones among {len(worded)}"
    if len(kept) < LEAST_POSTS:
        return f"{len(kept)} different posts of {LEAST_WORDS} words or more; {LEAST_POSTS} are needed"
    size = sum(map(len, kept))
    if size < LEAST_CHARACTERS:
        return f"{size} characters; {LEAST_CHARACTERS} are needed"
    if 2 * max(map(len, kept)) > size:
        return "one post is more than half of all that the account wrote"
    often = max(Counter(tuple(WORD.findall(post.lower())[:3]) or post for post in kept).values())
    if 2 * often > len(kept):
        return f"{often} of {len(kept)} posts begin with the same three words: a form, not a style"
    whole = "\n".join(kept)
    if 2 * sum(map(str.isalpha, whole)) < sum(map(len, whole.split())):
        return "less than half of what the account wrote is letters"
    return _language(whole)


def _language(text: str) -> str:
    found = languages(text)
    if found == (MEASURED,):
        return ""
    if not found:
        return "the language could not be told"
    if len(found) > 1:
        return f"mixed languages, not compared: {' and '.join(found)}"
    return f"written in {found[0]}: the method was measured on {MEASURED} only"
