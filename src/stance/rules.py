"""A keyword codebook as a scikit-learn classifier: the baseline that anyone can read (`data/codebook/keywords.yaml`)."""

import re
from functools import cache

import numpy as np
import pandas as pd
import yaml
from sklearn.base import BaseEstimator, ClassifierMixin

from stance.resources import resource

SMOOTHING = 1.0


@cache
def keywords(target: str) -> dict[str, re.Pattern[str]]:
    """Code -> pattern of its words and phrases; `*` in the file stands for any ending."""
    content = yaml.safe_load(resource("codebook/keywords.yaml").read_text(encoding="utf-8"))
    return {
        code: re.compile(r"\b(?:" + "|".join(re.escape(phrase).replace(r"\*", r"\w*") for phrase in phrases) + r")\b", re.I)
        for code, phrases in content.get(target, {}).items()
    }


class KeywordRules(ClassifierMixin, BaseEstimator):
    """Counts each code's keywords in cue and text; the most frequent code wins, and the commonest one where none stands.

    Parameters
    ----------
    target : str
        Section of the keyword file: act, issue or stance.
    """

    def __init__(self, target: str = "act") -> None:
        self.target = target

    def fit(self, rows: pd.DataFrame, codes: pd.Series) -> "KeywordRules":
        self.classes_, counts = np.unique(codes, return_counts=True)
        self.prior_ = counts / counts.sum()
        return self

    def predict_proba(self, rows: pd.DataFrame) -> np.ndarray:
        """Shape (rows, classes): keyword counts, smoothed by the classes' shares in training."""
        patterns = keywords(self.target)
        texts = (rows["cue"] + " " + rows["text"]).tolist()
        hits = np.array(
            [[len(patterns[c].findall(text)) if c in patterns else 0 for c in self.classes_] for text in texts],
            dtype=float,
        )
        scores = hits.reshape(len(texts), len(self.classes_)) + SMOOTHING * self.prior_
        return scores / scores.sum(axis=1, keepdims=True)

    def predict(self, rows: pd.DataFrame) -> np.ndarray:
        return self.classes_[self.predict_proba(rows).argmax(axis=1)]
