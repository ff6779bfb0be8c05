"""Profile pictures and handles of pairs: the very same photo, what bystanders show too, what is the victim's own."""

from __future__ import annotations

import random
from hashlib import sha256
from io import BytesIO

import pytest
from PIL import Image

from abusekit.accounts.links.cohorts import Bystanders
from abusekit.accounts.links.looks import handle_finding, picture_finding
from abusekit.accounts.links.material import Material
from abusekit.accounts.links.portraits import Portrait
from abusekit.accounts.links.shown import Shown, form
from abusekit.accounts.links.weighing import PHOTO
from abusekit.accounts.model import Account, Decisions, Finding, Seen, Span, Where
from abusekit.accounts.signals.pictures import picture


def photo(seed: int) -> bytes:
    """Clouds of colour, as no two photos are alike."""
    source = random.Random(seed)
    small = Image.new("RGB", (12, 12))
    small.putdata([tuple(source.randrange(256) for _ in range(3)) for _ in range(144)])
    noise = Image.effect_noise((240, 240), 40).convert("RGB")
    image = Image.blend(small.resize((240, 240), Image.Resampling.BICUBIC), noise, 0.25)
    out = BytesIO()
    image.save(out, "JPEG", quality=90)
    return out.getvalue()


MINE, OTHER = photo(1), photo(2)


def portrait(data: bytes) -> list[Portrait]:
    return [Portrait(sha256(data).hexdigest(), (Where("E0001"),), picture(data))]


def account(number: int) -> Account:
    seen = Seen("", "", "", "none")
    bio = Span("bio", "words", seen, seen, (Where("E0001"),), 1)
    return Account(f"x:{number}", "x", str(number), "platform_id", number, spans=[bio])


def case_of(pictures: dict[int, bytes], *, bystanders: int = 12, own: bytes | None = None) -> Shown:
    """Accounts 1 and 2, and bystanders from 100 with a picture of their own each, but for what `pictures` says."""
    shown = Shown(suspects=[account(n) for n in (1, 2, *range(100, 100 + bystanders))])
    for one in shown.suspects:
        number = int(one.id)
        data = pictures.get(number)
        digest = sha256(one.id.encode()).hexdigest()
        shown.portraits[one.key] = portrait(data) if data else [Portrait(digest, (Where("E0002"),), None)]
        shown.selectors[one.key] = {}
        shown.handles[one.key] = []
    if own is not None:
        shown.own.portraits += portrait(own)
    return shown


def found(shown: Shown) -> Finding | None:
    among = Bystanders(shown, Material(), Decisions())
    return picture_finding(shown, among, shown.suspects[0], shown.suspects[1])


def test_the_same_photo_that_nobody_else_shows_is_the_strong_case() -> None:
    finding = found(case_of({1: MINE, 2: MINE}))
    assert finding is not None and finding.signal == PHOTO and finding.lr == finding.among == 12
    assert (
        "very same file" in finding.text
        and finding.shared_by == 0
        and "never more than the 12" in finding.why
    )


def test_few_bystanders_cannot_tell_a_public_picture() -> None:
    finding = found(case_of({1: MINE, 2: MINE}, bystanders=9))
    assert finding is not None and finding.signal == "avatar" and "only 9 bystander accounts" in finding.why


@pytest.mark.parametrize("bystanders", [0, 1, 5])
def test_no_ratio_is_larger_than_the_number_of_bystanders(bystanders: int) -> None:
    shown = case_of({1: MINE, 2: MINE}, bystanders=bystanders)
    shown.handles["x:1"], shown.handles["x:2"] = (
        [("gorvinax77", (Where("E0001"),))],
        [("gorvinax78", (Where("E0002"),))],
    )
    among = Bystanders(shown, Material(), Decisions())
    for finding in (handle_finding(shown, among, *shown.suspects[:2]), found(shown)):
        assert finding is not None and finding.lr == max(bystanders, 1)
        assert bystanders or "no bystander accounts to compare with" in finding.why


def test_what_bystanders_show_too_is_rare_as_it_is() -> None:
    finding = found(case_of({1: MINE, 2: MINE, 100: MINE, 101: MINE, 102: MINE}))
    assert finding is not None and finding.signal == "avatar" and finding.shared_by == 3 and finding.lr == 4


def test_the_victims_own_picture_counts_nothing() -> None:
    finding = found(case_of({1: MINE, 2: MINE}, own=MINE))
    assert (
        finding is not None
        and finding.lr == 1
        and "victim's own" in finding.why
        and finding.signal == "avatar"
    )


def test_other_pictures_are_no_finding_and_unread_ones_only_described() -> None:
    assert found(case_of({1: MINE, 2: OTHER})) is None
    assert found(case_of({})) is None
    shown = case_of({})
    shown.portraits["x:1"] = shown.portraits["x:2"] = [Portrait("0" * 64, (Where("E0003"),), None)]
    finding = found(shown)
    assert finding is not None and finding.lr == 1 and "could not be looked at" in finding.why


@pytest.mark.parametrize(
    ("one", "other", "own", "common", "least", "most"),
    [
        ("gorvinax77", "gorvinax78", "", 0, 12, 12),
        ("gorvinax77", "gorvinax78", "", 6, 2, 2),
        ("gorvinax77", "gorvinax78", "gorvinax", 0, 1, 1),
        ("gorvinax", "g\u043ervinax", "", 0, 12, 12),
        ("emma", "emma1", "", 0, 1, 3),
    ],
)
def test_handles(one: str, other: str, own: str, common: int, least: float, most: float) -> None:
    shown = case_of({})
    shown.handles["x:1"], shown.handles["x:2"] = [(one, (Where("E0001"),))], [(other, (Where("E0002"),))]
    for number in range(100, 100 + common):
        shown.stems[form(one)].add(f"x:{number}")
    shown.own.handles += [own] if own else []
    among = Bystanders(shown, Material(), Decisions())
    finding = handle_finding(shown, among, shown.suspects[0], shown.suspects[1])
    assert finding is not None and least <= finding.lr <= most, finding
    shown.handles["x:2"] = [("quillotter", (Where("E0002"),))]
    assert handle_finding(shown, among, shown.suspects[0], shown.suspects[1]) is None
