"""A browser of this computer, driven over a pipe, and a site whose pages fight."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from browsers import Browsers, Visit, Visited, visited
from hostile_pages import HostileSite

from abusekit.browser.page.cdp import Cdp
from abusekit.browser.run import Frozen

StartChromium = Callable[..., Cdp]


@pytest.fixture
def hostile_site() -> Iterator[HostileSite]:
    made = HostileSite()
    yield made
    made.close()


@pytest.fixture
def start_chromium() -> Iterator[StartChromium]:
    """Starts a fresh browser."""
    browsers = Browsers()
    yield browsers.start
    browsers.end()


@pytest.fixture(scope="session")
def tame_chromium() -> Iterator[Cdp]:
    """One browser for all pages that do not fight."""
    browsers = Browsers()
    yield browsers.start()
    browsers.end()


@pytest.fixture
def visit(tame_chromium: Cdp, hostile_site: HostileSite) -> Iterator[Visit]:
    """Visits a page of the site in the browser that all tame pages share."""

    def go(
        path: str, *, limit: float = 40, at_rest: Callable[[Frozen], None] | None = None, **plan: Any
    ) -> Visited:
        return visited(tame_chromium, hostile_site.base + path, limit, at_rest, **plan)

    yield go
    for one in tame_chromium.call("Target.getTargets")["targetInfos"][1:]:
        if one["type"] == "page" and one["url"] != "about:blank":
            tame_chromium.call("Target.closeTarget", {"targetId": one["targetId"]})


@pytest.fixture
def fight(start_chromium: StartChromium, hostile_site: HostileSite) -> Visit:
    """Visits a page of the site in a browser of its own."""

    def go(
        path: str, *, limit: float = 40, at_rest: Callable[[Frozen], None] | None = None, **plan: Any
    ) -> Visited:
        flags = plan.pop("flags", ())
        return visited(start_chromium(*flags), hostile_site.base + path, limit, at_rest, **plan)

    return go
