"""Cross-fitting: no prediction has seen a code of its own document, and the others have taught it."""

from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from frames import predictions
from labelled import classifier, featured
from stance.checks import CODES
from stance.crossfit import cross_fit, parts
from stance.errors import StanceError
from stance.params import Train
from stance.records import PREDICTIONS, check

PARAMS = Train(folds=2, inner_folds=2, jobs=1)
FOLDS = 3


@cache
def corpus() -> pd.DataFrame:
    """Statements of the labelled ones' words, four to a document."""
    words = featured(12, "corpus")
    rows = predictions([(side, "other", "none_other") for side in words["side"]])
    return rows.assign(content=words["text"].to_numpy(), doc_id=[f"d{n // 4}" for n in range(len(rows))])


def labels(n: int = 24) -> pd.DataFrame:
    words = featured(12, "corpus")
    codes = words[["act", "issue", "stance"]].assign(statement_id=corpus()["statement_id"].to_numpy(), secondary="")
    return codes.sample(n, random_state=4)


def fitted(codes: pd.DataFrame) -> pd.DataFrame:
    tables: Any = corpus(), codes, featured(6)
    return cross_fit(*tables, classifier(featured(6)), folds=FOLDS, params=PARAMS)


def test_predictions_keep_their_statements_and_fit_their_schema() -> None:
    found = check(fitted(labels()), PREDICTIONS)
    kept = ["statement_id", "doc_id", "content", "side"]
    pd.testing.assert_frame_equal(found[kept], corpus()[kept])
    assert found[[f"p_{act}" for act in ("warning", "reassurance", "demand", "other")]].sum(axis=1).to_numpy() == pytest.approx(1)


def test_a_code_changes_predictions_of_other_parts_only() -> None:
    codes = labels()
    other = codes.copy()
    other.iloc[0, other.columns.get_loc("act")] = "warning" if codes["act"].iloc[0] != "warning" else "demand"
    before, after = fitted(codes), fitted(other)
    part = parts(corpus()["doc_id"], FOLDS, PARAMS.seed)
    own = part == part[corpus()["statement_id"].tolist().index(codes["statement_id"].iloc[0])]
    numbers = ["p_warning", "p_reassurance", "p_demand", "p_other"]
    assert np.array_equal(before.loc[own, numbers].to_numpy(), after.loc[own, numbers].to_numpy())
    assert not np.array_equal(before.loc[~own, numbers].to_numpy(), after.loc[~own, numbers].to_numpy())


@pytest.mark.parametrize(
    ("columns", "folds", "words"),
    [
        pytest.param(["statement_id", "act"], FOLDS, "labels lack columns secondary", id="codes left out"),
        pytest.param(["statement_id", *CODES], 99, "99 folds of", id="more folds than documents"),
    ],
)
def test_what_cannot_be_cross_fitted_is_refused_before_training(columns: list[str], folds: int, words: str) -> None:
    with pytest.raises(StanceError, match=words):
        cross_fit(corpus(), labels()[columns], featured(6), classifier(featured(6)), folds=folds, params=PARAMS)


def test_documents_are_dealt_whole_and_evenly() -> None:
    doc_ids = pd.Series([f"d{n % 31}" for n in range(200)])
    part = parts(doc_ids, 4, 1)
    assert (pd.Series(part).groupby(doc_ids.to_numpy()).nunique() == 1).all()
    sizes = pd.Series(part).groupby(part).apply(lambda own: doc_ids[own.index].nunique())
    assert sizes.max() - sizes.min() <= 1
    assert np.array_equal(part, parts(doc_ids, 4, 1)) and not np.array_equal(part, parts(doc_ids, 4, 2))
