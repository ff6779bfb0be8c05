"""Ask authorities for time stamps over a seal, and keep the answers: requests first, answers only when verified.

What is stamped is a list of digests that names `seal.txt` and every signature. Never a signature alone: one that
was made with a weak key could be put under another text later. A seal is good without a stamp.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from abusekit.case.canonical import JSON
from abusekit.case.custody import Act, sync_folder
from abusekit.case.folder import Case, disk_error, write_once
from abusekit.case.hashing import digest_bytes
from abusekit.case.mark import marked
from abusekit.case.writing import When, writing
from abusekit.errors import CaseError, EvidenceError, InputError, UsageError
from abusekit.integrity.sealing.manifest import SEAL
from abusekit.integrity.timestamps.stamps import MAX_LIST, MAX_QUERY, authority_name, list_bytes
from abusekit.integrity.timestamps.timestamp import (
    Token,
    check_response,
    make_request,
    read_request,
    read_response,
)

if TYPE_CHECKING:
    from abusekit.integrity.trust import Authority

MAX_SIGNATURE = 1 << 16
MOST_LISTS = 999


@dataclass(frozen=True, slots=True)
class Asked:
    """A request to one authority, as it stands in the case."""

    seal: int
    # N of the seal
    listed: str
    # name of the list that is to be stamped, `stamp.sha256`
    authority: str
    # its name, as in the names of files
    request: str
    # path of the request inside the case, `seals/000015/stamp.NAME.tsq`
    digest: bytes
    # SHA-256 of the list, 32 bytes: what the authority gets to see
    nonce: int
    # of the request; the answer repeats it

    @property
    def response(self) -> str:
        """Where the answer will lie: a path inside the case."""
        return f"{self.request[:-3]}tsr"


@dataclass(slots=True)
class _SealLog:
    """What the log says of one seal and its stamps."""

    digests: dict[str, str] = field(default_factory=dict)
    """`seal.txt` and the signatures: name → SHA-256."""
    lists: list[str] = field(default_factory=list)
    """Names of the lists, oldest first."""
    asked: dict[tuple[str, str], bool] = field(default_factory=dict)
    """(list, authority) → whether it was answered."""


def ask(case: Case, folder: Path, authorities: Sequence[str], *, by: str, now: When) -> list[Asked]:
    """Write and log a request to each authority over the seal in `folder`; gives those that wait for an answer.

    The list is written anew (`stamp2.sha256`, …) when signatures came since the last; nothing is ever rewritten. An
    authority that was asked over the same list is not asked twice: its old request is given while it is pending.
    Nothing is sent. Raises UsageError (a name that cannot be one), EvidenceError (the seal is not as logged).
    """
    for name in authorities:
        if not authority_name(name):
            raise UsageError(f"not the name of an authority: {name[:60]!r}", "abusekit authority list")
    with writing(case, by=by, when=now) as at:
        about = _logs(case).get(int(folder.name), _SealLog())
        data = _listing(case, folder, about)
        listed, fresh = _list_to_use(case, folder, about, data)
        stem = listed.removesuffix(".sha256")
        digest = bytes.fromhex(digest_bytes(data).sha256)
        names = list(dict.fromkeys(authorities))
        new = [name for name in names if (listed, name) not in about.asked]
        parts = {f"{stem}.{name}.tsq": make_request(digest) for name in new}
        if fresh and new:
            parts = {listed: data, **parts}
        if new:
            acts = _acts(folder, listed, new, parts)
            _store(case, folder, parts, acts, by=by, at=at)
        waiting = [name for name in names if not about.asked.get((listed, name), False)]
    return [_read_asked(case, int(folder.name), listed, name) for name in waiting]


def _acts(folder: Path, listed: str, new: Sequence[str], parts: dict[str, bytes]) -> list[Act]:
    stem = listed.removesuffix(".sha256")
    acts = []
    for place, name in enumerate(new):
        own = [f"{stem}.{name}.tsq"]
        if place == 0 and listed in parts:
            own.insert(0, listed)
        acts.append(_act("seal.ask", folder, listed, name, {one: parts[one] for one in own}))
    return acts


def pending(case: Case) -> list[Asked]:
    """The requests without an answer, of all seals, oldest first. Raises EvidenceError, InputError: not as we write."""
    return [
        _read_asked(case, size, listed, authority)
        for size, about in _logs(case).items()
        for (listed, authority), answered in about.asked.items()
        if not answered
    ]


def take_response(
    case: Case, asked: Asked, response: bytes, authority: Authority, *, by: str, now: When
) -> Token:
    """Verify the answer of an authority to a request, then keep it and log it; gives what it says.

    Beside the answer as it came (`.tsr`) the certificates in it are kept (`.pem`), for people and for `openssl`. Raises
    BadToken (the answer does not count: nothing is kept), UsageError (another authority, or answered before).
    """
    if authority.name != asked.authority:
        raise UsageError(f"{asked.authority} was asked, not {authority.name}", "abusekit timestamp --list")
    token = check_response(response, asked.digest, nonce=asked.nonce, roots=authority.roots)
    folder = case.seals / f"{asked.seal:06}"
    start = Path(asked.request).name[:-3]
    with writing(case, by=by, when=now) as at:
        about = _logs(case).get(asked.seal, _SealLog())
        if about.asked.get((asked.listed, asked.authority), True):
            raise UsageError(
                f"{asked.authority} has answered this before, or was never asked", "abusekit timestamp --list"
            )
        parts = {f"{start}tsr": response, f"{start}pem": token.chain}
        act = _act("seal.stamp", folder, asked.listed, asked.authority, parts)
        _store(case, folder, parts, [act], by=by, at=at)
    return token


def asked_of(case: Case, response: bytes) -> Asked:
    """The request of this case that a response answers, by digest and nonce. Nothing is verified.

    Raises BadToken (no answer, or a refusal), InputError (it answers no request that is pending here).
    """
    token = read_response(response)
    for asked in pending(case):
        if (asked.digest, asked.nonce) == (token.digest, token.nonce):
            return asked
    raise InputError(
        "this answers no request of the case that is still open", "abusekit timestamp --list shows them"
    )


def openssl_command(case: Case, asked: Asked, token: Token, roots: Path) -> str:
    """The line by which a stranger checks a token without abusekit, at the token's own time (RFC 3161, genTime).

    `roots`: the PEM file of the authority; a stranger takes his own. Without -attime the same check fails as soon as
    a certificate of the authority expires.
    """
    start = Path(asked.request).name[:-3]
    words = ["openssl", "ts", "-verify", "-attime", str(int(token.gen_time.timestamp()))]
    words += ["-CAfile", str(roots.absolute())]
    words += ["-untrusted", f"{start}pem"] if token.chain else []
    words += ["-data", asked.listed, "-in", f"{start}tsr"]
    return f"({_cd(case, asked)} && {shlex.join(words)})"


def list_command(case: Case, asked: Asked) -> str:
    """The line that compares the stamped list with the seal and the signatures that it names."""
    return f"({_cd(case, asked)} && sha256sum -c {asked.listed})"


def _cd(case: Case, asked: Asked) -> str:
    """Into the seal's folder: `openssl ts` takes a blank in the path of -untrusted for the end of a file name."""
    return f"cd {shlex.quote(str(case.seals / f'{asked.seal:06}'))}"


def _logs(case: Case) -> dict[int, _SealLog]:
    """N → what the log says of that seal, oldest first."""
    found: dict[int, _SealLog] = {}
    for entry in case.entries():
        do = entry["do"]
        if do not in ("seal.add", "seal.sign", "seal.ask", "seal.stamp"):
            continue
        about = found.setdefault(int(entry["seal"]), _SealLog())
        if do in ("seal.add", "seal.sign"):
            named = ((str(one["path"]).rpartition("/")[2], str(one["sha256"])) for one in entry["files"])
            about.digests.update((name, sha) for name, sha in named if do == "seal.sign" or name == SEAL)
            continue
        key = (str(entry["list"]), str(entry["authority"]))
        if key[0] not in about.lists:
            about.lists.append(key[0])
        about.asked[key] = do == "seal.stamp"
    return found


def _listing(case: Case, folder: Path, about: _SealLog) -> bytes:
    """The bytes to be stamped now: the digests of the seal and its logged signatures, which the files must have."""
    if SEAL not in about.digests:
        raise CaseError(f"seals/{folder.name} is not in the log", "run: abusekit recover")
    for name, sha256 in about.digests.items():
        path = f"seals/{folder.name}/{name}"
        if digest_bytes(case.read_small(path, MAX_SIGNATURE)).sha256 != sha256:
            raise EvidenceError(
                f"{path} is not what was logged", "do not have it stamped; run: abusekit verify"
            )
    return list_bytes(about.digests)


def _list_to_use(case: Case, folder: Path, about: _SealLog, data: bytes) -> tuple[str, bool]:
    """Name of the list with these bytes, and whether it has to be written."""
    if about.lists:
        newest = about.lists[-1]
        if case.read_small(f"seals/{folder.name}/{newest}", MAX_LIST) == data:
            return newest, False
    if len(about.lists) >= MOST_LISTS:
        raise CaseError("this seal has been stamped too often", "make a new one: abusekit seal")
    number = len(about.lists) + 1
    return ("stamp.sha256" if number == 1 else f"stamp{number}.sha256"), True


def _act(do: str, folder: Path, listed: str, authority: str, parts: dict[str, bytes]) -> Act:
    files: list[JSON] = []
    for name, data in parts.items():
        digest = digest_bytes(data)
        files.append({"path": f"seals/{folder.name}/{name}", "sha256": digest.sha256, "size": digest.size})
    return Act(do, {"seal": int(folder.name), "list": listed, "authority": authority, "files": files})


def _store(
    case: Case, folder: Path, parts: dict[str, bytes], acts: list[Act], *, by: str, at: datetime
) -> None:
    """Write the files of one change and log it, or take it all back; the caller holds the lock."""
    for name in parts:
        if os.path.lexists(folder / name):
            raise CaseError(
                f"seals/{folder.name}/{name} stands there, and is not logged", "run: abusekit recover"
            )
    with marked(case) as mark:
        try:
            for name, data in parts.items():
                write_once(folder / name, data)
            sync_folder(folder)
            case.log.append(acts, by=by, now=at)
        except (OSError, CaseError) as fault:
            mark.taken_back(*(folder / name for name in parts))
            if isinstance(fault, OSError):
                raise disk_error("the time stamp could not be stored", fault) from fault
            raise


def _read_asked(case: Case, size: int, listed: str, authority: str) -> Asked:
    path = f"seals/{size:06}/{listed.removesuffix('.sha256')}.{authority}.tsq"
    request = read_request(case.read_small(path, MAX_QUERY))
    found = digest_bytes(case.read_small(f"seals/{size:06}/{listed}", MAX_LIST)).sha256
    if request.digest.hex() != found:
        raise EvidenceError(
            f"{path} asks for a stamp on something else than its list", "run: abusekit verify"
        )
    return Asked(size, listed, authority, path, request.digest, request.nonce)
