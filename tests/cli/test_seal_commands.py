"""`key`, `manifest`, `sign`, `seal`, `verify`: and the same verdict without abusekit."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest
from command_runner import PASSPHRASE, Abusekit, log_lines


def bash(line: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["bash", "-c", line], cwd=cwd, capture_output=True, text=True, check=False)


def test_the_lines_that_seal_prints_are_true(abusekit: Abusekit, full_case: Path, tmp_path: Path) -> None:
    """A stranger with ssh-keygen and sha256sum comes to the same verdict, before and after a flipped byte."""
    answer = abusekit("seal", "--case", full_case, "--key", "me", "--again", "--json", expect=0).answer
    signers = abusekit("key", "show", "me", "--json", expect=0).answer["allowed_signers"]
    (tmp_path / "allowed_signers").write_text(signers + "\n")
    signature, manifest = answer["check_with"]
    assert signature.startswith("ssh-keygen ") and "sha256sum" in manifest
    for line in (signature, manifest):
        done = bash(line, tmp_path)
        assert done.returncode == 0, done
    assert 'Good "abusekit-seal-v1" signature for me' in bash(signature, tmp_path).stdout
    photo = full_case / "evidence/E0003/file.jpg"
    flip(photo)
    assert bash(manifest, tmp_path).returncode == 1
    seal = Path(answer["folder"]) / "seal.txt"
    flip(seal if seal.is_absolute() else tmp_path / seal)
    assert bash(signature, tmp_path).returncode != 0


def test_the_lines_stand_in_what_people_read(abusekit: Abusekit, case: Path, tmp_path: Path) -> None:
    abusekit("key", "create", "me", expect=0)
    ended = abusekit("seal", "--case", case, expect=0)  # the only key needs no name
    lines = [line.strip() for line in ended.err.splitlines() if line.startswith("  ")]
    by_abusekit = abusekit("key", "show", "me", "--allowed-signers", expect=0).out.encode()
    assert bash(next(line for line in lines if line.startswith("echo ")), tmp_path).returncode == 0
    assert (tmp_path / "allowed_signers").read_bytes() == by_abusekit, "the same for those without abusekit"
    for line in lines:
        assert bash(line, tmp_path).returncode == 0, line
    assert len(ended.err.splitlines()) <= 7, ended.err


def test_nothing_came_since_the_newest_seal(abusekit: Abusekit, case: Path) -> None:
    """No second seal over the same lines; the one there is is completed, and `--again` makes one all the same."""
    for name in ("me", "other"):
        abusekit("key", "create", name, expect=0)
    first = abusekit("seal", "--case", case, "--key", "me", "--json", expect=0).answer
    assert first["new"]
    before = log_lines(case)
    ended = abusekit("seal", "--case", case, "--key", "me", expect=0)
    assert "nothing came since the newest seal" in ended.err and "ssh-keygen" not in ended.err
    assert log_lines(case) == before and len(os.listdir(case / "seals")) == 1
    (abusekit.home / "both").write_text(f"{PASSPHRASE}\n" * 2)
    with (abusekit.home / "both").open("rb") as stream:
        fd = stream.fileno()
        words = ("--key", "me", "--key", "other", "--passphrase-fd", fd)
        second = abusekit("seal", "--case", case, *words, "--json", pass_fds=(fd,), expect=0).answer
    assert (second["new"], second["folder"], len(second["signers"])) == (False, first["folder"], 1)
    assert (Path(first["folder"]) / "seal.txt.other.sig").is_file()
    flip(Path(first["folder"]) / "manifest-sha256.txt")
    assert abusekit("seal", "--case", case, "--key", "me", "--json", expect=0).answer["new"], (
        "what is spoiled"
    )
    assert abusekit("seal", "--case", case, "--key", "me", "--again", "--json", expect=0).answer["new"]
    abusekit("note", "--case", case, "afterwards", expect=0)
    assert abusekit("seal", "--case", case, "--key", "me", "--json", expect=0).answer["new"]


def test_paths_with_blanks_and_quotes_are_quoted(abusekit: Abusekit, case: Path, tmp_path: Path) -> None:
    odd = tmp_path / "it's a case; $(touch pwned)"
    case.rename(odd)
    abusekit("key", "create", "me", expect=0)
    answer = abusekit("seal", "--case", odd, "--json", expect=0).answer
    (tmp_path / "allowed_signers").write_text(
        abusekit("key", "show", "me", "--json").answer["allowed_signers"] + "\n"
    )
    for line in answer["check_with"]:
        assert bash(line, tmp_path).returncode == 0, line
    assert not (tmp_path / "pwned").exists()


def flip(path: Path) -> None:
    path.chmod(0o600)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def test_verified(abusekit: Abusekit, full_case: Path) -> None:
    ended = abusekit("verify", full_case, expect=0)
    assert ended.out.rstrip().endswith("VERIFIED") and "NOT VERIFIED" not in ended.out
    assert "shows:" in ended.out and "not that they are true" in ended.out
    assert abusekit("verify", "--case", full_case, expect=0).out == ended.out
    assert abusekit("verify", cwd=full_case / "evidence", expect=0).out == ended.out
    assert abusekit("verify", full_case, "--all", expect=0).out.count("evidence/E0003/file.jpg") == 1


@pytest.mark.parametrize(
    ("path", "item", "exhibit"),
    [
        ("evidence/E0003/file.jpg", "E0003", "PO/3"),
        ("evidence/E0001/capture.wacz", "E0001", "PO/1"),
        ("evidence/E0005/note.txt", "E0005", "PO/5"),
    ],
)
def test_a_flipped_byte_names_item_and_exhibit(
    abusekit: Abusekit, full_case: Path, path: str, item: str, exhibit: str
) -> None:
    flip(full_case / path)
    ended = abusekit("verify", full_case, expect=1)
    assert any(
        line.startswith("CHANGED") and f"{item} exhibit {exhibit}" in line and path in line
        for line in ended.out.splitlines()
    )
    assert ended.out.rstrip().endswith("NOT VERIFIED")
    answer = abusekit("verify", full_case, "--json", expect=1).answer
    assert answer["verdict"] == "NOT VERIFIED" and answer["exit_code"] == 1
    assert (item, exhibit, path) in {
        (f["item"], f["exhibit"], f["path"]) for f in answer["findings"] if f["status"] == "changed"
    }


def test_four_answers_are_four_words(abusekit: Abusekit, full_case: Path) -> None:
    flip(full_case / "evidence/E0003/file.jpg")
    (full_case / "evidence/E0004/file.txt").unlink()
    (full_case / "evidence/E0004/more.txt").write_text("more")
    (full_case / "evidence/E0005/note.txt").chmod(0)
    answer = abusekit("verify", full_case, "--json", powerless=True, expect=1).answer
    states = {(f["path"], f["status"]) for f in answer["findings"]}
    assert {
        ("evidence/E0003/file.jpg", "changed"), ("evidence/E0004/file.txt", "missing"),
        ("evidence/E0004/more.txt", "unlisted"), ("evidence/E0005/note.txt", "could-not-check"),
    } <= states  # fmt: skip


def listing(root: Path) -> list[tuple[str, int, int, int]]:
    return sorted(
        (str(p), s.st_mode, s.st_size, s.st_mtime_ns) for p in [root, *root.rglob("*")] for s in [p.lstat()]
    )


def test_verify_writes_nothing(abusekit: Abusekit, full_case: Path, tmp_path: Path) -> None:
    before = listing(full_case), listing(tmp_path / "keys"), listing(tmp_path / "state")
    abusekit("verify", full_case, expect=0)
    abusekit("verify", full_case, "--json", env={"ABUSEKIT_KEYS": "no-keys", "ABUSEKIT_STATE": "no-state"})
    assert (listing(full_case), listing(tmp_path / "keys"), listing(tmp_path / "state")) == before
    assert not (tmp_path / "no-state").exists() and not (tmp_path / "no-keys").exists()
    flip(full_case / "evidence/E0003/file.jpg")
    assert listing(full_case) != before[0], "the comparison sees a change"


STRANGER = {"ABUSEKIT_KEYS": "no-keys", "ABUSEKIT_STATE": "no-state"}
"""Another computer: no keys of its own, nothing sealed there."""


def test_whose_key_it_is(abusekit: Abusekit, full_case: Path, tmp_path: Path) -> None:
    mine = abusekit("key", "show", "me", "--json", expect=0).answer
    abusekit("key", "create", "other", expect=0)
    other = abusekit("key", "show", "other", "--json", expect=0).answer
    (tmp_path / "signers").write_text(mine["allowed_signers"] + "\n")
    (tmp_path / "wrong").write_text(other["allowed_signers"] + "\n")
    ended = abusekit("verify", full_case, env=STRANGER, expect=7)
    assert mine["fingerprint"] in ended.out and ended.out.rstrip().endswith("NOT FULLY CHECKED")
    abusekit("verify", full_case, "--signers", "signers", env=STRANGER, expect=0)
    abusekit("verify", full_case, "--signers", "wrong", env=STRANGER, expect=7)
    abusekit("verify", full_case, "--signer", mine["fingerprint"], expect=0)
    abusekit("verify", full_case, "--signer", other["fingerprint"], expect=1)
    assert "fingerprint" in abusekit("verify", full_case, "--signer", "me", expect=2).err
    assert "No such file" in abusekit("verify", full_case, "--signers", "nowhere", expect=4).err
    (tmp_path / "junk").write_text("junk\n")
    assert abusekit("verify", full_case, "--signers", "junk").code in (2, 4)


def test_a_case_that_was_cut_back(abusekit: Abusekit, full_case: Path, tmp_path: Path) -> None:
    """It passes every check of the folder alone; the copy kept elsewhere, and this computer's mark, tell."""
    older = Path(shutil.copytree(full_case, tmp_path / "older", symlinks=True))
    abusekit("note", "--case", full_case, "what the other side wants gone", expect=0)
    seal = Path(abusekit("seal", "--case", full_case, "--json", expect=0).answer["folder"]) / "seal.txt"
    (tmp_path / "kept.txt").write_bytes((tmp_path / seal).read_bytes())
    abusekit("verify", full_case, "--against", "kept.txt", expect=0)
    abusekit("verify", older, env={"ABUSEKIT_STATE": "no-state"}, expect=0)
    ended = abusekit("verify", older, expect=7)
    assert "COULD-NOT-CHECK" in ended.out or "behind" in ended.out
    ended = abusekit("verify", older, "--against", "kept.txt", expect=1)
    assert "kept.txt" in ended.out
    assert abusekit("verify", full_case, "--against", "nowhere", expect=4).err
    (tmp_path / "junk").write_text("junk")
    assert abusekit("verify", full_case, "--against", "junk").code in (1, 4)


def test_the_three_steps_alone(abusekit: Abusekit, case: Path) -> None:
    abusekit("key", "create", "me", expect=0)
    assert "no seal" in abusekit("sign", "--case", case).err.lower()
    answer = abusekit("manifest", "--case", case, "--json", expect=0).answer
    assert answer["signer"] is None and answer["lines"] == 1
    assert abusekit("verify", case, expect=7).out.count("is not signed") == 1
    abusekit("sign", "--case", case, "--key", "me", expect=0)
    assert "signed this seal already" in abusekit("sign", "--case", case, "--key", "me", expect=2).err
    abusekit("key", "create", "second", expect=0)
    assert "several keys" in abusekit("sign", "--case", case, expect=2).err
    abusekit("sign", "--case", case, "--key", "second", expect=0)
    out = abusekit("verify", case, expect=0).out
    assert "signed by me" in out and "signed by second" in out


def test_what_does_not_describe_the_case_is_not_signed(abusekit: Abusekit, case: Path) -> None:
    abusekit("key", "create", "me", expect=0)
    folder = Path(abusekit("manifest", "--case", case, "--json", expect=0).answer["folder"])
    flip(abusekit.home / folder / "manifest-sha256.txt")
    ended = abusekit("sign", "--case", case, "--key", "me", expect=1)
    assert "does not describe" in ended.err
    assert not list((abusekit.home / folder).glob("*.sig"))


def test_passphrases(abusekit: Abusekit, full_case: Path, tmp_path: Path) -> None:
    abusekit("note", "--case", full_case, "to be sealed", expect=0)
    before = log_lines(full_case)
    for wrong in ({"ABUSEKIT_PASSPHRASE": "wrong"}, {"ABUSEKIT_PASSPHRASE": ""}):
        ended = abusekit("seal", "--case", full_case, "--key", "me", env=wrong, expect=2)
        assert "passphrase" in ended.err and "→" in ended.err
    assert log_lines(full_case) == before, "nothing is sealed before the key is open"
    del abusekit.environment["ABUSEKIT_PASSPHRASE"]
    assert "nobody to ask" in abusekit("seal", "--case", full_case, "--key", "me", expect=2).err
    (tmp_path / "pass").write_text(PASSPHRASE + "\n")
    with (tmp_path / "pass").open("rb") as stream:
        abusekit(
            "seal",
            "--case",
            full_case,
            "--key",
            "me",
            "--passphrase-fd",
            stream.fileno(),
            pass_fds=(stream.fileno(),),
            expect=0,
        )
    again = ("seal", "--case", full_case, "--again", "--passphrase-fd")
    assert "cannot be read" in abusekit(*again, 77, expect=2).err
    assert "--passphrase-fd" in abusekit(*again, -1, expect=2).err


def test_a_passphrase_is_never_shown(abusekit: Abusekit, tmp_path: Path, case: Path) -> None:
    for ended in (
        abusekit("key", "create", "me", expect=0),
        abusekit("seal", "--case", case, expect=0),
        abusekit("doctor", "--case", case),
    ):
        assert PASSPHRASE not in ended.out + ended.err
    for path in (p for p in tmp_path.rglob("*") if p.is_file()):
        assert PASSPHRASE.encode() not in path.read_bytes(), path


def test_keys(abusekit: Abusekit, tmp_path: Path) -> None:
    assert "no keys yet" in abusekit("key", "list", expect=0).err
    made = abusekit("key", "create", "me", "--json", expect=0).answer
    assert made["fingerprint"].startswith("SHA256:") and made["private"] is True
    seen = subprocess.run(
        ["ssh-keygen", "-lf", str(tmp_path / "keys/me.pub")], capture_output=True, text=True, check=True
    )
    assert made["fingerprint"] in seen.stdout
    assert stat.S_IMODE((tmp_path / "keys/me").stat().st_mode) == 0o600
    assert made["fingerprint"] in abusekit("key", "list", expect=0).out
    assert "exists already" in abusekit("key", "create", "me", expect=2).err
    assert "not a key name" in abusekit("key", "create", "../me", expect=2).err
    assert "there is no key other" in abusekit("key", "show", "other", expect=2).err
    (tmp_path / "keys/me").unlink()
    assert "public half only" in abusekit("key", "list", expect=0).out


def test_no_key_and_a_lost_key(abusekit: Abusekit, full_case: Path, tmp_path: Path) -> None:
    ended = abusekit("seal", "--case", full_case, env={"ABUSEKIT_KEYS": "none"}, expect=2)
    assert "no key" in ended.err and "abusekit key create" in ended.err
    assert "there is no key gone" in abusekit("seal", "--case", full_case, "--key", "gone", expect=2).err
    (tmp_path / "keys/me").unlink()
    ended = abusekit("seal", "--case", full_case, "--key", "me", expect=2)
    assert "only the public half" in ended.err and "earlier seals stay valid" in ended.err
    abusekit("verify", full_case, expect=0)


def test_keys_stay_out_of_cases(abusekit: Abusekit, case: Path) -> None:
    for inside in (case / "private" / "keys", case):
        ended = abusekit("key", "create", "me", env={"ABUSEKIT_KEYS": str(inside)}, expect=2)
        assert "inside a case" in ended.err and "ABUSEKIT_KEYS" in ended.err
    assert not (case / "private" / "keys").exists()


def test_keys_within_reach_of_others_are_not_used(
    abusekit: Abusekit, full_case: Path, tmp_path: Path
) -> None:
    abusekit("note", "--case", full_case, "to be sealed", expect=0)
    (tmp_path / "keys/me").chmod(0o644)
    ended = abusekit("seal", "--case", full_case, "--key", "me", expect=2)
    assert "within reach of other users" in ended.err and "chmod 600" in ended.err
    (tmp_path / "keys/me").chmod(0o600)
    (tmp_path / "keys").chmod(0o755)
    assert "chmod 700" in abusekit("seal", "--case", full_case, "--key", "me", expect=2).err
    os.chmod(tmp_path / "keys", 0o700)  # noqa: PTH101
    abusekit("seal", "--case", full_case, "--key", "me", expect=0)


def test_there_is_no_case_to_verify(abusekit: Abusekit, tmp_path: Path) -> None:
    for arguments in (("nowhere",), (tmp_path,), (), ("--case", "nowhere")):
        ended = abusekit("verify", *arguments, expect=3)
        assert ended.err.startswith("abusekit: ") and "→" in ended.err and "VERIFIED" not in ended.out


def test_an_older_copy_is_not_sealed_by_accident(abusekit: Abusekit, full_case: Path, tmp_path: Path) -> None:
    """Two histories of one case would each check out."""
    older = Path(shutil.copytree(full_case, tmp_path / "older", symlinks=True))
    abusekit("note", "--case", full_case, "the newer state", expect=0)
    abusekit("seal", "--case", full_case, expect=0)
    before = (older / "custody/log.jsonl").read_bytes()
    for verb in ("seal", "sign"):
        ended = abusekit(verb, "--case", older, expect=2)
        assert "sealed here at 20" in ended.err and "older copy" in ended.err and "--older-copy" in ended.err
    assert (older / "custody/log.jsonl").read_bytes() == before
    for number in range(4):  # as long as the newer one, with another history
        abusekit("note", "--case", older, f"another history {number}", expect=0)
    assert "older copy" in abusekit("seal", "--case", older, expect=2).err
    abusekit("seal", "--case", older, env={"ABUSEKIT_STATE": str(tmp_path / "another computer")}, expect=0)
    assert "--older-copy" in abusekit("manifest", "--case", older, expect=2).err
    abusekit("seal", "--case", older, "--older-copy", expect=0)


def test_a_name_that_is_taken_is_said_before_a_passphrase_is_asked(abusekit: Abusekit) -> None:
    abusekit("key", "create", "me", expect=0)
    nobody = {key: value for key, value in abusekit.environment.items() if key != "ABUSEKIT_PASSPHRASE"}
    abusekit.environment = nobody
    assert "exists already" in abusekit("key", "create", "me", expect=2).err
    assert "not a key name" in abusekit("key", "create", "../me", expect=2).err
    assert "nobody to ask" in abusekit("key", "create", "other", expect=2).err


def test_a_short_passphrase_is_refused_for_a_new_key(abusekit: Abusekit, tmp_path: Path) -> None:
    ended = abusekit("key", "create", "me", env={"ABUSEKIT_PASSPHRASE": "sevené7"}, expect=2)
    assert "only 7 characters" in ended.err and "sevené7" not in ended.err
    assert not list(tmp_path.glob("keys/*"))
    assert "empty" in abusekit("key", "create", "me", env={"ABUSEKIT_PASSPHRASE": ""}, expect=2).err
    abusekit("key", "create", "me", env={"ABUSEKIT_PASSPHRASE": "éééééééé"}, expect=0)


def test_the_line_for_allowed_signers_alone(abusekit: Abusekit) -> None:
    made = abusekit("key", "create", "me", "--json", expect=0).answer
    ended = abusekit("key", "show", "me", "--allowed-signers", expect=0)
    assert ended.out == made["allowed_signers"] + "\n" and ended.err == ""
