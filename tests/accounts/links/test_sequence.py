"""First contact after a block: the ratio is the formula of the design, bounded, and needs a rate."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import exp

import pytest

from abusekit.accounts.links.material import Material
from abusekit.accounts.links.sequence import Contact, Sequence
from abusekit.accounts.links.shown import Shown
from abusekit.accounts.model import Account, AccountAct, Seen, Tally, Where

BLOCKED = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
PLACE = Where("E0001", 7)


def account(number: int) -> Account:
    return Account(f"x:{number}", "x", str(number), "platform_id", number)


def at(moment: datetime) -> Seen:
    text = f"{moment:%Y-%m-%dT%H:%M:%SZ}"
    return Seen(text, text, text, "event")


def sequence(
    after: timedelta, others: int, *, unsure: timedelta = timedelta(0)
) -> tuple[Sequence, Account, Account]:
    """An account that was blocked, one that writes `after` that, and others who begin every second day."""
    old, new = account(1), account(2)
    old.acts.append(AccountAct("block", "x:9", old.key, at(BLOCKED), Where("", at="log line 3")))
    shown = Shown(suspects=[old, new])
    found = Sequence(shown, Material())
    found.contacts[new.key] = Contact(BLOCKED + after, BLOCKED + after + unsure, PLACE)
    begin = BLOCKED - timedelta(days=60)
    for n in range(others):
        found.contacts[f"x:{100 + n}"] = Contact(
            begin + timedelta(days=2 * n), begin + timedelta(days=2 * n), PLACE
        )
    return found, old, new


def test_the_ratio_is_that_of_the_design() -> None:
    found, old, new = sequence(timedelta(hours=12), 11)
    finding = found.finding(old, new)
    assert finding is not None and finding.group == "sequence"
    rate = 11 / 20  # eleven first contacts in twenty days
    assert finding.lr == pytest.approx(1 / (1 - exp(-rate * 0.5)))
    assert finding.among == 11 and finding.here == (Where("", at="log line 3"),) and finding.there == (PLACE,)
    assert found.finding(new, old) == finding, "either way round"


def test_an_uncertain_time_makes_it_smaller_and_a_short_one_is_capped() -> None:
    sure, old, new = sequence(timedelta(hours=12), 11)
    unsure, _, _ = sequence(timedelta(hours=12), 11, unsure=timedelta(hours=26))
    one, other = sure.finding(old, new), unsure.finding(old, new)
    assert one is not None and other is not None and 1 < other.lr < one.lr
    capped, _, _ = sequence(timedelta(seconds=5), 11)
    finding = capped.finding(old, new)
    assert finding is not None and finding.lr == finding.cap == 10 and (finding.raw or 0) > 100


def test_without_a_rate_it_is_only_described() -> None:
    for others in (0, 1, 4):
        found, old, new = sequence(timedelta(hours=1), others)
        finding = found.finding(old, new)
        assert finding is not None and finding.lr == 1 and finding.raw is None
        assert f"only {others} other first contact" in finding.why and "only described" in finding.why
    found, old, new = sequence(timedelta(hours=1), 5)
    finding = found.finding(old, new)
    assert finding is not None and finding.lr > 1


def test_what_comes_before_or_long_after_or_was_there_already_is_no_succession() -> None:
    for after in (timedelta(minutes=-1), timedelta(days=31)):
        found, old, new = sequence(after, 11)
        assert found.finding(old, new) is None and found.successions() == []
    found, old, new = sequence(timedelta(hours=1), 11)
    assert found.successions() == [(old.key, new.key)]
    new.tally = Tally(3, first=at(BLOCKED - timedelta(days=5)))
    assert found.finding(old, new) is None


def test_a_status_without_a_known_beginning_tells_no_span() -> None:
    _, old, new = sequence(timedelta(hours=1), 11)
    old.acts[0] = AccountAct("block", "x:9", old.key, Seen("", "2026-03-10T12:00:00Z", "?", "none"), PLACE)
    again = Sequence(Shown(suspects=[old, new]), Material())
    assert again.ended == {}
