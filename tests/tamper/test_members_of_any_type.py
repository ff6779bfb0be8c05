"""Members of acts with every other JSON type: refused in one line, never a crash."""

from __future__ import annotations

from typing import Any

import pytest
from forger import Entry, chained, entries, store_lines
from honest_case import Suspect

from abusekit.case.moment import parse_typed
from abusekit.integrity.findings import Status
from abusekit.integrity.log.logacts import _ACTS
from abusekit.integrity.log.logcheck import LOG, check_log

ANY: tuple[Any, ...] = (None, True, 7, -1, 2**53 - 1, "", "x", "\u202e", [], [None], [[]], [7], {}, {"a": 1})
SINCE = "2026-11-20T23:00:00.000000Z"


def _file(path: str) -> Entry:
    return {"path": path, "sha256": "0" * 64, "size": 1}


def acts(key: str, public: str) -> list[Entry]:
    """One well-formed act of each kind, to stand behind the honest case."""
    about = {"item": "E0001", "reason": "r"}
    stamp = {"seal": 15, "list": "stamp.sha256", "authority": "aa"}
    return [
        {
            "do": "key.add",
            "key": key,
            "public": public,
            "name": "n",
            "reason": "r",
            "replaces": "SHA256:" + "A" * 43,
        },
        {"do": "key.revoke", "key": key, "since": SINCE, "why": "lost", "reason": ""},
        {"do": "item.withdraw", **about},
        {"do": "item.quarantine", **about, "seen_by": ["x"], "seen_at": {"text": "noon"}},
        {"do": "item.release", "item": "E0001", "reason": "r", "decided_by": "x"},
        {"do": "item.tag", **about, "tags": ["a"], "removed": []},
        {"do": "item.verify", "item": "E0001", "verified_by": "x", "comment": "c"},
        {"do": "item.corroborate", **about, "by_item": "E0002"},
        {
            "do": "item.read",
            **about,
            "importers": "eml/1",
            "inputs": "0" * 64,
            "sha256": "0" * 64,
            "messages": 1,
            "events": 0,
            "unparsed": 0,
        },
        {"do": "item.declare", **about, "declared": "timezone", "value": "Europe/London"},
        {"do": "item.view", **about, "how": "x"},
        {"do": "item.copy", **about, "how": "x"},
        {"do": "custody.store", **about, "place": "p", "since": SINCE},
        {
            "do": "seal.ask",
            **stamp,
            "files": [_file("seals/000015/stamp.sha256"), _file("seals/000015/stamp.aa.tsq")],
        },
        {
            "do": "seal.stamp",
            **stamp,
            "files": [_file("seals/000015/stamp.aa.tsr"), _file("seals/000015/stamp.aa.pem")],
        },
        {"do": "seal.sign", "seal": 15, "signer": key, "files": [_file("seals/000015/seal.txt.zz.sig")]},
        {
            "do": "seal.add",
            "seal": 16,
            "files": [
                _file(f"seals/000016/{one}") for one in ("manifest-sha256.txt", "salt.txt", "seal.txt")
            ],
        },
        {"do": "custody.transfer", "transfer": 1, "files": [_file("custody/transfer-0001.json")]},
        {
            "do": "custody.receive",
            "transfer": 1,
            "how": "paper",
            "files": [_file("custody/receipt-0001-paper.json")],
        },
        {"do": "log.repair", "offset": 1, "size": 1, "sha256": "0" * 64, "kept_as": "custody/torn-1-0.bin"},
        {
            "do": "line.erase",
            "line": 3,
            **about,
            "authority": "a",
            "removed": ["seals/000007/salt.txt"],
            "tally": {"items": 1},
        },
        {
            "do": "item.add",
            "item": "E0009",
            "exhibit": "PO/99",
            "kind": "file",
            "outcome": "complete",
            "tags": [],
            "tally": {},
            "files": [_file("evidence/E0009/item.json")],
        },
        {
            "do": "account.observe",
            **about,
            "account": "x:1",
            "observed": "block",
            "value": "",
            "when": parse_typed("2026-11-20", "Europe/London").to_facts(),
        },
        {
            "do": "account.link",
            "a": "x:1",
            "b": "x:@owl",
            "decision": "confirmed",
            "reason": "r",
            "basis": ["timing"],
            "items": ["E0001"],
            "findings": "",
        },
        {"do": "item.aside", "item": "E0009", "kept_as": "custody/not-whole-1", "tally": {}},
        {"do": "case.create", "case": "x", "format": "abusekit-log/1", "files": []},
        {"do": "settings.change", "reason": "x", "files": [_file("settings/0003.yaml")]},
        {"do": "clock.check", "source": "ntp", "result": "checked", "note": "n"},
    ]


NAMES = [act["do"] for act in acts("", "")]


def test_no_kind_of_act_is_left_out() -> None:
    assert set(_ACTS) <= set(NAMES)


@pytest.mark.parametrize("number", range(len(NAMES)), ids=NAMES)
def test_no_type_gets_through_or_makes_a_crash(suspect: Suspect, number: int) -> None:
    known = entries(suspect.root)
    line = {"at": known[-1]["at"], "by": "PO", "salt": "0" * 32}
    signer = suspect.built.trust.signers[0]
    act = acts(suspect.built.fingerprint, signer.public.openssh_line)[number]
    before: list[Entry] = []
    for needed in ("seal.ask",) if act["do"] == "seal.stamp" else ("custody.transfer",):
        if act["do"] in ("seal.stamp", "custody.receive"):
            before.append({**line, **next(one for one in acts("", "") if one["do"] == needed)})
    if act["do"] == "item.release":
        before.append({**line, "do": "item.quarantine", "item": "E0001", "reason": "r"})

    def refused(changed: Entry) -> bool:
        store_lines(suspect.root, chained([*known, *before, {**line, **changed}]))
        view = check_log(suspect.root, [LOG], [])
        return view.broken or any(f.status is Status.CHANGED for f in view.findings)

    honest = act["do"] not in ("case.create", "line.erase")
    assert refused(act) is not honest, "the act itself is as it has to be"
    for name, value in act.items():
        for other in ANY:
            changed = refused({**act, name: other})
            if name != "do" and honest and type(other) is not type(value):
                assert changed, (name, other)
    for one in act.get("files", ()):
        for name in one:
            for other in ANY:
                refused({**act, "files": [{**one, name: other}]})
    for other in ANY:
        refused({**act, "files": other})
        refused({**act, "files": [other]})


@pytest.mark.parametrize("public", [7, None, [], {}, ["ssh-ed25519 AAAA"], "ssh-ed25519 \u0660"])
def test_a_key_that_is_no_text(suspect: Suspect, public: object) -> None:
    """The whole verification, in both programs."""
    known = entries(suspect.root)
    act = {"do": "key.add", "key": suspect.built.fingerprint, "public": public, "name": "n", "reason": "r"}
    line = {"at": known[-1]["at"], "by": "PO", "salt": "0" * 32}
    store_lines(suspect.root, chained([*known, {**line, **act}]))
    suspect.finds(1, "log", Status.CHANGED, LOG, says="key.add")
