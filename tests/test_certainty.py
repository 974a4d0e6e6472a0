"""Prediction sets cover what they promise, for each side; abstaining on the doubtful raises the scores."""

import numpy as np
import pandas as pd
import pytest

from stance.certainty import abstention, coverage, in_set, set_threshold, set_thresholds


def drawn(n: int, seed: int, sharp: dict[str, float]) -> tuple[np.ndarray, np.ndarray, pd.Series]:
    """Calibrated probabilities of four codes; how sharp they are differs by side."""
    rng = np.random.default_rng(seed)
    side = pd.Series(rng.choice(["US", "RUS"], n, p=[0.7, 0.3]))
    probability = np.array([rng.dirichlet(np.full(4, sharp[s])) for s in side])
    return probability, np.array([rng.choice(4, p=p) for p in probability]), side


@pytest.mark.parametrize("level", [0.9, 0.95])
def test_sets_cover_each_side_alike(level: float) -> None:
    sharp = {"US": 0.1, "RUS": 0.6}
    probability, actual, side = drawn(6000, 1, sharp)
    thresholds = set_thresholds(probability[np.arange(len(actual)), actual], side, level)
    found = coverage(*drawn(6000, 2, sharp)[:2], drawn(6000, 2, sharp)[2], thresholds).set_index("scope")
    for scope in ("all", "US", "RUS"):
        assert found.loc[scope, "coverage"] == pytest.approx(level, abs=0.03 if scope != "US" else 0.05)
    assert found.loc["RUS", "size"] > found.loc["US", "size"]


def test_the_likeliest_code_is_always_in_the_set() -> None:
    probability = np.array([[0.3, 0.25, 0.25, 0.2]])
    assert in_set(probability, pd.Series([""]), {"all": 0.9}).tolist() == [[True, False, False, False]]


def test_a_side_of_few_statements_takes_the_common_threshold() -> None:
    thresholds = set_thresholds(np.linspace(0, 1, 40), pd.Series(["US"] * 35 + ["RUS"] * 5), 0.9)
    assert set(thresholds) == {"all", "US"}


def test_abstaining_keeps_the_surest() -> None:
    probability, actual, _ = drawn(3000, 3, {"US": 0.3, "RUS": 0.3})
    table = abstention(probability, actual, probability.argmax(axis=1))
    assert table["kept"].is_monotonic_decreasing and table["least_confidence"].is_monotonic_increasing
    assert table["accuracy"].iloc[-1] > table["accuracy"].iloc[0] + 0.1


def test_prediction_sets_cover_new_statements() -> None:
    """Split conformal sets: mean coverage over 300 simulated calibrations lies within 1 / (n + 1) above the nominal level."""
    rng = np.random.default_rng(3)
    coverage = []
    for _ in range(300):
        seen, new = rng.beta(2, 1, 99), rng.beta(2, 1, 500)
        coverage.append((new >= set_threshold(seen, 0.9)).mean())
    assert 0.89 <= np.mean(coverage) <= 0.92
