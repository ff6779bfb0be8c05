"""What a hand-over leaves outside of the case: files to send and pages to print."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from abusekit.case.folder import Case
    from abusekit.case.transfer import Receipt, Transfer
    from abusekit.integrity.sealing.manifest import Seal


def beside_case(case: Case, kind: str, number: int, given: Path | None) -> Path:
    """Where the file of a hand-over goes; its name says nothing of people. Raises UsageError: inside the case."""
    from abusekit.errors import UsageError

    root = case.root.resolve()
    start = re.sub(r"[^0-9a-f]", "", str(next(iter(case.entries())).get("case")))[:8]
    out = given or root.parent / f"{kind}-{start}-{number:04}.json"
    if out.suffix != ".json":
        raise UsageError(
            f"not a name for a hand-over: {out}", "end it with .json; .html and .txt are put beside it"
        )
    if root in (out.resolve(), *out.resolve().parents):
        raise UsageError(f"{out} lies inside the case", "choose a place outside of it: --out FILE")
    if not out.resolve().parent.is_dir():
        raise UsageError(f"there is no folder {out.parent}", "make it first, or choose another place")
    return out


def refuse_taken(out: Path) -> None:
    """Raises UsageError: a file of an earlier hand-over stands in the place of one that is about to be written."""
    from abusekit.errors import UsageError

    for path in all_files(out):
        if os.path.lexists(path):
            raise UsageError(f"there is something already: {path}", "choose another place: --out FILE")


def all_files(out: Path) -> list[Path]:
    return [out, out.with_suffix(".html"), out.with_suffix(".txt")]


def write_files(
    case: Case, out: Path, content: bytes, transfer: Transfer, seal: Seal, receipt: Receipt | None
) -> list[str]:
    """The file to send and its receipt to print; gives their paths. Raises UsageError, CaseError."""
    from abusekit.case.custodians import all_keepings, papers_of
    from abusekit.integrity.handover.continuity import rows_of
    from abusekit.integrity.handover.handover import paper_sha256
    from abusekit.integrity.handover.receipt import Form, as_html, as_text

    entries = list(case.entries())
    rows = rows_of(all_keepings(entries, papers_of(case, entries)), {one.item for one in transfer.exhibits})
    reference = case.settings().reference
    form = Form(reference, transfer, paper_sha256(transfer), seal, rows, receipt)
    data = (content, as_html(form).encode("utf-8"), as_text(form).encode("utf-8"))
    paths = all_files(out)
    _write(list(zip(paths, data, strict=True)))
    return [str(path) for path in paths]


def _write(wanted: Sequence[tuple[Path, bytes]]) -> None:
    """Whole files: written beside their places, then renamed. Raises UsageError."""
    from abusekit.errors import UsageError

    for path, data in wanted:
        temporary = path.with_name(f".{path.name}.{os.getpid()}.new")
        try:
            fd = os.open(
                temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600
            )
            with open(fd, "wb") as out:
                out.write(data)
                out.flush()
                os.fsync(out.fileno())
            temporary.replace(path)
        except OSError as fault:
            temporary.unlink(missing_ok=True)
            raise UsageError(
                f"{path} cannot be written: {fault.strerror}", "choose another place: --out FILE"
            ) from fault
