"""The tables of this package that are data, so that people can read, correct and extend them without code."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any


@cache
def table(name: str) -> Any:
    """The content of `capture/NAME.yaml`. It comes with the program and is not checked here."""
    import yaml

    # The reader in C is ten times as fast, and there in every wheel of PyYAML; without it the slow one does.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    text = resources.files("abusekit.capture").joinpath(f"{name}.yaml").read_text("utf-8")
    return yaml.load(text, Loader=loader)  # noqa: S506 - a safe loader, in C or in Python
