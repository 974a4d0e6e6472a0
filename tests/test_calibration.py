"""Calibration: probabilities hold on real text, costs find rare classes, settings are chosen by log loss."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.preprocessing import FunctionTransformer

from stance.calibration import Calibrated
from stance.models import WeightedPipeline


def points(frame: pd.DataFrame) -> np.ndarray:
    return frame[["x", "y"]].to_numpy()


def sample(n: int, seed: int, rare: float) -> tuple[pd.DataFrame, np.ndarray]:
    """Two overlapping clouds; `rare` is the share of the class "rare"."""
    rng = np.random.default_rng(seed)
    codes = np.where(rng.random(n) < rare, "rare", "usual")
    centre = np.where(codes == "rare", 1.5, 0.0)[:, None]
    frame = pd.DataFrame(rng.normal(centre, 1, (n, 2)), columns=["x", "y"])
    return frame.assign(group=[str(g) for g in rng.integers(0, 60, n)], calibrates=1.0, sample_weight=1.0), codes


def model(**options: object) -> Calibrated:
    steps = [("points", FunctionTransformer(points)), ("classify", LogisticRegression(class_weight="balanced"))]
    base = WeightedPipeline(steps)
    return Calibrated(base, **options)  # type: ignore[arg-type]


def test_probabilities_hold_although_a_rich_sample_trained() -> None:
    rows, codes = sample(1500, 1, 0.1)
    rich, rich_codes = sample(1500, 2, 0.6)
    rich = rich.assign(calibrates=0.0, group="authored-" + rich["group"])
    fitted = model().fit(pd.concat([rows, rich], ignore_index=True), np.concatenate([codes, rich_codes]))
    fresh, fresh_codes = sample(30_000, 3, 0.1)
    probability = fitted.predict_proba(fresh)[:, 0]
    assert probability.mean() == pytest.approx((fresh_codes == "rare").mean(), abs=0.02)
    sure = probability > 0.5
    assert (fresh_codes[sure] == "rare").mean() == pytest.approx(probability[sure].mean(), abs=0.08)


def test_costs_find_more_of_a_rare_class_than_the_likeliest_class_does() -> None:
    fitted = model().fit(*sample(3000, 4, 0.08))
    fresh, codes = sample(4000, 5, 0.08)
    likeliest = fitted.classes_[fitted.predict_proba(fresh).argmax(axis=1)]
    decided = fitted.predict(fresh)
    assert (decided == "rare").sum() > (likeliest == "rare").sum()
    assert f1_score(codes, decided, average="macro") >= f1_score(codes, likeliest, average="macro") - 0.01


def test_the_setting_with_less_loss_is_chosen() -> None:
    fitted = model(grid={"classify__C": [1e-6, 1.0]}).fit(*sample(800, 6, 0.3))
    assert fitted.model_[-1].C == 1.0


def test_without_real_text_all_rows_calibrate() -> None:
    rows, codes = sample(600, 7, 0.3)
    zero = model().fit(rows.assign(calibrates=0.0), codes)
    one = model().fit(rows, codes)
    np.testing.assert_array_equal(zero.predict_proba(rows), one.predict_proba(rows))
