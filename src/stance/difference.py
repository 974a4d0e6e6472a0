"""The difference estimator: a share counted by a classifier over the whole corpus, corrected by codes drawn from it.

For statements i of a cell with codes y and predictions f in [0, 1] that never saw these codes, and labels drawn with probability π,

    share = λ · mean(f) + Σ (y − λ f)/π / Σ 1/π,

design-based supervised learning (Egami, Hinck, Stewart & Wei 2023), which is the difference estimator of survey sampling (Särndal,
Swensson & Wretman 1992). λ is the value of least variance in [0, 1] (Angelopoulos, Duchi & Zrnic 2023), and 1 where a cell has fewer than
ENOUGH_TO_TUNE positive codes. Variances delete one unit at a time within strata, with finite-population correction. Degrees of
freedom count units by their size (Kish 1965). Intervals: `stance.intervals`.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from stance.design import DOCUMENTS, STATEMENTS, Design
from stance.intervals import Share

ENOUGH_TO_TUNE = 10
LEAST_UNITS = 25  # labelled units in a stratum of the variance: smaller ones are joined with those of the nearest mean prediction
MOST_STRATA = 4  # strata of the variance: in many small ones Wilson's limits are too wide together (Yan & Su 2010)
UNSEEN = 2.0  # errors that a stratum is allowed for beyond those found, where these are none; fewer the more are found
ENOUGH_ERRORS = 5  # units with an error from which the residuals alone tell the variance
FEW = 3  # units with a positive, or with a negative, code in a stratum below which its residuals can't tell its variance


@dataclass(frozen=True)
class Strata:
    """Labelled units of a cell by stratum: the unit's number, and its weighted counts of statements (`n`), codes (`y`), predictions
    (`f`)."""

    unit: np.ndarray
    stratum: np.ndarray
    pi: np.ndarray
    n: np.ndarray
    y: np.ndarray
    f: np.ndarray

    def sums(self, values: np.ndarray) -> np.ndarray:
        return np.bincount(self.stratum, values)

    def mean(self, values: np.ndarray) -> np.ndarray:
        return self.sums(values) / self.sums(self.n)

    @cached_property
    def units(self) -> np.ndarray:
        return np.bincount(self.stratum)

    @cached_property
    def part(self) -> np.ndarray:
        """Each stratum's part of the cell."""
        return self.sums(self.n) / self.n.sum()

    def kish(self, values: np.ndarray) -> np.ndarray:
        """Each stratum's effective number of units that hold `values`; 0 where none does."""
        squares = self.sums(values**2)
        return self.sums(values) ** 2 / np.where(squares > 0, squares, 1)

    @cached_property
    def size(self) -> np.ndarray:
        """The effective number of units."""
        return self.kish(self.n)

    @cached_property
    def df(self) -> float:
        return max(1.0, float((self.size - 1).sum()))

    @cached_property
    def df_positive(self) -> float:
        """Degrees of freedom by the positives, coded and predicted: where few documents hold most of an act, its variance is less sure."""
        positive = self.y + self.f
        return max(1.0, float(np.maximum(self.kish(positive) - 1, 0).sum())) if positive.any() else np.inf

    def moves(self, values: np.ndarray) -> np.ndarray:
        """How far a stratum's mean moves without each unit, scaled so that the sum of squares in a stratum is the mean's variance."""
        rest = self.sums(self.n)[self.stratum] - self.n
        moved = (values - self.mean(values)[self.stratum] * self.n) / np.where(rest > 0, rest, np.inf)
        units = self.units[self.stratum]
        return moved * np.sqrt((1 - self.pi) * (units - 1) / units)

    def influence(self, moves: np.ndarray, units: int) -> np.ndarray:
        """Each unit's pull on the mean over all strata; the sum of squares is its variance."""
        pulls = np.zeros(units)
        pulls[self.unit] = moves * self.part[self.stratum]
        return pulls


def share(y: np.ndarray, f: np.ndarray, mean_f: float, inside: np.ndarray, design: Design, tuning: float | None = None) -> Share:
    """The share of codes `y` (0 or 1) among the statements of a cell.

    `f` are predictions of the labelled statements and `mean_f` their mean over the cell's statements in the whole corpus; `inside` tells
    which labelled statements are of the cell, one at least. `tuning` fixes λ: 0 takes codes alone, 1 corrects the count in full.
    """
    cell = _strata(y, f, inside, design)
    y_moves, f_moves = cell.moves(cell.y), cell.moves(cell.f)
    if tuning is None:
        tuning = _tuned(cell, y_moves, f_moves) if y[inside].sum() >= ENOUGH_TO_TUNE else 1.0
    residual, moves = cell.y - tuning * cell.f, y_moves - tuning * f_moves
    y_variance, variance = cell.sums(y_moves**2), cell.sums(moves**2)
    drift, p = _drift(cell, cell.mean(residual), design), cell.mean(cell.y)
    told = (cell.sums(cell.y > 0) >= FEW) & (cell.sums(cell.n - cell.y > 1e-9) >= FEW)
    with np.errstate(divide="ignore", invalid="ignore"):
        most = cell.size / (1 - cell.sums(cell.pi) / cell.units)
        n = np.where(y_variance > 0, p * (1 - p) / y_variance, most)
        sure = np.minimum(n, most) if design.by == STATEMENTS else n  # positives of small weight would promise more than there are units
        n = np.where(told, n, sure)
        few = np.maximum(0, 1 - cell.sums(_wrong(y, f, inside, design, cell)) / ENOUGH_ERRORS)
        wary = variance + tuning**2 * UNSEEN * few / sure**2
        gain = np.where(y_variance > 0, np.sqrt(wary / y_variance), 0)
    return Share(
        value=tuning * mean_f + residual.sum() / cell.n.sum(),
        se=float(np.sqrt((cell.part**2 * variance).sum() + drift)),
        df=cell.df,
        df_positive=cell.df_positive if design.by == DOCUMENTS else np.inf,
        influence=cell.influence(moves, len(design.pi)),
        tuning=tuning,
        drift=drift,
        part=cell.part,
        p=p,
        n=n,
        gain=np.where(told, gain, np.nan),
        error=np.sqrt(wary),
    )


def _wrong(y: np.ndarray, f: np.ndarray, inside: np.ndarray, design: Design, cell: Strata) -> np.ndarray:
    """Whether each unit of the cell holds a statement on which code and prediction differ by more than a half."""
    return (np.bincount(design.unit, inside * (np.abs(y - f) > 0.5), len(design.pi))[cell.unit] > 0).astype(float)


def effective_documents(design: Design, drawn: np.ndarray, documents: np.ndarray, expected: np.ndarray) -> float:
    """How many documents of equal weight those drawn are worth (Kish 1965), infinite where statements were drawn: `drawn` tells which
    labelled statements are of the cell, `documents` and `expected` the document's number and the probability of each of its statements in
    the corpus.

    Those drawn don't tell how evenly documents hold the act: a cell shown only where the sample happens to lack one that holds much would
    err downward. Where large documents were drawn more often, this counts too few.
    """
    if design.by != DOCUMENTS:
        return np.inf
    held = np.bincount(documents, expected)
    even = held.sum() ** 2 / (len(held) * (held**2).sum()) if held.any() else 0.0
    return float(len(np.unique(design.unit[drawn])) * even)


def ratio(top: Share, bottom: Share) -> Share:
    """`top` as a share of `bottom`, two shares of one cell of which the first is part of the second: a ratio of two corrected totals.

    The variance is that of the linearised ratio, with what both are allowed for errors not found; the limits are Wilson's at the size of
    sample that it shows or, where the ratio is 0 or 1, at the codes that `bottom` has. `bottom` is above 0.
    """
    value = float(np.clip(top.value / bottom.value, 0, 1))
    influence = (top.influence - value * bottom.influence) / bottom.value
    variance = float(influence @ influence) + (top.allowance + value**2 * bottom.allowance) / bottom.value**2
    between = 0 < value < 1 and variance > 0
    with np.errstate(divide="ignore"):
        n = value * (1 - value) / variance if between else bottom.value / (bottom.part**2 / bottom.n).sum()
    return Share(
        value=value,
        se=float(np.sqrt(variance)),
        df=min(top.df, bottom.df),
        influence=influence,
        p=np.array([value]),
        n=np.array([n]),
        gain=np.array([1.0 if between else np.nan]),
        error=np.array([np.sqrt(variance)]),
    )


def _strata(y: np.ndarray, f: np.ndarray, inside: np.ndarray, design: Design) -> Strata:
    """The cell's units; strata of few are joined with those of the nearest mean prediction."""
    weight, units = design.weight * inside, len(design.pi)
    n = np.bincount(design.unit, weight, units)
    unit = np.flatnonzero(n)
    codes, predicted = (np.bincount(design.unit, weight * values, units)[unit] for values in (y, f))
    strata, place = np.unique(design.stratum[unit], return_inverse=True)
    size = np.bincount(place)
    order = np.lexsort((strata, np.bincount(place, predicted) / np.bincount(place, n[unit])))
    joined, at, held, left = np.zeros(len(strata), int), 0, 0, int(size.sum())
    least = LEAST_UNITS if len(strata) <= MOST_STRATA else max(LEAST_UNITS, left / MOST_STRATA)
    for stratum in order:
        if held >= least and left >= least:
            at, held = at + 1, 0
        joined[stratum] = at
        held, left = held + size[stratum], left - size[stratum]
    return Strata(unit, joined[place], design.pi[unit], n[unit], codes, predicted)


def _tuned(cell: Strata, y_moves: np.ndarray, f_moves: np.ndarray) -> float:
    both, own = ((cell.part**2 * cell.sums(moves)).sum() for moves in (y_moves * f_moves, f_moves**2))
    return float(np.clip(both / own, 0, 1)) if own > 0 else 0.0


def _drift(cell: Strata, residual: np.ndarray, design: Design) -> float:
    """The variance that the strata's parts of the cell add where the design does not fix them, as when a cell cuts through strata."""
    pulls = np.zeros(len(design.pi))
    pulls[cell.unit] = cell.n * (residual - (cell.part * residual).sum())[cell.stratum] / cell.n.sum()
    size = np.bincount(design.stratum)
    centred = pulls - (np.bincount(design.stratum, pulls) / size)[design.stratum]
    scale = (size / np.maximum(size - 1, 1))[design.stratum]
    return float((scale * (1 - design.pi) * centred**2).sum())
