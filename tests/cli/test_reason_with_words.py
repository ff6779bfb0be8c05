"""What a person gives as a reason has a letter or a digit in it, by the same rule as the log's."""

from __future__ import annotations

import pytest

from abusekit.cli.acts import needed_reason
from abusekit.errors import UsageError
from abusekit.integrity.log.logacts import _WORDS


@pytest.mark.parametrize(
    "reason", ["", " ", "\u200b\u2060", "\u2800\u3164", "--", "_", "\u202e", "\uffa0 \u115f"]
)
def test_a_reason_without_words_is_none(reason: str) -> None:
    assert _WORDS.match(reason) is None
    with pytest.raises(UsageError, match="reason"):
        needed_reason(reason)


@pytest.mark.parametrize("reason", ["7", "she said so", "\u200bб", "  да  ", "理由", "\n\nx"])
def test_a_reason_with_words(reason: str) -> None:
    assert _WORDS.match(reason) is not None and needed_reason(reason) == reason.strip()
