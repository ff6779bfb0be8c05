"""What a link between two accounts can rest on (R47): the words, and what each means. A help text loads them."""

from __future__ import annotations

BASIS_WORDS: dict[str, str] = {
    "same-id-after-rename": "the platform's own id stayed the same over a change of name",
    "self-identification": "one account says that it belongs to the other",
    "same-media": "both show the same picture or file",
    "same-phrase": "both use the same distinctive words",
    "same-selector": "both name the same phone number, e-mail address, page or payment handle",
    "cross-post": "both published the same post",
    "timing": "one begins when the other ends, or both act together",
    "recovery-hint": "the platform's recovery page shows the same hint",
    "platform-confirmation": "the platform says so",
    "other": "something else, told in the reason",
}
"""Word of a basis → what it means (R47)."""
BASES: tuple[str, ...] = tuple(BASIS_WORDS)
