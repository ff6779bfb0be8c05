"""`seal --tsa`, `timestamp`, `verify --roots`, `capture --stamp-each`, against authorities on this computer."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from command_runner import Abusekit, log_lines

from abusekit.demo.site import PracticeSite
from abusekit.demo.timestamp_authority import Fault, TimeStampAuthorityServer, Trouble
from abusekit.integrity.timestamps import authorities


def sh(line: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["sh", "-c", line], cwd=cwd, capture_output=True, text=True, check=False)


@pytest.fixture
def servers(abusekit: Abusekit, tmp_path: Path) -> Iterator[dict[str, TimeStampAuthorityServer]]:
    """Two authorities that this user knows; none is a default."""
    folder = tmp_path / "authorities"
    abusekit.environment["ABUSEKIT_AUTHORITIES"] = str(folder)
    with TimeStampAuthorityServer("local-a") as one, TimeStampAuthorityServer("local-b") as other:
        for server in (one, other):
            authorities.add(folder, server.name, server.url, server.root_pem)
        yield {"local-a": one, "local-b": other}


TWO = ("--tsa", "local-a", "--tsa", "local-b")


@pytest.fixture
def keyed(abusekit: Abusekit, case: Path) -> Path:
    """A fresh case of somebody who has a key."""
    abusekit("key", "create", "me", expect=0)
    return case


def states(answer: Any) -> dict[str, str]:
    return {one["authority"]: one["state"] for one in answer["stamps"]}


def stamp_checks(abusekit: Abusekit, case: Path, *options: str) -> dict[str, int]:
    answer = abusekit("verify", case, "--json", *options).answer
    return next((one["counts"] for one in answer["checks"] if one["check"] == "stamp"), {})


def test_the_lines_that_seal_prints_are_true(
    abusekit: Abusekit, servers: dict[str, TimeStampAuthorityServer], keyed: Path, tmp_path: Path
) -> None:
    """As a stranger pastes them: signature, files, list, and a token of each authority."""
    ended = abusekit("seal", "--case", keyed, "--key", "me", *TWO, expect=0)
    assert all(server.url in ended.err for server in servers.values()), "says where it connects"
    assert ended.out.count("stamped: seal 1 existed not later than 20") == 2
    lines = [line.strip() for line in ended.err.splitlines() if line.startswith("  ")]
    commands = [line for line in lines if not line.startswith(("abusekit", "echo"))]
    abusekit("key", "show", "me", "--allowed-signers")
    (tmp_path / "allowed_signers").write_text(abusekit("key", "show", "me", "--allowed-signers").out)
    found = [sh(line, tmp_path) for line in commands]
    assert [done.returncode for done in found] == [0] * 5, [(d.args, d.stderr) for d in found]
    assert sum("Verification: OK" in done.stdout + done.stderr for done in found) == 2
    assert sum("openssl ts -verify -attime " in line for line in commands) == 2
    abusekit("verify", keyed, expect=0)
    assert stamp_checks(abusekit, keyed) == {"ok": 2}
    told = ended.err.splitlines()
    [heading] = [place for place, line in enumerate(told) if "How others check it" in line]
    assert all(line.startswith("  ") for line in told[heading + 1 :]) and len(told) - heading == 7, (
        "last, one block"
    )
    assert ended.err.count("means nothing") == 2, "what openssl warns of"


def test_sealing_answers_in_json(
    abusekit: Abusekit, servers: dict[str, TimeStampAuthorityServer], keyed: Path, tmp_path: Path
) -> None:
    odd = tmp_path / "it's a case; $(touch pwned)"
    keyed.rename(odd)
    answer = abusekit("seal", "--case", odd, "--json", *TWO, expect=0).answer
    assert states(answer) == {"local-a": "stamped", "local-b": "stamped"}
    first = answer["stamps"][0]
    assert first["gen_time"].endswith("Z") and "local-a" in first["signer"] and first["problem"] == ""
    assert {one["command"] for one in answer["stamps"]} <= set(answer["check_with"])
    for line in answer["check_with"][1:]:
        assert sh(line, tmp_path).returncode == 0, line
    assert not (tmp_path / "pwned").exists()


TROUBLES: list[tuple[Fault, Trouble, str]] = [
    (Fault.WRONG_NONCE, Trouble.NONE, "nonce"), (Fault.WRONG_DIGEST, Trouble.NONE, "another digest"),
    (Fault.EXPIRED_LEAF, Trouble.NONE, "valid"), (Fault.REJECTION, Trouble.NONE, "did not stamp"),
    (Fault.BAD_SIGNATURE, Trouble.NONE, "signature"), (Fault.FOREIGN_ROOT, Trouble.NONE, ""),
    (Fault.NONE, Trouble.SERVER_ERROR, "500"), (Fault.NONE, Trouble.REDIRECT, "redirect"),
    (Fault.NONE, Trouble.GARBAGE, "not a time-stamp answer"), (Fault.NONE, Trouble.RESET, ""),
]  # fmt: skip


def test_an_authority_in_trouble_spoils_nothing(
    abusekit: Abusekit, servers: dict[str, TimeStampAuthorityServer], keyed: Path
) -> None:
    """One clear line for each; the seal stays good, the other's token is kept, and later it is made up for."""
    bad = servers["local-a"]
    bad.fault, bad.trouble = TROUBLES[0][:2]
    ended = abusekit("seal", "--case", keyed, *TWO, expect=7)
    assert "local-a, seal 1: " in ended.err and "nonce" in ended.err and "timestamp --pending" in ended.err
    assert "stamped: seal 1 existed" in ended.out
    abusekit("verify", keyed, expect=0)
    assert stamp_checks(abusekit, keyed) == {"ok": 1, "note": 1}
    for fault, trouble, words in TROUBLES[1:]:
        bad.fault, bad.trouble = fault, trouble
        before = log_lines(keyed)
        ended = abusekit("timestamp", "--case", keyed, "--pending", expect=7)
        [line] = [line for line in ended.err.splitlines() if line.startswith("local-a, seal 1: ")]
        assert words in line, (fault, trouble, line)
        assert log_lines(keyed) == before and "Traceback" not in ended.err
    bad.fault, bad.trouble = Fault.NONE, Trouble.NONE
    queries = set(bad.asked)
    ended = abusekit("timestamp", "--case", keyed, "--pending", "--json", expect=0)
    assert states(ended.answer) == {"local-a": "stamped"}
    assert len(queries) == 1 == len(set(bad.asked)), "the same request each time"
    assert stamp_checks(abusekit, keyed) == {"ok": 2}
    for option in ("--pending", "--list"):
        ended = abusekit("timestamp", "--case", keyed, option, expect=0)
        assert "nothing waits" in ended.err and "--pending" not in ended.err


def test_several_seals_wait_for_one_authority(
    abusekit: Abusekit, servers: dict[str, TimeStampAuthorityServer], keyed: Path
) -> None:
    servers["local-a"].trouble = Trouble.SERVER_ERROR
    for _ in range(2):
        abusekit("seal", "--case", keyed, "--tsa", "local-a", expect=7)
        abusekit("note", "--case", keyed, "a further day", expect=0)
    ended = abusekit("timestamp", "--case", keyed, "--pending", expect=7)
    [asked] = [line for line in ended.err.splitlines() if line.startswith("connects to")]
    assert asked.count("local-a (") == 1
    lines = [line.split(":")[0] for line in ended.err.splitlines() if line.startswith("local-a")]
    assert len(set(lines)) == 2 and lines[0] == "local-a, seal 1"


def test_an_authority_that_is_down(
    abusekit: Abusekit, servers: dict[str, TimeStampAuthorityServer], keyed: Path
) -> None:
    servers["local-b"].stop()
    answer = abusekit("seal", "--case", keyed, "--json", *TWO, expect=7).answer
    assert states(answer) == {"local-a": "stamped", "local-b": "pending"}
    assert "no connection" in answer["stamps"][1]["problem"]
    assert "local-b" in abusekit("timestamp", "--case", keyed, "--list", expect=0).out
    abusekit("verify", keyed, expect=0)


def test_by_way_of_another_computer(
    abusekit: Abusekit, servers: dict[str, TimeStampAuthorityServer], keyed: Path, tmp_path: Path
) -> None:
    abusekit("seal", "--case", keyed, expect=0)
    servers["local-a"].stop()
    (tmp_path / "stick").mkdir()
    written = abusekit("timestamp", "--case", keyed, *TWO, "--request", "stick", "--json", expect=0).answer
    assert all(one["state"] == "pending" for one in written["stamps"])
    for one in written["stamps"]:
        issuer = servers[one["authority"]]
        path = tmp_path / one["request"]
        path.with_suffix(".tsr").write_bytes(issuer.answer(path.read_bytes()))
    answers = sorted((tmp_path / "stick").glob("*.tsr"))
    spoiled = tmp_path / "spoiled.tsr"
    spoiled.write_bytes(answers[0].read_bytes()[:-1] + b"\0")
    ended = abusekit("timestamp", "--case", keyed, "--response", spoiled, expect=1)
    assert "authority add" not in ended.err
    other = abusekit(
        "timestamp", "--case", keyed, "--response", next((tmp_path / "stick").glob("*.tsq")), expect=4
    )
    assert "not a time-stamp answer" in other.err and ".tsq" in other.err
    responses = [word for path in answers for word in ("--response", path)]
    taken = abusekit("timestamp", "--case", keyed, *responses, "--json", expect=0).answer
    assert states(taken) == {"local-a": "stamped", "local-b": "stamped"}
    assert "no request" in abusekit("timestamp", "--case", keyed, "--response", answers[0], expect=4).err
    abusekit("verify", keyed, expect=0)
    assert stamp_checks(abusekit, keyed) == {"ok": 2}


def test_a_request_goes_into_a_file_of_its_own(
    abusekit: Abusekit, servers: dict[str, TimeStampAuthorityServer], keyed: Path, tmp_path: Path
) -> None:
    abusekit("seal", "--case", keyed, expect=0)
    ended = abusekit("timestamp", "--case", keyed, "--tsa", "local-a", "--request", "q.tsq", expect=0)
    line = next(line.strip() for line in ended.err.splitlines() if line.strip().startswith("curl "))
    assert sh(line, tmp_path).returncode == 0, "the line that is printed works, against the authority itself"
    abusekit("timestamp", "--case", keyed, "--response", "q.tsr", expect=0)
    (tmp_path / "mine").write_text("mine")
    assert (
        "already"
        in abusekit("timestamp", "--case", keyed, "--tsa", "local-b", "--request", "mine", expect=2).err
    )
    assert (tmp_path / "mine").read_text() == "mine"
    assert "folder" in abusekit("timestamp", "--case", keyed, *TWO, "--request", "new", expect=2).err


def test_a_request_that_cannot_be_written(
    abusekit: Abusekit, servers: dict[str, TimeStampAuthorityServer], keyed: Path
) -> None:
    """What is sealed is sealed: that is answered, with what is missing."""
    folder = keyed / "seals" / "000001"
    abusekit("seal", "--case", keyed, expect=0)
    (folder / "seal.txt.me.sig").chmod(0o600)
    (folder / "seal.txt.me.sig").write_bytes(b"spoiled")
    answer = abusekit("seal", "--case", keyed, "--json", *TWO, expect=7).answer
    assert states(answer) == {"local-a": "pending", "local-b": "pending"} and answer["lines"] == 1
    assert "is not what was logged" in answer["stamps"][0]["problem"] and not servers["local-a"].requests


def test_offline_sends_nothing(
    abusekit: Abusekit, servers: dict[str, TimeStampAuthorityServer], keyed: Path
) -> None:
    answer = abusekit("seal", "--case", keyed, "--offline", "--json", *TWO, expect=0).answer
    assert states(answer) == {"local-a": "pending", "local-b": "pending"}
    assert not servers["local-a"].requests and not servers["local-b"].requests
    abusekit("timestamp", "--case", keyed, "--pending", expect=0)
    assert stamp_checks(abusekit, keyed) == {"ok": 2}


def test_a_later_signature_is_stamped_too(
    abusekit: Abusekit, servers: dict[str, TimeStampAuthorityServer], keyed: Path
) -> None:
    abusekit("seal", "--case", keyed, *TWO, expect=0)
    assert "already" in abusekit("timestamp", "--case", keyed, *TWO, expect=0).err
    abusekit("key", "create", "other", expect=0)
    ended = abusekit("sign", "--case", keyed, "--key", "other", expect=0)
    assert "do not name the new signature yet: abusekit timestamp" in ended.err
    answer = abusekit("timestamp", "--case", keyed, *TWO, "--json", expect=0).answer
    assert {one["listed"] for one in answer["stamps"]} == {"stamp2.sha256"}
    assert stamp_checks(abusekit, keyed) == {"ok": 4}


def test_who_is_asked(abusekit: Abusekit, servers: dict[str, TimeStampAuthorityServer], keyed: Path) -> None:
    """Nobody, unless a person named somebody, or made it a default."""
    before = log_lines(keyed)
    assert "known are" in abusekit("seal", "--case", keyed, "--tsa", "nobody", expect=2).err
    assert log_lines(keyed) == before, "said before anything is sealed"
    ended = abusekit("seal", "--case", keyed, expect=0)
    assert "no time stamp" in ended.err and not servers["local-a"].requests
    authorities.set_defaults(Path(abusekit.environment["ABUSEKIT_AUTHORITIES"]), ["local-b"])
    abusekit("seal", "--case", keyed, expect=0)
    assert len(servers["local-b"].requests) == 1 and not servers["local-a"].requests


def test_whose_root_it_is(
    abusekit: Abusekit, servers: dict[str, TimeStampAuthorityServer], keyed: Path, tmp_path: Path
) -> None:
    abusekit("seal", "--case", keyed, *TWO, expect=0)
    abusekit.environment["ABUSEKIT_AUTHORITIES"] = str(tmp_path / "none")
    assert stamp_checks(abusekit, keyed) == {"could-not-check": 2}
    ended = abusekit("timestamp", "--case", keyed, *TWO, expect=2)
    assert "no authority 'local-a'" in ended.err and f"{tmp_path / 'none'} is not there" in ended.err
    with TimeStampAuthorityServer("local-a") as namesake:  # the same name, other roots
        authorities.add(tmp_path / "namesake", "local-a", namesake.url, namesake.root_pem)
    abusekit.environment["ABUSEKIT_AUTHORITIES"] = str(tmp_path / "namesake")
    ended = abusekit("verify", keyed, expect=7)
    assert "is of another local-a than the one trusted here" in ended.out and "NOT FULLY CHECKED" in ended.out
    for name, server in servers.items():
        (tmp_path / f"{name}.pem").write_bytes(server.root_pem)
    both = ("--roots", "local-a=local-a.pem", "--roots", "local-b=local-b.pem")
    abusekit("verify", keyed, *both, expect=0)
    swapped = ("--roots", "local-a=local-b.pem", "--roots", "local-b=local-b.pem")
    abusekit("verify", keyed, *swapped, expect=1)
    abusekit("verify", keyed, "--roots", "local-a", expect=2)
    abusekit("verify", keyed, "--roots", "local-a=nowhere.pem", expect=4)
    (tmp_path / "junk.pem").write_text("junk")
    abusekit("verify", keyed, "--roots", "local-a=junk.pem", expect=2)


def test_show_and_list_count_it(
    abusekit: Abusekit, servers: dict[str, TimeStampAuthorityServer], full_case: Path
) -> None:
    before = abusekit("show", "--case", full_case, "E0003", expect=0).out
    assert "in the case not" not in before
    abusekit("timestamp", "--case", full_case, *TWO, expect=0)
    out = abusekit("show", "--case", full_case, "E0003", expect=0).out
    [line] = [line for line in out.splitlines() if line.startswith("in the case")]
    assert "not later than 20" in line and "not earlier" not in line and "local-" in line
    abusekit("note", "--case", full_case, "afterwards", expect=0)
    out = abusekit("show", "--case", full_case, "E0006", expect=0).out
    [line] = [line for line in out.splitlines() if line.startswith("in the case")]
    assert "not earlier than 20" in line and "not later" not in line
    answer = abusekit("show", "--case", full_case, "E0003", "--json", expect=0).answer
    assert answer["not_later_than"][1] in servers and answer["not_earlier_than"] is None
    strangers = {"ABUSEKIT_AUTHORITIES": "none"}
    assert "in the case not" not in abusekit("show", "--case", full_case, "E0003", env=strangers).out


def test_each_capture_with_its_stamp(
    abusekit: Abusekit, servers: dict[str, TimeStampAuthorityServer], case: Path, site: PracticeSite
) -> None:
    servers["local-b"].trouble = Trouble.SERVER_ERROR
    urls = [site.post_url(5003), site.post_url(5004)]
    ended = abusekit("capture", "--case", case, "--delay", "0", "--stamp-each", *TWO, *urls, expect=7)
    assert "stamped by local-a: 2 captures" in ended.err
    assert ended.err.count("no time stamp of local-b for 2 captures: ") == 1
    ended = abusekit(
        "recheck", "--case", case, "--again", "--delay", "0", "--stamp-each", *TWO, "--json", expect=7
    )
    assert (ended.answer["stamped"], ended.answer["not_stamped"]) == ({"local-a": 2}, {"local-b": 2})
    shown = abusekit("show", "--case", case, "E0001", "--json", expect=0).answer
    names = {one["name"] for one in shown["files"]}
    assert {"stamp.sha256", "stamp.local-a.tsq", "stamp.local-a.tsr", "stamp.local-a.pem"} <= names
    assert not any("local-b" in name for name in names)
    assert any(text.startswith("no-stamp: local-b: ") for text in shown["problems"])
    assert shown["not_later_than"][1] == "local-a"
    assert stamp_checks(abusekit, case)["ok"] == 4
    listed = sh("cd evidence/E0001 && sha256sum -c stamp.sha256", case)
    assert listed.returncode == 0, listed.stderr
    assert "no address" not in abusekit("verify", case).out
    assert "--stamp-each" in abusekit("capture", "--case", case, "--tsa", "local-a", urls[0], expect=2).err
    assert "authority" in abusekit("capture", "--case", case, "--stamp-each", urls[0], expect=2).err


def test_a_clock_that_is_wrong_is_told(
    abusekit: Abusekit, servers: dict[str, TimeStampAuthorityServer], keyed: Path
) -> None:
    servers["local-a"].shift = timedelta(hours=3)
    ended = abusekit("seal", "--case", keyed, "--tsa", "local-a", expect=0)
    assert "3 hours ahead of this computer's clock" in ended.err
    assert "3 hours behind" in abusekit("verify", keyed, expect=0).out


def test_options_that_exclude_each_other(abusekit: Abusekit, keyed: Path) -> None:
    abusekit("timestamp", "--case", keyed, "--pending", "--list", expect=2)
    abusekit("timestamp", "--case", keyed, "--response", "x", "--tsa", "local-a", expect=2)
    assert "no seal" in abusekit("timestamp", "--case", keyed, "--tsa", "digicert", expect=3).err
    assert os.listdir(keyed / "seals") == []


def test_a_folder_of_authorities_that_others_can_change(
    abusekit: Abusekit, servers: dict[str, TimeStampAuthorityServer], keyed: Path, tmp_path: Path
) -> None:
    """Nobody's time counts then: verify refuses, and what is in the case is shown all the same."""
    abusekit("seal", "--case", keyed, *TWO, expect=0)
    (tmp_path / "authorities").chmod(0o777)
    assert abusekit("verify", keyed).code == 2
    ended = abusekit("list", "--case", keyed, expect=0)
    assert "time stamps are not counted" in ended.err
