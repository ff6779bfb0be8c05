"""Tokens of somebody who is not the authority that the file names."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from stamped_case import NEWEST, Stamped

from abusekit.demo.timestamp_issuer import Fault, TimestampIssuer
from abusekit.integrity.findings import Status
from abusekit.integrity.trust import Trust
from abusekit.integrity.verify import Question, verify_case

TSR = f"{NEWEST}/stamp.local-a.tsr"


def _query(stamped: Stamped) -> bytes:
    return (stamped.root / f"{NEWEST}/stamp.local-a.tsq").read_bytes()


def test_of_an_authority_of_ones_own(stamped: Stamped) -> None:
    """Back-dated at will, and of the same names."""
    own = TimestampIssuer("local-a", clock=stamped.clock, shift=-timedelta(hours=12))
    stamped.replace_logged(TSR, own.answer(_query(stamped)))
    stamped.finds(1, "stamp", Status.CHANGED, TSR)


def _not_pinned(stamped: Stamped) -> Trust:
    """As where the authorities come from the package or the user's own folder; `--ca` of the kit always pins."""
    own = [replace(one, pinned=False) for one in stamped.built.trust.authorities]
    return replace(stamped.built.trust, authorities=own)


def test_of_another_with_the_same_name(stamped: Stamped) -> None:
    """As with keys: of one that nobody vouched for, which is no sign of a change."""
    trust = _not_pinned(stamped)
    own = TimestampIssuer("local-a", clock=stamped.clock)
    stamped.replace_logged(TSR, own.answer(_query(stamped)))
    verdict = verify_case(stamped.root, Question(trust=trust))
    [told] = [f for f in verdict.findings if f.path == TSR]
    assert (verdict.exit_code, told.status) == (
        7,
        Status.UNCHECKED,
    ) and "is of another local-a" in told.message
    assert verdict.counts["stamp", Status.OK] == 1, "local-b's still counts"


@pytest.mark.parametrize(
    "fault", [Fault.WRONG_NONCE, Fault.WRONG_DIGEST, Fault.BAD_SIGNATURE, Fault.EXPIRED_LEAF]
)
def test_what_is_wrong_stays_wrong(stamped: Stamped, fault: Fault) -> None:
    """Of the trusted authority, or of another one with its name."""
    trust = _not_pinned(stamped)
    for issuer in (stamped.issuers["local-a"], TimestampIssuer("local-a", clock=stamped.clock)):
        issuer.fault = fault
        stamped.replace_logged(TSR, issuer.answer(_query(stamped)))
        verdict = verify_case(stamped.root, Question(trust=trust))
        [told] = [f for f in verdict.findings if f.path == TSR]
        of_another = fault is Fault.EXPIRED_LEAF and issuer is not stamped.issuers["local-a"]
        assert told.status is (Status.UNCHECKED if of_another else Status.CHANGED), told


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
