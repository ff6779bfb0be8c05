"""The rules of the house that no linter knows."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest

OWNERS: dict[str, tuple[str, ...]] = {
    "click": ("cli",),
    "yaml": (
        "case.settings", "safety", "capture.tables", "browser.page.behaviours", "accounts.papers.preservation",
    ),
    "filelock": ("case",),
    "cryptography": (
        "integrity.keys.store", "integrity.keys.signing", "integrity.keys.sshsig", "integrity.keys.publickey",
        "integrity.timestamps.timestamp_certificate", "integrity.timestamps.timestamp_chain",
        "integrity.timestamps.timestamp_sound", "capture.tls", "demo.authority",
        "demo.timestamp_identity", "demo.timestamp_issuer", "importers.social.bluesky_signature",
        "importers.mail.dkim_check", "importers.mail.dkim_tags",
    ),
    "dkim": ("importers.mail.dkim_check",),
    "dns": ("net.dns_txt",),
    "olefile": ("importers.mail.outlook_msg",),
    "oxmsg": ("importers.mail.outlook_msg",),
    "libipld": ("importers.social.dag_cbor",),
    "h11": ("capture.wire", "net.timestamp_http"),
    "hpack": ("browser.recorder.http2_frames",),
    "PIL": ("importers.exif", "demo", "screenshots.redraw", "accounts.signals.picture_pixels"),
    "pillow_heif": ("importers.decoders", "cli.doctor"),
    "exifread": ("importers.exif",),
    "jinja2": ("demo", "accounts.papers.sheet_html"),
    "brotlicffi": ("capture.coding", "demo.answers"),
    "platformdirs": ("cli.options",),
    "rfc3161_client": ("integrity.timestamps.timestamp",),
    "msgspec": ("",),
}  # fmt: skip
"""Third-party package → the modules or folders of abusekit that may import it; "" is any."""

MOST_LINES = 450
STANDS_ALONE = "kit.programs.verify_case"
"""The program for strangers: it prints, reads the clock, and is one file, to be read and run without abusekit."""
MOST_LINES_OF_IT = 1_550
EXTRAS = ("heif", "msg", "bluesky")
BY_NAME = {"pillow_heif"}
"""Extras that are looked for by name, since they may be absent."""
NOT_IMPORTED = {
    "bcrypt": "cryptography opens private keys with it",
    "tzdata": "zoneinfo reads it where the system has none",
}
DISTRIBUTIONS = {
    "pillow": "PIL",
    "pillow-heif": "pillow_heif",
    "pyyaml": "yaml",
    "rfc3161-client": "rfc3161_client",
    "dkimpy": "dkim",
    "dnspython": "dns",
    "python-oxmsg": "oxmsg",
}
"""Distribution → the package that is imported, where the names differ."""


def sources(project: Path) -> list[Path]:
    found = sorted((project / "src" / "abusekit").rglob("*.py"))
    assert len(found) > 80
    return found


def module_of(path: Path) -> str:
    parts = path.with_suffix("").parts
    return ".".join(parts[len(parts) - 1 - parts[::-1].index("abusekit") + 1 :]).removesuffix(".__init__")


def imports(tree: ast.AST) -> Iterator[str]:
    """Top-level names of all imports, wherever they stand."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            yield node.module.split(".")[0]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in BY_NAME:
            yield node.value


def strangers(tree: ast.AST, module: str) -> list[str]:
    """Third-party packages that this module imports and does not own."""
    wrong = []
    for name in sorted(set(imports(tree)) - sys.stdlib_module_names - {"abusekit"}):
        owners = OWNERS.get(name, ())
        if not any(not owner or module == owner or module.startswith(owner + ".") for owner in owners):
            wrong.append(name)
    return wrong


def test_each_third_party_package_has_its_owner(project: Path) -> None:
    found = {
        module_of(path): strangers(ast.parse(path.read_text("utf-8")), module_of(path))
        for path in sources(project)
    }
    assert {module: names for module, names in found.items() if names} == {}


def test_no_owner_is_named_for_nothing(project: Path) -> None:
    used = {
        (name, module_of(path))
        for path in sources(project)
        for name in imports(ast.parse(path.read_text("utf-8")))
    }
    for name, owners in OWNERS.items():
        for owner in owners:
            assert any(
                n == name and (not owner or m == owner or m.startswith(owner + ".")) for n, m in used
            ), (name, owner)


def test_what_is_installed_is_what_is_imported(project: Path) -> None:
    """No dependency that nobody uses, none that is not stated."""
    stated = tomllib.loads((project / "pyproject.toml").read_text("utf-8"))["project"]
    lines = [*stated["dependencies"], *chain(*(stated["optional-dependencies"][name] for name in EXTRAS))]
    names = {re.split(r"[\[<>=~!; ]", line)[0].lower() for line in lines} - set(NOT_IMPORTED)
    assert {DISTRIBUTIONS.get(name, name) for name in names} == set(OWNERS)


@pytest.mark.parametrize(
    ("text", "module", "wrong"),
    [
        ("import requests", "capture.http", ["requests"]),
        ("def f():\n    from yaml import load", "timeline.row", ["yaml"]),
        ("import click.testing", "cli.verify", []),
        ("import clicks", "cli", ["clicks"]),
        ("from .x import y\nimport os, json", "case.x", []),
    ],
)
def test_a_stranger_is_found(text: str, module: str, wrong: list[str]) -> None:
    assert strangers(ast.parse(text), module) == wrong


def test_files_stay_small(project: Path) -> None:
    sizes = {module_of(path): len(path.read_text("utf-8").splitlines()) for path in sources(project)}
    assert sizes.pop(STANDS_ALONE) <= MOST_LINES_OF_IT
    assert {module: lines for module, lines in sizes.items() if lines > MOST_LINES} == {}


def printed(tree: ast.AST) -> list[int]:
    """Lines that print, or write to the terminal."""
    found = []
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in ("print", "input")
        ):
            found.append(node.lineno)
        if (
            isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id == "sys"
            and node.attr in ("stdout", "stderr", "stdin")
        ):
            found.append(node.lineno)
    return found


def test_only_the_command_line_speaks(project: Path) -> None:
    loud = {
        module: lines
        for path in sources(project)
        if (module := module_of(path)) and not module.startswith(("cli", STANDS_ALONE))
        for lines in [printed(ast.parse(path.read_text("utf-8")))]
        if lines
    }
    assert loud == {}
    assert printed(ast.parse("import sys\nprint(1)\nsys.stderr.write('x')")) == [2, 3]


CLOCKS = {
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
    ("time", "time"),
}


def clocks(tree: ast.AST) -> list[int]:
    """Lines that ask a clock for the time of day."""
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and (node.value.id, node.attr) in CLOCKS
    ]


def test_only_the_command_line_reads_the_clock(project: Path) -> None:
    """`now` is a parameter everywhere else; what plays another computer (practice site, time-stamp authority)
    has a clock of its own."""
    read = {
        module: lines
        for path in sources(project)
        if (module := module_of(path))
        and not module.startswith(
            ("cli", "demo.site", "demo.time_server", "demo.timestamp_authority", STANDS_ALONE)
        )
        for lines in [clocks(ast.parse(path.read_text("utf-8")))]
        if lines
    }
    assert read == {}
    assert clocks(ast.parse("datetime.now(UTC)\ntime.time()\ntime.monotonic()")) == [1, 2]


def test_names_that_say_nothing_are_not_used(project: Path) -> None:
    empty = {"utils", "util", "helpers", "helper", "common", "manager", "handler", "misc", "data"}
    assert [module_of(p) for p in sources(project) if set(module_of(p).split(".")) & empty] == []


def test_test_files_have_names_of_their_own(project: Path) -> None:
    """pytest imports them by their bare names: a second one of a name is not run, but an error."""
    names = [path.name for path in (project / "tests").rglob("test_*.py")]
    assert sorted(set(names)) == sorted(names)
