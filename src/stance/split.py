"""Labelled statements to a training and a test part, whole groups (documents or scenarios) at a time."""

from dataclasses import dataclass

import pandas as pd
from sklearn.model_selection import StratifiedGroupKFold

from stance.errors import StanceError
from stance.params import Split
from stance.records import FEATURED, check


@dataclass(frozen=True)
class Parts:
    """Two tables of records.FEATURED that share no group."""

    train: pd.DataFrame
    test: pd.DataFrame


def split(featured: pd.DataFrame, *, params: Split) -> Parts:
    """About `params.test_share` of the real statements to test, with acts and sides in like proportion; authored ones only train.

    Without real statements the authored ones are divided. Raises StanceError when there are too few groups.
    """
    check(featured, FEATURED)
    real = featured["origin"] == "corpus"
    pool = featured[real] if real.any() else featured
    folds = max(2, round(1 / params.test_share))
    if pool["group"].nunique() < folds:
        raise StanceError(
            f"{pool['group'].nunique()} groups of labelled statements; allowed: at least {folds} for this test_share. Try: more labels"
        )
    strata = pool["act"] + pool["side"]
    folding = StratifiedGroupKFold(folds, shuffle=True, random_state=params.seed)
    test = next(folding.split(pool, strata, pool["group"]))[1]
    held_out = pool.iloc[test]
    rest = featured[~featured["group"].isin(held_out["group"])]
    return Parts(rest.reset_index(drop=True), held_out.reset_index(drop=True))
