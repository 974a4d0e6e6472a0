"""Time and memory of `stance estimate` and `stance chart` on a corpus of 50,000 statements with 600 drawn codes.

    python benchmarks/scale.py [--statements 50000] [--codes 600]

The corpus is invented: 5,000 documents of two years. Prints seconds, how many times the start of the command that is, and megabytes;
machines differ, so compare within one run.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pandas as pd
import typer
import yaml

from stance import files
from stance.codebook import ACTS
from stance.records import CODED, DOCUMENTS, ISSUES, PREDICTIONS, empty
from stance.sample import sample

ROOT = Path(__file__).resolve().parents[1]
PER_DOCUMENT = 10


def corpus(n: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Predictions and documents; the documents' texts are short, as neither command reads them."""
    rng = np.random.default_rng(20220121)
    document = np.arange(n) // PER_DOCUMENT
    p = rng.dirichlet([0.3, 0.3, 0.3, 2.0], n)
    stances = rng.choice(["favour", "against", "unclear"], n)
    columns: dict[str, Any] = {
        "statement_id": [f"s{k}" for k in range(n)],
        "attribution_id": [f"a{k}" for k in range(n)],
        "doc_id": [f"d{k}" for k in document],
        "spans": [[[0, 5]]] * n,
        "content": "Words",
        "quote": "direct",
        "cue_span": [[]] * n,
        "source_span": [[]] * n,
        "side": rng.choice(["US", "RUS"], n),
        "side_basis": "name",
        "addressee": rng.choice(["UKR", "NATO", "unspecified"], n),
        "act": np.array(ACTS)[p.argmax(axis=1)],
        **{f"p_{act}": p[:, k] for k, act in enumerate(ACTS)},
        "prediction_set": [["other"]] * n,
        "issue": rng.choice(ISSUES, n),
        "p_issue": 0.5,
        "stance": stances,
        "p_stance": 0.5,
        "conditional": rng.random(n) < 0.2,
    }
    predictions = pd.DataFrame({name: columns.get(name, [""] * n) for name in PREDICTIONS.columns})
    ids = [f"d{k}" for k in range(document.max() + 1)]
    months = pd.date_range("2021-01-15", periods=24, freq="30D").strftime("%Y-%m-%d")
    texts = dict.fromkeys(DOCUMENTS.columns, "") | {"source": "invented", "genre": "news", "text": "Words", "body_start": 0}
    documents = pd.DataFrame([texts] * len(ids)).assign(doc_id=ids, published=[months[k % 24] for k in range(len(ids))])
    return predictions, documents


def prepare(folder: Path, statements: int, codes: int) -> None:
    """The inputs of both stages in `folder`."""
    predictions, documents = corpus(statements)
    drawn = sample(predictions, documents.set_index("doc_id")["published"], size=codes, seed=1)
    known = predictions.set_index("statement_id").loc[drawn["statement_id"]]
    labels = drawn.assign(**{name: known[name].to_numpy() for name in ("act", "issue", "stance")}, secondary="", coder="invented")
    labels.loc[labels.index % 7 == 0, "act"] = "other"
    files.write_table(predictions, folder / "data/processed/predictions.parquet")
    files.write_table(documents, folder / "data/interim/documents.parquet")
    files.write_table(empty(CODED), folder / "data/interim/coded.parquet")
    files.write_csv(labels, folder / "drawn.csv", digits=12)
    params = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    params["estimate"]["labels"] = "drawn.csv"
    (folder / "params.yaml").write_text(yaml.safe_dump(params), encoding="utf-8")


def seconds(folder: Path, *arguments: str) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-m", "stance", *arguments], cwd=folder, check=True, env=os.environ | {"OMP_NUM_THREADS": "1"})
    return time.perf_counter() - start


def main(statements: Annotated[int, typer.Option()] = 50_000, codes: Annotated[int, typer.Option()] = 600) -> None:
    """Run both commands once."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepare(folder, statements, codes)
        start = seconds(folder, "--version")
        both = seconds(folder, "estimate") + seconds(folder, "chart")
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        typer.echo(f"estimate and chart: {both:.1f} s ({both / start:.1f} times the start of the command), {peak:.0f} MB at most")


if __name__ == "__main__":
    typer.run(main)
