"""Whose time counts: the package's authorities and the user's, and nobody else's."""

from __future__ import annotations

import base64
import hashlib
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from abusekit.demo.timestamp_issuer import TimestampIssuer
from abusekit.errors import UsageError
from abusekit.integrity.timestamps import authorities
from abusekit.integrity.timestamps.stamps import authority_name
from abusekit.net.timestamp_http import check_url

ISSUER = TimestampIssuer("mine", clock=lambda: datetime(2026, 6, 15, tzinfo=UTC))
ROOT = ISSUER.root_pem


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "authorities"


def test_the_packaged_ones_are_whole() -> None:
    found = authorities.packaged()
    assert [one.name for one in found][:2] == ["digicert", "sectigo"] and len(found) >= 4
    for one in found:
        assert authority_name(one.name) and one.source == "package" and one.note
        check_url(one.url)
        text = one.roots.decode("ascii")
        roots = authorities.roots_of(one.roots)
        assert roots, one.name
        for root in roots:  # the file says where each came from, and its fingerprint
            (line,) = [line for line in text.splitlines() if root.fingerprint in line]
            assert line.startswith("root ") and "ca-certificates" in line
        assert text.count("BEGIN CERTIFICATE") == len(roots)


def test_the_packaged_roots_are_those_of_the_system() -> None:
    """Debian drops roots over time, which takes nothing from a stamp that was made before: so two are enough."""
    bundle = Path("/etc/ssl/certs/ca-certificates.crt")
    assert bundle.is_file(), "the package ca-certificates is needed"
    begin = b"-----BEGIN CERTIFICATE-----"
    system = {
        hashlib.sha256(base64.b64decode(one.partition(b"-----END")[0])).hexdigest()
        for one in bundle.read_bytes().split(begin)[1:]
    }
    ours = {root.fingerprint for one in authorities.packaged() for root in authorities.roots_of(one.roots)}
    assert len(ours & system) >= 2, ours - system


def test_an_absent_folder_has_none(folder: Path) -> None:
    assert authorities.configured(folder) == [] and authorities.defaults(folder) == []
    assert authorities.known(folder) == authorities.packaged()
    assert not folder.exists()


def test_add_find_remove(folder: Path) -> None:
    made = authorities.add(folder, "mine", "http://127.0.0.1:1/", ROOT, "under contract 7")
    assert made == authorities.find(folder, "mine") and made in authorities.known(folder)
    assert (made.url, made.note, made.source) == ("http://127.0.0.1:1/", "under contract 7", "user")
    assert made.trusted.name == "mine" and ROOT in made.roots == made.path.read_bytes()
    assert folder.stat().st_mode & 0o777 == 0o700 and made.path.stat().st_mode & 0o777 == 0o600
    (root,) = authorities.roots_of(made.roots)
    pem = b"".join(ROOT.splitlines()[1:-1])
    assert root.fingerprint == hashlib.sha256(base64.b64decode(pem)).hexdigest()
    with pytest.raises(UsageError, match="exists already"):
        authorities.add(folder, "mine", "", ROOT)
    authorities.remove(folder, "mine")
    with pytest.raises(UsageError, match="no authority 'mine'") as told:
        authorities.find(folder, "mine")
    assert "digicert" in told.value.hint


def test_a_root_as_der_is_taken_too(folder: Path) -> None:
    made = authorities.add(folder, "mine", "", base64.b64decode(b"".join(ROOT.splitlines()[1:-1])))
    assert ROOT in made.roots


@pytest.mark.parametrize("name", ["", "Mine", "a b", "../x", "a.b", "con", "nul", "-a", "a" * 32, "ä"])
def test_names_that_are_none(folder: Path, name: str) -> None:
    with pytest.raises(UsageError, match="not a name"):
        authorities.add(folder, name, "", ROOT)


@pytest.mark.parametrize("name", ["digicert", "sectigo"])
def test_a_packaged_name_cannot_be_taken_or_removed(folder: Path, name: str) -> None:
    with pytest.raises(UsageError, match="exists already"):
        authorities.add(folder, name, "", ROOT)
    with pytest.raises(UsageError, match="cannot be removed"):
        authorities.remove(folder, name)
    authorities.add(folder, "mine", "", ROOT).path.rename(folder / f"{name}.pem")
    with pytest.raises(UsageError, match="has the name of an authority that comes with"):
        authorities.known(folder)


@pytest.mark.parametrize("roots", [b"", b"rubbish", ISSUER.chain_pem, b"\x30\x03\x02\x01\x01"])
def test_roots_that_are_none(folder: Path, roots: bytes) -> None:
    with pytest.raises(UsageError):
        authorities.add(folder, "mine", "", roots)
    assert not (folder / "mine.pem").exists()


@pytest.mark.parametrize("text", ["a\nb", "\x1b[31m", " a", "x" * 600])
def test_lines_that_would_be_two(folder: Path, text: str) -> None:
    for url, note in ((text, ""), ("", text)):
        with pytest.raises(UsageError):
            authorities.add(folder, "mine", url, ROOT, note)


def test_defaults(folder: Path) -> None:
    authorities.add(folder, "mine", "http://127.0.0.1:1/", ROOT)
    authorities.add(folder, "trusted-only", "", ROOT)
    authorities.set_defaults(folder, ["mine", "digicert", "mine"])
    assert authorities.defaults(folder) == ["mine", "digicert"]
    with pytest.raises(UsageError, match="has no address"):
        authorities.set_defaults(folder, ["trusted-only"])
    with pytest.raises(UsageError, match="no authority"):
        authorities.set_defaults(folder, ["absent"])
    authorities.remove(folder, "mine")
    assert authorities.defaults(folder) == ["digicert"]
    authorities.set_defaults(folder, [])
    assert authorities.defaults(folder) == []
    (folder / authorities.DEFAULTS).write_text("gone\n")
    with pytest.raises(UsageError, match="no authority that can be asked"):
        authorities.defaults(folder)


@pytest.mark.parametrize("mode", [0o770, 0o702])
def test_what_others_can_change_is_refused(folder: Path, mode: int) -> None:
    made = authorities.add(folder, "mine", "", ROOT)
    folder.chmod(mode)
    with pytest.raises(UsageError, match="can be changed by other users"):
        authorities.known(folder)
    with pytest.raises(UsageError, match="can be changed by other users"):
        authorities.add(folder, "other", "", ROOT)
    folder.chmod(0o755)
    assert authorities.known(folder)
    made.path.chmod(0o662)
    with pytest.raises(UsageError, match="can be changed by other users"):
        authorities.known(folder)


def test_links_pipes_and_strangers_files(folder: Path, tmp_path: Path) -> None:
    made = authorities.add(folder, "mine", "", ROOT)
    made.path.rename(tmp_path / "elsewhere.pem")
    made.path.symlink_to(tmp_path / "elsewhere.pem")
    with pytest.raises(UsageError, match="symbolic link"):
        authorities.known(folder)
    made.path.unlink()
    os.mkfifo(made.path)
    with pytest.raises(UsageError, match="is not a file"):
        authorities.known(folder)
    made.path.unlink()
    made.path.write_bytes(ROOT)
    with pytest.raises(UsageError, match="was not written by"):
        authorities.known(folder)
    made.path.write_bytes(b"x" * (1 << 20))
    with pytest.raises(UsageError, match="longer than"):
        authorities.known(folder)
    made.path.unlink()
    (folder / "note.txt").write_text("passed over")
    (folder / "Odd Name.pem").write_text("passed over")
    assert authorities.configured(folder) == []


def test_a_file_where_the_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "authorities").write_text("")
    for act in (authorities.known, authorities.defaults, lambda at: authorities.add(at, "mine", "", ROOT)):
        with pytest.raises(UsageError):
            act(tmp_path / "authorities")
