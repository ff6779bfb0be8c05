"""Planted values are found wherever they stand; a clean case stays silent; no value is ever told."""

from __future__ import annotations

import gzip
import io
import random
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from planted import PLANTED, apple, box, film, jpeg, loci

from abusekit.case.canonical import JSON
from abusekit.case.records import Item, StoredFile
from abusekit.leaks.leak import KINDS, Leak, Personal, masked, read_words
from abusekit.leaks.matching import OVERLAP
from abusekit.leaks.scan import Scanned, Scanner
from abusekit.leaks.source import PIECE, Source

US = Personal(
    users=("akerlund",),
    homes=("/srv/homes/akerlund",),
    hosts=("annas-laptop.lan", "localhost"),
    addresses=("203.0.113.77", "127.0.0.1"),
    names=("Anna Åkerlund", "Bo Li"),
    words=("12 Elm Street", "xy"),
)

Scan = Callable[..., Scanned]


@pytest.fixture
def scan(tmp_path: Path) -> Scan:
    """Scans one item that holds the given files."""

    def scanned(
        files: dict[str, bytes],
        *,
        kind: str = "file",
        role: str = "original",
        source: dict[str, JSON] | None = None,
        facts: dict[str, JSON] | None = None,
        method: dict[str, JSON] | None = None,
        personal: Personal = US,
    ) -> Scanned:
        folder = tmp_path / "evidence" / "E0001"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "item.json").write_bytes(b"{}")
        for name, data in files.items():
            (folder / name).write_bytes(data)
        item = Item(
            case="", id="E0001", exhibit="PO/1", kind=kind, at="", local="", zone="", who="PO", role="", tool={},  # type: ignore[arg-type]
            source=source or {}, facts=facts or {}, method=method or {},
            files=[StoredFile(name, len(data), "", "", role) for name, data in files.items()],  # type: ignore[arg-type]
        )  # fmt: skip
        return Scanner(tmp_path, personal).item(item)

    return scanned


def kinds(scanned: Scanned) -> set[str]:
    return {leak.kind for leak in scanned.leaks}


@pytest.mark.parametrize("name", PLANTED)
def test_what_is_planted_is_found(scan: Scan, name: str) -> None:
    data, kind = PLANTED[name]
    found = scan({"file.bin": data})
    assert kind in kinds(found) and not found.unread
    assert kind in KINDS and all(leak.file == "evidence/E0001/file.bin" for leak in found.leaks)


@pytest.mark.parametrize(
    "name", [name for name in PLANTED if not PLANTED[name][0].startswith((b"II", b"%PDF"))]
)
@pytest.mark.parametrize("shift", [0, 5, 9, 40])
def test_what_lies_across_a_border_is_found(scan: Scan, name: str, shift: int) -> None:
    """Wherever a block ends: pieces of a file are 1 MiB, of an archive's member 256 KiB."""
    data, kind = PLANTED[name]
    assert len(data) < OVERLAP or kind in ("position", "camera")
    padded = b" " * ((1 << 20) - shift) + data + b" " * 100
    assert kind in kinds(scan({"file.bin": padded}))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", ["/home/maria/a.png ", "12 Elm Street", "on annas-laptop,", "203.0.113.77"])
def test_utf_16(scan: Scan, encoding: str, text: str) -> None:
    data = ("x" * (PIECE * 2 - 7) + " " + text).encode(encoding)
    assert kinds(scan({"file.bin": data})) and not kinds(scan({"file.bin": ("x " * 900).encode(encoding)}))


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED, *, streamed: bool = False) -> bytes:
    out = io.BytesIO()

    class Pipe(io.RawIOBase):
        def writable(self) -> bool:
            return True

        def write(self, data: object) -> int:
            return out.write(data)  # type: ignore[arg-type]

    target: object = io.BufferedWriter(Pipe()) if streamed else out
    with zipfile.ZipFile(target, "w", method) as archive:  # type: ignore[call-overload]
        for name, data in files.items():
            archive.writestr(name, data)
    if streamed:
        target.flush()  # type: ignore[attr-defined]
    return out.getvalue()


SECRET = b"kept in /home/maria/x"


@pytest.mark.parametrize(
    ("data", "where"),
    [
        (zipped({"a/b.txt": SECRET}), "a/b.txt"),
        (zipped({"a.txt": SECRET}, zipfile.ZIP_STORED), "a.txt"),
        (zipped({"z.txt": b"x" * 9, "a.txt": SECRET}, streamed=True), "a.txt"),
        (zipped({"in.zip": zipped({"in.zip": zipped({"a.txt": SECRET})})}), "in.zip/in.zip/a.txt"),
        (gzip.compress(b"one") + gzip.compress(SECRET), ""),
        (zipped({"d.warc.gz": gzip.compress(gzip.compress(SECRET))}), "d.warc.gz"),
        (zipped({"a.txt": b""}) + SECRET, ""),
    ],
    ids=["deflated", "stored", "streamed", "nested", "gzip", "gzip in gzip in zip", "behind"],
)  # fmt: skip
def test_archives_are_opened(scan: Scan, data: bytes, where: str) -> None:
    assert SECRET not in data or b"PK" in data
    found = scan({"file.bin": data})
    assert [(leak.kind, leak.member) for leak in found.leaks] == [("home-path", where)]
    assert not found.unread


def record(kind: str, head: bytes, body: bytes) -> bytes:
    about = (
        f"WARC/1.1\r\nWARC-Type: {kind}\r\nContent-Type: application/http; msgtype={kind}\r\n\r\n".encode()
    )
    return gzip.compress(about + head + b"\r\n\r\n" + body + b"\r\n\r\n")


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        (b"", SECRET),
        (b"\r\nContent-Encoding: gzip", gzip.compress(SECRET)),
        (b"\r\nContent-Encoding: deflate", zlib.compress(SECRET)),
        (b"\r\nTransfer-Encoding: chunked", b"5\r\nkept \r\n10;x=y\r\nin /home/maria/x\r\n0\r\n\r\n"),
        (
            b"\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked",
            b"%x\r\n%b\r\n0\r\n\r\n" % (len(gzip.compress(SECRET, mtime=0)), gzip.compress(SECRET, mtime=0)),
        ),
    ],
    ids=["plain", "gzip", "deflate", "chunked", "chunked gzip"],
)
def test_recorded_bodies_are_unpacked(scan: Scan, coding: bytes, body: bytes) -> None:
    warc = gzip.compress(b"WARC/1.1\r\n\r\n") + record("response", b"HTTP/1.1 200 OK" + coding, body)
    found = scan({"capture.wacz": zipped({"archive/data.warc.gz": warc}, zipfile.ZIP_STORED)})
    assert [(leak.kind, leak.member) for leak in found.leaks] == [("home-path", "archive/data.warc.gz")]


def capture(*records: bytes) -> dict[str, bytes]:
    return {"capture.wacz": zipped({"archive/data.warc.gz": b"".join(records)}, zipfile.ZIP_STORED)}


REQUEST = record("request", b"GET / HTTP/1.1\r\nCookie: sid=topsecretvalue", b"")
ANSWER = record("response", b"HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nX-Client-IP: 198.51.100.4", b"hello")


@pytest.mark.parametrize("gap", [0, 500, 140_000, 3 << 20])
def test_every_photo_of_a_container_is_read(scan: Scan, gap: int) -> None:
    """A PDF holds them one behind the other; the first says nothing of the second."""
    between = b"\nendstream endobj\n" + b" " * gap
    pdf = b"%PDF-1.4\n" + between.join([jpeg("<", gps=False, serial=f"SN-{n}{n}") for n in range(3)])
    found = scan({"file.bin": pdf + between + jpeg(">", serial="")})
    assert {(leak.kind, leak.where) for leak in found.leaks} >= {("position", "EXIF GPSLatitude")}
    assert len({leak.masked for leak in found.leaks if leak.kind == "camera"}) == 1  # S… (5 characters)


def test_cookies_weigh_by_whose_they_are(scan: Scan) -> None:
    """Without an account they are a remark; with a session they open it; in a file handed over nobody knows."""
    plain = scan(capture(REQUEST, ANSWER), kind="capture")
    assert {(leak.kind, leak.severity) for leak in plain.leaks} == {
        ("cookie", "low"),
        ("own-address", "medium"),
    }
    session: dict[str, JSON] = {"authenticated": True}
    with_session = scan(capture(REQUEST, ANSWER), kind="capture", method=session)
    assert {leak.severity for leak in with_session.leaks if leak.kind == "session"} == {"high"}
    assert "cookie" not in kinds(with_session)
    assert "session" in kinds(scan(capture(REQUEST)))
    places: dict[str, JSON] = {"secret_places": ["dom.html"]}
    files = {"dom.html": b"nothing"}
    assert kinds(scan(files, kind="capture", role="rendering", method=session, facts=places)) == {"session"}


def test_what_a_page_shows_is_no_leak(scan: Scan) -> None:
    """Authors of feeds, tokens, paths and photographs of a page are its content."""
    page = (
        b"<dc:creator>Somebody</dc:creator> /home/news/ eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0 /Author (x)"
    )
    assert not scan({"dom.html": page}, kind="capture", role="rendering").leaks
    photo = scan({"media-01.jpg": jpeg("<")}, kind="capture")
    assert {leak.severity for leak in photo.leaks} == {"low"}
    video = scan({"video.mp4": film(apple())}, kind="capture")
    assert {(leak.kind, leak.severity) for leak in video.leaks} == {("position", "low")}
    text = b'<wpt lat=\'51.5\'> \'Cookie: a=b\' /home/maria /media/maria/x/y {"cookies":[{"value":"a"}]}'
    assert not scan({"text.txt": text}, kind="capture", role="rendering").leaks
    ours = b"GET http://annas-laptop/ akerlund"
    assert kinds(scan({"page.mhtml": ours}, kind="capture", role="rendering")) == {"host-name"}
    report = scan({"report.txt": ours}, kind="capture", role="metadata")
    assert {(leak.kind, leak.severity) for leak in report.leaks} == {
        ("host-name", "medium"), ("user-name", "low"),
    }  # fmt: skip


CLEAN = (
    b"https://example.org/home/news/today and example.org/Users/list/ or ./home/x/y",
    b"/home/ is empty, /Users/Shared/x is for all, C:\\Users\\Public\\x",
    b"@media print {} a@b support@example.org maria@example.org elmo@boli.example",
    b"1203.0.113.77 203.0.113.771 annas-laptops xannas-laptop 112 Elm Street 12 Elm Streets",
    b"localhost 127.0.0.1 akerlund Exif\0\0II*\0 eXIf II*\0\xff\xff\xff\xff",
    b'<a href="/home/news"> <a href=/home/news/1> url(/home/x.png) "GET /home/feed HTTP/1.1" see /home/a.htm?x',
    b'"/media/uploads/a.png" "/media/2024/a.png" "/media/cdrom/a" /media/usb1/x "/media/a.png" /Users/Shared',
    b"a\tTRUE\t/\tno TRUE\tFALSE\t1\t2 'Cookie: settings' \"cookie: we use them\" 'Authorization: was given'",
    b'{"cookies":[]} {"cookies":[{"name":"a","value":""}]} "cookies": [1] "httpOnly":true} -b 2 --cookie jar',
    b'GPSLatitude="0,0.0N" GPSLatitudeRef="N" <trkpt lat="0.000" lon="0"/> <wpt> <coordinates>0,0</coordinates>',
    film(box(b"\xa9xyz", b"\0\x12\x15\xc7+00.0000+000.0000/") + loci(0, 0)) + b"loci of foci; data: loci\0",
    b"/Author () <dc:creator> </dc:creator> eyJ.eyJ ookie: Cookie: \r\n",
    "The cookie: jar. Authorization was given. ".encode("utf-16"),
)


@pytest.mark.parametrize("data", CLEAN)
def test_a_clean_file_stays_silent(scan: Scan, data: bytes) -> None:
    assert scan({"file.txt": data}) == Scanned([], [])
    assert scan({"file.zip": zipped({"a.txt": data})}) == Scanned([], [])


def test_no_value_is_told(scan: Scan) -> None:
    """Only the first character and the length."""
    text = b" ".join(data for data, _ in PLANTED.values()) + b" Cookie: sid=topsecretvalue"
    found = scan({"file.bin": text, **capture(REQUEST)})
    assert len(kinds(found)) > 8
    told = repr(found.leaks)
    for secret in (
        "maria",
        "Maria",
        "akerlund",
        "Akerlund",
        "laptop",
        "203.0",
        "Elm",
        "998877",
        "topsecret",
        "51",
        "9f8e",
        "eyJh",
    ):
        assert secret not in told
    assert masked("203.0.113.77") == "2… (12 characters)" and "2… (12 characters)" in told
    named = scan({"file.bin": zipped({"/home/maria/a.txt": b""})}).leaks
    assert [leak.member for leak in named] == ["", "member 1"]  # in its directory, and before the member


OUR_NAMES: tuple[JSON, ...] = ("IMG_1.jpg", "photos/2026/IMG_2.jpg", "photos\\IMG_3.jpg")
"""Of a folder that was taken in: these tell of nobody."""


def test_names_as_received(scan: Scan) -> None:
    names: dict[str, JSON] = {"names": [*OUR_NAMES, "Letter of Akerlund.doc", "C:\\x\\a.txt"]}
    found = scan({"file.bin": b""}, source=names).leaks
    assert [(leak.kind, leak.file) for leak in found] == [("file-name", "evidence/E0001/item.json")] * 2


def test_the_record_of_a_photo_tells_its_place_too(scan: Scan) -> None:
    facts: dict[str, JSON] = {
        "files": [{"stored_as": "file.heic", "photo": {"position": {"latitude": "51"}}}]
    }
    found = scan({"file.heic": b""}, facts=facts).leaks
    assert [(leak.kind, leak.severity, leak.file) for leak in found] == [
        ("position", "high", "evidence/E0001/file.heic"), ("position", "high", "evidence/E0001/item.json"),
    ]  # fmt: skip


def test_files_of_the_case(tmp_path: Path) -> None:
    (tmp_path / "custody").mkdir()
    (tmp_path / "custody/log.jsonl").write_bytes(b'{"reason":"from /home/maria/x"}\n')
    found = Scanner(tmp_path, US).of_case(iter(["custody/log.jsonl", "custody/none"]))
    assert [(leak.kind, leak.item, leak.file) for leak in found.leaks] == [
        ("home-path", "", "custody/log.jsonl")
    ]
    assert [(one.file, one.why) for one in found.unread] == [("custody/none", "it cannot be read")]


def bomb(size: int) -> bytes:
    return gzip.compress(b"\0" * size, 9)


def encrypted() -> bytes:
    data = bytearray(zipped({"a.txt": SECRET}))
    data[6] |= 1
    return bytes(data)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (bomb(80 << 20), "unpacks to more"),
        (zipped({"a": zipped({"a": zipped({"a": zipped({"a": SECRET})})})}), "more than 3 deep"),
        (encrypted(), "encrypted"),
        (zipped({"a.txt": random.Random(1).randbytes(5000)})[:3000], "cut short"),
        (b"PK\x03\x04" + b"\0" * 10, "cut short"),
        (gzip.compress(b"x" * 99)[:-9] + b"\xff" * 9, "damaged"),
    ],
    ids=["bomb", "too deep", "encrypted", "cut", "a header alone", "damaged"],
)  # fmt: skip
def test_what_is_not_looked_through_is_said(scan: Scan, data: bytes, why: str) -> None:
    found = scan({"file.bin": data})
    assert any(why in one.why for one in found.unread), found


@pytest.mark.parametrize("seed", range(30))
def test_damaged_files_raise_nothing(scan: Scan, seed: int) -> None:
    chance = random.Random(seed)
    files = [
        *capture(REQUEST, ANSWER).values(),
        jpeg("<"),
        zipped({"a": zipped({"b": SECRET})}, streamed=True),
    ]
    for good in files:
        data = bytearray(good)
        for _ in range(chance.randrange(1, 9)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        scan({"file.bin": bytes(data[: chance.randrange(len(data))])})


def test_links_and_pipes_are_not_opened(scan: Scan, tmp_path: Path) -> None:
    import os

    (tmp_path / "secret").write_bytes(SECRET)
    folder = tmp_path / "evidence" / "E0001"
    folder.mkdir(parents=True)
    (folder / "link").symlink_to(tmp_path / "secret")
    os.mkfifo(folder / "pipe")
    scanner = Scanner(tmp_path, US)
    found = scanner.of_case(iter(["evidence/E0001/link", "evidence/E0001/pipe"]))
    assert not found.leaks and len(found.unread) == 2


def test_the_words_file() -> None:
    words = read_words(b"# what must not leave\n\n 12 Elm Street \nanna@example.org\n\xff\n")
    assert words[:2] == ("12 Elm Street", "anna@example.org")
    assert Personal(words=("abc", "abcd")).needles() == [("personal", "high", "abcd")]


def test_a_source_gives_every_byte_once() -> None:
    chance = random.Random(7)
    data = chance.randbytes(50_000)
    for _ in range(50):
        cuts = sorted(chance.randrange(len(data)) for _ in range(20))
        source = Source(data[a:b] for a, b in zip([0, *cuts], [*cuts, len(data)], strict=True))
        got = source.read(chance.randrange(3000))
        assert source.peek(100) == data[len(got) : len(got) + 100]
        got += b"".join(source.up_to(chance.randrange(9000)))
        taken = source.take(chance.randrange(1, 500))
        source.give_back(taken)
        assert got + b"".join(source.rest()) == data and source.peek(1) == b""


def test_leaks_of_one_file_are_bounded(scan: Scan) -> None:
    text = b"".join(b"/home/user%d/x\n" % n for n in range(5000))
    found = scan({"file.txt": text})
    assert 1 < len(found.leaks) <= 100
    assert all(isinstance(leak, Leak) for leak in found.leaks)
