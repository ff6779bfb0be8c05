"""`python -m benchmarks.read_export READER PATH`: read one export, and print what it took as one line of JSON.

The readers beside ours do less: they only take the file apart. What a program is charged with begins when its
modules are loaded; `peak_mib` is that of the whole process.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.measure import own_peak_mib


def _files(path: Path) -> Iterator[Path]:
    yield from sorted(one for one in path.rglob("*") if one.is_file()) if path.is_dir() else [path]


def _ours(path: Path) -> Callable[[], int]:
    from abusekit.containers.container import open_container
    from abusekit.importers import formats
    from abusekit.messages.reading import Given, Reading

    for name in formats.names():
        formats.importer(name)

    def read() -> int:
        with open_container([(path, path.name)]) as export:
            reading = Reading(export, Given())
            for _ in reading:
                pass
        found = reading.summary
        if not found.whole:
            raise SystemExit(f"not understood: {found.problems or found.damaged or found.unparsed}")
        return found.messages

    return read


def _json(path: Path) -> Callable[[], int]:
    def read() -> int:
        count = 0
        for one in _files(path):
            text = one.read_text("utf-8")
            value = json.loads(text[text.index("= ") + 2 :] if one.suffix == ".js" else text)
            count += len(value.get("messages", ()) if isinstance(value, dict) else value)
        return count

    return read


def _lines(path: Path) -> Callable[[], int]:
    def read() -> int:
        with path.open(encoding="utf-8") as lines:
            return sum(1 for _ in lines)

    return read


def _csv(path: Path) -> Callable[[], int]:
    import csv

    def read() -> int:
        with path.open(encoding="utf-8", newline="") as lines:
            return sum(1 for _ in csv.reader(lines)) - 1

    return read


def _mailbox(path: Path) -> Callable[[], int]:
    """The module of Python: each mail parsed, and its text decoded."""
    import mailbox
    from email import policy
    from email.parser import BytesParser

    def read() -> int:
        box = mailbox.mbox(str(path))
        parser, count = BytesParser(policy=policy.default), 0
        for key in box.iterkeys():
            mail = parser.parsebytes(box.get_bytes(key))
            body = mail.get_body(("plain",))
            count += body is not None and bool(body.get_content()) and bool(mail["Date"].datetime)
        return count

    return read


def _expat(path: Path) -> Callable[[], int]:
    """The parser that most readers of such files use; it refuses emoji as the app writes them, so these are cut out."""
    from xml.parsers import expat

    def read() -> int:
        found = {"sms": 0, "mms": 0}

        def begun(name: str, attributes: dict[str, str]) -> None:
            if name in found:
                found[name] += "date" in attributes

        parser = expat.ParserCreate()
        parser.StartElementHandler = begun
        with path.open("rb") as lines:
            for line in lines:
                parser.Parse(line.replace(b"&#55357;&#56832;", b""))
        parser.Parse(b"", True)
        return sum(found.values())

    return read


def _chat_miner(path: Path) -> Callable[[], int]:
    import importlib
    import logging

    logging.disable(50)
    parsers: Any = importlib.import_module("chatminer.chatparsers")

    def read() -> int:
        parser = parsers.WhatsAppParser(str(path))
        parser.parse_file()
        return len(parser.parsed_messages.get_df())

    return read


def _whatstk(path: Path) -> Callable[[], int]:
    import importlib

    whatstk: Any = importlib.import_module("whatstk")

    def read() -> int:
        return len(whatstk.WhatsAppChat.from_source(str(path), max_size=None).df)

    return read


READERS: dict[str, Callable[[Path], Callable[[], int]]] = {
    "abusekit": _ours,
    "json.loads": _json,
    "lines": _lines,
    "csv.reader": _csv,
    "mailbox": _mailbox,
    "expat": _expat,
    "chat-miner": _chat_miner,
    "whatstk": _whatstk,
}


def main(reader: str, path: Path) -> None:
    read = READERS[reader](path)
    wall, cpu = time.perf_counter(), time.process_time()
    count = read()
    took: dict[str, float] = {"wall_s": time.perf_counter() - wall, "cpu_s": time.process_time() - cpu}
    print(json.dumps({"count": count, **took, "peak_mib": own_peak_mib()}))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
