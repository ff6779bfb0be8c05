"""The video behind a post, fetched by yt-dlp: a program of its own, installed by the person, never imported.

Sites hand out videos in many ways that change by the week; yt-dlp follows them, and is called with fixed
arguments, an empty folder as its home, and our gate as its only way out. What it brings are files as the site's
server sent them where that sends whole files (no ffmpeg is let near them, so sound and picture may be two files);
a stream that comes in pieces is joined by yt-dlp. It does not prove what a player would have shown.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import signal
import site
import stat
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import IO

from abusekit.errors import MissingExtraError, UsageError
from abusekit.plain import safe_text
from abusekit.webarchive.exchange import Problem

PROGRAM = "yt-dlp"
INSTALL_HINT = "install it, such as: pipx install yt-dlp; it must be fresh, sites change"
START_S = 30.0
"""Seconds for `--version`."""
VERSION = re.compile(r"\d{4}\.\d{1,2}\.\d{1,2}(\.\d{1,10})?")
TICK_S = 0.1
"""Seconds between two looks at the limits."""
FILES_LIMIT = 40
"""Files that are taken from the folder."""
SAID_LIMIT = 8 << 20
"""Bytes that the program may say before it is ended."""
TAIL = 16_384
"""Bytes of what it said last that are read for its reason."""
NAME_LIMIT = 255
SUFFIX = re.compile(r"[a-z0-9]{1,8}")

ARGUMENTS: tuple[str, ...] = (
    "--ignore-config", "--no-plugin-dirs", "--no-cache-dir", "--no-remote-components",
    "--no-playlist", "--playlist-items", "1:8", "--max-downloads", "8",
    "--format", "bv*+ba/b", "--fixup", "never", "--ffmpeg-location", "absent", "--downloader", "native",
    "--abort-on-unavailable-fragments", "--retries", "2", "--fragment-retries", "2", "--socket-timeout", "15",
    "--write-info-json", "--no-write-comments", "--no-progress", "--color", "no_color",
    "--restrict-filenames", "--trim-filenames", "150", "--no-overwrites", "--no-mtime",
)  # fmt: skip
"""What every call has; the limit of bytes, the gate and the address follow. A post may have several videos."""


@dataclass(frozen=True, slots=True)
class Program:
    """The yt-dlp that is installed. That it calls itself so proves nothing about it: it is this computer's own."""

    path: Path
    # the file that is started, links followed
    version: str
    # as it says itself: "2026.10.26"
    sha256: str
    # hex, of that file; where a package manager installed it, a starter of a few lines


@dataclass(frozen=True, slots=True)
class MediaFile:
    """One file that the program left."""

    name: str
    # neutral: media-01.mp4, media-01.info.json; media-01.mp4.part for one that is not whole
    original: str
    # the program's name for it, made from the site's title: text, not to be used as a path
    path: Path
    # where it lies, in the folder that was given
    size: int
    # bytes
    whole: bool
    # False: the download was broken off


@dataclass(frozen=True, slots=True)
class Media:
    """What came of one call."""

    program: Program
    # who fetched it
    arguments: tuple[str, ...]
    # as given to it, without the gate's port
    files: tuple[MediaFile, ...]
    # in the order of the program's names
    problem: Problem | None
    # label "media": why not all of it could be had; None when the program says that it is done
    started: datetime
    # UTC, our clock
    ended: datetime
    # UTC, our clock


def find(wanted: Path | None = None) -> Program:
    """The program to call: `wanted`, or the first yt-dlp on PATH.

    Raises MissingExtraError when there is none, UsageError when what was named is no yt-dlp.
    """
    place = shutil.which(wanted or PROGRAM)
    if place is None:
        if wanted is not None:
            raise UsageError(f"there is no program {wanted}", INSTALL_HINT)
        raise MissingExtraError("--media needs the program yt-dlp", INSTALL_HINT)
    path = Path(place).resolve()
    try:
        status = path.stat()
        return _look_at(path, status.st_mtime_ns, status.st_size)
    except (OSError, subprocess.SubprocessError) as fault:
        raise UsageError(f"{path} does not start", INSTALL_HINT) from fault


@lru_cache(maxsize=4)
def _look_at(path: Path, _changed: int, _size: int) -> Program:
    with tempfile.TemporaryDirectory(prefix="abusekit-media-") as home:
        done = subprocess.run(
            [path, "--ignore-config", "--version"],
            env=_environment(Path(home)),
            cwd=home,
            check=False,
            timeout=START_S,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
    said = done.stdout[:100].decode("ascii", "replace").strip()
    if done.returncode or not VERSION.fullmatch(said):
        raise UsageError(f"{path} is no yt-dlp", INSTALL_HINT)
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return Program(path, said, digest)


def download(
    url: str,
    program: Program,
    folder: Path,
    *,
    proxy_port: int,
    max_bytes: int,
    ends_at: float,
    monotonic: Callable[[], float],
    now: Callable[[], datetime],
) -> Media:
    """The videos behind `url` (http or https), into the empty `folder`; the caller removes it.

    proxy_port: of our gate on loopback, through which alone it is to go (it also counts and stops bytes).
    max_bytes: of all files together. ends_at: seconds on `monotonic`; then the program and what it started are
    killed. What the site or the program does wrong is the result's `problem`. Raises UsageError when `url` is no
    web address or the folder is not empty, OSError when the disk is full.
    """
    if not re.match(r"https?://", url, re.I) or not url.isprintable():
        raise UsageError("a video is fetched from an http or https address")
    if any(folder.iterdir()):
        raise UsageError(f"the folder for media is not empty: {folder}")
    home = folder / ".home"
    home.mkdir(mode=0o700)
    fixed = (*ARGUMENTS, "--max-filesize", str(max_bytes), "--output", "%(title).80B-%(id).60B.%(ext)s")
    gate = ("--proxy", f"socks5h://127.0.0.1:{proxy_port}")
    started = now()
    try:
        with tempfile.TemporaryFile() as said:
            process = subprocess.Popen(
                [program.path, *fixed, *gate, "--", url],
                env=_environment(home),
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            stopped = _wait(process, folder, said, max_bytes, ends_at, monotonic)
            reason = _reason(said)
    finally:
        shutil.rmtree(home, ignore_errors=True)
    files, dropped = _files(folder)
    return Media(
        program=program,
        arguments=(*fixed, "--proxy", "socks5h://gate", "--", url),
        files=files,
        problem=_judged(process.returncode, stopped, reason, files, dropped, url),
        started=started,
        ended=now(),
    )


def _environment(home: Path) -> dict[str, str]:
    """Nothing of the person's own: no settings, proxies, passwords or caches; only where programs lie."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(home),
        "TMPDIR": str(home),
        "LANG": "C.UTF-8",
        "PYTHONUSERBASE": site.getuserbase(),  # where `pip install --user` may have put it
        "YTDLP_NO_PLUGINS": "1",
    }


def _wait(
    process: subprocess.Popen[bytes],
    folder: Path,
    said: IO[bytes],
    max_bytes: int,
    ends_at: float,
    monotonic: Callable[[], float],
) -> str:
    """Until it ends by itself, or reaches a limit; gives which one. Nothing of its process group is left."""
    stopped = ""
    try:
        while not stopped and process.poll() is None:
            if monotonic() >= ends_at:
                stopped = "the time limit was reached"
            elif _size(folder) > max_bytes or os.fstat(said.fileno()).st_size > SAID_LIMIT:
                stopped = f"the limit of {max_bytes} bytes was reached"
            else:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(TICK_S)
    finally:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    return stopped


def _size(folder: Path) -> int:
    """Bytes of what lies in the folder; files come and go while it is looked at."""
    size = 0
    for one in os.scandir(folder):
        with contextlib.suppress(OSError):
            size += one.stat(follow_symlinks=False).st_size
    return size


def _reason(said: IO[bytes]) -> str:
    """Its last complaint, or else the last line it said."""
    said.seek(max(said.seek(0, os.SEEK_END) - TAIL, 0))
    lines = [line.strip() for line in said.read(TAIL).decode("utf-8", "replace").splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR:")]
    last = (errors or lines or [""])[-1].removeprefix("ERROR:").strip()
    # the rest asks to report a fault to its makers, with a full log
    return safe_text(last.partition("; please report this issue")[0])[:300]


def _files(folder: Path) -> tuple[tuple[MediaFile, ...], int]:
    """The plain files in the folder under neutral names, and how many more there are."""
    found = sorted(
        (one.name, status.st_size)
        for one in os.scandir(folder)
        if stat.S_ISREG((status := one.stat(follow_symlinks=False)).st_mode)
    )
    counts: dict[str, int] = {}
    files: list[MediaFile] = []
    for original, size in found[:FILES_LIMIT]:
        whole = not original.endswith((".part", ".ytdl")) and ".part-Frag" not in original
        if original.endswith(".info.json"):
            ending = "info.json"
        else:
            last = original.removesuffix(".part").rpartition(".")[2].lower()
            ending = (last if SUFFIX.fullmatch(last) else "bin") + ("" if whole else ".part")
        kind = "info" if ending == "info.json" else "media"
        counts[kind] = counts.get(kind, 0) + 1
        name = f"media-{counts[kind]:02d}.{ending}"
        files.append(MediaFile(name, original[:NAME_LIMIT], folder / original, size, whole))
    return tuple(files), max(len(found) - FILES_LIMIT, 0)


def _judged(
    code: int | None, stopped: str, reason: str, files: tuple[MediaFile, ...], dropped: int, url: str
) -> Problem | None:
    if stopped:
        return Problem("media", stopped, url)
    if code:
        return Problem("media", f"yt-dlp ended with {code}: {reason or 'it gives no reason'}", url)
    if not any(one.whole and not one.name.endswith(".info.json") for one in files):
        return Problem("media", f"yt-dlp brought no video: {reason or 'it gives no reason'}", url)
    if dropped:
        return Problem("media", f"{dropped} more files of yt-dlp were not taken", url)
    return None
