"""Score the models on real statements of US and Russian officials that trained nothing: gold/statements_dev.jsonl of the shared data.

    python benchmarks/classify.py [--shared DIR]

Prints a table and writes reports/benchmarks/classify.csv: macro-F1 and F1 per act with 95 % bootstrap intervals over documents,
for each model of the pipeline, over all statements and per side; expected calibration error of the chosen model.
The gold codes come from two language-model coders; no human expert checked them.
"""

import argparse
import json
import os
from pathlib import Path

import numpy as np
import pandas as pd

from stance import files
from stance.codebook import ACTS, COMPARED
from stance.models import FEATURES, TRUSTED
from stance.params import load_params
from stance.scores import calibration, calibration_error, draw_weights, score_table

ROOT = Path(__file__).parents[1]
REPLICATES, SEED = 1000, 20220121


def gold(shared: Path) -> pd.DataFrame:
    """The coded statements as the classifier reads them; statements of a transcript have no cue."""
    rows = [json.loads(line) for line in (shared / "gold" / "statements_dev.jsonl").read_text(encoding="utf-8").splitlines()]
    return pd.DataFrame(rows)[["text", "label", "side", "doc_id"]].assign(cue="")


def scores(rows: pd.DataFrame, predicted: np.ndarray, name: str) -> list[dict[str, object]]:
    """One row per scope and metric."""
    index = {act: n for n, act in enumerate(ACTS)}
    result: list[dict[str, object]] = []
    for scope in ["all", *COMPARED]:
        mask = np.ones(len(rows), dtype=bool) if scope == "all" else (rows["side"] == scope).to_numpy()
        actual, guessed = (
            rows.loc[mask, "label"].map(index).to_numpy(),
            np.array([index[act] for act in predicted[mask]]),
        )
        weights = draw_weights(rows.loc[mask, "doc_id"].to_numpy(), REPLICATES, SEED)
        for metric, found in score_table(actual, guessed, list(ACTS), weights, 0.95).items():
            if metric == "macro_f1" or metric.startswith("f1_"):
                result.append({"model": name, "scope": scope, "metric": metric, "n": int(mask.sum()), **vars(found)})
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=Path(os.environ.get("STANCE_SHARED", ROOT.parent / "shared")))
    rows = gold(parser.parse_args().shared)
    chosen = files.read_json(ROOT / "data" / "model" / "chosen.json")["act"]
    table: list[dict[str, object]] = []
    for name in load_params(ROOT / "params.yaml").models:
        model = files.read_model(ROOT / "models" / name / "act.skops", TRUSTED)
        probability = model.predict_proba(rows[FEATURES])
        predicted = model.classes_[probability.argmax(axis=1)]
        table += scores(rows, predicted, name)
        if name == chosen:
            error = calibration_error(calibration(predicted == rows["label"].to_numpy(), probability.max(axis=1)))
            table.append(
                {
                    "model": name,
                    "scope": "all",
                    "metric": "calibration_error",
                    "n": len(rows),
                    "value": error,
                    "low": np.nan,
                    "high": np.nan,
                }
            )
    frame = pd.DataFrame(table)
    files.write_csv(frame, ROOT / "reports" / "benchmarks" / "classify.csv")
    print(frame[frame["scope"] == "all"].round(2).to_string(index=False))
    print(f"chosen: {chosen}")


if __name__ == "__main__":
    main()
