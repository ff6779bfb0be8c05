"""Which address is next: politeness, order, and hosts that are given up."""

from __future__ import annotations

import pytest

from abusekit.capture.queue import HostQueue, Politeness, host_of
from abusekit.capture.volatility import priority_of


class Clock:
    """Seconds that pass when the test says so."""

    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        return self.at


def test_a_host_rests_between_two_captures_and_others_do_not_wait() -> None:
    clock = Clock()
    hosts: HostQueue[str] = HostQueue(Politeness(jobs=4, delay_s=5.0), clock)
    for task in ("a1", "a2", "b1"):
        hosts.add(task[0], task)
    assert list(hosts.ready()) == ["a1", "b1"]
    hosts.finished("a")
    assert list(hosts.ready()) == [] and hosts.patience() == 5.0
    clock.at += 5.0
    assert list(hosts.ready()) == ["a2"]


def test_never_more_at_once_than_jobs_nor_than_per_host() -> None:
    hosts: HostQueue[str] = HostQueue(Politeness(jobs=3, per_host=2, delay_s=0), Clock())
    for task in ("a1", "a2", "a3", "b1", "b2"):
        hosts.add(task[0], task)
    first = list(hosts.ready())
    assert len(first) == 3 and sum(one.startswith("a") for one in first) <= 2
    assert list(hosts.ready()) == [] and hosts.running == 3
    hosts.finished(first[0][0])
    assert len(list(hosts.ready())) == 1


def test_a_pause_that_was_asked_for_is_kept() -> None:
    clock = Clock()
    hosts: HostQueue[str] = HostQueue(Politeness(jobs=2, per_host=2, delay_s=0), clock)
    for task in ("a1", "a2", "a3"):
        hosts.add("a", task)
    assert list(hosts.ready()) == ["a1", "a2"]
    hosts.finished("a", pause_s=30.0)
    hosts.finished("a")
    assert list(hosts.ready()) == [], "the pause holds for the host, whatever ends after it"
    clock.at += 30.0
    assert list(hosts.ready()) == ["a3"]


def test_what_goes_first_goes_first_and_what_is_given_up_is_gone() -> None:
    hosts: HostQueue[str] = HostQueue(Politeness(jobs=1, delay_s=0), Clock())
    for task in ("a1", "a2", "a3"):
        hosts.add("a", task)
    hosts.add_first("a", "a0")
    assert list(hosts.ready()) == ["a0"]
    assert hosts.give_up("a") == ["a1", "a2", "a3"]
    hosts.finished("a")
    assert list(hosts.ready()) == [] and hosts.patience() is None


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("https://x.example/stories/kim/1", "https://x.example/kim/status/1"),
        ("https://x.example/live/4", "https://x.example/post/9"),
        ("https://x.example/post/9", "https://x.example/@kim"),
        ("https://x.example/user/kim/comments/3", "https://x.example/u/kim"),
    ],
)
def test_the_most_volatile_comes_first(earlier: str, later: str) -> None:
    assert priority_of(earlier)[0] < priority_of(later)[0]


def test_a_list_may_say_otherwise() -> None:
    assert priority_of("https://x.example/@kim", "5") == (5, "")
    for odd in ("-1", "soon", "1000", "٣"):
        assert priority_of("https://x.example/@kim", odd)[1], odd


def test_hosts_are_counted_whatever_their_spelling() -> None:
    assert host_of("https://Example.ORG./a") == host_of("http://example.org:8080/b") == "example.org"
