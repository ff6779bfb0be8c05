"""What trusted time stamps say of single log lines, in the same pass in which a command reads the log.

For `list`, `show` and grades: one check per token of the case, whatever the number of items. Like all that these
commands say it holds for a case that `verify` finds whole; here only what the tokens themselves rest on is compared.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from abusekit.case.custody import Frontier, Line
from abusekit.errors import EvidenceError
from abusekit.integrity.checks.stampcheck import check_stamps
from abusekit.integrity.log.logacts import take
from abusekit.integrity.log.logview import LogView, Mark
from abusekit.integrity.sealing.manifest import SEAL_FOLDER
from abusekit.integrity.timestamps.stamps import Bracket, Stamps
from abusekit.integrity.trust import Trust

_SEALING = ("seal.add", "seal.sign", "seal.ask", "seal.stamp")


class StampedLines:
    """Reads along while log lines pass; then knows what verified tokens cover."""

    def __init__(self, root: Path, trust: Trust, item: str = "") -> None:
        """`root`: the case folder. `trust`: whose tokens count. `item`: the one that is asked about, if one is."""
        self._root, self._trust, self._item = root, trust, item
        self._present = _parts_of_seals(root) if trust.authorities else set()
        self._sizes = {int(path.split("/")[1]) for path in self._present if path.endswith(".tsr")}
        self._view = LogView()
        self._lines: dict[str, int] = {}
        self._stamps: Stamps | None = None
        self._sealed, self._own = 0, frozenset[str]()

    def noting(self, lines: Iterable[Line]) -> Iterator[dict[str, Any]]:
        """The entries of the lines, as they pass; those that are withheld are passed over."""
        frontier, last = Frontier(), max(self._sizes, default=0)
        view = self._view
        for line in lines:
            if line.n < last:
                frontier.add(line.leaf)
                if frontier.size in self._sizes:
                    view.marks[frontier.size] = Mark(frontier.root().hex(), line.leaf.hex(), "", 0)
            view.size = line.n + 1
            if line.entry is None:
                view.withheld += 1
                continue
            self._take(line, line.entry)
            yield line.entry

    def _take(self, line: Line, entry: dict[str, Any]) -> None:
        if not self._trust.authorities:
            return
        do = entry["do"]
        if do == "item.add":
            self._lines[entry["item"]] = line.n
            if not any("/stamp" in one["path"] for one in entry["files"]):
                return
        elif do not in _SEALING or not self._sizes:
            return
        try:
            take(self._view, line, entry)
        except EvidenceError:  # verify says what is wrong with it; here it only shows nothing
            self._view.broken = True

    def stamps(self) -> Stamps:
        """What the tokens cover, once all lines have passed. Tokens over single items count where no seal's does."""
        if self._stamps is None:
            self._stamps = self._checked()
            self._sealed = self._stamps.covered
            self._own = frozenset(token.item for token in self._stamps.tokens if token.item)
        return self._stamps

    def _checked(self) -> Stamps:
        if self._view.broken or not self._trust.authorities:
            return Stamps()
        _, stamps = check_stamps(self._root, self._present, self._view, self._trust)
        lines, asked = self._lines, self._item
        left = [item for item in self._view.items.values() if not stamps.covers(lines[item.id])]
        if (
            asked in lines
        ):  # its own tokens may be earlier, and those of the one before it say how old it is at most
            before = [item for item in self._view.items.values() if lines[item.id] < lines[asked]][-1:]
            left = before + [item for item in self._view.items.values() if item.id == asked]
        if left:
            own = {path for item in left for path in item.files if "/stamp" in path}
            _, more = check_stamps(self._root, own, self._view, self._trust)
            stamps.tokens += more.tokens
        return stamps

    def covers(self, item_id: str) -> bool:
        """Whether a trusted token says since when an item's files existed at the latest."""
        self.stamps()
        return item_id in self._own or self._lines.get(item_id, self._sealed) < self._sealed

    def bracket(self, item_id: str) -> Bracket:
        """Between which token times an item came into the case; nothing where no token says."""
        if item_id not in self._lines:
            return Bracket(None, None)
        return self.stamps().bracket(self._lines[item_id], item_id)


def _parts_of_seals(root: Path) -> set[str]:
    """Paths of what lies in the folders of seals that hold a token; links are not followed."""
    found: set[str] = set()
    try:
        folders = sorted(name for name in os.listdir(root / "seals") if SEAL_FOLDER.fullmatch(name))
        for name in folders:
            with os.scandir(root / "seals" / name) as entries:
                parts = {f"seals/{name}/{e.name}" for e in entries if e.is_file(follow_symlinks=False)}
            if any(path.endswith(".tsr") for path in parts):
                found |= parts
    except OSError:  # verify says what cannot be read
        return set()
    return found
