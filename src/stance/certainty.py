"""What a model knows of its own errors: prediction sets that cover by side, and what is won by abstaining."""

import numpy as np
import pandas as pd

from stance.codebook import COMPARED
from stance.scores import confusion, macro_f1

POOLED = "all"
LEAST = 30  # statements of a side from which it gets a threshold of its own
KEPT = np.linspace(1, 0.3, 15)


def by_side(side: pd.Series) -> dict[str, np.ndarray]:
    """Masks of all rows and of each side's, by scope."""
    return {POOLED: np.ones(len(side), dtype=bool)} | {name: (side == name).to_numpy() for name in COMPARED}


def set_threshold(probability_of_actual: np.ndarray, level: float) -> float:
    """Least probability of a code in a prediction set of nominal coverage `level`: split conformal prediction (Sadinle et al. 2019)."""
    n = len(probability_of_actual)
    rank = min(n, int(np.ceil((n + 1) * level)))
    return float(np.sort(probability_of_actual)[::-1][rank - 1])


def set_thresholds(probability_of_actual: np.ndarray, side: pd.Series, level: float) -> dict[str, float]:
    """Thresholds over all statements and by side, so that sets cover each side's statements alike (Mondrian, Vovk et al. 2005)."""
    found = {POOLED: set_threshold(probability_of_actual, level)}
    for name in COMPARED:
        own = (side == name).to_numpy()
        if own.sum() >= LEAST:
            found[name] = set_threshold(probability_of_actual[own], level)
    return found


def in_set(probability: np.ndarray, side: pd.Series, thresholds: dict[str, float]) -> np.ndarray:
    """Which codes are in each row's set, shape (rows, codes): those that reach the side's threshold, and always the likeliest."""
    least = np.array([thresholds.get(name, thresholds[POOLED]) for name in side])
    return (probability >= least[:, None]) | (np.arange(probability.shape[1]) == probability.argmax(axis=1)[:, None])


def coverage(probability: np.ndarray, actual: np.ndarray, side: pd.Series, thresholds: dict[str, float]) -> pd.DataFrame:
    """Columns `scope`, `coverage`, `size`, `n`: over all rows and by side; `actual` are indices of codes."""
    sets = in_set(probability, side, thresholds)
    covered, size = sets[np.arange(len(actual)), actual], sets.sum(axis=1)
    return pd.DataFrame(
        [
            {"scope": scope, "coverage": covered[mask].mean(), "size": size[mask].mean(), "n": int(mask.sum())}
            for scope, mask in by_side(side).items()
            if mask.any()
        ]
    )


def abstention(probability: np.ndarray, actual: np.ndarray, predicted: np.ndarray) -> pd.DataFrame:
    """Columns `kept`, `least_confidence`, `accuracy`, `macro_f1`: scores on the surest statements, down to three in ten."""
    confidence = probability.max(axis=1)
    order = np.argsort(-confidence, kind="stable")
    rows = []
    for share in KEPT:
        sure = order[: max(1, round(share * len(order)))]
        table = confusion(actual[sure], predicted[sure], probability.shape[1])
        rows.append(
            {
                "kept": share,
                "least_confidence": confidence[sure[-1]],
                "accuracy": np.trace(table) / table.sum(),
                "macro_f1": macro_f1(table),
            }
        )
    return pd.DataFrame(rows)
