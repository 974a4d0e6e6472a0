"""On real texts that are no part of the repository: floors under the chain, and nothing of them in the repository."""

import importlib.util
import json
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import f1_score

from conftest import ROOT
from stance.actors import Gazetteer
from stance.attribution.brat import read_folder
from stance.attribution.model import find
from stance.attribution.reader import Reader
from stance.attribution.scoring import agreement
from stance.attribution.training import sample
from stance.console import read_classifier
from stance.context import context
from stance.extract import extract
from stance.features import describe, unpacked
from stance.files import read_corpora, read_csv, read_table
from stance.ingest import ingest
from stance.params import Extract, Ingest
from stance.predict import classify
from stance.readers import read_paths
from stance.records import HASHED, identifier
from stance.standoff import differences, spoken, words_of
from stance.vectors import load_encoder

RUN = 10  # words in a row that make a copy


@pytest.fixture(scope="module")
def scores(shared: Path, reader: Reader, actors: Gazetteer) -> dict[str, float]:
    """Extraction on the marked articles, by the shared scorer; acts are not looked at."""
    spec = importlib.util.spec_from_file_location("score_e2e", shared / "bench" / "score_e2e.py")
    assert spec and spec.loader
    scorer: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(scorer)
    params = Ingest(near_copy=1)
    documents = ingest(read_paths([shared / "gold" / "e2e_articles.jsonl"], params=params), params=params).rows
    rows = extract(documents.assign(genre="news"), params=Extract(), reader=reader, gazetteer=actors).rows.assign(act="other")
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows.to_dict("records"):
        found.setdefault(row["doc_id"], []).append(row)
    return scorer.score(
        scorer.read(shared / "gold" / "e2e_dev.jsonl"),
        found,
        dict(zip(documents["doc_id"], documents["text"], strict=True)),
    )


def test_statements_of_marked_articles_are_found(scores: dict[str, float]) -> None:
    assert scores["f1"] >= 0.80


def test_their_sides_are_right(scores: dict[str, float]) -> None:
    assert scores["side"] >= 0.95


def test_attributions_of_marked_articles_are_found(shared: Path, reader: Reader) -> None:
    samples = [sample(marked, reader.parser) for marked in read_folder(shared / "polnear" / "dev")]
    found = agreement((s.grammar, s.gold, find(s.grammar, reader.weights)) for s in samples)
    assert found["attribution"].f1 >= 0.72
    assert found["full"].f1 >= 0.66


def test_stored_features_are_those_of_the_corpora(shared: Path, reader: Reader) -> None:
    """A sample of what `rebuild-features --check` compares whole, which takes minutes; the words of all are verified."""
    codes = read_csv(ROOT / "data" / "labels" / "corpus.csv")
    documents = read_corpora(shared / "corpora", sorted(set(codes["corpus"])))
    some = spoken(codes, documents).sample(400, random_state=20220121).reset_index(drop=True)
    found = some[["statement_id"]].join(describe(some, parser=reader.parser, encoder=load_encoder()))
    stored = read_table(ROOT / "data" / "labels" / "corpus_features.parquet")
    for name in HASHED:
        kept = frozenset(number for row in stored[name] for number in unpacked(row))
        found[name] = [np.array([number for number in unpacked(row) if number in kept], "<u4").tobytes() for row in found[name]]
    assert differences(stored[stored["statement_id"].isin(some["statement_id"])], found) == []


def test_words_of_other_states_are_those_that_were_coded(shared: Path) -> None:
    codes = read_csv(ROOT / "data" / "labels" / "others.csv")
    assert all(words_of(codes, read_corpora(shared / "corpora", sorted(set(codes["corpus"])))))


@pytest.mark.parametrize("name", ["corpus.csv", "others.csv"])
def test_coded_documents_are_in_no_gold_set(name: str, shared: Path) -> None:
    coded = set(read_csv(ROOT / "data" / "labels" / name)["doc_id"])
    for path in sorted((shared / "gold").glob("*.jsonl")):
        assert not coded & {identifier(json.loads(line)["doc_id"]) for line in path.read_text(encoding="utf-8").splitlines()}, path.name


def test_acts_of_gold_statements_are_read(shared: Path) -> None:
    """Floors well under what benchmarks/classify.py measures."""
    rows = pd.DataFrame([json.loads(line) for line in (shared / "gold" / "statements_dev.jsonl").open(encoding="utf-8")]).assign(cue="")
    rows["context"] = [context(title or "", before or "") for title, before in zip(rows["title"], rows["before"], strict=True)]
    found = classify(rows[["text", "cue", "side", "context"]], read_classifier(ROOT / "data" / "model"))
    assert f1_score(rows["label"], found["act"], average="macro") >= 0.63
    held = [act in acts for act, acts in zip(rows["label"], found["prediction_set"], strict=True)]
    assert 0.82 <= sum(held) / len(held) <= 0.96


def test_every_corpus_is_read(shared: Path) -> None:
    for path in sorted((shared / "corpora").glob("*.jsonl")):
        first = path.read_text(encoding="utf-8").splitlines()[:3]
        result = ingest(read_paths([path], params=Ingest()), params=Ingest()) if path.stat().st_size < 1_000_000 else None
        if result is not None:
            assert json.loads(first[0])["doc_id"] in set(result.rows["doc_id"]) | set(result.set_aside["source"]), path.name


def test_nothing_of_them_is_in_the_repository(shared: Path) -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    ours = set()
    for name in listed:
        if not name.startswith(("seeds/", "reports/", "requirements.lock")) and (ROOT / name).suffix in {
            ".py",
            ".md",
            ".csv",
            ".yaml",
            ".ipynb",
            ".toml",
        }:
            ours |= runs((ROOT / name).read_text(encoding="utf-8"))
    texts = [row["text"] for path in sorted((shared / "corpora").glob("*.jsonl")) for row in map(json.loads, path.open(encoding="utf-8"))]
    texts += [row["text"] for row in map(json.loads, (shared / "gold" / "statements_dev.jsonl").open(encoding="utf-8"))]
    texts += [path.read_text(encoding="utf-8") for path in sorted((shared / "polnear").rglob("*.txt"))]
    common = {words for text in texts for words in runs(text) if words in ours and not all(word.isdigit() for word in words)}
    assert common == set()


def runs(text: str) -> set[tuple[str, ...]]:
    words = [word.lower() for word in pd.Series([text]).str.findall(r"[^\W_]+")[0]]
    return set(zip(*(words[n:] for n in range(RUN)), strict=False))
