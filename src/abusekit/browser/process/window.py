"""The window in which a person logs in. Nobody looks on: no debugging, no recording, no gate.

It connects directly, as any browser does. What is typed is never seen by us; what stays is what the site stored
in the browser to know the person again.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from abusekit.browser.process import launch, profiles
from abusekit.browser.process.executable import Executable
from abusekit.browser.process.flags import FEATURES_OFF, WINDOW, folder_flags
from abusekit.browser.process.profiles import ProfileInfo
from abusekit.browser.process.sandbox import fault_at_start
from abusekit.browser.process.workfolder import WorkFolder, clear_leftovers
from abusekit.errors import UsageError

_BY_THE_HOUR_S = 3600.0


def check_screen() -> None:
    """Raises UsageError where no window can be opened."""
    if sys.platform == "linux" and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        raise UsageError(
            "there is no screen to open a browser window on (neither DISPLAY nor WAYLAND_DISPLAY is set)",
            "run it on a desktop, as the person who sits there",
        )


def log_in(
    executable: Executable,
    store: Path,
    name: str,
    *,
    address: str,
    account: Callable[[], str],
    now: Callable[[], datetime],
    monotonic: Callable[[], float],
    unsafe_no_sandbox: bool = False,
) -> ProfileInfo:
    """Opens a window on `address`, waits until the person closes it, and stores what keeps the session alive.

    A profile of that name goes on where it was. `address`: checked by the caller, http or https, or empty.
    `account` is asked afterwards: as whom the person says to have logged in. Whether they did is not checked.
    Raises UsageError (no screen, no sandbox, a headless shell, a store that is not private), NetworkError (the
    browser does not start); KeyboardInterrupt closes the window, and nothing is stored.
    """
    check_screen()
    if executable.shell:
        raise UsageError("a headless shell has no window", "install chromium, or --browser PATH")
    profiles.prepare(store, name)
    clear_leftovers()
    folder = WorkFolder()
    try:
        stored = profiles.folder_of(store, name)
        if (stored / "browser").is_dir():
            profiles.copy(stored, folder.profile)
        else:
            profiles.begin(folder.profile)
        sandbox = ["--no-sandbox"] if unsafe_no_sandbox else []
        features = f"--disable-features={','.join(FEATURES_OFF)}"
        command = [
            str(executable.path), *WINDOW, features, *sandbox, *folder_flags(folder.profile, None),
            address or "about:blank",
        ]  # fmt: skip
        process, _ = launch.spawn(command, folder, _screen(folder), sandboxed=not unsafe_no_sandbox)
        words = launch.LastWords(process)
        try:
            while not launch.ended(process, _BY_THE_HOUR_S, monotonic):
                pass
        finally:
            launch.end(process)
        if process.returncode and not (folder.profile / "Default" / "Cookies").exists():
            raise fault_at_start(executable.name, words.text(wait_s=1))
        return profiles.keep(store, name, folder.profile, account=account(), address=address, at=now())
    finally:
        folder.remove()


def _screen(folder: WorkFolder) -> dict[str, str]:
    """What a program needs to find the screen, also as another user."""
    found = {}
    if display := os.environ.get("DISPLAY"):
        found["DISPLAY"] = display
    if wayland := os.environ.get("WAYLAND_DISPLAY"):
        found["WAYLAND_DISPLAY"] = str(Path(os.environ.get("XDG_RUNTIME_DIR", "/run")) / wayland)
    key = Path(os.environ.get("XAUTHORITY") or Path.home() / ".Xauthority")
    with contextlib.suppress(OSError):
        copied = folder.home / ".Xauthority"
        shutil.copyfile(key, copied)
        copied.chmod(0o600)
        found["XAUTHORITY"] = str(copied)
    return found
