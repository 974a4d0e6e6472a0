"""Coders' sheets and exports back to one code per drawn statement, with their agreement and what is still open (codebook, section 9)."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from stance.agreement import agreement, agreements
from stance.checks import CODES, REQUIRED, given, known, need
from stance.errors import listing, refuse
from stance.sample import DESIGN

OPEN = ["statement_id", "coder", *CODES]
REASONS = {
    "unknown": "not of this sample",
    "doubled": "coded more than once by one coder",
    "lost": "coded by nobody",
}


@dataclass(frozen=True)
class Codes:
    """`labels` holds every drawn statement (DESIGN, CODES, `coder`), its codes empty until they are settled.

    `disagreements` lists statements on which coders differ, a row per coder; `agreement` is that of `stance.agreement`; `refused` lists
    ids that were lost, doubled or unknown, with the `reason`.
    """

    labels: pd.DataFrame
    disagreements: pd.DataFrame
    agreement: dict[str, Any]
    refused: pd.DataFrame


def read_codes(design: pd.DataFrame, coded: pd.DataFrame, adjudicated: pd.DataFrame | None = None) -> Codes:
    """`coded` (OPEN, a row per coder and statement) settled over the drawn statements of `design` (stance.sample.DESIGN).

    A code that all coders of a statement give is settled; where they differ, `adjudicated` (statement_id, CODES) decides, and nothing
    else does. Rows without an act are not coded. Raises StanceError for missing columns and for codes that are not in the codebook.
    """
    need(design, DESIGN, "the design", "design.csv of stance sample")
    need(coded, OPEN, "the codes", "the sheet or the export of the sample")
    rows = given(coded)
    known(rows)
    unknown = ~rows["statement_id"].isin(design["statement_id"])
    decided = _decided(adjudicated, design)
    doubled = rows.duplicated(["statement_id", "coder"], keep=False) & ~unknown & ~rows["statement_id"].isin(decided["statement_id"])
    sound = rows[~unknown & ~rows["statement_id"].isin(rows.loc[doubled, "statement_id"])]
    lost = design.loc[~design["statement_id"].isin({*rows["statement_id"], *decided["statement_id"]}), "statement_id"]
    refused = [
        (REASONS[why], ids)
        for why, ids in (("unknown", rows.loc[unknown, "statement_id"]), ("doubled", rows.loc[doubled, "statement_id"]), ("lost", lost))
    ]
    several = sound.groupby("statement_id")[REQUIRED].nunique().max(axis=1) > 1
    differ = sound[sound["statement_id"].isin(several[several].index.difference(decided["statement_id"]))]
    settled = sound[~sound["statement_id"].isin({*several[several].index, *decided["statement_id"]})]
    settled = pd.concat([_one(settled), decided.assign(coder="adjudicated")])
    labels = design.merge(settled, on="statement_id", how="left").fillna(dict.fromkeys([*CODES, "coder"], ""))
    return Codes(
        labels,
        differ.sort_values(["statement_id", "coder"]).reset_index(drop=True)[OPEN],
        _agreement(sound.drop_duplicates(["statement_id", "coder"], keep=False), design),
        pd.concat([pd.DataFrame({"statement_id": sorted(set(ids)), "reason": why}) for why, ids in refused], ignore_index=True),
    )


def _decided(adjudicated: pd.DataFrame | None, design: pd.DataFrame) -> pd.DataFrame:
    if adjudicated is None:
        return pd.DataFrame(columns=["statement_id", *CODES])
    need(adjudicated, ["statement_id", *CODES], "the adjudicated codes", "the file of disagreements, one row kept for each statement")
    rows = given(adjudicated)[["statement_id", *CODES]]
    known(rows)
    wrong = [
        *rows.loc[rows["statement_id"].duplicated(), "statement_id"],
        *rows.loc[~rows["statement_id"].isin(design["statement_id"]), "statement_id"],
    ]
    if wrong:
        raise refuse(f"adjudicated codes of {listing(wrong)}", "one row for each statement of the sample", "keep the row that decides")
    return rows


def _one(settled: pd.DataFrame) -> pd.DataFrame:
    """One row per statement of codes that agree; `coder` names all who gave them, and a secondary act stands where all give it."""
    groups = settled.sort_values("coder").groupby("statement_id", sort=False)
    rows = groups[REQUIRED].first()
    rows["secondary"] = groups["secondary"].agg(lambda codes: codes.iloc[0] if codes.nunique() == 1 else "")
    rows["coder"] = groups["coder"].agg("+".join)
    return rows.reset_index()[["statement_id", "coder", *CODES]]


def _agreement(sound: pd.DataFrame, design: pd.DataFrame) -> dict[str, Any]:
    wide = {name: sound.pivot(index="statement_id", columns="coder", values=name).fillna("") for name in REQUIRED}
    places = design.set_index("statement_id").loc[wide["act"].index]
    found = agreements(wide["act"], places["doc_id"], places["side"])
    if found["n"]:
        found["alpha"] |= {name: agreement(wide[name], places["doc_id"]) for name in REQUIRED if name != "act"}
    return found
