"""What happens on the practice site while somebody watches: the changes that a re-check must tell apart.

Each is a method, and takes effect with the next request. What the address then says:
    rename, reuse_handle      301 or 404 at the old handle; another account under a known handle
    reopen                    200 at a handle that nobody had
    edit                      200, other words, an "edited" mark, dateModified
    delete                    410 or 404 "This post was removed"
    close_account, suspend    404 "This account doesn't exist"; 403 "Account suspended"
    expire                    404 "This story is no longer available"
    require_login             302 to /login
    challenge                 403 "Checking your browser"
    geo_block                 451 "Not available in your country"
    limit                     429 with Retry-After
    go_down                   the connection is reset
    unclear                   200, a page that has nothing to do with what was there
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Literal

from abusekit.demo import content, everyday
from abusekit.demo.answers import Answer, SeenRequest
from abusekit.errors import UsageError

EVERY_PATH = "*"
"""In place of a path: whatever is asked for."""
EDITED_AFTER = timedelta(hours=26, minutes=3)
"""An edited post says that it was edited this long after it was written."""
NEWCOMER = 1099
"""user_id of the account that takes a known handle."""

Barrier = Literal["login", "challenge", "geo", "limit", "down", "unclear"]


class Network:
    """The state of the practice site and what can happen to it; safe to change while it serves."""

    def __init__(self, seed: int, scheme: str) -> None:
        self.seed = seed
        self.scheme = scheme
        self.story = content.tell(seed)
        self._lock = threading.Lock()
        self._old_handles: dict[str, str | None] = {}  # handle, lower case → new handle, None for 404
        self._removed: dict[int, int] = {}  # post id → status
        self._expired: set[int] = set()
        self._barriers: dict[str, tuple[Barrier, int | None]] = {}  # path → kind, how many times still
        self._counted: dict[str, int] = {}
        self._pages: dict[tuple[str, int | str], Answer] = {}

    @property
    def other_origin(self) -> str:
        """Where the same network is found under another host name; empty where it is not."""
        return ""

    def rename(
        self, *, redirect: bool = True, user_id: int = content.ABUSER, handle: str = content.NEW_HANDLE
    ) -> None:
        """An account takes another handle; the old address then gives 301 to the new one, or 404."""
        with self._lock:
            self._rename(user_id, handle, redirect=redirect)

    def reuse_handle(self, handle: str = content.OLD_HANDLE) -> int:
        """A new account, which has nothing to do with the old one, takes this handle; its user_id comes back.

        Where the handle is still in use its owner is renamed first. `UsageError` for a handle that nobody had.
        """
        with self._lock:
            owner = self.story.by_handle(handle)
            if owner is None and handle.lower() not in self._old_handles:
                raise UsageError(f"nobody on the practice site had the handle {handle}", "name a known one")
            if owner is not None:
                new = content.NEW_HANDLE if owner.user_id == content.ABUSER else f"{handle}_before"
                self._rename(owner.user_id, new, redirect=False)
            self._old_handles.pop(handle.lower(), None)
            joined = content.FIRST_POST + timedelta(days=30)
            bio = "Pictures of moths. New on this network."
            made = content.Account(NEWCOMER, handle, "Alex Fenn", bio, joined, "june", 3)
            self._tell(self.story.changed(made))
        return NEWCOMER

    def reopen(self) -> int:
        """The abuser opens one more account; its user_id comes back."""
        with self._lock:
            self._tell(self.story.changed(content.reopened()))
        return content.REOPENED

    def edit(self, post_id: int, text: str) -> None:
        """A post gets other words; `UsageError` where there is no such post."""
        with self._lock:
            at = self._known(post_id).at + EDITED_AFTER
            self._tell(self.story.rewritten(post_id, text, at))

    def delete(self, post_id: int, *, status: int = 410) -> None:
        """`/post/<post_id>` says from now on that the post was removed; `UsageError`: there is no such post."""
        with self._lock:
            self._known(post_id)
            self._removed[post_id] = status
            self._tell(self.story.without(post_id))

    def close_account(self, handle: str) -> None:
        """The owner closes the account: its profile and its posts are gone. `UsageError`: no such account."""
        self._change_account(handle, lambda one: replace(one, closed=True))

    def suspend(self, handle: str) -> None:
        """The platform closes the account, and says so. `UsageError`: no such account."""
        self._change_account(handle, lambda one: replace(one, suspended=True))

    def expire(self, number: int) -> None:
        """The story `/story/<number>` has had its day."""
        with self._lock:
            self._expired.add(number)

    def require_login(self, path: str = EVERY_PATH) -> None:
        """From now on this path is for those who have logged in."""
        self._bar(path, "login")

    def challenge(self, path: str = EVERY_PATH) -> None:
        """From now on this path wants a proof that a person asks."""
        self._bar(path, "challenge")

    def geo_block(self, path: str = EVERY_PATH) -> None:
        """From now on this path is not for this country."""
        self._bar(path, "geo")

    def limit(self, path: str = EVERY_PATH, *, until: int | None = None) -> None:
        """From now on this path answers 429: the next `until` times, or always."""
        self._bar(path, "limit", until)

    def go_down(self, path: str = EVERY_PATH) -> None:
        """From now on this path's connections are reset."""
        self._bar(path, "down")

    def unclear(self, path: str) -> None:
        """From now on this path shows a wholly different page."""
        self._bar(path, "unclear")

    def restore(self, path: str = EVERY_PATH) -> None:
        """What stood before this path is taken away: `require_login` to `unclear`, no other change."""
        with self._lock:
            self._barriers.pop(path, None)

    def barrier(self, path: str) -> Barrier | None:
        """What stands before this path now; a limited number of refusals is counted down."""
        with self._lock:
            for one in (path, EVERY_PATH):
                kind, left = self._barriers.get(one, (None, None))
                if kind is None or left == 0:
                    continue
                if left is not None:
                    self._barriers[one] = kind, left - 1
                return kind
        return None

    def removed(self, post_id: int) -> int | None:
        """The status of a removed post, None where no such post was removed."""
        return self._removed.get(post_id)

    def expired(self, number: int) -> bool:
        """Whether that story has had its day."""
        return number in self._expired

    def moved_to(self, handle: str) -> str | None:
        """The handle that replaced this one, None where the network does not tell."""
        return self._old_handles.get(handle.lower())

    def count(self, name: str) -> int:
        """How many times this was called with this name, this one included."""
        with self._lock:
            self._counted[name] = self._counted.get(name, 0) + 1
            return self._counted[name]

    def kept(self, kind: str, key: int | str, make: Callable[[content.Story], Answer]) -> Answer:
        """The answer made once for this state of the story."""
        with self._lock:
            kept, story = self._pages, self.story  # a change puts both anew, under the lock
        if (kind, key) not in kept:
            kept[kind, key] = make(story)
        return kept[kind, key]

    def origin(self, seen: SeenRequest) -> str:
        """Scheme and host as this client asked for them, for the addresses that must be whole."""
        return f"{self.scheme}://{seen.header('host')}"

    def _rename(self, user_id: int, handle: str, *, redirect: bool) -> None:
        old = self.story.account(user_id).handle
        self._old_handles[old.lower()] = handle if redirect else None
        self._tell(self.story.renamed(user_id, handle))

    def _change_account(self, handle: str, change: Callable[[content.Account], content.Account]) -> None:
        with self._lock:
            account = self.story.by_handle(handle)
            if account is None:
                raise UsageError(f"the practice site has no account {handle}", "name a handle without the @")
            self._tell(self.story.changed(change(account)))

    def _known(self, post_id: int) -> everyday.Post:
        post = self.story.post(post_id)
        if post is None:
            raise UsageError(f"the practice site has no post {post_id}", "posts are numbered from 5001")
        return post

    def _bar(self, path: str, kind: Barrier, until: int | None = None) -> None:
        with self._lock:
            self._barriers[path] = kind, until

    def _tell(self, story: content.Story) -> None:
        self.story = story
        self._pages = {}
