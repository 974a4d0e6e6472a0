"""Agreement by hand-computed alphas, by the library over coders with gaps, and its intervals."""

import krippendorff
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stance import agreement
from stance.agreement import agreements, alpha
from stance.codebook import ACTS, COMPARED

SHORT = {"w": "warning", "r": "reassurance", "d": "demand", "o": "other", ".": ""}


def coded(*coders: str) -> pd.DataFrame:
    """A column per coder, a row per statement; each coder's acts by their first letters, "." for none."""
    return pd.DataFrame({f"coder {n}": [SHORT[letter] for letter in acts] for n, acts in enumerate(coders)})


def agreed(codes: pd.DataFrame, *, units: list[str] | None = None, sides: str = "") -> dict[str, object]:
    n = len(codes)
    named = {"u": "US", "r": "RUS"}
    side = pd.Series([named[letter] for letter in sides] if sides else ["US"] * n)
    return agreements(codes, pd.Series(units or [f"d{k}" for k in range(n)]), side)


@pytest.fixture
def few_replicates(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agreement, "REPLICATES", 40)


BY_HAND = [
    (("wwoo", "wwoo"), 1.0),
    (("wooo", "wwoo"), 8 / 15),
    (("wwoo", "ooww"), -0.75),
    (("wwoo", "wowo"), 0.125),
    (("wdo", "wdd"), 6 / 11),
    (("wwod", "wood", "oo.."), 13 / 31),
    (("wwo.", "woo.", ".oo."), 8 / 15),
]


@pytest.mark.parametrize(("coders", "expected"), BY_HAND, ids=[" ".join(coders) for coders, _ in BY_HAND])
def test_alpha_by_hand(coders: tuple[str, ...], expected: float) -> None:
    """1 - (n - 1) Σ o / Σ n_c n_k over unlike pairs, with the pairs o of a statement divided by its number of codes less one."""
    assert alpha(coded(*coders)) == pytest.approx(expected)


def test_alpha_is_that_of_krippendorffs_example() -> None:
    """Four observers, twelve units, nominal: .743 (Krippendorff 2011, Computing Krippendorff's alpha-reliability, section C)."""
    observers = ["123321412...", "1233224125.3", ".3332342251.", "12332441251."]
    rows = pd.DataFrame({n: ["" if code == "." else code for code in codes] for n, codes in enumerate(observers)})
    assert alpha(rows) == pytest.approx(0.743, abs=5e-4)


@pytest.mark.parametrize(
    "coders",
    [
        pytest.param(("", ""), id="no statement"),
        pytest.param(("wdo", "..."), id="one coder"),
        pytest.param(("w.o", ".d."), id="no statement of two coders"),
        pytest.param(("ww", "ww"), id="one code throughout"),
        pytest.param(("wwo", "ww."), id="one code where two coded"),
    ],
)
def test_there_is_no_alpha_where_there_is_nothing_to_agree_on(coders: tuple[str, ...]) -> None:
    assert alpha(coded(*coders)) is None


@pytest.mark.parametrize("coders", [("", ""), ("wdo", "..."), ("w.o", ".d.")], ids=["no statement", "one coder", "no statement of two"])
def test_no_statement_of_two_coders_counts_none(coders: tuple[str, ...]) -> None:
    assert agreed(coded(*coders)) == {"n": 0}


def test_one_code_throughout_has_no_alpha_but_counts(few_replicates: None) -> None:
    found = agreed(coded("oooo", "oooo"))
    assert (found["n"], found["disagreements"]) == (4, 0)
    assert all(part == {"value": None, "low": None, "high": None} for part in found["alpha"].values())


def gaps(n: int = 40, coders: int = 3, seed: int = 2) -> pd.DataFrame:
    """Codes of which a third are missing."""
    rng = np.random.default_rng(seed)
    right = rng.choice(ACTS, n)
    columns = {f"c{k}": np.where(rng.random(n) < 0.7, right, rng.choice(ACTS, n)) for k in range(coders)}
    return pd.DataFrame({name: np.where(rng.random(n) < 0.67, acts, "") for name, acts in columns.items()})


def by_library(codes: pd.DataFrame) -> float:
    return krippendorff.alpha(
        [[np.nan if act == "" else ACTS.index(act) for act in codes[name]] for name in codes], level_of_measurement="nominal"
    )


@pytest.mark.parametrize("coders", [2, 3, 5])
def test_alpha_of_several_coders_with_gaps_is_that_of_the_library(coders: int, few_replicates: None) -> None:
    codes = gaps(coders=coders)
    expected = by_library(codes)
    assert alpha(codes) == pytest.approx(expected)
    assert agreed(codes)["alpha"]["overall"]["value"] == pytest.approx(expected)


def test_only_statements_of_two_coders_or_more_are_counted(few_replicates: None) -> None:
    found = agreed(coded("wwo.od", "wo..od", ".oo..."))
    assert (found["n"], found["disagreements"]) == (5, 1)


def test_other_words_than_acts_are_no_codes(few_replicates: None) -> None:
    codes = coded("wwoo", "wooo")
    codes.loc[0, "coder 1"] = "ineligible"
    assert agreed(codes)["n"] == 3


def test_each_act_is_held_against_the_rest(few_replicates: None) -> None:
    """Warnings as in wooo against wwoo; demand and other are mixed up once; nobody assures."""
    found = agreed(coded("wood", "wwoo"))["alpha"]
    assert found["warning"]["value"] == pytest.approx(8 / 15)
    assert found["demand"]["value"] == pytest.approx(0)
    assert found["other"]["value"] == pytest.approx(alpha(coded("woow", "wwoo")))
    assert found["reassurance"]["value"] is None


def test_each_side_has_its_own_alpha(few_replicates: None) -> None:
    found = agreed(coded("wwoowooo", "wwoowwoo"), sides="uuuurrrr")["alpha"]
    assert found["US"]["value"] == pytest.approx(1) and found["RUS"]["value"] == pytest.approx(8 / 15)
    assert set(found) == {"overall", *ACTS, *COMPARED}


def test_a_side_that_no_two_coded_has_no_alpha(few_replicates: None) -> None:
    found = agreed(coded("wwoo", "wwo."), sides="uuur")["alpha"]
    assert found["RUS"] == {"value": None, "low": None, "high": None} and found["US"]["value"] == pytest.approx(1)


def test_intervals_hold_their_value_and_are_not_empty() -> None:
    codes = gaps(120)
    for part in agreed(codes, sides="ur" * 60)["alpha"].values():
        assert -1 <= part["low"] < part["value"] < part["high"] <= 1


def test_perfect_agreement_has_no_width(few_replicates: None) -> None:
    part = agreed(coded("wrdo" * 5, "wrdo" * 5))["alpha"]["overall"]
    assert part == {"value": 1, "low": 1, "high": 1}


def test_the_same_codes_have_the_same_interval(few_replicates: None) -> None:
    assert agreed(gaps()) == agreed(gaps())


def test_the_order_of_coders_does_not_matter(few_replicates: None) -> None:
    codes = gaps()
    first, second = agreed(codes)["alpha"], agreed(codes[codes.columns[::-1]])["alpha"]
    for name, part in first.items():
        assert part == pytest.approx(second[name])


def test_what_stands_in_one_document_is_resampled_together(few_replicates: None) -> None:
    """Ten copies of a statement in one document tell no more than one, and a single document has no width."""
    rows = coded("wwwoooooww", "wwwooowwoo")
    tenfold = pd.concat([rows] * 10, ignore_index=True)
    apart, together = (agreed(tenfold, units=units)["alpha"]["overall"] for units in (None, [f"d{k}" for k in range(10)] * 10))
    assert together["high"] - together["low"] > 2 * (apart["high"] - apart["low"])
    alone = agreed(rows, units=["d"] * 10)["alpha"]["overall"]
    assert alone["low"] == pytest.approx(alone["high"]) == pytest.approx(alone["value"])


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text("wrdo.", min_size=6, max_size=6), min_size=2, max_size=4))
def test_alpha_is_at_most_one_and_the_librarys(coders: list[str]) -> None:
    codes = coded(*coders)
    found = alpha(codes)
    if found is None:
        pairs = codes[(codes != "").sum(axis=1) > 1].to_numpy()
        assert len(set(pairs[pairs != ""])) < 2
    else:
        assert found <= 1 + 1e-12 and found == pytest.approx(by_library(codes))
