"""What the encoder in use says of uncoded statements, for it to keep while it learns on (scripts/finetune.py; Li and Hoiem 2016).

    python scripts/teach.py CORPORA [--out taught.parquet]

Gives log-odds of acts, issues and stances for uncoded statements in documents of both halves: by the model of the document's own half, so
that it goes on without a word from the other half's codes, and by both, for the whole to learn from. Which statements are taken the shipped
classifier of words chooses, which knows all codes; one with the same words as a coded one in another document is not removed. Writes text,
context, half and log-odds; these are words of the corpora, which stay out of the repository. Takes some 15 minutes, in the environment of
scripts/finetune.py.
"""

import argparse
import logging
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from encoder import load
from finetune import ENCODER, OTHERS, SIZES, material
from joblib import Parallel, delayed

from stance import files
from stance.actors import gazetteer
from stance.attribution.reader import load_reader
from stance.console import read_classifier
from stance.extract import extract
from stance.ingest import ingest
from stance.params import load_params
from stance.predict import classify
from stance.readers import read_paths
from stance.records import identifier
from stance.standoff import spans_of
from stance.vectors import HALVES, with_cue

SHORTEST = 25  # characters of a statement
# Statements are taken that the classifier of words calls `other` less surely than this, and this part of the rest by lot; of a corpus at
# most MOST. The White House holds four fifths of all statements, most of them domestic.
TAKEN = {"us_whitehouse_2021_2026": (0.9, 0.015)}
ELSEWHERE = (0.96, 0.15)
MOST = 4000

log = logging.getLogger("teach")


def uncoded(corpora: Path, seen: dict[str, int]) -> pd.DataFrame:
    """Statements that have no code in documents that have some: text behind its reporting verb, context, half; likely acts first of all."""
    settings = load_params(Path("params.yaml"))
    codes = pd.concat([files.read_csv(Path(settings.label.corpus)), files.read_csv(OTHERS)])
    reader, classifier = load_reader(settings.extract.spacy_model, settings.extract.weights), read_classifier(Path("data/model"), fast=True)
    taken: dict[str, list[list[int]]] = {}
    for doc_id, spans in zip(codes["doc_id"], codes["spans"], strict=True):
        taken.setdefault(doc_id, []).extend(spans_of(spans))
    parts = []
    for name in sorted(set(codes["corpus"])):
        documents = ingest(read_paths([corpora / f"{name}.jsonl"], params=settings.ingest), params=settings.ingest).rows
        documents = documents[documents["doc_id"].map(identifier).isin(seen)]
        rows = extract(documents, params=settings.extract, reader=reader, gazetteer=gazetteer()).rows
        rows = rows.assign(text=rows["content"], group=rows["doc_id"].map(identifier))
        coded = zip(rows["spans"], rows["group"].map(lambda group: taken.get(group, [])), strict=True)
        new = np.array([not _overlap(spans, known) for spans, known in coded], dtype=bool)
        rows = rows[new & (rows["text"].str.len() >= SHORTEST)].reset_index(drop=True)
        other = classify(rows, classifier)["p_other"]
        likely, lot = TAKEN.get(name, ELSEWHERE)
        rng = np.random.default_rng(len(rows))
        chosen = rows[(other < likely) | (rng.random(len(rows)) < lot)]
        parts.append(chosen.sample(min(len(chosen), MOST), random_state=rng))
        log.info("%s: %d of %d uncoded statements", name, len(parts[-1]), len(rows))
    rows = pd.concat(parts).drop_duplicates("text")
    texts = [with_cue(text, cue) for text, cue in zip(rows["text"], rows["cue"], strict=True)]
    return pd.DataFrame({"text": texts, "context": rows["context"].to_numpy(), "half": rows["group"].map(seen).to_numpy()})


def _overlap(spans: list[list[int]], taken: list[list[int]]) -> bool:
    return any(start < last and end > first for start, end in spans for first, last in taken)


def log_odds(pool: pd.DataFrame, name: str) -> np.ndarray:
    """What a model says of each statement, of shape (statements, codes), in a process of one core."""
    torch.set_num_threads(1)
    order = np.argsort(pool["text"].str.len().to_numpy(), kind="stable")
    found = load(ENCODER, name, SIZES).log_odds(pool["text"].iloc[order].tolist(), pool["context"].iloc[order].tolist())
    return found[np.argsort(order)]


def mean_of(logs: np.ndarray) -> np.ndarray:
    """The mean over models of log-odds of shape (models, statements, codes), stretched to predict as steeply as one (decision 9)."""
    mean = logs.mean(axis=0)
    return mean * logs.var(axis=1).mean(axis=0).sum() / mean.var(axis=0).sum()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", type=Path)
    parser.add_argument("--out", type=Path, default=Path("taught.parquet"))
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
    _, seen = material(options.corpora)
    pool = uncoded(options.corpora, seen)
    logs = np.stack(Parallel(n_jobs=2)(delayed(log_odds)(pool, name) for name in HALVES))
    own = logs[pool["half"], np.arange(len(pool))]
    files.write_table(pool.assign(logs=list(own), logs_of_both=list(mean_of(logs))), options.out)


if __name__ == "__main__":
    main()
