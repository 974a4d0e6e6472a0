"""Statements to predictions: act, issue and stance with probabilities, and the set of acts that can't be ruled out."""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pandas as pd
from sklearn.pipeline import Pipeline

from stance.codebook import ACTS
from stance.models import FEATURES
from stance.params import Predict
from stance.records import PREDICTIONS, STATEMENTS, check, empty


def classify(rows: pd.DataFrame, models: dict[str, Pipeline], threshold: dict[str, float]) -> pd.DataFrame:
    """Columns `act`, `p_<act>`, `prediction_set`, `issue`, `p_issue`, `stance`, `p_stance` for rows with `text` and `cue`.

    `prediction_set` holds every act whose probability reaches `threshold["act"]`, and at least the likeliest.
    """
    act = models["act"]
    order = [list(act.classes_).index(code) if code in act.classes_ else None for code in ACTS]
    raw = act.predict_proba(rows[FEATURES])
    probability = np.column_stack([raw[:, n] if n is not None else np.zeros(len(rows)) for n in order])
    result = pd.DataFrame({f"p_{code}": probability[:, n] for n, code in enumerate(ACTS)}, index=rows.index)
    best = probability.argmax(axis=1)
    result.insert(0, "act", [ACTS[n] for n in best])
    result["prediction_set"] = [
        [code for n, code in enumerate(ACTS) if p[n] >= threshold["act"] or n == likeliest]
        for p, likeliest in zip(probability, best, strict=True)
    ]
    for target in ("issue", "stance"):
        probabilities = models[target].predict_proba(rows[FEATURES])
        result[target] = models[target].classes_[probabilities.argmax(axis=1)].astype(str)
        result[f"p_{target}"] = probabilities.max(axis=1)
    return result


def predict(
    statements: pd.DataFrame,
    models: dict[str, Pipeline],
    threshold: dict[str, float],
    *,
    params: Predict,
    track: Callable[[Iterable[Any]], Iterable[Any]] = iter,
) -> pd.DataFrame:
    """records.PREDICTIONS for records.STATEMENTS, by one of `models` per target; `threshold` is that of the prediction sets."""
    check(statements, STATEMENTS)
    if statements.empty:
        return empty(PREDICTIONS)
    rows = statements.rename(columns={"content": "text"})
    parts = [classify(rows.iloc[n : n + params.batch], models, threshold) for n in track(range(0, len(rows), params.batch))]
    return check(pd.concat([statements, pd.concat(parts)], axis=1), PREDICTIONS)
