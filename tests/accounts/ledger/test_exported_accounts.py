"""Accounts of exports: names and who chose them, acts, tallies, own accounts, messages that stand in two exports."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ledger_cases import done, imported, log, new_case, of_records, profile, said, telegram, whatsapp

from abusekit.accounts.ledger.fold import fold
from abusekit.accounts.ledger.reading import ledger, new_accounts
from abusekit.case.custody import Act
from abusekit.case.folder import Case
from abusekit.importers.model import Account, Message, Reaction, Record, Time
from abusekit.messages.cache import Opened
from abusekit.messages.declared import Declarations, Said

ME = Account("x", "1", "platform_id", "mira", "Mira", "sender", True)
OWL = Account("x", "12", "platform_id", "owl", "Owl", "sender", False)
TEXT = "this is a long text that nobody would write twice by chance, number"


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return new_case(tmp_path)


def test_names_of_an_export_are_those_of_the_day_it_was_made() -> None:
    """Every message bears the newest name: none of them dates it."""
    found = fold([of_records([said(OWL, 1), said(OWL, 500)])]).accounts["x:12"]
    (handle,) = found.of("handle")
    assert (handle.value, handle.count, handle.first.dated_by, handle.first.earliest) == (
        "owl",
        2,
        "export",
        "",
    )
    assert handle.last.latest == "2026-11-24T12:00:00.000000Z"
    assert handle.last.shown == "in an export taken in on 2026-11-24"
    assert [(where.item, where.part) for where in handle.where] == [("E0001", 1), ("E0001", 2)]


def test_a_mail_bears_the_name_of_its_own_day() -> None:
    def mail(name: str, at: int) -> Message:
        return said(Account("email", "sam@example.org", "email", name=name, name_from="sender"), at)

    day = 24 * 60
    found = fold(
        [of_records([mail("Sam", 0), mail("Nobody", 3 * day), mail("Sam", 9 * day), mail("Sam", day)])]
    )
    (account,) = found.accounts.values()
    names = [(span.value, span.first.earliest[:10], span.last.earliest[:10]) for span in account.of("name")]
    assert names == [
        ("Sam", "2024-03-14", "2024-03-15"), ("Nobody", "2024-03-17", "2024-03-17"),
        ("Sam", "2024-03-23", "2024-03-23"),
    ]  # fmt: skip
    assert {span.first.dated_by for span in account.of("name")} == {"message"}


def test_a_name_from_the_contact_book_is_marked_and_last_choice() -> None:
    number = "+447700900123"
    booked = Account("sms", number, "phone", "", "Boss", "contact_book")
    bare = Account("sms", number, "phone", "", "", "unknown")
    (account,) = fold([of_records([said(booked), said(bare)])]).accounts.values()
    assert [(span.value, span.named_by) for span in account.of("name")] == [("Boss", "contact_book")]
    chosen = Account("sms", number, "phone", "", "Sammy", "sender")
    (account,) = fold([of_records([said(booked), said(chosen)])]).accounts.values()
    assert account.name == "Sammy"


def test_whose_export_it_is_is_the_victims_own() -> None:
    found = fold([of_records([profile(ME, "owner"), said(OWL, direction="in"), said(ME, direction="out")])])
    assert [(one.key, one.own) for one in found.accounts.values()] == [("x:1", True), ("x:12", False)]
    assert found.accounts["x:1"].own_why[0].part == 1
    assert (found.accounts["x:12"].tally.messages, found.accounts["x:12"].tally.to_owner) == (1, 1)
    assert found.accounts["x:1"].tally.to_owner == 0


def test_an_export_that_contradicts_itself_about_its_owner_is_told() -> None:
    name = Account("signal", "Jo", name="Jo", owner=True)
    other = Account("signal", "Jo", name="Jo", owner=False)
    assert [alarm.kind for alarm in fold([of_records([said(name), said(other)])]).alarms] == ["conflict"]


def test_what_was_done_to_an_account() -> None:
    records: list[Record] = [
        done("block", ME, OWL, 5), done("unblock", ME, OWL, 6), done("follow", OWL, ME, 1), done("call", OWL, ME, 2),
        done("block", ME, OWL, 7, flags=("muted",)), profile(OWL, "blocked"), done("call", ME, OWL, 3),
    ]  # fmt: skip
    found = fold([of_records(records)])
    acts = [(act.kind, act.by, act.to, act.at.dated_by) for act in found.accounts["x:12"].acts]
    assert acts == [
        ("follow", "x:12", "x:1", "event"), ("contact", "x:12", "x:1", "event"), ("block", "x:1", "x:12", "event"),
        ("unblock", "x:1", "x:12", "event"),
    ]  # fmt: skip


def test_a_list_of_the_blocked_has_no_date() -> None:
    found = fold([of_records([profile(ME, "owner"), profile(OWL, "blocked")])])
    (act,) = found.accounts["x:12"].acts
    assert (act.kind, act.by, act.at.earliest, act.at.dated_by) == ("block", "x:1", "", "export")


def test_x_notes_the_owners_renames() -> None:
    found = fold(
        [
            of_records(
                [
                    done("name_change", ME, at=1, text="@old_one → @mira"),
                    done("name_change", OWL, at=2, text="who knows"),
                ]
            )
        ]
    )
    spans = [(span.value, span.first.dated_by) for span in found.accounts["x:1"].of("handle")]
    assert spans == [("old_one", "event"), ("mira", "event"), ("mira", "export")]
    assert [act.kind for act in found.accounts["x:12"].acts] == ["name_change"]
    assert {span.value for span in found.accounts["x:12"].of("handle")} == {"owl"}


def test_facts_of_profiles() -> None:
    facts = {"bio": "I walk dogs", "created": "2020-01-02", "real_name": "secret"}
    account = fold([of_records([profile(OWL, "other", **facts)])]).accounts["x:12"]
    assert [(span.value, span.where[0].at) for span in account.of("bio")] == [("I walk dogs", "profile bio")]
    assert [span.value for span in account.of("created")] == ["2020-01-02"]
    assert all("secret" not in span.value for span in account.spans)
    assert (
        fold(
            [of_records([profile(Account("signal", "group 1", "platform_id"), "other", group="yes")])]
        ).accounts
        == {}
    )


def test_everybody_whom_a_record_names_is_an_account() -> None:
    friend, fan = (Account("x", number, "platform_id") for number in ("20", "30"))
    many = tuple(Account("x", str(number), "platform_id") for number in range(100, 120))
    records = [
        said(OWL, recipients=(friend,), reactions=(Reaction("!", fan),)), said(None), said(OWL, recipients=many),
        said(OWL, recipients=many), said(Account("x")),
    ]  # fmt: skip
    found = fold([of_records(records)])
    assert set(found.accounts) == {"x:12", "x:20", "x:30", *(f"x:{number}" for number in range(100, 120))}
    assert found.accounts["x:12"].tally.messages == 3


def test_first_last_and_days() -> None:
    naive = Time("14/03/2024, 23:30", "2024-03-14T23:30", "min", "unknown", "receiver")
    records = [said(OWL, 60), said(OWL, None), said(OWL, 0), said(OWL, 3 * 24 * 60)]
    odd = said(OWL)
    odd.sent = naive
    tally = fold([of_records([*records, odd])]).accounts["x:12"].tally
    assert (tally.messages, tally.undated) == (5, 1)
    assert tally.days == {"2024-03-14": 3, "2024-03-17": 1}
    assert tally.first is not None and tally.last is not None
    assert tally.first.earliest == "2024-03-14T09:30:00.000000Z", "without a zone it may be 14 hours earlier"
    assert tally.first_where is not None and tally.first_where.part == 5
    assert tally.last_where is not None and tally.last_where.part == 4
    assert tally.by_item == {"E0001": 5}


def test_a_declared_zone_moves_days() -> None:
    declared = Declarations({"timezone": [Said("America/New_York", "PO", "", 1)]})
    late = said(OWL)
    late.sent = Time("x", "2024-01-31T23:30", "min", "unknown", "receiver")
    tally = fold([of_records([late], declared=declared)]).accounts["x:12"].tally
    assert tally.days == {"2024-02-01": 1}
    assert tally.first is not None and tally.first.earliest == "2024-02-01T04:30:00.000000Z"


def test_an_undecided_date_is_no_day() -> None:
    time = Time(
        "3/4/24", "2024-04-03T10:00", "min", "unknown", "receiver", order="undecided",
        readings=(("DMY", "2024-04-03T10:00"), ("MDY", "2024-03-04T10:00")),
    )  # fmt: skip
    one = said(OWL)
    one.sent = time
    tally = fold([of_records([one])]).accounts["x:12"].tally
    assert (tally.days, tally.undated) == ({}, 1)
    assert tally.first is not None and tally.first.earliest.startswith("2024-03-03")
    one.sent = time
    declared = Declarations({"order": [Said("MDY", "PO", "", 1)]})
    assert fold([of_records([one], declared=declared)]).accounts["x:12"].tally.days == {"2024-03-04": 1}


def test_two_phones_are_two_address_books(case: Case, tmp_path: Path) -> None:
    """The chat is one, the names are not: a name of a contact book is worth nothing outside of its item."""
    chat = [(n, ("Sam", "Jo")[n % 2], f"{TEXT} {n}") for n in range(8)]
    other = {"Sam": "Samuel", "Jo": "Jolene"}
    imported(case, whatsapp(tmp_path / "a" / "WhatsApp Chat with Sam.txt", chat))
    imported(
        case,
        whatsapp(
            tmp_path / "b" / "WhatsApp Chat with Jo.txt", [(n, other[who], text) for n, who, text in chat]
        ),
    )
    found = ledger(case)
    assert {key: one.tally.messages for key, one in found.accounts.items()} == {
        "whatsapp:~Sam/E0001": 4, "whatsapp:~Jo/E0001": 4, "whatsapp:~Samuel/E0002": 4, "whatsapp:~Jolene/E0002": 4,
    }  # fmt: skip
    assert all(span.named_by == "contact_book" for one in found.accounts.values() for span in one.of("name"))


def test_a_message_in_two_exports_counts_once(case: Case, tmp_path: Path) -> None:
    imported(
        case, telegram(tmp_path / "a" / "result.json", [(1, "A", "one"), (2, "B", "two"), (3, "A", "three")])
    )
    imported(
        case, telegram(tmp_path / "b" / "result.json", [(2, "B", "two"), (3, "A", "three"), (4, "A", "four")])
    )
    for _ in range(2):  # read, then kept
        found = ledger(case)
        account = found.accounts["telegram:userA"]
        assert (account.tally.messages, account.tally.by_item) == (3, {"E0001": 2, "E0002": 1})
        assert account.items == {"E0001": 2, "E0002": 2}, "both show the account"
        assert found.accounts["telegram:userB"].tally.by_item == {"E0001": 1}
        assert account.tally.last_where is not None and account.tally.last_where.item == "E0002"
    assert ledger(case, without=["E0001"]).accounts["telegram:userA"].tally.by_item == {"E0002": 2}


def test_what_is_kept_is_used_only_where_it_was_made_here(case: Case, tmp_path: Path) -> None:
    imported(case, telegram(tmp_path / "a" / "result.json", [(1, "A", "one")]))
    ledger(case)
    kept = case.derived / "accounts" / "E0001.json"
    kept.write_bytes(kept.read_bytes().replace(b"userA", b"userX"))
    assert list(ledger(case).accounts) == ["telegram:userA"]
    kept.write_bytes(kept.read_bytes().replace(b"userA", b"userX"))
    fresh = Case.open(case.root)
    assert fresh.known_here is None and list(ledger(fresh).accounts) == ["telegram:userA"]


def test_what_is_kept_is_used(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    imported(case, telegram(tmp_path / "a" / "result.json", [(1, "A", "one")]))
    imported(case, telegram(tmp_path / "b" / "result.json", [(1, "A", "one"), (2, "C", "two")]))
    before = ledger(case)
    opened: list[str] = []

    def watched(_case: Case, one: Opened) -> tuple[()]:
        opened.append(one.item.id)
        return ()

    monkeypatch.setattr("abusekit.accounts.ledger.exported.stream", watched)
    assert ledger(case) == before
    ledger(case, without=["E0001"])
    assert ledger(case) == before, "a look at a part takes nothing away"
    assert [one.key for one in new_accounts(case, ["E0002"])] == ["telegram:userC"]
    assert opened == []


def test_what_was_kept_of_an_item_that_counts_no_more_is_taken_away(case: Case, tmp_path: Path) -> None:
    imported(case, telegram(tmp_path / "a" / "result.json", [(1, "A", "one")]))
    imported(case, telegram(tmp_path / "b" / "result.json", [(1, "A", "one"), (2, "C", "two")]))
    ledger(case)
    folder = case.derived / "accounts"
    assert {path.name for path in folder.iterdir()} == {"E0001.json", "E0002.json", "exports.json"}
    log(case, Act("item.quarantine", {"item": "E0002", "reason": "r"}))
    assert list(ledger(case).accounts) == ["telegram:userA"]
    assert {path.name for path in folder.iterdir()} == {"E0001.json"}


def test_a_declaration_changes_what_is_kept(case: Case, tmp_path: Path) -> None:
    imported(
        case, whatsapp(tmp_path / "WhatsApp Chat with Sam.txt", [(0, "Sam", "one"), (150, "Sam", "two")])
    )
    assert ledger(case).accounts["whatsapp:~Sam/E0001"].tally.days == {"2024-03-14": 2}
    log(
        case, Act("item.declare", {"item": "E0001", "declared": "timezone", "value": "+09:00", "reason": "r"})
    )
    assert ledger(case).accounts["whatsapp:~Sam/E0001"].tally.days == {"2024-03-14": 2}
    log(
        case, Act("item.declare", {"item": "E0001", "declared": "timezone", "value": "-09:00", "reason": "r"})
    )
    assert ledger(case).accounts["whatsapp:~Sam/E0001"].tally.days == {"2024-03-15": 2}


def test_an_export_that_cannot_be_opened_is_told_and_the_rest_goes_on(case: Case, tmp_path: Path) -> None:
    imported(case, telegram(tmp_path / "a" / "result.json", [(1, "A", "one")]))
    imported(case, telegram(tmp_path / "b" / "result.json", [(9, "C", "two")]))
    stored = next(path for path in (case.evidence / "E0001").iterdir() if path.name != "item.json")
    (case.derived / "messages" / "E0001.jsonl").unlink()
    stored.parent.chmod(0o700)
    stored.unlink()
    found = ledger(case)
    assert list(found.accounts) == ["telegram:userC"]
    assert [problem.partition(":")[0] for problem in found.problems] == ["E0001"]


def test_exports_of_other_platforms_are_not_joined(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To join a million messages takes hundreds of megabytes: only where two exports may hold the same one."""
    joined: list[list[str]] = []

    def watched(_case: Case, opened: list[Opened]) -> dict[str, Any]:
        joined.append([one.item.id for one in opened])
        return {}

    monkeypatch.setattr("abusekit.accounts.ledger.exported.repeats", watched)
    imported(case, telegram(tmp_path / "a" / "result.json", [(1, "A", "one")]))
    imported(case, whatsapp(tmp_path / "WhatsApp Chat with Sam.txt", [(0, "Sam", "one")]))
    ledger(case)
    assert joined == []
    imported(case, telegram(tmp_path / "b" / "result.json", [(2, "A", "two")]))
    ledger(case)
    assert joined == [["E0001", "E0003"]]
