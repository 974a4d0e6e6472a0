"""Each model of the matrix learns what can be learnt, keeps groups whole and survives storage."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labelled import featured, labelled, with_features
from stance import files
from stance.errors import StanceError
from stance.features import hashed, unpacked
from stance.models import RECIPES, TRUSTED, HashCounts, make_model
from stance.params import Train
from stance.records import FEATURES
from stance.train import UPLIFT, fit, side_balance, train

PARAMS = Train(folds=3, inner_folds=2, jobs=1)
LEARNERS = sorted(set(RECIPES) - {"dummy", "rules"})


@pytest.mark.parametrize("name", RECIPES)
def test_out_of_fold_predictions_are_probabilities_of_every_row(name: str) -> None:
    rows = featured()
    result = train(rows, name=name, params=PARAMS)
    assert set(result.models) == set(RECIPES[name].targets)
    acts = [column for column in result.out_of_fold if column.startswith("p_act_")]
    np.testing.assert_allclose(result.out_of_fold[acts].sum(axis=1), 1)
    assert result.out_of_fold["statement_id"].tolist() == rows["statement_id"].tolist()
    if name in LEARNERS:
        assert (result.out_of_fold["act"] == rows["act"]).mean() > 0.85


@pytest.mark.parametrize("name", ["rules", "blend_vectors"])
def test_a_stored_model_predicts_the_same(name: str, tmp_path: Path) -> None:
    rows = featured()
    model = fit(rows, name, "act", PARAMS)
    files.write_model(model, tmp_path / "m.skops")
    back = files.read_model(tmp_path / "m.skops", TRUSTED)
    np.testing.assert_array_equal(back.predict_proba(rows[FEATURES]), model.predict_proba(rows[FEATURES]))
    np.testing.assert_array_equal(back.predict(rows[FEATURES]), model.predict(rows[FEATURES]))


def test_training_twice_gives_the_same_bytes_whatever_the_number_of_processes(tmp_path: Path) -> None:
    for n in (1, 2):
        model = train(featured(), name="blend", params=Train(folds=2, inner_folds=2, jobs=n)).models["act"]
        files.write_model(model, tmp_path / f"{n}.skops")
    assert (tmp_path / "1.skops").read_bytes() == (tmp_path / "2.skops").read_bytes()


@settings(max_examples=50, deadline=None)
@given(drawn=st.lists(st.lists(st.sampled_from("abcde"), max_size=6), min_size=1, max_size=8), least=st.integers(1, 3), once=st.booleans())
def test_hashes_are_counted_by_row_where_they_stand_in_enough_rows(drawn: list[list[str]], least: int, once: bool) -> None:
    rows = pd.Series([hashed(row) for row in drawn])
    kept = [name for name in "abcde" if sum(name in row for row in drawn) >= least]
    model = HashCounts(min_df=least, binary=once).fit(rows)
    columns = [model.hashes_.tolist().index(unpacked(hashed([name]))[0]) for name in kept]
    counts = [[min(row.count(name), 1) if once else row.count(name) for name in kept] for row in drawn]
    found = model.transform(rows).toarray()
    assert found[:, columns].tolist() == counts and found.sum() == np.sum(counts)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("wr"), st.sampled_from(["US", "RUS"]), st.floats(0.1, 2)), min_size=1, max_size=40))
def test_sides_count_alike_in_each_code_or_the_scarce_one_as_much_as_is_allowed(drawn: list[tuple[str, str, float]]) -> None:
    rows = pd.DataFrame(drawn, columns=["code", "side", "weight"])
    factors = side_balance(rows["code"], rows["side"], rows["weight"])
    for _, part in rows.assign(factor=factors, total=factors * rows["weight"]).groupby("code"):
        totals = part.groupby("side")["total"].sum()
        assert part.loc[part["side"] == totals.idxmin(), "factor"].eq(UPLIFT).all() or np.allclose(totals, totals.iloc[0])
    assert factors.between(0, UPLIFT).all()


@pytest.mark.parametrize("target", ["act", "issue"])
def test_what_stands_before_tells_the_issue_and_never_the_act(target: str) -> None:
    rows = featured().assign(nearby=lambda rows: rows["issue"].map(lambda issue: hashed([issue])))
    other = rows.assign(nearby=rows["nearby"].tolist()[::-1])
    model = fit(rows, "words", target, PARAMS)
    same = np.array_equal(model.predict_proba(rows[FEATURES]), model.predict_proba(other[FEATURES]))
    assert same == (target == "act")


def test_a_single_side_weighs_as_it_is() -> None:
    weights = pd.Series([1.0, 0.3, 1.0])
    assert side_balance(pd.Series(["warning", "warning", "other"]), pd.Series(["US"] * 3), weights).tolist() == [1.0, 1.0, 1.0]


def test_unknown_models_are_named() -> None:
    with pytest.raises(StanceError, match="oracle"):
        make_model("oracle", "act", folds=2, seed=1)


def test_rare_codes_are_not_learnt() -> None:
    rows = featured()
    rare = rows.assign(act=np.where(rows["act"].eq("demand") & rows["group"].ne("group-0"), "other", rows["act"]))
    assert "demand" not in fit(rare, "naive_bayes", "act", PARAMS).classes_


def test_keyword_rules_read_cue_and_text() -> None:
    model = fit(featured(), "rules", "act", PARAMS).model_
    probe = labelled().head(2).assign(text=["the units go home", "the units go home"], cue=["demand", "warn"])
    assert model.predict(with_features(probe)[FEATURES]).tolist() == ["demand", "warning"]


def test_real_statements_calibrate_and_authored_ones_only_train() -> None:
    """A thousand more authored warnings leave the probabilities of ordinary text as they are."""
    real = featured(10, "corpus")
    more = pd.concat([featured(6).query("act == 'warning'")] * 3, ignore_index=True)
    more = more.assign(statement_id=[f"w{n}" for n in range(len(more))], group=[f"w{n % 7}" for n in range(len(more))])
    shares = [
        fit(rows, "naive_bayes", "act", PARAMS).predict_proba(real[FEATURES]).mean(axis=0)
        for rows in (real, pd.concat([real, more], ignore_index=True))
    ]
    np.testing.assert_allclose(shares[0], shares[1], atol=0.05)
