"""What tokens cover, and between which of them a thing came into the case."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from abusekit.case.custody import Act
from abusekit.case.folder import Case
from abusekit.case.intake import Draft, Intake
from abusekit.case.records import Legs, grade
from abusekit.case.settings import Producer, Settings
from abusekit.demo.timestamp_issuer import TimestampIssuer
from abusekit.errors import EvidenceError, NetworkError
from abusekit.export.partial import export_partial, plan_partial
from abusekit.integrity.checks.brackets import StampedLines
from abusekit.integrity.checks.inventory import take_inventory
from abusekit.integrity.checks.stampcheck import check_stamps
from abusekit.integrity.findings import Status
from abusekit.integrity.keys.signing import StoredKey
from abusekit.integrity.log.logcheck import check_log
from abusekit.integrity.sealing import stamping
from abusekit.integrity.sealing.manifest import make_manifest
from abusekit.integrity.sealing.seal import sign_seal
from abusekit.integrity.sealing.stamp_each import FAILURES_IN_A_ROW, StampEach
from abusekit.integrity.timestamps.authorities import TimeStampAuthority
from abusekit.integrity.timestamps.stamps import Stamps, list_bytes, read_list
from abusekit.integrity.trust import Authority, Trust
from abusekit.integrity.verify import Question, verify_case

START = datetime(2026, 11, 20, 21, 0, tzinfo=UTC)
PRODUCER = Producer("PO", "Producer One", "volunteer")


class Story:
    """A case that grows, an hour between two steps; every seal is stamped by local-a."""

    def __init__(self, root: Path) -> None:
        self.now = START
        self.case = Case.create(root, Settings("", "OP-1", "Europe/London", (PRODUCER,)), now=START)
        self.key = StoredKey("me", Ed25519PrivateKey.generate())
        self.issuer = TimestampIssuer("local-a", clock=self.clock)
        self.authority = Authority("local-a", self.issuer.root_pem)
        self.trust = Trust((), (self.key.public.fingerprint,), [self.authority])

    def clock(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now

    def item(self, text: bytes, each: Callable[[Draft], None] = lambda _draft: None) -> str:
        self.now += timedelta(hours=1)
        with Intake(self.case, PRODUCER, clock=self.clock) as intake:
            draft = intake.draft("capture")
            draft.source = {"address": "http://example.org/"}
            draft.legs = Legs(address=True, source=False, picture=False)
            draft.write("note.txt", text, "text/plain", "original")
            each(draft)
            return intake.commit([draft])[0].id

    def seal(self) -> datetime:
        """Gives the time of the token, to the second."""
        self.now += timedelta(hours=1)
        folder = make_manifest(self.case, by="PO", now=self.clock)
        sign_seal(self.case, folder, self.key, by="PO", now=self.clock)
        [asked] = stamping.ask(self.case, folder, ["local-a"], by="PO", now=self.clock)
        answer = self.issuer.answer((self.case.root / asked.request).read_bytes())
        token = stamping.take_response(self.case, asked, answer, self.authority, by="PO", now=self.clock)
        return token.gen_time

    def each(self, post: Callable[[str, bytes], bytes] | None = None) -> StampEach:
        known = TimeStampAuthority(
            "local-a", "http://127.0.0.1/", self.issuer.root_pem, "", "user", Path("x")
        )
        return StampEach([known], post or (lambda _url, query: self.issuer.answer(query)))

    def verified(self) -> Stamps:
        """By the whole check, as `verify` does it."""
        there = take_inventory(self.case.root)
        sizes = [int(path.split("/")[1]) for path in there.folders if path.startswith("seals/")]
        view = check_log(self.case.root, there.files, sizes)
        findings, stamps = check_stamps(self.case.root, there.files, view, self.trust)
        assert {f.status for f in findings} <= {Status.OK}, findings
        return stamps

    def read_along(self, item: str = "", trust: Trust | None = None) -> StampedLines:
        lines = StampedLines(self.case.root, trust or self.trust, item)
        assert sum(1 for _ in lines.noting(self.case.lines())) == self.case.log.tail().next_n
        return lines


@pytest.fixture
def story(tmp_path: Path) -> Story:
    return Story(tmp_path / "case")


def test_between_two_stamps(story: Story) -> None:
    first = story.item(b"before all")
    one = story.seal()
    second = story.item(b"between")
    two = story.seal()
    third = story.item(b"after all")
    times = {"E0001": (None, one), "E0002": (one, two), "E0003": (two, None)}
    assert [first, second, third] == list(times)
    lines = {e["item"]: e["n"] for e in story.case.entries() if e["do"] == "item.add"}
    whole, along = story.verified(), story.read_along()
    for item, (after, before) in times.items():
        for bracket in (
            whole.bracket(lines[item]),
            along.bracket(item),
            story.read_along(item).bracket(item),
        ):
            assert (bracket.not_before and bracket.not_before.gen_time) == after
            assert (bracket.not_after and bracket.not_after.gen_time) == before
        assert along.covers(item) == whole.covers(lines[item]) == (before is not None)
    assert not along.covers("E0099") and along.bracket("E0099") == (None, None)
    assert not story.read_along(trust=Trust()).covers("E0001"), "nobody's time counts here"


def test_a_stamped_item_is_graded_better(story: Story) -> None:
    name = story.item(b"x")
    item = story.case.item(name)
    whole = type(item)(
        **{f: getattr(item, f) for f in item.__struct_fields__} | {"legs": Legs(True, True, True)}
    )
    assert grade(whole, stamped=story.read_along().covers(name))[0] == "C"
    story.seal()
    assert grade(whole, stamped=story.read_along().covers(name))[0] == "B"


def test_since_when_a_signature_is_known(story: Story) -> None:
    story.item(b"x")
    at = story.seal()
    times = story.verified().times
    assert times == dict.fromkeys(("seals/000002/seal.txt", "seals/000002/seal.txt.me.sig"), at)
    officer = StoredKey("officer", Ed25519PrivateKey.generate())
    folder = story.case.seals / "000002"
    sign_seal(story.case, folder, officer, by="PO", now=story.clock)
    assert "seals/000002/seal.txt.officer.sig" not in story.verified().times, "no stamp names it yet"
    story.now += timedelta(days=1)
    [asked] = stamping.ask(story.case, folder, ["local-a"], by="PO", now=story.clock)
    answer = story.issuer.answer((story.case.root / asked.request).read_bytes())
    stamping.take_response(story.case, asked, answer, story.authority, by="PO", now=story.clock)
    times = story.verified().times
    assert times["seals/000002/seal.txt.officer.sig"] > times["seals/000002/seal.txt.me.sig"] == at


def test_a_token_over_a_seal_that_is_not_of_this_log(story: Story) -> None:
    """It is good for its list; of log lines it says nothing."""
    story.item(b"x")
    story.seal()
    lines = story.case.log.path.read_bytes().splitlines(keepends=True)
    there = take_inventory(story.case.root)
    view = check_log(story.case.root, there.files, [2])
    view.marks[2] = type(view.marks[2])("0" * 64, "", "", 0)
    _, stamps = check_stamps(story.case.root, there.files, view, story.trust)
    assert stamps.times and not stamps.tokens
    view.marks.clear()
    assert not check_stamps(story.case.root, there.files, view, story.trust)[1].tokens
    assert len(lines) == 6


def test_each_item_with_its_own(story: Story) -> None:
    first = story.item(b"first", story.each())
    second = story.item(b"second", story.each())
    assert verify_case(story.case.root, Question(trust=story.trust)).counts["stamp", Status.OK] == 2
    bracket = story.read_along(second).bracket(second)
    assert bracket.not_after is not None and bracket.not_before is not None
    assert (bracket.not_after.item, bracket.not_before.item) == (second, first)
    assert story.read_along().covers(first) and story.read_along().covers(second)
    story.seal()
    own = story.read_along(first).bracket(first)
    assert own.not_after is not None and own.not_after.item == first, "its own is earlier than the seal's"


def test_an_authority_that_fails_costs_no_item(story: Story) -> None:
    asked: list[str] = []

    def down(url: str, _query: bytes) -> bytes:
        asked.append(url)
        raise NetworkError("no connection")

    each = story.each(down)
    for number in range(FAILURES_IN_A_ROW + 2):
        item = story.case.item(story.item(b"%d" % number, each))
        assert [f.name for f in item.files] == ["note.txt"]
        [problem] = item.problems
        assert problem.startswith("no-stamp: local-a")
    assert len(asked) == FAILURES_IN_A_ROW
    crowded = story.case.item(story.item(b"x", lambda draft: _crowd(draft, story.each())))
    assert len(crowded.files) == 398 and "too many files" in crowded.problems[0]


def _crowd(draft: Draft, each: StampEach) -> None:
    for number in range(397):
        draft.write(f"f{number}.txt", b"", "text/plain", "metadata")
    each(draft)


def test_a_partial_copy_keeps_its_time(story: Story, tmp_path: Path) -> None:
    """The lines about the stamps are not in it; list, request and token speak for themselves."""
    for text in (b"one", b"two", b"three"):
        story.item(text, story.each())
    at = story.seal()
    out = tmp_path / "partial"
    export_partial(story.case, plan_partial(story.case, ["E0002"]), out, trust=story.trust)
    verdict = verify_case(out, Question(trust=story.trust))
    assert verdict.exit_code == 0, verdict.findings
    assert verdict.counts["stamp", Status.OK] == 2
    assert verdict.stamps.times["seals/000004/seal.txt.me.sig"] == at
    path = out / "seals/000004/stamp.local-a.tsr"
    path.chmod(0o600)
    path.write_bytes(story.issuer.answer(stamping.make_request(b"0" * 32)))
    assert verify_case(out, Question(trust=story.trust)).exit_code == 1


def test_requests_and_answers_of_another_run(story: Story) -> None:
    """Two seals, each with its own folder; what is pending over the older one can still be had."""
    story.item(b"x")
    folder = make_manifest(story.case, by="PO", now=story.clock)
    sign_seal(story.case, folder, story.key, by="PO", now=story.clock)
    [older] = stamping.ask(story.case, folder, ["local-a"], by="PO", now=story.clock)
    story.case.record([Act("case.note", {})], by="PO", now=story.clock)
    story.seal()
    assert stamping.pending(story.case) == [older]
    answer = story.issuer.answer((story.case.root / older.request).read_bytes())
    stamping.take_response(story.case, older, answer, story.authority, by="PO", now=story.clock)
    assert len(story.verified().tokens) == 2


def test_lists_of_digests() -> None:
    digests = {"seal.txt": "a" * 64, "seal.txt.me.sig": "b" * 64}
    data = list_bytes(digests)
    assert data == b"a" * 64 + b"  seal.txt\n" + b"b" * 64 + b"  seal.txt.me.sig\n"
    assert read_list(data) == digests
    for wrong in (b"", data + b"\n", data[:-1], data * 2, data.replace(b"\n", b"\r\n"), b"\n" + data):
        with pytest.raises(EvidenceError):
            read_list(wrong)
