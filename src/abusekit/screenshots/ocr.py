"""The text of a picture by `tesseract`, the program, where it is installed. Owner of it.

What it reads is a reading: it confuses letters, leaves out what stands on colours, and gives each word a confidence of
its own making. It gets a copy of the picture, drawn anew, never the picture.
"""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import msgspec

from abusekit.errors import InputError, MissingExtraError
from abusekit.screenshots import redraw
from abusekit.screenshots.bounded import run
from abusekit.screenshots.words import Picture, take_line

SURE = 60.0
"""Confidence, of 100, from which on a word counts as read."""
MOST_TABLE = 32 << 20
"""Bytes of the table of words."""
DRAW_S, READ_S, ASK_S = 60, 180, 20
"""Seconds for drawing, for reading, for asking what there is."""
INSTALL = "apt install tesseract-ocr"
LANGUAGE = re.compile(r"[A-Za-z][A-Za-z_]{1,29}(?:\+[A-Za-z][A-Za-z_]{1,29}){0,7}")
"""`eng`, `eng+deu`, `chi_sim`: names of tesseract's data."""
_VERSION = re.compile(r"^tesseract v?(\d{1,3}(?:\.\d{1,4}){1,3}[\w.-]{0,20})", re.MULTILINE)
_COLUMNS = 12
SPARSE = "11"
"""Page segmentation: as much text as there is, line by line. The default takes a screen for a page of a book, and
leaves out what stands alone: the name on top of a chat."""


@dataclass(frozen=True, slots=True)
class Tesseract:
    path: str
    version: str
    languages: frozenset[str]


@dataclass(frozen=True, slots=True)
class Read:
    """What was read, and how."""

    table: bytes
    # tesseract's own table (TSV): a line for each word with its box, in the drawn copy, and its confidence
    program: str
    language: str
    scale: int
    # the drawn copy is so many times larger than the picture: boxes are to be divided by it
    frames: int
    # of an animation only the first is read


def find() -> Tesseract:
    """The program that is on PATH. Raises MissingExtraError: none, or it does not say what it is."""
    path = shutil.which("tesseract")
    if path is None:
        raise MissingExtraError(
            "the text of a picture is read by the program tesseract, which is not installed",
            f'{INSTALL}; or type the words: --typed "…"',
        )
    with tempfile.TemporaryDirectory(prefix="abusekit-") as made:
        folder = Path(made)
        texts = []
        for question in ("--version", "--list-langs"):
            out = folder / "out"
            ended = run([path, question], seconds=ASK_S, folder=folder, output=out)
            texts.append(out.read_bytes()[:65_536].decode("utf-8", "replace") + ended.said)
    version = _VERSION.search(texts[0])
    if version is None:
        raise MissingExtraError("tesseract does not say which version it is", f"install it anew: {INSTALL}")
    return Tesseract(path, version[1], frozenset(line.strip() for line in texts[1].splitlines()[1:]))


def check_languages(tesseract: Tesseract, language: str) -> None:
    """Silence, or MissingExtraError: tesseract has no data for one of them."""
    for name in language.split("+"):
        if name not in tesseract.languages:
            package = name.replace("_", "-").lower()
            raise MissingExtraError(
                f"tesseract has no data for the language {name}", f"apt install tesseract-ocr-{package}"
            )


def read(tesseract: Tesseract, picture: Path, media: str, language: str, spool: Path) -> Read:
    """The text of a stored picture. `spool`: a folder for copies, which are gone at the end.

    Raises InputError: no picture, broken, too large, too slow; then there is no text, and the picture is as it was.
    """
    if media not in redraw.KINDS:
        raise InputError(f"not a picture that can be read: {media}", 'type the words: --typed "…"')
    with tempfile.TemporaryDirectory(prefix="ocr-", dir=spool) as made:
        folder = Path(made).resolve()
        drawn = folder / "drawn.png"
        done = _drawn(picture.resolve(), media, drawn, folder)
        table = folder / "table.tsv"
        ended = run(
            [tesseract.path, str(drawn), "stdout", "-l", language, "--psm", SPARSE, "tsv"],
            seconds=READ_S,
            folder=folder,
            output=table,
            environment={"OMP_THREAD_LIMIT": "1"},
        )
        if ended.code is None:
            raise InputError(f"tesseract did not end within {READ_S} s", 'type the words: --typed "…"')
        if ended.code != 0:
            raise InputError(f"tesseract ended with {ended.code}", 'type the words: --typed "…"')
        data = table.read_bytes()
    if len(data) > MOST_TABLE:
        raise InputError("tesseract wrote more than a picture holds", 'type the words: --typed "…"')
    return Read(data, f"tesseract {tesseract.version}", language, done.scale, done.frames)


class _Drawn(msgspec.Struct):
    width: int
    height: int
    frames: int
    scale: int


class _Told(msgspec.Struct):
    done: _Drawn | None = None
    problem: str = ""


def _drawn(picture: Path, media: str, out: Path, folder: Path) -> _Drawn:
    command = [sys.executable, "-P", "-m", "abusekit.screenshots.redraw", str(picture), media, str(out)]
    ended = run(command, seconds=DRAW_S, folder=folder)
    try:
        told = msgspec.json.decode(Path(f"{out}.json").read_bytes()[:65_536], type=_Told)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        told = _Told(problem=f"the picture could not be drawn (its reader ended with {ended.code})")
    if told.done is None or ended.code != 0:
        raise InputError(told.problem or "the picture could not be drawn", 'type the words: --typed "…"')
    return told.done


def picture_of(table: bytes) -> Picture:
    """The words of a table that was stored: those below SURE are there, as not readable. Never raises."""
    picture = Picture()
    line: list[tuple[str, float]] = []
    at: tuple[str, ...] = ()
    for place, confidence, text in _rows(table):
        if place != at:
            _flush(picture, line)
            line, at = [], place
        line.append((text, confidence))
    _flush(picture, line)
    return picture


def _rows(table: bytes) -> Iterator[tuple[tuple[str, ...], float, str]]:
    """Page, block, paragraph and line; confidence; text. Lines that are no words are passed over."""
    for raw in table.split(b"\n"):
        cells = raw.rstrip(b"\r").decode("utf-8", "replace").split("\t", _COLUMNS - 1)
        if len(cells) != _COLUMNS or cells[0] != "5" or not cells[11].strip():
            continue
        try:
            yield tuple(cells[1:5]), float(cells[10]), cells[11]
        except ValueError:
            continue


def _flush(picture: Picture, line: list[tuple[str, float]]) -> None:
    # A bar is what tesseract takes a capital I for: a word that could not be read, in place of none at all.
    line = [("I", 0.0) if word == "|" else (word, confidence) for word, confidence in line]
    text = " ".join(word for word, _ in line)
    spans: list[tuple[int, int, bool]] = []
    at = 0
    for word, confidence in line:
        spans.append((at, at + len(word), confidence >= SURE))
        at += len(word) + 1
    take_line(picture, text, _Sure(spans))


class _Sure:
    """Whether all words of a line that a span of it touches were read with enough confidence."""

    def __init__(self, spans: list[tuple[int, int, bool]]) -> None:
        self._starts = [start for start, _, _ in spans]
        self._spans = spans

    def __call__(self, start: int, end: int) -> bool:
        first = max(bisect_right(self._starts, start) - 1, 0)
        touched = islice(self._spans, first, bisect_left(self._starts, end))
        return all(sure or ended <= start for _, ended, sure in touched)
