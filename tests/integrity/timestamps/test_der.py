"""DER, read strictly and written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abusekit.integrity.timestamps import der


@given(st.integers(-(1 << 300), 1 << 300))
def test_an_integer_comes_back(value: int) -> None:
    assert der.read(der.integer(value)).integer() == value


@given(st.lists(st.binary(max_size=400), max_size=20))
def test_elements_come_back(contents: list[bytes]) -> None:
    whole = der.element(der.SEQUENCE, *(der.element(der.OCTET_STRING, one) for one in contents))
    assert [one.content for one in der.read(whole).children(der.SEQUENCE)] == contents


@pytest.mark.parametrize(
    "dotted",
    ["1.2.840.113549.1.9.16.1.4", "2.16.840.1.101.3.4.2.1", "2.999.3", "0.9.1", "1.3.6.1.4.1.32473.1"],
)
def test_an_oid_comes_back(dotted: str) -> None:
    assert der.read(der.oid(dotted)).oid() == dotted


def test_known_octets() -> None:
    """X.690, 8.3 and 8.19.5."""
    assert der.oid("2.999.3").hex() == "0603883703"
    assert der.integer(128).hex() == "02020080" and der.integer(-128).hex() == "020180"
    assert der.element(der.OCTET_STRING, b"a" * 128)[:3].hex() == "048180"


@pytest.mark.parametrize(
    "spelled",
    [
        "", "30", "3080", "30800000", "308100", "30820000", "3081 7f", "3001", "300002", "1f8101 00",
        "3085000000000a", "30ff",
    ],
)  # fmt: skip
def test_what_is_not_der(spelled: str) -> None:
    with pytest.raises(der.DerError):
        der.read(bytes.fromhex(spelled)).children(der.SEQUENCE)


@pytest.mark.parametrize("spelled", ["0200", "02020001", "0202ff80", "040101"])
def test_what_is_no_integer(spelled: str) -> None:
    with pytest.raises(der.DerError):
        der.read(bytes.fromhex(spelled)).integer()


@pytest.mark.parametrize("spelled", ["0600", "060180", "06028001", "0402 2a03"])
def test_what_is_no_oid(spelled: str) -> None:
    with pytest.raises(der.DerError):
        der.read(bytes.fromhex(spelled)).oid()


def test_depth_costs_nothing() -> None:
    """60,000 levels: only the one that is asked for is read."""
    deep = b"\x30\x80" * 60_000
    with pytest.raises(der.DerError):
        der.read(deep)
    nested = b""
    for _ in range(2000):
        nested = der.element(der.SEQUENCE, nested)
    assert len(der.read(nested).children()) == 1


@given(st.binary(max_size=60))
def test_nothing_else_is_raised(data: bytes) -> None:
    try:
        for one in der.read(data).children():
            one.integer() if one.tag == der.INTEGER else one.oid()
    except der.DerError:
        return


def test_too_many_elements() -> None:
    with pytest.raises(der.DerError, match="more than 64"):
        der.read(der.element(der.SEQUENCE, b"\x05\x00" * 65)).children()
