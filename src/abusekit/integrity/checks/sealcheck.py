"""Are the seals true of this case, and who signed them?"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from abusekit.case.hashing import digest_bytes, read_regular
from abusekit.errors import AbusekitError, InputError
from abusekit.integrity.checks.signaturecheck import judge, rotations
from abusekit.integrity.findings import WRONG, Finding, Status
from abusekit.integrity.keys.publickey import PublicKey
from abusekit.integrity.keys.sshsig import MAX_ARMOR, NAMESPACE, BadSignature, Reason, verify
from abusekit.integrity.log.logview import WITHHELD, Expected, LogView
from abusekit.integrity.sealing.manifest import MANIFEST, MAX_SEAL, SALT, SEAL, SEAL_FOLDER, Seal, parse_seal
from abusekit.integrity.timestamps.stamps import Stamps
from abusekit.integrity.trust import Trust

SIGNATURE = re.compile(rf"{re.escape(SEAL)}\.([A-Za-z0-9_][A-Za-z0-9._-]*)\.sig\Z")
MAX_MANIFEST = 1 << 30
LONGEST_LINE = 400
"""Bytes: more than a line of a manifest can have."""
_LINE = re.compile(r"([0-9a-f]{64})  ([A-Za-z0-9_./-]+)\n", re.ASCII)


def seal_sizes(folders: set[str]) -> list[int]:
    """The N of the seal folders that are there, ascending."""
    names = [path[len("seals/") :] for path in folders if path.startswith("seals/")]
    return sorted(int(name) for name in names if SEAL_FOLDER.fullmatch(name))


def check_seals(
    root: Path, present: Collection[str], sizes: list[int], view: LogView, trust: Trust, stamps: Stamps
) -> list[Finding]:
    """Findings over all seals, oldest first, and over what no seal covers.

    `stamps`: since when which signature is known to exist, by trusted time stamps.
    """
    signed: dict[int, set[str]] = {}  # N of a seal → fingerprints of its good signatures
    parts = _grouped(present)
    of_seal: dict[int, list[Finding]] = {}
    for size in (size for size in sizes if not _not_read(size, view)):
        newest = size == sizes[-1]
        of_seal[size] = _check_seal(
            root,
            f"seals/{size:06}",
            parts.get(f"seals/{size:06}", set()),
            size,
            view,
            trust,
            stamps,
            signed,
            newest=newest,
        )
    findings = [*_weighed(of_seal), *rotations(signed, view), *_unbound(sizes, view)]
    if view.broken and sizes:
        if unread := len(sizes) - len(of_seal):
            seals = "1 seal covers" if unread == 1 else f"{unread} seals cover"
            text = f"{seals} lines behind the one that is wrong, which were not read: not compared"
            findings.append(Finding("seal", Status.UNCHECKED, text, "seals"))
        return findings
    if not sizes:
        findings.append(
            Finding("seal", Status.UNCHECKED, "the case is not sealed: run abusekit seal", "seals")
        )
        if trust.pinned:
            findings.append(
                Finding("signature", Status.CHANGED, "no seal is signed by the pinned key", "seals")
            )
    elif in_partial_copy(sizes[-1], view):
        return findings  # what was logged behind it, the sealing too, is not in the copy
    elif (behind := view.acts_after_seal) or sizes[-1] > view.last_seal:
        if sizes[-1] > view.last_seal:
            text = (
                f"the seal over {sizes[-1]} lines is not in the log: a run was interrupted; run abusekit seal"
            )
        else:
            text = f"{behind} acts behind the newest seal are not covered by any: run abusekit seal"
        findings.append(Finding("seal", Status.UNCHECKED, text, f"seals/{sizes[-1]:06}"))
    elif (tail := view.size - view.last_seal) > 0:
        text = f"the last {tail} lines record the sealing itself; no seal covers who and when they name"
        findings.append(Finding("seal", Status.NOTE, text, f"seals/{sizes[-1]:06}"))
    return findings


def _grouped(present: Collection[str]) -> dict[str, set[str]]:
    """Folder of a seal → the paths in it: a case can hold very many seals."""
    found: dict[str, set[str]] = {}
    for path in present:
        if path.startswith("seals/"):
            found.setdefault(path.rpartition("/")[0], set()).add(path)
    return found


def _check_seal(
    root: Path,
    folder: str,
    present: set[str],
    size: int,
    view: LogView,
    trust: Trust,
    stamps: Stamps,
    signed: dict[int, set[str]],
    *,
    newest: bool,
) -> list[Finding]:
    path = f"{folder}/{SEAL}"
    if path not in present:
        return [Finding("seal", Status.MISSING, "the folder of a seal holds no seal.txt", path)]
    try:
        text = read_regular(root / path, MAX_SEAL)
        seal = parse_seal(text)
        findings = _statement(seal, folder, size, view)
        listed = f"{folder}/{MANIFEST}"
        if listed in present or not (listed in view.removed or view.unexplained > 0):
            findings += _manifest(root, folder, present, seal, view)
    except AbusekitError as fault:
        return [Finding("seal", Status.CHANGED, fault.message, path)]
    if not findings:
        findings = [
            Finding("seal", Status.OK, f"sealed over {size} lines at {seal.sealed_at} (local clock)", path)
        ]
    mark = view.marks.get(size)
    if mark and not mark.log_sha256 and all(f.status is Status.OK for f in findings):
        findings.append(Finding("seal", Status.NOTE, _not_compared(listed, view), path))
    return findings + _signatures(root, folder, present, text, view, trust, stamps, signed, newest=newest)


def _not_read(size: int, view: LogView) -> bool:
    """Whether a seal covers lines that were not read, because one before them breaks the form."""
    return view.broken and size > view.size


def _weighed(of_seal: dict[int, list[Finding]]) -> list[Finding]:
    """The findings over all seals, oldest first.

    A good signature over an older seal that does not count here weighs nothing where a newer seal is good and its
    signature counts: that one is over the same lines, and over the older seal itself.
    """
    weighed: list[list[Finding]] = []
    good = 0  # N of a newer seal that is good, and signed by a key that counts
    for size, found in sorted(of_seal.items(), reverse=True):
        covered = f"; the seal over {good} lines, which is well signed, covers the same lines"
        weighed.append(
            [
                replace(one, status=Status.NOTE, message=one.message + covered) if good and one.cause else one
                for one in found
            ]
        )
        signed = any(one.check == "signature" and one.status is Status.OK for one in found)
        if signed and not any(one.check == "seal" and one.status in WRONG for one in found):
            good = size
    return [one for found in reversed(weighed) for one in found]


def _unbound(sizes: list[int], view: LogView) -> list[Finding]:
    """A hash in the place of a line behind the newest seal: anybody can take that line away, or add such a hash."""
    start = sizes[-1] if sizes else 0
    if not (loose := view.hidden[start:].count(WITHHELD)):
        return []
    text = (
        f"withheld lines behind the newest seal: {loose}; nothing binds what they say, or that they are all"
    )
    return [Finding("seal", Status.UNCHECKED, text, view.path)]


def in_partial_copy(size: int, view: LogView) -> bool:
    """Whether a seal is the one that a partial copy was made of: over all of its lines, so that none records it."""
    return view.unexplained > 0 and size == view.size


def _not_compared(listed: str, view: LogView) -> str:
    text = "log-sha256 of this seal cannot be compared: lines are withheld or erased; root and head can, and agree"
    return f"{text}; its list of files is gone with what was erased" if listed in view.removed else text


def _statement(seal: Seal, folder: str, size: int, view: LogView) -> list[Finding]:
    path = f"{folder}/{SEAL}"
    mark = view.marks.get(size)
    if seal.size != size:
        return [Finding("seal", Status.CHANGED, f"lies in {folder}, but covers {seal.size} lines", path)]
    if mark is None:
        text = f"covers {size} lines, but the log that can be read has {view.size}"
        return [Finding("seal", Status.CHANGED, text, path)]
    wrong = [
        name
        for name, said, found in (
            ("case", seal.case, view.case or seal.case),
            ("root-sha256", seal.root, mark.root),
            ("head-sha256", seal.head, mark.head),
            ("log-sha256", seal.log_sha256, mark.log_sha256 or seal.log_sha256),
        )
        if said != found
    ]
    if wrong:
        text = f"does not describe this log: {', '.join(wrong)} differ"
        return [Finding("seal", Status.CHANGED, text, path)]
    return []


def _manifest(root: Path, folder: str, present: set[str], seal: Seal, view: LogView) -> list[Finding]:
    path = f"{folder}/{MANIFEST}"
    if path not in present:
        return [Finding("seal", Status.MISSING, "the list of files that was sealed is gone", path)]
    logged = view.files.get(path)
    limit = min(MAX_MANIFEST, LONGEST_LINE * (len(view.files) + 1))
    try:
        data = read_regular(root / path, limit)
    except InputError as fault:
        return [Finding("seal", Status.CHANGED, fault.message, path)]
    if logged and len(data) != logged.size:
        text_ = f"has {len(data)} bytes, {logged.size} were logged"
        return [Finding("seal", Status.CHANGED, text_, path)]
    if digest_bytes(data).sha256 != seal.manifest_sha256:
        return [Finding("seal", Status.CHANGED, "is not the list of files that seal.txt names", path)]
    mark = view.marks.get(seal.size)
    if mark is None or not mark.log_sha256:
        return []  # what withheld lines name is not known
    count = end = 0
    last = ""
    text = data.decode("ascii", "replace")  # what is not ASCII fits no line
    salted = f"{folder}/{SALT}"
    for found in _LINE.finditer(text):
        sha256, name = found.groups()
        expected = view.files.get(name)
        if expected is None and name == salted and seal.size > view.last_seal:
            expected = Expected(sha256, 0, seal.size)  # a seal not logged yet: counts for nothing
        if (
            expected is None
            or expected.sha256 != sha256
            or view.removed.get(name, seal.size) < seal.size
            or (expected.n >= seal.size and name != salted)
            or found.start() != end
            or name <= last
        ):
            return [Finding("seal", Status.CHANGED, f"lists {name} otherwise than the log does", path)]
        last, end = name, found.end()
        count += name != salted
    if end != len(text) or count != mark.files:
        what = f"lists {count} files where the log has {mark.files}"
        return [Finding("seal", Status.CHANGED, what, path)]
    return []


def _signatures(
    root: Path,
    folder: str,
    present: set[str],
    text: bytes,
    view: LogView,
    trust: Trust,
    stamps: Stamps,
    signed: dict[int, set[str]],
    *,
    newest: bool,
) -> list[Finding]:
    findings: list[Finding] = []
    logged = view.signers
    prefix = f"{folder}/"
    good: list[PublicKey] = []
    for path in sorted(p for p in present if p.startswith(prefix) and SIGNATURE.match(p[len(prefix) :])):
        try:
            key = verify(read_regular(root / path, MAX_ARMOR), text, NAMESPACE)
        except BadSignature as fault:
            status = Status.UNCHECKED if fault.reason is Reason.UNSUPPORTED else Status.CHANGED
            findings.append(Finding("signature", status, fault.message, path))
            continue
        except AbusekitError as fault:
            findings.append(Finding("signature", Status.CHANGED, fault.message, path))
            continue
        if logged.get(path, key.fingerprint) != key.fingerprint:
            text_ = f"is of key {key.fingerprint}, logged was one of {logged[path]}"
            findings.append(Finding("signature", Status.CHANGED, text_, path))
            continue
        good.append(key)
        at = stamps.times.get(path)  # sealed-at is the signer's own word
        findings.append(judge(key, path, at, view, trust))
    signed[int(folder.removeprefix("seals/"))] = {key.fingerprint for key in good}
    if trust.pinned and newest and not any(key.fingerprint in trust.pinned for key in good):
        text_ = "the newest seal is not signed by the pinned key"
        findings.append(Finding("signature", Status.CHANGED, text_, f"{folder}/{SEAL}"))
    elif not findings and newest:
        findings.append(Finding("signature", Status.UNCHECKED, "the seal is not signed", f"{folder}/{SEAL}"))
    elif not findings:
        text_ = "the seal is not signed; the newest one covers the same lines"
        findings.append(Finding("signature", Status.NOTE, text_, f"{folder}/{SEAL}"))
    return findings
