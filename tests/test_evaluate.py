"""Evaluation: the better model is chosen by cross-validation alone, and scores have their intervals."""

from typing import Any

import pandas as pd
import pytest

from labelled import featured
from stance.evaluate import SHOWN, Evaluation, _names, evaluate
from stance.features import word_names
from stance.models import BEST, FAST
from stance.params import Evaluate, Split, Train
from stance.robustness import codes_for_next_step
from stance.split import split
from stance.train import train

TRAINING = Train(folds=2, inner_folds=2, jobs=1)


@pytest.fixture(scope="module")
def fitted() -> dict[str, Any]:
    authored = featured(4).assign(group=lambda rows: "authored-" + rows["group"], statement_id=lambda rows: "a" + rows["statement_id"])
    parts = split(pd.concat([featured(40, "corpus"), authored], ignore_index=True), params=Split(test_share=0.2))
    results = {name: train(parts.train, name=name, params=TRAINING) for name in ("dummy", "naive_bayes", "words", "vectors", "blend")}
    return {
        "train": parts.train,
        "test": parts.test,
        "out_of_fold": {name: result.out_of_fold for name, result in results.items()},
        "models": {name: result.models for name, result in results.items()},
    }


@pytest.fixture(scope="module")
def result(fitted: dict[str, Any]) -> Evaluation:
    return run(fitted)


def run(fitted: dict[str, Any]) -> Evaluation:
    return evaluate(**fitted, params=Evaluate(replicates=100, learning_points=2), training=TRAINING)


def test_the_better_model_is_chosen_with_its_lead(result: Evaluation) -> None:
    assert result.chosen[BEST]["act"] in {"naive_bayes", "words", "vectors", "blend"}
    assert result.chosen[FAST]["act"] == "words"
    lead = result.metrics["lead"]["act"]
    assert lead["low"] <= lead["value"] <= lead["high"]


def test_a_model_of_acts_alone_is_scored_and_chosen_for_acts_alone(result: Evaluation) -> None:
    scores = result.tables["scores"]
    assert set(scores.loc[scores["model"] == "blend", "target"]) == {"act"}
    assert "blend" not in {result.chosen[use][target] for use in (BEST, FAST) for target in ("issue", "stance")}


def test_parts_left_out_are_scored_by_a_model_without_vectors(fitted: dict[str, Any], result: Evaluation) -> None:
    assert result.metrics["without_vectors"] in {"naive_bayes", "words", "blend"}
    curve, scores = result.tables["learning_curve"], result.tables["scores"]
    same = scores[(scores["model"] == result.metrics["without_vectors"]) & (scores["part"] == "test") & (scores["scope"] == "all")]
    whole = same.loc[(same["target"] == "act") & (same["metric"] == "macro_f1"), "value"].iloc[0]
    assert curve["macro_f1"].iloc[-1] == pytest.approx(whole)


def test_the_test_part_has_no_say_in_the_choice(fitted: dict[str, Any], result: Evaluation) -> None:
    spoilt = run(fitted | {"test": fitted["test"].assign(act=list(reversed(fitted["test"]["act"])))})
    for use in (BEST, FAST):
        assert {target: spoilt.chosen[use][target] for target in ("act", "issue", "stance")} == {
            target: result.chosen[use][target] for target in ("act", "issue", "stance")
        }
        assert spoilt.chosen[use]["thresholds"] == result.chosen[use]["thresholds"]


def test_words_that_are_as_frequent_keep_the_order_of_the_text() -> None:
    """The order of a set of strings changes from run to run, and would show where words speak for an act alike."""
    text = "the last barges left the harbour before dawn while nobody watched the northern shore"
    assert _names(pd.DataFrame({"text": [text] * SHOWN}))["words"] == list(dict.fromkeys(word_names(text)))


def test_authored_statements_are_not_scored(fitted: dict[str, Any], result: Evaluation) -> None:
    scores = result.tables["scores"]
    real = (fitted["train"]["origin"] == "corpus").sum()
    assert set(scores.loc[(scores["part"] == "cross-validation") & (scores["scope"] == "all"), "n"]) == {real}


def test_scores_hold_every_part_side_and_source(result: Evaluation) -> None:
    scores = result.tables["scores"]
    assert set(scores["part"]) == {"cross-validation", "test"}
    assert {"all", "US", "RUS", "news", "invented", "random part"} <= set(scores.loc[scores["target"] == "act", "scope"])
    known = scores.dropna()
    assert ((known["low"] <= known["value"] + 1e-9) & (known["value"] <= known["high"] + 1e-9)).mean() > 0.95


def test_the_gap_is_the_difference_of_the_sides(result: Evaluation) -> None:
    scores = result.tables["scores"]
    macro = scores[scores["target"] == "act"].pivot(index=["model", "part"], columns=["scope", "metric"], values="value")
    for scope, sides in {"all": ("US", "RUS"), "random part": ("random part, US", "random part, RUS")}.items():
        one, other = (macro[side, "macro_f1"] for side in sides)
        assert macro[scope, "macro_f1_gap"].to_numpy() == pytest.approx((one - other).to_numpy(), nan_ok=True)
    assert macro["all", "macro_f1_gap"].notna().all()


def test_learning_curve_grows_to_all_coded_statements(fitted: dict[str, Any], result: Evaluation) -> None:
    curve = result.tables["learning_curve"]
    assert curve["n_codes"].is_monotonic_increasing
    assert curve["n_codes"].iloc[-1] == (fitted["train"]["origin"] == "corpus").sum()


def test_origins_and_left_out_parts_are_scored(result: Evaluation) -> None:
    assert result.tables["origins"]["trained_on"].tolist() == ["authored alone", "coded alone", "both"]
    assert set(result.tables["sets"]["scope"]) == {"all", "US", "RUS"}
    assert result.tables["abstention"]["kept"].iloc[0] == 1


def test_codes_for_the_next_step_follow_the_curve() -> None:
    curve = pd.DataFrame({"n_codes": [100, 200, 400, 800], "macro_f1": [0.4, 0.5, 0.6, 0.7]})
    assert codes_for_next_step(curve) == round(800 * (2**0.5 - 1))
    assert codes_for_next_step(curve.assign(macro_f1=0.5)) is None
    assert codes_for_next_step(curve.head(2)) is None


def test_evaluating_twice_gives_the_same(fitted: dict[str, Any], result: Evaluation) -> None:
    again = run(fitted)
    assert again.metrics == result.metrics
    assert all(again.tables[name].equals(table) for name, table in result.tables.items())
