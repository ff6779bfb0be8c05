"""Posts that captures show: whose they are, and when they were posted, as the page says.

A page is its maker's claim: its times are told as such. A post counts once, however often it was captured.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import timedelta
from urllib.parse import urlsplit

from abusekit.accounts.ledger.observed import ShownPost, seen_at
from abusekit.accounts.ledger.page_subjects import Claimed
from abusekit.accounts.model import Seen, Tally, Where
from abusekit.capture.page_facts import PageFact
from abusekit.capture.stated_times import stated_moment
from abusekit.case.moment import Moment

_IDS = ("post.id", "post.code", "post.uri", "post.cid")
_SPLIT = re.compile(r"[:/#@=]")
_ROUNDED = timedelta(minutes=1)
"""One time is often stated twice, once without its seconds; what lies further apart is a contradiction."""


def post_of(
    captured: tuple[str, Seen], page: Claimed, facts: Sequence[PageFact], final: str, zone: str
) -> ShownPost | None:
    """The post that the page shows as its own; None: it is no page of one post. captured: the item, and when.

    A page that states two ids of its post is told apart by its address; one that states two times, or a day after the
    one on which it was captured, gives no time.
    """
    item, taken = captured
    if page.named is None or page.profile:
        return None
    stated = {name: [one for one in facts if one.name == name] for name in (*_IDS, "post.text")}
    ids: list[PageFact] = next((stated[name] for name in _IDS if stated[name]), [])
    if not ids and not stated["post.text"]:
        return None
    different = {_core(one.value) for one in ids}
    post = next(iter(different)) if len(different) == 1 else _address(final)
    times = [one for one in facts if one.name == "posted.machine"]
    moment = _agreed(found for one in times if (found := stated_moment(one.value)) is not None)
    at = seen_at(moment, zone, "message") if moment is not None else None
    if moment is None or at is None or at.earliest[:10] > taken.latest[:10]:
        return ShownPost(post, "", None, Where(item, 0, (ids or stated["post.text"])[0].where))
    read = moment.utc or moment.local
    day = read.date().isoformat() if read is not None else ""
    return ShownPost(post, day, at, Where(item, 0, times[0].where))


def _agreed(moments: Iterable[Moment]) -> Moment | None:
    """The most exact of them, of equals the last: the other one lacks its seconds. None: there is none, or they
    contradict one another."""
    found = sorted(moments, key=lambda one: (one.latest - one.earliest, -one.earliest.timestamp()))
    if not found:
        return None
    best = found[0]
    near = all(
        one.earliest - _ROUNDED <= best.earliest and best.latest <= one.latest + _ROUNDED for one in found
    )
    return best if near else None


def tally_of(posts: Iterable[ShownPost]) -> Tally:
    """Of the posts of one account, in the order of the log: each counts in the first item that shows it.

    Where that item states no time for it, the first that does dates it.
    """
    found: dict[str, ShownPost] = {}
    for one in posts:
        known = found.setdefault(one.post, one)
        if known.at is None and one.at is not None:
            found[one.post] = ShownPost(one.post, one.day, one.at, known.where)
    tally = Tally(len(found))
    for one in found.values():
        tally.by_item[one.where.item] = tally.by_item.get(one.where.item, 0) + 1
        if one.at is None:
            tally.undated += 1
            continue
        tally.days[one.day] = tally.days.get(one.day, 0) + 1
        if tally.first is None or one.at.earliest < tally.first.earliest:
            tally.first, tally.first_where = one.at, one.where
        if tally.last is None or one.at.latest > tally.last.latest:
            tally.last, tally.last_where = one.at, one.where
    tally.days = dict(sorted(tally.days.items()))
    return tally


def _core(value: str) -> str:
    """The number within `urn:post:5003`; an address that ends in it names the same post."""
    text = value.strip()
    return _SPLIT.split(text.rstrip("/"))[-1] or text


def _address(final: str) -> str:
    """Without the fragment, which no server sees."""
    try:
        parts = urlsplit(final)
    except ValueError:
        return final
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.netloc.lower()}{parts.path.rstrip('/')}{query}"
