"""Tables between stages: an empty one fits its schema, and a bad one is refused by column and value."""

import pandas as pd
import pandera.pandas as pa
import pytest

from conftest import document
from stance import records
from stance.errors import StanceError

SCHEMAS = [records.DOCUMENTS, records.STATEMENTS, records.LABELLED, records.CODED, records.PREDICTIONS, records.SHARES]


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda schema: str(schema.name))
def test_empty_tables_fit(schema: pa.DataFrameSchema) -> None:
    assert records.check(records.empty(schema), schema).empty


@pytest.mark.parametrize(
    ("change", "words"),
    [
        pytest.param({"genre": "gossip"}, ["genre", "gossip"], id="unknown code"),
        pytest.param({"text": ""}, ["text"], id="no text"),
        pytest.param({"side": "FRA"}, ["side", "FRA"], id="unknown side"),
        pytest.param({"body_start": -1}, ["body_start", "-1"], id="negative offset"),
    ],
)
def test_bad_documents_are_refused(change: dict[str, object], words: list[str]) -> None:
    with pytest.raises(StanceError) as error:
        records.check(pd.DataFrame([document("Text.") | change]), records.DOCUMENTS)
    assert all(word in str(error.value) for word in words)


def test_doubled_ids_are_refused() -> None:
    with pytest.raises(StanceError, match="doc_id"):
        records.check(pd.DataFrame([document("One."), document("Two.")]), records.DOCUMENTS)


def test_missing_columns_are_refused() -> None:
    with pytest.raises(StanceError, match="outlet"):
        records.check(pd.DataFrame([document("Text.")]).drop(columns="outlet"), records.DOCUMENTS)


def test_identifiers_tell_parts_apart() -> None:
    assert records.identifier("ab", "c") != records.identifier("a", "bc")
    assert records.identifier("a", "b") == records.identifier("a", "b")
