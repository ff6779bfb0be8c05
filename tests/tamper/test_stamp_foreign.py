"""Tokens of somebody who is not the authority that the file names."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from stamped_case import NEWEST, Stamped

from abusekit.demo.timestamp_issuer import Fault, TimestampIssuer
from abusekit.integrity.findings import Status

TSR = f"{NEWEST}/stamp.local-a.tsr"


def _query(stamped: Stamped) -> bytes:
    return (stamped.root / f"{NEWEST}/stamp.local-a.tsq").read_bytes()


def test_of_an_authority_of_ones_own(stamped: Stamped) -> None:
    """Back-dated at will, and of the same names."""
    own = TimestampIssuer("local-a", clock=stamped.clock, shift=-timedelta(hours=12))
    stamped.replace_logged(TSR, own.answer(_query(stamped)))
    stamped.finds(1, "stamp", Status.CHANGED, TSR)


def test_with_its_root_in_the_token_and_in_the_case(stamped: Stamped) -> None:
    """Trust never comes out of the case."""
    stamped.issuers["local-a"].fault = Fault.FOREIGN_ROOT
    stamped.replace_logged(TSR, stamped.issuers["local-a"].answer(_query(stamped)))
    own = TimestampIssuer("local-a", clock=stamped.clock)
    stamped.replace_logged(f"{NEWEST}/stamp.local-a.pem", own.chain_pem + own.root_pem)
    stamped.finds(1, "stamp", Status.CHANGED, TSR)
    stamped.replace_logged(TSR, own.answer(_query(stamped)))
    stamped.finds(1, "stamp", Status.CHANGED, TSR)


def test_of_another_trusted_authority(stamped: Stamped) -> None:
    """A token says which authority it is by its file: one of two must not count for both."""
    stamped.replace_logged(TSR, stamped.issuers["local-b"].answer(_query(stamped)))
    stamped.finds(1, "stamp", Status.CHANGED, TSR)


def test_of_an_authority_that_nobody_here_knows(stamped: Stamped) -> None:
    """Neither right nor wrong; a verifier has to get its root from elsewhere."""
    fewer = [one for one in stamped.built.trust.authorities if one.name != "local-a"]
    trust = replace(stamped.built.trust, authorities=fewer)
    stamped.finds(7, "stamp", Status.UNCHECKED, TSR, says="no root of local-a is trusted here", trust=trust)
    nobody = replace(trust, authorities=())
    assert stamped.verdict(trust=nobody).exit_code == 7


def test_an_expired_certificate(stamped: Stamped) -> None:
    stamped.issuers["local-a"].fault = Fault.EXPIRED_LEAF
    stamped.replace_logged(TSR, stamped.issuers["local-a"].answer(_query(stamped)))
    stamped.finds(1, "stamp", Status.CHANGED, TSR)
