"""What the browser is told on its command line, and the hosts of its own services.

Every flag that is given is recorded, so that a page can be looked at again in the same way. Nothing here hides
that a program drives the browser. Sources: Chromium's own switch lists (content/public/common, chrome/common,
net docs on SOCKS proxies).
"""

from __future__ import annotations

from pathlib import Path

PROXY = "--proxy-server=socks5://127.0.0.1:{port}"

ALWAYS: tuple[str, ...] = (
    "--remote-debugging-pipe",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-gpu",  # no screen: what is drawn does not depend on the computer's graphics
    "--mute-audio",
    # Every connection through the gate, none beside it:
    "--proxy-bypass-list=<-loopback>",  # else loopback addresses skip the proxy
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",  # no name is resolved here, nor prefetched
    "--disable-quic",  # UDP does not pass SOCKS
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",  # whole browsers
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",  # headless shells, and older ones
    # Services of the browser's maker, which have no place in a recording:
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-client-side-phishing-detection",
    "--disable-breakpad",
    "--disable-crash-reporter",
    "--no-pings",
    "--metrics-recording-only",
    "--gaia-url=https://accounts.invalid",  # the browser's own look at accounts; pages reach the real host
    # The same page each time:
    "--disable-field-trial-config",  # experiments that are drawn by lot
    "--disable-extensions",
    "--disable-component-extensions-with-background-pages",
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
    "--disable-hang-monitor",
    "--deny-permission-prompts",  # camera, place, notifications: no, without waiting for a person
    "--disable-search-engine-choice-screen",
    "--password-store=basic",  # the profile's cookies open without the desktop's key ring
    "--use-mock-keychain",  # the same on macOS
    "--js-flags=--max-old-space-size=512",  # MiB; a page that eats memory ends its own tab, not the computer
)

FEATURES_OFF: tuple[str, ...] = (
    "AutofillServerCommunication",
    "CertificateTransparencyComponentUpdater",
    "DialMediaRouteProvider",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",  # http stays http, as it was typed
    "InterestFeedContentSuggestions",
    "MediaRouter",
    "OptimizationGuideModelDownloading",
    "OptimizationHints",
    "Translate",
    # Parts of the browser's own window, and a process in reserve: nobody sees them, and they cost an eighth of a visit.
    "InitialWebUI",
    "PreloadTopChromeWebUI",
    "SpareRendererForSitePerProcess",
    "WebUIOmniboxPopup",
)
"""For --disable-features; names that a version does not know do nothing."""

BACKGROUND_HOSTS: frozenset[str] = frozenset(
    {
        "accounts.invalid",
        "android.clients.google.com",
        "clients1.google.com",
        "clients2.google.com",
        "clients2.googleusercontent.com",
        "clientservices.googleapis.com",
        "content-autofill.googleapis.com",
        "edge.microsoft.com",
        "edgedl.me.gvt1.com",
        "go-updater.brave.com",
        "google-ohttp-relay-safebrowsing.fastly-edge.com",
        "mtalk.google.com",
        "optimizationguide-pa.googleapis.com",
        "redirector.gvt1.com",
        "safebrowsing.brave.com",
        "safebrowsing.google.com",
        "safebrowsing.googleapis.com",
        "safebrowsingohttpgateway.googleapis.com",
        "sb-ssl.google.com",
        "static1.brave.com",
        "update.googleapis.com",
        "variations.brave.com",
    }
)
"""Hosts that browsers call for themselves and that no page needs: refused at the gate, counted apart."""

SMALL_SHARED_MEMORY = 1 << 30
"""Bytes of /dev/shm below which the browser uses files instead: containers often have 64 MiB, pages crash there."""


def visit_flags(
    *,
    shell: bool,
    proxy_port: int,
    locale: str = "",
    user_agent: str = "",
    sandboxed: bool = True,
    shared_memory: bool = True,
) -> tuple[str, ...]:
    """The flags of one visit, in the order given; paths of the work folder come on top, see `folder_flags`.

    user_agent: for what asks before a page is there to be told, such as a service worker's script; "": the
    browser's own.
    """
    found = [*ALWAYS, f"--disable-features={','.join(FEATURES_OFF)}", PROXY.format(port=proxy_port)]
    if not shell:
        found.insert(0, "--headless=new")
    if locale:
        # The first is for the browser's own texts, if it has that language; the second is what sites are told.
        found += [
            f"--lang={locale}",
            f"--accept-lang={','.join(dict.fromkeys((locale, locale.partition('-')[0])))}",
        ]
    if user_agent:
        found.append(f"--user-agent={user_agent}")
    if not sandboxed:
        found.append("--no-sandbox")
    if not shared_memory:
        found.append("--disable-dev-shm-usage")
    return tuple(found)


WINDOW: tuple[str, ...] = (
    "--no-first-run",
    "--no-default-browser-check",
    "--ozone-platform-hint=auto",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--disable-breakpad",
    "--disable-crash-reporter",
    "--disable-extensions",
    "--disable-search-engine-choice-screen",
    "--password-store=basic",
    "--use-mock-keychain",
)
"""For the window in which a person logs in: an ordinary browser, which writes cookies as a visit reads them."""


def folder_flags(profile: Path, netlog: Path | None) -> tuple[str, ...]:
    """Flags that name places; not recorded, they differ each time."""
    found = [f"--user-data-dir={profile}"]
    if netlog is not None:
        found += [f"--log-net-log={netlog}", "--net-log-capture-mode=Everything"]
    return tuple(found)
