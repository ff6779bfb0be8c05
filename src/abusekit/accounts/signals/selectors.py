"""What leads to a person or a purse, in free text: telephone, mail, full address of a page, payment handle, invitation.

A shared selector is what has worked in real cases (attribution 0.4). It says that two accounts wrote the same string,
not whose it is: anybody can post a number that is not theirs. Nothing is looked up. Not read: what is spread over
messages, spelt out in words (`oh seven`), or drawn in a picture.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple
from urllib.parse import unquote

from abusekit.accounts.signals.payment_forms import payments
from abusekit.accounts.signals.phones import INTERNATIONAL_CAP, NATIONAL_CAP, free, phone, phones
from abusekit.accounts.signals.shared_places import mail, place

Kind = Literal["phone", "email", "address", "payment", "invite"]
CAP = INTERNATIONAL_CAP
"""Of one selector (attribution 5); a judgement. The caller divides by how many bystanders show the same."""
MOST_TEXT = 1_000_000
"""Signs of one text that are looked at."""


class Selector(NamedTuple):
    kind: Kind
    value: str
    """Normalised, to be compared: equal values are the same selector. Hostile text."""
    start: int
    end: int
    """Where it stands in the text that was given."""


_TOP = (
    "com|org|net|info|biz|io|co|me|gg|ly|tv|app|dev|link|page|site|online|xyz|club|shop|store|live|life|fun|top|wtf|lol|"
    "us|uk|ie|de|at|ch|fr|es|it|nl|be|eu|pl|pt|se|no|fi|dk|cz|ru|ua|in|pk|bd|cn|jp|kr|au|nz|ca|br|mx|za|ng|ke|to|cc|ws|st"
)
"""Endings by which a host is known where nothing else shows that it is one."""
_HOST = r"(?:[\w-]{1,63}\.){1,8}"
_URL = re.compile(
    rf"(?<![\w.@/%+-])(?:(?P<scheme>https?://)(?:[^\s/@]{{1,64}}@)?(?P<full>{_HOST}[^\W\d_][\w-]{{1,23}})"
    rf"|(?P<bare>{_HOST}(?:{_TOP})(?=[/:?]|\b)))"
    r"(?::\d{1,5})?(?P<rest>[/?#][^\s<>\"'`]{0,2000})?",
    re.IGNORECASE,
)
_MAIL = re.compile(rf"(?<![\w.%+-])([\w.%+-]{{1,64}})@({_HOST}[^\W\d_][\w-]{{1,23}})(?![\w@-])")
_AT = r"\s{0,2}[(\[{]\s?(?:at|@)\s?[)\]}]\s{0,2}"
_DOT = r"\s{0,2}(?:[(\[{]\s?(?:dot|\.)\s?[)\]}]|\.|\sdot\s)\s{0,2}"
_HIDDEN_MAIL = re.compile(
    rf"(?<![\w.%+-])([\w.%+-]{{1,64}})(?:{_AT}((?:[\w-]{{1,63}}{_DOT}){{1,4}}(?:{_TOP}))"
    rf"|\sat\s((?:[\w-]{{1,63}}\s(?:dot)\s){{1,4}}(?:{_TOP})))\b",
    re.IGNORECASE,
)
_ANY_DOT = re.compile(_DOT, re.IGNORECASE)
_CASHTAG = re.compile(r"(?<![\w$])\$([A-Za-z][A-Za-z0-9_]{0,19})(?!\w)")
_VENMO = re.compile(r"\bvenmo\b\W{1,4}@([\w-]{3,30})", re.IGNORECASE)
_CASH = re.compile(r"cash ?app|cash ?tag|cash ?me", re.IGNORECASE)
_PAY = re.compile(r"\b(?:pay|send|donate|tip)\w{0,3}[^.;,!?$]{0,15}$", re.IGNORECASE)
_AROUND = 40
"""Signs around a `$name` in which the service has to be named, or paying asked for before it; else it is a share."""

_PAYMENT = frozenset({
    "paypal.me", "paypal.com/paypalme", "cash.app", "ko-fi.com", "patreon.com", "venmo.com",
    "venmo.com/u", "account.venmo.com/u", "revolut.me", "monzo.me", "buymeacoffee.com",
    "onlyfans.com", "throne.com",
    "streamlabs.com", "streamelements.com", "liberapay.com", "wise.com/pay/me",
})  # fmt: skip
"""Host, or host and path, before the handle of a person."""
_PAYMENT_SAME = {
    "paypal.com/paypalme": "paypal.me",
    "venmo.com/u": "venmo.com",
    "account.venmo.com/u": "venmo.com",
}
_NO_HANDLE = frozenset(
    [
        "about",
        "c",
        "help",
        "home",
        "login",
        "posts",
        "signup",
        "terms",
        "privacy",
        "u",
        "explore",
        "pricing",
        "faq",
        "legal",
    ]
)
_INVITE = {
    "discord.gg": "discord.gg", "discord.com/invite": "discord.gg", "discordapp.com/invite": "discord.gg",
    "t.me/joinchat": "t.me", "telegram.me/joinchat": "t.me", "chat.whatsapp.com": "chat.whatsapp.com",
    "chat.whatsapp.com/invite": "chat.whatsapp.com", "signal.group": "signal.group", "guilded.gg/i": "guilded.gg",
}  # fmt: skip
_TRACKING = re.compile(
    r"utm_\w*|fbclid|gclid|dclid|msclkid|igshid|igsh|mc_[ce]id|ref|ref_src|ref_url|si|feature|_ga|yclid|ttclid|twclid"
)
_FRONT = re.compile(r"^(?:www\d?|m|mobile|amp|old|new)\.")
_CLOSING = {")": "(", "]": "[", "}": "{"}


def selectors(text: str) -> list[Selector]:
    """In the order of the text, none overlapping another; time grows with its length only."""
    text = text[:MOST_TEXT]
    found: list[Selector] = []
    for reader in (_mails, _pages, _purses, _numbers):
        new = list(reader(text))
        found += new
        text = _blanked(text, new)
    return sorted((one for one in found if one.value), key=lambda one: (one.start, one.end))


def _blanked(text: str, taken: list[Selector]) -> str:
    """`text` with signs that nothing begins or ends at where something was read; offsets stay."""
    pieces, at = [], 0
    for one in sorted(taken, key=lambda selector: selector.start):
        if one.start >= at:
            pieces += [text[at : one.start], "\n" * (one.end - one.start)]
            at = one.end
    return "".join([*pieces, text[at:]])


def _mails(text: str) -> Iterator[Selector]:
    if "@" in text:
        for match in _MAIL.finditer(text):
            yield Selector(
                "email", f"{match[1].strip('.')}@{match[2]}".casefold(), match.start(), match.end()
            )
    for match in _HIDDEN_MAIL.finditer(text):
        host = _ANY_DOT.sub(".", match[2] or match[3])
        yield Selector("email", f"{match[1].strip('.')}@{host}".casefold(), match.start(), match.end())


def _pages(text: str) -> Iterator[Selector]:
    for match in _URL.finditer(text):
        whole = _trimmed(match[0])
        rest = (match["rest"] or "")[: len(match["rest"] or "") - (len(match[0]) - len(whole))]
        plain = match["scheme"] is None and not match[0].lower().startswith("www.")
        if not (plain and rest in ("", "/")):
            kind, value = page(match["full"] or match["bare"], rest)
            yield Selector(kind, value, match.start(), match.start() + len(whole))


def _trimmed(address: str) -> str:
    """Without what belongs to the sentence around it."""
    while address:
        last = address[-1]
        if last in ".,;:!?*_~…’”»" or (
            last in _CLOSING and address.count(last) > address.count(_CLOSING[last])
        ):
            address = address[:-1]
        else:
            break
    return address


def page(host: str, rest: str) -> tuple[Kind, str]:
    """A host and what follows it → kind and value; the value of an `address` is host, path and what is asked for."""
    host = _FRONT.sub("", host.casefold(), count=1) if host.count(".") > 1 else host.casefold()
    rest, _, fragment = rest.partition("#")
    path, _, query = rest.partition("?")
    parts = [part for part in path.split("/") if part]
    for taken in (2, 1, 0):
        start = "/".join([host, *(part.casefold() for part in parts[:taken])])
        name = parts[taken] if len(parts) > taken else ""
        if start in _PAYMENT and name.casefold() not in _NO_HANDLE | {""}:
            return "payment", f"{_PAYMENT_SAME.get(start, start)}/{unquote(name).casefold()}"
        if start in _INVITE and (name or fragment):
            return "invite", f"{_INVITE[start]}/{(name or fragment).removeprefix('+')}"
    if host in ("t.me", "telegram.me") and parts and parts[0].startswith("+"):
        return "invite", f"t.me/{parts[0][1:]}"
    if host in ("wa.me", "api.whatsapp.com") and (number := phone(f"+{_whatsapp(parts, query)}")):
        return "phone", number
    kept = sorted(
        piece
        for piece in query.split("&")
        if piece and not _TRACKING.fullmatch(piece.partition("=")[0].lower())
    )
    return "address", "/".join([host, *map(unquote, parts)]) + (f"?{'&'.join(kept)}" if kept else "")


def _whatsapp(parts: list[str], query: str) -> str:
    asked = [piece[6:] for piece in query.split("&") if piece.startswith("phone=")]
    return (asked or parts or [""])[0].lstrip("+")


def _purses(text: str) -> Iterator[Selector]:
    for value, start, end in payments(text):
        yield Selector("payment", value, start, end)
    for match in _CASHTAG.finditer(text):
        before = text[max(0, match.start() - _AROUND) : match.start()]
        if _CASH.search(before + text[match.start() : match.end() + _AROUND]) or _PAY.search(before):
            yield Selector("payment", f"cash.app/${match[1].casefold()}", match.start(), match.end())
    for match in _VENMO.finditer(text):
        yield Selector("payment", f"venmo.com/{match[1].casefold()}", match.start(1) - 1, match.end())


def _numbers(text: str) -> Iterator[Selector]:
    for value, start, end in phones(text):
        yield Selector("phone", value, start, end)


def worth(selector: Selector) -> tuple[float, str]:
    """(cap, why): the most that sharing it may weigh. 1: nothing, since many point to it; why is empty at the full
    1,000. The judgement is of the place alone; how many in the case show the same is for the caller."""
    if selector.kind == "phone":
        if free(selector.value):
            return 1.0, "a freephone or service number"
        national = not selector.value.startswith("+")
        return (NATIONAL_CAP, "a national form, whose country is not known") if national else (CAP, "")
    if selector.kind == "email":
        return mail(selector.value) or (CAP, "")
    if selector.kind == "address":
        host, _, path = selector.value.partition("/")
        host = host.partition("?")[0]
        return place(host) or (
            (CAP, "") if path or "?" in selector.value else (1.0, "the front page of a site")
        )
    return CAP, ""
