"""The checks of a mail's DKIM signatures, in sentences for a person.

What a signature says is about an operator, not about a person: "the operator of domain d signed these headers and
this body". A missing key says nothing against a mail: operators change their keys and delete the old records.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from abusekit.importers import times
from abusekit.importers.mail.addresses import addresses, domain_of
from abusekit.importers.mail.dkim_check import Mail, Verdict, verify
from abusekit.importers.mail.dkim_tags import Key, Signature, key, signature
from abusekit.importers.mail.headers import Header, raw_text
from abusekit.importers.model import Check, Time

MOST_SIGNATURES = 20
"""Signatures of one mail that are checked, topmost first."""
SHOWN = (
    "from", "to", "cc", "subject", "date", "message-id", "reply-to", "in-reply-to", "mime-version", "content-type",
    "content-transfer-encoding",
)  # fmt: skip
"""Fields that decide what a reader sees: RFC 6376 section 5.4.1."""
DISPLAYED = ("from", "subject", "date", "content-type", "content-transfer-encoding")
"""Of these, those that decide what is read and when it says it was written; all must be signed for a `good`."""
LATEST = timedelta(hours=1)
"""How far t= may lie behind the receipt before it is said."""
_QUOTED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)


def signatures(header: Header) -> list[Signature]:
    """All DKIM-Signature fields, topmost first; at most MOST_SIGNATURES."""
    return [signature(one) for one in header.all("dkim-signature")[:MOST_SIGNATURES]]


def checks(
    raw: bytes,
    header: Header,
    found: list[Signature],
    keys: Mapping[str, str],
    receipt: Time | None,
    *,
    sources: Mapping[str, str] | None = None,
    in_mailbox: bool = False,
) -> tuple[list[Check], list[str]]:
    """One check for each signature, and flags (`dkim_unsigned_tail:n`).

    `keys`: names of key records, lower case without a last dot, and their TXT. `sources`: where they come from,
    by the same names. `receipt`: the topmost Received time, against which t= and x= are held, since no clock is read
    here. `in_mailbox`: lines that begin with `>From ` may have been quoted by the mailbox; where the bytes as they
    are do not fit, they are tried without the sign.
    """
    if not found:
        return [
            Check("DKIM", "not_checked", "The mail carries no DKIM signature: nothing in it can be verified.")
        ], []
    mail = Mail(raw, header)
    variants = [("", mail)]
    if in_mailbox and b"\n>" in raw and _QUOTED_FROM.search(raw, header.body):
        bare = raw[: header.body] + _QUOTED_FROM.sub(rb"\1", raw[header.body :])
        variants.append(
            ("after `>From ` was turned back into `From `, as the mailbox had quoted it", Mail(bare, header))
        )
    told: list[Check] = []
    flags: list[str] = []
    for number, one in enumerate(found, start=1):
        check, tail = _check(f"DKIM {number}", one, keys, variants, receipt)
        if not one.void and one.record in keys:
            _name_source(check, (sources or {}).get(one.record, ""))
        told.append(check)
        if tail:
            flags.append(f"dkim_unsigned_tail:{tail}")
    more = len(header.all("dkim-signature")) - len(found)
    if more > 0:
        told.append(Check("DKIM", "not_checked", f"{more} further signatures were not looked at."))
    return told, flags


def _name_source(check: Check, source: str) -> None:
    """Say where the key comes from: what a file says of it, whoever handed in the mail can have written."""
    if source:
        check.text = f"{check.text.rstrip('. ')}; the key: {source}"
    if source.startswith("from a file"):
        check.what += " (key from a file)"


def _check(
    what: str, one: Signature, keys: Mapping[str, str], variants: list[tuple[str, Mail]], receipt: Time | None
) -> tuple[Check, int]:
    if one.void:
        return Check(what, "not_checked", f"This DKIM signature is void: {one.void}."), 0
    record = keys.get(one.record)
    if record is None:
        text = (
            f"The key record {one.record} is not held, so this signature cannot be verified. That is no sign of "
            "forgery: operators change their keys and delete old records."
        )
        return Check(what, "not_checked", text), 0
    public = key(record, one)
    if public.problem == "revoked":
        text = f"The operator of {one.domain} has withdrawn this key (empty p=), so the signature cannot be verified. "
        return Check(what, "not_checked", text + "That is no sign of forgery."), 0
    if public.problem:
        return Check(what, "not_checked", f"This signature cannot be verified: {public.problem}."), 0
    verdict, how, mail = Verdict("unable"), "", variants[0][1]
    for at, (way, variant) in enumerate(variants):
        tried = verify(variant, one, public)
        if at == 0 or tried.outcome == "fits":
            verdict, how, mail = tried, way, variant
        if verdict.outcome == "fits":
            break
    if verdict.outcome == "unable":
        return Check(what, "not_checked", "The form of this signature could not be verified."), 0
    return _told(what, one, public, verdict, mail, how, receipt)


def _told(
    what: str, one: Signature, public: Key, verdict: Verdict, mail: Mail, how: str, receipt: Time | None
) -> tuple[Check, int]:
    domain = one.domain
    if verdict.outcome != "fits":
        senders = len(mail.header.all("from"))
        more = f"; the mail carries {senders} From lines" if senders > 1 else ""
        text = _CHANGED[verdict.outcome].format(domain=domain) + _fields(one) + more
        return Check(what, "changed", text + "."), 0
    doubled, unsigned = _unsigned(one, mail.header)
    cut = "header_cut" in mail.header.flags  # what stands in the rest of the header was not read here
    partly = verdict.tail > 0 or cut or not {*doubled, *unsigned}.isdisjoint(DISPLAYED)
    parts = [
        _covered(one, verdict.tail, partly=partly),
        *([f"not signed, so anybody's: {', '.join(_shown(unsigned, mail.header))}"] if unsigned else []),
        "it does not say which person wrote it",
        _from(one, mail.header),
        _fields(one).strip(" ()"),
    ]
    if cut:
        parts.append("not signed as far as is known: header lines that are too many to be read here")
    if how:
        parts.append(f"it fits {how}")
    if b"\r\n" not in mail.raw[: mail.header.body]:
        parts.append("line ends were restored to CR LF before checking, as they travel")
    if public.testing:
        parts.append("the key record says that the operator only tries DKIM out (t=y)")
    if public.kind == "rsa" and public.bits < 2048:
        parts.append(f"the key is short ({public.bits} bits)")
    spoilt, timely = _timely(one, receipt)
    if doubled:
        names = ", ".join(doubled)
        parts.append(
            f"CONFLICT: more lines than were signed of {names}: the lowest is signed, many programs show another"
        )
    parts += timely
    if one.tags["a"] == "rsa-sha1":
        text = f"It fits, but is made with SHA-1, which is no longer accepted (RFC 8301): {'; '.join(parts)}."
        return Check(what, "not_checked", text), verdict.tail
    limited = partly or spoilt or doubled
    return Check(what, "note" if limited else "good", "; ".join(parts) + "."), verdict.tail


def _covered(one: Signature, tail: int, *, partly: bool) -> str:
    """What the signature covers; "unchanged since" only where that is all that is displayed."""
    if not partly:
        return f"The operator of {one.domain} signed these headers and this body; unchanged since"
    said = f"Only in part: the operator of {one.domain} signed headers and "
    if not tail:
        return said + "the body, but not all that decides what is read"
    length = one.seconds("l")
    signed, rest = (f"the first {length} bytes", f"the {tail} bytes after them") if length else (
        "nothing", f"its {tail} bytes"
    )  # fmt: skip
    return f"{said}{signed} of the body (l={length}); {rest} are not signed and may be anybody's"


_CHANGED = {
    "body": "The headers are as the operator of {domain} signed them, but the body is not: text was added, taken "
    "away or altered, on the way (mailing lists and scanners do that) or later",
    "header": "The body is as the operator of {domain} signed it, but the signed headers, or the signature, are not",
    "both": "Neither the headers nor the body are as the operator of {domain} signed them",
}


def _fields(one: Signature) -> str:
    names = list(dict.fromkeys(one.signed))
    return f" (signed: {', '.join(name[:40] for name in names[:20])}{', …' * (len(names) > 20)})"


def _from(one: Signature, header: Header) -> str:
    """Whether d= has to do with the domain in From. No list of public suffixes is used: only what is said here."""
    fields = header.all("from")
    author = addresses(raw_text(fields[-1].value)[0]) if fields else []
    domain = domain_of(author[0].spec) if author else ""
    sealed = "no second From could be added" if one.signed.count("from") > len(fields) else "From is signed"
    if not domain:
        return sealed
    if domain == one.domain:
        kin = f"{domain} is the domain of the address in From"
    elif domain.endswith("." + one.domain):
        kin = f"{one.domain} is a parent of {domain}, the domain of the address in From"
    elif one.domain.endswith("." + domain):
        kin = f"{one.domain} is a subdomain of {domain}, the domain of the address in From"
    else:
        kin = f"{one.domain} is not the domain of the address in From, which is {domain}"
    return f"{kin}; {sealed}"


def _unsigned(one: Signature, header: Header) -> tuple[list[str], list[str]]:
    """Fields of which more stand there than were signed, and those that were not signed at all.

    A signature covers the lowest lines of a name (RFC 6376 section 5.4.2), most programs show the topmost. A Subject
    or Date that is neither there nor signed counts as not signed: whoever held the mail could have taken it out.
    """
    signed = Counter(one.signed)
    doubled = [name for name in SHOWN if signed[name] and len(header.all(name)) > signed[name]]
    return doubled, [
        name for name in SHOWN if not signed[name] and (header.all(name) or name in ("subject", "date"))
    ]


def _shown(names: list[str], header: Header) -> list[str]:
    return [name if header.all(name) else f"{name} (there is none)" for name in names]


def _timely(one: Signature, receipt: Time | None) -> tuple[bool, list[str]]:
    """Whether x= spoils it, and what t= and x= say against the topmost Received time."""
    received = None if receipt is None else times.utc_of(receipt)
    told = []
    started = _instant(one.seconds("t"))
    if started is not None:
        late = received is not None and started - received > LATEST
        told.append(
            f"signed at {_spelled(started)} by its own account (t=)"
            + (
                f", CONFLICT: after the receipt at {_spelled(received)}"
                if late and received is not None
                else ""
            )
        )
    ended = _instant(one.seconds("x"))
    if ended is None:
        return "x" in one.tags, [*told, *(["its end (x=) is no date"] if "x" in one.tags else [])]
    if received is None:
        return True, [*told, f"it was valid until {_spelled(ended)} (x=); when it was received is not known"]
    if received <= ended:
        told.append(
            f"it was valid until {_spelled(ended)} (x=), and still so on receipt at {_spelled(received)}"
        )
        return False, told
    return True, [
        *told,
        f"it had run out at {_spelled(ended)} (x=), before the receipt at {_spelled(received)}",
    ]


def _instant(seconds: int | None) -> datetime | None:
    if seconds is None:
        return None
    try:
        at = datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return None
    return at if times.in_years(at.year) else None


def _spelled(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S UTC")
