"""Profile pictures out of captures: found where the archive has them, over redirects, and never made up."""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from hashlib import sha256
from ipaddress import ip_network
from pathlib import Path
from urllib.request import urlopen

import pytest
from PIL import Image
from tests.capture.rawsite import RawSite
from tests.cli.command_runner import PRODUCER, Abusekit

from abusekit.accounts.ledger.archived import Archive
from abusekit.accounts.ledger.avatars import MOST_BYTES, avatar_bytes, avatar_of
from abusekit.accounts.signals.pictures import picture
from abusekit.capture.deposit import Request, deposit
from abusekit.capture.http import record
from abusekit.capture.plan import Plan
from abusekit.case.folder import Case
from abusekit.case.intake import Intake
from abusekit.case.records import Item
from abusekit.case.settings import Producer, Settings
from abusekit.demo.site import PracticeSite
from abusekit.errors import AbusekitError
from abusekit.net.policy import AddressPolicy

PO = Producer("PO", "Producer One", "volunteer")
LOOPBACK = AddressPolicy((ip_network("127.0.0.0/8"),))


def png(colour: str = "red") -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").convert("RGB").rotate(30, fillcolor=colour).save(out, "PNG")
    return out.getvalue()


def sized(body: bytes, kind: str, more: bytes = b"", status: bytes = b"200 OK") -> bytes:
    head = b"HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n" % (status, kind.encode(), len(body))
    return head + more + b"\r\n" + body


def moved(to: str) -> bytes:
    return sized(b"", "text/plain", f"Location: {to}\r\n".encode(), b"302 Found")


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return Case.create(tmp_path / "case", Settings("", "OP-1", "Europe/London", (PO,)), now=datetime.now(UTC))


@pytest.fixture
def raw() -> Iterator[RawSite]:
    site = RawSite()
    yield site
    site.close()


def captured(case: Case, url: str, spool: Path, *, requisites: bool = True) -> Item:
    plan = Plan(policy=LOOPBACK, spool=spool, deadline_s=20, requisites=requisites)
    found = record(url, plan, now=lambda: datetime.now(UTC))
    try:
        with Intake(case, PO, clock=lambda: datetime.now(UTC)) as intake:
            draft = intake.draft("capture")
            deposit(draft, Request(url), found)
            intake.commit([draft])
    finally:
        found.close()
    return case.item(case.item_ids()[-1])


def profile(image: str) -> bytes:
    return (
        f'<title>owl</title><meta property="og:type" content="profile"><meta property="og:image" content="{image}">'
        f'<img src="{image}"><p>words of the profile, enough of them to be a page'
    ).encode()


def of_profile(
    case: Case, raw: RawSite, spool: Path, answers: dict[str, list[bytes]], image: str = "/a.png"
) -> Item:
    raw.pages["/@owl"] = [sized(profile(image), "text/html")]
    raw.pages.update(answers)
    return captured(case, f"{raw.base}/@owl", spool)


def test_the_practice_site_by_the_http_engine(case: Case, tmp_path: Path) -> None:
    with PracticeSite(seed=1) as site:
        with urlopen(f"{site.base_url}/avatar/1002.jpg", timeout=10) as answer:
            wanted = answer.read()
        item = captured(case, f"{site.base_url}/@night_owl_77", tmp_path)
        bare = captured(case, f"{site.base_url}/@night_owl_77", tmp_path, requisites=False)
        post = captured(case, f"{site.base_url}/post/5003", tmp_path)
    found = avatar_of(case, item)
    assert found is not None
    assert found[0] == sha256(wanted).hexdigest()
    assert (found[1].item, found[1].at) == (item.id, "capture.wacz, answer of /avatar/1002.jpg")
    assert avatar_bytes(case, item, found[0]) == wanted
    assert avatar_bytes(case, item, "0" * 64) is None
    assert avatar_of(case, bare) is None  # the page alone: its parts were not fetched
    assert avatar_of(case, post) is None  # a post has the pictures of everybody who answered


def test_the_practice_site_by_the_browser(tmp_path: Path) -> None:
    run = Abusekit(tmp_path)
    run("init", "case", "--yes", "--ref", "OP-1", "--producer", PRODUCER, "--timezone", "Europe/London",
        "--allow-network", "127.0.0.0/8", expect=0)  # fmt: skip
    with PracticeSite(seed=1) as site:
        with urlopen(f"{site.base_url}/avatar/1002.jpg", timeout=10) as answer:
            wanted = answer.read()
        run("capture", "--case", tmp_path / "case", "--engine", "browser", "--yes", "--delay", "0",
            f"{site.base_url}/@night_owl_77", expect=0)  # fmt: skip
    case = Case.open(tmp_path / "case")
    found = avatar_of(case, case.item("E0001"))
    assert found is not None and found[0] == sha256(wanted).hexdigest()


@pytest.mark.parametrize("form", ["plain", "gzip", "chunked", "redirects", "no-length"])
def test_codings_and_redirects_are_undone(form: str, case: Case, raw: RawSite, tmp_path: Path) -> None:
    body = png()
    packed = gzip.compress(body)
    cut = b"".join(
        b"%x\r\n%s\r\n" % (len(body[at : at + 99]), body[at : at + 99]) for at in range(0, len(body), 99)
    )
    answers: dict[str, dict[str, list[bytes]]] = {
        "plain": {"/a.png": [sized(body, "application/octet-stream")]},
        "gzip": {"/a.png": [sized(packed, "image/png", b"Content-Encoding: gzip\r\n")]},
        "chunked": {
            "/a.png": [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + cut + b"0\r\n\r\n"]
        },
        "redirects": {
            "/a.png": [moved("/b.png?x=1")],
            "/b.png?x=1": [moved(f"{raw.base}/c.png")],
            "/c.png": [sized(body, "image/png")],
        },
        "no-length": {"/a.png": [b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + body]},
    }
    item = of_profile(case, raw, tmp_path, answers[form])
    found = avatar_of(case, item)
    assert found is not None and found[0] == sha256(body).hexdigest()
    assert avatar_bytes(case, item, found[0]) == body


LOOP = {"/a.png": [moved("/b.png")], "/b.png": [moved("/a.png")]}


@pytest.mark.parametrize(
    "answers",
    [
        {"/a.png": [b""]},
        {"/a.png": [sized(b"<html><body>log in", "image/png")]},
        {"/a.png": [sized(png(), "image/png", status=b"404 Not Found")]},
        {"/a.png": [sized(png(), "image/png", status=b"403 Forbidden")]},
        {"/a.png": [sized(png(), "image/png").replace(b"Length: ", b"Length: 9")]},
        {"/a.png": [sized(gzip.compress(png())[:-20], "image/png", b"Content-Encoding: gzip\r\n")]},
        {"/a.png": [sized(gzip.compress(bytes(MOST_BYTES + 1)), "image/png", b"Content-Encoding: gzip\r\n")]},
        {"/a.png": [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n\x89PNG\r\r\n"]},
        {"/a.png": [moved("javascript:alert(1)")]},
        {"/a.png": [moved("http://[::1")]},
        LOOP,
    ],
    ids=[
        "absent",
        "no picture",
        "404",
        "403",
        "cut",
        "gzip cut",
        "bomb",
        "chunks cut",
        "scheme",
        "bad",
        "loop",
    ],
)
def test_what_is_no_picture_of_the_author(
    answers: dict[str, list[bytes]], case: Case, raw: RawSite, tmp_path: Path
) -> None:
    item = of_profile(case, raw, tmp_path, answers)
    assert avatar_of(case, item) is None
    assert avatar_bytes(case, item, sha256(png()).hexdigest()) is None


def test_the_picture_of_a_file_that_was_taken_in(case: Case) -> None:
    body = png("blue")
    with Intake(case, PO, clock=lambda: datetime.now(UTC)) as intake:
        drafts = [intake.draft("file") for _ in range(2)]
        drafts[0].write("a.png", body, "image/png", "original")
        drafts[1].write("a.txt", b"words", "text/plain", "original")
        intake.commit(drafts)
    one, two = (case.item(item) for item in case.item_ids())
    assert avatar_bytes(case, one, sha256(body).hexdigest()) == body
    assert avatar_of(case, one) is None  # whose it is, nothing says but a person
    assert avatar_bytes(case, two, sha256(b"words").hexdigest()) is None
    stored = case.root / "evidence" / one.id / "a.png"
    stored.chmod(0o600)
    stored.write_bytes(png("green"))
    assert avatar_bytes(case, one, sha256(body).hexdigest()) is None
    stored.unlink()
    with pytest.raises(AbusekitError):
        avatar_bytes(case, one, sha256(body).hexdigest())


@pytest.mark.parametrize(
    "damage", [lambda data: data[:-9], lambda data: data[:200] + b"\0" + data[201:], lambda _: b""]
)
def test_a_damaged_archive_is_said_or_gives_nothing_else(
    damage: Callable[[bytes], bytes], case: Case, raw: RawSite, tmp_path: Path
) -> None:
    item = of_profile(case, raw, tmp_path, {"/a.png": [sized(png(), "image/png")]})
    wanted = avatar_of(case, item)
    path = case.root / "evidence" / item.id / "capture.wacz"
    path.chmod(0o600)
    path.write_bytes(damage(path.read_bytes()))
    try:
        assert avatar_of(case, item) in (None, wanted)
    except AbusekitError as fault:
        assert fault.message


def test_a_forged_index_gives_no_other_record(case: Case, raw: RawSite, tmp_path: Path) -> None:
    """The record has to be the answer of the address that was looked for."""
    item = of_profile(
        case, raw, tmp_path, {"/a.png": [sized(png(), "image/png")], "/b.png": [sized(png(), "x/y")]}
    )
    with open(case.root / "evidence" / item.id / "capture.wacz", "rb") as stream:
        archive = Archive(stream)
        places = archive._places
        page = places[f"{raw.base}/@owl"]
        places[f"{raw.base}/a.png"] = page
        assert archive.body(f"{raw.base}/a.png", MOST_BYTES) is None
        assert archive.body(f"{raw.base}/@owl", MOST_BYTES) is not None


def test_what_is_found_can_be_compared(case: Case, raw: RawSite, tmp_path: Path) -> None:
    item = of_profile(case, raw, tmp_path, {"/a.png": [sized(png(), "image/png")]})
    found = avatar_of(case, item)
    assert found is not None
    data = avatar_bytes(case, item, found[0])
    assert data is not None and picture(data).sha256 == found[0]
