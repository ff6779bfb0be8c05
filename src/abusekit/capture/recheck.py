"""What became of an address: the earlier capture against a new one, by a table of rules in a fixed order (R9).

Pure: facts in, a verdict out. A verdict is about what this client was shown, and says which sign it rests on. The
rules lean one way on purpose: a wall, a fault of the network or an unclear answer is never called a deletion, and
a handle that now belongs to another account is never called the same one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from abusekit.capture.seen import (
    Marker,
    Seen,
    Sign,
    fact,
    is_profile,
    moved,
    names_unseen_text,
    new_accounts,
    other_handle,
    overlap,
    same_engine,
    same_post_text,
    shown_texts,
)
from abusekit.capture.signs import GONE, signs
from abusekit.capture.text_diff import Difference, compare
from abusekit.capture.verdicts import HANDLE_REUSE, NOT_SHOWN, Confidence, Kind, Verdict

RULES_VERSION = "2026-11"
"""Stands in every re-check: the same facts can be judged otherwise by later rules."""
Rule = Callable[[Seen | None, Seen], Verdict | None]

_NETWORK = ("dns-failure", "connect-failure", "tls-failure", "timeout", "reset")
_HINDERED = (
    *("truncated", "too-large", "bad-response", "bad-encoding", "redirect-loop", "redirect-limit"),
    *("refused-scheme", "refused-address", "page-crashed", "not-text"),
)
_MOSTLY = 0.6
"""Share of lines kept from which a page without ids counts as the same one."""


def verdict(earlier: Seen | None, now: Seen) -> Verdict:
    """What became of the address. `earlier`: the newest capture in which it was there; None: there is none.

    The first rule that can judge does. Raises nothing; texts of any size are compared in bounded time.
    """
    for rule in RULES:
        found = rule(earlier, now)
        if found is not None:
            return found
    return _unclear(earlier, now)


def _network(_earlier: Seen | None, now: Seen) -> Verdict | None:
    if now.outcome not in _NETWORK:
        return None
    sign = Sign("network-failed", f"outcome-{now.outcome}", "high", "outcome")
    return Verdict("network-failed", "high", (sign,), ("the address was not reached; try again later",))


def _hindered(_earlier: Seen | None, now: Seen) -> Verdict | None:
    if now.outcome not in _HINDERED:
        return None
    sign = Sign("changed-unclear", f"outcome-{now.outcome}", "low", "outcome")
    return Verdict("changed-unclear", "low", (sign,), ("the answer did not come whole, or led elsewhere",))


def _reused(earlier: Seen | None, now: Seen) -> Verdict | None:
    """The same address with another stable account id: somebody else took the handle, or the page is another."""
    if earlier is None or now.outcome != "complete":
        return None
    before, after = fact(earlier, "author.id"), fact(now, "author.id")
    if not before or not after:
        return None
    apart = not set(before) & set(after)
    in_part = not set(before) <= set(after) and not set(after) <= set(before) and before[0] != after[0]
    if not apart and not in_part:
        return _one_more(earlier, now)
    sign = Sign("changed-unclear", "other-account-id", "high" if apart else "medium", "author.id")
    reason = "the stable account id is another one than before: do not take this for the same account"
    return Verdict(
        "changed-unclear",
        "high" if apart else "medium",
        (sign,),
        (reason,),
        alarm=HANDLE_REUSE,
        difference=_difference(earlier, now),
    )


def _one_more(earlier: Seen, now: Seen) -> Verdict | None:
    """The id of before, and one that was not there: whose page it is now cannot be told from that."""
    new = new_accounts(earlier, now)
    if not new:
        return None
    first = fact(now, "author.id")[0] in new
    # another engine reads more places of a page: an id more, behind the old one, is no alarm then
    alarm = HANDLE_REUSE if first or same_engine(earlier, now) else ""
    certain: Confidence = "medium" if first else "low"
    sign = Sign("changed-unclear", "one-more-account-id", certain, "author.id")
    reason = "beside the stable account id of before the page states another one: look whose page it is"
    difference = _difference(earlier, now)
    return Verdict("changed-unclear", certain, (sign,), (reason,), alarm=alarm, difference=difference)


def _content(earlier: Seen | None, now: Seen) -> Verdict | None:
    """The page's own ids or words are those of before."""
    if earlier is None or now.outcome != "complete":
        return None
    # what a page only names in its data may be older than what it shows
    same_post = overlap(earlier, now, "post.id") and not names_unseen_text(now)
    same_account = overlap(earlier, now, "author.id")
    words = same_post_text(earlier, now)
    if _other_post(earlier, now):
        return None
    if not (same_post or words or (same_account and (is_profile(earlier) or words is False))):
        return None
    new_handle = same_account and other_handle(earlier, now)
    difference = _difference(earlier, now)
    gone = [sign for sign in signs(earlier, now) if sign.kind in GONE and sign.confidence != "low"]
    if gone and words is not True:
        return None  # the shell of a post that says itself that the post is gone
    if words is False:
        reasons: tuple[str, ...] = ("the text of the post is another one than before",)
        reasons += ("the handle is another one, too; the account id is the same",) if new_handle else ()
        certain: Confidence = "high" if same_post and same_engine(earlier, now) else "medium"
        return Verdict("edited", certain, (_id_sign(same_post),), reasons, difference=difference)
    if new_handle:
        sign = Sign("renamed", "same-account-id", "high", "author.id")
        reason = "the stable account id is the same, the handle is another one"
        return Verdict("renamed", "high", (sign,), (reason,), difference=difference)
    if words is True:
        sign = Sign("present", "same-post-text", "high", "post.text")
        return Verdict(
            "present", "high", (sign,), ("the text of the post is the same",), difference=difference
        )
    return _by_lines(earlier, now, difference, (_id_sign(same_post),), known=True)


def _readable(earlier: Seen | None, now: Seen) -> Verdict | None:
    """A page without ids: its readable text against that of before, unless a sign speaks against it."""
    if earlier is None or now.outcome != "complete":
        return None
    difference = _difference(earlier, now)
    if difference is None or difference.share_kept < _MOSTLY or (moved(earlier, now) and is_profile(earlier)):
        return None
    if _other_post(earlier, now) or _no_more_shown(earlier, now):
        return None  # in the same surroundings
    other = not difference.same or same_post_text(earlier, now) is False
    if other and any(sign.confidence != "low" for sign in signs(earlier, now)):
        return None
    return _by_lines(earlier, now, difference, (), known=False)


def _by_lines(
    earlier: Seen, now: Seen, difference: Difference | None, rests_on: tuple[Marker, ...], *, known: bool
) -> Verdict:
    """`known`: the page's ids are those of before, so that only its text is in question."""
    if difference is None:
        reason = "there is no text to compare; what answers is the same by its ids"
        return Verdict("present", "medium", rests_on, (reason,))
    reasons: tuple[str, ...] = ()
    if moved(earlier, now):
        reasons += ("the address leads to another one than before",)
    if difference.same:
        reasons += ("the readable text is the same, but for counts and ages",)
        sure: Confidence = "high" if known or not reasons[:-1] else "medium"
        return Verdict("present", sure, rests_on, reasons, difference=difference)
    if is_profile(earlier):
        reasons += ("the text differs, as a page that lists posts does by itself",)
        return Verdict("present", "medium", rests_on, reasons, difference=difference)
    if not same_engine(earlier, now):
        reasons += (
            "the text differs, but it was recorded by another engine than before: that alone can do it",
        )
        return Verdict("changed-unclear", "low", rests_on, reasons, difference=difference)
    if difference.share_kept < _MOSTLY:
        reasons += ("most of the readable text is another one than before",)
        return Verdict("changed-unclear", "low", rests_on, reasons, difference=difference)
    reasons += ("the readable text differs in part; which part is the post's own is not known",)
    return Verdict("edited", "medium", rests_on, reasons, difference=difference)


def _spoken(earlier: Seen | None, now: Seen) -> Verdict | None:
    """The most certain sign of a wall, or of something gone."""
    found = signs(earlier, now)
    if not found or found[0].confidence == "low":
        return None
    best = found[0]
    with_it = tuple(sign for sign in found if sign.kind == best.kind)
    certain: Confidence = "high" if best.confidence == "high" else "medium"
    if best.kind == "consent-wall":
        return Verdict(
            "changed-unclear", "medium", with_it, ("a question of consent stands before the page",)
        )
    if best.kind not in GONE:
        return Verdict(_kind(best.kind), certain, with_it, ("a page came that is not the one asked for",))
    if earlier is None:
        reason = "the site says that it is not there, and the case holds no capture in which it was"
        return Verdict("changed-unclear", "medium", with_it, (reason,))
    if len({sign.where.startswith("status") for sign in with_it}) == 2:
        certain = "high"  # the status says so, and the words of the page
    return Verdict(_kind(best.kind), certain, with_it, ("the site says that it is not there any more",))


def _redirected(earlier: Seen | None, now: Seen) -> Verdict | None:
    if earlier is None or now.outcome != "complete" or not moved(earlier, now):
        return None
    sign = Sign("renamed", "redirect", "medium", "address")
    reason = (
        "the address leads to another one than before; no stable id on both pages says that it is the same"
    )
    found = (sign, *signs(earlier, now))
    return Verdict("changed-unclear", "medium", found, (reason,), difference=_difference(earlier, now))


def _first_time(earlier: Seen | None, now: Seen) -> Verdict | None:
    """There is nothing to compare: no earlier capture in which it was there, or no text."""
    if now.outcome != "complete" or (earlier is not None and earlier.text and now.text):
        return None
    if earlier is None:
        reason = (
            "it answers; the case holds no earlier capture in which it was there, so nothing was compared"
        )
    elif earlier.text or now.text:
        return None
    else:
        reason = "it answers at the same address; the content is no text, and was not compared"
    return Verdict("present", "low", (), (reason,))


def _unclear(earlier: Seen | None, now: Seen) -> Verdict:
    status = now.status or 0
    if status >= 500:
        reason = "the server had trouble of its own; that says nothing about the thing"
    elif status == 403:
        reason = "the server refuses to show it, and does not say why"
    elif earlier is not None and now.outcome == "complete" and _no_more_shown(earlier, now):
        reason = "the page states the text of the post in its data, and does not show it any more"
    elif now.outcome == "complete":
        reason = "another page came than before, and nothing says why"
    else:
        reason = "the answer is none of those that can be told apart"
    found: tuple[Marker, ...] = tuple(signs(earlier, now))
    if now.outcome != "complete":
        found += (Sign("changed-unclear", f"status-{status}", "low", "status"),)
    difference = _difference(earlier, now) if earlier is not None else None
    return Verdict("changed-unclear", "low", found, (reason,), difference=difference)


RULES: tuple[Rule, ...] = (
    _network,
    _hindered,
    _reused,
    _content,
    _readable,
    _spoken,
    _redirected,
    _first_time,
)
"""Asked in this order. What can go wrong at the network comes first; an alarm before everything that could hide it;
the content before the walls, since a page that shows the post is none; a redirect after what explains it."""


def _kind(kind: str) -> Kind:
    return next(known for known in NOT_SHOWN if known == kind)


def _no_more_shown(earlier: Seen, now: Seen) -> bool:
    return bool(shown_texts(earlier)) and names_unseen_text(now)


def _other_post(earlier: Seen, now: Seen) -> bool:
    before, after = fact(earlier, "post.id"), fact(now, "post.id")
    return bool(before) and bool(after) and not set(before) & set(after)


def _id_sign(same_post: bool) -> Sign:
    if same_post:
        return Sign("present", "same-post-id", "high", "post.id")
    return Sign("present", "same-account-id", "high", "author.id")


def _difference(earlier: Seen, now: Seen) -> Difference | None:
    """Of the readable texts, each handle of an account that has the same id taken for the other."""
    if not earlier.text or not now.text:
        return None
    pairs: Iterable[tuple[str, str]] = ()
    if overlap(earlier, now, "author.id") and other_handle(earlier, now):
        one, other = fact(earlier, "author.handle")[0].lstrip("@"), fact(now, "author.handle")[0].lstrip("@")
        pairs = ((one, other),)
    return compare(earlier.text, now.text, replaced=pairs)
