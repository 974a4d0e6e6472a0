"""Shares by each method: exact by hand, corrected by drawn codes, uncorrected; what counts, and what is refused."""

import doctest
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import stance.estimate
from frames import MIXED, coded, documents, predictions
from stance.cells import BY_HAND, CORRECTED, NOT_SHOWN, UNCORRECTED
from stance.codebook import ACTS, DIFFERENCE
from stance.errors import StanceError
from stance.estimate import Estimates, estimate, shares
from stance.params import Estimate
from stance.records import CODED, PREDICTIONS, empty

NO_LABELS = pd.DataFrame()


def estimates(frame: pd.DataFrame, codes: pd.DataFrame | None = None, labels: pd.DataFrame = NO_LABELS) -> Estimates:
    return estimate(frame, empty(CODED) if codes is None else codes, labels, documents(), params=Estimate())


def shares_of(codes: list[tuple[str, str, str]], by_hand: bool) -> pd.DataFrame:
    frame = predictions(codes)
    return estimates(frame, coded(frame) if by_hand else None).shares


def classified(n: int = 2000, seed: int = 1) -> tuple[pd.DataFrame, np.ndarray]:
    """Invented predictions of a fair classifier, and the true acts."""
    rng = np.random.default_rng(seed)
    true = rng.choice(ACTS, n, p=[0.2, 0.15, 0.15, 0.5])
    p = 0.4 * rng.dirichlet(np.ones(len(ACTS)), n)
    p[np.arange(n), [ACTS.index(act) for act in true]] += 0.6 * (rng.random(n) < 0.8)
    p = p / p.sum(axis=1, keepdims=True)
    frame = pd.DataFrame({"statement_id": [f"s{k}" for k in range(n)], "doc_id": [f"d{k // 5}" for k in range(n)]})
    frame["side"], frame["act"] = np.where(np.arange(n) % 2, "US", "RUS"), np.array(ACTS)[p.argmax(axis=1)]
    return frame.assign(**{f"p_{act}": p[:, k] for k, act in enumerate(ACTS)}), true


def labelled(frame: pd.DataFrame, true: np.ndarray, n: int = 300) -> pd.DataFrame:
    rows = frame[["statement_id"]].assign(act=true, pi=n / len(frame))
    return rows.sample(n, random_state=2).reset_index(drop=True)


def test_shares_by_hand() -> None:
    rows = shares_of(MIXED, by_hand=True).set_index(["side", "act", "issue"])
    assert rows.loc[("US", "warning", ""), "share"] == 0.75
    assert rows.loc[("RUS", "demand", ""), "n"] == 8
    assert rows.loc[("RUS", "other", "iran"), "share"] == 0.2
    assert rows.loc[(DIFFERENCE, "warning", ""), "share"] == -0.75
    assert set(rows["method"]) == {f"{BY_HAND} (test)"}


def test_wilson_interval_by_its_formula() -> None:
    rows = shares_of(MIXED, by_hand=True).set_index(["side", "act", "issue"])
    p, n, z = 0.75, 12, 1.959963984540054
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    found = rows.loc[("US", "warning", "")]
    assert (found["low"], found["high"]) == (pytest.approx(centre - half), pytest.approx(centre + half))


def test_a_classifier_count_has_no_interval_and_says_so() -> None:
    rows = shares_of(MIXED, by_hand=False)
    assert set(rows["method"]) == {UNCORRECTED}
    assert rows["low"].isna().all() and rows["high"].isna().all()
    assert (rows["n_labelled"] == 0).all() and (rows["share"] == rows["raw"]).all()


def test_a_side_coded_in_part_is_uncorrected() -> None:
    frame = predictions(MIXED)
    other = frame.assign(doc_id="d2", statement_id="d2:" + frame["statement_id"].str[3:])
    rows = estimates(pd.concat([frame, other], ignore_index=True), coded(frame)).shares
    assert set(rows["method"]) == {UNCORRECTED}
    assert rows.loc[rows["side"] == "US", "n_statements"].max() == 24


def test_in_a_coded_document_only_coded_statements_count() -> None:
    frame = predictions(MIXED)
    assert len(estimates(frame, coded(frame).head(5)).counted) == 5


def test_other_and_unknown_sides_do_not_count() -> None:
    frame = predictions([*MIXED, ("other", "warning", "iran"), ("unknown", "warning", "iran")])
    assert len(estimates(frame).counted) == len(MIXED)


def test_no_statements() -> None:
    result = estimates(empty(PREDICTIONS))
    assert result.counted.empty and result.shares["share"].isna().all() and result.positions.empty


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(["US", "RUS", "other"]), st.sampled_from(ACTS), st.just("iran")), min_size=1, max_size=20),
    st.booleans(),
)
def test_shares_of_a_side_add_up_to_one_and_lie_in_their_interval(codes: list[tuple[str, str, str]], by_hand: bool) -> None:
    rows = shares_of(codes, by_hand)
    for side, own in rows[rows["issue"] == ""].groupby("side"):
        if side != DIFFERENCE and own["n_statements"].iloc[0]:
            assert own["share"].sum() == pytest.approx(1)
    known = rows.dropna(subset=["low"])
    assert ((known["low"] <= known["share"] + 1e-9) & (known["share"] <= known["high"] + 1e-9)).all()


def test_flows_count_every_statement_once() -> None:
    frame = predictions(MIXED)
    result = estimates(frame, coded(frame))
    assert result.flows["n"].sum() == len(result.counted)


def test_drawn_codes_correct_the_count() -> None:
    frame, true = classified()
    rows = shares(frame, labelled(frame, true))
    assert rows["side"].tolist() == ["US", "RUS", DIFFERENCE] * len(ACTS) and rows["act"].tolist() == [a for a in ACTS for _ in range(3)]
    assert set(rows["method"]) == {CORRECTED} and set(rows["target"]) == {"this corpus"}
    found = rows.set_index(["side", "act"])
    for side in ("US", "RUS"):
        for act in ACTS:
            row = found.loc[(side, act)]
            truth = (true[(frame["side"] == side).to_numpy()] == act).mean()
            assert abs(row["share"] - truth) < 4 * row["se"]
            assert row["high"] - row["low"] < row["gold_high"] - row["gold_low"]
            assert row["raw"] == ((frame["side"] == side) & (frame["act"] == act)).sum() / (frame["side"] == side).sum()
            assert row["low"] < row["low_50"] < row["share"] < row["high_50"] < row["high"]
    gap = found.loc[(DIFFERENCE, "warning")]
    assert gap["share"] == pytest.approx(found.loc[("RUS", "warning"), "share"] - found.loc[("US", "warning"), "share"])


def test_the_worked_example_holds() -> None:
    assert doctest.testmod(stance.estimate).failed == 0 and doctest.testmod(stance.estimate).attempted >= 5


def test_swapping_the_sides_turns_the_difference_round() -> None:
    frame, true = classified()
    labels = labelled(frame, true)
    other = frame.assign(side=frame["side"].map({"US": "RUS", "RUS": "US"}))
    one, two = (shares(rows, labels).set_index(["side", "act"]).loc[DIFFERENCE] for rows in (frame, other))
    assert one["share"].to_numpy() == pytest.approx(-two["share"].to_numpy())
    assert one["low"].to_numpy() == pytest.approx(-two["high"].to_numpy())


def test_predictions_without_probabilities_count_their_act() -> None:
    frame, true = classified()
    bare = frame[["statement_id", "doc_id", "side", "act"]]
    labels = labelled(frame, true)
    with_p, without = (shares(rows, labels) for rows in (frame, bare))
    assert without["share"].notna().all() and (without["se"] != with_p["se"]).all()


def test_a_side_with_few_codes_is_not_shown() -> None:
    frame, true = classified()
    labels = labelled(frame, true)
    few = labels[labels["statement_id"].isin(frame.loc[frame["side"] == "US", "statement_id"]) | (labels.index < 30)]
    rows = shares(frame, few).set_index("side")
    assert set(rows.loc["RUS", "method"]) == {NOT_SHOWN} and rows.loc["RUS", "share"].isna().all() and rows.loc["RUS", "raw"].notna().all()
    assert set(rows.loc["US", "method"]) == {CORRECTED} and set(rows.loc[DIFFERENCE, "method"]) == {NOT_SHOWN}


def test_an_act_of_which_no_code_is_to_be_expected_is_not_shown_whatever_was_found() -> None:
    frame, true = classified()
    rare = frame.assign(p_warning=0.005, act=frame["act"].replace("warning", "other"))
    rows = shares(rare, labelled(frame, true)).set_index(["act", "side"])
    assert set(rows.loc["warning", "method"]) == {NOT_SHOWN}


def test_months_with_few_codes_are_pooled() -> None:
    frame, true = classified()
    dated = frame.assign(period=[f"2022-{1 + k % 10:02d}" for k in range(len(frame))])
    rows = shares(dated, labelled(frame, true, 600))
    periods = rows.loc[rows["period"] != "", "period"].unique().tolist()
    assert periods[0].startswith("2022-01 to ") and periods[-1].endswith(" to 2022-10")
    assert (rows.loc[(rows["period"] != "") & (rows["side"] != DIFFERENCE), "n_labelled"] >= 100).all()


def test_issues_are_estimated_only_where_they_were_coded() -> None:
    frame, true = classified()
    frame["issue"] = np.where(np.arange(len(frame)) % 3 == 0, "iran", "energy")
    labels = labelled(frame, true)
    assert set(shares(frame, labels)["issue"]) == {""}
    rows = shares(frame, labels.merge(frame[["statement_id", "issue"]]))
    shown = rows[(rows["issue"] != "") & (rows["method"] == CORRECTED)]
    assert set(shown["issue"]) == {"iran", "energy"}
    gaps = rows[(rows["side"] == DIFFERENCE) & (rows["issue"] != "") & rows["low"].notna()]
    assert gaps["q"].notna().all() and (gaps["q"] <= 1).all()


def test_documents_drawn_are_seen_in_the_labels() -> None:
    frame, true = classified()
    rows = frame[["statement_id", "doc_id"]].assign(act=true, pi=0.2)
    kept = pd.Series(frame["doc_id"].unique()).sample(80, random_state=3)
    labels = rows[rows["doc_id"].isin(kept)].drop(columns="doc_id")
    seen, told, statements = (shares(frame, labels, design=design) for design in (None, "documents", "statements"))
    pd.testing.assert_frame_equal(seen, told)
    assert (seen["se"] != statements["se"]).any()
    pd.testing.assert_frame_equal(shares(frame, labels.assign(design="documents")), told)


def test_an_act_that_few_documents_hold_is_not_shown_where_documents_were_drawn() -> None:
    """Whichever were drawn: the positive codes to expect are counted over the documents of the corpus."""
    frame, true = classified()
    held = frame["doc_id"].isin(frame["doc_id"].unique()[:8]).to_numpy()
    frame = frame.assign(p_warning=np.where(held, 0.9, 0.0))
    labels = frame[["statement_id"]].assign(act=true, pi=1.0).iloc[:-1]
    found = {design: shares(frame, labels, design=design).set_index(["act", "side"])["method"] for design in ("documents", "statements")}
    assert found["documents"]["warning", "US"] == NOT_SHOWN and found["documents"]["other", "US"] == CORRECTED
    assert found["statements"]["warning", "US"] == CORRECTED


def test_a_census_is_as_sure_as_its_documents_are_alike() -> None:
    """Statements of one document are alike here: twenty documents, all warnings or none, tell as much as twenty statements."""
    rows = pd.DataFrame({"doc_id": np.repeat([f"d{n}" for n in range(40)], 10), "side": np.repeat(["US", "RUS"], 200)})
    rows = rows.assign(statement_id=[f"s{n}" for n in range(400)], act=np.tile(np.repeat(["warning", "other"], 10), 20))
    labels = rows[["statement_id", "act"]].assign(pi=1.0)
    found = shares(rows, labels).set_index(["act", "side"]).loc[("warning", "US")]
    assert found["method"].startswith(BY_HAND) and found["share"] == 0.5
    assert found["high"] - found["low"] == pytest.approx(0.43, abs=0.03)
    alone = shares(rows.assign(doc_id=rows["statement_id"]), labels).set_index(["act", "side"]).loc[("warning", "US")]
    assert alone["high"] - alone["low"] == pytest.approx(0.137, abs=0.01)


def bad_labels(**change: object) -> pd.DataFrame:
    frame, true = classified(200)
    labels = labelled(frame, true, 100)
    return labels.assign(**{name: [value, *labels[name].iloc[1:]] if name in labels else value for name, value in change.items()})


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        pytest.param(bad_labels(statement_id="s999"), "s999", id="unknown id"),
        pytest.param(pd.concat([bad_labels(), bad_labels().head(1)]), "more than once", id="doubled id"),
        pytest.param(bad_labels(pi=0.0), r"pi 0\.0", id="pi of 0"),
        pytest.param(bad_labels(pi=1.5), r"pi 1\.5", id="pi above 1"),
        pytest.param(bad_labels(pi=float("nan")), "pi nan", id="no pi"),
        pytest.param(bad_labels(act="threat"), "threat", id="unknown act"),
        pytest.param(bad_labels(act=""), "have no act", id="an open code"),
        pytest.param(bad_labels(design="docs"), "docs", id="unknown design"),
        pytest.param(bad_labels().drop(columns="pi"), "pi", id="no column pi"),
        pytest.param(bad_labels().head(0), "no label", id="no label"),
    ],
)
def test_bad_labels_are_refused_by_name(labels: pd.DataFrame, words: str) -> None:
    frame, _ = classified(200)
    with pytest.raises(StanceError, match=words):
        shares(frame, labels)


def test_bad_predictions_are_refused_by_name() -> None:
    frame, true = classified(200)
    labels = labelled(frame, true, 100)
    with pytest.raises(StanceError, match="doc_id"):
        shares(frame.drop(columns="doc_id"), labels)
    with pytest.raises(StanceError, match="more than once"):
        shares(pd.concat([frame, frame.head(1)]), labels)
    with pytest.raises(StanceError, match="threat"):
        shares(frame.assign(act="threat"), labels)


@pytest.mark.parametrize("value", [float("nan"), 1.2, -0.1, float("inf"), "high"])
def test_probabilities_that_are_none_are_refused(value: object) -> None:
    frame, true = classified(200)
    spoilt = frame.assign(p_demand=[value, *frame["p_demand"].iloc[1:]])
    with pytest.raises(StanceError, match="p_demand of s0"):
        shares(spoilt, labelled(frame, true, 100))
    with pytest.raises(StanceError, match="p_warning"):
        shares(frame.drop(columns="p_demand"), labelled(frame, true, 100))


def test_unknown_sides_designs_and_levels_are_refused() -> None:
    frame, true = classified(200)
    labels = labelled(frame, true, 100)
    with pytest.raises(StanceError, match="USA"):
        shares(frame.assign(side="USA"), labels)
    with pytest.raises(StanceError, match="document"):
        shares(frame, labels, design="document")
    with pytest.raises(StanceError, match="95"):
        shares(frame, labels, level=95)


def test_every_interval_holds_its_share_whatever_the_classifier() -> None:
    frame, true = classified()
    wrong = frame.assign(**{f"p_{act}": 0.0 for act in ACTS}).assign(act="warning", p_warning=1.0)
    rows = shares(wrong, labelled(frame, true)).dropna(subset=["share"])
    assert ((rows["low"] <= rows["share"]) & (rows["share"] <= rows["high"])).all()


def test_documents_of_a_difference_are_counted_once() -> None:
    frame, true = classified()
    rows = shares(frame, labelled(frame, true))
    assert rows.loc[rows["side"] == DIFFERENCE, "n_documents"].max() == frame["doc_id"].nunique()


def test_labels_of_other_sides_are_left_aside() -> None:
    frame, true = classified()
    frame.loc[frame.index % 4 == 0, "side"] = "other"
    codes = labelled(frame, true)
    assert set(shares(frame, codes)["method"]) == {CORRECTED}
    rows = predictions([(side, act, "iran") for side in ("US", "RUS", "other") for act in ACTS] * 40)
    drawn = rows.sample(300, random_state=4)[["statement_id", "act"]].assign(pi=300 / len(rows))
    ours = rows.loc[rows["side"] != "other", "statement_id"]
    assert estimates(rows, labels=drawn).counted["by_hand"].sum() == drawn["statement_id"].isin(ours).sum()


def test_drawn_codes_in_the_pipeline_correct_all_tables() -> None:
    rng = np.random.default_rng(6)
    codes = [(side, act, issue) for side in ("US", "RUS") for act in ACTS for issue in ("iran", "energy")] * 40
    frame = predictions(codes)
    labels = frame.sample(400, random_state=4)[["statement_id", "act", "issue", "stance"]].assign(pi=400 / len(frame), coder="anna")
    flips = rng.random(400) < 0.1
    labels.loc[flips, "act"] = "other"
    result = estimates(frame, labels=labels)
    for table in (result.shares, result.positions, result.conditions):
        assert f"{CORRECTED} (anna)" in set(table["method"])
    assert result.counted["by_hand"].sum() == 400 and set(result.counted.loc[result.counted["by_hand"], "coder"]) == {"anna"}
    bare = estimates(frame, labels=labels[["statement_id", "act", "pi"]]).counted
    assert set(bare.loc[bare["by_hand"], "coder"]) == {"unnamed coders"} and set(bare.loc[bare["by_hand"], "issue"]) == {""}
    shown = result.positions[(result.positions["issue"] == "iran") & (result.positions["side"] == "US")]
    assert shown.set_index("stance").loc["unclear", "share"] == pytest.approx(1)
