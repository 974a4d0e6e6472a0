"""Labelled statements to a training and a test part, whole groups (documents or scenarios) at a time."""

from dataclasses import dataclass

import pandas as pd
from sklearn.model_selection import StratifiedGroupKFold

from stance.errors import StanceError
from stance.params import Split
from stance.records import LABELLED, check


@dataclass(frozen=True)
class Parts:
    """Two tables of records.LABELLED that share no group."""

    train: pd.DataFrame
    test: pd.DataFrame


def split(labelled: pd.DataFrame, *, params: Split) -> Parts:
    """About `params.test_share` of the rows to test, with acts and sides in like proportion.

    Raises StanceError when there are too few groups.
    """
    check(labelled, LABELLED)
    folds = max(2, round(1 / params.test_share))
    if labelled["group"].nunique() < folds:
        raise StanceError(
            f"{labelled['group'].nunique()} groups of labelled statements; allowed: at least {folds} for this test_share. Try: more labels"
        )
    strata = labelled["act"] + labelled["side"]
    folding = StratifiedGroupKFold(folds, shuffle=True, random_state=params.seed)
    train, test = next(folding.split(labelled, strata, labelled["group"]))
    return Parts(labelled.iloc[train].reset_index(drop=True), labelled.iloc[test].reset_index(drop=True))
