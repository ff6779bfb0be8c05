"""The printable receipt of a hand-over: one HTML page without script and network, and the same as plain text.

What a police officer signs on paper (R33): who, from whom, which exhibits by their digests, the seal in short, the
keys of both. It repeats what the case says; the signatures under it are people's, not ours.
"""

from __future__ import annotations

import base64
import hashlib
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files

from abusekit.case.transfer import Receipt, Transfer
from abusekit.integrity.handover.continuity import Row
from abusekit.integrity.sealing.manifest import Seal
from abusekit.plain import safe_text

MOST_EXHIBITS = 2_000
"""On paper; the hand-over file names them all."""
_WIDTH = 100
BLANK = ""
"""A line to be filled in by hand."""


@dataclass(frozen=True, slots=True)
class Form:
    """Everything that the receipt says."""

    reference: str
    """Of the case."""
    transfer: Transfer
    transfer_sha256: str
    """Of its file in the case, hex."""
    seal: Seal
    continuity: Sequence[Row]
    receipt: Receipt | None = None
    """Once it was received."""


@dataclass(frozen=True, slots=True)
class _Block:
    """A part of the page."""

    heading: str = ""
    words: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    """Name and value; a BLANK value is a line to write on."""
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


def _blocks(form: Form) -> Iterator[_Block]:
    t, seal, receipt = form.transfer, form.seal, form.receipt
    yield _Block(
        words=(
            "This paper says which things were handed over, by whom and to whom. The long numbers are SHA-256"
            " digests: a changed file has another digest. Check the copy in your hands (abusekit verify, or the"
            " programs in its kit folder), then compare the root below with root-sha256 in"
            f" seals/{seal.size:06}/seal.txt; if they are equal, you have what was handed over.",
            "It shows what both people wrote and signed. It does not show that the things are true, nor what"
            " happened to them before they were taken in.",
        ),
        facts=(
            ("Case", form.reference),
            ("Case id", t.case),
            ("Hand-over", str(t.transfer)),
            ("Handed over at (UTC, releaser's clock)", f"{t.at[:19]}Z"),
            ("From", f"{t.releaser.name} ({t.releaser.initials}), {t.releaser.role}"),
            ("To", t.to),
            ("Reason", t.reason),
            ("To be kept at", (receipt.place if receipt else "") or t.place or BLANK),
            ("Exhibits", str(len(t.exhibits))),
        ),
    )
    yield _Block(
        "The sealed state",
        words=(f"The first {seal.size} lines of the custody log are sealed, this hand-over among them.",),
        facts=(
            ("Log lines (N)", str(seal.size)),
            ("Root (SHA-256)", _groups(seal.root)),
            ("Paper of this hand-over (SHA-256)", _groups(form.transfer_sha256)),
            *(("Key of the releaser", key) for key in t.releaser.keys),
            ("Key of the receiver", receipt.key if receipt and receipt.key else t.to_key or BLANK),
            *((("Received at (UTC, receiver's clock)", f"{receipt.at[:19]}Z"),) if receipt else ()),
            *((("Received by", receipt.name),) if receipt else ()),
        ),
    )
    yield _exhibits(t)
    yield _Block(
        "Continuity until this hand-over",
        columns=("When (UTC)", "Exhibits", "What", "Who has it", "Where", "Log line"),
        rows=tuple((r.at, r.exhibits, r.what, r.custodian, r.place, r.lines) for r in form.continuity),
    )
    yield _Block(
        "Released by",
        words=("I hand over the exhibits listed above.",),
        facts=(
            ("Name", f"{t.releaser.name} ({t.releaser.initials})"),
            ("Signature", BLANK),
            ("Date and time", BLANK),
        ),
    )
    yield _Block(
        "Received by",
        words=("I have received the exhibits listed above, and compared the root.",),
        facts=(
            ("Name and rank", receipt.name if receipt else BLANK),
            *(
                (name, BLANK)
                for name in (
                    "Number",
                    "Station",
                    "Force or organisation",
                    "Crime or reference number",
                    "Date and time",
                    "Signature",
                )
            ),
        ),
    )


def _exhibits(transfer: Transfer) -> _Block:
    held = set(transfer.quarantined)
    shown = transfer.exhibits[:MOST_EXHIBITS]
    words = ["The digest is of the exhibit's item.json, which holds the digests of all its files."]
    if held:
        words.append(
            "In quarantine: do not open, copy or print it; it is for the police to look at, and for nobody else."
        )
    if len(shown) < len(transfer.exhibits):
        words.append(
            f"The first {len(shown)} of {len(transfer.exhibits)} are printed; the hand-over file names them all."
        )
    rows = ((e.exhibit, e.item + (" QUARANTINE" if e.item in held else ""), e.sha256) for e in shown)
    return _Block("Exhibits", tuple(words), (), ("Exhibit", "Item", "SHA-256"), tuple(rows))


def _groups(digest: str) -> str:
    """In groups of eight, so that two people can compare it aloud."""
    return " ".join(digest[i : i + 8] for i in range(0, len(digest), 8))


def title_of(form: Form) -> str:
    return f"Receipt of hand-over {form.transfer.transfer}"


def as_text(form: Form) -> str:
    """The receipt as plain text, 100 columns where what it says is not longer; ends with a line feed."""
    lines = [title_of(form), "=" * len(title_of(form)), ""]
    for block in _blocks(form):
        if block.heading:
            lines += [block.heading, "-" * len(block.heading)]
        for words in block.words:
            lines += textwrap.wrap(words, _WIDTH)
        width = max((len(name) for name, _ in block.facts), default=0)
        for name, value in block.facts:
            lines += [f"{name:{width}}  {safe_text(value) or '_' * 40}"]
        if block.columns:
            lines += _table([block.columns, *block.rows])
        lines.append("")
    return "\n".join(lines)


def _table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    safe = [[safe_text(cell) for cell in row] for row in rows]
    widths = [min(40, max(len(row[column]) for row in safe)) for column in range(len(safe[0]))]
    for row in safe:
        yield "  ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()


def as_html(form: Form) -> str:
    """The receipt as one page that loads nothing: no script, and a policy that forbids all but its own style."""
    style = files("abusekit.integrity.handover").joinpath("templates", "receipt.css").read_text("utf-8")
    hashed = base64.b64encode(hashlib.sha256(style.encode("utf-8")).digest()).decode("ascii")
    policy = f"default-src 'none'; style-src 'sha256-{hashed}'; base-uri 'none'; form-action 'none'"
    parts = [
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(policy)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{_text(title_of(form))}</title>\n<style>{style}</style>\n</head>\n<body>\n"
        f"<h1>{_text(title_of(form))}</h1>\n"
    ]
    parts += [part for block in _blocks(form) for part in _html(block)]
    return "".join([*parts, "</body>\n</html>\n"])


def _html(block: _Block) -> Iterator[str]:
    yield "<section>\n"
    if block.heading:
        yield f"<h2>{_text(block.heading)}</h2>\n"
    for words in block.words:
        yield f"<p>{_text(words)}</p>\n"
    if block.facts:
        yield "<dl>\n"
        for name, value in block.facts:
            said = _text(value) if value else '<span class="blank"></span>'
            yield f"<dt>{_text(name)}</dt><dd>{said}</dd>\n"
        yield "</dl>\n"
    if block.columns:
        heads = "".join(f'<th scope="col">{_text(name)}</th>' for name in block.columns)
        yield f"<table>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n"
        for row in block.rows:
            yield f"<tr>{''.join(f'<td>{_text(cell)}</td>' for cell in row)}</tr>\n"
        yield "</tbody>\n</table>\n"
    yield "</section>\n"


def _text(text: str) -> str:
    return escape(safe_text(text))
