"""Words are read from the corpora and verified; features that could tell a text are not stored."""

import hashlib
import json
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from conftest import ROOT
from labelled import featured
from stance.cli import app
from stance.codebook import ACTS
from stance.errors import StanceError
from stance.features import hashed, unpacked
from stance.files import read_csv, read_table, write_table
from stance.label import INELIGIBLE
from stance.records import FEATURES, ISSUES, STANCES, identifier
from stance.standoff import LEAST, contexts_of, differences, frequent, words_of

TEXT = "The Kremlin said talks would go on."


def code(spans: str, words: str) -> pd.DataFrame:
    row = {"statement_id": "c:d1:1", "corpus": "c", "doc_id": "d1", "spans": spans, "sha256": hashlib.sha256(words.encode()).hexdigest()}
    return pd.DataFrame([row])


@pytest.mark.parametrize("name", ["corpus.csv", "others.csv"])
def test_stored_codes_are_of_the_codebook(name: str) -> None:
    rows = read_csv(ROOT / "data" / "labels" / name)
    assert rows["statement_id"].is_unique
    assert set(rows["act"]) == {*ACTS, INELIGIBLE}
    assert set(rows["secondary"]) <= {*ACTS, ""} - {"other"}
    assert set(rows["issue"]) <= set(ISSUES)
    assert set(rows["stance"]) <= set(STANCES)


def test_statements_of_other_states_are_in_no_document_of_the_test_part() -> None:
    labels = ROOT / "data" / "labels"
    assert not set(read_csv(labels / "others.csv")["doc_id"]) & set(read_csv(labels / "held_out.csv")["doc_id"])


def test_words_are_read_at_their_spans() -> None:
    assert words_of(code("17-22;29-34", "talks go on"), {("c", "d1"): {"title": "Talks", "text": TEXT}}) == ["talks go on"]


def test_the_context_is_the_title_and_what_stands_before() -> None:
    assert contexts_of(code("17-22", "talks"), {("c", "d1"): {"title": "Talks", "text": TEXT}}) == ["Talks | The Kremlin said"]


def test_changed_and_missing_texts_are_named() -> None:
    with pytest.raises(StanceError, match=r"other words.*c:d1:1"):
        words_of(code("16-21", "talks"), {("c", "d1"): {"title": "Talks", "text": TEXT}})
    with pytest.raises(StanceError, match=r"no document.*c:d1:1"):
        words_of(code("17-22", "talks"), {})


def test_rare_features_are_not_stored() -> None:
    words = [["common", "rare"], ["common"], ["common", "common"]]
    rows = pd.DataFrame({"words": [hashed(row) for row in words], "nearby": [b""] * len(words), "clauses": [b""] * len(words)})
    kept = [unpacked(row) for row in frequent(rows)["words"]]
    assert LEAST == 3
    assert kept == [unpacked(hashed(names)) for names in (["common"], ["common"], ["common", "common"])]


def test_differences_are_found_and_rounding_is_forgiven() -> None:
    rows = featured(2)[["statement_id", *FEATURES]].reset_index(drop=True)
    nudged = rows.copy()
    nudged.loc[0, "vector"] = bytes([(rows.loc[0, "vector"][0] + 1) % 256]) + rows.loc[0, "vector"][1:]
    assert differences(rows, nudged) == []
    nudged.loc[1, "words"] = b""
    assert differences(rows, nudged) == [rows.loc[1, "statement_id"]]
    assert differences(rows, rows.iloc[1:]) == [rows.loc[0, "statement_id"]]


def test_features_are_rebuilt_from_the_corpora_and_checked(tmp_path: Path) -> None:
    corpora, codes, features = tmp_path / "corpora", tmp_path / "corpus.csv", tmp_path / "features.parquet"
    corpora.mkdir()
    texts = ["We will answer any strike.", "They must leave.", "We threaten no one."]
    documents = [{"doc_id": f"d{n}", "title": "Talks", "text": f"He spoke. {text}"} for n, text in enumerate(texts)]
    (corpora / "invented.jsonl").write_text("".join(json.dumps(row) + "\n" for row in documents), encoding="utf-8")
    rows = [
        {
            "statement_id": f"s{n}",
            "corpus": "invented",
            "doc_id": identifier(f"d{n}"),
            "spans": f"10-{10 + len(text)}",
            "sha256": hashlib.sha256(text.encode()).hexdigest(),
            "cue": "say",
        }
        for n, text in enumerate(texts)
    ]
    pd.DataFrame(rows).to_csv(codes, index=False)
    params = tmp_path / "params.yaml"
    params.write_text(f"label:\n  corpus: {codes}\nfeaturize:\n  features: {features}\n", encoding="utf-8")
    arguments = ["rebuild-features", str(corpora), "--params", str(params)]
    assert CliRunner().invoke(app, [*arguments, "--check"]).exit_code == 1
    assert CliRunner().invoke(app, arguments).exit_code == 0
    assert CliRunner().invoke(app, [*arguments, "--check"]).exit_code == 0
    stored = read_table(features)
    write_table(stored.assign(vector=[bytes(21)] * 3), features)
    result = CliRunner().invoke(app, [*arguments, "--check"])
    assert result.exit_code == 1 and "3 statements differ" in result.stderr
