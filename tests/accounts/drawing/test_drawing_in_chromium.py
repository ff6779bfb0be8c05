"""The page of the drawing in a real browser, opened from a file: its keyboard works, and nothing of the names does."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from drawn_sample import candidate, ledger, links

from abusekit.accounts.drawing import page, svg
from abusekit.accounts.drawing.draw import draw
from abusekit.browser.page.cdp import Cdp
from bare_chromium import bare_chromium

NOW = datetime(2026, 6, 1, tzinfo=UTC)
Open = Callable[[str, bool], "Tab"]


class Tab:
    """One page, with every request that it made."""

    def __init__(self, cdp: Cdp, session: str, requests: list[str]) -> None:
        self.cdp, self.session, self.requests = cdp, session, requests

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        return self.cdp.call(method, params, session=self.session, timeout=60)

    def js(self, expression: str) -> Any:
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def key(self, name: str, text: str = "") -> None:
        code = {"Tab": 9, "Enter": 13, "Escape": 27, "ArrowDown": 40, "ArrowRight": 39}[name]
        for kind in ("keyDown", "keyUp"):
            more = {"text": text} if text and kind == "keyDown" else {}
            self.call(
                "Input.dispatchKeyEvent", type=kind, key=name, code=name, windowsVirtualKeyCode=code, **more
            )

    def focus(self) -> str:
        return str(self.js("document.activeElement.getAttribute('href') || document.activeElement.id"))


@pytest.fixture(scope="module")
def browser() -> Iterator[Cdp]:
    with bare_chromium() as cdp:
        yield cdp


@pytest.fixture
def opened(browser: Cdp, tmp_path: Path) -> Open:
    def open_page(name: str, script: bool) -> Tab:
        drawn = draw(
            ledger(),
            links(),
            case="OP-1",
            zone="Europe/London",
            candidates=[candidate("pix:900", "pix:903", 40, "weak")],
            everything=True,
        )
        file = tmp_path / name
        with file.open("w", encoding="utf-8") as out:
            if name.endswith(".svg"):
                out.write(svg.alone(drawn))
            else:
                page.write(drawn, out, made_at=NOW)
        target = browser.call("Target.createTarget", {"url": "about:blank"})["targetId"]
        session = browser.call("Target.attachToTarget", {"targetId": target, "flatten": True})["sessionId"]
        requests: list[str] = []
        browser.listen(lambda method, params, _session: _note(requests, method, params))
        tab = Tab(browser, session, requests)
        for domain in ("Page", "Network", "Runtime"):
            tab.call(f"{domain}.enable")
        if not script:
            tab.call("Emulation.setScriptExecutionDisabled", value=True)
        tab.call("Page.navigate", url=file.as_uri())
        _wait(tab)
        return tab

    return open_page


def _note(requests: list[str], method: str, params: Any) -> None:
    if method == "Network.requestWillBeSent":
        requests.append(params["request"]["url"])


def _wait(tab: Tab) -> None:
    ends = time.monotonic() + 30
    while tab.js("document.readyState + location.protocol") != "completefile:":
        assert time.monotonic() < ends, "the page did not load"
        time.sleep(0.05)


def test_nothing_of_the_names_runs_and_nothing_is_loaded(opened: Open) -> None:
    tab = opened("graph.html", True)
    assert tab.js("document.title") == "Accounts of case OP-1"
    assert tab.js("document.querySelectorAll('img, iframe, object, link, script[src]').length") == 0
    assert tab.js("document.scripts.length") == 1
    assert tab.requests == [tab.js("location.href")]
    picture = opened("graph.svg", True)
    assert picture.js("document.documentElement.localName") == "svg", "it is not well-formed"
    assert picture.js("document.querySelectorAll('script, image, a, foreignObject').length") == 0
    assert picture.requests == [picture.js("location.href")]


def test_the_keyboard_reaches_accounts_and_links_and_shows_them(opened: Open) -> None:
    tab = opened("keys.html", True)
    tab.js("document.querySelector('svg a[data-kind]').focus()")
    first = tab.focus()
    assert first.startswith("#link-")
    order = [first]
    for _ in range(tab.js("document.querySelectorAll('svg a[data-kind]').length") - 1):
        tab.key("Tab")
        order.append(tab.focus())
    assert len(set(order)) == len(order) and sum(one.startswith("#account-") for one in order) == 12
    tab.js("document.querySelector('a[href=\"#account-2\"]').focus()")
    tab.key("ArrowDown")
    assert tab.focus() == "#account-3"
    tab.key("ArrowRight")
    assert tab.focus().startswith("#link-")
    tab.js("document.querySelector('a[href=\"#account-2\"]').focus()")
    tab.key("Enter", "\r")
    assert tab.js("!document.getElementById('panel').hidden") and tab.focus() == "panel-title"
    shown = tab.js("document.getElementById('panel').textContent")
    assert "night_owl2" in shown and "PO/4#m3 (E0004)" in shown and "Names over time" in shown
    tab.key("Escape")
    assert tab.js("document.getElementById('panel').hidden") and tab.focus() == "#account-2"


def test_names_that_want_to_do_harm_stay_words_in_the_panel(opened: Open) -> None:
    tab = opened("panel.html", True)
    tab.js("document.querySelector('a[href=\"#account-8\"]').focus()")
    tab.key("Enter", "\r")
    assert "<script>" in tab.js("document.getElementById('panel').textContent")
    assert tab.js("document.querySelectorAll('#panel script, #panel img').length") == 0
    assert tab.js("document.title") == "Accounts of case OP-1"


def test_without_script_every_link_of_the_picture_leads_to_its_row(opened: Open) -> None:
    tab = opened("bare.html", False)
    links_of_it = "[...document.querySelectorAll('svg a[data-kind]')]"
    led = f"{links_of_it}.filter((one) => document.querySelector('tr' + one.getAttribute('href'))).length"
    assert tab.js(f"{links_of_it}.length") == tab.js(led) > 12


@pytest.mark.parametrize("width", [360, 1280])
def test_no_text_of_the_picture_lies_over_other_text_nor_the_page_over_its_edge(
    opened: Open, width: int
) -> None:
    tab = opened(f"wide{width}.html", True)
    tab.call("Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1, mobile=False)
    assert tab.js("document.documentElement.scrollWidth") <= width
    overlapping = tab.js("""(() => {
      const found = [];
      const clipped = (one) => {
        let box = one.getBoundingClientRect();
        let right = box.right, bottom = box.bottom, top = box.top;
        const inner = one.closest('svg svg');
        if (inner) {
          const outer = inner.getBoundingClientRect();
          const size = {w: +inner.getAttribute('width'), h: +inner.getAttribute('height')};
          const at = inner.getScreenCTM();
          right = Math.min(right, at.e + size.w); bottom = Math.min(bottom, at.f + size.h); top = Math.max(top, at.f);
        }
        return {left: box.left, right, top, bottom, text: one.textContent};
      };
      for (const svg of document.querySelectorAll('main .wide > svg')) {
        const texts = [...svg.querySelectorAll('text')].filter((one) => one.textContent).map(clipped);
        texts.forEach((a, n) => texts.slice(n + 1).forEach((b) => {
          const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
          const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
          if (wide > 1 && high > 3) found.push(a.text + ' / ' + b.text);
        }));
      }
      return found;
    })()""")
    assert overlapping == []


def test_a_picture_that_scrolls_says_so_and_on_a_phone_the_tables_do_not_scroll(opened: Open) -> None:
    tab = opened("hint.html", False)
    for width in (360, 700, 1100, 1280):
        tab.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1, mobile=False
        )
        for name in ("graph", "lanes"):
            said = tab.js(f"getComputedStyle(document.getElementById('{name}-hint')).display !== 'none'")
            scrolls = tab.js(
                f"(one => one.scrollWidth > one.clientWidth)(document.getElementById('{name}').parentNode)"
            )
            assert scrolls == said, (name, width)
    tab.call("Emulation.setDeviceMetricsOverride", width=360, height=800, deviceScaleFactor=1, mobile=False)
    wide = "[...document.querySelectorAll('.wide > table')].filter((one) => one.scrollWidth > 360).length"
    assert tab.js(wide) == 0
    cells = "[...document.querySelectorAll('tbody td:not([colspan])')]"
    heads = tab.js(f"{cells}.map((one) => getComputedStyle(one, '::before').content)")
    assert heads and not {"none", '""'} & set(heads), "each cell is named"
