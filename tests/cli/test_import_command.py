"""`abusekit import`: every option, what goes where, and what is refused before anything is stored."""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path

import pytest
from capture_lists import stored
from command_runner import Abusekit, log_lines
from export_samples import THREAT, android_export, ios_export, signed_mailbox, sms_backup
from import_lines import acts, rows

CALLS = "exports/call-logs/synthetic/ios_call_history_generic.csv"
MAPPING = {
    "time": "Date", "time_form": "iso", "other": "Number", "other_name": "Contact", "direction": "Call type",
    "duration": "Duration", "duration_form": "hh:mm:ss", "platform": "Service", "kind": "=call",
}  # fmt: skip


# -- what is answered


def test_json_has_everything_and_nothing_else(abusekit: Abusekit, case: Path, tmp_path: Path) -> None:
    ended = abusekit("import", "--case", case, ios_export(tmp_path), "--json", expect=0)
    assert len(ended.out.splitlines()) == 1
    assert set(ended.answer) == {"exports", "duplicates", "changed", "same_chats", "exit_code"}
    (one,) = ended.answer["exports"]
    assert (one["name"], one["item"], one["exhibit"], one["state"]) == (
        "WhatsApp Chat - Sam.zip", "E0001", "PO/1", "read",
    )  # fmt: skip
    found = one["reading"]
    assert found["importers"] == ["whatsapp/1"] and found["messages"] == 7 and found["deleted"] == 1
    assert found["senders"] == {"Sam": 5, "Jo": 2} and found["zones"] == {"unknown": 7}
    assert found["attachments"] == {"present": 1} and (found["members"], found["read"]) == (2, 2)
    assert (found["first"], found["last"]) == ("2024-03-14T21:05:10", "2024-03-15T08:00:00")


def test_results_on_stdout_and_talk_on_stderr(abusekit: Abusekit, case: Path, tmp_path: Path) -> None:
    ended = abusekit("import", "--case", case, ios_export(tmp_path), android_export(tmp_path), expect=0)
    results = ended.out.splitlines()
    assert [line.split()[:2] for line in results] == [["E0001", "PO/1"], ["E0002", "PO/2"]]
    assert "whatsapp, 7 messages, 2024-03-14T21:05:10 to 2024-03-15T08:00:00" in results[0]
    for word in (
        "from: Sam (5), Jo (2)",
        "1 message deleted",
        "limit: ",
        "if you know the time zone",
        "2 read",
    ):
        assert word in ended.err and word not in ended.out
    assert ended.err.count("if you know the time zone: abusekit import --item E0001") == 1
    limits = [line for line in ended.err.splitlines() if "limit: " in line]
    assert len(limits) == len(set(limits)), "each limit is said once"
    assert THREAT not in ended.out + ended.err


def test_quiet_leaves_the_results(abusekit: Abusekit, case: Path, tmp_path: Path) -> None:
    ended = abusekit("import", "--case", case, ios_export(tmp_path), "--quiet", expect=0)
    assert len(ended.out.splitlines()) == 1 and ended.err == ""
    refused = abusekit("import", "--case", case, tmp_path / "nowhere.zip", "--quiet", expect=2)
    assert "there is no" in refused.err and len(refused.err.splitlines()) == 2


# -- how it was handed over


def test_who_handed_it_over_is_kept(abusekit: Abusekit, case: Path, tmp_path: Path) -> None:
    abusekit(
        "import", "--case", case, sms_backup(tmp_path), "--received-from", "Jo", "--how", "USB stick", "--what",
        "export of her phone", "--seen-at", "2024-03-18T10:00", "--as", "PO", expect=0,
    )  # fmt: skip
    (item,) = stored(case)
    assert item["kind"] == "export" and item["source"]["names"] == ["sms-20240317.xml"]
    assert item["source"]["stated"] == {
        "received_from": "Jo", "how": "USB stick", "what": "export of her phone",
    }  # fmt: skip
    assert item["source"]["seen"] and item["facts"]["export"]["importers"] == ["sms-backup/1"]
    assert abusekit("import", "--case", case, tmp_path / "sms-20240317.xml", "--as", "ZZ").code == 2
    abusekit.verified(case)


def test_two_producers(abusekit: Abusekit, case: Path, tmp_path: Path) -> None:
    abusekit(
        "settings", "change", "--case", case, "--add-producer", "AB:Another Body:officer", "--reason", "a second",
        expect=0,
    )  # fmt: skip
    assert abusekit("import", "--case", case, ios_export(tmp_path)).code == 2, "who acts?"
    abusekit("import", "--case", case, ios_export(tmp_path), "--as", "AB", expect=0)
    told = ("--declare", "timezone=Europe/London")
    abusekit("import", "--case", case, "--item", "AB/1", *told, "--as", "PO", expect=0)
    assert [one["by"] for one in acts(case, "item.read")] == ["AB", "PO"]
    assert stored(case)[0]["exhibit"] == "AB/1"
    basis = next(row["basis"] for row in rows(abusekit, case) if row["kind"] == "message")
    assert basis.startswith("PO declared the zone Europe/London")


# -- the same bytes, several parts, folders


def test_the_same_bytes_twice(abusekit: Abusekit, case: Path, tmp_path: Path) -> None:
    path = ios_export(tmp_path)
    (again := tmp_path / "copy.zip").write_bytes(path.read_bytes())
    first = abusekit("import", "--case", case, path, again, "--json", expect=0).answer
    assert [(one["item"], one["state"]) for one in first["exports"]] == [
        ("E0001", "read"), ("E0001", "already-there"),
    ]  # fmt: skip
    told = abusekit("import", "--case", case, path, expect=0)
    assert "the same bytes are in the case" in told.out and "7 messages" in told.out
    declared = abusekit("import", "--case", case, path, "--declare", "order=DMY", "--json", expect=0).answer
    assert declared["exports"][0]["state"] == "declared", "what is said of the same bytes counts for them"
    assert len(acts(case, "item.declare")) == 1 and len(stored(case)) == 1
    twice = abusekit("import", "--case", case, path, "--again", "--json", expect=0).answer
    assert twice["exports"][0]["item"] == "E0002" and twice["duplicates"] >= 5
    texts = [row["content"] for row in rows(abusekit, case, "--reveal") if row["kind"] == "message"]
    assert sum(THREAT in text for text in texts) == 1
    abusekit.verified(case)


def messenger_part(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as out:
        for name, data in files.items():
            out.writestr(name, data)
    return path


def test_two_parts_of_one_download_are_one_exhibit(abusekit: Abusekit, case: Path, tmp_path: Path) -> None:
    """The photo that a message names lies in the second zip."""
    root = "your_facebook_activity/messages"
    photo = f"{root}/inbox/sam_1/photos/1.jpg"
    thread = {
        "participants": [{"name": "Sam"}, {"name": "Jo"}],
        "messages": [
            {"sender_name": "Sam", "timestamp_ms": 1_710_450_000_000, "photos": [{"uri": photo}]},
        ],
        "title": "Sam", "is_still_participant": True, "thread_path": "inbox/sam_1", "magic_words": [],
    }  # fmt: skip
    first = messenger_part(
        tmp_path / "facebook-1.zip", {f"{root}/inbox/sam_1/message_1.json": json.dumps(thread).encode()}
    )
    second = messenger_part(tmp_path / "facebook-2.zip", {photo: b"\xff\xd8\xff\xe0 a photo"})
    alone = abusekit("import", "--case", case, first, "--json").answer["exports"][0]
    assert alone["reading"]["attachments"] == {"missing": 1}
    ended = abusekit("import", "--case", case, first, second, "--together", "--json", expect=0)
    (one,) = ended.answer["exports"]
    assert one["item"] == "E0002" and one["reading"]["attachments"] == {"present": 1}
    item = stored(case)[1]
    assert [f["name"] for f in item["files"]] == ["part-001.zip", "part-002.zip"]
    assert item["source"]["names"] == ["facebook-1.zip", "facebook-2.zip"]
    shown = abusekit("show", "--case", case, "E0002#m1", "--reveal", expect=0).out
    assert "1.jpg  present  image/jpeg" in shown
    abusekit.verified(case)


def test_a_folder_is_packed_into_one_file(abusekit: Abusekit, case: Path, tmp_path: Path) -> None:
    folder = tmp_path / "from her phone"
    folder.mkdir()
    with zipfile.ZipFile(ios_export(tmp_path)) as chat:
        chat.extractall(folder)
    (folder / "notes.bin").write_bytes(b"\0\1\2")
    answer = abusekit("import", "--case", case, folder, "--json", expect=0).answer
    found = answer["exports"][0]["reading"]
    assert answer["exports"][0]["name"] == "from her phone" and found["messages"] == 7
    assert found["attachments"] == {"present": 1} and found["not_read"] == ["notes.bin"]
    (item,) = stored(case)
    assert [f["name"] for f in item["files"]] == ["export.tar"] and "packed into one tar" in item["method"][
        "way"
    ]
    again = abusekit("import", "--case", case, ".", "--json", cwd=folder, expect=0).answer["exports"][0]
    assert (again["state"], again["name"]) == ("already-there", "from her phone")
    abusekit.verified(case)


def test_what_no_importer_knows_is_a_file(abusekit: Abusekit, case: Path, tmp_path: Path) -> None:
    (tmp_path / "letter.bin").write_bytes(b"\0\1\2\3" * 100)
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8\xff\xe0 a photo")
    ended = abusekit("import", "--case", case, "letter.bin", "photo.jpg", cwd=tmp_path, expect=7)
    assert ended.out.splitlines() == [
        "E0001  PO/1        letter.bin: no importer knows it; stored as a file", "E0002  PO/2        photo.jpg",
    ]  # fmt: skip
    assert [item["kind"] for item in stored(case)] == ["file", "file"]
    refused = abusekit("import", "--case", case, "--item", "E0001", "--declare", "order=DMY", expect=2)
    assert "E0001 is no export that can be read" in refused.err


# -- declarations


def test_a_table_is_read_by_a_mapping(
    abusekit: Abusekit, case: Path, tmp_path: Path, shared_data: Path
) -> None:
    (tmp_path / "mapping.json").write_text(json.dumps(MAPPING))
    plain = abusekit("import", "--case", case, shared_data / CALLS, "--json", expect=7).answer["exports"][0]
    assert plain["state"] == "stored", "a table that nobody explains is a file"
    ended = abusekit(
        "import", "--case", case, shared_data / CALLS, "--again", "--mapping", tmp_path / "mapping.json", "--declare",
        "timezone=Europe/London", "--reason", "the phone was in London", "--json", expect=0,
    )  # fmt: skip
    found = ended.answer["exports"][0]
    assert (found["item"], found["reading"]["events"]) == ("E0002", 3)
    assert found["reading"]["importers"] == ["table/1"]
    calls = [row for row in rows(abusekit, case) if row["kind"] == "event"]
    assert [row["earliest"][:19] for row in calls] == [
        "2024-03-04T21:00:00", "2024-03-05T08:15:10", "2024-03-05T09:00:00",
    ]  # fmt: skip
    assert {(one["declared"], one["reason"]) for one in acts(case, "item.declare")} == {
        ("mapping", "the phone was in London"), ("timezone", "the phone was in London"),
    }  # fmt: skip
    shown = abusekit("show", "--case", case, "E0002", expect=0).out
    assert "declared   mapping: a column mapping, by PO" in shown
    back = abusekit("import", "--case", case, "--item", "E0002", "--undeclare", "mapping", "--json").answer
    assert back["exports"][0]["reading"].get("events", 0) == 0


def test_what_is_declared_is_logged_and_told_with_who(abusekit: Abusekit, case: Path, tmp_path: Path) -> None:
    abusekit("import", "--case", case, android_export(tmp_path), expect=0)
    ended = abusekit(
        "import", "--case", case, "--item", "po/1", "--declare", "timezone=Europe/London",
        "--declare", "owner=Josie Work", "--reason", "she told me", expect=0,
    )  # fmt: skip
    assert "time zone declared: Europe/London" in ended.out and "if you know the time zone" not in ended.err
    said = acts(case, "item.declare")
    assert [(one["declared"], one["value"], one["by"], one["reason"]) for one in said] == [
        ("timezone", "Europe/London", "PO", "she told me"), ("owner", "Josie Work", "PO", "she told me"),
    ]  # fmt: skip
    log = abusekit("custody", "log", "--case", case, expect=0).out
    assert "item.declare" in log and "item.read" in log and "she told me" in log
    custody = [row for row in rows(abusekit, case) if row["kind"] not in ("message", "event")]
    assert any("declared about an export" in row["timestamp_desc"] for row in custody)
    abusekit(
        "import",
        "--case",
        case,
        "--item",
        "E0001",
        "--undeclare",
        "timezone",
        "--undeclare",
        "owner",
        expect=0,
    )
    assert [one["value"] for one in acts(case, "item.declare")[2:]] == ["", ""]
    shown = abusekit("show", "--case", case, "E0001", expect=0).out
    assert "declared " not in shown
    abusekit.verified(case)


def test_the_importer_that_a_person_names(abusekit: Abusekit, case: Path, tmp_path: Path) -> None:
    ended = abusekit(
        "import", "--case", case, ios_export(tmp_path), "--format", "whatsapp", "--json", expect=0
    )
    assert ended.answer["exports"][0]["reading"]["importers"] == ["whatsapp/1"]
    other = abusekit("import", "--case", case, "--item", "E0001", "--format", "telegram", "--json", expect=0)
    assert "importers" not in other.answer["exports"][0]["reading"]
    abusekit("import", "--case", case, "--item", "E0001", "--undeclare", "format", expect=0)
    assert sum(row["kind"] == "message" for row in rows(abusekit, case)) == 7


def test_an_item_is_read_again_without_a_word(abusekit: Abusekit, case: Path, tmp_path: Path) -> None:
    abusekit("import", "--case", case, ios_export(tmp_path), expect=0)
    first = acts(case, "item.read")[0]["sha256"]
    ended = abusekit("import", "--case", case, "--item", "E0001", "--json", expect=0).answer["exports"][0]
    assert ended["state"] == "declared" and ended["reading"]["messages"] == 7
    assert [one["sha256"] for one in acts(case, "item.read")] == [first, first]
    assert acts(case, "item.declare") == []


def test_dates_of_both_readings_until_one_is_declared(
    abusekit: Abusekit, case: Path, shared_data: Path
) -> None:
    sample = shared_data / "exports/whatsapp/synthetic/android_en-US_ambiguous.txt"
    ended = abusekit("import", "--case", case, sample, expect=0)
    assert "whose day and month cannot be told apart" in ended.err
    undecided = [row for row in rows(abusekit, case) if row["kind"] == "message"]
    assert all("day and month order not decided" in row["basis"] for row in undecided)
    told = abusekit("import", "--case", case, "--item", "E0001", "--declare", "order=mdy", expect=0)
    assert "whose day and month" not in told.err
    decided = [row for row in rows(abusekit, case) if row["kind"] == "message"]
    assert len(decided) == len(undecided)
    assert all("PO declared the order MDY" in row["basis"] for row in decided)


def test_keys_from_a_file_are_stored_once(abusekit: Abusekit, case: Path, tmp_path: Path) -> None:
    mailbox, keys = signed_mailbox(tmp_path)
    ended = abusekit("import", "--case", case, mailbox, "--keys", keys, expect=0)
    assert "1 DNS records from keys.json" in ended.err
    items = stored(case)
    assert len(items) == 2 and {item["kind"] for item in items} == {"export", "file"}
    holder = next(item["id"] for item in items if item["kind"] == "file")
    assert [(one["declared"], one["value"]) for one in acts(case, "item.declare")] == [("keys", holder)]
    abusekit(
        "import",
        "--case",
        case,
        "--item",
        "E0001" if holder != "E0001" else "E0002",
        "--keys",
        keys,
        expect=0,
    )
    assert len(stored(case)) == 2


WRONG: list[tuple[tuple[str, ...], str]] = [
    ((), "name an export, or an item"),
    (("chat.zip", "--item", "E0001"), "name an export, or an item"),
    (("--item", "E0001", "--together"), "stored already"),
    (("--item", "E0001", "--again"), "stored already"),
    (("--item", "E0001", "--received-from", "Jo"), "stored already"),
    (("--item", "E0001", "--how", "x"), "stored already"),
    (("--item", "E0001", "--what", "x"), "stored already"),
    (("--item", "E0001", "--seen-at", "2024-03-18T10:00"), "stored already"),
    (("--item", "E0009"), "no item E0009"),
    (("chat.zip", "--resolver", "127.0.0.1"), "--resolver goes with --dns"),
    (("chat.zip", "--dns", "--resolver", "dns.example"), "no address of a resolver"),
    (("chat.zip", "--declare", "timezone"), "says no value"),
    (("chat.zip", "--declare", "timezone="), "says no value"),
    (("chat.zip", "--declare", "=x"), "cannot be declared"),
    (("chat.zip", "--declare", "zone=x"), "zone cannot be declared"),
    (("chat.zip", "--declare", "timezone=London time"), "is not a time zone"),
    (("chat.zip", "--declare", "order=YDM"), "not an order"),
    (("chat.zip", "--declare", "owner=" + "x" * 9_000), "too long"),
    (("chat.zip", "--declare", "keys=E0099"), "no item E0099"),
    (("chat.zip", "--declare", "document=mine"), "is not an item"),
    (("chat.zip", "--declare", "format=nobody"), "no importer is called nobody"),
    (("chat.zip", "--format", "nobody"), "no importer is called nobody"),
    (("chat.zip", "--undeclare", "zone"), "cannot be taken back"),
    (("chat.zip", "--declare", "order=DMY", "--undeclare", "order"), "cannot be taken back"),
    (("chat.zip", "--mapping", "nowhere.json"), "No such file"),
    (("chat.zip", "--mapping", "."), "not a regular file"),
    (("chat.zip", "--mapping", "pipe"), "not a regular file"),
    (("chat.zip", "--mapping", "big.json"), "too large"),
    (("chat.zip", "--mapping", "list.json"), "not a JSON object"),
    (("chat.zip", "--keys", "nowhere.json"), "cannot be read"),
    (("chat.zip", "--keys", "pipe"), "not a regular file"),
    (("chat.zip", "--keys", "list.json"), "no key record"),
    (("chat.zip", "--did-document", "list.json"), "no DID document"),
    (("chat.zip", "--did-document", "big.json"), "no DID document"),
    (("chat.zip", "nowhere.zip"), "there is no nowhere.zip"),
    (("dangling",), "there is no dangling"),
    (("case",), "holds the case"),
    (("case/custody",), "holds the case"),
    ((".",), "holds the case"),
    (("x" * 300,), "cannot be reached"),
    (("chat.zip", "--together", "--format"), "requires an argument"),
]


@pytest.mark.parametrize(("words", "says"), WRONG, ids=[" ".join(words)[:40] for words, _ in WRONG])
def test_wrong_usage_stores_nothing(
    abusekit: Abusekit, case: Path, tmp_path: Path, words: tuple[str, ...], says: str
) -> None:
    with zipfile.ZipFile(tmp_path / "chat.zip", "w") as out:
        out.writestr("_chat.txt", "[14/03/2024, 21:05:10] Sam: hello\r\n")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "dangling").symlink_to("nowhere")
    (tmp_path / "list.json").write_text("[1]")
    (tmp_path / "big.json").write_text(" " * (1 << 18))
    before = log_lines(case)
    ended = abusekit("import", "--case", case, *words, cwd=tmp_path, timeout=30, expect=2)
    assert says in ended.err and ended.out == ""
    assert log_lines(case) == before and list((case / "evidence").iterdir()) == []


def test_help_names_every_option(abusekit: Abusekit) -> None:
    text = abusekit("import", "--help", expect=0).out
    for option in (
        "--together", "--item", "--declare", "--undeclare", "--reason", "--format", "--mapping", "--dns", "--resolver",
        "--keys", "--did-document", "--again", "--received-from", "--how", "--what", "--seen-at", "--json", "--quiet",
    ):  # fmt: skip
        assert option in text
