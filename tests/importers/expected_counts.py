"""What can be counted in an export, by a name, and by which names an account may be called."""

from __future__ import annotations

from collections import Counter
from itertools import chain

from tests.importers.expected_samples import Found

from abusekit.importers.model import Account, Event, Message, Profile


def names_of(account: Account) -> set[str]:
    """Everything by which the account may be called; `null` where it has no name."""
    handle = account.handle.removeprefix("@")
    names = {account.id, account.name, handle, f"@{handle}"} - {"", "@"}
    return names | ({"owner", "self"} if account.owner else set()) | ({"null"} if not account.name else set())


def authors(found: Found) -> list[set[str]]:
    """Whoever wrote a message, each once; of an export without messages, whoever is behind an event."""
    records = found.messages or found.events
    every: dict[frozenset[str], None] = {}
    for one in records:
        if one.author is not None:
            every[frozenset(names_of(one.author))] = None
        elif one.direction == "out":
            every[frozenset({"owner", "self"})] = None
    return [set(names) for names in every]


def counted(found: Found) -> Counter[str]:
    """`deleted`, `call`, `attachment present`, `flag forwarded`, `zone +01:00`, `lasted 65 s`, … → how many."""
    counts: Counter[str] = Counter(found.summary.counts)
    for record in found.records:
        if isinstance(record, Profile):
            counts[f"profile {record.role}"] += 1
            continue
        counts[record.kind] += 1
        counts["records"] += 1
        counts.update(dict.fromkeys((f"flag {flag.partition(':')[0]}" for flag in record.flags), 1))
        counts["undecided"] += record.sent is not None and record.sent.order == "undecided"
        counts[f"zone {record.sent.zone}" if record.sent is not None and record.sent.zone else ""] += 1
        counts[f"direction {record.direction}"] += 1
        if isinstance(record, Message):
            _count_message(record, counts)
        else:
            _count_event(record, counts)
    summary = found.summary
    counts["conversations"] = summary.conversations
    counts["names"] = len(summary.senders)
    counts["secrets"] = summary.secret_count
    counts["without time"] = summary.without_time
    for what in ("warnings", "damaged", "repairs", "problems"):
        counts[what] = len(getattr(summary, what))
    return counts


def _count_event(event: Event, counts: Counter[str]) -> None:
    counts[f"outcome {event.outcome}"] += bool(event.outcome)
    counts[f"lasted {event.duration_s} s"] += 1


def _count_message(message: Message, counts: Counter[str]) -> None:
    counts["deleted"] += message.deleted is not None
    counts["edited"] += message.edited is not None and message.edited.state == "yes"
    counts["earlier texts"] += 0 if message.edited is None else len(message.edited.previous)
    counts["replies"] += bool(message.reply_to)
    counts["forwarded"] += bool(message.forwarded_from)
    counts["recipients"] += len(message.recipients)
    counts["reactions"] += len(message.reactions)
    counts["several lines"] += "\n" in message.text
    counts[f"visibility {message.visibility}"] += bool(message.visibility)
    counts[f"agrees {'; '.join(message.sent.agrees)}" if message.sent is not None else ""] += 1
    counts.update(f"attachment {one.state}" for one in message.attachments)
    counts.update(f"{one.what}: {one.result}" for one in message.checks)
    counts.update(f"time {name}" for name, _ in message.times)
    counts.update(f"url {url}" for url in message.urls)


def saying(found: Found, words: str) -> int:
    """How many messages and events say these words: in text, title, an earlier text, or in what a check says."""
    count = 0
    for one in chain(found.messages, found.events):
        texts = [one.text, one.title]
        if isinstance(one, Message):
            texts += [check.text for check in one.checks]
            texts += one.edited.previous if one.edited is not None else ()
            texts += [reaction.value for reaction in one.reactions]
        count += any(words in text for text in texts)
    told = (*found.summary.warnings, *found.summary.damaged, *found.summary.repairs)
    return count + sum(words in text for text in told)
