"""Predictions that learnt from the drawn codes and yet have not seen them: what the correction of a share needs (cross-fitting).

The corpus is divided by documents; each part is predicted by models that were trained on the codes of the other parts, beside those of
the project (Chernozhukov et al. 2018; Egami, Hinck, Stewart & Wei 2023).
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from stance.annotate import SHEET, read_back
from stance.checks import CODES, need
from stance.errors import refuse
from stance.features import describe
from stance.models import TARGETS
from stance.params import Train
from stance.predict import Classifier, coded
from stance.records import FEATURES, PREDICTIONS, check
from stance.train import fit


def cross_fit(
    predictions: pd.DataFrame,
    labels: pd.DataFrame,
    project: pd.DataFrame,
    classifier: Classifier,
    *,
    folds: int,
    params: Train,
    track: Callable[[Iterable[Any]], Iterable[Any]] = iter,
) -> pd.DataFrame:
    """`predictions` (records.PREDICTIONS) with acts, issues and stances of models that learnt from `labels` of other documents.

    `labels` hold statement_id and codes, `project` the project's own rows (records.FEATURED); `classifier` lends the
    kinds of its models, parser, encoder and the thresholds of prediction sets. Raises StanceError for labels without codes, and for more
    folds than documents.
    """
    check(predictions, PREDICTIONS)
    need(labels, ["statement_id", *CODES], "labels", "the labels that stance label wrote")
    if folds > predictions["doc_id"].nunique():
        raise refuse(f"{folds} folds of {predictions['doc_id'].nunique()} documents", "no more folds than documents", "--folds 2")
    rows = predictions.rename(columns={"content": "text"})
    features = describe(rows, parser=classifier.parser, encoder=classifier.encoder)[FEATURES]
    shown = predictions[[name for name in SHEET if name not in CODES]]
    own = read_back(shown.merge(labels[["statement_id", *CODES]], on="statement_id"), "drawn")
    own = own.join(features.set_index(predictions["statement_id"]), on="statement_id")
    part = parts(predictions["doc_id"], folds, params.seed)
    result = predictions.copy()
    for fold in track(range(folds)):
        here = part == fold
        outside = own[~own["group"].isin(predictions.loc[here, "doc_id"])]
        rows = pd.concat([project, outside], ignore_index=True)
        models = {target: fit(rows, classifier.recipes[target], target, params) for target in TARGETS}
        found = coded(features[here], predictions.loc[here, "side"], replace(classifier, models=models))
        result.loc[here, found.columns] = found
    return check(result, PREDICTIONS)


def parts(doc_ids: pd.Series, folds: int, seed: int) -> np.ndarray:
    """The part of each statement, 0 to folds - 1: documents dealt at random."""
    codes, names = pd.factorize(doc_ids, sort=True)
    return (np.random.default_rng(seed).permutation(len(names)) % folds)[codes]
