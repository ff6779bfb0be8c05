"""Are the time stamps good, and of authorities that are trusted here?

A token's file names its authority, and only that authority's roots, which come from outside of the case, decide.
A token of one that is not known here is compared with its list and request all the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from abusekit.case.hashing import digest_bytes, read_regular
from abusekit.errors import AbusekitError, EvidenceError, InputError
from abusekit.integrity.checks.sealcheck import SIGNATURE
from abusekit.integrity.checks.stamptimes import clock_of_ours, contradiction, said, second, span
from abusekit.integrity.findings import Finding, Status
from abusekit.integrity.log.logview import Asked, LogView
from abusekit.integrity.sealing.manifest import MAX_SEAL, SEAL, SEAL_FOLDER, Seal, parse_seal
from abusekit.integrity.timestamps.stamps import (
    MAX_CERTIFICATES,
    MAX_LIST,
    MAX_QUERY,
    MAX_RESPONSE,
    STAMP_FILE,
    STAMP_LIST,
    Stamped,
    Stamps,
    read_list,
    same_certificates,
)
from abusekit.integrity.timestamps.timestamp import (
    BadToken,
    Reason,
    Token,
    check_response,
    read_request,
    read_response,
)
from abusekit.integrity.trust import Trust

MAX_SIGNATURE = 1 << 16
_ITEMS = "evidence/"
_NO_LINE = Asked(-1)


@dataclass(slots=True)
class _Listing:
    """One list, and the files about its tokens, as the folder shows them."""

    there: bool = False
    authorities: dict[str, set[str]] = field(default_factory=dict)
    """Authority → `tsq`, `tsr`, `pem`."""


def check_stamps(
    root: Path, present: Collection[str], view: LogView, trust: Trust
) -> tuple[list[Finding], Stamps]:
    """Findings over all tokens of the case, and what the verified ones cover.

    `present`: paths inside the case, regular files. `view`: what the log says; `view.marks` of every seal whose
    tokens should say anything about log lines. Raises UsageError for roots of `trust` that are none. Not shown by
    any of it: that what was stamped is true, or how much older it is; that a certificate was not revoked.
    """
    check = _Check(root, view, trust)
    folders = _grouped(present, view)
    for folder in sorted(folders, key=lambda path: (path.startswith(_ITEMS), path)):
        for stem, listing in sorted(folders[folder].items()):
            check.listing(folder, stem, listing)
    check.missing_answers(present)
    return check.findings, check.stamps


def _grouped(present: Collection[str], view: LogView) -> dict[str, dict[str, _Listing]]:
    """Folder → stem of a list → what is there. In items only what is logged: the rest is told as not listed."""
    found: dict[str, dict[str, _Listing]] = {}
    for path in present:
        if "/stamp" not in path:
            continue
        folder, _, name = path.rpartition("/")
        of_item = path in view.files and folder.startswith(_ITEMS) and folder[len(_ITEMS) :] in view.items
        seal = _seal_of(folder)
        if not (of_item or seal) or (view.broken and seal > view.size):
            continue  # what lines behind a wrong one say was not read
        if STAMP_LIST.match(name):
            found.setdefault(folder, {}).setdefault(name[: -len(".sha256")], _Listing()).there = True
        elif about := STAMP_FILE.match(name):
            listing = found.setdefault(folder, {}).setdefault(about[1], _Listing())
            listing.authorities.setdefault(about[2], set()).add(about[3])
    return found


class _Check:
    def __init__(self, root: Path, view: LogView, trust: Trust) -> None:
        self.findings: list[Finding] = []
        self.stamps = Stamps()
        self._root, self._view, self._trust = root, view, trust
        self._digests: dict[str, str] = {}
        self._lists: dict[str, str] = {}  # folder and digest of a list → its path
        self._signatures: dict[str, list[tuple[str, int]]] = {}
        for path in view.signers:
            folder, _, name = path.rpartition("/")
            self._signatures.setdefault(folder, []).append((name, view.files[path].n))

    def _found(self, status: Status, text: str, path: str, cause: str = "") -> None:
        item = self._view.items.get(path.split("/", 2)[1]) if path.startswith(_ITEMS) else None
        whose = (item.id, item.exhibit) if item else ("", "")
        self.findings.append(Finding("stamp", status, text, path, *whose, cause=cause))

    def listing(self, folder: str, stem: str, listing: _Listing) -> None:
        path = f"{folder}/{stem}.sha256"
        if not listing.there:
            if path not in self._view.files and not self._view.broken:  # a logged one is told as missing
                self._found(Status.CHANGED, "the list that was to be stamped was never there", path)
            return
        try:
            data = read_regular(self._root / path, MAX_LIST)
            listed = read_list(data)
            wrong = "".join(self._wrong(folder, path, listed))
        except AbusekitError as fault:
            wrong = fault.message
        if not wrong and self._lists.setdefault(f"{folder}/{digest_bytes(data).sha256}", path) != path:
            wrong = "is the same as another list beside it, over which an authority can be asked only once"
        if wrong:
            self._found(Status.CHANGED, wrong, path)
            return
        seal = self._seal(folder)
        good: list[tuple[Token, Asked]] = []
        for authority, kinds in sorted(listing.authorities.items()):
            start = f"{folder}/{stem}.{authority}."
            found = self._token(start, authority, kinds, data)
            if found is None:
                continue
            token, n = found
            for name in listed:
                earlier = self.stamps.times.get(f"{folder}/{name}", token.gen_time)
                self.stamps.times[f"{folder}/{name}"] = min(earlier, token.gen_time)
            self._note_cover(folder, authority, token, n, seal)
            asked = self._view.asked.get((_seal_of(folder), f"{stem}.sha256", authority), _NO_LINE)
            good.append((token, asked))
            if text := self._clock(folder, token, asked, seal):
                self._found(Status.NOTE, text, f"{start}tsr")
        if apart := contradiction(good):
            known = folder.startswith(_ITEMS) or path in self._view.files  # else nobody says when they came
            text = f"two authorities stamped it {span(apart)} apart: one of the clocks is wrong"
            self._found(Status.UNCHECKED if known else Status.NOTE, text, path)

    def _seal(self, folder: str) -> Seal | None:
        """The seal in this folder; None in an item's, and where it is spoiled, as the check of seals says."""
        if not _seal_of(folder):
            return None
        try:
            return parse_seal(read_regular(self._root / f"{folder}/{SEAL}", MAX_SEAL))
        except AbusekitError:
            return None

    def _wrong(self, folder: str, path: str, listed: dict[str, str]) -> Iterator[str]:
        """What a list says otherwise than it should; the first is enough."""
        files = self._view.files
        if folder.startswith(_ITEMS):
            names = {logged.rpartition("/")[2] for logged in self._view.items[folder[len(_ITEMS) :]].files}
            expected = {name for name in names if name != "item.json" and not name.startswith("stamp.")}
            digests = {name: files[f"{folder}/{name}"].sha256 for name in expected}
        else:
            expected = self._signed(folder, path, listed)
            digests = {name: self._digest(f"{folder}/{name}") for name in expected & listed.keys()}
        if odd := sorted(expected ^ listed.keys()):
            yield f"lists other files than it has to: {odd[0]}"
            return
        if odd := sorted(name for name in listed if listed[name] != digests[name]):
            yield f"lists {odd[0]} with another digest than it has"

    def _digest(self, path: str) -> str:
        """Of the file as it is there; once, however many lists name it. Raises InputError."""
        if path not in self._digests:
            self._digests[path] = digest_bytes(read_regular(self._root / path, MAX_SIGNATURE)).sha256
        return self._digests[path]

    def _signed(self, folder: str, path: str, listed: dict[str, str]) -> set[str]:
        """What a list over a seal has to name: the seal, and every signature that was logged when it was written."""
        view = self._view
        if (view.withheld or view.broken) and path not in view.files:
            return {SEAL} | {name for name in listed if SIGNATURE.match(name)}
        written = view.files[path].n if path in view.files else view.size
        return {SEAL} | {name for name, n in self._signatures.get(folder, ()) if n < written}

    def _token(self, start: str, authority: str, kinds: set[str], data: bytes) -> tuple[Token, int] | None:
        """The token, where it is verified, and the line that admits it (-1: none); else a finding says why not."""
        digest = bytes.fromhex(digest_bytes(data).sha256)
        nonce = None
        known = self._trust.authority(authority)
        path = f"{start}tsq"
        try:
            if "tsq" in kinds:
                request = read_request(read_regular(self._root / path, MAX_QUERY))
                nonce = request.nonce
                if request.digest != digest:
                    raise EvidenceError("asks for a stamp on something else than the list")
            if "tsr" not in kinds and "pem" in kinds and f"{start}tsr" not in self._view.files:
                path = f"{start}pem"
                raise EvidenceError("goes with a token that was never there")
            if "tsr" not in kinds:
                return None
            path = f"{start}tsr"
            response = read_regular(self._root / path, MAX_RESPONSE)
            if "pem" in kinds:
                self._certificates(f"{start}pem", response)
            if known is not None:
                token = check_response(response, digest, nonce=nonce, roots=known.roots)
                self._found(Status.OK, said(authority, token), path)
                logged = self._view.files.get(path)
                same = logged is not None and logged.sha256 == digest_bytes(response).sha256
                return token, logged.n if logged is not None and same else -1
            token = read_response(response)
            if token.digest != digest:
                raise EvidenceError("the token stamps another digest than that of the list")
            if nonce is not None and token.nonce != nonce:
                raise EvidenceError("the token answers another request: its nonce is another")
        except (EvidenceError, InputError) as fault:
            foreign = isinstance(fault, BadToken) and fault.reason is Reason.UNTRUSTED
            if foreign and known is not None and not known.pinned:
                other = f"is of another {authority} than the one trusted here"
                text = f"{other} (--roots {authority}=FILE): {fault.message}"
                self._found(Status.UNCHECKED, text, path, cause="no-root")
            else:
                self._found(Status.CHANGED, fault.message, path)
            return None
        text = f"says {second(token.gen_time)}, but no root of {authority} is trusted here (--roots {authority}=FILE)"
        self._found(Status.UNCHECKED, text, path, cause="no-root")
        return None

    def _certificates(self, path: str, response: bytes) -> None:
        """The certificates beside a token are for people, and are those in it. Raises BadToken: it cannot be read."""
        chain = read_response(response).chain
        try:
            if not same_certificates(read_regular(self._root / path, MAX_CERTIFICATES), chain):
                self._found(Status.CHANGED, "holds something else than the certificates of its token", path)
        except InputError as fault:
            self._found(Status.CHANGED, fault.message, path)

    def _note_cover(self, folder: str, authority: str, token: Token, n: int, seal: Seal | None) -> None:
        """What the token says of log lines; nothing where the log is not the one that the seal describes."""
        size = _seal_of(folder)
        if size:
            mark = self._view.marks.get(size)
            if seal is None or mark is None or seal.size != size or seal.root != mark.root:
                return
        item = "" if size else folder[len(_ITEMS) :]
        self.stamps.tokens.append(Stamped(authority, token.gen_time, size, item, n))

    def _clock(self, folder: str, token: Token, asked: Asked, seal: Seal | None) -> str:
        if seal is None and folder.startswith(_ITEMS):
            taken = self._view.items[folder[len(_ITEMS) :]].taken
            at = taken[1] if taken else ""
            asked = Asked(-1, asked_at=at, answered_at=at)  # it was had right before the item was stored
        return clock_of_ours(token, seal.sealed_at if seal else "", asked)

    def missing_answers(self, present: Collection[str]) -> None:
        """Requests without an answer, and the newest seal without a token: the seal is good without."""
        for (size, listed, authority), asked in self._view.asked.items():
            if asked.answered < 0 <= asked.n:
                text = f"asked {authority}, which has not answered yet: abusekit timestamp --pending"
                path = f"seals/{size:06}/{listed.removesuffix('.sha256')}.{authority}.tsq"
                self._found(Status.NOTE, text, path)
        sealed = [path for path in present if path.startswith("seals/") and path.endswith(f"/{SEAL}")]
        newest = max(sealed, key=lambda path: (len(path), path), default="").rpartition("/")[0]
        if (
            newest
            and not self._view.broken
            and not any(path.startswith(f"{newest}/stamp") and path.endswith(".tsr") for path in present)
        ):
            text = "has no time stamp: when it was made is only what the clock of this computer said"
            self._found(Status.NOTE, text, f"{newest}/{SEAL}")


def _seal_of(folder: str) -> int:
    """N of the seal in whose folder this is; 0 for an item."""
    kind, _, name = folder.partition("/")
    return int(name) if kind == "seals" and SEAL_FOLDER.fullmatch(name) else 0
