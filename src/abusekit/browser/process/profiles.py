"""Stored browser profiles: a person logs in once, captures run on copies.

A profile is a folder `NAME` with `about.json` (what the person declared) and `browser`, which holds of the
browser's data only what keeps a session alive: cookies and the pages' own storage. No history, no saved
passwords, no caches; and no service workers, whose answers would not come over the network. Whoever reads a
profile is logged in as that person: so it is private, and lives outside of every case.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import stat
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from abusekit.errors import InputError, UsageError

NAME_FORM = re.compile(r"[a-z0-9][a-z0-9-]{0,30}")
KEPT = (
    "Cookies",
    "Cookies-journal",
    "Network",
    "Local Storage",
    "Session Storage",
    "IndexedDB",
    "WebStorage",
    "databases",
    "File System",
)
"""What is kept of the browser's `Default` folder."""

MAX_ABOUT = 65_536
_PREFERENCES = {"session": {"restore_on_startup": 1}}
"""Cookies that last "until the browser is closed" stay: many sites keep a login in such. No tab comes back, since
what was open is not kept."""


@dataclass(frozen=True, slots=True)
class ProfileInfo:
    """What can be told of a profile. All but the name was declared by the person, and is not checked."""

    name: str
    # NAME_FORM
    path: Path
    # its folder; `BrowserProcess` takes it
    account: str
    # as whom the person said to have logged in; may be empty
    address: str
    # where the login began; may be empty
    at: str
    # UTC, ISO 8601: when the login ended; empty for a profile without one


def folder_of(store: Path, name: str) -> Path:
    """Where the profile of that name is, whether it exists or not. Raises UsageError on a name that is none."""
    if not NAME_FORM.fullmatch(name):
        raise UsageError(
            f"not a name for a profile: {name[:40]}", "small letters, digits, dashes; 31 at most"
        )
    return store / name


def show(store: Path, name: str) -> ProfileInfo:
    """One profile. Raises UsageError (absent, within reach of others), InputError (damaged)."""
    path = folder_of(store, name)
    _check_private(store)
    if not (path / "browser").is_dir():
        raise UsageError(f"there is no profile {name}", f"abusekit browser login {name}")
    _check_private(path)
    try:
        with (path / "about.json").open("rb") as stream:
            about = json.loads(stream.read(MAX_ABOUT))
        return ProfileInfo(name, path, *(str(about[key]) for key in ("account", "address", "at")))
    except FileNotFoundError:
        return ProfileInfo(name, path, "", "", "")
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as fault:
        raise InputError(
            f"profile {name} is damaged: {type(fault).__name__}", f"abusekit browser delete {name}"
        ) from fault


def listing(store: Path) -> tuple[ProfileInfo, ...]:
    """All profiles, by name. Raises as `show`."""
    if not store.is_dir():
        return ()
    names = sorted(one.name for one in store.iterdir() if NAME_FORM.fullmatch(one.name))
    return tuple(show(store, name) for name in names)


def keep(store: Path, name: str, used: Path, *, account: str, address: str, at: datetime) -> ProfileInfo:
    """Stores what keeps the session alive of the browser data `used`, in place of what was there.

    `at`: aware; the moment after the login. Raises UsageError where the store cannot be written.
    """
    path = folder_of(store, name)
    fresh = path / "browser.new"
    about = {"account": account, "address": address, "at": at.isoformat(timespec="seconds")}
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.rmtree(fresh, ignore_errors=True)
        carry(used, fresh)
        shutil.rmtree(path / "browser", ignore_errors=True)
        fresh.rename(path / "browser")
        (path / "about.json").write_text(json.dumps(about), "utf-8")
        (path / "about.json").chmod(0o600)
    except OSError as fault:
        raise UsageError(
            f"the profile cannot be stored in {path}: {fault.strerror}",
            "choose another folder with ABUSEKIT_PROFILES",
        ) from fault
    return show(store, name)


def prepare(store: Path, name: str) -> None:
    """Makes the store, private. Raises UsageError where it is not, or cannot be made."""
    folder_of(store, name)
    try:
        store.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as fault:
        raise UsageError(
            f"{store} cannot be made: {fault.strerror}", "choose another folder with ABUSEKIT_PROFILES"
        ) from fault
    _check_private(store)


def check_there(store: Path, name: str) -> None:
    """Raises UsageError where there is no such profile; a damaged one is there."""
    path = folder_of(store, name)
    if not path.is_dir() or path.is_symlink():
        raise UsageError(f"there is no profile {name}", "see: abusekit browser list")


def delete(store: Path, name: str) -> None:
    """Deletes a profile; the site may still hold the session open. Raises UsageError."""
    check_there(store, name)
    path = folder_of(store, name)
    try:
        shutil.rmtree(path)
    except OSError as fault:
        raise UsageError(
            f"profile {name} cannot be deleted: {fault.strerror}", f"look at {path} yourself"
        ) from fault


def copy(profile: Path, to: Path, *, headless_shell: bool = False) -> None:
    """A working copy of a stored profile in the folder `to`, which exists and is empty.

    Raises UsageError where there is none, or for a headless shell, which keeps its data elsewhere.
    """
    if not (profile / "browser").is_dir():
        raise UsageError(f"there is no profile {profile.name}", f"abusekit browser login {profile.name}")
    if headless_shell:
        raise UsageError("a headless shell cannot use a profile", "install chromium, or --browser PATH")
    carry(profile / "browser", to)


def carry(source: Path, to: Path) -> None:
    """Copies what keeps sessions alive; links and whatever else is no plain file are left out. Raises OSError."""
    default = to / "Default"
    to.mkdir(mode=0o700, exist_ok=True)
    default.mkdir(mode=0o700)
    for name in KEPT:
        place = source / "Default" / name
        if place.is_symlink() or place.parent.is_symlink():
            continue
        if place.is_dir():
            shutil.copytree(place, default / name, symlinks=True, ignore=_no_plain_file)
        elif place.is_file():
            shutil.copyfile(place, default / name)
    _prefer(default)
    for folder, _, files in os.walk(to):
        Path(folder).chmod(0o700)
        for name in files:
            Path(folder, name).chmod(0o600)


def begin(to: Path) -> None:
    """Prepares the empty folder `to` for a first login. Raises OSError."""
    default = to / "Default"
    default.mkdir(mode=0o700)
    _prefer(default)


def _prefer(default: Path) -> None:
    (default / "Preferences").write_text(json.dumps(_PREFERENCES), "utf-8")


def _no_plain_file(folder: str, names: list[str]) -> list[str]:
    left_out = []
    for name in names:
        mode = Path(folder, name).lstat().st_mode
        if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
            left_out.append(name)
    return left_out


def _check_private(folder: Path) -> None:
    """Raises UsageError where others could read a session, or plant one."""
    with contextlib.suppress(FileNotFoundError):
        status = folder.lstat()
        if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid() or status.st_mode & 0o077:
            raise UsageError(f"{folder} is not private", f"chmod 700 {folder}; it must be your own folder")
