"""What a seal states: `seal.txt` and `manifest-sha256.txt` over a log of N lines.

`seal.txt` is ASCII: three lines that are a C2SP tlog-checkpoint body (origin, size, base64 root), then
`key SP value` lines that an expert compares with `sha256sum` and `head -n N`. The manifest is what
`sha256sum -c` reads, run in the case folder.
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from abusekit import __version__
from abusekit.case.custody import (
    PARTIAL_LOG,
    Act,
    Frontier,
    LogFormError,
    instant_text,
    read_lines,
    sync_folder,
)
from abusekit.case.folder import Case, disk_error, write_once
from abusekit.case.hashing import digest_bytes, open_regular
from abusekit.case.mark import marked
from abusekit.case.orphans import mend
from abusekit.case.writing import When, writing
from abusekit.errors import CaseError, EvidenceError
from abusekit.integrity.log.logacts import listed_file

SEAL = "seal.txt"
MANIFEST = "manifest-sha256.txt"
SALT = "salt.txt"
MAX_SEAL = 8_192
SEAL_FOLDER = re.compile(r"(?!0{6})[0-9]{6}|[1-9][0-9]{6,14}")
"""The N of a seal as its folder spells it: six digits, or as many as it needs."""

_HEX64 = r"[0-9a-f]{64}"
_FORM = re.compile(
    rf"""abusekit/case/(?P<case>[0-9a-f]{{8}}(?:-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}})
(?P<size>[1-9][0-9]{{0,14}})
(?P<root64>[A-Za-z0-9+/]{{43}}=)
root-sha256 (?P<root>{_HEX64})
head-sha256 (?P<head>{_HEX64})
log-sha256 (?P<log>{_HEX64})
manifest-sha256 (?P<manifest>{_HEX64})
sealed-at (?P<at>\d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{{6}}Z)
tool (?P<tool>[!-~]{{1,100}})
(?P<more>(?:[a-z0-9][a-z0-9-]{{0,39}}\ [\ -~]{{1,400}}
){{0,20}})""",
)


@dataclass(frozen=True, slots=True)
class Seal:
    """The statement of a `seal.txt`: what the log was when it had `size` lines."""

    case: str
    """UUID."""
    size: int
    """N: number of log lines covered."""
    root: str
    """RFC 6962 root over them, hex."""
    head: str
    """Entry hash of line N-1, hex."""
    log_sha256: str
    """SHA-256 of the first N lines as bytes."""
    manifest_sha256: str
    sealed_at: str
    """By the local clock: a claim."""
    tool: str

    def text(self) -> bytes:
        root64 = base64.b64encode(bytes.fromhex(self.root)).decode()
        return (
            f"abusekit/case/{self.case}\n{self.size}\n{root64}\n"
            f"root-sha256 {self.root}\nhead-sha256 {self.head}\nlog-sha256 {self.log_sha256}\n"
            f"manifest-sha256 {self.manifest_sha256}\nsealed-at {self.sealed_at}\ntool {self.tool}\n"
        ).encode("ascii")


def parse_seal(data: bytes) -> Seal:
    """A seal from its bytes. Raises EvidenceError when they are not of the one strict form."""
    found = _FORM.fullmatch(data.decode("ascii", "replace")) if len(data) <= MAX_SEAL else None
    if found is None:
        raise EvidenceError("seal.txt is not of the form that seals have")
    more = [line.split(" ", 1)[0] for line in found["more"].splitlines()]
    try:
        datetime.fromisoformat(found["at"])
    except ValueError as fault:  # a thirteenth month fits the form
        raise EvidenceError("seal.txt states a time that does not exist") from fault
    if (
        len(set(more)) != len(more)
        or base64.b64encode(bytes.fromhex(found["root"])).decode() != found["root64"]
    ):
        raise EvidenceError("seal.txt contradicts itself")
    return Seal(
        found["case"], int(found["size"]), found["root"], found["head"], found["log"], found["manifest"],
        found["at"], found["tool"],
    )  # fmt: skip


@dataclass(slots=True)
class LogState:
    """What a pass over the log gives for a seal."""

    case: str = ""
    size: int = 0
    head: str = ""
    root: str = ""
    log_sha256: str = ""
    files: dict[str, str] = field(default_factory=dict)
    """Path → SHA-256 of every logged file."""


def read_state(path: Path, upto: int | None = None) -> LogState:
    """The state of a log after its first `upto` lines (all: None), erased ones by their hashes, as they stand there.

    Raises LogFormError, TornLogError, EvidenceError (shorter than that).
    """
    state = LogState()
    frontier = Frontier()
    whole = hashlib.sha256()
    fd, _ = open_regular(path)
    with open(fd, "rb", buffering=1 << 20) as stream:
        for line in read_lines(stream, partial=path.name == Path(PARTIAL_LOG).name):
            frontier.add(line.leaf)
            state.head = line.leaf.hex()
            whole.update((line.leaf.hex().encode() if line.raw is None else line.raw) + b"\n")
            if line.entry is None:
                if frontier.size == upto:
                    break
                continue
            if line.n == 0:
                state.case = str(line.entry.get("case"))
            try:
                for listed in line.entry.get("files", ()):
                    path_, sha256, _ = listed_file(listed, line.n)
                    state.files[path_] = sha256
            except (KeyError, TypeError) as fault:
                raise LogFormError(line.n, f"names a file wrongly: {fault}") from fault
            if line.entry["do"] == "log.repair":  # a torn last line that was kept is a file of the case, too
                state.files[str(line.entry["kept_as"])] = str(line.entry["sha256"])
            if line.entry["do"] == "line.erase":  # what went with an erased line
                for path_ in line.entry.get("removed", ()):
                    state.files.pop(str(path_), None)
            if frontier.size == upto:
                break
    state.size, state.root, state.log_sha256 = frontier.size, frontier.root().hex(), whole.hexdigest()
    if upto is not None and state.size < upto:
        raise EvidenceError(f"the log has {state.size} lines, the seal covers {upto}", "run: abusekit verify")
    return state


def manifest_bytes(files: dict[str, str]) -> bytes:
    """`hash␠␠path` lines, sorted by path bytes: the form that `sha256sum -c` reads. Names need no quoting."""
    return "".join(f"{files[path]}  {path}\n" for path in sorted(files)).encode("ascii")


def make_manifest(case: Case, *, by: str, now: When) -> Path:
    """Write `seals/<N>/` over the log as it stands and log it; gives the folder. Raises CaseError.

    `salt.txt` (64 random hex digits) is in the manifest so that the manifest's own digest cannot be used to
    guess a file that is withheld later.
    """
    with writing(case, by=by, when=now) as at:
        if (case.seals / f"{case.log.tail().next_n:06}").exists():
            mend(case, by=by, now=at, thorough=True)  # left by a run that left no mark: set aside
        state = read_state(case.log.path)
        folder = case.seals / f"{state.size:06}"
        relative = f"seals/{folder.name}"
        salt = secrets.token_hex(32).encode() + b"\n"
        files = {**state.files, f"{relative}/{SALT}": digest_bytes(salt).sha256}
        manifest = manifest_bytes(files)
        seal = Seal(
            state.case, state.size, state.root, state.head, state.log_sha256,
            digest_bytes(manifest).sha256, instant_text(at), f"abusekit/{__version__}",
        )  # fmt: skip
        parts = ((SALT, salt), (MANIFEST, manifest), (SEAL, seal.text()))
        listed: list[Any] = []
        for name, data in parts:
            digest = digest_bytes(data)
            listed.append({"path": f"{relative}/{name}", "sha256": digest.sha256, "size": digest.size})
        with marked(case) as mark:
            try:
                folder.mkdir(mode=0o700)
                for name, data in parts:
                    write_once(folder / name, data)
                sync_folder(folder)
                sync_folder(case.seals)
                case.log.append([Act("seal.add", {"seal": state.size, "files": listed})], by=by, now=at)
            except (OSError, CaseError) as fault:
                mark.taken_back(folder)
                if isinstance(fault, OSError):
                    raise disk_error("the seal could not be written", fault) from fault
                raise
    return folder


def newest_seal(case: Case) -> Path:
    """The folder of the newest seal. Raises CaseError where there is none."""
    folders = sorted(
        (p for p in case.seals.iterdir() if SEAL_FOLDER.fullmatch(p.name)), key=lambda p: int(p.name)
    )
    if not folders:
        raise CaseError("the case has no seal yet", "run: abusekit manifest, or abusekit seal")
    return folders[-1]
