"""The seed article, read by extraction and the shipped model alone, against the careful reading in data/labels/seed.csv."""

from pathlib import Path

import pandas as pd
import pytest

from conftest import ROOT
from stance import files
from stance.actors import Gazetteer
from stance.analyze import analyze
from stance.attribution.reader import Reader
from stance.console import read_classifier
from stance.ingest import ingest
from stance.label import label
from stance.params import Params
from stance.readers import read_paths

MODEL = ROOT / "data" / "model"


@pytest.fixture(scope="module")
def found(reader: Reader, actors: Gazetteer) -> pd.DataFrame:
    """Predictions of the seed article, joined to its codes (`act_coded`, `side_coded`) where they match."""
    params = Params()
    documents = ingest(read_paths([ROOT / "seeds"], params=params.ingest), params=params.ingest).rows
    predictions = analyze(documents, read_classifier(MODEL), params=params, reader=reader, gazetteer=actors).predictions
    authored, corpus, codes = (files.read_csv(ROOT / path) for path in (params.label.authored, params.label.corpus, params.label.codes[0]))
    coded = label(authored.head(1), corpus.head(1), codes.assign(duplicate_of=""), documents, predictions).coded
    return predictions.merge(
        coded[["extracted", "act", "side"]],
        left_on="statement_id",
        right_on="extracted",
        how="left",
        suffixes=("", "_coded"),
    )


def one(found: pd.DataFrame, words: str) -> pd.Series:
    rows = found[found["content"].str.contains(words, regex=False)]
    assert len(rows) == 1, words
    return rows.iloc[0]


def test_at_least_15_statements_at_most_3_wrong_spans_no_wrong_side(found: pd.DataFrame) -> None:
    right = found["side_coded"].notna()
    assert right.sum() >= 15
    assert (~right).sum() <= 3
    assert (found.loc[right, "side"] == found.loc[right, "side_coded"]).all()


SHOWN = [
    pytest.param("swiftly, forcefully, and with combined forces", "US", "warning", "Antony Blinken", id="answer to an invasion"),
    pytest.param(
        "react with combined forces",
        "US",
        "warning",
        "Antony Blinken",
        id="reaction of the West",
    ),
    pytest.param("we stand firmly with Ukraine", "US", "reassurance", "Antony Blinken", id="reassurance of Ukraine"),
    pytest.param("withdraw to the rear", "US", "demand", "United States", id="withdrawal"),
    pytest.param("no intention of invading", "RUS", "reassurance", "Sergey Lavrov", id="assurance of Lavrov"),
    pytest.param("written security guarantees", "RUS", "demand", "Russia", id="guarantees"),
    pytest.param("an end to the eastward expansion", "RUS", "demand", "Russia", id="end of expansion"),
]


@pytest.mark.parametrize(("words", "side", "act", "speaker"), SHOWN)
def test_what_the_article_must_show(words: str, side: str, act: str, speaker: str, found: pd.DataFrame) -> None:
    row = one(found, words)
    assert (row["side"], row["act"], row["speaker"]) == (side, act, speaker)


def test_the_seed_is_the_article_unchanged(shared: Path) -> None:
    ours, theirs = (sorted(path.glob("*.txt")) for path in (ROOT / "seeds", shared / "seeds"))
    assert [path.read_bytes() for path in ours] == [path.read_bytes() for path in theirs]
