"""RFC 3161: what counts, what does not and why, on answers of a real authority without the network."""

from __future__ import annotations

import hashlib
import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from abusekit.demo.timestamp_issuer import Fault, TimestampIssuer
from abusekit.errors import InputError, UsageError
from abusekit.integrity.timestamps import der, timestamp
from abusekit.integrity.timestamps.timestamp import (
    BadToken,
    Reason,
    check_response,
    make_request,
    read_request,
    read_response,
)
from abusekit.integrity.timestamps.timestamp_token import parts

AT = datetime(2026, 6, 15, 12, 0, 0, tzinfo=UTC)
DIGEST = hashlib.sha256(b"a list of digests\n").digest()
ISSUER = TimestampIssuer("local-a", clock=lambda: AT)


def answered(fault: Fault = Fault.NONE, issuer: TimestampIssuer = ISSUER) -> tuple[bytes, int]:
    """The answer to a new request, and its nonce."""
    request = make_request(DIGEST)
    issuer.fault = fault
    try:
        return issuer.answer(request), read_request(request).nonce
    finally:
        issuer.fault = Fault.NONE


def refused(
    response: bytes, nonce: int | None = None, roots: bytes = b"", digest: bytes = DIGEST
) -> BadToken:
    with pytest.raises(BadToken) as bad:
        check_response(response, digest, nonce=nonce, roots=roots or ISSUER.root_pem)
    return bad.value


def test_an_honest_answer() -> None:
    response, nonce = answered()
    token = check_response(response, DIGEST, nonce=nonce, roots=ISSUER.root_pem)
    assert token.gen_time == AT and token.digest == DIGEST and token.nonce == nonce
    assert token.accuracy == timedelta(seconds=1) and token.not_later_than() == AT + timedelta(seconds=1)
    assert "local-a" in token.signer and len(token.fingerprint) == 64 and token.policy
    assert token.chain.count(b"BEGIN CERTIFICATE") == 2 and token.chain in ISSUER.chain_pem
    assert token == read_response(response)
    assert check_response(response, DIGEST, nonce=None, roots=ISSUER.root_pem) == token


FAULTS = {
    Fault.WRONG_NONCE: Reason.OTHER_NONCE,
    Fault.NO_NONCE: Reason.OTHER_NONCE,
    Fault.WRONG_DIGEST: Reason.OTHER_DIGEST,
    Fault.BAD_SIGNATURE: Reason.BAD_SIGNATURE,
    Fault.REJECTION: Reason.REFUSED,
    Fault.WITH_MODS: Reason.REFUSED,
    Fault.EXPIRED_LEAF: Reason.EXPIRED,
    Fault.NO_USAGE: Reason.WRONG_USAGE,
    Fault.MORE_USAGES: Reason.WRONG_USAGE,
    Fault.USAGE_NOT_CRITICAL: Reason.WRONG_USAGE,
    Fault.MISSING_INTERMEDIATE: Reason.UNTRUSTED,
    Fault.FOREIGN_ROOT: Reason.UNTRUSTED,
    Fault.NO_CERTIFICATES: Reason.UNTRUSTED,
    Fault.UNNAMED: Reason.OTHER_CERTIFICATE,
    Fault.OTHER_NAMED: Reason.OTHER_CERTIFICATE,
    Fault.OTHER_TSA: Reason.OTHER_CERTIFICATE,
}


@pytest.mark.parametrize("fault", [fault for fault in Fault if fault])
def test_every_fault_of_an_authority(fault: Fault) -> None:
    response, nonce = answered(fault)
    bad = refused(response, nonce)
    assert bad.reason is FAULTS[fault], bad.message
    assert bad.message and "\n" not in bad.message and len(bad.message) < 400


def test_the_words_of_a_refusal_are_told() -> None:
    message = refused(answered(Fault.REJECTION)[0]).message
    assert (
        "rejection" in message
        and '"the time source is not available"' in message
        and "timeNotAvailable" in message
    )


def test_the_roots_inside_of_a_token_are_no_reason_to_trust() -> None:
    """rfc3161-client 1.0.4 to 1.0.8 took them for anchors; and any version does so when they are handed to it."""
    response, nonce = answered(Fault.FOREIGN_ROOT)
    within = read_response(response).chain
    assert within.count(b"BEGIN CERTIFICATE") == 3  # its root is in there
    assert refused(response, nonce).reason is Reason.UNTRUSTED
    with pytest.raises(BadToken) as bad:
        check_response(response, DIGEST, nonce=nonce, roots=ISSUER.root_pem, intermediates=within)
    assert bad.value.reason is Reason.UNTRUSTED


def test_a_token_that_lacks_certificates_is_checked_with_those_kept_beside_it() -> None:
    for fault in (Fault.NO_CERTIFICATES, Fault.MISSING_INTERMEDIATE):
        response, nonce = answered(fault)
        token = check_response(
            response, DIGEST, nonce=nonce, roots=ISSUER.root_pem, intermediates=ISSUER.chain_pem
        )
        assert token.gen_time == AT and "local-a" in token.signer and token.fingerprint
        # rubbish beside it helps nobody, and harms nobody
        with pytest.raises(BadToken) as bad:
            check_response(response, DIGEST, nonce=nonce, roots=ISSUER.root_pem, intermediates=b"rubbish")
        assert bad.value.reason is Reason.UNTRUSTED


def test_what_is_damaged_is_not_called_untrusted() -> None:
    """Whatever is trusted: a broken file must not make anybody trust another root."""
    response, nonce = answered()
    others = TimestampIssuer("local-a", clock=lambda: AT).root_pem
    _, intermediate = parts(response).certificates
    end_of_it = response.index(intermediate) + len(intermediate) - 1
    for place in (len(response) - 1, response.index(intermediate) - 1, end_of_it):
        spoiled = bytearray(response)
        spoiled[place] ^= 1  # in the signature, the signer's certificate, the one above it
        for roots in (others, ISSUER.root_pem):
            bad = refused(bytes(spoiled), nonce, roots=roots)
            if roots is others and place == end_of_it:
                assert bad.reason is Reason.UNTRUSTED, "who issued it is not known here"
            else:
                assert bad.reason in (Reason.BAD_SIGNATURE, Reason.OTHER_CERTIFICATE), (place, bad.message)
                assert "authority add" not in bad.hint


def test_an_intermediate_is_no_anchor() -> None:
    response, nonce = answered()
    with pytest.raises(UsageError, match="no root among"):
        check_response(response, DIGEST, nonce=nonce, roots=ISSUER.chain_pem)
    # beside a root it helps to build the chain
    response, nonce = answered(Fault.MISSING_INTERMEDIATE)
    assert check_response(response, DIGEST, nonce=nonce, roots=ISSUER.chain_pem + ISSUER.root_pem)


def test_another_authoritys_root() -> None:
    other = TimestampIssuer("local-a", clock=lambda: AT)
    response, nonce = answered()
    assert refused(response, nonce, roots=other.root_pem).reason is Reason.UNTRUSTED
    assert "damaged" not in refused(response, nonce, roots=other.root_pem).message
    both = other.root_pem + ISSUER.root_pem
    assert check_response(response, DIGEST, nonce=nonce, roots=both).gen_time == AT


def test_it_stays_good_for_ever_and_is_judged_at_its_own_time() -> None:
    """The leaf is valid for 30 days; nothing here reads a clock. A token from after those days is refused."""
    late = TimestampIssuer("old", clock=lambda: AT, shift=timedelta(days=31))
    response, nonce = answered(issuer=late)
    assert refused(response, nonce, roots=late.root_pem).reason is Reason.EXPIRED
    early = TimestampIssuer("old", clock=lambda: AT, shift=timedelta(days=-2))
    response, nonce = answered(issuer=early)
    assert refused(response, nonce, roots=early.root_pem).reason is Reason.EXPIRED


def test_without_an_intermediate() -> None:
    flat = TimestampIssuer("flat", clock=lambda: AT, intermediate=False)
    response, nonce = answered(issuer=flat)
    assert check_response(response, DIGEST, nonce=nonce, roots=flat.root_pem).gen_time == AT


def test_another_digest() -> None:
    response, nonce = answered()
    assert refused(response, nonce, digest=hashlib.sha256(b"x").digest()).reason is Reason.OTHER_DIGEST


def test_requests_come_back() -> None:
    assert read_request(make_request(DIGEST, nonce=0)).nonce == 0
    request = read_request(make_request(DIGEST))
    assert request.digest == DIGEST and 0 <= request.nonce < 1 << 64
    assert make_request(DIGEST) != make_request(DIGEST), "the nonce is at random"
    with pytest.raises(ValueError):
        make_request(b"short")


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200))
def test_rubbish_is_no_request(data: bytes) -> None:
    with pytest.raises(InputError):
        read_request(data)


HONEST, NONCE = answered()


@settings(max_examples=400, deadline=None)
@given(st.integers(0, len(HONEST) - 1), st.binary(min_size=1, max_size=4), st.booleans())
def test_a_changed_answer_is_refused_or_says_the_same(at: int, new: bytes, insert: bool) -> None:
    """Nothing but BadToken leaves, whatever the bytes are."""
    changed = HONEST[:at] + new + HONEST[at + (0 if insert else len(new)) :]
    try:
        token = check_response(changed, DIGEST, nonce=NONCE, roots=ISSUER.root_pem)
    except BadToken:
        return
    assert (token.gen_time, token.digest, token.nonce) == (AT, DIGEST, NONCE)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=400))
def test_rubbish_is_malformed(data: bytes) -> None:
    with pytest.raises(BadToken) as bad:
        read_response(data)
    assert bad.value.reason in (Reason.MALFORMED, Reason.REFUSED)


def test_what_is_too_long_or_cut() -> None:
    assert refused(HONEST.ljust(timestamp.MOST_BYTES + 1, b"\0")).reason is Reason.MALFORMED
    for length in range(0, len(HONEST), 7):
        assert refused(HONEST[:length]).reason is Reason.MALFORMED
    assert refused(HONEST + b"\0").reason is Reason.MALFORMED


def resized(response: bytes, old: bytes, new: bytes) -> bytes:
    """The answer with one element replaced and every length above it made right; the signature is not."""

    def rebuilt(one: der.Element) -> bytes:
        if one.whole == old:
            return new
        if not one.tag & 0x20 or old not in one.whole:
            content = one.content
            if one.tag == der.OCTET_STRING and old in content:
                content = rebuilt(der.read(content))
            return der.element(one.tag, content)
        return der.element(one.tag, *(rebuilt(child) for child in one.children()))

    return rebuilt(der.read(response))


@pytest.mark.parametrize(
    "time_text",
    [b"20260615120000", b"20260615120000.0Z", b"20260615120000.10Z", b"20261315120000Z", b"20260615120060Z",
     b"00000615120000Z", b"20260615120000+0100", b"2026061512Z", b"\xff" * 15],
)  # fmt: skip
def test_times_that_are_none(time_text: bytes) -> None:
    old = der.element(der.GENERALIZED_TIME, b"20260615120000Z")
    assert old in HONEST
    assert (
        refused(resized(HONEST, old, der.element(der.GENERALIZED_TIME, time_text))).reason is Reason.MALFORMED
    )


def test_a_control_character_in_the_authoritys_words() -> None:
    """`openssl ts -reply -text` prints them raw: a line break would feign another time."""
    plain = der.read(HONEST).children()
    for text, good in (
        (b"ok\nTime stamp: Jan  1 00:00:00 2020 GMT", False),
        (b"\xc2\x9b2J", False),
        (b"ok", True),
    ):
        words = der.element(der.SEQUENCE, der.element(der.UTF8_STRING, text))
        status = der.element(der.SEQUENCE, der.integer(0), words)
        changed = der.element(der.SEQUENCE, status, plain[1].whole)
        if good:
            assert read_response(changed).gen_time == AT
        else:
            assert refused(changed).reason is Reason.MALFORMED
    refusal = der.element(der.SEQUENCE, der.element(der.SEQUENCE, der.integer(2), words))
    assert refused(refusal).reason is Reason.REFUSED


def test_a_fraction_of_a_second_is_read() -> None:
    old = der.element(der.GENERALIZED_TIME, b"20260615120000Z")
    changed = resized(HONEST, old, der.element(der.GENERALIZED_TIME, b"20260615120000.1234567Z"))
    assert read_response(changed).gen_time == AT.replace(microsecond=123456)
    assert refused(changed).reason is Reason.BAD_SIGNATURE


def test_a_flood_of_certificates_is_refused_fast() -> None:
    leaf = parts(HONEST).certificates[0]
    flood = der.element(0xA0, *[leaf] * 3000)
    changed = resized(HONEST, der.element(0xA0, *parts(HONEST).certificates), flood)
    begin = time.monotonic()
    assert refused(changed).reason is Reason.MALFORMED
    assert time.monotonic() - begin < 2


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x77"),  # a version of X.509 that the library never saw
        (b"\x06\x03\x55\x04\x03", b"\x06\x03\x55\x04\xff"),  # a name whose kind is no OID
        (b"\x06\x03\x55\x1d\x25", b"\x06\x03\x55\x1d\x0f"),  # an extension twice
        (b"\x06\x03\x55\x1d\x25", b"\x06\x03\x55\x1d\x11"),  # a usage where names are to be
    ],
)
def test_certificates_that_are_none(old: bytes, new: bytes) -> None:
    assert old in HONEST
    for changed in (HONEST.replace(old, new), HONEST.replace(old, new, 1)):
        assert refused(changed).reason in (Reason.MALFORMED, Reason.BAD_SIGNATURE, Reason.WRONG_USAGE)


def test_roots_that_are_none() -> None:
    for roots in (
        b"",
        b"rubbish",
        b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        b"x" * (1 << 20),
    ):
        with pytest.raises(UsageError):
            check_response(HONEST, DIGEST, nonce=NONCE, roots=roots)


def test_each_check_has_a_builder_of_its_own() -> None:
    """The lists of rfc3161-client's builder are shared: a root of one check must not be there in the next."""
    other = TimestampIssuer("other", clock=lambda: AT)
    foreign, foreign_nonce = answered(issuer=other)
    assert check_response(foreign, DIGEST, nonce=foreign_nonce, roots=other.root_pem)
    assert refused(foreign, foreign_nonce, roots=ISSUER.root_pem).reason is Reason.UNTRUSTED
    assert check_response(HONEST, DIGEST, nonce=NONCE, roots=ISSUER.root_pem)
    assert refused(foreign, foreign_nonce, roots=ISSUER.root_pem).reason is Reason.UNTRUSTED
