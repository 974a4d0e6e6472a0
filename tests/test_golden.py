"""Extraction of the small invented corpus in tests/data/mini, row by row (`pytest --update-golden` writes it anew; review the diff)."""

import json
from typing import Any

import pytest

from conftest import ROOT
from stance.actors import Gazetteer
from stance.attribution.reader import Reader
from stance.extract import extract
from stance.ingest import ingest
from stance.params import Extract, Ingest
from stance.readers import read_paths

MINI, GOLDEN = ROOT / "tests" / "data" / "mini", ROOT / "tests" / "golden" / "statements.jsonl"
COLUMNS = ["spans", "quote", "cue", "source_text", "speaker", "office", "side", "side_basis", "addressee", "context", "content"]


def rows(reader: Reader, actors: Gazetteer) -> list[dict[str, Any]]:
    documents = ingest(read_paths([MINI], params=Ingest()), params=Ingest()).rows
    sources = dict(zip(documents["doc_id"], documents["source"], strict=True))
    found = extract(documents, params=Extract(), reader=reader, gazetteer=actors).rows
    return [{"source": sources[row["doc_id"]], **{name: row[name] for name in COLUMNS}} for row in found.to_dict("records")]


def test_statements_of_the_mini_corpus(reader: Reader, actors: Gazetteer, request: pytest.FixtureRequest) -> None:
    found = rows(reader, actors)
    if request.config.getoption("--update-golden"):
        GOLDEN.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in found), encoding="utf-8")
    assert found == [json.loads(line) for line in GOLDEN.read_text(encoding="utf-8").splitlines()]
