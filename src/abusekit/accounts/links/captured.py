"""Words of the captured pages that name their author: one post a page, whoever captured it how often."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import NamedTuple

from abusekit.accounts.ledger.from_captures import Sites
from abusekit.accounts.ledger.page_subjects import claimed
from abusekit.accounts.model import AccountKey, Where
from abusekit.capture.page_facts import PageFact, facts_of_item
from abusekit.case.folder import Case
from abusekit.errors import AbusekitError


class CapturedPost(NamedTuple):
    account: AccountKey
    text: str
    where: Where


class _Page(NamedTuple):
    item: str
    facts: tuple[PageFact, ...]
    final: str


def captured_posts(case: Case, left_out: Collection[str], unread: list[str]) -> Iterator[CapturedPost]:
    """A page that contradicts itself about its author or its words gives none: it is a claim of its maker.

    unread: takes in words what could not be read. Raises LogFormError, TornLogError, CaseError.
    """
    pages = list(_pages(case, left_out, unread))
    sites = Sites()
    for page in pages:
        sites.learn(page.facts, page.final)
    seen: set[tuple[AccountKey, str]] = set()
    for page in pages:
        named = claimed(page.facts, page.final, sites.platform_of(page.final)).named
        text, where = _text(page.facts)
        if named is not None and text and (named.key, text) not in seen:
            seen.add((named.key, text))
            yield CapturedPost(named.key, text, Where(page.item, at=where))


def _pages(case: Case, left_out: Collection[str], unread: list[str]) -> Iterator[_Page]:
    for entry in case.entries():
        if entry["do"] != "item.add" or entry.get("kind") != "capture" or entry["item"] in left_out:
            continue
        try:
            item = case.item(entry["item"])
        except AbusekitError as fault:
            unread.append(f"{entry['item']}: {fault.message}")
            continue
        final = item.facts.get("final_url") or item.source.get("address")
        if item.outcome == "complete" and isinstance(final, str):
            yield _Page(item.id, facts_of_item(item.facts.get("page_facts")), final)


def _text(facts: tuple[PageFact, ...]) -> tuple[str, str]:
    """The longest spelling of the post's words, with its place, where every other one begins it; else nothing."""
    stated = [one for one in facts if one.name == "post.text"]
    longest = max(stated, key=lambda one: len(one.value), default=None)
    if longest is None:
        return "", ""
    words = " ".join(longest.value.split())
    if any(" ".join(one.value.split()).rstrip("….")[:200] not in words for one in stated):
        return "", ""
    return longest.value, longest.where
