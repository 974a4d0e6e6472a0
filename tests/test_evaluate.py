"""Evaluation: the better model is chosen by cross-validation alone, and scores have their intervals."""

from typing import Any

import pytest

from frames import MIXED, coded, predictions
from labelled import labelled
from stance.evaluate import Evaluation, evaluate
from stance.params import Evaluate, Split, Train
from stance.records import CODED, empty
from stance.split import split
from stance.train import train

TRAINING = Train(folds=2, inner_folds=2)


@pytest.fixture(scope="module")
def fitted() -> dict[str, Any]:
    parts = split(labelled(10), params=Split(test_share=0.2))
    results = {name: train(parts.train, name=name, params=TRAINING) for name in ("dummy", "logistic_regression")}
    return {
        "train": parts.train,
        "test": parts.test,
        "out_of_fold": {name: result.out_of_fold for name, result in results.items()},
        "models": {name: result.models for name, result in results.items()},
    }


def run(fitted: dict[str, Any], coded_rows: Any = None) -> Evaluation:
    rows = empty(CODED) if coded_rows is None else coded_rows
    return evaluate(**fitted, coded=rows, params=Evaluate(replicates=100, learning_points=2), training=TRAINING)


def test_the_better_model_is_chosen_with_its_lead(fitted: dict[str, Any]) -> None:
    result = run(fitted)
    assert result.chosen["act"] == "logistic_regression"
    lead = result.metrics["lead"]["act"]
    assert lead["low"] > 0 and lead["low"] <= lead["value"] <= lead["high"]


def test_the_test_part_has_no_say_in_the_choice(fitted: dict[str, Any]) -> None:
    spoilt = fitted["test"].assign(act=list(reversed(fitted["test"]["act"])))
    assert run(fitted | {"test": spoilt}).chosen == run(fitted).chosen


def test_scores_hold_every_model_part_and_side(fitted: dict[str, Any]) -> None:
    scores = run(fitted).scores
    assert set(scores["part"]) == {"cross-validation", "test"}
    assert {"all", "US", "RUS", "news"} <= set(scores.loc[scores["target"] == "act", "scope"])
    known = scores.dropna()
    assert ((known["low"] <= known["value"] + 1e-9) & (known["value"] <= known["high"] + 1e-9)).mean() > 0.95


def test_real_articles_are_scored_apart(fitted: dict[str, Any]) -> None:
    result = run(fitted, coded(predictions(MIXED)))
    assert result.metrics["real_article"]["accuracy"]["n"] == len(MIXED)


def test_learning_curve_grows_to_all_training_rows(fitted: dict[str, Any]) -> None:
    curve = run(fitted).learning_curve
    assert curve["n_train"].is_monotonic_increasing and curve["n_train"].iloc[-1] == len(fitted["train"])


def test_evaluating_twice_gives_the_same(fitted: dict[str, Any]) -> None:
    one, two = run(fitted), run(fitted)
    assert one.metrics == two.metrics and one.scores.equals(two.scores)
