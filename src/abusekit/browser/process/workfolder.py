"""The folder that one browser run lives in, and that nothing is left of.

`home`, `profile`, `log` and `tmp` belong to the user that the browser runs as; the folder above them belongs
to us and holds a lock while we live, so that the next run can tell what a killed run left behind.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import stat
import tempfile
from pathlib import Path

from abusekit.browser.process.sandbox import RunAs
from abusekit.errors import UsageError

PREFIX = "abusekit-browser-"
PARTS = ("home", "profile", "log", "tmp")


class WorkFolder:
    """Made at once, in the system's temporary folder; `remove` when nothing in it is needed any more.

    Raises UsageError, OSError.
    """

    def __init__(self) -> None:
        made = Path(tempfile.mkdtemp(prefix="abusekit-", dir=_place()))
        self._lock = os.open(made, os.O_RDONLY | os.O_DIRECTORY)
        with contextlib.suppress(
            OSError
        ):  # a file system without locks: then `clear_leftovers` clears nothing
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # Only now the name that is looked for: there is no moment at which it is there without its lock.
        self.path = made.rename(made.parent / (PREFIX + made.name.removeprefix("abusekit-")))
        for part in PARTS:
            (self.path / part).mkdir(mode=0o700)

    @property
    def home(self) -> Path:
        return self.path / "home"

    @property
    def profile(self) -> Path:
        return self.path / "profile"

    @property
    def netlog(self) -> Path:
        return self.path / "log" / "netlog.json"

    @property
    def temporary(self) -> Path:
        return self.path / "tmp"

    def hand_over(self, to: RunAs) -> bool:
        """Gives the parts, with all that is in them, to that user; False where the system has no such user."""
        try:
            for part in PARTS:
                os.chown(self.path / part, to.uid, to.gid)
                for folder, folders, files in os.walk(self.path / part):
                    for name in (*folders, *files):
                        os.chown(Path(folder, name), to.uid, to.gid, follow_symlinks=False)
            self.path.chmod(0o711)  # to pass through, not to look around
        except OSError:
            return False
        return True

    def only_a_plain_netlog(self) -> None:
        """Takes away a NetLog that is a link, a pipe, …: a browser that a page has taken over could put one there,
        and we may read more than it may. To be called when the browser has ended."""
        with contextlib.suppress(OSError):
            if not stat.S_ISREG(self.netlog.lstat().st_mode) or self.netlog.parent.is_symlink():
                self.netlog.unlink()

    def remove(self) -> None:
        """Deletes it; may be called again."""
        shutil.rmtree(self.path, ignore_errors=True)
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1


def _place() -> Path:
    """The temporary folder; as root one that other users can pass through. Raises UsageError."""
    wanted = Path(tempfile.gettempdir()).resolve()
    if os.geteuid() != 0:
        return wanted
    for place in (wanted, Path("/tmp"), Path("/var/tmp")):  # noqa: S108 - names come from mkdtemp
        with contextlib.suppress(OSError):
            if all(one.stat().st_mode & stat.S_IXOTH for one in (place, *place.parents)):
                return place
    raise UsageError("no temporary folder that another user may enter", "set TMPDIR to one, such as /tmp")


def clear_leftovers() -> int:
    """Deletes the folders of runs that were killed; how many. Those of other users, or in use, stay."""
    cleared = 0
    for path in _place().glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):
            status = path.lstat()
            if stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid() and _unlocked(path):
                shutil.rmtree(path, ignore_errors=True)
                cleared += 1
    return cleared


def _unlocked(path: Path) -> bool:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return True
