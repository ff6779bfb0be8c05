"""`find`: what it finds, what it covers, and what it says it could not search."""

from __future__ import annotations

import csv
import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from command_runner import Abusekit
from export_samples import SHARED, THREAT, android_export, instagram_export, ios_export, sms_backup

from abusekit.demo.site import PracticeSite

LONDON = ("--declare", "timezone=Europe/London")


@pytest.fixture
def phones(abusekit: Abusekit, case: Path, tmp_path: Path) -> Path:
    """E0001 and E0002: one chat on two phones; E0003: Instagram; E0004: SMS."""
    given = tmp_path / "given"
    given.mkdir()
    abusekit("import", "--case", case, ios_export(given), android_export(given), *LONDON, expect=0)
    abusekit("import", "--case", case, instagram_export(given), sms_backup(given), expect=0)
    return case


def hits(abusekit: Abusekit, case: Path, *words: str, code: int = 0) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = abusekit("find", "--case", case, *words, "--json", expect=code).answer[
        "hits"
    ]
    return found


def exhibits(abusekit: Abusekit, case: Path, *words: str, code: int = 0) -> list[str]:
    return [hit["exhibit"] for hit in hits(abusekit, case, *words, code=code)]


def test_a_message_of_two_phones_is_found_once_and_covered(abusekit: Abusekit, phones: Path) -> None:
    ended = abusekit("find", "--case", phones, "STATION", "sorry", expect=0)
    first, count, *_ = ended.out.splitlines()
    assert first.startswith(
        "PO/1#m3  2024-03-14 21:07:12 +00:00, zone declared; message sent; whatsapp; account Sam"
    )
    assert "found in the text" in first and first.endswith("also in PO/2#m3") and count == "1 found"
    assert "station" not in ended.out.lower()
    shown = abusekit("find", "--case", phones, "station", "--reveal", expect=0).out
    assert f"    | in the text: {THREAT}\n" in shown
    assert exhibits(abusekit, phones, "station sorry") == [], "one argument is one text"
    assert exhibits(abusekit, phones, "Station", "--exact") == []
    assert exhibits(abusekit, phones, "station", "--exact") == ["PO/1#m3"]
    assert exhibits(abusekit, phones, "you can't hide") == ["PO/3#m3"]


def test_every_place_of_a_message_is_asked(abusekit: Abusekit, phones: Path) -> None:
    """The other phone calls him otherwise, labels it, and left the photo out."""
    sent = [number for number, (_, who, _) in enumerate(SHARED, start=1) if who == "Sam"]
    found = hits(abusekit, phones, "--account", "samuel")
    assert [hit["exhibit"] for hit in found] == [*(f"PO/1#m{n}" for n in sent), "PO/2#m6"]
    assert [hit["by"] for hit in found] == [*(f"PO/2#m{n}" for n in sent), ""]
    abusekit("tag", "--case", phones, "PO/2#m3", "--add", "threat", expect=0)
    (tagged,) = hits(abusekit, phones, "--tag", "threat")
    assert (tagged["exhibit"], tagged["by"], tagged["tags"]) == ("PO/1#m3", "PO/2#m3", ["threat"])
    (other,) = hits(abusekit, phones, "station", "--item", "E0002")
    assert (other["exhibit"], other["by"]) == ("PO/1#m3", "PO/2#m3")
    assert exhibits(abusekit, phones, "--attachment", "omitted") == ["PO/2#m6"]
    assert exhibits(abusekit, phones, "--attachment", "present") == ["PO/1#m6"]


def test_a_label_of_an_export_is_not_one_of_its_messages(abusekit: Abusekit, phones: Path) -> None:
    """Whoever labels the item as a whole says nothing of a single message, and the other way round."""
    abusekit("tag", "--case", phones, "E0001", "--add", "threat", expect=0)
    (item,) = hits(abusekit, phones, "--tag", "threat")
    assert (item["exhibit"], item["kind"], item["tags"]) == ("PO/1", "export", ["threat"])
    assert exhibits(abusekit, phones, "--tag", "threat", "--kind", "message") == []
    abusekit("tag", "--case", phones, "E0001#m3", "--add", "threat", "--add", "phone", expect=0)
    assert exhibits(abusekit, phones, "--tag", "threat") == ["PO/1", "PO/1#m3"]
    assert exhibits(abusekit, phones, "--tag", "phone") == ["PO/1#m3"], "nor has the item a message's"
    found = {
        hit["exhibit"]: hit["tags"] for hit in hits(abusekit, phones, "--kind", "message", "--item", "E0001")
    }
    assert found.pop("PO/1#m3") == ["threat", "phone"] and not any(found.values())


def test_a_flag_that_nothing_has_is_answered_with_those_that_are_there(
    abusekit: Abusekit, phones: Path
) -> None:
    ended = abusekit("find", "--case", phones, "--flag", "never_send", expect=0)
    assert "nothing is marked never_send; flags that occur: " in ended.out
    assert "never_sent" in ended.out.partition("flags that occur: ")[2].splitlines()[0]
    searched = abusekit("find", "--case", phones, "--flag", "never_send", "--json", expect=0).answer[
        "searched"
    ]
    assert searched["flags_absent"] == ["never_send"] and "never_sent" in searched["flags_found"]
    known = abusekit("find", "--case", phones, "--flag", "never_sent", "no such word", expect=0).out
    assert known.startswith("nothing found\n") and "flags that occur" not in known, "it occurs, elsewhere"
    elsewhere = abusekit("find", "--case", phones, "--flag", "never_sent", "--item", "E0003", expect=0).out
    assert "nothing is marked never_sent; flags that occur: " in elsewhere, "not in what was searched"


def test_filters(abusekit: Abusekit, phones: Path) -> None:
    assert exhibits(abusekit, phones, "--platform", "SMS") == ["PO/4#m1", "PO/4#m2", "PO/4#m3"]
    assert exhibits(abusekit, phones, "--kind", "sms", "--flag", "never_sent") == ["PO/4#m3"]
    assert exhibits(abusekit, phones, "--from", "2024-03-17T08:01Z", "--to", "2024-03-17T08:02Z") == [
        "PO/4#m2"
    ]
    assert exhibits(abusekit, phones, "--from", "2024-03-15T22:02Z", "--to", "2024-03-16T00:00Z") == [
        "PO/3#m3"
    ]
    assert exhibits(abusekit, phones, "zip") == ["PO/1", "PO/3"], "names of files, as received"
    assert exhibits(abusekit, phones, "--unparsed") == []
    answer = abusekit(
        "find", "--case", phones, "--kind", "message", "--limit", "2", "--json", expect=0
    ).answer
    assert answer["count"] == 2 and answer["more"] is True
    assert "there are more" in abusekit("find", "--case", phones, "you", "--limit", "1", expect=0).out


def test_nothing_found_says_what_was_searched(abusekit: Abusekit, phones: Path) -> None:
    ended = abusekit("find", "--case", phones, "no such word", expect=0)
    assert ended.out.startswith(
        "nothing found\nsearched: 19 messages, 0 events, 0 listed accounts in 4 exports"
    )
    for words in ((), ("--kind", "nothing"), ("\u200b",), ("--attachment", "gone"), ("x", "--item", "E0099")):
        assert abusekit("find", "--case", phones, *words, expect=2).out == ""


def test_items_are_searched(abusekit: Abusekit, full_case: Path, site: PracticeSite) -> None:
    found = {hit["exhibit"]: hit["where"] for hit in hits(abusekit, full_case, "gate")}
    assert "in the text of the page" in found["PO/1"] and found["PO/5"] == ["in the text"]
    assert exhibits(abusekit, full_case, "letter") == ["PO/4"]
    assert exhibits(abusekit, full_case, "gate", "--kind", "note") == ["PO/5"]
    assert exhibits(abusekit, full_case, "--kind", "note", "--from", "2026-06-15", "--to", "2026-06-16") == [
        "PO/5"
    ]
    ended = abusekit("find", "--case", full_case, "stood", "--reveal", expect=0)
    assert (
        "    | in the text: He stood at the gate." in ended.out
        and "never searched: what is in pictures" in ended.out
    )
    words = ("--yes", "--description", "a picture of a house on fire")
    abusekit("record", "--case", full_case, "https://example.org/p/1", *words, expect=0)
    (record,) = hits(abusekit, full_case, "house", "fire")
    assert (record["exhibit"], record["kind"], record["where"]) == (
        "PO/6",
        "record-only",
        ["in the description"],
    )
    abusekit("withdraw", "--case", full_case, "E0005", "--reason", "typed twice", expect=0)
    assert "WITHDRAWN" in abusekit("find", "--case", full_case, "stood", expect=0).out


def test_what_cannot_be_searched_is_said(abusekit: Abusekit, phones: Path) -> None:
    abusekit(
        "quarantine",
        "--case",
        phones,
        "E0004",
        "--reason",
        "may show a child",
        "--seen-by",
        "nobody",
        expect=0,
    )
    ended = abusekit("find", "--case", phones, "phone", expect=7)
    assert "nothing found" in ended.out and "NOT SEARCHED: 1 item in quarantine\n" in ended.out
    assert "E0004" not in ended.out and "PO/4" not in ended.out
    stored = phones / "evidence" / "E0003" / "export.zip"
    stored.chmod(0o600)
    stored.write_bytes(b"no archive")
    (phones / "evidence" / "E0002" / "export.txt").unlink()
    (phones / "derived" / "messages" / "E0002.jsonl").unlink()
    (phones / "derived" / "messages" / "E0003.jsonl").unlink()
    answer = abusekit("find", "--case", phones, "station", "--json", expect=7).answer
    assert [hit["exhibit"] for hit in answer["hits"]] == ["PO/1#m3"], "all else is searched"
    assert [(gap["what"], gap["items"]) for gap in answer["not_searched"]] == [
        ("item in quarantine", []),
        ("export that cannot be read", ["E0002"]),
        ("damaged or refused part of an export", ["E0003"]),
    ]
    assert exhibits(abusekit, phones, "station", "--item", "E0001") == ["PO/1#m3"], "not asked for, not said"
    damaged = phones / "evidence" / "E0003" / "item.json"
    damaged.chmod(0o600)
    damaged.write_bytes(b"{}\n")
    answer = abusekit("find", "--case", phones, "station", "--json", expect=7).answer
    assert [hit["exhibit"] for hit in answer["hits"]] == ["PO/1#m3"]
    whats = [gap["what"] for gap in answer["not_searched"] if gap["items"] == ["E0003"]]
    assert whats == ["item whose record cannot be used", "export that cannot be read"]


def test_a_capture_without_text_is_said(abusekit: Abusekit, full_case: Path, site: PracticeSite) -> None:
    picture = site.post_url(5003).replace("/post/5003", "/photo/garden_gate.jpg")
    abusekit("capture", "--case", full_case, "--delay", "0", picture)
    answer = abusekit("find", "--case", full_case, "xyzzy", "--json", expect=7).answer
    assert answer["not_searched"] == [
        {"what": "capture without text of the page", "count": 1, "items": ["E0006"], "why": ""}
    ]
    assert abusekit("find", "--case", full_case, "--kind", "capture").code == 0, "no words, no text to miss"


MAIL = (
    "From sam@mail.example Sat Mar 16 09:01:00 2024\nFrom: Sam <sam@mail.example>\nTo: jo@victim.example\n"
    "Subject: listen\nDate: Sat, 16 Mar 2024 10:01:00 +0100\nMessage-ID: <1@mail.example>\n"
    "Content-Type: text/plain; charset=utf-8\n\n{}\n"
)


def test_what_two_exports_tell_otherwise(abusekit: Abusekit, case: Path, tmp_path: Path) -> None:
    for name, text in (("a.mbox", "I know where you work"), ("b.mbox", "I like where you work")):
        (tmp_path / name).write_text(MAIL.format(text))
        abusekit("import", "--case", case, tmp_path / name)
    found = hits(abusekit, case, "--flag", "changed_between_exports")
    assert [(hit["exhibit"], hit["changed"]) for hit in found] == [
        ("PO/1#m1", ["PO/2#m1"]), ("PO/2#m1", ["PO/1#m1"]),
    ]  # fmt: skip
    assert exhibits(abusekit, case, "like", "--flag", "changed_between_exports", "--item", "E0002") == [
        "PO/2#m1"
    ]
    assert exhibits(abusekit, case, "--flag", "author_differs") == []


def test_an_hour_that_came_twice_is_as_on_the_timeline(
    abusekit: Abusekit, case: Path, tmp_path: Path
) -> None:
    at = ("00:50", "01:10", "01:40", "01:20", "01:50", "02:10")
    lines = [f"27/10/2024, {time} - Sam: words number {n}\n" for n, time in enumerate(at)]
    path = tmp_path / "WhatsApp Chat with Jo.txt"
    path.write_text("".join(lines))
    abusekit("import", "--case", case, path, *LONDON, expect=0)
    words = ("--kind", "message", "--jsonl", "-")
    found = [json.loads(line) for line in abusekit("find", "--case", case, *words, expect=0).out.splitlines()]
    rows = [
        json.loads(line) for line in abusekit("timeline", "--case", case, *words, expect=0).out.splitlines()
    ]
    assert sorted((hit["earliest"], hit["latest"], hit["exhibit"]) for hit in found) == [
        (row["earliest"], row["latest"], row["exhibit"]) for row in rows
    ]
    assert [hit["utc"][11:16] for hit in found] == ["23:50", "00:10", "00:40", "01:20", "01:50", "02:10"]
    assert exhibits(
        abusekit, case, "--from", "2024-10-27T01:00Z", "--to", "2024-10-27T01:30Z", "--kind", "message"
    ) == ["PO/1#m4"]


def test_records_without_a_time(abusekit: Abusekit, case: Path, tmp_path: Path) -> None:
    path = sms_backup(tmp_path)
    path.write_text(path.read_text().replace("1710662400000", "no time"))
    abusekit("import", "--case", case, path)
    (hit,) = hits(abusekit, case, "pick up")
    assert (hit["exhibit"], hit["time"], hit["earliest"]) == ("PO/1#m1", "", "")
    ended = abusekit("find", "--case", case, "pick up", "--from", "2024-01-01", expect=0)
    assert "nothing found\n1 more has no time, so that --from and --to left it out\n" in ended.out


def test_tables(abusekit: Abusekit, case: Path, tmp_path: Path) -> None:
    path = tmp_path / "WhatsApp Chat with Jo.txt"
    path.write_text('14/03/2024, 21:05 - =Sam: @SUM(A1) \u202e now\n14/03/2024, 21:06 - Jo: no, "never"\n')
    abusekit("import", "--case", case, path, expect=0)
    words = ("find", "--case", case, "--kind", "message")
    covered = abusekit(*words, "--csv", "-", expect=0)
    assert "SUM" not in covered.out and "never" not in covered.out and "2 found" in covered.err
    said = "words, titles and conversations are left out: add --reveal"
    assert said in covered.err and said not in covered.out
    first, second = csv.DictReader(StringIO(covered.raw.decode(), newline=""))
    assert (first["exhibit"], first["account_name"], first["text"]) == ("PO/1#m1", "'=Sam", "")
    assert (first["utc"], first["earliest"], first["certainty"]) == (
        "",
        "2024-03-14T07:05:00.000000Z",
        "zone not recorded",
    )
    assert int(second["source_start"]) >= int(first["source_end"]) and len(second["source_sha256"]) == 64
    assert said in abusekit(*words, "--jsonl", "covered.jsonl", "--json", expect=0).err
    one = abusekit(*words, "--csv", "one.csv", "--limit", "1", expect=0).err
    assert "1 row written to one.csv" in one
    whole = abusekit(*words, "--csv", "m.csv", "--jsonl", "m.jsonl", "--reveal", "--json", expect=0)
    assert said not in whole.err
    first, second = csv.DictReader(StringIO((tmp_path / "m.csv").read_bytes().decode(), newline=""))
    assert (first["text"], second["text"]) == ("'@SUM(A1) \\u202e now", 'no, "never"')
    lines = (tmp_path / "m.jsonl").read_text().splitlines()
    assert [json.loads(line)["text"] for line in lines] == ["@SUM(A1) \u202e now", 'no, "never"']
    assert all(line.isprintable() for line in lines)
    assert abusekit(*words, "--csv", "-", "--jsonl", "-").code == 2
    assert abusekit(*words, "--csv", "no/such/place.csv").code == 2


def test_looks_are_logged(abusekit: Abusekit, phones: Path) -> None:
    change = ("settings", "change", "--case", phones, "--reason", "asked", "--policy", "log-views")
    abusekit(*change, expect=0)
    assert abusekit("find", "--case", phones, "you", "--reveal", expect=2).out == ""
    why = ("--reason", "statement")
    abusekit("find", "--case", phones, "you", "--reveal", *why, expect=0)
    abusekit("find", "--case", phones, "station", "--reveal", *why, "--csv", "x.csv", expect=0)
    abusekit("find", "--case", phones, "you", expect=0)
    entries = abusekit("custody", "log", "--case", phones, "--json").answer["entries"]
    looks = [(e["do"], e["item"], e["how"]) for e in entries if e["do"] in ("item.view", "item.copy")]
    assert looks == [
        ("item.view", "E0001", "find --reveal"), ("item.view", "E0003", "find --reveal"),
        ("item.copy", "E0001", "find --reveal"),
    ]  # fmt: skip
