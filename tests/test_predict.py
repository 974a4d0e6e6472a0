"""Predictions: probabilities, prediction sets, and batches that change nothing."""

import numpy as np
import pandas as pd
import pytest

from frames import MIXED, predictions
from labelled import classifier, featured
from stance.codebook import ACTS
from stance.params import Predict
from stance.predict import Classifier, classify, predict
from stance.records import STATEMENTS, empty


@pytest.fixture(scope="module", params=["naive_bayes", "blend_vectors"])
def fitted(request: pytest.FixtureRequest) -> Classifier:
    return classifier(featured(), request.param)


def statements() -> pd.DataFrame:
    return predictions(MIXED)[list(STATEMENTS.columns)]


def test_probabilities_add_up_and_the_act_is_in_the_set(fitted: Classifier) -> None:
    found = predict(statements(), fitted, params=Predict()).rows
    probabilities = found[[f"p_{act}" for act in ACTS]].to_numpy()
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)
    for n, row in enumerate(found.to_dict("records")):
        assert {row["act"], ACTS[probabilities[n].argmax()]} <= set(row["prediction_set"])
        assert all(row[f"p_{act}"] < fitted.thresholds["all"] for act in set(ACTS) - set(row["prediction_set"]))


def test_batches_change_nothing(fitted: Classifier) -> None:
    whole, parts = (predict(statements(), fitted, params=Predict(batch=size)).rows for size in (1000, 3))
    pd.testing.assert_frame_equal(whole, parts)


def test_no_statements(fitted: Classifier) -> None:
    assert predict(empty(STATEMENTS), fitted, params=Predict()).rows.empty


def test_what_was_learnt_is_predicted(fitted: Classifier) -> None:
    rows = pd.DataFrame(
        {
            "text": ["the brigades must leave the valley", "we will stand with our partners in the north"],
            "cue": ["", ""],
            "side": ["US", ""],
        }
    )
    assert classify(rows, fitted)["act"].tolist() == ["demand", "reassurance"]
