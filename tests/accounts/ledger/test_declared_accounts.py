"""What people say of accounts: beside what was observed, with who, why and where; never in its place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ledger_cases import NOW, SITE, ZONE, capture, captured, log, new_case, observe, page

from abusekit.accounts.ledger.reading import ledger
from abusekit.case.custody import Act
from abusekit.case.folder import Case
from abusekit.case.moment import parse_typed


@pytest.fixture
def case(tmp_path: Path) -> Case:
    case = new_case(tmp_path)
    capture(case, captured(f"{SITE}/owl", 3, page(id="12", handle="owl", name="Owl")))
    return case


def test_a_declared_handle_stands_beside_the_observed_one(case: Case) -> None:
    moment = parse_typed("2026-03-03T12:00Z", ZONE).to_facts()
    observe(case, "x:12", "handle", "night_owl", when=moment, item="E0001")
    account = ledger(case).accounts["x:12"]
    seen, said = account.of("handle")
    assert (seen.value, seen.said_by, seen.first.dated_by) == ("owl", "", "capture")
    assert (said.value, said.said_by, said.reason, said.named_by) == ("night_owl", "PO", "seen it", "person")
    assert said.first.earliest == "2026-03-03T12:00:00.000000Z"
    assert said.where[0].item == "E0001" and said.where[0].at.startswith("log line ")
    assert ledger(case, without=["E0001"]).accounts == {}


def test_without_a_time_it_was_before_it_was_said(case: Case) -> None:
    line = observe(case, "x:12", "phone", "+447700900123")
    (span,) = ledger(case).accounts["x:12"].of("phone")
    assert (span.first.earliest, span.first.dated_by) == ("", "none")
    assert span.first.latest == NOW.isoformat().replace("+00:00", ".000000Z")
    assert span.where[0].at == f"log line {line + 1}", "lines are counted from 1"


def test_an_account_that_nothing_shows_can_be_declared(case: Case) -> None:
    observe(case, "telegram:@owl", "bio", "hello")
    account = ledger(case).accounts["telegram:@owl"]
    assert (account.platform, account.id, account.basis, account.items) == ("telegram", "owl", "handle", {})


def test_own_states_and_acts(case: Case) -> None:
    observe(case, "x:12", "own")
    for observed in ("block", "unblock", "report", "suspended", "closed", "gone", "live"):
        observe(case, "x:12", observed)
    account = ledger(case).accounts["x:12"]
    assert account.own and account.own_why[0].at.endswith("declared by PO")
    assert [act.kind for act in account.acts] == ["block", "unblock", "report", "suspended", "closed"]
    assert {act.said_by for act in account.acts} == {"PO"}
    assert [status.kind for status in account.statuses] == ["live", "suspended", "gone", "gone", "live"]
    assert all("declared by PO" in status.text for status in account.statuses[1:])


def test_taking_back(case: Case) -> None:
    line = observe(case, "x:12", "own")
    kept = observe(case, "x:12", "email", "sam@example.org")
    observe(case, "x:12", "retract", line=line)
    account = ledger(case).accounts["x:12"]
    assert not account.own
    assert [span.value for span in account.of("email")] == ["sam@example.org"]
    observe(case, "x:13", "retract", line=kept)
    found = ledger(case)
    assert "declares nothing of this account" in found.problems[0]
    assert found.accounts["x:12"].of("email"), "a line about another account takes nothing back"


@pytest.mark.parametrize(
    "wrong",
    [
        {"account": "nobody"}, {"account": 1}, {"observed": "merge"}, {"reason": " "}, {"value": None}, {"item": 4},
        {"observed": "retract"}, {"observed": "retract", "line": 999}, {"when": {"raw": "x"}},
    ],
)  # fmt: skip
def test_a_malformed_act_counts_for_nothing_and_is_told(case: Case, wrong: dict[str, Any]) -> None:
    before = ledger(case)
    facts = {"account": "x:12", "observed": "own", "value": "", "reason": "r", **wrong}
    (line,) = log(case, Act("account.observe", facts))
    kept = observe(case, "x:12", "email", "sam@example.org")
    found = ledger(case)
    assert kept > line["n"]
    assert list(found.accounts) == list(before.accounts) and not found.accounts["x:12"].own
    assert [span.value for span in found.accounts["x:12"].of("email")] == ["sam@example.org"], (
        "the rest goes on"
    )
    (problem,) = found.problems
    assert problem.startswith(f"line {line['n'] + 1} of the custody log, account.observe, is malformed")
