"""Each model of the matrix learns what can be learnt, keeps groups whole and survives storage."""

from pathlib import Path

import numpy as np
import pytest

from labelled import labelled
from stance import files
from stance.errors import StanceError
from stance.models import FEATURES, RECIPES, TARGETS, TRUSTED, make_model
from stance.params import Train
from stance.rules import KeywordRules
from stance.train import train

PARAMS = Train(folds=3, inner_folds=2)


@pytest.mark.parametrize("name", RECIPES)
def test_out_of_fold_predictions_are_probabilities_of_every_row(name: str) -> None:
    rows = labelled()
    result = train(rows, name=name, params=PARAMS)
    assert set(result.models) == set(TARGETS)
    acts = [column for column in result.out_of_fold if column.startswith("p_act_")]
    np.testing.assert_allclose(result.out_of_fold[acts].sum(axis=1), 1)
    assert result.out_of_fold["statement_id"].tolist() == rows["statement_id"].tolist()


@pytest.mark.parametrize("name", ["naive_bayes", "logistic_regression", "linear_svm"])
def test_learners_beat_the_prior_on_unseen_groups(name: str) -> None:
    rows = labelled()
    found = train(rows, name=name, params=PARAMS).out_of_fold
    assert (found["act"] == rows["act"]).mean() > 0.9


def test_a_stored_model_predicts_the_same(tmp_path: Path) -> None:
    rows = labelled()
    for name in ("rules", "linear_svm"):
        model = train(rows, name=name, params=PARAMS).models["act"]
        files.write_model(model, tmp_path / "m.skops")
        back = files.read_model(tmp_path / "m.skops", TRUSTED)
        np.testing.assert_array_equal(back.predict_proba(rows[FEATURES]), model.predict_proba(rows[FEATURES]))


def test_training_twice_gives_the_same(tmp_path: Path) -> None:
    rows = labelled()
    for n in (1, 2):
        files.write_model(train(rows, name="logistic_regression", params=PARAMS).models["act"], tmp_path / f"{n}.skops")
    assert (tmp_path / "1.skops").read_bytes() == (tmp_path / "2.skops").read_bytes()


def test_unknown_models_are_named() -> None:
    with pytest.raises(StanceError, match="oracle"):
        make_model("oracle", "act")


def test_keyword_rules_read_cue_and_text() -> None:
    rows = labelled()
    rules = KeywordRules("act").fit(rows[FEATURES], rows["act"])
    probe = rows.head(2)[FEATURES].assign(text=["the units go home", "the units go home"], cue=["demand", "warn"])
    assert rules.predict(probe).tolist() == ["demand", "warning"]
