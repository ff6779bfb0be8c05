"""`account candidates` as a person types it: what is printed, what is not, what is refused."""

from __future__ import annotations

import shlex
import subprocess
import unicodedata
from pathlib import Path

import pytest
from command_runner import Abusekit
from tests.accounts.links.linked_cases import Said, chatter, discord, handle_of, key

from abusekit.cli.account.typed_next import typed_key

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
        (4_000, 1, f"{SLOGAN}, all of you"), (9_000, 2, f"so {SLOGAN}"),
        (4_010, 1, f"call {PHONE} or {PAGE}"), (4_020, 1, f"best try {PHONE} and see {PAGE}"),
        (9_010, 2, f"ring {PHONE} look {PAGE}"), (9_020, 2, f"you can dial {PHONE} then {PAGE}"),
    ]  # fmt: skip
    handles = {1: "velvetbadger77", 2: "velvetbadger78", 3: HIDDEN_NAME}
    export = discord(tmp_path / "room.json", said, handles=handles)
    abusekit("import", "--case", case, export, expect=0)
    return case


def flat(text: str) -> str:
    """Without the breaks of lines."""
    return " ".join(text.split())


def test_the_list_tells_each_pair_in_short_and_what_to_type_next(abusekit: Abusekit, linked: Path) -> None:
    ended = abusekit("account", "candidates", "--case", linked, expect=0)
    assert ended.out.partition("\n\n")[2].startswith(f"1. {ONE} (@velvetbadger77)  and  {TWO}")
    out = flat(ended.out)
    for words in (
        "strong: LR 2,600 (cap 10,000) for one person against different people of the comparison group, "
        "13 other accounts in this case; at most about 0.04 of 105 pairs would reach it by coincidence",
        "nobody has decided about this pair; nothing was found against it",
        f"same phone number {PHONE}: LR 13 (cap 30), 0 of 13 bystanders; PO/1#m",
        "same words in messages: LR 10 (cap 10), 0 of 13 bystanders; PO/1#m",
        "not compared: ", "caps: ",
        "more probable if the two accounts are run by one person than if by different people of the comparison group",
        "nvestigative lead, for the officer to test with platform data", "abusekit account confirm",
        "104 pairs with a total below 10 are not listed: --all", "--explain tells each finding in full",
    ):  # fmt: skip
        assert words in out, words
    assert not any(word in out.casefold() for word in BANNED)
    assert SLOGAN[:30] not in out and "SecretWord77" not in out
    assert handle_of(105) not in out, "bystanders are not named"


def test_a_pair_is_a_screen_quarter_wide_as_a_terminal(abusekit: Abusekit, linked: Path) -> None:
    for more in ((), ("--explain",), ("--all", "--most", "30"), ("--between", ONE, key(3))):
        lines = abusekit("account", "candidates", "--case", linked, *more, expect=0).out.splitlines()
        wide = [line for line in lines if len(line) > 80 and str(linked) not in line]
        assert len(wide) == 1 and wide[0].startswith("LR N: "), "what an LR means stands on one line"
    short = abusekit("account", "candidates", "--case", linked, expect=0).out
    assert short.index("\n\n") < 1_700 and short.partition("\n\n")[0].count("\n") < 24


def test_all_about_a_pair_with_explain(abusekit: Abusekit, linked: Path) -> None:
    full = flat(abusekit("account", "candidates", "--case", linked, "--explain", expect=0).out)
    for words in (
        "strong, LR 2,600; nobody has decided about this pair", "against: nothing was found", "(E0001)",
        "phone: Both show the same phone number.", "of 13 bystander accounts show the same",
        "LR without one of the items",
        "times more probable if the two accounts are run by one person than if by different people of the comparison",
        "expected by coincidence: at most about", "caps: ",
    ):  # fmt: skip
        assert words in full, words
    (one,) = abusekit("account", "candidates", "--case", linked, "--json", expect=0).answer["candidates"]
    assert f"findings {one['findings_digest']}" in full


def typed_line(out: str) -> str:
    """The command under the first pair, as it is pasted, without its end."""
    start = out.index("abusekit account confirm")
    return out[start : out.index("--reason", start) + len("--reason")]


def test_the_line_to_decide_can_be_pasted(abusekit: Abusekit, linked: Path, tmp_path: Path) -> None:
    out = abusekit("account", "candidates", "--case", linked, expect=0).out
    line = typed_line(out)
    words = shlex.split(line.replace("\\\n", " "))
    for wanted in ("same-selector", "same-phrase", "E0001", ONE, TWO, str(linked)):
        assert wanted in words
    bare = subprocess.run(["bash", "-c", line], env=abusekit.environment, capture_output=True, check=False)
    assert bare.returncode == 2, "the reason is the person's"
    said = f"{line} 'one number, and the same words'"
    ran = subprocess.run(["bash", "-c", said], env=abusekit.environment, capture_output=True, check=False)
    assert ran.returncode == 0, ran.stderr
    after = abusekit("account", "candidates", "--case", linked, expect=0).out
    assert "confirmed as a link by PO on" in after and "account confirm" not in after


@pytest.mark.parametrize(
    "name",
    [
        "Anna",
        "An na",
        "it's",
        "\u202eevil",
        "Zo\u00eb",
        "e\u0301\u0301\u0301",
        "$(reboot)",
        "back\\slash\u200b",
        "\U0001f989",
    ],
)
def test_a_name_of_any_signs_is_typed_as_it_is(name: str) -> None:
    key = f"whatsapp:~{name}/E0004"
    typed = typed_key(key)
    assert all(sign.isprintable() and unicodedata.category(sign) not in ("Mn", "Me") for sign in typed)
    ran = subprocess.run(
        ["bash", "-c", f"printf %s {typed}"], env={"LC_ALL": "C.UTF-8"}, capture_output=True, check=True
    )
    assert ran.stdout.decode() == key


@pytest.mark.parametrize("key", ["x:" + "a" * 201, "x:\ud800", "x:a\0b"])
def test_a_name_that_cannot_be_typed(key: str) -> None:
    assert typed_key(key) == ""


def test_whether_the_victim_is_marked_is_said_first(abusekit: Abusekit, linked: Path) -> None:
    before = flat(abusekit("account", "candidates", "--case", linked, expect=0).out)
    assert "WARNING: No account is marked as the victim's own" in before and "observe ACCOUNT --own" in before
    assert before.index("WARNING") < before.index("1. "), "before any number"
    assert "are not among those" not in before
    abusekit("account", "observe", "--case", linked, key(105), "--own", "--reason", "she says so", expect=0)
    after = flat(abusekit("account", "candidates", "--case", linked, expect=0).out)
    assert "No account is marked" not in after and "The victim's own accounts are not among those" in after


def test_addresses_are_shown_only_with_reveal(abusekit: Abusekit, linked: Path) -> None:
    revealed = abusekit("account", "candidates", "--case", linked, "--reveal", expect=0)
    assert "SecretWord77" in revealed.out and SLOGAN[:30] not in revealed.out


def test_the_answer_for_scripts_holds_every_number_with_its_places(abusekit: Abusekit, linked: Path) -> None:
    answer = abusekit("account", "candidates", "--case", linked, "--json", expect=0).answer
    (best,) = answer["candidates"]
    assert (best["a"]["key"], best["b"]["key"]) == (ONE, TWO) and best["state"] is None
    assert answer["accounts"] == 15 and answer["pairs"] == 105 == best["pairs"] and answer["hidden"] == 104
    assert best["total"] == 2_600 and best["expected"] == pytest.approx(105 / 2_600)
    assert len(best["findings_digest"]) == 64 and best["cohort"] == 13
    for finding in best["findings"]:
        assert finding["here"] and finding["there"] and finding["items"] == ["E0001"]
        assert finding["lr"] <= max(finding["cap"], 1)
    assert best["carried"] == {}, "computed anew, and so only where one pair is asked for, or --explain"
    pair = abusekit(
        "account", "candidates", "--case", linked, "--between", ONE, TWO, "--json", expect=0
    ).answer
    assert pair["candidates"][0]["carried"] == {"E0001": 1}
    assert all(one["value"] == "" for one in best["findings"] if one["signal"] == "address")
    every = abusekit(
        "account", "candidates", "--case", linked, "--all", "--most", "200", "--json", expect=0
    ).answer
    assert len(every["candidates"]) == 105 and every["hidden"] == 0


def test_one_pair_one_account_and_an_item_left_out(abusekit: Abusekit, linked: Path) -> None:
    pair = abusekit("account", "candidates", "--case", linked, "--between", "velvetbadger78", ONE, expect=0)
    assert pair.out.count("\n2. ") == 0 and f"1. {ONE}" in pair.out
    little = abusekit("account", "candidates", "--case", linked, "--between", ONE, key(100), expect=0)
    assert "none, LR" in little.out and "account confirm" not in little.out, (
        "a named pair is shown, too, where there is nothing"
    )
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
    stale = abusekit("account", "candidates", "--case", linked, expect=0).out
    assert f"on other findings than these ({digest[:12]}): STALE; since then: 1 item taken in" in flat(stale)
    assert "account confirm" in stale, "there is something to decide again"
    (one,) = abusekit("account", "candidates", "--case", linked, "--json", expect=0).answer["candidates"]
    assert one["state"]["stale"] and one["state"]["findings"] == digest
    without = flat(abusekit("account", "candidates", "--case", linked, "--without", "E0002", expect=0).out)
    assert "STALE" not in without and "account confirm" not in without


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
