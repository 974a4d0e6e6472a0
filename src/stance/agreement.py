"""How well coders agree: Krippendorff's nominal alpha with a bootstrap interval (codebook, section 9)."""

from typing import Any

import krippendorff
import numpy as np
import pandas as pd

from stance.codebook import ACTS, COMPARED

REPLICATES = 1000
SEED = 20220121


def agreements(codes: pd.DataFrame, units: pd.Series, sides: pd.Series) -> dict[str, Any]:
    """Alpha overall, per act against the rest, and per side, over the rows that two coders or more coded.

    `codes` holds a column per coder and a row per statement, "" where a coder gave none; `units` name what is resampled together, as
    documents.
    """
    matrix = codes.map(lambda code: ACTS.index(code) if code in ACTS else -1).to_numpy()
    several = (matrix >= 0).sum(axis=1) > 1
    if not several.any():
        return {"n": 0}
    matrix, unit, side = matrix[several], pd.factorize(units[several])[0], sides.to_numpy()[several]
    parts = {"overall": _alpha(matrix, unit)}
    parts |= {act: _alpha(np.where(matrix < 0, -1, matrix == n), unit) for n, act in enumerate(ACTS)}
    parts |= {name: _alpha(matrix[side == name], unit[side == name]) for name in COMPARED}
    differing = int(sum(len(set(row[row >= 0])) > 1 for row in matrix))
    return {"n": len(matrix), "disagreements": differing, "alpha": parts}


def agreement(codes: pd.DataFrame, units: pd.Series) -> dict[str, float | None]:
    """Alpha of any codes with its interval; arguments as for `agreements`."""
    return _alpha(_numbered(codes), pd.factorize(units)[0])


def alpha(codes: pd.DataFrame) -> float | None:
    """Krippendorff's nominal alpha of the columns; None where there is nothing to agree on."""
    return _value(_numbered(codes))


def _numbered(codes: pd.DataFrame) -> np.ndarray:
    """A number for each code, -1 for none."""
    return np.where(codes.to_numpy() == "", -1, pd.factorize(codes.to_numpy().ravel())[0].reshape(codes.shape))


def _value(matrix: np.ndarray) -> float | None:
    pairs = matrix[(matrix >= 0).sum(axis=1) > 1]
    if len(np.unique(pairs[pairs >= 0])) < 2:
        return None
    return float(krippendorff.alpha(np.where(pairs < 0, np.nan, pairs).T, level_of_measurement="nominal"))


def _alpha(matrix: np.ndarray, units: np.ndarray) -> dict[str, float | None]:
    """Alpha with a percentile interval of a bootstrap over units."""
    value = _value(matrix)
    if value is None:
        return {"value": None, "low": None, "high": None}
    rng = np.random.default_rng(SEED)
    rows_of = [np.flatnonzero(units == unit) for unit in np.unique(units)]
    draws = [_value(matrix[np.concatenate([rows_of[n] for n in rng.integers(len(rows_of), size=len(rows_of))])]) for _ in range(REPLICATES)]
    low, high = np.quantile([draw for draw in draws if draw is not None], [0.025, 0.975])
    return {"value": value, "low": float(low), "high": float(high)}
