"""Exports in the life of a case: quarantine, erasure, parts, a killed run, a full disk, an extra that is missing."""

from __future__ import annotations

import hashlib
import json
import resource
import signal
from pathlib import Path

import pytest
from capture_lists import stored
from command_runner import Abusekit, log_lines, wait_until
from export_samples import SHARED, THREAT, android_export, instagram_export, ios_export, sms_backup
from import_lines import acts, rows


def test_in_quarantine_nothing_of_it_is_shown(abusekit: Abusekit, case: Path, tmp_path: Path) -> None:
    abusekit("import", "--case", case, ios_export(tmp_path), instagram_export(tmp_path), expect=0)
    abusekit("tag", "--case", case, "E0001#m3", "--add", "threat", expect=0)
    kept = case / "derived/messages"
    assert {path.name for path in kept.iterdir()} == {"E0001.jsonl", "E0002.jsonl"}
    abusekit(
        "quarantine",
        "--case",
        case,
        "E0001",
        "--reason",
        "may show somebody under 18",
        "--seen-by",
        "PO",
        expect=0,
    )
    assert {path.name for path in kept.iterdir()} == {"E0002.jsonl"}
    found = rows(abusekit, case, "--reveal")
    assert {row["platform"] for row in found if row["kind"] == "message"} == {"instagram"}
    assert THREAT not in json.dumps(found)
    for words in (("show", "E0001"), ("show", "E0001#m3", "--reveal"), ("tag", "E0001#m3", "--add", "x")):
        ended = abusekit(*words, "--case", case, expect=2)
        assert "quarantine" in ended.err and THREAT not in ended.out + ended.err
    refused = abusekit("import", "--case", case, "--item", "E0001", expect=2)
    assert "E0001 is in quarantine" in refused.err and acts(case, "item.read")[2:] == []
    again = abusekit(
        "import", "--case", case, tmp_path / "WhatsApp Chat - Sam.zip", "--json", expect=0
    ).answer
    assert again["exports"][0]["state"] == "already-there" and again["exports"][0]["reading"] is None
    assert {path.name for path in kept.iterdir()} == {"E0002.jsonl"}
    abusekit(
        "quarantine",
        "--case",
        case,
        "E0001",
        "--release",
        "--reason",
        "an adult",
        "--decided-by",
        "DC 1",
        expect=0,
    )
    assert THREAT in json.dumps(rows(abusekit, case, "--reveal"))


def test_withdrawn_it_stays_and_says_so(abusekit: Abusekit, case: Path, tmp_path: Path) -> None:
    abusekit("import", "--case", case, sms_backup(tmp_path), expect=0)
    abusekit("withdraw", "--case", case, "E0001", "--reason", "of another phone", expect=0)
    found = [row for row in rows(abusekit, case) if row["kind"] == "message"]
    assert len(found) == 3 and {row["withdrawn"] for row in found} == {"of another phone"}


def test_erased_nothing_of_it_is_left(abusekit: Abusekit, case: Path, tmp_path: Path) -> None:
    abusekit("import", "--case", case, ios_export(tmp_path), sms_backup(tmp_path), "--declare",
             "owner=Jo", "--reason", "she is Jo", expect=0)  # fmt: skip
    abusekit("key", "create", "me", expect=0)
    abusekit("seal", "--case", case, "--key", "me", expect=0)
    abusekit(
        "erase",
        "E0001",
        "--case",
        case,
        "--reason",
        "a bystander",
        "--authority",
        "court order 1",
        "--yes",
        expect=0,
    )
    assert not (case / "derived/messages/E0001.jsonl").exists()
    assert not (case / "evidence/E0001").exists()
    checked = abusekit("verify", case, expect=7)
    assert "ERASED" in checked.out.splitlines()[-1]
    found = rows(abusekit, case, "--reveal")
    assert {row["platform"] for row in found if row["kind"] == "message"} == {"sms"}
    everything = b"".join(path.read_bytes() for path in case.rglob("*") if path.is_file())
    assert THREAT.encode() not in everything
    assert abusekit("import", "--case", case, "--item", "E0001", expect=2).err


# -- bad luck


def test_a_case_that_cannot_be_written_to(abusekit: Abusekit, case: Path, tmp_path: Path) -> None:
    export = ios_export(tmp_path)
    abusekit("import", "--case", case, export, expect=0)
    folders = [case, *(path for path in case.rglob("*") if path.is_dir())]
    modes = {path: path.stat().st_mode for path in folders}
    for path in folders:
        path.chmod(0o500)
    try:
        for words in ((sms_backup(tmp_path),), ("--item", "E0001", "--declare", "order=DMY")):
            ended = abusekit("import", "--case", case, *words, powerless=True, expect=3)
            assert "read-only" in ended.err or "cannot be written" in ended.err
        kept = case / "derived/messages/E0001.jsonl"
        assert kept.exists()
        ended = abusekit("timeline", "--case", case, "--jsonl", "-", powerless=True, expect=0)
        assert ended.out.count('"kind":"message"') == 7
    finally:
        for path, mode in modes.items():
            path.chmod(mode)
    abusekit.verified(case)


@pytest.mark.parametrize("by_item", [True, False])
def test_killed_between_storing_and_reading(
    abusekit: Abusekit, case: Path, tmp_path: Path, by_item: bool
) -> None:
    """The item is there; `import --item` reads it, and so does the same command again."""
    head = "[14/03/2024, 21:05:10] Sam: hello there\r\n"
    (tmp_path / "_chat.txt").write_text(head * 400_000)
    process = abusekit.start("import", "--case", case, tmp_path / "_chat.txt")
    wait_until(lambda: log_lines(case) >= 2 and any(case.glob("derived/messages/.*.new")))
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert acts(case, "item.read") == [] and [item["id"] for item in stored(case)] == ["E0001"]
    words = ("--item", "E0001") if by_item else (tmp_path / "_chat.txt",)
    (again,) = abusekit("import", "--case", case, *words, "--json", expect=0, timeout=120).answer["exports"]
    assert (again["item"], again["reading"]["messages"]) == ("E0001", 400_000)
    assert len(acts(case, "item.read")) == 1 and len(stored(case)) == 1
    assert [one.name for one in (case / "derived/messages").iterdir()] == ["E0001.jsonl"]
    abusekit.verified(case)


def hiding(folder: Path, *modules: str) -> dict[str, str]:
    """An environment in which these modules cannot be imported."""
    for name in modules:
        (folder / "absent" / name).mkdir(parents=True)
        (folder / "absent" / name / "__init__.py").write_text("raise ImportError('absent')\n")
    return {"PYTHONPATH": str(folder / "absent")}


@pytest.mark.parametrize(
    ("sample", "modules", "extra"),
    [
        ("exports/bluesky", ("libipld",), "bluesky"),
        ("exports/email/msg/hm_sent.msg", ("oxmsg", "olefile"), "msg"),
    ],
)
def test_without_an_extra_it_is_stored_and_read_later(
    abusekit: Abusekit,
    case: Path,
    tmp_path: Path,
    shared_data: Path,
    sample: str,
    modules: tuple[str, ...],
    extra: str,
) -> None:
    path = shared_data / sample
    if path.is_dir():
        path = sorted(path.rglob("*.car"))[0]
    ended = abusekit("import", "--case", case, path, env=hiding(tmp_path, *modules), expect=6)
    assert f"pip install 'abusekit[{extra}]'" in ended.err and "import --item E0001" in ended.err
    assert stored(case)[0]["kind"] == "export" and not any(case.glob("derived/messages/*"))
    still = {"PYTHONPATH": str(tmp_path / "absent")}
    answer = abusekit("import", "--case", case, "--item", "E0001", "--json", env=still, expect=6).answer
    assert answer["exit_code"] == 6 and len(answer["exports"][0]["reading"]["missing_extras"]) == 1
    assert rows(abusekit, case, "--item", "E0001"), "with the extra there the timeline has it at once"
    assert abusekit("import", "--case", case, "--item", "E0001", "--json").answer["exports"][0]["reading"][
        "messages"
    ]
    abusekit.verified(case)


def test_beside_another_fault_a_missing_extra_is_not_all(
    abusekit: Abusekit, case: Path, tmp_path: Path, shared_data: Path
) -> None:
    car = sorted((shared_data / "exports/bluesky").rglob("*.car"))[0]
    (tmp_path / "letter.bin").write_bytes(b"\0\1\2\3")
    ended = abusekit(
        "import", "--case", case, car, tmp_path / "letter.bin", env=hiding(tmp_path, "libipld"), expect=7
    )
    assert "abusekit[bluesky]" in ended.err
    good = abusekit(
        "import", "--case", case, sms_backup(tmp_path), env={"PYTHONPATH": str(tmp_path / "absent")}, expect=0
    )
    assert "abusekit[" not in good.err


def test_a_full_disk_stops_cleanly(abusekit: Abusekit, case: Path, tmp_path: Path) -> None:
    (tmp_path / "_chat.txt").write_text("[14/03/2024, 21:05:10] Sam: hello there\r\n" * 100_000)
    limit = (1 << 20, 1 << 20)
    ended = abusekit(
        "import", "--case", case, tmp_path / "_chat.txt",
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limit), expect=3,
    )  # fmt: skip
    assert "the disk is full" in ended.err and log_lines(case) == 1
    assert list((case / "evidence").iterdir()) == [] and list((case / "staging").iterdir()) == []


# -- parts, and what else of a case speaks of exports


def test_parts_in_every_spelling(abusekit: Abusekit, case: Path, tmp_path: Path) -> None:
    abusekit("import", "--case", case, ios_export(tmp_path), sms_backup(tmp_path), expect=0)
    uids = {
        abusekit("show", "--case", case, typed, "--json", expect=0).answer["uid"]
        for typed in ("PO/1#m3", "po/1#3", "E0001#m3", "e1#M3")
    }
    assert len(uids) == 1
    for typed, says in (
        ("PO/1#m99", "it has m1 to m7"), ("E0001-E0002#m1", "means 2 items"), ("E0009#m1", "no item E0009"),
    ):  # fmt: skip
        ended = abusekit("show", "--case", case, typed, expect=2)
        assert says in ended.err
    shown = abusekit("show", "--case", case, "PO/1", expect=0).out
    assert "parts      PO/1#m1 to m7" in shown and THREAT not in shown


def test_labels_of_several_parts_are_one_answer(abusekit: Abusekit, case: Path, tmp_path: Path) -> None:
    abusekit("import", "--case", case, ios_export(tmp_path), expect=0)
    before = log_lines(case)
    words = ("tag", "--case", case, "E0001#m1", "PO/1#m3", "E0001#m3", "--add", "threat")
    answer = abusekit(*words, "--json", expect=0).answer
    assert answer == {"items": ["E0001"], "do": "item.tag", "lines": [before, before + 1]}
    assert [one["part"] for one in acts(case, "item.tag")] == ["m1", "m3"]
    refused = abusekit("tag", "--case", case, "E0001#m1", "E0001#m99", "--add", "x", expect=2)
    assert "no part m99" in refused.err and len(acts(case, "item.tag")) == 2, "all or none"
    long = abusekit("tag", "--case", case, "E0001#m1", "--add", "x", "--reason", "x" * 9_000, expect=2)
    assert "too long" in long.err
    assert abusekit("tag", "--case", case, "E0001", "E0001#m1", "--add", "x").code == 2


def test_every_part_of_the_story_has_its_bytes(abusekit: Abusekit, case: Path, tmp_path: Path) -> None:
    """`place` of a message is the place in the stored export."""
    abusekit("import", "--case", case, android_export(tmp_path), expect=0)
    answer = abusekit("show", "--case", case, "E0001#m3", "--reveal", "--json", expect=0).answer
    raw = (case / "evidence/E0001" / stored(case)[0]["files"][0]["name"]).read_bytes()
    start, end = answer["bytes"]
    assert (
        hashlib.sha256(raw[start:end]).hexdigest() == answer["sha256"]
        and SHARED[2][2].encode() in raw[start:end]
    )
    assert answer["record"]["text"] == THREAT
