"""Every kind of need: it is found, what mends it takes it away, and a case that lacks nothing is ready."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from gate_case import SAID, START, Gate, time_without_zone

from abusekit.case.records import Legs
from abusekit.case.transfer import transfer_path
from abusekit.integrity.keys.revocation import Revocation, log_revocation
from abusekit.integrity.keys.signing import StoredKey
from abusekit.integrity.verify import Question, verify_case
from abusekit.readiness.need import KINDS, Need, accept, ordered, ranges, steps
from abusekit.readiness.verdict import verdict_needs
from handed_case import hand_over

FEW_DAYS = timedelta(days=3)
LONG = timedelta(days=40)


def items(needs: list[Need]) -> list[str]:
    return [need.item for need in needs]


def test_a_case_that_lacks_nothing_is_ready(gate: Gate) -> None:
    gate.record_only()
    note, letter = gate.note(), gate.file()
    gate.act("item.verify", note.id, verified_by="the victim", comment="")
    gate.act("item.corroborate", letter.id, by_item=note.id, reason="both tell of it")
    gate.seal()
    found = gate.assess()
    assert (found.needs, found.exit_code, found.verdict) == ([], 0, 0)


def test_seals(gate: Gate) -> None:
    gate.record_only()
    [bare] = gate.needs("unsealed")
    assert bare.blocking and "2 acts" in bare.what and not gate.needs("unchecked")
    gate.seal(stamped=False)
    assert not gate.needs("unsealed")
    [unstamped] = gate.needs("stamp")
    assert "no verified time stamp; 1 items" in unstamped.what and unstamped.command == "abusekit timestamp"
    gate.stamp(next(gate.case.seals.iterdir()))
    assert gate.assess().exit_code == 0
    gate.act("item.tag", "E0001", tags=["x"], removed=[], reason="")
    assert "1 act came after" in gate.needs("unsealed")[0].what and gate.assess().exit_code == 7
    gate.seal(stamped=False)
    assert "; 0 items have none" in gate.needs("stamp")[0].what, "the older seal's stamp covers them"


def test_a_stamp_that_nobody_trusts_here_is_none(gate: Gate) -> None:
    gate.record_only()
    gate.seal()
    gate.authority = type(gate.authority)("local-b", gate.authority.roots)
    assert {need.kind for need in gate.needs()} == {"unchecked", "stamp"}


def test_each_doubt_has_its_own_step(gate: Gate) -> None:
    gate.record_only()
    gate.seal()
    fingerprint = gate.key.public.fingerprint
    verdict = verify_case(gate.case.root, Question())
    found = {
        need.what.split(":")[0]: need.command for need in verdict_needs(verdict) if need.kind == "unchecked"
    }
    assert found == {
        "signature": "abusekit verify --signers FILE",
        "stamp": "abusekit verify --roots NAME=FILE",
    }
    log_revocation(gate.case, fingerprint, Revocation(START, "stolen", "x"), by="PO", now=gate.clock())
    gate.seal()
    assert [need.command for need in gate.needs("unchecked")] == ["abusekit seal --again --key NAME"] * 2
    gate.key = StoredKey("new", Ed25519PrivateKey.generate())
    gate.seal()
    assert gate.assess().exit_code == 0, "a newer seal by a good key covers the same lines"


def test_pending_stamps(gate: Gate) -> None:
    from abusekit.integrity.sealing.stamping import ask

    gate.record_only()
    gate.seal()
    ask(gate.case, next(gate.case.seals.iterdir()), ("local-c",), by="PO", now=gate.clock())
    [pending] = gate.needs("stamp")
    assert "local-c was asked over the seal of 2 lines" in pending.what and "--pending" in pending.command


def test_grades(gate: Gate) -> None:
    gate.capture()
    gate.capture("https://example.org/post/2", legs=Legs(address=True, source=True, picture=False))
    found = gate.needs("grade")
    assert [(one.item, one.what, one.command) for one in found] == [
        ("E0001", "grade C: the time is our clock's only", "abusekit seal"),
        ("E0002", "grade D: no picture of the full page", "abusekit recheck E0002 --engine browser"),
    ]
    gate.seal()
    assert items(gate.needs("grade")) == ["E0002"]
    gate.capture("https://example.org/post/2")
    gate.seal()
    assert not gate.needs("grade"), "one good capture of an address is enough"


def test_diary_entries_nobody_confirmed(gate: Gate) -> None:
    note = gate.note()
    [need] = gate.needs("diary")
    assert (
        need.item == note.id
        and need.exhibit == "PO/1"
        and need.command.startswith("abusekit verify-note E0001")
    )
    gate.act("item.verify", note.id, verified_by="the victim", comment="")
    assert not gate.needs("diary")


def test_files_that_nothing_bears_out(gate: Gate) -> None:
    gate.file("file.png", "image/png")
    gate.file()
    assert items(gate.needs("screenshot")) == ["E0001"] and items(gate.needs("file")) == ["E0002"]
    gate.capture()
    gate.act("item.corroborate", "E0001", by_item="E0003", reason="the same post")
    assert not gate.needs("screenshot")
    gate.act("item.withdraw", "E0003", reason="twice")
    assert items(gate.needs("screenshot")) == ["E0001"], "what is withdrawn bears out nothing"


def test_times(gate: Gate) -> None:
    gate.note(at=None)
    gate.file(dated=[time_without_zone(hour) for hour in (9, 22)])
    gate.note()
    found = gate.needs("time")
    assert [(one.item, one.what) for one in found] == [
        ("E0001", "a diary entry that states no time for what happened"),
        ("E0002", "2 times without a zone; before or after 2 other times of the case cannot be said"),
    ]
    assert "--corrects E0001" in found[0].command


def test_rechecks(gate: Gate) -> None:
    gate.capture("https://example.org/stories/1", facts={})
    assert "nobody has looked again" in gate.needs("recheck")[0].what
    gate.capture("https://example.org/stories/1")
    gate.capture("https://example.org/post/2")
    gate.capture("https://example.org/user/somebody")
    assert items(gate.needs("recheck")) == []
    assert items(gate.needs("recheck", after=FEW_DAYS)) == ["E0002"], "stories vanish first"
    assert len(gate.needs("recheck", after=LONG)) == 3
    assert "last looked at 40 days ago" in gate.needs("recheck", after=LONG)[0].what
    gate.capture(
        "https://example.org/post/2", facts={"recheck": {"verdict": "deleted"}}, outcome="http-error"
    )
    for kind in ("recheck", "outcome"):
        assert not {"E0003", "E0005"} & set(items(gate.needs(kind, after=LONG))), "what is gone is settled"


def test_outcomes(gate: Gate) -> None:
    gate.capture(outcome="timeout", facts={})
    [need] = gate.needs("outcome")
    assert (
        need.what == "the capture ended as timeout"
        and not gate.needs("grade")
        and not gate.needs("selection")
    )
    gate.capture()
    assert not gate.needs("outcome")
    gate.capture(outcome="login-wall", facts={"recheck": {"verdict": "login-wall"}})
    assert not gate.needs("outcome") and "it was there in E0002" in gate.needs("recheck")[0].what


def test_selection_and_context(gate: Gate) -> None:
    gate.capture(source={})
    gate.capture("https://example.org/post/2", source={"selection": "sent to her"})
    gate.capture("https://example.org/post/3", source={"completeness": "whole-thread"})
    gate.capture("https://example.org/user/somebody", source={"selection": "who did it"})
    assert items(gate.needs("selection")) == ["E0001", "E0003"] and items(gate.needs("context")) == [
        "E0001",
        "E0002",
    ]
    gate.capture("https://example.org/post/0", source={"context": "thread", "context_of": "E0002"})
    assert items(gate.needs("context")) == ["E0001"] and items(gate.needs("selection")) == ["E0001", "E0003"]
    gate.capture(source=SAID)
    assert not gate.needs("context") and items(gate.needs("selection")) == ["E0003"]


def test_custody(tmp_path: Path) -> None:
    gate = Gate(tmp_path / "case", place="")
    gate.file()
    [need] = gate.needs("custody")
    assert need.item == "E0001" and "no place from 2026-11-20T09:00" in need.what and "to now" in need.what
    assert need.command == 'abusekit custody store E0001 --place "…" --since TIME --reason "…"'
    gate.act("custody.store", "E0001", place="the safe", reason="kept there")
    [need] = gate.needs("custody")
    assert " to now" not in need.what, "what was missing once stays told"
    gate.act("item.tag", "E0001", tags=["accepted:custody"], removed=[], reason="it was in the office")
    assert not gate.needs("custody")


def test_open_hand_overs(gate: Gate) -> None:
    """The line alone: its paper is gone, which verify says."""
    from abusekit.case.custody import Act

    gate.file()
    listed = {"path": transfer_path(1), "sha256": "0" * 64, "size": 1}
    gate.case.record([Act("custody.transfer", {"transfer": 1, "files": [listed]})], by="PO", now=gate.clock())
    found = gate.assess()
    assert {"transfer", "wrong", "custody"} <= {need.kind for need in found.needs} and found.exit_code == 1


def test_while_it_is_on_the_way_only_the_receipt_is_wanted(tmp_path: Path) -> None:
    gate = Gate(tmp_path / "case", place="")
    gate.file()
    [bare] = gate.needs("custody")
    hand_over(gate.case, gate.key, gate.clock)
    found = [need.typed for need in gate.needs() if need.kind in ("transfer", "custody")]
    assert found == ["abusekit custody receive RECEIPT", accept("custody")]
    assert "custody store" in bare.typed


@pytest.mark.parametrize(
    ("producer", "said"), [("PO:Alice:volunteer", "no full name"), ("PO:Alice Smith:volunteer", "")]
)
def test_producers(tmp_path: Path, producer: str, said: str) -> None:
    gate = Gate(tmp_path / "case", producer)
    gate.file()
    found = gate.needs("producer")
    assert [said in need.what for need in found] == ([True] if said else [])


def test_quarantine_blocks_and_is_not_opened(gate: Gate) -> None:
    gate.file(data=b"kept in /home/maria/x", dated=[time_without_zone(9)])
    gate.act("item.quarantine", "E0001", reason="x", seen_by=["PO"])
    gate.seal()
    [need] = gate.needs()
    assert need.kind == "quarantine" and need.blocking and need.exhibit == "PO/1"
    gate.act("item.release", "E0001", reason="shows an adult", decided_by="DC 1234")
    assert {"leak", "time", "file"} <= {need.kind for need in gate.needs()}


def test_leaks(gate: Gate) -> None:
    gate.file(data=b"kept in /home/maria/x and /home/maria/y and /home/anna/z")
    gate.capture(method={"authenticated": True}, facts={"secret_places": ["page.html"]})
    gate.file(data=b"PK\x03\x04\x00")
    found = gate.assess()
    leaks = [
        (need.item, need.what.split(":")[0], need.blocking) for need in found.needs if need.kind == "leak"
    ]
    assert leaks == [("E0001", "home-path", False), ("E0002", "session", True)]
    assert items([need for need in found.needs if need.kind == "not-scanned"]) == ["E0003"]
    assert "maria" not in repr(found) and len(found.leaks) == 3
    gate.act("item.withdraw", "E0001", reason="not used")
    assert ("E0001", "leak") in {(need.item, need.kind) for need in gate.needs()}, (
        "it stays in the case, and leaves"
    )
    gate.act("item.tag", "E0002", tags=[], removed=[], reason="see /home/maria/x")
    assert "" in items(gate.needs("leak")), "the log leaves, too"


def test_what_a_person_accepts(gate: Gate) -> None:
    """By a label of the item, with its reason in the log; never what is wrong, or held back."""
    gate.file(dated=[time_without_zone(9)])
    gate.act("item.quarantine", gate.file().id, reason="x", seen_by=["PO"])
    gate.seal()
    assert {need.kind for need in gate.needs()} == {"time", "file", "quarantine"}
    tags = ["accepted:time", "accepted:file", "accepted:quarantine"]
    for item in ("E0001", "E0002"):
        gate.act("item.tag", item, tags=tags, removed=[], reason="the camera is lost")
    gate.seal()
    found = gate.assess()
    assert [need.kind for need in found.needs] == ["quarantine"] and len(found.accepted) == 2


def test_what_is_wrong_outweighs_all(gate: Gate) -> None:
    gate.file()
    gate.seal()
    stored = gate.case.root / "evidence/E0001/file.txt"
    stored.chmod(0o600)
    stored.write_bytes(b"y")
    found = gate.assess()
    first = found.needs[0]
    assert first.command == "abusekit verify COPY"
    assert found.exit_code == 1 and first.kind == "wrong" and first.blocking and first.item == "E0001"
    assert re.search(r"is not what was logged.*; logged in line 2 of 2026-11-20T09:00:\d\dZ", first.what)


def test_a_record_that_cannot_be_read_is_told(gate: Gate) -> None:
    gate.file()
    gate.file()
    gate.seal()
    record = gate.case.root / "evidence/E0001/item.json"
    record.unlink()
    found = gate.assess()
    wrong = [need.what for need in found.needs if need.kind == "wrong"]
    assert found.exit_code == 1 and any("cannot be read" in what for what in wrong)
    assert items([need for need in found.needs if need.kind == "file"]) == ["E0002"], "the rest is judged"


def test_the_order_is_stable(gate: Gate) -> None:
    for _ in range(3):
        gate.note()
        gate.file()
    first, second = gate.assess(), gate.assess()
    assert first.needs == second.needs == ordered(list(reversed(first.needs)))
    ranks = [list(KINDS).index(need.kind) for need in first.needs]
    assert ranks == sorted(ranks)


def test_steps_are_commands_to_type() -> None:
    needs = [
        Need("recheck", "x", f"E{n:04}", "", "look", "abusekit recheck ITEM…") for n in (1, 2, 3, 5, 9, 10)
    ]
    needs += [Need("diary", "x", f"E{n:04}", "", "ask", "abusekit verify-note ITEM --by X") for n in (4, 7)]
    found = steps(needs)
    assert [(step.command, step.count) for step in found] == [
        ("abusekit recheck E0001-E0003 E0005 E0009-E0010", 6), ("abusekit verify-note E0004 --by X", 2),
    ]  # fmt: skip
    assert found[0].items[-1] == "E0010" and needs[0].command == "abusekit recheck E0001"
    many = tuple(f"E{n:04}" for n in range(1, 99, 2))
    assert len(ranges(many).split()) == 12


CHAT = "14/03/2024, 21:05 - Sam: hello\n14/03/2024, 21:06 - Jo: no\n14/03/2024, 21:07 - Sam: so\n"


def test_an_export_that_was_stored_and_never_read(gate: Gate) -> None:
    item = gate.export(CHAT, read=False)
    [need] = gate.needs("export")
    assert "never read" in need.what and need.command == f"abusekit import --item {item.id}"
    gate.read(item)
    assert not gate.needs("export")


def test_times_of_an_export(gate: Gate) -> None:
    item = gate.export("3/4/24, 21:05 - Sam: hello\n3/5/24, 21:06 - Jo: no\n")
    order, zone = sorted(gate.needs("time"), key=lambda need: need.command)
    assert "2 times of an export without a time zone" in zone.what and "timezone=" in zone.command
    assert "day and month" in order.what and order.item == item.id
    for name, value in (("timezone", "Europe/London"), ("order", "DMY")):
        gate.act("item.declare", item.id, declared=name, value=value)
    gate.read(item)
    assert not gate.needs("time")


def test_an_export_that_is_not_understood_whole(gate: Gate) -> None:
    item = gate.export("no message at all\n" + CHAT)
    [need] = gate.needs("export")
    assert "1 places not understood" in need.what and need.item == item.id
    gate.act("item.tag", item.id, tags=["accepted:export"], removed=[], reason="looked at")
    assert not gate.needs("export")


def test_every_kind_is_tested() -> None:
    """A kind that no test of this file names is one that nobody has seen."""
    text = Path(__file__).read_text("utf-8")
    assert [kind for kind in KINDS if f'"{kind}"' not in text] == []
