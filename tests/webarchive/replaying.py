"""pywb as a program of its own, and a browser that reaches nothing but it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from abusekit.browser.page.cdp import Cdp
from bare_chromium import bare_chromium


class RefusingProxy:
    """Takes what a browser asks for, keeps the first line of each request, and answers nothing."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                taken, _ = self._listener.accept()
                with taken, suppress(OSError):
                    taken.settimeout(2)
                    self.asked.append(taken.recv(4096).split(b"\r\n")[0].decode("latin-1"))

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


@dataclass(slots=True)
class Pywb:
    """Serves each archive that was added as a collection."""

    programs: Path
    folder: Path
    port: int = 0
    _process: subprocess.Popen[bytes] | None = field(default=None)

    def add(self, name: str, wacz: bytes) -> None:
        """As a person adds an archive."""
        path = self.folder / f"{name}.wacz"
        path.write_bytes(wacz)
        for words in (["init", name], ["add", name, str(path), "--unpack-wacz"]):
            subprocess.run(
                [str(self.programs / "wb-manager"), *words], cwd=self.folder, check=True, capture_output=True
            )

    def start(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self._process = subprocess.Popen(
            [str(self.programs / "wayback"), "-b", "127.0.0.1", "-p", str(self.port)],
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        end = time.monotonic() + 60
        while time.monotonic() < end:
            assert self._process.poll() is None, "pywb ended"
            with suppress(URLError, OSError), urlopen(f"http://127.0.0.1:{self.port}/", timeout=5):
                return
            time.sleep(0.1)
        raise AssertionError("pywb did not answer in time")

    def stop(self) -> None:
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def address(self, name: str, stamp: str, url: str, kind: str = "") -> str:
        """Where the page is replayed, in the tool's frame; kind "id_": the bytes as recorded, without."""
        return f"http://127.0.0.1:{self.port}/{name}/{stamp}{kind}/{url}"


@dataclass(slots=True)
class Window:
    """One page of a browser. In expressions, `page` is the window of the page itself."""

    cdp: Cdp
    session: str
    framed: bool = False
    # the page is shown in the frame of a replay tool

    def open(self, url: str) -> None:
        self.cdp.call("Page.navigate", {"url": url}, session=self.session, timeout=30)
        self.wait_for("page?.document.readyState === 'complete' && page.location.href !== 'about:blank'")

    def value(self, expression: str) -> Any:
        window = "document.getElementById('replay_iframe')?.contentWindow" if self.framed else "window"
        text = f"(page => {expression})({window})"
        asked = {"expression": text, "returnByValue": True, "awaitPromise": True}
        answer = self.cdp.call("Runtime.evaluate", asked, session=self.session, timeout=30)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def wait_for(self, expression: str, seconds: float = 30) -> None:
        end = time.monotonic() + seconds
        while not self.value(f"Boolean({expression})"):
            assert time.monotonic() < end, f"never true: {expression}; {self.value('document.title')}"
            time.sleep(0.05)

    def text(self) -> str:
        return str(self.value("page.document.body.innerText"))

    def images(self) -> dict[str, int]:
        """Width of each picture, by the end of its address; 0 where it did not load."""
        self.value("page.document.querySelectorAll('img').forEach(one => { one.loading = 'eager' })")
        self.wait_for("[...page.document.images].every(one => one.complete)")
        found = self.value("[...page.document.images].map(one => [one.src, one.naturalWidth])")
        return {src.rpartition("/")[2]: width for src, width in found}


@contextmanager
def window(*flags: str) -> Iterator[Window]:
    """A page of a fresh browser, which is gone afterwards."""
    with bare_chromium(*flags) as cdp:
        target = cdp.call("Target.createTarget", {"url": "about:blank"}, timeout=60)["targetId"]
        session = cdp.call("Target.attachToTarget", {"targetId": target, "flatten": True})["sessionId"]
        yield Window(cdp, str(session))


@contextmanager
def offline_window(pywb: Pywb) -> Iterator[tuple[Window, RefusingProxy]]:
    """A page that reaches pywb and nothing else; what else it asks for is kept."""
    proxy = RefusingProxy()
    try:
        with window(
            f"--proxy-server=http://127.0.0.1:{proxy.port}",
            f"--proxy-bypass-list=<-loopback>;127.0.0.1:{pywb.port}",
        ) as page:
            page.framed = True
            yield page, proxy
    finally:
        proxy.close()
