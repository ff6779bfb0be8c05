"""`account observe`: what a person declares, how it is taken back, and what is refused."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest
from account_story import account_case, entries, told
from command_runner import Abusekit, log_lines

SOUND = ("--handle", "owl", "--reason", "r")


@pytest.fixture(scope="module")
def made(started_case: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Only to be copied."""
    home = tmp_path_factory.mktemp("accounts")
    return account_case(Abusekit(home), Path(shutil.copytree(started_case, home / "case")))


@pytest.fixture
def kept(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "case"))


def test_each_fact_is_a_line_with_who_why_when_and_where(abusekit: Abusekit, kept: Path) -> None:
    ended = abusekit(
        "account", "observe", "--case", kept, "telegram:user111", "--handle", "@Owl_7", "--phone", "+44 7700 900123",
        "--blocked", "--when", "2024-03-15T10:00", "--item", "po/3", "--reason", " she told me ", expect=0,
    )  # fmt: skip
    lines = entries(kept)[-3:]
    assert [(line["do"], line["observed"], line["value"]) for line in lines] == [
        ("account.observe", "handle", "Owl_7"),
        ("account.observe", "phone", "+44 7700 900123"),
        ("account.observe", "block", ""),
    ]
    for line in lines:
        assert (
            line["account"] == "telegram:user111" and line["reason"] == "she told me" and line["by"] == "PO"
        )
        assert line["item"] == "E0003" and line["when"]["utc"] == "2024-03-15T10:00:00Z"
    assert f"(log line {lines[0]['n'] + 1})" in ended.out and "is new" not in ended.err
    shown = told(abusekit, kept, "show", "telegram:user111")
    handle = next(span for span in shown["spans"] if span["field"] == "handle")
    assert handle["said_by"] == "PO" and handle["reason"] == "she told me" and handle["named_by"] == "person"
    assert handle["first"]["dated_by"] == "person" and "PO/3 (E0003)" in handle["cited"]
    assert [(act["kind"], act["said_by"]) for act in shown["acts"]] == [("block", "PO")]
    text = abusekit("account", "show", "--case", kept, "telegram:user111", expect=0).out
    assert "said by PO" in text and "reason: she told me" in text and "PO/3 (E0003)" in text
    abusekit.verified(kept)


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("x:@Owl_7", "x:@owl_7"),
        ("twitter:12345", "x:12345"),
        ("phone:+44 7700 900 123", "phone:+447700900123"),
        ("email:Owl@Example.org", "email:owl@example.org"),
        ("https://x.com/Owl_7", "x:@owl_7"),
        ("bluesky:did:plc:abcdefgh", "bluesky:did:plc:abcdefgh"),
        ("chat.example.org:@owl", "chat.example.org:@owl"),
    ],
)
def test_an_account_that_no_item_shows(abusekit: Abusekit, kept: Path, typed: str, key: str) -> None:
    answer = told(abusekit, kept, "observe", typed, "--reported", "--reason", "r")
    assert answer == {
        "account": key,
        "new": True,
        "observed": ["report"],
        "lines": [log_lines(kept) - 1],
        "already": [],
    }
    found = {one["account"]: one for one in told(abusekit, kept, "list")["accounts"]}
    assert found[key]["items"] == {} and found[key]["weak"] is ("@" in key and not key.startswith("email"))
    assert not told(abusekit, kept, "observe", key, "--live", "--reason", "r")["new"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("x:@owl", "--handle", "owl"), "a reason is needed"),
        (("x:@owl", "--handle", "owl", "--reason", "  "), "a reason is needed"),
        (("x:@owl", "--reason", "r"), "nothing was declared"),
        (("x:owl", *SOUND), "no account"),
        (("owl", *SOUND), "no account"),
        (("@owl", *SOUND), "no account"),
        (("x:", *SOUND), "no account"),
        (("", *SOUND), "no account"),
        (("x:~Anna", *SOUND), "no account"),
        (("x:@", *SOUND), "no account"),
        (("x:@a b", *SOUND), "no account"),
        (("x:12\u202e34", *SOUND), "no account"),
        (("x:" + "1" * 100_000, *SOUND), "no account"),
        (("https://nowhere.example/owl", *SOUND), "no account"),
        (("https://x.com/owl/status/1", *SOUND), "no account"),
        (("x:12345", "--id", "777", "--reason", "r"), "never merged"),
        (("x:@owl", "--handle", "", "--reason", "r"), "says nothing"),
        (("x:@owl", "--handle", "a b", "--reason", "r"), "no handle"),
        (("x:@owl", "--handle", "a\u202eb", "--reason", "r"), "nobody sees"),
        (("x:@owl", "--handle", "a" * 100_000, "--reason", "r"), "100000 characters"),
        (("x:@owl", "--name", "a" * 1_001, "--reason", "r"), "1001 characters"),
        (("x:@owl", "--bio", "a" * 4_001, "--reason", "r"), "4001 characters"),
        (("x:@owl", "--phone", "unknown", "--reason", "r"), "no phone number"),
        (("x:@owl", "--email", "owl", "--reason", "r"), "no e-mail address"),
        (("x:@owl", "--url", "javascript:alert(1)", "--reason", "r"), "no address"),
        (("x:@owl", "--avatar", "E0003", "--reason", "r"), "no profile picture"),
        (("x:@owl", "--handle", "owl", "--reason", "a" * 8_001), "8001 characters"),
        (("x:@owl", *SOUND, "--item", "E0099"), "no item"),
        (("x:@owl", *SOUND, "--item", "E0001-E0003"), "3 items"),
        (("x:@owl", *SOUND, "--when", "yesterday"), "--when"),
        (("x:@owl", *SOUND, "--when", "2099-01-01"), "not come yet"),
        (("x:@owl", "--blocked", "--unblocked", "--reason", "r"), "both"),
        (("x:@owl", "--live", "--gone", "--reason", "r"), "both"),
        (("telegram:user900", "--blocked", "--reason", "r"), "victim's own"),
        (("x:@owl", *SOUND, "--take-back", "3"), "alone"),
        (("telegram:user111", "--take-back", "1", "--reason", "r"), "declares nothing"),
        (("telegram:user111", "--take-back", "999", "--reason", "r"), "declares nothing"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_wrong_use_writes_nothing(abusekit: Abusekit, made: Path, words: tuple[str, ...], says: str) -> None:
    before = (made / "custody/log.jsonl").read_bytes()
    ended = abusekit("account", "observe", "--case", made, *words, expect=2)
    assert says in ended.err and "→" in ended.err and len(ended.err) < 1_500, ended.err
    assert "\u202e" not in ended.err and (made / "custody/log.jsonl").read_bytes() == before


@pytest.mark.parametrize("verb", ["merge", "join"])
def test_accounts_are_never_merged(abusekit: Abusekit, made: Path, verb: str) -> None:
    ended = abusekit("account", verb, "--case", made, "telegram:user111", "telegram:user222", expect=2)
    assert "never merged" in ended.err and "account confirm" in ended.err
    assert f"\n  {verb} " not in abusekit("account", "--help", expect=0).out


def test_an_item_in_quarantine_or_withdrawn_carries_nothing(abusekit: Abusekit, kept: Path) -> None:
    abusekit("withdraw", "--case", kept, "E0002", "--reason", "a wrong file", expect=0)
    abusekit(
        "quarantine", "--case", kept, "E0003", "--reason", "may show a child", "--seen-by", "PO", expect=0
    )
    for item, says in (("E0002", "withdrawn"), ("E0003", "quarantine")):
        for words in (("--handle", "owl", "--item", item), ("--avatar", item)):
            ended = abusekit(
                "account", "observe", "--case", kept, "x:@owl", *words, "--reason", "r", expect=2
            )
            assert says in ended.err


def test_what_is_taken_back_counts_no_more_and_stays_in_the_log(abusekit: Abusekit, kept: Path) -> None:
    line = told(abusekit, kept, "observe", "x:@owl", "--name", "Owl", "--item", "E0003", "--reason", "r")[
        "lines"
    ][0]
    typed = ("observe", "--case", kept, "x:@owl", "--take-back", line + 1)
    other = abusekit(
        "account", "observe", "--case", kept, "telegram:user111", "--take-back", line + 1, "--reason", "r"
    )
    assert other.code == 2 and "declares nothing about telegram:user111" in other.err
    assert abusekit("account", *typed, expect=2).err.startswith("abusekit: a reason is needed")
    ended = abusekit("account", *typed, "--reason", "another account", expect=0)
    assert f"line {line + 1} is taken back" in ended.out
    last = entries(kept)[-1]
    assert last["observed"] == "retract" and last["line"] == line and last["item"] == "E0003"
    assert entries(kept)[line]["value"] == "Owl"
    assert "x:@owl" not in [one["account"] for one in told(abusekit, kept, "list")["accounts"]]
    told(abusekit, kept, "observe", "x:@owl", "--gone", "--reason", "r")
    again = abusekit("account", *typed, "--reason", "again", expect=2)
    assert "taken back already" in again.err
    abusekit.verified(kept)


def test_the_number_that_show_prints_is_the_one_to_take_back(abusekit: Abusekit, kept: Path) -> None:
    line = told(abusekit, kept, "observe", "x:@owl", "--name", "Owl", "--item", "E0003", "--reason", "r")[
        "lines"
    ][0]
    text = abusekit("account", "show", "--case", kept, "x:@owl", expect=0).out
    assert f"log line {line + 1}," in text and f"log line {line}," not in text


def test_a_profile_picture_by_its_item(abusekit: Abusekit, kept: Path, tmp_path: Path) -> None:
    from PIL import Image

    picture = tmp_path / "face.png"
    Image.effect_noise((40, 40), 60).save(picture)
    abusekit("add", "--case", kept, picture, expect=0)
    told(abusekit, kept, "observe", "x:@owl", "--avatar", "E0004", "--reason", "r")
    last = entries(kept)[-1]
    assert last["observed"] == "avatar" and last["item"] == "E0004"
    stored = {
        one["path"]: one["sha256"]
        for one in next(e for e in entries(kept) if e.get("item") == "E0004")["files"]
    }
    assert (
        last["value"] == hashlib.sha256(picture.read_bytes()).hexdigest() and last["value"] in stored.values()
    )


def test_own_is_no_suspect(abusekit: Abusekit, kept: Path) -> None:
    told(abusekit, kept, "observe", "x:@jo", "--own", "--reason", "she says so")
    own = [one["account"] for one in told(abusekit, kept, "list", "--own")["accounts"]]
    assert "x:@jo" in own and "telegram:user900" in own and "telegram:user111" not in own
    text = abusekit("account", "list", "--case", kept, expect=0).out
    assert "[the victim's own]" in text[text.index("x:@jo") :].splitlines()[1]


def test_the_same_again_is_not_written_twice(abusekit: Abusekit, kept: Path) -> None:
    typed = ("observe", "x:@owl", "--blocked", "--when", "2024-03-15", "--reason")
    (line,) = told(abusekit, kept, *typed, "r")["lines"]
    before = log_lines(kept)
    ended = abusekit("account", typed[0], "--case", kept, *typed[1:], "in other words", expect=0)
    assert f"already said by PO (log line {line + 1}); nothing written" in ended.out
    assert f"--take-back {line + 1}" in ended.err
    answer = told(abusekit, kept, *typed, "r")
    assert (answer["lines"], answer["already"]) == ([], [line]) and log_lines(kept) == before
    both = told(abusekit, kept, *typed[:4], "2024-03-15", "--live", "--reason", "r")
    assert both["observed"] == ["live"] and both["already"] == [line]
    told(abusekit, kept, "observe", "x:@owl", "--unblocked", "--reason", "r")
    assert told(abusekit, kept, *typed, "r")["already"] == [], "blocked again"
    shown = abusekit("account", "show", "--case", kept, "x:@owl", expect=0)
    assert "--take-back" in shown.err


def test_an_export_of_nobody_is_told_with_how_to_declare_its_owner(abusekit: Abusekit, kept: Path) -> None:
    undo = ("--item", "E0001", "--undeclare", "owner", "--reason", "r")
    abusekit("import", "--case", kept, *undo, expect=0)
    ended = abusekit(
        "account", "observe", "--case", kept, "telegram:user900", "--own", "--reason", "r", expect=0
    )
    assert "abusekit import --item E0001 --declare owner=user900" in ended.err


def test_own_against_a_claimed_link(abusekit: Abusekit, kept: Path) -> None:
    told(abusekit, kept, "link", "telegram:user111", "telegram:user222", "--basis", "timing", "--reason", "r")
    ended = abusekit(
        "account", "observe", "--case", kept, "telegram:user222", "--own", "--reason", "r", expect=2
    )
    assert "link with telegram:user111 is proposed" in ended.err and "unlink" in ended.err


def test_a_line_written_and_nothing_else(abusekit: Abusekit, kept: Path) -> None:
    """Cut off right behind the log line: there is nothing else to be written, so nothing is to be mended."""
    told(abusekit, kept, "observe", "x:@owl", "--blocked", "--reason", "r")
    shutil.rmtree(kept / "derived")
    assert "x:@owl" in [one["account"] for one in told(abusekit, kept, "list")["accounts"]]
    log = kept / "custody/log.jsonl"
    whole = log.read_bytes()
    log.chmod(0o600)
    log.write_bytes(whole[:-20])
    assert abusekit("account", "observe", "--case", kept, "x:@eve", "--blocked", "--reason", "r").code == 3
    abusekit("recover", "--case", kept, expect=0)
    assert "x:@owl" not in [one["account"] for one in told(abusekit, kept, "list")["accounts"]]


def test_a_malformed_line_is_told_and_no_crash(abusekit: Abusekit, kept: Path) -> None:
    from datetime import UTC, datetime

    from abusekit.case.custody import Act
    from abusekit.case.folder import Case

    act = Act("account.link", {"a": "x:1", "b": "x:1", "decision": "confirmed", "reason": "", "basis": []})
    Case.open(kept).record([act], by="PO", now=datetime(2030, 1, 1, tzinfo=UTC))
    for words in (("list",), ("show", "telegram:user111")):
        ended = abusekit("account", words[0], "--case", kept, *words[1:], expect=1)
        assert "abusekit verify" in ended.err
    assert abusekit("verify", "--case", kept).code == 1
