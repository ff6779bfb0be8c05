"""The story that the practice site tells: invented people, mild words, one course of conduct.

Everything here is made up. The hostile lines are neutral placeholders ("nobody likes you"), since a person
who practises may have met the real thing. The plot has what an investigator meets: a platform's stable id that
survives a rename, a second account that reuses a picture, a removed post, a suspended account.
"""

from __future__ import annotations

import functools
import random
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).parent / "templates"
VICTIM, ABUSER, SECOND_ACCOUNT, FRIEND, SUSPENDED = 1001, 1002, 1003, 1004, 1005
OLD_HANDLE, NEW_HANDLE = "night_owl_77", "owl_is_back"
FIRST_POST = datetime(2026, 6, 12, 20, 41, 7, 250_000, tzinfo=UTC)
PAGE_BYTES = 60_000
"""Size of a numbered page before compression; a third of it after, as on ordinary news pages."""
MAX_PAGE_NUMBER = 100_000


@dataclass(frozen=True, slots=True)
class Account:
    """A profile of the invented network."""

    user_id: int
    # the platform's own number: never changes
    handle: str
    # without the @; can change
    name: str
    # the display name
    bio: str
    # in the account's own words
    joined: datetime
    # UTC
    avatar: str
    # name of a picture in `pictures.py`
    followers: int
    # a count
    suspended: bool = False
    # whether the platform closed it


@dataclass(frozen=True, slots=True)
class Post:
    """A post or, with `reply_to`, a reply."""

    post_id: int
    # the platform's own number
    author_id: int
    # user_id of the account
    at: datetime
    # UTC, to the millisecond
    text: str
    # as written
    likes: int
    # a count
    reply_to: int | None = None
    # post_id of the post that is answered
    picture: str = ""
    # name of a picture in `pictures.py`, empty for none
    picture_text: str = ""
    # the picture's description for those who do not see it


@dataclass(frozen=True, slots=True)
class Story:
    """The state of the network at one moment; a change gives a new one."""

    accounts: tuple[Account, ...]
    # in order of user_id
    posts: tuple[Post, ...]
    # in order of time

    def account(self, user_id: int) -> Account:
        """The account of that number; KeyError where there is none."""
        for one in self.accounts:
            if one.user_id == user_id:
                return one
        raise KeyError(user_id)

    def by_handle(self, handle: str) -> Account | None:
        """The account that has this handle now; letters' case is not looked at, as on most networks."""
        return next((one for one in self.accounts if one.handle.lower() == handle.lower()), None)

    def post(self, post_id: int) -> Post | None:
        """The post of that number, None where it is not, or no longer, there."""
        return next((one for one in self.posts if one.post_id == post_id), None)

    def renamed(self, user_id: int, handle: str) -> Story:
        """The same story with one account under another handle."""
        changed = (replace(one, handle=handle) if one.user_id == user_id else one for one in self.accounts)
        return replace(self, accounts=tuple(changed))

    def without(self, post_id: int) -> Story:
        """The same story without one post; replies to it stay."""
        return replace(self, posts=tuple(one for one in self.posts if one.post_id != post_id))


def tell(seed: int) -> Story:
    """The story at its beginning: handle `night_owl_77`, nothing deleted. Counts come from `seed`."""
    chance = random.Random(f"story {seed}")  # noqa: S311 - for invented numbers, not for secrets

    def joined(year: int, month: int) -> datetime:
        return datetime(year, month, chance.randint(1, 28), chance.randint(6, 22), 15, tzinfo=UTC)

    accounts = (
        Account(
            VICTIM, "mira_walks", "Mira Vale", "Walks, gardens, one old dog.", joined(2021, 4), "mira", 214
        ),
        Account(ABUSER, OLD_HANDLE, "Night Owl", "I see everything.", joined(2024, 1), "owl", 9),
        Account(SECOND_ACCOUNT, "tawny_watcher", "T. W.", "new here", joined(2026, 6), "owl", 1),
        Account(FRIEND, "sam_bakes", "Sam Okoro", "Bread first, talk later.", joined(2020, 9), "sam", 532),
        Account(SUSPENDED, "grey_gull_5", "Grey Gull", "", joined(2025, 11), "gull", 0, suspended=True),
    )
    posts = []
    for number, (author, minutes, text, reply_to, picture, picture_text) in enumerate(_PLOT):
        at = FIRST_POST + timedelta(minutes=minutes, milliseconds=37 * number)
        likes = chance.randint(0, 3 if author in (ABUSER, SECOND_ACCOUNT) else 60)
        posts.append(Post(5001 + number, author, at, text, likes, reply_to, picture, picture_text))
    return Story(accounts, tuple(posts))


DAY = 24 * 60
_PLOT: tuple[tuple[int, int, str, int | None, str, str], ...] = (
    # author, minutes after FIRST_POST, words, reply to, picture, its description
    (VICTIM, 0, "The garden gate has a new coat of paint. Blue at last!", None, "garden_gate",
     "A blue garden gate in the evening"),
    (FRIEND, 12, "Lovely. Bring the dog round on Sunday?", 5001, "", ""),
    (ABUSER, 95, "Nobody likes you. Nobody likes your gate.", 5001, "", ""),
    (VICTIM, DAY + 30, "I have asked you to stop writing to me. Please stop.", 5003, "", ""),
    (ABUSER, DAY + 34, "I will stop when I want to. You should leave this town.", 5003, "", ""),
    (ABUSER, 2 * DAY + 140, "Saw you at the bus stop, 18:10. Green coat.", None, "", ""),
    (ABUSER, 3 * DAY + 65, "I know which gate is yours now.", None, "gate_at_night",
     "A blue gate at night, seen from across a road"),
    (FRIEND, 3 * DAY + 90, "This is not funny. Leave her alone.", 5007, "", ""),
    (SECOND_ACCOUNT, 5 * DAY + 15, "Blocking will not help. Nobody likes you on this account either.",
     5001, "", ""),
    (SECOND_ACCOUNT, 5 * DAY + 21, "You cannot block all of us <b>& you know it</b>", None, "", ""),
    (VICTIM, 6 * DAY + 200, "Taking a break from here. Sam knows how to reach me.", None, "", ""),
)  # fmt: skip


def profile_page(story: Story, account: Account) -> bytes:
    """The profile of an account that is open, newest post first."""
    theirs = sorted((one for one in story.posts if one.author_id == account.user_id), key=_when, reverse=True)
    return _render(
        "profile.html",
        account=account,
        posts=theirs,
        story=story,
        title=f"{account.name} (@{account.handle})",
    )


def post_page(story: Story, post: Post) -> bytes:
    """One post with what it answers and what answers it, oldest reply first."""
    above = story.post(post.reply_to) if post.reply_to else None
    replies = sorted((one for one in story.posts if one.reply_to == post.post_id), key=_when)
    author = story.account(post.author_id)
    title = f"{author.name} on Chatterbox"
    return _render(
        "post.html", post=post, author=author, above=above, replies=replies, story=story, title=title
    )


def front_page(story: Story) -> bytes:
    """Everything that is open, newest first, and the people."""
    posts = sorted(story.posts, key=_when, reverse=True)
    return _render("front.html", posts=posts, accounts=story.accounts, story=story, title="Chatterbox")


def notice_page(title: str, lines: tuple[str, ...], *, form: bool = False) -> bytes:
    """A page that is only a message, such as "This post was removed"; with `form`, a log-in form below it."""
    return _render("notice.html", title=title, lines=lines, form=form)


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
    page = _render("numbered.html", title=f"Notice {number}", number=number, at=at, paragraphs=paragraphs)
    end = b"\n</main></body></html>\n"
    # words are ASCII letters, so a cut falls between characters; within an element's text, which HTML allows
    return (
        page[: PAGE_BYTES - len(end) - 4].rsplit(b" ", 1)[0].ljust(PAGE_BYTES - len(end) - 4) + b"</p>" + end
    )


@functools.lru_cache(maxsize=8)
def _words(seed: int) -> tuple[str, ...]:
    """A vocabulary big enough that a page compresses to a third, as prose with its markup does."""
    chance = random.Random(f"words {seed}")  # noqa: S311 - for invented text
    plain = [word for line in _PLOT for word in line[2].lower().strip("!.?").split() if word.isalpha()]
    made = ("".join(chance.choices("aeioulnrstdm", k=chance.randint(3, 9))) for _ in range(900))
    return (*plain, *made)


def style_sheet() -> bytes:
    """The one style sheet; names no font file and no other resource."""
    return (TEMPLATES / "site.css").read_bytes()


def _when(post: Post) -> datetime:
    return post.at


def _render(template: str, **facts: Any) -> bytes:
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
