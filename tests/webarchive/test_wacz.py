"""WACZ files that we write: accepted by `wacz validate`, by `zipfile`, and by our own strict check."""

from __future__ import annotations

import io
import json
import subprocess
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from exchanges import AT, PAGE, askings, decoded, exchange, notes, resources, several

from abusekit.errors import InputError
from abusekit.webarchive.exchange import Exchange
from abusekit.webarchive.resource import BESIDE_LIMIT, Beside, Resource, urn
from abusekit.webarchive.wacz import write_wacz
from abusekit.webarchive.wacz_check import check


class WriteOnly:
    """An output that can do nothing but take bytes."""

    def __init__(self) -> None:
        self.data = b""

    def write(self, data: bytes) -> None:
        self.data += data


def packed(exchanges: Iterable[Exchange], **more: Any) -> bytes:
    out = WriteOnly()
    settings: dict[str, Any] = {
        "created": AT,
        "software": "abusekit test",
        "title": "Ein Titel – ✓",
        "main_url": "http://example.org/",
        "main_at": AT,
        **more,
    }
    write_wacz(out, exchanges, **settings)
    return out.data


EXTRA = {"artefacts/page.png": b"\x89PNG", "artefacts/log.txt": b""}


@pytest.mark.parametrize(
    "data",
    [
        packed(several()),
        packed(several(), text="Nobody likes you\n" * 100, extra=EXTRA),
        packed([exchange(b"", status=None, request=b"")]),
        packed([*several(), *askings(), decoded()], resources=resources(), beside=notes(), extra=EXTRA),
    ],
    ids=["plain", "with-text-and-files", "nothing-but-a-failure", "everything"],
)
def test_outside_judges_accept_it(data: bytes, wacz_program: Path, tmp_path: Path) -> None:
    assert check(data) == []
    path = tmp_path / "a.wacz"
    path.write_bytes(data)
    done = subprocess.run(
        [str(wacz_program), "validate", "-f", str(path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0 and "the passed WACZ is valid" in done.stdout, done.stdout + done.stderr
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        warc = archive.getinfo("archive/data.warc.gz")
        assert warc.compress_type == zipfile.ZIP_STORED
    with path.open("rb") as stream:
        assert check(stream) == []


def test_metadata() -> None:
    data = packed(several(), text="hello")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        package = json.loads(archive.read("datapackage.json"))
        lines = archive.read("pages/pages.jsonl").splitlines()
    assert package["wacz_version"] == "1.1.1"
    assert package["created"] == "2026-03-04T05:06:07Z"
    assert package["title"] == "Ein Titel – ✓"
    assert json.loads(lines[1])["text"] == "hello"
    assert json.loads(lines[1])["ts"] == "2026-03-04T05:06:07.890123Z"


def test_same_input_same_bytes() -> None:
    assert packed(several(), extra=EXTRA) == packed(several(), extra=EXTRA)


@pytest.mark.parametrize(
    "path",
    [
        "a.txt",
        "a/b/c.txt",
        "archive/x.txt",
        "../a.txt",
        "a/b",
        "A/b.txt",
        "a/../b.txt",
        "pages/x.txt",
        "/a/b.txt",
    ],
)
def test_extra_files_have_safe_names(path: str) -> None:
    with pytest.raises(InputError):
        packed(several(), extra={path: b""})


@pytest.mark.parametrize(
    "more",
    [
        {"resources": resources("http://other.example/")},
        {"resources": resources() * 2},
        {"resources": [Resource(urn("pdf", PAGE), "image/png", b"", AT)]},
        {"resources": [Resource("urn:thumbnail:" + PAGE, "image/png", b"", AT)]},
        {"resources": [Resource(urn("view", PAGE, 1000), "image/png", b"", AT)]},
        {"beside": notes() * 2},
        {"beside": [Beside("No Name", {}, AT)]},
        {"beside": [Beside("long", ["x" * BESIDE_LIMIT], AT)]},
    ],
)
def test_what_does_not_belong_is_refused(more: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        packed(several(), **more)
