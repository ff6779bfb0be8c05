"""The file of certificates beside a token is for people: it holds what is in the token, and is no hiding place."""

from __future__ import annotations

import base64
import shutil

import pytest
from forger import extend, listed, overwrite
from honest_case import Suspect
from stamped_case import NEWEST, Stamped

from abusekit.case.folder import Case
from abusekit.export.partial import export_partial, plan_partial
from abusekit.integrity.findings import Status

PEM = f"{NEWEST}/stamp.local-a.pem"
MORE = (
    b"-----BEGIN CERTIFICATE-----\n" + base64.b64encode(b"another exhibit") + b"\n-----END CERTIFICATE-----\n"
)


def _honest(stamped: Stamped) -> bytes:
    return (stamped.root / PEM).read_bytes()


@pytest.mark.parametrize(
    "name", ["other bytes", "one more", "one less", "words before", "words behind", "none", "huge"]
)
def test_holds_something_else(stamped: Stamped, name: str) -> None:
    """Behind the newest seal, with a log that says so: only its token contradicts it."""
    pem = _honest(stamped)
    data = {
        "other bytes": b"<html>a letter that somebody smuggles in</html>",
        "one more": pem + MORE,
        "one less": pem[: pem.rindex(b"-----BEGIN")],
        "words before": b"read this\n" + pem,
        "words behind": pem + b"read this\n",
        "none": b"",
        "huge": pem + b"x" * (1 << 20),
    }[name]
    stamped.replace_logged(PEM, data)
    verdict = stamped.finds(1, "stamp", Status.CHANGED, PEM)
    assert verdict.path == PEM


def test_the_order_says_nothing(stamped: Stamped) -> None:
    blocks = _honest(stamped).split(b"-----BEGIN")[1:]
    stamped.replace_logged(PEM, b"".join(b"-----BEGIN" + block for block in reversed(blocks)))
    assert stamped.verdict().exit_code == 0


def test_of_a_token_that_was_never_there(stamped: Stamped) -> None:
    overwrite(stamped.root / f"{NEWEST}/stamp.smuggled.pem", MORE)
    stamped.finds(1, "stamp", Status.CHANGED, f"{NEWEST}/stamp.smuggled.pem", says="never there")


def test_the_same_list_again(stamped: Stamped) -> None:
    """A token under a second name, with room for more files beside it: nobody asks twice over one list."""
    for kind in ("sha256", "local-a.tsq", "local-a.tsr", "local-a.pem"):
        shutil.copy(stamped.root / f"{NEWEST}/stamp.{kind}", stamped.root / f"{NEWEST}/stamp2.{kind}")
    parts = {
        k: listed(stamped.root, f"{NEWEST}/stamp2.{k}")
        for k in ("sha256", "local-a.tsq", "local-a.tsr", "local-a.pem")
    }
    about = {"seal": 15, "list": "stamp2.sha256", "authority": "local-a"}
    extend(
        stamped.root,
        {"do": "seal.ask", **about, "files": [parts["sha256"], parts["local-a.tsq"]]},
        {"do": "seal.stamp", **about, "files": [parts["local-a.pem"], parts["local-a.tsr"]]},
    )
    stamped.finds(1, "stamp", Status.CHANGED, f"{NEWEST}/stamp2.sha256", says="same as another list")


@pytest.mark.parametrize(
    "name", ["stamp.smuggled.pem", "stamp7.local-a.pem", "stamp7.local-a.tsq", "stamp7.sha256"]
)
def test_beside_the_seal_of_a_partial_copy(stamped: Stamped, name: str) -> None:
    """No line of the copy can record what lies there: each file has to be borne out by another."""
    case = Case.open(stamped.root)
    plan = plan_partial(case, ["E0002"])
    copy = Suspect(
        export_partial(case, plan, stamped.root.parent / "copy", trust=stamped.built.trust).folder,
        stamped.built,
    )
    assert copy.verdict().exit_code == 0
    overwrite(copy.root / NEWEST / name, MORE)
    assert copy.verdict().exit_code == 1
