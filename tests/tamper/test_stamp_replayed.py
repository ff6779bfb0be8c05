"""Good tokens in places where they do not belong."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from forger import overwrite
from stamped_case import NEWEST, Stamped

from abusekit.integrity.findings import Status
from abusekit.integrity.timestamps.timestamp import make_request

TSQ, TSR = f"{NEWEST}/stamp.local-a.tsq", f"{NEWEST}/stamp.local-a.tsr"


def test_over_something_else(stamped: Stamped) -> None:
    other = stamped.issuers["local-a"].answer(make_request(hashlib.sha256(b"something else").digest()))
    stamped.replace_logged(TSR, other)
    stamped.finds(1, "stamp", Status.CHANGED, TSR, says="another digest")
    unknown = replace(stamped.built.trust, authorities=stamped.built.trust.authorities[1:])
    stamped.finds(1, "stamp", Status.CHANGED, TSR, says="another digest", trust=unknown)


def test_over_the_same_with_another_nonce(stamped: Stamped) -> None:
    digest = hashlib.sha256((stamped.root / f"{NEWEST}/stamp.sha256").read_bytes()).digest()
    stamped.replace_logged(TSR, stamped.issuers["local-a"].answer(make_request(digest)))
    stamped.finds(1, "stamp", Status.CHANGED, TSR, says="nonce")
    unknown = replace(stamped.built.trust, authorities=stamped.built.trust.authorities[1:])
    stamped.finds(1, "stamp", Status.CHANGED, TSR, says="nonce", trust=unknown)


def test_a_request_for_something_else(stamped: Stamped) -> None:
    stamped.replace_logged(TSQ, make_request(hashlib.sha256(b"something else").digest()))
    stamped.finds(1, "stamp", Status.CHANGED, TSQ, says="something else than the list")


def test_a_request_that_is_none(stamped: Stamped) -> None:
    for junk in (b"", b"0" * 100, b"\x30\x80" * 1000, b"\x30" * 5000):
        stamped.replace_logged(TSQ, junk)
        stamped.finds(1, "stamp", Status.CHANGED, TSQ)


def test_in_the_folder_of_another_seal(stamped: Stamped) -> None:
    """To make an older seal look stamped."""
    for name in ("stamp.sha256", "stamp.local-a.tsq", "stamp.local-a.tsr", "stamp.local-a.pem"):
        overwrite(stamped.root / "seals/000007" / name, (stamped.root / NEWEST / name).read_bytes())
    stamped.finds(1, "stamp", Status.CHANGED, "seals/000007/stamp.sha256")
    stamped.finds(1, "unlisted", Status.UNLISTED, "seals/000007/stamp.local-a.tsr")


def test_under_a_case_written_anew(stamped: Stamped) -> None:
    """Seals that fit the new log, signed by the true key, and the old tokens left in: they speak of the old seal."""
    from forger import entries, rebuild

    from abusekit.integrity.keys.sshsig import sign

    acts = entries(stamped.root)
    for act in acts:
        if act["do"] == "item.tag":
            act["tags"] = ["harmless"]
    key, signer = stamped.built.key, stamped.built.fingerprint
    rebuild(stamped.root, acts, sign=lambda text: sign(key, text), signer=signer)
    stamped.finds(1, "stamp", Status.CHANGED, f"{NEWEST}/stamp.sha256", says="with another digest")
