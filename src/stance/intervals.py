"""Estimates and their intervals: shares with Wilson limits by stratum, differences of two shares.

The interval of a share recovers variances (MOVER; Zou & Donner 2008) from Wilson limits (1927) of each stratum, so that it holds where
codes of an act are few, and turns into share ± t · se where they are many. docs/decisions/0007 has the simulations.
"""

from dataclasses import dataclass, field

import numpy as np
from scipy.special import stdtr, stdtrit
from scipy.stats import fisher_exact


@dataclass(frozen=True)
class Estimate:
    """A value with its standard error, degrees of freedom and each unit's pull on it; the interval is value ± t · se within `bounds`."""

    value: float
    se: float
    df: float
    influence: np.ndarray
    bounds: tuple[float, float] = (-1.0, 1.0)

    def arms(self, t: float) -> tuple[float, float]:
        return t * self.se, t * self.se

    def half(self, t: float) -> float:
        """Half the width that it lends to a difference."""
        return t * self.se

    @property
    def df_of_interval(self) -> float:
        return self.df

    def interval(self, level: float) -> tuple[float, float]:
        below, above = self.arms(float(stdtrit(self.df_of_interval, 0.5 + level / 2)))
        return min(self.shown, max(self.bounds[0], self.value - below)), max(self.shown, min(self.bounds[1], self.value + above))

    @property
    def shown(self) -> float:
        """The value within `bounds`: a corrected share can fall a little outside."""
        return float(np.clip(self.value, *self.bounds))

    @property
    def p_value(self) -> float:
        """Of the hypothesis that the value is 0: a t test whose standard error is that of the 95 % interval."""
        t = float(stdtrit(self.df, 0.975))
        half = sum(self.arms(t)) / 2
        return float(2 * stdtr(self.df, -abs(self.value) * t / half)) if half > 0 else float(self.value == 0)


@dataclass(frozen=True)
class Share(Estimate):
    """A share with Wilson limits by stratum: `part` of the cell, mean code `p`, size `n` of a simple random sample that is as good,
    `gain` of the predictions in standard error (NaN where codes are too few to tell it), standard error `error`; `drift` is the variance
    of the parts. `df_positive` caps the degrees of freedom of its own interval."""

    bounds: tuple[float, float] = (0.0, 1.0)
    tuning: float = 1.0
    df_positive: float = np.inf
    drift: float = 0.0
    part: np.ndarray = field(default_factory=lambda: np.ones(1))
    p: np.ndarray = field(default_factory=lambda: np.zeros(1))
    n: np.ndarray = field(default_factory=lambda: np.full(1, np.inf))
    gain: np.ndarray = field(default_factory=lambda: np.ones(1))
    error: np.ndarray = field(default_factory=lambda: np.zeros(1))

    @property
    def df_of_interval(self) -> float:
        return min(self.df, self.df_positive)

    @property
    def allowance(self) -> float:
        """The variance that it is allowed for errors of the classifier that the codes may have missed."""
        return max(0.0, float((self.part**2 * self.error**2).sum() - self.influence @ self.influence))

    def arms(self, t: float) -> tuple[float, float]:
        low, high = wilson(self.p, self.n, t)
        found = (
            np.where(np.isnan(self.gain), np.maximum(arm, t * self.error), arm * np.nan_to_num(self.gain))
            for arm in (self.p - low, high - self.p)
        )
        below, above = (self._joined(arm, t) for arm in found)
        return below, above

    def half(self, t: float) -> float:
        """Half the width that it lends to a difference: t standard errors, and Wilson's where codes are too few to tell them."""
        low, high = wilson(self.p, self.n, t)
        return self._joined(np.where(np.isnan(self.gain), np.maximum((high - low) / 2, t * self.error), t * self.error), t)

    def _joined(self, arm: np.ndarray, t: float) -> float:
        return float(np.sqrt((self.part**2 * arm**2).sum() + t**2 * self.drift))


def wilson(p: np.ndarray, n: np.ndarray, t: float) -> tuple[np.ndarray, np.ndarray]:
    """Wilson's limits (1927) of a share `p` of `n` with the quantile `t`; `n` may be infinite."""
    middle = (p + t**2 / (2 * n)) / (1 + t**2 / n)
    half = t / (1 + t**2 / n) * np.sqrt(p * (1 - p) / n + t**2 / (4 * n**2))
    return middle - half, middle + half


@dataclass(frozen=True)
class Contrast(Estimate):
    """The difference of a pair of shares, see `contrast`; `covariance` is theirs."""

    pair: tuple[Estimate, ...] = ()
    covariance: float = 0.0

    def arms(self, t: float) -> tuple[float, float]:
        halves = [one.half(t) for one in self.pair]
        half = float(np.sqrt(max(0.0, sum(half**2 for half in halves) - 2 * t**2 * self.covariance)))
        return half, half


def contrast(first: Estimate, second: Estimate) -> Estimate:
    """`first` minus `second`, with the joint variance of units that stand in both: symmetric, as the skewness of the two sides cancels.

    Its half-width joins standard errors, as `Share.half` has them, so that it does not vanish where no error was found; degrees of freedom
    are the fewer ones, of units and not of positives, which made differences too wide.
    """
    covariance = float(first.influence @ second.influence)
    se = float(np.sqrt(max(0.0, first.se**2 + second.se**2 - 2 * covariance)))
    df, influence = min(first.df, second.df), first.influence - second.influence
    return Contrast(first.value - second.value, se, df, influence, pair=(first, second), covariance=covariance)


def newcombe(first: Estimate, second: Estimate) -> Estimate:
    """`first` minus `second`, independent shares of few statements, with the hybrid score interval (Newcombe 1998, method 10)."""
    return Newcombe(first.value - second.value, float(np.hypot(first.se, second.se)), np.inf, np.zeros(0), pair=(first, second))


@dataclass(frozen=True)
class Newcombe(Estimate):
    """The difference of a pair of shares that are counts; see `newcombe`."""

    pair: tuple[Estimate, ...] = ()

    def arms(self, t: float) -> tuple[float, float]:
        (first_below, first_above), (second_below, second_above) = (one.arms(t) for one in self.pair)
        return float(np.hypot(first_below, second_above)), float(np.hypot(first_above, second_below))

    @property
    def p_value(self) -> float:
        """Fisher's exact test of equal shares."""
        table = [[round(one.value * one.n[0]), round((1 - one.value) * one.n[0])] for one in self.pair if isinstance(one, Share)]
        return float(fisher_exact(table).pvalue)
