"""A case that is built item by item, and the gate over it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from abusekit.case.custody import Act
from abusekit.case.folder import Case
from abusekit.case.intake import Draft, Intake
from abusekit.case.moment import from_instant, from_local
from abusekit.case.records import DatedFact, Item, Legs
from abusekit.case.settings import Settings, parse_producer
from abusekit.demo.timestamp_issuer import TimestampIssuer
from abusekit.diary import fill_draft, make_entry
from abusekit.integrity.keys.signing import StoredKey
from abusekit.integrity.sealing.manifest import make_manifest
from abusekit.integrity.sealing.seal import sign_seal
from abusekit.integrity.sealing.stamping import ask, take_response
from abusekit.integrity.trust import Authority, Trust
from abusekit.integrity.verify import Question, verify_case
from abusekit.leaks.leak import Personal
from abusekit.messages.cache import read_anew
from abusekit.messages.exports import exports
from abusekit.readiness.assess import Readiness, assess
from abusekit.readiness.need import Need

START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
WHOLE = Legs(address=True, source=True, picture=True)
SAID = {"selection": "the post that she was sent", "completeness": "single-item"}


class Gate:
    """The case, its key, an authority, and the day on which it is looked at."""

    def __init__(self, root: Path, *producers: str, place: str = "the office safe") -> None:
        self.now = START
        given = tuple(parse_producer(one) for one in producers or ("PO:Producer One:volunteer",))
        settings = Settings("", "OP-1", "Europe/London", given, place=place)
        self.case = Case.create(root, settings, now=self.clock())
        self.key = StoredKey("me", Ed25519PrivateKey.generate())
        self.issuer = TimestampIssuer("local-a", clock=self.clock)
        self.authority = Authority("local-a", self.issuer.root_pem)
        self.personal = Personal(names=tuple(one.name for one in given))

    def clock(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now

    def take(self, kind: str, fill: Callable[[Draft], None], who: str | None = None) -> Item:
        producer = self.case.settings().producer(who or self.case.settings().producers[0].initials)
        with Intake(self.case, producer, clock=self.clock) as intake:
            draft = intake.draft(kind)  # type: ignore[arg-type]
            fill(draft)
            return intake.commit([draft])[0]

    def capture(
        self, address: str = "https://example.org/post/1", who: str | None = None, **changes: Any
    ) -> Item:
        """One that is whole, and needs nothing but a time stamp, unless it is said otherwise."""

        def fill(draft: Draft) -> None:
            draft.write("page.html", b"<p>x</p>", "text/html", "original")
            draft.source = {"address": address, **changes.pop("source", SAID)}
            draft.facts = changes.pop("facts", {"recheck": {"verdict": "present"}})
            draft.legs = WHOLE
            for name, value in changes.items():
                setattr(draft, name, value)

        return self.take("capture", fill, who)

    def file(
        self, name: str = "file.txt", media: str = "text/plain", data: bytes = b"x", **changes: Any
    ) -> Item:
        def fill(draft: Draft) -> None:
            draft.write(name, data, media, "original")
            draft.source = {"names": [name]}
            for member, value in changes.items():
                setattr(draft, member, value)

        return self.take("file", fill)

    def export(self, text: str, *, read: bool = True) -> Item:
        """A chat of WhatsApp, stored as `import` stores it, and read."""

        def fill(draft: Draft) -> None:
            draft.write("export.txt", text.encode(), "text/plain", "original")
            draft.source = {"names": ["WhatsApp Chat with Sam.txt"]}

        item = self.take("export", fill)
        if read:
            self.read(item)
        return item

    def read(self, item: Item) -> None:
        (opened,) = exports(self.case, (item.id,))
        _, act = read_anew(self.case, opened)
        self.case.record([act], by="PO", now=self.clock())

    def note(self, *, at: datetime | None = START) -> Item:
        def fill(draft: Draft) -> None:
            recorded = from_instant(self.now, "ours", "our clock")
            event = None if at is None else from_instant(at - timedelta(days=1), "person", "typed")
            entry = make_entry("He stood at the gate.", recorded=recorded, recorded_by="PO", event=event)
            fill_draft(draft, entry, "Europe/London")

        return self.take("note", fill)

    def record_only(self) -> Item:
        def fill(draft: Draft) -> None:
            draft.source = {"address": "https://example.org/held"}

        return self.take("record-only", fill)

    def act(self, do: str, item: str, **facts: Any) -> None:
        self.case.record([Act(do, {"item": item, **facts})], by="PO", now=self.clock)

    def seal(self, *, stamped: bool = True) -> None:
        folder = make_manifest(self.case, by="PO", now=self.clock())
        sign_seal(self.case, folder, self.key, by="PO", now=self.clock())
        if stamped:
            self.stamp(folder)

    def stamp(self, folder: Path) -> None:
        for asked in ask(self.case, folder, ("local-a",), by="PO", now=self.clock()):
            answer = self.issuer.answer((self.case.root / asked.request).read_bytes())
            take_response(self.case, asked, answer, self.authority, by="PO", now=self.clock)

    def assess(self, *, after: timedelta = timedelta(hours=1)) -> Readiness:
        trust = Trust((), (self.key.public.fingerprint,), [self.authority])
        verdict = verify_case(self.case.root, Question(trust=trust))
        return assess(self.case, verdict, self.personal, now=self.now + after)

    def needs(self, kind: str = "", **when: timedelta) -> list[Need]:
        return [need for need in self.assess(**when).needs if not kind or need.kind == kind]


def time_without_zone(hour: int) -> DatedFact:
    local = datetime(2026, 11, 19, hour)
    moment = from_local(
        local, raw=f"{hour}:00", precision="s", zone=None, zone_basis="unknown", clock="camera", basis="exif"
    )
    return DatedFact("photo taken", "exif", "file.txt", moment.to_facts())
