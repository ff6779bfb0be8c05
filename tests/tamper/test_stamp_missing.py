"""Parts of a time stamp are gone, or are there and not logged."""

from __future__ import annotations

from forger import overwrite, raw_lines, store_lines
from stamped_case import NEWEST, Stamped

from abusekit.integrity.findings import Status

TSR = f"{NEWEST}/stamp.local-b.tsr"


def test_the_token(stamped: Stamped) -> None:
    (stamped.root / TSR).unlink()
    stamped.finds(1, "file", Status.MISSING, TSR)


def test_the_list(stamped: Stamped) -> None:
    (stamped.root / f"{NEWEST}/stamp.sha256").unlink()
    stamped.finds(1, "file", Status.MISSING, f"{NEWEST}/stamp.sha256")


def test_the_token_with_its_line(stamped: Stamped) -> None:
    """As if the authority had not answered yet; the other's token is still there."""
    for kind in ("tsr", "pem"):
        (stamped.root / f"{NEWEST}/stamp.local-b.{kind}").unlink()
    store_lines(stamped.root, raw_lines(stamped.root)[:-1])
    stamped.finds(0, "stamp", Status.NOTE, f"{NEWEST}/stamp.local-b.tsq", says="has not answered")


def test_all_of_them_with_their_lines(stamped: Stamped) -> None:
    for path in (stamped.root / NEWEST).glob("stamp*"):
        path.unlink()
    store_lines(stamped.root, raw_lines(stamped.root)[:-4])
    stamped.finds(0, "stamp", Status.NOTE, f"{NEWEST}/seal.txt", says="has no time stamp")


def test_the_line_alone(stamped: Stamped) -> None:
    """What is not logged yet is judged like any other, and said to be not logged."""
    store_lines(stamped.root, raw_lines(stamped.root)[:-1])
    stamped.finds(7, "unlisted", Status.UNCHECKED, TSR, says="not logged yet")
    stamped.finds(7, "stamp", Status.OK, TSR)
    overwrite(stamped.root / TSR, b"junk")
    stamped.finds(1, "stamp", Status.CHANGED, TSR)


def test_a_list_that_was_never_there(stamped: Stamped) -> None:
    overwrite(stamped.root / f"{NEWEST}/stamp7.local-b.tsr", (stamped.root / TSR).read_bytes())
    stamped.finds(1, "stamp", Status.CHANGED, f"{NEWEST}/stamp7.sha256", says="never there")


def test_names_like_those_of_stamps(stamped: Stamped) -> None:
    """Only what can be a part of a stamp is taken for one that is not logged yet."""
    for name in (
        "stamp.local-a.exe",
        "stamp.LOCAL.tsr",
        "stamp1.sha256",
        "stamp.con.tsr",
        "stamp.sha256.bak",
    ):
        path = f"{NEWEST}/{name}"
        overwrite(stamped.root / path, b"x")
        assert stamped.verdict().exit_code == 1, name
        (stamped.root / path).unlink()
