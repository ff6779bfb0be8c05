"""Every sample of known truth through `abusekit import`: all that is known is what the case then holds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.cli.command_runner import Abusekit
from tests.importers.expected_facts import FACTS, NOT_COUNTED
from tests.importers.expected_samples import Expected, Found, expected, found_in, make_case, misplaced
from tests.importers.expected_table import EXPLAINED, Row, compared, printed

DST = "whatsapp/synthetic/android_en-GB_dst.txt"


@dataclass(slots=True)
class Imported:
    run: Abusekit
    case: Path
    samples: Path
    known: Expected
    found: dict[str, Found]

    @property
    def rows(self) -> Iterator[Row]:
        for key, one in self.found.items():
            yield from compared(self.known[key], one)


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory, shared_data: Path) -> Imported:
    home = tmp_path_factory.mktemp("samples")
    run, case, samples = Abusekit(home), home / "case", shared_data / "exports"
    answers = make_case(run, case, samples)
    found = {one.key: one for one in found_in(case, answers)}
    return Imported(run, case, samples, expected(samples), found)


def test_all_that_is_known_was_found(imported: Imported) -> None:
    """Equal, or explained; and an explanation that explains nothing fails, too."""
    rows = list(imported.rows)
    different = [row for row in rows if row.verdict == "DIFFERENT"]
    assert not different, "\n".join(printed(different))
    assert {(row.key, row.field) for row in rows if row.verdict == "explained"} == set(EXPLAINED)
    assert set(imported.found) == set(imported.known)
    assert len(rows) > 800


def test_every_note_is_counted_or_set_aside_with_a_reason(imported: Imported) -> None:
    known = imported.known
    assert {key for key, facts in known.items() if facts.get("note")} <= set(FACTS) | set(NOT_COUNTED)
    assert set(FACTS) | set(NOT_COUNTED) <= set(known) and not set(FACTS) & set(NOT_COUNTED)
    for key, facts in FACTS.items():
        text = f"{known[key].get('note', '')} {known[key].get('tz', '')}"
        assert [words for words, _, _ in facts if words not in text] == [], key


def test_every_place_holds_the_bytes_that_were_hashed(imported: Imported) -> None:
    """In the export that the case stores, opened anew."""
    looked_at, wrong = 0, []
    for found in imported.found.values():
        count, there = misplaced(imported.case, found)
        assert count >= len(found.records), found.key
        looked_at += count
        wrong += there
    assert wrong == []
    assert looked_at > 20_000


def test_a_place_moved_by_one_byte_is_noticed(imported: Imported) -> None:
    found = imported.found[DST]
    source = found.records[0].source
    source.start += 1
    try:
        assert len(misplaced(imported.case, found)[1]) == 1
    finally:
        source.start -= 1


def test_a_wrong_expectation_is_noticed(imported: Imported) -> None:
    """Every field of the table can fail."""
    key = "whatsapp/synthetic/android_de_WhatsApp-Chat mit Alex.txt"
    wrong: dict[str, Any] = {
        "messages": 7, "events": 1, "first": "2024-03-05T14:08", "last": "2024-03-31T09:00:00",
        "tz": "UTC stated", "senders": ["Alex", "Mira", "Max"],
    }  # fmt: skip
    verdicts = {row.field: row.verdict for row in compared(wrong, imported.found[key])}
    assert {verdicts[field] for field in ("messages", "events", "first", "last", "zone", "senders")} == {
        "DIFFERENT"
    }
    right = imported.known[key] | {"senders": ["Alex"]}
    (senders,) = (row for row in compared(right, imported.found[key]) if row.field == "senders")
    assert (senders.verdict, senders.found) == ("DIFFERENT", "not expected: Mira")


def test_the_sample_that_is_damaged_is_kept_with_a_sentence(imported: Imported) -> None:
    """`report and keep the file, continue`"""
    key = "facebook/msgvault/corrupt/your_activity_across_facebook/messages/inbox/broken_BAD/message_1.json"
    found = imported.found[key]
    assert found.state == "stored" and found.problem
    kept = [path for path in (imported.case / "evidence").rglob("*.json") if path.name != "item.json"]
    assert (imported.samples / key).read_bytes() in [path.read_bytes() for path in kept]


def test_files_of_a_thread_are_joined_in_order(imported: Imported) -> None:
    (key,) = (key for key in imported.known if key.endswith("dave_MULTI/*"))
    messages = imported.found[key].messages
    assert [one.text.split()[1] for one in messages] == ["A", "B", "C", "D"]


def test_mails_begin_where_their_own_project_says(imported: Imported) -> None:
    begins = json.loads((imported.samples / "email/mbox/mk_issue1189.unix-offsets.json").read_text())
    wanted = [(one["beginOffset"], one["endOffset"]) for one in begins]
    messages = imported.found["email/mbox/mk_issue1189.mbox.txt"].messages
    assert [(one.source.start, one.source.end) for one in messages] == wanted


def test_sealed_and_verified(imported: Imported) -> None:
    run, case = imported.run, imported.case
    run("key", "create", "me", expect=0)
    run("seal", "--case", case, "--key", "me", expect=0)
    run("verify", case, expect=0, timeout=120)


def test_a_declared_zone_is_counted_through_the_change_of_clocks(imported: Imported) -> None:
    """`with zone Europe/London: …` — and the order of two readings of the hour that comes twice is kept."""
    run, case, opened = imported.run, imported.case, imported.found[DST].opened
    assert opened is not None
    zone = ("--declare", "timezone=Europe/London", "--reason", "the phone was in London")
    run("import", "--case", case, "--item", opened.item.id, *zone, expect=0)
    lines = run(
        "timeline", "--case", case, "--item", opened.item.id, "--jsonl", "-", "--no-custody", expect=0
    )
    rows = [json.loads(line) for line in lines.out.splitlines()]
    earliest = [row["earliest"][:16] for row in rows if row["kind"] == "message"]
    assert earliest == [
        "2024-10-26T22:58", "2024-10-26T23:30", "2024-10-27T00:50", "2024-10-27T01:10", "2024-10-27T02:00",
        "2025-03-30T00:59", "2025-03-30T01:01",
    ]  # fmt: skip
