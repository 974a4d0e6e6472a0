"""How labels were drawn: the units drawn (statements or whole documents), their strata and inclusion probabilities."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd

from stance.checks import need
from stance.errors import listing, refuse

STATEMENTS, DOCUMENTS = "statements", "documents"
DESIGNS = (STATEMENTS, DOCUMENTS)
WHOLE = 0.9  # part of their statements from which labelled documents count as drawn whole: a few labels may be lost
LEAST_OF_ONE_PI = 10  # units to a probability, on average, for probabilities to tell strata
LABEL_COLUMNS = ["statement_id", "act", "pi"]


@dataclass(frozen=True)
class Design:
    """`unit` of each labelled statement, and per unit its `pi` (inclusion probability) and `stratum`; units are numbered from 0."""

    by: str
    unit: np.ndarray
    pi: np.ndarray
    stratum: np.ndarray

    @property
    def weight(self) -> np.ndarray:
        """The statements of the corpus that each labelled one stands for."""
        return 1 / self.pi[self.unit]

    @classmethod
    def of(cls, labelled: pd.DataFrame, by: str) -> Self:
        """The design of `labelled` with `doc_id`, `pi` and `stratum`.

        Without strata, units of one probability make a stratum; where these would be small, as in draws in proportion to size or to the
        classifier's doubt, all units make one.
        """
        names = labelled["doc_id"] if by == DOCUMENTS else labelled["statement_id"]
        unit, _ = pd.factorize(names)
        first = pd.Series(np.arange(len(unit))).groupby(unit).first().to_numpy()
        pi = labelled["pi"].to_numpy(float)[first]
        if "stratum" in labelled:
            named = labelled["stratum"].fillna("").astype(str).to_numpy()[first]
        else:
            named = np.round(pi, 12)
            named = named if len(pi) >= LEAST_OF_ONE_PI * len(set(named)) else np.zeros(len(pi))
        return cls(by, unit, pi, pd.factorize(named)[0])


def read_design(labels: pd.DataFrame, predictions: pd.DataFrame, by: str | None = None) -> tuple[pd.DataFrame, Design]:
    """`labels` joined to their predictions (suffix `_predicted` for columns of both), and how they were drawn.

    Whether documents were drawn is said by `by`, else by a column `design`, else seen: documents, where those labelled are labelled
    (nearly) whole, with one probability each, and some have several statements. Raises StanceError naming the columns that are missing,
    ids that are unknown or doubled, probabilities outside (0, 1] and documents with several.
    """
    _check_labels(labels, predictions)
    labelled = labels.merge(predictions, on="statement_id", how="left", suffixes=("", "_predicted"), validate="one_to_one")
    if "doc_id_predicted" in labelled:
        labelled["doc_id"] = labelled["doc_id_predicted"]
    by = by or _said(labels) or (DOCUMENTS if _whole(labelled, predictions) else STATEMENTS)
    if by == DOCUMENTS:
        mixed = labelled.groupby("doc_id")["pi"].nunique()
        if (mixed > 1).any():
            raise refuse(
                f"documents with several inclusion probabilities: {listing(mixed[mixed > 1].index)}",
                "one pi for all statements of a document that was drawn whole",
                "--design statements",
            )
    return labelled, Design.of(labelled, by)


def _check_labels(labels: pd.DataFrame, predictions: pd.DataFrame) -> None:
    need(labels, LABEL_COLUMNS, "labels", "the file of stance label")
    for name, ids in (("labels", labels["statement_id"]), ("predictions", predictions["statement_id"])):
        twice = ids[ids.duplicated()].unique()
        if len(twice):
            raise refuse(f"{name} hold {listing(twice)} more than once", "one row per statement_id", "remove the copies")
    unknown = labels.loc[~labels["statement_id"].isin(predictions["statement_id"]), "statement_id"]
    if len(unknown):
        raise refuse(
            f"labels of statements without prediction: {listing(unknown)}", "ids that the predictions hold", "the same corpus for both"
        )
    pi = pd.to_numeric(labels["pi"], errors="coerce")
    bad = labels.loc[~((pi > 0) & (pi <= 1)), ["statement_id", "pi"]]
    if len(bad):
        came = listing(f"{row.pi!r} of {row.statement_id}" for row in bad.itertuples())
        raise refuse(f"pi {came}", "inclusion probabilities above 0, at most 1", "the file of stance label")


def _said(labels: pd.DataFrame) -> str | None:
    if "design" not in labels.columns:
        return None
    said = sorted(set(labels["design"].astype(str)))
    if len(said) != 1 or said[0] not in DESIGNS:
        raise refuse(f"column design holds {listing(map(repr, said))}", f"one of {listing(DESIGNS)} in every row", "--design")
    return said[0]


def _whole(labelled: pd.DataFrame, predictions: pd.DataFrame) -> bool:
    """Whether the labelled documents are labelled to WHOLE at least, with one probability each, and some have several statements."""
    size = predictions.groupby("doc_id").size()
    coded = labelled.groupby("doc_id").agg(n=("statement_id", "size"), several=("pi", "nunique"))
    part = coded["n"].sum() / size[coded.index].sum()
    return bool(part >= WHOLE and (coded["several"] == 1).all() and (coded["n"] > 1).any())
