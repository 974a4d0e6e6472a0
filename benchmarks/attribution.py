"""Score the whole chain on news articles in which every attributed statement is marked: gold/e2e_dev.jsonl of the shared data.

    python benchmarks/attribution.py [--shared DIR]

Runs extraction and the shipped classifier on the articles, scores them with the shared scorer (bench/score_e2e.py) and writes
reports/benchmarks/attribution.json; prints words per second beside spaCy's own parse of the same texts in the same session.
The marks come from one language-model coder; no human expert checked them.
"""

import argparse
import importlib.util
import json
import os
import time
from pathlib import Path
from typing import Any

import pandas as pd

from stance import files
from stance.actors import gazetteer
from stance.analyze import analyze
from stance.language import load_language
from stance.models import TARGETS, TRUSTED
from stance.params import Params

ROOT = Path(__file__).parents[1]


def articles(shared: Path) -> pd.DataFrame:
    """The marked articles as records.DOCUMENTS."""
    rows = [json.loads(line) for line in (shared / "gold" / "e2e_articles.jsonl").read_text(encoding="utf-8").splitlines()]
    frame = pd.DataFrame(rows)[["doc_id", "source", "outlet", "published", "title", "url", "text"]].fillna("")
    return frame.astype(str).assign(licence="", genre="news", speaker="", side="", body_start=0, copy_of="")


def scorer(shared: Path) -> Any:
    spec = importlib.util.spec_from_file_location("score_e2e", shared / "bench" / "score_e2e.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=Path(os.environ.get("STANCE_SHARED", ROOT.parent / "shared")))
    shared = parser.parse_args().shared
    documents, params = articles(shared), Params()
    nlp = load_language(params.extract.spacy_model)
    model = ROOT / "data" / "model"
    models = {target: files.read_model(model / f"{target}.skops", TRUSTED) for target in TARGETS}
    began = time.perf_counter()
    list(nlp.pipe(documents["text"]))
    parsed = time.perf_counter()
    result = analyze(
        documents,
        models,
        files.read_json(model / "chosen.json")["threshold"],
        params=params,
        nlp=nlp,
        gazetteer=gazetteer(),
    )
    ended = time.perf_counter()
    score = scorer(shared)
    gold = score.read(shared / "gold" / "e2e_dev.jsonl")
    found: dict[str, list[dict[str, Any]]] = {}
    for row in result.predictions.to_dict("records"):
        found.setdefault(row["doc_id"], []).append(row)
    scores = score.score(gold, found, dict(zip(documents["doc_id"], documents["text"], strict=True)))
    files.write_json(scores, ROOT / "reports" / "benchmarks" / "attribution.json")
    words = documents["text"].str.split().str.len().sum()
    print(json.dumps(files.round_numbers(scores), indent=2))
    print(f"whole chain: {words / (ended - parsed):,.0f} words/s, {(ended - parsed) / (parsed - began):.1f} times spaCy's parse alone")


if __name__ == "__main__":
    main()
