"""Words are read from the corpora and verified; features that could tell a text are not stored."""

import hashlib

import pandas as pd
import pytest

from labelled import featured
from stance.errors import StanceError
from stance.features import hashed, unpacked
from stance.standoff import LEAST, differences, frequent, words_of

TEXT = "The Kremlin said talks would go on."


def code(spans: str, words: str) -> pd.DataFrame:
    row = {"statement_id": "c:d1:1", "corpus": "c", "doc_id": "d1", "spans": spans, "sha256": hashlib.sha256(words.encode()).hexdigest()}
    return pd.DataFrame([row])


def test_words_are_read_at_their_spans() -> None:
    assert words_of(code("17-22;29-34", "talks go on"), {("c", "d1"): TEXT}) == ["talks go on"]


def test_changed_and_missing_texts_are_named() -> None:
    with pytest.raises(StanceError, match=r"other words.*c:d1:1"):
        words_of(code("16-21", "talks"), {("c", "d1"): TEXT})
    with pytest.raises(StanceError, match=r"no document.*c:d1:1"):
        words_of(code("17-22", "talks"), {})


def test_rare_features_are_not_stored() -> None:
    words = [["common", "rare"], ["common"], ["common", "common"]]
    rows = pd.DataFrame({"words": [hashed(row) for row in words], "clauses": [b""] * len(words)})
    kept = [unpacked(row) for row in frequent(rows)["words"]]
    assert LEAST == 3
    assert kept == [unpacked(hashed(names)) for names in (["common"], ["common"], ["common", "common"])]


def test_differences_are_found_and_rounding_is_forgiven() -> None:
    rows = featured(2)[["statement_id", "words", "clauses", "keywords", "vector"]].reset_index(drop=True)
    nudged = rows.copy()
    nudged.loc[0, "vector"] = bytes([(rows.loc[0, "vector"][0] + 1) % 256]) + rows.loc[0, "vector"][1:]
    assert differences(rows, nudged) == []
    nudged.loc[1, "words"] = b""
    assert differences(rows, nudged) == [rows.loc[1, "statement_id"]]
    assert differences(rows, rows.iloc[1:]) == [rows.loc[0, "statement_id"]]
