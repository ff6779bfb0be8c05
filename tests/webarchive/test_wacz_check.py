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
from exchanges import AT, askings, decoded, exchange, notes, resources, several
from test_wacz import packed

from abusekit.webarchive.cdxj import parse
from abusekit.webarchive.exchange import Exchange, Spool
from abusekit.webarchive.resource import BESIDE_LIMIT, Resource, urn
from abusekit.webarchive.wacz_check import check
from abusekit.webarchive.warc import RECORDS, WarcWriter
from abusekit.webarchive.warc_read import read

WARC = "archive/data.warc.gz"
INDEX = "indexes/index.cdx"
PAGES = "pages/pages.jsonl"
PACKAGE = "datapackage.json"
DIGEST = "datapackage-digest.json"

HONEST = packed(
    [*several(), *askings(), decoded()],
    resources=resources(),
    beside=notes(),
    extra={"artefacts/page.png": b"\x89PNG" * 99},
)

Files = dict[str, bytes]


def opened(data: bytes | None = None) -> Files:
    with zipfile.ZipFile(io.BytesIO(data or HONEST)) as archive:
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


def edited(name: str, change: Callable[[bytes], bytes], data: bytes | None = None, **options: Any) -> bytes:
    files = opened(data)
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


def line_of(marker: str, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Callable[[bytes], bytes]:
    """Changes the JSON of the first line that holds `marker`."""

    def changed(data: bytes) -> bytes:
        lines = data.splitlines(keepends=True)
        number = next(n for n, line in enumerate(lines) if marker.encode() in line)
        key, stamp, rest = lines[number].split(b" ", 2)
        lines[number] = b" ".join([key, stamp, json.dumps(change(json.loads(rest))).encode()]) + b"\n"
        return b"".join(sorted(lines))

    return changed


def moved_to(key: str) -> Callable[[bytes], bytes]:
    """Gives the first POST another key: a replay tool would show it for the GET."""

    def changed(data: bytes) -> bytes:
        lines = data.splitlines(keepends=True)
        number = next(n for n, line in enumerate(lines) if b'"POST"' in line)
        lines[number] = key.encode() + b" " + lines[number].split(b" ", 1)[1]
        return b"".join(sorted(lines))

    return changed


def without_line(data: bytes, marker: bytes) -> bytes:
    lines = data.splitlines(keepends=True)
    lines.remove(next(line for line in lines if marker in line))
    return b"".join(lines)


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
    "index method": (
        lambda: edited(INDEX, line_of("POST", lambda one: one | {"method": "PUT"})),
        {("bad-index", INDEX)},
    ),
    "index request body": (
        lambda: edited(INDEX, line_of("POST", lambda one: one | {"requestBody": "a=1"})),
        {("bad-index", INDEX)},
    ),
    "a POST under the key of the GET": (
        lambda: edited(INDEX, moved_to("org,example)/api/like")),
        {("bad-index", INDEX)},
    ),
    "index of a picture": (
        lambda: edited(INDEX, lambda d: d.replace(b"urn:view-2:", b"urn:view-3:")),
        {("bad-index", INDEX)},
    ),
    "index line of a picture gone": (
        lambda: edited(INDEX, lambda d: without_line(d, b"urn:view:")),
        {("not-indexed", WARC)},
    ),
    "a status for a picture": (
        lambda: edited(INDEX, line_of("urn:view:http", lambda one: one | {"status": 200})),
        {("bad-index", INDEX)},
    ),
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


def with_record(
    kind: str,
    content_type: str,
    block: bytes,
    uri: str = "http://example.org/",
    payload: int | None = None,
    **more: str,
) -> bytes:
    """HONEST with one more record, all digests mended: what a careful forger hides in it."""
    out = io.BytesIO()
    writer = WarcWriter(out, b"forger")
    fields = [("WARC-Target-URI", uri), ("Content-Type", content_type), *more.items()]
    writer._small(kind, AT, fields, block, payload=payload)
    return edited(WARC, lambda data: data + out.getvalue())


def noted(block: bytes, uri: str = "http://example.org/") -> Callable[[], bytes]:
    return lambda: with_record("metadata", "application/json", block, uri)


def pictured(uri: str, content_type: str = "image/png", payload: int | None = 0) -> Callable[[], bytes]:
    return lambda: with_record("resource", content_type, b"\x89PNG", uri, payload)


def requested_twice() -> bytes:
    page = next(one for one in read(io.BytesIO(opened()[WARC])) if one.type == "response")
    concurrent = {"WARC-Concurrent-To": page.fields["warc-record-id"]}
    request = "application/http; msgtype=request"
    return with_record("request", request, b"POST / HTTP/1.1\r\n\r\n", **concurrent)


def twice(microseconds: int = 5) -> list[Exchange]:
    """The page asks for its own address again, within the second."""
    again = exchange(b"<p>the page again", at=AT + timedelta(microseconds=microseconds))
    return [exchange(b"<p>the page"), again]


def seconds_swapped(data: bytes) -> bytes:
    return data.replace(b"07 {", b"xx {").replace(b"08 {", b"07 {").replace(b"xx {", b"08 {")


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
    "two answers in a second that the page list does not tell apart": (
        lambda: edited(PAGES, lambda d: d.replace(b"07.890123Z", b"07Z"), data=packed(twice())),
        "page-twice",
    ),
    "an answer moved before the page": (
        lambda: edited(INDEX, seconds_swapped, data=packed(twice())),
        "bad-index",
    ),
    "a picture of another page": (pictured("urn:view:http://other.example/"), "bad-resource"),
    "a picture of no address": (pictured("urn:view:"), "bad-resource"),
    "a picture under another kind's name": (pictured("urn:pdf:http://example.org/"), "bad-resource"),
    "a tile numbered 1": (pictured("urn:view-1:http://example.org/"), "bad-resource"),
    "another name": (pictured("urn:thumbnail:http://example.org/"), "bad-resource"),
    "a picture under the page's address": (pictured("http://example.org/"), "bad-resource"),
    "a picture without its payload's digest": (
        pictured("urn:view-9:http://example.org/", payload=None),
        "bad-resource",
    ),
    "two pictures": (pictured("urn:view:http://example.org/"), "resource-twice"),
    "a picture that is not indexed": (pictured("urn:view-9:http://example.org/"), "not-indexed"),
    "a picture that is a page": (
        pictured("urn:view-9:http://example.org/", "text/html; charset=utf-8"),
        "bad-resource",
    ),
    "a text without its character set": (
        pictured("urn:text:http://example.org/", "text/plain"),
        "record-type",
    ),
    "a note that is no JSON": (noted(b"{"), "bad-note"),
    "a note that is a list": (noted(b"[]"), "bad-note"),
    "a note of nothing": (noted(b"{}"), "bad-note"),
    "a note with a key twice": (noted(b'{"about":"a","content":{"b":1,"b":2}}'), "bad-note"),
    "a note with more": (noted(b'{"about":"a","content":[],"page":"<p>another"}'), "bad-note"),
    "a note about a page": (noted(b'{"about":"<p>another","content":[]}'), "bad-note"),
    "a note without end": (noted(b" " * (BESIDE_LIMIT + 1)), "bad-note"),
    "a deep note": (noted(b'{"about":' + b"[" * 100_000), "bad-note"),
    "a form of its own": (noted(b'{"complete":true,"form":"exact"}'), "bad-note"),
    "a note of another page": (
        noted(b'{"about":"other","content":[]}', "http://other.example/"),
        "bad-resource",
    ),
    "two notes of a kind": (noted(b'{"about":"console","content":[]}'), "resource-twice"),
    "a second request for an answer": (requested_twice, "bad-request"),
    "a request for no answer": (
        lambda: with_record(
            "request",
            "application/http; msgtype=request",
            b"GET / HTTP/1.1\r\n\r\n",
            **{"WARC-Concurrent-To": "<urn:uuid:0>"},
        ),
        "bad-request",
    ),
}


@pytest.mark.parametrize("name", HIDDEN)
def test_each_hidden_record_is_found(name: str) -> None:
    make, label = HIDDEN[name]
    assert label in {fault.label for fault in check(make())}


def test_two_answers_at_two_seconds_are_two_pages() -> None:
    later = exchange(b"<p>another page", at=AT + timedelta(seconds=1))
    assert check(packed([*several(), later])) == []


@pytest.mark.parametrize("microseconds", [-5, 5, 100_000])
def test_a_page_that_loads_itself_is_found(microseconds: int) -> None:
    """The main answer keeps the second of the page list, wherever in the second the other one stands."""
    data = packed(twice(microseconds))
    assert check(data) == []
    lines = list(parse([opened(data)[INDEX]]))
    main = sha256(b"<p>the page").hexdigest()
    assert [line["digest"] for _, stamp, line in lines if stamp == "20260304050607"] == ["sha256:" + main]
    assert len({stamp for _, stamp, _ in lines}) == 2


def test_other_methods_are_no_second_answer() -> None:
    asked_again = [
        exchange(b"", method=method, request=b"%s / HTTP/1.1\r\n\r\n" % method.encode())
        for method in ("POST", "HEAD", "OPTIONS")
    ]
    assert check(packed([*several(), *asked_again])) == []


def test_a_redirect_from_http_to_https_is_one_key_and_two_seconds() -> None:
    redirect = exchange(b"", status=301, headers=(("Location", "https://example.org/"),))
    page = exchange(url="https://example.org/", at=AT + timedelta(microseconds=9))
    data = packed([redirect, page])
    assert check(data) == []
    assert [stamp[-2:] for _, stamp, _ in parse([opened(data)[INDEX]])] == ["07", "08"]


def test_a_long_address_stands_as_its_digest() -> None:
    url = "http://example.org/?" + "a" * 200_000
    data = packed([*several(), exchange(url=url, request=f"GET {url[18:]} HTTP/1.1\r\n\r\n".encode())])
    assert check(data) == []
    assert b"urn:sha256:" + sha256(url.encode()).hexdigest().encode() in opened(data)[INDEX]
    nearly = "http://example.org/?" + "%C3" * 33_000
    assert check(packed([*several(), exchange(url=nearly)])) == []


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


def test_large_resources_are_streamed() -> None:
    """Written and checked in flat memory, whatever their size."""
    spool = Spool()
    for number in range(256):
        spool.write(sha256(b"%d" % number).digest() * 2048)  # 16 MiB
    gc.collect()
    tracemalloc.start()
    out = io.BytesIO()
    data = packed(several(), resources=[Resource(urn("view", "http://example.org/"), "image/png", spool, AT)])
    written = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    del out
    assert len(data) > 16 << 20
    assert written < len(data) * 2 + (4 << 20)  # the output itself, which grows by copying
    labels, peak = measured(data)
    assert labels == set() and peak < 4 << 20


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
    positions = range(0, len(HONEST), len(HONEST) // 500)
    unseen = 0
    for position in positions:
        data = HONEST[:position] + bytes([HONEST[position] ^ 0x20]) + HONEST[position + 1 :]
        unseen += not check(data)
    assert unseen <= len(positions) // 20
