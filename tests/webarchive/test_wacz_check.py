"""Altered WACZ files: the honest file passes, each alteration is found under its own name."""

from __future__ import annotations

import gc
import gzip
import io
import json
import struct
import tracemalloc
import warnings
import zipfile
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from exchanges import AT, exchange, several
from test_wacz import packed

from abusekit.webarchive.wacz_check import check
from abusekit.webarchive.warc import RECORDS, WarcWriter
from abusekit.webarchive.warc_read import read

WARC = "archive/data.warc.gz"
INDEX = "indexes/index.cdx"
PAGES = "pages/pages.jsonl"
PACKAGE = "datapackage.json"
DIGEST = "datapackage-digest.json"

HONEST = packed(several(), extra={"artefacts/page.png": b"\x89PNG" * 99})

Files = dict[str, bytes]


def opened() -> Files:
    with zipfile.ZipFile(io.BytesIO(HONEST)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def closed(files: Files, relist: bool = True, deflate: str = "") -> bytes:
    """The files as a WACZ made by another program; with `relist`, as a careful forger makes it."""
    files = dict(files)
    if relist and PACKAGE in files:
        package = json.loads(files[PACKAGE])
        package["resources"] = [
            {
                "name": name.rpartition("/")[2],
                "path": name,
                "hash": f"sha256:{sha256(data).hexdigest()}",
                "bytes": len(data),
            }
            for name, data in files.items()
            if name not in (PACKAGE, DIGEST)
        ]
        files[PACKAGE] = json.dumps(package).encode()
        if DIGEST in files:
            seal = {"path": PACKAGE, "hash": f"sha256:{sha256(files[PACKAGE]).hexdigest()}"}
            files[DIGEST] = json.dumps({**json.loads(files[DIGEST]), **seal}).encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in files.items():
            method = zipfile.ZIP_DEFLATED if name == deflate else zipfile.ZIP_STORED
            archive.writestr(zipfile.ZipInfo(name), data, method)
    return out.getvalue()


def found(data: bytes) -> set[tuple[str, str]]:
    return {(fault.label, fault.member) for fault in check(data)}


def edited(name: str, change: Callable[[bytes], bytes], **options: Any) -> bytes:
    files = opened()
    before = files[name]
    files[name] = change(before)
    assert files[name] != before
    return closed(files, **options)


def without(*names: str) -> bytes:
    return closed({name: data for name, data in opened().items() if name not in names})


def line_edited(**changes: object) -> Callable[[bytes], bytes]:
    def change(data: bytes) -> bytes:
        lines = data.splitlines(keepends=True)
        key, stamp, rest = lines[0].split(b" ", 2)
        lines[0] = b" ".join([key, stamp, json.dumps({**json.loads(rest), **changes}).encode()]) + b"\n"
        return b"".join(sorted(lines))

    return change


def records_edited(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    """Changes the unpacked WARC and packs it again, one member a record."""

    def change(data: bytes) -> bytes:
        unpacked = gzip.decompress(data)
        assert old in unpacked
        parts = unpacked.replace(old, new).split(b"WARC/1.1\r\n")[1:]
        return b"".join(gzip.compress(b"WARC/1.1\r\n" + part, mtime=0) for part in parts)

    return change


def test_the_honest_file_passes_also_when_another_program_packs_it() -> None:
    assert check(HONEST) == []
    assert check(closed(opened())) == []
    assert check(io.BytesIO(HONEST)) == []


ALTERED: dict[str, tuple[Callable[[], bytes], set[tuple[str, str]]]] = {
    # the ten that `wacz validate` accepts or that a careless check lets pass
    "no WARC": (lambda: without(WARC), {("no-warc", "")}),
    "an empty WARC": (lambda: edited(WARC, lambda _: b""), {("no-warc", WARC)}),
    "no index": (lambda: without(INDEX), {("no-index", "")}),
    "no pages": (lambda: without(PAGES), {("no-pages", "")}),
    "only a page header": (lambda: edited(PAGES, lambda d: d.splitlines()[0]), {("no-pages", PAGES)}),
    "metadata altered": (
        lambda: edited(PACKAGE, lambda d: d.replace(b"Ein Titel", b"Kein Titel"), relist=False),
        {("bad-digest", DIGEST)},
    ),
    "digest file gone": (lambda: without(DIGEST), {("missing", DIGEST)}),
    "package gone": (lambda: without(PACKAGE), {("missing", PACKAGE)}),
    "unlisted file without a dot": (
        lambda: closed({**opened(), "secret": b"x"}, relist=False),
        {("unlisted", "secret")},
    ),
    "listed file gone": (
        lambda: closed({n: d for n, d in opened().items() if n != "artefacts/page.png"}, relist=False),
        {("missing", "artefacts/page.png")},
    ),
    "file changed": (
        lambda: edited("artefacts/page.png", lambda d: d[:-1] + b"X", relist=False),
        {("changed", "artefacts/page.png")},
    ),
    "a signature": (
        lambda: edited(DIGEST, lambda d: json.dumps({**json.loads(d), "signedData": {}}).encode()),
        {("signed", DIGEST)},
    ),
    # forgers who mend the outer hashes
    "body altered, all outer hashes mended": (
        lambda: edited(WARC, records_edited(b"<title>x</title>", b"<title>y</title>")),
        {("block-digest", WARC)},
    ),
    "a record taken out": (
        lambda: edited(WARC, lambda d: d[: d.rindex(b"\x1f\x8b\x08\0")]),
        set(),
    ),
    "index offset": (lambda: edited(INDEX, line_edited(offset=1)), {("bad-index", INDEX)}),
    "index status": (lambda: edited(INDEX, line_edited(status=999)), {("bad-index", INDEX)}),
    "index url": (lambda: edited(INDEX, line_edited(url="http://other.example/")), {("bad-index", INDEX)}),
    "index digest": (lambda: edited(INDEX, line_edited(digest="sha256:0")), {("bad-index", INDEX)}),
    "index length": (lambda: edited(INDEX, line_edited(length=1)), {("bad-index", INDEX)}),
    "index number as text": (lambda: edited(INDEX, line_edited(offset="0")), {("bad-index", INDEX)}),
    "index time": (
        lambda: edited(INDEX, lambda d: d.replace(b"20260304050607", b"20260304050608")),
        {("bad-index", INDEX)},
    ),
    "index line gone": (lambda: edited(INDEX, lambda d: d.split(b"\n", 1)[1]), {("not-indexed", WARC)}),
    "index line twice": (
        lambda: edited(INDEX, lambda d: d.splitlines(keepends=True)[0] + d),
        {("bad-index", INDEX)},
    ),
    "page of another address": (
        lambda: edited(PAGES, lambda d: d.replace(b"http://example.org/", b"http://other.example/")),
        {("bad-pages", PAGES)},
    ),
    "key twice": (
        lambda: edited(PACKAGE, lambda d: b'{"title":"a",' + d[1:], relist=False),
        {("bad-json", PACKAGE), ("bad-digest", DIGEST)},
    ),
    "WARC deflated": (lambda: closed(opened(), deflate=WARC), {("not-stored", WARC)}),
}


def with_record(kind: str, content_type: str, block: bytes, uri: str = "http://example.org/") -> bytes:
    """HONEST with one more record, all digests and the index mended: what a careful forger hides in it."""
    out = io.BytesIO()
    writer = WarcWriter(out, b"forger")
    writer._small(kind, AT, [("WARC-Target-URI", uri), ("Content-Type", content_type)], block)
    return edited(WARC, lambda data: data + out.getvalue())


OTHER = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>another page"
RESPONSE = "application/http; msgtype=response"
HIDDEN: dict[str, tuple[Callable[[], bytes], str]] = {
    "another page as a resource": (
        lambda: with_record("resource", "text/html", b"<p>another"),
        "record-type",
    ),
    "a certificate under another name": (
        lambda: with_record("resource", "application/pkix-cert", b"x", "urn:x509:sha256:" + "0" * 64),
        "record-type",
    ),
    "revisit": (lambda: with_record("revisit", RESPONSE, OTHER), "record-type"),
    "conversion": (lambda: with_record("conversion", "text/html", b"<p>another"), "record-type"),
    "capital letters": (lambda: with_record("RESPONSE", RESPONSE, OTHER), "record-type"),
    "metadata that is a page": (lambda: with_record("metadata", "text/html", b"<p>another"), "record-type"),
    "a response without HTTP": (lambda: with_record("response", "text/html", b"<p>another"), "not-http"),
    "a response of HTTP/2": (
        lambda: with_record("response", RESPONSE, OTHER.replace(b"HTTP/1.1", b"HTTP/2")),
        "not-http",
    ),
    "two answers for the page": (
        lambda: packed([*several(), exchange(b"<p>another page")]),
        "page-twice",
    ),
}


@pytest.mark.parametrize("name", HIDDEN)
def test_each_hidden_record_is_found(name: str) -> None:
    make, label = HIDDEN[name]
    assert label in {fault.label for fault in check(make())}


def test_two_answers_at_two_seconds_are_two_pages() -> None:
    later = exchange(b"<p>another page", at=AT + timedelta(seconds=1))
    assert check(packed([*several(), later])) == []


def test_every_record_written_is_of_a_listed_type() -> None:
    written = {(record.type, record.header("Content-Type")) for record in read(io.BytesIO(opened()[WARC]))}
    assert written == {(kind, content_type) for kind, types in RECORDS.items() for content_type in types}


@pytest.mark.parametrize("name", ALTERED)
def test_each_alteration_is_found(name: str) -> None:
    make, expected = ALTERED[name]
    data = make()
    assert check(HONEST) == []
    faults = found(data)
    assert expected <= faults
    if name != "a record taken out":
        assert faults


def test_a_record_taken_out_with_its_index_line_still_shows_in_the_list() -> None:
    """Whoever mends everything makes another honest file: only the case's seal tells them apart."""
    assert check(ALTERED["a record taken out"][0]()) == []
    assert ALTERED["a record taken out"][0]() != HONEST


# Alterations of the ZIP itself, byte by byte.


def patched(name: str, where: str, offset: int, layout: str, value: int) -> bytes:
    """HONEST with one field of a member's local or central header changed."""
    data = bytearray(HONEST)
    sign = b"PK\3\4" if where == "local" else b"PK\1\2"
    length = 30 if where == "local" else 46
    start = 0
    while data[start + length : start + length + len(name)] != name.encode():
        start = data.index(sign, start + 1)
    struct.pack_into(layout, data, start + offset, value)
    return bytes(data)


def renamed(old: bytes, new: bytes) -> bytes:
    assert len(old) == len(new)
    return HONEST.replace(old, new)


def doubled() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, data in [*opened().items(), (PAGES, b"other")]:
            archive.writestr(zipfile.ZipInfo(name), data)
    return out.getvalue()


def gap() -> bytes:
    """Bytes between the members and the directory, with the end record mended."""
    end = len(HONEST) - 22
    start = struct.unpack_from("<L", HONEST, end + 16)[0]
    return (
        HONEST[:start]
        + b"hidden"
        + HONEST[start:end]
        + HONEST[end : end + 16]
        + struct.pack("<LH", start + 6, 0)
    )


PNG = "artefacts/page.png"
ZIPS: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty": (lambda: b"", "not-zip"),
    "no zip": (lambda: b"hello" * 99, "not-zip"),
    "cut": (lambda: HONEST[:-30], "not-zip"),
    "bytes after the end": (lambda: HONEST + b"x", "trailing-bytes"),
    "bytes before": (lambda: b"#!/bin/sh\n" + HONEST, "hidden-bytes"),
    "bytes between": (gap, "hidden-bytes"),
    "comment": (lambda: HONEST[:-2] + b"\2\0hi", "trailing-bytes"),
    "member twice": (doubled, "duplicate-name"),
    "path outside": (lambda: renamed(PNG.encode(), b"../../etc/passwdxx"), "bad-name"),
    "absolute path": (lambda: renamed(PNG.encode(), b"/rtefacts/page.png"), "bad-name"),
    "backslash": (lambda: renamed(PNG.encode(), b"artefacts\\page.png"), "bad-name"),
    "control character": (lambda: renamed(PNG.encode(), b"artefacts/pag\x1b.png"), "bad-name"),
    "encrypted": (lambda: patched(PNG, "central", 8, "<H", 1), "encrypted"),
    "data descriptor": (lambda: patched(PNG, "central", 8, "<H", 8), "method"),
    "other method": (lambda: patched(PNG, "central", 10, "<H", 12), "method"),
    "stored with two sizes": (lambda: patched(PNG, "central", 24, "<L", 1), "method"),
    "local size": (lambda: patched(PNG, "local", 22, "<L", 1), "local-header"),
    "local crc": (lambda: patched(PNG, "local", 14, "<L", 1), "local-header"),
    "local flags": (lambda: patched(PNG, "local", 6, "<H", 8), "local-header"),
    "extra field": (lambda: patched(PNG, "local", 28, "<H", 4), "hidden-bytes"),
    "crc": (lambda: HONEST.replace(b"\x89PNG\x89PNG", b"\x89PNG\x89PNX", 1), "crc"),
}


@pytest.mark.parametrize("name", ZIPS)
def test_each_alteration_of_the_zip_is_found(name: str) -> None:
    make, label = ZIPS[name]
    data = make()
    assert data != HONEST
    assert label in {fault.label for fault in check(data)}


def test_case_twins() -> None:
    data = closed({**opened(), "Artefacts/page.png": b""})
    assert found(data) == {("duplicate-name", "Artefacts/page.png")}


def test_deflate_bomb_is_bounded() -> None:
    files = {**opened(), "artefacts/bomb.bin": b"\0" * (40 << 20)}
    assert check(closed(files, deflate="artefacts/bomb.bin")) == []
    data = closed({**opened(), PAGES: b"\0" * (17 << 20)}, deflate=PAGES)
    assert ("too-large", PAGES) in found(data)


def measured(data: bytes) -> tuple[set[str], int]:
    """The labels of a check, and the most memory it held, in bytes beside the file itself."""
    gc.collect()
    tracemalloc.start()
    labels = {fault.label for fault in check(data)}
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return labels, peak


def test_other_page_lists_are_not_read_into_memory() -> None:
    many = {f"pages/p{number}.jsonl": b"\n" * (1 << 20) for number in range(40)}
    labels, peak = measured(closed({**opened(), **many}))
    assert labels == set()
    assert peak < 16 << 20


def test_what_claims_to_unpack_two_hundredfold_is_not_unpacked() -> None:
    bomb = closed({**opened(), "artefacts/bomb.bin": b"\0" * (80 << 20)}, deflate="artefacts/bomb.bin")
    labels, peak = measured(bomb)
    assert labels == {"too-large"}
    assert peak < 1 << 20


@pytest.mark.parametrize("line", [b"a 20260101000000 {}\n", b"\n", b"a 20260101000000 {" + b"x" * 99_999])
def test_a_large_index_is_read_in_flat_memory(line: bytes) -> None:
    files = {**opened(), INDEX: line * ((30 << 20) // len(line))}
    labels, peak = measured(closed(files, deflate=INDEX))
    assert "bad-index" in labels
    assert peak < 16 << 20


def test_a_page_list_of_many_lines_is_left_early() -> None:
    head = opened()[PAGES].splitlines()[0] + b"\n"
    labels, peak = measured(closed({**opened(), PAGES: head + b"{}\n" * (2 << 20)}))
    assert "bad-pages" in labels
    assert peak < 48 << 20


def test_records_are_not_kept_in_memory() -> None:
    """Long addresses and blocks that pack well: 100 of each kind."""
    out = io.BytesIO()
    writer = WarcWriter(out, b"many")
    for number in range(100):
        url = f"http://example.org/{number}" + "a" * 50_000
        block = OTHER + b"b" * 100_000
        fields = [("WARC-Target-URI", url), ("Content-Type", RESPONSE)]
        writer._small("response", AT, fields, block)
    labels, peak = measured(edited(WARC, lambda data: data + out.getvalue()))
    assert labels == {"not-indexed"}
    assert peak < 4 << 20


def test_any_flipped_byte_is_found() -> None:
    """No byte of the file is free, but the two times in each ZIP header and their like."""
    unseen = 0
    for position in range(0, len(HONEST), 11):
        data = HONEST[:position] + bytes([HONEST[position] ^ 0x20]) + HONEST[position + 1 :]
        unseen += not check(data)
    assert unseen <= len(HONEST) // 11 // 20
