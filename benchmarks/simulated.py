"""Corpora with known shares, a classifier whose errors differ by side, and draws of codes from them: what coverage is tested on.

Each statement has a side, a document, a code y (1 when it is the act in question) and a prediction f, a probability that is calibrated
over both sides together and not in either. Documents differ in length and, with an intraclass correlation above 0, in their share of the
act.
"""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd
from scipy.stats import beta

from stance.design import DOCUMENTS, STATEMENTS, Design
from stance.sample import allocate

SIMPLE, STRATIFIED = "simple", "stratified"
DRAWS = (SIMPLE, STRATIFIED, DOCUMENTS)
DOUBT, SIZE = "statements by doubt", "documents by size"
UNEQUAL = (DOUBT, SIZE)  # draws in which each unit has a probability of its own
UNEVEN = "documents of uneven length"  # DOCUMENTS from a corpus whose lengths are as uneven as in White House and Kremlin texts
LEAST_DOUBT = 0.02  # of the classifier, by which a statement is drawn
RATIO = 1.3  # Russia's prevalence over the US one


@dataclass(frozen=True)
class Errors:
    """How well the classifier tells the act from the rest, by side (distance in standard deviations), and how far it leans (log-odds)."""

    distance: tuple[float, float]
    lean: tuple[float, float]


ERRORS = {
    "same on both sides": Errors((1.9, 1.9), (0.0, 0.0)),
    "worse on Russia": Errors((2.2, 1.6), (0.0, 0.7)),
    "leaning apart": Errors((2.2, 2.2), (-0.7, 0.7)),
}


@dataclass(frozen=True)
class Corpus:
    """Arrays over statements: `document`, `side` (0 US, 1 Russia), `y`, `f`."""

    document: np.ndarray
    side: np.ndarray
    y: np.ndarray
    f: np.ndarray
    allocations: dict[int, np.ndarray] = field(default_factory=dict)

    @cached_property
    def stratum(self) -> np.ndarray:
        """Side and predicted act, as `stance sample` stratifies."""
        return self.side * 2 + (self.f > 0.5)

    def allocated(self, codes: int) -> tuple[np.ndarray, np.ndarray]:
        """Statements in each stratum, and how many of `codes` are drawn there."""
        n = np.bincount(self.stratum, minlength=4)
        if codes not in self.allocations:
            spread = np.bincount(self.stratum, 2 * self.f * (1 - self.f), 4) / np.maximum(n, 1)
            strata = pd.DataFrame({"n": n, "side": ["US", "US", "RUS", "RUS"], "spread": spread})
            self.allocations[codes] = allocate(strata, codes, 2).to_numpy()
        return n, self.allocations[codes]

    def truth(self, side: int) -> float:
        return float(self.y[self.side == side].mean())

    def naive(self, side: int) -> float:
        return float((self.f[self.side == side] > 0.5).mean())


def corpus(
    rng: np.random.Generator, *, prevalence: float, correlation: float, errors: Errors, uneven: bool = False, documents: int = 900
) -> Corpus:
    """A corpus of about 9 statements a document; the US prevalence is `prevalence`, `correlation` that of codes within a document."""
    length = np.ceil(rng.lognormal(1.4, 1.3, documents)).astype(int) if uneven else rng.geometric(1 / 8, documents) + 1
    document = np.repeat(np.arange(documents), length)
    main = rng.integers(0, 2, documents)[document]
    side = np.where(rng.random(len(document)) < 0.85, main, 1 - main)
    shares = np.array([prevalence, RATIO * prevalence])
    share = shares[side]
    if correlation:
        scale = (1 - correlation) / correlation
        quantile = rng.random(documents)
        share = np.stack([beta.ppf(quantile, p * scale, (1 - p) * scale) for p in shares], 1)[document, side]
    y = (rng.random(len(document)) < share).astype(float)
    score = rng.normal(size=len(document)) + np.array(errors.distance)[side] * y
    distance, base = np.mean(errors.distance), shares.mean()
    logit = np.log(base / (1 - base)) + distance * score - distance**2 / 2 + np.array(errors.lean)[side]
    return Corpus(document, side, y, 1 / (1 + np.exp(-logit)))


def draw(rng: np.random.Generator, found: Corpus, codes: int, how: str) -> tuple[np.ndarray, Design]:
    """Numbers of the labelled statements and their design: a simple random draw, one stratified as `stance sample` does, whole documents,
    or one of UNEQUAL."""
    n = len(found.y)
    if how in UNEQUAL:
        return _unequal(rng, found, codes, how)
    if how in {DOCUMENTS, UNEVEN}:
        total = int(found.document.max()) + 1
        taken = rng.choice(total, min(total, max(2, round(codes * total / n))), replace=False)
        rows = np.flatnonzero(np.isin(found.document, taken))
        names, unit = np.unique(found.document[rows], return_inverse=True)
        return rows, Design(DOCUMENTS, unit, np.full(len(names), len(taken) / total), np.zeros(len(names), int))
    if how == SIMPLE:
        rows, stratum, pi = rng.choice(n, codes, replace=False), np.zeros(codes, int), np.full(codes, codes / n)
    else:
        sizes, drawn = found.allocated(codes)
        rows = np.concatenate([rng.choice(np.flatnonzero(found.stratum == h), drawn[h], replace=False) for h in range(4)])
        stratum = found.stratum[rows]
        pi = (drawn / np.maximum(sizes, 1))[stratum]
    return rows, Design(STATEMENTS, np.arange(len(rows)), pi, stratum)


def _unequal(rng: np.random.Generator, found: Corpus, codes: int, how: str) -> tuple[np.ndarray, Design]:
    """Statements drawn in proportion to the classifier's doubt, or documents in proportion to their statements: some `codes` in all.

    Drawn systematically from a random order, so that the number of units is nearly fixed.
    """
    unit = found.document if how == SIZE else np.arange(len(found.y))
    n = np.bincount(unit).astype(float)
    measure = n if how == SIZE else LEAST_DOUBT + np.sqrt(found.f * (1 - found.f))
    pi = np.minimum(1, measure * codes / (measure * n).sum())
    order = rng.permutation(len(pi))
    steps = np.cumsum(pi[order])
    taken = order[np.searchsorted(steps, np.arange(rng.random(), steps[-1]))]
    rows = np.flatnonzero(np.isin(unit, taken))
    labelled = pd.DataFrame({"statement_id": rows, "doc_id": found.document[rows], "pi": pi[unit[rows]]})
    return rows, Design.of(labelled, DOCUMENTS if how == SIZE else STATEMENTS)
