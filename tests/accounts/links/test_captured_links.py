"""Pairs that only captures tell of, taken from the practice site by the http engine: photos, words, mentions."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from ipaddress import ip_network
from pathlib import Path

import pytest
from linked_cases import SETTINGS, new_case, observed
from test_looks import photo

from abusekit.accounts.ledger.reading import ledger
from abusekit.accounts.links.candidates import Compared, compare_all
from abusekit.accounts.links.weighing import PHOTO
from abusekit.accounts.model import Candidate, Finding
from abusekit.capture.deposit import Request, deposit
from abusekit.capture.http import record
from abusekit.capture.plan import Plan
from abusekit.case.folder import Case
from abusekit.case.intake import Intake
from abusekit.demo import content, neighbours
from abusekit.demo.answers import Answer, SeenRequest
from abusekit.demo.site import PracticeSite
from abusekit.net.policy import AddressPolicy

ONE, TWO, VICTIM, IMPERSONATOR = (
    f"chatterbox:{number}"
    for number in (content.ABUSER, content.SECOND_ACCOUNT, content.VICTIM, neighbours.IMPERSONATOR.user_id)
)
LOOPBACK = AddressPolicy((ip_network("127.0.0.0/8"),))
SLOGAN = "nobody in this whole town will ever believe a single word that you say to them"
HANDLES = {
    content.ABUSER: content.OLD_HANDLE,
    content.SECOND_ACCOUNT: "tawny_watcher",
    content.VICTIM: "mira_walks",
}


class WithPhotos(PracticeSite):
    """Shows photos in place of the drawn profile pictures: one for the two accounts, another for each bystander."""

    def _respond(self, seen: SeenRequest) -> Answer:
        number = seen.path.removeprefix("/avatar/").removesuffix(".jpg")
        if not seen.path.startswith("/avatar/") or not number.isdecimal():
            return super()._respond(seen)
        alike = {content.SECOND_ACCOUNT: content.ABUSER, neighbours.IMPERSONATOR.user_id: content.VICTIM}
        return Answer(200, _photo(alike.get(int(number), int(number))), "image/jpeg")


@lru_cache
def _photo(number: int) -> bytes:
    return photo(number)  # its noise differs each time


def take(case: Case, spool: Path, *addresses: str) -> None:
    for address in addresses:
        plan = Plan(policy=LOOPBACK, spool=spool, deadline_s=20, requisites=True)
        found = record(address, plan, now=lambda: datetime.now(UTC))
        try:
            with Intake(case, SETTINGS.producers[0], clock=lambda: datetime.now(UTC)) as intake:
                draft = intake.draft("capture")
                deposit(draft, Request(address), found)
                intake.commit([draft])
        finally:
            found.close()


def compared(case: Case) -> Compared:
    return compare_all(case, ledger(case))


def of_pair(found: Compared, *keys: str) -> Candidate:
    (one,) = [each for each in found.candidates if {each.a, each.b} == set(keys)]
    return one


def signals(candidate: Candidate) -> dict[str, Finding]:
    return {finding.signal: finding for finding in candidate.findings}


@pytest.fixture(scope="module")
def site_case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """Profiles of the two, the victim, the impersonator and twelve bystanders; four posts. Only the last test that asks
    for it may change it."""
    tmp_path = tmp_path_factory.mktemp("captured")
    case = new_case(tmp_path)
    people = (*neighbours.NEIGHBOURS, neighbours.IMPERSONATOR)
    with WithPhotos() as site:
        site.edit(5003, f"{SLOGAN}, says @tawny_watcher")
        site.edit(5009, f"hear this: {SLOGAN}. @{content.OLD_HANDLE} knows")
        handles = (*HANDLES.values(), *(one.handle for one in people))
        posts = (5001, 5003, 5005, 5009)
        take(case, tmp_path, *map(site.profile_url, handles), *map(site.post_url, posts))
        assert not site.faults
    return case


def test_two_accounts_with_one_photo(site_case: Case) -> None:
    best = signals(of_pair(compared(site_case), ONE, TWO))
    found = best[PHOTO]
    assert found.lr == found.among >= 10 and found.shared_by == 0
    assert len({where.item for where in (*found.here, *found.there)}) == 2, "each profile was captured once"


def test_words_and_mentions_of_captured_posts(site_case: Case) -> None:
    pair = of_pair(compared(site_case), ONE, TWO)
    found = signals(pair)
    words = found["reused-text"]
    assert "16 words" in words.text and words.here[0].item != words.there[0].item
    assert all(
        site_case.item(where.item).kind == "capture" and where.at for where in (*words.here, *words.there)
    )
    assert found["mutual"].lr > 1
    assert found["email"].value == neighbours.MAILBOX


def test_the_victims_photo_counts_until_somebody_says_that_it_is_hers(
    site_case: Case,
) -> None:
    before = signals(of_pair(compared(site_case), VICTIM, IMPERSONATOR))
    assert before[PHOTO].lr >= 10, "nobody has said yet whose account it is"
    observed(site_case, VICTIM, "own")
    after = compared(site_case)
    assert not [one for one in after.candidates if VICTIM in (one.a, one.b)]
    assert max(one.total for one in after.candidates if IMPERSONATOR in (one.a, one.b)) < 10


def test_a_drawing_is_not_said_to_be_a_default_picture(tmp_path: Path) -> None:
    case = new_case(tmp_path)
    with PracticeSite() as site:
        take(case, tmp_path, *map(site.profile_url, (content.OLD_HANDLE, "tawny_watcher", "mira_walks")))
    found = signals(of_pair(compared(case), ONE, TWO))["avatar"]
    assert found.lr == 1 and "very same file" in found.text
    assert "cannot tell it from" in found.why and "look at it" in found.why
