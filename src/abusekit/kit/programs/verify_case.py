#!/usr/bin/env python3
"""Check a case folder that was made with abusekit, without abusekit.

    python3 -I verify_case.py CASE [--signers allowed_signers]... [--ca NAME=ROOTS.pem]...
                                   [--against kept/seal.txt]... [--signer SHA256:...]...

One file to be read before it is run; Python 3.8 or later and nothing else (time stamps need `openssl`).
It reads only, needs no network, follows no link, opens nothing but regular files, and trusts nothing that
lies in the case: whose signatures and time stamps count is told on the command line, from outside.

Exit code: 0 VERIFIED; 1 NOT VERIFIED: something is changed, missing or was never logged; 3 TORN LOG: its last
line is incomplete (or this is no case); 7 NOT FULLY CHECKED: nothing is wrong, but something could not be
checked; 2 and 4 wrong usage, wrong input.

What it checks, in the order of this text: names and kinds of files; the custody log (canonical lines, the chain
of hashes, the rules of each act); signatures (Ed25519 in SSH's form); time stamps (RFC 3161); seals; items and
files. It does not look into web archives (.wacz) and papers of hand-overs, and does not compare the pages that
lie beside a web archive with it; private/, derived/ and staging/ are never evidence, and are not entered. The
format stands in docs/case-format.md. A case that was written anew as a whole, or cut back to an older seal,
agrees with itself: only a known key, a time stamp, or a kept seal.txt (--against) shows that.
"""

import sys

if __name__ == "__main__" and not (sys.flags.isolated or getattr(sys.flags, "safe_path", False)):
    del sys.path[0]  # nothing that lies beside this program is imported, also without -I

import argparse
import base64
import hashlib
import json
import os
import re
import stat
import subprocess
import tempfile
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from typing import Any, Dict, Iterator, List, Optional, Set, Tuple

OK, NOTE, UNCHECKED = "OK", "NOTE", "COULD-NOT-CHECK"
CHANGED, MISSING, UNLISTED = "CHANGED", "MISSING", "UNLISTED"
SHOWN = 200  # findings of one status that are printed; all are counted
LOG, PARTIAL_LOG = "custody/log.jsonl", "custody/log.redacted"
MAX_LINE, MAX_SEAL, MAX_ITEM, MAX_TOKEN, MAX_GIVEN = 65_536, 8_192, 4 << 20, 1 << 20, 1 << 20  # bytes
NAME = r"[A-Za-z0-9_][A-Za-z0-9._-]*"
HEX64 = re.compile(r"[0-9a-f]{64}\Z")
Listed = Tuple[str, int, int]  # a file as the log has it: SHA-256, size, line


class Bad(Exception):
    """What was read is not what it has to be; the text says why."""


def need(right: Any, text: str) -> None:
    """Raises Bad with `text` where something is not as it has to be."""
    if not right:
        raise Bad(text)


def shown(text: str) -> str:
    """Nothing from a case reaches the terminal raw: no control character, no trick of right-to-left text."""
    return ascii(text)[1:-1][:600]


def open_regular(path: str, more: int = 0) -> Tuple[int, int]:
    """Descriptor and size of a regular file; a pipe in its place cannot make us wait. Raises OSError."""
    flags = os.O_RDONLY | more
    for name in ("O_NONBLOCK", "O_CLOEXEC", "O_BINARY"):  # not all systems have all of them
        flags |= getattr(os, name, 0)
    fd = os.open(path, flags)
    status = os.fstat(fd)
    if not stat.S_ISREG(status.st_mode):
        os.close(fd)
        raise OSError(22, "not a regular file")
    return fd, status.st_size


# ---------------------------------------------------------------- names and kinds of files


class Case:
    """A case folder, looked at as if an opponent had made it, and what is found in it."""

    APART = ("private", "derived", "staging")  # never evidence: not entered
    LEFT_BY_FILE_MANAGERS = (".DS_Store", "Thumbs.db", "desktop.ini", ".directory")
    DEVICES = {"con", "prn", "aux", "nul"} | {port + str(n) for port in ("com", "lpt") for n in range(10)}

    def __init__(self, root: str) -> None:
        self.root = root
        self.counts: Dict[Tuple[str, str], int] = {}  # (check, status) -> number of findings
        self.texts: Dict[str, List[str]] = {}  # status -> the first of them, to be printed
        self.files: Set[str] = set()  # paths inside the case, regular files
        self.folders: Set[str] = set()
        self.judged: Set[str] = set()  # paths of which it was said what is wrong with them
        self._walk(root, "", 0)
        self.seals: Dict[int, List[str]] = {}  # N of each folder of a seal -> paths of the files in it
        for path in self.folders:
            if SEAL_FOLDER.match(path):
                self.seals[int(path[6:])] = []
        for path in self.files:
            folder = path.rpartition("/")[0]
            if SEAL_FOLDER.match(folder):
                self.seals[int(folder[6:])].append(path)
        # the mark of a change that was begun and not ended
        self.interrupted = "custody/pending" in self.files and not self.size("custody/pending")

    def add(self, check: str, status: str, path: str, text: str = "") -> None:
        """A finding."""
        self.counts[check, status] = self.counts.get((check, status), 0) + 1
        kept = self.texts.setdefault(status, [])
        if text and len(kept) < SHOWN:
            kept.append(f"{status:16} {shown(path)}: {shown(text)}")

    def _judge(self, status: str, path: str, text: str) -> None:
        self.judged.add(path)
        self.add("names", status, path, text)

    def _walk(self, folder: str, prefix: str, depth: int) -> None:
        with os.scandir(folder) as entries:
            listed = sorted(entries, key=lambda entry: entry.name)
        seen = set()
        for entry in listed:
            name, path = entry.name, prefix + entry.name
            if depth == 0 and name in self.APART:
                if entry.is_symlink() and name != "private":  # safety notes may be kept elsewhere
                    self._judge(CHANGED, path, "a link stands here: not followed")
                continue
            if name in self.LEFT_BY_FILE_MANAGERS and entry.is_file(follow_symlinks=False):
                self._judge(NOTE, path, "put there by the computer's file manager: not evidence")
                continue
            odd = not re.match(NAME + r"\Z", name) or name.lower().split(".")[0] in self.DEVICES
            if odd or len(name) > 200 or name.lower() in seen or depth >= 8:
                text = "a name that a case does not use, a twin but for capitals, or nested too deeply"
                self._judge(UNLISTED, path, text + ": not looked into")
                continue
            seen.add(name.lower())
            if entry.is_file(follow_symlinks=False):
                self.files.add(path)
            elif entry.is_symlink():
                self._judge(CHANGED, path, "a link stands here: not followed")
            elif entry.is_dir(follow_symlinks=False):
                self.folders.add(path)
                try:
                    self._walk(entry.path, path + "/", depth + 1)
                except OSError as fault:
                    self._judge(UNCHECKED, path, f"the folder cannot be read: {fault.strerror}")
            else:
                self._judge(CHANGED, path, "a device, pipe or socket stands here: not opened")

    def open(self, path: str) -> Tuple[int, int]:
        """Descriptor and size. Raises OSError."""
        return open_regular(os.path.join(self.root, path), getattr(os, "O_NOFOLLOW", 0))

    def size(self, path: str) -> int:
        return os.lstat(os.path.join(self.root, path)).st_size

    def read(self, path: str, limit: int, logged: Optional[int] = None) -> bytes:
        """Raises Bad: cannot be read, too large, or not of the size that was logged."""
        try:
            fd, size = self.open(path)
            with open(fd, "rb") as stream:
                need(logged in (None, size), f"has {size} bytes, {logged} were logged")
                need(size <= limit, f"is too large: {size} bytes")
                return stream.read(size)
        except OSError as fault:
            raise Bad(f"cannot be read: {fault.strerror}") from fault

    def same(self, check: str, path: str, listed: Listed, keep: int = 0, wrong: str = CHANGED) -> Any:
        """Content (empty where longer than `keep`) of a file that is as logged; None where it is not: a finding."""
        sha256, size, _ = listed
        try:
            fd, there = self.open(path)
            with open(fd, "rb", buffering=0) as stream:
                need(there == size, f"has {there} bytes, {size} were logged")
                whole, data = hashlib.sha256(), b""
                for _ in range(size // (1 << 20) + 1):  # not beyond its size, even where it grows meanwhile
                    block = stream.read(1 << 20) or b""
                    whole.update(block)
                    data += block if size <= keep else b""
            need(whole.hexdigest() == sha256, f"is not what was logged: SHA-256 is {whole.hexdigest()}")
        except OSError as fault:
            self.add(check, UNCHECKED, path, f"cannot be read: {fault.strerror}")
        except Bad as fault:
            self.add(check, wrong, path, str(fault))
        else:
            self.add(check, OK, path)
            return data
        return None

    @property
    def exit_code(self) -> int:
        found = {status for _, status in self.counts}
        if found & {CHANGED, MISSING, UNLISTED}:
            return 1
        return 3 if self.log.torn else 7 if UNCHECKED in found else 0

    @property
    def word(self) -> str:
        word = {0: "VERIFIED", 1: "NOT VERIFIED", 3: "TORN LOG", 7: "NOT FULLY CHECKED"}[self.exit_code]
        log = self.log
        if log.unexplained:
            erased = f", {len(log.erased)} of them erased" if log.erased else ""
            hidden = "they may hold withdrawals, quarantines, revocations"
            return f"{word} (PARTIAL: {log.withheld} of {log.size} lines are withheld{erased}; {hidden})"
        return f"{word} (ERASED: {log.withheld} of {log.size} lines are erased)" if log.withheld else word

    log: "Log"


# ---------------------------------------------------------------- canonical JSON (RFC 8785, restricted), forms


def _integer(text: str) -> int:
    if len(text) > 17 or not -(2**53) < int(text) < 2**53:
        raise ValueError(f"not an integer up to 2^53-1: {text[:40]}")
    return int(text)


_parse = json.JSONDecoder(parse_float=_integer, parse_constant=_integer, parse_int=_integer).decode
_spell = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode
_is_key = lru_cache(4096)(re.compile(r"[a-z][a-z0-9_]{0,39}\Z").match)


def canonical(data: bytes, depth: int) -> Any:
    """The value whose one spelling is exactly `data`: parse, write again, compare. Raises Bad."""
    try:
        value = _parse(data.decode("utf-8"))
        _within([value], depth + 1)
        again = _spell(value).encode("utf-8")
    except (ValueError, RecursionError) as fault:
        raise Bad(f"not canonical JSON: {fault}") from fault
    need(again == data, "not the canonical spelling")
    return value


def _within(value: Any, depth: int) -> None:
    """Raises Bad for what is nested too deeply, or has a key that is not used."""
    need(depth > 0, "nested too deeply")
    if type(value) is dict:
        need(all(map(_is_key, value)), "has a key that is not used")
        value = value.values()
    for one in value:
        if type(one) in (dict, list):
            _within(one, depth - 1)


def fits(value: Any, form: Any) -> bool:
    """Forms: a type; a pattern of texts; [form of each]; {member: form} ("?": may be absent, others may be there);
    (one of these words, None or forms)."""
    if isinstance(form, type):
        return type(value) is form
    if isinstance(form, re.Pattern):
        return type(value) is str and form.match(value) is not None
    if isinstance(form, tuple):
        return any(value == one if one is None or isinstance(one, str) else fits(value, one) for one in form)
    if isinstance(form, list):
        return type(value) is list and all(fits(one, form[0]) for one in value)
    if type(value) is not dict:
        return False
    for key, one in form.items():
        name = key[:-1] if key[-1] == "?" else key
        if name not in value:
            if name == key:
                return False
        elif not fits(value[name], one):
            return False
    return True


# ---------------------------------------------------------------- the custody log

PLACE = re.compile(rf"(?:settings|custody|evidence|seals)(?:/{NAME})*/{NAME}\Z")
AT = re.compile(r"\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{6}Z\Z", re.ASCII)
VERB = re.compile(r"[a-z][a-z0-9]*(\.[a-z][a-z0-9]*)+\Z")
ITEM_ID = re.compile(r"E(\d{4,9})\Z")
FINGERPRINT = re.compile(r"SHA256:[A-Za-z0-9+/]{43}\Z")
SEAL_FOLDER = re.compile(r"seals/(?:(?!0{6})[0-9]{6}|[1-9][0-9]{6,14})\Z")
REMOVABLE = re.compile(r"(seals/(?:(?!0{6})[0-9]{6}|[1-9][0-9]{6,14}))/(?:manifest-sha256|salt)\.txt\Z")
SIGNATURE = re.compile(rf"seal\.txt\.{NAME}\.sig\Z")
AUTHORITY = r"[a-z0-9][a-z0-9-]{0,30}"
STAMP_LIST = re.compile(r"stamp(?:[2-9]|[1-9][0-9]{1,2})?\.sha256\Z")
STAMP_FILE = re.compile(rf"(stamp(?:[2-9]|[1-9][0-9]{{1,2}})?)\.({AUTHORITY})\.(tsq|tsr|pem)\Z")

LINE = {"n": int, "prev": HEX64, "at": AT, "do": VERB, "salt": re.compile(r"[0-9a-f]{32}\Z"), "by": str}
LISTED = {"path": PLACE, "sha256": HEX64, "size": int}
ABOUT_AN_ITEM = {"item": str}
TOKEN = {"seal": int, "list": STAMP_LIST, "authority": re.compile(AUTHORITY + r"\Z")}
SAID = re.compile(r"\s*\S")
ACCOUNT = re.compile(r"(?s)[^\s:](?:[^:]*[^\s:])?:\S(?:.*\S)?\Z")  # platform:rest, no blanks at the ends
WORDS = re.compile(r"(?s).*?[^\W_\u115f\u1160\u3164\uffa0]")  # a letter or digit that shows: no Hangul filler
PAIR = {"a": ACCOUNT, "b": ACCOUNT, "reason": WORDS, "basis": [SAID], "items": [str]}
DECIDED = ("proposed", "confirmed", "rejected", "undecided")
A_TIME: Dict[str, Any] = dict.fromkeys(("local", "utc", "zone"), (None, str))
A_TIME.update(dict.fromkeys(("raw", "earliest", "latest", "precision", "zone_basis", "clock", "basis"), str))
ACTS: Dict[str, Dict[str, Any]] = {  # what each act has to say; others may say anything
    "case.create": {"format": ("abusekit-log/1",), "case": str},
    "item.add": {"item": ITEM_ID, "exhibit": str, "kind": str, "outcome": str},
    "item.withdraw": {**ABOUT_AN_ITEM, "reason": str},
    "item.quarantine": {**ABOUT_AN_ITEM, "reason": str},
    "item.release": {**ABOUT_AN_ITEM, "reason": SAID, "decided_by": SAID},
    "item.corroborate": {**ABOUT_AN_ITEM, "by_item": str},
    "item.read": {**ABOUT_AN_ITEM, "sha256": HEX64},
    "item.declare": {**ABOUT_AN_ITEM, "declared": re.compile(r"(?s)."), "value": str},
    **dict.fromkeys(("item.tag", "item.verify", "item.view", "item.copy", "custody.store"), ABOUT_AN_ITEM),
    "line.erase": {"line": int},
    "log.repair": {"kept_as": PLACE, "sha256": HEX64, "size": int},
    "seal.add": {"seal": int},
    "seal.sign": {"seal": int, "signer": str},
    "seal.ask": TOKEN,
    "seal.stamp": TOKEN,
    "key.add": {"key": str, "public": str, "name": str, "replaces?": FINGERPRINT},
    "key.revoke": {"key": FINGERPRINT, "since": AT, "why": ("lost", "stolen", "retired")},
    "custody.transfer": {"transfer": int},
    "custody.receive": {"transfer": int, "how": ("signature", "paper")},
    "account.observe": {"account": ACCOUNT, "observed": SAID, "value": str, "reason": WORDS, "when?": A_TIME},
    "account.link": {**PAIR, "decision": DECIDED, "findings": re.compile(r"(?:[0-9a-f]{64})?\Z")},
    **{act: {} for act in ("settings.change", "item.aside", "settings.aside", "seal.aside", "clock.check")},
}
MEMBERS: Dict[str, Any] = {  # a member's type is the same in every act of these
    **dict.fromkeys((
        "case", "format", "item", "exhibit", "kind", "outcome", "reason", "list", "authority", "signer", "key",
        "public", "name", "replaces", "since", "why", "how", "by_item", "decided_by", "verified_by", "comment",
        "place", "kept_as", "sha256", "source", "result", "note", "importers", "inputs", "declared", "value", "part",
        "account", "observed", "a", "b", "decision", "findings",
    ), str),
    **dict.fromkeys(("seal", "line", "transfer", "offset", "size", "messages", "events", "unparsed"), int),
    **{name: [str] for name in ("removed", "tags", "seen_by", "basis", "items")},
    "files": list, "tally": dict, "seen_at": dict, "when": dict, "recovered": bool,
}  # fmt: skip
SEALING = ("seal.add", "seal.sign", "seal.ask", "seal.stamp")
EVERYWHERE = {"n", "prev", "at", "do", "salt", "by", "files", "clock_set_back_from"}  # members of any line


def instant(text: str) -> datetime:
    """The moment that a text of the form AT names. Raises Bad: there is no such day or hour."""
    try:
        return datetime.fromisoformat(text[:-1]).replace(tzinfo=timezone.utc)
    except ValueError as fault:
        raise Bad(f"names a time that does not exist: {text}") from fault


class Tree:
    """The root of the RFC 6962 Merkle tree over entry hashes."""

    def __init__(self) -> None:
        self.size = 0
        self._stack: List[bytes] = []

    def add(self, leaf: bytes) -> None:
        self.size = count = self.size + 1
        while not count & 1:
            leaf = hashlib.sha256(b"\x01" + self._stack.pop() + leaf).digest()
            count >>= 1
        self._stack.append(leaf)

    def root(self) -> str:
        if not self._stack:
            return hashlib.sha256(b"").hexdigest()
        top = self._stack[-1]
        for left in reversed(self._stack[:-1]):
            top = hashlib.sha256(b"\x01" + left + top).digest()
        return top.hex()


class Log:
    """What the log says; reading ends at the first line that breaks the form."""

    def __init__(self, case: Case, sizes: Set[int]) -> None:
        """Keeps a mark of the state after each number of lines in `sizes`."""
        self.add = case.add
        self.partial = PARTIAL_LOG in case.files and LOG not in case.files
        self.path = PARTIAL_LOG if self.partial else LOG
        self.case, self.root, self.torn, self.broken = "", "", "", False
        self.files: Dict[str, Listed] = {}  # by path
        # id -> exhibit, kind, outcome, (by, at) or None where entered after a crash, paths
        self.items: Dict[str, Tuple[Any, ...]] = {}
        self.exhibits: Set[str] = set()
        self.withdrawn: Dict[str, str] = {}  # item -> reason
        self.quarantined: Dict[str, str] = {}  # item -> since when
        # N -> root, head, log-sha256 (empty: cannot be compared), number of files
        self.marks: Dict[int, Tuple[str, str, str, int]] = {}
        self.hidden = bytearray()  # for each line: 1 where only its hash is there
        self.erased: Dict[int, int] = {}  # withheld line -> the first line that says that it was erased
        self.removed: Dict[str, int] = {}  # file that went with an erased line -> the line that says so
        self.signers: Dict[str, str] = {}  # path of a signature -> fingerprint
        self.signed: Dict[str, List[str]] = {}  # folder of a seal -> paths of its signatures
        self.asked: Dict[Any, List[Any]] = {}  # (N, list, authority) -> [asked, answered]
        self.revoked: Dict[str, datetime] = {}  # fingerprint -> since when
        self.transfers: Set[int] = set()
        self.observed: Dict[int, str] = {}  # line that declares something about an account -> the account
        self.seals: Set[int] = set()
        self.withheld = self.last_seal = self.unsealed = self.size = 0
        self.latest = ("", 0)  # the latest `at`, and its line
        if LOG in case.files and PARTIAL_LOG in case.files:
            case.add("log", CHANGED, self.path, "two logs stand in custody/")
        try:
            fd, _ = case.open(self.path)
        except OSError:
            case.add("log", MISSING, self.path, "there is no custody log")
            return
        with open(fd, "rb", buffering=1 << 20) as stream:
            try:
                self._read(stream, sizes)
            except Bad as fault:
                self.broken = True
                text = f"log line {self.size + 1}: {fault}; what stands behind it was not read"
                case.add("log", CHANGED, self.path, text)
        self._tell(case)

    def _tell(self, case: Case) -> None:
        """What is to be said of the lines that are not there."""
        if self.hidden[:1] == b"\1":
            case.add("log", CHANGED, self.path, "the first line is withheld")
        if self.partial and not self.withheld:
            text = "nothing is withheld: a whole log stands under the name of a partial one"
            case.add("log", CHANGED, self.path, text)
        if self.unexplained:
            text = f"{self.unexplained} of {self.size} lines are withheld; their hashes hold their places"
            case.add("log", NOTE, self.path, text)
        for n, by in sorted(self.erased.items()):
            text = f"line {n + 1} is ERASED, as line {by + 1} says; its hash holds its place"
            case.add("log", UNCHECKED, self.path, text)
        newest = max(case.seals, default=0)
        loose = self.hidden[newest:].count(1) - sum(n >= newest for n in self.erased)
        if loose:
            text = f"{loose} withheld lines behind the newest seal: nothing binds what they say, or that they are all"
            case.add("seal", UNCHECKED, self.path, text)
        if self.size and not case.counts.get(("log", CHANGED)):
            case.add("log", OK, self.path, f"{self.size} lines, one unbroken chain; root {self.root}")

    @property
    def unexplained(self) -> int:
        """Number of lines that are withheld, and not erased: what makes a partial copy."""
        return self.withheld - len(self.erased)

    def _read(self, stream: Any, sizes: Set[int]) -> None:
        tree, whole, prev, last_at = Tree(), hashlib.sha256(), "0" * 64, ""
        last_mark = max(sizes, default=0)
        while True:
            n = self.size = tree.size
            raw = stream.readline(MAX_LINE + 1)
            if not raw:
                break
            need(len(raw) <= MAX_LINE, f"longer than {MAX_LINE} bytes")
            if not raw.endswith(b"\n"):
                self.torn = f"the log's last line is incomplete ({len(raw)} bytes after line {n})"
                return
            if n < last_mark:
                whole.update(raw)
            raw = raw[:-1]
            if self.partial and HEX64.match(raw.decode("latin-1")):
                prev, last_at = raw.decode(), ""  # of a withheld line nobody knows the time
                self.withheld += 1
                self.hidden.append(1)
            else:
                entry = canonical(raw, 8)
                need(fits(entry, LINE) and entry["n"] == n, "n, prev, at, do, salt or by is not right")
                need(entry["prev"] == prev, "does not continue the chain: `prev` is not the line before")
                told = entry["at"] >= last_at or entry.get("clock_set_back_from") == last_at
                need(told, "is earlier than the line before it, and does not say so")
                instant(entry["at"])
                last_at = entry["at"]
                self.latest = max(self.latest, (last_at, -n))
                prev = hashlib.sha256(b"\x00" + raw).hexdigest()
                self.hidden.append(0)
                self._take(n, entry)
            tree.add(bytes.fromhex(prev))
            if n + 1 in sizes:
                compared = "" if self.unexplained else whole.hexdigest()  # over the lines as they stand
                self.marks[n + 1] = (tree.root(), prev, compared, len(self.files) - len(self.removed))
        self.root = tree.root()

    def _take(self, n: int, entry: Dict[str, Any]) -> None:
        """What one line says. Raises Bad where it breaks a rule of its act."""
        do = entry["do"]
        need((n == 0) == (do == "case.create"), "a case starts with case.create, and nothing else does")
        said = ACTS.get(do)
        if said is not None:
            typed = all(fits(entry[name], MEMBERS[name]) for name in entry.keys() & MEMBERS.keys())
            need(typed and fits(entry, said), f"a fact of {do} is absent or malformed")
        # What records a sealing is not counted as unsealed, so it must not smuggle anything in.
        strict = do not in SEALING or entry.keys() <= EVERYWHERE | ACTS[do].keys()
        need(strict, f"{do} says more than a sealing does")
        listed = entry.get("files", [])
        need(fits(listed, [LISTED]), f"{do} names a file wrongly")
        paths = [self._file(do, entry, one, n) for one in listed]
        if said is not None:
            self._act(do, n, entry, paths)
        self.unsealed += do not in SEALING

    def _file(self, do: str, entry: Dict[str, Any], listed: Dict[str, Any], n: int) -> str:
        """Notes a file that a line names, where acts of this kind may name one."""
        path = str(listed["path"])
        place = "settings/" if do in ("case.create", "settings.change") else "custody/"
        if do == "item.add":
            place = f"evidence/{entry['item']}/"
        elif do in SEALING:
            place = f"seals/{entry['seal']:06}/"
        inside = path.startswith(place) and (do != "item.add" or "/" not in path[len(place) :])
        need(inside and listed["size"] >= 0, f"{do} admits files in {place} only, not {path}")
        need(path not in self.files, f"names {path} again")
        self.files[path] = (listed["sha256"], listed["size"], n)
        return path

    def _act(self, do: str, n: int, entry: Dict[str, Any], paths: List[str]) -> None:
        if do == "case.create":
            self.case = entry["case"]
        elif do == "item.add":
            item, exhibit = entry["item"], entry["exhibit"]
            need(item not in self.items and exhibit not in self.exhibits, f"adds {item} or its exhibit again")
            need(f"evidence/{item}/item.json" in paths, f"lists files for {item}, but not its item.json")
            taken = None if entry.get("recovered") is True else (sys.intern(entry["by"]), entry["at"])
            kind, outcome = sys.intern(entry["kind"]), sys.intern(entry["outcome"])
            self.items[item] = (exhibit, kind, outcome, taken, tuple(paths))
            self.exhibits.add(exhibit)
        elif "item" in ACTS[do]:
            self._decision(do, entry)
        elif do == "account.observe":
            self._observed(n, entry)
        elif do == "account.link":
            need(entry["a"] != entry["b"], "links an account with itself")
            need(entry["basis"] or entry["decision"] not in ("proposed", "confirmed"), "links by nothing")
            need(self.withheld or self.items.keys() >= set(entry["items"]), "rests on what was not taken in")
        elif do == "line.erase":
            self._erase(n, entry["line"], entry.get("removed", []))
        elif do == "log.repair":
            self._file(do, entry, {**entry, "path": entry["kept_as"]}, n)
        elif do == "seal.add":
            size = entry["seal"]
            parts = [f"seals/{size:06}/{name}" for name in ("manifest-sha256.txt", "salt.txt", "seal.txt")]
            need(self.last_seal < size <= n and sorted(paths) == parts, "adds a seal that cannot be")
            self.seals.add(size)
            self.last_seal, self.unsealed = size, int(size != n)
        elif do == "seal.sign":
            one = len(paths) == 1 and SIGNATURE.match(paths[0].split("/", 2)[2])
            need(one and entry["seal"] in self.seals, "is no one signature over a seal that was made")
            self.signers[paths[0]] = entry["signer"]
            self.signed.setdefault(paths[0].rpartition("/")[0], []).append(paths[0])
        elif do in ("seal.ask", "seal.stamp"):
            self._token(do, entry, set(paths))
        elif do == "key.add":
            same = fingerprint(public_line(entry["public"])) == entry["key"] != entry.get("replaces")
            need(same, "adds a key under the fingerprint of another, or in place of itself")
        elif do == "key.revoke":
            since = instant(entry["since"])
            self.revoked[entry["key"]] = min(since, self.revoked.get(entry["key"], since))
        elif do == "custody.transfer":
            number = entry["transfer"]
            fresh = 0 < number < 10_000 and number not in self.transfers
            own = paths == [f"custody/transfer-{number:04}.json"]
            need(fresh and own, "is a hand-over without a number or with other files than its own")
            self.transfers.add(number)
        elif do == "custody.receive":
            number = entry["transfer"]
            need(number in self.transfers or self.withheld, "receives what was not handed over")
            mine = all(path.startswith(f"custody/receipt-{number:04}") for path in paths)
            need(mine, "is a receipt with other files than its own")

    def _decision(self, do: str, entry: Dict[str, Any]) -> None:
        """What a person decided about an item that was taken in before."""
        item = entry["item"]
        need(item in self.items or self.withheld, f"speaks of {item!a}, which was not taken in before")
        if do == "item.withdraw":
            before = f"{self.withdrawn[item]}; then: " if item in self.withdrawn else ""
            self.withdrawn[item] = before + entry["reason"]
        elif do == "item.quarantine":
            self.quarantined[item] = entry["at"]
        elif do == "item.release":
            since = self.quarantined.pop(item, "")
            need(since or self.withheld, f"releases {item}, which was not in quarantine")
        elif do == "item.corroborate":
            other = entry["by_item"]
            need(other != item and (other in self.items or self.withheld), "is borne out by no other item")

    def _observed(self, n: int, entry: Dict[str, Any]) -> None:
        """What a person declared about an account, or that an earlier line of that kind is taken back."""
        known = "item" not in entry or entry["item"] in self.items
        need(known or self.withheld, "speaks of what was not taken in before")
        need((entry["observed"] == "retract") == ("line" in entry), "takes back no line, or declares one")
        if "line" in entry:
            same = self.observed.get(entry["line"]) == entry["account"]
            need(0 < entry["line"] < n and (same or self.withheld), "takes back what no line declares")
        else:
            self.observed[n] = entry["account"]

    def _erase(self, n: int, line: int, removed: List[str]) -> None:
        """With an erased line go the lists of seals that name its files, and nothing else."""
        need(0 < line < n, "erases a line that cannot be erased")
        if self.hidden[line]:
            self.erased.setdefault(line, n)
        else:
            self.add("log", CHANGED, self.path, f"line {line + 1} is erased, says line {n + 1}: it is there")
        for path in removed:
            found = REMOVABLE.match(path)
            known = (path in self.files or self.unexplained) and path not in self.removed
            fit = found is not None and known and int(found[1][6:]) > line
            need(fit, f"lets go of a file that does not go with line {line + 1}: {path!a}")
            self.removed[path] = n

    def _token(self, do: str, entry: Dict[str, Any], paths: Set[str]) -> None:
        """A request to a time-stamp authority, or its answer."""
        seal, listed, authority = token = (entry["seal"], entry["list"], entry["authority"])
        need(seal in self.seals or self.withheld, "is about a time stamp over a seal that was not made")
        need(authority not in Case.DEVICES, "names no authority")
        folder = f"seals/{seal:06}/"
        start = f"{folder}{listed[:-7]}.{authority}."
        if do == "seal.ask":  # the list comes with the first request for it
            known = folder + listed in self.files or self.withheld
            fit = token not in self.asked and known and paths - {folder + listed} == {start + "tsq"}
            need(fit, "asks for a time stamp with other files than its request and list, or again")
            self.asked[token] = [instant(entry["at"]), None]
            return
        if self.withheld:
            self.asked.setdefault(token, [None, None])
        fit = paths == {start + "tsr", start + "pem"} and token in self.asked and not self.asked[token][1]
        need(fit, "brings a time stamp that was not asked for, or again, or with other files than it has")
        self.asked[token][1] = instant(entry["at"])

    def item_of(self, path: str) -> str:
        """The item in whose folder a path lies, or empty."""
        item = path.split("/", 2)[1] if path.startswith("evidence/") else ""
        return item if item in self.items else ""


# ---------------------------------------------------------------- signatures: Ed25519 (RFC 8032) in SSH's form

P = 2**255 - 19
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_1 = pow(2, (P - 1) // 4, P)
ORDER = 2**252 + 27742317777372353535851937790883648493
ED25519, SK_ED25519 = "ssh-ed25519", "sk-ssh-ed25519@openssh.com"
KEYS = (
    ED25519, SK_ED25519, "ssh-rsa", "ssh-dss", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521",
    "sk-ecdsa-sha2-nistp256@openssh.com",
)  # fmt: skip
NAMESPACE = b"abusekit-seal-v1"
Point = Tuple[int, int, int, int]  # X, Y, Z, T with x = X/Z, y = Y/Z, xy = T/Z


def _sum(p: Point, q: Point) -> Point:
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def _times(scalar: int, point: Point) -> Point:
    total: Point = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            total = _sum(total, point)
        point = _sum(point, point)
        scalar >>= 1
    return total


def _compressed(point: Point) -> bytes:
    inverse = pow(point[2], P - 2, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def _decompressed(data: bytes) -> Point:
    """Raises Bad for what is no point in its one spelling."""
    sign, y = data[31] >> 7, int.from_bytes(data, "little") & (2**255 - 1)
    ratio = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(ratio, (P + 3) // 8, P)
    if x * x % P != ratio:
        x = x * ROOT_OF_MINUS_1 % P
    need(y < P and x * x % P == ratio, "not a point of the curve")
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


BASE = _decompressed((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def sound_point(data: bytes) -> Point:
    """A point of large order: with one of order 1, 2, 4 or 8 anybody can sign anything. Raises Bad."""
    need(len(data) == 32, f"an Ed25519 key has 32 bytes, not {len(data)}")
    point = _decompressed(data)
    eight = _times(8, point)
    weak = eight[0] % P == 0 and (eight[1] - eight[2]) % P == 0
    need(not weak, "this key is weak: signatures under it can be made without a secret")
    return point


def check_ed25519(key: bytes, signature: bytes, message: bytes) -> None:
    """Raises Bad unless the holder of `key` signed `message`."""
    (x, y, z, t), scalar = sound_point(key), int.from_bytes(signature[32:], "little")
    challenge = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % ORDER
    expected = _sum(_times(scalar % ORDER, BASE), _times(challenge, ((P - x) % P, y, z, (P - t) % P)))
    good = len(signature) == 64 and scalar < ORDER and _compressed(expected) == signature[:32]
    need(good, "the signature does not belong to this text")


def strings(data: bytes) -> List[bytes]:
    """What SSH's encoding (RFC 4251 section 5) holds: texts, each behind its length. Raises Bad."""
    found = []
    while data:
        size = int.from_bytes(data[:4], "big")
        need(len(data) >= 4 + size, "not an SSH signature or key: it ends too early")
        found.append(data[4 : 4 + size])
        data = data[4 + size :]
    return found


def unbase64(text: bytes) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError as fault:
        raise Bad("its base64 is damaged") from fault
    need(base64.b64encode(data) == text, "its base64 has stray bits")
    return data


def fingerprint(blob: bytes) -> str:
    return "SHA256:" + base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")


def kind_of(blob: bytes) -> str:
    """The type that a key names as its own. Raises Bad."""
    size = int.from_bytes(blob[:4], "big")
    kind = blob[4 : 4 + size]
    need(len(kind) == size and kind.isascii(), "not a public key")
    return kind.decode()


def key_parts(blob: bytes) -> Tuple[bytes, bytes]:
    """The 32 bytes of the point of an Ed25519 key, and the application of a FIDO one. Raises Bad."""
    parts = strings(blob)
    need(len(parts) == (3 if kind_of(blob) == SK_ED25519 else 2), "not a public key: its parts are others")
    sound_point(parts[1])
    return parts[1], parts[-1]


def public_line(line: str) -> bytes:
    """The key of a line `TYPE BASE64 [COMMENT]`. Raises Bad."""
    kind, text = [*line.strip(" \t\r\n").split(None, 2), "", ""][:2]
    need(kind in KEYS and text.isascii(), "not a public key of a type that is known here")
    blob = unbase64(text.encode("ascii"))
    need(kind_of(blob) == kind, "not a public key: its type stands in it twice, and differs")
    if kind in (ED25519, SK_ED25519):
        key_parts(blob)
    return blob


class NotSupported(Bad):
    """A signature of a kind that is not checked here."""


ARMOR = re.compile(
    rb"-----BEGIN SSH SIGNATURE-----\r?\n((?:[A-Za-z0-9+/]{1,76}={0,2}\r?\n)+)-----END SSH SIGNATURE-----\r?\n?\Z"
)


def check_signature(armored: bytes, message: bytes) -> bytes:
    """The public key that signed exactly `message`, by OpenSSH's PROTOCOL.sshsig. Raises Bad, NotSupported."""
    found = ARMOR.match(armored) if len(armored) <= 16_384 else None
    if found is None:
        raise Bad("not an SSH signature")
    data = unbase64(b"".join(found[1].split()))
    need(data[:6] == b"SSHSIG" and len(data) > 10, "not an SSH signature: SSHSIG is missing")
    if data[6:10] != b"\0\0\0\1":
        raise NotSupported("an SSH signature of another version than 1")
    parts = strings(data[10:])
    need(len(parts) == 5, "not an SSH signature: parts too many or too few")
    blob, namespace, reserved, digest, inner = parts
    plain = re.match(rb"[!-~]{1,200}\Z", namespace) and digest.isascii() and not reserved
    need(plain, "not an SSH signature: a name that is not printable, or a reserved field that is not empty")
    kind = kind_of(blob)
    if kind not in (ED25519, SK_ED25519) or digest not in (b"sha512", b"sha256"):
        raise NotSupported("a signature by another kind of key or digest; ssh-keygen -Y verify may know it")
    point, application = key_parts(blob)
    inner, token = (inner[:-5], inner[-5:]) if kind == SK_ED25519 else (inner, b"")
    named, *raw = strings(inner) or [b""]
    need(named == kind.encode() and len(raw) == 1, "not an SSH signature: it is of another type than its key")
    need(namespace == NAMESPACE, f"signed for {namespace!a}, not for {NAMESPACE!a}")
    parts = [namespace, b"", digest, hashlib.new(digest.decode(), message).digest()]
    signed = b"SSHSIG" + b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    if kind == SK_ED25519:  # the token signs digests, with its flags and counter between
        signed = hashlib.sha256(application).digest() + token + hashlib.sha256(signed).digest()
    check_ed25519(point, raw[0], signed)
    return blob


class Signer:
    """A line of an allowed_signers file (ssh-keygen(1)): whose key, for what, and when it counts. Raises Bad."""

    OPTION = r'[A-Za-z-]+="(?:\\"|[^"\\])*"'
    FORM = re.compile(rf'(?:"([^"]+)"|([^\s"]+))[ \t]+(?:({OPTION}(?:,{OPTION})*)[ \t]+)?([a-z].*)\Z')
    TIME = re.compile(r"(\d{8})(?:(\d{4})(\d\d)?)?Z\Z", re.ASCII)

    def __init__(self, text: str) -> None:
        found = self.FORM.match(text) if text.replace("\t", " ").isprintable() else None
        if found is None:
            raise Bad("names, options and a public key are expected, in printable text")
        self.names = found[1] or found[2]
        listed = re.findall(r'([A-Za-z-]+)="((?:\\"|[^"\\])*)"', found[3] or "")
        options = {name.lower(): value.replace('\\"', '"') for name, value in listed}
        known = options.keys() <= {"namespaces", "valid-after", "valid-before"}
        need(known and len(options) == len(listed), "an option that is not known, or stands there twice")
        self.namespaces = options["namespaces"].split(",") if "namespaces" in options else []
        whole = all(part not in ("", "!") for part in [*self.names.split(","), *self.namespaces])
        need(whole, "an empty entry in a list")
        self.after, self.before = (self._time(options.get(name)) for name in ("valid-after", "valid-before"))
        ordered = not (self.after and self.before) or self.after < self.before
        need(ordered, "valid-before is not later than valid-after")
        self.blob = public_line(found[4])

    def _time(self, text: Optional[str]) -> Optional[datetime]:
        if text is None:
            return None
        found = self.TIME.match(text)
        try:
            digits = found[1] + (found[2] or "0000") + (found[3] or "00") if found else ""
            return datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=timezone.utc)
        except ValueError as fault:
            raise Bad(f"not a time in UTC with a Z: {text[:60]!a}") from fault

    def counts(self, blob: bytes, at: Optional[datetime]) -> bool:
        """Whether this line vouches for the key, at the time since when its signature is known to exist."""
        if blob != self.blob or (self.namespaces and not self._named()):
            return False
        if at is None:
            return self.after is None and self.before is None
        at = at.replace(microsecond=0)
        return (self.after is None or at >= self.after) and (self.before is None or at <= self.before)

    def _named(self) -> bool:
        """PATTERNS of ssh_config(5): one of them fits our namespace, and none that starts with `!`."""
        fitting = set()
        for pattern in self.namespaces:
            signs = re.sub(r"\*+", "*", pattern.lstrip("!") if pattern[:1] == "!" else pattern)
            regular = "".join({"*": ".*", "?": "."}.get(sign, re.escape(sign)) for sign in signs)
            if re.fullmatch(regular, NAMESPACE.decode()):
                fitting.add(pattern[:1] != "!")
        return fitting == {True}


def read_signers(data: bytes, name: str) -> List[Signer]:
    """All lines of an allowed_signers file; one that is not understood stops. Raises Bad."""
    found = []
    for number, raw in enumerate(data.split(b"\n"), start=1):
        try:
            text = (raw[:-1] if raw.endswith(b"\r") else raw).decode("utf-8").strip(" \t")
            if text and not text.startswith("#"):
                found.append(Signer(text))
        except (Bad, UnicodeDecodeError) as fault:
            raise Bad(f"{name}, line {number}: {fault}") from fault
    return found


# ---------------------------------------------------------------- time stamps (RFC 3161)

Node = Tuple[int, bytes, bytes]  # tag, content, and all of it
INTEGER, OCTETS, TIME, SEQUENCE = 0x02, 0x04, 0x18, 0x30
SHA256_OID, SIGNED_DATA, TST_INFO = map(
    bytes.fromhex, ("0609608648016503040201", "06092a864886f70d010702", "060b2a864886f70d0109100104")
)
A_POLICY = re.compile(rb"\x06.(?:(?:[\x81-\xff][\x80-\xff]*)?[\x00-\x7f])+\Z", re.DOTALL)


def der(data: bytes, tag: int = 0) -> List[Node]:
    """DER values, one after the other; with `tag`: what is inside of the only one, which has this tag. Raises Bad."""
    nodes: List[Node] = []
    at = 0
    while at < len(data):
        need(len(nodes) < 64 and data[at] & 0x1F != 0x1F, "not DER: too many values, or an unused tag")
        start, length = at + 2, data[at + 1] if at + 1 < len(data) else len(data)
        if length >= 0x80:
            start += length & 0x7F
            first, length = data[at + 2 : at + 3], int.from_bytes(data[at + 2 : start], "big")
            need(2 < start - at <= 6 and length >= 0x80 and first != b"\0", "not DER: no length")
        need(start + length <= len(data), "not DER: a value ends too early")
        nodes.append((data[at], data[start : start + length], data[at : start + length]))
        at = start + length
    if not tag:
        return nodes
    need(len(nodes) == 1 and nodes[0][0] == tag, "not DER: another value is expected")
    return der(nodes[0][1])


def integer(node: Node) -> int:
    value = int.from_bytes(node[1], "big", signed=True)
    shortest = len(node[1]) == (value if value >= 0 else ~value).bit_length() // 8 + 1 <= 65
    need(node[0] == INTEGER and shortest, "not an integer in its one spelling")
    return value


def imprint(node: Node) -> str:
    """The SHA-256 digest that is asked for or stamped."""
    algorithm, digest = der(node[2], SEQUENCE)
    kind, *more = der(algorithm[2], SEQUENCE)
    fit = kind[2] == SHA256_OID and digest[0] == OCTETS and len(digest[1]) == 32
    need(fit and all(one[2] == b"\x05\0" for one in more), "a digest other than SHA-256")
    return digest[1].hex()


def read_request(data: bytes) -> Tuple[str, int]:
    """Digest and nonce of a TimeStampReq that asks for the certificates, and for nothing else. Raises Bad."""
    try:
        version, asked, *rest = der(data, SEQUENCE)
        nonce, certificates = rest[1:] if A_POLICY.match(rest[0][2]) else rest  # a policy may stand before
        fit = integer(version) == 1 and integer(nonce) >= 0 and certificates[2] == b"\x01\x01\xff"
        need(fit, "it is of another version, has no nonce, or does not ask for certificates")
        return imprint(asked), integer(nonce)
    except (ValueError, IndexError) as fault:
        raise Bad(f"not a request for a time stamp: {fault}") from fault


def read_answer(data: bytes) -> Tuple[str, Optional[int], datetime, List[bytes]]:
    """Digest, nonce, time and certificates that a TimeStampResp states; nothing is verified here. Raises Bad."""
    try:
        status, content = der(data, SEQUENCE)
        number, *words = der(status[2], SEQUENCE)
        need(integer(number) == 0, "the authority refused the request")
        texts = [text[1] for one in words if one[0] == SEQUENCE for text in der(one[1])]
        odd = any(re.search(r"[\0-\x1f\x7f-\x9f]", text.decode("utf-8", "replace")) for text in texts)
        need(not odd, "a control character in the authority's words")
        form, wrapped = der(content[2], SEQUENCE)
        need(form[2] == SIGNED_DATA and wrapped[0] == 0xA0, "its token is not signed")
        signed = der(der(wrapped[1])[0][2], SEQUENCE)
        kind, inner = der(signed[2][2], SEQUENCE)
        need(kind[2] == TST_INFO, "not a time stamp, but something else that is signed")
        need(len(der(inner[1])) == 1 and der(inner[1])[0][0] == OCTETS, "what is signed is not there")
        version, _, stamped, serial, time, *more = der(der(inner[1])[0][1], SEQUENCE)
        places = [(SEQUENCE, 1, INTEGER, 0xA0, 0xA1).index(one[0]) for one in more]
        fit = integer(version) == 1 and integer(serial) is not None and places == sorted(set(places))
        at = re.match(r"(\d{14})(?:\.(\d{0,11}[1-9]))?Z\Z", time[1].decode("ascii"), re.ASCII)
        if not fit or time[0] != TIME or at is None:
            raise Bad("fields that are unknown, out of order, or no time in UTC")
        when = datetime.strptime(at[1], "%Y%m%d%H%M%S").replace(tzinfo=timezone.utc)
        when += timedelta(microseconds=int((at[2] or "0").ljust(6, "0")[:6]))
        nonces = [integer(one) for one in more if one[0] == INTEGER]
        bag = der(signed[3][1]) if signed[3][0] == 0xA0 else []
        certificates = [one[2] for one in bag if one[0] == SEQUENCE]
        return imprint(stamped), nonces[0] if nonces else None, when, certificates
    except (ValueError, IndexError, OverflowError) as fault:
        raise Bad(f"not a time stamp as RFC 3161 has it: {fault}") from fault


def pem(certificate: bytes) -> str:
    lines = re.sub("(.{1,64})", r"\1\n", base64.b64encode(certificate).decode())
    return f"-----BEGIN CERTIFICATE-----\n{lines}-----END CERTIFICATE-----\n"


def openssl_says(listed: bytes, tsr: bytes, at: datetime, roots: bytes) -> str:
    """Empty where `openssl ts` finds signature and chain good at the token's own time; else its words."""
    with tempfile.TemporaryDirectory() as folder:  # our own copies: no name out of the case reaches openssl
        paths = [os.path.join(folder, name) for name in ("list", "tsr", "roots")]
        for number, data in enumerate((listed, tsr, roots)):
            with open(paths[number], "wb") as out:
                out.write(data)
        words = ["openssl", "ts", "-verify", "-attime", str(int(at.timestamp())), "-CAfile", paths[2]]
        words += ["-data", paths[0], "-in", paths[1]]
        done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False)
    if done.returncode == 0 and b"Verification: OK" in done.stdout + done.stderr:
        return ""
    return done.stderr.decode("ascii", "replace").strip().split("\n")[0][:300] or "openssl ts refuses it"


def check_stamps(case: Case, roots: Dict[str, bytes]) -> Dict[str, datetime]:
    """Judge all tokens; gives path -> earliest time at which a trusted authority saw that file's digest."""
    log = case.log
    times: Dict[str, datetime] = {}
    lists: Dict[str, Dict[str, Set[str]]] = {}  # path of a list, no ending -> authority -> kinds of files
    for path in case.files:
        folder, _, name = path.rpartition("/")
        seal = SEAL_FOLDER.match(folder) and not (log.broken and int(folder[6:]) > log.size)
        if "/stamp" in path and (seal or (path in log.files and log.item_of(path))):
            about = STAMP_FILE.match(name)
            if about:
                lists.setdefault(f"{folder}/{about[1]}", {}).setdefault(about[2], set()).add(about[3])
            elif STAMP_LIST.match(name):
                lists.setdefault(path[:-7], {})
    known: Dict[Tuple[str, bytes], str] = {}  # folder and bytes of a list -> its path
    for stem, authorities in sorted(lists.items()):
        path, folder = stem + ".sha256", stem.rpartition("/")[0]
        if path not in case.files and (path in log.files or log.broken):
            continue  # it is told as missing, or was not read
        try:
            data = case.read(path, 1 << 17)
            covered = _stamped_files(case, path, data)
            need(known.setdefault((folder, data), path) == path, "is the same as another list beside it")
        except Bad as fault:
            case.add("stamp", CHANGED, path, str(fault))
            continue
        seen: List[Tuple[Any, ...]] = []
        for authority, kinds in sorted(authorities.items()):
            at = _token(case, f"{stem}.{authority}.", authority, kinds, data, roots.get(authority, b""))
            if at is not None:
                size = int(folder[6:]) if folder.startswith("seals/") else 0
                token = (size, path[len(folder) + 1 :], authority)
                seen.append((at, *log.asked.get(token, (None, None))))
                for one in covered:
                    times[one] = min(at, times.get(one, at))
        for first, asked, _ in seen:
            for second, _, answered in seen:  # time went by between one request and the other answer
                waited = max(answered - asked, timedelta(0)) if asked and answered else timedelta(0)
                if second - first > timedelta(minutes=5) + waited:
                    status = UNCHECKED if path in log.files else NOTE
                    case.add("stamp", status, path, "two authorities stamped it at times that differ")
    return times


def _stamped_files(case: Case, path: str, data: bytes) -> List[str]:
    """The files that a list names, each with its digest, and none left out. Raises Bad."""
    log, folder = case.log, path.rpartition("/")[0]
    found = re.findall(rf"([0-9a-f]{{64}})  ({NAME})\n", data.decode("ascii", "replace"), re.ASCII)
    listed = {name: sha256 for sha256, name in found}
    spelled = "".join(f"{listed[name]}  {name}\n" for name in sorted(listed))
    need(found and spelled.encode() == data, "is not a list of digests, sorted by name")
    item = log.item_of(path)
    if item:
        names = {one.rpartition("/")[2] for one in log.items[item][4]}
        expected = {name for name in names if name != "item.json" and not name.startswith("stamp.")}
    elif path in log.files or not (log.withheld or log.broken):  # the signatures that were logged by then
        written = log.files[path][2] if path in log.files else log.size
        signed = [one for one in log.signed.get(folder, ()) if log.files[one][2] < written]
        expected = {"seal.txt", *(one[len(folder) + 1 :] for one in signed)}
    else:
        expected = {"seal.txt"} | {name for name in listed if SIGNATURE.match(name)}
    need(expected == set(listed), f"lists other files than it has to: {sorted(expected ^ set(listed))[:1]}")
    for name, sha256 in listed.items():
        one = f"{folder}/{name}"
        there_is = log.files[one][0] if item else hashlib.sha256(case.read(one, 1 << 16)).hexdigest()
        need(sha256 == there_is, f"lists {name} with another digest than it has")
    return [f"{folder}/{name}" for name in listed]


def _token(
    case: Case, start: str, authority: str, kinds: Set[str], data: bytes, roots: bytes
) -> Optional[datetime]:
    """The time of one token, where it is good and its authority is trusted here."""
    path, nonce, digest = start + "tsq", None, hashlib.sha256(data).hexdigest()
    try:
        if "tsq" in kinds:
            asked, nonce = read_request(case.read(path, 1 << 12))
            need(asked == digest, "asks for a stamp on something else than the list")
        if "tsr" not in kinds:
            case.add("stamp", NOTE, path, f"{authority} was asked and has not answered yet")
            path = start + "pem"
            need("pem" not in kinds or start + "tsr" in case.log.files, "goes with no token")
            return None
        path = start + "tsr"
        tsr = case.read(path, MAX_TOKEN)
        stamped, answered, at, certificates = read_answer(tsr)
        need(stamped == digest and nonce in (None, answered), "is about another list, or to another request")
        if "pem" in kinds:  # for people; nothing is read from it
            kept = case.read(start + "pem", MAX_TOKEN).decode("ascii", "replace")
            blocks = re.findall("-----BEGIN CERTIFICATE-----\n[^-]*-----END CERTIFICATE-----\n", kept)
            same = "".join(blocks) == kept and sorted(blocks) == sorted(map(pem, certificates))
            if not same:
                case.add("stamp", CHANGED, start + "pem", "is not the certificates of its token")
        when = f"{at:%Y-%m-%d %H:%M:%S} UTC"
        wrong = openssl_says(data, tsr, at, roots) if roots else ""
    except Bad as fault:
        case.add("stamp", CHANGED, path, str(fault))
    except (OSError, subprocess.SubprocessError):
        case.add("stamp", UNCHECKED, path, f"says {when}; openssl, which checks it, could not be run")
    else:
        if not roots:
            text = f"says {when}; no root of {authority} is trusted here (--ca {authority}=ROOTS.pem)"
            case.add("stamp", UNCHECKED, path, text)
        elif wrong:
            case.add("stamp", CHANGED, path, f"not a token of {authority}: {wrong}")
        else:
            case.add("stamp", OK, path, f"existed not later than {when}, says {authority}")
            return at
    return None


# ---------------------------------------------------------------- seals

SEAL_FORM = re.compile(
    r"abusekit/case/(?P<case>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\n"
    r"(?P<size>[1-9][0-9]{0,14})\n(?P<root64>[A-Za-z0-9+/]{43}=)\n"
    r"root-sha256 (?P<root>[0-9a-f]{64})\nhead-sha256 (?P<head>[0-9a-f]{64})\n"
    r"log-sha256 (?P<log>[0-9a-f]{64})\nmanifest-sha256 (?P<manifest>[0-9a-f]{64})\n"
    r"sealed-at (?P<at>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z)\ntool [!-~]{1,100}\n"
    r"(?P<more>(?:[a-z0-9][a-z0-9-]{0,39} [ -~]{1,400}\n){0,20})\Z"
)


class Seal:
    """What a seal.txt states: the log when it had `size` lines. Raises Bad."""

    def __init__(self, data: bytes) -> None:
        found = SEAL_FORM.match(data.decode("ascii", "replace")) if len(data) <= MAX_SEAL else None
        if found is None:
            raise Bad("seal.txt is not of the form that seals have")
        more = [line.split(" ", 1)[0] for line in found["more"].splitlines()]
        same = base64.b64encode(bytes.fromhex(found["root"])).decode() == found["root64"]
        need(same and len(set(more)) == len(more), "seal.txt contradicts itself")
        instant(found["at"])
        self.case, self.size, self.at = found["case"], int(found["size"]), found["at"]
        self.root, self.head = found["root"], found["head"]
        self.log, self.manifest = found["log"], found["manifest"]


class Trust:
    """What counts, from outside of the case."""

    def __init__(self) -> None:
        self.signers: List[Signer] = []
        self.pinned: List[str] = []  # fingerprints
        self.roots: Dict[str, bytes] = {}  # name of an authority -> its root certificates, PEM
        self.against: List[Tuple[str, bytes, Seal]] = []  # kept copies of seals


def check_seals(case: Case, trust: Trust, times: Dict[str, datetime]) -> None:
    log, sizes = case.log, sorted(case.seals)
    newest, covered = sizes[-1] if sizes else 0, 0  # covered: N of a newer seal that is good and well signed
    unread = [size for size in sizes if log.broken and size > log.size]
    for size in reversed(sizes[: len(sizes) - len(unread)]):
        path, text, sound = f"seals/{size:06}/seal.txt", b"", False
        if path not in case.files:
            case.add("seal", MISSING, path, "the folder of a seal holds no seal.txt")
            continue
        try:
            text = case.read(path, MAX_SEAL)
            _statement(case, size, Seal(text))
            sound = True
        except Bad as fault:
            case.add("seal", CHANGED, path, str(fault))
        if text and check_signatures(case, size, text, trust, times, covered) and sound:
            covered = size
    here = f"seals/{newest:06}"
    if log.broken and sizes:
        if unread:
            case.add("seal", UNCHECKED, "seals", f"{len(unread)} seals cover lines that were not read")
    elif not sizes:
        case.add("seal", UNCHECKED, "seals", "the case is not sealed")
        if trust.pinned:
            case.add("signature", CHANGED, "seals", "no seal is signed by the pinned key")
    elif log.unexplained and newest == log.size:
        pass  # the seal that a partial copy was made of: what was logged behind it is not in the copy
    elif newest > log.last_seal:
        case.add("seal", UNCHECKED, here, "this seal is not in the log: a run was interrupted")
    elif log.unsealed:
        case.add("seal", UNCHECKED, here, f"{log.unsealed} acts behind it are not covered by any seal")
    elif log.size > log.last_seal:
        text_ = f"the last {log.size - log.last_seal} lines record the sealing itself; no seal covers them"
        case.add("seal", NOTE, here, text_)


def _statement(case: Case, size: int, seal: Seal) -> None:
    """Is what a seal says of the log and of the files true? Raises Bad."""
    log, base = case.log, f"seals/{size:06}"
    need(seal.size == size, f"lies in the folder of {size} lines, but covers {seal.size}")
    need(size in log.marks, f"covers {size} lines, but the log has {log.size}")
    root, head, log_sha256, files = log.marks[size]
    said = {"case": seal.case, "root": seal.root, "head": seal.head, "log-sha256": seal.log}
    there = {"case": log.case or seal.case, "root": root, "head": head, "log-sha256": log_sha256 or seal.log}
    wrong = [name for name in said if said[name] != there[name]]
    need(not wrong, f"does not describe this log: {', '.join(wrong)} differ")
    _manifest(case, base, seal, log_sha256, files)
    case.add("seal", OK, f"{base}/seal.txt", f"sealed over {size} lines at {seal.at} (local clock)")
    if not log_sha256:
        text = "log-sha256 cannot be compared: lines are withheld or erased; root and head can, and agree"
        case.add("seal", NOTE, f"{base}/seal.txt", text)


def _manifest(case: Case, base: str, seal: Seal, log_sha256: str, files: int) -> None:
    """The list of files that was sealed: exactly those that the first N lines of the log name. Raises Bad."""
    log, path, salted = case.log, f"{base}/manifest-sha256.txt", f"{base}/salt.txt"
    if path not in case.files:
        need(log.unexplained or path in log.removed, "the list of files that was sealed is gone")
        return
    logged = log.files.get(path)
    data = case.read(path, min(1 << 30, 400 * (len(log.files) + 1)), logged[1] if logged else None)
    same = hashlib.sha256(data).hexdigest() == seal.manifest
    need(same, "manifest-sha256.txt is not the list of files that seal.txt names")
    if not log_sha256:
        return  # what withheld lines name is not known
    lines, count, last = data.decode("ascii", "replace").split("\n"), 0, ""
    need(not lines.pop(), "manifest-sha256.txt does not end with a line feed")
    for line in lines:
        sha256, name = line[:64], line[66:]
        expected = log.files.get(name)
        if expected is None and name == salted and seal.size > log.last_seal:
            expected = (sha256, 0, 0)  # a seal that is not logged yet
        if (
            expected is None or expected[0] != sha256 or line[64:66] != "  " or name <= last
            or (expected[2] >= seal.size and name != salted) or log.removed.get(name, seal.size) < seal.size
        ):  # fmt: skip
            raise Bad(f"manifest-sha256.txt lists {name} otherwise than the log does")
        last, count = name, count + (name != salted)
    need(count == files, f"manifest-sha256.txt lists {count} files where the log has {files}")


def check_signatures(
    case: Case, size: int, text: bytes, trust: Trust, times: Dict[str, datetime], covered: int
) -> bool:
    """Whether a signature of a key that counts is there. `covered`: N of a newer seal that has one, or 0."""
    log, base, newest = case.log, f"seals/{size:06}/", size == max(case.seals)
    paths = sorted(path for path in case.seals[size] if SIGNATURE.match(path[len(base) :]))
    fit, counts = set(), False
    # A good signature that does not count weighs nothing where a newer seal covers the same lines.
    doubt, tail = (NOTE, f"; the seal over {covered} lines covers it") if covered else (UNCHECKED, "")
    for path in paths:
        try:
            blob = check_signature(case.read(path, 1 << 16), text)
            key = fingerprint(blob)
            need(log.signers.get(path, key) == key, f"is of key {key}, logged was another")
        except Bad as fault:
            case.add("signature", UNCHECKED if isinstance(fault, NotSupported) else CHANGED, path, str(fault))
            continue
        fit.add(key)
        at, since = times.get(path), log.revoked.get(key)
        names = next((signer.names for signer in trust.signers if signer.counts(blob, at)), "")
        if since is not None and (at is None or at >= since):
            why = f"good signature of key {key}, which counts no more since {since}, and is not shown to be older"
            case.add("signature", doubt, path, why + tail)
        elif names or key in trust.pinned:
            counts = True
            case.add("signature", OK, path, f"signed by {names or 'the pinned key'} ({key})")
        else:
            why = f"good signature of key {key}, for which nobody vouched: whose is it? (--signers FILE)"
            case.add("signature", doubt, path, why + tail)
    if trust.pinned and newest and not fit & set(trust.pinned):
        case.add("signature", CHANGED, base + "seal.txt", "the newest seal is not signed by the pinned key")
    elif not paths:
        case.add("signature", UNCHECKED if newest else NOTE, base + "seal.txt", "the seal is not signed")
    return counts


def check_earlier(case: Case, trust: Trust) -> None:
    """Does the case still contain the state of a seal that somebody kept?"""
    log = case.log
    for name, data, kept in trust.against:
        root, path = log.marks.get(kept.size, ("",))[0], f"seals/{kept.size:06}/seal.txt"
        same_case = kept.case == (log.case or kept.case)
        try:
            need(same_case, f"{name} is of another case, {kept.case}; this one is {log.case}")
            how = "only a part of the log can be read" if log.broken else "the log was cut back"
            need(root, f"{how}: {name} covers {kept.size} lines, there are {log.size}")
            need(
                root == kept.root,
                f"the log was rewritten: its first {kept.size} lines are others than in {name}",
            )
            if path in case.files:
                need(case.read(path, MAX_SEAL) == data, f"{path} is another seal than {name}")
            else:  # a partial copy holds one seal only; the root of the other was compared
                need(log.unexplained and path not in log.files, f"the seal of which {name} is a copy is gone")
            case.add("against", OK, log.path, f"contains the state of {name} ({kept.size} lines)")
        except Bad as fault:
            case.add("against", CHANGED, log.path, str(fault))


# ---------------------------------------------------------------- items and files

ITEM_FORM = {
    "format?": str, "case": str, "id": str, "exhibit": str, "at": str, "local": str, "zone": str, "who": str,
    "kind": ("capture", "file", "export", "note", "record-only"), "clock_offset_ms?": (int, None), "role": str,
    "tool": dict, "source": dict, "method?": dict, "outcome?": str, "facts?": dict, "limits?": [str],
    "problems?": [str], "fidelity?": ("exact", "exact-partial", "decoded", "artefact-only"),
    "files": [
        {"name": str, "size": int, "sha256": str, "media_type": str, "role": ("original", "rendering", "metadata")}
    ],
    "dated?": [{"what": str, "field": str, "file": str, "moment": dict}],
    "legs?": ({"address": bool, "source": bool, "picture": bool}, None),
}  # fmt: skip
PICTURE = re.compile(r"page(?:-(\d{2,3}))?\.png\Z")
MADE = ("page.pdf", "dom.html", "page.mhtml", "text.txt")


def check_item(data: bytes, item: str, log: Log) -> None:
    """Raises Bad where an item.json is not what the log line says that admitted the item, or cannot be."""
    need(len(data) <= MAX_ITEM and data.endswith(b"\n"), "is too large, or does not end with a line feed")
    said = canonical(data[:-1], 16)
    need(fits(said, ITEM_FORM), "is not of the form that items have")
    exhibit, kind, outcome, taken, paths = log.items[item]
    who, at = taken or (said["who"], said["at"])
    logged = {
        "id": item, "exhibit": exhibit, "kind": kind, "case": log.case or said["case"], "who": who, "at": at,
        "outcome": outcome,
    }  # fmt: skip
    wrong = [name for name, value in logged.items() if said.get(name, "complete") != value]
    stored = {f"evidence/{item}/{one['name']}": (one["sha256"], one["size"]) for one in said["files"]}
    recorded = {path: log.files[path][:2] for path in paths if path != f"evidence/{item}/item.json"}
    if stored != recorded or len(stored) != len(said["files"]):
        wrong.append("files")
    need(not wrong, f"disagrees with the log: {', '.join(wrong)}")
    wrong = list(impossible(said, item, log))
    need(not wrong, "; ".join(wrong))


def impossible(said: Dict[str, Any], item: str, log: Log) -> Iterator[str]:
    """What an item says that cannot be so."""
    names = {path.rpartition("/")[2] for path in log.items[item][4]}
    if said["kind"] == "record-only" and names != {"item.json"}:
        yield "holds files, though it was recorded only"
    if said["kind"] != "capture":
        return
    legs = said.get("legs") or {"source": False, "picture": False}
    if legs["source"] and "capture.wacz" not in names:
        yield "says that it has the source of the page, and has no capture.wacz"
    if legs["picture"] and not any(map(PICTURE.match, names)):
        yield "says that it has a picture of the page, and has none"
    if "capture.wacz" not in names and any(name in MADE or PICTURE.match(name) for name in names):
        yield "has what was made of a page, and no capture.wacz from which it could be"
    for named in references(said):
        if not isinstance(named, str) or named not in log.items:
            if not log.withheld:  # in a partial copy the line that took it in may not be there
                yield f"names {named!a:.40}, which is no item of this case"
        elif log.files[f"evidence/{named}/item.json"][2] >= log.files[f"evidence/{item}/item.json"][2]:
            yield f"names {named}, which was not taken in before it"


def references(said: Dict[str, Any]) -> Iterator[Any]:
    """What a capture says of other items: which it checks again, shows the context of, or was compared with."""
    yield from (said["source"][name] for name in ("recheck_of", "context_of") if name in said["source"])
    recheck = said.get("facts", {}).get("recheck")
    if isinstance(recheck, dict):
        for name in ("compared_with", "previous"):
            if recheck.get(name) is not None:
                yield recheck[name]
        for name in ("last_live", "first_gone"):
            if isinstance(recheck.get(name), dict) and recheck[name].get("item", "") != "":
                yield recheck[name]["item"]


def check_files(case: Case) -> None:
    """Every logged file: there, of its size, with its digest; and each item.json against the log."""
    log = case.log
    for path in log.removed.keys() & case.files:
        case.add("seal", CHANGED, path, f"is there, but line {log.removed[path] + 1} says that it is erased")
    for path in log.files:
        if path not in case.files:
            left_out = path in log.removed or (log.unexplained and REMOVABLE.match(path))
            if path not in case.judged and not left_out:
                case.add("file", MISSING, path, "was logged, and is not there")
            continue
        item = log.item_of(path) if path.endswith("/item.json") else ""
        data = case.same("file", path, log.files[path], keep=MAX_ITEM if item else 0)
        if item and data is not None:
            try:
                check_item(data, item, log)
                case.add("item", OK, path)
            except Bad as fault:
                case.add("item", CHANGED, path, str(fault))


# ---------------------------------------------------------------- what else lies there

EMPTY = ("custody/log.lock", "custody/capture.lock", "custody/pending")
KIT = ("kit/VERIFY.html", "kit/VERIFY.txt", "kit/verify.sh", "kit/verify_case.py")
VERIFY_SH = "67d8d773cd269c285b721fef558282d7b9e17436e02eabce18c754203385e77b"  # SHA-256
RELEASED: Dict[str, str] = {}  # SHA-256 of both programs of earlier versions -> version
PLAIN_TAG = re.compile(
    rb'<(?:!doctype html|/?(?!script)[a-z][a-z0-9]*(?: (?:lang|charset|name|class|content)="[^"<>]*"'
    rb'| http-equiv="Content-Security-Policy")*)>'
)
MAX_PAGE = 1 << 18


def check_settings(case: Case) -> None:
    """case.yaml is for people: it must be the newest logged settings, byte for byte."""
    log, path = case.log, "case.yaml"
    logged = sorted(one for one in log.files if one.startswith("settings/"))
    if not logged:
        case.add("settings", UNLISTED, path, "no settings are logged")
    elif path in case.files:
        doubt = log.torn or log.broken or case.interrupted
        case.same("settings", path, log.files[logged[-1]], wrong=UNCHECKED if doubt else CHANGED)
    elif not log.withheld:
        case.add("settings", MISSING, path, "the settings for people to read are gone")


def check_unlisted(case: Case) -> None:
    """What is there and was never logged."""
    log, newest = case.log, max(case.seals, default=0)
    inside = f"seals/{newest:06}/"
    last_item = max((int(item[1:]) for item in log.items), default=0)

    def begun(path: str) -> bool:
        """Whether a change was interrupted, and this stands where its item, settings, seal or torn line would."""
        found = re.match(r"evidence/E(\d{4,9})/", path)
        follows = re.match(r"settings/|seals/|custody/(torn|transfer|receipt)-", path) is not None
        if found:
            follows = last_item < int(found[1]) <= last_item + 1000
        return follows and bool(log.torn or case.interrupted)

    unread = 0
    unlogged = case.files - log.files.keys() - {LOG, PARTIAL_LOG, "case.yaml", *KIT}
    for path in sorted(unlogged):
        name = path[len(inside) :] if path.startswith(inside) else ""
        late = any(form.match(name) for form in (SIGNATURE, STAMP_LIST, STAMP_FILE))
        if path in EMPTY:
            if case.size(path):
                case.add("unlisted", UNLISTED, path, "has to be empty")
            elif path == "custody/pending":
                case.add("unlisted", UNCHECKED, path, "a change was interrupted, or is under way")
        elif path.startswith("custody/not-whole-"):
            case.add("unlisted", NOTE, path, "set aside after a crash: not evidence")
        elif name and log.unexplained and newest == log.size:  # of a partial copy: judged by its content
            if name != "seal.txt" and not late:
                case.add("unlisted", UNLISTED, path, "is no part of the seal of a partial copy")
        elif name and newest > log.last_seal and not log.broken:
            continue  # reported with the seal: a run was interrupted before it was logged
        elif late and not log.broken:
            case.add("unlisted", UNCHECKED, path, "is a signature or time stamp that is not logged yet")
        elif begun(path):
            case.add("unlisted", UNCHECKED, path, "may belong to a change that was interrupted")
        elif log.broken and not log.item_of(path):
            unread += 1
        else:
            case.add("unlisted", UNLISTED, path, "is there, but was never logged")
    if unread:
        case.add("unlisted", UNCHECKED, log.path, f"{unread} files are not in what was read of the log")
    known = {"settings", "custody", "evidence", "seals", "kit", *(f"evidence/{item}" for item in log.items)}
    known |= {f"seals/{size:06}" for size in log.seals}
    for path in unlogged | set(KIT):  # folders above unlogged files are told file by file
        parts = path.split("/")
        known.update("/".join(parts[:n]) for n in range(1, len(parts)))
    for path in sorted(case.folders - known):
        if not (path.startswith("custody/not-whole-") or log.broken or log.withheld):
            status = UNCHECKED if begun(path + "/") else UNLISTED
            case.add("unlisted", status, path, "is a folder in which nothing was logged")


def check_kit(case: Case) -> None:
    """What lies in kit/ is for others, and no evidence; a forger could have put his own there."""
    html, _, shell, python = KIT
    for path in (one for one in KIT if one in case.files):
        try:
            data = case.read(path, MAX_PAGE if path.endswith(("html", "txt")) else 1 << 20)
            digest, own = hashlib.sha256(data).hexdigest(), VERIFY_SH
            if path == python:
                with open(os.path.abspath(__file__), "rb") as stream:
                    own = hashlib.sha256(stream.read()).hexdigest()
            styles = b"".join(re.findall(rb"<style[^<]*", data)).lower()
            active = b"<" in PLAIN_TAG.sub(b"", data) or re.search(rb"\\|@import|url\(", styles)
            if path == html and active:
                case.add("kit", UNCHECKED, path, "holds a script, a link or the like: do not open it")
            elif path in (shell, python) and digest in RELEASED:
                case.add("kit", NOTE, path, f"is of version {RELEASED[digest]}")
            elif path in (shell, python) and digest != own:
                case.add("kit", UNCHECKED, path, "is not this program or its companion: get your own copy")
        except (Bad, OSError) as fault:
            status = CHANGED if isinstance(fault, Bad) and path in KIT[:2] else UNCHECKED
            case.add("kit", status, path, f"is nothing of a kit: {fault}")
    if case.files & set(KIT):
        case.add("kit", NOTE, "kit", "programs and pages for others: not evidence, and not compared")


# ---------------------------------------------------------------- the verdict


def verify(root: str, trust: Trust, now: Optional[datetime] = None) -> Case:
    """All checks over a case folder; `now` finds entries of the future. Raises OSError, or Bad: there is no case."""
    case = Case(root)
    need({LOG, PARTIAL_LOG} & case.files or LOG in case.judged, f"not a case folder: it has no {LOG}")
    log = case.log = Log(case, {*case.seals, *(kept.size for _, _, kept in trust.against)})
    if now is not None and log.latest[0] and instant(log.latest[0]) > now + timedelta(hours=1):
        text = f"line {1 - log.latest[1]} is of {log.latest[0]}, which is still to come by the clock of this computer"
        case.add("log", UNCHECKED, log.path, text)
    check_earlier(case, trust)
    check_seals(case, trust, check_stamps(case, trust.roots))
    check_settings(case)
    check_unlisted(case)
    check_kit(case)
    check_files(case)
    return case


def given(path: str, limit: int = MAX_GIVEN) -> bytes:
    """A file that was named on the command line. Raises OSError, Bad."""
    fd, _ = open_regular(path)
    with open(fd, "rb") as stream:
        data = stream.read(limit + 1)
    need(len(data) <= limit, f"{path} is too large")
    return data


def read_trust(arguments: argparse.Namespace) -> Trust:
    """Raises OSError, Bad."""
    trust = Trust()
    trust.pinned = arguments.signer
    need(all(map(FINGERPRINT.match, trust.pinned)), "--signer: a fingerprint SHA256:... is expected")
    for path in arguments.signers:
        trust.signers += read_signers(given(path), path)
    for path in arguments.against:
        data = given(path, MAX_SEAL)
        trust.against.append((path, data, Seal(data)))
    for one in arguments.ca:
        name, _, path = one.partition("=")
        need(path and name not in trust.roots, f"--ca {one}: NAME=ROOTS.pem is expected, each name once")
        trust.roots[name] = given(path)
        need(b"-----BEGIN CERTIFICATE-----" in trust.roots[name], f"{path} holds no certificate in PEM form")
    return trust


def main(arguments: Optional[List[str]] = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n", 1)[0])
    parser.add_argument("case", help="the case folder")
    for name, metavar, text in (
        ("--signers", "FILE", "allowed_signers: keys vouched for"),
        ("--ca", "NAME=ROOTS.pem", "a time-stamp authority, and its root certificates"),
        ("--against", "FILE", "a kept copy of a seal.txt"),
        ("--signer", "SHA256:...", "who signed the newest seal"),
    ):
        parser.add_argument(name, action="append", default=[], metavar=metavar, help=text)
    named = parser.parse_args(arguments)
    try:
        trust = read_trust(named)
    except (OSError, Bad) as fault:
        print(f"error: {shown(str(fault))}", file=sys.stderr)
        return 4
    try:
        case = verify(named.case, trust, datetime.now(timezone.utc))
    except (OSError, Bad) as fault:
        print(f"error: no case here: {shown(str(fault))}", file=sys.stderr)
        return 3
    tell(case)
    return case.exit_code


def tell(case: Case) -> None:
    """Prints what was found, worst first, and the verdict last."""
    log = case.log
    for status in (CHANGED, MISSING, UNLISTED, UNCHECKED, NOTE, OK):
        texts = case.texts.get(status, [])
        total = sum(count for (_, one), count in case.counts.items() if one == status)
        print(*texts, sep="\n", end="\n" if texts else "")
        if total > SHOWN and len(texts) == SHOWN:
            print(f"{status:16} ... {total} of them in all")
    print()
    for check in sorted({check for check, _ in case.counts}):
        counts = [f"{count} {one}" for (name, one), count in sorted(case.counts.items()) if name == check]
        print(f"{check:11} {', '.join(counts)}")
    for item, reason in log.withdrawn.items():
        print(f"withdrawn   {shown(item)}: {shown(reason)}")
    for item, since in log.quarantined.items():
        print(f"quarantined {shown(item)}: since {shown(since)}; its bytes were compared, not looked at")
    archives = sum(path.endswith(".wacz") for path in log.files)
    print(f"not checked {archives} web archives (.wacz) as to what is in them: abusekit verify does")
    print(f"log         {log.size} lines, root {log.root}")
    if log.torn:
        print(f"TORN        {log.torn}")
    print(case.word)


if __name__ == "__main__":
    sys.exit(main())
