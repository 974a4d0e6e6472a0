"""A keyword codebook as a scikit-learn classifier: the baseline that anyone can read (`data/codebook/keywords.yaml`)."""

import re
from functools import cache

import numpy as np
import pandas as pd
import yaml
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin

from stance.codebook import NO_ISSUE
from stance.resources import resource

CONDITION = re.compile(r"(?<!\beven )(?<!\bas )\b(?:if|unless|until|provided|otherwise|in case|(?:as|so) long as)\b", re.I)
CATCH_ALL = {"act": "other", "issue": NO_ISSUE, "stance": "unclear"}


@cache
def keywords() -> dict[str, re.Pattern[str]]:
    """`target:code` -> pattern of its words and phrases, in the file's order; `*` in the file stands for any ending."""
    content = yaml.safe_load(resource("codebook/keywords.yaml").read_text(encoding="utf-8"))
    return {
        f"{target}:{code}": re.compile(r"\b(?:" + "|".join(re.escape(phrase).replace(r"\*", r"\w*") for phrase in phrases) + r")\b", re.I)
        for target, codes in content.items()
        for code, phrases in codes.items()
    }


def count_keywords(text: str, cue: str) -> bytes:
    """How often the keywords of each code of `keywords` stand in cue and text, a byte each."""
    return bytes(min(len(pattern.findall(f"{cue} {text}")), 255) for pattern in keywords().values())


def states_condition(text: str) -> bool:
    """Whether words of a condition stand in `text` ("if", "unless", "until", "as long as", …; not "even if")."""
    return CONDITION.search(text) is not None


def _counts(rows: pd.DataFrame) -> np.ndarray:
    return np.frombuffer(b"".join(rows["keywords"]), np.uint8).reshape(len(rows), len(keywords())).astype(float)


class KeywordCounts(TransformerMixin, BaseEstimator):
    """Whether the keywords of each code stand in cue and text, as features of a learner: shape (rows, codes of all targets)."""

    def fit(self, rows: pd.DataFrame, codes: pd.Series | None = None) -> "KeywordCounts":
        self.n_features_in_ = 1
        return self

    def transform(self, rows: pd.DataFrame) -> np.ndarray:
        return np.minimum(_counts(rows), 1)


class KeywordRules(ClassifierMixin, BaseEstimator):
    """Counts each code's keywords in cue and text; the most frequent code wins, and the catch-all code where none stands.

    Parameters
    ----------
    target : str
        Section of the keyword file: act, issue or stance.
    """

    def __init__(self, target: str = "act") -> None:
        self.target = target

    def fit(self, rows: pd.DataFrame, codes: pd.Series, sample_weight: np.ndarray | None = None) -> "KeywordRules":
        self.classes_, counts = np.unique(codes, return_counts=True)
        self.prior_ = (counts / counts.sum() + (self.classes_ == CATCH_ALL[self.target])) / 2
        return self

    def predict_proba(self, rows: pd.DataFrame) -> np.ndarray:
        """Shape (rows, classes): keyword counts, smoothed by the classes' shares in training and the catch-all code."""
        names, counts = list(keywords()), _counts(rows)
        scores = np.tile(self.prior_, (len(rows), 1))
        for n, code in enumerate(self.classes_):
            if f"{self.target}:{code}" in names:
                scores[:, n] += counts[:, names.index(f"{self.target}:{code}")]
        return scores / scores.sum(axis=1, keepdims=True)

    def predict(self, rows: pd.DataFrame) -> np.ndarray:
        return self.classes_[self.predict_proba(rows).argmax(axis=1)]
