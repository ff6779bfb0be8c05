"""The practice site over real sockets: every address does what its list says, by HTTP and by HTTPS."""

from __future__ import annotations

import gzip
import hashlib
import http.client
import io
import json
import re
import socket
import ssl
import threading
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
from PIL import Image
from PIL.ExifTags import GPS, IFD, Base
from site_client import NOW, get

from abusekit.demo import render
from abusekit.demo.authority import LocalAuthority
from abusekit.demo.site import PracticeSite
from abusekit.errors import UsageError


@pytest.mark.parametrize(
    "path",
    ["/", "/@mira_walks", "/post/5001", "/photo/garden_gate.jpg", "/avatar/1002.jpg", "/pages/7", "/none"],
)
def test_every_answer_has_date_length_and_tag(site: PracticeSite, path: str) -> None:
    _, headers, body = get(site.base_url + path)
    assert parsedate_to_datetime(headers["Date"]) == NOW
    assert int(headers["Content-Length"]) == len(body)
    assert re.fullmatch(r'"[0-9a-f]{32}"', headers["ETag"])


def test_gzip_only_for_those_who_accept_it(site: PracticeSite) -> None:
    url = site.base_url + "/pages/3"
    _, plain_headers, plain = get(url)
    _, headers, packed = get(url, Accept_Encoding="br, gzip;q=0.8")
    assert headers["Content-Encoding"] == "gzip"
    assert headers["ETag"] != plain_headers["ETag"]
    assert gzip.decompress(packed) == plain
    assert len(plain) == render.PAGE_BYTES
    assert 17_000 < len(packed) < 23_000
    for refusal in ("identity", "gzip;q=0", "*;q=0.0"):
        _, headers, _ = get(url, Accept_Encoding=refusal)
        assert headers["Content-Encoding"] is None


def test_known_tag_gives_304_and_head_gives_no_body(site: PracticeSite) -> None:
    connection = http.client.HTTPConnection(site.base_url.removeprefix("http://"), timeout=5)
    connection.request("GET", "/post/5001")
    first = connection.getresponse()
    first.read()
    connection.request("GET", "/post/5001", headers={"If-None-Match": first.headers["ETag"]})
    again = connection.getresponse()
    assert (again.status, again.read()) == (304, b"")
    connection.request("HEAD", "/post/5001")
    head = connection.getresponse()
    assert (head.status, head.headers["Content-Length"], head.read()) == (
        200, first.headers["Content-Length"], b"",
    )  # fmt: skip
    connection.close()
    assert [one.method for one in site.requests] == ["GET", "GET", "HEAD"]


def test_rename_keeps_the_number(site: PracticeSite) -> None:
    old, new = site.base_url + "/@night_owl_77", site.base_url + "/@owl_is_back"
    status, _, before = get(old)
    assert status == 200
    assert b'data-user-id="1002"' in before
    assert get(new)[0] == 404
    site.rename()
    status, headers, _ = get(old)
    assert (status, headers["Location"]) == (301, "/@owl_is_back")
    status, _, after = get(old, follow=True)
    assert status == 200
    assert b'<meta name="chatterbox:user_id" content="1002">' in after
    assert b"night_owl_77" not in after
    assert b"@owl_is_back" in get(site.post_url(5003))[2]


def test_rename_without_redirect_gives_404() -> None:
    with PracticeSite() as site:
        site.rename(redirect=False)
        assert get(site.base_url + "/@night_owl_77")[0] == 404
        assert get(site.base_url + "/@owl_is_back")[0] == 200


def test_second_account_reuses_the_picture(site: PracticeSite) -> None:
    digests = [
        hashlib.sha256(get(f"{site.base_url}/avatar/{number}.jpg")[2]).digest()
        for number in (1002, 1003, 1004)
    ]
    assert digests[0] == digests[1] != digests[2]
    assert b'data-user-id="1003"' in get(site.base_url + "/@tawny_watcher")[2]


@pytest.mark.parametrize("status", [404, 410])
def test_deleted_post(site: PracticeSite, status: int) -> None:
    assert get(site.post_url(5003))[0] == 200
    site.delete(5003, status=status)
    got, _, body = get(site.post_url(5003))
    assert got == status
    assert b"This post was removed" in body
    reply = get(site.post_url(5004))
    assert reply[0] == 200
    assert b"was removed" in reply[2]
    assert b"Nobody likes your gate" not in get(site.base_url + "/@night_owl_77")[2]
    with pytest.raises(UsageError):
        site.delete(5003)


def test_post_page_tells_its_time_three_times_and_escapes(site: PracticeSite) -> None:
    _, _, body = get(site.post_url(5010))
    at = "2026-06-17T21:02:07.583Z"
    assert f'<time datetime="{at}">'.encode() in body
    assert f'article:published_time" content="{at}"'.encode() in body
    found = re.search(rb'<script type="application/ld\+json">(.*?)</script>', body, re.DOTALL)
    assert found is not None
    linked = json.loads(found.group(1))
    assert linked["datePublished"] == at
    assert linked["author"]["identifier"] == "1003"
    assert linked["articleBody"] == "You cannot block all of us <b>& you know it</b>"
    assert b"<b>&" not in body
    assert b"&lt;b&gt;&amp; you know it" in body


def test_everything_a_page_needs_is_on_the_site(site: PracticeSite) -> None:
    for path in ("/", "/@night_owl_77", "/post/5007"):
        for link in set(re.findall(rb'(?:href|src)="(/[^"]*)"', get(site.base_url + path)[2])):
            expected = 403 if link == b"/@grey_gull_5" else 200
            assert get(site.base_url + link.decode())[0] == expected, link


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/@grey_gull_5", 403, b"Account suspended"),
        ("/@nobody", 404, b"No such account"),
        ("/post/4999", 404, b"No such post"),
        ("/members", 200, b'type="password"'),
        ("/error", 500, b"Something broke"),
        ("/busy", 503, b"Down for repairs"),
        ("/pages/0", 404, b"Nothing here"),
        ("/photo/..%2f..%2fsite.jpg", 404, b"Nothing here"),
        ("/avatar/1.jpg", 404, b"Nothing here"),
        ("/r/51", 404, b"Nothing here"),
        ("//[/", 400, b"Not understood"),
    ],
)
def test_pages_that_say_no(site: PracticeSite, path: str, status: int, words: bytes) -> None:
    got, _, body = get(site.base_url + path)
    assert got == status
    assert words in body


def test_rate_limit_once_for_each_name(site: PracticeSite) -> None:
    status, headers, _ = get(site.base_url + "/limited/a")
    assert (status, headers["Retry-After"]) == (429, "1")
    assert get(site.base_url + "/limited/a")[0] == 200
    assert get(site.base_url + "/limited/b")[0] == 429


def test_redirects(site: PracticeSite) -> None:
    status, _, body = get(site.base_url + "/r/3", follow=True)
    assert status == 200
    assert b"You have arrived" in body
    assert [one.target for one in site.requests] == ["/r/3", "/r/2", "/r/1", "/r/0"]
    status, headers, _ = get(site.base_url + "/loop")
    assert (status, headers["Location"]) == (302, "/loop/again")
    assert get(site.base_url + "/loop/again")[1]["Location"] == "/loop"


def test_slow_cut_reset_big(site: PracticeSite) -> None:
    begun = time.monotonic()
    assert get(site.base_url + "/slow?ms=120")[0] == 200
    assert time.monotonic() - begun >= 0.12
    with pytest.raises(http.client.IncompleteRead) as short:
        get(site.base_url + "/cut", Accept_Encoding="gzip")
    assert (len(short.value.partial), short.value.expected) == (30_000, 30_000)
    host, port = site.base_url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=5) as raw:
        raw.sendall(b"GET /reset HTTP/1.1\r\nHost: x\r\n\r\n")
        with pytest.raises(ConnectionResetError):
            raw.recv(1)
    assert len(get(site.base_url + "/big?kb=300")[2]) == 300 * 1024
    assert len(get(site.base_url + "/big?kb=x")[2]) == 1024 * 1024


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"nonsense\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nno colon\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", b"405"),
        (b"GET / HTTP/1.1\r\nX: " + b"y" * 70_000, b"431"),
    ],
)
def test_bad_requests(site: PracticeSite, sent: bytes, status: bytes) -> None:
    host, port = site.base_url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=5) as raw:
        raw.sendall(sent)
        assert raw.makefile("rb").readline().split()[1] == status


def test_photo_carries_what_a_telephone_writes(site: PracticeSite) -> None:
    with Image.open(io.BytesIO(get(site.base_url + "/photo/gate_at_night.jpg")[2])) as photo:
        exif = photo.getexif()
        assert exif.get_ifd(IFD.Exif)[Base.DateTimeOriginal] == "2026:06:15 22:12:31"
        assert exif.get_ifd(IFD.Exif)[Base.OffsetTimeOriginal] == "+01:00"
        place = exif.get_ifd(IFD.GPSInfo)
        assert (place[GPS.GPSLatitudeRef], place[GPS.GPSLongitudeRef]) == ("N", "W")
        assert tuple(float(part) for part in place[GPS.GPSLatitude]) == pytest.approx((53, 45, 4.32))
        assert tuple(float(part) for part in place[GPS.GPSTimeStamp]) == (21, 12, 29)
    with Image.open(io.BytesIO(get(site.base_url + "/photo/screenshot.png")[2])) as shot:
        assert shot.format == "PNG"


def test_samples(site: PracticeSite, tmp_path: Path) -> None:
    samples = site.write_samples(tmp_path / "new", pages=2)
    with Image.open(samples.pictures[0]) as photo:
        assert photo.getexif().get_ifd(IFD.Exif)[Base.OffsetTimeOriginal] == "+01:00"
    with Image.open(samples.pictures[1]) as copy:
        assert dict(copy.getexif()) == {}
    with Image.open(samples.pictures[2]) as screen:
        assert (screen.format, screen.size) == ("PNG", (540, 960))
    assert samples.diary.read_text("utf-8").startswith("2026-06-12T22:20  ")
    lines = [line for line in samples.urls.read_text("utf-8").splitlines() if not line.startswith("#")]
    assert lines[-1] == site.base_url + "/pages/2"
    assert site.base_url + "/@night_owl_77" in lines
    assert len(set(lines)) == len(lines)
    answered = {get(line)[0] for line in lines if not line.endswith(("/reset", "/cut"))}
    assert answered == {200, 302, 403, 404, 429, 500, 503}


def test_same_seed_same_bytes_other_seed_other_bytes() -> None:
    paths = ("/", "/@night_owl_77", "/post/5001", "/pages/5", "/photo/garden_gate.jpg")
    bodies = []
    for seed in (4, 4, 5):
        with PracticeSite(seed=seed) as site:
            bodies.append([get(site.base_url + path)[2] for path in paths])
    assert bodies[0] == bodies[1]
    assert all(one != other for one, other in zip(bodies[0], bodies[2], strict=True))


def test_many_clients_at_once(site: PracticeSite) -> None:
    got: list[int] = []
    clients = [
        threading.Thread(target=lambda: got.extend(get(site.post_url(5001 + one))[0] for one in range(11)))
        for _ in range(8)
    ]
    for one in clients:
        one.start()
    for one in clients:
        one.join()
    assert got == [200] * 88
    assert len(site.requests) == 88


def test_stop_ends_open_connections_at_once_and_frees_the_port() -> None:
    site = PracticeSite().start()
    base = site.base_url
    host, port = base.removeprefix("http://").split(":")
    with (
        socket.create_connection((host, int(port)), timeout=5) as idle,
        socket.create_connection((host, int(port)), timeout=5) as waiting,
    ):
        waiting.sendall(b"GET /slow?ms=60000 HTTP/1.1\r\nHost: x\r\n\r\n")
        while not site.requests:
            time.sleep(0.005)
        begun = time.monotonic()
        site.stop()
        site.stop()
        assert time.monotonic() - begun < 2
        assert idle.recv(1) == b""
    with pytest.raises(urllib.error.URLError):
        get(base)
    with pytest.raises(UsageError):
        _ = site.base_url
    with PracticeSite(port=int(port)) as again:
        assert again.base_url == base


def test_only_loopback() -> None:
    with pytest.raises(UsageError):
        PracticeSite(host="192.0.2.1")


def test_https_verifies_with_the_authority_and_fails_without(tmp_path: Path) -> None:
    authority = LocalAuthority.make(tmp_path / "ca", now=datetime.now(UTC))
    assert authority.key_file.stat().st_mode & 0o777 == 0o600
    assert sorted(one.name for one in authority.ca_file.parent.iterdir()) == [
        "ca.pem",
        "server.key",
        "server.pem",
    ]
    strict = ssl.create_default_context(cafile=str(authority.ca_file))
    strict.verify_flags |= ssl.VERIFY_X509_STRICT
    with PracticeSite(authority=authority) as site:
        assert site.ca_file == authority.ca_file
        assert get(site.base_url + "/post/5001", tls=strict)[0] == 200
        named = site.base_url.replace("127.0.0.1", "localhost")
        assert get(named + "/post/5001", tls=strict)[0] == 200
        with pytest.raises(urllib.error.URLError, match="CERTIFICATE_VERIFY_FAILED"):
            get(site.base_url, tls=ssl.create_default_context())
        with pytest.raises(http.client.IncompleteRead):
            get(site.base_url + "/cut", tls=strict)
        with pytest.raises((ConnectionResetError, urllib.error.URLError)):
            get(site.base_url + "/reset", tls=strict)
        # plain HTTP at the TLS port: a failed handshake must not stop the site
        with pytest.raises((OSError, http.client.HTTPException)):
            get(site.base_url.replace("https", "http"))
        assert get(site.base_url, tls=strict)[0] == 200
    assert site.faults == []


def test_expired_certificate_is_refused(tmp_path: Path) -> None:
    authority = LocalAuthority.make(
        tmp_path, now=datetime.now(UTC) - timedelta(days=9), valid=timedelta(days=7)
    )
    with (
        PracticeSite(authority=authority) as site,
        pytest.raises(urllib.error.URLError, match="expired"),
    ):
        get(site.base_url, tls=ssl.create_default_context(cafile=str(authority.ca_file)))


def test_authority_refuses_what_makes_no_sense(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        LocalAuthority.make(tmp_path, now=datetime(2026, 6, 1))
    with pytest.raises(UsageError):
        LocalAuthority.make(tmp_path, now=NOW, valid=timedelta(minutes=-6))
