"""What goes with a post (its author, its thread), why it was chosen, in which order, and what is left out."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterator
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from capture_lists import captured, stored
from command_runner import Abusekit, typed_on_a_terminal

from abusekit.demo import pictures
from abusekit.demo.site import PracticeSite

QUICK = ("--engine", "http", "--yes", "--delay", "0")
WORDS = ("--yes", "--description", "an image in a public post")


def contexts(case: Path) -> list[tuple[str, str, str]]:
    """Path, context and the item it belongs to, in the order in which they were stored."""
    return [
        (
            "/" + item["source"]["address"].split("/", 3)[3],
            item["source"].get("context", ""),
            item["source"].get("context_of", ""),
        )
        for item in stored(case)
    ]


def test_profile_and_thread_are_captured_right_after_the_post(abusekit: Abusekit, case: Path) -> None:
    """With the browser, in the same minute, and before the rest of the list."""
    run = (
        "capture", "--case", case, "--engine", "browser", "--yes", "--delay", "0", "--scroll", "0", "--per-host", "1",
        "--with-profile", "--with-thread",
    )  # fmt: skip
    with PracticeSite() as site:
        ended = abusekit(*run, site.post_url(5003), site.base_url + "/pages/1", expect=0)
    assert contexts(case) == [
        ("/post/5003", "", ""), ("/@night_owl_77", "profile", "E0001"), ("/post/5001", "thread", "E0001"),
        ("/thread/5001", "thread", "E0001"), ("/pages/1", "", ""),
    ]  # fmt: skip
    times = [datetime.fromisoformat(item["at"]) for item in stored(case)]
    assert (times[3] - times[0]).total_seconds() < 60
    assert "profile of E0001" in ended.out and "thread of E0001" in ended.out
    assert "5 complete" in ended.err
    abusekit.verified(case)


def post(here: str, number: int, **more: Any) -> str:
    """A page of one post, as JSON-LD tells it."""
    facts = {
        "@context": "https://schema.org", "@type": "SocialMediaPosting", "url": f"{here}/post/{number}",
        "identifier": str(number), "articleBody": f"words {number}", **more,
    }  # fmt: skip
    return f"<title>{number}</title><script type=application/ld+json>{json.dumps(facts)}</script><p>words {number}</p>"


@contextlib.contextmanager
def threads() -> Iterator[tuple[str, list[str]]]:
    """A site whose posts name each other, themselves, and strangers; its address, and the paths asked for."""
    asked: list[str] = []

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            stranger = f"http://localhost:{server.server_address[1]}"
            author = {"@type": "Person", "name": "x", "url": f"{here}/@x"}
            pages = {
                "/post/1": post(here, 1, author=author, parentItem={"url": f"{here}/post/2"}, comment=[
                    {"@type": "Comment", "identifier": "3", "url": "/post/3", "text": "an answer"},
                    {"@type": "Comment", "identifier": "9", "url": f"{stranger}/post/9", "text": "elsewhere"},
                    {"@type": "Comment", "identifier": "8", "url": "javascript:alert(1)", "text": "no address"},
                ]),
                "/post/2": post(here, 2, parentItem={"url": f"{here}/post/1"}, comment=[
                    {"@type": "Comment", "identifier": "4", "url": f"{here}/post/4", "text": "one level more"}]),
                "/post/5": post(here, 5, author={**author, "url": f"{stranger}/@x"}, parentItem={
                    "url": f"{here}/post/5"}),
            }  # fmt: skip
            page = pages.get(self.path, "<title>a page</title><p>words</p>").encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, format: str, *arguments: object) -> None:
            """Tests print nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    here = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield here, asked
    finally:
        server.shutdown()
        server.server_close()


CONTEXT = ("--with-profile", "--with-thread")


def test_a_thread_is_followed_one_level_and_never_to_strangers(abusekit: Abusekit, case: Path) -> None:
    with threads() as (here, asked):
        abusekit("capture", "--case", case, *QUICK, *CONTEXT, f"{here}/post/1", f"{here}/post/5", expect=0)
    found = contexts(case)
    assert sorted(found) == [
        ("/@x", "profile", "E0001"), ("/post/1", "", ""), ("/post/2", "thread", "E0001"),
        ("/post/3", "thread", "E0001"), ("/post/5", "", ""),
    ]  # fmt: skip
    assert all(len(outcomes) == 1 for outcomes in captured(case).values())
    assert "/post/4" not in asked and "/post/9" not in asked
    abusekit.verified(case)


def test_context_that_may_not_be_fetched_is_not(abusekit: Abusekit, case: Path) -> None:
    """Taken out after the fact, or recorded only: a page that names it changes nothing."""
    with threads() as (here, asked):
        abusekit("record", "--case", case, f"{here}/post/3", *WORDS, expect=0)
        abusekit("capture", "--case", case, *QUICK, f"{here}/@x", expect=0)
        abusekit(
            "quarantine",
            "--case",
            case,
            "E0002",
            "--reason",
            "may show somebody under 18",
            "--seen-by",
            "x",
            expect=0,
        )
        asked.clear()
        abusekit("capture", "--case", case, *QUICK, *CONTEXT, f"{here}/post/1", expect=0)
    assert "/post/2" in asked and not {"/post/3", "/@x"} & set(asked)
    assert [path for path, context, _ in contexts(case) if context] == ["/post/2"]


def test_what_is_volatile_comes_first(abusekit: Abusekit, case: Path) -> None:
    with PracticeSite() as site:
        rows = ["/@mira_walks,", "/post/5001,", "/story/1,", "/post/5002,0", "/story/2,950", "/pages/1,soon"]
        text = "url,priority\n" + "".join(f"{site.base_url}{row}\n" for row in rows)
        run = ("capture", "--case", case, *QUICK, "--jobs", "1", "--no-requisites", "--from", "-")
        ended = abusekit(*run, input=text, expect=7)
        asked = [one.path for one in site.requests]
    assert asked == ["/post/5002", "/story/1", "/post/5001", "/pages/1", "/@mira_walks", "/story/2"]
    assert "line 7: priority 'soon' is not a number from 0 to 999; not used" in ended.err
    assert len(stored(case)) == len(rows), "captured all the same"


def test_selection_and_completeness(abusekit: Abusekit, case: Path, site: PracticeSite) -> None:
    run = ("capture", "--case", case, *QUICK)
    chosen = ("--selection", "the first of nine that evening", "--complete", "single-item")
    abusekit(*run, *chosen, site.post_url(5001), expect=0)
    abusekit(*run, site.post_url(5002), expect=0)
    assert "whole-thread" in abusekit(*run, "--complete", "all", site.post_url(5003), expect=2).err
    first, second = stored(case)
    assert (first["source"]["selection"], first["source"]["completeness"]) == (chosen[1], chosen[3])
    assert not {"selection", "completeness"} & set(second["source"])
    assert "the first of nine" in abusekit("show", "--case", case, "E0001", "--reveal", expect=0).out


@pytest.mark.parametrize(("typed", "kept"), [("", None), ("the answer was deleted before", True)])
def test_a_person_is_asked_why_just_this(
    abusekit: Abusekit, case: Path, site: PracticeSite, typed: str, kept: bool | None
) -> None:
    """Only in front of a terminal, once, and Enter says nothing."""
    address = site.post_url(5001)
    # the question ends in a bracket, and is waited for by its colon
    code, seen = typed_on_a_terminal(abusekit, ("capture", "--case", str(case), address), [typed])
    assert code == 0 and seen.count("why is just this captured?") == 1
    assert stored(case)[0]["source"].get("selection") == (typed if kept else None)
    code, seen = typed_on_a_terminal(abusekit, ("capture", "--case", str(case), "--yes", address), [])
    assert code == 0 and "why is just this" not in seen


def test_text_only_keeps_no_picture(abusekit: Abusekit, case: Path) -> None:
    with PracticeSite() as site:
        picture = site.base_url + "/photo/garden_gate.jpg"
        run = ("capture", "--case", case, "--yes", "--delay", "0", "--no-media")
        auto = {"ABUSEKIT_ENGINE": "auto"}
        ended = abusekit(*run, picture, site.post_url(5001), site.post_page_url(3), env=auto, expect=7)
        asked = [one.path for one in site.requests]
        drawn = pictures.jpeg(site.seed, "garden_gate")
    assert asked == ["/photo/garden_gate.jpg", "/post/5001", "/posts/3"], "no part of a page is asked for"
    assert "text only" in ended.err and "scripts" in ended.err
    outcomes = [item["outcome"] for item in stored(case)]
    assert outcomes == ["not-text", "complete", "complete"]
    assert {name["name"] for item in stored(case) for name in item["files"]} == {"capture.wacz", "report.txt"}
    middle = drawn[len(drawn) // 2 :][:64]
    for one in case.rglob("*"):
        assert not one.is_file() or middle not in one.read_bytes(), one
    assert stored(case)[0]["facts"]["bytes_received"] < len(drawn)
    assert any("runs no scripts" in limit for limit in stored(case)[2]["limits"])
    words = abusekit("show", "--case", case, "E0002", "--reveal", expect=0).out
    assert "new coat of paint. Blue at last!" in words
    abusekit.verified(case)


def test_record_only_asks_for_nothing(abusekit: Abusekit, case: Path, site: PracticeSite) -> None:
    asked = len(site.requests)
    run = ("capture", "--case", case, "--engine", "browser", "--record-only", site.post_url(5006), *WORDS)
    ended = abusekit(*run, expect=0)
    assert "STOP" in ended.err and len(site.requests) == asked
    (item,) = stored(case)
    assert (item["kind"], item["files"]) == ("record-only", [])
    again = abusekit("capture", "--case", case, *QUICK, site.post_url(5006), expect=7)
    assert "never fetched by this case: see E0001" in again.err and len(site.requests) == asked


def test_the_video_behind_a_post(abusekit: Abusekit, case: Path) -> None:
    with PracticeSite() as site:
        run = ("capture", "--case", case, *QUICK, "--media")
        ended = abusekit(*run, site.base_url + "/video", site.base_url + "/pages/1", expect=0, timeout=120)
    film, page = stored(case)
    files = {one["name"]: one for one in film["files"]}
    kept = (case / "evidence" / "E0001" / "media-01.webm").read_bytes()
    assert kept == (Path(pictures.__file__).parent / "static" / "gate_swing.webm").read_bytes()
    assert files["media-01.webm"]["sha256"] and files["media-01.info.json"]["size"] > 100
    media = film["facts"]["media"]
    assert len(media["program"]["sha256"]) == 64 and media["problem"] is None
    assert not {one["name"] for one in page["files"]} - {"capture.wacz", "report.txt"}
    assert any(one.startswith("media: ") for one in page["problems"]), "that there is none is told"
    assert ended.code == 0
    abusekit.verified(case)


def test_media_needs_its_program(abusekit: Abusekit, case: Path, site: PracticeSite) -> None:
    asked = len(site.requests)
    run = ("capture", "--case", case, *QUICK, "--media", site.base_url + "/video")
    ended = abusekit(*run, env={"PATH": "/nowhere"}, expect=6)
    assert "--media needs the program yt-dlp" in ended.err and "pipx install yt-dlp" in ended.err
    assert len(site.requests) == asked and stored(case) == []
