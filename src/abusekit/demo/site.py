"""Chatterbox, the practice website: a small invented social network on loopback, and the troubles sites give.

with PracticeSite(seed=1) as site:
    site.base_url            http://127.0.0.1:…
    site.rename()            @night_owl_77 becomes @owl_is_back, user id 1002 stays
    site.delete(5007)        /post/5007 answers 410 "This post was removed"

/  /@HANDLE  /post/ID  /avatar/ID.jpg  /photo/NAME.jpg  /photo/screenshot.png  /static/site.css
/pages/N                     ordinary long pages, for bulk lists
/members                     a log-in wall that answers 200
/limited/NAME                429 with Retry-After the first time, then 200
/error  /busy                500, and 503 with Retry-After
/slow?ms=N  /big?kb=N        late, and large
/r/N  /loop                  N redirects, and redirects without end
/cut  /reset                 half of the promised body, and no answer at all
"""

from __future__ import annotations

import functools
import ipaddress
import re
import ssl
import threading
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import unquote, urlsplit

from abusekit.demo import content, pictures, troubles
from abusekit.demo.authority import LocalAuthority
from abusekit.demo.samples import Samples, write_samples
from abusekit.demo.wire import Answer, LoopbackServer, SeenRequest, answer
from abusekit.errors import UsageError


def _system_clock() -> datetime:
    return datetime.now(UTC)


class PracticeSite:
    """The site as a context manager: it serves from `start` (or entering) to `stop` (or leaving), silently.

    `seed`: the same seed gives the same bytes under each address. `authority`: where given, HTTPS with its
    certificate. `host`: a loopback address; `UsageError` for any other, since the site must not be reachable.
    `clock`: what the Date header says, aware. Port 0 takes a free one; `OSError` where the port is taken.
    """

    def __init__(
        self,
        seed: int = 1,
        *,
        authority: LocalAuthority | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        clock: Callable[[], datetime] = _system_clock,
    ) -> None:
        if not ipaddress.ip_address(host).is_loopback:
            raise UsageError(f"the practice site does not serve on {host}", "use 127.0.0.1 or ::1")
        self.seed = seed
        self.authority = authority
        self.story = content.tell(seed)
        self.requests: list[SeenRequest] = []
        # every request understood, in the order in which they arrived
        self.faults: list[BaseException] = []
        # errors of the site itself, of which the client only saw a closed connection; empty when all is well
        self._address = (host, port)
        self._clock = clock
        self._lock = threading.Lock()
        self._old_handles: dict[str, str | None] = {}  # handle, lower case → new handle, None for 404
        self._removed: dict[int, int] = {}  # post id → status
        self._limited: set[str] = set()
        self._pages: dict[tuple[str, int | str], Answer] = {}
        self._server: LoopbackServer | None = None
        self._thread: threading.Thread | None = None

    @property
    def base_url(self) -> str:
        """Scheme, host and port without a slash at the end; `UsageError` where the site does not run."""
        if self._server is None:
            raise UsageError("the practice site does not run", "start it first")
        host, port = self._server.server_address[:2]
        scheme = "http" if self.authority is None else "https"
        return f"{scheme}://[{host!s}]:{port}" if ":" in str(host) else f"{scheme}://{host!s}:{port}"

    @property
    def ca_file(self) -> Path | None:
        """The PEM file that a client must trust to reach the site by HTTPS; None by HTTP."""
        return None if self.authority is None else self.authority.ca_file

    def start(self) -> Self:
        """Begin to serve, in a thread of its own."""
        tls = None
        if self.authority is not None:
            tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            tls.load_cert_chain(self.authority.certificate_file, self.authority.key_file)
            tls.set_alpn_protocols(["http/1.1"])
        self._server = LoopbackServer(self._address, self._respond, self._clock, tls, self.faults)
        serve = functools.partial(self._server.serve_forever, poll_interval=0.02)
        self._thread = threading.Thread(target=serve, name="practice site", daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        """End every connection and give the port back; nothing happens where the site does not run."""
        server, thread, self._server, self._thread = self._server, self._thread, None, None
        if server is not None and thread is not None:
            server.stop()
            thread.join()

    def __enter__(self) -> Self:
        return self.start() if self._server is None else self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def rename(self, *, redirect: bool = True) -> None:
        """Account 1002 takes its new handle; the old address then gives 301 to the new one, or 404."""
        with self._lock:
            self._old_handles[content.OLD_HANDLE] = content.NEW_HANDLE if redirect else None
            self.story = self.story.renamed(content.ABUSER, content.NEW_HANDLE)
            self._pages = {}

    def delete(self, post_id: int, *, status: int = 410) -> None:
        """`/post/<post_id>` says from now on that the post was removed; `UsageError` where there is no such post."""
        with self._lock:
            if self.story.post(post_id) is None:
                raise UsageError(f"the practice site has no post {post_id}", "posts are numbered from 5001")
            self._removed[post_id] = status
            self.story = self.story.without(post_id)
            self._pages = {}

    def prepare(self, pages: Iterable[int]) -> None:
        """Make these numbered pages now, so that measuring a client does not measure their making."""
        for number in pages:
            _numbered(self.seed, number)

    def post_url(self, post_id: int) -> str:
        """The address of a post."""
        return f"{self.base_url}/post/{post_id}"

    def urls_text(self, pages: int = 0) -> str:
        """A list of addresses as a helper would hold it: comments, failing addresses, `pages` numbered pages."""
        paths = (
            "# profiles", f"/@{content.OLD_HANDLE}", "/@tawny_watcher", "/@grey_gull_5",
            "/@nobody_by_this_name",
            "# posts", *(f"/post/{one.post_id}" for one in self.story.posts), "/post/4999",
            "# a photo", "/photo/gate_at_night.jpg",
            "# addresses that give trouble", "/members", "/limited/first", "/error", "/busy", "/slow?ms=600",
            "/r/3", "/loop", "/cut", "/reset",
            *(("# bulk",) if pages else ()), *(f"/pages/{number}" for number in range(1, pages + 1)),
        )  # fmt: skip
        return "".join(f"{line if line.startswith('#') else self.base_url + line}\n" for line in paths)

    def write_samples(self, folder: Path, *, pages: int = 0) -> Samples:
        """Write the pictures, the diary and `urls_text(pages)` into `folder`; see `samples.write_samples`."""
        return write_samples(folder, self.seed, self.urls_text(pages))

    def _respond(self, seen: SeenRequest) -> Answer:
        with self._lock:
            self.requests.append(seen)
        if seen.method not in ("GET", "HEAD"):
            allow = (("Allow", "GET, HEAD"),)
            return troubles.notice(405, "Not allowed", "This site only lets you look.", headers=allow)
        try:
            target = urlsplit(seen.target)
        except ValueError:  # such as a bracket without its pair
            return troubles.notice(400, "Not understood", "This is not an address.")
        path = unquote(target.path)
        for pattern, serve in _ROUTES:
            if found := re.fullmatch(pattern, path, re.ASCII):
                return serve(self, found.group(1) if found.groups() else "")
        for pattern, trouble in troubles.ROUTES:
            if found := re.fullmatch(pattern, path, re.ASCII):
                return trouble(self.seed, (found.group(1) or "") if found.groups() else "", target.query)
        return troubles.not_found()

    def _kept(self, kind: str, key: int | str, make: Callable[[content.Story], Answer]) -> Answer:
        """The answer made once for this state of the story."""
        with self._lock:
            kept, story = self._pages, self.story  # `rename` and `delete` put both anew, under the lock
        if (kind, key) not in kept:
            kept[kind, key] = make(story)
        return kept[kind, key]

    def _front(self, _: str) -> Answer:
        return self._kept("front", 0, lambda story: answer(200, content.front_page(story)))

    def _profile(self, handle: str) -> Answer:
        account = self.story.by_handle(handle)
        if account is None:
            moved = self._old_handles.get(handle.lower())
            return troubles.moved(301, f"/@{moved}") if moved else troubles.not_found("No such account")
        if account.suspended:
            return troubles.notice(
                403, "Account suspended", "Chatterbox closed this account for breaking its rules."
            )
        return self._kept(
            "profile",
            account.user_id,
            lambda story: answer(200, content.profile_page(story, story.account(account.user_id))),
        )

    def _post(self, digits: str) -> Answer:
        post = self.story.post(int(digits))
        if post is None:
            status = self._removed.get(int(digits))
            if status is None:
                return troubles.not_found("No such post")
            return troubles.notice(status, "This post was removed", "It is no longer on Chatterbox.")
        return self._kept("post", post.post_id, lambda story: answer(200, content.post_page(story, post)))

    def _avatar(self, digits: str) -> Answer:
        if not any(one.user_id == int(digits) for one in self.story.accounts):
            return troubles.not_found()
        return self._photo(self.story.account(int(digits)).avatar)

    def _photo(self, name: str) -> Answer:
        if name not in pictures.JPEG_NAMES:
            return troubles.not_found()
        return self._kept(
            "photo", name, lambda _story: answer(200, pictures.jpeg(self.seed, name), "image/jpeg")
        )

    def _screenshot(self, _: str) -> Answer:
        drawn = pictures.screenshot_png(("Night Owl  @night_owl_77", "I know which gate", "is yours now."))
        return self._kept("photo", "screenshot.png", lambda _story: answer(200, drawn, "image/png"))

    def _style(self, _: str) -> Answer:
        return self._kept(
            "style", 0, lambda _story: answer(200, content.style_sheet(), "text/css; charset=utf-8")
        )

    def _page(self, digits: str) -> Answer:
        if not 1 <= int(digits) <= content.MAX_PAGE_NUMBER:
            return troubles.not_found()
        return _numbered(self.seed, int(digits))

    def _rate(self, name: str) -> Answer:
        with self._lock:
            first = name not in self._limited
            self._limited.add(name)
        if first:
            later = (("Retry-After", "1"),)
            return troubles.notice(
                429, "Slow down", "Too many requests. Try again in a second.", headers=later
            )
        return troubles.notice(200, "Welcome back", "This page was limited when it was first asked for.")


_ROUTES: tuple[tuple[str, Callable[[PracticeSite, str], Answer]], ...] = (
    (r"/", PracticeSite._front),
    (r"/@(\w{1,30})", PracticeSite._profile),
    (r"/post/(\d{1,9})", PracticeSite._post),
    (r"/avatar/(\d{1,9})\.jpg", PracticeSite._avatar),
    (r"/photo/(\w{1,30})\.jpg", PracticeSite._photo),
    (r"/photo/screenshot\.png", PracticeSite._screenshot),
    (r"/static/site\.css", PracticeSite._style),
    (r"/pages/(\d{1,9})", PracticeSite._page),
    (r"/limited/(\w{1,30})", PracticeSite._rate),
)


@functools.lru_cache(maxsize=4096)
def _numbered(seed: int, number: int) -> Answer:
    return answer(200, content.numbered_page(seed, number), keep_body=False)
