"""The artefacts of a page, with a real browser: whole, honest about what is missing, and not forged by the page."""

from __future__ import annotations

import email
import io
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from tests.browser.bare_browser import browser, new_page, show, wait_for

from abusekit.browser.artefacts.artefact import Artefact, ArtefactPlan, Kind
from abusekit.browser.artefacts.artefacts import Taken, take
from abusekit.browser.page.cdp import Cdp

AT = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)


@pytest.fixture(scope="module")
def cdp() -> Iterator[Cdp]:
    with browser() as started:
        yield started


@pytest.fixture
def page(cdp: Cdp) -> Iterator[str]:
    session = new_page(cdp)
    yield session
    cdp.send("Page.close", session=session)


Taking = Callable[..., Taken]


@pytest.fixture
def taking(cdp: Cdp, tmp_path: Path) -> Iterator[Taking]:
    """Takes artefacts of a session, and frees them after the test."""
    taken: list[Taken] = []

    def of(session: str, *kinds: Kind, seconds: float = 30.0, **limits: Any) -> Taken:
        plan = ArtefactPlan(kinds=frozenset(kinds), **limits)
        end = time.monotonic() + seconds
        found = take(
            cdp, session, plan, spool=tmp_path, ends_at=end, monotonic=time.monotonic, now=lambda: AT
        )
        taken.append(found)
        return found

    yield of
    for one in taken:
        one.close()


def content(one: Artefact) -> bytes:
    return b"".join(one.spool.pieces())


def image(one: Artefact) -> Image.Image:
    opened = Image.open(io.BytesIO(content(one))).convert("RGB")
    assert opened.size == (one.note["width"], one.note["height"])
    return opened


def colour(row: int) -> tuple[int, int, int]:
    return (row * 37 % 256, row // 7 * 53 % 256, row % 256)


def striped(rows: int) -> str:
    """A page of stripes 50 pixels high, each with a colour of its own, and one element that does not scroll."""
    stripes = "".join(f"<div style='height:50px;background:rgb{colour(row)}'></div>" for row in range(rows))
    fixed = "<i style='position:fixed;top:0;right:0;width:40px;height:40px;background:#abcdef'></i>"
    return f"<!doctype html><body style='margin:0'>{fixed}{stripes}"


def wrong_rows(picture: Image.Image, offset: int) -> list[int]:
    """Stripes of which the picture shows another colour, or nothing."""
    first, last = -(-(offset - 25) // 50), (offset + picture.height - 26) // 50
    return [
        row
        for row in range(max(first, 0), last + 1)
        if picture.getpixel((500, row * 50 + 25 - offset)) != colour(row)
    ]


def test_the_whole_page_is_one_picture(cdp: Cdp, page: str, taking: Taking) -> None:
    show(cdp, page, striped(240))
    (one,) = taking(page, "picture").artefacts
    assert (one.kind, one.name, one.media_type, one.at) == ("picture", "page.png", "image/png", AT)
    assert one.note == {
        "page_width": 1000, "page_height": 12_000, "window_y": 0, "tiles": 1,
        "width": 1000, "height": 12_000, "offset": 0, "scale_percent": 100,
    }  # fmt: skip
    assert wrong_rows(image(one), 0) == []
    assert image(one).getpixel((990, 20)) == (0xAB, 0xCD, 0xEF)


def test_a_tall_page_is_tiles_that_join(cdp: Cdp, page: str, taking: Taking) -> None:
    show(cdp, page, striped(400))
    cdp.call("Runtime.evaluate", {"expression": "scrollTo(0, 9000)"}, session=page)
    taken = taking(page, "picture")
    assert [one.name for one in taken.artefacts] == ["page-01.png", "page-02.png", "page-03.png"]
    assert [one.note["offset"] for one in taken.artefacts] == [0, 8000, 16_000]
    assert [image(one).height for one in taken.artefacts] == [8000, 8000, 4000]
    assert [wrong_rows(image(one), one.note["offset"]) for one in taken.artefacts] == [[], [], []]
    # What stays in place while the page scrolls is drawn once, where the window stood.
    assert [one.note["window_y"] for one in taken.artefacts] == [9000] * 3
    assert image(taken.artefacts[0]).getpixel((990, 20)) != (0xAB, 0xCD, 0xEF)
    assert image(taken.artefacts[1]).getpixel((990, 1020)) == (0xAB, 0xCD, 0xEF)
    assert all("cut" not in one.note for one in taken.artefacts)


def test_what_is_beyond_the_limits_is_said(cdp: Cdp, page: str, taking: Taking) -> None:
    show(cdp, page, f"{striped(200)}<div style='width:9000px;height:10px'></div>")
    (one,) = taking(page, "picture", max_height=3000).artefacts
    assert one.note["cut"] == ["width", "height"]
    assert (one.note["page_width"], one.note["page_height"]) == (9000, 10_010)
    assert image(one).size == (4096, 3000)
    assert wrong_rows(image(one), 0) == []


def test_a_wide_page_is_pictured_wide(cdp: Cdp, page: str, taking: Taking) -> None:
    show(
        cdp,
        page,
        "<body style='margin:0'><div style='width:1500px;height:300px;background:rgb(1,2,3)'></div>",
    )
    (one,) = taking(page, "picture").artefacts
    assert image(one).getpixel((1490, 100)) == (1, 2, 3)
    assert "cut" not in one.note


@pytest.mark.parametrize(
    ("style", "hidden"),
    [
        ("main{height:100vh;overflow:auto}", 1300),
        ("html{overflow:hidden}body{height:100vh;overflow-y:scroll}", 1300),
        ("body{overflow:auto}", 0),
        ("main{height:100px;overflow:auto}", 0),
    ],
)
def test_a_part_that_scrolls_by_itself_is_said(
    cdp: Cdp, page: str, taking: Taking, style: str, hidden: int
) -> None:
    long = "<div style='height:2000px;background:linear-gradient(red,blue)'></div>"
    show(cdp, page, f"<!doctype html><style>body{{margin:0}}{style}</style><body><main>{long}</main>")
    (one,) = taking(page, "picture").artefacts
    assert one.note.get("inner_scroll", 0) == hidden
    assert ("cut" in one.note) is bool(hidden)


FORGING = """
for (const name of ["outerHTML", "innerHTML"])
  Object.defineProperty(Element.prototype, name, {get() { return "FORGED" }});
for (const name of ["innerText", "outerText"])
  Object.defineProperty(HTMLElement.prototype, name, {get() { return "FORGED" }});
Object.defineProperty(Node.prototype, "textContent", {get() { return "FORGED" }});
Element.prototype.getHTML = Element.prototype.querySelectorAll = () => "FORGED";
Object.defineProperty(document, "documentElement", {get() { return {outerHTML: "FORGED", innerText: "FORGED"} }});
String.prototype.slice = Array.prototype.join = () => "FORGED";
XMLSerializer.prototype.serializeToString = () => "FORGED";
"""
SCENE = f"""<!doctype html><html lang=en><head><title>scene</title></head><body>
<h1>Threat of Tuesday</h1><p style="display:none">hidden words</p>
<div id=open></div><div id=closed></div>
<form name=documentElement><input name=innerText><input name=outerHTML></form>
<iframe srcdoc="<p>words in a frame</p><script>{FORGING.replace('"', "&quot;")}</script>"></iframe>
<script>
document.getElementById("open").attachShadow({{mode: "open"}}).innerHTML =
  "<style>p{{color:red}}</style><p>words in open shadow</p>";
document.getElementById("closed").attachShadow({{mode: "closed"}}).innerHTML = "<p>words in closed shadow</p>";
{FORGING}
</script></body></html>"""


@pytest.mark.parametrize("scripts_off", [False, True])
def test_the_page_cannot_forge_its_markup_and_text(
    cdp: Cdp, page: str, taking: Taking, scripts_off: bool
) -> None:
    show(cdp, page, SCENE)
    asked = {"expression": "document.body.innerText + document.documentElement.outerHTML"}
    said = cdp.call("Runtime.evaluate", asked, session=page)["result"]["value"]
    assert said == "FORGEDFORGED"  # the attack is there
    if scripts_off:
        cdp.call("Emulation.setScriptExecutionDisabled", {"value": True}, session=page)
    taken = taking(page, "dom", "text", "mhtml")
    assert taken.failures == ()
    text, dom, mhtml = taken.artefacts
    assert (text.name, dom.name, mhtml.name) == ("text.txt", "dom.html", "page.mhtml")

    shown = content(text).decode()
    assert shown.startswith("Threat of Tuesday")
    assert "words in open shadow" in shown
    assert "\n\n[frame about:srcdoc]\nwords in a frame" in shown
    assert "FORGED" not in shown
    assert "hidden words" not in shown
    assert [part["shadow_roots"] for part in text.note["parts"]] == [1, 0]

    markup = content(dom).decode("utf-8-sig")
    assert markup.startswith('<!DOCTYPE html><html lang="en"><head><title>scene</title>')
    assert '<template shadowrootmode="open"><style>' in markup
    assert '<template shadowrootmode="closed"><p>words in closed shadow</p></template>' in markup
    assert markup.endswith("</script></body></html>")
    assert dom.note["frames_left_out"] == ["about:srcdoc"]
    assert dom.note["characters"] == len(markup)

    parts = [
        part
        for part in email.message_from_bytes(content(mhtml)).walk()
        if part.get_content_type() == "text/html"
    ]
    assert len(parts) == 2
    assert b"words in a frame" in parts[1].get_payload(decode=True)


def test_fields_with_the_names_of_getters_do_not_hide_the_text(cdp: Cdp, page: str, taking: Taking) -> None:
    names = ("innerText", "textContent", "shadowRoot", "tagName", "children", "querySelectorAll", "nodeType")
    fields = "".join(f"<input type=hidden name={name}>" for name in names)
    inner = f"<form>{fields}words in shadow</form><p>more</p>"
    show(
        cdp,
        page,
        f"<body><p>before</p><form>{fields}words of a form</form><div id=d></div><p>after</p>"
        f"<script>d.attachShadow({{mode: 'open'}}).innerHTML = `{inner}`</script>",
    )
    taken = taking(page, "text")
    assert taken.failures == ()
    (one,) = taken.artefacts
    lines = [line for line in content(one).decode().split("\n") if line]
    assert lines == ["before", "words of a form", "after", "words in shadow", "more"]
    assert "cut" not in one.note


def test_half_a_letter_does_not_lose_the_text(cdp: Cdp, page: str, taking: Taking) -> None:
    show(
        cdp,
        page,
        r"<body><script>document.body.append('before \ud83d after', document.createComment('\udc00'))</script>",
    )
    taken = taking(page, "text", "dom")
    assert taken.failures == ()
    assert b"before ? after" in content(taken.artefacts[0])


def test_the_text_is_bounded(cdp: Cdp, page: str, taking: Taking) -> None:
    show(cdp, page, "<body>" + "<p>word</p>" * 1000)
    (one,) = taking(page, "text", max_characters=100).artefacts
    assert one.spool.size == 100
    assert one.note["cut"] == ["text"]


def test_the_print_has_pages_and_a_background(cdp: Cdp, page: str, taking: Taking) -> None:
    show(cdp, page, striped(100))
    taken = taking(page, "pdf", max_pages=3)
    assert taken.failures == ()
    (one,) = taken.artefacts
    assert (one.name, one.media_type) == ("page.pdf", "application/pdf")
    assert one.note == {"pages": 3, "paper": "A4", "scale": 1, "cut": ["pages"]}
    whole = taking(page, "pdf").artefacts[0]
    assert 3 < whole.note["pages"] < 10
    assert "cut" not in whole.note
    assert content(whole).startswith(b"%PDF-1.")


def test_each_may_fail_alone(cdp: Cdp, page: str, taking: Taking) -> None:
    show(cdp, page, "<body><h1>here</h1>" + f"<p>{'many words ' * 300}</p>" * 3)
    taken = taking(page, "picture", "text", "dom", "mhtml", max_bytes=4000)
    assert [one.kind for one in taken.artefacts] == ["text"]
    assert [(one.kind, one.label) for one in taken.failures] == [
        ("picture", "too-large"), ("dom", "too-large"), ("mhtml", "too-large"),
    ]  # fmt: skip


def test_a_page_that_hangs_costs_what_is_left(cdp: Cdp, taking: Taking) -> None:
    session = new_page(cdp)
    cdp.send("Runtime.evaluate", {"expression": "while (1);"}, session=session)
    started = time.monotonic()
    taken = taking(session, "picture", "text", "dom", "mhtml", seconds=1.5, max_bytes=1 << 20)
    assert time.monotonic() - started < 5
    assert taken.artefacts == ()
    assert {one.label for one in taken.failures} == {"timeout"}
    assert len(taken.failures) == 4
    cdp.call("Runtime.terminateExecution", session=session)
    wait_for(cdp, session, "1")
    cdp.send("Page.close", session=session)


def test_a_browser_that_is_gone_is_said(tmp_path: Path) -> None:
    with browser() as started:
        session = new_page(started)
        started.call("Browser.close")
        end = time.monotonic() + 10
        while not started.closed and time.monotonic() < end:
            time.sleep(0.02)
        plan = ArtefactPlan()
        taken = take(
            started, session, plan, spool=None, ends_at=end, monotonic=time.monotonic, now=lambda: AT
        )
    assert [one.label for one in taken.failures] == ["browser-gone"] * 5
