"""What the benchmarks work on: files, cases, pages and servers, made anew with a fixed seed."""

from __future__ import annotations

import bisect
import gzip
import itertools
import os
import random
import re
import shutil
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.measure import BenchmarkError, Peer, run

BLOCK = 1 << 20
ABUSEKIT = str(Path(sys.executable).with_name("abusekit"))
PAGE_BYTES = 60_000


MARK = "made-by-benchmarks"


class Space:
    """The folder of a benchmark run; keys and noted states stay in it, too.

    It is deleted in the end, so a folder that holds anything else is refused: BenchmarkError.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        if root.exists() and any(root.iterdir()) and not (root / MARK).exists():
            raise BenchmarkError(f"{root} holds other things: name a new folder")
        root.mkdir(parents=True, exist_ok=True)
        (root / MARK).touch()
        os.environ["ABUSEKIT_KEYS"] = str(root / "keys")
        os.environ["ABUSEKIT_STATE"] = str(root / "state")
        os.environ["ABUSEKIT_AUTHORITIES"] = str(root / "authorities")
        os.environ["ABUSEKIT_NTP"] = "none"  # nothing leaves this computer
        os.environ["ABUSEKIT_PASSPHRASE"] = "for measurements only"  # noqa: S105 - guards nothing

    def folder(self, name: str) -> Path:
        """A fresh empty folder."""
        path = self.root / name
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir(parents=True)
        return path

    def delete(self) -> None:
        shutil.rmtree(self.root, ignore_errors=True)

    def abusekit(self, *arguments: str | Path, expected: tuple[int, ...] = (0,)) -> None:
        """Run a command to prepare something."""
        argv = [ABUSEKIT, *map(str, arguments)]
        run(Peer("abusekit", argv, expected=expected), self.root / "prepare.txt")

    def case(self, name: str) -> Path:
        """A fresh case without items."""
        path = self.root / name
        shutil.rmtree(path, ignore_errors=True)
        self.abusekit(
            "init", path, "--yes", "--ref", "BENCH", "--producer", "BP:Bench Producer:tester",
            "--timezone", "Europe/London", "--quiet",
        )  # fmt: skip
        return path

    def seal(self, case: Path) -> None:
        if not any((self.root / "keys").glob("*")):
            self.abusekit("key", "create", "bench")
        self.abusekit("seal", "--case", case, "--key", "bench", "--quiet")


def program(name: str) -> str:
    """Its path. Raises BenchmarkError where it is not installed."""
    found = shutil.which(name, path=os.environ.get("PATH", os.defpath) + ":/usr/sbin")
    if found is None:
        raise BenchmarkError(f"{name} is not installed; make system-packages installs what is needed")
    return found


def write_noise(path: Path, size: int, source: random.Random) -> None:
    """A file that nothing can compress."""
    with path.open("wb") as out:
        for start in range(0, size, BLOCK):
            out.write(source.randbytes(min(BLOCK, size - start)))


def write_folders(root: Path, sizes: list[int], per_folder: int) -> list[Path]:
    """Files of these sizes in folders of `per_folder`; gives the folders."""
    source = random.Random(1)
    folders: list[Path] = []
    for number, size in enumerate(sizes):
        if number % per_folder == 0:
            folders.append(root / f"{len(folders):04}")
            folders[-1].mkdir(parents=True)
        write_noise(folders[-1] / f"{number:06}.bin", size, source)
    return folders


def _words() -> list[str]:
    """The thousand most frequent words of Python's own manual, the most frequent first."""
    from pydoc_data.topics import topics

    found = Counter(re.findall(r"[a-z]+", " ".join(topics.values()).lower()))
    return [word for word, _ in found.most_common(1000)]


def pages(source: random.Random) -> Iterator[bytes]:
    """Pages of about 60 KB as the web has them: real words by Zipf's law in twenty posts; gzip takes two thirds."""
    words = _words()
    bounds = list(itertools.accumulate(1 / rank for rank in range(1, len(words) + 1)))
    for number in itertools.count():
        parts = [f"<!doctype html><html lang=en><head><title>Page {number}</title></head><body>"]
        size = len(parts[0])
        for post in itertools.count():
            if size >= PAGE_BYTES - 1400:
                break
            picks = (bisect.bisect_left(bounds, source.random() * bounds[-1]) for _ in range(9 * 60))
            text = [words[pick] for pick in picks]
            paragraphs = "</p>\n<p>".join(" ".join(text[n : n + 60]) for n in range(0, len(text), 60))
            part = (
                f'<article id="p{post}"><h2>{words[source.randrange(len(words))]}</h2>'
                f'<time datetime="2026-11-{1 + post % 28:02}T12:00:00Z">{post}</time>\n<p>{paragraphs}</p>'
                f'<a href="/page{source.randrange(2000)}.html">more</a></article>\n'
            )
            parts.append(part)
            size += len(part)
        yield "".join([*parts, "</body></html>"]).encode("ascii")


def write_site(folder: Path, count: int) -> None:
    """`page0000.html` …, each with its gzip beside it, and `photo.jpg`."""
    source = random.Random(2)
    for number, page in zip(range(count), pages(source), strict=False):
        (folder / f"page{number:04}.html").write_bytes(page)
        (folder / f"page{number:04}.html.gz").write_bytes(gzip.compress(page, 6, mtime=0))
    # Only the bytes count here: a start and an end of a JPEG, and what cannot be compressed between them.
    photo = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + source.randbytes(200_000) + b"\xff\xd9"
    (folder / "photo.jpg").write_bytes(photo)


def write_list(path: Path, port: int, count: int, *, photo: bool = True) -> Path:
    """Addresses of the first `count` pages, one a line."""
    lines = [f"http://127.0.0.1:{port}/page{number:04}.html\n" for number in range(count)]
    lines += [f"http://127.0.0.1:{port}/photo.jpg\n"] if photo else []
    path.write_text("".join(lines))
    return path


@contextmanager
def nginx(folder: Path, site: Path) -> Iterator[int]:
    """The site on a fast server on loopback; gives its port."""
    port = _free_port()
    user = "user root;" if os.geteuid() == 0 else ""
    config = folder / "nginx.conf"
    config.write_text(f"""{user} daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/nginx.log;
events {{ worker_connections 1024; }}
http {{
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000;
  types {{ text/html html; text/css css; text/javascript js; image/jpeg jpg; }}
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  server {{ listen 127.0.0.1:{port}; root {site}; gzip_static on; }}
}}
""")
    argv = [program("nginx"), "-c", str(config), "-p", str(folder), "-e", str(folder / "nginx.log")]
    with _serving(argv, port):
        yield port


@contextmanager
def slow_server(late_ms: int) -> Iterator[int]:
    """A server on loopback that thinks before each answer; gives its port."""
    port = _free_port()
    with _serving([sys.executable, "-m", "benchmarks.inputs", str(port), str(late_ms)], port):
        yield port


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _serving(argv: list[str], port: int) -> Iterator[None]:
    server = subprocess.Popen(argv, stdin=subprocess.DEVNULL)
    try:
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.05)
        else:
            raise BenchmarkError(f"{argv[0]} does not answer on port {port}")
        if server.poll() is not None:
            raise BenchmarkError(f"{argv[0]} ended at once, exit code {server.returncode}")
        yield
    finally:
        server.terminate()
        server.wait()


def _serve_slowly(port: int, late_ms: int) -> None:
    """Serve until terminated: every path is the same page of 6 KB."""
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

    body = next(pages(random.Random(3)))[:6000]

    class Late(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            time.sleep(late_ms / 1000)
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    ThreadingHTTPServer(("127.0.0.1", port), Late).serve_forever()


if __name__ == "__main__":
    _serve_slowly(int(sys.argv[1]), int(sys.argv[2]))
