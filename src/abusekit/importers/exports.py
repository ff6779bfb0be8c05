"""An export as it is: copied, or a folder packed into one file, and hashed in one pass; then looked at by its heads."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO, cast

from abusekit.case.canonical import JSON
from abusekit.case.intake import Draft
from abusekit.containers.container import open_container
from abusekit.containers.folder_pack import pack
from abusekit.importers.files import ORIGIN_NOT_SHOWN, Handover, head_of, name_as_text
from abusekit.importers.formats import claims
from abusekit.importers.media import media_type, safe_extension

PACKED = "a folder was packed into one tar (POSIX pax), its files byte for byte, with their names and dates"
COPIED = "copied as it was, hashed while it was copied"


def take_export(
    draft: Draft, parts: Sequence[tuple[Path, str]], handover: Handover, *, only: str = "", told: bool = False
) -> list[str]:
    """Fill a draft with one export; the second of a pair is the name as received. Gives the importers that know it.

    An empty list: no importer does. `only`, `told`: see `formats.claims`. Raises InputError (not readable, changing
    while it is read, nothing in it), OSError, CaseError (disk).
    """
    draft.kind = "export"
    draft.source = {"names": [name_as_text(name) for _, name in parts], "stated": handover.facts()}
    if handover.seen is not None:
        draft.source["seen"] = handover.seen.facts()
        draft.dated.append(handover.seen.dated())
    draft.limits.append(ORIGIN_NOT_SHOWN)
    ways: list[str] = []
    for number, (path, name) in enumerate(parts, start=1):
        stem = "export" if len(parts) == 1 else f"part-{number:03}"
        if path.is_dir():
            refused: list[str] = []
            with draft.create(f"{stem}.tar", "application/x-tar", "original") as out:
                pack(path, cast(BinaryIO, out), refused=refused)
            draft.problems += refused[:200]
            if len(refused) > 200:
                draft.problems.append(f"{len(refused) - 200} more files of the folder were refused")
            ways.append(PACKED)
        else:
            media = media_type(head_of(path))
            extension = safe_extension(name, media)
            draft.copy(path, f"{stem}.{extension}" if extension else stem, media)
            ways.append(COPIED)
    draft.method = {"way": "; ".join(dict.fromkeys(ways))}
    stored = [(draft.folder / one.name, name) for one, (_, name) in zip(draft.files, parts, strict=True)]
    with open_container(stored, spool=draft.folder.parent) as export:
        found = claims(export, only=only, told=told)
        draft.problems += [problem for problem in export.problems if problem not in draft.problems][:200]
        facts: dict[str, JSON] = {
            "importers": [claim.name for claim in found],
            "members": len(export.members),
        }
        draft.facts = {"export": facts}
    return [claim.importer.NAME for claim in found]
