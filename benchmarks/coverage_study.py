"""Do the intervals hold where acts are rare and strata many? Simulations on the predictions and the draw of the case study.

    python benchmarks/coverage_study.py [--replicates 400] [--jobs 2]

Codes of all statements are simulated from the classifier's own probabilities, or from others that it does not know of (TRUTHS); then
statements are drawn as `stance sample` draws them. Writes reports/benchmarks/coverage_study.csv: for each truth, act, side and period the
coverage of nominal 95 % intervals in the draws in which the cell is shown, and how often the truth lies above the interval.
"""

from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pandas as pd
import typer
from joblib import Parallel, delayed
from rich.progress import track

from stance.cells import Domain, Rule, contrast
from stance.codebook import ACTS, COMPARED, DIFFERENCE
from stance.design import STATEMENTS
from stance.estimate import corpus_of
from stance.files import read_csv, read_table, write_csv
from stance.sample import sample
from stance.tables import periods

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


def replicate(rows: pd.DataFrame, published: pd.Series, codes: np.ndarray, seed: int) -> list[dict[str, Any]]:
    """One draw: a row per shown cell."""
    drawn = sample(rows, published, size=SIZE, period="month", floor=FLOOR, seed=seed)
    place = pd.Series(np.arange(len(rows)), index=rows["statement_id"])
    labels = drawn.assign(act=codes[place[drawn["statement_id"]]])
    corpus = corpus_of(rows, labels, STATEMENTS)
    found = []
    for period, inside in [("", np.ones(len(rows), bool)), *periods(corpus)]:
        masks = {side: inside & (rows["side"] == side).to_numpy() for side in COMPARED}
        for act in MARKED:
            us, russia = (Domain(corpus, masks[side]).cell(Rule(act)) for side in COMPARED)
            truth = {side: float((codes[masks[side]] == act).mean()) for side in COMPARED}
            truth[DIFFERENCE] = truth["RUS"] - truth["US"]
            for side, cell in (("US", us), ("RUS", russia), (DIFFERENCE, contrast(russia, us))):
                if cell.estimate:
                    low, high = cell.estimate.interval(LEVEL)
                    key = {"act": act, "side": side, "period": period, "truth_share": truth[side]}
                    found.append(key | {"covered": low <= truth[side] <= high, "above": truth[side] > high, "width": high - low})
    return found


def simulated(truth: str, replicates: int) -> pd.DataFrame:
    """Coverage by act, side and period under one truth."""
    rows = read_table(STUDY / "predictions.parquet")
    documents = read_csv(STUDY / "documents.csv").set_index("doc_id")["published"]
    rows = rows.assign(period=rows["doc_id"].map(documents).str[:7])
    p, rng, found = probabilities(rows, truth), np.random.default_rng(TRUTHS.index(truth)), []
    for n in range(replicates):
        if n % PER_TRUTH == 0:
            codes = np.array(ACTS)[(p.cumsum(axis=1) > rng.random(len(p))[:, None]).argmax(axis=1)]
        found += replicate(rows, documents, codes, n)
    cells = pd.DataFrame(found).groupby(["act", "side", "period"], sort=False)
    means = cells.mean().assign(shown=cells.size() / replicates, replicates=replicates, truth=truth)
    return means.reset_index()[["truth", *means.index.names, "truth_share", "covered", "above", "width", "shown", "replicates"]]


def main(replicates: Annotated[int, typer.Option(min=10)] = 400, jobs: Annotated[int, typer.Option(min=1)] = 2) -> None:
    """Run the simulations."""
    parts = Parallel(n_jobs=jobs, return_as="generator")(delayed(simulated)(truth, replicates) for truth in TRUTHS)
    write_csv(pd.concat(track(parts, total=len(TRUTHS), description="coverage of the study"), ignore_index=True), OUT)


if __name__ == "__main__":
    typer.run(main)
