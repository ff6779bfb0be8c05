"""What a person is told and asked before the first piece of evidence is taken in (R32, R60, R70)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from importlib import resources

UNDER_18 = (
    "If an image may show anyone under 18 in a sexual way: STOP. Do not open, save, copy or send it; a copy"
    " can be an offence even when it is made to help. Note the address only, and tell the police or the IWF."
)
KEEP = (
    "Do not delete the messages, do not reset the device, and keep the account open: the originals may be"
    " needed, and a copy is only a copy."
)
PRIVATE = (
    "The case can be read by the police, the court and the other side. Thoughts about safety belong in"
    " private/, which is never sealed and never exported; private does not mean privileged."
)
BACKUP = "Keep a second copy in another place, on an encrypted drive, that the abuser cannot reach."

RECORD_ONLY = (
    "Nothing is opened, fetched or copied here: an address and your own words are noted, and no more. Describe"
    " neutrally what kind of thing it is and whom it seems to concern; leave out whatever shows it."
)
QUARANTINED = (
    "Do nothing else with the file: do not open, copy, move, e-mail, print or delete it, and ask nobody to look"
    " at it. Call the police now, say that it is held in quarantine, and do what they tell you."
)

QUESTIONS: tuple[tuple[str, str], ...] = (
    ("device", "Is this device, or an account on it, shared with or watched by somebody else?"),
    ("place", "Where can this folder be kept so that the abuser cannot find it?"),
    ("others", "Who else knows that evidence is being collected?"),
    ("plan", "Is there a safety plan, or somebody to make one with?"),
)
"""Asked at the start; the answers go to private/ only."""


@dataclass(frozen=True, slots=True)
class Signpost:
    about: str
    where: tuple[str, ...]
    """Countries, ISO 3166 letters or UK, EU."""
    text: str


def signposts() -> tuple[str, tuple[Signpost, ...]]:
    """When the list was last checked, and the list."""
    import yaml

    document = yaml.safe_load(resources.files("abusekit").joinpath("signposts.yaml").read_text("utf-8"))
    posts = tuple(Signpost(p["about"], tuple(p["where"]), p["text"]) for p in document["signposts"])
    return document["checked"], posts


def under_18_posts() -> tuple[Signpost, ...]:
    """Whom to call about a sexual image that may show somebody under 18: the police first."""
    _, posts = signposts()
    police = [post for post in posts if post.about == "police, no immediate danger"]
    return (*police, *(post for post in posts if post.about == "anyone under 18"))


def notes_text(answers: dict[str, str], now: datetime) -> str:
    """The safety notes for `private/`: questions and answers."""
    lines = [f"Safety notes, {now:%Y-%m-%d}. Not evidence: never sealed, never exported.", ""]
    for key, question in QUESTIONS:
        lines += [question, f"  {answers.get(key) or '(not answered)'}", ""]
    return "\n".join(lines)
