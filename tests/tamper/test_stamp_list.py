"""The list that was stamped says otherwise than it has to; the token over it is good."""

from __future__ import annotations

import hashlib

import pytest
from stamped_case import NEWEST, Stamped

from abusekit.integrity.findings import Status
from abusekit.integrity.timestamps.timestamp import make_request

LIST = f"{NEWEST}/stamp.sha256"


def _restamp(stamped: Stamped, data: bytes) -> None:
    """The holder of a case can have any list stamped; the log lines about it are covered by no seal yet."""
    stamped.replace_logged(LIST, data)
    for name, issuer in stamped.issuers.items():
        query = make_request(hashlib.sha256(data).digest())
        stamped.replace_logged(f"{NEWEST}/stamp.{name}.tsq", query)
        stamped.replace_logged(f"{NEWEST}/stamp.{name}.tsr", issuer.answer(query))


def _lines(stamped: Stamped) -> list[bytes]:
    return (stamped.root / LIST).read_bytes().splitlines(keepends=True)


def test_the_same_list_stamped_again(stamped: Stamped) -> None:
    """What the others here do is otherwise in order."""
    _restamp(stamped, b"".join(_lines(stamped)))
    assert stamped.verdict().exit_code == 0


def test_the_signature_alone(stamped: Stamped) -> None:
    """With a weak key its text could be chosen later."""
    _restamp(stamped, _lines(stamped)[1])
    stamped.finds(1, "stamp", Status.CHANGED, LIST, says="lists other files")


def test_without_the_signature(stamped: Stamped) -> None:
    _restamp(stamped, _lines(stamped)[0])
    stamped.finds(1, "stamp", Status.CHANGED, LIST, says="seal.txt.me.sig")


def test_with_a_further_file(stamped: Stamped) -> None:
    _restamp(stamped, b"".join([*_lines(stamped), b"0" * 64 + b"  zzz\n"]))
    stamped.finds(1, "stamp", Status.CHANGED, LIST, says="zzz")


def test_with_the_digest_of_another_seal(stamped: Stamped) -> None:
    """The seal is written anew later, under the old stamp."""
    one, other = _lines(stamped)
    _restamp(stamped, b"1" * 64 + one[64:] + other)
    stamped.finds(1, "stamp", Status.CHANGED, LIST, says="seal.txt with another digest")


@pytest.mark.parametrize(
    "spell",
    [
        lambda one, other: other + one,
        lambda one, other: one + other + other,
        lambda one, other: one.replace(b"  ", b" *") + other,
        lambda one, other: one + other[:-1],
        lambda one, other: one.upper() + other,
        lambda one, other: one + b"\n" + other,
        lambda one, other: b"",
        lambda one, other: one + other + b"\xff" * 100,
    ],
)
def test_in_another_spelling(stamped: Stamped, spell: object) -> None:
    _restamp(stamped, spell(*_lines(stamped)))  # type: ignore[operator]
    stamped.finds(1, "stamp", Status.CHANGED, LIST, says="list of digests")


def test_that_is_too_long(stamped: Stamped) -> None:
    _restamp(stamped, b"".join(_lines(stamped)) + b" " * 200_000)
    stamped.finds(1, "stamp", Status.CHANGED, LIST, says="too large")
