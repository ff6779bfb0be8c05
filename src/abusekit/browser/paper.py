"""A page of our own making as a PDF, printed by the browser that this computer has: no network, no script.

The browser is started with a gate that leads nowhere, so nothing can be fetched whatever the page says. In the place of
the times and ids that it makes up stands the time that the caller states: the same page, time, browser and fonts give
the same bytes. That another computer gives the same bytes is not said: fonts and browsers differ.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from abusekit.browser.page.cdp import Cdp, CdpError
from abusekit.browser.process.chromium import BrowserProcess
from abusekit.browser.process.executable import INSTALL_HINT, Executable, find
from abusekit.errors import InputError, MissingExtraError, NetworkError

A4 = (8.2677, 11.6929)
"""Width and height in inches: 210 x 297 mm."""
MAX_HTML = 8 << 20
MAX_PDF = 64 << 20
"""Bytes."""
LIMIT_S = 60.0
"""Seconds for the whole print, after the start of the browser."""
_NOWHERE = 9
# a port on loopback where nobody listens (RFC 863)
_READ_SIZE = 1 << 20
_DATE = re.compile(rb"(/(?:CreationDate|ModDate)\s?\()D:\d{14}([^)]*)(\))")
_ID = re.compile(rb"(/ID\s?\[\s?)<([0-9A-Fa-f]{16,64})>(\s?)<([0-9A-Fa-f]{16,64})>")


def renderer(wanted: Path | None = None) -> Executable:
    """The browser that prints. Raises MissingExtraError where there is none, UsageError where `wanted` is none."""
    found = find(wanted)
    if found is None:
        raise MissingExtraError(
            "no browser on this computer can make a PDF",
            f"{INSTALL_HINT}; or write the page with --html and print it from any browser",
        )
    return found


def pdf_of(
    html: str,
    executable: Executable,
    *,
    at: datetime,
    monotonic: Callable[[], float],
    unsafe_no_sandbox: bool = False,
) -> bytes:
    """The page printed on A4, as the bytes of a PDF. `at`: aware, the time that stands in its properties.

    Raises InputError (page or print too large), NetworkError (the browser does not start, ends or hangs), UsageError
    (no sandbox), OSError (disk full).
    """
    if len(html.encode("utf-8", "replace")) > MAX_HTML:
        raise InputError(f"the page has more than {MAX_HTML >> 20} MiB", "print it in parts")
    ends_at = monotonic() + LIMIT_S + 30
    process = BrowserProcess(
        executable,
        proxy_port=_NOWHERE,
        monotonic=monotonic,
        netlog=False,
        unsafe_no_sandbox=unsafe_no_sandbox,
    )
    with process, closing(Cdp(process.read_fd, process.write_fd)) as cdp:
        try:
            data = _printed(_Tab(cdp, ends_at, monotonic), html)
        except CdpError as fault:
            raise NetworkError(
                f"the browser did not print the page: {fault.message}",
                "try again, or print the page of --html by hand",
            ) from fault
        cdp.send("Browser.close")
        process.close(5)
    return fixed_times(data, at)


class _Tab:
    """The browser's one page; each call within what is left of the time."""

    def __init__(self, cdp: Cdp, ends_at: float, monotonic: Callable[[], float]) -> None:
        self._cdp = cdp
        self._ends_at = ends_at
        self._monotonic = monotonic
        targets = self._ask("Target.getTargets", {}, "")["targetInfos"]
        page = next((one for one in targets if one.get("type") == "page"), None)
        if page is None:
            raise CdpError("the browser has no page")
        attached = self._ask("Target.attachToTarget", {"targetId": page["targetId"], "flatten": True}, "")
        self._session = str(attached["sessionId"])

    def call(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        return self._ask(method, params, self._session)

    def _ask(self, method: str, params: dict[str, Any], session: str) -> dict[str, Any]:
        left = self._ends_at - self._monotonic()
        if left <= 0:
            raise CdpError("it took too long")
        return self._cdp.call(method, params, session=session, timeout=min(left, LIMIT_S))


def _printed(tab: _Tab, html: str) -> bytes:
    """Raises CdpError, InputError."""
    tab.call("Emulation.setScriptExecutionDisabled", {"value": True})
    tab.call("Page.enable", {})
    frame = tab.call("Page.getFrameTree", {})["frameTree"]["frame"]["id"]
    tab.call("Page.setDocumentContent", {"frameId": frame, "html": html})
    wanted = {
        "printBackground": True,
        "preferCSSPageSize": True,
        "paperWidth": A4[0],
        "paperHeight": A4[1],
        "transferMode": "ReturnAsStream",
    }
    stream = tab.call("Page.printToPDF", wanted)["stream"]
    data = _received(tab, stream)
    if not data.startswith(b"%PDF-") or b"%%EOF" not in data[-32:]:
        raise CdpError("the print is no whole PDF")
    return data


def _received(tab: _Tab, stream: str) -> bytes:
    found = bytearray()
    while True:
        answer = tab.call("IO.read", {"handle": stream, "size": _READ_SIZE})
        text = str(answer.get("data", ""))
        try:
            found += base64.b64decode(text) if answer.get("base64Encoded") else text.encode("latin-1")
        except (binascii.Error, UnicodeEncodeError) as fault:
            raise CdpError("the print came garbled") from fault
        if len(found) > MAX_PDF:
            raise InputError(f"the print has more than {MAX_PDF >> 20} MiB", "print it in parts")
        if answer.get("eof"):
            return bytes(found)
        if not text:
            raise CdpError("the print did not come")


def fixed_times(data: bytes, at: datetime) -> bytes:
    """The same PDF with `at` (aware) in the place of its times, and zeros for file ids, length for length.

    Offsets of its cross-reference table stay right.
    """
    stamp = f"D:{at.astimezone(UTC):%Y%m%d%H%M%S}".encode("ascii")

    def times(one: re.Match[bytes]) -> bytes:
        zone = b"+00'00'" if len(one[2]) == len(b"+00'00'") else one[2]
        return one[1] + stamp + zone + one[3]

    data = _DATE.sub(times, data)
    return _ID.sub(
        lambda one: b"%b<%b>%b<%b>" % (one[1], b"0" * len(one[2]), one[3], b"0" * len(one[4])), data
    )
