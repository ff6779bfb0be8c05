"""Exports that contradict one another, and mails that fail the checks of the server that received them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ledger_cases import imported, log, new_case, observe, of_records, profile, said, telegram

from abusekit.accounts.ledger.fold import fold
from abusekit.accounts.ledger.observed import ItemAccounts
from abusekit.accounts.ledger.reading import ledger
from abusekit.accounts.model import Alarm, Ledger
from abusekit.case.custody import Act
from abusekit.case.folder import Case
from abusekit.importers.model import Account, Check


def conflicts(found: Ledger, key: str) -> list[Alarm]:
    return [alarm for alarm in found.accounts[key].alarms if alarm.kind == "conflict"]


def person(id: str, **more: Any) -> Account:
    return Account("telegram", id, "platform_id", **more)


def exported(item: str, *ids: str, owner: str) -> ItemAccounts:
    """An export of `owner`, in which each of `ids` wrote to the owner once."""
    records = [profile(person(owner, owner=True)), *(said(person(one), direction="in") for one in ids)]
    return of_records(records, item)


def own_of(found: Ledger) -> list[str]:
    return [key for key, account in found.accounts.items() if account.own]


def test_the_owner_of_the_only_export_is_the_victim() -> None:
    found = fold([exported("E0001", "7", owner="900"), exported("E0002", "8", owner="900")])
    assert own_of(found) == ["telegram:900"] and not found.alarms
    assert found.accounts["telegram:7"].tally.to_owner == 1


def test_of_two_owners_none_is_the_victim_until_somebody_says_so() -> None:
    """An abuser hands in his own copy of a chat: he must not become the victim's own, whom nothing is compared with."""
    items = [exported("E0001", "7", "8", owner="900"), exported("E0002", "8", owner="7")]
    found = fold(items)
    assert own_of(found) == [] and found.accounts["telegram:8"].tally.to_owner == 0
    for key in ("telegram:900", "telegram:7"):
        (alarm,) = conflicts(found, key)
        assert alarm.accounts == (key,) and "observe ACCOUNT --own" in alarm.text and alarm.where
    declared = ItemAccounts("")
    declared.show(items[0].shown["telegram:900"].named).own = items[0].shown["telegram:900"].own
    found = fold(items, declared)
    assert own_of(found) == ["telegram:900"]
    assert not conflicts(found, "telegram:900") and len(conflicts(found, "telegram:7")) == 1
    assert found.accounts["telegram:8"].tally.to_owner == 1, "what he received, she did not"


def test_owners_of_two_platforms_are_both_hers() -> None:
    other = of_records([profile(Account("discord", "1", "platform_id", owner=True))], "E0002")
    assert own_of(fold([exported("E0001", owner="900"), other])) == ["telegram:900", "discord:1"]


def test_the_declaration_in_a_case(tmp_path: Path) -> None:
    case = new_case(tmp_path)
    one = imported(case, telegram(tmp_path / "a" / "result.json", [(1, "900", "no"), (2, "7", "yes")]))
    two = imported(case, telegram(tmp_path / "b" / "result.json", [(3, "7", "hm"), (4, "8", "oh")]))
    for item, owner in ((one, "user900"), (two, "user7")):
        log(case, Act("item.declare", {"item": item, "declared": "owner", "value": owner, "reason": "his"}))
    assert own_of(ledger(case)) == []
    observe(case, "telegram:user900", "own")
    assert own_of(ledger(case)) == ["telegram:user900"]


@pytest.fixture
def contradicting(tmp_path: Path) -> Case:
    case = new_case(tmp_path)
    imported(case, telegram(tmp_path / "a" / "result.json", [(1, "111", "tonight"), (2, "222", "calm down")]))
    imported(case, telegram(tmp_path / "b" / "result.json", [(1, "222", "tonight"), (2, "222", "calm down")]))
    return case


def test_one_message_with_two_authors_is_an_alarm_at_both(contradicting: Case) -> None:
    for found in (ledger(contradicting), ledger(contradicting)):  # read anew, and as kept
        for key in ("telegram:user111", "telegram:user222"):
            (alarm,) = conflicts(found, key)
            assert set(alarm.accounts) == {"telegram:user111", "telegram:user222"}
            assert [(place.item, place.part) for place in alarm.where] == [("E0001", 1), ("E0002", 1)]
            assert "one message with one id" in alarm.text


def test_without_one_of_the_exports_nothing_contradicts(contradicting: Case) -> None:
    assert not ledger(contradicting, without=["E0002"]).alarms


def test_the_same_author_with_other_words_is_no_such_alarm(tmp_path: Path) -> None:
    case = new_case(tmp_path)
    for name, text in (("a", "tonight"), ("b", "never")):
        imported(case, telegram(tmp_path / name / "result.json", [(1, "111", text)]))
    assert not ledger(case).alarms


AUTH = "A statement that anyone can type, not a check of ours: "


@pytest.mark.parametrize(
    ("text", "signed", "alarms"),
    [
        ("mx.example: spf=fail, dkim=none, dmarc=fail (no Received line beside it)", False, True),
        ("mx.example: dkim=pass, dmarc=fail (…)", True, True),
        ("mx.example: spf=fail, dkim=none (…)", False, True),
        ("mx.example: spf=fail, dkim=pass (…)", False, False),
        ("mx.example: spf=fail (…)", True, False),
        ("mx.example: spf=pass, dkim=pass, dmarc=pass (…)", False, False),
        ("typed.example: dkim=pass (…); mx.example: spf=fail, dkim=none (…)", False, True),
        ("mx.example: no result (…)", False, False),
    ],
)
def test_a_mail_that_fails_the_checks_of_its_server(text: str, signed: bool, alarms: bool) -> None:
    bob = Account("email", "bob@bystander.example", "email")
    checks = (Check("Authentication-Results", "note", AUTH + text + "."),)
    checks += (Check("DKIM 1", "good", "verified"),) if signed else ()
    mail = said(bob, checks=checks)
    mail.kind = "email"
    found = fold([of_records([mail])])
    told = conflicts(found, "email:bob@bystander.example")
    assert bool(told) is alarms
    if told:
        assert told[0].where[0].part == 1 and "From may be forged" in told[0].text


def test_a_real_mail_with_a_failed_check(tmp_path: Path) -> None:
    lines = [
        "Authentication-Results: mx.victim.example; spf=fail smtp.mailfrom=abuse.example; dkim=none; dmarc=fail",
        "From: Bob <bob@bystander.example>", "To: jo@victim.example", "Date: Thu, 14 Mar 2024 21:03:00 +0000",
        "Message-ID: <c@abuse.example>", "Subject: hi", "", "I will come tonight", "",
    ]  # fmt: skip
    path = tmp_path / "forged.eml"
    path.write_bytes("\r\n".join(lines).encode())
    case = new_case(tmp_path)
    imported(case, path)
    (alarm,) = conflicts(ledger(case), "email:bob@bystander.example")
    assert alarm.text.startswith("one mail of email:bob@bystander.example in E0001")


def test_a_withdrawn_item_keeps_its_exhibit_reference(tmp_path: Path) -> None:
    case = new_case(tmp_path)
    item = imported(case, telegram(tmp_path / "a" / "result.json", [(1, "111", "hi")]))
    log(case, Act("item.withdraw", {"item": item, "reason": "another person's"}))
    found = ledger(case)
    assert not found.accounts and json.dumps(found.exhibits) == '{"E0001": "PO/1"}'
