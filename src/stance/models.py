"""Untrained classifiers by name. Each reads a table of features, see `stance.features`."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.special import softmax
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.compose import ColumnTransformer
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import VotingClassifier
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import ComplementNB
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.svm import LinearSVC

from stance.calibration import Calibrated
from stance.errors import listing, refuse
from stance.rules import KeywordCounts, KeywordRules

TARGETS = ("act", "issue", "stance")
BEST, FAST = "best", "fast"  # uses: the best of all models, and the best of those that need neither a parse nor sentence vectors
TOLERANCE = 1e-5  # tight, so that processors which round differently end at the same weights to the digits shown
SHARPNESS = 2.0  # of a margin's softmax; only the blend of several models depends on it, see Calibrated
VECTOR_WEIGHT = 2.0  # about the length of a row of the sentence vector, beside the unit rows of word and clause weights
TRUSTED = [  # types in our model files beside those that skops trusts of itself
    "sklearn.utils._bunch.Bunch",
    "stance.calibration.Calibrated",
    "stance.models.HashCounts",
    "stance.models.MarginClassifier",
    "stance.models.SmallNaiveBayes",
    "stance.models.WeightedPipeline",
    "stance.models.stacked",
    "stance.models.weighed",
    "stance.rules.KeywordCounts",
    "stance.rules.KeywordRules",
]


class MarginClassifier(LinearSVC):
    """A linear support vector machine whose probabilities are the softmax of its margins; `Calibrated` scales them."""

    def fit(self, rows: Any, codes: np.ndarray, sample_weight: np.ndarray | None = None) -> "MarginClassifier":
        super().fit(rows, codes, sample_weight)
        self.coef_: np.ndarray = np.asarray(self.coef_, dtype=np.float32)  # half the size in a file
        return self

    def predict_proba(self, rows: Any) -> np.ndarray:
        """Shape (rows, classes)."""
        margin = self.decision_function(rows)
        return softmax(SHARPNESS * (np.column_stack([-margin, margin]) if margin.ndim == 1 else margin), axis=1)


class SmallNaiveBayes(ComplementNB):
    """Complement naive Bayes (Rennie et al. 2003) that keeps its weights at half the size."""

    def fit(self, rows: Any, codes: np.ndarray, sample_weight: np.ndarray | None = None) -> "SmallNaiveBayes":
        super().fit(rows, codes, sample_weight)
        self.feature_log_prob_: np.ndarray = np.asarray(self.feature_log_prob_, dtype=np.float32)
        self.feature_count_: np.ndarray = np.zeros((0, 0))  # only needed to go on fitting
        return self


class WeightedPipeline(Pipeline):
    """Features and a classifier that takes sample weights; scikit-learn's own pipeline wants the name of the step with them."""

    def fit(self, rows: pd.DataFrame, codes: np.ndarray, sample_weight: np.ndarray | None = None) -> "WeightedPipeline":
        return super().fit(rows, codes, classify__sample_weight=sample_weight)


class HashCounts(TransformerMixin, BaseEstimator):
    """Counts of the hashes that each row packs (see `features.hashed`): a sparse array of shape (rows, hashes kept).

    Parameters
    ----------
    min_df : int
        Rows in which a hash must stand to be kept.
    binary : bool
        Whether a hash counts once in a row.
    """

    def __init__(self, min_df: int = 1, binary: bool = False) -> None:
        self.min_df = min_df
        self.binary = binary

    def fit(self, rows: pd.Series, codes: np.ndarray | None = None) -> "HashCounts":
        row, every = _unpacked(rows)
        hashes, place = np.unique(every, return_inverse=True)
        counts = _counted(row, place, (len(rows), len(hashes)))
        kept = hashes[counts.getnnz(axis=0) >= self.min_df]
        self.hashes_ = kept if len(kept) else np.zeros(1, "<u4")  # a column that stays empty, as no columns would be refused
        return self

    def transform(self, rows: pd.Series) -> sparse.csr_matrix:
        row, every = _unpacked(rows)
        place = np.minimum(np.searchsorted(self.hashes_, every), len(self.hashes_) - 1)
        known = self.hashes_[place] == every
        counts = _counted(row[known], place[known], (len(rows), len(self.hashes_)))
        if self.binary:
            counts.data[:] = 1
        return counts


def _unpacked(rows: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """The row of every hash, and the hash."""
    every = np.frombuffer(b"".join(rows), "<u4")
    return np.repeat(np.arange(len(rows)), [len(row) // every.itemsize for row in rows]), every


def _counted(row: np.ndarray, column: np.ndarray, shape: tuple[int, int]) -> sparse.csr_matrix:
    """How often each pair of row and column stands."""
    counts = sparse.csr_matrix((np.ones(len(row)), (row, column)), shape=shape)
    counts.sum_duplicates()
    return counts


def stacked(vectors: pd.Series) -> np.ndarray:
    """Sentence vectors, bytes by row, as an array of shape (rows, width)."""
    return np.stack([np.frombuffer(vector, np.int8) for vector in vectors]).astype(np.float64)


def weighed(vectors: np.ndarray) -> np.ndarray:
    """Columns of unit variance so that rows are about VECTOR_WEIGHT long, however wide they are."""
    return vectors * (VECTOR_WEIGHT / np.sqrt(vectors.shape[1]))


WORDS = ("words", make_pipeline(HashCounts(min_df=2), TfidfTransformer(sublinear_tf=True)), "words")
NEARBY = ("nearby", make_pipeline(HashCounts(min_df=3), TfidfTransformer(sublinear_tf=True)), "nearby")
CLAUSES = ("clauses", make_pipeline(HashCounts(min_df=3, binary=True), TfidfTransformer()), "clauses")
VECTOR = ("vector", make_pipeline(FunctionTransformer(stacked), StandardScaler(), FunctionTransformer(weighed)), "vector")
KEYWORDS: tuple[str, TransformerMixin, list[str]] = ("keywords", KeywordCounts(), ["keywords"])


def _with(classifier: Any, *parts: tuple[str, Any, Any]) -> WeightedPipeline:
    return WeightedPipeline([("features", ColumnTransformer(list(parts))), ("classify", classifier)])


def _logistic() -> LogisticRegression:
    return LogisticRegression(C=4.0, class_weight="balanced", max_iter=5000, tol=TOLERANCE)


def _margin() -> MarginClassifier:
    return MarginClassifier(C=0.3, class_weight="balanced", random_state=0, max_iter=20000, tol=TOLERANCE)


def _blend(*members: tuple[str, Any]) -> VotingClassifier:
    return VotingClassifier(list(members), voting="soft")


def _naive_bayes() -> WeightedPipeline:
    return _with(SmallNaiveBayes(alpha=0.1), WORDS, CLAUSES)


def _linear_svm(*parts: tuple[str, Any, Any]) -> WeightedPipeline:
    return _with(_margin(), *parts)


def _words(target: str) -> list[tuple[str, Any, str]]:
    """Words; for issues and stances of the context too, which tells what a statement is about and never lends an act (CODEBOOK C8)."""
    return [WORDS] if target == "act" else [WORDS, NEARBY]


@dataclass(frozen=True)
class Recipe:
    """How to `build` an untrained classifier of a target, settings to choose from, and the targets that it is tried for."""

    build: Callable[[str], Any]
    grid: dict[str, list[Any]] = field(default_factory=dict)
    targets: tuple[str, ...] = TARGETS


RECIPES = {
    "dummy": Recipe(lambda target: DummyClassifier(strategy="prior")),
    "rules": Recipe(KeywordRules),
    "naive_bayes": Recipe(lambda target: _naive_bayes()),
    "words": Recipe(lambda target: _linear_svm(*_words(target), KEYWORDS), {"classify__C": [0.1, 0.3]}),
    "clauses": Recipe(lambda target: _linear_svm(CLAUSES)),
    "vectors": Recipe(lambda target: _with(_logistic(), VECTOR)),
    "linear_svm": Recipe(lambda target: _linear_svm(*_words(target), CLAUSES, KEYWORDS)),
    "linear_svm_vectors": Recipe(lambda target: _linear_svm(*_words(target), CLAUSES, VECTOR)),
    # for issues and stances a blend gave nothing that its interval allows to see, and took most of the time
    "blend": Recipe(
        lambda target: _blend(("svm", _linear_svm(*_words(target), CLAUSES, KEYWORDS)), ("bayes", _naive_bayes())), targets=("act",)
    ),
    "blend_vectors": Recipe(
        lambda target: _blend(
            ("svm", _linear_svm(*_words(target), CLAUSES, VECTOR)),
            ("vectors", _with(_logistic(), VECTOR)),
            ("bayes", _naive_bayes()),
        ),
        targets=("act",),
    ),
}
READS_VECTORS = {"vectors", "linear_svm_vectors", "blend_vectors"}
READS_CLAUSES = {"naive_bayes", "clauses", "linear_svm", "linear_svm_vectors", "blend", "blend_vectors"}


def make_model(name: str, target: str, *, folds: int, seed: int) -> Any:
    """An untrained classifier for a target, which searches its settings and calibrates itself over `folds` folds.

    Raises StanceError for an unknown name.
    """
    recipe = recipe_of(name)
    return Calibrated(recipe.build(target), recipe.grid, folds=folds, seed=seed)


def recipe_of(name: str) -> Recipe:
    """The recipe of that name. Raises StanceError for an unknown one."""
    if name not in RECIPES:
        raise refuse(f"unknown model {name!r}", f"{listing(RECIPES, 20)}", "params.yaml, key models")
    return RECIPES[name]
