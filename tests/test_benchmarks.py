"""Each benchmark runs, on sizes that take a second; what it measures is not asserted."""

from __future__ import annotations

import gzip
import io
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

# benchmarks/ is no part of what is installed: it is found beside us, however pytest was started
from benchmarks.browser_share import Kept, Sent, decoded_body, share
from benchmarks.capture import responses
from benchmarks.inputs import pages, write_list, write_site
from benchmarks.measure import BenchmarkError, Cost, Peer, Table, Target, in_turn, run

SAID = {
    "startup": ("click_min --help", "abusekit init --help", "abusekit verify (no items)"),
    "verify": (
        "Large: 2 files, 2 MiB",
        "bagit.py --validate --processes 2",
        "abusekit hash",
        "Mixed: 26 files",
    ),
    "capture": ("capture_http + Session", "all 13 responses", "polite default", "each 20 ms late"),
    "browser": (
        "everything on it, http",
        "abusekit --recorder decoded",
        "capture of 2 pages",
        "2 pages, one after the other",
        "killed once and resumed",
    ),
    "strangers": ("A log of 300 lines", "verify_case.py", "30 items", "claims 10,485,760 bytes"),
    "attribution": ("Style, Ubuntu IRC", "char-4", "PPM5", "A9", "A10", "A11", "A13"),
    "accounts": ("account candidates",),
    "importers": ("WhatsApp, Android", "Messenger", "abusekit import", "abusekit timeline"),
    "log": ("Check of a log of 300 lines", "logcheck.check_log", "append to the long log"),
}


@pytest.mark.parametrize("name", sorted(SAID))
def test_each_benchmark_measures_and_cleans_up(name: str, tmp_path: Path, project: Path) -> None:
    folder = tmp_path / "space"
    ended = subprocess.run(
        [sys.executable, "-m", "benchmarks", name, "--tiny", "--rounds", "1", "--folder", str(folder)],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    for words in (*SAID[name], "wall s", "CPU s", "MiB"):
        assert words in ended.stdout
    assert not folder.exists()


def test_an_unknown_benchmark_is_refused(project: Path, tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "benchmarks", "speed", "--folder", str(tmp_path / "space")],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 2
    assert "no benchmark speed" in ended.stderr


def test_a_folder_with_other_things_is_neither_used_nor_deleted(project: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("kept")
    ended = subprocess.run(
        [sys.executable, "-m", "benchmarks", "log", "--tiny", "--folder", str(tmp_path)],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 2
    assert "holds other things" in ended.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_the_cpu_of_children_and_bytes_read_are_counted(tmp_path: Path) -> None:
    burn = "import time\nwhile time.process_time() < 0.2: pass\nopen(0, 'rb').read()"
    payload = tmp_path / "payload"
    payload.write_bytes(bytes(3_000_000))
    peer = Peer("child", ["sh", "-c", '"$0" -c "$1"; exit 0', sys.executable, burn], stdin=payload)
    cost = run(peer, tmp_path / "log")
    assert cost.cpu_s >= 0.2
    assert cost.wall_s >= 0.2
    assert cost.peak_mib > 1
    assert cost.rchar == 0 or cost.rchar >= 3_000_000


def test_a_command_that_fails_or_loses_work_is_no_measurement(tmp_path: Path) -> None:
    with pytest.raises(BenchmarkError, match=r"bad: exit code 3.*\n.*sorry"):
        run(Peer("bad", ["sh", "-c", "echo sorry; exit 3"]), tmp_path / "log")

    def lost() -> None:
        raise BenchmarkError("lost")

    with pytest.raises(BenchmarkError, match="lost"):
        run(Peer("short", ["true"], done=lost), tmp_path / "log")


def test_the_order_rotates(tmp_path: Path) -> None:
    ran: list[str] = []
    peers = [Peer(name, ["true"], ready=lambda name=name: ran.append(name)) for name in "abc"]
    in_turn("title", peers, "a", 3, tmp_path)
    assert "".join(ran) == "abcbcacab"


def test_ratios_are_taken_inside_a_round_and_targets_can_be_missed() -> None:
    costs = {
        "we": [Cost(1, 1, 30, 0), Cost(10, 1, 30, 0), Cost(4, 1, 30, 0)],
        "they": [Cost(2, 1, 3, 0), Cost(20, 1, 3, 0), Cost(4, 1, 3, 0)],
    }
    table = Table("title", "they", ["we", "they"], costs, floor_mib=20)
    assert table.ratio("we", "they") == 0.5
    table.aim("we", "they", 0.5)
    table.aim("we", "they", 0.9, "cpu_s")
    assert [target.reached for target in table.targets] == [True, False]
    assert "<20" in table.text()  # the smaller peak is not known
    assert "MISSED" in table.text()
    assert Target("appends", 0.7, 0.6, least=True).reached
    assert not Target("appends", 0.5, 0.6, least=True).reached


def test_responses_are_counted_by_their_headers_only() -> None:
    def record(kind: str, body: bytes) -> bytes:
        head = f"WARC/1.1\r\nWARC-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        return gzip.compress(head + body + b"\r\n\r\n")

    liar = b"\r\n\r\nWARC/1.1\r\nWARC-Type: response\r\n"
    data = record("response", os.urandom(3 << 20)) + record("request", liar) + record("response", liar)
    assert responses(io.BytesIO(data)) == 2
    with pytest.raises(BenchmarkError, match="inside a record"):
        responses(io.BytesIO(data[:-3]))


def test_the_pages_are_of_the_size_and_the_kind_that_the_targets_name(tmp_path: Path) -> None:
    page = next(pages(random.Random(5)))
    assert 57_000 < len(page) < 63_000
    assert 2.6 < len(page) / len(gzip.compress(page, 6)) < 3.6
    write_site(tmp_path, 2)
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "page0000.html",
        "page0000.html.gz",
        "page0001.html",
        "page0001.html.gz",
        "photo.jpg",
    ]
    listing = write_list(tmp_path / "urls", 81, 2)
    assert listing.read_text().split()[1:] == [
        "http://127.0.0.1:81/page0001.html",
        "http://127.0.0.1:81/photo.jpg",
    ]


def test_answers_are_paired_by_what_is_in_them_and_each_record_counts_once() -> None:
    def sent(method: str, path: str, body: bytes, *, endless: bool = False) -> Sent:
        return Sent(method, f"http://h/{path}", b"HTTP/1.1 200 OK\r\n\r\n" + body, body, endless)

    def kept(method: str, path: str, body: bytes | None, *, message: bool = True) -> Kept:
        whole = b"HTTP/1.1 200 OK\r\n\r\n" + (body or b"") if message else None
        return Kept(method, f"http://h/{path}", whole, body)

    answers = [
        sent("GET", "twice", b"one"),
        sent("GET", "twice", b"two"),
        sent("GET", "told", b"as told"),
        sent("GET", "other", b"right"),
        sent("GET", "none", b"gone"),
        sent("HEAD", "none", b""),
        sent("GET", "stream", b"one two three", endless=True),
        sent("GET", "short", b"one two three"),
    ]
    records = [
        kept("GET", "twice", b"two"),
        kept("GET", "twice", b"one"),
        kept("GET", "told", b"as told", message=False),
        kept("GET", "other", b"wrong"),
        kept("HEAD", "none", None, message=False),
        kept("GET", "stream", b"one"),
        kept("GET", "short", b"one"),
    ]
    found = share(answers, records)
    assert (found.answered, found.recorded, found.right, found.exact) == (8, 7, 5, 3)
    assert found.unrecorded == ("GET none",)
    assert found.wrong == ("GET other", "GET short")
    assert share(answers[:2], records[:1]).recorded == 1


def test_a_body_is_read_without_its_codings_as_far_as_it_came() -> None:
    body = gzip.compress(b"some words" * 50)
    chunked = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n\r\n"
    assert decoded_body(head + chunked) == b"some words" * 50
    assert decoded_body(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\ncut") == b"cut"
    plain = head.replace(b"Content-Encoding: gzip", b"X-Orig-Content-Encoding: gzip")
    assert decoded_body(plain + b"5\r\nwords\r\n0\r\n\r\n") == b"words"


TREE = """
import sys
from pathlib import Path
from benchmarks.measure import Peer
from benchmarks.tree import run_tree
print(run_tree(Peer("tree", ["sh", "-c", sys.argv[1], sys.executable]), Path(sys.argv[2])))
"""


def run_in_tree(script: str, tmp_path: Path, project: Path) -> subprocess.CompletedProcess[str]:
    """In a process of its own: it adopts orphans for good."""
    argv = [sys.executable, "-c", TREE, script, str(tmp_path / "log")]
    return subprocess.run(argv, cwd=project, capture_output=True, text=True, check=False, timeout=60)


def test_orphans_are_measured_with_the_command_that_made_them(tmp_path: Path, project: Path) -> None:
    burn = "import time; x = bytearray(range(256)) * (1 << 18)\nwhile time.process_time() < 0.5: pass"
    ended = run_in_tree(f"( \"$0\" -c '{burn}' & ); sleep 0.3", tmp_path, project)
    assert ended.returncode == 0, ended.stderr
    cost = eval(ended.stdout, {"Cost": Cost})  # noqa: S307 - our own print
    assert cost.cpu_s >= 0.5
    assert cost.peak_mib > 64


def test_a_command_that_leaves_a_process_behind_is_no_measurement(tmp_path: Path, project: Path) -> None:
    ended = run_in_tree(f"sleep 50 & echo $! > {tmp_path}/number", tmp_path, project)
    assert ended.returncode != 0
    assert "1 processes are left behind" in ended.stderr
    number = int((tmp_path / "number").read_text())
    with pytest.raises(ProcessLookupError):
        os.kill(number, 0)
