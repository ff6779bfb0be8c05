"""What a mail says: the text that is shown, and the files that hang on it."""

from __future__ import annotations

import hashlib
import re

from abusekit.importers.mail.headers import charset_text
from abusekit.importers.mail.mime import Part, Tree, decoded, leaves
from abusekit.importers.media import media_type
from abusekit.importers.model import Attachment
from abusekit.importers.spans.html_events import text_of

MOST_TEXT = 1 << 20
"""Characters of a mail's text that are kept; the rest stays behind the SourceRef."""
MOST_HTML = 4 << 20
"""Bytes of HTML that are turned into text."""
COMPARED = 32_768
"""Bytes of HTML that are compared with the plain text beside it."""
MOST_ATTACHMENTS = 1_000
"""Attachments that are listed one by one."""

_TOKEN = re.compile(r"\w+")
_MARKUP = re.compile(r"(?i)<(?:style|script|title)\b[^<]*|<[^<>]*>|&[#\w]{1,10};")


class Body:
    """The text of one mail, its steps and flags."""

    def __init__(self, raw: bytes, tree: Tree) -> None:
        self.flags: list[str] = []
        self.steps: list[str] = []
        self._raw = raw
        pieces = [self._text(part) for part in self._chosen(tree.root)]
        text = "\n".join(piece for piece in pieces if piece)
        if len(text) > MOST_TEXT:
            text = text[:MOST_TEXT]
            self.flags.append("text_cut")
        self.text = text

    def _chosen(self, part: Part) -> list[Part]:
        """The parts that are shown: all in turn, of alternatives the plain one (RFC 2046 section 5.1.4)."""
        if not part.children:
            return [part] if is_text(part) else []
        if part.media != "multipart/alternative":
            return [one for child in part.children for one in self._chosen(child)]
        offered = [chosen for child in part.children if (chosen := self._chosen(child))]
        plain = next((one for one in offered if any(leaf.media == "text/plain" for leaf in one)), None)
        rich = next(
            (one for one in reversed(offered) if any(leaf.media == "text/html" for leaf in one)), None
        )
        if plain is not None and rich is not None and plain is not rich:
            self._compare(plain, rich)
        return plain or rich or []

    def _compare(self, plain: list[Part], rich: list[Part]) -> None:
        """A recipient sees the HTML, we show the plain text: where they say different things it is flagged."""
        html = [leaf for leaf in rich if leaf.media == "text/html"]
        if sum(leaf.end - leaf.body for leaf in html) > COMPARED:
            return
        ours = _words("\n".join(self._text(leaf, quiet=True) for leaf in plain)[:COMPARED])
        theirs = _words(" ".join(_MARKUP.sub(" ", self._text(leaf, quiet=True)) for leaf in html))
        common = len(ours & theirs)
        if common * 2 < max(len(ours), len(theirs)):
            self.flags.append("html_differs")

    def _text(self, part: Part, *, quiet: bool = False) -> str:
        data, step, whole = decoded(self._raw, part)
        steps = [step] if step else []
        if part.media == "text/html" and not quiet:
            if len(data) > MOST_HTML:
                data, whole = data[:MOST_HTML], False
            text, how = charset_text(data, part.parameters.get("charset", ""))
            text = text_of(text.encode("utf-8", "replace"))
            steps += [*how, "html to text"]
        else:
            text, how = charset_text(data, part.parameters.get("charset", ""))
            steps += how
        if not quiet:
            self.steps += [one for one in steps if one not in self.steps]
            if not whole:
                self.flags.append("text_incomplete")
        return text.replace("\r\n", "\n").replace("\r", "\n")


def _words(text: str) -> set[str]:
    return set(_TOKEN.findall(text.casefold()))


def is_text(part: Part) -> bool:
    """Whether a part without children is text to be shown, not a file."""
    if part.disposition == "attachment" or part.name:
        return False
    # a multipart without a boundary is shown as it stands: nothing is dropped
    return part.media in ("text/plain", "text/html") or part.media.startswith("multipart/")


def attachments(raw: bytes, tree: Tree, *, cut: bool) -> tuple[tuple[Attachment, ...], list[str]]:
    """Every part that is no shown text, with the hash of its decoded bytes; and flags.

    `cut`: the mail is longer than what was read, so that its last part has no end.
    """
    found: list[Attachment] = []
    more = 0
    ends = leaves(tree.root)
    for part in ends:
        if is_text(part):
            continue
        if len(found) >= MOST_ATTACHMENTS:
            more += 1
            continue
        found.append(_attachment(raw, part, cut=cut and part is ends[-1]))
    return tuple(found), [f"attachments_not_listed:{more}"] if more else []


def _attachment(raw: bytes, part: Part, *, cut: bool) -> Attachment:
    place = f"part {part.number or '1'}, bytes {part.body} to {part.end} of the mail"
    claimed = part.media
    if cut:
        return Attachment(part.name, "corrupt", media_type=claimed, note=f"{place}; not read to its end")
    data, step, whole = decoded(raw, part)
    content = "message/rfc822" if claimed == "message/rfc822" else media_type(data)
    note = (
        place + (f"; {step}" if step else "") + (f"; claimed to be {claimed}" if claimed != content else "")
    )
    return Attachment(
        part.name,
        "present" if whole else "corrupt",
        media_type=content,
        sha256=hashlib.sha256(data).hexdigest(),
        size=len(data),
        note=note,
    )
