"""Scores of whole numbers side by side, against the same cosines worked out plainly, one n-gram after the other."""

from __future__ import annotations

import json
import math
from collections import Counter
from pathlib import Path

import pytest

from abusekit.accounts.signals import style
from abusekit.accounts.signals.calibration import Styled, normalised
from abusekit.accounts.signals.distortion import commonest, distorted
from abusekit.accounts.signals.style import VIEWS, Corpus
from abusekit.accounts.signals.style_sample import sample


@pytest.fixture(scope="module")
def accounts(shared_data: Path) -> dict[str, list[str]]:
    text = (shared_data / "attribution" / "ubuntu_av_n30.jsonl").read_text("utf-8")
    return {f"account {at}": json.loads(line)["a"] for at, line in enumerate(text.splitlines()[:24])}


def _cosines(texts: dict[str, str], words: int) -> dict[tuple[str, str], float]:
    """Sublinear TF-IDF as the textbook writes it."""
    kept = commonest(texts.values(), words)
    counts = {}
    for account, text in texts.items():
        masked = distorted(text, kept)
        counts[account] = Counter(
            masked[at : at + size] for size in (2, 3, 4, 5) for at in range(len(masked) - size + 1)
        )
    spread = Counter(gram for one in counts.values() for gram in one)
    vectors = {}
    for account, found in counts.items():
        raw = {
            gram: (1 + math.log(count)) * (math.log((1 + len(texts)) / (1 + spread[gram])) + 1)
            for gram, count in found.items()
            if spread[gram] >= 2 + len(texts) // 50
        }
        length = math.sqrt(math.fsum(value * value for value in raw.values()))
        vectors[account] = {gram: value / length for gram, value in raw.items()}
    return {
        (one, other): math.fsum(value * vectors[other].get(gram, 0.0) for gram, value in vectors[one].items())
        for one in texts
        for other in texts
    }


@pytest.mark.parametrize(("block", "worth"), [(128, 8), (9, 8), (128, 1000), (5, 1)])
def test_scores_are_those_of_the_plain_way(
    accounts: dict[str, list[str]], block: int, worth: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(style, "BLOCK", block)
    monkeypatch.setattr(style, "WORTH_A_BLOCK", worth)
    texts = {account: "\n".join(sample(posts).evenly(30)) for account, posts in accounts.items()}
    plain = [_cosines(texts, words) for words in VIEWS]
    corpus = Corpus(accounts)
    pairs = [(one, other) for one in accounts for other in list(accounts)[:4] if one != other]
    for one, other in pairs:
        found = corpus.compare(one, other, cohort=accounts)
        assert isinstance(found, Styled)
        cohort = [account for account in accounts if account not in (one, other)]
        z = [
            normalised(
                cosines[one, other],
                [cosines[one, account] for account in cohort],
                [cosines[other, account] for account in cohort],
            )
            for cosines in plain
        ]
        assert found.z == pytest.approx(sum(z) / len(z), abs=1e-10)


def test_a_cosine_differs_from_the_plain_one_by_less_than_a_million_millionth(
    accounts: dict[str, list[str]],
) -> None:
    texts = {account: "\n".join(sample(posts).evenly(30)) for account, posts in accounts.items()}
    plain = _cosines(texts, 50)
    view = style._View(texts.__getitem__, list(texts), 50)
    for one in texts:
        assert view.scores(one, list(texts)) == pytest.approx(
            [plain[one, other] for other in texts], abs=1e-12, rel=0
        )


def test_the_way_in_which_a_score_is_worked_out_changes_no_bit_of_it(
    accounts: dict[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    names = list(accounts)
    pairs = [(one, other) for one in names[:6] for other in names[:6] if one != other]
    found = []
    for block, worth in ((128, 8), (9, 8), (128, 1000)):
        monkeypatch.setattr(style, "BLOCK", block)
        monkeypatch.setattr(style, "WORTH_A_BLOCK", worth)
        corpus = Corpus(accounts)
        # two cohorts, one after the other: a row that is there already gets the second block, too
        few, whole = names[6:17], list(accounts)
        found.append([corpus.compare(one, other, cohort=few) for one, other in pairs])
        found[-1] += [corpus.compare(one, other, cohort=whole) for one, other in pairs]
    assert found[0] == found[1] == found[2]
