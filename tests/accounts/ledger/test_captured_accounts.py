"""Accounts of captures: stable ids, renames, handles used again, walls, contradictions, hostile pages."""

from __future__ import annotations

from pathlib import Path

import pytest
from ledger_cases import NOW, SITE, capture, captured, new_case, note, page

from abusekit.accounts.ledger.reading import ledger, new_accounts
from abusekit.accounts.model import Account, Ledger
from abusekit.case.custody import Act
from abusekit.case.folder import Case


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return new_case(tmp_path)


def handles(account: Account) -> list[tuple[str, str, str]]:
    return [
        (span.value, span.first.earliest[8:10], span.last.earliest[8:10]) for span in account.of("handle")
    ]


def kinds(found: Ledger, key: str) -> list[str]:
    return [status.kind for status in found.accounts[key].statuses]


def test_two_renames_are_one_account_with_three_handles(case: Case) -> None:
    capture(
        case,
        captured(f"{SITE}/a", 1, page(id="12", handle="a", name="Owl")),
        captured(f"{SITE}/a", 2, page(id="12", handle="a")),
        captured(f"{SITE}/b", 3, page(id="12", handle="b")),
        captured(f"{SITE}/c", 4, page(id="12", handle="c")),
    )
    found = ledger(case)
    assert list(found.accounts) == ["x:12"]
    assert handles(found.accounts["x:12"]) == [("a", "01", "02"), ("b", "03", "03"), ("c", "04", "04")]
    assert found.accounts["x:12"].handle == "c"
    assert found.accounts["x:12"].items == {"E0001": 1, "E0002": 1, "E0003": 1, "E0004": 1}
    assert found.alarms == []


def test_a_value_that_comes_back_is_two_spans(case: Case) -> None:
    capture(
        case,
        *(
            captured(f"{SITE}/a", day, page(id="12", handle=handle))
            for day, handle in ((1, "a"), (3, "b"), (5, "a"))
        ),
    )
    assert handles(ledger(case).accounts["x:12"]) == [("a", "01", "01"), ("b", "03", "03"), ("a", "05", "05")]


def test_a_handle_that_another_id_takes_is_two_accounts_and_an_alarm_at_both(case: Case) -> None:
    capture(
        case,
        captured(f"{SITE}/a", 1, page(id="12", handle="A")),
        captured(f"{SITE}/a", 9, page(id="99", handle="a"), verdict="changed-unclear", alarm="handle-reuse"),
    )
    found = ledger(case)
    assert list(found.accounts) == ["x:12", "x:99"]
    assert kinds(found, "x:12") == ["live", "unknown"]
    assert kinds(found, "x:99") == ["live"]
    (alarm,) = found.alarms
    assert (alarm.kind, alarm.accounts) == ("handle-reuse", ("x:12", "x:99"))
    assert "2026-03-01" in alarm.text and "2026-03-09" in alarm.text
    assert all(account.alarms == [alarm] for account in found.accounts.values())
    assert {where.item for where in alarm.where} == {"E0001", "E0002"}


def test_a_handle_alone_is_weak_and_never_merged_with_an_id(case: Case) -> None:
    capture(
        case,
        captured(f"{SITE}/owl", 1, page(handle="owl")),
        captured(f"{SITE}/owl", 2, page(id="12", handle="owl")),
    )
    found = ledger(case)
    assert [(one.key, one.weak) for one in found.accounts.values()] == [("x:@owl", True), ("x:12", False)]


def test_an_id_that_is_spelled_like_the_handle_is_no_id(case: Case) -> None:
    capture(case, captured(f"{SITE}/owl", 1, page(id="Owl", handle="owl")))
    assert list(ledger(case).accounts) == ["x:@owl"]


def test_a_handle_that_was_given_up_is_another_account_afterwards(case: Case) -> None:
    capture(
        case,
        captured(f"{SITE}/owl", 1, page(handle="owl")),
        captured(f"{SITE}/owl", 3, page(handle="owl", where="address"), status=404, verdict="account-gone"),
        captured(f"{SITE}/owl", 5, page(handle="owl", name="Someone")),
        captured(f"{SITE}/owl", 6, page(handle="owl", where="address"), status=403, verdict="suspended"),
    )
    found = ledger(case)
    assert list(found.accounts) == ["x:@owl", "x:@owl#2"]
    assert kinds(found, "x:@owl") == ["live", "gone"]
    assert kinds(found, "x:@owl#2") == ["live", "suspended"]
    assert found.accounts["x:@owl#2"].items == {"E0003": 1, "E0004": 1}


@pytest.mark.parametrize(
    ("verdict", "status", "said"),
    [
        ("suspended", 403, "suspended"), ("account-gone", 404, "gone"), ("deleted", 410, "gone"),
        ("login-wall", 200, "not shown"), ("challenge", 403, "not shown"), ("geo-block", 451, "not shown"),
        ("rate-limited", 429, "not shown"), ("network-failed", 599, "not shown"), ("", 404, "gone"),
        ("", 403, "not shown"), ("changed-unclear", 404, "not shown"),
    ],
)  # fmt: skip
def test_what_became_of_a_profile(case: Case, verdict: str, status: int, said: str) -> None:
    """A page that shows nothing speaks of the account that its address showed before."""
    wall = captured(f"{SITE}/owl", 3, page(handle="owl", where="address"), status=status, verdict=verdict)
    wall["outcome"] = "http-error"
    capture(case, captured(f"{SITE}/owl", 1, page(id="12", handle="owl")), wall)
    found = ledger(case)
    assert list(found.accounts) == ["x:12"]
    assert kinds(found, "x:12") == ["live", said]
    assert found.accounts["x:12"].status == ("live" if said == "not shown" else said)


def test_a_deleted_post_says_nothing_of_the_account(case: Case) -> None:
    post = f"{SITE}/owl/status/5"
    capture(
        case,
        captured(post, 1, page(id="12", handle="owl")),
        captured(post, 2, page(handle="owl", where="address"), status=404, verdict="deleted"),
    )
    found = ledger(case)
    assert list(found.accounts) == ["x:12"]
    assert kinds(found, "x:12") == []


def test_a_rename_is_a_state_of_the_same_id(case: Case) -> None:
    capture(
        case,
        captured(f"{SITE}/a", 1, page(id="12", handle="a")),
        captured(f"{SITE}/a", 2, page(id="12", handle="b"), final=f"{SITE}/b", verdict="renamed"),
    )
    found = ledger(case)
    assert list(found.accounts) == ["x:12"]
    assert (kinds(found, "x:12"), found.accounts["x:12"].status) == (["live", "renamed"], "renamed")


def test_a_page_that_states_two_ids_names_no_account(case: Case) -> None:
    both = [*page(id="12", handle="owl"), *page(id="13", where="meta x:user_id")]
    capture(case, captured(f"{SITE}/owl/status/1", 1, both))
    found = ledger(case)
    assert found.accounts == {}
    assert [(alarm.kind, {where.item for where in alarm.where}) for alarm in found.alarms] == [
        ("conflict", {"E0001"})
    ]


def test_two_spellings_of_one_id_are_no_contradiction(case: Case) -> None:
    capture(case, captured(f"{SITE}/owl", 1, [*page(id="12"), *page(id="acct:12", where="meta x:user_id")]))
    assert list(ledger(case).accounts) == ["x:12"]


def test_the_newspaper_that_quotes_him_is_not_his_page(case: Case) -> None:
    """`twitter:creator` names an account of X on any page of the web."""
    capture(
        case, captured("https://news.example/story/1", 1, page(handle="owl", where="meta twitter:creator"))
    )
    facts = [{"name": "author.handle", "value": "owl", "where": "meta twitter:creator"}]
    capture(case, captured("https://news.example/a", 1, facts))
    assert not any(key.endswith("@owl") and key.startswith("x:") for key in ledger(case).accounts)
    assert "E0002" not in {item for one in ledger(case).accounts.values() for item in one.items}


def test_a_site_speaks_for_its_own_host_only(case: Case) -> None:
    """A page that says it belongs to X, or to a server of Mastodon, at another address is not believed."""
    canonical = [{"name": "platform", "value": "x", "where": "canonical host"}, *page(id="12", handle="owl")]
    uri = page(author__uri="https://mastodon.example/users/owl", handle="owl")
    capture(
        case,
        captured("https://evil.example/post/1", 1, canonical),
        captured("https://evil.example/@owl", 1, uri),
        captured("https://mastodon.example/@owl/112233445566778899", 1, uri),
    )
    found = ledger(case)
    assert "x:12" not in found.accounts and "evil.example:12" in found.accounts
    theirs = found.accounts["mastodon:https:%2F%2Fmastodon.example%2Fusers%2Fowl"]
    assert list(theirs.items) == ["E0003"]


def test_others_on_a_page_count_where_id_and_handle_stand_together(case: Case) -> None:
    listed = [
        {"name": "listed.author.id", "value": "77", "where": "answer of /api author.id"},
        {"name": "listed.author.handle", "value": "friend", "where": "answer of /api author.handle"},
        {"name": "listed.author.id", "value": "78", "where": "article data-user-id [1]"},
    ]
    capture(case, captured(f"{SITE}/owl", 1, [*page(id="12", handle="owl"), *listed]))
    assert list(ledger(case).accounts) == ["x:12", "x:77"]


def test_what_does_not_count(case: Case) -> None:
    capture(
        case,
        *(captured(f"{SITE}/{name}", 1, page(id=name, handle=f"h{name}")) for name in ("1", "2", "3", "4")),
    )
    case.record(
        [
            Act("item.withdraw", {"item": "E0001", "reason": "r"}),
            Act("item.quarantine", {"item": "E0002", "reason": "r"}),
        ],
        by="PO",
        now=NOW,
    )
    (case.evidence / "E0004" / "item.json").chmod(0o600)
    (case.evidence / "E0004" / "item.json").write_text("not ours")
    found = ledger(case, without=["E0003"])
    assert found.accounts == {}
    assert len(found.problems) == 1 and found.problems[0].startswith("E0004: ")
    assert list(ledger(case).accounts) == ["x:3"]


def test_a_diary_names_accounts_by_their_addresses(case: Case) -> None:
    note(case, f"He wrote from {SITE}/Owl_77. And @somebody, and https://anything.example/@who said it")
    (account,) = ledger(case).accounts.values()
    assert (account.key, account.handle) == ("x:@owl_77", "Owl_77")
    (span,) = account.of("handle")
    assert (span.named_by, span.first.dated_by, span.first.earliest[:13]) == (
        "person",
        "person",
        "2026-03-05T21",
    )


def test_hostile_pages_do_no_harm(case: Case) -> None:
    texts = [
        "\u202eevil",
        "a\x1b[31m",
        "<script>",
        "=cmd()",
        "../../x",
        "n" * 2000,
        "a" + "\u0301" * 300,
        "\0",
    ]
    facts = [page(id=f"{number}", handle=text, name=text, bio=text) for number, text in enumerate(texts, 10)]
    capture(case, *(captured(f"{SITE}/p", 1, one) for one in facts))
    strange = captured(f"{SITE}/q", 2)
    strange["facts"] = {
        "page_facts": {"author_id": 1},
        "final_url": 7,
        "recheck": [1],
        "started": "soon",
        "ended": None,
    }
    capture(case, strange)
    found = ledger(case)
    assert len(found.accounts) >= len(texts)
    assert all(key.isprintable() and len(key) <= 200 for key in found.accounts)


def test_new_accounts_are_those_that_nothing_else_shows(case: Case) -> None:
    capture(case, captured(f"{SITE}/a", 1, page(id="1", handle="a")))
    newer = capture(
        case,
        captured(f"{SITE}/b", 2, page(id="1", handle="b")),
        captured(f"{SITE}/c", 2, page(id="2", handle="c")),
    )
    assert [one.key for one in new_accounts(case, newer)] == ["x:2"]
    assert new_accounts(case, []) == []


def test_an_id_alone_was_seen_all_the_same(case: Case) -> None:
    capture(case, captured(f"{SITE}/i/user/12", 1, page(id="12")))
    (span,) = ledger(case).accounts["x:12"].spans
    assert (span.field, span.value, span.first.earliest[:10]) == (
        "other",
        "shown by its id only",
        "2026-03-01",
    )
