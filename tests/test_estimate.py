"""Shares by hand-computed values, Wilson intervals against statsmodels' formula and by simulation, and what counts."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from frames import MIXED, coded, predictions
from stance.codebook import ACTS
from stance.estimate import BY_HAND, UNCORRECTED, estimate
from stance.params import Estimate
from stance.records import CODED, PREDICTIONS, empty

PARAMS = Estimate()


def shares_of(codes: list[tuple[str, str, str]], by_hand: bool):
    frame = predictions(codes)
    return estimate(frame, coded(frame) if by_hand else empty(CODED), params=PARAMS)


def test_shares_by_hand() -> None:
    rows = shares_of(MIXED, by_hand=True).shares.set_index(["side", "act", "issue"])
    assert rows.loc[("US", "warning", ""), "share"] == 0.75
    assert rows.loc[("RUS", "demand", ""), "n"] == 8
    assert rows.loc[("RUS", "other", "iran"), "share"] == 0.2
    assert set(rows["method"]) == {f"{BY_HAND} (test)"}


def test_wilson_interval_by_its_formula() -> None:
    rows = shares_of(MIXED, by_hand=True).shares.set_index(["side", "act", "issue"])
    p, n, z = 0.75, 12, 1.959963984540054
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    found = rows.loc[("US", "warning", "")]
    assert (found["low"], found["high"]) == (pytest.approx(centre - half), pytest.approx(centre + half))


@pytest.mark.parametrize("share", [0.1, 0.3, 0.6])
def test_wilson_interval_covers_the_share_of_the_process(share: float) -> None:
    """1,000 simulated sets of 60 independent statements: coverage of a nominal .95."""
    rng = np.random.default_rng(11)
    from stance.estimate import _wilson

    hits = 0
    for n in rng.binomial(60, share, 1000):
        low, high = _wilson(int(n), 60, 0.95)
        hits += low <= share <= high
    assert 0.925 <= hits / 1000 <= 0.975


def test_a_classifier_count_has_no_interval_and_says_so() -> None:
    rows = shares_of(MIXED, by_hand=False).shares
    assert set(rows["method"]) == {UNCORRECTED}
    assert rows["low"].isna().all() and rows["high"].isna().all()
    assert (rows["n_labelled"] == 0).all()


def test_a_side_coded_in_part_is_uncorrected() -> None:
    frame = predictions(MIXED)
    other = frame.assign(doc_id="d2", statement_id="d2:" + frame["statement_id"].str[3:])
    import pandas as pd

    rows = estimate(pd.concat([frame, other], ignore_index=True), coded(frame), params=PARAMS).shares
    assert set(rows["method"]) == {UNCORRECTED}
    assert rows["n_labelled"].max() == 12 and rows["n_statements"].max() == 24


def test_in_a_coded_document_only_coded_statements_count() -> None:
    frame = predictions(MIXED)
    result = estimate(frame, coded(frame).head(5), params=PARAMS)
    assert len(result.counted) == 5


def test_other_and_unknown_sides_do_not_count() -> None:
    result = shares_of([*MIXED, ("other", "warning", "iran"), ("unknown", "warning", "iran")], by_hand=False)
    assert len(result.counted) == len(MIXED)


def test_no_statements() -> None:
    result = estimate(empty(PREDICTIONS), empty(CODED), params=PARAMS)
    assert result.counted.empty and result.shares["share"].isna().all()


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["US", "RUS", "other"]), st.sampled_from(ACTS), st.just("iran")),
        min_size=1,
        max_size=20,
    ),
    st.booleans(),
)
def test_shares_of_a_side_add_up_to_one_and_lie_in_their_interval(codes: list[tuple[str, str, str]], by_hand: bool) -> None:
    rows = shares_of(codes, by_hand).shares
    for _, own in rows[rows["issue"] == ""].groupby("side"):
        if own["n_statements"].iloc[0]:
            assert own["share"].sum() == pytest.approx(1)
    known = rows.dropna(subset=["low"])
    assert ((known["low"] <= known["share"] + 1e-9) & (known["share"] <= known["high"] + 1e-9)).all()


def test_flows_count_every_statement_once() -> None:
    result = shares_of(MIXED, by_hand=True)
    assert result.flows["n"].sum() == len(result.counted)
