"""Findings of the group `presentation`: profile picture and handle. Impersonators copy both on purpose, so that what
equals the victim's own counts nothing, and what bystanders show, too, counts as little as it is rare."""

from __future__ import annotations

from collections.abc import Iterable

from abusekit.accounts.links.cohorts import LEAST_COHORT, Bystanders
from abusekit.accounts.links.portraits import Portrait
from abusekit.accounts.links.shown import Shown, form
from abusekit.accounts.links.weighing import PHOTO
from abusekit.accounts.listing import counted, short
from abusekit.accounts.model import Account, AccountKey, Finding
from abusekit.accounts.signals import handles, pictures
from abusekit.accounts.signals.handles import Similar
from abusekit.accounts.signals.pictures import Likeness

HANDLE_CAP = 100.0
PHOTO_CAP = 1_000.0
_OWN = "it is the victim's own, or like it: impersonators copy it on purpose"
_NOBODY = "no bystander accounts to compare with"
_SEEN = "a picture from elsewhere (a celebrity, a joke) is shared by people who have nothing to do with one another"


def handle_finding(shown: Shown, among: Bystanders, a: Account, b: Account) -> Finding | None:
    """The two handles, of all that they ever had, that are most alike; None: none are."""
    best: tuple[Similar, int, int] | None = None
    ours, theirs = shown.handles[a.key], shown.handles[b.key]
    for i, (one, _) in enumerate(ours):
        for j, (other, _) in enumerate(theirs):
            alike = handles.compare(one, other)
            if alike.kind != "none" and (
                best is None or (alike.lr, alike.score) > (best[0].lr, best[0].score)
            ):
                best = alike, i, j
    if best is None:
        return None
    alike, i, j = best
    (one, here), (other, there) = ours[i], theirs[j]
    excluded = among.not_among(a.key, b.key)
    n = among.count(excluded, a, b)
    shared_by = among.of(shown.stems.get(form(one), ()), excluded, a, b)
    n = max(n, shared_by) if n else 0
    lr, why = min(HANDLE_CAP, alike.lr), alike.why
    if any(
        handles.compare(handle, own).kind != "none" for own in shown.own.handles for handle in (one, other)
    ):
        lr, why = 1.0, f"counts nothing: {_OWN}"
    elif not n:
        lr, why = 1.0, f"counts nothing: {_NOBODY}"
    elif n / max(shared_by, 1) < lr:
        lr = max(1.0, n / max(shared_by, 1))
        why = f"never more than the {counted(n, 'bystander account')} that it could be compared with"
        if shared_by:
            why = f"{shared_by} of {n} bystander accounts have a handle with the same stem"
    if alike.kind == "same" and a.platform == b.platform and (a.weak or b.weak):
        why += "; perhaps one account, seen with and without its id, or a handle that changed hands"
    platform = "on one platform" if a.platform == b.platform else f"on {a.platform} and {b.platform}"
    text = {
        "same": f"They have, or had, the same handle {platform}.",
        "confusable": f"Their handles {platform} differ by look-alike signs only.",
        "numbered": f"Their handles {platform} differ by a number only.",
        "stem": f"Their handles {platform} have the same stem.",
    }.get(alike.kind, f"Their handles {platform} are alike.")
    value = f"{short(one, 60)} / {short(other, 60)}"
    return Finding(
        "presentation", "handle", text, here, there, lr, raw=alike.lr, cap=min(HANDLE_CAP, alike.cap), among=n,
        shared_by=shared_by, value=value, why=why,
    )  # fmt: skip


def picture_finding(shown: Shown, among: Bystanders, a: Account, b: Account) -> Finding | None:
    """The two profile pictures, of all that they ever had, that are most alike; None: none are."""
    best: tuple[float, int, Portrait, Portrait, Likeness | None] | None = None
    for one in shown.portraits[a.key]:
        for other in shown.portraits[b.key]:
            alike = _likeness(one, other)
            if alike is None and one.sha256 != other.sha256:
                continue
            lr, distance = (alike.lr, -alike.distance) if alike else (1.0, 0)
            if best is None or (lr, distance) > best[:2]:
                best = lr, distance, one, other, alike
    if best is None:
        return None
    _, _, one, other, likeness = best
    excluded = among.not_among(a.key, b.key)
    seen_by = [key for key in shown.portraits if key not in excluded and key in among.everyone]
    with_picture = sum(bool(shown.portraits[key]) for key in seen_by)
    shared_by = sum(_shows(shown, key, (one, other)) for key in seen_by)
    return _picture(shown, likeness, one, other, with_picture, shared_by)


def _picture(
    shown: Shown, alike: Likeness | None, one: Portrait, other: Portrait, n: int, shared_by: int
) -> Finding | None:
    identical = one.sha256 == other.sha256
    if alike is None:
        lr, cap, why, photo = 1.0, 1.0, "the picture itself could not be looked at", False
    else:
        photo = alike.identical and one.picture is not None and one.picture.kind == "photo"
        lr, cap, why = min(PHOTO_CAP, alike.lr), alike.cap, alike.why
        if lr == 1.0 and not identical and alike.cap > 1:
            return None  # too far apart to be worth a line
    if any(_alike(mine, each) for mine in shown.own.portraits for each in (one, other)):
        lr, why = 1.0, f"counts nothing: {_OWN}"
    elif not n and lr > 1:
        lr, why = 1.0, f"counts nothing: {_NOBODY} show a profile picture"
    elif shared_by:
        lr, why = (
            max(1.0, min(lr, n / shared_by)),
            f"{shared_by} of {n} bystander accounts show it, too: {_SEEN}",
        )
    elif n < lr:
        lr = float(n)
        why += f"; never more than the {counted(n, 'bystander account')} with a picture to compare it with"
    strong = photo and lr > 1 and not shared_by and n >= LEAST_COHORT
    if photo and lr > 1 and n < LEAST_COHORT:
        few = f"only {counted(n, 'bystander account')} with a picture could show whether it is a public one"
        why = f"{why}; {few}: {_SEEN}"
    text = (
        "The very same file is their profile picture." if identical else "Their profile pictures are alike."
    )
    return Finding(
        "presentation", PHOTO if strong else "avatar", text, one.where, other.where, lr,
        raw=alike.lr if alike else None, cap=cap, among=n, shared_by=shared_by, value=f"sha256 {one.sha256[:12]}",
        why=why,
    )  # fmt: skip


def _likeness(one: Portrait, other: Portrait) -> Likeness | None:
    return pictures.compare(one.picture, other.picture) if one.picture and other.picture else None


def _alike(one: Portrait, other: Portrait) -> bool:
    alike = _likeness(one, other)
    return one.sha256 == other.sha256 or (alike is not None and alike.lr > 1)


def _shows(shown: Shown, key: AccountKey, these: Iterable[Portrait]) -> bool:
    return any(_alike(held, each) for held in shown.portraits[key] for each in these)
