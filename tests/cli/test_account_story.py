"""The practice site's renamed and re-opened accounts and two group chats in one case: who is there, what may link."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from command_runner import PRODUCER, Abusekit

from abusekit.demo import content, neighbours
from abusekit.demo.site import PracticeSite

OWL, SECOND, REOPENED = (
    f"chatterbox:{number}" for number in (content.ABUSER, content.SECOND_ACCOUNT, content.REOPENED)
)
NEWCOMER, FAN, IMPERSONATOR, VICTIM = (
    f"chatterbox:{number}"
    for number in (1099, neighbours.OWL_FAN.user_id, neighbours.IMPERSONATOR.user_id, content.VICTIM)
)
ON_TELEGRAM, BACK_ON_TELEGRAM, FAN_ON_TELEGRAM, VICTIM_ON_TELEGRAM = (
    f"telegram:{number}"
    for number in (
        neighbours.ON_TELEGRAM,
        neighbours.BACK_ON_TELEGRAM,
        neighbours.FAN_ON_TELEGRAM,
        neighbours.VICTIM_ON_TELEGRAM,
    )
)
ON_DISCORD = f"discord:{neighbours.ON_DISCORD}"
ABUSER = {OWL, SECOND, REOPENED, ON_TELEGRAM, BACK_ON_TELEGRAM, ON_DISCORD}
"""What the invented abuser runs."""
BANNED = re.compile(r"is the same person|probability that|% likely|proves who", re.I)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A case in `case`, with what its user holds beside it. Only to be read, or copied."""
    home = tmp_path_factory.mktemp("accounts")
    run, case = Abusekit(home), home / "case"
    run(
        "init", case, "--yes", "--ref", "OP-1", "--producer", PRODUCER, "--timezone", "Europe/London",
        "--allow-network", "127.0.0.0/8", expect=0,
    )  # fmt: skip
    with PracticeSite() as site:
        samples = site.write_samples(home / "samples")
        others = (neighbours.OWL_FAN, neighbours.IMPERSONATOR, *neighbours.NEIGHBOURS)
        handles = (content.OLD_HANDLE, "tawny_watcher", "mira_walks", *(one.handle for one in others))
        capture = ("capture", "--case", case, "--delay", "0")
        run(*capture, *(site.profile_url(handle) for handle in handles), expect=0)
        posts = (site.post_url(one.post_id) for one in site.story.posts if one.author_id in _WRITERS)
        run(*capture, *posts, expect=0)
        site.rename()
        run("recheck", "--case", case, "--delay", "0", "E0001", expect=0)
        site.reuse_handle()
        site.suspend(content.NEW_HANDLE)
        site.reopen()
        run(*capture, "--again", *map(site.profile_url, (content.OLD_HANDLE, "night_owl_78")), expect=0)
    for group, victim in zip(samples.groups, _VICTIM_THERE, strict=True):
        owner = ("--declare", f"owner={victim}", "--reason", "she gave it")
        run("import", "--case", case, group, *owner, expect=0)
    run("account", "observe", "--case", case, VICTIM, "--own", "--reason", "she says so", expect=0)
    run(
        "account", "observe", "--case", case, ON_TELEGRAM, "--blocked",
        "--when", neighbours.BLOCKED_AT.isoformat(), "--reason", "she blocked it that evening", expect=0,
    )  # fmt: skip
    return home


_VICTIM_THERE = (neighbours.VICTIM_ON_TELEGRAM, neighbours.VICTIM_ON_DISCORD)
_WRITERS = (content.ABUSER, content.SECOND_ACCOUNT)


@pytest.fixture(scope="module")
def told(home: Path) -> dict[str, Any]:
    """What `account candidates --all --json` answers."""
    answer: dict[str, Any] = Abusekit(home)(
        "account", "candidates", "--case", home / "case", "--all", "--json", expect=0
    ).answer
    return answer


def pair_of(candidate: dict[str, Any]) -> set[str]:
    return {candidate["a"]["key"], candidate["b"]["key"]}


def ours(home: Path) -> Abusekit:
    return Abusekit(home)


def test_names_ids_and_dates(home: Path) -> None:
    shown = ours(home)("account", "show", "--case", home / "case", OWL, "--json", expect=0).answer
    handles = [span for span in shown["spans"] if span["field"] == "handle"]
    assert [span["value"] for span in handles] == [content.OLD_HANDLE, content.NEW_HANDLE]
    assert handles[0]["last"]["latest"] < handles[1]["first"]["earliest"]
    assert all(span["first"]["dated_by"] == "capture" and span["where"] for span in handles)
    assert shown["account"]["id"] == str(content.ABUSER)


def test_a_handle_that_another_account_took_is_caught(home: Path) -> None:
    for key in (OWL, NEWCOMER):
        shown = ours(home)("account", "show", "--case", home / "case", key, "--json", expect=0).answer
        assert [alarm["kind"] for alarm in shown["alarms"]] == ["handle-reuse"]
        assert set(shown["alarms"][0]["accounts"]) == {OWL, NEWCOMER}


def test_what_the_abuser_runs_comes_first(told: dict[str, Any]) -> None:
    pairs = [(pair_of(one), one["total"]) for one in told["candidates"]]
    true = [total for pair, total in pairs if pair <= ABUSER]
    other = [total for pair, total in pairs if not pair <= ABUSER]
    assert len(true) == 15 and min(true) > max(other)
    back = next(one for one in told["candidates"] if pair_of(one) == {ON_TELEGRAM, BACK_ON_TELEGRAM})
    findings = {finding["signal"]: finding for finding in back["findings"]}
    assert {"email", "reused-text", "first-contact"} <= findings.keys() and back["strength"] == "strong"
    assert all(findings[signal]["lr"] > 1 for signal in ("email", "reused-text", "first-contact"))


def test_look_alikes_stay_below(told: dict[str, Any]) -> None:
    for one in told["candidates"]:
        if pair_of(one) & {FAN, FAN_ON_TELEGRAM, IMPERSONATOR, NEWCOMER}:
            assert one["total"] <= 10 and one["strength"] not in ("strong", "moderate"), one


def test_the_victims_own_accounts_are_never_compared(told: dict[str, Any]) -> None:
    own = {VICTIM, VICTIM_ON_TELEGRAM, f"discord:{neighbours.VICTIM_ON_DISCORD}"}
    assert not any(pair_of(one) & own for one in told["candidates"])


def test_every_finding_says_where_it_stands(told: dict[str, Any]) -> None:
    for one in told["candidates"]:
        for finding in one["findings"]:
            assert finding["here"] or finding["there"]
            if finding["lr"] != 1:
                assert finding["among"] > 0


def test_words_of_messages_are_covered_and_no_word_says_who(home: Path) -> None:
    covered = ours(home)("account", "candidates", "--case", home / "case", expect=0)
    assert neighbours.SHARED_WORDS[:30] not in covered.out
    assert (
        "more probable if the two accounts are run by one person than if by different people" in covered.out
    )
    assert not BANNED.search(covered.out)


def test_nothing_is_compared_unasked(abusekit: Abusekit, case: Path, tmp_path: Path) -> None:
    group = tmp_path / neighbours.TELEGRAM_NAME
    group.write_bytes(neighbours.telegram_json(1))
    ended = abusekit("import", "--case", case, group, expect=0)
    assert "16 new accounts: " in ended.err and "nothing was compared" in ended.err
    again = tmp_path / "again"
    again.mkdir()
    (again / "result.json").write_bytes(neighbours.telegram_json(1).replace(b'"id": 4400', b'"id": 4401', 1))
    ended = abusekit("import", "--case", case, again / "result.json", expect=0)
    assert "new account" not in ended.err
