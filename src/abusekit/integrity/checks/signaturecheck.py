"""What a signature that fits its text is worth: whose key, whether it counted then, and what the log says of it.

A key counts where somebody outside of the case vouches for it. That the log names it as the follower of
another key changes nothing in that; that the log or its owner revoked it, takes from it what no trusted
time stamp shows to be older.
"""

from __future__ import annotations

from datetime import UTC, datetime

from abusekit.case.custody import instant_text
from abusekit.integrity.findings import Finding, Status
from abusekit.integrity.keys.publickey import PublicKey
from abusekit.integrity.keys.signers import match, why_not
from abusekit.integrity.keys.sshsig import NAMESPACE
from abusekit.integrity.log.logview import LogView
from abusekit.integrity.trust import Trust


def judge(key: PublicKey, path: str, at: datetime | None, view: LogView, trust: Trust) -> Finding:
    """The finding over one good signature; `at`: since when a trusted time stamp shows that it exists.

    OK: vouched for, and not revoked when it was made. UNCHECKED: all else. It does not show who signed.
    """
    signer = match(trust.signers, key, NAMESPACE, at)
    follows = _follows(key, view)
    if (revoked := _revoked(key, at, view, trust)) is not None:
        text = f"good signature of key {key.fingerprint}, but {revoked}"
        return Finding("signature", Status.UNCHECKED, text, path, cause="revoked")
    if signer is None and key.fingerprint not in trust.pinned:
        limit = why_not(trust.signers, key, NAMESPACE, at)
        what = f"; {limit}" if limit else ", for which nobody vouched: whose is it? (--signers FILE)"
        text = f"good signature of key {key.fingerprint}{what}{follows}"
        return Finding("signature", Status.UNCHECKED, text, path, cause="limited" if limit else "unvouched")
    name = ", ".join(signer.principals) if signer else "the pinned key"
    stamped = ""
    if at is not None and _limited(
        key, view, trust, limited=signer is not None and signer.valid_before is not None
    ):
        stamped = f"; not later than {_shown(at)} by a time stamp, when the key still counted"
    return Finding("signature", Status.OK, f"signed by {name} ({key.fingerprint}){follows}{stamped}", path)


def rotations(signed: dict[int, set[str]], view: LogView) -> list[Finding]:
    """A note on each change of keys that no seal over its line bears both signatures of.

    `signed`: N of each seal → fingerprints of its good signatures. Nothing of a partial copy: it holds one seal of
    all, and of the others nobody can tell there.
    """
    found: list[Finding] = []
    if view.unexplained > 0:
        return found
    doubly = {size: keys for size, keys in signed.items() if len(keys) > 1}
    for new, old in view.replaced.items():
        line = view.added[new]
        if not any(size > line and {old, new} <= keys for size, keys in doubly.items()):
            text = f"line {line + 1} says that key {new} replaces {old}; no seal since then is signed by both"
            found.append(Finding("signature", Status.NOTE, text, "custody/log.jsonl"))
    return found


def _revoked(key: PublicKey, at: datetime | None, view: LogView, trust: Trust) -> str | None:
    """Why a revocation takes this signature away; None where there is none, or it is shown to be older."""
    in_log, here = view.revoked.get(key.fingerprint), trust.revoked.get(key.fingerprint)
    if in_log is None and here is None:
        return None
    since = min(since for since in (in_log, here) if since is not None)
    if at is not None and instant_text(at) < since:
        return None
    who = "the log" if since == in_log else "the key store of this user"
    known = (
        "no trusted time stamp shows when it was made"
        if at is None
        else f"the first time stamp that shows it is of {_shown(at)}"
    )
    return f"{who} says that this key counts no more since {since[:19]}Z, and {known}"


def _limited(key: PublicKey, view: LogView, trust: Trust, *, limited: bool) -> bool:
    return limited or key.fingerprint in view.revoked or key.fingerprint in trust.revoked


def _follows(key: PublicKey, view: LogView) -> str:
    old = view.replaced.get(key.fingerprint)
    return "" if old is None else f"; line {view.added[key.fingerprint] + 1} says that it replaces {old}"


def _shown(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}Z"
