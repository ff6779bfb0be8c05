"""One case from what a victim holds: two phones, Instagram, mail with DKIM, SMS; one timeline, sealed and verified."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from command_runner import Abusekit
from export_samples import (
    SHARED,
    THREAT,
    android_export,
    instagram_export,
    ios_export,
    signed_mailbox,
    sms_backup,
)

LONDON = ("--declare", "timezone=Europe/London")


@pytest.fixture
def story(abusekit: Abusekit, case: Path, tmp_path: Path) -> Path:
    """E0001 and E0002: two phones; E0003: Instagram; E0004: DNS records; E0005: mails; E0006: SMS."""
    given = tmp_path / "given"
    given.mkdir()
    phones = [ios_export(given), android_export(given)]
    abusekit("import", "--case", case, *phones, *LONDON, "--received-from", "the victim", expect=0)
    abusekit("import", "--case", case, instagram_export(given), expect=0)
    mailbox, keys = signed_mailbox(given)
    abusekit("import", "--case", case, mailbox, "--keys", keys, expect=0)
    abusekit("import", "--case", case, sms_backup(given), expect=0)
    return case


def rows_of(abusekit: Abusekit, case: Path, *options: str) -> list[dict[str, Any]]:
    ended = abusekit("timeline", "--case", case, "--jsonl", "-", "--no-custody", *options, expect=0)
    return [json.loads(line) for line in ended.out.splitlines()]


def test_one_timeline_with_duplicates_joined_and_sources_kept(abusekit: Abusekit, story: Path) -> None:
    rows = [row for row in rows_of(abusekit, story, "--reveal") if row["kind"] == "message"]
    by_platform: dict[str, int] = {}
    for row in rows:
        by_platform[row["platform"]] = by_platform.get(row["platform"], 0) + 1
    assert by_platform == {"whatsapp": 8, "instagram": 3, "email": 2, "sms": 3}
    assert [row["earliest"] for row in rows] == sorted(row["earliest"] for row in rows)
    threat = [row for row in rows if THREAT in (row["content"] or "")]
    assert len(threat) == 1
    assert threat[0]["exhibit"] == "PO/1#m3" and threat[0]["also"] == ["PO/2#m3"]
    assert threat[0]["earliest"] == "2024-03-14T21:07:12.000000Z"
    instagram = [row["content"] for row in rows if row["platform"] == "instagram"]
    assert instagram[-1].endswith("you can’t hide")
    assert not any("record" in row["kind"] for row in rows)


def test_nothing_is_shown_unless_asked(abusekit: Abusekit, story: Path) -> None:
    ended = abusekit("timeline", "--case", story, "--jsonl", "-", expect=0)
    shown = abusekit("show", "--case", story, "E0001#m3", expect=0)
    listed = abusekit("show", "--case", story, "E0001", expect=0)
    for text in (ended.out, shown.out, listed.out):
        assert THREAT not in text and "pick up the phone" not in text
    assert THREAT in abusekit("show", "--case", story, "PO/1#m3", "--reveal", expect=0).out


def test_the_same_chat_of_two_phones_is_told(abusekit: Abusekit, case: Path, tmp_path: Path) -> None:
    answer = abusekit(
        "import", "--case", case, ios_export(tmp_path), android_export(tmp_path), "--json", expect=0
    ).answer
    (same,) = answer["same_chats"]
    assert (same["first"], same["second"], same["messages"]) == ("E0001", "E0002", len(SHARED))
    assert same["names"] == {"Sam": "Samuel C", "Jo": "Josie Work"} and same["author_differs"] == 0
    assert answer["duplicates"] == len(SHARED) and answer["changed"] == 0


def test_dkim_says_which_mail_was_changed(abusekit: Abusekit, story: Path) -> None:
    rows = [row for row in rows_of(abusekit, story) if row["platform"] == "email"]
    assert ["DKIM 1 (key from a file): good" in row["message"] for row in rows] == [True, False]
    assert "DKIM 1 (key from a file): changed" in rows[1]["message"]


def test_parts_are_tagged_and_filtered(abusekit: Abusekit, story: Path) -> None:
    abusekit("tag", "--case", story, "PO/1#m3", "--add", "threat", "--reason", "names a place", expect=0)
    rows = rows_of(abusekit, story, "--tag", "threat")
    assert [row["exhibit"] for row in rows] == ["PO/1#m3"]
    assert rows[0]["tags"] == ["threat"]
    shown = abusekit("show", "--case", story, "E0001#m3", "--json", expect=0).answer
    assert shown["tags"] == ["threat"] and shown["record"] is None
    assert abusekit("tag", "--case", story, "PO/1#m99", "--add", "x").code == 2
    abusekit("tag", "--case", story, "PO/1#m3", "--remove", "threat", expect=0)
    assert rows_of(abusekit, story, "--tag", "threat") == []


def test_declared_zones_can_be_taken_back(abusekit: Abusekit, story: Path) -> None:
    def certainties() -> set[str]:
        return {
            row["certainty"]
            for row in rows_of(abusekit, story, "--item", "E0002")
            if row["kind"] == "message"
        }

    assert certainties() == {"zone declared"}
    abusekit("import", "--case", story, "--item", "E0002", "--undeclare", "timezone", expect=0)
    assert certainties() == {"zone not recorded"}
    abusekit("import", "--case", story, "--item", "E0002", "--declare", "timezone=+05:30", expect=0)
    rows = [row for row in rows_of(abusekit, story, "--item", "E0002") if row["kind"] == "message"]
    assert rows[0]["earliest"] == "2024-03-14T15:35:00.000000Z"


def test_the_kept_stream_is_never_trusted(abusekit: Abusekit, story: Path) -> None:
    """Whoever edits derived/ changes nothing that is shown."""
    kept = story / "derived" / "messages" / "E0001.jsonl"
    before = rows_of(abusekit, story, "--reveal", "--item", "E0001")
    kept.write_bytes(kept.read_bytes().replace(THREAT.encode(), THREAT.upper().encode()))
    assert rows_of(abusekit, story, "--reveal", "--item", "E0001") == before
    kept.unlink()
    assert rows_of(abusekit, story, "--reveal", "--item", "E0001") == before


def test_sealed_and_verified(abusekit: Abusekit, story: Path) -> None:
    abusekit("key", "create", "me", expect=0)
    abusekit("seal", "--case", story, "--key", "me", expect=0)
    assert abusekit("verify", story).code == 0
