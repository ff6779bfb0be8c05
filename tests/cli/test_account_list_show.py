"""`account list` and `account show`: what the evidence shows, also where names mean harm."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from account_story import HOSTILE, OWNER, account_case, telegram, told
from command_runner import Abusekit

UNPRINTED = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2028\u2029\u2066-\u2069\ud800-\udfff]"
)
"""What no terminal may get."""


@pytest.fixture(scope="module")
def made(started_case: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Only to be copied, or read."""
    home = tmp_path_factory.mktemp("accounts")
    return account_case(Abusekit(home), Path(shutil.copytree(started_case, home / "case")))


@pytest.fixture(scope="module")
def hostile(started_case: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One account for each name of HOSTILE, user1 to user10, and the victim."""
    home = tmp_path_factory.mktemp("hostile")
    run = Abusekit(home)
    case = Path(shutil.copytree(started_case, home / "case"))
    messages = [(f"user{number}", name, f"word {number}") for number, name in enumerate(HOSTILE.values(), 1)]
    export = telegram(home, [*messages, (OWNER, "Jo", "no")], name="chat \u202e\x1b[31m")
    run("import", "--case", case, export, "--declare", f"owner={OWNER}", "--reason", "hers", expect=0)
    return case


def entries_of(out: str) -> list[str]:
    """Each account of a list on one line, without the head."""
    return [re.sub(r"\n {4,}", "  ", one) for one in re.split(r"\n(?! )", out.strip("\n"))[1:]]


def test_each_account_is_a_line_those_first_that_wrote_most(abusekit: Abusekit, made: Path) -> None:
    ended = abusekit("account", "list", "--case", made, expect=0)
    assert max(map(len, ended.out.splitlines())) <= 80
    assert ended.out.startswith("ACCOUNT ") and "unknown: no capture" in ended.err
    lines = entries_of(ended.out)
    assert [line.split()[0] for line in lines] == [
        "telegram:user111", "whatsapp:~Sam/E0002", "telegram:user222", "telegram:user333", "telegram:user900",
        "whatsapp:~Jo/E0002",
    ]  # fmt: skip
    owl = lines[0]
    assert (
        "2 messages (2 to the victim)" in owl
        and "1 item," in owl
        and " unknown " in owl
        and '"Night Owl"' in owl
        and "2024-03-14" in owl
    )
    assert "[name only]" in lines[1] and "[name in the phone's contacts]" in lines[1]
    assert [n for n, line in enumerate(lines) if "[the victim's own]" in line] == [4, 5]
    assert "6 accounts" in ended.err and "find you" not in ended.out + ended.err


def test_the_answer_has_all_of_it(abusekit: Abusekit, made: Path) -> None:
    answer = told(abusekit, made, "list")
    owl = answer["accounts"][0]
    assert owl["account"] == "telegram:user111" and owl["basis"] == "platform_id" and not owl["weak"]
    assert (
        owl["messages"] == owl["to_owner"] == 2
        and owl["items"] == {"E0001": 2}
        and owl["name"] == "Night Owl"
    )
    assert owl["first"]["earliest"] == "2024-03-14T21:00:00.000000Z"
    assert answer["more"] == 0 and answer["problems"] == [] and answer["exit_code"] == 0


@pytest.mark.parametrize(
    ("words", "keys"),
    [
        (("--platform", "WhatsApp"), ["whatsapp:~Sam/E0002", "whatsapp:~Jo/E0002"]),
        (("--weak",), ["whatsapp:~Sam/E0002", "whatsapp:~Jo/E0002"]),
        (("--own",), ["telegram:user900", "whatsapp:~Jo/E0002"]),
        (("--new-since", "E0001"), ["whatsapp:~Sam/E0002", "whatsapp:~Jo/E0002"]),
        (("--new-since", "po/3"), []),
        (("--most", "1", "--own"), ["telegram:user900"]),
    ],
)
def test_a_part_of_them(abusekit: Abusekit, made: Path, words: tuple[str, ...], keys: list[str]) -> None:
    answer = told(abusekit, made, "list", *words)
    assert [one["account"] for one in answer["accounts"]] == keys
    assert answer["more"] == (1 if "--most" in words else 0)


def test_new_since_a_seal(abusekit: Abusekit, made: Path, tmp_path: Path) -> None:
    case = Path(shutil.copytree(made, tmp_path / "case"))
    folder = Path(abusekit("manifest", "--case", case, "--json", expect=0).answer["folder"]).name
    assert told(abusekit, case, "list", "--new-since", int(folder))["accounts"] == []
    told(abusekit, case, "observe", "x:@owl", "--blocked", "--reason", "r")
    told(abusekit, case, "observe", "telegram:user111", "--blocked", "--reason", "r")
    answer = told(abusekit, case, "list", "--new-since", folder)
    assert [one["account"] for one in answer["accounts"]] == ["x:@owl"]
    assert told(abusekit, case, "list", "--new-since", f"seal:{int(folder)}") == answer
    none = abusekit("account", "list", "--case", case, "--new-since", "po/3", "--weak", expect=0).err
    assert "x:@owl" not in none
    ended = abusekit("account", "list", "--case", case, "--new-since", f"seal:{folder}", "--own", expect=0)
    assert "no account is new since seal:" in ended.err
    wrong = abusekit("account", "list", "--case", case, "--new-since", "1", expect=2).err
    assert "no seal" in wrong and f"seal:{int(folder)}" in wrong
    assert "no item" in abusekit("account", "list", "--case", case, "--new-since", "E0099", expect=2).err


def test_more_than_a_screen(abusekit: Abusekit, made: Path) -> None:
    ended = abusekit("account", "list", "--case", made, "--most", "2", expect=0)
    assert len(entries_of(ended.out)) == 3 and "and 4 more" in ended.out


def test_a_platform_that_is_not_there(abusekit: Abusekit, made: Path) -> None:
    ended = abusekit("account", "list", "--case", made, "--platform", "telegramm", expect=2)
    assert "no account of a platform telegramm" in ended.err and "telegram, whatsapp" in ended.err


@pytest.mark.parametrize("typed", ["telegram:user111", "user111", "Night Owl", "TELEGRAM:USER111"])
def test_one_account(abusekit: Abusekit, made: Path, typed: str) -> None:
    ended = abusekit("account", "show", "--case", made, typed, expect=0)
    assert ended.out.startswith("telegram:user111 ") and "known by the platform's own id" in ended.out
    assert max(map(len, ended.out.splitlines())) <= 80
    assert '"Night Owl"' in ended.out and "2 written, 2 of them received by the victim" in ended.out
    assert "PO/1#m1 (E0001)" in ended.out and "PO/1#m3 (E0001)" in ended.out and "2 places" in ended.out
    assert "account candidates telegram:user111" in ended.err
    assert "answer me" not in ended.out + ended.err


@pytest.mark.parametrize("typed", ["nobody", "", "x:@owl", "\u202enobody"])
def test_an_account_that_is_not_there(abusekit: Abusekit, made: Path, typed: str) -> None:
    ended = abusekit("account", "show", "--case", made, typed, expect=2)
    assert "account" in ended.err and "\u202e" not in ended.err


def test_a_name_from_the_contacts_is_marked(abusekit: Abusekit, made: Path) -> None:
    text = abusekit("account", "show", "--case", made, "whatsapp:~Sam/E0002", expect=0).out
    line = " ".join(text.split())
    assert '"Sam" [name in the phone\'s contacts]' in line
    span = next(one for one in told(abusekit, made, "show", "Sam")["spans"] if one["field"] == "name")
    assert span["named_by"] == "contact_book" and span["where"][0]["item"] == "E0002"


def test_every_fact_has_its_place(abusekit: Abusekit, made: Path) -> None:
    for one in told(abusekit, made, "list")["accounts"]:
        shown = told(abusekit, made, "show", one["account"])
        for fact in (*shown["spans"], *shown["alarms"]):
            assert fact["where"] and all(where["item"] in shown["exhibits"] for where in fact["where"])
        assert shown["tally"]["messages"] == sum(shown["tally"]["by_item"].values())
        assert (
            shown["tally"]["first_where"]["part"] > 0
            and shown["account"]["messages"] == shown["tally"]["messages"]
        )


def test_prose_is_covered_until_it_is_asked_for(abusekit: Abusekit, made: Path, tmp_path: Path) -> None:
    case = Path(shutil.copytree(made, tmp_path / "case"))
    told(abusekit, case, "observe", "telegram:user111", "--bio", "I watch you all", "--reason", "r")
    plain = abusekit("account", "show", "--case", case, "telegram:user111", expect=0)
    assert (
        "(15 characters, covered)" in plain.out and "watch you" not in plain.out and "--reveal" in plain.err
    )
    assert "watch you" not in abusekit("account", "show", "--case", case, "user111", "--json", expect=0).out
    assert (
        "I watch you all" in abusekit("account", "show", "--case", case, "user111", "--reveal", expect=0).out
    )
    policy = ("--policy", "log-views", "--reason", "asked")
    abusekit("settings", "change", "--case", case, *policy, expect=0)
    assert abusekit("account", "show", "--case", case, "user111", "--reveal").code == 2
    abusekit("account", "show", "--case", case, "user111", "--reveal", "--reason", "statement", expect=0)
    assert b'"do":"item.view","how":"account show --reveal"' in (case / "custody/log.jsonl").read_bytes()


def test_the_time_in_an_id_is_a_derived_check(abusekit: Abusekit, made: Path, tmp_path: Path) -> None:
    """1234567890123456789 >> 22, since 2010-11-04T01:42:54.657Z (R49)."""
    case = Path(shutil.copytree(made, tmp_path / "case"))
    for id in ("1234567890123456789", "12345"):
        told(abusekit, case, "observe", f"x:{id}", "--live", "--reason", "r")
    times = told(abusekit, case, "show", "x:1234567890123456789")["id_times"]
    assert [(one["scheme"], one["at"]) for one in times] == [("x snowflake", "2020-03-02T19:54:56.824000Z")]
    text = abusekit("account", "show", "--case", case, "x:1234567890123456789", expect=0).out
    assert "2020-03-02T19:54:56.824000Z  a derived check" in text
    assert "not decoded" in told(abusekit, case, "show", "x:12345")["id_times"][0]["text"]
    assert told(abusekit, case, "show", "telegram:user111")["id_times"] == []


def test_hostile_names_do_no_harm_in_a_list(abusekit: Abusekit, hostile: Path) -> None:
    ended = abusekit("account", "list", "--case", hostile, expect=0)
    lines = entries_of(ended.out)
    assert len(lines) == len(HOSTILE) + 1 and all(line.startswith("telegram:user") for line in lines)
    assert not UNPRINTED.search(ended.out + ended.err) and max(map(len, lines)) < 400
    assert "\\u202eevil" in ended.out and "\\x1b[2J" in ended.out and "<script>" in ended.out
    assert not re.search("[\u0300-\u036f\u0489]{4}", ended.out), "marks are not heaped up"
    assert "\u0430\u0431u\uff4be" in ended.out, "look-alikes are shown as they are"


@pytest.mark.parametrize("number", range(1, len(HOSTILE) + 1), ids=list(HOSTILE))
def test_hostile_names_do_no_harm_alone(abusekit: Abusekit, hostile: Path, number: int) -> None:
    ended = abusekit("account", "show", "--case", hostile, f"telegram:user{number}", expect=0)
    assert not UNPRINTED.search(ended.out + ended.err) and max(map(len, ended.out.splitlines())) < 600
    assert not re.search("[\u0300-\u036f\u0489]{4}", ended.out)
    answer = abusekit("account", "show", "--case", hostile, f"telegram:user{number}", "--json", expect=0)
    assert not UNPRINTED.search(answer.out) and answer.answer["account"]["number"] > 0


def test_hostile_names_are_typed_at_their_own_risk(abusekit: Abusekit, hostile: Path) -> None:
    for name in ("rtl", "ansi", "lines", "html", "formula"):
        ended = abusekit("account", "show", "--case", hostile, HOSTILE[name])
        assert ended.code in (0, 2) and not UNPRINTED.search(ended.out + ended.err)


def test_a_case_without_accounts(abusekit: Abusekit, case: Path) -> None:
    ended = abusekit("account", "list", "--case", case, expect=0)
    assert ended.out == "" and "no account yet" in ended.err
    assert told(abusekit, case, "list")["accounts"] == []
