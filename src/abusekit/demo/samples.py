"""What a victim's helper would hold besides addresses: photos, a screenshot, a chat, a diary; all invented."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from abusekit.demo import chat, neighbours, pictures

TIME_ZONE = "Europe/London"
"""The zone that the diary's local times are in."""


@dataclass(frozen=True, slots=True)
class DiaryEntry:
    """One thing that happened, as the invented victim would write it down."""

    at: str
    # when it happened: ISO 8601 local time, minutes, in TIME_ZONE
    text: str
    # in the person's own words


@dataclass(frozen=True, slots=True)
class Samples:
    """The files that `write_samples` wrote."""

    pictures: tuple[Path, ...]
    # a photo with EXIF, a messenger's copy without, a PNG screenshot
    diary: Path
    # diary.txt: UTF-8, a line for each of `DIARY`: time, two spaces, text
    urls: Path
    # urls.txt: UTF-8, one address a line, # comments
    chat: Path
    # a WhatsApp export, as a phone makes it
    groups: tuple[Path, ...]
    # a Telegram and a Discord export of two group chats, with bystanders


DIARY = (
    DiaryEntry(
        "2026-06-12T22:20",
        "A new account wrote under my photo that nobody likes me. I did not answer. I slept badly.",
    ),
    DiaryEntry(
        "2026-06-15T22:50",
        "My gate was on the site, at night, taken from across the road. Sam saw it too and rang me.",
    ),
    DiaryEntry(
        "2026-06-16T07:45", "The gate hung off its hinge this morning. I took a photo before I touched it."
    ),
    DiaryEntry(
        "2026-06-17T22:10",
        "A second account, same owl picture, same words. I took a screenshot and blocked it.",
    ),
)


def write_samples(folder: Path, seed: int, urls: str) -> Samples:
    """Write the pictures, the chat, `diary.txt` and `urls.txt` (with the text `urls`) into `folder`, made where absent.

    Files of the same names are written over. Raises `OSError` where the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    screen = (
        "T. W.  @tawny_watcher",
        "Blocking will not help.",
        "Nobody likes you on",
        "this account either.",
    )
    written = []
    for name, content in (
        ("IMG_20260616_074805.jpg", pictures.jpeg(seed, "gate_damaged")),
        ("IMG-20260616-WA0007.jpg", pictures.messenger_copy(seed, "gate_damaged")),
        ("Screenshot_20260617-221403.png", pictures.screenshot_png(screen)),
    ):
        (folder / name).write_bytes(content)
        written.append(folder / name)
    groups = (folder / neighbours.TELEGRAM_NAME, folder / neighbours.DISCORD_NAME)
    groups[0].write_bytes(neighbours.telegram_json(seed))
    groups[1].write_bytes(neighbours.discord_json(seed))
    made = Samples(tuple(written), folder / "diary.txt", folder / "urls.txt", folder / chat.NAME, groups)
    made.chat.write_bytes(chat.whatsapp_zip(pictures.messenger_copy(seed, "gate_damaged")))
    made.diary.write_text("".join(f"{one.at}  {one.text}\n" for one in DIARY), encoding="utf-8")
    made.urls.write_text(urls, encoding="utf-8")
    return made
