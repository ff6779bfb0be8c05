"""WARC: what is written is read back, agrees with warcio, and each fault has its name."""

from __future__ import annotations

import gzip
import io
import json
import subprocess
import sys
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from exchanges import AT, askings, decoded, exchange, notes, resources, several
from hypothesis import given
from hypothesis import strategies as st

from abusekit.errors import InputError
from abusekit.webarchive.exchange import MEMORY_LIMIT, Exchange, Spool
from abusekit.webarchive.warc import WarcWriter
from abusekit.webarchive.warc_read import Record, WarcError, read

LARGE = 8 << 20


def written(exchanges: list[Exchange], seed: bytes = b"seed") -> bytes:
    out = io.BytesIO()
    writer = WarcWriter(out, seed)
    writer.warcinfo(AT, [("software", "abusekit test")])
    for one in exchanges:
        writer.exchange(one)
    assert writer.offset == len(out.getvalue())
    return out.getvalue()


def label(data: bytes, **options: int) -> str:
    with pytest.raises(WarcError) as caught:
        list(read(io.BytesIO(data), **options))
    return caught.value.label


def member(head: str, block: bytes = b"hello", end: bytes = b"\r\n\r\n") -> bytes:
    """One record by hand; `{length}` and `{digest}` stand for the right values."""
    text = head.format(length=len(block), digest=sha256(block).hexdigest())
    return gzip.compress(text.replace("\n", "\r\n").encode() + block + end, mtime=0)


HEAD = (
    "WARC/1.1\nWARC-Type: resource\nWARC-Record-ID: <urn:uuid:1>\nWARC-Date: 2026-01-01T00:00:00Z\n"
    "WARC-Block-Digest: sha256:{digest}\nContent-Length: {length}\n\n"
)


def test_records_of_each_kind() -> None:
    found = list(read(io.BytesIO(written(several()))))
    kinds = [(one.type, one.header("content-type"), one.status) for one in found]
    response = "application/http; msgtype=response"
    request = ("request", "application/http; msgtype=request", None)
    known = ("metadata", "application/json", None)
    certificate = ("resource", "application/pkix-cert", None)
    assert kinds == [
        ("warcinfo", "application/warc-fields", None),
        *[("response", response, 302), request, known],
        *[
            ("response", response, 200),
            request,
            ("metadata", response, None),
            known,
            certificate,
            certificate,
        ],
        *[("response", response, 200), request, known],
        *[("response", response, 204), request, known],
        *[("response", response, 200), request, known],
        *[("metadata", "application/octet-stream", None), request, known],
        known,
    ]
    page = found[4]
    assert page.header("WARC-Date") == "2026-03-04T05:06:07.890123Z"
    assert [value for name, value in page.headers if name == "WARC-Protocol"] == ["http/1.1", "tls/1.3"]
    assert found[5].header("WARC-Concurrent-To") == page.header("WARC-Record-ID")
    assert found[6].block == several()[1].interim
    assert found[13 + 3].header("WARC-Truncated") == "disconnect"


def test_same_input_same_bytes_and_other_ids_for_another_seed() -> None:
    assert written(several()) == written(several())
    assert written(several()) != written(several(), b"other")


def test_large_blocks_are_streamed(tmp_path: Path) -> None:
    body = bytes(range(256)) * 8192  # 2 MiB
    spool = Spool(tmp_path)
    for piece in exchange(body).response():
        spool.write(piece)
    data = written([exchange(body, received=spool)])
    response = next(r for r in read(io.BytesIO(data)) if r.type == "response")
    assert response.block is None and response.content_length > MEMORY_LIMIT and response.status == 200
    whole = next(r for r in read(io.BytesIO(data), keep=LARGE) if r.type == "response")
    assert whole.block is not None and whole.block.endswith(body)
    middle = response.offset + response.length // 2
    damaged = data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]
    assert label(damaged) in ("bad-gzip", "block-digest", "length")


@pytest.mark.parametrize(
    "text", ["http://a/\r\nX: y", "http://a/\n", "http://a/\x1b", "http://a/é", "http://a/\0"]
)
def test_an_address_cannot_start_another_header(text: str) -> None:
    with pytest.raises(InputError):
        written([exchange(url=text)])


def test_form_kind_and_method_stand_beside_the_bytes() -> None:
    h2 = exchange(form="h2", protocol="h2", kind="document")
    known = [json.loads(r.block) for r in records([h2, decoded()]) if r.type == "metadata" and r.block]
    assert [(one["form"], one["kind"], one["method"]) for one in known] == [
        ("h2", "document", "GET"),
        ("decoded", "document", "GET"),
    ]
    protocols = [r.header("WARC-Protocol") for r in records([h2, decoded()]) if r.type == "response"]
    assert protocols == ["h2", "h2"]


def records(exchanges: list[Exchange]) -> list[Record]:
    return list(read(io.BytesIO(written(exchanges))))


def test_warcio_agrees(tmp_path: Path) -> None:
    path = tmp_path / "data.warc.gz"
    chunked = exchange(
        b"5\r\nhello\r\n0\r\n\r\n", headers=(("Transfer-Encoding", "chunked"), ("Content-Type", "text/plain"))
    )
    out = io.BytesIO(written([*several(), chunked, *askings(), decoded()]))
    writer = WarcWriter(out, b"more")
    out.seek(0, io.SEEK_END)
    for resource in resources():
        writer.resource(resource)
    for note in notes():
        writer.beside(note, "http://example.org/")
    path.write_bytes(out.getvalue())
    done = subprocess.run(
        [sys.executable, "-m", "warcio.cli", "check", "-v", str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "failed" not in done.stdout
    assert done.stdout.count("digest pass") == len(list(read(io.BytesIO(path.read_bytes()))))


@given(
    st.lists(
        st.builds(
            exchange,
            st.binary(max_size=400),
            status=st.sampled_from([200, 404, 206, 301]),
            interim=st.sampled_from([b"", b"HTTP/1.1 103 X\r\n\r\n"]),
            at=st.integers(0, 10**9).map(lambda us: AT + timedelta(microseconds=us)),
        ),
        max_size=4,
    )
)
def test_round_trip(exchanges: list[Exchange]) -> None:
    found = list(read(io.BytesIO(written(exchanges))))
    responses = [r.block for r in found if r.type == "response"]
    assert responses == [b"".join(one.response()) for one in exchanges]
    assert [r.block for r in found if r.type == "request"] == [one.request for one in exchanges]
    assert sum(r.length for r in found) == len(written(exchanges))


def test_the_honest_record_passes() -> None:
    assert [r.block for r in read(io.BytesIO(member(HEAD)))] == [b"hello"]


FAULTS = {
    "torn": member(HEAD)[:-3],
    "not-gzip": b"WARC/1.1\r\n\r\n",
    "bad-gzip": member(HEAD)[:20] + b"\xff\xff\xff" + member(HEAD)[23:],
    "hidden-bytes": b"\x1f\x8b\x08\x08" + member(HEAD)[4:10] + b"name\0" + member(HEAD)[10:],
    "block-digest": member(HEAD.replace("{digest}", "0" * 64)),
    "payload-digest": member(
        HEAD.replace("\nContent-Length", "\nWARC-Payload-Digest: sha256:0\nContent-Length")
    ),
    "no-digest": member(HEAD.replace("WARC-Block-Digest", "X-Digest")),
    "duplicate-id": member(HEAD) * 2,
    "length": member(HEAD.replace("{length}", "4")),
    "too-large": member(HEAD.replace("{length}", "99999999999999")),
}


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_has_its_name(name: str) -> None:
    assert label(FAULTS[name]) == name


@pytest.mark.parametrize(
    "data",
    [
        member(HEAD.replace("WARC/1.1", "WARC/2.0")),
        member(HEAD.replace("WARC-Date: ", "X-Date: ")),
        member(HEAD.replace("Z\n", "+01:00\n")),
        member(HEAD.replace("{length}", "-5")),
        member(HEAD.replace("{length}", "5\nContent-Length: 5")),
        member(HEAD.replace("Record-ID: ", "Record-ID:")),
        member(HEAD.replace("resource", "res\x07ource")),
        gzip.compress(b"WARC/1.1\r\n" + b"X: y\r\n" * 50_000),
    ],
)
def test_bad_headers(data: bytes) -> None:
    assert label(data) == "bad-header"


def test_length_is_exact() -> None:
    for end in (b"", b"\r\n", b"\r\n\r\nx", b"\r\n\r\n" + b"\0" * 1000):
        assert label(member(HEAD, end=end)) == "length"
    long = b"y" * 3_000_000
    assert [r.block for r in read(io.BytesIO(member(HEAD, long)))] == [None]
    for end in (b"", b"\r\n", b"\r\n\r\nx", b"\r\n\r\n" + b"\0" * 100_000):
        assert label(member(HEAD, long, end)) == "length"


def test_a_bomb_stops_early() -> None:
    bomb = gzip.compress(
        HEAD.replace("\n", "\r\n").format(length=5, digest="0").encode() + b"\0" * (50 << 20)
    )
    assert label(bomb) in ("length", "block-digest")
    honest = member(HEAD, b"z" * 1000)
    assert label(honest, total_limit=999) == "too-large"


def test_every_byte_counts() -> None:
    """Any one changed byte is either a fault, or changes nothing that is read."""
    data = written(several()[:2])
    honest = [(r.headers, r.block) for r in read(io.BytesIO(data))]
    for position in range(0, len(data), 7):
        altered = data[:position] + bytes([data[position] ^ 0x41]) + data[position + 1 :]
        try:
            found = [(r.headers, r.block) for r in read(io.BytesIO(altered))]
        except WarcError:
            continue
        assert found == honest  # the time, system and hint bytes of a gzip header
