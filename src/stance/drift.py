"""Whether statements are like those that trained the classifier: population stability of a few plain measures."""

from typing import Any

import numpy as np
import pandas as pd

from stance.features import unpacked
from stance.models import HashCounts

BINS = 10
LEAST = 50  # statements below which nothing is said
LARGE = 0.25  # index from which a population counts as shifted (Siddiqi 2006)
FLOOR = 1e-3  # least share of a bin
MEASURES = {"known": "number of words that training knows", "confidence": "confidence of the classifier"}


def measures(features: pd.DataFrame, confidence: np.ndarray, vocabulary: frozenset[int]) -> pd.DataFrame:
    """Columns `known` (words and pairs of the statement that are in `vocabulary`) and `confidence`.

    Words outside can't be counted: the stored features of training hold none that stand in few statements.
    """
    known = [float(sum(item in vocabulary for item in unpacked(row))) for row in features["words"]]
    return pd.DataFrame({"known": known, "confidence": confidence})


def vocabulary(model: Any) -> frozenset[int]:
    """Hashes of the statements' own words that a fitted classifier knows; empty when it reads none."""
    if isinstance(model, HashCounts):
        return frozenset(model.hashes_.tolist())
    parts = [part for name, part, *_ in getattr(model, "transformers_", []) if name == "words"]
    parts += [part for _, part in getattr(model, "steps", [])] + list(getattr(model, "estimators_", []))
    parts += [model.model_] if hasattr(model, "model_") else []
    return max((vocabulary(part) for part in parts), key=len, default=frozenset())


def reference(found: pd.DataFrame) -> dict[str, Any]:
    """Edges of bins of about equal size, and the shares in them, by measure: what later statements are held against."""
    result = {}
    for name in MEASURES:
        edges = np.unique(np.quantile(found[name], np.linspace(0, 1, BINS + 1)[1:-1]))
        result[name] = {"edges": edges.tolist(), "shares": _shares(found[name].to_numpy(), edges).tolist()}
    return result


def drift(found: pd.DataFrame, known: dict[str, Any]) -> dict[str, float]:
    """Population stability index by measure, 0 for equal shares; empty for fewer than LEAST statements."""
    if len(found) < LEAST:
        return {}
    result = {}
    for name, bins in known.items():
        ours, theirs = _shares(found[name].to_numpy(), np.array(bins["edges"])), np.array(bins["shares"])
        ours, theirs = np.maximum(ours, FLOOR), np.maximum(theirs, FLOOR)
        result[name] = float(((ours - theirs) * np.log(ours / theirs)).sum())
    return result


def warnings(index: dict[str, float]) -> list[str]:
    """A sentence for each measure that has shifted."""
    return [
        f"{MEASURES[name].capitalize()}: unlike the training statements (stability index {value:.2f}; {LARGE} or more counts as a shift)."
        for name, value in index.items()
        if value >= LARGE
    ]


def _shares(values: np.ndarray, edges: np.ndarray) -> np.ndarray:
    return np.bincount(np.searchsorted(edges, values, side="left"), minlength=len(edges) + 1) / len(values)
