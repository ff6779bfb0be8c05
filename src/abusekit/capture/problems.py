"""Problems of one capture, bounded: a page chooses their number and the addresses that they name."""

from __future__ import annotations

from abusekit.webarchive.exchange import Problem

PROBLEMS_LIMIT = 500
"""Problems listed for one capture; the numbers in `requisites` count all."""

PROBLEMS_SIZE = 256 << 10
"""Characters of all problems listed for one capture."""


def bounded(problems: list[Problem]) -> tuple[Problem, ...]:
    """The first problems, and how many more there are."""
    size = 0
    for number, one in enumerate(problems):
        size += len(one.detail) + len(one.where)
        if number >= PROBLEMS_LIMIT or size > PROBLEMS_SIZE:
            detail = f"{len(problems) - number} more problems are not listed"
            return (*problems[:number], Problem("more-problems", detail))
    return tuple(problems)
