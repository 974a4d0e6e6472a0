"""A corpus to tables of shares, a row per side and one for their difference: acts by issue and period, stances by issue, conditions by
act."""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import false_discovery_control

from stance.cells import ANY, NOT_SHOWN, Corpus, Domain, Rule, contrast
from stance.codebook import ACTS, COMPARED, DIFFERENCE, NO_ISSUE, NO_STANCE, codebook
from stance.records import CONDITIONS, ISSUES, POSITIONS, SHARES, STANCES, check, empty

PERIOD_CODES = 100  # more than a cell needs, so that acts of a tenth of the statements are shown in each period


def shares_table(corpus: Corpus, level: float) -> pd.DataFrame:
    """Each act's share of a side's statements: over all, by issue, by period, and by both where there are codes enough (records.SHARES).

    `q` of a difference is its p-value adjusted by Benjamini & Hochberg (1995) among the differences of the same kind.
    """
    over_all = _sides(corpus, np.ones(len(corpus.statements), bool))
    issues = ["", *(ISSUES if (corpus.statements["issue"] != "").any() else [])]
    rows = [_row(over_all, {"act": act, "issue": issue, "period": ""}, Rule(act, issue), level) for issue in issues for act in ACTS]
    for period, inside in periods(corpus):
        sides = _sides(corpus, inside)
        for issue in issues if corpus.design else [""]:
            found = [_row(sides, {"act": act, "issue": issue, "period": period}, Rule(act, issue), level) for act in ACTS]
            rows += [three for three in found if not issue or any(row["method"] != NOT_SHOWN for row in three)]
    return _finish(rows, lambda row: (row["issue"] != "", row["period"] != ""), SHARES)


def positions_table(corpus: Corpus, level: float) -> pd.DataFrame:
    """Each stance's share of a side's statements on an issue (records.POSITIONS): a ratio, for the issue is predicted too.

    Issues whose proposition each side may mean otherwise are a family of their own, as their gaps are never stated.
    """
    if not (corpus.statements[["issue", "stance"]] != "").any().all():
        return empty(POSITIONS)
    sides = _sides(corpus, np.ones(len(corpus.statements), bool))
    rows = [
        _row(sides, {"issue": issue, "stance": stance}, Rule("", issue, stance), level, Rule("", issue))
        for issue in ISSUES
        if issue != NO_ISSUE
        for stance in STANCES
        if stance != NO_STANCE
    ]
    return _finish(rows, lambda row: codebook().issues[row["issue"]].relative, POSITIONS)


def conditions_table(corpus: Corpus, level: float) -> pd.DataFrame:
    """The part of each act's statements that state a condition (records.CONDITIONS): a ratio, for the act is predicted."""
    sides = _sides(corpus, np.ones(len(corpus.statements), bool))
    rows = [_row(sides, {"act": act}, Rule(act, conditional=True), level, Rule(act)) for act in ACTS]
    return _finish(rows, lambda row: "", CONDITIONS)


def periods(corpus: Corpus) -> Iterable[tuple[str, np.ndarray]]:
    """Months with their statements; where codes were drawn, neighbouring months are pooled until each side has PERIOD_CODES codes."""
    dated = corpus.statements["period"].to_numpy(str)
    months = sorted(set(dated) - {""})
    groups: list[list[str]] = [[month] for month in months]
    if corpus.labelled is not None:
        counts = {side: corpus.drawn.loc[corpus.drawn["side"] == side, "period"].value_counts() for side in COMPARED}
        groups = _pooled(months, counts)
    if len(groups) < 2:
        return
    for group in groups:
        name = group[0] if len(group) == 1 else f"{group[0]} to {group[-1]}"
        yield name, np.isin(dated, group)


def _pooled(months: list[str], counts: dict[str, pd.Series]) -> list[list[str]]:
    groups: list[list[str]] = []
    open_group: list[str] = []
    for month in months:
        open_group.append(month)
        if all(counts[side].reindex(open_group).sum() >= PERIOD_CODES for side in COMPARED):
            groups, open_group = [*groups, open_group], []
    if open_group and groups:
        groups[-1] += open_group
    return groups or [open_group]


def _sides(corpus: Corpus, inside: np.ndarray) -> dict[str, Domain]:
    return {side: Domain(corpus, inside & (corpus.statements["side"] == side).to_numpy()) for side in COMPARED}


def _row(sides: dict[str, Domain], key: dict[str, Any], part: Rule, level: float, whole: Rule = ANY) -> list[dict[str, Any]]:
    """The rows of both sides and of RUS - US; a difference holds its p-value as `q` until `_finish`."""
    us, russia = (sides[side].cell(part, whole) for side in COMPARED)
    gap = contrast(russia, us)
    rows = [{"side": side} | key | cell.row(level) for side, cell in zip([*COMPARED, DIFFERENCE], (us, russia, gap), strict=True)]
    rows[-1]["q"] = gap.estimate.p_value if gap.estimate else np.nan
    return rows


def _finish(threes: list[list[dict[str, Any]]], family: Callable[[dict[str, Any]], Any], schema: Any) -> pd.DataFrame:
    """One frame of rows; p-values of the differences become q-values among those of one `family`."""
    if not threes:
        return empty(schema)
    frame = pd.DataFrame([row for three in threes for row in three])
    frame["family"] = [str(family(row)) for row in frame.to_dict("records")]
    for _, rows in frame[frame["q"].notna()].groupby("family"):
        frame.loc[rows.index, "q"] = false_discovery_control(rows["q"].to_numpy(float))
    return check(frame[list(schema.columns)], schema)
