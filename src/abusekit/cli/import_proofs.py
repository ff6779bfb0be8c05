"""What the signatures of an export need beside it, DNS records and a DID document: stored as items of their own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from abusekit.case.canonical import JSON
from abusekit.case.custody import instant_text
from abusekit.case.hashing import read_regular
from abusekit.errors import InputError, UsageError

if TYPE_CHECKING:
    from abusekit.case.folder import Case
    from abusekit.case.intake import Intake
    from abusekit.case.records import Item
    from abusekit.cli.importing import Wanted
    from abusekit.cli.options import Session
    from abusekit.net.dns_txt import Answer

TIMEOUT_S = 4.0
MAX_DOCUMENT = 1 << 20
_WITH_KEYS = ("eml", "mbox", "msg")
DNS_LIMIT = "a name server, or whoever sits on the way, can answer as they like; DNSSEC is not checked here"


def check_proofs(wanted: Wanted) -> None:
    """Before anything is stored. Raises UsageError: no address, or a file that cannot be read or used."""
    if wanted.keys is not None:
        _records(wanted.keys)
    if wanted.document is not None:
        _did_document(wanted.document)
    if wanted.resolver is not None:
        from abusekit.cli.options import now
        from abusekit.net.dns_txt import ask

        ask((), resolver=wanted.resolver, timeout_s=TIMEOUT_S, clock=now)


def store_documents(intake: Intake, case: Case, wanted: Wanted, session: Session) -> dict[str, str]:
    """Store the files of --keys and --did-document, each once; gives what is to be declared.

    Raises UsageError: a file that cannot be read, or holds no such thing.
    """
    said: dict[str, str] = {}
    if wanted.keys is not None:
        data, count = _records(wanted.keys)
        said["keys"] = _store_file(intake, case, wanted.keys, data, "DNS records given as a file", session)
        session.say(f"  {count} DNS records from {wanted.keys.name}, stored as {said['keys']}")
    if wanted.document is not None:
        data = _did_document(wanted.document)
        said["document"] = _store_file(
            intake, case, wanted.document, data, "DID document given as a file", session
        )
    return said


def _records(path: Path) -> tuple[bytes, int]:
    """The bytes of a file of DNS records, and how many it holds."""
    from abusekit.importers.mail.key_records import LARGEST, read_records

    data = _read(path, LARGEST)
    try:
        return data, len(read_records(data))
    except InputError as fault:
        raise UsageError(f"{path.name}: {fault.message}", fault.hint) from fault


def _did_document(path: Path) -> bytes:
    data = _read(path, MAX_DOCUMENT)
    try:
        document = json.loads(data)
        known = isinstance(document, dict) and isinstance(document.get("id"), str)
    except (ValueError, RecursionError):
        known = False
    if not known:
        raise UsageError(f"{path.name} is no DID document", "such as https://plc.directory/did:plc:…")
    return data


def ask_keys(intake: Intake, case: Case, item: Item, wanted: Wanted, session: Session) -> dict[str, str]:
    """Ask DNS for the DKIM keys that a stored export wants, and store the answers; gives what is to be declared.

    Prints where it connects. Raises NetworkError (no resolver), UsageError (not an address), InputError.
    """
    from abusekit.cli.options import now
    from abusekit.net.dns_txt import ask

    names = _needed(case, item)
    if not names:
        session.say("  no signature in it wants a key: nothing is asked")
        return {}
    whom = wanted.resolver or "the name server of this computer"
    session.say(
        f"  asks {whom} for {len(names)} DKIM keys: it learns the names, and so may the domains that are named: "
        + ", ".join(names[:5])
        + (", …" if len(names) > 5 else "")
    )
    answers = ask(names, resolver=wanted.resolver, timeout_s=TIMEOUT_S, clock=now)
    found = {answer.name: answer.txt for answer in answers if answer.txt is not None}
    session.say(f"  {len(found)} of {len(names)} found" + "".join(_trouble(answers)))
    draft = intake.draft("file")
    draft.source = {"names": ["dns-records.json"], "asked_for": item.id}
    draft.method = {"way": "asked of a name server (DNS TXT, RFC 1035)", "resolver": answers[0].resolver}
    draft.facts = {"dns": [_facts(answer) for answer in answers]}
    draft.limits.append(DNS_LIMIT)
    text = json.dumps(found, ensure_ascii=True, indent=1, sort_keys=True)
    draft.write("dns-records.json", text.encode() + b"\n", "application/json", "original")
    (stored,) = intake.commit([draft])
    session.say(f"  stored as {stored.id}")
    return {"keys": stored.id} if found else {}


def _needed(case: Case, item: Item) -> list[str]:
    from abusekit.importers.formats import claims
    from abusekit.importers.mail.needed_keys import MOST_NAMES, needed_keys
    from abusekit.messages.cache import opened_export

    names: dict[str, None] = {}
    with opened_export(case, item) as export:
        for claim in claims(export):
            for member in claim.members if claim.importer.NAME in _WITH_KEYS else ():
                if len(names) < MOST_NAMES:
                    with member.open() as stream:
                        names.update(dict.fromkeys(needed_keys(stream)))
    return list(names)[:MOST_NAMES]


def _facts(answer: Answer) -> dict[str, JSON]:
    return {
        "name": answer.name,
        "found": answer.txt is not None,
        "problem": answer.problem,
        "at": None if answer.at_utc is None else instant_text(answer.at_utc),
        "authenticated_data": answer.authenticated_data,
        "rcode": answer.rcode,
    }


def _trouble(answers: list[Answer]) -> list[str]:
    problems = [answer.problem for answer in answers if answer.txt is None]
    return [f"; {problems.count(one)}: {one}" for one in dict.fromkeys(problems)]


def _read(path: Path, most: int) -> bytes:
    try:
        return read_regular(path, most, follow=True)
    except OSError as fault:
        raise UsageError(f"{path} cannot be read: {fault.strerror}", "name another file") from fault
    except InputError as fault:
        raise UsageError(f"{path}: {fault.message}", "name another file") from fault


def _store_file(intake: Intake, case: Case, path: Path, data: bytes, what: str, session: Session) -> str:
    """The item that holds these bytes: one that is there, or a new one."""
    from abusekit.case.hashing import digest_bytes

    sha256 = digest_bytes(data).sha256
    for entry in case.entries():
        if entry["do"] == "item.add" and any(f["sha256"] == sha256 for f in entry["files"]):
            return str(entry["item"])
    draft = intake.draft("file")
    draft.source = {
        "names": [path.name.encode("utf-8", "backslashreplace").decode()],
        "stated": {"what": what},
    }
    draft.method = {"way": "copied as it was, hashed while it was copied"}
    draft.limits.append("what such a file says was true for whoever made it; when, it does not show")
    draft.write("document.txt", data, "text/plain", "original")
    (stored,) = intake.commit([draft])
    return stored.id
