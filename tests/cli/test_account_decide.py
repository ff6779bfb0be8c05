"""`account link/confirm/reject/unlink`: claims of people, with reasons, taken back by a line more."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from account_story import account_case, entries, told
from command_runner import Abusekit

A, B, C, OWN = "telegram:user111", "telegram:user222", "telegram:user333", "telegram:user900"
ON_ITEM = ("--basis", "timing", "--item", "E0003", "--reason", "r")
BANNED = (
    "is the same person",
    "probability that",
    "% likely",
    "tamper-proof",
    "court-admissible",
    "proves who",
)


@pytest.fixture(scope="module")
def made(started_case: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Only to be copied."""
    home = tmp_path_factory.mktemp("accounts")
    return account_case(Abusekit(home), Path(shutil.copytree(started_case, home / "case")))


@pytest.fixture
def kept(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "case"))


def states(abusekit: Abusekit, case: Path, account: str) -> list[tuple[str, str, str]]:
    shown = told(abusekit, case, "show", account)["account"]["links"]
    return [(one["a"], one["b"], one["decided"]) for one in shown]


def test_a_link_from_proposal_to_unlink(abusekit: Abusekit, kept: Path) -> None:
    told(abusekit, kept, "link", B, A, "--basis", "timing", "--reason", "began at once")
    assert states(abusekit, kept, A) == [(A, B, "proposed")]
    ended = abusekit(
        "account", "confirm", "--case", kept, A, B, "--basis", "self-identification", "--basis", "timing", "--item",
        "PO/1", "--item", "E0003", "--reason", "says so in the letter", expect=0,
    )  # fmt: skip
    assert (
        "link confirmed by PO" in ended.out and "claim of PO" in ended.err and "account unlink" in ended.err
    )
    assert "before it was proposed by PO" in ended.err and "began at once" in ended.err
    line = entries(kept)[-1]
    assert {name: line[name] for name in ("a", "b", "decision", "basis", "items", "findings", "reason")} == {
        "a": A,
        "b": B,
        "decision": "confirmed",
        "basis": ["self-identification", "timing"],
        "items": ["E0001", "E0003"],
        "findings": "",
        "reason": "says so in the letter",
    }
    text = abusekit("account", "show", "--case", kept, B, expect=0).out
    shown = " ".join(text.split())
    assert f"confirmed with {A}: a claim of PO on " in shown and "says so in the letter" in shown
    assert "basis: self-identification, timing" in shown and "items: E0001, E0003" in shown
    assert f"[confirmed with {B} (PO)]" in " ".join(
        abusekit("account", "list", "--case", kept, expect=0).out.split()
    )
    answer = told(abusekit, kept, "unlink", B, A, "--reason", "another letter")
    assert answer["link"]["decided"] == "undecided" and answer["before"]["decided"] == "confirmed"
    assert answer["cluster"] == [] and not answer["stale"]
    assert states(abusekit, kept, A) == [(A, B, "undecided")]
    text = " ".join(abusekit("account", "show", "--case", kept, B, expect=0).out.split())
    assert " link " not in text and "taken back what was said about this account and" in text
    assert "another letter" in text
    assert [one["decision"] for one in entries(kept) if one["do"] == "account.link"] == [
        "proposed",
        "confirmed",
        "undecided",
    ]
    abusekit.verified(kept)


def test_the_two_accounts_stay_two(abusekit: Abusekit, kept: Path) -> None:
    before = told(abusekit, kept, "list")["accounts"]
    told(abusekit, kept, "confirm", A, B, *ON_ITEM)
    after = told(abusekit, kept, "list")["accounts"]
    assert [{**one, "links": []} for one in after] == before


def test_what_speaks_against_stays_visible(abusekit: Abusekit, kept: Path) -> None:
    told(abusekit, kept, "confirm", A, B, *ON_ITEM)
    told(abusekit, kept, "reject", A, C, "--reason", "wrote at the same moment")
    ended = abusekit("account", "confirm", "--case", kept, B, C, *ON_ITEM, expect=0)
    against = next(line for line in ended.out.splitlines() if line.startswith("AGAINST"))
    assert f"{A} and {C} are joined over others, but PO rejected" in against and "same moment" in against
    for account in (A, B, C):
        text = " ".join(abusekit("account", "show", "--case", kept, account, expect=0).out.split())
        assert "AGAINST" in text and "wrote at the same moment" in text
    shown = told(abusekit, kept, "show", A)
    assert (
        shown["cluster"] == [A, B, C] and shown["rejected_within"][0]["reason"] == "wrote at the same moment"
    )


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("confirm", A, B, "--basis", "timing", "--item", "E0003"), "a reason is needed"),
        (("confirm", A, B, "--basis", "timing", "--item", "E0003", "--reason", " \t"), "a reason is needed"),
        (("confirm", A, B, "--item", "E0003", "--reason", "r"), "rest on"),
        (("confirm", A, B, "--basis", "timing", "--reason", "r"), "rests on something that the case holds"),
        (("confirm", A, B, "--basis", "guess", "--item", "E0003", "--reason", "r"), "guess"),
        (("confirm", A, A, *ON_ITEM), f"both are {A}"),
        (("confirm", A, "user111", *ON_ITEM), f"both are {A}"),
        (("confirm", A, OWN, *ON_ITEM), "victim's own"),
        (("confirm", OWN, A, *ON_ITEM), "victim's own"),
        (("link", OWN, A, *ON_ITEM), "victim's own"),
        (("reject", OWN, A, "--reason", "r"), "victim's own"),
        (("confirm", OWN, "whatsapp:~Jo/E0002", *ON_ITEM), "--own"),
        (("confirm", A, "x:@nobody", *ON_ITEM), "no account"),
        (("confirm", A, "", *ON_ITEM), "no account"),
        (("confirm", A, B, "--basis", "timing", "--item", "E0099", "--reason", "r"), "no item"),
        (("confirm", A, B, *ON_ITEM, "--findings", "xyz"), "no digest"),
        (("link", A, B, "--basis", "timing", "--reason", "r", "--anyway"), "--findings"),
        (("confirm", A, B, "--basis", "timing", "--item", "E0002", "--reason", "r"), "shows neither"),
        (
            ("confirm", A, B),
            "a reason is needed; what does the link rest on? (--basis); a confirmed link rests on",
        ),
        (
            ("confirm", A, B),
            f"account confirm {A} {B} --reason TEXT --basis WORD --item ITEM; WORD is one of",
        ),
        (("confirm", A, B, *ON_ITEM, "--findings", "abcdef0"), "no digest"),
        (("link", A, B, "--reason", "r"), "rest on"),
        (("link", A, B, "--basis", "timing"), "a reason is needed"),
        (("reject", A, B), "a reason is needed"),
        (("unlink", A, B), "a reason is needed"),
        (("unlink", A, B, "--reason", "r"), "nothing is decided"),
        (("unlink", A, "x:@nobody", "--reason", "r"), "no account"),
    ],
    ids=lambda value: str(value)[:60],
)
def test_wrong_use_writes_nothing(abusekit: Abusekit, made: Path, words: tuple[str, ...], says: str) -> None:
    before = (made / "custody/log.jsonl").read_bytes()
    ended = abusekit("account", words[0], "--case", made, *words[1:], expect=2)
    assert says in ended.err and (made / "custody/log.jsonl").read_bytes() == before


def test_a_proposal_does_not_weaken_what_was_confirmed(abusekit: Abusekit, kept: Path) -> None:
    told(abusekit, kept, "confirm", A, B, *ON_ITEM)
    ended = abusekit("account", "link", "--case", kept, B, A, "--basis", "timing", "--reason", "r", expect=2)
    assert "confirmed a link" in ended.err and "unlink" in ended.err


def test_items_that_carry_nothing(abusekit: Abusekit, kept: Path) -> None:
    abusekit("withdraw", "--case", kept, "E0003", "--reason", "a wrong file", expect=0)
    assert "withdrawn" in abusekit("account", "confirm", "--case", kept, A, B, *ON_ITEM, expect=2).err


def test_a_claim_whose_item_was_withdrawn_is_told_with_that(abusekit: Abusekit, kept: Path) -> None:
    told(abusekit, kept, "confirm", A, B, *ON_ITEM)
    assert "WITHDRAWN" not in abusekit("account", "show", "--case", kept, A, expect=0).out
    abusekit("withdraw", "--case", kept, "E0003", "--reason", "a wrong file", expect=0)
    text = " ".join(abusekit("account", "show", "--case", kept, A, expect=0).out.split())
    assert "items: E0003 (WITHDRAWN since)" in text


def test_the_very_same_is_not_written_twice(abusekit: Abusekit, kept: Path) -> None:
    line = told(abusekit, kept, "confirm", A, B, *ON_ITEM)["link"]["line"]
    before = (kept / "custody/log.jsonl").read_bytes()
    ended = abusekit("account", "confirm", "--case", kept, B, A, *ON_ITEM, expect=0)
    assert f"(log line {line + 1}); nothing written" in ended.out
    answer = told(abusekit, kept, "confirm", A, B, *ON_ITEM)
    assert answer["already"] and answer["link"]["line"] == line
    assert (kept / "custody/log.jsonl").read_bytes() == before
    other = ("--basis", "timing", "--item", "E0003", "--reason", "another letter")
    assert not told(abusekit, kept, "confirm", A, B, *other)["already"]


def test_an_item_that_shows_neither_only_on_purpose(abusekit: Abusekit, kept: Path) -> None:
    typed = ("confirm", A, B, "--basis", "timing", "--item", "E0002", "--reason", "r")
    assert "--anyway" in abusekit("account", typed[0], "--case", kept, *typed[1:], expect=2).err
    assert told(abusekit, kept, *typed, "--anyway")["link"]["items"] == ["E0002"]


def test_the_help_explains_each_basis(abusekit: Abusekit) -> None:
    text = " ".join(abusekit("account", "confirm", "--help", expect=0).out.split())
    assert "same-selector both name the same phone number" in text and "recovery-hint the platform" in text


def test_weak_accounts_and_items_that_show_neither_are_told(abusekit: Abusekit, kept: Path) -> None:
    ended = abusekit("account", "confirm", "--case", kept, A, "whatsapp:~Sam/E0002", *ON_ITEM, expect=0)
    assert "known by a display name only" in ended.err and "E0003 shows neither" in ended.err


def test_a_decision_about_an_account_that_is_gone_is_taken_back(abusekit: Abusekit, kept: Path) -> None:
    line = told(abusekit, kept, "observe", "x:@owl", "--gone", "--reason", "r")["lines"][0]
    told(abusekit, kept, "confirm", A, "x:@owl", *ON_ITEM)
    told(abusekit, kept, "observe", "x:@owl", "--take-back", line + 1, "--reason", "a slip")
    assert (
        "no account"
        in abusekit("account", "reject", "--case", kept, A, "x:@owl", "--reason", "r", expect=2).err
    )
    assert told(abusekit, kept, "unlink", "x:@owl", A, "--reason", "r")["link"]["decided"] == "undecided"


def test_findings_that_are_others_now(abusekit: Abusekit, kept: Path) -> None:
    from abusekit.accounts.ledger.reading import ledger
    from abusekit.accounts.links.candidates import compare_two
    from abusekit.case.folder import Case

    case = Case.open(kept)
    digest = compare_two(case, ledger(case), A, B).digest
    typed = ("confirm", "--case", kept, A, B, "--basis", "other", "--reason", "r", "--findings")
    ended = abusekit("account", *typed, "0" * 64, expect=2)
    assert "stale" in ended.err and "candidates --between" in ended.err
    assert [one for one in entries(kept) if one["do"] == "account.link"] == []
    abusekit("account", *typed, digest[:8], expect=0)
    assert entries(kept)[-1]["findings"] == digest
    ended = abusekit("account", *typed, "0" * 64, "--anyway", "--json", expect=0)
    assert ended.answer["stale"] and entries(kept)[-1]["findings"] == "0" * 64


def test_hostile_reasons_are_shown_and_do_nothing(abusekit: Abusekit, kept: Path) -> None:
    evil = "\x1b[2J\u202e<script>alert(1)</script>" + "z\u0301" * 500 + "x" * 5_000
    told(abusekit, kept, "confirm", A, B, "--basis", "other", "--item", "E0003", "--reason", evil)
    told(abusekit, kept, "reject", A, C, "--reason", "line one\nline two")
    ended = abusekit("account", "show", "--case", kept, A, expect=0)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f\u202e]", ended.out)
    assert max(len(line) for line in ended.out.splitlines()) < 1_500
    assert "line one\\x0aline two" in ended.out
    assert told(abusekit, kept, "show", A)["account"]["links"][0]["reason"] == evil


def test_the_timeline_tells_of_acts_without_naming_accounts(abusekit: Abusekit, kept: Path) -> None:
    told(abusekit, kept, "observe", "x:@owl", "--name", "Secret", "--reason", "she said so")
    told(abusekit, kept, "confirm", A, B, *ON_ITEM)
    plain = " ".join(abusekit("timeline", "--case", kept, expect=0).out.split())
    assert "declared about an account by PO; name; reason: she said so" in plain
    assert "said about a link between two accounts by PO; confirmed; basis: timing; items: E0003" in plain
    assert "x:@owl" not in plain and "Secret" not in plain and A not in plain
    shown = " ".join(abusekit("timeline", "--case", kept, "--reveal", expect=0).out.split())
    assert "x:@owl" in shown and "Secret" in shown


def test_no_word_claims_more_than_a_person_did(abusekit: Abusekit, kept: Path) -> None:
    said = []
    for words in (("link", A, B, *ON_ITEM), ("confirm", A, B, *ON_ITEM), ("reject", B, C, "--reason", "r")):
        ended = abusekit("account", words[0], "--case", kept, *words[1:], expect=0)
        said += [ended.out, ended.err]
    for words in (("list",), ("show", A), ("show", C), ("unlink", A, B, "--reason", "r")):
        ended = abusekit("account", words[0], "--case", kept, *words[1:], expect=0)
        said += [ended.out, ended.err]
    said += [
        abusekit("account", verb, "--help", expect=0).out
        for verb in ("list", "show", "confirm", "link", "observe")
    ]
    text = " ".join(" ".join(said).split()).lower()
    assert len(text) > 3_000 and [word for word in BANNED if word in text] == []
