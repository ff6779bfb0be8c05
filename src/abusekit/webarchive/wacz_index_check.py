"""Which line an index must hold for each response and resource of a WACZ: found again from the WARC alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256

from abusekit.webarchive.asked import GET, REQUEST_LIMIT, Asked, asked
from abusekit.webarchive.cdxj import spread
from abusekit.webarchive.warc_read import Record

Place = tuple[str, int]
"""File name of the WARC, and byte of the record in it."""

_NO_MARKS = str.maketrans("", "", "-:T")


def hashed(text: str) -> bytes:
    """Stands for a text that may be long: thousands of these cost little memory."""
    return sha256(text.encode("utf-8", "surrogatepass")).digest()


def second(moment: str) -> str:
    """The second of an ISO 8601 time in UTC as an index spells it."""
    return moment[:19].translate(_NO_MARKS)


@dataclass(slots=True)
class Answer:
    """What the index and the page list say of a response or resource."""

    address: bytes
    # `hashed` WARC-Target-URI
    moment: str
    # WARC-Date, fraction made nine digits long, so that it sorts
    payload: str | None
    status: int | None
    length: int
    key: bytes
    # `hashed` sort key
    asked: Asked = GET
    stamp: str = ""
    # 14 digits: its second in the index; "" until `settle`


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the list: which answer is meant by it."""

    address: bytes
    # `hashed`
    key: bytes
    # `hashed`
    moment: str
    # as in `Answer`, or without a fraction where the list gives none

    def means(self, answer: Answer) -> bool:
        return (
            answer.asked is GET
            and answer.address == self.address
            and (answer.moment if "." in self.moment else answer.moment[:19]) == self.moment
        )


@dataclass(slots=True)
class Answers:
    """All responses and resources of the WARCs, by place."""

    by_place: dict[Place, Answer] = field(default_factory=dict)
    _by_id: dict[bytes, Answer | None] = field(default_factory=dict)
    # `hashed` record id → what waits for its request; None for what was not understood as an answer

    def take(self, place: Place, record: Record) -> None:
        """A response, or a resource that an index must hold."""
        url = record.fields.get("warc-target-uri", "")
        self.by_place[place] = answer = Answer(
            hashed(url),
            moment(record.fields["warc-date"]),
            record.fields.get("warc-payload-digest"),
            record.status,
            record.length,
            hashed(GET.key(url)),
        )
        if record.type == "response":
            self._by_id[hashed(record.fields["warc-record-id"])] = answer

    def take_unread(self, record: Record) -> None:
        """What came back and was not understood: there may be a request for it, and no index line."""
        self._by_id[hashed(record.fields["warc-record-id"])] = None

    def took(self, record: Record) -> bool:
        """The request for a response that was taken before; False when it is of none, or of one that has one."""
        name = hashed(record.fields.get("warc-concurrent-to", ""))
        if name not in self._by_id:
            return False
        answer = self._by_id.pop(name)
        url = record.fields.get("warc-target-uri", "")
        if answer is None or answer.address != hashed(url):
            return answer is None
        heeded = record.block if record.block is not None and record.content_length <= REQUEST_LIMIT else b""
        answer.asked = asked(heeded, record.method)
        answer.key = hashed(answer.asked.key(url))
        return True

    def settle(self, pages: Iterable[Page]) -> list[Page]:
        """Gives each answer its second in the index. Returns the pages that more than one answer is meant by."""
        groups: dict[bytes, list[tuple[str, Place, Answer]]] = {}
        for place, answer in self.by_place.items():
            groups.setdefault(answer.key, []).append((answer.moment, place, answer))
        mains: dict[bytes, int] = {}
        doubtful = []
        for group in groups.values():
            group.sort(key=lambda one: one[:2])
        for page in pages:
            meant = [number for number, one in enumerate(groups.get(page.key, ())) if page.means(one[2])]
            if len(meant) > 1:
                doubtful.append(page)
            elif meant:
                mains.setdefault(page.key, meant[0])
        for key, group in groups.items():
            stamps = spread([second(one[0]) for one in group], mains.get(key))
            for one, stamp in zip(group, stamps, strict=True):
                one[2].stamp = stamp
        return doubtful


def moment(date: str) -> str:
    """An ISO 8601 time in UTC so that two of them compare as text."""
    whole, _, fraction = date.removesuffix("Z").partition(".")
    return f"{whole}.{fraction:0<9}"


def page(url: str, ts: str) -> Page:
    """A line of the page list."""
    return Page(hashed(url), hashed(GET.key(url)), moment(ts) if "." in ts else ts[:19])


def place(line: dict[str, object]) -> Place | None:
    """Where a line of an index leads to."""
    filename, offset = line.get("filename"), line.get("offset")
    # py-wacz writes numbers as text, we as numbers: one is enough here, and bool is an int in Python.
    return (filename, offset) if isinstance(filename, str) and type(offset) is int else None


def fits(key: str, stamp: str, line: dict[str, object], answer: Answer) -> bool:
    """The line describes this answer, word for word."""
    url = line.get("url")
    return (
        isinstance(url, str)
        and hashed(url) == answer.address
        and hashed(key) == answer.key
        and line.get("status") == answer.status
        and line.get("digest") == answer.payload
        and line.get("length") == answer.length
        and line.get("method", "GET") == answer.asked.method
        and line.get("requestBody", "") == answer.asked.body
        and stamp == answer.stamp
    )
