"""How the browser introduces itself: as what it is, without the word Headless, which many sites answer differently.

Nothing else is disguised. What is sent is recorded as an alteration.
"""

from __future__ import annotations

import re
from typing import Any

SIGNS = " (:-./);=?_"
VERSIONS = ("8", "99", "24")
ORDERS = ((0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0))
"""Chromium's way to the meaningless brand in its list (components/embedder_support, "grease"): chosen by the
main version, so that the list is the one that the same browser sends with a window."""

BRANDS = ("Google Chrome", "Microsoft Edge", "Brave")


def without_headless(agent: str) -> str:
    """The User-Agent of the same browser with a window: that one names its main version only."""
    if "HeadlessChrome/" not in agent:
        return agent
    return re.sub(r"HeadlessChrome/(\d+)[.\d]*", r"Chrome/\1.0.0.0", agent)


def windowed(version: str, system: str) -> str:
    """The User-Agent of Chromium or Chrome with a window; "" for a system of which it is not known.

    version: "156.0.8078.79". system: as `platform.system()` says. Since the reduction of 2022 it names neither
    the processor nor the system's version (Chromium's "User-Agent Reduction").
    """
    known = {"Linux": "X11; Linux x86_64", "Darwin": "Macintosh; Intel Mac OS X 10_15_7"}.get(system)
    if known is None:
        return ""
    major = version.partition(".")[0]
    return f"Mozilla/5.0 ({known}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{major}.0.0.0 Safari/537.36"


def override(agent: str, version: str, *, browser: str = "", language: str = "") -> dict[str, Any]:
    """Parameters of `setUserAgentOverride`.

    agent: the User-Agent to send. version: "156.0.8078.79"; empty for an agent that somebody chose, for
    which no client hints are sent. browser: its name, for the brand. language: BCP 47, or empty.
    """
    made: dict[str, Any] = {"userAgent": agent}
    if language:
        made["acceptLanguage"] = language
    if version:
        short = _brands(version.partition(".")[0], version.partition(".")[0], browser, short=True)
        made["userAgentMetadata"] = {
            "brands": short,
            "fullVersionList": _brands(version.partition(".")[0], version, browser, short=False),
            "platform": _platform(agent),
            "platformVersion": "",
            "architecture": "arm" if re.search(r"aarch64|arm64", agent) else "x86",
            "bitness": "64",
            "model": "",
            "mobile": False,
            "wow64": False,
        }
    return made


def language_list(locale: str) -> str:
    """ "de-DE,de" for "de-DE": the browser adds the weights."""
    short = locale.partition("-")[0]
    return locale if short == locale else f"{locale},{short}"


def _brands(major: str, version: str, browser: str, *, short: bool) -> list[dict[str, str]]:
    seed = int(major) if major.isascii() and major.isdigit() and len(major) < 6 else 0
    size = len(SIGNS)
    nothing = f"Not{SIGNS[seed % size]}A{SIGNS[(seed + 1) % size]}Brand"
    empty = VERSIONS[seed % len(VERSIONS)]
    listed = [(nothing, empty if short else f"{empty}.0.0.0"), ("Chromium", version)]
    brand = next((name for name in BRANDS if browser.startswith(name)), "")
    if brand:
        listed.append((brand, version))
        order: tuple[int, ...] = ORDERS[seed % len(ORDERS)]
    else:
        order = (seed % 2, (seed + 1) % 2)
    placed = listed.copy()
    for place, one in zip(order, listed, strict=True):
        placed[place] = one
    return [{"brand": name, "version": number} for name, number in placed]


def _platform(agent: str) -> str:
    if "Macintosh" in agent:
        return "macOS"
    return "Windows" if "Windows" in agent else "Linux"
