"""Labelled statements get features of their words, or the stored ones where the words are not at hand."""

import pandas as pd
import pytest

from labelled import featured, labelled
from stance.attribution.reader import Reader
from stance.errors import StanceError
from stance.featurize import featurize
from stance.records import FEATURED, FEATURES
from stance.vectors import load_encoder


def absent() -> pd.DataFrame:
    return labelled(2, "corpus").assign(text="", statement_id=lambda rows: "c" + rows["statement_id"])


def stored(**columns: object) -> pd.DataFrame:
    rows = featured(2, "corpus").assign(statement_id=lambda rows: "c" + rows["statement_id"])
    return rows[["statement_id", *FEATURES]].assign(**columns)


def run(reader: Reader, rows: pd.DataFrame, known: pd.DataFrame) -> pd.DataFrame:
    return featurize(rows, known, parser=reader.parser, encoder=load_encoder())


def test_stored_features_stand_in_for_words(reader: Reader) -> None:
    rows = pd.concat([labelled(2), absent()], ignore_index=True)
    found = run(reader, rows, stored().sample(frac=1, random_state=1))
    assert found["statement_id"].tolist() == rows["statement_id"].tolist()
    half = len(found) // 2
    assert found["words"].tolist()[:half] == found["words"].tolist()[half:]
    assert set(FEATURED.columns) == set(found.columns)


def test_a_statement_without_words_and_features_is_named(reader: Reader) -> None:
    with pytest.raises(StanceError, match="no features of 1 coded statements"):
        run(reader, absent(), stored().iloc[1:])


def test_vectors_of_two_encoders_are_refused(reader: Reader) -> None:
    rows = pd.concat([labelled(2), absent()], ignore_index=True)
    with pytest.raises(StanceError, match="21, 384"):
        run(reader, rows, stored(vector=[bytes(384)] * 24))
