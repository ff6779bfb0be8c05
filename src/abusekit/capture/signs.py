"""The signs in an answer that speak for a wall, or for something gone; the most certain first."""

from __future__ import annotations

from abusekit.capture.seen import Marker, Seen, Sign, is_profile

GONE = ("deleted", "account-gone", "suspended")
"""The site says that it is not there any more."""

_WALL_OUTCOMES = ("login-wall", "consent-wall", "challenge", "geo-block", "rate-limited")
_STATUS_SIGNS: dict[int, tuple[str, str]] = {
    401: ("login-wall", "medium"),
    404: ("deleted", "medium"),
    410: ("deleted", "high"),
    429: ("rate-limited", "high"),
    451: ("geo-block", "high"),
}
"""RFC 9110 sections 15.5.2, 15.5.5, 15.5.11, RFC 6585 section 4, RFC 7725."""
_RANK = ("high", "medium", "low")
_AT_A_TIE = (
    *("rate-limited", "challenge", "login-wall", "geo-block", "consent-wall"),
    *("suspended", "account-gone", "deleted"),
)
"""Of signs that are equally certain the wall counts: it hides what the others would speak of."""


def signs(earlier: Seen | None, now: Seen) -> list[Marker]:
    """All signs, the most certain first. One that stood in the page when it was live says nothing: whoever wrote
    the page may have written it."""
    known = {one.marker for one in earlier.markers} if earlier is not None else set()
    profile = is_profile(earlier or now)
    found: list[Marker] = []
    if now.outcome in _WALL_OUTCOMES and not any(one.kind == now.outcome for one in now.markers):
        found.append(Sign(now.outcome, f"outcome-{now.outcome}", "high", "outcome"))
    if now.outcome != "complete" and now.status is not None and now.status in _STATUS_SIGNS:
        kind, certain = _STATUS_SIGNS[now.status]
        found.append(Sign(_for_page(kind, profile), f"status-{now.status}", certain, "status"))
    for one in now.markers:
        if one.marker not in known and one.kind in _AT_A_TIE and one.confidence in _RANK:
            as_meant = _for_page(one.kind, profile)
            found.append(one if as_meant == one.kind else _AsMeant(as_meant, one))
    return sorted(found, key=lambda one: (_RANK.index(one.confidence), _AT_A_TIE.index(one.kind)))


class _AsMeant:
    """A marker whose kind is the page's: what is deleted at the address of a profile is the account."""

    __slots__ = ("confidence", "kind", "marker", "where")

    def __init__(self, kind: str, one: Marker) -> None:
        self.kind, self.marker, self.confidence, self.where = kind, one.marker, one.confidence, one.where


def _for_page(kind: str, profile: bool) -> str:
    return "account-gone" if profile and kind == "deleted" else kind
