"""A sheet of paper that says which key is whose: to be signed by hand, handed over, and read out by telephone.

The sheet shows what its maker says of a key. It proves nothing by itself: it counts as much as the person who
hands it over, and only after its digits were compared with those of the key that signed.
"""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime
from html import escape
from typing import NamedTuple

from abusekit.integrity.keys.revocation import last_valid
from abusekit.integrity.keys.signers import line
from abusekit.integrity.keys.store import KeyInfo
from abusekit.plain import safe_text

_STYLE = """@page { margin: 18mm }
body { font: 12pt/1.4 serif; max-width: 46em; margin: 2em auto; padding: 0 1em; color: #000; background: #fff }
h1 { font-size: 18pt; margin: 0 0 .3em } h2 { font-size: 12.5pt; margin: 1.3em 0 .3em }
pre { font: 12pt/1.5 monospace; margin: 0; white-space: pre-wrap; overflow-wrap: anywhere }
.print { font-size: 15pt; border: 1px solid #000; padding: .4em .6em }
.revoked { border: 2px solid #000; padding: .4em .6em; font-weight: bold }
.line { border-bottom: 1px solid #000; height: 2.2em; margin: 0 0 .1em } .small { font-size: 10pt }
section { break-inside: avoid }
"""
_FOR = (
    "Whoever holds this key signs with it the state of a collection of evidence (a sealed case). Somebody who has"
    " this sheet can check that a seal was signed with this key and that nothing was changed since.",
    "The signature shows that the holder of the key stood by the sealed state. It does not show who held the key at"
    " that moment, when it was, or that what was collected is true.",
    "Compare the fingerprint below, sign for sign, with the one that the check prints: in person, or by telephone"
    " with somebody whose voice you know. Never take it from the case itself.",
)
_FIELDS = ("Belongs to (name, office)", "Place and date", "Signature of the holder")
_COMPARED = ("Compared by (name, office)", "How, and when (in person, telephone)", "Signature")


class Fingerprint(NamedTuple):
    """One digest in two spellings, in groups that an eye can hold."""

    base64: str
    """As ssh-keygen prints it, in groups of four; capital and small letters differ."""
    hex: str
    """The same digest in hex, in groups of four: easier to say by telephone."""


def fingerprint_groups(info: KeyInfo) -> Fingerprint:
    """The fingerprint of a key, spaced for reading."""
    digest = hashlib.sha256(info.public.blob).digest()
    return Fingerprint(_groups(base64.b64encode(digest).decode().rstrip("=")), _groups(digest.hex()))


def hex_command(name: str) -> str:
    """The line that prints the hex spelling from the .pub file, without abusekit."""
    return f"cut -d' ' -f2 {name}.pub | base64 -d | sha256sum"


def sheet_text(info: KeyInfo, *, made_at: datetime) -> str:
    """The sheet as plain text of 76 columns. `made_at` is aware; it is written in UTC."""
    shown = fingerprint_groups(info)
    parts = [
        f"KEY FOR SEALING EVIDENCE: {info.name}",
        *([_revoked(info)] if info.revoked else []),
        *_FOR,
        f"Fingerprint (SHA256), capital and small letters differ:\n\n{_indented(shown.base64, 7)}",
        f"The same in hex, for the telephone (prints it: {hex_command(info.name)}):\n\n{_indented(shown.hex, 8)}",
        f"Line for the file allowed_signers of those who check:\n\n{_line(info)}",
        "\n".join(f"{what}:\n\n{'_' * 60}\n" for what in _FIELDS),
        "\n".join(f"{what}:\n\n{'_' * 60}\n" for what in _COMPARED),
        f"Made {_day(made_at)} by the clock of the computer that holds the key. {_where(info)}",
    ]
    return "\n\n".join(_wrapped(part) for part in parts) + "\n"


def sheet_html(info: KeyInfo, *, made_at: datetime) -> str:
    """The sheet as one HTML page for a printer: no script, and nothing that it could load or send."""
    shown = fingerprint_groups(info)
    style = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    revoked = f'<p class="revoked">{_html(_revoked(info))}</p>\n' if info.revoked else ""
    sections = "".join(
        f"<section>\n<h2>{title}</h2>\n{body}\n</section>\n"
        for title, body in (
            (
                "Fingerprint (SHA256)",
                f'<pre class="print">{_html(shown.base64)}</pre>\n'
                '<p class="small">Capital and small letters differ.</p>',
            ),
            (
                "The same in hex, for the telephone",
                f'<pre class="print">{_html(shown.hex)}</pre>\n'
                f'<p class="small">Without this program: <code>{_html(hex_command(info.name))}</code></p>',
            ),
            ("Line for the file allowed_signers of those who check", f"<pre>{_html(_line(info))}</pre>"),
            ("The holder", _blanks(_FIELDS)),
            ("Who compared the fingerprint", _blanks(_COMPARED)),
        )
    )
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        f"style-src 'sha256-{style}'; base-uri 'none'; form-action 'none'\">\n"
        f"<title>Key {_html(info.name)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        f"<h1>Key for sealing evidence: {_html(info.name)}</h1>\n{revoked}"
        + "".join(f"<p>{_html(text)}</p>\n" for text in _FOR)
        + sections
        + f'<p class="small">Made {_day(made_at)} by the clock of the computer that holds the key. '
        + f"{_html(_where(info))}</p>\n</body>\n</html>\n"
    )


def _groups(text: str) -> str:
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def _indented(groups: str, columns: int) -> str:
    words = groups.split(" ")
    return "\n".join("    " + " ".join(words[at : at + columns]) for at in range(0, len(words), columns))


def _wrapped(part: str) -> str:
    """Prose is wrapped at 76 columns; a part that has its own line ends is left as it is."""
    from textwrap import fill

    return part if "\n" in part else fill(part, 76, break_long_words=False)


def _line(info: KeyInfo) -> str:
    return line(info.name, info.public, last_valid(info.revoked.since) if info.revoked else None).strip()


def _revoked(info: KeyInfo) -> str:
    said = info.revoked
    if said is None:
        return ""
    why = f"{said.why}: {said.reason}" if said.reason else said.why
    return safe_text(
        f"This key counts no more since {said.since:%Y-%m-%d %H:%M:%S}Z ({why}). Only what a trusted time stamp shows"
        " to be older still counts."
    )


def _where(info: KeyInfo) -> str:
    if info.by_ssh_keygen:
        return "The private half is in an agent or a security key; signing goes through ssh-keygen."
    return "The private half is in a file that is encrypted with a passphrase."


def _day(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}Z"


def _html(text: str) -> str:
    return escape(safe_text(text))


def _blanks(fields: tuple[str, ...]) -> str:
    return "\n".join(f'<p class="small">{_html(what)}</p><div class="line"></div>' for what in fields)
