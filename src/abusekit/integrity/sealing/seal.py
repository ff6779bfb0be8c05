"""Sign a seal: never blindly, and never without checking the signature that was just made."""

from __future__ import annotations

import shlex
from pathlib import Path

from abusekit.case.custody import Act, sync_folder
from abusekit.case.folder import Case, disk_error, write_once
from abusekit.case.hashing import digest_bytes
from abusekit.case.mark import marked
from abusekit.case.writing import When, writing
from abusekit.errors import CaseError, EvidenceError, InputError, UsageError
from abusekit.integrity.keys.signing import SealSigner
from abusekit.integrity.keys.sshsig import NAMESPACE, verify
from abusekit.integrity.sealing.manifest import (
    MANIFEST,
    MAX_SEAL,
    SEAL,
    Seal,
    newest_seal,
    parse_seal,
    read_state,
)


def check_statement(case: Case, folder: Path) -> tuple[bytes, Seal]:
    """The bytes of a seal whose every statement is true of the log on disk. Raises EvidenceError, CaseError."""
    relative = f"seals/{folder.name}"
    text = case.read_small(f"{relative}/{SEAL}", MAX_SEAL)
    seal = parse_seal(text)
    state = read_state(case.log.path, seal.size)
    manifest = case.read_small(f"{relative}/{MANIFEST}", 1 << 30)
    said = (seal.case, seal.root, seal.head, seal.log_sha256, seal.manifest_sha256)
    if said != (state.case, state.root, state.head, state.log_sha256, digest_bytes(manifest).sha256):
        raise EvidenceError(f"{relative} does not describe this case", "do not sign it; run: abusekit verify")
    return text, seal


def nothing_new(case: Case) -> Path | None:
    """The folder of the newest seal where it is signed and only its own signatures and stamps were logged since.

    None where a new seal has something to state: also where that seal, or its list of files, is not as it was.
    """
    sealing = ("seal.add", "seal.sign", "seal.ask", "seal.stamp")
    try:
        folder = newest_seal(case)
        size = int(folder.name)
        later = [(entry["do"], entry.get("seal")) for entry in case.entries() if int(entry["n"]) >= size]
        if any(do not in sealing for do, _ in later) or ("seal.sign", size) not in later:
            return None
        check_statement(case, folder)
    except (CaseError, EvidenceError, InputError):
        return None
    return folder


def sign_seal(case: Case, folder: Path, signer: SealSigner, *, by: str, now: When) -> Path:
    """Write `seal.txt.<name>.sig` beside the seal and log it; gives its path.

    Raises EvidenceError (the seal does not describe the case, or the signature is not good), UsageError
    (signed by this name before), and what `signer.sign` raises.
    """
    text, seal = check_statement(case, folder)
    armored = signer.sign(text)
    key = verify(armored, text, NAMESPACE)
    if key != signer.public:
        raise EvidenceError(
            f"the signature just made is of another key: {key.fingerprint}", "check this installation"
        )
    target = folder / f"{SEAL}.{signer.name}.sig"
    digest = digest_bytes(armored)
    listed = {"path": f"seals/{folder.name}/{target.name}", "sha256": digest.sha256, "size": digest.size}
    with writing(case, by=by, when=now) as at:  # sets aside a signature that an interrupted run left unlogged
        if target.exists():
            raise UsageError(f"{signer.name} has signed this seal already", "make a new one: abusekit seal")
        with marked(case) as mark:
            try:
                write_once(target, armored)
                sync_folder(folder)
                act = Act("seal.sign", {"seal": seal.size, "signer": key.fingerprint, "files": [listed]})
                case.log.append([act], by=by, now=at)
            except (OSError, CaseError) as fault:
                mark.taken_back(target)
                if isinstance(fault, OSError):
                    raise disk_error("the signature could not be written", fault) from fault
                raise
    return target


def outside_commands(case_root: Path, folder: Path, name: str) -> tuple[str, str]:
    """The lines by which a stranger repeats the check without abusekit: `ssh-keygen` and `sha256sum`.

    `allowed_signers` is the file with the signer's public key; it has to come from outside the case.
    """
    return signature_command(folder, name), manifest_command(case_root, folder)


def signature_command(folder: Path, name: str) -> str:
    """The line that checks one signature; see `outside_commands`."""
    seal = shlex.quote(str(folder / SEAL))
    signature = shlex.quote(str(folder / f"{SEAL}.{name}.sig"))
    return f"ssh-keygen -Y verify -f allowed_signers -I {name} -n {NAMESPACE} -s {signature} < {seal}"


def manifest_command(case_root: Path, folder: Path) -> str:
    """The line that compares every file of the case with the list that was sealed."""
    return f"(cd {shlex.quote(str(case_root))} && sha256sum -c {folder.relative_to(case_root) / MANIFEST})"
