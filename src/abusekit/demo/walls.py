"""What stands between a visitor and a page: log-in, consent, a challenge, a country, a limit, a story's end.

Log-in: any name and password will do. `/login?auto=1` logs in by itself, for a browser without a person.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from urllib.parse import parse_qs, quote

from abusekit.demo import render
from abusekit.demo.answers import Answer, SeenRequest, answer
from abusekit.demo.changes import Barrier, Network
from abusekit.demo.troubles import moved, not_found, notice

SESSION, CLEARANCE = "session", "clearance"
"""Names of the cookies of those who logged in, and who passed a challenge."""
STORIES = 9
"""Stories are numbered from 1 to this."""
DAY_SECONDS = 86_400
_LATER = (("Retry-After", "1"),)


def session_cookie(seed: int) -> str:
    """The value of the cookie that the site gives to those who log in."""
    return f"practice-session-{seed}"


def logged_in(network: Network, seen: SeenRequest) -> bool:
    """Whether the request carries the site's own session cookie."""
    return seen.cookie(SESSION) == session_cookie(network.seed)


def stop(network: Network, seen: SeenRequest) -> Answer | None:
    """What a barrier put up by a change answers, None where none stands or this visitor may pass."""
    kind = network.barrier(seen.path)
    if kind is None or (kind not in ("limit", "down") and seen.path.startswith(("/login", "/static/"))):
        return None  # the wall itself needs its form and its looks
    return _BARRIERS[kind](network, seen)


def _login_first(network: Network, seen: SeenRequest) -> Answer | None:
    if logged_in(network, seen):
        return None
    return moved(302, f"/login?next={quote(seen.target, safe='/')}")


def _prove(network: Network, seen: SeenRequest) -> Answer | None:
    return None if seen.cookie(CLEARANCE) == "passed" else _checking("person")


def _checking(passes: str) -> Answer:
    """The challenge; `passes`: "person" with a button to press, "itself" after a moment by script."""
    page = render.page("challenge.html", title="Checking your browser", passes=passes)
    return answer(403, page, headers=(("Cache-Control", "no-store"),))


def _abroad(_: Network, __: SeenRequest) -> Answer:
    return notice(
        451, "Not available in your country", "Chatterbox cannot show this page where you seem to be."
    )


def _slow_down(_: Network, __: SeenRequest) -> Answer:
    return notice(429, "Slow down", "Too many requests. Try again in a second.", headers=_LATER)


def _other_page(_: Network, __: SeenRequest) -> Answer:
    return answer(200, render.page("unclear.html", title="Chatterbox has a new look"))


_BARRIERS: dict[Barrier, Callable[[Network, SeenRequest], Answer | None]] = {
    "login": _login_first,
    "challenge": _prove,
    "geo": _abroad,
    "limit": _slow_down,
    "down": lambda _, __: replace(answer(200, b""), fault="reset"),
    "unclear": _other_page,
}


def _login(network: Network, seen: SeenRequest, _: str) -> Answer:
    """The form; with `auto=1`, or posted, the session's cookie and the way back."""
    fields = parse_qs(seen.body.decode("latin-1")) if seen.method == "POST" else {}
    back = (fields.get("next", [""])[0] if fields else seen.asked("next")) or "/members"
    if not back.startswith("/") or back.startswith("//") or not back.isascii() or not back.isprintable():
        back = "/members"
    if seen.method != "POST" and seen.asked("auto") != "1":
        return answer(
            200,
            render.notice_page(
                "Log in to Chatterbox", ("Only members can see this page.",), form=True, back=back
            ),
        )
    if seen.method == "POST" and not fields.get("name"):
        return answer(
            403,
            render.notice_page(
                "Log in to Chatterbox", ("A name is needed. Any will do here.",), form=True, back=back
            ),
        )
    value = f"{SESSION}={session_cookie(network.seed)}; Path=/; Max-Age={DAY_SECONDS}; HttpOnly; SameSite=Lax"
    return notice(
        303, "Welcome back", "You are logged in.", headers=(("Location", back), ("Set-Cookie", value))
    )


def _logout(_: Network, __: SeenRequest, ___: str) -> Answer:
    gone = (("Set-Cookie", f"{SESSION}=; Path=/; Max-Age=0"),)
    return notice(200, "Logged out", "This browser's session has ended.", headers=gone)


def _members(network: Network, seen: SeenRequest, _: str) -> Answer:
    """A wall that answers 200, and behind it the members' page."""
    if logged_in(network, seen):
        return answer(200, render.page("members.html", title="Members of Chatterbox", number=0))
    page = render.notice_page("Log in to Chatterbox", ("Only members can see this page.",), form=True)
    return answer(200, page, headers=(("Set-Cookie", f"visit=practice-{network.seed}; Path=/; HttpOnly"),))


def _private(network: Network, seen: SeenRequest, digits: str) -> Answer:
    wall = _login_first(network, seen)
    if wall is not None:
        return wall
    return answer(200, render.page("members.html", title=f"Private note {digits}", number=int(digits)))


def _challenge(_: Network, seen: SeenRequest, name: str) -> Answer:
    """`auto-…` is passed by the browser alone, any other name when a person presses the button."""
    if seen.cookie(CLEARANCE) == "passed":
        return notice(200, "Welcome", f"You have passed the check of {name}.")
    return _checking("itself" if name.startswith("auto-") else "person")


def _consent(_: Network, __: SeenRequest, ___: str) -> Answer:
    return answer(200, render.page("consent.html", title="A walk by the river"))


def _geo(network: Network, seen: SeenRequest, _: str) -> Answer:
    return _abroad(network, seen)


def _limited(network: Network, seen: SeenRequest, name: str) -> Answer:
    if network.count(f"limited {name}") == 1:
        return _slow_down(network, seen)
    return notice(200, "Welcome back", "This page was limited when it was first asked for.")


def _story(network: Network, _: SeenRequest, digits: str) -> Answer:
    number = int(digits)
    if not 1 <= number <= STORIES:
        return not_found("No such story")
    if network.expired(number):
        return notice(404, "This story is no longer available", "Stories are there for a day.")
    author = network.story.accounts[number % 4]
    return answer(200, render.page("story.html", title="A story", number=number, author=author))


ROUTES: tuple[tuple[str, Callable[[Network, SeenRequest, str], Answer]], ...] = (
    (r"/login", _login),
    (r"/logout", _logout),
    (r"/members", _members),
    (r"/private/(\d{1,6})", _private),
    (r"/challenge/([\w-]{1,30})", _challenge),
    (r"/consent", _consent),
    (r"/geo", _geo),
    (r"/limited/(\w{1,30})", _limited),
    (r"/story/(\d{1,6})", _story),
)
"""Pattern of the path, and what answers (network, request, the pattern's group)."""
