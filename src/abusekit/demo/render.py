"""The HTML of the practice site, from its templates."""

from __future__ import annotations

import functools
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from abusekit.demo.content import FIRST_POST, Account, Story, plot_words
from abusekit.demo.everyday import NumberedPost, Post

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).parent / "templates"
PAGE_BYTES = 60_000
"""Size of a numbered page before compression; a third of it after, as on ordinary news pages."""
MAX_PAGE_NUMBER = 100_000


def profile_page(story: Story, account: Account) -> bytes:
    """The profile of an account that is open, newest post first."""
    theirs = [one for one in story.newest_first() if one.author_id == account.user_id]
    return page(
        "profile.html",
        account=account,
        posts=theirs,
        story=story,
        title=f"{account.name} (@{account.handle})",
    )


def post_page(story: Story, post: Post, *, whole_thread: bool = False) -> bytes:
    """One post with what it answers and what answers it, oldest reply first.

    The replies that are not of the plot are not there, but for the `whole_thread`: there a button fetches all
    that follow the first two.
    """
    above = story.post(post.reply_to) if post.reply_to else None
    every = story.replies(post.post_id)
    shown = every[:2] if whole_thread else [one for one in every if one in story.posts]
    author = story.account(post.author_id)
    return page(
        "post.html",
        post=post,
        author=author,
        above=above if above is not None and story.shows(above.author_id) else None,
        root=story.root(post),
        replies=shown,
        hidden=len(every) - len(shown),
        whole_thread=whole_thread,
        story=story,
        title=f"{author.name} on Chatterbox",
    )


def front_page(story: Story) -> bytes:
    """Everything of the plot that is open, newest first, and the people."""
    posts = [one for one in story.newest_first() if one in story.posts]
    accounts = [one for one in story.accounts if not one.closed]
    return page("front.html", posts=posts, accounts=accounts, story=story, title="Chatterbox")


def notice_page(title: str, lines: tuple[str, ...], *, form: bool = False, back: str = "") -> bytes:
    """A page that is only a message, such as "This post was removed".

    With `form`, a log-in form below it, which leads to `back` afterwards.
    """
    return page("notice.html", title=title, lines=lines, form=form, back=back)


def numbered_post_page(post: NumberedPost) -> bytes:
    """The page of a post of the long list: the words are not in it, a script fetches them."""
    return page("numbered_post.html", title=f"Post {post.number} on Chatterbox", post=post)


def numbered_page(seed: int, number: int) -> bytes:
    """An ordinary long page, other text for each number; `PAGE_BYTES` bytes, no requisites."""
    chance = random.Random(f"page {seed} {number}")  # noqa: S311 - for invented text
    words = _words(seed)
    paragraphs, size = [], 0
    while size < PAGE_BYTES:
        paragraph = " ".join(chance.choices(words, k=90)).capitalize() + "."
        paragraphs.append(paragraph)
        size += len(paragraph) + 8
    at = FIRST_POST + timedelta(minutes=number)
    made = page("numbered.html", title=f"Notice {number}", number=number, at=at, paragraphs=paragraphs)
    end = b"\n</main></body></html>\n"
    # words are ASCII letters, so a cut falls between characters; within an element's text, which HTML allows
    return (
        made[: PAGE_BYTES - len(end) - 4].rsplit(b" ", 1)[0].ljust(PAGE_BYTES - len(end) - 4) + b"</p>" + end
    )


@functools.lru_cache(maxsize=8)
def _words(seed: int) -> tuple[str, ...]:
    """A vocabulary big enough that a page compresses to a third, as prose with its markup does."""
    chance = random.Random(f"words {seed}")  # noqa: S311 - for invented text
    made = ("".join(chance.choices("aeioulnrstdm", k=chance.randint(3, 9))) for _ in range(900))
    return (*plot_words(), *made)


def page(template: str, **facts: Any) -> bytes:
    """A template of the folder `templates`, filled in; a fact that it needs and does not get raises."""
    return _templates().get_template(template).render(**facts).encode()


def iso_milliseconds(at: datetime) -> str:
    """2026-06-12T20:41:07.250Z: UTC with its Z, three decimals, as networks write it."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@functools.cache
def _templates() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["iso"] = iso_milliseconds
    made.filters["day"] = lambda at: f"{at.day} {at:%B %Y}"  # %-d is not known on every platform
    return made
