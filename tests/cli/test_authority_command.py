"""`authority`: the person decides whose time counts; nothing is sent anywhere."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from command_runner import Abusekit

from abusekit.demo.timestamp_issuer import TimestampIssuer


@pytest.fixture
def issuer(tmp_path: Path) -> TimestampIssuer:
    made = TimestampIssuer("mine", clock=lambda: datetime(2026, 6, 15, tzinfo=UTC))
    (tmp_path / "root.pem").write_bytes(made.root_pem)
    return made


def test_nobody_is_asked_unless_the_person_says_so(abusekit: Abusekit) -> None:
    answer = abusekit("authority", "list", "--json", expect=0).answer
    assert [one["name"] for one in answer["authorities"]][:2] == ["digicert", "sectigo"]
    assert not any(one["default"] for one in answer["authorities"])
    ended = abusekit("authority", "list", expect=0)
    assert "http://timestamp.digicert.com  (package)" in ended.out and "none is asked by default" in ended.err
    assert abusekit("authority", "default", "--json", expect=0).answer == {"default": []}


def test_add_show_default_remove(abusekit: Abusekit, issuer: TimestampIssuer, tmp_path: Path) -> None:
    url = "http://127.0.0.1:9/tsr?a=1"
    ended = abusekit(
        "authority",
        "add",
        "mine",
        "--url",
        url,
        "--root",
        "root.pem",
        "--note",
        "contract 7",
        "--default",
        expect=0,
    )
    shown = abusekit("authority", "show", "mine", "--json", expect=0).answer
    assert (shown["url"], shown["note"], shown["source"], shown["default"]) == (
        url,
        "contract 7",
        "user",
        True,
    )
    assert shown["roots"][0]["sha256"] in ended.out and "compare the fingerprint" in ended.err
    assert abusekit("authority", "default", "digicert", "mine", "--json", expect=0).answer == {
        "default": ["digicert", "mine"]
    }
    assert abusekit("authority", "default", expect=0).out == "digicert\nmine\n"
    assert abusekit("authority", "remove", "mine", "--json", expect=0).answer == {"removed": "mine"}
    assert abusekit("authority", "default", expect=0).out == "digicert\n"
    assert "none is asked" in abusekit("authority", "default", "--none", expect=0).err
    assert "no authority 'mine'" in abusekit("authority", "show", "mine", expect=2).err


def test_trusted_and_not_asked(abusekit: Abusekit, issuer: TimestampIssuer) -> None:
    abusekit("authority", "add", "mine", "--root", "root.pem", expect=0)
    assert "(trusted, not asked)" in abusekit("authority", "list", expect=0).out
    assert "can only be trusted" in abusekit("authority", "default", "mine", expect=2).err
    assert "--url" in abusekit("authority", "add", "other", "--root", "root.pem", "--default", expect=2).err


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("add", "mine", "--url", "ftp://x/", "--root", "root.pem"), 2, "not the address"),
        (("add", "Mine", "--root", "root.pem"), 2, "not a name"),
        (("add", "digicert", "--root", "root.pem"), 2, "exists already"),
        (("add", "mine", "--root", "absent.pem"), 4, "cannot be read"),
        (("add", "mine", "--root", "/dev/zero"), 4, "not a regular file"),
        (("add", "mine", "--root", "chain.pem"), 2, "no root among"),
        (("add", "mine"), 2, "--root"),
        (("remove", "digicert"), 2, "comes with abusekit"),
        (("default", "digicert", "--none"), 2, "exclude each other"),
        (("show", "../x"), 2, "no authority"),
    ],
)
def test_what_is_refused(
    abusekit: Abusekit,
    issuer: TimestampIssuer,
    tmp_path: Path,
    arguments: tuple[str, ...],
    code: int,
    told: str,
) -> None:
    (tmp_path / "chain.pem").write_bytes(issuer.chain_pem)
    assert told in abusekit("authority", *arguments, expect=code).err
    assert not (tmp_path / "authorities").exists()


def test_never_inside_of_a_case(abusekit: Abusekit, issuer: TimestampIssuer, case: Path) -> None:
    inside = {"ABUSEKIT_AUTHORITIES": str(case / "authorities")}
    for words in (("add", "mine", "--root", "root.pem"), ("default", "digicert")):
        assert "lies inside a case" in abusekit("authority", *words, env=inside, expect=2).err
    assert not (case / "authorities").exists()


def test_a_folder_that_others_can_change_is_not_used(
    abusekit: Abusekit, issuer: TimestampIssuer, tmp_path: Path
) -> None:
    abusekit("authority", "add", "mine", "--root", "root.pem", expect=0)
    (tmp_path / "authorities").chmod(0o777)
    assert "chmod go-w" in abusekit("authority", "list", expect=2).err
