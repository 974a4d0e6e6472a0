"""Predictions and codes to each side's share of acts, overall and by issue, and to who addresses whom.

Where every statement of a side is coded by hand the share is exact for these documents; its interval (Wilson 1927) is for
statements like these, drawn independently. Where codes are missing the share is the classifier's count: it has no interval,
because nothing here tells the classifier's error.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import binomtest

from stance.codebook import ACTS, COMPARED
from stance.params import Estimate
from stance.records import CODED, ISSUES, PREDICTIONS, SHARES, check, empty

BY_HAND = "hand codes of every statement"
UNCORRECTED = "classifier count, uncorrected"
PROCESS = "statements like these"
CORPUS = "this corpus"


@dataclass(frozen=True)
class Estimates:
    """`shares` fit records.SHARES; `flows` counts statements by side, addressee and act; `counted` lists each statement counted."""

    shares: pd.DataFrame
    flows: pd.DataFrame
    counted: pd.DataFrame


def estimate(predictions: pd.DataFrame, coded: pd.DataFrame, *, params: Estimate) -> Estimates:
    """Shares over the statements of US and Russian speakers: in documents with codes the coded ones, elsewhere the predicted."""
    check(predictions, PREDICTIONS)
    check(coded, CODED)
    counted = count_statements(predictions, coded)
    rows = []
    for side in COMPARED:
        own = counted[counted["side"] == side]
        for issue in ["", *ISSUES]:
            for act in ACTS:
                rows.append(_share(own, side, act, issue, params.level))
    shares = pd.DataFrame(rows)
    flows = counted.groupby(["side", "addressee", "act"], as_index=False).size().rename(columns={"size": "n"})
    return Estimates(check(shares, SHARES) if rows else empty(SHARES), flows, counted)


def count_statements(predictions: pd.DataFrame, coded: pd.DataFrame) -> pd.DataFrame:
    """The statements that count, of US and Russian speakers: `by_hand` tells whether the codes are a coder's or the classifier's."""
    columns = [c for c in CODED.columns if c not in {"secondary", "extracted"}]
    found = predictions.set_index("statement_id")[["cue", "source_text", "side_basis", "office", *(f"p_{act}" for act in ACTS)]]
    ours = coded[columns].assign(extracted=coded["extracted"], by_hand=True).join(found, on="extracted")
    theirs = predictions[~predictions["doc_id"].isin(coded["doc_id"])]
    theirs = theirs[[*(c for c in columns if c != "coder"), *found.columns]].assign(
        coder="classifier", extracted=theirs["statement_id"], by_hand=False
    )
    both = (
        pd.concat([frame for frame in (ours, theirs) if len(frame)], ignore_index=True)
        if len(ours) + len(theirs)
        else theirs.assign(by_hand=False)
    )
    texts = ["cue", "source_text", "side_basis", "office"]
    both[texts] = both[texts].fillna("")
    return both[both["side"].isin(COMPARED)].reset_index(drop=True)


def _share(own: pd.DataFrame, side: str, act: str, issue: str, level: float) -> dict[str, object]:
    hits = own[(own["act"] == act) & ((own["issue"] == issue) | (issue == ""))]
    by_hand = bool(own["by_hand"].all()) and len(own) > 0
    low, high = _wilson(len(hits), len(own), level) if by_hand else (np.nan, np.nan)
    return {
        "side": side,
        "act": act,
        "issue": issue,
        "n": len(hits),
        "share": len(hits) / len(own) if len(own) else np.nan,
        "low": low,
        "high": high,
        "n_statements": len(own),
        "n_documents": own["doc_id"].nunique(),
        "n_labelled": int(own["by_hand"].sum()),
        "method": f"{BY_HAND} ({', '.join(sorted(set(own['coder'])))})" if by_hand else UNCORRECTED,
        "target": PROCESS if by_hand else CORPUS,
    }


def _wilson(hits: int, n: int, level: float) -> tuple[float, float]:
    found = binomtest(hits, n).proportion_ci(confidence_level=level, method="wilson")
    return float(found.low), float(found.high)
