"""A hand-over that dies at any step, on either side: what comes next ends it, sealed and verified."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from test_every_step import die_at, mend, now, take

from abusekit.case.folder import Case
from abusekit.errors import AbusekitError
from abusekit.integrity.handover.handing import logged_transfer, receipts_logged
from abusekit.integrity.handover.handover import read_handover
from abusekit.integrity.handover.taking import countersign, take_receipt
from abusekit.integrity.keys.signers import Signer
from abusekit.integrity.sealing.manifest import make_manifest
from abusekit.integrity.sealing.seal import sign_seal
from abusekit.integrity.trust import Trust
from abusekit.integrity.verify import Question, verify_case
from handed_case import Clock, case_with_items, fingerprint, hand_over, new_key

MINE, THEIRS = new_key("me"), new_key("officer")
TRUST = Trust([Signer((key.name,), key.public, (), None, None) for key in (MINE, THEIRS)])


def seal(case: Case) -> None:
    sign_seal(case, make_manifest(case, by="PO", now=now), MINE, by="PO", now=now)


def end(work: Callable[[], object], case: Case) -> None:
    try:
        work()
    except AbusekitError as fault:
        assert "recover" in fault.hint, fault
        mend(case)
        work()


@pytest.mark.parametrize("side", ["hand over", "countersign", "take back"])
def test_die_at_every_step_of_a_hand_over(side: str, tmp_path: Path) -> None:
    base = case_with_items(tmp_path / "base", Clock(), 2)
    works: dict[str, Callable[[Case], object]] = {
        "hand over": lambda case: hand_over(case, MINE, Clock(now()))
    }
    if side != "hand over":
        handover = read_handover(hand_over(base, MINE, Clock())[1])
        copy = Case.open(Path(shutil.copytree(base.root, tmp_path / "copy")))
        words, by = ("DC 1234 Smith", ""), fingerprint(THEIRS)
        works["countersign"] = lambda case: countersign(case, handover, THEIRS, words, by=by, now=now)
        receipt = countersign(copy, handover, THEIRS, words, by=by, now=now)
        works["take back"] = lambda case: take_receipt(case, receipt, by="PO", now=now)
    work = works[side]
    step = 0
    while True:
        step += 1
        broken = tmp_path / "broken"
        shutil.rmtree(broken, ignore_errors=True)
        shutil.copytree(base.root, broken)
        if not die_at(step, partial(work, Case.open(broken))):
            break
        assert verify_case(broken, Question(trust=TRUST)).exit_code in (0, 1, 3, 7)  # 1: half a seal
        after = tmp_path / "after"
        shutil.rmtree(after, ignore_errors=True)
        shutil.copytree(broken, after)
        case = Case.open(after)
        if step % 2:  # by hand, or by whatever is done next
            mend(case)
        end(partial(take, case), case)
        if not (side != "hand over" and receipts_logged(case, 1, "signature")):
            work(case)
        seal(case)
        verdict = verify_case(after, Question(trust=TRUST))
        wrong = [f for f in verdict.findings if f.status not in ("ok", "note")]
        assert (verdict.exit_code, wrong) == (0, []), (side, step)
        assert logged_transfer(case, 1)
        if side != "hand over":
            assert [f.status for f in verdict.findings if f.check == "custody"] == ["ok"]
    assert step > 10
