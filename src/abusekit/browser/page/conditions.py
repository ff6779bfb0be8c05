"""Under what conditions a page is seen: user agent, headers, viewport, language, time zone; and what it may not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from abusekit.browser.page import agent
from abusekit.browser.page.behaviours import Alteration
from abusekit.browser.page.cdp import Cdp, CdpClosedError, CdpError, CdpTimeoutError
from abusekit.browser.page.targets import Setting
from abusekit.browser.plan import VisitPlan
from abusekit.browser.values import text

START_S = 20.0
"""Seconds for the browser to answer for the first time; a busy computer starts it slowly."""

ENCODINGS = "gzip, deflate, br"
"""Not zstd, which replayers cannot read: the archive would be exact and of no use."""

PERMISSIONS = (
    "geolocation", "camera", "microphone", "notifications", "midi", "clipboard-read", "clipboard-write",
    "display-capture", "persistent-storage", "background-sync", "background-fetch", "idle-detection",
    "local-fonts", "window-management", "storage-access", "nfc", "accelerometer", "gyroscope", "magnetometer",
    "payment-handler", "screen-wake-lock", "speaker-selection",
)  # fmt: skip
"""Names of the Permissions API; refused without asking anybody. CDP does not tell who asked."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """What is sent to targets before they run, and what to put down about it."""

    everywhere: tuple[Setting, ...]
    # for every target
    pages: tuple[Setting, ...]
    # for pages and frames
    meant: tuple[tuple[str, str, str], ...]
    # method, what, detail: put down with the browser's answer


def conditions(plan: VisitPlan, version: dict[str, object], browser: str) -> Conditions:
    """version: the answer of Browser.getVersion."""
    own = text(version, "userAgent", 500)
    meant = [("Network.setExtraHTTPHeaders", "header", f"Accept-Encoding: {ENCODINGS}")]
    everywhere: list[Setting] = [("Network.setExtraHTTPHeaders", {"headers": {"Accept-Encoding": ENCODINGS}})]
    pages: list[Setting] = []
    sent = plan.user_agent or agent.without_headless(own)
    number = "" if plan.user_agent else text(version, "product", 100).partition("/")[2]
    language = agent.language_list(plan.locale) if plan.locale else ""
    everywhere.append(
        (
            "Network.setUserAgentOverride",
            agent.override(sent, number, browser=browser, language=language),
        )
    )
    meant.append(("Network.setUserAgentOverride", "user-agent", sent))
    size = {"width": plan.width, "height": plan.height, "deviceScaleFactor": 1, "mobile": False}
    pages.append(("Emulation.setDeviceMetricsOverride", size))
    meant.append(("Emulation.setDeviceMetricsOverride", "viewport", f"{plan.width}x{plan.height}"))
    if plan.locale:
        pages.append(("Emulation.setLocaleOverride", {"locale": plan.locale}))
        meant.append(("Emulation.setLocaleOverride", "locale", plan.locale))
    if plan.timezone:
        pages.append(("Emulation.setTimezoneOverride", {"timezoneId": plan.timezone}))
        meant.append(("Emulation.setTimezoneOverride", "timezone", plan.timezone))
    if plan.accept_bad_certificate:
        everywhere.append(("Security.setIgnoreCertificateErrors", {"ignore": True}))
        meant.append(("Security.setIgnoreCertificateErrors", "certificates", "bad ones are accepted"))
    return Conditions(tuple(everywhere), tuple(pages), tuple(meant))


def refuse_everything(cdp: Cdp, now: Callable[[], datetime]) -> list[Alteration]:
    """No downloads, no permissions. Raises CdpError when downloads cannot be refused."""
    cdp.call("Browser.setDownloadBehavior", {"behavior": "deny", "eventsEnabled": True})
    begun = now()
    refused: list[str] = []
    for name in PERMISSIONS:
        try:
            cdp.call(
                "Browser.setPermission", {"permission": {"name": name}, "setting": "denied"}, timeout=5.0
            )
        except (CdpTimeoutError, CdpClosedError):
            raise
        except CdpError:  # a name that this version does not know
            continue
        refused.append(name)
    return [
        Alteration("downloads", begun, 1, "refused"),
        Alteration("permissions", begun, len(refused), "refused", "", tuple(refused)),
    ]
