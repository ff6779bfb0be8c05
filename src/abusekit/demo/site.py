"""Chatterbox, the practice website: a small invented social network on loopback, and the troubles sites give.

with PracticeSite(seed=1) as site:
    site.base_url            http://127.0.0.1:…
    site.rename()            @night_owl_77 becomes @owl_is_back, user id 1002 stays
    site.delete(5007)        /post/5007 answers 410 "This post was removed"
                             every other change: `changes.py`

/  /@HANDLE  /users/ID  /post/ID  /avatar/ID.jpg  /photo/NAME.jpg  /photo/screenshot.png
/post/ID.json  /users/ID.json  /oembed?url=    the same for programs
/thread/ID                   a post, what it answers, its replies behind "Show more replies"
/feed                        made by script, endless until its end; /posts/N: 300 posts, each made by script
/worker  /live  /video       service, dedicated and shared worker; web socket and events; byte ranges
/framed  /everything         a frame of another origin; all of this, and odd requests, on one page
/pages/N                     ordinary long pages, for bulk lists
/members  /private/N         log-in walls that answer 200, and 302; /login?auto=1 logs in
/challenge/NAME  /consent    a check to pass (auto-NAME: by script), and a banner over everything
/geo  /limited/NAME          451, and 429 with Retry-After the first time, then 200
/story/N                     there until `expire(N)`
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
from urllib.parse import urlsplit

from abusekit.demo import api, content, live, pages, troubles, walls
from abusekit.demo.answers import Answer, SeenRequest
from abusekit.demo.authority import LocalAuthority
from abusekit.demo.changes import Network
from abusekit.demo.samples import Samples, write_samples
from abusekit.demo.wire import LoopbackServer
from abusekit.demo.wire_log import WireLog
from abusekit.errors import UsageError


def _system_clock() -> datetime:
    return datetime.now(UTC)


class PracticeSite(Network):
    """The site as a context manager: it serves from `start` (or entering) to `stop` (or leaving), silently.

    `seed`: the same seed gives the same bytes under each address, but for whole addresses in them, which hold
    the port. `authority`: where given, HTTPS with its certificate. `host`: a loopback address; `UsageError` for
    any other, since the site must not be reachable. `clock`: what the Date header says, aware. Port 0 takes a
    free one; `OSError` where the port is taken. `log_bytes`: keep every byte of every connection in `wire_log`.
    """

    def __init__(
        self,
        seed: int = 1,
        *,
        authority: LocalAuthority | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        clock: Callable[[], datetime] = _system_clock,
        log_bytes: bool = False,
    ) -> None:
        if not ipaddress.ip_address(host).is_loopback:
            raise UsageError(f"the practice site does not serve on {host}", "use 127.0.0.1 or ::1")
        super().__init__(seed, "http" if authority is None else "https")
        self.authority = authority
        self.requests: list[SeenRequest] = []
        # every request understood, in the order in which they arrived
        self.faults: list[BaseException] = []
        # errors of the site itself, of which the client only saw a closed connection; empty when all is well
        self.wire_log = WireLog() if log_bytes else None
        # every byte received and sent, above TLS; None where it was not asked for
        self._address = (host, port)
        self._clock = clock
        self._running: list[tuple[LoopbackServer, threading.Thread]] = []  # the site, then its other origin
        self._starting = threading.Lock()

    @property
    def base_url(self) -> str:
        """Scheme, host and port without a slash at the end; `UsageError` where the site does not run."""
        if not self._running:
            raise UsageError("the practice site does not run", "start it first")
        host, port = self._running[0][0].server_address[:2]
        return (
            f"{self.scheme}://[{host!s}]:{port}" if ":" in str(host) else f"{self.scheme}://{host!s}:{port}"
        )

    @property
    def other_origin(self) -> str:
        """The same site at another host name and port, which for a browser is a stranger; begun when asked for."""
        with self._starting:
            if not self._running:
                raise UsageError("the practice site does not run", "start it first")
            if len(self._running) == 1:
                self._running.append(self._serve(("127.0.0.1", 0)))
            return f"{self.scheme}://localhost:{self._running[1][0].server_address[1]}"

    @property
    def ca_file(self) -> Path | None:
        """The PEM file that a client must trust to reach the site by HTTPS; None by HTTP."""
        return None if self.authority is None else self.authority.ca_file

    def start(self) -> Self:
        """Begin to serve, in a thread of its own."""
        with self._starting:
            self._pages = {}  # some hold the other origin's port
            self._running.append(self._serve(self._address))
        return self

    def stop(self) -> None:
        """End every connection and give the port back; nothing happens where the site does not run."""
        with self._starting:
            running, self._running = self._running, []
        for server, thread in running:
            server.stop()
            thread.join()

    def __enter__(self) -> Self:
        return self if self._running else self.start()

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def prepare(self, numbers: Iterable[int]) -> None:
        """Make these numbered pages now, so that measuring a client does not measure their making."""
        for number in numbers:
            pages.numbered(self.seed, number)

    def post_url(self, post_id: int) -> str:
        """The address of a post."""
        return f"{self.base_url}/post/{post_id}"

    def thread_url(self, post_id: int) -> str:
        """The address of a post with all that belongs to it."""
        return f"{self.base_url}/thread/{post_id}"

    def profile_url(self, handle: str) -> str:
        """The address of a profile; `handle` without the @."""
        return f"{self.base_url}/@{handle}"

    def post_page_url(self, number: int) -> str:
        """The address of post `number`, 1 to `everyday.NUMBERED`, of the long list made by script."""
        return f"{self.base_url}/posts/{number}"

    def urls_text(self, pages: int = 0, *, browser: int | None = None) -> str:
        """A list of addresses as a helper would hold it: comments, failing addresses, `pages` numbered pages.

        With `browser`, also what only a browser can show, walls, and that many posts made by script.
        """
        paths = (
            "# profiles", f"/@{content.OLD_HANDLE}", "/@tawny_watcher", "/@grey_gull_5",
            "/@nobody_by_this_name",
            "# posts", *(f"/post/{one.post_id}" for one in self.story.posts), "/post/4999",
            "# a photo", "/photo/gate_at_night.jpg",
            "# addresses that give trouble", "/members", "/limited/first", "/error", "/busy", "/slow?ms=600",
            "/r/3", "/loop", "/cut", "/reset",
            *(() if browser is None else _FOR_BROWSERS),
            *(f"/posts/{number}" for number in range(1, (browser or 0) + 1)),
            *(("# bulk",) if pages else ()), *(f"/pages/{number}" for number in range(1, pages + 1)),
        )  # fmt: skip
        return "".join(f"{line if line.startswith('#') else self.base_url + line}\n" for line in paths)

    def write_samples(self, folder: Path, *, pages: int = 0) -> Samples:
        """Write the pictures, the diary and `urls_text(pages)` into `folder`; see `samples.write_samples`."""
        return write_samples(folder, self.seed, self.urls_text(pages))

    def _serve(self, address: tuple[str, int]) -> tuple[LoopbackServer, threading.Thread]:
        tls = None
        if self.authority is not None:
            tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            tls.load_cert_chain(self.authority.certificate_file, self.authority.key_file)
            tls.set_alpn_protocols(["http/1.1"])
        server = LoopbackServer(address, self._respond, self._clock, tls, self.faults, self.wire_log)
        serve = functools.partial(server.serve_forever, poll_interval=0.02)
        thread = threading.Thread(target=serve, name="practice site", daemon=True)
        thread.start()
        return server, thread

    def _respond(self, seen: SeenRequest) -> Answer:
        with self._lock:
            self.requests.append(seen)
        try:
            target = urlsplit(seen.target)
        except ValueError:  # such as a bracket without its pair
            return troubles.notice(400, "Not understood", "This is not an address.")
        path = seen.path
        if seen.method not in ("GET", "HEAD") and seen.method not in _OTHER_METHODS.get(path, ()):
            allow = (("Allow", "GET, HEAD"),)
            return troubles.notice(405, "Not allowed", "This site only lets you look.", headers=allow)
        if (refusal := walls.stop(self, seen)) is not None:
            return refusal
        for pattern, serve in _ROUTES:
            if found := re.fullmatch(pattern, path, re.ASCII):
                return serve(self, seen, found.group(1) if found.groups() else "")
        for pattern, trouble in troubles.ROUTES:
            if found := re.fullmatch(pattern, path, re.ASCII):
                return trouble(self.seed, (found.group(1) or "") if found.groups() else "", target.query)
        return troubles.not_found()


_ROUTES = (*pages.ROUTES, *walls.ROUTES, *api.ROUTES, *live.ROUTES)
_OTHER_METHODS = {
    "/login": ("POST",),
    "/api/beacon": ("POST",),
    "/api/echo": ("POST",),
    "/api/cors": ("OPTIONS", "PUT"),
}
"""Path → the methods besides GET and HEAD that it knows."""
_FOR_BROWSERS = (
    "# stories first: they do not last", "/story/1", "/story/2",
    "# made by script", "/feed", "/thread/5001", "/worker", "/live", "/video", "/framed",
    "# walls", "/private/1", "/challenge/door", "/consent", "/geo",
)  # fmt: skip
