"""A NetLog that is not what is expected is refused: nothing in it is guessed."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from netlog_samples import visit
from netlog_site import TruthSite, answer

from abusekit.browser.recorder.netlog import NetLogError, read
from abusekit.browser.recorder.netlog_table import EVENTS, LINE_LIMIT

Mangle = Callable[[dict[str, Any]], object]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("netlog")


def small_page(folder: Path, capture_mode: str = "Everything") -> Path:
    site = TruthSite()
    script = b"<!doctype html><link rel=icon href=data:,><script>fetch('/done')</script>"
    site.pages |= {"/": [answer(script, b"Content-Type: text/html")], "/done": [answer(b"done")]}
    made = visit(folder, site, capture_mode=capture_mode)
    site.close()
    return made.log


@pytest.fixture(scope="module")
def log(folder: Path) -> Path:
    """A real log of a page with one part."""
    return small_page(folder)


def changed(log: Path, tmp_path: Path, mangle: Mangle) -> Path:
    """The log with its constants changed."""
    first, rest = log.read_bytes().split(b"\n", 1)
    found = json.loads(first.rstrip(b",") + b"}")
    mangle(found["constants"])
    made = tmp_path / "mangled.json"
    made.write_bytes(json.dumps(found).encode()[:-1] + b",\n" + rest)
    return made


def reason(path: Path) -> str:
    with pytest.raises(NetLogError) as caught:
        read(path, connections={}, spool=None)
    assert caught.value.exit_code == 4
    assert caught.value.hint
    return caught.value.reason


def test_the_untouched_log_is_read(log: Path, tmp_path: Path) -> None:
    for one in (log, changed(log, tmp_path, lambda _: None)):
        found = read(one, connections={}, spool=None)
        assert [exchange.status for exchange in found.exchanges if exchange.complete] == [200, 200]


@pytest.mark.parametrize("name", EVENTS)
def test_a_name_that_is_missing(log: Path, tmp_path: Path, name: str) -> None:
    made = changed(log, tmp_path, lambda constants: constants["logEventTypes"].pop(name))
    assert reason(made) == f"its logEventTypes lacks {name}"


@pytest.mark.parametrize("name", ["SOCKET_BYTES_RECEIVED", "SSL_CONNECT"])
def test_a_number_that_two_names_have(log: Path, tmp_path: Path, name: str) -> None:
    def twice(constants: dict[str, Any]) -> None:
        constants["logEventTypes"]["REQUEST_ALIVE"] = constants["logEventTypes"][name]

    assert reason(changed(log, tmp_path, twice)) == "its logEventTypes gives one number to two names"


MANGLED: tuple[tuple[Mangle, str], ...] = (
    (lambda c: c.update(logFormatVersion=2), "its format is version 2, and only 1 is known"),
    (lambda c: c.update(logFormatVersion=True), "its format is version True, and only 1 is known"),
    (lambda c: c.pop("logFormatVersion"), "its format is version None, and only 1 is known"),
    (lambda c: c.pop("logEventTypes"), "it has no logEventTypes"),
    (lambda c: c.update(logEventTypes=[]), "it has no logEventTypes"),
    (
        lambda c: c["logEventTypes"].update(CANCELLED="7"),
        "its logEventTypes holds something that is no number",
    ),
    (lambda c: c["logSourceType"].pop("SOCKET"), "its logSourceType lacks SOCKET"),
    (lambda c: c["logEventPhase"].pop("PHASE_END"), "its logEventPhase lacks PHASE_END"),
    (lambda c: c["logEventPhase"].update(PHASE_END=1), "its logEventPhase gives one number to two names"),
    (lambda c: c.pop("netError"), "it has no netError"),
    (lambda c: c.pop("timeTickOffset"), "it does not say how its clock stands to ours"),
    (lambda c: c.update(timeTickOffset="soon"), "it does not say how its clock stands to ours"),
    (lambda c: c.update(timeTickOffset=10**30), "it does not say how its clock stands to ours"),
    (lambda c: c.update(clientInfo=7), "it has no clientInfo"),
)


@pytest.mark.parametrize(("mangle", "why"), MANGLED, ids=range(len(MANGLED)))
def test_constants_that_are_wrong(log: Path, tmp_path: Path, mangle: Mangle, why: str) -> None:
    assert reason(changed(log, tmp_path, mangle)) == why


@pytest.mark.parametrize(
    ("other", "why"),
    [
        ("TCP_CONNECT", "bytes of a connection are not told as expected"),
        ("SOCKET_ALIVE", "bytes of a connection are not told as expected"),
        ("SOCKET_BYTES_RECEIVED", "none of its connections speaks to the gate"),
    ],
)
def test_two_events_swapped_in_the_table_do_not_pass(log: Path, tmp_path: Path, other: str, why: str) -> None:
    def swap(constants: dict[str, Any]) -> None:
        table = constants["logEventTypes"]
        table["SOCKET_BYTES_SENT"], table[other] = table[other], table["SOCKET_BYTES_SENT"]

    assert reason(changed(log, tmp_path, swap)) == why


def inserted(log: Path, tmp_path: Path, name: str, kind: str, phase: int, params: bytes) -> Path:
    """The log with one event more at its start, on a socket of its own."""
    first, second, rest = log.read_bytes().split(b"\n", 2)
    constants = json.loads(first.rstrip(b",") + b"}")["constants"]
    event = b'{"params":%s,"phase":%d,"source":{"id":999999,"type":%d},"time":"1","type":%d},\n' % (
        params, phase, constants["logSourceType"][kind], constants["logEventTypes"][name],
    )  # fmt: skip
    made = tmp_path / "more.json"
    made.write_bytes(first + b"\n" + second + b"\n" + event + rest)
    return made


@pytest.mark.parametrize(
    ("name", "kind", "params"),
    [
        ("CERT_VERIFIER_JOB", "CERT_VERIFIER_JOB", b"null"),  # seen: the verifier's settings changed
        ("CERT_VERIFIER_JOB", "CERT_VERIFIER_JOB", b'{"cert_status":0}'),
        ("SSL_CONNECT", "SOCKET", b"null"),
        ("SSL_CONNECT", "SOCKET", b'{"net_error":-3}'),
        ("TCP_CONNECT", "SOCKET", b"null"),
        ("TCP_CONNECT", "SOCKET", b'{"net_error":-102}'),
    ],
)
def test_what_was_given_up_is_no_fault(
    log: Path, tmp_path: Path, name: str, kind: str, params: bytes
) -> None:
    found = read(inserted(log, tmp_path, name, kind, 2, params), connections={}, spool=None)
    assert [one.status for one in found.exchanges if one.complete] == [200, 200]


@pytest.mark.parametrize(
    ("name", "kind", "params", "why"),
    [
        ("CERT_VERIFIER_JOB", "CERT_VERIFIER_JOB", b'{"net_error":0}', "the verdict is missing"),
        ("CERT_VERIFIER_JOB", "CERT_VERIFIER_JOB", b'{"cert_status":"0"}', "the verdict is missing"),
        ("SSL_CONNECT", "SOCKET", b'{"version":"TLS 1.3"}', "does not say what it agreed on"),
        ("SSL_CONNECT", "SOCKET", b'{"net_error":"x"}', "failed without saying how"),
        ("SSL_SOCKET_BYTES_SENT", "SOCKET", b'{"byte_count":1,"bytes":"QQ=="}', "without a handshake"),
        ("SSL_CERTIFICATES_RECEIVED", "SOCKET", b'{"certificates":["x"]}', "a certificate in it is none"),
        ("SSL_CERTIFICATES_RECEIVED", "SOCKET", b"{}", "a list of certificates is none"),
        ("SSL_ALERT_RECEIVED", "SOCKET", b"{}", "not told as expected"),
        ("SOCKET_READ_ERROR", "SOCKET", b"{}", "broke without saying how"),
        ("CERT_VERIFIER_REQUEST_BOUND_TO_JOB", "SOCKET", b"{}", "judged by nobody"),
        ("SOCKET_BYTES_SENT", "SOCKET", b"[]", "not told as expected"),
        ("TCP_CONNECT", "SOCKET", b"[1]", "carries something unexpected"),
    ],
)
def test_one_event_that_is_wrong(
    log: Path, tmp_path: Path, name: str, kind: str, params: bytes, why: str
) -> None:
    phase = 0 if "BYTES" in name else 2
    assert why in reason(inserted(log, tmp_path, name, kind, phase, params))


def edited(log: Path, tmp_path: Path, pattern: bytes, by: bytes) -> Path:
    """The log with the first match of `pattern` replaced."""
    made = tmp_path / "edited.json"
    text, count = re.subn(pattern, by, log.read_bytes(), count=1)
    assert count == 1
    made.write_bytes(text)
    return made


EDITS: tuple[tuple[bytes, bytes, str], ...] = (
    (
        rb'"byte_count":(\d+),"bytes"',
        rb'"byte_count":1\1,"bytes"',
        "bytes went over a connection, and it holds",
    ),
    (rb'"byte_count":3,"bytes":"BQEA"', rb'"byte_count":3', "3 bytes went over a connection, and it holds 0"),
    (rb'"bytes":"BQEA"', rb'"bytes":"B-EA"', "bytes of a connection are not told as expected"),
    (rb'"bytes":"BQEA"', rb'"bytes":["BQEA"]', "bytes of a connection are not told as expected"),
    (rb'"byte_count":3,', rb'"byte_count":"3",', "bytes of a connection are not told as expected"),
    (rb'"local_address":"[^"]*"', rb'"local_address":7', "a connection does not say its own port"),
    (rb'"local_address":"[^"]*",', rb"", "a connection does not say its own port"),
    (rb'\n\{"params"', rb'\n{"params":7,"x"', "a line of it is no event"),
    (
        rb'("source":\{"id":\d+,"start_time":"\d+","type":10\}),"time":"\d+"',
        rb'\1,"time":"now"',
        "an event has no time",
    ),
    (
        rb'("source":\{"id":\d+,"start_time":"\d+","type":10\}),"time":"\d+"',
        rb'\1,"time":"999999999999999"',
        "an event has no time",
    ),
    (rb'"events": \[\n', rb'"events": {\n', "no list of events follows its constants"),
    (rb'\n\{"phase"', rb'\n{"phase', "a line of it is no event"),
    (rb'"constants":', rb'"constantly":', "it has no constants"),
    (rb"\A\{", rb"[", "it does not start with its constants"),
)


@pytest.mark.parametrize(("pattern", "by", "why"), EDITS, ids=range(len(EDITS)))
def test_events_that_are_wrong(log: Path, tmp_path: Path, pattern: bytes, by: bytes, why: str) -> None:
    if b'"params":7' in by:
        by = by.replace(b',"x"', b',"type":"x","params"')
    assert why in reason(edited(log, tmp_path, pattern, by))


def test_a_log_without_bytes(folder: Path) -> None:
    """What Chromium writes when it is not told to keep everything."""
    inner = folder / "default"
    inner.mkdir()
    assert reason(small_page(inner, "Default")) == "it was not told to keep the bytes"


@pytest.mark.parametrize(
    "text", [b"", b"\n", b"{}", b"[" * 100_000, b'{"constants":{}', b"\xff\xfe", b"null\n"]
)
def test_what_is_no_log_at_all(tmp_path: Path, text: bytes) -> None:
    made = tmp_path / "none.json"
    made.write_bytes(text)
    assert reason(made)


def test_no_log(tmp_path: Path) -> None:
    assert reason(tmp_path / "absent.json") == "there is none (No such file or directory)"


def test_a_line_without_end(log: Path, tmp_path: Path) -> None:
    made = tmp_path / "long.json"
    first, rest = log.read_bytes().split(b"\n", 1)
    made.write_bytes(first + b'\n"events": [\n{"x":"' + b"a" * LINE_LIMIT + b'"},\n' + rest)
    assert reason(made) == f"a line of it is longer than {LINE_LIMIT} bytes"


@pytest.mark.parametrize("missing", [1, 2, 3, 50, 150])
def test_a_cut_tail_is_told(log: Path, tmp_path: Path, missing: int) -> None:
    """All but the last lines are whole, the last one is cut inside."""
    lines = log.read_bytes().splitlines(keepends=True)
    events = [number for number, line in enumerate(lines) if line.startswith(b"{") and number]
    made = tmp_path / "cut.json"
    made.write_bytes(b"".join(lines[: events[-missing]]) + lines[events[-missing]][:-20])
    assert read(made, connections={}, spool=None).cut
    made.write_bytes(b"".join(lines[: events[-missing]]))
    assert read(made, connections={}, spool=None).cut


def test_deep_nesting_is_no_crash(log: Path, tmp_path: Path) -> None:
    lines = log.read_bytes().splitlines(keepends=True)
    made = tmp_path / "deep.json"
    deep = (
        b'{"params":'
        + b"[" * 200_000
        + b"]" * 200_000
        + b',"phase":0,"source":{"id":1,"type":10},"time":"1","type":84},\n'
    )
    made.write_bytes(b"".join(lines[:2]) + deep + b"".join(lines[2:]))
    assert reason(made)


def test_random_damage_is_refused_or_harmless(log: Path, tmp_path: Path) -> None:
    """Whatever happens to a log, nothing is raised but the one error, and nothing runs away."""
    rng = random.Random(20_261_124)
    whole = log.read_bytes()
    start = whole.index(b'"events"')
    made = tmp_path / "damaged.json"
    refused = 0
    for _ in range(300):
        data = bytearray(whole)
        for _ in range(rng.randint(1, 3)):
            at = rng.randrange(start, len(data))
            length = rng.choice([1, 1, 2, 30, 500])
            by = rng.choice(
                [b"", rng.randbytes(length), b"0" * length, b'"', b"}", b"-1", b"null", b"[]", b"99999999"]
            )
            data[at : at + rng.choice([0, length])] = by
        made.write_bytes(data)
        try:
            read(made, connections={}, spool=None)
        except NetLogError:
            refused += 1
    assert refused > 100
