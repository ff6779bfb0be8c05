"""Block list: which accounts, which files, and nothing from outside that runs, leads elsewhere or breaks a line."""

from __future__ import annotations

import csv
import io

import pytest
from paper_ledger import HOSTILE, ONE, THREE, TWO, a_ledger, confirmed, decided, decision, span

from abusekit.accounts.model import Account, Ledger
from abusekit.accounts.papers.blocklist import MASTODON, README, WATCH, blocked, files_of
from abusekit.capture.address_list import read_list
from abusekit.cli.account.paper_files import cell
from abusekit.errors import UsageError


def test_only_confirmed_and_named_never_own() -> None:
    ledger = a_ledger()
    found = blocked(ledger, decided(decision(ONE, TWO), decision(TWO, THREE, "proposed")), {"x:@reader"})
    assert [(one.key, one.reason) for one in found] == [
        (ONE, "confirmed-link"), (TWO, "confirmed-link"), ("x:@reader", "named"),
    ]  # fmt: skip
    with pytest.raises(UsageError, match="own account"):
        blocked(ledger, confirmed(), {"x:1"})
    ledger.accounts[ONE].own = True
    assert ONE not in {one.key for one in blocked(ledger, confirmed(), ())}


def test_one_csv_a_platform_and_a_readme_that_warns() -> None:
    files = files_of(blocked(a_ledger(), confirmed(), {"x:@reader"}), cell)
    assert list(files) == [README, "block-x.csv", "block-whatsapp.csv", WATCH]
    rows = list(csv.DictReader(io.StringIO(files["block-x.csv"], newline="")))
    assert rows[0] == {
        "handle": "night_owl", "id": "12345", "url": "https://x.example/night_owl", "reason": "confirmed-link"
    }  # fmt: skip
    assert rows[2]["handle"] == "reader" and rows[2]["id"] == ""
    assert "defamatory" in files[README] and "x:@reader" in files[README].split("handle or name only")[1]


def test_watch_list_is_what_capture_reads() -> None:
    ledger = a_ledger()
    for number, address in enumerate(
        ("https://ok.example/a", "javascript:alert(1)", "https://x/\nhttps://evil.example/", "#x", "ftp://a/")
    ):
        ledger.accounts[ONE].spans.append(
            span("url", address, "E0001", "2026-10-01", f"2026-10-{10 - number:02}")
        )
    files = files_of(blocked(ledger, confirmed(), ()), cell)
    listed = read_list(files[WATCH].encode("utf-8"), WATCH)
    assert [(one.address, one.problem) for one in listed] == [("https://ok.example/a", "")]


def mastodon(handle: str, id_: str = "") -> dict[str, str]:
    account = Account(f"mastodon:{id_ or handle}", "mastodon", id_ or "1", "platform_id", 1)
    account.spans = [span("handle", handle, "E0001", "2026-08-01", "2026-08-02")]
    ledger = Ledger(accounts={account.key: account})
    return files_of(blocked(ledger, decided(), {account.key}), cell)


def test_mastodon_form_is_name_at_server_and_nothing_else() -> None:
    assert mastodon("night.owl@Social.Example")[MASTODON] == "Account address\nnight.owl@social.example\n"
    assert mastodon("@owl@social.example")[MASTODON].endswith("\nowl@social.example\n")
    for wrong in (
        "owl",
        "=cmd@social.example",
        "a@b\nc@d.example",
        "owl@",
        "owl@127.0.0.1",
        "o,wl@social.example",
    ):
        assert MASTODON not in mastodon(wrong), wrong


def of_telegram(*handles: str) -> dict[str, str]:
    account = Account("telegram:user4077", "telegram", "user4077", "platform_id", 1)
    account.spans = [span("handle", one, "E0001", "2026-08-01", "2026-08-02") for one in handles]
    ledger = Ledger(accounts={account.key: account})
    return files_of(blocked(ledger, decided(), {account.key}), cell)


def test_what_no_app_can_look_for_is_in_no_csv_and_the_readme_says_how_to_block_it() -> None:
    bare = of_telegram()
    assert list(bare) == [README]
    assert "telegram:user4077" in bare[README].split("in no CSV")[1] and "Block user" in bare[README]
    named = of_telegram("night_owl")
    assert named["block-telegram.csv"].splitlines()[1] == '"night_owl","4077",,"named"'
    assert "in no CSV" not in named[README]
    assert max(len(line) for line in named[README].splitlines()) <= 80


@pytest.mark.parametrize("name", HOSTILE)
def test_names_that_mean_harm_do_none(name: str) -> None:
    account = Account(f"{name}:1", name, name, "platform_id", 1)
    account.spans = [span("handle", name, "E0001", "2026-08-01", "2026-08-02")]
    files = files_of(blocked(Ledger(accounts={account.key: account}), decided(), {account.key}), cell)
    assert list(files) == [README, "block-other.csv"]
    rows = list(csv.reader(io.StringIO(files["block-other.csv"], newline="")))
    assert [len(row) for row in rows] == [4, 4]
    assert not [text for text in rows[1] if text[:1] in ("=", "+", "-", "@")]
    for text in files.values():
        text.encode("utf-8")
        assert not any(sign < " " and sign not in "\r\n" for sign in text)


def test_the_same_twice() -> None:
    assert files_of(blocked(a_ledger(), confirmed(), ()), cell) == files_of(
        blocked(a_ledger(), confirmed(), ()), cell
    )


def test_a_link_that_rests_on_withdrawn_items_only_blocks_nobody() -> None:
    said = confirmed()
    assert blocked(a_ledger(), said, ())
    said.fallen = dict.fromkeys((item for one in said.all for item in one.items), "withdrawn")
    assert all(one.items for one in said.all) and blocked(a_ledger(), said, ()) == []
