"""Labelled statements to fitted classifiers of act, issue and stance, with out-of-fold predictions."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from sklearn.model_selection import StratifiedGroupKFold
from threadpoolctl import threadpool_limits

from stance.calibration import Calibrated
from stance.models import make_model, recipe_of
from stance.params import Train
from stance.records import FEATURED, FEATURES, check

UPLIFT = 5.0  # most by which a side that is scarce in a code weighs more
LEAST = 8  # rows of a code from which it can be learnt: inner folds divide them again


@dataclass(frozen=True)
class Trained:
    """`models` by target of the recipe, fitted on all rows; `out_of_fold`: a row per statement with `<target>` and `p_<target>_<code>`."""

    models: dict[str, Calibrated]
    out_of_fold: pd.DataFrame


def train(featured: pd.DataFrame, *, name: str, params: Train, track: Callable[[Iterable[Any]], Iterable[Any]] = iter) -> Trained:
    """Nested cross-validation grouped by document or scenario: inner folds choose settings and calibrate, outer folds predict.

    The final models are fitted, in the same way, on all rows.
    """
    check(featured, FEATURED)
    models: dict[str, Calibrated] = {}
    out_of_fold = featured[["statement_id"]].copy()
    for target in track(recipe_of(name).targets):
        codes = featured[target].to_numpy(dtype=object).astype(str)
        folding = StratifiedGroupKFold(params.folds, shuffle=True, random_state=params.seed)
        folds = list(folding.split(featured, codes, featured["group"]))
        tasks = [(inside, outside) for inside, outside in folds] + [(np.arange(len(featured)), np.arange(0))]
        done = Parallel(n_jobs=params.jobs)(delayed(_fold)(featured, name, target, params, *task) for task in tasks)
        classes = np.unique(codes)
        probabilities, predicted = np.zeros((len(featured), len(classes))), np.empty(len(featured), dtype=object)
        for (_, outside), (model, probability, code) in zip(folds, done, strict=False):
            probabilities[np.ix_(outside, np.searchsorted(classes, model.classes_))] = probability
            predicted[outside] = code
        for n, code in enumerate(classes):
            out_of_fold[f"p_{target}_{code}"] = probabilities[:, n]
        out_of_fold[target] = predicted.astype(str)
        models[target] = done[-1][0]
    return Trained(models, out_of_fold)


def _fold(
    featured: pd.DataFrame, name: str, target: str, params: Train, inside: np.ndarray, outside: np.ndarray
) -> tuple[Calibrated, np.ndarray, np.ndarray]:
    model = fit(featured.iloc[inside], name, target, params)
    held_out = featured.iloc[outside][FEATURES]
    if held_out.empty:
        return model, np.zeros((0, len(model.classes_))), np.zeros(0, dtype=object)
    return model, model.predict_proba(held_out), model.predict(held_out)


def side_balance(codes: pd.Series, sides: pd.Series, weights: pd.Series) -> pd.Series:
    """Factors to `weights` by which the sides count alike within each code, so that none is read by the other's habits of speech.

    A side that is scarce in a code weighs at most UPLIFT times as much.
    """
    in_cell = weights.groupby([codes, sides]).transform("sum")
    in_code = weights.groupby(codes).transform("sum")
    n_sides = sides.groupby(codes).transform("nunique")
    return (in_code / n_sides / in_cell).clip(upper=UPLIFT)


def fit(featured: pd.DataFrame, name: str, target: str, params: Train) -> Calibrated:
    """One classifier, calibrated on the statements of real text. Codes of fewer than LEAST rows are not learnt."""
    featured = featured[featured.groupby(target)[target].transform("size") >= LEAST]
    model = make_model(name, target, folds=params.inner_folds, seed=params.seed)
    real = featured["origin"] == "corpus"
    weights = pd.Series(np.where(real, 1.0, params.authored_weight), index=featured.index)
    rows = featured[[*FEATURES, "group"]].assign(
        calibrates=real.astype(float), sample_weight=weights * side_balance(featured[target], featured["side"], weights)
    )
    with threadpool_limits(1):
        return model.fit(rows, featured[target].to_numpy(dtype=object).astype(str))
