"""`kill -9` fifty times at random moments: nothing that was called done is lost, nothing is half there."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from abusekit.case.folder import Case
from abusekit.case.intake import Intake
from abusekit.case.orphans import recover, whole_item
from abusekit.case.settings import Producer, Settings
from abusekit.integrity.findings import Status
from abusekit.integrity.verify import Question, verify_case

KILLS = 50
PRODUCER = Producer("PO", "Producer One", "volunteer")

WRITER = """
import os, sys
from datetime import UTC, datetime
from pathlib import Path
from abusekit.case.folder import Case
from abusekit.case.intake import Intake
case = Case.open(Path(sys.argv[1]))
with Intake(case, case.settings().producer(None), clock=lambda: datetime.now(UTC)) as intake:
    os.write(1, b"ready\\n")
    while True:
        drafts = []
        for _ in range(5):
            draft = intake.draft("file")
            draft.write("a.bin", os.urandom(2000), "application/octet-stream", "original")
            draft.write("b.bin", b"b", "application/octet-stream", "metadata")
            drafts.append(draft)
        os.write(1, (" ".join(item.id for item in intake.commit(drafts)) + "\\n").encode())
"""


def test_fifty_times(tmp_path: Path) -> None:
    chance = random.Random(7)
    settings = Settings(case="", reference="OP-1", zone="Europe/London", producers=(PRODUCER,))
    case = Case.create(tmp_path / "case", settings, now=datetime.now(UTC))
    done: list[str] = []
    adopted = 0
    for round_ in range(KILLS):
        child = subprocess.Popen([sys.executable, "-c", WRITER, case.root], stdout=subprocess.PIPE)
        assert child.stdout
        assert child.stdout.readline() == b"ready\n"
        time.sleep(chance.random() * 0.06)
        os.kill(child.pid, signal.SIGKILL)
        said = child.stdout.read().decode()
        child.wait()
        child.stdout.close()
        done += said.rpartition("\n")[0].split()
        if round_ % 2:
            adopted += len(recover(case, by="PO", now=datetime.now(UTC)).adopted)
        else:
            told: list[str] = []
            with Intake(case, PRODUCER, clock=lambda: datetime.now(UTC), told=told.append) as intake:
                draft = intake.draft("file")
                draft.write("c.bin", b"c", "application/octet-stream", "original")
                done += [item.id for item in intake.commit([draft])]
            adopted += len(told)
        assert list(case.staging.iterdir()) == []
    assert len(set(done)) == len(done)
    logged = [entry["item"] for entry in case.entries() if entry["do"] == "item.add"]
    assert logged == [f"E{n:04}" for n in range(1, len(logged) + 1)] == case.item_ids()
    assert set(done) <= set(logged), "an item that was called done is not in the log"
    assert not [entry for entry in case.entries() if entry["do"] == "item.aside"]
    for item in logged:
        whole_item(case, case.evidence / item, datetime.now(UTC))
    verdict = verify_case(case.root, Question())
    assert {f.check for f in verdict.findings if f.status is not Status.OK} == {"seal"}, verdict.findings
    print(f"{KILLS} kills, {len(logged)} items, {len(done)} told as done, {adopted} adopted")
    assert len(done) > KILLS
