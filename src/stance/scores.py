"""Scores of predicted codes with bootstrap intervals; groups are resampled whole."""

from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Interval:
    """A value with the ends of its percentile bootstrap interval."""

    value: float
    low: float
    high: float


def confusion(actual: np.ndarray, predicted: np.ndarray, classes: int, weights: np.ndarray | None = None) -> np.ndarray:
    """Counts, or sums of weights, of shape (classes, classes): rows are actual codes, columns predicted ones (as indices)."""
    counts = np.bincount(actual * classes + predicted, weights=weights, minlength=classes**2)
    return counts.reshape(classes, classes).astype(float)


def f1_by_class(table: np.ndarray) -> np.ndarray:
    """F1 of each class from a confusion table; nan where a class neither stands nor is predicted."""
    both = table.sum(axis=0) + table.sum(axis=1)
    return np.divide(2 * np.diag(table), both, out=np.full(len(table), np.nan), where=both > 0)


def macro_f1(table: np.ndarray) -> float:
    """Mean F1 over the classes that stand in the table's rows."""
    present = table.sum(axis=1) > 0
    return float(np.nan_to_num(f1_by_class(table))[present].mean()) if present.any() else float("nan")


def draw_weights(groups: np.ndarray, replicates: int, seed: int) -> np.ndarray:
    """Bootstrap weights of shape (replicates, rows): how often each row's group was drawn."""
    codes, names = pd.factorize(groups)
    rng = np.random.default_rng(seed)
    draws = rng.multinomial(len(names), np.full(len(names), 1 / len(names)), size=replicates)
    return draws[:, codes]


def interval(value: float, draws: np.ndarray, level: float) -> Interval:
    """Percentile interval; replicates in which the score is not defined are left out."""
    low, high = np.nanquantile(draws, [(1 - level) / 2, (1 + level) / 2]) if np.isfinite(draws).any() else (np.nan, np.nan)
    return Interval(value, float(low), float(high))


def score_table(actual: np.ndarray, predicted: np.ndarray, classes: list[str], weights: np.ndarray, level: float) -> dict[str, Interval]:
    """`macro_f1`, `accuracy`, and `precision_X`, `recall_X`, `f1_X` of each class X that stands in the data."""
    size = len(classes)
    tables = [confusion(actual, predicted, size), *(confusion(actual, predicted, size, drawn) for drawn in weights)]
    scores = {
        "macro_f1": [macro_f1(table) for table in tables],
        "accuracy": [np.trace(table) / max(table.sum(), 1) for table in tables],
    }
    for n, name in enumerate(classes):
        if (actual == n).any():
            scores[f"precision_{name}"] = [_ratio(table[n, n], table[:, n].sum()) for table in tables]
            scores[f"recall_{name}"] = [_ratio(table[n, n], table[n].sum()) for table in tables]
            scores[f"f1_{name}"] = [f1_by_class(table)[n] for table in tables]
    return {name: interval(float(values[0]), np.array(values[1:]), level) for name, values in scores.items()}


def mix_weights(actual: np.ndarray, part: np.ndarray) -> np.ndarray:
    """Weights of the rows in the mask `part` by which each class is as common among them as among all rows.

    F1 of a class falls with its share even where sensitivity and specificity stay as they are, so that parts with different shares
    can be compared only at the same mix.
    """
    whole = np.bincount(actual)
    own = np.bincount(actual[part], minlength=len(whole))
    return (whole / np.maximum(own, 1))[actual[part]] * part.sum() / len(actual)


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else float("nan")


def calibration(correct: np.ndarray, confidence: np.ndarray, bins: int = 10) -> pd.DataFrame:
    """Mean confidence and accuracy in bins of equal size by confidence: columns `confidence`, `accuracy`, `n`."""
    order = np.argsort(confidence, kind="stable")
    parts = [part for part in np.array_split(order, bins) if len(part)]
    return pd.DataFrame(
        {
            "confidence": [confidence[p].mean() for p in parts],
            "accuracy": [correct[p].mean() for p in parts],
            "n": [len(p) for p in parts],
        }
    )


def calibration_error(table: pd.DataFrame) -> float:
    """Expected calibration error (Naeini et al. 2015) over the bins of `calibration`."""
    return float(((table["confidence"] - table["accuracy"]).abs() * table["n"]).sum() / table["n"].sum())
