"""A process that dies at any step of an erasure: nothing is erased, or all of it is once somebody goes on."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from test_every_step import PASSPHRASE, PRODUCER, die_at, mend, now, seal, take

from abusekit.case.erasure import erase
from abusekit.case.folder import PENDING, Case
from abusekit.case.settings import Settings
from abusekit.errors import AbusekitError
from abusekit.integrity.keys import store as keys
from abusekit.integrity.keys.signers import own_signers
from abusekit.integrity.trust import Trust
from abusekit.integrity.verify import Question, verify_case

SECRET = b"this has to go"


def go(case: Case, item: str = "E0002") -> None:
    erase(case, item, reason="it has to go", authority="court order 1", by="PO", now=now)


@pytest.mark.parametrize("operation", ["the first", "the second", "recover"])
def test_die_at_every_step(operation: str, tmp_path: Path) -> None:
    keys.create(tmp_path / "keys", "me", PASSPHRASE)
    key = keys.load(tmp_path / "keys", "me", PASSPHRASE)
    trust = Trust(own_signers(tmp_path / "keys"))
    base = tmp_path / "base"
    settings = Settings(case="", reference="OP-1", zone="Europe/London", producers=(PRODUCER,))
    case = Case.create(base, settings, now=now())
    take(case)
    secret = next(path for path in (case.evidence / "E0002").iterdir() if path.name != "item.json")
    words = secret.read_bytes()
    seal(case, key)
    take(case)
    (case.derived / "timeline.html").write_bytes(SECRET + words)
    if operation == "the second":
        go(case, "E0001")
        seal(case, key)
    elif operation == "recover":  # whoever finishes it can die, too
        assert die_at(_commit_step(base, tmp_path) + 1, partial(go, case))
    works: dict[str, Callable[[Case], object]] = {"recover": mend}
    followers: dict[str, list[Callable[[Case], object]]] = {"recover": [mend], "take": [take], "again": []}
    step = begun = whole = 0
    while True:
        step += 1
        broken = tmp_path / "broken"
        shutil.rmtree(broken, ignore_errors=True)
        shutil.copytree(base, broken)
        if not die_at(step, partial(works.get(operation, go), Case.open(broken))):
            break
        assert verify_case(broken, Question(trust=trust)).exit_code in (1, 3, 7)
        assert (
            len([n for n in os.listdir(broken / "custody") if n.startswith("log.") and n != "log.lock"]) == 1
        )
        for name, follow in list(followers.items())[step % 3 :][:1]:  # each in its turn
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
            verdict = verify_case(after, Question(trust=trust))
            wrong = [
                f for f in verdict.findings if f.status not in ("ok", "note") and "ERASED" not in f.message
            ]
            assert wrong == [], (operation, step, name)
            erased = 2 if operation == "the second" else 1
            if (case.evidence / "E0002").exists():
                whole += 1
                assert verdict.erased == erased - 1, (step, name)
                assert (case.evidence / "E0002" / secret.name).read_bytes() == words
            else:
                begun += 1
                assert (verdict.exit_code, verdict.partial, verdict.erased) == (7, "ERASED", erased), (
                    step,
                    name,
                )
                assert not [p for p in after.rglob("*") if p.is_file() and words in p.read_bytes()], (
                    step,
                    name,
                )
            assert not (after / PENDING).exists()
            assert not (after / "staging/log.redacted.new").exists()
    assert step > 10
    assert begun > 3
    assert whole > 3 or operation == "recover"


def _commit_step(base: Path, folder: Path) -> int:
    """The step at which the new log takes its place."""
    for step in range(1, 100):
        tried = folder / "tried"
        shutil.rmtree(tried, ignore_errors=True)
        shutil.copytree(base, tried)
        die_at(step, partial(go, Case.open(tried)))
        log = tried / "custody/log.redacted"
        if log.exists() and b"line.erase" in log.read_bytes():
            return step
    raise AssertionError("it never took its place")
