"""The difference estimator against independent implementations, hand-computed values and its own limits."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import stdtrit
from scipy.stats import norm
from statsmodels.stats.proportion import proportion_confint
from statsmodels.stats.weightstats import DescrStatsW

from stance.design import DOCUMENTS, STATEMENTS, Design
from stance.difference import ENOUGH_TO_TUNE, effective_documents, ratio, share
from stance.intervals import contrast, newcombe, wilson


def simple(n: int, pi: float) -> Design:
    """A simple random draw of `n` statements."""
    return Design(STATEMENTS, np.arange(n), np.full(n, pi), np.zeros(n, int))


def drawn(n: int = 200, seed: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """Codes and probabilities of a fair classifier."""
    rng = np.random.default_rng(seed)
    f = rng.beta(1, 3, n)
    return (rng.random(n) < f).astype(float), f


@pytest.mark.parametrize("tuning", [0.0, 0.4, 1.0])
def test_share_and_standard_error_are_those_of_ppi_python(tuning: float) -> None:
    """Simple random sampling from a large corpus: ppi-python's mean, its variance less the part for drawing the corpus (λ² Var(f)/N),
    with n - 1 for n and the finite-population correction."""
    with warnings.catch_warnings():
        from ppi_py import ppi_mean_ci, ppi_mean_pointestimate
    y, f = drawn()
    n, everything = len(y), np.random.default_rng(4).beta(1, 3, 5000)
    found = share(y, f, float(everything.mean()), np.ones(n, bool), simple(n, n / 5000), tuning)
    assert found.value == pytest.approx(float(ppi_mean_pointestimate(y, f, everything, lam=tuning)[0]), abs=1e-6)
    low, high = (float(limit[0]) for limit in ppi_mean_ci(y, f, everything, alpha=0.05, lam=tuning))
    theirs = ((high - low) / 2 / norm.ppf(0.975)) ** 2 - tuning**2 * everything.var() / len(everything)
    assert found.se == pytest.approx(np.sqrt(theirs * n / (n - 1) * (1 - n / 5000)), abs=1e-6)


def test_without_predictions_it_is_the_stratified_mean_of_statsmodels() -> None:
    rng = np.random.default_rng(8)
    size, n = np.array([4000, 1000, 300]), np.array([80, 60, 40])
    strata = np.repeat(np.arange(3), n)
    y = (rng.random(len(strata)) < np.array([0.05, 0.4, 0.8])[strata]).astype(float)
    design = Design(STATEMENTS, np.arange(len(y)), (n / size)[strata], strata)
    found = share(y, strata / 2, 0.3, np.ones(len(y), bool), design, 0.0)
    parts = [DescrStatsW(y[strata == h], ddof=1) for h in range(3)]
    part = size / size.sum()
    assert found.value == pytest.approx(sum(w * one.mean for w, one in zip(part, parts, strict=True)), abs=1e-6)
    variance = sum(w**2 * one.std_mean**2 * (1 - k / m) for w, one, k, m in zip(part, parts, n, size, strict=True))
    assert found.se == pytest.approx(np.sqrt(variance), abs=1e-6)


def test_share_by_hand() -> None:
    """Two strata of 10 and 90 statements, 2 and 3 codes: λ = 1, residuals .2, -.2 and .9, -.1, -.1."""
    y, f = np.array([1.0, 0, 1, 0, 0]), np.array([0.8, 0.2, 0.1, 0.1, 0.1])
    design = Design(STATEMENTS, np.arange(5), np.array([0.2, 0.2, 1 / 30, 1 / 30, 1 / 30]), np.array([0, 0, 1, 1, 1]))
    found = share(y, f, 0.15, np.ones(5, bool), design, 1.0)
    assert found.value == pytest.approx(0.15 + 0.1 * 0.0 + 0.9 * (0.7 / 3))


UNEVEN = Design(DOCUMENTS, np.repeat([0, 1, 2], [1, 2, 5]), np.full(3, 0.1), np.zeros(3, int))


def test_the_variance_of_documents_deletes_one_at_a_time() -> None:
    """Documents of 1, 2 and 5 statements with 1, 1 and 0 positive codes: the mean is .25, or 1/7, 1/6 and 2/3 without one of them."""
    y = np.array([1.0, 1, 0, 0, 0, 0, 0, 0])
    found = share(y, y * 0, 0.0, np.ones(8, bool), UNEVEN, 0.0)
    moved = np.array([1 / 7, 1 / 6, 2 / 3]) - 0.25
    assert found.se == pytest.approx(np.sqrt(0.9 * 2 / 3 * (moved**2).sum()))


def test_degrees_of_freedom_count_documents_by_codes_and_predictions() -> None:
    y, f = np.array([1.0, 1, 0, 1, 0, 0, 0, 0]), np.array([0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0, 0])  # documents hold 1.5, 2 and 2.5
    every = np.ones(8, bool)
    assert share(y, f, 0.2, every, UNEVEN).df_positive == pytest.approx(6**2 / (1.5**2 + 2**2 + 2.5**2) - 1)
    assert share(y * 0, f * 0, 0.0, every, UNEVEN).df_positive == np.inf


def test_documents_count_by_the_positive_codes_to_expect_in_each() -> None:
    """Kish: documents alike count in full; where one of ten holds half of all, ten are worth a little over three and a half."""
    drawn = Design(DOCUMENTS, np.repeat(np.arange(10), 2), np.full(10, 0.1), np.zeros(10, int))
    every = np.ones(20, bool)
    assert effective_documents(drawn, every, np.arange(30), np.full(30, 0.4)) == pytest.approx(10)
    assert effective_documents(drawn, every, np.repeat(np.arange(10), 2), np.repeat([4.5] + 9 * [0.5], 2)) == pytest.approx(18**2 / 90)
    assert effective_documents(drawn, every, np.arange(5), np.zeros(5)) == 0
    assert effective_documents(simple(20, 0.1), every, np.arange(5), np.zeros(5)) == np.inf


def test_wilson_limits_are_those_of_statsmodels() -> None:
    low, high = wilson(np.array([0.1]), np.array([40.0]), float(norm.ppf(0.975)))
    assert (low[0], high[0]) == pytest.approx(proportion_confint(4, 40, method="wilson"))


def test_codes_alone_of_a_large_corpus_have_nearly_wilson_limits() -> None:
    y = np.repeat([1.0, 0.0], [4, 296])
    low, high = share(y, y * 0, 0.0, np.ones(300, bool), simple(300, 1e-9), 0.0).interval(0.95)
    assert (low, high) == pytest.approx(proportion_confint(4, 300, method="wilson"), abs=2e-4)


def test_no_positive_code_leaves_an_upper_limit() -> None:
    y = np.zeros(50)
    low, high = share(y, y + 0.01, 0.01, np.ones(50, bool), simple(50, 0.01)).interval(0.95)
    assert low == 0 and 0.05 < high < 0.11


def test_a_census_has_no_interval_to_speak_of() -> None:
    y, f = drawn(60)
    found = share(y, f, float(f.mean()), np.ones(60, bool), simple(60, 1.0))
    assert found.value == pytest.approx(y.mean()) and found.se == 0
    assert found.interval(0.95) == pytest.approx((y.mean(), y.mean()))


def test_right_predictions_leave_no_error_and_useless_ones_are_not_used() -> None:
    y, _ = drawn(400)
    right = share(y, y, 0.3, np.ones(400, bool), simple(400, 0.01))
    assert right.se == pytest.approx(0) and right.value == pytest.approx(0.3)
    noise = share(y, np.random.default_rng(1).random(400), 0.5, np.ones(400, bool), simple(400, 0.01))
    assert noise.tuning < 0.15 and noise.se == pytest.approx(share(y, y * 0, 0.0, np.ones(400, bool), simple(400, 0.01), 0.0).se, rel=0.02)


@pytest.mark.parametrize(("right", "codes"), [(0.995, 400), (0.98, 200), (0.95, 400)])
def test_a_good_classifier_keeps_an_interval_that_covers(right: float, codes: int) -> None:
    """Hard predictions that are nearly always right: few errors are found in the sample, often none."""
    rng, size, covered = np.random.default_rng(9), 5000, 0
    for _ in range(300):
        true = (rng.random(size) < 0.15).astype(float)
        f = np.where(rng.random(size) < right, true, 1 - true)
        drawn = rng.choice(size, codes, replace=False)
        found = share(true[drawn], f[drawn], float(f.mean()), np.ones(codes, bool), simple(codes, codes / size))
        low, high = found.interval(0.95)
        covered += low <= true.mean() <= high
        assert high > low
    assert covered / 300 > 0.91


def test_few_positive_codes_are_corrected_in_full() -> None:
    y = np.zeros(200)
    y[: ENOUGH_TO_TUNE - 1] = 1
    assert share(y, np.full(200, 0.1) + y / 5, 0.1, np.ones(200, bool), simple(200, 0.01)).tuning == 1
    y[:ENOUGH_TO_TUNE] = 1
    assert share(y, np.full(200, 0.1) - y / 20, 0.1, np.ones(200, bool), simple(200, 0.01)).tuning == 0


def test_documents_of_one_statement_are_statements_but_for_degrees_of_freedom() -> None:
    y, f = drawn(150)
    one, other = (
        share(y, f, 0.25, np.ones(150, bool), Design(by, np.arange(150), np.full(150, 0.1), np.zeros(150, int)))
        for by in (STATEMENTS, DOCUMENTS)
    )
    assert (one.value, one.se, one.df) == (other.value, other.se, other.df)
    assert other.df_of_interval < one.df_of_interval


def test_statements_that_share_a_document_count_less() -> None:
    y = np.repeat((np.arange(40) < 12).astype(float), 5)
    clustered = Design(DOCUMENTS, np.repeat(np.arange(40), 5), np.full(40, 0.05), np.zeros(40, int))
    wide = share(y, y * 0, 0.0, np.ones(200, bool), clustered, 0.0)
    narrow = share(y, y * 0, 0.0, np.ones(200, bool), simple(200, 0.05), 0.0)
    assert wide.se == pytest.approx(narrow.se * np.sqrt(5), rel=0.03) and wide.df == 39


def test_a_difference_takes_shared_documents_into_account() -> None:
    """Both sides in each document, with the same codes: the difference is sure."""
    y = np.repeat((np.arange(40) < 12).astype(float), 4)
    design = Design(DOCUMENTS, np.repeat(np.arange(40), 4), np.full(40, 0.05), np.zeros(40, int))
    us = np.tile([True, True, False, False], 40)
    first, second = (share(y, y * 0, 0.0, inside, design, 0.0) for inside in (us, ~us))
    gap = contrast(first, second)
    assert gap.value == 0 and gap.se == pytest.approx(0, abs=1e-6) and first.se > 0.05


def test_a_difference_of_separate_statements_adds_variances() -> None:
    y, f = drawn(300)
    inside = np.arange(300) % 2 == 0
    first, second = (share(y, f, 0.25, one, simple(300, 0.01)) for one in (inside, ~inside))
    gap = contrast(first, second)
    assert gap.se == pytest.approx(np.hypot(first.se, second.se))
    low, high = gap.interval(0.95)
    t = float(stdtrit(gap.df, 0.975))
    assert (high - low) / 2 == pytest.approx(t * gap.se, rel=0.03) and 0 < gap.p_value <= 1
    assert (gap.p_value < 0.05) == (low > 0 or high < 0)


def test_a_difference_without_an_error_found_is_not_sure() -> None:
    """Two strata that the classifier gets right in every code drawn: the shares keep Wilson's limits, so their difference keeps some."""
    y = np.tile(np.repeat([1.0, 0.0], 30), 2)
    strata = np.repeat(np.arange(4), 30)
    design = Design(STATEMENTS, np.arange(120), np.array([0.3, 0.01, 0.3, 0.01])[strata], strata)
    first, second = (share(y, y, 0.04, inside, design) for inside in (strata < 2, strata >= 2))
    gap = contrast(first, second)
    assert gap.se < 1e-9 and gap.interval(0.95)[1] - gap.interval(0.95)[0] > 0.05 and gap.p_value > 0.5


def test_a_difference_takes_standard_errors_where_codes_tell_them() -> None:
    """Wilson's limits of a rare code are wider, as they allow for its skewness, which cancels in a difference."""
    y = np.tile(np.repeat([1.0, 0.0], [6, 194]), 2)
    half = np.arange(400) < 200
    one, other = (share(y, y * 0, 0.0, own, simple(400, 0.01), 0.0) for own in (half, ~half))
    t = float(stdtrit(one.df, 0.975))
    below, above = contrast(one, other).arms(t)
    assert below == above == pytest.approx(t * np.hypot(one.se, other.se))
    assert below < np.hypot(sum(one.arms(t)) / 2, sum(other.arms(t)) / 2)


def test_newcombe_by_his_example() -> None:
    """56 of 70 against 48 of 80: (.0524, .3339), Newcombe (1998), table II, example a, method 10."""
    pair = []
    for hits, n in ((56, 70), (48, 80)):
        y = np.repeat([1.0, 0.0], [hits, n - hits])
        pair.append(share(y, y * 0, 0.0, np.ones(n, bool), simple(n, 1e-9), 0.0))
    assert newcombe(*pair).interval(0.95) == pytest.approx((0.0524, 0.3339), abs=3e-3)


def test_a_ratio_is_of_two_corrected_totals() -> None:
    rng = np.random.default_rng(12)
    whole = (rng.random(400) < 0.5).astype(float)
    part = whole * (rng.random(400) < 0.3)
    design, inside = simple(400, 0.02), np.ones(400, bool)
    top, bottom = (share(y, y * 0.9, float(y.mean()) * 0.9 + 0.02, inside, design, 1.0) for y in (part, whole))
    found = ratio(top, bottom)
    assert found.value == pytest.approx(top.value / bottom.value)
    assert found.interval(0.95)[0] < found.value < found.interval(0.95)[1]
    alone = ratio(*(share(y, y * 0, 0.0, inside, design, 0.0) for y in (part, whole)))
    low, high = proportion_confint(int(part.sum()), int(whole.sum()), method="wilson")
    assert alone.interval(0.95) == pytest.approx((low, high), abs=0.01)


def test_a_ratio_without_an_error_found_is_not_sure() -> None:
    """60 codes of which none, half and all are of the part, by a classifier that was right each time."""
    whole = np.repeat([1.0, 0.0], [60, 340])
    every, design = np.ones(400, bool), simple(400, 0.1)
    bottom = share(whole, whole, 0.15, every, design)
    for n in (0, 30, 60):
        part = np.repeat([1.0, 0.0], [n, 400 - n])
        for tuning in (None, 0.0):
            found = ratio(share(part, part, 0.15 * n / 60, every, design, tuning), bottom)
            low, high = found.interval(0.95)
            assert low <= n / 60 <= high and high - low > 0.04
            assert contrast(found, found).p_value > 0.5


@pytest.mark.parametrize("right", [0.98, 0.995])
def test_ratios_of_a_good_classifier_are_covered(right: float) -> None:
    """One in seven statements is of the whole, half of these of the part; 400 of 4,000 are coded."""
    rng, covered, design = np.random.default_rng(1), [], simple(400, 0.1)
    for _ in range(200):
        kind = rng.choice(3, 4000, p=[0.85, 0.075, 0.075])
        f = np.where(rng.random(4000) < right, kind, (kind + rng.integers(1, 3, 4000)) % 3)
        drawn, every = rng.choice(4000, 400, replace=False), np.ones(400, bool)
        top, bottom = (share(y[drawn] * 1.0, p[drawn] * 1.0, p.mean(), every, design) for y, p in ((kind == 1, f == 1), (kind > 0, f > 0)))
        low, high = ratio(top, bottom).interval(0.95)
        covered.append(low <= (kind == 1).sum() / (kind > 0).sum() <= high)
    assert np.mean(covered) > 0.92


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 6), st.sampled_from([STATEMENTS, DOCUMENTS]))
def test_share_lies_in_its_intervals_and_the_order_of_labels_does_not_matter(seed: int, strata: int, by: str) -> None:
    rng = np.random.default_rng(seed)
    n = 80
    y, f = (rng.random(n) < 0.3).astype(float), rng.random(n)
    unit = np.arange(n) if by == STATEMENTS else np.sort(rng.integers(0, 30, n))
    unit = np.unique(unit, return_inverse=True)[1]
    units = unit.max() + 1
    stratum = rng.integers(0, strata, units)
    pi = np.array([0.05, 0.1, 0.2, 0.4, 0.6, 0.9])[stratum]
    inside = rng.random(n) < 0.8
    found = share(y, f, 0.4, inside, Design(by, unit, pi, stratum))
    low, high = found.interval(0.95)
    inner_low, inner_high = found.interval(0.5)
    value = found.shown
    assert 0 <= low <= inner_low + 1e-9 and inner_high <= high + 1e-9 and high <= 1
    assert low - 1e-9 <= value <= high + 1e-9
    order = rng.permutation(n)
    again = share(y[order], f[order], 0.4, inside[order], Design(by, unit[order], pi, stratum))
    assert again.interval(0.95) == pytest.approx((low, high))
