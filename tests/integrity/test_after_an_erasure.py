"""A case in which an item was erased goes on: more items, seals, erasures, a torn log; and it stays verifiable."""

from __future__ import annotations

import re
import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from abusekit.case.custody import Act
from abusekit.case.erasure import erase
from abusekit.case.folder import Case
from abusekit.case.intake import Intake
from abusekit.case.orphans import recover
from abusekit.case.settings import Producer, Settings
from abusekit.case.tally import last_tally
from abusekit.errors import CaseError, UsageError
from abusekit.export.partial import export_partial, plan_partial
from abusekit.integrity.keys.publickey import public_key_of
from abusekit.integrity.keys.signing import StoredKey
from abusekit.integrity.sealing.manifest import make_manifest
from abusekit.integrity.sealing.seal import sign_seal
from abusekit.integrity.trust import Trust
from abusekit.integrity.verify import Question, Verdict, verify_case

FIRST = Producer("PO", "Producer One", "volunteer")
SECOND = Producer("AB", "Another Body", "officer")
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
TRUST = Trust((), (public_key_of(KEY).fingerprint,))
START = datetime(2026, 11, 20, 21, 0, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def take(case: Case, clock: Clock, who: Producer = FIRST, count: int = 1) -> list[str]:
    with Intake(case, who, clock=clock) as intake:
        drafts = [intake.draft("file") for _ in range(count)]
        for draft in drafts:
            draft.write("a.txt", b"words %d" % clock().timestamp(), "text/plain", "original")
        return [item.id for item in intake.commit(drafts)]


def seal(case: Case, clock: Clock) -> Path:
    folder = make_manifest(case, by="PO", now=clock)
    sign_seal(case, folder, StoredKey("me", KEY), by="PO", now=clock)
    return folder


def go(case: Case, clock: Clock, item: str) -> None:
    erase(case, item, reason="it has to go", authority="court order 1", by="PO", now=clock)


@pytest.fixture
def case(tmp_path: Path, clock: Clock) -> Case:
    """PO/1, PO/2, AB/1 sealed; PO/3, AB/2 sealed again."""
    settings = Settings(case="", reference="OP-1", zone="Europe/London", producers=(FIRST, SECOND))
    made = Case.create(tmp_path / "case", settings, now=clock())
    take(made, clock, count=2)
    take(made, clock, SECOND)
    made.record([Act("item.tag", {"item": "E0002", "tags": ["x"]})], by="AB", now=clock())
    seal(made, clock)
    take(made, clock)
    take(made, clock, SECOND)
    seal(made, clock)
    return made


def judged(case: Case, erased: int) -> Verdict:
    """Nothing is wrong but what is erased, each line by name."""
    verdict = verify_case(case.root, Question(trust=TRUST))
    rest = [f for f in verdict.findings if f.status not in ("ok", "note") and "is ERASED" not in f.message]
    assert (rest, verdict.exit_code, verdict.erased) == ([], 7, erased)
    assert verdict.partial == "ERASED"
    return verdict


def test_what_goes_and_what_stays(case: Case, clock: Clock) -> None:
    root = verify_case(case.root, Question(trust=TRUST)).root
    lines = case.log.path.read_bytes().splitlines()
    words = (case.evidence / "E0002/a.txt").read_bytes()
    digest = case.item("E0002").files[0].sha256.encode()
    (case.derived / "deep").mkdir()
    (case.derived / "deep/cache").write_bytes(words)
    go(case, clock, "E0002")
    assert case.log.path.name == "log.redacted" and not (case.root / "custody/log.jsonl").exists()
    now = case.log.path.read_bytes().splitlines()
    assert [n for n, (a, b) in enumerate(zip(lines, now, strict=False)) if a != b] == [2, 4]
    acts = [entry for entry in case.entries() if entry["do"] == "line.erase"]
    assert [(a["line"], a["item"], a["authority"]) for a in acts] == [
        (n, "E0002", "court order 1") for n in (2, 4)
    ]
    assert len(acts[0]["removed"]) == 4 and acts[1]["removed"] == []
    for path in case.root.rglob("*"):
        assert not path.is_file() or not (words in path.read_bytes() or digest in path.read_bytes()), path
    assert {item.id for item in case.items()} == {"E0001", "E0003", "E0004", "E0005"}
    view = verify_case(case.root, Question(trust=TRUST))
    assert "2 acts behind the newest seal" in " ".join(f.message for f in view.findings)
    assert view.root != root
    seal(case, clock)
    judged(case, 2)


def test_numbers_are_not_used_again(case: Case, clock: Clock) -> None:
    """Of the newest item of each producer, too."""
    for item in ("E0004", "E0005"):
        go(case, clock, item)
    assert last_tally(case.log.path, "PO", "AB").exhibits == {"po": 3, "ab": 2}
    ids = [*take(case, clock), *take(case, clock, SECOND)]
    assert [(i, case.item(i).exhibit) for i in ids] == [("E0006", "PO/4"), ("E0007", "AB/3")]
    seal(case, clock)
    judged(case, 2)


def test_the_case_goes_on(case: Case, clock: Clock) -> None:
    go(case, clock, "E0001")
    take(case, clock)
    case.record([Act("item.withdraw", {"item": "E0003", "reason": "x"})], by="PO", now=clock)
    case.change_settings(replace(case.settings(), title="more"), by="PO", now=clock, reason="x")
    first = seal(case, clock)
    judged(case, 1)
    go(
        case, clock, "E0006"
    )  # the seal made since loses its list; what it says of the log can be compared no more
    assert not (first / "manifest-sha256.txt").exists() and not (first / "salt.txt").exists()
    second = seal(case, clock)
    judged(case, 2)
    assert sorted(p.name for p in second.iterdir()) == [
        "manifest-sha256.txt",
        "salt.txt",
        "seal.txt",
        "seal.txt.me.sig",
    ]
    subprocess.run(
        ["sha256sum", "--quiet", "--strict", "-c", f"seals/{second.name}/manifest-sha256.txt"],
        cwd=case.root,
        check=True,
    )
    said = re.search(r"log-sha256 (\w+)", (second / "seal.txt").read_text())
    head = f"head -n {int(second.name)} custody/log.redacted | sha256sum"
    found = subprocess.run(["sh", "-c", head], cwd=case.root, check=True, capture_output=True)
    assert said is not None and found.stdout.split()[0].decode() == said[1]


def test_an_item_of_after_the_seal(case: Case, clock: Clock) -> None:
    """No seal names it, so each keeps its list; and the log of each can be compared as before."""
    (item,) = take(case, clock)
    go(case, clock, item)
    assert len(list(case.seals.rglob("manifest-sha256.txt"))) == 2
    seal(case, clock)
    verdict = judged(case, 1)
    assert not [f for f in verdict.findings if "log-sha256" in f.message]


def test_an_older_seal_is_not_signed_any_more(case: Case, clock: Clock) -> None:
    go(case, clock, "E0001")
    newest = max(case.seals.iterdir())
    with pytest.raises(CaseError):
        sign_seal(case, newest, StoredKey("other", KEY), by="PO", now=clock)


def test_torn_after_an_erasure(case: Case, clock: Clock) -> None:
    go(case, clock, "E0001")
    with case.log.path.open("ab") as log:
        log.write(b'{"half')
    assert verify_case(case.root, Question(trust=TRUST)).exit_code == 3
    assert recover(case, by="PO", now=clock()).torn
    seal(case, clock)
    judged(case, 1)


def test_what_bears_another_one_out(case: Case, clock: Clock) -> None:
    """A line of another item that names the erased one says what it showed."""
    act = Act("item.corroborate", {"item": "E0003", "by_item": "E0001", "reason": "the same face"})
    case.record([act], by="PO", now=clock)
    go(case, clock, "E0001")
    assert b"the same face" not in case.log.path.read_bytes()
    seal(case, clock)
    judged(case, 2)


def test_clock_set_back_over_an_erased_line(case: Case, clock: Clock) -> None:
    """Nobody can compare the time of a line with one that is not there."""
    clock.now += timedelta(hours=3)
    (item,) = take(case, clock)
    clock.now -= timedelta(hours=2)
    take(case, clock)
    clock.now -= timedelta(minutes=30)
    go(case, clock, item)
    clock.now += timedelta(hours=1)
    seal(case, clock)
    judged(case, 1)


def test_there_is_no_such_item(case: Case, clock: Clock) -> None:
    before = case.log.path.read_bytes()
    with pytest.raises(UsageError, match="no item E0009"):
        go(case, clock, "E0009")
    assert case.log.path.read_bytes() == before and not (case.root / "custody/pending").exists()
    go(case, clock, "E0001")
    with pytest.raises(UsageError, match="no item E0001"):
        go(case, clock, "E0001")


def test_too_long_a_reason_changes_nothing(case: Case, clock: Clock) -> None:
    before = {p: p.read_bytes() for p in case.root.rglob("*") if p.is_file()}
    with pytest.raises(CaseError, match="too long"):
        erase(case, "E0001", reason="x" * 70_000, authority="y", by="PO", now=clock)
    assert {p: p.read_bytes() for p in case.root.rglob("*") if p.is_file()} == before


def test_a_partial_copy_of_an_erased_case(case: Case, clock: Clock) -> None:
    go(case, clock, "E0001")
    with pytest.raises(UsageError, match="no item E0001"):
        plan_partial(case, ["E0001"])
    seal(case, clock)
    copy = export_partial(case, plan_partial(case, ["E0003"]), case.root.parent / "out", trust=TRUST)
    assert (copy.verdict.exit_code, copy.verdict.partial, copy.verdict.erased) == (0, "PARTIAL", 0)
    assert not [p for p in copy.folder.rglob("*") if p.is_file() and b"court order" in p.read_bytes()]


def test_an_erased_case_extends_its_earlier_seals(case: Case, clock: Clock) -> None:
    kept = ("kept", (min(case.seals.iterdir()) / "seal.txt").read_bytes())
    go(case, clock, "E0004")
    seal(case, clock)
    (since,) = verify_case(case.root, Question(trust=TRUST, against=(kept,))).since
    assert (since.size, since.items, since.withheld) == (5, ("E0005",), 1)
    assert since.acts == {"line.erase": 1, "seal.sign": 3}
    assert since.lines == 9 and len(since.seals) == 2
