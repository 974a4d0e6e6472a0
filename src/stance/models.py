"""Untrained classifiers by name. Each reads a table with the columns `text` and `cue`."""

from collections.abc import Callable
from typing import Any

from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.dummy import DummyClassifier
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import ComplementNB
from sklearn.pipeline import Pipeline
from sklearn.svm import LinearSVC

from stance.errors import StanceError, listing
from stance.rules import KeywordCounts, KeywordRules, keywords

TARGETS = ["act", "issue", "stance"]
FEATURES = ["text", "cue"]
TOLERANCE = 1e-7  # tight, so that processors which round differently end at the same weights to the digits shown
TRUSTED = [  # types in our model files beside those that skops trusts of itself
    "sklearn.calibration._CalibratedClassifier",
    "sklearn.calibration._SigmoidCalibration",
    "stance.rules.KeywordCounts",
    "stance.rules.KeywordRules",
]


def _counts() -> ColumnTransformer:
    return ColumnTransformer(
        [
            ("words", CountVectorizer(ngram_range=(1, 2), min_df=2, binary=True), "text"),
            ("cue", CountVectorizer(binary=True), "cue"),
        ]
    )


def _tfidf(target: str) -> ColumnTransformer:
    parts: list[tuple[str, Any, Any]] = [
        ("words", TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True), "text"),
        ("chars", TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), min_df=3, sublinear_tf=True), "text"),
        ("cue", CountVectorizer(binary=True), "cue"),
    ]
    return ColumnTransformer([*parts, ("keywords", KeywordCounts(target), FEATURES)] if keywords(target) else parts)


def _dummy(target: str) -> Pipeline:
    return Pipeline([("classify", DummyClassifier(strategy="prior"))])


def _rules(target: str) -> Pipeline:
    return Pipeline([("classify", KeywordRules(target))])


def _naive_bayes(target: str) -> Pipeline:
    return Pipeline([("features", _counts()), ("classify", ComplementNB())])


def _logistic_regression(target: str) -> Pipeline:
    return Pipeline(
        [
            ("features", _tfidf(target)),
            ("classify", LogisticRegression(class_weight="balanced", max_iter=5000, tol=TOLERANCE)),
        ]
    )


def _linear_svm(target: str) -> Pipeline:
    svm = LinearSVC(class_weight="balanced", random_state=0, max_iter=20000, tol=TOLERANCE)
    return Pipeline([("features", _tfidf(target)), ("classify", CalibratedClassifierCV(svm, method="sigmoid", cv=3, ensemble=False))])


RECIPES: dict[str, tuple[Callable[[str], Pipeline], dict[str, list[Any]]]] = {
    "dummy": (_dummy, {}),
    "rules": (_rules, {}),
    "naive_bayes": (_naive_bayes, {"classify__alpha": [0.1, 0.3, 1.0]}),
    "logistic_regression": (_logistic_regression, {"classify__C": [1.0, 4.0, 16.0]}),
    "linear_svm": (_linear_svm, {"classify__estimator__C": [0.1, 0.3, 1.0]}),
}


def make_model(name: str, target: str) -> tuple[Pipeline, dict[str, list[Any]]]:
    """An untrained pipeline for a target, and the grid that the inner folds search. Raises StanceError for an unknown name."""
    if name not in RECIPES:
        raise StanceError(f"unknown model {name!r}; allowed: {listing(RECIPES, 10)}. Try: params.yaml, key models")
    build, grid = RECIPES[name]
    return build(target), grid
