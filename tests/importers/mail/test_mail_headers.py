"""Header fields, addresses, dates and parameters as they are written, and as people write them who mean harm."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abusekit.importers.mail.addresses import addresses, domain_of
from abusekit.importers.mail.content_type import content_type, file_name, valued
from abusekit.importers.mail.dates import mail_date
from abusekit.importers.mail.headers import MOST_FIELDS, charset_text, read_header, text_of


def test_fields_with_their_places() -> None:
    raw = b"From: a@b.example\r\nSubject: one\r\n two\r\nX : y\n\r\nbody"
    header = read_header(raw)
    assert [(one.name, raw[one.start : one.end]) for one in header.fields] == [
        ("From", b"From: a@b.example\r\n"), ("Subject", b"Subject: one\r\n two\r\n"), ("X", b"X : y\n"),
    ]  # fmt: skip
    assert header.text("subject") == "one two"
    assert raw[header.body :] == b"body"
    assert header.flags == []


@pytest.mark.parametrize(
    ("raw", "fields", "body", "flags"),
    [
        (b"", 0, b"", []),
        (b"\nbody", 0, b"body", []),
        (b"A: b", 1, b"", []),
        (b"A: b\n c", 1, b"", []),
        (b"A: b\nno field\n\nbody", 1, b"no field\n\nbody", ["header_malformed"]),
        (b" fold\nA: b\n\n", 0, b" fold\nA: b\n\n", ["header_malformed"]),
        (b">From me Tue\nA: b\n\nbody", 1, b"body", []),
        (b"From me Tue\nA: b\n\nbody", 1, b"body", []),
        (b"A: b\n" * (MOST_FIELDS + 5) + b"\nbody", MOST_FIELDS, b"body", ["header_cut"]),
        (b"A: " + b"x" * (2 << 20) + b"\n\r\nbody", 1, b"body", ["header_cut"]),
    ],
)
def test_odd_headers(raw: bytes, fields: int, body: bytes, flags: list[str]) -> None:
    header = read_header(raw)
    assert len(header.fields) == fields
    assert raw[header.body :] == body
    assert header.flags == flags


def test_of_equal_names_the_lowest_counts() -> None:
    header = read_header(b"Subject: added\nSubject: signed\n\n")
    assert header.text("subject") == "signed"
    assert len(header.all("subject")) == 2


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"=?utf-8?q?you_can=E2=80=99t_hide?=", "you can’t hide"),
        (b"=?UTF-8?B?w6k=?= x", "é x"),
        (b"=?utf-8?B?w6k?=", "é"),
        (b"=?utf-8?q?a?= =?utf-8?q?b?=", "ab"),
        (b"=?utf-8?q?a?=\r\n =?utf-8?q?b?=", "ab"),
        (b"=?utf-8?q?a?= and =?utf-8?q?b?=", "a and b"),
        (b"=?utf-8?q?=C3?= =?utf-8?q?=A9?=", "é"),  # a character split between two words
        (b"=?iso-8859-1?q?=E9?= =?utf-8?q?=C3=A9?=", "éé"),
        (b"=?utf-8*en?q?a?=", "a"),
        (b"=?nonsense?q?a?=", "a"),
        (b"=?utf-8?b?!!?=", "=?utf-8?b?!!?="),
        (b"=?utf-8?x?a?=", "=?utf-8?x?a?="),
        (b"=?utf-8?q?open", "=?utf-8?q?open"),
        ("naïve".encode(), "naïve"),
        (b"na\xefve", "naïve"),
        (b"=?utf-7?q?+2D0-?=", "\ufffd"),
    ],
)
def test_text_of_fields(raw: bytes, text: str) -> None:
    assert text_of(b" " + raw + b"\r\n")[0] == text


def test_what_decoding_did_is_told() -> None:
    assert text_of(b"plain")[1] == ()
    assert text_of(b"=?iso-8859-1?q?=E9?=")[1] == ("encoded words decoded", "iso8859-1 to utf-8")
    assert text_of(b"na\xefve")[1] == ("not UTF-8: read as windows-1252",)


@pytest.mark.parametrize(
    "charset",
    ["idna", "punycode", "unicode_escape", "zlib", "hex", "rot13", "undefined", "\0", "x" * 9999],
)
def test_codecs_that_are_no_charsets(charset: str) -> None:
    text, steps = charset_text(b"\\u0041 abc", charset)
    assert text == "\\u0041 abc"
    assert steps[0].startswith("unknown charset")


def test_bytes_that_are_not_of_the_charset() -> None:
    assert charset_text("é".encode(), "us-ascii") == ("é", ())
    assert charset_text(b"\xe9", "us-ascii") == ("é", ("not UTF-8: read as windows-1252",))
    assert charset_text(b"\xe9", "utf-8") == ("é", ("not utf-8", "not UTF-8: read as windows-1252"))
    assert charset_text(b"\xe9\x80", "iso-2022-jp")[1][0] == "not iso-2022-jp"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a@b.example", [("a@b.example", "")]),
        ('"Carter, Sam" <sam@b.example>', [("sam@b.example", "Carter, Sam")]),
        ("Sam <sam@b.example>, Jo <jo@b.example>", [("sam@b.example", "Sam"), ("jo@b.example", "Jo")]),
        ("sam@b.example (Sam C)", [("sam@b.example", "Sam C")]),
        ("=?utf-8?q?Carter=2C_Sam?= <sam@b.example>", [("sam@b.example", "Carter, Sam")]),
        ('"=?utf-8?q?S?=" <sam@b.example>', [("sam@b.example", "S")]),
        ("friends: a@b.example, c@d.example;", [("a@b.example", ""), ("c@d.example", "")]),
        ("undisclosed-recipients:;", []),
        ("", []),
        ("<>", [("", "")]),
        ('"a@real.example" <b@fake.example>', [("b@fake.example", "a@real.example")]),
        ('"open <a@b.example>', [('"open <a@b.example>', "")]),
        ("a@b.example <c@d.example>", [("c@d.example", "a@b.example")]),
        ("<a@b.example> trailing words", [("a@b.example", "trailing words")]),
        ("((nested) comment) a@b.example", [("a@b.example", "(nested) comment")]),
        (r'"q\"uote" <a@b.example>', [("a@b.example", 'q"uote')]),
        ("Moderator-Address", [("Moderator-Address", "")]),
    ],
)  # fmt: skip
def test_addresses(text: str, found: list[tuple[str, str]]) -> None:
    assert [(one.spec, one.name) for one in addresses(text)] == found


def test_domains() -> None:
    assert domain_of("a@B.Example.") == "b.example"
    assert domain_of('"x@y"@b.example') == "b.example"
    assert domain_of("nobody") == ""


@pytest.mark.parametrize(
    ("text", "at", "zone", "flags"),
    [
        ("Tue, 05 Mar 2024 19:00:00 +0100", "2024-03-05T18:00:00Z", "+01:00", ()),
        ("5 Mar 2024 19:00 GMT", "2024-03-05T19:00Z", "+00:00", ()),
        ("Fri, 23 Aug 2002 2:32:53 -0400", "2002-08-23T06:32:53Z", "-04:00", ()),
        ("Tue,  5 Mar 2024 18:00:07 +0000 (UTC)", "2024-03-05T18:00:07Z", "+00:00", ()),
        ("Tue, 05 Mar 2024 19:00:00 -0000", "2024-03-05T19:00:00Z", "", ()),
        ("Mon, 22 Mar 1994 13:34:51 +0000", "1994-03-22T13:34:51Z", "+00:00", ("weekday_differs:Mon",)),
        ("Tue, 05 Mar 24 19:00:00 EST", "2024-03-06T00:00:00Z", "-05:00", ()),
        ("05 Mar 99 19:00:00 +0530", "1999-03-05T13:30:00Z", "+05:30", ()),
        ("Tue, 05 Mar 2024 23:59:60 +0000", "2024-03-05T23:59:59Z", "+00:00", ()),
        ("Tue, 05 Mar 2024 19:00:00", "2024-03-05T19:00:00", "", ()),
        ("Tue, 05 Mar 2024 19:00:00 CET", "2024-03-05T19:00:00", "", ("zone_letters",)),
        ("2025-07-29T12:42:06.000Z", "2025-07-29T12:42:06.000Z", "+00:00", ("date_form:iso",)),
    ],
)  # fmt: skip
def test_dates(text: str, at: str, zone: str, flags: tuple[str, ...]) -> None:
    found, told = mail_date(text, "claimed")
    assert found is not None
    assert (found.at, found.zone, told) == (at, zone, flags)
    assert found.raw == text
    assert found.basis == ("stated" if at.endswith("Z") else "unknown")


@pytest.mark.parametrize(
    "text",
    [
        "", "yesterday", "INVALID-DATE-FORMAT", "Tue, 32 Mar 2024 19:00:00 +0100", "Tue, 05 Mar 2024 25:00:00 +0100",
        "Tue, 05 Mar 2024 19:00:00 +9900", "Tue, 05 Mar 2024 19:00:00 +0199", "Tue, 05 Xyz 2024 19:00:00 +0100",
        "Tue, 05 Mar 9999 19:00:00 +0100", "Tue, 05 Mar 2024 19:00:61 +0100", "٥ Mar 2024 19:00:00 +0100", "1" * 9999,
        "Tue, " + " " * 9999,
    ],
)  # fmt: skip
def test_no_dates(text: str) -> None:
    assert mail_date(text, "claimed") == (None, ("date_unreadable",))


@pytest.mark.parametrize(
    ("text", "raw"),
    [
        ("Tue, 05 Mar 2024 19:00:00 +0100 (I know where you are)", "Tue, 05 Mar 2024 19:00:00 +0100"),
        ("Tue, 05 Mar 2024 19:00:00 +0100 (you (CET) will pay)", "Tue, 05 Mar 2024 19:00:00 +0100"),
        (r"Tue, 05 Mar 2024 19:00:00 +0100 (you \) (will\( pay)\\)", "Tue, 05 Mar 2024 19:00:00 +0100"),
        ("Tue, 05 Mar 2024 19:00:00 +0100 (CET) (pay)", "Tue, 05 Mar 2024 19:00:00 +0100 (CET)"),
        ("(hello) Tue, 05 Mar 2024 19:00:00 +0100", "Tue, 05 Mar 2024 19:00:00 +0100"),
        ("Tue, 05 Mar (hello) 2024 19:00:00 +0100", "Tue, 05 Mar   2024 19:00:00 +0100"),
        ("2024-03-05T19:00:00+01:00 (hello)", "2024-03-05T19:00:00+01:00"),
        ("Tue, 05 Mar 2024 19:00:00 +0100 (" + "hello " * 9999 + ")", "Tue, 05 Mar 2024 19:00:00 +0100"),
    ],
)  # fmt: skip
def test_comments_are_not_shown_as_part_of_a_date(text: str, raw: str) -> None:
    found, told = mail_date(text, "claimed")
    assert found is not None
    assert (found.at, found.raw) == ("2024-03-05T18:00:00Z", raw)
    assert told[-1] == "date_comment"


@pytest.mark.parametrize(
    "text",
    [
        "Tue, 05 Mar 2024 19:00:00 +0100 (CET) (DIE)", "Tue, 05 Mar 2024 19:00:00 +0100 (hello",
        "Tue, 05 Mar 2024 19:00:00 +0100 hello)", "Tue, 05 Mar (DIE) 2024 19:00:00 +0100",
        "Tue, 05 Mar 2024 19:00:00 +0100 (CET)".ljust(200) + "and more",
    ],
)  # fmt: skip
def test_what_is_no_comment_makes_it_no_date(text: str) -> None:
    assert mail_date(text, "claimed") == (None, ("date_unreadable",))


def test_parameters() -> None:
    assert content_type('multipart/Mixed; boundary="a;b\\"c"') == ("multipart/mixed", {"boundary": 'a;b"c'})
    assert content_type("") == ("text/plain", {})
    assert content_type("text") == ("text/plain", {})
    _, found = valued("attachment; filename*0*=utf-8''na%C3; filename*1*=%AFve; filename*2=.jpg")
    assert found["filename"] == "naïve.jpg"
    assert file_name({"filename": "=?utf-8?q?=C3=A9?=.txt"}, {}) == "é.txt"
    assert file_name({}, {"name": "x"}) == "x"
    assert valued("attachment; filename=a; filename=b")[1] == {"filename": "a"}


@given(st.binary(max_size=300))
def test_nothing_is_raised(raw: bytes) -> None:
    header = read_header(raw)
    for one in header.fields:
        assert raw[one.start : one.end].startswith(one.name.encode())
    text, _ = text_of(raw)
    text.encode()
    addresses(text)
    mail_date(text, "server")
    content_type(text)


def test_nothing_takes_long() -> None:
    began = time.perf_counter()
    for piece in ("(", '"\\', '"a" ', "=?utf-8?q?a", "=?utf-8?q?a?= ", "<", ";x*1*=", ' x="'):
        text = piece * (60_000 // len(piece))
        addresses(text)
        text_of(text.encode())
        valued(text)
        mail_date(text, "server")
    assert time.perf_counter() - began < 5
