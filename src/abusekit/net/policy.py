"""Which addresses may be connected to, and the one place where a name becomes an address.

A captured page is hostile: it may redirect to the volunteer's router, to a service on this machine, or to a
cloud's metadata address. So a name is resolved once, *every* answer is checked, and the connection goes to a
checked answer: a second answer (DNS rebinding) is never asked for. The check runs on the resolved address,
so that every spelling of one (decimal, octal, 0x7f.1, a trailing dot) meets the same rule.
"""

from __future__ import annotations

import socket
import threading
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from abusekit.errors import NetworkError

IPAddress = IPv4Address | IPv6Address
IPNetwork = IPv4Network | IPv6Network

NEVER: tuple[IPNetwork, ...] = tuple(
    ip_network(text)
    for text in (
        "0.0.0.0/8",  # "this host": connecting to 0.0.0.0 reaches loopback
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and the limited broadcast
        "::/128",
        "ff00::/8",
    )
)
"""Not the address of one host: refused even with `allow_private`."""

SPECIAL: tuple[IPNetwork, ...] = tuple(
    ip_network(text)
    for text in (
        "10.0.0.0/8",  # RFC 1918
        "100.64.0.0/10",  # RFC 6598, carrier-grade NAT
        "127.0.0.0/8",  # loopback
        "169.254.0.0/16",  # link-local, where clouds keep their metadata service
        "172.16.0.0/12",  # RFC 1918
        "192.0.0.0/24",  # RFC 6890, protocol assignments
        "192.0.2.0/24",  # RFC 5737, documentation
        "192.88.99.0/24",  # RFC 7526, deprecated 6to4 relays
        "192.168.0.0/16",  # RFC 1918
        "198.18.0.0/15",  # RFC 2544, benchmarking
        "198.51.100.0/24",  # RFC 5737
        "203.0.113.0/24",  # RFC 5737
        "2001::/23",  # RFC 2928, protocol assignments (ORCHID, benchmarking); Teredo is unwrapped before
        "2001:db8::/32",  # RFC 3849, documentation
        "3fff::/20",  # RFC 9637, documentation
    )
)
"""IANA special-purpose registries (RFC 6890): not global unicast, so refused unless allowed."""

GLOBAL_V6 = IPv6Network("2000::/3")
"""All of IPv6 that is assigned as global unicast (RFC 4291 2.4): the rest is refused without being listed."""

MAPPED = IPv6Network("::ffff:0:0/96")
NAT64 = IPv6Network("64:ff9b::/96")
SIX_TO_FOUR = IPv6Network("2002::/16")
TEREDO = IPv6Network("2001::/32")


class DnsError(NetworkError):
    """The name has no address, or the resolver did not answer in time (`timed_out`)."""

    def __init__(self, message: str, hint: str = "", *, timed_out: bool = False) -> None:
        super().__init__(message, hint)
        self.timed_out = timed_out


class RefusedAddressError(NetworkError):
    """The name leads to an address that this case may not reach."""

    def __init__(self, host: str, address: str, answers: tuple[str, ...]) -> None:
        super().__init__(
            f"{host} leads to {address}, which is not a public address",
            "for a server of your own: --allow-private, or name its network in the case's settings",
        )
        self.address = address
        self.answers = answers


@dataclass(frozen=True, slots=True)
class AddressPolicy:
    """Which addresses one capture may reach."""

    allowed_networks: tuple[IPNetwork, ...] = ()
    # networks of the case's settings, allowed though they are not public; also for redirects
    allow_private: bool = False
    # private, loopback and link-local addresses too; for the address a person typed, see `after_first`
    typed_networks: tuple[IPNetwork, ...] = ()
    # the addresses of the host a person typed, one by one: permitted with `typed_port` alone
    typed_port: int | None = None
    # TCP

    def permits(self, ip: str | IPAddress, port: int | None = None) -> bool:
        """True when `ip` is global unicast, in an allowed network, or private where that is allowed.

        port: TCP; it matters only for the host that a person typed, see `after_first`.
        Addresses that carry an IPv4 address inside (v4-mapped, NAT64, 6to4, Teredo) are judged by the inner
        one. An address with a scope (`fe80::1%eth0`) is judged without it. Raises ValueError on no address.
        """
        address = ip_address(ip.partition("%")[0]) if isinstance(ip, str) else ip
        inner = _inner(address)
        if any(address in network for network in self.allowed_networks if network.version == address.version):
            return True
        if port is not None and port == self.typed_port and ip_network(address) in self.typed_networks:
            return True
        if inner:
            return all(self.permits(one, port) for one in inner)
        if any(address in network for network in NEVER if network.version == address.version):
            return False
        if self.allow_private:
            return True
        if isinstance(address, IPv6Address) and address not in GLOBAL_V6:
            return False
        return not any(address in network for network in SPECIAL if network.version == address.version)

    def after_first(self, answers: tuple[str, ...], port: int) -> AddressPolicy:
        """The policy for redirects and page parts, once the typed address resolved to `answers`.

        `allow_private` is the word of a person about the address they typed, `port` included. A page does not
        inherit it: it may lead back to the same addresses and port, and to public ones, but to no other
        service of that host and to no other private address.
        """
        if not self.allow_private:
            return self
        same = tuple(ip_network(answer.partition("%")[0]) for answer in answers)
        return AddressPolicy(self.allowed_networks, False, same, port)


def _inner(address: IPAddress) -> tuple[IPv4Address, ...]:
    """The IPv4 addresses inside of a transition address; () for every other."""
    if isinstance(address, IPv4Address):
        return ()
    number = int(address)
    if address in MAPPED or address in NAT64:
        return (IPv4Address(number & 0xFFFFFFFF),)
    if address in SIX_TO_FOUR:
        return (IPv4Address((number >> 80) & 0xFFFFFFFF),)
    if address in TEREDO:  # RFC 4380 4: the server, and the client with its bits inverted
        return (IPv4Address((number >> 64) & 0xFFFFFFFF), IPv4Address(~number & 0xFFFFFFFF))
    return ()


@dataclass(frozen=True, slots=True)
class Resolution:
    """What the resolver said, all of it permitted."""

    host: str
    # the name as asked, without brackets
    port: int
    addresses: tuple[str, ...]
    # every answer, in the resolver's order, each once; connect to these only


def resolve(host: str, port: int, policy: AddressPolicy, timeout_s: float) -> Resolution:
    """Resolves `host` once and checks every answer.

    `timeout_s`: seconds left; a resolver that hangs is abandoned then (its thread ends by itself).
    Raises `DnsError`, or `RefusedAddressError` when any answer is not permitted: a name with one public and one
    private answer is refused as a whole. Proves nothing about the resolver's honesty.
    """
    addresses = _literal(host) or _ask(host, port, timeout_s)
    for address in addresses:
        if not policy.permits(address, port):
            raise RefusedAddressError(host, address, addresses)
    return Resolution(host, port, addresses)


def _literal(host: str) -> tuple[str, ...]:
    try:
        return (str(ip_address(host)),)
    except ValueError:
        return ()


def _ask(host: str, port: int, timeout_s: float) -> tuple[str, ...]:
    answers: list[tuple[str, ...]] = []
    faults: list[str] = []

    def ask() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as fault:  # UnicodeError: a label over 63 characters
            faults.append(getattr(fault, "strerror", None) or type(fault).__name__)
        else:
            answers.append(tuple(dict.fromkeys(str(entry[4][0]) for entry in found)))

    # getaddrinfo takes no time limit and cannot be interrupted: so in a thread of its own.
    thread = threading.Thread(target=ask, name=f"dns {host}", daemon=True)
    thread.start()
    thread.join(max(timeout_s, 0))
    if faults:
        raise DnsError(f"{host} could not be resolved: {faults[0]}", "check the spelling and the network")
    if not answers:
        raise DnsError(f"no answer from DNS about {host} in time", "check the network", timed_out=True)
    if not answers[0]:
        raise DnsError(f"{host} has no address", "check the spelling")
    return answers[0]
