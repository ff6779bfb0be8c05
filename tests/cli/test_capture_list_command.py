"""`abusekit capture --from`: lists as people keep them, and stops at any moment."""

from __future__ import annotations

import json
import shutil
import time
from pathlib import Path

import pytest
from capture_lists import captured, stored
from command_runner import Abusekit, log_lines, typed_on_a_terminal, wait_until

from abusekit.demo.site import PracticeSite


def wait_for_lines(case: Path, number: int) -> None:
    wait_until(lambda: log_lines(case) >= number)


def test_two_hundred_addresses_killed_twice(abusekit: Abusekit, case: Path, tmp_path: Path) -> None:
    """No address twice, none forgotten, nothing that was said to be stored is lost."""
    with PracticeSite() as site:
        text = site.urls_text(pages=200)
        wanted = [line for line in text.splitlines() if not line.startswith("#")]
        assert len(wanted) == len(set(wanted)) > 200
        listing, failed = tmp_path / "urls.txt", tmp_path / "failed.txt"
        listing.write_text(text)
        arguments = (
            "capture", "--case", case, "--delay", "0", "--per-host", "4", "--from", listing, "--failures", failed,
        )  # fmt: skip
        said: set[str] = set()
        for lines in (20, 120):
            running = abusekit.start(*arguments, env={"PYTHONUNBUFFERED": "1"})
            wait_for_lines(case, lines)
            running.kill()
            out, err = running.communicate()
            assert running.returncode == -9, err
            said |= {line.split()[0] for line in out.decode().splitlines() if line.split()[2] == "complete"}
        assert said and not failed.exists()
        assert said <= {item["id"] for item in stored(case)}
        ended = abusekit(*arguments, "--json", expect=7)
    found = captured(case)
    assert {address: len(outcomes) for address, outcomes in found.items()} == dict.fromkeys(wanted, 1)
    assert [item["id"] for item in stored(case)] == [f"E{n:04}" for n in range(1, len(wanted) + 1)]
    outcomes = [outcome for one in found.values() for outcome in one]
    assert {o: outcomes.count(o) for o in set(outcomes) if o != "complete"} == {
        "http-error": 5, "redirect-loop": 1, "truncated": 1, "reset": 1, "login-wall": 1,
    }  # fmt: skip
    assert sorted(failed.read_text().split()) == sorted(a for a, (o,) in found.items() if o != "complete")
    assert ended.answer["skipped"] + len(ended.answer["captured"]) == len(wanted)
    assert list((case / "staging").iterdir()) == []
    abusekit.verified(case)
    again = abusekit(*arguments, expect=7)
    assert "nothing to do" in again.err and "--retry-failed" in again.err
    acts = [json.loads(line)["do"] for line in (case / "custody" / "log.jsonl").read_bytes().splitlines()]
    assert acts.count("item.add") == len(wanted)
    assert set(acts) == {"case.create", "clock.check", "item.add"}


def test_a_whole_item_without_its_line_counts_and_is_logged(
    abusekit: Abusekit, case: Path, site: PracticeSite, tmp_path: Path
) -> None:
    """A kill between the move into evidence and the log."""
    address = site.base_url + "/pages/7"
    (tmp_path / "u.txt").write_text(address + "\n")
    abusekit("capture", "--case", case, "--from", "u.txt", expect=0)
    log = case / "custody" / "log.jsonl"
    log.write_bytes(b"".join(log.read_bytes().splitlines(keepends=True)[:-2]))  # with the clock behind it
    ended = abusekit("capture", "--case", case, "--from", "u.txt", expect=0)
    assert "E0001 was whole but not in the log" in ended.err
    assert captured(case) == {address: ["complete"]}
    abusekit.verified(case)


def test_a_list_from_standard_input_with_all_its_faults(
    abusekit: Abusekit, case: Path, site: PracticeSite
) -> None:
    good, other = site.base_url + "/pages/1", site.base_url + "/pages/2"
    lines = [
        "# a comment", "", "   ", good, other + "  ", good, "file:///etc/passwd", "javascript:alert(1)",
        f"{site.base_url}/{'x' * 10_000}", "http://", "not an address", "http://user:secret@example.org/", "\u202ehttp://x/",
    ]  # fmt: skip
    text = "\ufeff" + "\r\n".join(lines) + "\r\n"
    ended = abusekit("capture", "--case", case, "--delay", "0", "--from", "-", "--json", input=text, expect=7)
    assert captured(case) == {good: ["complete"], other: ["complete"]}
    answer = ended.answer
    assert answer["duplicates"] == 1
    assert {c["line"]: c["outcome"] for c in answer["captured"]} == {
        4: "complete", 5: "complete", **dict.fromkeys(range(7, 14), "not-an-address"),
    }  # fmt: skip
    told = abusekit("capture", "--case", case, "--delay", "0", "--from", "-", input=text, expect=7).err
    assert "line 7" in told and "only http and https are captured, not file" in told and "\u202e" not in told
    assert max(map(len, told.splitlines())) < 400


def test_csv_with_columns(abusekit: Abusekit, case: Path, site: PracticeSite, tmp_path: Path) -> None:
    copy = shutil.copytree(case, tmp_path / "copy")
    one, two, three = (f"{site.base_url}/pages/{n}" for n in (1, 2, 3))
    text = (
        "URL,note,account,extra,seen_at\r\n"
        f'{one},"said ""stop"", then\nmore",@owl,x,2026-06-12T22:20\r\n'
        f"{two},,,,12/06/2026\r\n"
        f"{three},a,b,c,,too many\r\n"
    )
    told = abusekit("capture", "--case", copy, "--delay", "0", "--from", "-", input=text, expect=7).err
    assert told.count("column 'extra' is not used; known: url, note, account, category, seen_at") == 1
    assert "line 4: " in told and "12/06/2026" in told and "kept as text" in told
    ended = abusekit("capture", "--case", case, "--delay", "0", "--from", "-", "--json", input=text, expect=7)
    assert captured(case) == {one: ["complete"], two: ["complete"]}
    item, other = stored(case)
    assert other["source"]["listed"] == {"seen_at": "12/06/2026"}, "the words stay, though not understood"
    assert not [d for d in other["dated"] if d["field"] == "source.listed.seen_at"]
    assert item["source"]["listed"] == {
        "note": 'said "stop", then\nmore',
        "account": "@owl",
        "seen_at": "2026-06-12T22:20",
    }
    seen = next(d for d in item["dated"] if d["field"] == "source.listed.seen_at")
    assert seen["moment"]["raw"] == "2026-06-12T22:20"
    refused = {
        c["address"]: (c["outcome"], c["problem"]) for c in ended.answer["captured"] if c["item"] is None
    }
    assert refused == {three: ("not-an-address", "has more cells than the header has columns")}
    problems = {c["address"]: c["problem"] for c in ended.answer["captured"]}
    assert problems[one] == "" and "12/06/2026" in problems[two] and "kept as text" in problems[two]


@pytest.mark.parametrize(
    "form", ['"url","note"\n"{}","a; b, c"\n', "url;note\n{};a; \n", "note\turl\na\t{}\n", "\n\nurl\n{}\n"]
)
def test_csv_as_spreadsheets_write_it(abusekit: Abusekit, case: Path, site: PracticeSite, form: str) -> None:
    address = site.base_url + "/pages/1"
    text = form.format(address)
    ended = abusekit("capture", "--case", case, "--from", "-", "--json", input=text)
    if "; \n" in form:  # a cell too many is a fault of the line, and is told
        assert ended.code == 4 and "more cells" in ended.answer["captured"][0]["problem"]
    else:
        assert ended.code == 0 and captured(case) == {address: ["complete"]}


def test_json_lines(abusekit: Abusekit, case: Path, site: PracticeSite) -> None:
    one = site.base_url + "/pages/1"
    lines = [
        json.dumps({"url": one, "note": "n", "category": "threat", "other": 1}),
        "{broken", "[]", "{}", json.dumps({"url": 7}), "[" * 5000,
        json.dumps({"url": site.base_url + "/pages/2", "note": "\ud800"}),
        json.dumps({"url": "http://\udc80/"}), "",
    ]  # fmt: skip
    ended = abusekit("capture", "--case", case, "--from", "-", "--json", input="\n".join(lines), expect=7)
    assert captured(case) == {one: ["complete"]}
    assert stored(case)[0]["source"]["listed"] == {"note": "n", "category": "threat"}
    assert [c["line"] for c in ended.answer["captured"] if c["item"] is None] == [2, 3, 4, 5, 6, 7, 8]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"http://example.org/\xff\n", "not UTF-8"),
        ("http://example.org/\n".encode("utf-16"), "not UTF-8"),
        (b'url\n"http://example.org/\n', "not CSV"),
    ],
)
def test_a_list_that_is_not_understood(abusekit: Abusekit, case: Path, data: bytes, message: str) -> None:
    ended = abusekit("capture", "--case", case, "--from", "-", input=data, expect=4)
    assert message in ended.err and "→" in ended.err
    assert log_lines(case) == 1


def test_a_list_that_is_not_there(abusekit: Abusekit, case: Path) -> None:
    assert "No such file" in abusekit("capture", "--case", case, "--from", "nowhere.txt", expect=4).err
    assert "Is a directory" in abusekit("capture", "--case", case, "--from", case, expect=4).err


def test_a_list_without_an_address_is_told(abusekit: Abusekit, case: Path) -> None:
    ended = abusekit("capture", "--case", case, "--from", "-", input="# none\n", expect=4)
    assert "the list holds no address" in ended.err and log_lines(case) == 1


def test_retry_failed_and_again(abusekit: Abusekit, case: Path, site: PracticeSite, tmp_path: Path) -> None:
    good, slow = site.base_url + "/pages/1", site.base_url + "/slow?ms=1600"
    listing = tmp_path / "u.txt"
    listing.write_text(f"{good}\n{slow}\n")
    run = ("capture", "--case", case, "--delay", "0", "--from", listing, "--failures", "failed.txt")
    abusekit(*run, "--time-limit", "1", expect=7)
    assert captured(case) == {good: ["complete"], slow: ["timeout"]}
    ended = abusekit(*run, expect=7)
    assert "2 addresses are in the case already" in ended.err and "1 of them" in ended.err
    assert (tmp_path / "failed.txt").read_text() == slow + "\n", (
        "the list of failures names what failed before, too"
    )
    abusekit(*run, "--retry-failed", expect=0)
    assert captured(case) == {good: ["complete"], slow: ["timeout", "complete"]}
    assert (tmp_path / "failed.txt").read_text() == ""
    abusekit(*run, expect=0)
    abusekit(*run, "--again", expect=0)
    assert captured(case) == {good: ["complete"] * 2, slow: ["timeout", "complete", "complete"]}


def test_one_list_at_a_time(abusekit: Abusekit, case: Path, tmp_path: Path) -> None:
    with PracticeSite() as site:
        listing = tmp_path / "u.txt"
        listing.write_text(site.base_url + "/slow?ms=2500\n")
        running = abusekit.start("capture", "--case", case, "--from", listing)
        wait_until(lambda: bool(site.requests))
        begin = time.monotonic()
        ended = abusekit("capture", "--case", case, "--from", listing, expect=3)
        assert time.monotonic() - begin < 2 and running.poll() is None
        assert "another abusekit works on this case" in ended.err
        abusekit("note", "--case", case, "meanwhile", expect=0)  # what is no list goes on beside it
        assert running.wait(timeout=20) == 0
        running.communicate()
    abusekit.verified(case)


def test_an_address_that_was_never_reached_is_tried_again(abusekit: Abusekit, case: Path) -> None:
    """No network is no answer: the same line goes on once the server can be reached."""
    with PracticeSite() as gone:
        address, port = gone.base_url + "/pages/1", int(gone.base_url.rsplit(":", 1)[1])
    (abusekit.home / "list.txt").write_text(address + "\n")
    options = ("capture", "--case", case, "--from", "list.txt", "--delay", "0")
    abusekit(*options, expect=7)
    with PracticeSite(port=port):
        abusekit(*options, expect=0)
    assert captured(case)[address] == ["connect-failure", "complete"]


def test_a_category_is_a_label(abusekit: Abusekit, case: Path, site: PracticeSite) -> None:
    (abusekit.home / "list.csv").write_text(
        f"url,category\n{site.base_url}/pages/1,threat\n{site.base_url}/pages/2,\x1b[2J\n"
    )
    abusekit("capture", "--case", case, "--from", "list.csv", "--delay", "0", expect=0)
    listed = abusekit("list", "--case", case, "--json", expect=0).answer["items"]
    assert [item["tags"] for item in listed[-2:]] == [["threat"], []]


def test_progress_on_a_terminal(abusekit: Abusekit, case: Path, site: PracticeSite) -> None:
    """Counts and what is failing, in one line; nothing of it where nobody looks."""
    (abusekit.home / "list.txt").write_text(f"{site.base_url}/pages/1\n{site.base_url}/error\n")
    options = ("capture", "--case", str(case), "--from", "list.txt", "--delay", "0")
    code, seen = typed_on_a_terminal(abusekit, options, [])
    assert code == 7 and "2/2" in seen and "1 http-error" in seen
    again = abusekit(*options, "--again", expect=7)
    assert "2/2" not in again.err
