"""What a verification found, as needs: each kind of doubt with the step that would settle it."""

from __future__ import annotations

from collections.abc import Iterator

from abusekit.integrity.findings import WRONG, Finding, Status
from abusekit.integrity.verify import Verdict
from abusekit.readiness.need import Need

SEE_COPY = (
    "compare with a copy that is kept elsewhere, and go on with the one that is good",
    "abusekit verify COPY",
)
"""What mends something wrong: nothing in the case itself can."""
_BY_CAUSE: dict[str, tuple[str, str]] = {
    "unvouched": (
        "get the line of that key from its holder, by another way than the case (there: abusekit key export NAME)",
        "abusekit verify --signers FILE",
    ),
    "limited": (
        "seal it once more with a key that counts: a newer good seal covers the same lines",
        "abusekit seal --again --key NAME",
    ),
    "revoked": (
        "seal it once more with another key: a newer good seal covers the same lines",
        "abusekit seal --again --key NAME",
    ),
    "no-root": (
        "get the root of that authority from the authority itself, and compare its fingerprint",
        "abusekit verify --roots NAME=FILE",
    ),
}
_BY_CHECK: dict[str, tuple[str, str]] = {
    "log": ("see that the clock of this computer is right", "abusekit doctor"),
    "seal": ("seal the case", "abusekit seal"),
    "signature": ("sign the newest seal", "abusekit sign"),
    "stamp": ("ask another authority over a new seal", "abusekit seal --again --tsa NAME"),
    "custody": ("get the line of the other person's key from its holder", "abusekit verify --signers FILE"),
    "unlisted": ("mend what an interrupted change left behind", "abusekit recover"),
    "settings": ("mend what an interrupted change left behind", "abusekit recover"),
    "against": SEE_COPY,
    "kit": ("let kit/ be written anew", "abusekit seal"),
}
_READABLE = ("make it readable here, and verify again", "abusekit verify")
_ERASED = ("nothing brings it back: hand over the order under which it was erased, too", "")


def verdict_needs(verdict: Verdict) -> Iterator[Need]:
    """A need for everything that is wrong or could not be checked; not for acts that no seal covers."""
    for one in verdict.findings:
        since = f"; logged in {one.since}" if one.since else ""
        what = f"{one.check}: {one.path}: {one.message}{since}" if one.path else f"{one.check}: {one.message}"
        if one.status in WRONG:
            yield Need("wrong", what, one.item, one.exhibit, *SEE_COPY, blocking=True)
        elif one.status is Status.UNCHECKED and not _told_with_seals(one):
            yield Need("unchecked", what, one.item, one.exhibit, *_step(one))
    if verdict.torn:
        yield Need("wrong", verdict.torn, raise_by="mend the log", typed="abusekit recover", blocking=True)


def _step(one: Finding) -> tuple[str, str]:
    """What would settle a doubt, and the command."""
    if one.check == "log" and "ERASED" in one.message:
        return _ERASED
    return _BY_CAUSE.get(one.cause) or _BY_CHECK.get(one.check, _READABLE)


def _told_with_seals(one: Finding) -> bool:
    """Acts that no seal covers: told as `unsealed`."""
    return one.check == "seal" and ("behind the newest seal" in one.message or "not sealed" in one.message)
