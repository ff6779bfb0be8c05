"""Profile pictures compared: by what they look like from several sides, and how often strangers' pictures look alike.

Each picture is hashed (`phash`) as it is, turned left to right, cut, rounded, without its border and a little turned;
the distance of two is the least one between either as it is and the views of the other. So a picture is found again
that was cropped, mirrored, framed, photographed from a screen, or shown in a circle.

What it does not show: whose face it is (nothing here looks for faces), nor who used a picture first. Whoever
impersonates somebody takes their picture on purpose. A picture that many have, from a film, a club or a stock of
pictures, is not known as such here: how many accounts of the case show it, the caller has to count.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256

from abusekit.accounts.signals.phash import frequencies, hash_of, mirrored
from abusekit.accounts.signals.picture_kinds import Kind, kind_of
from abusekit.accounts.signals.picture_pixels import (
    LEAST_SIDE,
    central,
    corners,
    in_circle,
    look,
    pixels,
    square,
    turned,
    without_border,
)

PHOTO_NEAR = 84
"""Bits of 256 within which two photos look alike; of pairs of unrelated photos 4 in 100,000 do (BANDS)."""
GRAPHIC_NEAR = 20
"""The same of graphics, and of a graphic and a photo, which are compared as they are and mirrored only: of pairs of
different emoji 2.7 in 10,000 come as near (emoji-datasource-twitter 16.0.0, 1,815,465 pairs, November 2026)."""
BANDS: tuple[tuple[int, float, float], ...] = ((60, 0.9, 6e-6), (72, 0.03, 1e-5), (84, 0.028, 5e-5))
"""Distance of photos up to which → share of edited copies, and of pairs of unrelated photos, that fall in the band.
Measured November 2026 on the 1,000 photos of EliSchwartz/imagenet-sample-images (commit bc69043e): 499,500 pairs, and
19 kinds of edits of 300 of them. Seen were 0, 1 and 16 pairs; what stands here is the upper end of a 95 % interval."""
PORTRAITS = 10.0
"""By which the measured ratio is divided: portraits are nearer to one another than photos of things, and strangers
choose from the same few places. A judgement, not a measurement."""
PHOTO_CAP, GRAPHIC_CAP = 1_000.0, 10.0
"""Judgements of attribution.md section 5: a thousand photos say little of what strangers choose as their portrait."""
_CUTS = (0.06, 0.12, 0.20, 0.30)
_CORNER = 0.10
"""Shares of a side's length that are cut, evenly and from a corner."""
_TURN = 5.0
"""Degrees."""


@dataclass(frozen=True, slots=True)
class Picture:
    """What is compared of one picture."""

    sha256: str
    # of its bytes
    kind: Kind
    views: tuple[int, ...]
    # hashes of 256 bits: as it is, mirrored, then the others; empty: too small to be compared


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two pictures are, and what that is worth."""

    distance: int
    # bits of 256; 256 where they were not compared
    lr: float
    # likelihood ratio after the cap; 1: says nothing
    cap: float
    why: str
    # in words for people: why the number is what it is
    identical: bool
    # the same bytes, of a picture that is no default


def picture(data: bytes) -> Picture:
    """The picture in `data`. Raises InputError where it is none that can be read (`picture_pixels.pixels`)."""
    image = pixels(data)
    digest = sha256(data).hexdigest()
    if min(image.size) < LEAST_SIDE:
        return Picture(digest, "default", ())
    grey = image.convert("L")
    numbers = frequencies(square(grey))
    views = [hash_of(numbers), hash_of(mirrored(numbers))]
    cut = [square(grey, central(grey, share)) for share in _CUTS]
    rounded = [square(in_circle(grey, outside)) for outside in (0, 255)]
    leaning = [square(turned(grey, degrees)) for degrees in (_TURN, -_TURN)]
    inside = without_border(image)
    framed = [square(grey, inside)] if inside else []
    views += [hash_of(frequencies(one)) for one in (*cut, *rounded, *leaning, *framed)]
    for box in corners(grey, _CORNER):
        numbers = frequencies(square(grey, box))
        views += [hash_of(numbers), hash_of(mirrored(numbers))]
    return Picture(digest, kind_of(look(image)), tuple(views))


def distance(one: Picture, other: Picture) -> int:
    """Bits of 256 by which they differ at least, from the sides that their kinds allow; 256: not to be compared.

    Two photos: either as it is against every view of the other. Else: as they are, and one of them mirrored.
    """
    if not one.views or not other.views:
        return 256
    here, there = one.views[0], other.views[0]
    either = one.kind == other.kind == "photo"
    theirs, ours = (other.views, one.views) if either else (other.views[:2], one.views[1:2])
    return min(
        [*[(here ^ view).bit_count() for view in theirs], *[(there ^ view).bit_count() for view in ours]]
    )


def compare(one: Picture, other: Picture) -> Likeness:
    """How alike two pictures are. Symmetric. `lr` is never below 1: people change their pictures."""
    same_bytes = one.sha256 == other.sha256
    apart = 0 if same_bytes and one.views else distance(one, other)
    if not one.views or not other.views:
        return Likeness(apart, 1.0, 1.0, "too small to be compared", identical=False)
    if "default" in (one.kind, other.kind):
        why = (
            "a simple drawing or plain picture: the program cannot tell it from one that platforms give to whoever "
            "chose none, which many accounts show; look at it"
        )
        return Likeness(apart, 1.0, 1.0, why, identical=False)
    if one.kind == other.kind == "photo":
        return _of_photos(apart, same_bytes)
    if apart > GRAPHIC_NEAR:
        return Likeness(apart, 1.0, GRAPHIC_CAP, f"not alike: {apart} of 256 bits differ", identical=False)
    how = "the same bytes" if same_bytes else f"alike: {apart} of 256 bits differ"
    why = f"{how}, but a drawing, a sign or a plain picture: different people choose the same one"
    return Likeness(apart, GRAPHIC_CAP, GRAPHIC_CAP, why, identical=same_bytes)


def _of_photos(apart: int, same_bytes: bool) -> Likeness:
    if same_bytes:
        why = "the same bytes of a photo; where both could have it from, the bytes do not say"
        return Likeness(0, PHOTO_CAP, PHOTO_CAP, why, identical=True)
    for limit, same, others in BANDS:
        if apart <= limit:
            ratio = min(PHOTO_CAP, max(1.0, same / others / PORTRAITS))
            why = (
                f"alike photos: {apart} of 256 bits differ; of pairs of unrelated photos at most"
                f" {others * 1e6:g} in a million fall so near, and the ratio was divided by {PORTRAITS:g}"
            )
            return Likeness(apart, ratio, PHOTO_CAP, why, identical=False)
    return Likeness(apart, 1.0, PHOTO_CAP, f"not alike: {apart} of 256 bits differ", identical=False)


def near(pictures: Sequence[Picture]) -> Iterator[tuple[int, int, Likeness]]:
    """All pairs (i < j) that are alike, with what that is worth; those whose likeness says nothing are left out.

    Every pair of photos is looked at: at a third of differing bits no table of parts of the hashes finds more than it
    misses. About 3 microseconds a pair on one core, so 7 s for 2,000 photos and 170 s for 10,000, which take longer
    than that to be decoded. Default pictures cost nothing.
    """
    photos: list[tuple[int, int, tuple[int, ...]]] = []
    others: list[int] = []
    for later, one in enumerate(pictures):
        if one.kind == "default" or not one.views:
            continue
        near_ones: list[int] = []
        here, views = one.views[0], one.views
        if one.kind == "photo":
            for earlier, there, theirs in photos:
                if (
                    min([(here ^ view).bit_count() for view in theirs]) <= PHOTO_NEAR
                    or min([(there ^ view).bit_count() for view in views]) <= PHOTO_NEAR
                ):
                    near_ones.append(earlier)
            near_ones += [at for at in others if distance(pictures[at], one) <= GRAPHIC_NEAR]
            photos.append((later, here, views))
        else:
            seen = [*others, *(at for at, _, _ in photos)]
            near_ones = [at for at in seen if distance(pictures[at], one) <= GRAPHIC_NEAR]
            others.append(later)
        for earlier in sorted(near_ones):
            yield earlier, later, compare(pictures[earlier], one)
