"""Predictions: probabilities, prediction sets, and batches that change nothing."""

import numpy as np
import pandas as pd
import pytest

from frames import MIXED, predictions
from labelled import labelled
from stance.codebook import ACTS
from stance.params import Predict, Train
from stance.predict import classify, predict
from stance.records import STATEMENTS, empty
from stance.train import train

THRESHOLD = {"act": 0.25}


@pytest.fixture(scope="module")
def models():
    return train(labelled(), name="logistic_regression", params=Train(folds=2, inner_folds=2)).models


def statements() -> pd.DataFrame:
    return predictions(MIXED)[list(STATEMENTS.columns)]


def test_probabilities_add_up_and_the_likeliest_act_is_in_the_set(models) -> None:
    found = predict(statements(), models, THRESHOLD, params=Predict())
    probabilities = found[[f"p_{act}" for act in ACTS]].to_numpy()
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)
    for n, row in enumerate(found.to_dict("records")):
        assert row["act"] == ACTS[probabilities[n].argmax()] and row["act"] in row["prediction_set"]
        assert all(row[f"p_{act}"] >= THRESHOLD["act"] or act == row["act"] for act in row["prediction_set"])


def test_batches_change_nothing(models) -> None:
    whole, parts = (predict(statements(), models, THRESHOLD, params=Predict(batch=size)) for size in (1000, 3))
    pd.testing.assert_frame_equal(whole, parts)


def test_no_statements(models) -> None:
    assert predict(empty(STATEMENTS), models, THRESHOLD, params=Predict()).empty


def test_what_was_learnt_is_predicted(models) -> None:
    rows = pd.DataFrame(
        {
            "text": ["the brigades must leave the valley", "we will stand with our partners in the north"],
            "cue": ["", ""],
        }
    )
    assert classify(rows, models, THRESHOLD)["act"].tolist() == ["demand", "reassurance"]
