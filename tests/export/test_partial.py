"""A copy with chosen items verifies against the same seal, and says nothing of the rest but its number."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from chosen_case import FIRST, TRUST, Clock, seal, take

from abusekit.case.canonical import decode
from abusekit.case.custody import Act
from abusekit.case.folder import Case
from abusekit.errors import CaseError, EvidenceError, UsageError
from abusekit.export.partial import Plan, export_partial, plan_partial
from abusekit.integrity.sealing.manifest import newest_seal
from abusekit.integrity.verify import Question, verify_case


def texts(value: Any) -> Iterator[str]:
    """Every text and number in a record, and the words in the texts."""
    if isinstance(value, dict):
        for inner in value.values():
            yield from texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)
    elif isinstance(value, str):
        yield value
        yield from re.findall(r"[\w.:/-]+", value)
    elif value is not None and not isinstance(value, bool):
        yield str(value)


def all_bytes(root: Path) -> bytes:
    """Everything in a folder, names included, but for the two programs, which are the same in every copy."""
    found = []
    for path in sorted(root.rglob("*")):
        found.append(path.relative_to(root).as_posix().encode())
        if path.is_file() and path.name not in ("verify_case.py", "verify.sh"):
            found.append(path.read_bytes())
    return b"\n".join(found)


def words_of_the_rest(case: Case, chosen: set[str]) -> set[str]:
    """What occurs only in the lines and items that are not chosen."""
    rest: set[str] = set()
    for line in case.lines():
        assert line.entry is not None and line.raw is not None
        rest |= set(texts(line.entry))
    for item in case.item_ids():
        rest |= set(texts(decode((case.evidence / item / "item.json").read_bytes()[:-1])))
        rest |= {word for word in (case.evidence / item / "a.txt").read_text().split() if item not in chosen}
    for name in ("0002.yaml",):
        rest |= set(re.findall(r"[\w.:/-]+", (case.root / "settings" / name).read_text()))
    return rest


def copied(case: Case, *items: str, out: str = "out", **more: Any) -> Path:
    copy = export_partial(case, plan_partial(case, items, **more), case.root.parent / out, trust=TRUST)
    return copy.folder


def test_verifies_against_the_same_seal(case: Case) -> None:
    plan = plan_partial(case, ["E0002", "E0005"])
    copy = export_partial(case, plan, case.root.parent / "out", trust=TRUST)
    assert copy.verdict.exit_code == 0
    assert (copy.verdict.withheld, copy.verdict.lines) == (9, 14)
    assert copy.verdict.sentence.startswith("VERIFIED (PARTIAL: 9 of 14 lines are withheld; ")
    newest = newest_seal(case)
    assert (copy.folder / "seals" / newest.name / "seal.txt").read_bytes() == (
        newest / "seal.txt"
    ).read_bytes()
    assert copy.verdict.root in (newest / "seal.txt").read_text()
    kept = ("kept", (newest / "seal.txt").read_bytes())
    assert verify_case(copy.folder, Question(trust=TRUST, against=(kept,))).exit_code == 0
    first = next(p for p in case.seals.iterdir() if p != newest)
    older = ("older", (first / "seal.txt").read_bytes())  # its folder is not in the copy, its lines are
    verdict = verify_case(copy.folder, Question(trust=TRUST, against=(older,)))
    assert (verdict.exit_code, verdict.since[0].items) == (0, ("E0005",))
    assert not plan.references and not plan.later


@pytest.mark.parametrize("chosen", [("E0002",), ("E0002", "E0004"), ("E0005",), ("E0006", "E0001")])
def test_nothing_of_the_rest_is_in_it(case: Case, chosen: tuple[str, ...]) -> None:
    """Every text, number, digest and time of the case that is not in what was chosen, looked for in every byte."""
    out = copied(case, *chosen)
    shown: set[str] = set()
    for raw in (out / "custody/log.redacted").read_bytes().splitlines():
        shown |= set(texts(decode(raw))) if raw.startswith(b"{") else {raw.decode()}
    for item in chosen:
        shown |= set(texts(decode((out / f"evidence/{item}/item.json").read_bytes()[:-1])))
        shown |= set((out / f"evidence/{item}/a.txt").read_text().split())
    shown |= set(re.findall(r"[\w.:/-]+", (out / "settings/0001.yaml").read_text()))
    shown |= set((out / "seals/000014/seal.txt").read_text().split())
    for entry in case.entries():  # the files of the seal tell the same as the acts of making it
        if entry["do"].startswith("seal.") and entry["seal"] == 14:
            shown |= set(texts([entry["seal"], entry.get("signer"), [f["path"] for f in entry["files"]]]))
    secret = {w for w in words_of_the_rest(case, set(chosen)) - shown if len(w) > 3 or w in ("ZQ", "zq")}
    assert len(secret) > 60, "there is something to find"
    assert any("holiday-" in word for word in secret)
    assert ("ZQ" in secret) is (
        chosen in (("E0006", "E0001"),)
    )  # else an act about a chosen item is by that person
    there = all_bytes(out)
    bounds = rb"(?<![0-9A-Za-z])%s(?![0-9A-Za-z])"
    assert [w for w in sorted(secret) if re.search(bounds % re.escape(w.encode()), there)] == []


def test_all_files_bear_one_time(case: Case) -> None:
    out = copied(case, "E0002")
    assert len({path.stat().st_mtime_ns for path in (out, *out.rglob("*"))}) == 1
    assert {path.name for path in out.iterdir()} == {"custody", "evidence", "kit", "seals", "settings"}
    assert [p.name for p in (out / "seals").iterdir()] == [newest_seal(case).name]
    assert not list(out.rglob("manifest-sha256.txt")) + list(out.rglob("salt.txt"))
    assert (out / "evidence/E0002/a.txt").stat().st_mode & 0o777 == 0o400


def test_an_older_seal(case: Case) -> None:
    """Acts behind it are not in the copy, and that is said."""
    plan = plan_partial(case, ["E0002"], size=3)
    assert plan.later == 1
    copy = export_partial(case, plan, case.root.parent / "out", trust=TRUST)
    assert (copy.verdict.exit_code, copy.verdict.lines) == (0, 3)
    with pytest.raises(UsageError, match="no seal over 4 lines"):
        plan_partial(case, ["E0002"], size=4)


def test_what_no_seal_covers(case: Case) -> None:
    clock = Clock()
    clock.now = clock.now.replace(year=2027)
    take(case, FIRST, clock, 7)
    with pytest.raises(UsageError, match="does not cover E0007"):
        plan_partial(case, ["E0002", "E0007"])
    with pytest.raises(UsageError, match="no item E0009"):
        plan_partial(case, ["E0009"])


def test_withdrawn_behind_the_seal(case: Case) -> None:
    case.record(
        [Act("item.withdraw", {"item": "E0002", "reason": "x"})], by="PO", now=Clock().now.replace(year=2027)
    )
    with pytest.raises(UsageError, match="withdrawn"):
        plan_partial(case, ["E0002"])
    assert plan_partial(case, ["E0002"], size=14).later == 1
    seal(case, Clock().now.replace(year=2027))
    out = copied(case, "E0002")
    assert verify_case(out, Question(trust=TRUST)).withdrawn == {"E0002": "x"}


def test_in_quarantine(case: Case) -> None:
    """Also where the newest seal does not know of it."""
    act = Act("item.quarantine", {"item": "E0002", "reason": "x", "seen_by": []})
    case.record([act], by="PO", now=Clock().now.replace(year=2027))
    for size in (None, 3):
        with pytest.raises(UsageError, match="quarantine"):
            plan_partial(case, ["E0001", "E0002"], size=size)


def test_nothing_to_withhold(tmp_path: Path) -> None:
    from abusekit.case.settings import Settings

    settings = Settings(case="", reference="OP-1", zone="Europe/London", producers=(FIRST,))
    clock = Clock()
    case = Case.create(tmp_path / "small", settings, now=clock())
    take(case, FIRST, clock, 1)
    with pytest.raises(UsageError, match="not sealed"):
        plan_partial(case, ["E0001"])
    seal(case, clock())
    with pytest.raises(UsageError, match="nothing would be withheld"):
        plan_partial(case, ["E0001"])


@pytest.mark.parametrize(
    ("source", "where", "names"),
    [
        ({"recheck_of": "E0003"}, "item.json source.recheck_of", "E0003"),
        ({"note": "the same man as in ZQ/1."}, "item.json source.note", "ZQ/1"),
        ({"list": ["see e0004-e0006"]}, "item.json source.list", "E0004"),
    ],
)
def test_references_are_found(case: Case, source: dict[str, Any], where: str, names: str) -> None:
    clock = Clock()
    clock.now = clock.now.replace(year=2027)
    item = take(case, FIRST, clock, 7, **source)
    seal(case, clock())
    found = plan_partial(case, [item]).references
    assert (item, where, names) in [(one.item, one.where, one.names) for one in found]
    assert not plan_partial(case, [item, "E0003", "E0004", "E0005", "E0006"]).references


def test_digests_and_lines_that_tell_are_found(case: Case) -> None:
    clock = Clock()
    clock.now = clock.now.replace(year=2027)
    digest = next(f.sha256 for f in case.item("E0003").files)
    item = take(case, FIRST, clock, 7, same_as=digest)
    act = Act("item.corroborate", {"item": item, "by_item": "E0005", "reason": "as E0004 says"})
    case.record([act], by="PO", now=clock())
    case.record([Act("item.tag", {"item": item, "tags": ["x"]})], by="PO", now=clock.now.replace(year=2026))
    seal(case, clock())
    found = {(one.where, one.names) for one in plan_partial(case, [item]).references}
    assert ("item.json source.same_as", f"{digest[:12]}…") in found
    assert {("log line 18.by_item", "E0005"), ("log line 18.reason", "E0004")} <= found
    assert ("log line 19", "the time of the line before") in found


def test_whole_or_not_at_all(case: Case) -> None:
    target = case.evidence / "E0002/a.txt"
    target.chmod(0o600)
    data = target.read_bytes()
    target.write_bytes(data[:-1] + b"x")
    before = sorted(p.name for p in case.root.parent.iterdir())
    with pytest.raises(EvidenceError, match="is not what was logged"):
        copied(case, "E0002")
    assert sorted(p.name for p in case.root.parent.iterdir()) == before
    target.write_bytes(data + b"x" * 5_000_000)
    with pytest.raises(EvidenceError):
        copied(case, "E0002")
    target.unlink()
    target.symlink_to(case.evidence / "E0001/a.txt")
    with pytest.raises(EvidenceError):
        copied(case, "E0002")
    assert copied(case, "E0001").is_dir()
    with pytest.raises(UsageError, match="something already"):
        copied(case, "E0001")


def test_a_copy_is_only_read(case: Case) -> None:
    """It can be listed and looked at; what is added to it would be no part of the case."""
    copy = Case.open(copied(case, "E0002"))
    assert [item.id for item in copy.items()] == ["E0002"]
    assert [entry["do"] for entry in copy.entries()] == ["case.create", "item.add", "item.tag"]
    for chosen in ("E0002", "E0006"):
        again = Case.open(copied(case, chosen, out=f"out-{chosen}"))
        with pytest.raises(CaseError, match="partial copy"):
            again.record([Act("item.tag", {"item": chosen, "tags": ["x"]})], by="PO", now=Clock().now)
        with pytest.raises(CaseError, match="partial copy"):
            seal(again, Clock().now)
        assert verify_case(again.root, Question(trust=TRUST)).partial == "PARTIAL"


def test_no_part_of_the_seal_but_what_is_logged(case: Case) -> None:
    (newest_seal(case) / "seal.txt.other.sig").write_bytes(b"smuggled")
    out = copied(case, "E0002")
    assert sorted(p.name for p in (out / "seals" / newest_seal(case).name).iterdir()) == [
        "seal.txt",
        "seal.txt.me.sig",
    ]


def test_the_plan_of_a_copy_of_a_copy(case: Case) -> None:
    """There is no seal in its log to make one of."""
    with pytest.raises(UsageError, match="not sealed"):
        plan_partial(Case.open(copied(case, "E0002", "E0005")), ["E0002"])


def test_without_room(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = plan_partial(case, ["E0002"])
    assert isinstance(plan, Plan)

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("abusekit.export.partial.make_durable", full)
    with pytest.raises(CaseError, match="the disk is full"):
        export_partial(case, plan, case.root.parent / "out", trust=TRUST)
    assert not [p for p in case.root.parent.iterdir() if p.name.startswith((".out", "out"))]
    shutil.rmtree(case.root)
