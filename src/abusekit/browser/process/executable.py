"""Which browser of this computer is used."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from abusekit.errors import UsageError

FULL = (
    "chromium",
    "chromium-browser",
    "google-chrome-stable",
    "google-chrome",
    "chrome",
    "brave-browser",
    "microsoft-edge-stable",
    "microsoft-edge",
)
"""Names of whole browsers, looked for on PATH in this order."""

SHELLS = ("chromium-headless-shell", "chrome-headless-shell")
"""Browsers without a window; they tell sites so (`sec-ch-ua`), so they come last."""

BESIDE: dict[str, tuple[str, ...]] = {
    "chromium": ("/usr/lib/chromium/chromium", "/usr/lib64/chromium/chromium"),
    "chromium-browser": (
        "/usr/lib/chromium-browser/chromium-browser",
        "/usr/lib64/chromium-browser/chromium-browser",
    ),
    "google-chrome-stable": ("/opt/google/chrome/chrome",),
    "google-chrome": ("/opt/google/chrome/chrome",),
    "brave-browser": ("/opt/brave.com/brave/brave",),
    "microsoft-edge-stable": ("/opt/microsoft/msedge/msedge",),
    "microsoft-edge": ("/opt/microsoft/msedge/msedge",),
    "chromium-headless-shell": ("/usr/lib/chromium/chromium-headless-shell",),
}
"""Program behind a start script. The script adds flags of the system's own, which would not be recorded, and
may stay beside the browser as one more process."""

PACKAGED = ("/usr/bin", "/opt")
"""Where packages put start scripts; one that lies elsewhere is a person's own, and does what they want."""

MAC = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Brave Browser.app/Contents/MacOS/Brave Browser",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
)

INSTALL_HINT = "install one, such as: apt install chromium; or name it: --browser PATH, ABUSEKIT_BROWSER"

VERSION_S = 10.0
"""Seconds for `--version`."""

_VERSION = re.compile(r"^(.{1,60}?) (\d{1,5}(?:\.\d{1,6}){1,4})\b")


@dataclass(frozen=True, slots=True)
class Executable:
    """A browser as it is installed."""

    path: Path
    # the program itself where it is known, not a start script
    name: str
    # as it calls itself: "Chromium"
    version: str
    # as it says itself: "156.0.8078.79"
    shell: bool
    # a headless shell: no window, and sites are told


def find(wanted: Path | None = None) -> Executable | None:
    """The browser to use: `wanted`, else $ABUSEKIT_BROWSER, else the first of FULL, of MAC, of SHELLS; or None.

    Raises UsageError when the one that was named is absent or is no browser of this family. That a program
    calls itself Chromium proves nothing about it: it is this computer's own.
    """
    named = wanted or (Path(text) if (text := os.environ.get("ABUSEKIT_BROWSER")) else None)
    if named is not None:
        path = shutil.which(named)
        if path is None:
            raise UsageError(f"there is no program {named}", INSTALL_HINT)
        found = _look_at(path)
        if found is None:
            raise UsageError(f"{named} is no Chromium, Chrome, Edge or Brave", INSTALL_HINT)
        return found
    places = [*map(shutil.which, FULL), *(place for place in MAC if Path(place).is_file())]
    for place in (*places, *map(shutil.which, SHELLS)):
        if place is not None and (found := _look_at(place)) is not None:
            return found
    return None


def _look_at(place: str) -> Executable | None:
    path = _behind(Path(place))
    try:
        status = path.stat()
    except OSError:
        return None
    said = _version(str(path), status.st_mtime_ns, status.st_size)
    if said is None:
        return None
    name, version = said
    shell = "headless" in path.name.lower() or "headless" in name.lower()
    return Executable(path, name, version, shell)


def _behind(path: Path) -> Path:
    """The program behind a start script, where it is known."""
    try:
        with path.open("rb") as stream:
            if stream.read(2) != b"#!":
                return path
    except OSError:
        return path
    if not any(path.resolve().is_relative_to(place) for place in PACKAGED):
        return path
    real = next((place for place in BESIDE.get(path.name, ()) if os.access(place, os.X_OK)), None)
    return Path(real) if real else path


@lru_cache(maxsize=16)
def _version(path: str, _changed: int, _size: int) -> tuple[str, str] | None:
    """What it calls itself and its version; None when it is no such browser. Asked once for each state of the file."""
    try:
        done = subprocess.run(
            [path, "--version"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=VERSION_S,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    first = done.stdout[:300].decode("utf-8", "replace").strip().partition("\n")[0]
    found = _VERSION.match(first)
    if found is None or not re.search("chrom|brave|edge", found[1], re.IGNORECASE):
        return None
    return found[1], found[2]
