"""The small checks under the artefacts, without a browser."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable

import pytest
from PIL import Image

from abusekit.browser.artefacts.artefact import ArtefactPlan, TooLargeError, store_base64
from abusekit.browser.artefacts.picture import png_size
from abusekit.browser.artefacts.printed import _sheets
from abusekit.browser.page.cdp import CdpError
from abusekit.errors import UsageError
from abusekit.webarchive.exchange import Spool


def test_pages_are_counted_across_pieces() -> None:
    spool = Spool()
    for filler in (0, 1, 65_520, 65_530, 65_536 * 2 - 3, 100):
        spool.write(b"x" * filler + b"/Type /Page\n/Type /Pages /Type/Page>")
    assert _sheets(spool) == 12


@pytest.mark.parametrize(
    "damage",
    [
        lambda png: png[:-1],
        lambda png: b"GIF" + png[3:],
        lambda png: png[:16] + bytes(4) + png[20:],
        lambda png: png[:20],
        lambda png: b"",
    ],
)
def test_a_picture_that_is_none_is_refused(damage: Callable[[bytes], bytes]) -> None:
    made = io.BytesIO()
    Image.new("RGB", (3, 5)).save(made, "PNG")
    assert png_size(Spool(data=made.getvalue())) == (3, 5)
    with pytest.raises(CdpError):
        png_size(Spool(data=damage(made.getvalue())))


def test_base64_is_checked_and_bounded() -> None:
    spool = Spool()
    store_base64(spool, base64.b64encode(b"abcd" * 400_000).decode(), 1_600_000)
    assert spool.size == 1_600_000
    with pytest.raises(TooLargeError):
        store_base64(spool, "AAAA", 1_600_000)
    for bad in ("A", "AAA\u00e9", "AA=A", "A A A"):
        with pytest.raises(CdpError):
            store_base64(Spool(), bad, 100)


@pytest.mark.parametrize(
    "limits",
    [{"max_height": 0}, {"max_pages": 1001}, {"max_bytes": 101 << 20}, {"max_characters": 0}],
)
def test_a_senseless_limit_is_refused(limits: dict[str, int]) -> None:
    with pytest.raises(UsageError):
        ArtefactPlan(**limits)  # type: ignore[arg-type]
