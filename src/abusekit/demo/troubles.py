"""The addresses of the practice site that give trouble, as sites do: each with a known, repeatable fault.

Stateless: the answer depends on the seed and the address alone. What remembers is in `walls.py` and `changes.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import parse_qs

from abusekit.demo import render
from abusekit.demo.answers import Answer, answer

MAX_SLOW_MS = 120_000
"""The longest wait of `/slow`, milliseconds."""
MAX_BIG_KB = 65_536
"""The biggest page of `/big`, units of 1024 bytes."""
MAX_REDIRECTS = 50
"""The longest chain of `/r/N`."""


def notice(status: int, title: str, *lines: str, headers: tuple[tuple[str, str], ...] = ()) -> Answer:
    """A page that is only a message."""
    return answer(status, render.notice_page(title, lines), headers=headers)


def not_found(title: str = "Nothing here") -> Answer:
    """404, in the site's own look."""
    return notice(404, title, "This address leads nowhere.")


def moved(status: int, location: str) -> Answer:
    """A redirect, with a page for those who do not follow it."""
    return notice(status, "Moved", f"This page is now at {location}", headers=(("Location", location),))


def _error(_: int, __: str, ___: str) -> Answer:
    return notice(500, "Something broke", "Chatterbox could not make this page.")


def _busy(_: int, __: str, ___: str) -> Answer:
    return notice(503, "Down for repairs", "Chatterbox will be back soon.", headers=(("Retry-After", "1"),))


def _slow(_: int, __: str, query: str) -> Answer:
    page = notice(200, "Here at last", "This page takes its time.")
    return replace(page, delay_ms=_number(query, "ms", 1000, MAX_SLOW_MS))


def _redirect(_: int, digits: str, __: str) -> Answer:
    left = int(digits)
    if left > MAX_REDIRECTS:
        return not_found()
    if left == 0:
        return notice(200, "You have arrived", "This is the end of the chain.")
    return moved(302, f"/r/{left - 1}")


def _loop(_: int, again: str, __: str) -> Answer:
    return moved(302, "/loop" if again else "/loop/again")


def _cut(seed: int, _: str, __: str) -> Answer:
    return replace(answer(200, render.numbered_page(seed, 1), pack=False), fault="cut")


def _reset(_: int, __: str, ___: str) -> Answer:
    return replace(answer(200, b""), fault="reset")


def _big(_: int, __: str, query: str) -> Answer:
    kilobyte = b"".join(b"big practice page, line %02d of 16 %s\n" % (one, b"." * 30) for one in range(16))
    body = kilobyte[:1023] + b"\n"
    return answer(200, body * _number(query, "kb", 1024, MAX_BIG_KB), "text/plain; charset=utf-8", pack=False)


def _number(query: str, name: str, default: int, most: int) -> int:
    """A whole number from the query, within 0 to `most`; `default` where it is absent or not one."""
    value = parse_qs(query).get(name, [""])[0]
    return min(int(value), most) if re.fullmatch(r"[0-9]{1,9}", value) else default


ROUTES: tuple[tuple[str, Callable[[int, str, str], Answer]], ...] = (
    (r"/error", _error),
    (r"/busy", _busy),
    (r"/slow", _slow),
    (r"/r/(\d{1,9})", _redirect),
    (r"/loop(/again)?", _loop),
    (r"/cut", _cut),
    (r"/reset", _reset),
    (r"/big", _big),
)
"""Pattern of the path, and what answers (seed, the pattern's group, the query)."""
