"""The Date of answers as a witness of our clock: intervals, caches, hosts that differ."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from abusekit.capture.host_clocks import HostClockTable, clock_facts, spans_of
from abusekit.webarchive.exchange import Exchange, Spool

NOW = datetime(2026, 11, 24, 12, 0, 0, 700_000, tzinfo=UTC)


def answer(
    host: str = "one.example",
    *,
    ahead_s: float = 0,
    at: datetime = NOW,
    took_ms: int = 20,
    status: int = 200,
    headers: tuple[tuple[str, str], ...] = (),
    date: str | None = None,
    request: bytes = b"GET / HTTP/1.1\r\n\r\n",
) -> Exchange:
    """An answer of a host whose clock is so much before ours, dated half way through."""
    theirs = at + timedelta(milliseconds=took_ms / 2, seconds=ahead_s)
    raw = date if date is not None else format_datetime(theirs.replace(microsecond=0), usegmt=True)
    return Exchange(
        url=f"https://{host}/",
        method="GET",
        at=at,
        request=request,
        received=Spool(),
        status=status,
        headers=(("Date", raw), *headers),
        head_at=at + timedelta(milliseconds=took_ms),
    )


def judged(*exchanges: Exchange) -> HostClockTable:
    table = HostClockTable()
    table.take(exchanges)
    return table


@pytest.mark.parametrize("ahead_s", [-100, -0.3, 0, 0.4, 5000])
def test_the_true_offset_lies_in_the_interval(ahead_s: float) -> None:
    for fraction in range(0, 1000, 130):
        at = NOW.replace(microsecond=fraction * 1000)
        ((host, low, high),) = spans_of([answer(ahead_s=ahead_s, at=at)])
        assert host == "one.example"
        assert low <= ahead_s * 1_000_000 <= high
        assert high - low == 1_021_000  # the second, the way, and the millisecond of reading


def test_many_answers_narrow_it_down() -> None:
    spread = [answer(ahead_s=2, at=NOW + timedelta(milliseconds=137 * n), took_ms=4) for n in range(40)]
    said = judged(*spread).judged()
    assert (said.result, said.hosts, said.agreed, said.answers) == ("checked", 1, 1, 40)
    assert said.offset_us is not None
    assert said.uncertainty_us is not None
    assert said.uncertainty_us < 80_000
    assert abs(said.offset_us - 2_000_000) <= said.uncertainty_us


@pytest.mark.parametrize(
    "not_counted",
    [
        answer(headers=(("Age", "0"),)),
        answer(status=304),
        answer(date="yesterday"),
        answer(date="Fri, 31 Dec 9999 23:59:59 GMT"),
        answer(date="Mon, 01 Jan 0001 00:00:00 GMT"),
        answer(date="Tue, 24 Nov 2026 25:00:00 GMT"),
        answer(request=b""),
    ],
)
def test_caches_and_what_is_no_date_do_not_count(not_counted: Exchange) -> None:
    assert list(spans_of([not_counted])) == []
    assert clock_facts([not_counted]) is None
    assert judged(not_counted).judged().result == "not-checked"


def test_an_answer_before_its_question_does_not_count() -> None:
    """Our clock was set back between the two."""
    assert list(spans_of([answer(took_ms=-5000)])) == []


def test_one_wrong_host_among_three_is_named_and_outvoted() -> None:
    said = judged(answer("a.example"), answer("b.example"), answer("c.example", ahead_s=-90)).judged()
    assert (said.result, said.hosts, said.agreed, said.apart) == ("checked", 3, 2, ("c.example",))
    assert abs(said.offset_us or 0) < 1_000_000


def test_two_that_differ_are_not_chosen_between() -> None:
    table = judged(answer("a.example"), answer("b.example", ahead_s=60))
    said = table.judged()
    assert (said.result, said.offset_us, said.uncertainty_us) == ("disagree", None, None)
    assert said.apart == ("a.example", "b.example")
    facts = table.facts()
    assert facts is not None
    assert (facts["result"], facts["offset_ms"], facts["hosts"]) == ("disagree", None, 2)


def test_a_host_that_contradicts_itself_is_not_believed() -> None:
    said = judged(answer("a.example"), answer("a.example", ahead_s=30)).judged()
    assert (said.result, said.apart) == ("disagree", ("a.example",))


def test_the_facts_are_whole_numbers_and_cover_the_interval() -> None:
    facts = clock_facts([answer(ahead_s=-3)])
    assert facts is not None
    ((host),) = facts["listed"]
    assert host["low_ms"] <= -3000 <= host["high_ms"]
    assert abs(facts["offset_ms"] + 3000) <= facts["uncertainty_ms"] <= 512


def test_hosts_without_end_do_not_make_it_grow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("abusekit.capture.host_clocks.MAX_HOSTS", 10)
    table = judged(*(answer(f"h{n}.example") for n in range(30)))
    assert table.judged().hosts == 10
    assert len(table.facts()["listed"]) == 10  # type: ignore[index, arg-type]
