"""The gate's name lookups: each name once, each on a thread of its own, each under the right policy."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from ipaddress import ip_address

from abusekit.browser.egress import socks
from abusekit.browser.egress.link import Link, RefusalError
from abusekit.net.policy import AddressPolicy, DnsError, RefusedAddressError, Resolution, resolve

LOOKUP_S = 15.0
"""Seconds for one name."""


class Lookups:
    """Asks, remembers, and tells who waited.

    `typed` is judged by `policy`, all else by what `AddressPolicy.after_first` leaves of it: a page cannot use
    a permission that was given for one private address to reach another. A name that has been resolved is not
    asked for again while the gate is open, so a second, other answer (DNS rebinding) changes nothing. Failures
    are not remembered. Only `_look_up` runs on other threads; `nudge` is called there when an answer is ready.
    """

    def __init__(self, policy: AddressPolicy, typed: tuple[str, int], nudge: Callable[[], None]) -> None:
        self._policy = policy
        self.typed = (one_spelling(typed[0]), typed[1])
        self._others = policy.after_first((), typed[1])
        self._nudge = nudge
        self._known: dict[socks.Target, Resolution] = {}
        self._waiting: dict[socks.Target, list[Link]] = {}
        self._answers: queue.SimpleQueue[tuple[socks.Target, Resolution | RefusalError]] = queue.SimpleQueue()

    def ask(self, link: Link, target: socks.Target, timeout_s: float) -> Resolution | None:
        """The addresses, if they are known; else None, and `answers` gives them to `link` later."""
        if found := self._known.get(target):
            return found
        waiting = self._waiting.setdefault(target, [])
        waiting.append(link)
        if len(waiting) == 1:
            policy = self._policy if self._is_typed(target) else self._others
            threading.Thread(
                target=self._look_up, args=(target, policy, timeout_s), name="gate lookup", daemon=True
            ).start()
        return None

    def _is_typed(self, target: socks.Target) -> bool:
        return (one_spelling(target.host), target.port) == self.typed

    def _look_up(self, target: socks.Target, policy: AddressPolicy, timeout_s: float) -> None:
        answer: Resolution | RefusalError
        try:
            answer = resolve(target.host, target.port, policy, timeout_s)
        except RefusedAddressError as fault:
            answer = RefusalError("refused-address", fault.message, socks.NOT_ALLOWED, fault.answers)
        except DnsError as fault:
            answer = RefusalError("dns-failure", fault.message, socks.HOST_UNREACHABLE)
        except (OSError, ValueError, OverflowError, RuntimeError) as fault:  # RuntimeError: no more threads
            answer = RefusalError("dns-failure", f"not resolved: {fault}"[:200], socks.HOST_UNREACHABLE)
        self._answers.put((target, answer))
        self._nudge()

    def answers(self) -> Iterator[tuple[Link, Resolution | RefusalError]]:
        """Who waited, and for what came; each once."""
        while True:
            try:
                target, answer = self._answers.get_nowait()
            except queue.Empty:
                return
            if isinstance(answer, Resolution):
                self._known[target] = answer
                if self._is_typed(target):
                    self._others = self._policy.after_first(answer.addresses, target.port)
            for link in self._waiting.pop(target, ()):
                if not link.closed:
                    yield link, answer


def one_spelling(host: str) -> str:
    """A host in the spelling that is compared; of an address the shortest one (`[::0001]` is `::1`)."""
    name = socks.same_spelling(host)
    try:
        return str(ip_address(name))
    except ValueError:
        return name
