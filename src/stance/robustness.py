"""How the act model holds where it was not trained: other sources, genres and years, fewer codes, authored statements alone."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

from stance.codebook import ACTS, COMPARED
from stance.params import LEVEL, Evaluate, Train
from stance.records import FEATURES
from stance.scores import confusion, draw_weights, interval, macro_f1
from stance.train import LEAST, fit

FIRST = 50  # test statements below which a part is not scored
STEP = 0.05  # of macro-F1: the learning curve says how many codes the next one needs


def macro_draws(actual: np.ndarray, predicted: np.ndarray, classes: int, weights: np.ndarray, mix: np.ndarray | float = 1.0) -> np.ndarray:
    """Macro-F1 on all rows, then in each bootstrap replicate; `actual` and `predicted` are indices of classes, `mix` weighs the rows."""
    return np.array([macro_f1(confusion(actual, predicted, classes, drawn * mix)) for drawn in [np.ones(len(actual)), *weights]])


def macro_gap(actual: np.ndarray, predicted: np.ndarray, classes: int, weights: np.ndarray, side: np.ndarray) -> np.ndarray:
    """The American less the Russian macro-F1 on all rows, then in each replicate, for which the groups of both sides are drawn together."""
    american, russian = (macro_draws(actual, predicted, classes, weights, side == name) for name in COMPARED)
    return american - russian


def indices(codes: pd.Series | np.ndarray, names: list[str]) -> np.ndarray:
    place = {name: n for n, name in enumerate(names)}
    return np.array([place[code] for code in codes])


def _score(train: pd.DataFrame, test: pd.DataFrame, name: str, params: Evaluate, training: Train) -> dict[str, float]:
    """Test macro-F1 with its interval of a model trained on `train`; nan where a code is too rare to learn."""
    if (train["act"].value_counts().reindex(list(ACTS), fill_value=0) < LEAST).any():
        return {"n_train": len(train), "n": len(test), "macro_f1": np.nan, "low": np.nan, "high": np.nan}
    predicted = indices(fit(train, name, "act", training).predict(test[FEATURES]), list(ACTS))
    weights = draw_weights(test["group"].to_numpy(), params.replicates, params.seed)
    draws = macro_draws(indices(test["act"], list(ACTS)), predicted, len(ACTS), weights)
    found = interval(draws[0], draws[1:], LEVEL)
    return {"n_train": len(train), "n": len(test), "macro_f1": draws[0], "low": found.low, "high": found.high}


def _scored(tasks: list[tuple[dict[str, str], pd.DataFrame, pd.DataFrame]], name: str, params: Evaluate, training: Train) -> pd.DataFrame:
    rows = Parallel(n_jobs=training.jobs)(delayed(_score)(train, test, name, params, training) for _, train, test in tasks)
    return pd.DataFrame([label | row for (label, _, _), row in zip(tasks, rows, strict=True)])


def left_out(rows: pd.DataFrame, name: str, params: Evaluate, training: Train) -> pd.DataFrame:
    """Each genre, source and span of years in turn is held out whole, and scored by a model trained on the rest."""
    real = rows[rows["origin"] == "corpus"]
    tasks = []
    for what, part in _parts(real):
        held_out = real[part]
        rest = rows[~rows["group"].isin(held_out["group"])]
        if len(held_out) >= FIRST and (rest["origin"] == "corpus").any():
            tasks.append((what, rest, held_out))
    return _scored(tasks, name, params, training)


def _parts(real: pd.DataFrame) -> Iterator[tuple[dict[str, str], pd.Series]]:
    for column in ("genre", "source"):
        for value in sorted(set(real[column])):
            yield {"left_out": column, "value": value}, real[column] == value
    year = pd.to_numeric(real["year"], errors="coerce")
    for low, high in ((1990, 2013), (2014, 2020), (2021, 2022), (2023, 2024), (2025, 2026)):
        yield {"left_out": "years", "value": f"{low}–{high}"}, year.between(low, high)


def origins(train: pd.DataFrame, test: pd.DataFrame, name: str, params: Evaluate, training: Train) -> pd.DataFrame:
    """What authored statements reach alone, and what they add to coded ones: test macro-F1 of three models."""
    authored, coded = (train[train["origin"] == origin] for origin in ("authored", "corpus"))
    parts = [("authored alone", authored), ("coded alone", coded), ("both", train)]
    return _scored([({"trained_on": what}, part, test) for what, part in parts if len(part)], name, params, training)


def learning_curve(train: pd.DataFrame, test: pd.DataFrame, name: str, params: Evaluate, training: Train) -> pd.DataFrame:
    """Test macro-F1 of models trained on halves of halves of the training groups, fewest first; authored statements always train."""
    real = train[train["origin"] == "corpus"]
    pool = real if len(real) else train
    groups = pool["group"].unique()
    order = np.random.default_rng(params.seed).permutation(len(groups))
    tasks = []
    for step in range(params.learning_points - 1, -1, -1):
        kept = groups[order[: max(training.inner_folds, len(groups) // 2**step)]]
        part = train[train["group"].isin(kept) | ~train.index.isin(pool.index)].reset_index(drop=True)
        tasks.append(({"n_codes": str(int(pool["group"].isin(kept).sum()))}, part, test))
    return _scored(tasks, name, params, training).astype({"n_codes": int})


def codes_for_next_step(curve: pd.DataFrame) -> int | None:
    """Codes to add for STEP more macro-F1, by a straight line over the logarithm of the codes; None if it does not rise."""
    known = curve.dropna(subset="macro_f1").tail(4)
    if len(known) < 3:
        return None
    slope = float(np.polyfit(np.log(known["n_codes"]), known["macro_f1"], 1)[0])
    total = int(known["n_codes"].iloc[-1])
    return round(total * (np.exp(STEP / slope) - 1)) if slope > 0.002 else None
