"""The measures of the benchmark, against examples worked out by hand; baselines and pairs."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from benchmarks import attribution_metrics as metrics
from benchmarks.attribution_baselines import Cosine4, Logistic, Ppm5
from benchmarks.attribution_packs import Author, pairs, read, thirds
from benchmarks.attribution_transfer import claims, rows
from benchmarks.measure import BenchmarkError

SAME, DIFFERENT = [3.0, 1.0, -1.0, 0.0], [2.0, -2.0, -3.0, 0.0]


def test_auc_counts_ties_half() -> None:
    # 3 beats all 4; 1 beats -2, -3, 0; -1 beats -2, -3; 0 beats -2, -3 and ties with 0
    assert metrics.auc(SAME, DIFFERENT) == (4 + 3 + 2 + 2.5) / 16


def test_c_at_1_credits_what_is_left_open() -> None:
    # 4 of 8 right, 2 of 8 open: (4 + 2 * 4/8) / 8
    assert metrics.c_at_1(SAME, DIFFERENT) == pytest.approx((4 + 2 * 4 / 8) / 8)


def test_f05u_punishes_false_links_and_what_is_left_open() -> None:
    # true 2, missed 1, open 2, false 1
    assert metrics.f05u(SAME, DIFFERENT) == pytest.approx(1.25 * 2 / (1.25 * 2 + 0.25 * (1 + 2) + 1))


def test_brier_is_at_even_odds() -> None:
    log = math.log(3)  # probability 3/4
    assert metrics.brier([log], [log]) == pytest.approx(1 - (1 / 16 + 9 / 16) / 2)
    assert metrics.brier([800], [-800]) == 1


def test_cllr_is_one_for_no_information_and_zero_for_all() -> None:
    assert metrics.cllr([0, 0], [0]) == pytest.approx(1)
    assert metrics.cllr([50], [-50]) == pytest.approx(0)
    assert metrics.cllr([math.log(3)], [math.log(3)]) == pytest.approx((math.log2(4 / 3) + math.log2(4)) / 2)
    assert metrics.cllr([-5], [5]) > 1


def test_the_least_cllr_keeps_the_order_only() -> None:
    assert metrics.cllr_min([1, 2], [-1, 0]) == pytest.approx(0)
    assert metrics.cllr_min([1], [1]) == pytest.approx(1)
    assert metrics.cllr_min([-1], [1]) == pytest.approx(1)  # the wrong way round: one block, no information
    # blocks: {-1: different}, {0: both}, {1: same}: halves of either class in the middle, at even odds
    assert metrics.cllr_min([0, 1], [-1, 0]) == pytest.approx((0.5 + 0.5) / 2)
    assert metrics.cllr_min(SAME, DIFFERENT) <= metrics.cllr(SAME, DIFFERENT)
    scaled = [5 * one + 2 for one in SAME], [5 * one + 2 for one in DIFFERENT]
    assert metrics.cllr_min(*scaled) == pytest.approx(metrics.cllr_min(SAME, DIFFERENT))


def test_recall_is_above_the_score_that_the_rate_leaves() -> None:
    different = [float(one) for one in range(100)]
    # one in a hundred may lie above: the second highest, 98, is the limit
    assert metrics.recall_at([97.5, 98, 98.5, 200], different, 0.01) == 0.5
    assert metrics.recall_at([97.5, 99.5], different, 0.001) == 0.5


def test_logistic_regression_finds_what_two_normal_distributions_have() -> None:
    # classes at +1 and -1, spread 1, in quantiles: the logarithm of the ratio of densities is 2 x
    from statistics import NormalDist

    quantiles = [NormalDist().inv_cdf((at + 0.5) / 400) for at in range(400)]
    model = Logistic([[1 + one] for one in quantiles], [[-1 + one] for one in quantiles[::2]])
    assert model.slopes[0] == pytest.approx(2, abs=0.1)
    assert model.intercept == pytest.approx(0, abs=0.05)  # classes weigh alike, however many


def test_baselines_know_a_text_again() -> None:
    texts = [
        "the owl sat in the tree and said hoo",
        "the owl in the tree said hoo hoo",
        "11223344556677889900",
    ]
    cosine = Cosine4(texts)
    assert cosine.score(texts[0], texts[0]) == pytest.approx(1)
    assert cosine.score(texts[0], texts[1]) > 0.3 > cosine.score(texts[0], texts[2]) == 0
    ppm = Ppm5()
    assert ppm.scores(texts[0], texts[1])[0] > ppm.scores(texts[0], texts[2])[0]
    assert ppm.scores(texts[0], texts[1]) == pytest.approx(ppm.scores(texts[1], texts[0]))
    # nothing of it was seen: eight bits a character either way
    assert ppm.scores("aaaa", "bbbb") == (-8, 0)


def _authors(count: int) -> list[Author]:
    return [Author(f"u{at}", (f"a {at}",), (f"b {at}",), ((), ())) for at in range(count)]


def test_authors_are_split_and_each_is_tested_once_in_three_turns() -> None:
    tested = []
    for number in (3, 4, 5):
        split = thirds(_authors(12), number)
        names = [{one.name for one in part} for part in (split.cohort, split.calibration, split.test)]
        assert not names[0] & names[1] | names[0] & names[2] | names[1] & names[2]
        tested += sorted(names[2])
    assert sorted(tested) == sorted(one.name for one in _authors(12))


def test_pairs_are_all_same_ones_and_some_of_the_different() -> None:
    found = list(pairs(_authors(5), 7, 1))
    assert sum(one is other for one, other in found) == 5
    assert len(found) == len(set(found)) == 12
    assert len(list(pairs(_authors(5), 1000, 1))) == 25


def test_transfer_is_measured_on_any_file_of_the_form(shared_data: Path, tmp_path: Path) -> None:
    lines = (shared_data / "attribution" / "ubuntu_av_n30.jsonl").read_text("utf-8").splitlines()[:24]
    other = tmp_path / "other.jsonl"
    other.write_text(
        "\n".join(json.dumps({key: json.loads(line)[key] for key in ("author", "a", "b")}) for line in lines)
    )
    found = claims(read(other), 12, [1])
    assert len(found.same) == 12
    assert len(found.different) == 12 * 11
    printed, targets = rows("other", found)
    assert "12 same, 132 different" in printed[0]
    assert [target.limit for target in targets] == [0.02, 0.003, 0.001, 0.65]
    assert all(target.reached for target in targets[:3])
    with pytest.raises(BenchmarkError):
        claims(read(other), 22, [1])
    other.write_text("{}")
    with pytest.raises(BenchmarkError):
        read(other)
