"""What each act of the custody log says, and the rules that it has to keep."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from sys import intern

from abusekit.case.canonical import JSON
from abusekit.case.custody import LOG_FORMAT, Line, LogFormError, is_instant
from abusekit.case.folder import ITEM_ID
from abusekit.case.withheld import REMOVABLE
from abusekit.errors import InputError
from abusekit.integrity.findings import Finding, Status
from abusekit.integrity.keys.publickey import read_public_line
from abusekit.integrity.keys.revocation import REVOKED_WHY
from abusekit.integrity.log.logmembers import check_types
from abusekit.integrity.log.logview import ERASED, SHOWN, Asked, Expected, LoggedItem, LogView
from abusekit.integrity.timestamps.stamps import STAMP_LIST, authority_name

_NAME = r"[A-Za-z0-9_][A-Za-z0-9._-]*"
_PLACE = re.compile(rf"(?:settings|custody|evidence|seals)(?:/{_NAME})*\Z")
_FILE_NAME = re.compile(rf"{_NAME}\Z")
_HEX64 = re.compile(r"[0-9a-f]{64}\Z")
_SEAL_ACTS = ("seal.add", "seal.sign", "seal.ask", "seal.stamp")
_DECISIONS = (
    "item.withdraw", "item.quarantine", "item.release", "item.tag", "item.verify", "item.corroborate",
    "item.view", "item.copy", "item.read", "item.declare", "custody.store",
)  # fmt: skip
_LINE_MEMBERS = {"n", "prev", "at", "do", "salt", "by", "files", "clock_set_back_from"}
_SIGNATURE = re.compile(r"seals/[0-9]{6,15}/seal\.txt\.[A-Za-z0-9_][A-Za-z0-9._-]*\.sig")
_FINGERPRINT = re.compile(r"SHA256:[A-Za-z0-9+/]{43}\Z")
_ACCOUNT = re.compile(r"(?s)[^\s:](?:[^:]*[^\s:])?:\S(?:.*\S)?\Z")
"""`platform:rest`, without blanks at the ends of either."""
_WORDS = re.compile(r"(?s).*?[^\W_\u115f\u1160\u3164\uffa0]")
"""At least one letter or digit that shows: Hangul fillers are letters, and blank."""
_DECIDED = ("proposed", "confirmed", "rejected", "undecided")
_OF_A_TIME = ("raw", "earliest", "latest", "precision", "zone_basis", "clock", "basis")
_OF_A_TIME_OR_NULL = ("local", "utc", "zone")
"""What `case.moment` writes of a time."""
_PLACES = {"case.create": "settings/", "settings.change": "settings/"}
"""Act → where the files lie that it admits; an item and a seal have their own folder, all else lies in custody/."""


def take(view: LogView, line: Line, entry: dict[str, JSON]) -> None:
    """Note in `view` what one line says. Raises LogFormError: a fact is absent, malformed, or cannot be."""
    do = entry["do"]
    try:
        if do in _KNOWN or "files" in entry:
            check_types(entry if do in _KNOWN else {"files": entry["files"]})
        paths = [_file(view, listed, line.n) for listed in entry.get("files", ())]
        _check_places(do, entry, line.n, paths)
        if (read := _ACTS.get(do)) is not None:
            read(view, entry, line.n, paths)
    except (AttributeError, KeyError, TypeError, ValueError, InputError) as fault:
        raise LogFormError(line.n, f"a fact of {do} is absent or malformed: {fault}") from fault
    if line.n == 0 and do != "case.create":
        raise LogFormError(0, "does not start a case")
    if do not in _SEAL_ACTS:
        view.acts_after_seal += 1
    view.acts[do if do in _KNOWN else "other"] += 1


def _check_places(do: str, entry: dict[str, JSON], n: int, paths: list[str]) -> None:
    """Acts of sealing are not counted as unsealed, so they must not admit anything but parts of their seal."""
    place = _PLACES.get(do, "custody/")
    flat = do == "item.add"
    if flat:
        place = f"evidence/{entry['item']}/"
    elif do in _SEAL_ACTS:
        if type(entry["seal"]) is not int:
            raise LogFormError(n, "names a seal wrongly")
        place = f"seals/{entry['seal']:06}/"
    for path in paths:
        if not path.startswith(place) or (flat and path.find("/", len(place)) >= 0):
            if flat:
                raise LogFormError(n, f"lists files for {entry['item']!a} that do not lie in its folder")
            raise LogFormError(n, f"{do} admits files in {place} only, not {path}")


def _create(view: LogView, entry: dict[str, JSON], n: int, _paths: list[str]) -> None:
    if n != 0 or entry["format"] != LOG_FORMAT or type(entry["case"]) is not str:
        raise LogFormError(n, "starts a case, but is not the first line of our format")
    view.case = entry["case"]


def _erased(view: LogView, entry: dict[str, JSON], n: int, _paths: list[str]) -> None:
    line, removed = entry["line"], entry.get("removed", [])
    if type(line) is not int or not 0 < line < n or type(removed) is not list:
        raise LogFormError(n, "erases a line that cannot be erased, or names wrongly what went with it")
    if view.partial and view.hidden[line] != SHOWN:
        view.hidden[line] = ERASED
        view.erased.setdefault(line, n)
    else:
        text = f"line {n + 1} says that line {line + 1} is erased, but it is there (interrupted? abusekit recover)"
        view.findings.append(Finding("log", Status.CHANGED, text, view.path))
    for path in removed:
        _removed(view, line, path, n)


def _removed(view: LogView, line: int, path: JSON, n: int) -> None:
    """With a line go the lists that name its files, and nothing else: an erasure takes no other evidence along."""
    found = REMOVABLE.match(path)
    known = view.files.get(path)
    if not found or int(found[1]) <= line or path in view.removed or (known is None and not view.unexplained):
        raise LogFormError(n, f"lets go of a file that does not go with line {line + 1}: {path!a}")
    view.removed[path] = n


def _repair(view: LogView, entry: dict[str, JSON], n: int, _paths: list[str]) -> None:
    kept = {"path": entry["kept_as"], "sha256": entry["sha256"], "size": entry["size"]}
    _check_places("log.repair", entry, n, [_file(view, kept, n)])


def _seal(view: LogView, entry: dict[str, JSON], n: int, paths: list[str]) -> None:
    size = entry["seal"]
    parts = sorted(f"seals/{size:06}/{name}" for name in ("manifest-sha256.txt", "salt.txt", "seal.txt"))
    if not view.last_seal < size <= n or sorted(paths) != parts or entry.keys() - _LINE_MEMBERS - {"seal"}:
        raise LogFormError(
            n, "adds a seal that cannot be: an older one, or with other parts or words than a seal has"
        )
    view.seals.add(size)
    view.last_seal = size
    view.acts_after_seal = 0 if size == n else 1


def _signature(view: LogView, entry: dict[str, JSON], n: int, paths: list[str]) -> None:
    fits = len(paths) == 1 and entry["seal"] in view.seals and _SIGNATURE.fullmatch(paths[0])
    if not fits or entry.keys() - _LINE_MEMBERS - {"seal", "signer"} or type(entry["signer"]) is not str:
        raise LogFormError(n, "signs a seal otherwise than with one signature and its key")
    view.signers[paths[0]] = entry["signer"]


def _about_token(view: LogView, entry: dict[str, JSON], n: int) -> tuple[tuple[int, str, str], str]:
    """The token that an ask or a stamp is about, and the start of its file names. Raises LogFormError."""
    seal, listed, authority = entry["seal"], entry["list"], entry["authority"]
    if (
        entry.keys() - _LINE_MEMBERS - {"seal", "list", "authority"}
        or (seal not in view.seals and not view.withheld)
        or not STAMP_LIST.match(listed)
        or not authority_name(authority)
    ):
        raise LogFormError(n, "speaks of a time stamp otherwise than by its seal, list and authority")
    return (seal, listed, authority), f"seals/{seal:06}/{listed.removesuffix('.sha256')}.{authority}."


def _asked(view: LogView, entry: dict[str, JSON], n: int, paths: list[str]) -> None:
    token, start = _about_token(view, entry, n)
    listed = f"seals/{token[0]:06}/{token[1]}"
    # the list comes with the first request for it; that no line admits it again is seen with every file
    fits = set(paths) - {listed} == {f"{start}tsq"} and (listed in view.files or view.withheld)
    if token in view.asked or not fits:
        raise LogFormError(n, "asks for a time stamp with other files than its request and list, or again")
    view.asked[token] = Asked(n, asked_at=entry["at"])


def _stamped(view: LogView, entry: dict[str, JSON], n: int, paths: list[str]) -> None:
    token, start = _about_token(view, entry, n)
    if token not in view.asked and view.withheld:
        view.asked[token] = Asked(-1)
    if set(paths) != {f"{start}tsr", f"{start}pem"} or token not in view.asked:
        raise LogFormError(n, "brings a time stamp that was not asked for, or with other files than it has")
    if view.asked[token].answered >= 0:
        raise LogFormError(n, "brings a time stamp a second time")
    view.asked[token].answered, view.asked[token].answered_at = n, entry["at"]


def _key_added(view: LogView, entry: dict[str, JSON], n: int, _paths: list[str]) -> None:
    key = read_public_line(entry["public"])[0]
    if key.fingerprint != entry["key"] or type(entry["name"]) is not str:
        raise LogFormError(n, "adds a key under the fingerprint of another")
    if "replaces" in entry:
        if not _FINGERPRINT.match(entry["replaces"]) or entry["replaces"] == key.fingerprint:
            raise LogFormError(n, "does not name the key that is replaced")
        view.replaced[key.fingerprint] = entry["replaces"]
    view.added[key.fingerprint] = n


def _key_revoked(view: LogView, entry: dict[str, JSON], n: int, _paths: list[str]) -> None:
    key, since = entry["key"], entry["since"]
    if not _FINGERPRINT.match(key) or not is_instant(since) or entry["why"] not in REVOKED_WHY:
        raise LogFormError(n, "revokes a key without its fingerprint, a time and one of the known reasons")
    view.revoked[key] = min(since, view.revoked.get(key, since))


def _transfer(view: LogView, entry: dict[str, JSON], n: int, paths: list[str]) -> None:
    number = entry["transfer"]
    if type(number) is not int or not 0 < number < 10_000 or number in view.transfers:
        raise LogFormError(n, "is a hand-over without a number of its own")
    if paths != [f"custody/transfer-{number:04}.json"]:
        raise LogFormError(n, "is a hand-over with other files than its own")
    view.transfers[number] = n
    view.handed_by[number] = str(entry["by"])


def _receipt(view: LogView, entry: dict[str, JSON], n: int, paths: list[str]) -> None:
    number = entry["transfer"]
    if type(number) is not int or (number not in view.transfers and not view.withheld):
        raise LogFormError(n, "receives what was not handed over")
    start = f"custody/receipt-{number:04}"
    if entry["how"] not in ("signature", "paper") or not all(path.startswith(start) for path in paths):
        raise LogFormError(n, "is a receipt of an unknown kind, or with other files than its own")
    view.receipts.setdefault(number, []).append(n)
    view.received[n] = (entry["how"], tuple(paths))


def listed_file(listed: dict[str, JSON], n: int) -> tuple[str, str, int]:
    """Path, SHA-256 and size of one listing of line `n`. Raises LogFormError, KeyError, TypeError."""
    path, sha256, size = listed["path"], listed["sha256"], listed["size"]
    folder, _, name = str.rpartition(path, "/")  # a TypeError for what is no text
    if not (
        _is_place(folder) and _is_file_name(name) and _HEX64.match(sha256) and type(size) is int and size >= 0
    ):
        raise LogFormError(n, f"names a file wrongly: {path!a}")
    return path, sha256, size


# The same few names stand in every item, and its files one after the other.
@lru_cache(256)
def _is_place(folder: str) -> bool:
    return _PLACE.match(folder) is not None


@lru_cache(256)
def _is_file_name(name: str) -> bool:
    return _FILE_NAME.match(name) is not None


def _file(view: LogView, listed: dict[str, JSON], n: int) -> str:
    path, sha256, size = listed_file(listed, n)
    if path in view.files:
        raise LogFormError(n, f"names {path} again; line {view.files[path].n + 1} did already")
    view.files[path] = Expected(sha256, size, n)
    return str(path)


def _item(view: LogView, entry: dict[str, JSON], n: int, paths: list[str]) -> None:
    item_id, exhibit = entry["item"], entry["exhibit"]
    if not ITEM_ID.match(item_id) or item_id in view.items:
        raise LogFormError(n, f"gives the item id {item_id!a} a second time, or it is none")
    if type(exhibit) is not str or exhibit in view.exhibits:
        raise LogFormError(n, f"gives the exhibit reference {exhibit!a} a second time")
    if f"evidence/{item_id}/item.json" not in paths:
        raise LogFormError(n, f"lists files for {item_id}, but not its item.json")
    taken = None if entry.get("recovered") is True else (intern(entry["by"]), entry["at"])
    kind, outcome = intern(entry["kind"]), intern(entry["outcome"])  # the same few words in every line
    view.items[item_id] = LoggedItem(item_id, exhibit, kind, outcome, taken, tuple(paths))
    view.exhibits.add(exhibit)


def _known(view: LogView, entry: dict[str, JSON], n: int) -> str:
    item_id = entry["item"]
    if item_id not in view.items and not view.withheld:
        raise LogFormError(n, f"speaks of {item_id!a}, which was not taken in before")
    return str(item_id)


def _decision(view: LogView, entry: dict[str, JSON], n: int, _paths: list[str]) -> None:
    """What a person decided about an item that was taken in before."""
    do = entry["do"]
    item_id = _known(view, entry, n)
    if do == "item.withdraw":
        before, reason = view.withdrawn.get(item_id), str(entry["reason"])
        view.withdrawn[item_id] = reason if before is None else f"{before}; then: {reason}"
    elif do == "item.quarantine":
        if type(entry["reason"]) is not str:
            raise LogFormError(n, "gives no reason in words")
        view.quarantined[item_id] = entry["at"]
    elif do == "item.release":
        _release(view, item_id, entry, n)
    elif do == "item.corroborate":
        _corroborate(view, item_id, entry, n)
    elif do == "item.read" and not _HEX64.match(entry["sha256"]):
        raise LogFormError(n, f"tells of a reading of {item_id} without the digest of what was read")
    elif do == "item.declare" and not (type(entry["value"]) is str and entry["declared"]):
        raise LogFormError(n, f"declares something of {item_id} without saying what")


def _release(view: LogView, item_id: str, entry: dict[str, JSON], n: int) -> None:
    """A quarantine ends by a decision that names who took it, never by the way."""
    if not all(type(entry[said]) is str and entry[said].strip() for said in ("reason", "decided_by")):
        raise LogFormError(n, "releases an item without saying why, or who decided it")
    if view.quarantined.pop(item_id, None) is None and not view.withheld:
        raise LogFormError(n, f"releases {item_id}, which was not in quarantine")


def _corroborate(view: LogView, item_id: str, entry: dict[str, JSON], n: int) -> None:
    other = entry["by_item"]
    if other == item_id or (other not in view.items and not view.withheld):
        raise LogFormError(n, f"has {item_id} borne out by {other!a}, which is no other item of this case")


def _observed(view: LogView, entry: dict[str, JSON], n: int, _paths: list[str]) -> None:
    """What a person declared about an account, or that an earlier line of that kind is taken back."""
    account, what = entry["account"], entry["observed"]
    if not (_are(_ACCOUNT, account) and _said(what) and _are(_WORDS, entry["reason"])) or (
        type(entry["value"]) is not str
    ):
        raise LogFormError(n, "declares something about an account without saying of which, what, or why")
    if "item" in entry:
        _known(view, entry, n)
    if "when" in entry and not _is_time(entry["when"]):
        raise LogFormError(n, "tells of a time in another form than times have")
    if (what == "retract") is not ("line" in entry):
        raise LogFormError(n, "takes back without naming the line, or names one without taking it back")
    if what != "retract":
        view.observed[n] = account
    elif not 0 < entry["line"] < n or (view.observed.get(entry["line"]) != account and not view.withheld):
        raise LogFormError(n, f"takes back what no line before it declares about {account!a}")


def _linked(view: LogView, entry: dict[str, JSON], n: int, _paths: list[str]) -> None:
    """What a person says about a pair of accounts; that they are run together is that person's claim."""
    named = _are(_ACCOUNT, entry["a"], entry["b"]) and entry["a"] != entry["b"]
    if not named or not _are(_WORDS, entry["reason"]):
        raise LogFormError(n, "speaks of a link otherwise than between two accounts, with a reason")
    if entry["decision"] not in _DECIDED:
        raise LogFormError(n, f"decides about a link in a word that is not known: {entry['decision']!a}")
    if not _said(*entry["basis"]) or (not entry["basis"] and entry["decision"] in _DECIDED[:2]):
        raise LogFormError(n, "claims a link without saying what it rests on")
    if entry["findings"] and not _HEX64.match(entry["findings"]):
        raise LogFormError(n, "names the findings otherwise than by their SHA-256")
    for item in entry["items"]:
        _known(view, {"item": item}, n)


def _said(*texts: JSON) -> bool:
    """Whether each is a text that says something."""
    return all(type(one) is str and one.strip() for one in texts)


def _are(form: re.Pattern[str], *texts: JSON) -> bool:
    """Whether each is a text of that form."""
    return all(type(one) is str and form.match(one) is not None for one in texts)


def _is_time(facts: dict[str, JSON]) -> bool:
    """Whether the members of a time are there, and texts; that it makes sense is not looked at."""
    texts = all(type(facts.get(name)) is str for name in _OF_A_TIME)
    return texts and all(facts[name] is None or type(facts[name]) is str for name in _OF_A_TIME_OR_NULL)


_Reader = Callable[[LogView, dict[str, JSON], int, list[str]], None]
_ACTS: dict[str, _Reader] = {
    "case.create": _create,
    "item.add": _item,
    "line.erase": _erased,
    "log.repair": _repair,
    "seal.add": _seal,
    "seal.sign": _signature,
    "seal.ask": _asked,
    "seal.stamp": _stamped,
    "key.add": _key_added,
    "key.revoke": _key_revoked,
    "custody.transfer": _transfer,
    "custody.receive": _receipt,
    "account.observe": _observed,
    "account.link": _linked,
    **dict.fromkeys(_DECISIONS, _decision),
}
"""Acts with rules of their own; any other is kept, and says nothing to the checks."""
_KNOWN = frozenset((*_ACTS, "settings.change", "item.aside", "settings.aside", "seal.aside", "clock.check"))
"""Acts that are counted each by itself; a hostile log cannot make the counts grow."""
