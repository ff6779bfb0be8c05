"""The video behind a post, with the real yt-dlp, through the real gate, from a real server on loopback."""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from pathlib import Path

import pytest

from abusekit.browser.egress.gate import Gate
from abusekit.capture.media import Media, Program, download, find
from abusekit.errors import MissingExtraError, UsageError
from abusekit.net.policy import AddressPolicy

VIDEO = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(range(256)) * 2000
ENDLESS = b"x" * 65_536


@dataclass
class Site:
    port: int
    asked: list[str] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)

    def at(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"


@pytest.fixture
def site() -> Iterator[Site]:
    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            here.asked.append(self.path)
            if self.path.endswith(".mp4"):
                self.video()
            elif self.path == "/redirected":
                self.send_response(302)
                self.send_header("Location", f"http://127.0.0.2:{here.port}/video.mp4")
                self.end_headers()
            else:
                name = (
                    "/drip.mp4"
                    if self.path == "/slow"
                    else "/endless.mp4"
                    if self.path == "/huge"
                    else "/video.mp4"
                )
                source = "" if self.path == "/none" else f"<video src='{name}' type='video/mp4'></video>"
                title = "<title>../../Threat \u202e; rm -rf ~/ $(x) `y`</title>"
                self.send_text(f"<!doctype html><html><head>{title}</head><body>{source}</body></html>")

        do_HEAD = do_GET  # noqa: N815 - the library's name

        def send_text(self, text: str) -> None:
            body = text.encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def video(self) -> None:
            unbounded = self.path != "/video.mp4"
            wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
            start, end = (int(wanted[1]), int(wanted[2] or len(VIDEO) - 1)) if wanted else (0, len(VIDEO) - 1)
            self.send_response(206 if wanted and not unbounded else 200)
            self.send_header("Content-Type", "video/mp4")
            if not unbounded:
                self.send_header("Accept-Ranges", "bytes")
                self.send_header("Content-Length", str(min(end, len(VIDEO) - 1) + 1 - start))
                if wanted:
                    self.send_header("Content-Range", f"bytes {start}-{end}/{len(VIDEO)}")
            self.end_headers()
            if self.command == "HEAD":
                return
            if not unbounded:
                self.wfile.write(VIDEO[start : end + 1])
                return
            self.wfile.write(VIDEO)
            while not here.closing.is_set():
                self.wfile.write(ENDLESS if self.path == "/endless.mp4" else b"x")
                time.sleep(0.01)

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            pass  # the other side hung up

    server = Server(("127.0.0.1", 0), Answers)
    here = Site(server.server_port)
    private = Server(("127.0.0.2", here.port), Answers)  # where nothing may arrive
    threads = [
        threading.Thread(target=one.serve_forever, args=(0.05,), daemon=True) for one in (server, private)
    ]
    for one in threads:
        one.start()
    yield here
    here.closing.set()
    for each in (server, private):
        each.shutdown()
        each.server_close()
    for one in threads:
        one.join(5)


@pytest.fixture(scope="session")
def program() -> Program:
    return find(Path(sys.executable).parent / "yt-dlp")


def fetched(
    site: Site, program: Program, folder: Path, path: str, *, seconds: float = 60, max_bytes: int = 50 << 20
) -> Media:
    policy = AddressPolicy((ip_network("127.0.0.1/32"),))
    end = time.monotonic() + seconds
    with Gate(
        policy,
        typed=("127.0.0.1", site.port),
        max_bytes=100 << 20,
        ends_at=end + 5,
        now=lambda: datetime.now(UTC),
        monotonic=time.monotonic,
    ) as gate:
        return download(
            site.at(path),
            program,
            folder,
            proxy_port=gate.port,
            max_bytes=max_bytes,
            ends_at=end,
            monotonic=time.monotonic,
            now=lambda: datetime.now(UTC),
        )


def left_behind(folder: Path) -> list[str]:
    """Command lines of processes that work in the folder."""
    found = []
    for one in Path("/proc").iterdir():
        try:
            if one.name.isdigit() and (one / "cwd").readlink() == folder:
                found.append((one / "cmdline").read_text())
        except OSError:
            continue
    return found


def test_the_video_and_what_is_said_of_it(site: Site, program: Program, tmp_path: Path) -> None:
    media = fetched(site, program, tmp_path, "/post")
    assert media.problem is None
    info, video = sorted(media.files, key=lambda one: one.name)
    assert (info.name, video.name) == ("media-01.info.json", "media-01.mp4")
    assert video.path.read_bytes() == VIDEO
    assert (video.size, video.whole) == (len(VIDEO), True)
    told = json.loads(info.path.read_bytes())
    assert told["webpage_url"] == site.at("/post")
    assert told["extractor"] in ("generic", "html5")
    # The title is text: in the file's name nothing of it is a path or a command.
    assert "Threat" in video.original
    assert re.fullmatch(r"[\w.~-]+", video.original, re.ASCII), video.original
    assert video.path.parent == tmp_path
    assert {one.name for one in tmp_path.iterdir()} == {info.original, video.original}
    assert media.arguments[0] == "--ignore-config"
    assert "--no-playlist" in media.arguments
    assert media.arguments[-3:] == ("socks5h://gate", "--", site.at("/post"))
    assert media.started <= media.ended
    assert left_behind(tmp_path) == []


def test_the_program_is_recorded(program: Program) -> None:
    assert re.fullmatch(r"20\d\d\.\d\d\.\d\d.*", program.version)
    assert program.sha256 == hashlib.sha256(program.path.read_bytes()).hexdigest()


def test_a_page_without_a_video_is_a_problem(site: Site, program: Program, tmp_path: Path) -> None:
    media = fetched(site, program, tmp_path, "/none")
    assert media.files == ()
    assert media.problem is not None
    assert media.problem.label == "media"
    assert "yt-dlp ended with 1" in media.problem.detail
    assert "Unsupported URL" in media.problem.detail
    assert media.problem.where == site.at("/none")


def test_it_cannot_go_where_the_gate_does_not_let_it(site: Site, program: Program, tmp_path: Path) -> None:
    before = len(site.asked)
    media = fetched(site, program, tmp_path, "/redirected")
    assert media.problem is not None
    assert [one for one in media.files if one.name.endswith(".mp4")] == []
    assert set(site.asked[before:]) == {"/redirected"}


def test_a_video_that_does_not_end_is_broken_off(site: Site, program: Program, tmp_path: Path) -> None:
    media = fetched(site, program, tmp_path, "/slow", seconds=6)
    assert media.problem is not None
    assert media.problem.detail == "the time limit was reached"
    partial = [one for one in media.files if not one.whole]
    assert [one.name for one in partial] in ([], ["media-01.mp4.part"])  # a slow machine may not have begun
    assert all(VIDEO.startswith(one.path.read_bytes()[: len(VIDEO)]) for one in partial)
    assert left_behind(tmp_path) == []


def test_a_video_that_is_too_large_is_broken_off(site: Site, program: Program, tmp_path: Path) -> None:
    media = fetched(site, program, tmp_path, "/huge", max_bytes=2 << 20)
    assert media.problem is not None
    assert "limit of 2097152 bytes" in media.problem.detail
    assert sum(one.size for one in media.files) < 30 << 20
    assert left_behind(tmp_path) == []


def test_what_it_leaves_is_looked_at_with_care(site: Site, tmp_path: Path) -> None:
    """Whatever a program of that name leaves: links, folders and odd names are no files to take."""
    fake = tmp_path / "yt-dlp"
    fake.write_text(
        "#!/bin/sh\n"
        'if [ "$2" = --version ]; then echo 2026.01.02; exit 0; fi\n'
        "ln -s /etc/passwd a.mp4; mkdir b.mp4; mkfifo c.mp4; echo x > 'd.M\u00e9; echo .mp4~'; echo y > e.webm.part\n"
        "for n in $(seq 60); do echo $n > f$n.info.json; done\n"
        "env > environment.txt; sleep 300 & echo 'ERROR: \x1b[31mred; please report this issue on' >&2; exit 3\n"
    )
    fake.chmod(0o755)
    folder = tmp_path / "out"
    folder.mkdir()
    os.environ["ABUSEKIT_TEST_SECRET"] = "not for others"
    try:
        media = fetched(site, find(fake), folder, "/post")
    finally:
        del os.environ["ABUSEKIT_TEST_SECRET"]
    assert [one.name for one in media.files[:4]] == [
        "media-01.bin", "media-02.webm.part", "media-03.txt", "media-01.info.json",
    ]  # fmt: skip
    assert [one.whole for one in media.files[:3]] == [True, False, True]
    assert len(media.files) == 40
    assert media.problem is not None
    assert media.problem.detail == "yt-dlp ended with 3: \\x1b[31mred"
    assert "not for others" not in (folder / "environment.txt").read_text()
    assert left_behind(folder) == []


def test_another_program_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "yt-dlp"
    other.write_text("#!/bin/sh\necho hello\n")
    other.chmod(0o755)
    with pytest.raises(UsageError, match="is no yt-dlp"):
        find(other)
    broken = tmp_path / "broken"
    broken.write_bytes(b"\x7fELF")
    broken.chmod(0o755)
    with pytest.raises(UsageError, match="does not start"):
        find(broken)
    with pytest.raises(UsageError, match="there is no program"):
        find(tmp_path / "absent")


def test_a_missing_program_is_said_with_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingExtraError) as raised:
        find()
    assert "yt-dlp" in raised.value.message
    assert "pipx install yt-dlp" in raised.value.hint


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ytsearch:x", "--exec=id", "http://a/\n"])
def test_only_web_addresses_are_given_to_it(url: str, program: Program, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="http or https"):
        download(
            url, program, tmp_path, proxy_port=1, max_bytes=1, ends_at=0, monotonic=time.monotonic,
            now=lambda: datetime.now(UTC),
        )  # fmt: skip


def test_the_folder_has_to_be_empty(site: Site, program: Program, tmp_path: Path) -> None:
    (tmp_path / "old.mp4").write_bytes(b"another video")
    with pytest.raises(UsageError, match="not empty"):
        fetched(site, program, tmp_path, "/post")
