"""What is known of the samples, beside what was read of them: `python -m tests.importers.expected_table CASE`.

CASE is a folder that is not there yet: all samples are imported into it, and it is kept.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.cli.command_runner import Abusekit
from tests.importers.expected_counts import authors, counted, saying
from tests.importers.expected_facts import FACTS
from tests.importers.expected_samples import Found, expected, found_in, make_case

READERS: dict[str, set[str]] = {
    "whatsapp": {"whatsapp"}, "facebook": {"messenger"}, "instagram": {"instagram"},
    "telegram": {"telegram", "telegram-html"}, "discord": {"discord", "discord-package"},
    "signal": {"signal", "signal-text"}, "slack": {"slack"}, "linkedin": {"linkedin"},
    "sms-backup-restore": {"sms-backup", "eml"}, "call-logs": {"sms-backup", "table"}, "imazing": {"imazing"},
    "x-twitter": {"x"}, "mastodon": {"mastodon"}, "bluesky": {"bluesky", "bluesky-car"}, "snapchat": {"snapchat"},
    "tiktok": {"tiktok"}, "reddit": {"reddit"}, "skype": {"skype"}, "youtube-takeout": {"youtube"},
    "email": {"eml", "mbox", "msg"}, "har": {"har"}, "mhtml": {"mhtml"}, "singlefile": {"singlefile"},
    "savepage": {"webarchive", "saved-page"},
}  # fmt: skip
"""First folder of the key → who may read it."""

ZONES: tuple[tuple[str, set[str]], ...] = (
    ("local wall clock", {"unknown"}),
    ("with zone Europe/London", {"unknown"}),  # until the zone is declared
    ("D/M order UNDECIDABLE", {"unknown"}),
    ("UTC epoch", {"epoch"}),
    ("UTC from date_unixtime", {"paired"}),
    ("UTC; offset", {"paired"}),
    ("UTC; readable_date", {"epoch"}),
    ("UTC (", {"epoch"}),  # of a header, of a FILETIME, of `ts`: counts all of them
    ('UTC stated; "Created(microseconds)"', {"epoch"}),
    ("Timestamp has no zone", {"native_id", "stated"}),
    ("UTC stated", {"stated"}),
    ("no zone in file; UTC by convention", {"convention"}),
    ("UTC by convention", {"convention"}),
    ("offset stated", {"stated"}),
    ("+01:00 stated", {"stated"}),
    ("createdAt", {"stated"}),
    ("client-claimed", {"stated"}),
    ("Received by", {"stated"}),
    ("Z", {"stated"}),
    ("UTC", {"epoch", "stated", "paired"}),
)
"""What the zone of a sample begins with → the bases that mean it; the first that fits."""

_VECTOR = "vectors of an RFC: DNS lines stand before the mail, so it is no mail that anybody exported"
_GMAIL = "the receipt by mx.google.com is expected; the Date of the sender, 50 s behind, is what was sent"
_BESIDE = "beside the direct messages: {} (in the note)"
EXPLAINED: dict[tuple[str, str], tuple[str, str]] = {
    (
        "facebook/msgvault/json_nontext/your_activity_across_facebook/messages/inbox/sam_NONTXT/message_1.json",
        "messages",
    ): ("3", "6 entries: 3 of them are events (call, missed call, leave notice)"),
    ("instagram/cm_message_1_minimal.json", "read by"): (
        "messenger", "nothing in the file says which of the two Meta products wrote it; the import says so",
    ),
    ("instagram/synthetic/", "messages"): ("7", _BESIDE.format("1 comment")),
    ("instagram/synthetic/", "events"): ("1", _BESIDE.format("1 block")),
    ("instagram/synthetic/", "last"): ("2024-06-03T16:10:00Z", "the block, ten minutes after the last message"),
    ("x-twitter/synthetic/data/", "events"): ("3", "beside the 2 of joining and leaving: 1 block, of block.js"),
    ("x-twitter/synthetic/data/", "last"): ("2024-06-04T10:01:00.000Z", "the leaving, after the last message"),
    ("x-twitter/synthetic/data/", "senders"): (
        "missing: @friend (retweet)", "the account that was reposted is told as such, not as the author",
    ),
    ("sms-backup-restore/synthetic/sms-traps.xml", "senders"): (
        "missing: SAM-ALERTS", "type 5 is a failed draft of the phone's owner to SAM-ALERTS, not a message of it",
    ),
    ("call-logs/synthetic/calls-20240305.xml", "senders"): (
        "missing: private (-2, presentation 2)", "a withheld number is no account: a flag says `number_withheld`",
    ),
    ("bluesky/indigo/fakermaker.repo.car", "first"): (
        "2023-04-26T07:08:49Z", "the first follow; the expectation is the first post",
    ),
    ("email/dkim/mk_gmail_no-end-boundary.eml", "first"): ("2016-01-11T15:32:47Z", _GMAIL),
    ("email/dkim/mk_gmail_no-end-boundary.eml", "last"): ("2016-01-11T15:32:47Z", _GMAIL),
    ("email/dkim/sa_rfc8463_ed25519_rsa.txt", "messages"): ("0", _VECTOR),
    ("email/dkim/sa_rfc6376_simple.txt", "messages"): ("0", _VECTOR),
    ("email/dkim/sa_rfc8463_ed25519_rsa.txt", "read by"): ("", _VECTOR),
    ("email/dkim/sa_rfc6376_simple.txt", "read by"): ("", _VECTOR),
    ("har/single_entry.har", "messages"): ("0", "it must be rejected, says the note"),
}  # fmt: skip
"""(key, field) → what was found, exactly, and why the expectation is another."""


@dataclass(frozen=True, slots=True)
class Row:
    """One fact of one sample."""

    key: str
    field: str
    expected: str
    found: str
    verdict: str
    """`equal`, `explained`, `DIFFERENT`."""
    why: str = ""


def compared(known: dict[str, Any], found: Found) -> Iterator[Row]:
    """Every fact that is known of one sample."""
    for name, wanted, there in _facts(known, found):
        explained = EXPLAINED.get((found.key, name))
        if wanted == there:
            # An explanation of what is equal is one too many.
            yield Row(found.key, name, wanted, there, "DIFFERENT" if explained else "equal")
        elif explained is not None and explained[0] == there:
            yield Row(found.key, name, wanted, there, "explained", explained[1])
        else:
            yield Row(found.key, name, wanted, there, "DIFFERENT")


def _facts(known: dict[str, Any], found: Found) -> Iterator[tuple[str, str, str]]:
    summary = found.summary
    readers = {name.partition("/")[0] for name in summary.importers}
    allowed = READERS[found.key.partition("/")[0]]
    kept_only = known.get("messages") == 0 and not known.get("events")
    if not kept_only:
        fits = bool(readers) and readers <= allowed
        yield "read by", " or ".join(sorted(allowed)), " or ".join(sorted(allowed if fits else readers))
    if "messages" in known:
        entries = len(found.events) if found.key.startswith("har/") else len(found.messages)
        yield "messages", str(known["messages"]), str(entries)
    if "events" in known:
        yield "events", str(known["events"]), str(len(found.events))
    for name in ("first", "last"):
        if name in known:
            there = getattr(summary, name)
            yield name, known[name], known[name] if _same_time(known[name], there) else there
    if "tz" in known:
        bases = next(bases for start, bases in ZONES if known["tz"].startswith(start))
        right = bool(summary.zones) and set(summary.zones) <= bases
        yield "zone", known["tz"], known["tz"] if right else ", ".join(summary.zones)
    if "senders" in known:
        differ = _senders(known["senders"], authors(found))
        wanted = ", ".join(known["senders"])
        yield "senders", wanted, "; ".join(differ) if differ else wanted
    counts = counted(found)
    for words, name, number in FACTS.get(found.key, ()):
        there = saying(found, name.removeprefix("says ")) if name.startswith("says ") else counts[name]
        yield f"{words}: {name}", str(number), str(there)
    yield "not understood", "0", str(summary.unparsed)


def _same_time(wanted: str, there: str) -> bool:
    """To the second where the expectation has no fraction; a zero at the end of a fraction is none."""
    match = re.fullmatch(r"([^.Z]*)(?:\.(\d*?)0*)?(Z?)", there)
    parts = re.fullmatch(r"([^.Z]*)(?:\.(\d*?)0*)?(Z?)", wanted)
    if match is None or parts is None:
        return False
    same = match[1] == parts[1] and match[3] == parts[3]
    return same and (not parts[2] or match[2] == parts[2])


def _senders(wanted: Iterable[str], there: list[set[str]]) -> list[str]:
    """Both ways: each that is expected is one author, and who is not expected is the owner of the export."""
    left, wrong = list(there), []
    for text in wanted:
        aliases = _aliases(text)
        fits = [names for names in there if aliases <= names]
        if not fits:
            wrong.append(f"missing: {text}")
        left = [names for names in left if not any(names is one for one in fits)]
    return wrong + [f"not expected: {sorted(names)[0]}" for names in left if "owner" not in names]


def _aliases(text: str) -> set[str]:
    """`sam_c (200000000000000001)` → both; words that are no account say something about it."""
    name, _, detail = text.removesuffix(")").partition(" (")
    shown = re.findall(r'"([^"]+)"|(?:aci|acct) (\S+)|((?:user|[@+])?\d{6,}|@[\w.-]+)', detail)
    return {name, *(one for group in shown for one in group if one)} | (
        {"owner"} if "owner" in detail else set()
    )


def table(run: Abusekit, case: Path, samples: Path) -> Iterator[Row]:
    """Import every sample into a new case, and compare what the case then holds."""
    known = expected(samples)
    for found in found_in(case, make_case(run, case, samples)):
        yield from compared(known[found.key], found)


def printed(rows: Iterable[Row]) -> Iterator[str]:
    """Markdown; what is equal stands in one line a sample."""
    by_key: dict[str, list[Row]] = {}
    for row in rows:
        by_key.setdefault(row.key, []).append(row)
    yield "| sample | fact | expected | found | |"
    yield "|---|---|---|---|---|"
    for key, found in sorted(by_key.items()):
        equal = [row for row in found if row.verdict == "equal"]
        short = ", ".join(f"{row.field} {row.found}" for row in equal if row.field in ("messages", "events"))
        yield f"| {key} | {len(equal)} facts | {short} | {short} | equal |"
        for row in found:
            if row.verdict != "equal":
                verdict = f"{row.verdict}: {row.why}" if row.why else row.verdict
                yield f"| {key} | {row.field} | {row.expected} | {row.found} | {verdict} |"
    total = [row.verdict for rows in by_key.values() for row in rows]
    counts = ", ".join(f"{total.count(word)} {word}" for word in ("equal", "explained", "DIFFERENT"))
    yield f"\n{len(by_key)} samples, {len(total)} facts: {counts}"


if __name__ == "__main__":
    _case = Path(sys.argv[1]).resolve()
    _project = Path(__file__).resolve().parent.parent.parent
    _shared = Path(os.environ.get("ABUSEKIT_SHARED_DATA", _project.parent / "shared" / "data"))
    for _line in printed(table(Abusekit(_case.parent), _case, _shared / "exports")):
        print(_line)
