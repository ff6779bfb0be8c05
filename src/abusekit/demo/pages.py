"""The pages of the practice site, their pictures, scripts and the video."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from abusekit.demo import api, pictures, render
from abusekit.demo.answers import Answer, SeenRequest, answer
from abusekit.demo.changes import Network
from abusekit.demo.content import Account
from abusekit.demo.troubles import moved, not_found, notice

STATIC = Path(__file__).parent / "static"
STATIC_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
"""What `/static/` gives out, and as what."""


def _front(network: Network, _: SeenRequest, __: str) -> Answer:
    return network.kept("front", 0, lambda story: answer(200, render.front_page(story)))


def _closed(account: Account) -> Answer | None:
    """What the pages of a closed account say; None: the account is open."""
    if account.closed:
        return notice(404, "This account doesn't exist", "Try searching for another.")
    if account.suspended:
        return notice(403, "Account suspended", "Chatterbox closed this account for breaking its rules.")
    return None


def _profile(network: Network, _: SeenRequest, handle: str) -> Answer:
    account = network.story.by_handle(handle)
    if account is None:
        new = network.moved_to(handle)
        return moved(301, f"/@{new}") if new else not_found("No such account")
    return _closed(account) or network.kept(
        "profile",
        account.user_id,
        lambda story: answer(200, render.profile_page(story, story.account(account.user_id))),
    )


def _user(network: Network, seen: SeenRequest, digits: str) -> Answer:
    """The address that never changes: leads to where the account is now."""
    try:
        account = network.story.account(int(digits))
    except KeyError:
        return not_found("No such account")
    if api.wants_activity(seen):
        return moved(302, f"/users/{digits}.json")
    return moved(302, f"/@{account.handle}")


def _post(network: Network, seen: SeenRequest, digits: str) -> Answer:
    return _post_or_thread(network, seen, int(digits), whole_thread=False)


def _thread(network: Network, seen: SeenRequest, digits: str) -> Answer:
    return _post_or_thread(network, seen, int(digits), whole_thread=True)


def _post_or_thread(network: Network, seen: SeenRequest, number: int, *, whole_thread: bool) -> Answer:
    post = network.story.post(number)
    if post is None:
        status = network.removed(number)
        if status is None:
            return not_found("No such post")
        return notice(status, "This post was removed", "It is no longer on Chatterbox.")
    closed = _closed(network.story.account(post.author_id))
    if closed is not None:
        return closed
    if api.wants_activity(seen):
        return api.note(network, seen, post)
    return network.kept(
        "thread" if whole_thread else "post",
        number,
        lambda story: answer(200, render.post_page(story, post, whole_thread=whole_thread)),
    )


def _numbered_post(network: Network, _: SeenRequest, digits: str) -> Answer:
    post = api.numbered_post(network, int(digits))
    if post is None:
        return not_found("No such post")
    return network.kept(
        "numbered", post.number, lambda _story: answer(200, render.numbered_post_page(post), brotli=True)
    )


def _programmed(template: str, title: str) -> Callable[[Network, SeenRequest, str], Answer]:
    """A page that is nothing without its scripts; sent by brotli or gzip, in chunks."""

    def serve(network: Network, _: SeenRequest, __: str) -> Answer:
        return network.kept(
            template,
            0,
            lambda _story: answer(
                200,
                render.page(template, title=title, other_origin=network.other_origin),
                brotli=True,
                chunked=True,
            ),
        )

    return serve


def _widget(_: Network, __: SeenRequest, ___: str) -> Answer:
    return answer(200, render.page("widget.html", title="Weather"))


def _page(network: Network, _: SeenRequest, digits: str) -> Answer:
    if not 1 <= int(digits) <= render.MAX_PAGE_NUMBER:
        return not_found()
    return numbered(network.seed, int(digits))


@functools.lru_cache(maxsize=4096)
def numbered(seed: int, number: int) -> Answer:
    """The answer of `/pages/<number>`, made once."""
    return answer(200, render.numbered_page(seed, number), keep_body=False)


def _avatar(network: Network, seen: SeenRequest, digits: str) -> Answer:
    if not any(one.user_id == int(digits) for one in network.story.accounts):
        return not_found()
    return _photo(network, seen, network.story.account(int(digits)).avatar)


def _photo(network: Network, _: SeenRequest, name: str) -> Answer:
    try:
        drawn = pictures.jpeg(network.seed, name)
    except KeyError:
        return not_found()
    return network.kept("photo", name, lambda _story: answer(200, drawn, "image/jpeg"))


def _old_photo(_: Network, __: SeenRequest, name: str) -> Answer:
    return moved(302, f"/photo/{name}.jpg")


def _screenshot(network: Network, _: SeenRequest, __: str) -> Answer:
    drawn = pictures.screenshot_png(("Night Owl  @night_owl_77", "I know which gate", "is yours now."))
    return network.kept("photo", "screenshot.png", lambda _story: answer(200, drawn, "image/png"))


def _video(network: Network, _: SeenRequest, __: str) -> Answer:
    film = (STATIC / "gate_swing.webm").read_bytes()
    return network.kept("video", 0, lambda _story: replace(answer(200, film, "video/webm"), ranges=True))


def _static(network: Network, _: SeenRequest, name: str) -> Answer:
    path = STATIC / name  # the pattern admits no slash and no leading dot
    if path.suffix not in STATIC_TYPES or not path.is_file():
        return not_found()
    return network.kept(
        "static", name, lambda _story: answer(200, path.read_bytes(), STATIC_TYPES[path.suffix], brotli=True)
    )


def _service_worker(network: Network, seen: SeenRequest, _: str) -> Answer:
    """At the root, since a service worker serves what lies below its own address."""
    return _static(network, seen, "sw.js")


ROUTES: tuple[tuple[str, Callable[[Network, SeenRequest, str], Answer]], ...] = (
    (r"/", _front),
    (r"/@(\w{1,30})", _profile),
    (r"/users/(\d{1,9})", _user),
    (r"/post/(\d{1,20})", _post),
    (r"/thread/(\d{1,20})", _thread),
    (r"/posts/(\d{1,9})", _numbered_post),
    (r"/feed", _programmed("feed.html", "What is new on Chatterbox")),
    (r"/worker", _programmed("worker.html", "Helpers at work")),
    (r"/live", _programmed("live.html", "Live")),
    (r"/video", _programmed("video.html", "A gate that swings")),
    (r"/framed", _programmed("framed.html", "Weather from next door")),
    (r"/everything", _programmed("everything.html", "Everything at once")),
    (r"/widget", _widget),
    (r"/pages/(\d{1,9})", _page),
    (r"/avatar/(\d{1,9})\.jpg", _avatar),
    (r"/photo/old/(\w{1,30})\.jpg", _old_photo),
    (r"/photo/screenshot\.png", _screenshot),
    (r"/photo/(\w{1,30})\.jpg", _photo),
    (r"/media/gate_swing\.webm", _video),
    (r"/static/(\w{1,30}\.\w{1,4})", _static),
    (r"/sw\.js", _service_worker),
)
"""Pattern of the path, and what answers (network, request, the pattern's group)."""
