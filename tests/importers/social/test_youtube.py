"""YouTube in Takeout: the samples against their known truth, other languages, segments of texts, the older page."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.importers.read_whole import (
    at,
    happened,
    read_files,
    read_path,
    said,
    sent_of,
    spoilt,
    survives,
)

from abusekit.importers.model import Message
from abusekit.importers.social import youtube

JO = "UC000000000000000000000J"
DUTCH = "Reactie-ID,Kanaal-ID,Tijdstempel,Prijs,Bovenliggend,Post,Video-ID,Tekst,Hoofd\n"
ENGLISH = (
    "Comment ID,Channel ID,Comment create timestamp,Price,Parent comment ID,Post ID,Video ID,Comment text\n"
)
PAGE = "<!DOCTYPE html><html><head><title>YouTube Comments</title></head><body><ul>{}</ul></body></html>"


def row(cell: str, *, time: str = "2024-03-05T18:09:00+00:00", price: str = "0", end: str = "") -> str:
    quoted = cell.replace('"', '""')
    return f'Ug1,{JO},{time},{price},,,dQw4w9WgXcQ,"{quoted}"{end}\n'


def one(text: str) -> Message:
    records, _ = read_files(youtube, {"c.csv": text})
    (message,) = said(records)
    return message


@pytest.mark.parametrize(
    "name", ["youtube-takeout/synthetic/", "youtube-takeout/synthetic_legacy/my-comments/my-comments.html"]
)
def test_a_sample_is_read_as_its_truth_says(shared_data: Path, name: str) -> None:
    truth = json.loads((shared_data / "exports/expected.json").read_text("utf-8"))[name]
    records, _ = read_path(youtube, shared_data / "exports" / name)
    moments = [at(time) for time in sent_of(records)]
    assert (len(said(records)), len(happened(records))) == (truth["messages"], truth["events"])
    assert (min(moments), max(moments)) == (truth["first"], truth["last"])
    assert all(message.author is not None and message.author.owner for message in said(records))
    assert not any("unknown" in flag for message in said(records) for flag in message.flags)


def test_the_texts_of_the_sample(shared_data: Path) -> None:
    first, reply, live = said(read_path(youtube, shared_data / "exports/youtube-takeout/synthetic")[0])
    assert first.text == "please stop posting @troll" and first.steps == ("JSON segments joined",)
    assert (
        first.flags == ("mention:UC000000000000000000000T",)
        and first.author is not None
        and first.author.id == JO
    )
    assert reply.text == "line1\nline2" and reply.reply_to == "UgwAAAAAAAAAAAAAAAA"
    assert live.kind == "message" and live.text == "mods please" and live.conversation == "dQw4w9WgXcQ"


def test_the_older_page_of_the_sample(shared_data: Path) -> None:
    path = shared_data / "exports/youtube-takeout/synthetic_legacy/my-comments/my-comments.html"
    (message,) = said(read_path(youtube, path)[0])
    assert message.text == "old comment & more" and message.title == "a video"
    raw = path.read_bytes()[message.source.start : message.source.end]
    assert raw.startswith(b"<li>") and raw.endswith(b"</li>")


def test_columns_in_another_language_are_known_by_their_form() -> None:
    message = one(DUTCH + row('{"text":"stop ermee"}', end=",Ug0"))
    assert message.text == "stop ermee" and message.kind == "comment" and not message.flags


@pytest.mark.parametrize(
    "spoilt_row", ["Ug1,XX,2024-03-05T18:09:00+00:00,0,,,v,t,h\n", "a,b,c,d,e,f,g,h,i\n"]
)
def test_another_table_of_nine_columns_is_not_claimed(spoilt_row: str) -> None:
    assert read_files(youtube, {"c.csv": DUTCH + spoilt_row})[0] == []


@pytest.mark.parametrize(
    ("cell", "text", "flags"),
    [
        ("plain text", "plain text", ("text_not_segments",)),
        ('{"text":5}', '{"text":5}', ("text_not_segments",)),
        ('{"text":"a"},{"text":"b","link":{"linkUrl":"https://x.example"}}', "ab", ()),
        ('{"text":"a","mention":"x"}', "a", ("unknown_fields:mention",)),
        ('{"text":"a","glitter":{}}', "a", ("unknown_fields:glitter",)),
        ('{"text":"a\\ud83d"}', "a\ufffd", ()),
        ("[" * 5000, "[" * 5000, ("text_not_segments",)),
        ("", "", ()),
    ],
)
def test_the_segments_of_a_text(cell: str, text: str, flags: tuple[str, ...]) -> None:
    message = one(ENGLISH + row(cell))
    assert (message.text, message.flags) == (text, flags)
    assert "lone surrogate replaced" in message.steps or "\\ud" not in cell


def test_a_price_and_a_date_that_is_none() -> None:
    assert one(ENGLISH + row('{"text":"a"}', price="500")).flags == ("price:500",)
    assert one(ENGLISH + row('{"text":"a"}', time="05.03.2024")).flags == ("date_not_read",)


def test_what_does_not_fit_is_told() -> None:
    records, _ = read_files(youtube, {"c.csv": ENGLISH + row('{"text":"a"}') + "x,y\n" + "a,b,c,d,e,f,g,h\n"})
    assert [record.kind for record in happened(records)] == ["unparsed", "unparsed"]
    page = PAGE.format(
        "<li>Sent at 2019-11-02 10:11:12 UTC on a post.<br>hi</li><li>something else</li><li>cut"
    )
    records, notes = read_files(youtube, {"my-comments.html": page.replace("</ul></body></html>", "")})
    assert [message.text for message in said(records)] == ["hi"]
    assert [record.kind for record in happened(records)] == ["unparsed", "unparsed"] and notes.damaged


@settings(max_examples=200, deadline=None)
@given(seed=st.integers(0, 2**64))
def test_whatever_is_damaged_nothing_else_is_raised(seed: int) -> None:
    good = (
        ENGLISH + row('{"text":"a","mention":{"externalChannelId":"UC1"}},{"text":"\\ud83d"}') + row("x")
    ).encode()
    page = PAGE.format(
        "<li>Sent at 2019-11-02 10:11:12 UTC while watching <a href='x'>v</a>.<br/>hi</li>" * 2
    ).encode()
    swaps = ((b'""text""', b'""txt""'), (b'""a""', b"[1]"), (b"<br/>", b""), (b"UTC", b""))
    survives(youtube, {"c.csv": spoilt(good, seed, swaps), "p.html": spoilt(page, seed, swaps)})
