"""`--screenshot-of`: what a picture shows, as a person says, and how its words come to be known."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from functools import wraps
from typing import TYPE_CHECKING, Any

import click

from abusekit.cli.acts import resolve_item
from abusekit.cli.options import Function, PathParameter, Session

if TYPE_CHECKING:
    from pathlib import Path

    from abusekit.case.folder import Case
    from abusekit.case.intake import Draft
    from abusekit.case.records import Item
    from abusekit.screenshots.against import ScreenshotOf
    from abusekit.screenshots.compare import Compared
    from abusekit.screenshots.ocr import Tesseract

_ADDRESS = re.compile(r"https?://", re.IGNORECASE)
_NAMES = ("screenshot_of", "text_file", "typed", "ocr_language")


def with_screenshot(function: Function) -> Function:
    """Adds the options; the command gets them as one `screenshot`, to be read by `screenshots_of`."""

    @wraps(function)
    def wrapper(*arguments: Any, **values: Any) -> Any:
        screenshot = {name: values.pop(name) for name in _NAMES}
        return function(*arguments, screenshot=screenshot, **values)

    wrapped: Any = wrapper
    for option in (
        click.option(
            "--ocr-language",
            metavar="LANG",
            help="With --screenshot-of: language of the picture for tesseract: eng, deu, eng+deu (default: eng).",
        ),
        click.option(
            "--typed", metavar="TEXT", help="With --screenshot-of: the words in the picture, typed by you."
        ),
        click.option(
            "--text",
            "text_file",
            type=PathParameter(allow_dash=True),
            metavar="FILE",
            help="With --screenshot-of: the same from a file, or - for standard input.",
        ),
        click.option(
            "--screenshot-of",
            metavar="ITEM|URL",
            help="What it is a screenshot of: E0003, AB/7#m412, or an address; its words are compared with that.",
        ),
    ):
        wrapped = option(wrapped)
    return wrapped  # type: ignore[no-any-return]


def screenshots_of(
    session: Session, case: Case, by: str, given: dict[str, Any], files: Sequence[Path], *, together: bool
) -> Screenshots | None:
    """What to do with each picture; None where nothing is said of them. Raises UsageError, InputError, CaseError."""
    from abusekit.errors import UsageError

    if given["screenshot_of"] is None:
        if any(given[name] is not None for name in _NAMES):
            raise UsageError("of what is it a screenshot?", "say it: --screenshot-of ITEM or URL")
        return None
    if together:
        raise UsageError("a screenshot is an exhibit by itself", "leave out --together")
    text = _typed(given)
    if text is not None and (len(files) > 1 or files[0].is_dir()):
        raise UsageError("the words of one picture are typed", "add the pictures one by one")
    shows = _shows(case, given["screenshot_of"])
    if text is not None:
        return Screenshots(session, case, by, shows, text)
    return Screenshots(session, case, by, shows, None, language=_language(given))


def _language(given: dict[str, Any]) -> str:
    from abusekit.errors import UsageError
    from abusekit.screenshots.ocr import LANGUAGE

    language: str = given["ocr_language"] or "eng"
    if not LANGUAGE.fullmatch(language):
        raise UsageError(f"not a language of tesseract: {language}", "such as: eng, deu, eng+deu")
    return language


def _typed(given: dict[str, Any]) -> str | None:
    """The words that a person typed; None: they are to be read."""
    from abusekit.cli.named_files import read_named
    from abusekit.errors import UsageError
    from abusekit.screenshots.stored import MOST_TYPED

    text, path = given["typed"], given["text_file"]
    if text is None and path is None:
        return None
    if text is not None and path is not None:
        raise UsageError("the words are given twice", "--typed or --text, not both")
    if given["ocr_language"] is not None:
        raise UsageError("the words are typed: no program reads them", "leave out --ocr-language")
    if path is not None:
        data = sys.stdin.buffer.read(MOST_TYPED + 1) if str(path) == "-" else read_named(path, MOST_TYPED)
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as fault:
            raise UsageError("the words are no UTF-8 text", "save the file as UTF-8") from fault
    if len(text.encode("utf-8", "replace")) > MOST_TYPED:
        raise UsageError("more words than a picture holds", "type those of one picture")
    if not text.strip():
        raise UsageError("no words are given", "type what stands in the picture")
    return str(text)


def _shows(case: Case, typed: str) -> ScreenshotOf:
    """What a person means. Raises UsageError: no such item or part, or none that can be compared with; InputError."""
    from abusekit.capture.address import check_address
    from abusekit.case.decisions import standings
    from abusekit.messages.parts import cited
    from abusekit.screenshots.against import ScreenshotOf, against

    if _ADDRESS.match(typed):
        check_address(typed)
        return ScreenshotOf(address=typed)
    part = cited(typed)
    shows = ScreenshotOf(item=resolve_item(case, part.item if part else typed), n=part.n if part else 0)
    against(case, shows.item, shows.n, standings(case.entries()))
    return shows


class Screenshots:
    """The pictures of one run: their words are read while they are staged, and compared when they are in the case."""

    def __init__(
        self,
        session: Session,
        case: Case,
        by: str,
        shows: ScreenshotOf,
        text: str | None,
        *,
        language: str = "",
    ) -> None:
        self._session, self._case, self._by = session, case, by
        self._shows, self._text, self._language = shows, text, language
        self._tesseract: Tesseract | None = None
        self._missing = "" if text is not None else self._find()
        self.code = 0
        """Exit code: 0, 6 or 7."""

    def _find(self) -> str:
        """Why pictures cannot be read here, with what to do; empty: they can."""
        from abusekit.errors import MissingExtraError
        from abusekit.screenshots import ocr

        try:
            found = ocr.find()
            ocr.check_languages(found, self._language)
        except MissingExtraError as fault:
            return f"{fault.message}: {fault.hint}"
        self._tesseract = found
        return ""

    def read(self, draft: Draft) -> None:
        """Give a staged picture what is said of it, and its words; a fault with them leaves the picture as it is."""
        from abusekit.errors import InputError
        from abusekit.screenshots import stored

        stored.state(draft, self._shows)
        if self._text is not None:
            stored.add_typed(draft, self._text, self._by)
        elif self._tesseract is None:
            draft.problems.append(f"its words were not read: {self._missing}")
        else:
            try:
                stored.add_read(draft, draft.files[0], self._tesseract, self._language)
            except InputError as fault:
                draft.problems.append(f"its words were not read: {fault.message}")

    def compared(self, item: Item) -> list[Compared]:
        """Compare what is in the case now, and tell it without content."""
        from abusekit.case.decisions import standings
        from abusekit.screenshots.stored import comparisons
        from abusekit.screenshots.wording import in_short

        if self._missing:
            self._fault(6, f"  {item.id} is stored, but not compared. Then: abusekit add … --again")
            return []
        found = comparisons(self._case, item, standings(self._case.entries()))
        if not found:
            self._fault(
                7, f"  {item.id}: no capture of that address in the case; to make one: abusekit capture URL"
            )
        for one in found:
            self._session.say(f"  {item.id}: {in_short(one)}")
            if one.problem:
                self.code = self.code or 7
        return covered(found)

    def passed_over(self, name: str) -> None:
        """The case holds these bytes: they are not stored again, so that nothing is said of them anew."""
        self._fault(7, f"  {name} was not compared: abusekit add … --again stores it with its words")

    def _fault(self, code: int, text: str) -> None:
        self.code = self.code or code
        self._session.say(text)


def covered(found: list[Compared]) -> list[Compared]:
    """The same without content."""
    import msgspec

    return [msgspec.structs.replace(one, words=None) for one in found]


def comparison_lines(item: Item, found: list[Compared], *, reveal: bool) -> Iterator[str]:
    """For `show`; nothing for an item of which no screenshot was stated."""
    from abusekit.screenshots.against import stated_of
    from abusekit.screenshots.wording import lines

    shows = stated_of(item)
    if shows is not None:
        yield from lines(shows, found, reveal=reveal)
