"""Scores against hand-computed values and scikit-learn; intervals by simulation."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import f1_score

from stance.scores import (
    calibration,
    calibration_error,
    confusion,
    draw_weights,
    interval,
    macro_f1,
    mix_weights,
    score_table,
)


def test_by_hand() -> None:
    actual, predicted = np.array([0, 0, 0, 1]), np.array([0, 0, 1, 1])
    assert confusion(actual, predicted, 2).tolist() == [[2, 1], [0, 1]]
    assert macro_f1(confusion(actual, predicted, 2)) == pytest.approx((4 / 5 + 2 / 3) / 2)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=60))
def test_macro_f1_is_that_of_scikit_learn(pairs: list[tuple[int, int]]) -> None:
    actual, predicted = np.array(pairs).T
    expected = f1_score(actual, predicted, labels=np.unique(actual), average="macro", zero_division=0)
    assert macro_f1(confusion(actual, predicted, 4)) == pytest.approx(expected)


def test_groups_are_drawn_whole() -> None:
    groups = np.array(["a", "a", "b", "c", "c", "c"])
    weights = draw_weights(groups, 200, seed=1)
    assert (weights[:, 0] == weights[:, 1]).all() and (weights[:, 3] == weights[:, 5]).all()
    assert weights[:, [0, 2, 3]].sum(axis=1).tolist() == [3] * 200
    assert len(np.unique(weights, axis=0)) > 5


def test_bootstrap_interval_covers_the_true_accuracy() -> None:
    """60 groups of 5 rows each, correct or not together in part: coverage of a nominal .95 over 200 simulated data sets."""
    rng = np.random.default_rng(7)
    hits = 0
    for n in range(200):
        ability = np.repeat(rng.beta(7, 3, 60), 5)
        correct = rng.random(300) < ability
        weights = draw_weights(np.repeat(np.arange(60), 5), 300, seed=n)
        draws = (weights * correct).sum(axis=1) / weights.sum(axis=1)
        found = interval(float(correct.mean()), draws, 0.95)
        hits += found.low <= 0.7 <= found.high
    assert 0.90 <= hits / 200 <= 0.98


def test_score_table_names_the_classes_that_stand() -> None:
    actual, predicted = np.array([0, 1, 1]), np.array([0, 1, 2])
    scores = score_table(actual, predicted, ["a", "b", "c"], draw_weights(actual, 50, 0), 0.95)
    assert scores["recall_b"].value == 0.5
    assert "f1_c" not in scores


def test_calibration_error_of_a_known_table() -> None:
    table = pd.DataFrame({"confidence": [0.6, 0.9], "accuracy": [0.5, 1.0], "n": [30, 10]})
    assert calibration_error(table) == pytest.approx((0.1 * 30 + 0.1 * 10) / 40)
    bins = calibration(np.array([True, False, True, True]), np.array([0.9, 0.5, 0.8, 0.6]), bins=2)
    assert bins["accuracy"].tolist() == [0.5, 1.0]


def test_at_the_same_mix_parts_that_are_read_alike_score_alike() -> None:
    """Eight of ten positives and nine of ten negatives are right in either part, but positives are rarer in the second."""
    sizes = [(0, 100), (0, 100), (1, 40), (1, 360)]
    actual = np.concatenate([np.repeat([n % 2], size) for n, (_, size) in enumerate(sizes)])
    part = np.concatenate([np.repeat(which, size) for which, size in sizes])
    right = np.concatenate([np.arange(size) < size * (0.9 if n % 2 else 0.8) for n, (_, size) in enumerate(sizes)])
    predicted = np.where(right, actual, 1 - actual)
    plain, mixed = [], []
    for which in (0, 1):
        mask = part == which
        plain.append(macro_f1(confusion(actual[mask], predicted[mask], 2)))
        mixed.append(macro_f1(confusion(actual[mask], predicted[mask], 2, mix_weights(actual, mask))))
    assert plain[0] > plain[1] + 0.05
    assert mixed[0] == pytest.approx(mixed[1])
    assert mix_weights(actual, part == 0).sum() == pytest.approx((part == 0).sum())
