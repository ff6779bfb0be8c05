"""Keys that count no more: noted in the store, logged in a case, and what a verification makes of it."""

from __future__ import annotations

import os
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from abusekit.case.custody import instant_text
from abusekit.case.folder import Case
from abusekit.case.settings import Producer, Settings
from abusekit.errors import InputError, UsageError
from abusekit.integrity.checks.signaturecheck import judge, rotations
from abusekit.integrity.findings import Status
from abusekit.integrity.keys import sshsig
from abusekit.integrity.keys import store as keys
from abusekit.integrity.keys.publickey import PublicKey, public_key_of
from abusekit.integrity.keys.revocation import (
    Revocation,
    last_valid,
    log_revocation,
    note_revocation,
    read_revocation,
    undo_revocation,
)
from abusekit.integrity.keys.signers import (
    Signer,
    line,
    match,
    own_revocations,
    own_signers,
    read_signers,
    why_not,
)
from abusekit.integrity.log.logcheck import check_log
from abusekit.integrity.log.logview import LogView
from abusekit.integrity.sealing.rotation import Rotation, log_rotation, open_rotation
from abusekit.integrity.trust import Trust

SINCE = datetime(2026, 11, 20, 21, 0, 0, 500_000, tzinfo=UTC)
NOW = SINCE + timedelta(days=3)
STOLEN = Revocation(SINCE, "stolen", "the laptop is gone")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    store = tmp_path_factory.mktemp("made") / "keys"
    keys.create(store, "me", b"a passphrase")
    return store


@pytest.fixture
def store(made: Path, tmp_path: Path) -> Path:
    target = tmp_path / "keys"
    target.mkdir(0o700)
    for name in ("me", "me.pub"):
        (target / name).touch(0o600)
        (target / name).write_bytes((made / name).read_bytes())
    return target


@pytest.fixture
def case(tmp_path: Path) -> Case:
    settings = Settings("", "OP-1", "Europe/London", (Producer("PO", "Producer One", "volunteer"),))
    return Case.create(tmp_path / "case", settings, now=SINCE - timedelta(days=30))


def note(store: Path, said: Revocation) -> None:
    note_revocation(store, "me", keys.show(store, "me").public.fingerprint, said, now=NOW)


# --- in the store


def test_the_earliest_time_counts_and_nothing_is_forgotten(store: Path) -> None:
    assert keys.show(store, "me").revoked is None
    note(store, STOLEN)
    assert keys.show(store, "me").revoked == STOLEN
    for later in (STOLEN, Revocation(SINCE + timedelta(hours=1), "retired", "later")):
        with pytest.raises(UsageError, match="revoked already"):
            note(store, later)
    earlier = Revocation(SINCE - timedelta(days=2), "lost", "it was earlier")
    note(store, earlier)
    assert keys.show(store, "me").revoked == earlier
    assert len((store / "me.revoked").read_text().splitlines()) == 2
    assert (store / "me.revoked").stat().st_mode & 0o777 == 0o600
    assert [info.name for info in keys.listing(store)] == ["me"]


def test_a_revoked_key_signs_no_more(store: Path) -> None:
    info = keys.show(store, "me")
    keys.check_can_sign(info, NOW)
    note(store, STOLEN)
    info = keys.show(store, "me")
    keys.check_can_sign(info, SINCE - timedelta(seconds=1))
    with pytest.raises(UsageError, match=r"revoked since 2026-11-20 21:00:00Z \(stolen\)"):
        keys.check_can_sign(info, NOW)


def test_what_is_undone_counts_no_more_and_stays_written(store: Path) -> None:
    key = keys.show(store, "me").public
    note(store, Revocation(SINCE, "lost", "x"))
    undo_revocation(store, "me", key.fingerprint, "found", now=NOW)
    assert keys.show(store, "me").revoked is None
    with pytest.raises(UsageError, match="is not revoked"):
        undo_revocation(store, "me", key.fingerprint, "found", now=NOW)
    later = Revocation(SINCE + timedelta(days=1), "stolen", "y")
    note(store, later)
    assert keys.show(store, "me").revoked == later
    assert len((store / "me.revoked").read_bytes().splitlines()) == 3


def test_a_later_key_of_the_same_name_is_another(store: Path) -> None:
    note(store, STOLEN)
    other = public_key_of(Ed25519PrivateKey.generate())
    assert read_revocation(store, "me", other.fingerprint) is None


@pytest.mark.parametrize(
    "content",
    [
        b"{", b"[]\n", b"\xff\n", b'{"key":"x"}\n', b"\n", b"x" * 70_000,
        b'{"key":"x","since":"soon","why":"lost","reason":"","noted":""}\n',
        b'{"key":"x","since":"2026-11-20T21:00:00.000000Z","why":"tired","reason":"","noted":""}\n',
    ],
)  # fmt: skip
def test_a_damaged_note_stops_rather_than_counts_for_nothing(store: Path, content: bytes) -> None:
    (store / "me.revoked").touch(0o600)
    (store / "me.revoked").write_bytes(content)
    for act in (lambda: keys.show(store, "me"), lambda: own_signers(store)):
        with pytest.raises(InputError, match=r"me\.revoked is damaged"):
            act()


def test_a_note_that_others_can_write_is_refused(store: Path) -> None:
    note(store, STOLEN)
    (store / "me.revoked").chmod(0o666)
    with pytest.raises(UsageError, match="within reach"):
        keys.show(store, "me")
    (store / "me.revoked").unlink()
    (store / "me.revoked").symlink_to("nowhere")
    with pytest.raises(UsageError, match="symbolic link"):
        keys.show(store, "me")


def test_a_full_disk_leaves_the_note_as_it_was(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    note(store, STOLEN)
    before = (store / "me.revoked").read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(UsageError, match="No space left"):
            note(store, Revocation(SINCE - timedelta(days=1), "lost", "earlier"))
    assert (store / "me.revoked").read_bytes() == before
    assert sorted(os.listdir(store)) == ["me", "me.pub", "me.revoked"]


def test_ours_and_ssh_keygen_agree_on_the_second(store: Path, tmp_path: Path) -> None:
    """Older than the revocation is good, the very second is not, and without a time nothing is."""
    note(store, STOLEN)
    info = keys.show(store, "me")
    own = own_signers(store)
    assert own_revocations(store) == {info.public.fingerprint: instant_text(SINCE)}
    vouched = line("me", info.public, last_valid(SINCE))
    assert 'valid-before="20261120205959Z"' in vouched
    (tmp_path / "signers").write_text(vouched)
    (tmp_path / "sig").write_bytes(sshsig.sign(keys.load(store, "me", b"a passphrase"), b"text"))
    for at, good in (
        (SINCE - timedelta(days=1), True), (SINCE - timedelta(seconds=1), True), (SINCE, False), (NOW, False),
    ):  # fmt: skip
        command = [
            "ssh-keygen",
            "-Y",
            "verify",
            "-f",
            "signers",
            "-I",
            "me",
            "-n",
            sshsig.NAMESPACE,
            "-s",
            "sig",
        ]
        theirs = subprocess.run(
            [*command, f"-Overify-time={at:%Y%m%d%H%M%SZ}"],
            input=b"text", cwd=tmp_path, capture_output=True, check=False,
        )  # fmt: skip
        assert (theirs.returncode == 0) is good, theirs
        for signers in (own, read_signers(vouched.encode())):
            assert (match(signers, info.public, sshsig.NAMESPACE, at) is not None) is good
    assert match(own, info.public, sshsig.NAMESPACE, None) is None


# --- in a case


def test_a_revocation_is_logged_once(case: Case) -> None:
    key = public_key_of(Ed25519PrivateKey.generate())
    assert log_revocation(case, key.fingerprint, STOLEN, by="PO", now=NOW) == 1
    view = check_log(case.root, {"custody/log.jsonl"}, [])
    assert not [f for f in view.findings if f.status is not Status.OK]
    assert view.revoked == {key.fingerprint: instant_text(SINCE)}
    with pytest.raises(UsageError, match="says already"):
        log_revocation(case, key.fingerprint, STOLEN, by="PO", now=NOW)
    earlier = Revocation(SINCE - timedelta(days=1), "lost", "it was earlier")
    assert log_revocation(case, key.fingerprint, earlier, by="PO", now=NOW) == 2
    assert check_log(case.root, {"custody/log.jsonl"}, []).revoked[key.fingerprint] == instant_text(
        earlier.since
    )


def test_a_change_of_keys_is_logged_once(case: Case) -> None:
    old, new = (public_key_of(Ed25519PrivateKey.generate()) for _ in range(2))
    assert open_rotation(case) is None
    assert log_rotation(case, old, new, name="me2", reason="new computer", by="PO", now=NOW) == 1
    view = check_log(case.root, {"custody/log.jsonl"}, [])
    assert not [f for f in view.findings if f.status is not Status.OK]
    assert (view.replaced, view.added) == ({new.fingerprint: old.fingerprint}, {new.fingerprint: 1})
    assert open_rotation(case) == Rotation(1, old.fingerprint, new.fingerprint, "me2")
    with pytest.raises(UsageError, match="in line 2"):
        log_rotation(case, old, new, name="me2", reason="again", by="PO", now=NOW)
    with pytest.raises(UsageError, match="itself"):
        log_rotation(case, old, old, name="me", reason="x", by="PO", now=NOW)


# --- what it means for a signature

KEY = public_key_of(Ed25519PrivateKey.generate())
OLD = public_key_of(Ed25519PrivateKey.generate())
ANNA = Signer(("anna",), KEY, (), None, None)
PATH = "seals/000001/seal.txt.me.sig"


def judged(
    at: datetime | None, *, view: LogView | None = None, key: PublicKey = KEY, trust: Trust | None = None
) -> tuple[Status, str]:
    found = judge(key, PATH, at, view or LogView(), trust if trust is not None else Trust((ANNA,)))
    assert (found.check, found.path) == ("signature", PATH)
    return found.status, found.message


def test_a_key_that_is_vouched_for_is_good_and_no_other() -> None:
    assert judged(None) == (Status.OK, f"signed by anna ({KEY.fingerprint})")
    status, text = judged(None, key=OLD)
    assert status is Status.UNCHECKED and "nobody vouched" in text
    assert judged(None, key=OLD, trust=Trust((), (OLD.fingerprint,)))[0] is Status.OK


@pytest.mark.parametrize("where", ["log", "store", "both"])
@pytest.mark.parametrize("pinned", [False, True])
def test_what_a_stamp_does_not_show_to_be_older_is_taken_away(where: str, pinned: bool) -> None:
    since = {KEY.fingerprint: instant_text(SINCE)}
    later = {KEY.fingerprint: instant_text(SINCE + timedelta(days=1))}
    view = LogView(revoked={"log": since, "store": {}, "both": later}[where])
    trust = Trust(
        () if pinned else (ANNA,),
        (KEY.fingerprint,) if pinned else (),
        revoked={"log": {}, "store": since, "both": since}[where],
    )
    status, text = judged(SINCE - timedelta(microseconds=1), view=view, trust=trust)
    assert status is Status.OK and "by a time stamp, when the key still counted" in text
    for at, says in (
        (SINCE, "first time stamp that shows it is of 2026-11-20 21:00:00Z"),
        (None, "no trusted time stamp"),
    ):
        status, text = judged(at, view=view, trust=trust)
        assert status is Status.UNCHECKED and says in text and "counts no more since 2026-11-20" in text
    assert judged(None, view=LogView(revoked={OLD.fingerprint: instant_text(SINCE)}))[0] is Status.OK


def test_an_expired_line_counts_where_a_stamp_is_older() -> None:
    before = Trust((Signer(("anna",), KEY, (), None, SINCE),))
    assert judged(SINCE - timedelta(days=1), trust=before)[0] is Status.OK
    for at, says in (
        (
            SINCE + timedelta(days=1),
            "it counts until 2026-11-20 21:00:00Z, and the first time stamp that shows this signature is of",
        ),
        (None, "no trusted time stamp shows when"),
    ):
        status, text = judged(at, trust=before)
        assert status is Status.UNCHECKED and says in text
    after = Trust((Signer(("anna",), KEY, (), SINCE, None),))
    assert judged(SINCE - timedelta(days=1), trust=after)[0] is Status.UNCHECKED
    assert judged(SINCE + timedelta(days=1), trust=after)[0] is Status.OK
    other = Trust((Signer(("anna",), KEY, ("git",), None, None),))
    assert "not for abusekit-seal-v1" in judged(None, trust=other)[1]
    assert why_not((ANNA,), OLD, sshsig.NAMESPACE, None) == ""


def test_nobody_is_trusted_for_following_somebody_who_is() -> None:
    view = LogView(replaced={OLD.fingerprint: KEY.fingerprint}, added={OLD.fingerprint: 3})
    status, text = judged(None, key=OLD, view=view)
    assert status is Status.UNCHECKED
    assert "nobody vouched" in text and f"line 4 says that it replaces {KEY.fingerprint}" in text
    bela = Signer(("bela",), OLD, (), None, None)
    status, text = judged(None, key=OLD, view=view, trust=Trust((ANNA, bela)))
    assert status is Status.OK and f"; line 4 says that it replaces {KEY.fingerprint}" in text


def test_a_change_that_no_later_seal_bears_both_signatures_of_is_noted() -> None:
    view = LogView(replaced={"SHA256:new": "SHA256:old"}, added={"SHA256:new": 3})
    both = {"SHA256:old", "SHA256:new"}
    for signed in ({}, {4: {"SHA256:new"}}, {3: both}, {4: {"SHA256:new"}, 9: {"SHA256:old"}}):
        (found,) = rotations(signed, view)
        assert found.status is Status.NOTE and "no seal since then is signed by both" in found.message
    assert rotations({4: {"SHA256:new"}, 9: both}, view) == []
    view.partial, view.withheld = True, 2
    assert rotations({}, view) == [], "a partial copy does not hold the other seals"
