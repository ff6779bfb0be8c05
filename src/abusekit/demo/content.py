"""The story that the practice site tells: invented people, mild words, one course of conduct.

Everything here is made up. The hostile lines are neutral placeholders ("nobody likes you"), since a person
who practises may have met the real thing. The plot has what an investigator meets: a platform's stable id that
survives a rename, a second account that reuses a picture, a removed post, a suspended account, one that is opened
again. Around it stand everyday posts by others (`everyday.py`), so that the feed has an end that must be scrolled to,
and bystanders (`neighbours.py`), so that what two accounts share can be seen to be rare, or not.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from abusekit.demo import everyday, neighbours
from abusekit.demo.everyday import Post

VICTIM, ABUSER, SECOND_ACCOUNT, FRIEND, SUSPENDED = 1001, 1002, 1003, 1004, 1005
READER, CYCLIST, REOPENED = 1006, 1007, 1008
OLD_HANDLE, NEW_HANDLE = "night_owl_77", "owl_is_back"
_MAIL = f"prints: {neighbours.MAILBOX}"
FIRST_POST = datetime(2026, 6, 12, 20, 41, 7, 250_000, tzinfo=UTC)


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
    # whether the platform closed it, and says so
    closed: bool = False
    # whether its owner closed it: as if it had never been


@dataclass(frozen=True, slots=True)
class Story:
    """The state of the network at one moment; a change gives a new one."""

    accounts: tuple[Account, ...]
    # in order of user_id
    posts: tuple[Post, ...]
    # the plot, in order of time
    others: tuple[Post, ...] = ()
    # everyday posts and replies, in order of time

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
        return next((one for one in (*self.posts, *self.others) if one.post_id == post_id), None)

    def newest_first(self) -> list[Post]:
        """Every post that can be seen, plot and others."""
        seen = (one for one in (*self.posts, *self.others) if self.shows(one.author_id))
        return sorted(seen, key=lambda one: (one.at, one.post_id), reverse=True)

    def replies(self, post_id: int) -> list[Post]:
        """What answers a post directly and can be seen, oldest first."""
        return [one for one in reversed(self.newest_first()) if one.reply_to == post_id]

    def root(self, post: Post) -> Post:
        """The post that began the thread, as far up as posts are still there."""
        while post.reply_to is not None and (above := self.post(post.reply_to)) is not None:
            post = above
        return post

    def shows(self, user_id: int) -> bool:
        """Whether this account's posts can be seen."""
        author = self.account(user_id)
        return not (author.suspended or author.closed)

    def renamed(self, user_id: int, handle: str) -> Story:
        """The same story with one account under another handle."""
        return self.changed(replace(self.account(user_id), handle=handle))

    def changed(self, account: Account) -> Story:
        """The same story with this account in place of the one of its number, or added."""
        kept = (one for one in self.accounts if one.user_id != account.user_id)
        return replace(self, accounts=tuple(sorted((*kept, account), key=lambda one: one.user_id)))

    def without(self, post_id: int) -> Story:
        """The same story without one post; replies to it stay."""
        return self._each_post(lambda one: None if one.post_id == post_id else one)

    def rewritten(self, post_id: int, text: str, at: datetime) -> Story:
        """The same story with one post's words changed, and marked as edited at that moment."""
        return self._each_post(
            lambda one: replace(one, text=text, edited=at) if one.post_id == post_id else one
        )

    def _each_post(self, change: Callable[[Post], Post | None]) -> Story:
        posts = tuple(new for one in self.posts if (new := change(one)) is not None)
        others = tuple(new for one in self.others if (new := change(one)) is not None)
        return replace(self, posts=posts, others=others)


def tell(seed: int) -> Story:
    """The story at its beginning: handle `night_owl_77`, nothing deleted. Counts come from `seed`."""
    chance = random.Random(f"story {seed}")  # noqa: S311 - for invented numbers, not for secrets

    def joined(year: int, month: int) -> datetime:
        return datetime(year, month, chance.randint(1, 28), chance.randint(6, 22), 15, tzinfo=UTC)

    accounts = (
        Account(
            VICTIM, "mira_walks", "Mira Vale", "Walks, gardens, one old dog.", joined(2021, 4), "mira", 214
        ),
        Account(ABUSER, OLD_HANDLE, "Night Owl", f"I see everything. {_MAIL}", joined(2024, 1), "owl", 9),
        Account(SECOND_ACCOUNT, "tawny_watcher", "T. W.", f"new here. {_MAIL}", joined(2026, 6), "owl", 1),
        Account(FRIEND, "sam_bakes", "Sam Okoro", "Bread first, talk later.", joined(2020, 9), "sam", 532),
        Account(SUSPENDED, "grey_gull_5", "Grey Gull", "", joined(2025, 11), "gull", 0, suspended=True),
        Account(READER, "june_reads", "June Marsh", "Library days.", joined(2022, 2), "june", 88),
        Account(
            CYCLIST, "ravi_cycles", "Ravi Lund", "Two wheels, any weather.", joined(2023, 5), "ravi", 140
        ),
        *(
            Account(one.user_id, one.handle, one.name, one.bio, joined(2023, 3), _picture(one.user_id), 20)
            for one in (*neighbours.NEIGHBOURS, neighbours.OWL_FAN, neighbours.IMPERSONATOR)
        ),
    )
    posts = []
    for number, (author, minutes, text, reply_to, picture, picture_text) in enumerate(_PLOT):
        at = FIRST_POST + timedelta(minutes=minutes, milliseconds=37 * number)
        likes = chance.randint(0, 3 if author in (ABUSER, SECOND_ACCOUNT) else 60)
        posts.append(Post(5001 + number, author, at, text, likes, reply_to, picture, picture_text))
    others = everyday.posts(seed, FIRST_POST, authors=(VICTIM, FRIEND, READER, CYCLIST), thread=5001)
    return Story(accounts, tuple(posts), others)


def reopened() -> Account:
    """The account that appears after the abuser's was suspended: a number further on, the same mailbox."""
    joined = FIRST_POST + timedelta(days=8, hours=3)
    return Account(REOPENED, "night_owl_78", "N. Owl", f"back again. {_MAIL}", joined, "owl", 0)


def _picture(user_id: int) -> str:
    return "mira" if user_id == neighbours.IMPERSONATOR.user_id else f"view_{user_id}"


def plot_words() -> list[str]:
    """The words of the plot, lower case, for texts that mean nothing."""
    return [word for line in _PLOT for word in line[2].lower().strip("!.?").split() if word.isalpha()]


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
