"""Plans that make no sense are refused before anything is asked."""

from __future__ import annotations

from typing import Any

import pytest

from abusekit.capture.plan import Plan
from abusekit.errors import UsageError


def test_the_default_is_honest_about_the_tool() -> None:
    assert "abusekit/" in Plan().user_agent


@pytest.mark.parametrize(
    "options",
    [
        {"user_agent": "a\r\nX: y"},
        {"user_agent": ""},
        {"user_agent": "é"},
        {"accept_language": "en\n"},
        {"deadline_s": 0},
        {"deadline_s": float("nan")},
        {"deadline_s": float("inf")},
        {"max_bytes": 0},
        {"max_bytes": 1 << 40},
        {"max_redirects": -1},
        {"max_requisites": 100_000},
    ],
)
def test_refused(options: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        Plan(**options)
