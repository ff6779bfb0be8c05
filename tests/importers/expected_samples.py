"""Every sample of known truth, imported into one real case through the command line; what was read of each."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.cli.command_runner import PRODUCER, Abusekit

from abusekit.case.folder import Case
from abusekit.importers.model import Event, Message, Record
from abusekit.messages.cache import Opened, opened_export, stream, summary_of
from abusekit.messages.exports import exports
from abusekit.messages.reading import Summary

GMAIL_KEY = "email/dkim/mk_gmail_20120113.pub.pem"
GMAIL_NAME = "20120113._domainkey.gmail.com"
DNS_RECORDS = "email/dkim/synthetic/dns_txt_records.json"
DID_DOCUMENT = "bluesky/indigo/fakermaker.didDoc.json"
CALL_LIST = "call-logs/synthetic/ios_call_history_generic.csv"
CALL_COLUMNS = {
    "time": "Date", "time_form": "YYYY-MM-DD hh:mm:ss", "duration": "Duration", "duration_form": "hh:mm:ss",
    "other": "Number", "other_name": "Contact", "direction": "Call type", "direction_in": "Incoming|Incoming (missed)",
    "direction_out": "Outgoing", "outcome": "Call type", "outcome_missed": "Incoming (missed)", "kind": "=call",
    "platform": "Service",
}  # fmt: skip
"""What a person would state of the call list: no importer knows its columns."""

Expected = dict[str, dict[str, Any]]


@dataclass(slots=True)
class Found:
    """What the case holds of one sample."""

    key: str
    state: str
    """`read`, `stored`, `refused`, as `import` answered."""
    problem: str = ""
    opened: Opened | None = None
    records: list[Record] = field(default_factory=list)
    summary: Summary = field(default_factory=Summary)

    @property
    def messages(self) -> list[Message]:
        return [one for one in self.records if isinstance(one, Message)]

    @property
    def events(self) -> list[Event]:
        return [one for one in self.records if isinstance(one, Event) and one.kind != "unparsed"]


def expected(samples: Path) -> Expected:
    """Key → what is known. A key is a file, a folder (`/` at its end) or all files of a folder (`/*`)."""
    found: Expected = json.loads((samples / "expected.json").read_text("utf-8"))
    return found


def path_of(samples: Path, key: str) -> Path:
    return samples / key.removesuffix("*").removesuffix("/")


def make_case(run: Abusekit, case: Path, samples: Path) -> dict[str, dict[str, Any]]:
    """A new case that holds every sample, through `abusekit import`; key → what it answered."""
    run("init", case, "--yes", "--ref", "SAMPLES", "--producer", PRODUCER, "--timezone", "UTC", expect=0)
    keys = run.home / "keys.json"
    keys.write_text(json.dumps(_key_records(samples)))
    columns = run.home / "columns.json"
    columns.write_text(json.dumps(CALL_COLUMNS))
    said: dict[str, tuple[object, ...]] = {"mail": ("--keys", keys), "calls": ("--mapping", columns)}
    said["car"] = ("--did-document", samples / DID_DOCUMENT)
    groups: dict[str, list[str]] = {}
    for key in expected(samples):
        name = "mail" if key.startswith("email/") else "calls" if key == CALL_LIST else ""
        groups.setdefault("car" if key.endswith("fakermaker.repo.car") else name, []).append(key)
    answers: dict[str, dict[str, Any]] = {}
    for name, members in groups.items():
        paths = [path_of(samples, key) for key in members]
        ended = run("import", "--case", case, *paths, *said.get(name, ()), "--json", timeout=300)
        assert ended.code in (0, 7), ended
        told = ended.answer["exports"]
        assert len(told) == len(members), ended
        answers.update(zip(members, told, strict=True))
    return answers


def _key_records(samples: Path) -> dict[str, str]:
    """The DNS records of the samples, and the key of one real mail under the name that its signature gives."""
    found: dict[str, str] = json.loads((samples / DNS_RECORDS).read_text("utf-8"))
    lines = (samples / GMAIL_KEY).read_text("ascii").splitlines()
    found[GMAIL_NAME] = "k=rsa; p=" + "".join(line for line in lines if not line.startswith("-"))
    return found


def found_in(case_folder: Path, answers: dict[str, dict[str, Any]]) -> Iterator[Found]:
    """What the case itself holds, not what the command said."""
    case = Case.open(case_folder)
    there = {one.item.id: one for one in exports(case)}
    for key, answer in answers.items():
        opened = there.get(answer["item"])
        if opened is None:
            yield Found(key, answer["state"], answer["problem"])
            continue
        records = list(stream(case, opened))
        yield Found(key, answer["state"], answer["problem"], opened, records, summary_of(case, opened))


def misplaced(case_folder: Path, found: Found) -> tuple[int, list[str]]:
    """How many places were looked at, and those whose bytes in the stored export are not those that were hashed."""
    if found.opened is None:
        return 0, []
    count, wrong, held = 0, [], {}
    with opened_export(Case.open(case_folder), found.opened.item) as export:
        for record in found.records:
            for place in (record.source, *getattr(record, "also", ())):
                if place.member not in held:
                    member = export.get(place.member)
                    if member is None:
                        wrong.append(f"{found.key}: there is no {place.member}")
                        continue
                    with member.open() as bytes_of:
                        held[place.member] = bytes_of.read()
                raw = held[place.member]
                count += 1
                inside = 0 <= place.start <= place.end <= len(raw)
                if not inside or hashlib.sha256(raw[place.start : place.end]).hexdigest() != place.sha256:
                    wrong.append(f"{found.key}: #{record.n}, {place.member} [{place.start}, {place.end})")
    return count, wrong
