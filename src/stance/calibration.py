"""A classifier whose probabilities hold for ordinary text although it was trained on a sample rich in rare acts."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import ParameterGrid, StratifiedGroupKFold

FLOOR = 1e-4  # least probability before its logarithm is taken
POWERS = np.linspace(0, 1, 11)


class Calibrated(ClassifierMixin, BaseEstimator):
    """Chooses settings, scales probabilities and weighs errors, all by predictions of folds that keep groups whole.

    Probabilities are those of a multinomial logistic regression on the classifier's log-probabilities (Dirichlet calibration,
    Kull et al. 2019), fitted on the rows of real text. The predicted class maximises probability over a power of the
    class's share, so that rare classes are found too; the power (0: most likely class, 1: balanced classes) is the best for macro-F1.

    Parameters
    ----------
    estimator : classifier with predict_proba, fitted on a table of features with sample weights.
    grid : dict of lists, or None; settings of `estimator` to choose from by log loss.
    folds, seed : int.

    The table to fit has columns `group` (kept whole), `sample_weight` (in training) and `calibrates` (0: trains only) beside the features.
    """

    def __init__(self, estimator: Any, grid: dict[str, list[Any]] | None = None, folds: int = 3, seed: int = 0) -> None:
        self.estimator = estimator
        self.grid = grid
        self.folds = folds
        self.seed = seed

    def fit(self, rows: pd.DataFrame, codes: np.ndarray) -> "Calibrated":
        codes = np.asarray(codes, dtype=object).astype(str)
        self.classes_ = np.unique(codes)
        weight = rows["calibrates"].to_numpy(dtype=float)
        weight = weight if weight.sum() > 0 else np.ones(len(rows))
        folding = StratifiedGroupKFold(self.folds, shuffle=True, random_state=self.seed)
        folds = list(folding.split(rows, codes, rows["group"]))
        tried = [self._out_of_fold(rows, codes, folds, setting) for setting in ParameterGrid(self.grid or {})]
        used = weight > 0
        actual = np.searchsorted(self.classes_, codes[used])
        losses = [-np.average(logs[used][np.arange(len(actual)), actual], weights=weight[used]) for _, logs in tried]
        setting, logs = tried[int(np.argmin(losses))]
        self.scale_ = LogisticRegression(C=1.0, max_iter=10_000).fit(logs[used], codes[used], sample_weight=weight[used])
        self.cost_ = self._costs(logs[used], codes[used], weight[used])
        self.model_ = self._fitted(setting, rows, codes)
        return self

    def _fitted(self, setting: dict[str, Any], rows: pd.DataFrame, codes: np.ndarray) -> Any:
        return clone(self.estimator).set_params(**setting).fit(rows, codes, sample_weight=rows["sample_weight"].to_numpy(dtype=float))

    def _out_of_fold(
        self, rows: pd.DataFrame, codes: np.ndarray, folds: list[Any], setting: dict[str, Any]
    ) -> tuple[dict[str, Any], np.ndarray]:
        logs = np.full((len(rows), len(self.classes_)), np.log(FLOOR))
        for inside, outside in folds:
            model = self._fitted(setting, rows.iloc[inside], codes[inside])
            logs[np.ix_(outside, np.searchsorted(self.classes_, model.classes_))] = _logs(model, rows.iloc[outside])
        return setting, logs

    def _costs(self, logs: np.ndarray, codes: np.ndarray, weight: np.ndarray) -> np.ndarray:
        probability = self._scaled(logs)
        share = np.maximum(probability.mean(axis=0), FLOOR)
        scores = []
        for power in POWERS:
            decided = self.classes_[(probability / share**power).argmax(axis=1)]
            scores.append(f1_score(codes, decided, average="macro", sample_weight=weight, zero_division=0))
        return share ** POWERS[int(np.argmax(scores))]

    def _scaled(self, logs: np.ndarray) -> np.ndarray:
        result = np.zeros(logs.shape)
        result[:, np.searchsorted(self.classes_, self.scale_.classes_)] = self.scale_.predict_proba(logs)
        return result

    def predict_proba(self, rows: pd.DataFrame) -> np.ndarray:
        """Calibrated probabilities, shape (rows, classes)."""
        return self._scaled(_logs(self.model_, rows))

    def probabilities(self, rows: pd.DataFrame, codes: Sequence[str]) -> np.ndarray:
        """Calibrated probabilities of `codes` in their order, 0 for a code that was not in training; shape (rows, codes)."""
        found = np.zeros((len(rows), len(codes)))
        found[:, [codes.index(code) for code in self.classes_]] = self.predict_proba(rows)
        return found

    def predict(self, rows: pd.DataFrame) -> np.ndarray:
        return self.decide(self.predict_proba(rows))

    def decide(self, probability: np.ndarray) -> np.ndarray:
        """The class of each row by its calibrated probabilities and the costs of errors."""
        return self.classes_[(probability / self.cost_).argmax(axis=1)]


def _logs(model: Any, rows: pd.DataFrame) -> np.ndarray:
    return np.log(np.maximum(model.predict_proba(rows), FLOOR))
