"""A process that dies at any step of any change: whatever the person does next, the case ends sealed and verified.

The steps are the system calls that change the disk, counted in a forked child that kills itself at the
n-th. What a power cut loses beyond that is the matter of the fsyncs, which are among the steps.
"""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from abusekit.case.custody import Act
from abusekit.case.folder import PENDING, Case
from abusekit.case.intake import Intake
from abusekit.case.orphans import recover
from abusekit.case.settings import Producer, Settings
from abusekit.case.writing import writing
from abusekit.demo.timestamp_issuer import TimestampIssuer
from abusekit.errors import AbusekitError
from abusekit.integrity.keys import store as keys
from abusekit.integrity.keys.signers import Signer, own_signers
from abusekit.integrity.keys.signing import StoredKey
from abusekit.integrity.sealing import stamping
from abusekit.integrity.sealing.manifest import make_manifest, newest_seal
from abusekit.integrity.sealing.rotation import log_rotation
from abusekit.integrity.sealing.seal import sign_seal
from abusekit.integrity.trust import Authority, Trust
from abusekit.integrity.verify import Question, verify_case

PRODUCER = Producer("PO", "Producer One", "volunteer")
STEPS = ("write", "rename", "replace", "fsync", "mkdir", "unlink", "ftruncate", "rmdir", "chmod")
PASSPHRASE = b"for tests only"
OTHER = Ed25519PrivateKey.generate()


def now() -> datetime:
    return datetime.now(UTC)


ISSUER = TimestampIssuer("local-a", clock=now)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("store") / "keys"
    keys.create(folder, "me", PASSPHRASE)
    return folder


def take(case: Case) -> None:
    with Intake(case, PRODUCER, clock=now) as intake:
        drafts = [intake.draft("file") for _ in range(2)]
        for draft in drafts:
            draft.write("a.txt", os.urandom(8), "text/plain", "original")
        intake.commit(drafts)


def run(case: Case) -> None:
    """A run of capture: a line about our clock before its items, one behind them."""
    with Intake(case, PRODUCER, clock=now) as intake:
        draft = intake.draft("capture")
        draft.write("a.txt", os.urandom(8), "text/plain", "original")
        intake.commit([draft], before=[Act("clock.check", {"source": "ntp", "result": "not-checked"})])
        intake.log([Act("clock.check", {"source": "date-headers", "result": "not-checked", "hosts": 0})])


def seal(case: Case, key: object) -> None:
    folder = make_manifest(case, by="PO", now=now)
    sign_seal(case, folder, StoredKey("me", key), by="PO", now=now)  # type: ignore[arg-type]


def change_keys(case: Case, key: object) -> None:
    """A new key in the place of the old one, and a seal by the new one."""
    old, new = StoredKey("me", key), StoredKey("other", OTHER)  # type: ignore[arg-type]
    log_rotation(case, old.public, new.public, name="other", reason="new", by="PO", now=now)
    sign_seal(case, make_manifest(case, by="PO", now=now), new, by="PO", now=now)


def stamp(case: Case) -> None:
    """A request over the newest seal, and every answer that is still due."""
    stamping.ask(case, newest_seal(case), ["local-a"], by="PO", now=now)
    for asked in stamping.pending(case):
        answer = ISSUER.answer((case.root / asked.request).read_bytes())
        authority = Authority("local-a", ISSUER.root_pem)
        stamping.take_response(case, asked, answer, authority, by="PO", now=now)


def change(case: Case) -> None:
    settings = case.settings()
    letters = "ABCDEFGH"
    who = next(a for a in letters if a not in {p.initials for p in settings.producers})
    case.change_settings(
        settings.with_producer(Producer(who, "One More", "helper")), by="PO", now=now, reason="more"
    )


def decide(case: Case) -> None:
    with writing(case, by="PO", when=now) as at:
        case.log.append([Act("item.tag", {"item": "E0001", "tags": ["x"]})], by="PO", now=at)


def mend(case: Case) -> None:
    recover(case, by="PO", now=now())


def tear(case: Case) -> None:
    with case.log.path.open("ab") as log:
        log.write(b'{"half')


def half_item(case: Case) -> None:
    folder = case.evidence / f"E{len(case.item_ids()) + 1:04}"
    folder.mkdir()
    (folder / "a.txt").write_bytes(b"half")


def die_at(step: int, work: Callable[[], object]) -> bool:
    """Run `work` in a child that kills itself at the n-th step; False when it ended before."""
    child = os.fork()
    if child == 0:
        count = 0

        def counted(call: Callable[..., object]) -> Callable[..., object]:
            def wrapper(*arguments: object, **named: object) -> object:
                nonlocal count
                count += 1
                if count == step:
                    os.kill(os.getpid(), signal.SIGKILL)
                return call(*arguments, **named)

            return wrapper

        for name in STEPS:
            setattr(os, name, counted(getattr(os, name)))
        open_ = os.open

        def counted_open(path: str, flags: int, *arguments: int, **named: int) -> int:
            nonlocal count
            count += bool(flags & os.O_CREAT)
            if flags & os.O_CREAT and count == step:
                os.kill(os.getpid(), signal.SIGKILL)
            return open_(path, flags, *arguments, **named)

        os.open = counted_open  # type: ignore[assignment]
        try:
            work()
        except BaseException:
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, "the work itself failed"
    return os.WIFSIGNALED(status)


@pytest.mark.parametrize(
    "operation",
    [
        "take",
        "run",
        "seal",
        "stamp",
        "keys",
        "change",
        "decide",
        "recover torn",
        "recover half",
        "recover settings",
    ],
)
def test_die_at_every_step(operation: str, store: Path, tmp_path: Path) -> None:
    key = keys.load(store, "me", PASSPHRASE)
    other = Signer(("other",), StoredKey("other", OTHER).public, (), None, None)
    trust = Trust([*own_signers(store), other], (), [Authority("local-a", ISSUER.root_pem)])
    base = tmp_path / "base"
    settings = Settings(case="", reference="OP-1", zone="Europe/London", producers=(PRODUCER,))
    case = Case.create(base, settings, now=now())
    take(case)
    seal(case, key)
    take(case)
    if operation == "recover torn":
        tear(case)
    elif operation == "recover half":
        half_item(case)
    elif operation == "recover settings":
        (base / "settings/0002.yaml").write_bytes((base / "settings/0001.yaml").read_bytes())
    works: dict[str, Callable[[Case], object]] = {
        "take": take, "run": run, "seal": lambda c: seal(c, key), "keys": lambda c: change_keys(c, key), "stamp": stamp,
        "change": change, "decide": decide,
    }  # fmt: skip
    work = works.get(operation, mend)
    followers: dict[str, list[Callable[[Case], object]]] = {
        "recover": [mend, take],
        "take": [take],
        "stamp": [stamp],
        "decide": [decide],
        "change": [change, take],
        "seal": [lambda c: make_manifest(c, by="PO", now=now), take],
    }
    step = 0
    while True:
        step += 1
        broken = tmp_path / "broken"
        shutil.rmtree(broken, ignore_errors=True)
        shutil.copytree(base, broken)
        died = die_at(step, partial(work, Case.open(broken)))
        if not died:
            break
        interrupted = verify_case(broken, Question(trust=trust))
        assert interrupted.exit_code in (1, 3, 7), "an interrupted change must not pass as verified"
        begun = (broken / PENDING).exists()
        for name, follow in followers.items():
            if work is mend and name != "recover" and not begun:
                continue  # nothing happened yet: what was put there is no work of ours, and waits for recover
            after = tmp_path / "after"
            shutil.rmtree(after, ignore_errors=True)
            shutil.copytree(broken, after)
            case = Case.open(after)
            for one in [*follow, lambda c: seal(c, key)]:
                try:
                    one(case)
                except AbusekitError as fault:
                    assert "recover" in fault.hint, (step, name, fault)
                    mend(case)
                    one(case)
            assert newest_seal(case).is_dir()
            verdict = verify_case(after, Question(trust=trust))
            wrong = [f for f in verdict.findings if f.status not in ("ok", "note")]
            assert (verdict.exit_code, wrong) == (0, []), (operation, step, name)
    assert step > 3, "the operation has steps to die at"
