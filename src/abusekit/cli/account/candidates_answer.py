"""What `account candidates` answers for scripts, pair by pair."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from abusekit.accounts.links.standing import Standing
    from abusekit.accounts.model import Candidate, Finding, Ledger
    from abusekit.cli.answers_account_candidates import CandidateAnswer, ComparedAccount, FindingAnswer


def candidate_answer(
    one: Candidate, ledger: Ledger, standing: Standing, *, reveal: bool, carried: Mapping[str, float]
) -> CandidateAnswer:
    from abusekit.accounts.links.wording import proposition
    from abusekit.cli.answers_account_candidates import CandidateAnswer, LinkState

    state, decision = None, standing.of(one)
    if decision is not None:
        state = LinkState(
            decision.decided,
            decision.who,
            decision.at,
            standing.is_stale(one),
            decision.findings,
            standing.why(one),
        )
    return CandidateAnswer(
        a=_account(ledger, one.a),
        b=_account(ledger, one.b),
        state=state,
        total=one.total,
        strength=one.strength,
        proposition=proposition(one),
        groups={str(group): value for group, value in one.groups.items()},
        findings=[_finding(finding, ledger, reveal=reveal) for finding in one.findings],
        cohort=one.cohort,
        cohort_of=one.cohort_of,
        expected=one.expected,
        pairs=one.pairs,
        not_compared=list(one.not_compared),
        carried=dict(carried),
        findings_digest=one.digest,
    )


def _account(ledger: Ledger, key: str) -> ComparedAccount:
    from abusekit.cli.answers_account_candidates import ComparedAccount

    account = ledger.accounts[key]
    return ComparedAccount(key, account.handle[:500], account.basis)


def _finding(finding: Finding, ledger: Ledger, *, reveal: bool) -> FindingAnswer:
    from abusekit.accounts.links.weighing import items_of
    from abusekit.accounts.links.wording import HIDDEN_SIGNALS
    from abusekit.cli.answers_account_candidates import FindingAnswer

    return FindingAnswer(
        group=finding.group,
        signal=finding.signal,
        text=finding.text,
        against=finding.against,
        lr=finding.lr,
        raw=finding.raw,
        cap=finding.cap,
        among=finding.among,
        shared_by=finding.shared_by,
        value="" if finding.signal in HIDDEN_SIGNALS and not reveal else finding.value,
        why=finding.why,
        here=[ledger.cite(where) for where in finding.here],
        there=[ledger.cite(where) for where in finding.there],
        items=items_of([finding]),
    )
