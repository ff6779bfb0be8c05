"""`import --dns`: keys asked of a real name server on loopback; nothing is asked unless it was said, nothing hidden."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dns.rcode
import pytest
from capture_lists import stored
from command_runner import Abusekit
from export_samples import ios_export, signed_mailbox
from import_lines import acts, rows
from loopback_dns import NameServer, serving

NAME = "sel._domainkey.mail.example"


@pytest.fixture
def server() -> Iterator[NameServer]:
    with serving(NameServer()) as running:
        yield running


@pytest.fixture
def mailbox(tmp_path: Path, server: NameServer) -> Path:
    """Two signed mails, the second changed; the server knows their key."""
    path, record = signed_mailbox(tmp_path)
    server.records = json.loads(record.read_text())
    return path


def asked(abusekit: Abusekit, case: Path, path: Path, server: NameServer, **more: Any) -> Any:
    return abusekit("import", "--case", case, path, "--dns", "--resolver", server.address, **more)


def answers_item(case: Path) -> dict[str, Any]:
    (item,) = (one for one in stored(case) if one["kind"] == "file")
    return item


def watched(folder: Path) -> tuple[dict[str, str], Path]:
    """An environment in which every address that a socket is turned to is written to a file."""
    (folder / "watch").mkdir()
    seen = folder / "watch" / "addresses"
    seen.touch()
    (folder / "watch" / "sitecustomize.py").write_text(
        "import sys\n"
        "def seen(event, args):\n"
        "    if event in ('socket.connect', 'socket.sendto', 'socket.sendmsg', 'socket.getaddrinfo'):\n"
        f"        with open({str(seen)!r}, 'a') as out:\n"
        "            print(event, args[1:] if event != 'socket.getaddrinfo' else args, file=out)\n"
        "sys.addaudithook(seen)\n"
    )
    return {"PYTHONPATH": str(folder / "watch")}, seen


def test_nothing_is_asked_without_dns(
    abusekit: Abusekit, case: Path, mailbox: Path, server: NameServer, tmp_path: Path
) -> None:
    """Nobody at all: no socket of the program is turned to any address."""
    watch, seen = watched(tmp_path)
    ended = abusekit("import", "--case", case, mailbox, "--json", env=watch, expect=0)
    checks = ended.answer["exports"][0]["reading"]["checks"]
    assert checks["DKIM: not_checked"] == 2 and "DKIM: good" not in checks
    abusekit("timeline", "--case", case, "--jsonl", "-", env=watch, expect=0)
    abusekit("show", "--case", case, "E0001#m1", "--reveal", env=watch, expect=0)
    abusekit("import", "--case", case, "--item", "E0001", env=watch, expect=0)
    assert seen.read_text() == "" and server.asked == [] and len(stored(case)) == 1


def test_with_dns_the_one_resolver_is_asked_and_nobody_else(
    abusekit: Abusekit, case: Path, mailbox: Path, server: NameServer, tmp_path: Path
) -> None:
    watch, seen = watched(tmp_path)
    ended = asked(abusekit, case, mailbox, server, env=watch, expect=0)
    host, _, port = server.address.partition(":")
    turned_to = set(seen.read_text().splitlines())
    assert turned_to and all(f"('{host}', {port})" in one for one in turned_to), turned_to
    assert server.address in ended.err, "where it connects is said"


def test_the_answers_become_an_item_and_the_mails_are_checked(
    abusekit: Abusekit, case: Path, mailbox: Path, server: NameServer
) -> None:
    ended = asked(abusekit, case, mailbox, server, expect=0)
    assert server.asked == [NAME], "each name once"
    assert f"asks {server.address} for 1 DKIM keys" in ended.err and NAME in ended.err
    assert "1 of 1 found" in ended.err and "1 DKIM: good" in ended.err and "1 DKIM: changed" in ended.err
    item = answers_item(case)
    assert f"stored as {item['id']}" in ended.err
    assert item["source"] == {"names": ["dns-records.json"], "asked_for": "E0001"}
    assert item["method"]["resolver"] == server.address and "RFC 1035" in item["method"]["way"]
    (answer,) = item["facts"]["dns"]
    assert (answer["name"], answer["found"], answer["problem"], answer["rcode"]) == (
        NAME,
        True,
        "",
        "NOERROR",
    )
    assert answer["at"].endswith("Z") and answer["authenticated_data"] is False
    assert any("DNSSEC is not checked" in limit for limit in item["limits"])
    held = (case / "evidence" / item["id"] / "dns-records.json").read_bytes()
    assert json.loads(held) == server.records
    assert [(one["declared"], one["value"]) for one in acts(case, "item.declare")] == [("keys", item["id"])]
    abusekit.verified(case)


def test_what_was_answered_once_serves_without_network(
    abusekit: Abusekit, case: Path, mailbox: Path, server: NameServer
) -> None:
    asked(abusekit, case, mailbox, server, expect=0)
    (case / "derived/messages/E0001.jsonl").unlink()
    told = [row["message"] for row in rows(abusekit, case) if row["kind"] == "message"]
    assert ["DKIM 1: good" in message for message in told] == [True, False]
    assert "DKIM 1: changed" in told[1] and server.asked == [NAME]


def test_asked_later_of_a_stored_export(
    abusekit: Abusekit, case: Path, mailbox: Path, server: NameServer
) -> None:
    abusekit("import", "--case", case, mailbox, expect=0)
    words = ("import", "--case", case, "--item", "E0001", "--dns", "--resolver", server.address, "--json")
    found = abusekit(*words, expect=0).answer["exports"][0]["reading"]
    assert found["checks"]["DKIM: good"] == 1 and server.asked == [NAME]


def test_the_resolver_said_that_it_validated(
    abusekit: Abusekit, case: Path, mailbox: Path, server: NameServer
) -> None:
    server.authenticated = True
    asked(abusekit, case, mailbox, server, expect=0)
    assert answers_item(case)["facts"]["dns"][0]["authenticated_data"] is True


@pytest.mark.parametrize(
    ("rcode", "problem"),
    [(dns.rcode.NXDOMAIN, "no such record"), (dns.rcode.SERVFAIL, "the resolver answers SERVFAIL")],
)
def test_a_key_that_is_gone(
    abusekit: Abusekit, case: Path, mailbox: Path, server: NameServer, rcode: dns.rcode.Rcode, problem: str
) -> None:
    """That it was not there on this day is kept; the mails are read all the same, and not said to be false."""
    server.records, server.rcode = {}, rcode
    ended = asked(abusekit, case, mailbox, server, expect=0)
    assert f"0 of 1 found; 1: {problem}" in ended.err
    item = answers_item(case)
    (answer,) = item["facts"]["dns"]
    assert (answer["found"], answer["problem"], answer["rcode"]) == (False, problem, rcode.name)
    assert json.loads((case / "evidence" / item["id"] / "dns-records.json").read_bytes()) == {}
    assert acts(case, "item.declare") == []
    told = [row["message"] for row in rows(abusekit, case) if row["kind"] == "message"]
    assert len(told) == 2 and all("DKIM 1: not checked" in one.replace("_", " ") for one in told)
    abusekit.verified(case)


def test_a_silent_resolver(abusekit: Abusekit, case: Path, mailbox: Path, server: NameServer) -> None:
    server.silent = True
    ended = asked(abusekit, case, mailbox, server, expect=0, timeout=30)
    assert "0 of 1 found; 1: no answer in time" in ended.err and "2 messages" in ended.out
    (answer,) = answers_item(case)["facts"]["dns"]
    assert (answer["found"], answer["problem"], answer["rcode"]) == (False, "no answer in time", "")
    abusekit.verified(case)


def test_another_key_than_the_one_that_signed(
    abusekit: Abusekit, case: Path, mailbox: Path, tmp_path: Path, server: NameServer
) -> None:
    """Keys change: both mails then fail, which is told as such."""
    (tmp_path / "other").mkdir()
    _, record = signed_mailbox(tmp_path / "other")
    server.records = json.loads(record.read_text())
    ended = asked(abusekit, case, mailbox, server)
    assert "DKIM: good" not in ended.err and "2 DKIM: changed" in ended.err


def test_an_export_without_signatures_asks_nothing(
    abusekit: Abusekit, case: Path, tmp_path: Path, server: NameServer
) -> None:
    ended = asked(abusekit, case, ios_export(tmp_path), server, expect=0)
    assert "no signature in it wants a key: nothing is asked" in ended.err
    assert server.asked == [] and len(stored(case)) == 1


def test_names_that_are_no_host_names_are_not_asked(
    abusekit: Abusekit, case: Path, tmp_path: Path, server: NameServer
) -> None:
    """A mail can name anything as its domain."""
    mail = (
        "From: sam@mail.example\r\nTo: jo@victim.example\r\nSubject: x\r\nDate: Sat, 16 Mar 2024 10:01:00 +0100\r\n"
        "DKIM-Signature: v=1; a=rsa-sha256; d=a b\x1b[31m;s=../../etc; h=from; bh=AA==; b=AA==\r\n"
        "DKIM-Signature: v=1; a=rsa-sha256; d=good.example;s=s1; h=from; bh=AA==; b=AA==\r\n\r\nbody\r\n"
    )
    (tmp_path / "mail.eml").write_bytes(mail.encode())
    ended = asked(abusekit, case, tmp_path / "mail.eml", server)
    assert ended.code in (0, 7) and set(server.asked) <= {"s1._domainkey.good.example"}
    assert "\x1b" not in ended.out + ended.err
    abusekit.verified(case)


def test_quarantined_while_nobody_asked(
    abusekit: Abusekit, case: Path, mailbox: Path, server: NameServer
) -> None:
    abusekit("import", "--case", case, mailbox, expect=0)
    abusekit("quarantine", "--case", case, "E0001", "--reason", "x", "--seen-by", "PO", expect=0)
    words = ("import", "--case", case, "--item", "E0001", "--dns", "--resolver", server.address)
    abusekit(*words, expect=2)
    assert server.asked == []
