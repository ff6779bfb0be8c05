"""What is gathered of each account: its own words, each message once, bounded; nothing that may not be looked at."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest
from tests.accounts.links.linked_cases import NOW, chatter, discord, imported, key, new_case

from abusekit.accounts.links.common_selectors import loosely_equal, tail
from abusekit.accounts.links.material import MOST_POSTS, Material, Told, first_contact, material
from abusekit.accounts.model import Where
from abusekit.case.custody import Act
from abusekit.case.folder import Case

FORWARDER, WRITER = "telegram:user501", "telegram:user502"


def telegram(path: Path, **more: object) -> Path:
    """A group in which one person writes, and one passes on."""
    listed = [
        {
            "id": n, "type": "message", "date": f"2026-03-0{n}T21:00:00",
            "date_unixtime": str(1_772_000_000 + n * 86_400),
            "from": who, "from_id": account, "text": text, "text_entities": [{"type": "plain", "text": text}], **extra,
        }
        for n, who, account, text, extra in (
            (1, "Wim", "user502", "my number is +447700900123 call me", {}),
            (2, "Fay", "user501", "my number is +447700900123 call me", {"forwarded_from": "Wim"}),
            (3, "Fay", "user501", "> my number is +447700900123 call me\nwhat is that", {}),
            (4, "Wim", "user502", "@Sly.Fox. look at this @someone", {}),
        )
    ]  # fmt: skip
    path.write_text(
        json.dumps({"name": "Room", "type": "private_supergroup", "id": 77, "messages": listed, **more})
    )
    return path


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return new_case(tmp_path)


def two_rooms(case: Case, folder: Path) -> None:
    paths = [discord(folder / f"{n}.json", chatter((n,), 3), channel=n) for n in (1, 2)]
    imported(case, *paths)


def test_what_is_passed_on_or_quoted_is_nobodys_own_word(case: Case, tmp_path: Path) -> None:
    imported(case, telegram(tmp_path / "result.json"))
    found = material(case)
    writer, forwarder = found.of(WRITER), found.of(FORWARDER)
    assert list(writer.selectors) == [("phone", "+447700900123")] and forwarder.selectors == {}
    assert forwarder.posts == 1 and forwarder.texts() == ["what is that"] and forwarder.quoted == 2
    assert writer.selectors["phone", "+447700900123"].where == [Where("E0001", 1)]
    assert set(writer.mentions) == {"sly.fox", "someone"}


def test_a_message_in_two_exports_counts_once(case: Case, tmp_path: Path) -> None:
    said = chatter((1, 2), 15)
    imported(case, discord(tmp_path / "a.json", said), discord(tmp_path / "b.json", said[:20]))
    found = material(case)
    assert found.of(key(1)).posts == found.of(key(2)).posts == 15 and found.runs == []
    assert sum(found.of(key(1)).hours["utc"]) == 15
    without = material(case, without=("E0001",))
    assert without.of(key(1)).posts == 10 and without.of(key(1)).sample[0].where.item == "E0002"


def test_what_may_not_be_looked_at_is_left_out(case: Case, tmp_path: Path) -> None:
    two_rooms(case, tmp_path)
    case.record([Act("item.quarantine", {"item": "E0001", "reason": "x"})], by="PO", now=NOW)
    assert set(material(case).told) == {key(2)}
    case.record([Act("item.withdraw", {"item": "E0002", "reason": "x"})], by="PO", now=NOW)
    assert material(case).told == {}


def test_an_export_that_cannot_be_read_is_named_and_the_rest_goes_on(case: Case, tmp_path: Path) -> None:
    two_rooms(case, tmp_path)
    stored = case.evidence / "E0001" / case.item("E0001").files[0].name
    stored.chmod(0o600)
    stored.unlink()
    (case.derived / "messages" / "E0001.jsonl").unlink()
    found = material(case)
    assert set(found.told) == {key(2)} and [text[:5] for text in found.unread] == ["E0001"]


def test_the_sample_is_bounded_spread_and_always_the_same() -> None:
    told = Told()
    for n in range(10_000):
        told.post(str(n), Where("E0001", n))
    texts = told.texts()
    assert (
        told.posts == 10_000
        and MOST_POSTS / 2 <= len(texts) <= MOST_POSTS
        and len(told.sample) < 2 * MOST_POSTS
    )
    numbers = [int(text) for text in texts]
    steps = {later - earlier for earlier, later in pairwise(numbers)}
    assert len(steps) == 1 and numbers[-1] > 9_800
    few = Told()
    for n in range(MOST_POSTS + 1):
        few.post(str(n), Where("E0001", n))
    assert MOST_POSTS / 2 <= len(few.texts()) <= MOST_POSTS
    assert Told().texts() == [] and Material().of("x:1").posts == 0


def test_no_contact_where_no_export_of_the_victim_shows_one(case: Case, tmp_path: Path) -> None:
    imported(case, discord(tmp_path / "a.json", chatter((1,), 3)))
    assert first_contact(material(case).of(key(1))) is None


def test_numbers_of_which_one_lacks_its_country() -> None:
    assert loosely_equal("+447700900123", "07700900123") and loosely_equal("07700900123", "+447700900123")
    assert not loosely_equal("+447700900123", "+17700900123"), "both say their country"
    assert not loosely_equal("07700900123", "7700900123"), "neither does: equal numbers are equal values"
    assert (
        not loosely_equal("+44123", "0123") and tail("12345678") == "" and tail("07700900123") == "700900123"
    )
