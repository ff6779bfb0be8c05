"""Playwright as people use it: a program of its own, in an environment of its own, that imports nothing of ours.

python browser_peers.py bodies URL --out FILE.json   every response of the context, and `response.body()`
python browser_peers.py har URL --out FILE.har       `record_har_path`, contents embedded
python browser_peers.py pages LIST --out FOLDER [--parallel N | --each browser|process]
                                                     a context and a full-page PNG for each address
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from playwright.async_api import async_playwright  # type: ignore[import-not-found,unused-ignore]

VIEWPORT = {"width": 1280, "height": 900}
SCREENS, STEP_S, REST_S = 40, 0.25, 2.0
BODY_S = 5.0
"""Seconds for a body: an event stream has no end."""


async def _launch(playwright: Any, browser: str) -> Any:
    rights = ["--no-sandbox"] if os.geteuid() == 0 else []
    return await playwright.chromium.launch(executable_path=browser, headless=True, args=rights)


async def _context(browser: Any, **options: Any) -> Any:
    return await browser.new_context(viewport=VIEWPORT, ignore_https_errors=True, **options)


async def _look_through(page: Any, url: str) -> None:
    """Load, scroll until the page grows no more, and wait: what our own visit does, too."""
    await page.goto(url, wait_until="load")
    await asyncio.sleep(REST_S)
    for _ in range(SCREENS):
        await page.evaluate("window.scrollBy(0, innerHeight)")
        await asyncio.sleep(STEP_S)
        if await page.evaluate("scrollY + innerHeight >= document.documentElement.scrollHeight - 2"):
            await asyncio.sleep(REST_S / 2)
            if await page.evaluate("scrollY + innerHeight >= document.documentElement.scrollHeight - 2"):
                break
    await asyncio.sleep(REST_S)


async def bodies(chosen: argparse.Namespace) -> None:
    """One entry for each response event of the context; a body that Playwright does not give is null."""
    entries: list[dict[str, Any]] = []
    tasks: list[asyncio.Task[None]] = []

    async def note(response: Any, entry: dict[str, Any]) -> None:
        with suppress(Exception):  # Playwright's own errors say: no body
            body = await asyncio.wait_for(response.body(), BODY_S)
            entry["body"] = base64.b64encode(body).decode()

    def seen(response: Any) -> None:
        entry = {
            "method": response.request.method,
            "url": response.url,
            "status": response.status,
            "body": None,
        }
        entries.append(entry)
        tasks.append(asyncio.ensure_future(note(response, entry)))

    async with async_playwright() as playwright:
        browser = await _launch(playwright, chosen.browser)
        context = await _context(browser)
        context.on("response", seen)
        await _look_through(await context.new_page(), chosen.address)
        await asyncio.gather(*tasks)
        await context.close()
        await browser.close()
    chosen.out.write_text(json.dumps(entries))


async def har(chosen: argparse.Namespace) -> None:
    """The HAR that Playwright writes itself."""
    async with async_playwright() as playwright:
        browser = await _launch(playwright, chosen.browser)
        context = await _context(browser, record_har_path=chosen.out, record_har_content="embed")
        await _look_through(await context.new_page(), chosen.address)
        await context.close()
        await browser.close()


async def pages(chosen: argparse.Namespace) -> None:
    """Full-page pictures `0.png` …; with `each` a browser, or this program too, for every address."""
    urls = Path(chosen.address).read_text().split()
    if chosen.each == "process":
        for number, url in enumerate(urls):
            folder = chosen.out / str(number)
            folder.mkdir()
            (folder / "list").write_text(url)
            argv = ["pages", str(folder / "list"), "--out", str(folder), "--browser", chosen.browser]
            subprocess.run([sys.executable, __file__, *argv], check=True)
        return
    turns = asyncio.Semaphore(chosen.parallel)

    async def picture(browser: Any, number: int) -> None:
        context = await _context(browser)
        page = await context.new_page()
        await page.goto(urls[number], wait_until="load")
        await page.screenshot(full_page=True, path=chosen.out / f"{number}.png")
        await context.close()

    async def one(browser: Any, number: int) -> None:
        async with turns:
            await picture(browser, number)

    async with async_playwright() as playwright:
        if chosen.each == "browser":
            for number in range(len(urls)):
                browser = await _launch(playwright, chosen.browser)
                await picture(browser, number)
                await browser.close()
        else:
            browser = await _launch(playwright, chosen.browser)
            await asyncio.gather(*(one(browser, number) for number in range(len(urls))))
            await browser.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("bodies", "har", "pages"))
    parser.add_argument("address", help="the address, or for pages a file of them")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--browser", required=True, help="the program")
    parser.add_argument("--parallel", type=int, default=1)
    parser.add_argument("--each", choices=("browser", "process"))
    chosen = parser.parse_args()
    asyncio.run({"bodies": bodies, "har": har, "pages": pages}[chosen.what](chosen))


if __name__ == "__main__":
    main()
