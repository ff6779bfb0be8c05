"""The honest case, made through the API, and a copy of it in an opponent's hands."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from strangers_kit import check_agrees

from abusekit.case.custody import Act
from abusekit.case.folder import Case
from abusekit.case.intake import Intake
from abusekit.case.records import Legs
from abusekit.case.settings import Producer, Settings
from abusekit.errors import AbusekitError
from abusekit.integrity.findings import Finding, Status
from abusekit.integrity.keys import store as keys
from abusekit.integrity.keys.signers import Signer, own_signers
from abusekit.integrity.keys.signing import StoredKey
from abusekit.integrity.sealing import seal
from abusekit.integrity.sealing.manifest import make_manifest
from abusekit.integrity.trust import Trust
from abusekit.integrity.verify import Question, Verdict, verify_case
from abusekit.webarchive.exchange import Exchange, Spool
from abusekit.webarchive.resource import MEDIA_TYPES, Resource, urn
from abusekit.webarchive.wacz import write_wacz

PASSPHRASE = b"a passphrase for the tests"
START = datetime(2026, 11, 20, 21, 0, tzinfo=UTC)


class Clock:
    """A clock that moves on by a second whenever it is looked at."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


def wacz(url: str, body: bytes, at: datetime, made: dict[str, bytes]) -> bytes:
    """A whole web archive of one page, with what was `made` of it by kind."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(body)
    exchange = Exchange(
        url=url,
        method="GET",
        at=at,
        request=f"GET /{url.rpartition('/')[2]} HTTP/1.1\r\nHost: example.org\r\n\r\n".encode(),
        received=Spool(None, head + body),
        head_length=len(head),
        status=200,
        headers=(("Content-Type", "text/html"), ("Content-Length", str(len(body)))),
        protocol="http/1.1",
        ip="192.0.2.7",
        port=80,
        dns=("192.0.2.7",),
        complete=True,
        head_at=at,
    )
    out = io.BytesIO()
    write_wacz(
        out,
        [exchange],
        created=at,
        software="abusekit/test",
        title="A page",
        main_url=url,
        main_at=at,
        resources=[Resource(urn(kind, url), MEDIA_TYPES[kind], data, at) for kind, data in made.items()],
    )
    return out.getvalue()


def picture(seed: int) -> bytes:
    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (16, 16), (seed * 40 % 256, seed * 90 % 256, 30)).save(out, "JPEG")
    return out.getvalue()


@dataclass(frozen=True, slots=True)
class Built:
    """The honest case and what stands outside of it."""

    root: Path
    store: Path
    key: Ed25519PrivateKey
    trust: Trust
    fingerprint: str


def _capture(intake: Intake, clock: Clock, name: str) -> None:
    url = f"http://example.org/{name}"
    draft = intake.draft("capture")
    draft.source = {"address": url}
    draft.legs = Legs(address=True, source=True, picture=True)
    made = {"text": b"abuse of " + name.encode() + b"\n", "view": b"a picture of " + name.encode()}
    page = f"<title>{name}</title><p>abuse of {name}".encode()
    draft.write("capture.wacz", wacz(url, page, clock(), made), "application/wacz+zip", "original")
    draft.write("text.txt", made["text"], "text/plain", "rendering")
    draft.write("page.png", made["view"], "image/png", "rendering")
    intake.commit([draft])


def _file(intake: Intake, name: str, data: bytes, media_type: str) -> None:
    draft = intake.draft("file")
    draft.source = {"name": f"IMG \u202e {name}", "received_from": "the victim"}
    draft.write(name, data, media_type, "original")
    intake.commit([draft])


def build(folder: Path) -> Built:
    """Eight items, two producers, a change of settings, decisions about items, two signed seals."""
    clock = Clock()
    store = folder / "keys"
    keys.create(store, "me", PASSPHRASE)
    key = keys.load(store, "me", PASSPHRASE)
    settings = Settings(
        case="",
        reference="OP-1",
        zone="Europe/London",
        producers=(Producer("PO", "Producer One", "volunteer"),),
    )
    case = Case.create(folder / "case", settings, now=clock())
    with Intake(case, settings.producers[0], clock=clock) as intake:
        for name in ("alpha", "beta", "gamma"):  # E0001 to E0003
            _capture(intake, clock, name)
        for seed in (1, 2):  # E0004, E0005
            _file(intake, "photo.jpg", picture(seed), "image/jpeg")
    case.record([Act("item.tag", {"item": "E0001", "tags": ["threat"]})], by="PO", now=clock())
    seal.sign_seal(
        case, make_manifest(case, by="PO", now=clock()), StoredKey("me", key), by="PO", now=clock()
    )
    second = Producer("AB", "Another Body", "officer")
    changed = replace(case.settings(), producers=(*settings.producers, second))
    case.change_settings(changed, by="PO", now=clock(), reason="a second producer")
    with Intake(case, second, clock=clock) as intake:
        _file(intake, "letter.txt", b"a letter\n" * 50, "text/plain")  # E0006
        note = intake.draft("note")  # E0007
        note.facts = {"text": "he stood outside"}
        note.write("note.txt", "he stood outside, ‘again’\n".encode(), "text/plain", "original")
        intake.commit([note])
        _file(intake, "recording.bin", bytes(range(256)) * 1300, "application/octet-stream")  # E0008
    case.record(
        [
            Act("item.withdraw", {"item": "E0005", "reason": "a wrong file"}),
            Act("custody.store", {"item": "E0006", "place": "safe 3"}),
        ],
        by="AB",
        now=clock(),
    )
    seal.sign_seal(
        case, make_manifest(case, by="PO", now=clock()), StoredKey("me", key), by="PO", now=clock()
    )
    trust = Trust(own_signers(store))
    return Built(case.root, store, key, trust, keys.show(store, "me").public.fingerprint)


def vouched(built: Built, *others: StoredKey) -> Built:
    """The same, where somebody vouches for further keys as well."""
    signers = [Signer((f"other-{n}",), one.public, (), None, None) for n, one in enumerate(others)]
    return replace(built, trust=replace(built.trust, signers=[*built.trust.signers, *signers]))


@dataclass(slots=True)
class Suspect:
    """A copy of the honest case in an opponent's hands."""

    root: Path
    built: Built

    def verdict(self, **question: object) -> Verdict:
        """Of abusekit; the stranger's program has to agree with it."""
        asked = Question(**{"trust": self.built.trust, **question})  # type: ignore[arg-type]
        try:
            verdict = verify_case(self.root, asked)
        except AbusekitError as fault:
            check_agrees(self.root, asked, fault)
            raise
        check_agrees(self.root, asked, verdict)
        return verdict

    def seals(self) -> list[Path]:
        return sorted((self.root / "seals").iterdir())

    def finds(
        self,
        exit_code: int,
        check: str,
        status: Status,
        path: str,
        item: str = "",
        exhibit: str = "",
        says: str = "",
        **question: object,
    ) -> Finding:
        """The verdict has this exit code, and this finding stands in it."""
        verdict = self.verdict(**question)
        shown = "\n".join(map(repr, verdict.findings))
        assert verdict.exit_code == exit_code, shown
        for finding in verdict.findings:
            if (finding.check, finding.status, finding.path) == (check, status, path) and (
                finding.item,
                finding.exhibit,
            ) == (item, exhibit):
                assert says in finding.message, shown
                return finding
        raise AssertionError(f"not found: {check} {status} {path} {item} {exhibit}, but\n{shown}")
