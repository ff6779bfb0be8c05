"""The printable receipt: long lists are cut and say so, and nothing that a person typed is more than text."""

from __future__ import annotations

import pytest

from abusekit.case.custodians import Keeping
from abusekit.case.transfer import Receipt, Releaser, Transfer, TransferredExhibit
from abusekit.integrity.handover.continuity import MOST_ROWS, Row, rows_of
from abusekit.integrity.handover.receipt import MOST_EXHIBITS, Form, as_html, as_text
from abusekit.integrity.sealing.manifest import Seal

CASE = "00000000-0000-0000-0000-000000000000"
AT = "2026-11-20T21:00:00.000000Z"
SEAL = Seal(CASE, 7, "a" * 64, "b" * 64, "c" * 64, "d" * 64, AT, "abusekit/0")


def form(count: int, to: str = "DC 1234 Smith", receipt: Receipt | None = None) -> Form:
    exhibits = [TransferredExhibit(f"E{n:04}", f"PO/{n}", f"{n:064x}") for n in range(1, count + 1)]
    transfer = Transfer(
        case=CASE, transfer=1, at=AT, releaser=Releaser("PO", "One", "helper", []), to=to, reason="x",
        exhibits=exhibits, quarantined=["E0002"],
    )  # fmt: skip
    return Form("OP-1", transfer, "e" * 64, SEAL, [Row(AT, "PO/1", "taken in", "One", "", "2")], receipt)


def keeping(number: int, start: str, act: str = "item.add", custodian: str = "One") -> Keeping:
    return Keeping(f"E{number:04}", f"PO/{number}", start, None, custodian, "", act, number)


@pytest.mark.parametrize("write", [as_html, as_text])
def test_a_long_list_is_cut_and_says_so(write: object) -> None:
    assert callable(write)
    page = write(form(MOST_EXHIBITS + 5))
    assert f"The first {MOST_EXHIBITS} of {MOST_EXHIBITS + 5} are printed" in page
    assert f"PO/{MOST_EXHIBITS}" in page and f"PO/{MOST_EXHIBITS + 1}" not in page
    assert "are printed" not in write(form(3)) and "E0002 QUARANTINE" in write(form(3))


def test_what_people_typed_is_text() -> None:
    page = as_html(form(1, "<b onclick=x>&\u202e\n</dd><script>"))
    assert "&lt;b onclick=x&gt;&amp;\\u202e\\x0a&lt;/dd&gt;&lt;script&gt;" in page
    assert "\u202e" not in as_text(form(1, "a\u202e"))


def test_who_received_stands_in_its_place() -> None:
    receipt = Receipt(
        case=CASE, transfer=1, transfer_sha256="e" * 64, how="paper", at=AT, name="DS Jones", place="store 7"
    )
    text = as_text(form(1, receipt=receipt))
    assert "Name and rank              DS Jones" in text and "store 7" in text
    assert "Name and rank              ____" in as_text(form(1))


def test_rows_of_continuity() -> None:
    """One act over many exhibits is one row; only what was handed over; at most so many."""
    many = [keeping(n, AT) for n in range(1, 21)]
    [row] = rows_of(many, {one.item for one in many})
    assert (row.exhibits, row.lines, row.custodian) == ("PO/1 to PO/20 (20 exhibits)", "2 to 21", "One")
    assert [r.exhibits for r in rows_of(many, {"E0003"})] == ["PO/3"]
    on_the_way = Keeping("E0001", "PO/1", AT, None, "", "", "custody.transfer", 5, "the police")
    assert rows_of([on_the_way], {"E0001"})[0].custodian == "on the way to the police, not confirmed"
    apart = [
        keeping(n, f"2026-11-20T{n // 3600:02}:{n // 60 % 60:02}:{n % 60:02}.000000Z")
        for n in range(1, 1_200)
    ]
    rows = rows_of(apart, {one.item for one in apart})
    assert len(rows) == MOST_ROWS + 1 and rows[-1].exhibits == "199 more rows"
