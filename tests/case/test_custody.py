"""The custody log: chain, Merkle root, append, tail, and what remains after a write that failed."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import sys
from base64 import b64decode
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abusekit.case.custody import (
    MAX_LINE,
    ZERO_HASH,
    Act,
    CustodyLog,
    Frontier,
    LogFormError,
    cut_torn_tail,
    entry_hash,
    instant_text,
    read_lines,
)
from abusekit.errors import CaseError, TornLogError

NOW = datetime(2026, 11, 20, 21, 0, tzinfo=UTC)


def naive_root(leaves: list[bytes]) -> bytes:
    """RFC 6962 section 2.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\1" + naive_root(leaves[:k]) + naive_root(leaves[k:])).digest()


def frontier_root(leaves: list[bytes]) -> bytes:
    frontier = Frontier()
    for leaf in leaves:
        frontier.add(leaf)
    assert frontier.size == len(leaves)
    return frontier.root()


@given(st.lists(st.binary(min_size=32, max_size=32), max_size=70))
def test_root_is_that_of_rfc_6962(leaves: list[bytes]) -> None:
    assert frontier_root(leaves) == naive_root(leaves)


def test_asking_for_the_root_changes_nothing() -> None:
    leaves = [entry_hash(bytes([n])) for n in range(40)]
    frontier = Frontier()
    for n, leaf in enumerate(leaves):
        assert frontier.root() == naive_root(leaves[:n])
        frontier.add(leaf)


# The eight leaves of the trees in the transparency-dev vectors (their README; from Certificate Transparency).
CT_LEAVES = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
]


def test_published_vectors(shared_data: Path) -> None:
    """Roots of 1 to 8 leaves as the consistency and inclusion vectors of transparency-dev/merkle state them."""
    leaves = [entry_hash(bytes.fromhex(text)) for text in CT_LEAVES]
    checked = set()
    for path in sorted((shared_data / "vectors/merkle/testdata").rglob("happy-path.json")):
        vector: dict[str, Any] = json.loads(path.read_bytes())
        assert not vector["wantErr"]
        pairs = [("treeSize", "root")] if "treeSize" in vector else [("size1", "root1"), ("size2", "root2")]
        for size, root in pairs:
            if vector[size] and vector[size] <= len(leaves):
                assert frontier_root(leaves[: vector[size]]) == b64decode(vector[root]), path
                checked.add(vector[size])
        if "leafHash" in vector and vector["treeSize"] > 1:
            assert b64decode(vector["leafHash"]) == leaves[vector["leafIdx"]]
    assert len(checked) >= 4, checked


@pytest.fixture
def log(tmp_path: Path) -> CustodyLog:
    folder = tmp_path / "custody"
    folder.mkdir()
    made = CustodyLog(folder / "log.jsonl")
    made.create()
    return made


def fill(log: CustodyLog, count: int, text: str = "x") -> None:
    log.append([Act("case.note", {"text": text}) for _ in range(count)], by="PO", now=NOW)


def lines(log: CustodyLog) -> list[dict[str, Any]]:
    with log.path.open("rb") as stream:
        return [line.entry for line in read_lines(stream) if line.entry]


def test_lines_are_chained_as_a_shell_computes_it(log: CustodyLog) -> None:
    fill(log, 6)
    command = r"sed -n 5p log.jsonl | tr -d '\n' | (printf '\0'; cat) | sha256sum"
    shown = subprocess.run(["sh", "-c", command], cwd=log.path.parent, capture_output=True, check=True).stdout
    assert lines(log)[5]["prev"] == shown.decode().split()[0]
    assert lines(log)[0]["prev"] == ZERO_HASH
    assert [entry["n"] for entry in lines(log)] == list(range(6))
    assert len({entry["salt"] for entry in lines(log)}) == 6


def test_pinned_salts_give_the_same_bytes(log: CustodyLog) -> None:
    log.append([Act("case.note", {"text": "é\u2028"})], by="PO", now=NOW, salts=["0" * 32])
    assert (
        log.path.read_bytes()
        == (
            '{"at":"2026-11-20T21:00:00.000000Z","by":"PO","do":"case.note","n":0,'
            f'"prev":"{"0" * 64}","salt":"{"0" * 32}","text":"é\u2028"}}\n'
        ).encode()
    )


def test_the_tail_is_what_the_last_line_says(log: CustodyLog) -> None:
    assert log.tail().next_n == 0 and log.tail().prev == ZERO_HASH
    fill(log, 3)
    tail = log.tail()
    last = log.path.read_bytes().splitlines()[-1]
    assert (tail.next_n, tail.prev, tail.size) == (3, entry_hash(last).hex(), log.path.stat().st_size)
    assert tail.last_at == instant_text(NOW)


def test_nothing_is_written_for_no_acts(log: CustodyLog) -> None:
    assert log.append([], by="PO", now=NOW) == []
    assert log.path.stat().st_size == 0


def test_the_longest_line(log: CustodyLog) -> None:
    fill(log, 1)
    spare = MAX_LINE - log.path.stat().st_size
    fill(log, 1, "x" * (spare + 1))  # 65,536 bytes with its line feed
    assert log.tail().next_n == 2
    fill(log, 1, "x" * (spare + 1))
    assert len(lines(log)) == 3
    size = log.path.stat().st_size
    with pytest.raises(CaseError):
        fill(log, 1, "x" * (spare + 2))
    assert log.path.stat().st_size == size


def test_a_clock_set_back_is_said(log: CustodyLog) -> None:
    fill(log, 1)
    log.append([Act("case.note", {}), Act("case.note", {})], by="PO", now=NOW - timedelta(hours=1))
    fill(log, 1)
    assert [entry.get("clock_set_back_from") for entry in lines(log)] == [None, instant_text(NOW), None, None]


def test_times_are_utc_and_sort_as_text() -> None:
    elsewhere = NOW.astimezone(timezone(timedelta(hours=-9, minutes=-30)))
    assert instant_text(elsewhere) == "2026-11-20T21:00:00.000000Z"


def test_not_creating_over_a_log(log: CustodyLog) -> None:
    with pytest.raises(FileExistsError):
        log.create()


def test_a_log_that_is_a_link_is_not_written_to(log: CustodyLog, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_bytes(b"")
    log.path.unlink()
    log.path.symlink_to(victim)
    with pytest.raises(CaseError):
        fill(log, 1)
    assert victim.read_bytes() == b""


@pytest.mark.parametrize("end", [b"\n", b"{}\n", b"x" * 70_000 + b"\n", b'{"n":"1"}\n', b"[]\n"])
def test_a_foreign_last_line_is_not_continued(log: CustodyLog, end: bytes) -> None:
    fill(log, 1)
    with log.path.open("ab") as stream:
        stream.write(end)
    with pytest.raises(CaseError):
        fill(log, 1)


def test_cut_at_every_byte_of_the_last_line(log: CustodyLog) -> None:
    """Whatever a power cut leaves: found, kept byte for byte, cut off; the chain goes on."""
    fill(log, 2)
    whole = log.path.read_bytes()
    last = whole[:-1].rindex(b"\n") + 1
    for left in range(last + 1, len(whole)):
        log.path.write_bytes(whole[:left])
        with pytest.raises(TornLogError):
            log.tail()
        with pytest.raises(TornLogError):
            fill(log, 1)
        torn = cut_torn_tail(log.path)
        assert torn and (torn.offset, torn.size) == (last, left - last)
        kept = log.path.parent.parent / torn.kept_as
        assert kept.read_bytes() == whole[last:left]
        assert hashlib.sha256(kept.read_bytes()).hexdigest() == torn.sha256
        assert log.path.read_bytes() == whole[:last]
        kept.unlink()
    fill(log, 1)
    assert len(lines(log)) == 2
    assert cut_torn_tail(log.path) is None


def test_a_torn_first_line(log: CustodyLog) -> None:
    log.path.write_bytes(b'{"at":')
    torn = cut_torn_tail(log.path)
    assert torn and torn.offset == 0
    assert log.path.stat().st_size == 0


def test_a_torn_line_longer_than_any(log: CustodyLog) -> None:
    fill(log, 1)
    with log.path.open("ab") as stream:
        stream.write(b"x" * 300_000)
    torn = cut_torn_tail(log.path)
    assert torn and torn.size == 300_000
    assert len(lines(log)) == 1


SHORT_WRITE = """
import resource, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from abusekit.case.custody import Act, CustodyLog
from abusekit.errors import CaseError
log = CustodyLog(Path(sys.argv[1]))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
size = log.path.stat().st_size
resource.setrlimit(resource.RLIMIT_FSIZE, (size + 100, size + 100))
try:
    log.append([Act("case.note", {})], by="PO", now=datetime(2026, 11, 21, tzinfo=UTC))
except CaseError as fault:
    print(fault.message, "|", fault.hint)
"""


def test_a_short_write_leaves_the_log_as_it_was(log: CustodyLog) -> None:
    fill(log, 2)
    before = log.path.read_bytes()
    done = subprocess.run(
        [sys.executable, "-c", SHORT_WRITE, log.path], capture_output=True, text=True, check=True
    )
    assert "could not be written" in done.stdout and "free at least" in done.stdout
    assert log.path.read_bytes() == before
    fill(log, 1)
    assert len(lines(log)) == 3


def test_a_withheld_line_only_where_it_may_be(log: CustodyLog) -> None:
    fill(log, 3)
    raw = log.path.read_bytes().splitlines()
    raw[1] = entry_hash(raw[1]).hex().encode()
    data = b"\n".join(raw) + b"\n"
    assert [line.entry is None for line in read_lines(io.BytesIO(data), partial=True)] == [False, True, False]
    with pytest.raises(LogFormError) as caught:
        list(read_lines(io.BytesIO(data)))
    assert caught.value.n == 1


@given(st.data())
def test_any_changed_byte_before_the_last_line_is_found(data: st.DataObject) -> None:
    raw = bytearray(SAMPLE)
    at = data.draw(st.integers(0, SAMPLE[:-1].rindex(b"\n")))
    raw[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises((LogFormError, TornLogError)):
        list(read_lines(io.BytesIO(bytes(raw))))


def _sample() -> bytes:
    prev, made = ZERO_HASH, b""
    for n in range(4):
        act = {
            "at": instant_text(NOW),
            "by": "PO",
            "do": "case.note",
            "n": n,
            "prev": prev,
            "salt": f"{n:032x}",
        }
        raw = json.dumps(act, separators=(",", ":")).encode()
        prev = entry_hash(raw).hex()
        made += raw + b"\n"
    return made


SAMPLE = _sample()
