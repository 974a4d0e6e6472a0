"""Which statements, or whole documents, to code so that shares of the corpus can be estimated: a stratified random draw with known
probabilities.

Statements are stratified by side, predicted act and period. Each stratum gets `floor` codes; the rest is shared between the sides equally
and within a side by size times the spread that the classifier's own probabilities let expect (Neyman 1934). Documents are stratified by
the side that says most in them and by period, and drawn in proportion to the statements there.
"""

import numpy as np
import pandas as pd
from scipy.stats import norm

from stance.cells import LEAST_CODES, LEAST_EXPECTED
from stance.codebook import ACTS, COMPARED
from stance.design import DOCUMENTS, STATEMENTS
from stance.errors import listing, refuse
from stance.periods import periods

DESIGN = ["statement_id", "doc_id", "side", "stratum", "pi", "design"]
UNDATED = "undated"


def sample(
    predictions: pd.DataFrame, published: pd.Series, *, size: int, by: str = STATEMENTS, period: str = "year", floor: int = 2, seed: int
) -> pd.DataFrame:
    """The statements drawn (DESIGN), in a random order: about `size` of them, `by` statements or by whole documents.

    `published` gives each document's date by doc_id. Raises StanceError when a side has no statement, or when `size` is below
    what the floors need.
    """
    rng = np.random.default_rng(seed)
    if by == DOCUMENTS:
        drawn = _documents(_compared(predictions), published, size, period, floor, rng)
    else:
        rows, names, strata = _stratified(predictions, published, period)
        strata["drawn"] = allocate(strata, size, floor)
        taken = [rng.choice(np.flatnonzero(names == name), n, replace=False) for name, n in strata["drawn"].items()]
        drawn = rows.assign(stratum=names, pi=names.map(strata["drawn"] / strata["n"])).iloc[np.concatenate(taken)]
    return drawn.assign(design=by)[DESIGN].iloc[rng.permutation(len(drawn))].reset_index(drop=True)


def _compared(predictions: pd.DataFrame) -> pd.DataFrame:
    rows = predictions[predictions["side"].isin(COMPARED)].reset_index(drop=True)
    silent = [side for side in COMPARED if not (rows["side"] == side).any()]
    if silent:
        raise refuse(f"no statement of side {listing(silent)}", "statements of both sides", "other documents")
    return rows


def _stratified(predictions: pd.DataFrame, published: pd.Series, period: str) -> tuple[pd.DataFrame, pd.Series, pd.DataFrame]:
    """The statements, the name of each one's stratum, and the strata with columns n, side, spread (the variance that a statement's code
    has by the classifier, summed over acts: Σ p (1 - p))."""
    rows = _compared(predictions)
    names = rows["side"].str.cat([rows["act"], periods(rows["doc_id"], published, period, unknown=UNDATED)], sep="|")
    p = rows[[f"p_{act}" for act in ACTS]].to_numpy(float)
    spread = pd.Series((p * (1 - p)).sum(axis=1)).groupby(names).mean()
    strata = pd.DataFrame({"n": names.value_counts().sort_index(), "spread": spread})
    return rows, names, strata.assign(side=strata.index.str.split("|").str[0])


def allocate(strata: pd.DataFrame, size: int, floor: int) -> pd.Series:
    """How many to draw from each of `strata` (columns n, side, spread): `size` in all where there are so many."""
    least = strata["n"].clip(upper=floor)
    if least.sum() > size:
        came = f"{len(strata)} strata with a floor of {floor} need {least.sum()} codes, more than the {size} asked for"
        raise refuse(came, "a size of at least the floors", f"--size {least.sum()}, --floor 1, or --period all")
    total, american = min(size, int(strata["n"].sum())), strata["side"] == "US"
    low = max(least[american].sum(), total - strata.loc[~american, "n"].sum())
    high = min(strata.loc[american, "n"].sum(), total - least[~american].sum())
    half = int(np.clip(size // 2, low, high))  # what one side lacks the other gets
    weight = strata["n"] * np.sqrt(strata["spread"])
    drawn = [
        _share_out(codes, least[own], strata.loc[own, "n"], weight[own]) for codes, own in ((half, american), (total - half, ~american))
    ]
    return pd.concat(drawn)[strata.index]


def _share_out(total: int, least: pd.Series, most: pd.Series, weight: pd.Series) -> pd.Series:
    """`total` by `weight`, at least `least` and at most `most` each; what rounding leaves goes to the largest remainders."""
    drawn = least.astype(float)
    while (rest := min(total, most.sum()) - drawn.sum()) > 1e-9:
        open_ = drawn < most
        parts = weight.where(open_, 0)
        parts = parts if parts.sum() > 0 else open_.astype(float)
        drawn = (drawn + rest * parts / parts.sum()).clip(upper=most)
    whole = np.floor(drawn + 1e-9)
    left = round(float(drawn.sum() - whole.sum()))
    order = (drawn - whole).sort_values(ascending=False, kind="stable").index[:left]
    whole[order] += 1
    return whole.astype(int)


def _documents(rows: pd.DataFrame, published: pd.Series, size: int, period: str, floor: int, rng: np.random.Generator) -> pd.DataFrame:
    documents = rows.groupby("doc_id").agg(n=("side", "size"), us=("side", lambda own: (own == "US").mean()))
    when = periods(documents.index.to_series(), published, period, unknown=UNDATED)
    names = pd.Series(np.where(documents["us"] >= 0.5, "US|", "RUS|"), index=documents.index) + when
    n = names.value_counts().sort_index()
    part = min(1.0, size / documents["n"].sum())
    least = n.clip(upper=max(2, floor))
    need = round((least / n * documents.groupby(names)["n"].sum()).sum())
    if need > size:
        came = f"{len(n)} strata with a floor of {max(2, floor)} documents hold some {need} statements, more than the {size} asked for"
        raise refuse(came, "a size of at least the floors", f"--size {need}, --design statements, or --period all")
    drawn = (n * part).round().clip(lower=least, upper=n).astype(int)
    taken = np.concatenate([rng.choice(np.flatnonzero(names == name), k, replace=False) for name, k in drawn.items()])
    own = names.reindex(rows["doc_id"]).to_numpy()
    kept = rows.assign(stratum=own, pi=pd.Series(own).map(drawn / n).to_numpy())
    return kept[kept["doc_id"].isin(documents.index[taken])]


def half_widths(predictions: pd.DataFrame, published: pd.Series, *, size: int, period: str, floor: int, level: float) -> pd.DataFrame:
    """How wide the intervals of `size` codes would be: `side`, `act`, `share` by the classifier, `half_width` (share units),
    and the positive codes to `expected` among those drawn.

    It takes the classifier's probabilities at their word: the residual variance in a stratum is the mean of p (1 - p).
    """
    return _planned(*_stratified(predictions, published, period), size, floor, level)


def _planned(rows: pd.DataFrame, names: pd.Series, strata: pd.DataFrame, size: int, floor: int, level: float) -> pd.DataFrame:
    drawn = allocate(strata, size, floor)
    variance = {act: (rows[f"p_{act}"] * (1 - rows[f"p_{act}"])).groupby(names).mean() / drawn * (1 - drawn / strata["n"]) for act in ACTS}
    found = []
    for side in COMPARED:
        own = strata[strata["side"] == side]
        part = own["n"] / own["n"].sum()
        for act in ACTS:
            half = norm.ppf(0.5 + level / 2) * np.sqrt((part**2 * variance[act][own.index]).sum())
            p = rows.loc[rows["side"] == side, f"p_{act}"]
            expected = (p.groupby(names[p.index]).mean() * drawn[own.index]).sum()
            found.append({"side": side, "act": act, "share": p.mean(), "half_width": half, "expected": expected})
    return pd.DataFrame(found)


def codes_needed(predictions: pd.DataFrame, published: pd.Series, *, half_width: float, period: str, floor: int, level: float) -> int:
    """The least number of codes with which no act's interval reaches further than `half_width` from its share, and every act's share can
    be shown (`stance.cells.enough`); all statements where these are too few (bisection)."""
    rows, names, strata = _stratified(predictions, published, period)
    low, high = int(strata["n"].clip(upper=floor).sum()), int(strata["n"].sum())
    while low < high:
        middle = (low + high) // 2
        widths = _planned(rows, names, strata, middle, floor, level)
        shown = widths["expected"].min() >= LEAST_EXPECTED and middle >= 2 * LEAST_CODES
        low, high = (low, middle) if shown and widths["half_width"].max() <= half_width else (middle + 1, high)
    return low
