"""Every special range is refused, in every spelling; names are resolved once and all answers are checked."""

from __future__ import annotations

import socket
import time
from ipaddress import ip_address, ip_network

import pytest

from abusekit.net.policy import AddressPolicy, DnsError, RefusedAddressError, resolve

PUBLIC = ["1.1.1.1", "8.8.8.8", "93.184.216.34", "223.255.255.255", "2606:4700::1111", "2a00:1450:4001::200e"]

SPECIAL = [
    "0.0.0.0",  # noqa: S104
    "0.1.2.3",
    "10.0.0.1",
    "10.255.255.255",
    "100.64.0.1",
    "100.127.255.255",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.0.1",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.0.170",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.0.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::ffff:0:127.0.0.1",
    "100::1",
    "64:ff9b:1::1",
    "2001::1",
    "2001:2::1",
    "2001:10::1",
    "2001:20::1",
    "2001:db8::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd12:3456::1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "4000::1",
]

CARRIERS = {
    "v4-mapped": "::ffff:{0}",
    "nat64": "64:ff9b::{0}",
    "6to4": "2002:{1:02x}{2:02x}:{3:02x}{4:02x}::1",
}


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_permitted(address: str) -> None:
    assert AddressPolicy().permits(address)
    assert AddressPolicy(allow_private=True).permits(address)


@pytest.mark.parametrize("address", SPECIAL)
def test_special_addresses_are_refused(address: str) -> None:
    assert not AddressPolicy().permits(address)


@pytest.mark.parametrize("carrier", CARRIERS)
@pytest.mark.parametrize("inner", [a for a in [*SPECIAL, *PUBLIC] if "." in a and ":" not in a])
def test_the_inner_address_decides(carrier: str, inner: str) -> None:
    outer = CARRIERS[carrier].format(inner, *ip_address(inner).packed)
    assert AddressPolicy().permits(outer) == AddressPolicy().permits(inner)


def test_teredo_is_judged_by_server_and_client() -> None:
    def teredo(server: str, client: str) -> str:
        inverted = int(ip_address(client)) ^ 0xFFFFFFFF
        return str(ip_address((0x20010000 << 96) | (int(ip_address(server)) << 64) | inverted))

    assert AddressPolicy().permits(teredo("1.1.1.1", "8.8.8.8"))
    assert not AddressPolicy().permits(teredo("1.1.1.1", "127.0.0.1"))
    assert not AddressPolicy().permits(teredo("10.0.0.1", "8.8.8.8"))


def test_allowed_networks_open_only_themselves() -> None:
    policy = AddressPolicy((ip_network("127.0.0.1/32"), ip_network("fd00::/8")))
    assert policy.permits("127.0.0.1") and policy.permits("fd00::1") and policy.permits("::ffff:127.0.0.1")
    assert not policy.permits("127.0.0.2") and not policy.permits("0.0.0.0") and not policy.permits("::1")  # noqa: S104


def test_allow_private_stops_at_what_is_no_host() -> None:
    policy = AddressPolicy(allow_private=True)
    assert policy.permits("127.0.0.1") and policy.permits("192.168.1.1") and policy.permits("fe80::1%eth0")
    for address in ("0.0.0.0", "::", "224.0.0.1", "255.255.255.255", "ff02::1", "::ffff:0.0.0.0"):  # noqa: S104
        assert not policy.permits(address)


def test_allow_private_is_not_inherited_by_pages() -> None:
    narrowed = AddressPolicy(allow_private=True).after_first(("192.168.1.1", "fe80::1%eth0"), 8080)
    assert narrowed.permits("192.168.1.1", 8080) and narrowed.permits("1.1.1.1", 9)
    assert narrowed.permits("::ffff:192.168.1.1", 8080) and narrowed.permits("fe80::1%eth1", 8080)
    for port in (80, 8081, None):  # another service of the same host was not typed
        assert not narrowed.permits("192.168.1.1", port) and not narrowed.permits("::ffff:192.168.1.1", port)
    assert not narrowed.permits("192.168.1.2", 8080) and not narrowed.permits("127.0.0.1", 8080)
    assert narrowed.after_first(("127.0.0.1",), 80) is narrowed
    with pytest.raises(RefusedAddressError):
        resolve("192.168.1.1", 80, narrowed, 1)
    assert resolve("192.168.1.1", 8080, narrowed, 1).addresses == ("192.168.1.1",)
    same = AddressPolicy((ip_network("10.0.0.0/8"),))
    assert same.after_first(("10.0.0.1",), 80) is same


@pytest.mark.parametrize(
    "host", ["127.1", "2130706433", "0x7f000001", "0177.0.0.1", "127.0.0.1.", "localhost", "0"]
)
def test_every_spelling_meets_the_same_check(host: str) -> None:
    with pytest.raises(
        (RefusedAddressError, DnsError)
    ):  # DnsError: where the resolver knows no such spelling
        resolve(host, 80, AddressPolicy(), 5)


def test_one_bad_answer_refuses_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, 80)) for ip in ("1.1.1.1", "10.0.0.1", "1.1.1.1")
    ]
    asked = []

    def answer(host: str, port: int, **_: object) -> list[object]:
        asked.append(host)
        return list(answers)

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    with pytest.raises(RefusedAddressError) as caught:
        resolve("two.example", 80, AddressPolicy(), 5)
    assert (caught.value.address, caught.value.answers) == ("10.0.0.1", ("1.1.1.1", "10.0.0.1"))
    found = resolve("two.example", 80, AddressPolicy(allow_private=True), 5)
    assert found.addresses == ("1.1.1.1", "10.0.0.1")
    assert asked == ["two.example"] * 2


def test_a_hanging_resolver_does_not_outlive_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    def hang(*_: object, **__: object) -> None:
        time.sleep(2)
        raise socket.gaierror(socket.EAI_AGAIN, "too late")

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    started = time.monotonic()
    with pytest.raises(DnsError) as caught:
        resolve("slow.example", 80, AddressPolicy(), 0.1)
    assert caught.value.timed_out
    assert time.monotonic() - started < 1.5


def test_a_name_without_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with pytest.raises(DnsError, match="Name or service not known") as caught:
        resolve("none.example", 80, AddressPolicy(), 5)
    assert not caught.value.timed_out
    with pytest.raises(DnsError):
        resolve("", 80, AddressPolicy(), 5)
