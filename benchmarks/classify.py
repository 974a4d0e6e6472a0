"""Score the shipped classifiers on real statements that trained nothing: gold/statements_dev.jsonl of the shared data.

    python benchmarks/classify.py [--shared DIR]

Prints a table and writes reports/benchmarks/classify.csv: macro-F1 and F1 per act with 95 % bootstrap intervals over documents, over all
statements and per side, for both classifiers and the keyword rules; calibration error; coverage and size of 90 % prediction sets; issue
macro-F1; statements classified per second on one core. The gold codes come from two language-model coders; no human expert checked them.
"""

import argparse
import json
import os
import time
from pathlib import Path

import numpy as np
import pandas as pd

from stance import files
from stance.certainty import POOLED, by_side, coverage
from stance.codebook import ACTS
from stance.console import read_classifier
from stance.context import context
from stance.features import describe
from stance.models import BEST, FAST, TRUSTED
from stance.predict import Classifier, classify
from stance.records import ISSUES
from stance.robustness import indices, macro_gap
from stance.scores import calibration, calibration_error, confusion, draw_weights, interval, macro_f1, score_table

ROOT = Path(__file__).parents[1]
REPLICATES, SEED, LEVEL = 1000, 20220121, 0.95
PROBABILITIES = [f"p_{act}" for act in ACTS]


def gold(shared: Path) -> pd.DataFrame:
    """The coded statements with their context, as the classifier reads them; statements of a transcript have no cue."""
    rows = [json.loads(line) for line in (shared / "gold" / "statements_dev.jsonl").read_text(encoding="utf-8").splitlines()]
    seen = [context(row["title"] or "", row["before"] or "") for row in rows]
    return pd.DataFrame(rows)[["text", "label", "issue", "side", "doc_id"]].assign(cue="", context=seen)


def scores(rows: pd.DataFrame, acts: pd.Series, name: str) -> list[dict[str, object]]:
    """One row per scope and metric."""
    result: list[dict[str, object]] = []
    for scope, mask in by_side(rows["side"]).items():
        actual, guessed = indices(rows.loc[mask, "label"], list(ACTS)), indices(acts[mask], list(ACTS))
        weights = draw_weights(rows.loc[mask, "doc_id"].to_numpy(), REPLICATES, SEED)
        table = score_table(actual, guessed, list(ACTS), weights, LEVEL)
        if scope == POOLED:
            draws = macro_gap(actual, guessed, len(ACTS), weights, rows["side"].to_numpy())
            table["macro_f1_gap"] = interval(draws[0], draws[1:], LEVEL)
        for metric, found in table.items():
            if metric.startswith(("macro_f1", "f1_")):
                result.append({"model": name, "scope": scope, "metric": metric, "n": int(mask.sum()), **vars(found)})
    return result


def certainty(rows: pd.DataFrame, found: pd.DataFrame, classifier: Classifier, name: str) -> list[dict[str, object]]:
    """Calibration error, prediction sets and issue macro-F1 as plain values."""
    probability = found[PROBABILITIES].to_numpy()
    correct = probability.argmax(axis=1) == indices(rows["label"], list(ACTS))
    values = [
        (scope, "calibration_error", calibration_error(calibration(correct[mask], probability[mask].max(axis=1))))
        for scope, mask in by_side(rows["side"]).items()
    ]
    sets = coverage(probability, indices(rows["label"], list(ACTS)), rows["side"], classifier.thresholds)
    values += [(row["scope"], f"set_{what}", row[what]) for row in sets.to_dict("records") for what in ("coverage", "size")]
    table = confusion(indices(rows["issue"], ISSUES), indices(found["issue"], ISSUES), len(ISSUES))
    values += [("all", "issue_macro_f1", macro_f1(table)), ("all", "issue_accuracy", float(np.trace(table) / table.sum()))]
    return [{"model": name, "scope": s, "metric": m, "n": len(rows), "value": v, "low": np.nan, "high": np.nan} for s, m, v in values]


def speed(rows: pd.DataFrame, classifier: Classifier) -> float:
    """Statements per second, parse and all."""
    many = pd.concat([rows] * 6, ignore_index=True)
    start = time.perf_counter()
    classify(many, classifier)
    return len(many) / (time.perf_counter() - start)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=Path(os.environ.get("STANCE_SHARED", ROOT.parent / "shared")))
    rows = gold(parser.parse_args().shared)
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})  # one core, for parser, encoder and models alike
    table: list[dict[str, object]] = []
    for use in (BEST, FAST):
        classifier = read_classifier(ROOT / "data" / "model", fast=use == FAST)
        found = classify(rows, classifier)
        table += scores(rows, found["act"], use) + certainty(rows, found, classifier, use)
        print(f"{use}: {classifier.name}, {speed(rows, classifier):.0f} statements/s on one core")
    features = describe(rows, parser=classifier.parser, encoder=None)
    for name in ("rules", "dummy"):
        model = files.read_model(ROOT / "models" / name / "act.skops", TRUSTED)
        table += scores(rows, pd.Series(model.predict(features)), name)
    frame = pd.DataFrame(table)
    files.write_csv(frame, ROOT / "reports" / "benchmarks" / "classify.csv")
    print(frame.round(3).to_string(index=False))


if __name__ == "__main__":
    main()
