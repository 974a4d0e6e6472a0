"""Labelled statements to a training and a test part, whole groups (documents or scenarios) at a time."""

from dataclasses import dataclass

import pandas as pd
from sklearn.model_selection import StratifiedGroupKFold

from stance.errors import refuse
from stance.params import Split
from stance.records import FEATURED, check


@dataclass(frozen=True)
class Parts:
    """Two tables of records.FEATURED that share no group."""

    train: pd.DataFrame
    test: pd.DataFrame


def split(featured: pd.DataFrame, *, params: Split, held_out: frozenset[str] = frozenset()) -> Parts:
    """Real statements of the `held_out` groups to test, all others to training: a test part that stays as it is when codes are added.

    Where no group is named, about `params.test_share` of the real statements are drawn, with acts and sides in like proportion; without
    real statements, of the authored ones. Raises StanceError when there are too few groups, or none of those held out.
    """
    check(featured, FEATURED)
    real = featured["origin"] == "corpus"
    pool = featured[real] if real.any() else featured
    tested = pool[pool["group"].isin(held_out)] if held_out else _drawn(pool, params)
    if tested.empty:
        raise refuse("no labelled statement is of a held-out document", "ids of coded documents", "split.held_out of params.yaml empty")
    rest = featured[~featured["group"].isin(tested["group"])]
    return Parts(rest.reset_index(drop=True), tested.reset_index(drop=True))


def _drawn(pool: pd.DataFrame, params: Split) -> pd.DataFrame:
    folds = max(2, round(1 / params.test_share))
    if pool["group"].nunique() < folds:
        raise refuse(f"{pool['group'].nunique()} groups of labelled statements", f"at least {folds} for this test_share", "more labels")
    folding = StratifiedGroupKFold(folds, shuffle=True, random_state=params.seed)
    return pool.iloc[next(folding.split(pool, pool["act"] + pool["side"], pool["group"]))[1]]
