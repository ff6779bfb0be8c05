"""`account candidates` as a person types it: what is printed, what is not, what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_runner import Abusekit
from tests.accounts.links.linked_cases import Said, chatter, discord, handle_of, key

BANNED = (
    "is the same person",
    "probability that",
    "% likely",
    "tamper-proof",
    "court-admissible",
    "proves who",
)
PHONE = "+447700900123"
PAGE = "https://pages.example.net/u/SecretWord77"
SLOGAN = "nobody in this whole town will ever believe a single word that you say to them"
ONE, TWO = key(1), key(2)
HIDDEN_NAME = "\u202e\x1b[31m<b>" + "a\u0300" * 50


@pytest.fixture
def linked(abusekit: Abusekit, case: Path, tmp_path: Path) -> Path:
    """E0001: a room with twelve bystanders, two accounts of one hand, one whose name is an attack."""
    said: list[Said] = [
        *chatter([1, 2, 3, *range(100, 112)], 12),
        (4_000, 1, f"call {PHONE} now, {SLOGAN}, {PAGE}"), (9_000, 2, f"{SLOGAN}, so ring {PHONE} {PAGE}"),
    ]  # fmt: skip
    handles = {1: "velvetbadger77", 2: "velvetbadger78", 3: HIDDEN_NAME}
    export = discord(tmp_path / "room.json", said, handles=handles)
    abusekit("import", "--case", case, export, expect=0)
    return case


def test_the_list_explains_the_link_and_says_what_to_type_next(abusekit: Abusekit, linked: Path) -> None:
    ended = abusekit("account", "candidates", "--case", linked, expect=0)
    first = ended.out.splitlines()[0]
    assert first.startswith("1. ") and ONE in first and TWO in first and "@velvetbadger77" in first
    for words in (
        "strong, LR 10,000; nobody has decided about this pair", "against: nothing was found",
        "PO/1#m", "(E0001)", "phone: Both show the same phone number.", PHONE, "of 13 bystander accounts show the same",
        "times more probable if the two accounts are run by one person than if by different people of the comparison",
        "13 other accounts in this case", "expected by coincidence: at most about", "not compared:", "caps: ",
        "nvestigative lead, for the officer to test with platform data", f"next: abusekit account confirm {ONE} {TWO}",
        "pairs with a total below 10 are not listed: --all",
    ):  # fmt: skip
        assert words in ended.out, words
    assert not any(word in ended.out.casefold() for word in BANNED)
    assert SLOGAN[:30] not in ended.out and "SecretWord77" not in ended.out
    assert handle_of(105) not in ended.out, "bystanders are not named"


def test_addresses_are_shown_only_with_reveal(abusekit: Abusekit, linked: Path) -> None:
    revealed = abusekit("account", "candidates", "--case", linked, "--reveal", expect=0)
    assert "SecretWord77" in revealed.out and SLOGAN[:30] not in revealed.out


def test_the_answer_for_scripts_holds_every_number_with_its_places(abusekit: Abusekit, linked: Path) -> None:
    answer = abusekit("account", "candidates", "--case", linked, "--json", expect=0).answer
    (best,) = answer["candidates"]
    assert (best["a"]["key"], best["b"]["key"]) == (ONE, TWO) and best["state"] is None
    assert answer["accounts"] == 15 and answer["pairs"] == 105 == best["pairs"] and answer["hidden"] == 104
    assert best["total"] == 10_000 and best["expected"] == pytest.approx(105 / 10_000)
    assert len(best["findings_digest"]) == 64 and best["cohort"] == 13
    for finding in best["findings"]:
        assert finding["here"] and finding["there"] and finding["items"] == ["E0001"]
        assert finding["lr"] <= max(finding["cap"], 1)
    assert best["carried"] == {"E0001": 1}
    assert all(one["value"] == "" for one in best["findings"] if one["signal"] == "address")
    every = abusekit(
        "account", "candidates", "--case", linked, "--all", "--most", "200", "--json", expect=0
    ).answer
    assert len(every["candidates"]) == 105 and every["hidden"] == 0


def test_one_pair_one_account_and_an_item_left_out(abusekit: Abusekit, linked: Path) -> None:
    pair = abusekit("account", "candidates", "--case", linked, "--between", "velvetbadger78", ONE, expect=0)
    assert pair.out.count("\n2. ") == 0 and f"1. {ONE}" in pair.out
    little = abusekit("account", "candidates", "--case", linked, "--between", ONE, key(100), expect=0)
    assert "none, LR" in little.out, "a named pair is shown, too, where there is nothing"
    some = abusekit("account", "candidates", "--case", linked, TWO, "--json", expect=0).answer
    assert some["pairs"] == 14
    without = abusekit("account", "candidates", "--case", linked, "--without", "PO/1", expect=0)
    assert (
        "Computed as if the case did not hold E0001" in without.out
        and "Fewer than two accounts" in without.out
    )


def test_a_decision_is_shown_and_grows_stale(abusekit: Abusekit, linked: Path, tmp_path: Path) -> None:
    digest = abusekit("account", "candidates", "--case", linked, "--json", expect=0).answer["candidates"][0][
        "findings_digest"
    ]
    abusekit(
        "account", "confirm", "--case", linked, ONE, TWO, "--basis", "same-selector", "--reason", "the same phone",
        "--findings", digest, "--item", "E0001", expect=0,
    )  # fmt: skip
    fresh = abusekit("account", "candidates", "--case", linked, expect=0)
    assert "confirmed as a link by PO on" in fresh.out and "STALE" not in fresh.out
    more = discord(
        tmp_path / "more.json", [(90_000, 1, f"ring {PHONE}")], channel=4, handles={1: "velvetbadger77"}
    )
    abusekit("import", "--case", linked, more, expect=0)
    assert (
        "STALE: the findings are others now"
        in abusekit("account", "candidates", "--case", linked, expect=0).out
    )


def test_hostile_names_do_nothing_to_a_terminal(abusekit: Abusekit, linked: Path) -> None:
    out = abusekit("account", "candidates", "--case", linked, "--between", ONE, key(3), expect=0).out
    assert "\x1b" not in out and "\u202e" not in out and "\u0300" * 3 not in out


def test_nothing_to_compare_is_said(abusekit: Abusekit, case: Path) -> None:
    ended = abusekit("account", "candidates", "--case", case, expect=0)
    assert (
        "Fewer than two accounts" in ended.out
        and "no possible link" in ended.out
        and "next:" not in ended.out
    )


def test_a_small_case_is_told_why_its_numbers_are_small(
    abusekit: Abusekit, case: Path, tmp_path: Path
) -> None:
    said = [*chatter([1, 2, 100, 101], 12), (4_000, 1, f"call {PHONE}"), (4_100, 2, f"call {PHONE}")]
    abusekit("import", "--case", case, discord(tmp_path / "room.json", said), expect=0)
    ended = abusekit("account", "candidates", "--case", case, expect=0)
    assert "Fewer than 10 bystander accounts" in ended.out and "no possible link" in ended.out


@pytest.mark.parametrize(
    "arguments",
    [
        ("no-such-account",),
        ("--between", ONE, ONE),
        ("--between", ONE, "velvetbadger77"),
        ("--between", ONE),
        (ONE, "--between", ONE, TWO),
        ("--without", "E0099"),
        ("--most", "0"),
    ],
)
def test_wrong_use_is_refused(abusekit: Abusekit, linked: Path, arguments: tuple[str, ...]) -> None:
    ended = abusekit("account", "candidates", "--case", linked, *arguments, expect=2)
    assert ended.out == "" and ended.err


def test_the_victims_own_account_is_never_compared(abusekit: Abusekit, linked: Path) -> None:
    abusekit("account", "observe", "--case", linked, TWO, "--own", "--reason", "she says so", expect=0)
    assert TWO not in abusekit("account", "candidates", "--case", linked, "--all", expect=0).out
    refused = abusekit("account", "candidates", "--case", linked, "--between", ONE, TWO, expect=2)
    assert "victim's own" in refused.err
