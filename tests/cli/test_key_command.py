"""`key import`, `rotate`, `revoke`, `export`, and seals with several keys."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from command_runner import PASSPHRASE, Abusekit, log_lines, typed_on_a_terminal

STRANGER = {"ABUSEKIT_KEYS": "no-keys", "ABUSEKIT_STATE": "no-state"}
"""Another computer: no keys of its own, nothing sealed there."""


@pytest.fixture
def agent(abusekit: Abusekit, tmp_path: Path) -> Iterator[dict[str, str]]:
    """A real ssh-agent of this test's own, which the commands find, too."""
    address = tmp_path / "agent"
    running = subprocess.Popen(["ssh-agent", "-D", "-a", str(address)], stdout=subprocess.DEVNULL)
    environment = {**os.environ, "SSH_AUTH_SOCK": str(address)}
    try:
        abusekit.environment["SSH_AUTH_SOCK"] = str(address)
        for _ in range(500):
            if (
                subprocess.run(
                    ["ssh-add", "-l"], env=environment, capture_output=True, check=False
                ).returncode
                != 2
            ):
                break
        yield environment
    finally:
        running.send_signal(signal.SIGTERM)
        running.wait(10)


def last_line(case: Path) -> Any:
    return json.loads((case / "custody/log.jsonl").read_bytes().splitlines()[-1])


def by_hand(path: Path, passphrase: str) -> Path:
    command = [
        "ssh-keygen",
        "-q",
        "-t",
        "ed25519",
        "-N",
        passphrase,
        "-C",
        "anna",
        "-a",
        "1",
        "-f",
        str(path),
    ]
    subprocess.run(command, check=True)
    return path


def vouch(abusekit: Abusekit, file: Path, *names: str) -> None:
    file.write_text("".join(abusekit("key", "export", name, expect=0).out for name in names))


def test_a_seal_by_a_key_that_is_only_in_the_agent(
    abusekit: Abusekit, full_case: Path, tmp_path: Path, agent: dict[str, str]
) -> None:
    """Its private file is gone; no passphrase is asked; a stranger checks it as any other."""
    path = by_hand(tmp_path / "hand", "")
    subprocess.run(["ssh-add", "-q", str(path)], env=agent, check=True)
    path.unlink()
    del abusekit.environment["ABUSEKIT_PASSPHRASE"]
    made = abusekit("key", "import", f"{path}.pub", "--name", "agent", "--json", expect=0).answer
    assert (made["private"], made["signs"]) == (False, "ssh-keygen")
    assert "(signs through ssh-keygen)" in abusekit("key", "list", expect=0).out
    ended = abusekit("seal", "--case", full_case, "--key", "agent", expect=0)
    assert f"signed by agent {made['fingerprint']}" in ended.out and "security key" in ended.err
    vouch(abusekit, tmp_path / "allowed_signers", "me", "agent")
    abusekit("verify", full_case, "--signers", "allowed_signers", env=STRANGER, expect=0)
    for line in (line.strip() for line in ended.err.splitlines()):
        if line.startswith(("ssh-keygen ", "(cd ")):
            assert (
                subprocess.run(
                    ["bash", "-c", line], cwd=tmp_path, capture_output=True, check=False
                ).returncode
                == 0
            )
    subprocess.run(["ssh-add", "-q", "-D"], env=agent, check=True)
    abusekit("note", "--case", full_case, "more", expect=0)
    ended = abusekit("seal", "--case", full_case, "--key", "agent", expect=4)
    assert "did not sign" in ended.err and "ssh-add -l" in ended.err
    assert "later: abusekit sign --key agent" in ended.err
    abusekit("sign", "--case", full_case, "--key", "me", env={"ABUSEKIT_PASSPHRASE": PASSPHRASE}, expect=0)


def test_without_ssh_keygen_an_agents_key_cannot_sign(abusekit: Abusekit, case: Path, tmp_path: Path) -> None:
    path = by_hand(tmp_path / "hand", "")
    abusekit("key", "import", f"{path}.pub", "--name", "agent", expect=0)
    ended = abusekit("seal", "--case", case, "--key", "agent", env={"PATH": str(tmp_path)}, expect=6)
    assert "ssh-keygen, which is not on this computer" in ended.err and "install" in ended.err


def test_import(abusekit: Abusekit, case: Path, tmp_path: Path) -> None:
    path = by_hand(tmp_path / "id_ed25519", PASSPHRASE)
    before = path.read_bytes()
    ended = abusekit("key", "import", path, expect=0)
    assert ended.out.startswith("id-ed25519  SHA256:") and "next: abusekit seal" in ended.err
    assert "exists already" in abusekit("key", "import", path, expect=2).err
    wrong = {"ABUSEKIT_PASSPHRASE": "another passphrase"}
    assert "does not open" in abusekit("key", "import", path, "--name", "b", env=wrong, expect=2).err
    abusekit("seal", "--case", case, "--key", "id-ed25519", expect=0)
    abusekit("verify", case, expect=0)
    assert path.read_bytes() == before
    assert PASSPHRASE not in ended.out + ended.err


def test_import_of_a_key_without_passphrase(abusekit: Abusekit, tmp_path: Path) -> None:
    path = by_hand(tmp_path / "bare", "")
    short = {"ABUSEKIT_PASSPHRASE": "short"}
    assert "only 5 characters" in abusekit("key", "import", path, env=short, expect=2).err
    ended = abusekit("key", "import", path, expect=0)
    assert f"ssh-keygen -p -f {path}" in ended.err
    opened = subprocess.run(
        ["ssh-keygen", "-y", "-P", PASSPHRASE, "-f", str(tmp_path / "keys/bare")],
        capture_output=True,
        check=False,
    )
    assert opened.returncode == 0
    del abusekit.environment["ABUSEKIT_PASSPHRASE"]
    ended = abusekit("key", "import", path, "--name", "other", expect=2)
    assert "has no passphrase" in ended.err and "ssh-keygen -p" in ended.err
    assert not (tmp_path / "keys/other").exists()


def test_a_key_of_another_kind_is_refused_before_a_passphrase_is_asked(
    abusekit: Abusekit, tmp_path: Path
) -> None:
    del abusekit.environment["ABUSEKIT_PASSPHRASE"]
    (tmp_path / "key.ppk").write_text("PuTTY-User-Key-File-3: ssh-ed25519\n")
    (tmp_path / "key.ppk").chmod(0o600)
    ended = abusekit("key", "import", "key.ppk", expect=4)
    assert "is a PuTTY key" in ended.err and "puttygen" in ended.err
    assert not (tmp_path / "keys").exists()


def test_two_keys_sign_one_seal(abusekit: Abusekit, full_case: Path, tmp_path: Path) -> None:
    abusekit("key", "create", "other", env={"ABUSEKIT_PASSPHRASE": "another passphrase"}, expect=0)
    (tmp_path / "pass").write_text(f"{PASSPHRASE}\nanother passphrase\n")
    with (tmp_path / "pass").open("rb") as stream:
        fd = stream.fileno()
        answer = abusekit(
            "seal", "--again", "--case", full_case, "--key", "me", "--key", "other", "--passphrase-fd", fd, "--json",
            pass_fds=(fd,), expect=0,
        ).answer  # fmt: skip
    listed = {key["name"]: key["fingerprint"] for key in abusekit("key", "list", "--json").answer["keys"]}
    assert answer["signers"] == [listed["me"], listed["other"]] and answer["signer"] == listed["me"]
    assert len(answer["check_with"]) == 3
    vouch(abusekit, tmp_path / "allowed_signers", "me", "other")
    for line in answer["check_with"]:
        assert (
            subprocess.run(["bash", "-c", line], cwd=tmp_path, capture_output=True, check=False).returncode
            == 0
        )
    out = abusekit("verify", full_case, expect=0).out
    assert "signed by me" in out and "signed by other" in out


def test_nothing_is_sealed_before_every_key_is_open(
    abusekit: Abusekit, full_case: Path, tmp_path: Path
) -> None:
    abusekit("key", "create", "other", expect=0)
    before = log_lines(full_case)
    (tmp_path / "pass").write_text(f"{PASSPHRASE}\n")
    with (tmp_path / "pass").open("rb") as stream:
        fd = stream.fileno()
        ended = abusekit(
            "seal", "--again", "--case", full_case, "--key", "me", "--key", "other", "--passphrase-fd", fd,
            pass_fds=(fd,), expect=2,
        )  # fmt: skip
    assert "2 passphrases are needed" in ended.err and "me other" in ended.err
    abusekit("seal", "--case", full_case, "--key", "me", "--key", "gone", expect=2)
    for name in ("", ".pub"):
        (tmp_path / f"keys/twin{name}").write_bytes((tmp_path / f"keys/me{name}").read_bytes())
        (tmp_path / f"keys/twin{name}").chmod(0o600)
    assert (
        "are one key" in abusekit("seal", "--case", full_case, "--key", "me", "--key", "twin", expect=2).err
    )
    assert log_lines(full_case) == before


def test_rotation(abusekit: Abusekit, full_case: Path, tmp_path: Path) -> None:
    rotate = ("key", "rotate", "me", "me2", "--case", full_case, "--reason", "new computer")
    before = log_lines(full_case)
    ended = abusekit(*rotate, expect=2)
    assert "there is no key me2" in ended.err and "did you mean me?" in ended.err and "--create" in ended.err
    assert log_lines(full_case) == before and not (tmp_path / "keys/me2").exists(), "a slip makes no key"
    ended = abusekit(*rotate, "--create", expect=0)
    assert ended.out.startswith("created me2 SHA256:") and "keep its passphrase" in ended.err
    assert "replaces me" in ended.out and f"abusekit seal --case {full_case} --key me --key me2" in ended.err
    lines = (full_case / "custody/log.jsonl").read_bytes().splitlines()
    [at] = [n for n, line in enumerate(lines, 1) if b'"replaces":' in line]
    assert f"says so already, in line {at}\n" in abusekit(*rotate, expect=2).err
    line = last_line(full_case)
    assert (line["do"], line["name"], line["reason"]) == ("key.add", "me2", "new computer")
    ended = abusekit("seal", "--case", full_case, "--key", "me2", expect=0)
    assert "signed by both; also needed: abusekit sign --key me" in ended.err
    assert "no seal since then is signed by both" in abusekit("verify", full_case, expect=0).out
    ended = abusekit("sign", "--case", full_case, expect=0)  # the one that is missing
    assert "signed by me " in ended.out and "also needed" not in ended.err
    assert "signed by both" not in abusekit("verify", full_case, expect=0).out
    assert (
        "several keys could sign: me, me2" in abusekit("seal", "--case", full_case, "--again", expect=2).err
    )
    vouch(abusekit, tmp_path / "old", "me")
    vouch(abusekit, tmp_path / "both", "me", "me2")
    assert "nobody vouched" in abusekit("verify", full_case, "--signers", "old", env=STRANGER, expect=7).out
    abusekit("verify", full_case, "--signers", "both", env=STRANGER, expect=0)


def test_after_a_rotation_both_sign_without_being_named(abusekit: Abusekit, full_case: Path) -> None:
    abusekit("key", "create", "me2", expect=0)
    answer = abusekit(
        "key", "rotate", "me", "me2", "--case", full_case, "--reason", "x", "--json", expect=0
    ).answer
    assert answer["line"] == log_lines(full_case) - 1 and answer["allowed_signers"].startswith("me2 ")
    signed = abusekit("seal", "--case", full_case, "--json", expect=0).answer["signers"]
    assert signed == [answer["old"], answer["new"]]


def test_a_lost_key_is_rotated_and_revoked(abusekit: Abusekit, full_case: Path, tmp_path: Path) -> None:
    (tmp_path / "keys/me").unlink()
    lost = ("key", "rotate", "me", "me2", "--create", "--case", full_case, "--reason", "lost")
    ended = abusekit(*lost, expect=0)
    assert "tell by another way" in ended.err and "abusekit key revoke me" in ended.err
    abusekit("seal", "--case", full_case, "--key", "me2", expect=0)
    assert (
        "same key"
        in abusekit("key", "rotate", "me2", "me2", "--case", full_case, "--reason", "x", expect=2).err
    )
    assert (
        "a reason is needed"
        in abusekit("key", "rotate", "me2", "me3", "--case", full_case, "--reason", " ").err
    )
    assert not (tmp_path / "keys/me3").exists()


def test_revocation(abusekit: Abusekit, full_case: Path, tmp_path: Path) -> None:
    vouch(abusekit, tmp_path / "old-line", "me")
    fingerprint = abusekit("key", "show", "me", "--json").answer["fingerprint"]
    words = ("--since", "2026-06-01T12:00+01:00", "--why", "stolen", "--reason", "laptop taken")
    answer = abusekit("key", "revoke", fingerprint, *words, "--case", full_case, "--json", expect=0).answer
    assert answer == {
        "fingerprint": fingerprint, "since": "2026-06-01T11:00:00.000000Z", "why": "stolen", "noted": ["me"],
        "lines": [log_lines(full_case) - 1], "undone": False,
    }  # fmt: skip
    for target in (("me",), ("me", "--case", full_case)):
        assert "already" in abusekit("key", "revoke", target[0], *words, *target[1:], expect=2).err
    assert "revoked since 2026-06-01 11:00:00Z: stolen" in abusekit("key", "list", expect=0).out
    assert 'valid-before="20260601105959Z"' in abusekit("key", "show", "me", "--allowed-signers").out
    ended = abusekit("seal", "--case", full_case, "--key", "me", expect=2)
    assert "is revoked since" in ended.err
    abusekit("key", "create", "me2", expect=0)
    abusekit("seal", "--case", full_case, expect=0)  # the only one that may
    out = abusekit("verify", full_case, expect=0).out
    assert "well signed, covers the same lines" in out
    assert (
        "signed by me2" in out
        and "the log says that this key counts no more since 2026-06-01T11:00:00Z" in out
    )


def test_what_a_revocation_costs_and_the_way_back(abusekit: Abusekit, full_case: Path) -> None:
    words = ("--since", "2026-06-01T11:00Z", "--why", "retired", "--reason", "new computer")
    ended = abusekit("key", "revoke", "me", *words, expect=0)
    assert "counts no more on the seals" not in ended.err, "no case was named"
    abusekit("verify", full_case, expect=7)
    undo = ("key", "revoke", "me", "--undo", "--reason", "the wrong key")
    assert "leave out --since" in abusekit(*undo, "--since", "2026-06-01T11:00Z", expect=2).err
    assert "counts again" in abusekit(*undo, expect=0).out
    assert "is not revoked" in abusekit(*undo, expect=2).err
    abusekit("verify", full_case, expect=0)
    noted = (abusekit.home / "keys/me.revoked").read_text()
    assert noted.count("\n") == 2 and "the wrong key" in noted, "both stay written down"
    ended = abusekit("key", "revoke", "me", *words, "--case", full_case, expect=0)
    assert re.search(r"counts no more on the seals over \d+ lines", ended.err)
    assert "since when" in abusekit("key", "revoke", "me", "--reason", "x", expect=2).err


def test_a_revocation_is_asked_about_on_a_terminal(abusekit: Abusekit) -> None:
    abusekit("key", "create", "me", expect=0)
    words = ("key", "revoke", "me", "--since", "2026-06-01T11:00Z", "--why", "lost", "--reason", "x")
    code, seen = typed_on_a_terminal(abusekit, words, ["n"])
    assert code == 2 and "Revoke me?" in seen and not (abusekit.home / "keys/me.revoked").exists()
    abusekit(*words, "--yes", expect=0)


def test_a_slip_in_the_name_of_a_key(abusekit: Abusekit, full_case: Path) -> None:
    ended = abusekit("seal", "--case", full_case, "--again", "--key", "mee", expect=2)
    assert "did you mean me?" in ended.err and "create" not in ended.err


def test_a_revocation_here_stands_against_anybodys_old_list(
    abusekit: Abusekit, full_case: Path, tmp_path: Path
) -> None:
    vouch(abusekit, tmp_path / "old-line", "me")
    abusekit("verify", full_case, "--signers", "old-line", expect=0)
    abusekit(
        "key", "revoke", "me", "--since", "2026-06-01T11:00Z", "--why", "lost", "--reason", "x", expect=0
    )
    ended = abusekit("verify", full_case, "--signers", "old-line", expect=7)
    assert "the key store of this user says" in ended.out
    abusekit("verify", full_case, "--signers", "old-line", env=STRANGER, expect=0)


def test_several_cases_are_told_at_once(
    abusekit: Abusekit, full_case: Path, case: Path = Path("second")
) -> None:
    abusekit(
        "init", "second", "--yes", "--ref", "OP-2", "--producer", "PO:Producer One:volunteer", "--timezone", "UTC",
        expect=0,
    )  # fmt: skip
    second = abusekit.home / "second"
    stranger = "SHA256:" + "A" * 43
    words = ("--since", "2026-06-01T11:00Z", "--why", "retired", "--reason", "x", "--json")
    assert "no key of yours" in abusekit("key", "revoke", stranger, *words, expect=2).err
    answer = abusekit(
        "key", "revoke", stranger, *words, "--case", full_case, "--case", second, expect=0
    ).answer
    assert answer["noted"] == [] and len(answer["lines"]) == 2
    for one in (full_case, second):
        assert last_line(one)["key"] == stranger


@pytest.mark.parametrize(
    "since", ["yesterday", "2026-06-01", "2026-06-01T11:00", "2999-01-01T00:00Z", "0001-01-01T00:00+14:00"]
)
def test_a_time_without_zone_or_to_come_is_refused(abusekit: Abusekit, full_case: Path, since: str) -> None:
    ended = abusekit("key", "revoke", "me", "--since", since, "--why", "lost", "--reason", "x", expect=2)
    assert since[:10] in ended.err and not (abusekit.home / "keys/me.revoked").exists()


class Page(HTMLParser):
    """What a page would load or do, and its text."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.text += data


def test_export_and_the_sheet(abusekit: Abusekit, tmp_path: Path) -> None:
    made = abusekit("key", "create", "me", "--json", expect=0).answer
    ended = abusekit("key", "export", "me", "--sheet", "me.html", "--sheet", "me.txt", expect=0)
    assert ended.out == made["allowed_signers"] + "\n"
    page = Page()
    page.feed((tmp_path / "me.html").read_text())
    text = (tmp_path / "me.txt").read_text()
    groups = " ".join(re.findall(".{1,4}", made["fingerprint"].removeprefix("SHA256:")))
    command = re.search(r"cut [^)]+sha256sum", text)
    assert command is not None
    hex_ = subprocess.run(
        ["bash", "-c", command[0]], cwd=tmp_path / "keys", capture_output=True, text=True, check=True
    ).stdout[:64]
    for sheet in (page.text, text):
        flat = " ".join(sheet.split())
        assert groups in flat and " ".join(re.findall("....", hex_)) in flat
        assert made["allowed_signers"] in flat
        for words in (
            "Signature of the holder",
            "Place and date",
            "Compared by",
            "by telephone",
            "does not show who",
        ):
            assert words in flat, words
    assert page.tags <= {
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "h1",
        "h2",
        "p",
        "pre",
        "code",
        "section",
        "div",
    }
    assert page.attributes <= {"lang", "charset", "http-equiv", "content", "class"}, (
        "nothing to load or to click"
    )
    html = (tmp_path / "me.html").read_text()
    assert "default-src 'none'" in html and "@page" in html and "http:" not in html and "https:" not in html
    before = (tmp_path / "me.txt").read_bytes()
    assert "is there already" in abusekit("key", "export", "me", "--sheet", "me.txt", expect=2).err
    assert "ends in .html or .txt" in abusekit("key", "export", "me", "--sheet", "me.pdf", expect=2).err
    assert (tmp_path / "me.txt").read_bytes() == before and not (tmp_path / "me.pdf").exists()
    answer = abusekit("key", "export", "me", "--sheet", "more.txt", "--json", expect=0).answer
    assert answer["sheets"] == ["more.txt"]


def test_the_sheet_of_a_revoked_key_says_so(abusekit: Abusekit, tmp_path: Path) -> None:
    abusekit("key", "create", "me", expect=0)
    reason = "<script>alert(1)</script> \u202e taken"
    words = ("--since", "2026-06-01T11:00Z", "--why", "stolen", "--reason", reason)
    abusekit("key", "revoke", "me", *words, expect=0)
    abusekit("key", "export", "me", "--sheet", "me.html", "--sheet", "me.txt", expect=0)
    html, text = (tmp_path / "me.html").read_text(), (tmp_path / "me.txt").read_text()
    assert "<script" not in html and "\u202e" not in html + text
    for sheet in (html, text):
        assert "counts no more since 2026-06-01 11:00:00Z (stolen:" in " ".join(sheet.split())
        assert "valid-before" in sheet


def test_the_printed_lines_of_rotation_can_be_pasted(abusekit: Abusekit, full_case: Path) -> None:
    odd = full_case.rename(full_case.with_name("it's a case"))
    ended = abusekit("key", "rotate", "me", "me2", "--create", "--case", odd, "--reason", "x", expect=0)
    line = next(line for line in ended.err.splitlines() if "abusekit seal" in line).partition(": ")[2]
    abusekit(*shlex.split(line)[1:], expect=0)
    abusekit("verify", odd, expect=0)


def test_each_passphrase_is_asked_for_by_name(abusekit: Abusekit, case: Path, tmp_path: Path) -> None:
    """A bare key that is imported gets a passphrase, typed twice; two signers are asked one after the other."""
    abusekit("key", "create", "me", expect=0)
    by_hand(tmp_path / "bare", "")
    del abusekit.environment["ABUSEKIT_PASSPHRASE"]
    secret = "another passphrase"
    code, seen = typed_on_a_terminal(abusekit, ("key", "import", "bare"), [secret, secret])
    assert code == 0 and "has no passphrase. A new one" in seen and secret not in seen
    words = ("seal", "--case", "case", "--key", "me", "--key", "bare")
    code, seen = typed_on_a_terminal(abusekit, words, [PASSPHRASE, secret])
    assert code == 0 and PASSPHRASE not in seen and secret not in seen, seen
    assert "Passphrase of me:" in seen and "Passphrase of bare:" in seen
    abusekit("verify", case, expect=0)
