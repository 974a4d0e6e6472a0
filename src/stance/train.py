"""Labelled statements to fitted classifiers of act, issue and stance, with out-of-fold predictions."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.model_selection import GridSearchCV, StratifiedGroupKFold
from sklearn.pipeline import Pipeline
from threadpoolctl import threadpool_limits

from stance.models import FEATURES, TARGETS, make_model
from stance.params import Train
from stance.records import LABELLED, check

LEAST = 8  # rows of a code from which it can be learnt: inner folds and calibration divide them again


@dataclass(frozen=True)
class Trained:
    """`models` by target, fitted on all rows; `out_of_fold` has a row per statement with `<target>` and `p_<target>_<code>`."""

    models: dict[str, Pipeline]
    out_of_fold: pd.DataFrame


def train(labelled: pd.DataFrame, *, name: str, params: Train, track: Callable[[Iterable[Any]], Iterable[Any]] = iter) -> Trained:
    """Nested cross-validation grouped by document or scenario: inner folds choose the strength of regularisation, outer folds predict.

    The final models choose it by the inner folds over all rows.
    """
    check(labelled, LABELLED)
    models: dict[str, Pipeline] = {}
    out_of_fold = labelled[["statement_id"]].copy()
    with threadpool_limits(1):
        for target in track(TARGETS):
            probabilities, classes = _out_of_fold(labelled, name, target, params)
            for n, code in enumerate(classes):
                out_of_fold[f"p_{target}_{code}"] = probabilities[:, n]
            out_of_fold[target] = classes[probabilities.argmax(axis=1)]
            models[target] = fit(labelled, name, target, params)
    return Trained(models, out_of_fold)


def fit(labelled: pd.DataFrame, name: str, target: str, params: Train) -> Pipeline:
    """One classifier; its grid is searched over folds that keep groups whole, for the best macro-F1.

    Codes of fewer than LEAST rows are not learnt.
    """
    model, grid = make_model(name, target)
    labelled = labelled[labelled.groupby(target)[target].transform("size") >= LEAST]
    codes = labelled[target].to_numpy(dtype=object).astype(str)
    if not grid:
        return model.fit(labelled[FEATURES], codes)
    folding = StratifiedGroupKFold(params.inner_folds, shuffle=True, random_state=params.seed)
    folds = list(folding.split(labelled, codes, labelled["group"]))
    return GridSearchCV(model, grid, scoring="f1_macro", cv=folds, n_jobs=-1).fit(labelled[FEATURES], codes).best_estimator_


def _out_of_fold(labelled: pd.DataFrame, name: str, target: str, params: Train) -> tuple[np.ndarray, np.ndarray]:
    codes = labelled[target].to_numpy(dtype=object).astype(str)
    classes = np.unique(codes)
    probabilities = np.zeros((len(labelled), len(classes)))
    folding = StratifiedGroupKFold(params.folds, shuffle=True, random_state=params.seed)
    for inside, outside in folding.split(labelled, codes, labelled["group"]):
        model = fit(labelled.iloc[inside], name, target, params)
        columns = np.searchsorted(classes, model.classes_)
        probabilities[np.ix_(outside, columns)] = model.predict_proba(labelled.iloc[outside][FEATURES])
    return probabilities, classes
