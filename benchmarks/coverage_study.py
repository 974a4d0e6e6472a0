"""Do the intervals hold where acts are rare and strata many? Simulations on the predictions and the draw of the case study.

    python benchmarks/coverage_study.py [--replicates 400] [--jobs 2]

Codes of all statements are simulated from the classifier's own probabilities, or from others that it does not know of (TRUTHS); then
statements are drawn as `stance sample` draws them. Writes reports/benchmarks/coverage_study.csv: for each truth, act, side and period the
coverage of nominal 95 % intervals in the draws in which the cell is shown, and how often the truth lies above the interval.
"""

from pathlib import Path
from typing import Annotated

import numpy as np
import pandas as pd
import typer
from joblib import Parallel, delayed
from rich.progress import track

from stance.codebook import ACTS, COMPARED, DIFFERENCE
from stance.design import STATEMENTS
from stance.estimate import corpus_of
from stance.files import read_csv, read_table, write_csv
from stance.sample import sample
from stance.tables import periods, shares_table

ROOT = Path(__file__).resolve().parents[1]
STUDY, OUT = ROOT / "pipelines" / "case_study", ROOT / "reports" / "benchmarks" / "coverage_study.csv"
TRUTHS = ["as predicted", "sharper", "leaning apart", "demands overlooked"]
SIZE, FLOOR, LEVEL = 1440, 3, 0.95
PER_TRUTH = 5  # draws from one simulated set of codes
MARKED = [act for act in ACTS if act != "other"]


def probabilities(rows: pd.DataFrame, truth: str) -> np.ndarray:
    """The chance of each act in each statement, shape (statements, acts)."""
    p = rows[[f"p_{act}" for act in ACTS]].to_numpy(float, copy=True)
    if truth == "sharper":
        p = p**1.5
    elif truth == "leaning apart":
        p[:, : len(MARKED)] *= np.where(rows["side"] == "RUS", 1.6, 0.7)[:, None]
    elif truth == "demands overlooked":
        p[(rows["act"] == "other").to_numpy()] = [0.01 if act == "demand" else 0.98 if act == "other" else 0.005 for act in ACTS]
    return p / p.sum(axis=1, keepdims=True)


def replicate(rows: pd.DataFrame, published: pd.Series, codes: np.ndarray, seed: int) -> pd.DataFrame:
    """One draw: a row per shown cell."""
    drawn = sample(rows, published, size=SIZE, period="month", floor=FLOOR, seed=seed)
    place = pd.Series(np.arange(len(rows)), index=rows["statement_id"])
    corpus = corpus_of(rows, drawn.assign(act=codes[place[drawn["statement_id"]]]), STATEMENTS)
    truth: dict[tuple[str, str, str], float] = {}
    for period, inside in [("", np.ones(len(rows), bool)), *periods(corpus)]:
        for act in MARKED:
            us, russia = (float((codes[inside & (rows["side"] == side).to_numpy()] == act).mean()) for side in COMPARED)
            truth |= {("US", act, period): us, ("RUS", act, period): russia, (DIFFERENCE, act, period): russia - us}
    table = shares_table(corpus, LEVEL)
    cells = table[table["act"].isin(MARKED) & table["low"].notna()][["act", "side", "period", "low", "high"]]
    share = np.array([truth[key] for key in zip(cells["side"], cells["act"], cells["period"], strict=True)])
    covered = (cells["low"] <= share) & (share <= cells["high"])
    measured = cells.assign(truth_share=share, covered=covered, above=share > cells["high"], width=cells["high"] - cells["low"])
    return measured.drop(columns=["low", "high"])


def simulated(truth: str, replicates: int) -> pd.DataFrame:
    """Coverage by act, side and period under one truth."""
    rows = read_table(STUDY / "predictions.parquet")
    documents = read_csv(STUDY / "documents.csv").set_index("doc_id")["published"]
    rows = rows.assign(period=rows["doc_id"].map(documents).str[:7])
    p, rng, found = probabilities(rows, truth), np.random.default_rng(TRUTHS.index(truth)), []
    for n in range(replicates):
        if n % PER_TRUTH == 0:
            codes = np.array(ACTS)[(p.cumsum(axis=1) > rng.random(len(p))[:, None]).argmax(axis=1)]
        found.append(replicate(rows, documents, codes, n))
    cells = pd.concat(found).groupby(["act", "side", "period"], sort=False)
    means = cells.mean().assign(shown=cells.size() / replicates, replicates=replicates, truth=truth)
    return means.reset_index()[["truth", *means.index.names, "truth_share", "covered", "above", "width", "shown", "replicates"]]


def main(replicates: Annotated[int, typer.Option(min=10)] = 400, jobs: Annotated[int, typer.Option(min=1)] = 2) -> None:
    """Run the simulations."""
    parts = Parallel(n_jobs=jobs, return_as="generator")(delayed(simulated)(truth, replicates) for truth in TRUTHS)
    write_csv(pd.concat(track(parts, total=len(TRUTHS), description="coverage of the study"), ignore_index=True), OUT)


if __name__ == "__main__":
    typer.run(main)
