"""Requests and answers in another form than ours: `openssl ts` takes some of them, both of our programs refuse them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from stamped_case import NEWEST, Stamped

from abusekit.integrity.findings import Status
from abusekit.integrity.timestamps import der

TSQ, TSR = f"{NEWEST}/stamp.local-a.tsq", f"{NEWEST}/stamp.local-a.tsr"


def _joined(parts: list[bytes]) -> bytes:
    return der.element(der.SEQUENCE, *parts)


def _fields(data: bytes) -> list[bytes]:
    return [one.whole for one in der.read(data).children()]


def _status(number: int, *texts: bytes) -> bytes:
    words = (
        [der.element(der.SEQUENCE, *(der.element(der.UTF8_STRING, text) for text in texts))] if texts else []
    )
    return der.element(der.SEQUENCE, der.integer(number), *words)


REQUESTS: dict[str, Callable[[list[bytes]], bytes]] = {
    "does not ask for the certificate": lambda q: _joined(q[:-1]),
    "certReq false": lambda q: _joined([*q[:-1], der.element(der.BOOLEAN, b"\0")]),
    "with extensions": lambda q: _joined([*q, der.element(0xA0, der.element(der.SEQUENCE))]),
    "version 9": lambda q: _joined([der.integer(9), *q[1:]]),
    "negative nonce": lambda q: _joined([*q[:2], der.integer(-5), *q[3:]]),
    "bytes behind": lambda q: _joined(q) + b"\0" * 10,
}
ANSWERS: dict[str, Callable[[list[bytes]], bytes]] = {
    "bytes behind": lambda r: _joined(r) + b"\0" * 10,
    "one element more": lambda r: _joined([*r, der.element(der.SEQUENCE)]),
    "granted with modifications": lambda r: _joined([_status(1), r[1]]),
    "a time in its words": lambda r: _joined([_status(0, b"ok\nTime stamp: Nov 20 22:30:00 2026 GMT"), r[1]]),
    "another control character": lambda r: _joined([_status(0, b"\x1b[2J"), r[1]]),
    "a C1 control character": lambda r: _joined([_status(0, "\x9b2J".encode()), r[1]]),
}


@pytest.mark.parametrize("name", REQUESTS)
def test_a_request(stamped: Stamped, name: str) -> None:
    fields = _fields((stamped.root / TSQ).read_bytes())
    stamped.replace_logged(TSQ, REQUESTS[name](fields))
    stamped.finds(1, "stamp", Status.CHANGED, TSQ)


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer(stamped: Stamped, name: str) -> None:
    fields = _fields((stamped.root / TSR).read_bytes())
    stamped.replace_logged(TSR, ANSWERS[name](fields))
    stamped.finds(1, "stamp", Status.CHANGED, TSR)


def test_plain_words_of_the_authority_are_no_fault(stamped: Stamped) -> None:
    fields = _fields((stamped.root / TSR).read_bytes())
    stamped.replace_logged(TSR, _joined([_status(0, "Zeitstempel geprüft".encode()), fields[1]]))
    assert stamped.verdict().exit_code == 0
