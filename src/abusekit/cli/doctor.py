"""`abusekit doctor`: is this computer ready?"""

from __future__ import annotations

import shutil
import sys
import time
from typing import TYPE_CHECKING

import click

from abusekit.cli.options import Session, key_store, now, with_session

if TYPE_CHECKING:
    from abusekit.cli.answers import Checked
    from abusekit.net.clock import TimeServer


PROGRAMS = (
    ("ssh-keygen", "others check our signatures with it"),
    ("sha256sum", "others check our digests with it"),
    ("openssl", "others check time stamps with it"),
)
LOW_SPACE = 5 << 30


@click.command("doctor")
@click.option(
    "--ntp",
    multiple=True,
    envvar="ABUSEKIT_NTP",
    metavar="HOST[:PORT]",
    help="Compare the clock with this time server; repeat for more.",
)
@with_session()
def doctor_command(session: Session, ntp: tuple[str, ...]) -> int:
    """Check this computer: clock, programs, keys, extras.

    Starts the browser once, on an empty page, and connects to nothing but the time servers that --ntp or
    ABUSEKIT_NTP name. Exit code 7 when something that is needed is missing.

    \b
    Example:
      abusekit doctor
    """
    from abusekit.cli import doctor_browser
    from abusekit.net.clock import servers

    asked = servers(ntp)
    if asked:
        session.say(f"asks the time of {', '.join(str(one) for one in asked)}")
    checks = [
        *_tool(),
        _clock(asked),
        *_programs(),
        *doctor_browser.checks(),
        _keys(),
        *_extras(),
        *_case(session),
    ]
    code = 7 if any(check.state == "missing" for check in checks) else 0
    if session.json:
        from abusekit.cli.answers import DoctorAnswer

        session.answer(DoctorAnswer(checks, code))
        return code
    for check in checks:
        session.print(f"{check.state:12} {check.what:12} {check.detail}")
    return code


def _checked(what: str, state: str, detail: str) -> Checked:
    from abusekit.cli.answers import Checked

    return Checked(what, state, detail)


def _tool() -> list[Checked]:
    from abusekit import __version__
    from abusekit.case.tool import build_digest, self_test

    result = self_test()
    state = "missing" if result.startswith("FAILED") else "ok"
    return [
        _checked("abusekit", "ok", f"{__version__}, build {build_digest()}, Python {sys.version.split()[0]}"),
        _checked("self-test", state, result),
    ]


def _clock(asked: tuple[TimeServer, ...]) -> Checked:
    before, mono = now(), time.monotonic()
    time.sleep(0.2)
    drift = abs((now() - before).total_seconds() - (time.monotonic() - mono))
    if not 2024 < before.year < 2100 or drift > 0.1:
        return _checked(
            "clock", "missing", f"{before.isoformat()} looks wrong, or jumps: set it right before you record"
        )
    if asked:
        return _compared(asked)
    why = "not compared with an outside clock (--ntp HOST does)"
    return _checked("clock", "not-checked", f"{before.isoformat(timespec='seconds')}; {why}")


def _compared(asked: tuple[TimeServer, ...]) -> Checked:
    from abusekit.capture.run_clock import WRONG_US, said_of
    from abusekit.cli.clock_options import steady
    from abusekit.net.clock import Measuring

    measured = Measuring(asked, now=now, monotonic=steady).result()
    state = "ok" if measured.result == "checked" else "not-checked"
    if measured.result == "disagree" or abs(measured.offset_us or 0) >= WRONG_US:
        state = "missing"
    return _checked("clock", state, said_of(measured))


def _programs() -> list[Checked]:
    found = []
    for name, why in PROGRAMS:
        path = shutil.which(name)
        found.append(_checked(name, "ok" if path else "optional", f"{path or 'not found'}; {why}"))
    return found


def _keys() -> Checked:
    from abusekit.errors import AbusekitError
    from abusekit.integrity.keys import store as keys

    store = key_store()
    if not store.is_dir():
        return _checked("keys", "optional", "none yet: abusekit key create NAME")
    try:
        names = [info.name for info in keys.listing(store) if info.can_sign and info.revoked is None]
    except AbusekitError as fault:
        return _checked("keys", "missing", f"{fault.message}; {fault.hint}")
    return _checked(
        "keys", "ok" if names else "optional", ", ".join(names) or "none yet: abusekit key create NAME"
    )


def _extras() -> list[Checked]:
    from importlib.util import find_spec

    here = find_spec("pillow_heif") is not None
    detail = (
        "reads HEIC photos"
        if here
        else "absent: HEIC photos are stored, but hardly read; pip install 'abusekit[heif]'"
    )
    return [_checked("extra heif", "ok" if here else "optional", detail)]


def _case(session: Session) -> list[Checked]:
    from abusekit.errors import CaseError

    try:
        case = session.case()
        settings = case.settings()
    except CaseError as fault:
        return [_checked("case", "missing" if session.folder else "optional", fault.message)]
    free = shutil.disk_usage(case.root).free
    state = "ok" if free > LOW_SPACE else "missing"
    return [
        _checked("case", "ok", f"{settings.reference}, {len(case.item_ids())} items"),
        _checked("disk", state, f"{free / 2**30:.1f} GiB free where the case is"),
    ]
