"""Which statements to code next, and the coder's sheet: active learning over a user's own statements (Settles 2009)."""

import numpy as np
import pandas as pd

from stance.checks import CODES, given, known, need
from stance.codebook import ACTS, COMPARED, NO_ISSUE, NO_STANCE
from stance.errors import listing, refuse
from stance.records import PREDICTIONS, check

SHEET = ["statement_id", "doc_id", "side", "speaker", "quote", "cue", "context", "content", *CODES]
PER_DOCUMENT = 3


def queue(predictions: pd.DataFrame, *, size: int, seed: int, coded: frozenset[str] = frozenset()) -> pd.DataFrame:
    """The `size` statements of US and Russian officials from which the classifier would learn most, as a sheet without codes (SHEET).

    Half by side; within a side by the smallest gap between the two likeliest acts, more than PER_DOCUMENT of one document only when
    there are no others. No prediction is shown, and the order is drawn by `seed`. Statements whose ids are in `coded` are left out.
    """
    check(predictions, PREDICTIONS)
    rows = predictions[predictions["side"].isin(COMPARED) & ~predictions["statement_id"].isin(coded)]
    ranked = np.sort(rows[[f"p_{act}" for act in ACTS]].to_numpy(), axis=1)
    rows = rows.assign(gap=ranked[:, -1] - ranked[:, -2]).sort_values(["gap", "statement_id"], kind="stable")
    rows = rows.assign(later=rows.groupby("doc_id").cumcount() >= PER_DOCUMENT).sort_values("later", kind="stable")
    halves = pd.concat([rows[rows["side"] == side].head(size // 2) for side in COMPARED])
    rest = rows[~rows["statement_id"].isin(halves["statement_id"])].head(max(0, size - len(halves)))
    picked = pd.concat([halves, rest]).sample(frac=1, random_state=seed)
    return picked.assign(**dict.fromkeys(CODES, ""))[SHEET].reset_index(drop=True)


def read_back(sheet: pd.DataFrame, coder: str) -> pd.DataFrame:
    """The coded rows of a sheet as records.LABELLED, with their `context`; rows whose `act` is empty are left out.

    Raises StanceError for missing columns, statements that stand twice, and codes that are not in the codebook.
    """
    need(sheet, SHEET, "the sheets", "the file that `stance annotate next` wrote")
    rows = given(sheet)
    twice = rows.loc[rows["statement_id"].duplicated(), "statement_id"]
    if len(twice):
        raise refuse(f"statements coded twice: {listing(twice)}", "one row each", "remove the copies")
    known(rows)
    if rows.empty:
        raise refuse("no row of the sheet is coded", "an act in at least one", "fill the column act")
    issue = rows["issue"].replace("", NO_ISSUE)
    stance = rows["stance"].where(rows["stance"] != "", issue.map(lambda code: NO_STANCE if code == NO_ISSUE else "unclear"))
    return pd.DataFrame(
        {
            **{name: rows[name] for name in ("statement_id", "cue", "act", "secondary", "side")},
            "text": rows["content"],
            "context": rows["context"],
            "issue": issue,
            "stance": stance,
            "genre": np.where(rows["quote"] == "turn", "transcript", "news"),
            "source": "own",
            "year": "",
            "group": rows["doc_id"],
            "part": "enriched",
            "coder": coder,
            "origin": "corpus",
        }
    ).reset_index(drop=True)
