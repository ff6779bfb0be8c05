"""The text of a screenshot as a file of its item, and the comparison made anew from it whenever it is shown.

What is stored is what was read, or typed; what it agrees with is a reading of the case as it stands, and is not stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from abusekit.case.decisions import Standing
from abusekit.case.folder import Case
from abusekit.case.hashing import digest_bytes
from abusekit.case.intake import Draft
from abusekit.case.records import Item, StoredFile
from abusekit.errors import AbusekitError, EvidenceError, InputError
from abusekit.screenshots import ocr
from abusekit.screenshots.against import ScreenshotOf, against, captures_of, stated_of
from abusekit.screenshots.compare import Compared, compare
from abusekit.screenshots.words import Picture, typed

OCR_NAME, TYPED_NAME = "ocr.tsv", "typed.txt"
MOST_TYPED = 1 << 20
"""Bytes of a text that a person typed."""
AGREEMENT_NOT_SHOWN = (
    "words that stand in the picture and elsewhere in the case show neither that the picture was not made from them, "
    "nor who wrote them"
)
OCR_LIMIT = "a program that reads pictures mistakes and leaves out words: what it did not find may be there"
TYPED_LIMIT = "the words of the picture were typed by a person; nothing checked them against the picture"


def state(draft: Draft, shows: ScreenshotOf) -> None:
    """Put down what a person said that it shows."""
    draft.source["screenshot_of"] = shows.facts()
    draft.limits.append(AGREEMENT_NOT_SHOWN)


def add_typed(draft: Draft, text: str, by: str) -> None:
    """Store the words that a person typed. Raises CaseError (disk)."""
    draft.write(TYPED_NAME, text.encode("utf-8", "replace"), "text/plain; charset=utf-8", "metadata")
    draft.method["text_of_picture"] = {"way": "typed by a person", "by": by, "file": TYPED_NAME}
    draft.limits.append(TYPED_LIMIT)


def add_read(draft: Draft, picture: StoredFile, tesseract: ocr.Tesseract, language: str) -> None:
    """Read the staged picture, store the table of its words. Raises InputError: the draft is as before; CaseError."""
    read = ocr.read(tesseract, draft.folder / picture.name, picture.media_type, language, draft.folder.parent)
    draft.write(OCR_NAME, read.table, "text/tab-separated-values; charset=utf-8", "rendering")
    draft.method["text_of_picture"] = {
        "way": "read by a program from a grey copy that was drawn anew",
        "program": read.program,
        "language": read.language,
        "segmentation": f"--psm {ocr.SPARSE}",
        "copy_enlarged": read.scale,
        "frames": read.frames,
        "file": OCR_NAME,
    }
    draft.limits.append(OCR_LIMIT)
    if read.frames > 1:
        draft.limits.append("only the first of several pictures in the file was read")


def _typed(item: Item) -> bool:
    """Whether a person typed the words; a file that was handed in may have the same name."""
    way = item.method.get("text_of_picture")
    return isinstance(way, dict) and way.get("file") == TYPED_NAME


def comparisons(case: Case, item: Item, standing_of: Mapping[str, Standing]) -> list[Compared]:
    """A stored screenshot compared with everything it is said to show; empty: nothing was said, or nothing is there.

    What cannot be compared says why. Raises nothing for it.
    """
    shows = stated_of(item)
    if shows is None:
        return []
    if shows.address:
        targets = [(one.id, one.exhibit, "capture") for one in captures_of(case, shows.address, standing_of)]
    else:
        targets = [(shows.item, "", "message" if shows.n else "")]
    found: list[Compared] = []
    for item_id, exhibit, kind in targets:
        try:
            found.append(
                compare(
                    _picture(case, item), against(case, item_id, shows.n, standing_of), typed=_typed(item)
                )
            )
        except AbusekitError as fault:
            part = f"m{shows.n}" if shows.n else ""
            found.append(Compared(item_id, exhibit, part, kind, fault.message))
        except OSError as fault:
            found.append(Compared(item_id, exhibit, "", kind, f"cannot be read: {fault.strerror}"))
    return found


def _picture(case: Case, item: Item) -> Picture:
    said: Any = item.method.get("text_of_picture")
    name = said.get("file") if isinstance(said, dict) else None
    stored = next((one for one in item.files if one.name == name and name in (OCR_NAME, TYPED_NAME)), None)
    if stored is None:
        raise InputError("the text of the picture is not known")
    most = ocr.MOST_TABLE if name == OCR_NAME else MOST_TYPED
    data = case.read_small(str(Path("evidence", item.id, stored.name)), most)
    if digest_bytes(data).sha256 != stored.sha256:
        raise EvidenceError(f"{stored.name} of {item.id} was changed", "run: abusekit verify")
    return ocr.picture_of(data) if name == OCR_NAME else typed(data.decode("utf-8", "replace"))
