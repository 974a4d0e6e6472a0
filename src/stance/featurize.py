"""Labelled statements to the features that classifiers read."""

from collections.abc import Callable, Iterable
from typing import Any

import pandas as pd

from stance.attribution.grammar import Parser
from stance.errors import listing, refuse
from stance.features import describe
from stance.records import FEATURED, FEATURES, LABELLED, check
from stance.vectors import Encoder


def featurize(
    labelled: pd.DataFrame,
    stored: pd.DataFrame,
    *,
    parser: Parser,
    encoder: Encoder,
    track: Callable[[Iterable[Any]], Iterable[Any]] = iter,
) -> pd.DataFrame:
    """records.FEATURED: features of the words at hand, and the `stored` ones (by `statement_id`) of statements without words.

    Raises StanceError when a statement has neither words nor stored features, or when the vectors are of different encoders.
    """
    check(labelled, LABELLED)
    absent = labelled[labelled["text"] == ""]
    missing = sorted(set(absent["statement_id"]) - set(stored["statement_id"]))
    if missing:
        came = f"no features of {len(missing)} coded statements ({listing(missing, 2)})"
        raise refuse(came, "a row for each", "stance rebuild-features, with the corpora")
    spoken = labelled[labelled["text"] != ""]
    found = describe(spoken[["text", "cue", "group"]], parser=parser, encoder=encoder, track=track)
    known = stored.set_index("statement_id").loc[absent["statement_id"], FEATURES].set_index(absent.index)
    widths = {len(vector) for frame in (found, known) for vector in frame["vector"]}
    if len(widths) > 1:
        came = f"sentence vectors of {listing(map(str, sorted(widths)))} numbers"
        raise refuse(came, "one encoder for all", "stance rebuild-features, with the corpora")
    return check(labelled.join(pd.concat([found, known])), FEATURED)
