"""TXT records asked of one resolver: the key records of DKIM, for `import --dns`.

Whoever runs the resolver, or sits on the way, sees the names and could answer as they like: the answer is kept with
the resolver's name, the time and its flags, and no more is claimed for it. The AD flag says that the resolver states
to have validated DNSSEC (RFC 4035 section 3.2.3); nothing is validated here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.rdatatype
import dns.resolver
import dns.rrset

from abusekit.errors import NetworkError, UsageError

MOST_NAMES = 200
"""Names asked for in one go; the others come back as not asked."""
MOST_SILENT = 3
"""Names in a row that a resolver may leave unanswered before it is left alone."""
MOST_ALIASES = 8
LONGEST = 16_384
"""Bytes of a record that are taken."""
PORT = 53
_PAYLOAD = 1232
"""Bytes of an answer over UDP: DNS Flag Day 2020; what is longer comes over TCP."""
_HOST = re.compile(r"[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63}){1,30}\.?", re.ASCII)
_WITH_PORT = re.compile(r"\[?([0-9A-Fa-f:.]+)\]?:(\d{1,5})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered for one name."""

    name: str
    # as asked, lower case, without a last dot
    txt: str | None
    # the strings of the record joined (RFC 6376 section 3.6.2.2); None: no such record, or a problem
    problem: str
    # one short sentence; empty where there is a record
    resolver: str
    # address and port that was asked
    at_utc: datetime | None
    # by the caller's clock, when the answer came or was given up; None: not asked
    authenticated_data: bool
    # AD of the answer
    rcode: str
    # NOERROR, NXDOMAIN, SERVFAIL, …; empty where nothing came


def ask(
    names: Sequence[str], *, resolver: str | None, timeout_s: float, clock: Callable[[], datetime]
) -> list[Answer]:
    """One answer for each name, in order. Asks `resolver` only (an address, or address:port); None: the system's first.

    Aliases (CNAME) are followed. An answer that does not fit the question is passed over as if it had not come.
    Raises UsageError: `resolver` is no address. NetworkError: the system names no resolver.
    """
    address, port = _address(resolver)
    where = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
    answers: list[Answer] = []
    silent = 0
    for number, raw in enumerate(names):
        name = raw.rstrip(".").lower()
        if number >= MOST_NAMES:
            problem = f"not asked: {MOST_NAMES} names is the most"
        elif len(name) > 253 or _HOST.fullmatch(name) is None:
            problem = "not asked: no host name"
        elif silent >= MOST_SILENT:
            problem = "not asked: the resolver does not answer"
        else:
            answer = _ask(name, address, port, where, timeout_s, clock)
            silent = 0 if answer.rcode else silent + 1
            answers.append(answer)
            continue
        answers.append(Answer(name, None, problem, where, None, authenticated_data=False, rcode=""))
    return answers


def _address(resolver: str | None) -> tuple[str, int]:
    if resolver is None:
        try:
            found = dns.resolver.Resolver()
        except dns.exception.DNSException as fault:
            raise NetworkError("this computer names no DNS resolver", "give one, such as 9.9.9.9") from fault
        plain = [str(server) for server in found.nameservers if isinstance(server, str)]
        if not plain:
            raise NetworkError("this computer names no DNS resolver", "give one, such as 9.9.9.9")
        return plain[0], found.port
    text, port = resolver, PORT
    parted = _WITH_PORT.fullmatch(resolver)
    if parted is not None and (resolver[0] == "[" or resolver.count(":") == 1):
        text, port = parted[1], int(parted[2])
    try:
        address = str(ip_address(text))
    except ValueError as fault:
        raise UsageError(
            f"{resolver!a} is no address of a resolver", "write it as 9.9.9.9 or [::1]:5353"
        ) from fault
    if not 0 < port < 65536:
        raise UsageError(f"{resolver!a} has no port that exists", "write it as 9.9.9.9 or [::1]:5353")
    return address, port


def _ask(
    name: str, address: str, port: int, where: str, timeout_s: float, clock: Callable[[], datetime]
) -> Answer:
    """One name: at most MOST_ALIASES questions, each given up after `timeout_s` seconds."""
    wanted = dns.name.from_text(name + ".")
    authenticated = True
    for _ in range(MOST_ALIASES):
        try:
            response = _exchange(wanted, address, port, timeout_s)
        except dns.exception.Timeout:
            return Answer(name, None, "no answer in time", where, clock(), authenticated_data=False, rcode="")
        except (dns.exception.DNSException, OSError, EOFError, ValueError, TypeError) as fault:
            problem = f"no usable answer ({type(fault).__name__})"
            return Answer(name, None, problem, where, clock(), authenticated_data=False, rcode="")
        authenticated = authenticated and bool(response.flags & dns.flags.AD)
        code = dns.rcode.to_text(response.rcode())
        at = clock()
        try:
            chain = response.resolve_chaining()
        except dns.exception.DNSException:
            return Answer(name, None, "aliases that lead nowhere", where, at, authenticated, code)
        if chain.answer is not None:
            txt, problem = _text(chain.answer)
            return Answer(name, txt, problem, where, at, authenticated, code)
        if response.rcode() != dns.rcode.NOERROR or chain.canonical_name == wanted:
            problem = "no such record" if code in ("NOERROR", "NXDOMAIN") else f"the resolver answers {code}"
            return Answer(name, None, problem, where, at, authenticated, code)
        wanted = chain.canonical_name
    return Answer(
        name, None, "aliases that lead nowhere", where, clock(), authenticated_data=False, rcode=code
    )


def _exchange(wanted: dns.name.Name, address: str, port: int, timeout_s: float) -> dns.message.QueryMessage:
    question = dns.message.make_query(wanted, dns.rdatatype.TXT, use_edns=0, payload=_PAYLOAD)
    question.flags |= dns.flags.AD  # RFC 6840 section 5.7: say whether it was validated
    response, _ = dns.query.udp_with_fallback(
        question, address, timeout=timeout_s, port=port, ignore_unexpected=True, ignore_errors=True
    )
    if not isinstance(response, dns.message.QueryMessage):
        raise TypeError("not the answer to a question")
    return response


def _text(records: dns.rrset.RRset) -> tuple[str | None, str]:
    """The one key record among the TXT records of a name."""
    texts = [b"".join(record.strings) for record in records]
    if (
        len(texts) > 1
    ):  # RFC 6376 section 3.6.2.2: they have to be unique; other TXT records beside it are met
        texts = [text for text in texts if b"p=" in text.replace(b" ", b"")]
    if len(texts) != 1:
        return None, f"{len(texts) or 'no'} key records of one name, where one has to stand"
    if len(texts[0]) > LONGEST:
        return None, "the record is longer than any key"
    return texts[0].decode("utf-8", "backslashreplace"), ""
