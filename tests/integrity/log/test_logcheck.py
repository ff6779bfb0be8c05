"""One pass over the log: what it says is in the case, and the states asked for on the way."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from abusekit.case.custody import Act, instant_text
from abusekit.case.folder import Case
from abusekit.case.intake import Intake
from abusekit.case.settings import Producer, Settings
from abusekit.integrity.findings import Status
from abusekit.integrity.log.logcheck import LOG, check_log
from abusekit.integrity.log.logview import LogView
from abusekit.integrity.sealing.manifest import make_manifest, read_state

NOW = datetime(2026, 11, 20, 21, 0, tzinfo=UTC)
PRODUCER = Producer("PO", "Producer One", "volunteer")


@pytest.fixture
def case(tmp_path: Path) -> Case:
    made = Case.create(tmp_path / "case", Settings("", "OP-1", "Europe/London", (PRODUCER,)), now=NOW)
    with Intake(made, PRODUCER, clock=lambda: NOW) as intake:
        for text in (b"1", b"2"):
            draft = intake.draft("file")
            draft.write("a.txt", text, "text/plain", "original")
            intake.commit([draft])
    return made


def look(case: Case, *sizes: int) -> LogView:
    return check_log(case.root, [LOG], sizes)


def test_what_is_in_the_case(case: Case) -> None:
    case.record([Act("item.withdraw", {"item": "E0002", "reason": "twice"})], by="PO", now=NOW)
    view = look(case)
    assert list(view.items) == ["E0001", "E0002"]
    assert view.items["E0002"].exhibit == "PO/2" and view.items["E0002"].taken == (
        "PO",
        instant_text(NOW),
    )
    assert view.withdrawn == {"E0002": "twice"}
    assert set(view.files) == {
        "settings/0001.yaml", *(f"evidence/{e}/{name}" for e in ("E0001", "E0002") for name in ("item.json", "a.txt")),
    }  # fmt: skip
    assert (view.size, view.case, view.torn) == (4, case.settings().case, "")
    assert [f.status for f in view.findings] == [Status.OK]


def test_states_on_the_way_are_those_of_a_shorter_log(case: Case) -> None:
    view = look(case, 1, 2, 3, 9)
    assert set(view.marks) == {1, 2, 3}
    for size, mark in view.marks.items():
        state = read_state(case.log.path, size)
        assert (mark.root, mark.head, mark.log_sha256, mark.files) == (
            state.root, state.head, state.log_sha256, len(state.files),
        )  # fmt: skip
    assert view.marks[3].root == view.root


def test_acts_behind_a_seal_are_counted(case: Case) -> None:
    assert look(case).acts_after_seal == 3
    make_manifest(case, by="PO", now=NOW)
    assert (look(case).last_seal, look(case).acts_after_seal) == (3, 0)
    case.record([Act("item.tag", {"item": "E0001", "tags": ["x"]})] * 2, by="PO", now=NOW)
    assert look(case).acts_after_seal == 2


@pytest.mark.parametrize(
    "act",
    [
        Act("item.tag", {"item": "E0003"}),
        Act("custody.store", {"place": "safe"}),
        Act("case.create", {"case": "x", "format": "abusekit-log/1"}),
        Act("line.erase", {}),
        Act("seal.add", {"seal": True, "files": []}),
        Act("seal.sign", {"seal": 3, "files": []}),
        Act("unknown.act", {"files": [{"path": "seals/000003/x", "sha256": "0" * 64, "size": 0}]}),
    ],
)
def test_an_act_that_cannot_be_ends_the_reading(case: Case, act: Act) -> None:
    case.record([act, Act("case.note", {})], by="PO", now=NOW)
    view = look(case)
    (finding,) = view.findings
    assert finding.status is Status.CHANGED and "log line 4" in finding.message
    assert view.size <= 4


def test_an_unknown_act_is_no_fault(case: Case) -> None:
    case.record([Act("weather.note", {"text": "rain"})], by="PO", now=NOW)
    assert [f.status for f in look(case).findings] == [Status.OK]


def test_torn(case: Case) -> None:
    with case.log.path.open("ab") as log:
        log.write(b"{")
    view = look(case)
    assert "incomplete" in view.torn and view.size == 3
