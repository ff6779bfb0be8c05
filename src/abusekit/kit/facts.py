"""What a case or a partial copy holds for a stranger to check, read from what lies there: it tells nothing else."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from abusekit.case.canonical import LOG_DEPTH, NotCanonicalError, decode
from abusekit.case.custody import MAX_LINE
from abusekit.case.hashing import open_regular, read_regular
from abusekit.errors import AbusekitError, CaseError, InputError
from abusekit.integrity.checks.sealcheck import SIGNATURE
from abusekit.integrity.keys.sshsig import MAX_ARMOR, parse
from abusekit.integrity.log.logcheck import LOG, PARTIAL_LOG
from abusekit.integrity.sealing.manifest import MANIFEST, MAX_SEAL, SEAL, SEAL_FOLDER, Seal, parse_seal
from abusekit.integrity.timestamps.stamps import MAX_RESPONSE, STAMP_FILE
from abusekit.integrity.timestamps.timestamp import read_response

_WITHHELD = re.compile(rb"[0-9a-f]{64}\n\Z")


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature over the newest seal, as its file says; nothing is verified."""

    name: str
    # in the name of its file
    fingerprint: str
    # SHA256:… of the key that claims to have signed


@dataclass(frozen=True, slots=True)
class Token:
    """A time stamp over the newest seal, as its file says; nothing is verified."""

    stem: str
    # of its list: `stamp`, `stamp2`
    authority: str
    # in the name of its file
    gen_time: datetime
    # aware, UTC, by the authority's clock


@dataclass(frozen=True, slots=True)
class Facts:
    """What the page for strangers tells."""

    case: str
    # UUID; no name or title: what is left out of a partial copy must not stand here either
    log: str
    # path of the log inside the case
    lines: int
    # of the log
    withheld: int
    # lines of which only the hash is there, and which no line says are erased
    erased: tuple[int, ...]
    # numbers, from 1, of lines that were erased by law
    items: int
    # exhibits whose lines are shown
    seals: int
    # number of seals
    newest: Seal | None
    # None: the case is not sealed
    manifest: bool
    # whether the newest seal's list of files is there
    signatures: tuple[Signed, ...]
    # of the newest seal
    tokens: tuple[Token, ...]
    # of the newest seal

    @property
    def folder(self) -> str:
        """The newest seal's, inside the case; empty where there is none."""
        return f"seals/{self.newest.size:06}" if self.newest else ""


def gather(root: Path) -> Facts:
    """Reads the log once, and the newest seal.

    What is malformed is passed over: to judge it is the work of `verify`. Raises CaseError where there is no log.
    """
    log = LOG if os.path.lexists(root / LOG) else PARTIAL_LOG
    try:
        case, lines, items, withheld, erased = _read_log(root / log, partial=log == PARTIAL_LOG)
    except (OSError, InputError) as fault:
        raise CaseError(f"the custody log cannot be read: {fault}", "run: abusekit verify") from fault
    folders = (
        sorted(
            (path for path in (root / "seals").iterdir() if SEAL_FOLDER.fullmatch(path.name)),
            key=lambda path: int(path.name),
        )
        if (root / "seals").is_dir()
        else []
    )
    newest = None
    signatures: list[Signed] = []
    tokens: list[Token] = []
    if folders:
        try:
            newest = parse_seal(read_regular(folders[-1] / SEAL, MAX_SEAL))
        except AbusekitError:
            newest = None
        for name in sorted(os.listdir(folders[-1])) if newest else ():
            try:
                if found := SIGNATURE.match(name):
                    key = parse(read_regular(folders[-1] / name, MAX_ARMOR)).public_key
                    signatures.append(Signed(found[1], key.fingerprint))
                elif (found := STAMP_FILE.match(name)) and found[3] == "tsr":
                    token = read_response(read_regular(folders[-1] / name, MAX_RESPONSE))
                    tokens.append(Token(found[1], found[2], token.gen_time))
            except AbusekitError:
                continue
    return Facts(
        case, log, lines, len(withheld - erased), tuple(sorted(n + 1 for n in withheld & erased)), items, len(folders),
        newest, bool(folders) and (folders[-1] / MANIFEST).is_file(), tuple(signatures), tuple(tokens),
    )  # fmt: skip


def _read_log(path: Path, *, partial: bool) -> tuple[str, int, int, set[int], set[int]]:
    """Case, lines, items, withheld lines, lines that are said to be erased; a million lines are not parsed."""
    case, items, n = "", 0, -1
    withheld: set[int] = set()
    erased: set[int] = set()
    for n, line in enumerate(_lines(path)):
        if partial and _WITHHELD.match(line):
            withheld.add(n)
        elif n == 0 or b'"do":"line.erase"' in line:
            try:
                entry = decode(line.removesuffix(b"\n"), depth=LOG_DEPTH)
                case = str(entry["case"]) if n == 0 else case
                if n:
                    erased.add(int(entry["line"]))
            except (NotCanonicalError, KeyError, TypeError, ValueError):
                continue
        else:
            items += b'"do":"item.add"' in line
    return case, n + 1, items, withheld, erased


def _lines(path: Path) -> Iterator[bytes]:
    fd, _ = open_regular(path)
    with open(fd, "rb", buffering=1 << 20) as stream:
        while (line := stream.readline(MAX_LINE + 1)).endswith(b"\n"):
            yield line
