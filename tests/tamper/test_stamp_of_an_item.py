"""A time stamp of a single item: over its own files, all of them, and nothing else."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from forger import chained, entries, overwrite, relist, sha256, spell, store_lines
from stamped_case import Stamped

from abusekit.case.folder import Case
from abusekit.case.intake import Intake
from abusekit.integrity.findings import Status
from abusekit.integrity.sealing.stamp_each import StampEach
from abusekit.integrity.timestamps.authorities import TimeStampAuthority
from abusekit.integrity.timestamps.timestamp import make_request

ITEM = "evidence/E0009"
TSR = f"{ITEM}/stamp.local-a.tsr"


@pytest.fixture
def with_item(stamped: Stamped) -> Stamped:
    case = Case.open(stamped.root)
    asked = [
        TimeStampAuthority(name, "http://127.0.0.1/", issuer.root_pem, "", "user", Path("unused"))
        for name, issuer in stamped.issuers.items()
    ]
    each = StampEach([asked[0]], lambda _url, query: stamped.issuers["local-a"].answer(query))
    with Intake(case, case.settings().producers[0], clock=stamped.clock) as intake:
        draft = intake.draft("file")
        draft.write("letter.txt", b"a letter\n", "text/plain", "original")
        draft.write("back.txt", b"its back\n", "text/plain", "original")
        each(draft)
        [item] = intake.commit([draft])
    assert item.id == "E0009" and item.problems == []
    verdict = stamped.verdict()
    assert verdict.counts["stamp", Status.OK] == 3 and verdict.exit_code == 7, "only not sealed yet"
    return stamped


def _replace(stamped: Stamped, *changed: tuple[str, bytes]) -> None:
    """Files of the item, its item.json and its log line: all agree."""
    import json

    about = stamped.root / f"{ITEM}/item.json"
    item = json.loads(about.read_bytes())
    for name, data in changed:
        overwrite(stamped.root / f"{ITEM}/{name}", data)
        for one in item["files"]:
            if one["name"] == name:
                one["sha256"], one["size"] = sha256(data), len(data)
    overwrite(about, spell(item) + b"\n")
    acts = entries(stamped.root)
    relist(stamped.root, acts, *(f"{ITEM}/{name}" for name, _ in changed), f"{ITEM}/item.json")
    store_lines(stamped.root, chained(acts))


def test_another_file_under_it(with_item: Stamped) -> None:
    _replace(with_item, ("letter.txt", b"another letter\n"))
    with_item.finds(1, "stamp", Status.CHANGED, f"{ITEM}/stamp.sha256", "E0009", "PO/6", says="letter.txt")


def test_a_list_of_one_file_only(with_item: Stamped) -> None:
    data = (with_item.root / f"{ITEM}/stamp.sha256").read_bytes().splitlines(keepends=True)[0]
    query = make_request(hashlib.sha256(data).digest())
    answer = with_item.issuers["local-a"].answer(query)
    _replace(with_item, ("stamp.sha256", data), ("stamp.local-a.tsq", query), ("stamp.local-a.tsr", answer))
    with_item.finds(1, "stamp", Status.CHANGED, f"{ITEM}/stamp.sha256", "E0009", "PO/6", says="letter.txt")


def test_a_token_over_something_else(with_item: Stamped) -> None:
    answer = with_item.issuers["local-a"].answer(make_request(hashlib.sha256(b"else").digest()))
    _replace(with_item, ("stamp.local-a.tsr", answer))
    with_item.finds(1, "stamp", Status.CHANGED, TSR, "E0009", "PO/6", says="another digest")


def test_a_token_beside_an_item_that_has_none(with_item: Stamped) -> None:
    for name in ("stamp.sha256", "stamp.local-a.tsr"):
        overwrite(with_item.root / "evidence/E0004" / name, (with_item.root / ITEM / name).read_bytes())
    with_item.finds(1, "unlisted", Status.UNLISTED, "evidence/E0004/stamp.local-a.tsr", "E0004", "PO/4")
