"""A keyword codebook as a scikit-learn classifier: the baseline that anyone can read (`data/codebook/keywords.yaml`)."""

import re
from collections.abc import Iterable
from functools import cache

import numpy as np
import pandas as pd
import yaml
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin

from stance.resources import resource

CATCH_ALL = {"act": "other", "issue": "none_other", "stance": "unclear"}


@cache
def keywords(target: str) -> dict[str, re.Pattern[str]]:
    """Code -> pattern of its words and phrases; `*` in the file stands for any ending."""
    content = yaml.safe_load(resource("codebook/keywords.yaml").read_text(encoding="utf-8"))
    return {
        code: re.compile(r"\b(?:" + "|".join(re.escape(phrase).replace(r"\*", r"\w*") for phrase in phrases) + r")\b", re.I)
        for code, phrases in content.get(target, {}).items()
    }


def count_keywords(rows: pd.DataFrame, target: str, codes: Iterable[str]) -> np.ndarray:
    """Shape (rows, codes): how often the keywords of each code stand in cue and text."""
    patterns = keywords(target)
    texts = (rows["cue"] + " " + rows["text"]).tolist()
    names = list(codes)
    hits = [[len(patterns[name].findall(text)) if name in patterns else 0 for name in names] for text in texts]
    return np.array(hits, dtype=float).reshape(len(texts), len(names))


class KeywordCounts(TransformerMixin, BaseEstimator):
    """Whether the keywords of each code stand in cue and text, as features of a learner.

    Parameters
    ----------
    target : str
        Section of the keyword file: act, issue or stance.
    """

    def __init__(self, target: str = "act") -> None:
        self.target = target

    def fit(self, rows: pd.DataFrame, codes: pd.Series | None = None) -> "KeywordCounts":
        self.codes_ = sorted(keywords(self.target))
        return self

    def transform(self, rows: pd.DataFrame) -> np.ndarray:
        return np.minimum(count_keywords(rows, self.target, self.codes_), 1)


class KeywordRules(ClassifierMixin, BaseEstimator):
    """Counts each code's keywords in cue and text; the most frequent code wins, and the catch-all code where none stands.

    Parameters
    ----------
    target : str
        Section of the keyword file: act, issue or stance.
    """

    def __init__(self, target: str = "act") -> None:
        self.target = target

    def fit(self, rows: pd.DataFrame, codes: pd.Series) -> "KeywordRules":
        self.classes_, counts = np.unique(codes, return_counts=True)
        self.prior_ = (counts / counts.sum() + (self.classes_ == CATCH_ALL[self.target])) / 2
        return self

    def predict_proba(self, rows: pd.DataFrame) -> np.ndarray:
        """Shape (rows, classes): keyword counts, smoothed by the classes' shares in training and the catch-all code."""
        scores = count_keywords(rows, self.target, self.classes_) + self.prior_
        return scores / scores.sum(axis=1, keepdims=True)

    def predict(self, rows: pd.DataFrame) -> np.ndarray:
        return self.classes_[self.predict_proba(rows).argmax(axis=1)]
