"""The draw: known probabilities, whole strata, floors and sizes, by simulation; and the plan against the estimator."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from stance.cells import LEAST_CODES, LEAST_EXPECTED
from stance.codebook import ACTS, COMPARED
from stance.design import DOCUMENTS, STATEMENTS, read_design
from stance.difference import share
from stance.errors import StanceError
from stance.sample import DESIGN, allocate, codes_needed, half_widths, sample

PLAN = {"period": "year", "floor": 2, "level": 0.95}
BOTH = pytest.mark.parametrize("by", [STATEMENTS, DOCUMENTS])


def corpus(n: int = 600, *, us: float = 0.5, per_document: int = 4, seed: int = 5) -> tuple[pd.DataFrame, pd.Series]:
    """`n` statements of a fair classifier, a part `us` of them American, and the dates of their documents, two years by turns."""
    rng = np.random.default_rng(seed)
    p = rng.dirichlet([0.5, 0.4, 0.6, 1.5], n)
    rows = pd.DataFrame(p, columns=[f"p_{act}" for act in ACTS])
    rows["act"] = np.array(ACTS)[p.argmax(axis=1)]
    rows["side"] = np.where(rng.permutation(n) < round(us * n), "US", "RUS")
    rows["doc_id"] = [f"d{k}" for k in np.sort(rng.integers(0, n // per_document, n))]
    rows["statement_id"] = [f"s{k}" for k in range(n)]
    documents = rows["doc_id"].unique()
    return rows, pd.Series([f"202{k % 2 + 1}-0{k % 3 + 1}-15" for k in range(len(documents))], index=documents)


def draw(rows: pd.DataFrame, published: pd.Series, **options: object) -> pd.DataFrame:
    return sample(rows, published, **({"size": 150, "seed": 1} | options))


def units(rows: pd.DataFrame, published: pd.Series, by: str) -> pd.DataFrame:
    """What is drawn, with the stratum that it belongs to by the definition: side, act and year, or the louder side and year."""
    if by == STATEMENTS:
        key = rows["side"] + rows["act"] + rows["doc_id"].map(published).str[:4]
        return rows.assign(unit=rows["statement_id"], key=key)[["unit", "key"]]
    louder = rows.groupby("doc_id")["side"].agg(lambda own: "US" if (own == "US").mean() >= 0.5 else "RUS")
    return pd.DataFrame({"unit": louder.index, "key": louder + published[louder.index].str[:4]}).reset_index(drop=True)


@BOTH
def test_pi_is_the_part_of_its_stratum_that_is_drawn(by: str) -> None:
    rows, published = corpus()
    drawn = draw(rows, published, by=by)
    every = units(rows, published, by)
    taken = drawn.assign(unit=drawn["statement_id" if by == STATEMENTS else "doc_id"]).drop_duplicates("unit").merge(every, on="unit")
    part = taken["key"].value_counts() / every["key"].value_counts()
    assert taken["pi"].to_numpy() == pytest.approx(part[taken["key"]].to_numpy())
    assert taken.groupby("stratum")["key"].nunique().max() == taken.groupby("key")["stratum"].nunique().max() == 1
    assert ((taken["pi"] > 0) & (taken["pi"] <= 1)).all()


@BOTH
def test_statements_drawn_are_of_the_corpus_and_stand_once(by: str) -> None:
    rows, published = corpus()
    drawn = draw(rows, published, by=by)
    assert list(drawn.columns) == DESIGN and set(drawn["design"]) == {by}
    assert drawn["statement_id"].is_unique
    found = drawn.merge(rows, on=["statement_id", "doc_id", "side"])
    assert len(found) == len(drawn)


@BOTH
def test_a_seed_gives_the_same_draw_and_another_seed_another(by: str) -> None:
    rows, published = corpus()
    first = draw(rows, published, by=by)
    assert first.equals(draw(rows, published, by=by))
    assert set(first["statement_id"]) != set(draw(rows, published, by=by, seed=2)["statement_id"])


@BOTH
def test_the_order_tells_nothing_of_stratum_or_corpus(by: str) -> None:
    rows, published = corpus()
    drawn = draw(rows, published, by=by)
    place = drawn["statement_id"].str[1:].astype(int)
    stratum = pd.Series(pd.factorize(drawn["stratum"], sort=True)[0])
    assert abs(np.corrcoef(drawn.index, place)[0, 1]) < 0.3 and abs(np.corrcoef(drawn.index, stratum)[0, 1]) < 0.3


@pytest.mark.parametrize("floor", [1, 2, 5])
def test_every_stratum_has_its_floor_or_is_drawn_whole(floor: int) -> None:
    rows, published = corpus(300)
    every = units(rows, published, STATEMENTS)
    drawn = draw(rows, published, size=110, floor=floor, period="year").merge(every, left_on="statement_id", right_on="unit")
    size = every["key"].value_counts()
    assert (drawn["key"].value_counts().reindex(size.index, fill_value=0) >= size.clip(upper=floor)).all()


@pytest.mark.parametrize("size", [60, 101, 400])
def test_as_many_are_drawn_as_asked_half_of_each_side(size: int) -> None:
    drawn = draw(*corpus(), size=size)
    assert len(drawn) == size
    assert (drawn["side"] == "US").sum() == size // 2


def test_a_size_beyond_the_corpus_draws_it_whole() -> None:
    rows, published = corpus(200, us=0.3)
    drawn = draw(rows, published, size=1000)
    assert set(drawn["statement_id"]) == set(rows["statement_id"]) and (drawn["pi"] == 1).all()


def test_what_one_side_cannot_fill_goes_to_the_other() -> None:
    rows, published = corpus(400, us=0.1)
    drawn = draw(rows, published, size=200)
    assert drawn["side"].value_counts().to_dict() == {"US": 40, "RUS": 160}


def test_floors_of_one_side_do_not_draw_more_than_was_asked() -> None:
    rows, published = corpus(400)
    rows.loc[rows["side"] == "RUS", "act"] = "other"
    assert len(draw(rows, published, size=22, floor=2)) == 22


def test_other_sides_are_never_drawn() -> None:
    rows, published = corpus()
    rows.loc[rows.index % 3 == 0, "side"] = "other"
    assert set(draw(rows, published, by=DOCUMENTS)["side"]) == set(draw(rows, published, size=10_000)["side"]) == set(COMPARED)


def test_documents_are_drawn_whole_with_one_probability() -> None:
    rows, published = corpus()
    drawn = draw(rows, published, by=DOCUMENTS)
    whole = rows[rows["doc_id"].isin(drawn["doc_id"])]
    assert set(drawn["statement_id"]) == set(whole["statement_id"]) and len(whole) < len(rows)
    assert (drawn.groupby("doc_id")[["pi", "stratum"]].nunique() == 1).all().all()


def test_documents_hold_about_as_many_statements_as_asked() -> None:
    rows, published = corpus(2000)
    sizes = [len(draw(rows, published, by=DOCUMENTS, size=300, seed=seed)) for seed in range(10)]
    assert np.mean(sizes) == pytest.approx(300, rel=0.08)


@BOTH
def test_weights_of_the_draw_add_up_to_the_corpus(by: str) -> None:
    rows, published = corpus()
    totals = [(1 / draw(rows, published, by=by, seed=seed)["pi"]).sum() for seed in range(10)]
    assert np.mean(totals) == pytest.approx(len(rows), rel=1e-9 if by == STATEMENTS else 0.04)


@BOTH
def test_statements_are_drawn_as_often_as_pi_says(by: str) -> None:
    """200 draws of 60 statements: the frequency of each lies within 4.5 standard errors of its probability."""
    rows, published = corpus(60, us=0.4, per_document=3)
    times, draws = pd.Series(0, index=rows["statement_id"]), 200
    pi = pd.Series(np.nan, index=times.index)
    period = "all" if by == STATEMENTS else "year"
    for seed in range(draws):
        drawn = draw(rows, published, size=30, by=by, period=period, floor=1, seed=seed)
        found = drawn.set_index("statement_id")["pi"]
        assert pi[found.index].fillna(found).equals(found)
        times[found.index] += 1
        pi[found.index] = found
    assert pi.notna().all() and pi.nunique() > 1
    assert ((times / draws - pi).abs() <= 4.5 * np.sqrt(pi * (1 - pi) / draws) + 1e-9).all()


@BOTH
def test_the_draw_is_read_back_as_the_design_it_was(by: str) -> None:
    rows, published = corpus()
    drawn = draw(rows, published, by=by)
    _, design = read_design(drawn.assign(act="other"), rows)
    assert design.by == by
    assert len(design.pi) == drawn["statement_id" if by == STATEMENTS else "doc_id"].nunique()
    assert len(np.unique(design.stratum)) == drawn["stratum"].nunique()


@BOTH
@pytest.mark.parametrize("side", COMPARED)
def test_a_corpus_of_one_side_is_refused(side: str, by: str) -> None:
    rows, published = corpus()
    with pytest.raises(StanceError, match=f"no statement of side {'RUS' if side == 'US' else 'US'}.*Try: other documents"):
        draw(rows[rows["side"] == side], published, by=by)


def test_a_size_below_the_floors_is_refused_with_the_size_that_will_do() -> None:
    rows, published = corpus()
    with pytest.raises(StanceError, match=r"16 strata with a floor of 2 need 32 codes.*--size 32, --floor 1, or --period all"):
        draw(rows, published, size=31)
    assert len(draw(rows, published, size=32)) == 32


def test_documents_of_the_floors_beyond_the_size_are_refused() -> None:
    """Four strata of two documents each hold some thirty statements."""
    with pytest.raises(StanceError, match="--size"):
        draw(*corpus(), size=4, by=DOCUMENTS)


@pytest.mark.parametrize(("period", "periods"), [("month", 6), ("year", 2), ("all", 1)])
@BOTH
def test_periods_cut_the_strata(period: str, periods: int, by: str) -> None:
    rows, published = corpus(2000)
    drawn = draw(rows, published, by=by, period=period, size=600)
    date = drawn["doc_id"].map(published).str[: {"month": 7, "year": 4, "all": 0}[period]]
    assert date.nunique() == periods
    assert date.groupby(drawn["stratum"]).nunique().max() == 1
    assert drawn["stratum"].nunique() == periods * len(COMPARED) * (len(ACTS) if by == STATEMENTS else 1)


@BOTH
def test_undated_documents_are_a_stratum_of_their_own(by: str) -> None:
    rows, published = corpus(2000)
    published = published.copy()
    published.iloc[::4], published.iloc[1::4] = "", "2022"
    published = published.drop(published.index[2::4])
    drawn = draw(rows, published, by=by, period="month", size=400)
    known = drawn["doc_id"].map(published).fillna("").str.len() == len("2022-01-15")
    assert known.groupby(drawn["stratum"]).nunique().max() == 1
    undated = drawn.loc[~known, "stratum"]
    assert undated.nunique() == len(COMPARED) * (len(ACTS) if by == STATEMENTS else 1) and undated.str.contains("undated").all()


@pytest.mark.filterwarnings("error")
def test_a_corpus_without_dates_is_drawn() -> None:
    rows, published = corpus()
    assert len(draw(rows, published.head(0))) == len(draw(rows, pd.Series("", index=published.index))) == 150


STRATUM = st.tuples(st.integers(1, 400), st.sampled_from(COMPARED), st.floats(0, 0.75))


def strata_of(found: list[tuple[int, str, float]]) -> pd.DataFrame:
    """The strata `found` (n, side, spread) and one more of each side."""
    table = pd.DataFrame([*found, (3, "US", 0.2), (3, "RUS", 0.2)], columns=["n", "side", "spread"])
    return table.set_index("s" + table.index.astype(str))


@settings(max_examples=30, deadline=None)
@given(st.lists(STRATUM, max_size=12), st.integers(1, 5), st.integers(0, 800))
def test_no_stratum_gives_more_than_it_has_or_less_than_its_floor(found: list[tuple[int, str, float]], floor: int, more: int) -> None:
    strata = strata_of(found)
    least = strata["n"].clip(upper=floor)
    drawn = allocate(strata, int(least.sum()) + more, floor)
    assert drawn.index.equals(strata.index)
    assert ((drawn >= least) & (drawn <= strata["n"])).all()


@settings(max_examples=30, deadline=None)
@given(st.lists(STRATUM, max_size=12), st.integers(1, 5), st.integers(0, 800))
def test_as_many_are_allocated_as_asked_where_there_are_so_many(found: list[tuple[int, str, float]], floor: int, more: int) -> None:
    strata = strata_of(found)
    size = int(strata["n"].clip(upper=floor).sum()) + more
    assert allocate(strata, size, floor).sum() == min(size, strata["n"].sum())


def test_beyond_the_floors_codes_go_by_size_times_spread() -> None:
    """30 US codes beyond the floors by 100 · √.16 to 100 · √.04, and 30 Russian ones by 300 · √.09 to 100 · √.09, which gives 7.5."""
    strata = pd.DataFrame(
        {"n": [100, 100, 300, 100], "side": ["US", "US", "RUS", "RUS"], "spread": [0.16, 0.04, 0.09, 0.09]}, index=list("abcd")
    )
    drawn = allocate(strata, 64, 1)
    assert drawn[["a", "b"]].tolist() == [21, 11]
    assert sorted(drawn[["c", "d"]]) in ([8, 24], [9, 23])


def test_strata_of_which_the_classifier_is_sure_share_equally() -> None:
    strata = pd.DataFrame({"n": [50, 50, 50], "side": ["US", "US", "RUS"], "spread": [0.0, 0.0, 0.0]}, index=list("abc"))
    assert allocate(strata, 40, 2).tolist() == [10, 10, 20]


def test_more_codes_make_narrower_intervals() -> None:
    rows, published = corpus(1500)
    widths = [half_widths(rows, published, size=size, **PLAN)["half_width"].to_numpy() for size in (50, 100, 200, 400, 800)]
    assert (np.diff(widths, axis=0) < 0).all()


def test_a_census_has_no_width() -> None:
    rows, published = corpus(200)
    assert half_widths(rows, published, size=200, **PLAN)["half_width"].to_numpy() == pytest.approx(0)


@pytest.mark.parametrize("us", [0.5, 0.2], ids=["even sides", "uneven sides"])
def test_a_plan_never_asks_more_than_the_corpus_and_meets_its_width(us: float) -> None:
    rows, published = corpus(300, us=us)
    for half_width in (0.002, 0.02, 0.1):
        needed = codes_needed(rows, published, half_width=half_width, **PLAN)
        assert needed <= len(rows)
        assert half_widths(rows, published, size=needed, **PLAN)["half_width"].max() <= half_width


def test_a_wider_interval_needs_no_more_codes() -> None:
    rows, published = corpus(240)
    needed = [codes_needed(rows, published, half_width=width, **PLAN) for width in (0.01, 0.03, 0.05, 0.1, 0.2, 0.4)]
    assert needed == sorted(needed, reverse=True) and len(set(needed)) > 3


def test_the_codes_needed_are_the_least_that_do() -> None:
    rows, published = corpus(240)
    plans = {size: half_widths(rows, published, size=size, **PLAN) for size in range(2 * LEAST_CODES, 241)}
    for half_width in (0.03, 0.06, 0.12):
        enough = [n for n, plan in plans.items() if plan["half_width"].max() <= half_width and plan["expected"].min() >= LEAST_EXPECTED]
        assert codes_needed(rows, published, half_width=half_width, **PLAN) == min(enough)


def test_a_plan_is_of_both_sides_and_all_acts_with_the_classifiers_shares() -> None:
    rows, published = corpus()
    found = half_widths(rows, published, size=150, **PLAN).set_index(["side", "act"])
    assert list(found.index) == [(side, act) for side in COMPARED for act in ACTS]
    for (side, act), row in found.iterrows():
        assert row["share"] == pytest.approx(rows.loc[rows["side"] == side, f"p_{act}"].mean())


def test_a_higher_level_makes_wider_intervals() -> None:
    rows, published = corpus()
    low, high = (half_widths(rows, published, size=150, **PLAN | {"level": level})["half_width"] for level in (0.8, 0.95))
    assert (high / low).to_numpy() == pytest.approx(norm.ppf(0.975) / norm.ppf(0.9))


def test_planned_widths_are_about_those_that_codes_then_give() -> None:
    """Codes by the classifier's own probabilities, so that it is calibrated: the mean half interval of 12 draws over the planned one."""
    rows, published = corpus(3000)
    planned = half_widths(rows, published, size=600, **PLAN).set_index(["side", "act"])["half_width"]
    p, rng = rows[[f"p_{act}" for act in ACTS]].to_numpy(), np.random.default_rng(9)
    found: dict[tuple[str, str], list[float]] = {key: [] for key in planned.index}
    for seed in range(12):
        codes = np.array(ACTS)[(p.cumsum(axis=1) < rng.random((len(p), 1))).sum(axis=1)]
        labels = draw(rows, published, size=600, seed=seed).merge(rows[["statement_id"]].assign(act=codes))
        labelled, design = read_design(labels, rows)
        for side, act in planned.index:
            mean_f = rows.loc[rows["side"] == side, f"p_{act}"].mean()
            y, inside = (labelled["act"] == act).to_numpy(float), (labelled["side"] == side).to_numpy()
            low, high = share(y, labelled[f"p_{act}"].to_numpy(), mean_f, inside, design).interval(0.95)
            found[side, act].append((high - low) / 2)
    for key, widths in found.items():
        assert 0.75 < np.mean(widths) / planned[key] < 1.35, key
