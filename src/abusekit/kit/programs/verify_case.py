#!/usr/bin/env python3
"""Check a case folder that was made with abusekit, without abusekit.

    python3 verify_case.py CASE [--signers allowed_signers] [--ca NAME=ROOTS.pem]...
                                [--against kept/seal.txt]... [--signer SHA256:...]

One file to be read before it is run; Python 3.8 or later and nothing else (time stamps need `openssl`).
It reads only, needs no network, follows no link, opens nothing but regular files, and trusts nothing that
lies in the case: whose signatures and time stamps count is told on the command line, from outside.

Exit code: 0 verified; 1 something is changed, missing or unlisted; 3 the log's last line is incomplete, or this
is no case; 7 nothing is wrong, but something could not be checked; 2 and 4 wrong usage, wrong input.

What it checks, in this order of the text: names and kinds of files; the custody log (canonical lines, the chain
of hashes, the rules of each act); signatures (Ed25519 in SSH's form); time stamps (RFC 3161); seals; items and
files. It does not look into web archives (.wacz) and does not compare the pages that lie beside one with it.
The format stands in docs/case-format.md. A case that was written anew as a whole, or cut back to an older seal,
agrees with itself: only a known key, a time stamp, or a kept seal.txt (--against) shows that.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import os
import re
import stat
import subprocess
import sys
import tempfile
from datetime import date, datetime, timedelta, timezone
from typing import Any, Dict, Iterator, List, Optional, Tuple

VERIFY_SH = (
    "995f56da907e2f7d281d4b4b0406cfa5007205a062920274c1296799a55e8c88"  # SHA-256 of its companion in kit/
)
OK, NOTE, UNCHECKED = "OK", "NOTE", "COULD-NOT-CHECK"
CHANGED, MISSING, UNLISTED = "CHANGED", "MISSING", "UNLISTED"
SHOWN = 200  # findings of one status that are printed; all are counted
LOG, PARTIAL_LOG = "custody/log.jsonl", "custody/log.redacted"
MAX_LINE, MAX_SEAL, MAX_ITEM, MAX_TOKEN = 65_536, 8_192, 4 << 20, 1 << 20  # bytes
NAME = r"[A-Za-z0-9_][A-Za-z0-9._-]*"
HEX64 = re.compile(r"[0-9a-f]{64}\Z")
Hits = Dict[str, Tuple[str, int, int]]


class Bad(Exception):
    """What was read is not what it has to be; the text says why."""


class Report:
    def __init__(self) -> None:
        self.counts: Dict[Tuple[str, str], int] = {}  # (check, status) -> number of findings
        self.texts: Dict[str, List[str]] = {}  # status -> the first of them, to be printed

    def add(self, check: str, status: str, path: str, text: str = "") -> None:
        self.counts[check, status] = self.counts.get((check, status), 0) + 1
        kept = self.texts.setdefault(status, [])
        if text and len(kept) < SHOWN:
            kept.append(f"{status:16} {shown(path)}: {shown(text)}")

    def has(self, *wanted: str) -> bool:
        return any(status in wanted for _, status in self.counts)


def shown(text: str) -> str:
    """Nothing from a case reaches the terminal raw: no control character, no trick of right-to-left text."""
    return ascii(text)[1:-1][:600]


# ---------------------------------------------------------------- files and names


class Folder:
    """What lies in the case folder, looked at as if an opponent had made it."""

    APART = ("private", "derived", "staging")  # never evidence: not entered
    LEFT_BY_FILE_MANAGERS = (".DS_Store", "Thumbs.db", "desktop.ini", ".directory")
    DEVICES = {"con", "prn", "aux", "nul"} | {port + str(n) for port in ("com", "lpt") for n in range(10)}

    def __init__(self, root: str, report: Report) -> None:
        self.root, self.report = root, report
        self.files: set[str] = set()
        self.folders: set[str] = set()
        self.judged: set[str] = set()
        self._walk(root, "", 0)

    def _judge(self, status: str, path: str, text: str) -> None:
        self.judged.add(path)
        self.report.add("names", status, path, text)

    def _walk(self, folder: str, prefix: str, depth: int) -> None:
        with os.scandir(folder) as entries:
            listed = sorted(entries, key=lambda entry: entry.name)
        seen = set()
        for entry in listed:
            name, path = entry.name, prefix + entry.name
            if depth == 0 and name in self.APART:
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
        """Descriptor and size of a regular file; a pipe in its place cannot make us wait. Raises OSError, Bad."""
        flags = os.O_RDONLY
        for more in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY"):  # not all systems have all of them
            flags |= getattr(os, more, 0)
        fd = os.open(os.path.join(self.root, path), flags)
        status = os.fstat(fd)
        if not stat.S_ISREG(status.st_mode):
            os.close(fd)
            raise Bad("not a regular file")
        return fd, status.st_size

    def read(self, path: str, limit: int, logged: Optional[int] = None) -> bytes:
        """Raises Bad: cannot be read, too large, or not of the size that was logged."""
        try:
            fd, size = self.open(path)
            with open(fd, "rb") as stream:
                if logged is not None and size != logged:
                    raise Bad(f"has {size} bytes, {logged} were logged")
                if size > limit:
                    raise Bad(f"is too large: {size} bytes")
                return stream.read(size)
        except OSError as fault:
            raise Bad(f"cannot be read: {fault.strerror}") from fault

    def size(self, path: str) -> int:
        return os.lstat(os.path.join(self.root, path)).st_size

    def sha256(self, path: str, limit: int) -> Tuple[str, bytes]:
        """Digest of a file and, up to `limit` bytes, its content. Stops where the file grows while it is read."""
        fd, size = self.open(path)
        whole, done = hashlib.sha256(), 0
        with open(fd, "rb", buffering=0) as stream:
            if size <= limit:
                data = stream.read(size + 1) or b""
                while 0 < len(data) < size:
                    more = stream.read(size - len(data))
                    if not more:
                        break
                    data += more
                return hashlib.sha256(data).hexdigest(), data
            block = memoryview(bytearray(1 << 20))
            while done <= size:
                got = stream.readinto(block)
                if not got:
                    break
                whole.update(block[:got])
                done += got
        return whole.hexdigest(), b""


# ---------------------------------------------------------------- canonical JSON (RFC 8785, restricted)


def _no_number(text: str) -> Any:
    raise ValueError(f"not an integer: {text[:40]}")


def _integer(text: str) -> int:
    return int(text) if len(text) <= 17 else _no_number(text)


_parse = json.JSONDecoder(parse_float=_no_number, parse_constant=_no_number, parse_int=_integer).decode
_spell = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode
_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}\Z")
_keys: set[str] = set()


def canonical(data: bytes, depth: int) -> Any:
    """The value whose one spelling is exactly `data`: parse, write again, compare. Raises Bad."""
    try:
        value = _parse(data.decode("utf-8"))
        _within([value], depth + 1)
        again = _spell(value).encode("utf-8")
    except (ValueError, RecursionError) as fault:
        raise Bad(f"not canonical JSON: {fault}") from fault
    if again != data:
        raise Bad("not the canonical spelling")
    return value


def _within(values: Any, depth: int) -> None:
    if depth <= 0:
        raise ValueError("nested too deeply")
    if type(values) is dict:
        if not _keys.issuperset(values):
            for key in values:
                if not _KEY.match(key):
                    raise ValueError(f"a key that is not used: {key[:60]!a}")
                if len(_keys) < 4096:
                    _keys.add(key)
        values = values.values()
    for value in values:
        if type(value) is int:
            if not -(2**53) < value < 2**53:
                raise ValueError("an integer beyond 2^53-1")
        elif type(value) in (dict, list):
            _within(value, depth - 1)


# ---------------------------------------------------------------- the custody log

PLACE = re.compile(rf"(?:settings|custody|evidence|seals)(?:/{NAME})*/{NAME}\Z")
AT = re.compile(r"\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{6}Z\Z", re.ASCII)
VERB = re.compile(r"[a-z][a-z0-9]*(\.[a-z][a-z0-9]*)+\Z")
SALT = re.compile(r"[0-9a-f]{32}\Z")
ITEM_ID = re.compile(r"E(\d{4,9})\Z")
FINGERPRINT = re.compile(r"SHA256:[A-Za-z0-9+/]{43}\Z")
SIGNATURE = re.compile(rf"seal\.txt\.{NAME}\.sig\Z")
STAMP_LIST = re.compile(r"stamp(?:[2-9]|[1-9][0-9]{1,2})?\.sha256\Z")
STAMP_FILE = re.compile(r"(stamp(?:[2-9]|[1-9][0-9]{1,2})?)\.([a-z0-9][a-z0-9-]{0,30})\.(tsq|tsr|pem)\Z")
REMOVABLE = re.compile(r"seals/((?!0{6})[0-9]{6}|[1-9][0-9]{6,14})/(?:manifest-sha256|salt)\.txt\Z")
SEALING = ("seal.add", "seal.sign", "seal.ask", "seal.stamp")
DECISIONS = (
    "item.withdraw", "item.quarantine", "item.release", "item.tag", "item.verify", "item.corroborate",
    "item.view", "item.copy", "custody.store",
)  # fmt: skip
ALWAYS = {"n", "prev", "at", "do", "salt", "by", "files", "clock_set_back_from"}


def is_day(text: str) -> bool:
    try:
        date(int(text[:4]), int(text[5:7]), int(text[8:10]))
    except ValueError:
        return False
    return True


def is_instant(text: Any) -> bool:
    return type(text) is str and AT.match(text) is not None and is_day(text)


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

    def __init__(self, folder: Folder, sizes: List[int]) -> None:
        self.partial = PARTIAL_LOG in folder.files and LOG not in folder.files
        self.path = PARTIAL_LOG if self.partial else LOG
        self.case, self.root, self.torn, self.broken = "", "", "", False
        self.files: Hits = {}  # path -> SHA-256, size, line
        self.items: Dict[str, Tuple[Any, ...]] = {}  # id -> exhibit, kind, outcome, (by, at) or None, paths
        self.exhibits: set[str] = set()
        self.withdrawn: Dict[str, str] = {}
        self.quarantined: Dict[str, str] = {}
        # N -> root, head, log-sha256 (empty: cannot be compared), number of files
        self.marks: Dict[int, Tuple[str, str, str, int]] = {}
        self.withheld = 0  # lines of which only the hash is there
        self.hidden = bytearray()  # for each line: 1 where it is withheld
        self.erased: Dict[int, int] = {}  # withheld line -> the first line that says that it was erased
        self.removed: Dict[str, int] = {}  # file that went with an erased line -> the line that says so
        self.signers: Dict[str, str] = {}  # path of a signature -> fingerprint
        # (N, list, authority) -> [asked at, answered at]
        self.asked: Dict[Tuple[int, str, str], List[str]] = {}
        self.revoked: Dict[str, str] = {}  # fingerprint -> since when
        self.transfers: set[int] = set()
        self.seals: set[int] = set()
        self.last_seal = self.unsealed = self.size = 0
        self.latest = ("", 0)  # the latest `at`, and its line
        self.report = folder.report
        if LOG in folder.files and PARTIAL_LOG in folder.files:
            self._found(CHANGED, "two logs stand in custody/")
        try:
            fd, _ = folder.open(self.path)
        except (OSError, Bad):
            self._found(MISSING, "there is no custody log")
            return
        with open(fd, "rb", buffering=1 << 20) as stream:
            try:
                self._read(stream, set(sizes))
            except Bad as fault:
                self.broken = True
                self._found(CHANGED, f"log line {self.size + 1}: {fault}")

    def _found(self, status: str, text: str) -> None:
        self.report.add("log", status, self.path, text)

    def _read(self, stream: Any, sizes: set[int]) -> None:
        tree, whole, prev, last_at = Tree(), hashlib.sha256(), "0" * 64, ""
        last_mark = max(sizes, default=0)
        while True:
            n = self.size = tree.size
            raw = stream.readline(MAX_LINE + 1)
            if not raw:
                break
            if len(raw) > MAX_LINE:
                raise Bad(f"longer than {MAX_LINE} bytes")
            if not raw.endswith(b"\n"):
                self.torn = f"the log's last line is incomplete ({len(raw)} bytes after line {n})"
                return
            if n < last_mark:
                whole.update(raw)
            raw = raw[:-1]
            if self.partial and len(raw) == 64 and HEX64.match(raw.decode("latin-1")):
                prev = raw.decode()
                self.withheld, last_at = self.withheld + 1, ""
                self.hidden.append(1)
                if n == 0:
                    self._found(CHANGED, "the first line is withheld")
            else:
                entry = self._form(raw, n, prev)
                if entry["at"] < last_at and entry.get("clock_set_back_from") != last_at:
                    raise Bad("is earlier than the line before it, and does not say so")
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

    @staticmethod
    def _form(raw: bytes, n: int, prev: str) -> Dict[str, Any]:
        entry = canonical(raw, 8)
        if type(entry) is not dict or type(entry.get("n")) is not int or entry["n"] != n:
            raise Bad(f"does not say that it is number {n}")
        if entry.get("prev") != prev:
            raise Bad("does not continue the chain: `prev` is not the hash of the line before")
        try:
            fits = is_instant(entry["at"]) and VERB.match(entry["do"]) and SALT.match(entry["salt"])
            if fits and type(entry["by"]) is str:
                return entry
        except (KeyError, TypeError):
            pass
        raise Bad("one of at, do, salt, by is absent or malformed")

    def _take(self, n: int, entry: Dict[str, Any]) -> None:
        do = entry["do"]
        try:
            paths = [self._file(listed, n) for listed in entry.get("files", ())]
            self._places(do, entry, paths)
            self._act(do, n, entry, paths)
        except (KeyError, TypeError, ValueError) as fault:
            raise Bad(f"a fact of {do} is absent or malformed: {fault}") from fault
        if n == 0 and do != "case.create":
            raise Bad("does not start a case")
        self.unsealed += do not in SEALING

    def _file(self, listed: Any, n: int) -> str:
        path, sha256, size = listed["path"], listed["sha256"], listed["size"]
        if not (PLACE.match(path) and HEX64.match(sha256) and type(size) is int and size >= 0):
            raise Bad(f"names a file wrongly: {path!a}")
        if path in self.files:
            raise Bad(f"names {path} again; line {self.files[path][2] + 1} did already")
        self.files[path] = (sha256, size, n)
        return str(path)

    def _places(self, do: str, entry: Dict[str, Any], paths: List[str]) -> None:
        """Which act may name files where: what records a sealing must not smuggle in what no seal covers."""
        place = "settings/" if do in ("case.create", "settings.change") else "custody/"
        if do == "item.add":
            place = f"evidence/{entry['item']}/"
        elif do in SEALING:
            if type(entry["seal"]) is not int:
                raise Bad("names a seal wrongly")
            place = f"seals/{entry['seal']:06}/"
        for path in paths:
            if not path.startswith(place) or (do == "item.add" and "/" in path[len(place) :]):
                raise Bad(f"{do} admits files in {place} only, not {path}")

    def _act(self, do: str, n: int, entry: Dict[str, Any], paths: List[str]) -> None:
        if do == "case.create":
            if n != 0 or entry["format"] != "abusekit-log/1" or type(entry["case"]) is not str:
                raise Bad("starts a case, but is not the first line of this format")
            self.case = entry["case"]
        elif do == "item.add":
            self._item(entry, paths)
        elif do in DECISIONS:
            self._decision(do, entry)
        elif do == "line.erase":
            self._erase(n, entry["line"], entry.get("removed", []))
        elif do == "log.repair":
            kept = {"path": entry["kept_as"], "sha256": entry["sha256"], "size": entry["size"]}
            self._places(do, entry, [self._file(kept, n)])
        elif do == "seal.add":
            size = entry["seal"]
            parts = [f"seals/{size:06}/{name}" for name in ("manifest-sha256.txt", "salt.txt", "seal.txt")]
            if not self.last_seal < size <= n or sorted(paths) != parts or entry.keys() - ALWAYS - {"seal"}:
                raise Bad("adds a seal that cannot be: an older one, or with other parts than a seal has")
            self.seals.add(size)
            self.last_seal, self.unsealed = size, int(size != n)
        elif do == "seal.sign":
            fits = len(paths) == 1 and SIGNATURE.match(paths[0].split("/", 2)[2])
            if not fits or entry["seal"] not in self.seals:
                raise Bad("signs a seal that was not made, or otherwise than with one signature")
            if entry.keys() - ALWAYS - {"seal", "signer"} or type(entry["signer"]) is not str:
                raise Bad("signs a seal otherwise than with its key")
            self.signers[paths[0]] = entry["signer"]
        elif do in ("seal.ask", "seal.stamp"):
            self._token(do, entry, set(paths))
        elif do == "key.add":
            public = public_line(entry["public"])
            if fingerprint(public) != entry["key"] or type(entry["name"]) is not str:
                raise Bad("adds a key under the fingerprint of another")
            replaces: Any = entry.get("replaces")
            if "replaces" in entry and (not FINGERPRINT.match(replaces) or replaces == entry["key"]):
                raise Bad("does not name the key that is replaced")
        elif do == "key.revoke":
            key, since = entry["key"], entry["since"]
            known = entry["why"] in ("lost", "stolen", "retired")
            if not FINGERPRINT.match(key) or not is_instant(since) or not known:
                raise Bad("revokes a key without its fingerprint, a time and one of the known reasons")
            self.revoked[key] = min(since, self.revoked.get(key, since))
        elif do == "custody.transfer":
            number = entry["transfer"]
            if type(number) is not int or not 0 < number < 10_000 or number in self.transfers:
                raise Bad("is a hand-over without a number of its own")
            if paths != [f"custody/transfer-{number:04}.json"]:
                raise Bad("is a hand-over with other files than its own")
            self.transfers.add(number)
        elif do == "custody.receive":
            number = entry["transfer"]
            if type(number) is not int or (number not in self.transfers and not self.withheld):
                raise Bad("receives what was not handed over")
            mine = all(path.startswith(f"custody/receipt-{number:04}") for path in paths)
            if entry["how"] not in ("signature", "paper") or not mine:
                raise Bad("is a receipt of an unknown kind, or with other files than its own")

    def _item(self, entry: Dict[str, Any], paths: List[str]) -> None:
        item, exhibit = entry["item"], entry["exhibit"]
        if not ITEM_ID.match(item) or item in self.items:
            raise Bad(f"gives the item id {item!a} a second time, or it is none")
        if type(exhibit) is not str or exhibit in self.exhibits:
            raise Bad(f"gives the exhibit reference {exhibit!a} a second time")
        if f"evidence/{item}/item.json" not in paths:
            raise Bad(f"lists files for {item}, but not its item.json")
        taken = None if entry.get("recovered") is True else (sys.intern(entry["by"]), entry["at"])
        kind, outcome = sys.intern(entry["kind"]), sys.intern(entry["outcome"])
        self.items[item] = (exhibit, kind, outcome, taken, tuple(paths))
        self.exhibits.add(exhibit)

    def _decision(self, do: str, entry: Dict[str, Any]) -> None:
        item = entry["item"]
        if item not in self.items and not self.withheld:
            raise Bad(f"speaks of {item!a}, which was not taken in before")
        item = str(item)
        if do == "item.withdraw":
            reasons = (self.withdrawn.get(item), str(entry["reason"]))
            self.withdrawn[item] = "; then: ".join(filter(None, reasons))
        elif do == "item.quarantine":
            if type(entry["reason"]) is not str:
                raise Bad("gives no reason in words")
            self.quarantined[item] = entry["at"]
        elif do == "item.release":
            if not all(type(entry[said]) is str and entry[said].strip() for said in ("reason", "decided_by")):
                raise Bad("releases an item without saying why, or who decided it")
            if self.quarantined.pop(item, None) is None and not self.withheld:
                raise Bad(f"releases {item}, which was not in quarantine")

    def _erase(self, n: int, line: Any, removed: Any) -> None:
        """With an erased line go the lists of seals that name its files, and nothing else."""
        if type(line) is not int or not 0 < line < n or type(removed) is not list:
            raise Bad("erases a line that cannot be erased, or names wrongly what went with it")
        if self.hidden[line]:
            self.erased.setdefault(line, n)
        else:
            self._found(CHANGED, f"line {n + 1} says that line {line + 1} is erased, but it is there")
        for path in removed:
            found = REMOVABLE.match(path)
            known = path in self.files or self.unexplained
            if not found or int(found[1]) <= line or path in self.removed or not known:
                raise Bad(f"lets go of a file that does not go with line {line + 1}: {path!a}")
            self.removed[path] = n

    @property
    def unexplained(self) -> int:
        """Number of lines that are withheld, and not erased: what makes a partial copy."""
        return self.withheld - len(self.erased)

    def _token(self, do: str, entry: Dict[str, Any], paths: set[str]) -> None:
        seal, listed, authority = entry["seal"], entry["list"], entry["authority"]
        if (
            entry.keys() - ALWAYS - {"seal", "list", "authority"}
            or (seal not in self.seals and not self.withheld)
            or not STAMP_LIST.match(listed)
            or not re.match(r"[a-z0-9][a-z0-9-]{0,30}\Z", authority)
            or authority in Folder.DEVICES
        ):
            raise Bad("speaks of a time stamp otherwise than by its seal, list and authority")
        token, start = (seal, listed, authority), f"seals/{seal:06}/{listed[:-7]}.{authority}."
        if do == "seal.ask":  # the list comes with the first request for it
            listed = f"seals/{seal:06}/{listed}"
            fits = paths - {listed} == {f"{start}tsq"} and (listed in self.files or self.withheld)
            if token in self.asked or not fits:
                raise Bad("asks for a time stamp with other files than its request and list, or again")
            self.asked[token] = [entry["at"], ""]
            return
        if self.withheld:
            self.asked.setdefault(token, ["", ""])
        if paths != {f"{start}tsr", f"{start}pem"} or token not in self.asked or self.asked[token][1]:
            raise Bad("brings a time stamp that was not asked for, or again, or with other files than it has")
        self.asked[token][1] = entry["at"]

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
OTHER_KEYS = (
    "ssh-rsa", "ssh-dss", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521",
    "sk-ecdsa-sha2-nistp256@openssh.com",
)  # fmt: skip
NAMESPACE = "abusekit-seal-v1"
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
    if len(data) != 32 or y >= P:
        raise Bad("not an Ed25519 point")
    ratio = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(ratio, (P + 3) // 8, P)
    if x * x % P != ratio:
        x = x * ROOT_OF_MINUS_1 % P
    if x * x % P != ratio:
        raise Bad("not a point of the curve")
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


BASE = _decompressed((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def sound_point(data: bytes) -> Point:
    """A point of large order: with one of order 1, 2, 4 or 8 anybody can sign anything. Raises Bad."""
    if len(data) != 32:
        raise Bad(f"an Ed25519 key has 32 bytes, not {len(data)}")
    point = _decompressed(data)
    eight = _times(8, point)
    if eight[0] % P == 0 and (eight[1] - eight[2]) % P == 0:
        raise Bad("this key is weak: signatures under it can be made without a secret")
    return point


def check_ed25519(key: bytes, signature: bytes, message: bytes) -> None:
    """Raises Bad unless the holder of `key` signed `message`."""
    point, scalar = sound_point(key), int.from_bytes(signature[32:], "little")
    x, y, z, t = point
    challenge = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % ORDER
    expected = _sum(_times(scalar, BASE), _times(challenge, ((P - x) % P, y, z, (P - t) % P)))
    if len(signature) != 64 or scalar >= ORDER or _compressed(expected) != signature[:32]:
        raise Bad("the signature does not belong to this text")


class Wire:
    """SSH's encoding (RFC 4251 section 5)."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def take(self, size: int) -> bytes:
        if size > len(self._data) - self._at:
            raise Bad("not an SSH signature or key: it ends too early")
        self._at += size
        return self._data[self._at - size : self._at]

    def string(self) -> bytes:
        return self.take(int.from_bytes(self.take(4), "big"))

    def text(self) -> str:
        try:
            return self.string().decode("ascii")
        except UnicodeDecodeError as fault:
            raise Bad("not an SSH signature or key: a name in it is not ASCII") from fault

    def end(self) -> None:
        if self._at != len(self._data):
            raise Bad("not an SSH signature or key: bytes too many")


def unbase64(text: bytes) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError as fault:
        raise Bad("its base64 is damaged") from fault
    if base64.b64encode(data) != text:
        raise Bad("its base64 has stray bits")
    return data


def fingerprint(blob: bytes) -> str:
    return "SHA256:" + base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")


def key_parts(blob: bytes) -> Tuple[str, bytes, bytes]:
    """Type, the 32 bytes of the point, and the application of a FIDO key. Raises Bad."""
    wire = Wire(blob)
    kind = wire.text()
    point = wire.string()
    application = wire.string() if kind == SK_ED25519 else b""
    wire.end()
    if len(point) != 32:
        raise Bad(f"an Ed25519 key has 32 bytes, not {len(point)}")
    return kind, point, application


def public_line(line: str) -> bytes:
    """The key of a line `TYPE BASE64 [COMMENT]`. Raises Bad."""
    fields = line.strip(" \t\r\n").split(None, 2)
    if len(fields) < 2 or not fields[1].isascii():
        raise Bad("not a public key: type and base64 are expected")
    if fields[0] not in (ED25519, SK_ED25519, *OTHER_KEYS):
        raise Bad(f"not a key type that is known here: {fields[0][:60]!a}")
    blob = unbase64(fields[1].encode("ascii"))
    if Wire(blob).text() != fields[0]:
        raise Bad("not a public key: its type stands in it twice, and differs")
    if fields[0] not in OTHER_KEYS:
        sound_point(key_parts(blob)[1])
    return blob


class NotSupported(Bad):
    """A signature of a kind that is not checked here."""


def check_signature(armored: bytes, message: bytes) -> bytes:
    """The public key that signed exactly `message`, by OpenSSH's PROTOCOL.sshsig. Raises Bad, NotSupported."""
    lines = [line[:-1] if line.endswith(b"\r") else line for line in armored.split(b"\n")]
    if lines[-1] == b"":
        lines.pop()
    frame = (b"-----BEGIN SSH SIGNATURE-----", b"-----END SSH SIGNATURE-----")
    if len(armored) > 16_384 or len(lines) < 3 or (lines[0], lines[-1]) != frame:
        raise Bad("not an SSH signature: too long, or its BEGIN and END lines are not the first and last")
    if not all(re.match(rb"[A-Za-z0-9+/]{1,76}={0,2}\Z", line) for line in lines[1:-1]):
        raise Bad("not an SSH signature: a line in it is not base64")
    wire = Wire(unbase64(b"".join(lines[1:-1])))
    if wire.take(6) != b"SSHSIG":
        raise Bad("not an SSH signature: SSHSIG is missing")
    if wire.take(4) != b"\0\0\0\1":
        raise NotSupported("an SSH signature of another version than 1")
    blob, namespace, reserved, digest = wire.string(), wire.text(), wire.string(), wire.text()
    inner = Wire(wire.string())
    wire.end()
    if not re.match(r"[!-~]{1,200}\Z", namespace) or reserved:
        raise Bad("not an SSH signature: its namespace is not printable, or its reserved field is not empty")
    kind = Wire(blob).text()
    if kind not in (ED25519, SK_ED25519) or digest not in ("sha512", "sha256"):
        raise NotSupported("a signature by another kind of key or digest; ssh-keygen -Y verify may know it")
    _, point, application = key_parts(blob)
    if inner.text() != kind:
        raise Bad("not an SSH signature: it is of another type than its key")
    raw, token = inner.string(), inner.take(5) if kind == SK_ED25519 else b""
    inner.end()
    if len(raw) != 64:
        raise Bad(f"an Ed25519 signature has 64 bytes, not {len(raw)}")
    if namespace != NAMESPACE:
        raise Bad(f"signed for {namespace!a}, not for {NAMESPACE}")
    parts = (namespace.encode(), b"", digest.encode(), hashlib.new(digest, message).digest())
    signed = b"SSHSIG" + b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    if kind == SK_ED25519:  # the token signs digests, with its flags and counter between
        signed = hashlib.sha256(application).digest() + token + hashlib.sha256(signed).digest()
    check_ed25519(point, raw, signed)
    return blob


class Signer:
    """A line of an allowed_signers file (ssh-keygen(1)): whose key, for what, and when it counts."""

    PRINCIPALS = re.compile(r'(?:"([^"]+)"|([^\s"]+))[ \t]+')
    OPTION = re.compile(r'([A-Za-z-]+)="((?:\\"|[^"\\])*)"')
    TIME = re.compile(r"(\d{8})(?:(\d{4})(\d\d)?)?Z\Z", re.ASCII)

    def __init__(self, text: str) -> None:
        head = self.PRINCIPALS.match(text)
        if head is None or not text.replace("\t", " ").isprintable():
            raise Bad("names, options and a public key are expected, in printable text")
        self.names, rest = head[1] or head[2], text[head.end() :]
        options: Dict[str, str] = {}
        if rest.replace("\t", " ").split(" ", 1)[0] not in (ED25519, SK_ED25519, *OTHER_KEYS):
            while True:
                found = self.OPTION.match(rest)
                name = found[1].lower() if found else ""
                if not found or name not in ("namespaces", "valid-after", "valid-before") or name in options:
                    raise Bad("an option that is not known, has no value, or stands there twice")
                options[name], rest = found[2].replace('\\"', '"'), rest[found.end() :]
                if rest[:1] in (" ", "\t"):
                    break
                if rest[:1] != ",":
                    raise Bad("neither a known key type nor options")
                rest = rest[1:]
        self.namespaces = options["namespaces"].split(",") if "namespaces" in options else []
        if not all(part not in ("", "!") for part in [*self.names.split(","), *self.namespaces]):
            raise Bad("an empty entry in a list")
        self.after, self.before = (self._time(options.get(name)) for name in ("valid-after", "valid-before"))
        if self.after and self.before and self.before <= self.after:
            raise Bad("valid-before is not later than valid-after")
        self.blob = public_line(rest)

    def _time(self, text: Optional[str]) -> Optional[datetime]:
        if text is None:
            return None
        found = self.TIME.match(text)
        try:
            if found is None:
                raise ValueError
            digits = found[1] + (found[2] or "0000") + (found[3] or "00")
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
        """PATTERNS of ssh_config(5); in time |name| * |pattern|, however many stars there are."""
        hits = {True: False, False: False}
        for pattern in self.namespaces:
            wanted = pattern[:1] != "!"
            ends = {0}  # how much of the namespace the pattern can have used up
            for sign in pattern if wanted else pattern[1:]:
                if sign == "*":
                    ends = set(range(min(ends, default=len(NAMESPACE) + 1), len(NAMESPACE) + 1))
                else:
                    ends = {e + 1 for e in ends if e < len(NAMESPACE) and sign in ("?", NAMESPACE[e])}
            hits[wanted] = hits[wanted] or len(NAMESPACE) in ends
        return hits[True] and not hits[False]


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

Node = Tuple[int, int, int]  # tag, start and end of the content


def der(data: bytes, at: int, end: int) -> List[Node]:
    """The DER values between two offsets, one after the other. Raises Bad."""
    nodes: List[Node] = []
    while at < end:
        if len(nodes) > 256 or end - at < 2 or data[at] & 0x1F == 0x1F:
            raise Bad("not DER: a value ends too early, or there are too many")
        tag, length, at = data[at], data[at + 1], at + 2
        if length >= 0x80:
            count = length & 0x7F
            length, at = int.from_bytes(data[at : at + count], "big"), at + count
            if not 0 < count <= 4 or at > end or length < 0x80 or length >> (8 * count - 8) == 0:
                raise Bad("not DER: a length that is not written as it must be")
        if length > end - at:
            raise Bad("not DER: a value ends too early")
        nodes.append((tag, at, at + length))
        at += length
    return nodes


class Stamp:
    """What a request or an answer says of itself: digest, nonce and, in an answer, the time."""

    def __init__(self, data: bytes, answer: bool) -> None:
        self._data, self.at = data, datetime.fromtimestamp(0, timezone.utc)
        try:
            top = self._inside(self._one(der(data, 0, len(data)), 0x30))
            fields = self._answer(top) if answer else top
            imprint = next(node for node in fields[1:3] if node[0] == 0x30)
            algorithm, digest = self._inside(imprint)
            if self._bytes(self._inside(algorithm)[0]) != bytes.fromhex("608648016503040201"):
                raise Bad("a digest other than SHA-256")
            self.digest = self._bytes(digest).hex()
            behind = fields[fields.index(imprint) + (3 if answer else 1) :]
            numbers = [
                int.from_bytes(self._bytes(node), "big", signed=True) for node in behind if node[0] == 2
            ]
            self.nonce: Optional[int] = numbers[0] if numbers else None
            if answer:
                self.at = self._time(self._bytes(fields[4]).decode("ascii"))
        except (ValueError, IndexError, StopIteration) as fault:
            raise Bad(f"not a time stamp as RFC 3161 has it: {fault}") from fault

    def _bytes(self, node: Node) -> bytes:
        return self._data[node[1] : node[2]]

    def _inside(self, node: Node) -> List[Node]:
        return der(self._data, node[1], node[2])

    @staticmethod
    def _one(nodes: List[Node], tag: int) -> Node:
        if len(nodes) != 1 or nodes[0][0] != tag:
            raise Bad("not DER: another value is expected")
        return nodes[0]

    def _answer(self, top: List[Node]) -> List[Node]:
        """The fields of the TSTInfo inside of TimeStampResp, ContentInfo, SignedData."""
        if self._bytes(self._inside(top[0])[0]) != b"\0":
            raise Bad("the authority refused the request")
        content = self._inside(top[1])
        signed = self._inside(self._one(self._inside(content[1]), 0x30))
        inner = self._inside(signed[2])
        if self._bytes(inner[0]) != bytes.fromhex("2a864886f70d0109100104"):
            raise Bad("not a time stamp, but something else that is signed")
        octets = self._bytes(self._one(self._inside(inner[1]), 0x04))
        self._data = octets
        return self._inside(self._one(der(octets, 0, len(octets)), 0x30))

    @staticmethod
    def _time(text: str) -> datetime:
        found = re.match(r"(\d{14})(?:\.(\d{1,9}))?Z\Z", text, re.ASCII)
        if found is None:
            raise Bad("a time that is not written in UTC")
        at = datetime.strptime(found[1], "%Y%m%d%H%M%S").replace(tzinfo=timezone.utc)
        return at + timedelta(microseconds=int((found[2] or "0").ljust(6, "0")[:6]))


def openssl_agrees(listed: bytes, tsr: bytes, at: datetime, roots: str) -> str:
    """Empty where `openssl ts` finds signature and chain good at the token's own time; else what it says.

    Raises FileNotFoundError where there is no openssl.
    """
    with tempfile.TemporaryDirectory() as folder:  # our own copies: no name out of the case reaches openssl
        for name, data in (("list", listed), ("tsr", tsr)):
            with open(os.path.join(folder, name), "wb") as out:
                out.write(data)
        arguments = ["openssl", "ts", "-verify", "-attime", str(int(at.timestamp())), "-CAfile", roots]
        arguments += ["-data", os.path.join(folder, "list"), "-in", os.path.join(folder, "tsr")]
        done = subprocess.run(
            arguments, stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False
        )
    if done.returncode == 0 and b"Verification: OK" in done.stdout + done.stderr:
        return ""
    return done.stderr.decode("ascii", "replace").strip().split("\n")[0][:300] or "openssl ts refuses it"


def check_stamps(folder: Folder, log: Log, roots: Dict[str, str]) -> Dict[str, datetime]:
    """Judge all tokens; gives path -> earliest time at which a trusted authority saw that file's digest."""
    times: Dict[str, datetime] = {}
    lists: Dict[
        str, Dict[str, set[str]]
    ] = {}  # path of a list without its ending -> authority -> kinds of files
    for path in folder.files:
        parent, _, name = path.rpartition("/")
        if SEAL_FOLDER.match(parent) or (path in log.files and log.item_of(path)):
            found = STAMP_FILE.match(name)
            if found:
                lists.setdefault(f"{parent}/{found[1]}", {}).setdefault(found[2], set()).add(found[3])
            elif STAMP_LIST.match(name):
                lists.setdefault(path[:-7], {})
    for stem, authorities in sorted(lists.items()):
        path = stem + ".sha256"
        if path not in folder.files and path in log.files:
            continue  # it is told as missing
        try:
            data = folder.read(path, 1 << 17)
            covered = _stamped_files(folder, log, path, data)
        except Bad as fault:
            folder.report.add("stamp", CHANGED, path, str(fault))
            continue
        seen = []
        for authority, kinds in sorted(authorities.items()):
            at = _token(folder, f"{stem}.{authority}.", authority, kinds, data, roots.get(authority, ""))
            if at is not None:
                parts = path.split("/")
                key = (int(parts[1]), parts[2], authority) if parts[0] == "seals" else (0, "", "")
                seen.append((at, log.asked.get(key, ["", ""])))
                for one in covered:
                    times[one] = min(at, times.get(one, at))
        if any(b - a > timedelta(minutes=5) + _waited(x[0], y[1]) for a, x in seen for b, y in seen):
            status = UNCHECKED if path in log.files else NOTE
            folder.report.add(
                "stamp", status, path, "two authorities stamped it at times that contradict each other"
            )
    for (size, name, authority), (asked, answered) in log.asked.items():
        if asked and not answered:
            path = f"seals/{size:06}/{name[:-7]}.{authority}.tsq"
            folder.report.add("stamp", NOTE, path, f"{authority} was asked and has not answered yet")
    return times


def _waited(asked: str, answered: str) -> timedelta:
    """What the clock of the case saw pass between one request and the storing of another answer."""
    if not asked or not answered:
        return timedelta(0)
    begin, end = (datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ") for text in (asked, answered))
    return max(end - begin, timedelta(0))


def _stamped_files(folder: Folder, log: Log, path: str, data: bytes) -> List[str]:
    """The files that a list names, each with its digest, and none left out. Raises Bad."""
    parent = path.rpartition("/")[0]
    found = re.findall(rf"([0-9a-f]{{64}})  ({NAME})\n", data.decode("ascii", "replace"), re.ASCII)
    listed = {f"{parent}/{name}": sha256 for sha256, name in found}
    if (
        not found
        or "".join(f"{listed[one]}  {one[len(parent) + 1 :]}\n" for one in sorted(listed)).encode() != data
    ):
        raise Bad("is not a list of digests, sorted by name, as sha256sum writes it")
    if SEAL_FOLDER.match(parent):
        written = log.files[path][2] if path in log.files else log.size
        expected = {
            one for one in log.signers if one.startswith(parent + "/") and log.files[one][2] < written
        }
        if log.withheld and path not in log.files:
            expected = {one for one in listed if SIGNATURE.match(one[len(parent) + 1 :])}
        expected.add(f"{parent}/seal.txt")
    else:
        skipped = (f"{parent}/stamp.", f"{parent}/item.json")
        expected = {one for one in log.items[log.item_of(path)][4] if not one.startswith(skipped)}
    if expected != set(listed):
        raise Bad(f"lists other files than it has to: {sorted(expected ^ set(listed))[0]}")
    for one, sha256 in listed.items():
        if sha256 != (
            log.files[one][0] if log.item_of(path) else hashlib.sha256(folder.read(one, 1 << 16)).hexdigest()
        ):
            raise Bad(f"lists {one} with another digest than it has")
    return list(listed)


def _token(
    folder: Folder, start: str, authority: str, kinds: set[str], data: bytes, roots: str
) -> Optional[datetime]:
    """The time of one token, where it is good and its authority is trusted here."""
    report, path, nonce, digest = folder.report, start + "tsq", None, hashlib.sha256(data).hexdigest()
    try:
        if "tsq" in kinds:
            asked = Stamp(folder.read(path, 1 << 12), answer=False)
            nonce = asked.nonce
            if asked.digest != digest or nonce is None:
                raise Bad("asks for a stamp on something else than the list, or without a nonce")
        if "tsr" not in kinds:
            return None
        path = start + "tsr"
        tsr = folder.read(path, MAX_TOKEN)
        stamp = Stamp(tsr, answer=True)
        if stamp.digest != digest or (nonce is not None and stamp.nonce != nonce):
            raise Bad("the answer is about another list, or to another request")
        when = f"{stamp.at:%Y-%m-%d %H:%M:%S} UTC"
        wrong = openssl_agrees(data, tsr, stamp.at, roots) if roots else ""
    except Bad as fault:
        report.add("stamp", CHANGED, path, str(fault))
    except (OSError, subprocess.SubprocessError) as fault:
        report.add(
            "stamp", UNCHECKED, path, f"says {when}; openssl, which checks it, could not be run: {fault}"
        )
    else:
        if not roots:
            text = f"says {when}; no root of {authority} is trusted here (--ca {authority}=ROOTS.pem)"
            report.add("stamp", UNCHECKED, path, text)
        elif wrong:
            report.add("stamp", CHANGED, path, f"not a token of {authority}: {wrong}")
        else:
            report.add("stamp", OK, path, f"existed not later than {when}, says {authority}")
            return stamp.at
    return None


# ---------------------------------------------------------------- seals

SEAL_FOLDER = re.compile(r"seals/(?:(?!0{6})[0-9]{6}|[1-9][0-9]{6,14})\Z")
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
        try:
            datetime.strptime(found["at"], "%Y-%m-%dT%H:%M:%S.%fZ")
        except ValueError as fault:
            raise Bad("seal.txt states a time that does not exist") from fault
        if (
            len(set(more)) != len(more)
            or base64.b64encode(bytes.fromhex(found["root"])).decode() != found["root64"]
        ):
            raise Bad("seal.txt contradicts itself")
        self.case, self.size, self.at = found["case"], int(found["size"]), found["at"]
        self.root, self.head, self.log, self.manifest = (
            found["root"],
            found["head"],
            found["log"],
            found["manifest"],
        )


class Trust:
    """What counts, from outside of the case."""

    def __init__(self) -> None:
        self.signers: List[Signer] = []
        self.pinned: List[str] = []
        self.roots: Dict[str, str] = {}  # name of an authority -> path of its root certificates
        self.against: List[Tuple[str, bytes, Seal]] = []


def check_seals(folder: Folder, log: Log, sizes: List[int], trust: Trust, times: Dict[str, datetime]) -> None:
    report = folder.report
    for size in sizes:
        base = f"seals/{size:06}"
        path = f"{base}/seal.txt"
        if path not in folder.files:
            report.add("seal", MISSING, path, "the folder of a seal holds no seal.txt")
            continue
        text = b""
        try:
            text = folder.read(path, MAX_SEAL)
            seal = Seal(text)
            _statement(seal, size, log)
            _manifest(folder, base, seal, log)
        except Bad as fault:
            report.add("seal", CHANGED, path, str(fault))
        else:
            report.add("seal", OK, path, f"sealed over {size} lines at {seal.at} (local clock)")
            if not log.marks[size][2]:
                report.add(
                    "seal", NOTE, path, "log-sha256 cannot be compared: lines are withheld; root and head can"
                )
        if text:
            check_signatures(folder, log, base, text, trust, times, newest=size == sizes[-1])
    if not sizes:
        report.add("seal", UNCHECKED, "seals", "the case is not sealed")
        if trust.pinned:
            report.add("signature", CHANGED, "seals", "no seal is signed by the pinned key")
    elif log.unexplained and sizes[-1] == log.size:
        pass  # the seal that a partial copy was made of: what was logged behind it is not in the copy
    elif sizes[-1] > log.last_seal:
        report.add(
            "seal", UNCHECKED, f"seals/{sizes[-1]:06}", "this seal is not in the log: a run was interrupted"
        )
    elif log.unsealed:
        report.add(
            "seal",
            UNCHECKED,
            f"seals/{sizes[-1]:06}",
            f"{log.unsealed} acts behind it are not covered by any seal",
        )
    elif log.size > log.last_seal:
        tail = log.size - log.last_seal
        text_ = f"the last {tail} lines record the sealing itself; no seal covers who and when they name"
        report.add("seal", NOTE, f"seals/{sizes[-1]:06}", text_)


def _statement(seal: Seal, size: int, log: Log) -> None:
    if seal.size != size:
        raise Bad(f"lies in the folder of {size} lines, but covers {seal.size}")
    if size not in log.marks:
        raise Bad(f"covers {size} lines, but the log that can be read has {log.size}")
    root, head, log_sha256, _ = log.marks[size]
    pairs = [
        ("case", seal.case, log.case or seal.case),
        ("root-sha256", seal.root, root),
        ("head-sha256", seal.head, head),
    ]
    if log_sha256:
        pairs.append(("log-sha256", seal.log, log_sha256))
    wrong = [name for name, said, found in pairs if said != found]
    if wrong:
        raise Bad(f"does not describe this log: {', '.join(wrong)} differ")


def _manifest(folder: Folder, base: str, seal: Seal, log: Log) -> None:
    """The list of files that was sealed: exactly those that the first N lines of the log name. Raises Bad."""
    path, salted = f"{base}/manifest-sha256.txt", f"{base}/salt.txt"
    if path not in folder.files:
        if log.unexplained or path in log.removed:
            return
        raise Bad("the list of files that was sealed is gone")
    logged = log.files.get(path)
    data = folder.read(path, min(1 << 30, 400 * (len(log.files) + 1)), logged[1] if logged else None)
    if hashlib.sha256(data).hexdigest() != seal.manifest:
        raise Bad("manifest-sha256.txt is not the list of files that seal.txt names")
    if not log.marks[seal.size][2]:
        return  # what withheld lines name is not known
    lines, count, last = data.decode("ascii", "replace").split("\n"), 0, ""
    if lines.pop():
        raise Bad("manifest-sha256.txt does not end with a line feed")
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
    if count != log.marks[seal.size][3]:
        raise Bad(f"manifest-sha256.txt lists {count} files where the log has {log.marks[seal.size][3]}")


def check_signatures(
    folder: Folder, log: Log, base: str, text: bytes, trust: Trust, times: Dict[str, datetime], newest: bool
) -> None:
    report, good, some = folder.report, [], False
    for path in sorted(
        p for p in folder.files if p.startswith(base + "/") and SIGNATURE.match(p[len(base) + 1 :])
    ):
        some = True
        try:
            blob = check_signature(folder.read(path, 1 << 16), text)
        except Bad as fault:
            status = UNCHECKED if isinstance(fault, NotSupported) else CHANGED
            report.add("signature", status, path, str(fault))
            continue
        key = fingerprint(blob)
        if log.signers.get(path, key) != key:
            report.add("signature", CHANGED, path, f"is of key {key}, logged was one of {log.signers[path]}")
            continue
        good.append(key)
        at, since = times.get(path), log.revoked.get(key)
        names = next((signer.names for signer in trust.signers if signer.counts(blob, at)), "")
        if since is not None and (at is None or f"{at:%Y-%m-%dT%H:%M:%S.%fZ}" >= since):
            text_ = f"good signature of key {key}, which counts no more since {since}; no time stamp shows it older"
            report.add("signature", UNCHECKED, path, text_)
        elif names or key in trust.pinned:
            report.add("signature", OK, path, f"signed by {names or 'the pinned key'} ({key})")
        else:
            text_ = f"good signature of key {key}, for which nobody vouched: whose is it? (--signers FILE)"
            report.add("signature", UNCHECKED, path, text_)
    if trust.pinned and newest and not set(trust.pinned) & set(good):
        report.add(
            "signature", CHANGED, f"{base}/seal.txt", "the newest seal is not signed by the pinned key"
        )
    elif not some:
        status, text_ = (UNCHECKED, "") if newest else (NOTE, "; the newest one covers the same lines")
        report.add("signature", status, f"{base}/seal.txt", "the seal is not signed" + text_)


def check_earlier(folder: Folder, log: Log, trust: Trust) -> None:
    """Does the case still contain the state of a seal that somebody kept?"""
    for name, data, kept in trust.against:
        mark, wrong = log.marks.get(kept.size), ""
        if log.case and kept.case != log.case:
            wrong = f"{name} is of another case"
        elif mark is None:
            wrong = f"the log was cut back: {name} covers {kept.size} lines, the log has {log.size}"
        elif mark[0] != kept.root:
            wrong = f"the log was rewritten: its first {kept.size} lines are not those of {name}"
        path = f"seals/{kept.size:06}/seal.txt"
        try:
            if not wrong and folder.read(path, MAX_SEAL) != data:
                wrong = f"{path} is another seal than {name} over the same lines"
        except Bad:  # a partial copy holds one seal only; the root of the other was compared
            if not log.unexplained or path in log.files:
                wrong = f"the seal of which {name} is a copy is gone"
        status = CHANGED if wrong else OK
        folder.report.add(
            "against", status, log.path, wrong or f"contains the state of {name} ({kept.size} lines)"
        )


# ---------------------------------------------------------------- items and files

ROLES = ("original", "rendering", "metadata")
ITEM_FORM = {  # "?": may be absent; a tuple lists words, or a form and None
    "format?": str, "case": str, "id": str, "exhibit": str, "at": str, "local": str, "zone": str, "who": str,
    "kind": ("capture", "file", "export", "note", "record-only"), "clock_offset_ms?": (int, None), "role": str,
    "tool": dict, "source": dict, "method?": dict, "outcome?": str, "facts?": dict, "limits?": [str],
    "problems?": [str], "fidelity?": ("exact", "exact-partial", "decoded", "artefact-only"),
    "files": [{"name": str, "size": int, "sha256": str, "media_type": str, "role": ROLES}],
    "dated?": [{"what": str, "field": str, "file": str, "moment": dict}],
    "legs?": ({"address": bool, "source": bool, "picture": bool}, None),
}  # fmt: skip
PICTURE = re.compile(r"page(?:-(\d{2,3}))?\.png\Z")
MADE = ("page.pdf", "dom.html", "page.mhtml", "text.txt")


def fits(value: Any, form: Any) -> bool:
    if isinstance(form, tuple):
        return any(value == one if one is None or isinstance(one, str) else fits(value, one) for one in form)
    if isinstance(form, list):
        return type(value) is list and all(fits(one, form[0]) for one in value)
    if isinstance(form, dict):
        return type(value) is dict and all(
            fits(value[key.rstrip("?")], one) if key.rstrip("?") in value else key.endswith("?")
            for key, one in form.items()
        )
    return type(value) is form


def check_item(data: bytes, item: str, log: Log) -> str:
    """What is wrong with an item.json, by the log line that admitted the item; empty where they agree."""
    try:
        said = canonical(data[:-1], 16)
    except Bad as fault:
        return str(fault)
    if not data.endswith(b"\n") or not fits(said, ITEM_FORM):
        return "is not of the form that items have"
    exhibit, kind, outcome, taken, paths = log.items[item]
    logged = {
        "id": item, "exhibit": exhibit, "kind": kind, "case": log.case or said["case"],
        "who": taken[0] if taken else said["who"], "at": taken[1] if taken else said["at"],
    }  # fmt: skip
    wrong = [name for name, value in logged.items() if said[name] != value]
    if said.get("outcome", "complete") != outcome:
        wrong.append("outcome")
    stored = {f"evidence/{item}/{one['name']}": (one["sha256"], one["size"]) for one in said["files"]}
    recorded = {path: log.files[path][:2] for path in paths if path != f"evidence/{item}/item.json"}
    if stored != recorded or len(stored) != len(said["files"]):
        wrong.append("files")
    if wrong:
        return f"disagrees with the log: {', '.join(wrong)}"
    return "; ".join(impossible(said, item, log))


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
    for where, named in references(said):
        if not isinstance(named, str) or named not in log.items:
            if not log.withheld:  # in a partial copy the line that took it in may not be there
                yield f"{where} names {named!a:.40}, which is no item of this case"
        elif log.files[f"evidence/{named}/item.json"][2] >= log.files[f"evidence/{item}/item.json"][2]:
            yield f"{where} names {named}, which was not taken in before it"


def references(said: Dict[str, Any]) -> Iterator[Tuple[str, Any]]:
    for name in ("recheck_of", "context_of"):
        if name in said["source"]:
            yield f"source.{name}", said["source"][name]
    recheck = said.get("facts", {}).get("recheck")
    if isinstance(recheck, dict):
        for name in ("compared_with", "previous"):
            if recheck.get(name) is not None:
                yield f"facts.recheck.{name}", recheck[name]
        for name in ("last_live", "first_gone"):
            if isinstance(recheck.get(name), dict) and recheck[name].get("item", "") != "":
                yield f"facts.recheck.{name}", recheck[name]["item"]


def check_files(folder: Folder, log: Log) -> None:
    """Every logged file: there, of its size, with its digest; and each item.json against the log."""
    report = folder.report
    for path, n in log.removed.items():
        if path in folder.files:
            report.add(
                "seal", CHANGED, path, f"is there, but went with what was erased, as line {n + 1} says"
            )
    for path, (sha256, size, _) in log.files.items():
        if path not in folder.files:
            left_out = path in log.removed or (log.unexplained and REMOVABLE.match(path))
            if path not in folder.judged and not left_out:
                report.add("file", MISSING, path, "was logged, and is not there")
            continue
        inner = path.endswith("/item.json") and log.item_of(path)
        try:
            fd, found = folder.open(path)
            os.close(fd)
            if found != size:
                report.add("file", CHANGED, path, f"has {found} bytes, {size} were logged")
                continue
            digest, data = folder.sha256(path, MAX_ITEM if inner else 1 << 18)
        except (OSError, Bad) as fault:
            report.add("file", UNCHECKED, path, f"cannot be read: {fault}")
            continue
        if digest != sha256:
            report.add("file", CHANGED, path, f"is not what was logged: SHA-256 is {digest}")
            continue
        report.add("file", OK, path)
        if inner:
            wrong = check_item(data, inner, log) if size <= MAX_ITEM else "is too large"
            report.add("item", CHANGED if wrong else OK, path, wrong)


# ---------------------------------------------------------------- what else lies there

EMPTY = ("custody/log.lock", "custody/capture.lock", "custody/pending")
KIT = ("kit/VERIFY.html", "kit/VERIFY.txt", "kit/verify.sh", "kit/verify_case.py")
INTERRUPTED = "may belong to a change that was interrupted"


def check_settings(folder: Folder, log: Log, interrupted: bool) -> None:
    """case.yaml is for people: it must be the newest logged settings, byte for byte."""
    report, logged = folder.report, sorted(path for path in log.files if path.startswith("settings/"))
    if not logged:
        report.add("settings", UNLISTED, "case.yaml", "no settings are logged")
    elif "case.yaml" not in folder.files:
        if not log.withheld:
            report.add("settings", MISSING, "case.yaml", "the settings for people to read are gone")
    else:
        sha256, size, _ = log.files[logged[-1]]
        try:
            if folder.size("case.yaml") == size and folder.sha256("case.yaml", 1 << 18)[0] == sha256:
                report.add("settings", OK, "case.yaml")
            else:
                status = UNCHECKED if log.torn or interrupted else CHANGED
                report.add("settings", status, "case.yaml", f"is not the same as {logged[-1]}")
        except (OSError, Bad) as fault:
            report.add("settings", UNCHECKED, "case.yaml", f"cannot be read: {fault}")


def check_unlisted(folder: Folder, log: Log, sizes: List[int], interrupted: bool) -> None:
    """What is there and was never logged."""
    report, newest = folder.report, sizes[-1] if sizes else 0
    inside = f"seals/{newest:06}/"
    last_item = max((int(item[1:]) for item in log.items), default=0)

    def follows(path: str) -> bool:
        """Whether it stands where the next item, settings, seal or torn line of a change would."""
        found = re.match(r"evidence/E(\d{4,9})/", path)
        if found:
            return last_item < int(found[1]) <= last_item + 1000
        return path.startswith(
            ("settings/", "seals/", "custody/torn-", "custody/transfer-", "custody/receipt-")
        )

    unread = 0
    unlogged = folder.files - log.files.keys() - {LOG, PARTIAL_LOG, "case.yaml"}
    for path in sorted(unlogged):
        name = path[len(inside) :]
        late = any(form.match(name) for form in (SIGNATURE, STAMP_LIST, STAMP_FILE))
        if path in EMPTY:
            if folder.size(path):
                report.add("unlisted", UNLISTED, path, "has to be empty")
            elif path == "custody/pending":
                report.add("unlisted", UNCHECKED, path, "a change was interrupted, or is under way")
        elif path in KIT:
            continue
        elif path.startswith("custody/not-whole-"):
            report.add("unlisted", NOTE, path, "set aside after a crash: not evidence")
        elif (
            path.startswith(inside) and log.unexplained and newest == log.size
        ):  # of the seal of a partial copy
            if name != "seal.txt" and not late:
                report.add("unlisted", UNLISTED, path, "is no part of the seal of a partial copy")
        elif path.startswith(inside) and newest > log.last_seal:
            continue  # reported with the seal: a run was interrupted before it was logged
        elif path.startswith(inside) and late:
            report.add("unlisted", UNCHECKED, path, "is a signature or time stamp that is not logged yet")
        elif (log.torn or interrupted) and follows(path):
            report.add("unlisted", UNCHECKED, path, INTERRUPTED)
        elif log.broken and not log.item_of(path):
            unread += 1
        else:
            report.add("unlisted", UNLISTED, path, "is there, but was never logged")
    if unread:
        report.add(
            "unlisted", UNCHECKED, log.path, f"{unread} files cannot be compared with a log that breaks off"
        )
    known = {"settings", "custody", "evidence", "seals", "kit", *(f"evidence/{item}" for item in log.items)}
    known |= {f"seals/{size:06}" for size in log.seals}
    for path in unlogged:  # folders above unlogged files are told file by file
        parts = path.split("/")
        known.update("/".join(parts[:n]) for n in range(1, len(parts)))
    for path in sorted(folder.folders - known):
        if path.startswith("custody/not-whole-") or log.broken or log.withheld:
            continue
        status = UNCHECKED if (log.torn or interrupted) and follows(path + "/") else UNLISTED
        report.add("unlisted", status, path, "is a folder in which nothing was logged")


def check_kit(folder: Folder) -> None:
    """The programs in kit/ are for others, and no evidence; a forger could have put his own there."""
    here = [path for path in KIT if path in folder.files]
    for path in here[-2:]:
        try:
            if path == KIT[3]:
                with open(os.path.abspath(__file__), "rb") as stream:
                    same = folder.read(path, 1 << 20) == stream.read()
            else:
                same = path != KIT[2] or hashlib.sha256(folder.read(path, 1 << 20)).hexdigest() == VERIFY_SH
        except (Bad, OSError):
            same = False
        if not same:
            folder.report.add(
                "kit", UNCHECKED, path, "is not this program or its companion: get your own copy"
            )
    if here:
        folder.report.add("kit", NOTE, "kit", "programs and a page for others: not evidence")


def check_apart(folder: Folder) -> None:
    for name in Folder.APART:
        path = os.path.join(folder.root, name)
        try:
            if os.path.islink(path) and name != "private":  # safety notes may be kept elsewhere
                folder.report.add("names", CHANGED, name, "a link stands here: not followed")
            elif os.path.isdir(path) and os.listdir(path):
                folder.report.add("names", NOTE, name, "never evidence, and not checked")
        except OSError:
            folder.report.add("names", NOTE, name, "never evidence, and cannot be read")


# ---------------------------------------------------------------- the verdict


class Verdict:
    def __init__(self, report: Report, log: Log) -> None:
        self.report, self.log = report, log
        if report.has(CHANGED, MISSING, UNLISTED):
            self.exit_code = 1
        elif log.torn:
            self.exit_code = 3
        else:
            self.exit_code = 7 if report.has(UNCHECKED) else 0
        self.word = {0: "VERIFIED", 1: "NOT VERIFIED", 3: "TORN LOG", 7: "NOT FULLY CHECKED"}[self.exit_code]
        if log.unexplained:
            self.word += f" (PARTIAL: {log.withheld} of {log.size} lines are withheld"
            self.word += f", {len(log.erased)} of them erased)" if log.erased else ")"
        elif log.withheld:
            self.word += f" (ERASED: {log.withheld} of {log.size} lines are erased)"


def verify(root: str, trust: Trust, now: Optional[datetime] = None) -> Verdict:
    """All checks over a case folder; `now` finds entries of the future. Raises OSError, or Bad: there is no case."""
    report = Report()
    folder = Folder(root, report)
    if LOG not in folder.files and PARTIAL_LOG not in folder.files and LOG not in folder.judged:
        raise Bad(f"not a case folder: it has no {LOG}")
    sizes = sorted(int(path[6:]) for path in folder.folders if SEAL_FOLDER.match(path))
    log = Log(folder, [*sizes, *(kept.size for _, _, kept in trust.against)])
    interrupted = "custody/pending" in folder.files and not folder.size("custody/pending")
    if log.partial and not log.withheld:
        report.add(
            "log",
            CHANGED,
            log.path,
            "nothing is withheld: a whole log stands under the name of a partial one",
        )
    if log.unexplained:
        text = (
            f"{log.unexplained} of {log.size} lines are withheld; their hashes hold their places in the chain"
        )
        report.add("log", NOTE, log.path, text)
    for n, by in sorted(log.erased.items()):
        text = f"line {n + 1} is ERASED, as line {by + 1} says; its hash holds its place in the chain"
        report.add("log", UNCHECKED, log.path, text)
    if log.size and not report.has(CHANGED, MISSING, UNLISTED):
        report.add("log", OK, log.path, f"{log.size} lines, one unbroken chain; root {log.root}")
    if now is not None and log.latest[0] > f"{now + timedelta(hours=1):%Y-%m-%dT%H:%M:%S.%fZ}":
        text = f"line {1 - log.latest[1]} is of {log.latest[0]}, which is still to come by the clock of this computer"
        report.add("log", UNCHECKED, log.path, text)
    times = check_stamps(folder, log, trust.roots)
    check_seals(folder, log, sizes, trust, times)
    check_earlier(folder, log, trust)
    check_settings(folder, log, interrupted)
    check_unlisted(folder, log, sizes, interrupted)
    check_kit(folder)
    check_apart(folder)
    check_files(folder, log)
    return Verdict(report, log)


def read_trust(arguments: argparse.Namespace) -> Trust:
    """Raises OSError, Bad."""
    trust = Trust()
    trust.pinned = arguments.signer
    if not all(FINGERPRINT.match(one) for one in trust.pinned):
        raise Bad("--signer: a fingerprint SHA256:... is expected")
    for path in arguments.signers:
        with open(path, "rb") as stream:
            trust.signers += read_signers(stream.read(1 << 20), path)
    for path in arguments.against:
        with open(path, "rb") as stream:
            data = stream.read(MAX_SEAL + 1)
        trust.against.append((path, data, Seal(data)))
    for one in arguments.ca:
        name, _, path = one.partition("=")
        if not path or name in trust.roots or not os.path.isfile(path):
            raise Bad(f"--ca {one}: NAME=ROOTS.pem is expected, each name once, with a file that is there")
        with open(path, "rb") as stream:
            if b"-----BEGIN CERTIFICATE-----" not in stream.read(1 << 20):
                raise Bad(f"{path} holds no certificate in PEM form")
        trust.roots[name] = os.path.abspath(path)
    return trust


def main(arguments: Optional[List[str]] = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n", 1)[0])
    parser.add_argument("case", help="the case folder")
    parser.add_argument(
        "--signers", action="append", default=[], metavar="FILE", help="allowed_signers: keys vouched for"
    )
    parser.add_argument(
        "--ca", action="append", default=[], metavar="NAME=ROOTS.pem", help="a time-stamp authority"
    )
    parser.add_argument(
        "--against", action="append", default=[], metavar="FILE", help="a kept copy of a seal.txt"
    )
    parser.add_argument(
        "--signer", action="append", default=[], metavar="SHA256:...", help="who signed the newest seal"
    )
    given = parser.parse_args(arguments)
    try:
        trust = read_trust(given)
    except (OSError, Bad) as fault:
        print(f"error: {shown(str(fault))}", file=sys.stderr)
        return 4
    try:
        verdict = verify(given.case, trust, datetime.now(timezone.utc))
    except (OSError, Bad) as fault:
        print(f"error: no case here: {shown(str(fault))}", file=sys.stderr)
        return 3
    report, log = verdict.report, verdict.log
    for status in (CHANGED, MISSING, UNLISTED, UNCHECKED, NOTE, OK):
        texts = report.texts.get(status, [])
        total = sum(count for (check, one), count in report.counts.items() if one == status)
        print(*texts, sep="\n", end="\n" if texts else "")
        if total > SHOWN and len(texts) == SHOWN:
            print(f"{status:16} ... {total} of them in all")
    print()
    for check in sorted({check for check, _ in report.counts}):
        counts = [f"{count} {one}" for (name, one), count in sorted(report.counts.items()) if name == check]
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
    print(verdict.word)
    return verdict.exit_code


if __name__ == "__main__":
    sys.exit(main())
